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

export const rows = {};
export const seen = { run: "", offset: 0, heard: 0, isOpen: false };

let socket = null;
let wait = 250;
let wanted = {};

const apply = (message, changed) => {
  const said = JSON.parse(message);
  seen.run = said.run;
  seen.offset = said.now_ms - Date.now();
  seen.heard = performance.now();
  for (const [section, told] of Object.entries(said.rows)) {
    const held = (rows[section] ??= {});
    for (const [key, row] of Object.entries(told)) {
      if (row === null) delete held[key];
      else held[key] = row;
    }
    changed.add(section);
  }
};

export const connect = (onChange) => {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const protocols = token ? ["graphwiz", `token.${token}`] : ["graphwiz"];
  socket = new WebSocket(`${scheme}://${location.host}/live`, protocols);
  let isFirst = true;
  socket.onopen = () => {
    seen.isOpen = true;
    wait = 250;
    if (Object.keys(wanted).length) socket.send(JSON.stringify(wanted));
  };
  socket.onmessage = ({ data }) => {
    const changed = new Set();
    if (isFirst) {
      for (const section of Object.keys(rows)) {
        delete rows[section];
        changed.add(section);
      }
      isFirst = false;
    }
    apply(data, changed);
    onChange(changed);
  };
  socket.onclose = () => {
    seen.isOpen = false;
    onChange(new Set());
    setTimeout(() => connect(onChange), wait);
    wait = Math.min(wait * 2, 4000);
  };
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
  answered(await fetch(`/ask/${question}?${new URLSearchParams(words)}`, { headers }));

export const order = async (words) =>
  answered(
    await fetch("/order", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "X-Graphwiz": "order" },
      body: JSON.stringify(words),
    }),
  );

export const ticket = async (run) =>
  answered(
    await fetch(`/ticket/${encodeURIComponent(run)}`, { method: "POST", headers: { ...headers, "X-Graphwiz": "ticket" } }),
  );
