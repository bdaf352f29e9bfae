// Parity: a run beside its backtest, each difference under its cause.
import { amount, by, dress, make, plain, result, say } from "./dom.js";
import { parity } from "./wire.js";

const ladder = ({ ladder: rungs, pnl, reporting }) => {
  let before = null;
  const rows = rungs.map(({ run, cause, orders, fills, net, gross, fees }) => {
    const change = before === null || !cause ? "" : result(net - before, 4);
    before = net;
    return [run, amount(orders, 0), amount(fills, 0), amount(gross, 4), amount(fees, 4), amount(net, 4), change, cause ?? ""];
  });
  return plain({
    title: `Step by step, ${reporting}; in all ${result(pnl.difference, 4)}`,
    columns: ["run", "orders", "fills", "gross", "fees", "net", "difference", "by"],
    rows,
  });
};

const causes = ({ orders, fills, pnl }) => ({
  title: "By cause",
  columns: ["cause", "orders", "fills", "P&L"],
  rows: Object.keys(orders.by_cause).map((cause) => [cause, amount(orders.by_cause[cause], 0), amount(fills.by_cause[cause], 0), result(pnl.by_cause[cause] ?? 0, 4)]),
});

const filled = (order) => (order ? `${order.cum_qty} of ${order.qty}` : "none");

const differences = ({ differences: found }) => ({
  title: `Orders that differ, the first ${Math.min(20, found.length)} of ${found.length}`,
  columns: ["order", "how", "in the run", "in the backtest", "by"],
  rows: found.slice(0, 20).map((each) => [`${each.side} ${each.instrument} at ${each.price}`, each.how, filled(each.session), filled(each.backtest), each.cause]),
});

const matched = ({ run, clean, orders, unexplained }) => {
  const many = `${amount(orders.matched, 0)} of ${amount(orders.session, 0)} orders matched`;
  if (clean) return `✓ ${run}: ${many}, and every difference has its cause.`;
  return `✗ ${run}: ${many}, and a difference has no cause: ${unexplained?.text ?? JSON.stringify(unexplained)}`;
};

// A session is set beside its backtest; a backtest beside itself, by the other engine.
const session = (found) => {
  const parts = [ladder(found), plain(causes(found))];
  if (found.differences.length) parts.push(plain(differences(found)));
  if (found.notes.length) parts.push(make("p", found.notes.join(" "), "dim"));
  return [matched(found), parts];
};

const engines = (found) => {
  const names = Object.keys(found.orders);
  const rows = ["orders", "fills", "net"].map((what) => [what, ...names.map((name) => String(found[what][name]))]);
  const said = found.clean ? `✓ ${found.run}: both engines decide the same.` : `✗ ${found.run}: ${found.differences} differences, the first: ${found.first_differences[0]}`;
  return [said, [plain({ title: "By engine", columns: ["", ...names], rows })]];
};

export const compare = async (run) => {
  by("parity-panel").scrollIntoView({ block: "start" });
  const verdict = by("verdict");
  dress(verdict, "dim");
  say(verdict, `Comparing ${run} with its backtest: this takes a while, and takes nothing from the engine.`);
  by("twins").replaceChildren();
  try {
    const found = await parity(run);
    const [said, parts] = found.ladder ? session(found) : engines(found);
    dress(verdict, found.clean ? "up" : "down");
    say(verdict, said);
    by("twins").replaceChildren(...parts);
  } catch (error) {
    dress(verdict, "warn");
    say(verdict, `${run} cannot be compared: ${error.message}`);
  }
};
