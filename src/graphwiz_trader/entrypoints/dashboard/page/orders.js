// Orders: what is open and what ended last, the doubtful on top whatever else is asked for.
import { amount, by, mark, push, result, sign, sorted, span, table } from "./dom.js";
import { now } from "./header.js";
import { rows } from "./wire.js";

const chosen = { place: null, isDown: false };

const rank = (row) => (row.ord_status === "UNKNOWN" ? 0 : row.ended_ms ? 2 : 1);
const age = (row) => (row.ended_ms ?? now()) - row.decided_ms;
const doubt = (row) => (row.was_unknown && row.ord_status !== "UNKNOWN" ? `${row.ord_status}, was UNKNOWN` : row.ord_status);
const why = (_, name) => push(name, { explain: name, label: `Why was order ${name} made?` }, "link");

const COLUMNS = [
  ["order", why, { isText: true, once: true, by: (_, name) => name }],
  ["status", doubt, { isText: true, by: (row) => row.ord_status }],
  ["instrument", (row) => row.instrument, { isText: true, by: (row) => row.instrument }],
  ["side", (row) => row.side, { isText: true, dress: (row) => (row.side === "BUY" ? "up" : "down"), by: (row) => row.side }],
  ["price", (row) => row.price, { by: (row) => Number(row.price) }],
  ["filled / of", (row) => `${row.cum_qty} / ${row.qty}`, { by: (row) => Number(row.qty) }],
  ["age", (row) => span(age(row)), { by: age }],
  ["strategy", (row) => row.strategy, { isText: true, by: (row) => row.strategy }],
];

export const orders = () => {
  const sought = by("filter").value.trim().toLowerCase();
  const known = Object.entries(rows.orders ?? {})
    .filter(([name, row]) => !sought || `${name} ${Object.values(row).join(" ")}`.toLowerCase().includes(sought))
    .sort(([, a], [, b]) => rank(a) - rank(b) || b.decided_ms - a.decided_ms);
  const doubtful = known.filter(([, row]) => !rank(row));
  const rest = sorted(known.filter(([, row]) => rank(row)), COLUMNS, chosen);
  const empty = sought ? "No order matches" : "No orders yet: strategies have sent none";
  table(by("orders"), COLUMNS, [...doubtful, ...rest], (row) => ["doubt", "", "ended"][rank(row)], empty);
  mark(by("orders"), chosen);
};

export const sortBy = (place) => {
  const isSame = chosen.place === place;
  chosen.place = isSame && chosen.isDown ? null : place;
  chosen.isDown = isSame && !chosen.isDown;
  orders();
};

const shown = (money) => sign(Number(Number(money).toFixed(4)));

export const positions = () => {
  const known = Object.entries(rows.positions ?? {}).filter(([, row]) => row.strategy);
  table(by("positions"), [
    ["instrument", (row) => row.instrument, { isText: true }],
    ["strategy", (row) => row.strategy, { isText: true }],
    ["quantity", (row) => row.qty],
    ["realised", (row) => result(row.realised, 4), { dress: (row) => shown(row.realised) }],
    ["fees", (row) => amount(row.fees, 4)],
    ["net", (row) => (row.net === null ? "–" : result(row.net, 4)), { dress: (row) => shown(row.net) }],
  ], known, () => "", "No positions: nothing was filled yet");
};

export const balances = () =>
  table(by("balances"), [
    ["venue", (row) => row.venue, { isText: true }],
    ["asset", (row) => row.asset, { isText: true }],
    ["total", (row) => amount(row.total, 0, 8)],
    ["reserved", (row) => amount(row.reserved, 0, 8)],
    ["free", (row) => amount(row.free, 0, 8)],
  ], Object.entries(rows.balances ?? {}), () => "", "No balances: no account was asked yet");
