// Panels: each shows one section, and is drawn again when that has changed.
import { amount, bars, by, choose, instant, make, push, result, say, sign, span, table } from "./dom.js";
import { books, ladder } from "./books.js";
import { equity, shade } from "./charts.js";
import { observed } from "./header.js";
import { balances, orders, positions } from "./orders.js";
import { rows, seen } from "./wire.js";

const entries = (section) => Object.entries(rows[section] ?? {});

const stands = (row) => (row.live ? "runs" : row.ended ? "ended" : "stopped");

const runs = () => {
  const known = entries("runs").reverse();
  choose(by("runs"), known.map(([name, row]) => [name, `${name}, ${stands(row)}`]), seen.run);
  const list = by("reports");
  const shown = known.map(([name, row]) => `${name} ${stands(row)}`).join();
  if (list.dataset.shown === shown && list.tHead) return;
  list.dataset.shown = shown;
  const fresh = make("table");
  fresh.id = "reports";
  fresh.dataset.shown = shown;
  const report = (row, name) => {
    if (row.ended) return push(`Report of ${name}`, { report: name });
    return make("span", row.live ? "a report when it has ended" : "not ended: start it again, or it has no report", "dim");
  };
  const compare = (row, name) =>
    row.ended ? push("compare", { compare: name, label: `Compare ${name} with its backtest` }) : make("span", "–", "dim");
  table(fresh, [
    ["run", (_, name) => push(name, { show: name, label: `Show ${name}` }), { isText: true, once: true }],
    ["", stands, { isText: true }],
    ["report", report, { isText: true, once: true }],
    ["parity", compare, { isText: true, once: true }],
  ], known, () => "", "No run yet: start one with `graphwiz paper` or `graphwiz demo`");
  list.replaceWith(fresh);
};

const plain = (name) => name.replaceAll("_", " ").replace("max ", "").replace("position size ", "position ");
const isOne = (name) => name.startsWith("max_position_size ") || name.startsWith("max_venue_exposure ");

const risk = () => {
  // Of the limits each instrument and venue has, those in use.
  const shown = entries("risk").filter(([name, row]) => row.most !== null && (row.used || !isOne(name)));
  const style = (share) => (share >= 0.9 ? "over" : share >= 0.7 ? "near" : "");
  const number = (value) => amount(value, 0, Math.abs(value) < 10 ? 4 : 2);
  bars(by("risk"), shown.map(([name, row]) => [plain(name), row.share ?? 0, `${number(row.used)} / ${number(row.most)}`, style(row.share ?? 0)]), "No limits are set");
};

const time = (us) => (us < 1000 ? `${Math.round(us)} µs` : us < 10000 ? `${(us / 1000).toFixed(1)} ms` : span(us / 1000));

// From a microsecond to ten seconds, in decades; a bar spans p50 to p99.
const decades = (us) => Math.min(1, Math.log10(Math.max(1, us)) / 7);

export const latency = () => {
  const screen = seen.screen ? { "to this screen": seen.screen } : {};
  const stages = { ...(rows.engine?.latency_us ?? {}), ...(rows.latency ?? {}), ...screen };
  bars(by("latency"), Object.entries(stages).map(([name, at]) => {
    const from = decades(at.p50);
    return [name.replaceAll("_", " "), [from, Math.max(decades(at.p99), from + 0.015)], `${time(at.p50)} · ${time(at.p99)} · ${time(at.p99_9)}`];
  }), "No order was timed yet");
};

const bytes = (many) => (many < 1000 ? `${many} B` : many < 1e6 ? `${amount(many / 1000, 0)} kB` : `${amount(many / 1e6, 1)} MB`);

const signed = (ms) => `${ms > 0 ? "+" : ms < 0 ? "−" : ""}${amount(Math.abs(ms), 1)} ms`;

const process = () => {
  const [own, held] = [rows.vitals ?? {}, rows.engine?.up ? rows.engine : {}];
  const pairs = [];
  const pair = (name, number, told) => number !== undefined && number !== null && pairs.push([name, told(number)]);
  pair("runs for", held.running_s, (s) => span(s * 1000));
  pair("processor", own.cpu_pct, (pct) => `${amount(pct, 0)} % of a core`);
  pair("memory", own.memory_mb, (mb) => `${amount(mb, 0)} MB`);
  pair("loop late by", held.loop_lag_ms, (ms) => span(ms));
  pair("longest collection", own.gc_longest_ms, (ms) => span(ms));
  pair("waits for the disk", own.journal_pending, bytes);
  pair("waits to be sent", own.outbox, (many) => `${many} commands`);
  for (const [venue, ms] of Object.entries(held.clock_offset_ms ?? {})) pair(`clock of ${venue}`, ms, signed);
  pair("machine", own.machine_cpu_pct, (pct) => `${amount(pct, 0)} % processor, ${amount(own.machine_memory_pct, 0)} % memory`);
  pair("disk", own.disk_free_gb, (gb) => `${amount(gb, 0)} GB free`);
  pair("audits", held.audit?.checks, (checks) => `${amount(checks, 0)}, ${held.audit.violations || "no"} violations`);
  const list = by("process");
  if (list.childElementCount !== 2 * pairs.length) list.replaceChildren(...pairs.flatMap(() => [make("dt"), make("dd")]));
  pairs.flat().forEach((text, n) => say(list.children[n], text));
  list.dataset.empty = pairs.length ? "" : "Not told: no engine answers.";
};

const STEPS = ["seen", "after_fees", "survived", "admitted", "filled", "completed"];
const ENDS = ["refused", "unwound", "stuck"];

const funnel = () => {
  const held = rows.funnel ?? {};
  const most = Math.max(1, ...STEPS.map((name) => held[name] ?? 0));
  bars(by("funnel"), STEPS.map((name, n) => {
    const count = held[name] ?? 0;
    const before = n ? held[STEPS[n - 1]] : 0;
    return [name.replaceAll("_", " "), count / most, before ? `${amount(count, 0)} · ${Math.round((count / before) * 100)} %` : amount(count, 0)];
  }), "");
  say(by("ends"), ENDS.map((name) => `${amount(held[name] ?? 0, 0)} ${name}`).join(" · "));
};

const denials = () => {
  const known = entries("denials").sort(([, a], [, b]) => b - a).slice(0, 6);
  const most = Math.max(1, ...known.map(([, count]) => count));
  bars(by("denials"), known.map(([name, count]) => [name.toLowerCase().replaceAll("_", " "), count / most, amount(count, 0), "plain"]), "Nothing was refused");
};

const strategies = () => {
  const named = (_, name) => {
    const line = make("span");
    line.title = name ? "its positions at mids" : "as it could be closed now";
    line.append(make("i", "", `key k${name ? shade(name) : 0}`), name || "all");
    return line;
  };
  const head = rows.head ?? {};
  const all = entries("strategies").length ? [["", { fills: head.fills, net: head.pnl }]] : [];
  table(by("strategies"), [
    ["strategy", named, { isText: true, once: true }],
    ["fills", (row) => amount(row.fills, 0)],
    ["P&L after fees", (row) => result(row.net), { dress: (row) => sign(row.net) }],
  ], [...all, ...entries("strategies")], () => "", "No strategy has traded yet");
};

const write = (list, known, empty) => {
  list.known ??= new Map();
  const follows = list.scrollTop < 8;
  const before = list.scrollHeight;
  const gone = new Set(list.known.keys());
  const fresh = [];
  for (const [number, [ms, severity, text, told]] of known) {
    // Another run has lines of the same numbers.
    const key = `${number} ${ms}`;
    gone.delete(key);
    if (list.known.has(key)) continue;
    const line = make("li", "", severity);
    line.append(make("time", instant(ms)), `${severity === "INFO" ? "" : `${severity} `}${text}`);
    line.title = told;
    list.known.set(key, line);
    fresh.push(line);
  }
  list.prepend(...fresh);
  for (const key of gone) {
    list.known.get(key).remove();
    list.known.delete(key);
  }
  list.dataset.empty = known.length ? "" : empty;
  if (follows) list.scrollTop = 0;
  else if (fresh.length) list.scrollTop += list.scrollHeight - before;
};

const newest = (known) => known.sort(([, [a]], [, [b]]) => b - a);

const alerts = () => {
  const own = entries("alerts").map(([key, [ms, severity, text, seq]]) => [`e${key}`, [ms, severity, text, `the engine, entry ${seq}`]]);
  const others = observed().map(([key, [ms, severity, text, subject, news]]) => [
    `o${key}`,
    [ms, news === "CLEARED" ? "INFO" : severity, `${text}${news === "RAISED" ? "" : ` (${news.toLowerCase()})`}`, `the observer, of ${subject}`],
  ]);
  write(by("alerts"), newest([...own, ...others]), "No alerts: nothing a person should know of.");
};

const log = () => {
  const known = entries("log").map(([key, [ms, severity, text, seq]]) => [key, [ms, severity, text, `entry ${seq}`]]);
  write(by("log"), known.sort(([a], [b]) => b - a), "Nothing happened yet.");
};

export const PANELS = {
  runs, books, ladder, orders, risk, latency, vitals: process,
  engine: () => [latency, process].forEach((panel) => panel()),
  funnel, denials, strategies, positions, balances,
  equity: () => equity(rows.equity ?? {}),
  alerts,
  observer: alerts,
  log,
};
