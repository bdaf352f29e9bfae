// The header: how the run stands, and the figures that are looked at first.
import { amount, by, dress, result, say, sign, span } from "./dom.js";
import { rows, seen } from "./wire.js";

const STALE = 2000;
const STYLES = { ACTIVE: "pill active", REDUCING: "pill reducing", HALTED: "pill halted" };

export const now = () => Date.now() + seen.offset;

// What the pill says: an engine that is gone, or data that is old, comes before any state.
const standing = () => {
  const head = rows.head ?? {};
  const quiet = performance.now() - seen.heard;
  if (!seen.heard) return ["CONNECTING", "pill stale", ""];
  if (!seen.isOpen || quiet > STALE) {
    return ["NO CONNECTION", "pill stale", `Nothing heard of the dashboard for ${span(quiet)}: what you see is old. Trying again.`];
  }
  if (rows.trouble?.text) return ["NO DATA", "pill stale", `The journal cannot be shown: ${rows.trouble.text}`];
  if (!head.run) return ["NO DATA", "pill stale", "No run yet: start one with `graphwiz paper` or `graphwiz demo`."];
  if (rows.reading?.behind) return ["CATCHING UP", "pill stale", "Reading the journal from its beginning."];
  const listed = rows.runs?.[seen.run];
  if (listed?.ended) return [`ENDED, ${head.state}`, "pill", ""];
  if (listed && !listed.live) return ["STOPPED", "pill stale", "The engine does not run; it goes on when it is started again."];
  if (now() - head.ts_ms > STALE) {
    return [`STALE, ${head.state}`, "pill stale", `No data for ${span(now() - head.ts_ms)}: the engine is stuck or the journal is behind.`];
  }
  return [head.state, STYLES[head.state], ""];
};

// What the observer alerted of this run, and of what all runs share.
export const observed = () =>
  Object.entries(rows.observer ?? {}).filter(([, [, , , subject]]) => subject === seen.run || !rows.runs?.[subject]);

// Conditions that were raised and have not cleared.
const raised = () => {
  const last = new Map();
  for (const [, [ms, severity, text, subject, news]] of observed().sort(([, [a]], [, [b]]) => a - b)) {
    last.set(`${text.split(":")[0]} ${subject}`, [news, severity, ms]);
  }
  return [...last.values()].filter(([news]) => news !== "CLEARED");
};

const alarms = () => {
  const lasting = raised();
  say(by("raised"), String(lasting.length));
  dress(by("raised"), lasting.some(([, severity]) => severity === "CRITICAL") ? "down" : lasting.length ? "warn" : "");
};

const figures = (head) => {
  say(by("unknown"), String(head.unknown_orders ?? "–"));
  dress(by("unknown"), head.unknown_orders ? "doubt" : "");
  for (const [id, key] of [["debt", "hedge_debt"], ["exposure", "exposure"]]) say(by(id), amount(head[key]));
  for (const [id, key] of [["pnl", "pnl"], ["day", "day_pnl"]]) {
    say(by(id), result(head[key]));
    dress(by(id), sign(head[key]));
  }
  dress(by("debt"), head.hedge_debt ? "warn" : "");
  say(by("open"), String(head.open_orders ?? "–"));
  say(by("age"), head.ts_ms && !rows.runs?.[seen.run]?.ended ? span(now() - head.ts_ms) : "–");
  by("head").dataset.seq = head.seq ?? "";
};

export const header = () => {
  const head = rows.head ?? {};
  const [text, style, trouble] = standing();
  say(by("state"), text);
  dress(by("state"), style);
  const why = head.state !== "ACTIVE" && head.why ? `${head.state} by ${head.who || "a rule"}: ${head.why}` : "";
  say(by("why"), why);
  by("why").hidden = !why;
  figures(head);
  alarms();
  may();
  const notice = by("notice");
  say(notice, trouble);
  notice.hidden = !trouble;
  document.body.classList.toggle("frozen", Boolean(trouble) && (!seen.isOpen || !rows.reading?.behind));
  const title = seen.run ? `${text} · ${seen.run} · GraphWiz` : "GraphWiz Trader";
  if (document.title !== title) document.title = title;
};

export const may = () => {
  const held = rows.may ?? {};
  by("actions").hidden = !held.orders || Boolean(rows.runs?.[seen.run]?.ended);
  by("looking").hidden = Boolean(held.orders);
  say(by("looking"), held.read_only ? "read-only" : "looking only");
  by("looking").title = held.read_only
    ? "This dashboard was started with --read-only."
    : "Orders need the token: open the page with the link that `graphwiz dashboard` printed.";
};
