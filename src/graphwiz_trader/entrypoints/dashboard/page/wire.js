// The wire: a WebSocket that says what changed, and the questions and orders that go by HTTP.

const KEY = "graphwiz-token";

// The token comes in the fragment, which is sent to no server; it stays in this tab alone.
const takeToken = () => {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    sessionStorage.setItem(KEY, found);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY) ?? "";
};

const token = takeToken();
const headers = token ? { Authorization: `Bearer ${token}` } : {};

// How long nothing may be heard of a dashboard that speaks ten times a second.
const SILENCE = 4000;
const PATIENCE = 15000;

export const rows = {};
export const seen = { run: "", offset: 0, heard: 0, begun: 0, isOpen: false, number: 0, frames: 0, drawn: 0, screen: null };

let socket = null;
let wait = 250;
let wanted = {};

const apply = (message, changed) => {
  const said = JSON.parse(message);
  seen.run = said.run;
  seen.number = said.n;
  seen.offset = said.now_ms - Date.now();
  seen.heard = performance.now();
  seen.frames += 1;
  for (const [section, told] of Object.entries(said.rows)) {
    const held = (rows[section] ??= {});
    for (const [key, row] of Object.entries(told)) {
      if (row === null) delete held[key];
      else held[key] = row;
    }
    changed.add(section);
  }
};

const greet = (onChange) => {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const protocols = token ? ["graphwiz", `token.${token}`] : ["graphwiz"];
  const opened = new WebSocket(`${scheme}://${location.host}/live`, protocols);
  let isFirst = true;
  socket = opened;
  seen.begun = performance.now();
  opened.onopen = () => {
    seen.isOpen = true;
    seen.begun = performance.now();
    if (Object.keys(wanted).length) opened.send(JSON.stringify(wanted));
  };
  opened.onmessage = ({ data }) => {
    const changed = new Set();
    if (isFirst) {
      // Whoever is told everything anew keeps nothing of before.
      for (const section of Object.keys(rows)) {
        delete rows[section];
        changed.add(section);
      }
      isFirst = false;
      wait = 250;
    }
    apply(data, changed);
    // Of what was not seen yet only so much is sent: what a slow network brings is late, never old.
    opened.send(`{"seen":${seen.number}}`);
    onChange(changed);
  };
  opened.onclose = () => lose(opened, onChange);
};

const lose = (lost, onChange) => {
  if (lost !== socket) return;
  socket = null;
  seen.isOpen = false;
  onChange(new Set());
  setTimeout(() => greet(onChange), wait);
  wait = Math.min(wait * 2, 4000);
};

export const connect = (onChange) => {
  greet(onChange);
  // A network that swallows everything closes nothing: whoever hears nothing asks anew.
  setInterval(() => {
    if (!socket || performance.now() - Math.max(seen.heard, seen.begun) < SILENCE) return;
    const mute = socket;
    lose(mute, onChange);
    mute.close();
  }, 500);
};

export const want = (what) => {
  wanted = { ...wanted, ...what };
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
};

const answered = async (answer) => {
  const text = await answer.text();
  let said = null;
  try {
    said = JSON.parse(text);
  } catch {
    said = { error: text };
  }
  if (!answer.ok) throw new Error(said.error ?? `the dashboard answered ${answer.status}`);
  return said;
};

export const ask = async (question, words) =>
  answered(await fetch(`/ask/${question}?${new URLSearchParams(words)}`, { headers, signal: AbortSignal.timeout(PATIENCE) }));

export const order = async (words) =>
  answered(
    await fetch("/order", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "X-Graphwiz": "order" },
      body: JSON.stringify(words),
      signal: AbortSignal.timeout(PATIENCE),
    }),
  );

const request = async (what, run) =>
  answered(await fetch(`/${what}/${encodeURIComponent(run)}`, { method: "POST", headers: { ...headers, "X-Graphwiz": what } }));

export const ticket = (run) => request("ticket", run);
export const parity = (run) => request("parity", run);
