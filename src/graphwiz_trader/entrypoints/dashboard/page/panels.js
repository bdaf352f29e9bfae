// Panels: each shows one section, and is drawn again when that has changed.
import { amount, bars, by, choose, dress, instant, make, say, sign, span, table } from "./dom.js";
import { equity, names } from "./charts.js";
import { rows, seen, want } from "./wire.js";

const now = () => Date.now() + seen.offset;
const entries = (section) => Object.entries(rows[section] ?? {});

export let instrument = "";

export const look = (name) => {
  instrument = name;
  want({ ladder: name });
};

const STALE = 2000;
const STYLES = { ACTIVE: "pill active", REDUCING: "pill reducing", HALTED: "pill halted" };

// What the pill says: an engine that is gone, or data that is old, comes before any state.
export const standing = () => {
  const head = rows.head ?? {};
  const quiet = performance.now() - seen.heard > STALE;
  if (!seen.isOpen || quiet) return ["NO CONNECTION", "pill stale", "The dashboard does not answer; what you see is old."];
  if (rows.trouble?.text) return ["NO DATA", "pill stale", `The journal cannot be shown: ${rows.trouble.text}`];
  if (!head.run) return ["NO DATA", "pill stale", "No run yet: start one with `graphwiz paper` or `graphwiz demo`."];
  if (rows.reading?.behind) return ["CATCHING UP", "pill stale", "Reading the journal from its beginning."];
  const listed = rows.runs?.[seen.run];
  if (listed?.ended) return [`ENDED, ${head.state}`, "pill", ""];
  if (listed && !listed.live) return ["STOPPED", "pill stale", "The engine does not run; it goes on when it is started again."];
  if (now() - head.ts_ms > STALE) return [`STALE, ${head.state}`, "pill stale", `No data for ${span(now() - head.ts_ms)}: the engine is stuck or the journal is behind.`];
  return [head.state, STYLES[head.state], ""];
};

export const header = () => {
  const head = rows.head ?? {};
  const [text, style, trouble] = standing();
  say(by("state"), text);
  dress(by("state"), style);
  say(by("why"), head.state !== "ACTIVE" && head.why ? `by ${head.who || "a rule"}: ${head.why}` : "");
  say(by("unknown"), String(head.unknown_orders ?? "–"));
  dress(by("unknown"), head.unknown_orders ? "doubt" : "");
  for (const [id, key] of [["debt", "hedge_debt"], ["pnl", "pnl"], ["day", "day_pnl"], ["exposure", "exposure"]]) {
    say(by(id), amount(head[key]));
    by(id).dataset.value = head[key] ?? "";
  }
  dress(by("pnl"), sign(head.pnl));
  dress(by("day"), sign(head.day_pnl));
  dress(by("debt"), head.hedge_debt ? "warn" : "");
  say(by("open"), String(head.open_orders ?? "–"));
  say(by("age"), head.ts_ms ? span(now() - head.ts_ms) : "–");
  by("head").dataset.seq = head.seq ?? "";
  const notice = by("notice");
  say(notice, trouble);
  notice.hidden = !trouble;
  document.body.classList.toggle("frozen", Boolean(trouble) && !rows.reading?.behind);
};

const runs = () => {
  const text = (name, row) => `${name}${row.live ? " ●" : row.ended ? "" : " (stopped)"}`;
  const known = entries("runs").reverse();
  choose(by("runs"), known.map(([name, row]) => [name, text(name, row)]), seen.run);
  const ended = known.filter(([, row]) => row.ended);
  const list = by("reports");
  if (list.dataset.shown === ended.map(([name]) => name).join()) return;
  list.dataset.shown = ended.map(([name]) => name).join();
  list.replaceChildren(
    ...ended.map(([name]) => {
      const line = make("li");
      const button = make("button", `Report of ${name}`);
      button.type = "button";
      button.dataset.report = name;
      line.append(button);
      return line;
    }),
  );
  if (!ended.length) list.append(make("li", "No run has ended yet.", "dim"));
};

const rates = new Map();

const rate = (name, updates) => {
  const at = performance.now();
  const [then, before, shown] = rates.get(name) ?? [at, updates, 0];
  if (at - then < 1000) {
    if (!rates.has(name)) rates.set(name, [then, before, shown]);
    return shown;
  }
  const found = ((updates - before) * 1000) / (at - then);
  rates.set(name, [at, updates, found]);
  return found;
};

const books = () => {
  const known = entries("books").sort(([a], [b]) => (a < b ? -1 : 1));
  const open = (_, name) => {
    const button = make("button", name, "small");
    button.type = "button";
    button.dataset.ladder = name;
    return button;
  };
  table(by("books"), [
    ["instrument", open],
    ["bid", (row) => row.bid],
    ["ask", (row) => row.ask],
    ["spread bps", (row) => amount(row.spread_bps)],
    ["age", (row) => (row.ts_ms ? span(now() - row.ts_ms) : "–")],
    ["messages/s", (row, name) => amount(rate(name, row.updates), 0)],
    ["gaps", (row) => row.gaps],
    ["quality", (row) => (row.usable ? "good" : row.flaw), (row) => (row.usable ? "up" : "warn")],
  ], known, () => "", "No books: no venue has sent data yet");
  if (!instrument && known.length) look(known[0][0]);
  choose(by("instrument"), known.map(([name]) => [name, name]), instrument);
};

const ladder = () => {
  const held = rows.ladder ?? {};
  const side = (name) => entries("ladder").filter(([key]) => key.startsWith(name)).sort(([a], [b]) => a.slice(3) - b.slice(3));
  const [asks, bids] = [side("ask").reverse(), side("bid")];
  const most = Math.max(0, ...Object.values(held).map(([, , qty]) => Number(qty)));
  const depth = ([, , qty]) => "▇".repeat(Math.max(1, Math.round((Number(qty) / (most || 1)) * 8)));
  const book = rows.books?.[instrument];
  const middle = book ? [["spread", ["", `${amount(book.spread_bps)} bps`, ""]]] : [];
  const style = (name) => (_, key) => (key.startsWith("ask") ? "down" : key.startsWith("bid") ? "up" : name);
  table(by("ladder"), [
    ["depth", (row, key) => (key === "spread" ? "spread" : depth(row)), style("dim")],
    ["price", ([, price]) => price, style("dim")],
    ["quantity", ([, , qty]) => qty],
  ], [...asks, ...middle, ...bids], (row) => (row[0] ? "" : "spread"), "No levels of this book");
};

const filter = () => by("filter").value.trim().toLowerCase();

export const orders = () => {
  const rank = (row) => (row.ord_status === "UNKNOWN" ? 0 : row.ended_ms ? 2 : 1);
  const sought = filter();
  const known = entries("orders")
    .filter(([name, row]) => !sought || `${name} ${Object.values(row).join(" ")}`.toLowerCase().includes(sought))
    .sort(([, a], [, b]) => rank(a) - rank(b) || b.decided_ms - a.decided_ms);
  const why = (_, name) => {
    const button = make("button", "why", "small");
    button.type = "button";
    button.dataset.explain = name;
    button.setAttribute("aria-label", `Explain order ${name}`);
    return button;
  };
  table(by("orders"), [
    ["order", (_, name) => name],
    ["status", (row) => row.ord_status + (row.was_unknown && row.ord_status !== "UNKNOWN" ? " (was UNKNOWN)" : "")],
    ["side", (row) => row.side, (row) => (row.side === "BUY" ? "up" : "down")],
    ["quantity", (row) => row.qty],
    ["filled", (row) => row.cum_qty],
    ["price", (row) => row.price],
    ["instrument", (row) => row.instrument],
    ["strategy", (row) => row.strategy],
    ["age", (row) => span((row.ended_ms ?? now()) - row.decided_ms)],
    ["", why],
  ], known, (row) => ["doubt", "", "ended"][rank(row)], sought ? "No order matches" : "No orders yet: strategies have sent none");
};

const risk = () => {
  const shown = entries("risk").filter(([, row]) => row.most !== null);
  const style = (share) => (share >= 0.9 ? "over" : share >= 0.7 ? "near" : "");
  const number = (value) => amount(value, Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 4 : 2);
  bars(by("risk"), shown.map(([name, row]) => [name.replaceAll("_", " "), row.share ?? 0, `${number(row.used)} / ${number(row.most)}`, style(row.share ?? 0)]), "No limits are set");
};

const latency = () => {
  const stages = { ...(rows.latency ?? {}), ...(rows.engine?.latency_us ?? {}) };
  const scale = (us) => Math.log10(Math.max(1, us)) / 7;
  const time = (us) => (us < 1000 ? `${Math.round(us)} µs` : span(us / 1000));
  bars(by("latency"), Object.entries(stages).map(([name, at]) => [name.replaceAll("_", " "), scale(at.p99), `p50 ${time(at.p50)}, p99 ${time(at.p99)}, p99.9 ${time(at.p99_9)}`]), "No order was timed yet");
};

const funnel = () => {
  const steps = entries("funnel");
  const most = Math.max(1, ...steps.map(([, count]) => count));
  bars(by("funnel"), steps.map(([name, count]) => [name.replaceAll("_", " "), count / most, `${count}${most > 1 ? `, ${Math.round((count / most) * 100)} %` : ""}`]), "");
};

const denials = () => {
  const known = entries("denials").sort(([, a], [, b]) => b - a).slice(0, 8);
  const most = Math.max(1, ...known.map(([, count]) => count));
  bars(by("denials"), known.map(([name, count]) => [name, count / most, String(count), "near"]), "Nothing was refused");
};

const strategies = () => {
  const order = names(Object.values(rows.equity ?? {}));
  const key = (name) => `k${order.includes(name) ? 1 + (order.indexOf(name) % 5) : 5}`;
  const named = (_, name) => {
    const line = make("span", "", key(name));
    line.append(make("span", "", "key"), name);
    return line;
  };
  table(by("strategies"), [
    ["strategy", named],
    ["fills", (row) => row.fills],
    ["P&L after fees, at mids", (row) => amount(row.net, 4), (row) => sign(row.net)],
  ], entries("strategies"), () => "", "No strategy has traded yet");
};

const positions = () => {
  const known = entries("positions").filter(([, row]) => row.strategy);
  table(by("positions"), [
    ["instrument", (row) => row.instrument],
    ["strategy", (row) => row.strategy],
    ["quantity", (row) => row.qty],
    ["realised", (row) => row.realised],
    ["fees", (row) => row.fees],
    ["net", (row) => row.net, (row) => sign(row.net)],
  ], known, () => "", "No positions: nothing was filled yet");
};

const balances = () =>
  table(by("balances"), [
    ["venue", (row) => row.venue],
    ["asset", (row) => row.asset],
    ["total", (row) => row.total],
    ["reserved", (row) => row.reserved],
    ["free", (row) => row.free],
  ], entries("balances"), () => "", "No balances: no account was asked yet");

const lines = (id) => () => {
  const list = by(id);
  const follows = list.scrollTop < 8;
  const known = entries(id).sort(([a], [b]) => b - a);
  const first = known.length ? known[0][0] : "";
  if (list.dataset.first === first && list.childElementCount) return;
  list.dataset.first = first;
  list.replaceChildren(
    ...known.map(([, [ms, severity, text, seq]]) => {
      const line = make("li", `${instant(ms)} ${severity === "INFO" ? "" : `${severity} `}${text}`, severity);
      line.title = `entry ${seq}`;
      return line;
    }),
  );
  if (!known.length) list.append(make("li", id === "alerts" ? "No alerts." : "Nothing happened yet.", "dim"));
  if (follows) list.scrollTop = 0;
};

const may = () => {
  const held = rows.may ?? {};
  by("actions").hidden = Boolean(held.read_only);
  by("actions").title = held.orders ? "" : "Open the page with the link that `graphwiz dashboard` printed: it holds the token that orders need.";
};

export const PANELS = {
  runs, may, books, ladder, orders, risk, latency, engine: latency, funnel, denials, strategies, positions, balances,
  equity: () => equity(rows.equity ?? {}),
  alerts: lines("alerts"),
  log: lines("log"),
};
