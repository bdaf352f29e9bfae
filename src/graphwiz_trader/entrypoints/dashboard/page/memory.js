// The knowledge graph: what led to what, in words and as a drawing one can walk through by keyboard.
import { amount, by, draw, instant, make, plain, push, result, say, sign, table } from "./dom.js";
import { ask, seen } from "./wire.js";

const WIDE = 170;
const HIGH = 44;

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const told = (held) => (held === null || held === "" ? "–" : typeof held === "object" ? JSON.stringify(held) : String(held));

const show = (node) => {
  by("held").hidden = false;
  const lines = Object.entries({ [node.kind]: node.title, ...node.held });
  by("held").replaceChildren(...lines.flatMap(([key, held]) => [make("dt", key.replaceAll("_", " ")), make("dd", told(held))]));
};

// Letters are as wide as the visitor's font makes them.
const fit = (element) => {
  const whole = element.textContent;
  for (let most = whole.length - 1; most > 3 && element.getComputedTextLength() > WIDE - 14; most -= 1) {
    element.textContent = cut(whole, most);
  }
};

const picture = ({ nodes, edges, width, height }) => {
  const svg = by("graph");
  svg.setAttribute("viewBox", `-3 -3 ${width} ${height + 6}`);
  const place = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.map(([from, to]) => {
    const [a, b] = [place.get(from), place.get(to)];
    return draw("line", { x1: a.x + WIDE, y1: a.y + HIGH / 2, x2: b.x, y2: b.y + HIGH / 2, class: "edge" });
  });
  const boxes = nodes.map((node) => {
    const group = draw("g", { class: node.kind, tabindex: 0, role: "button", "aria-label": `${node.kind} ${node.title}, ${node.text}` });
    group.append(
      draw("rect", { x: node.x, y: node.y, width: WIDE, height: HIGH }),
      draw("text", { x: node.x + 7, y: node.y + 18 }, `${node.kind}: ${node.title}`),
      draw("text", { x: node.x + 7, y: node.y + 34, class: "dim" }, node.text),
      draw("title", {}, `${node.title}\n${node.text}`),
    );
    group.addEventListener("click", () => show(node));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        show(node);
      }
    });
    return group;
  });
  svg.style.maxWidth = `${width * 1.3}px`;
  svg.replaceChildren(...lines, ...boxes);
  svg.querySelectorAll("g text").forEach(fit);
};

export const question = async (what, name) => {
  by("name").value = name;
  by("held").hidden = true;
  by("tables").replaceChildren();
  say(by("explanation"), `Asking about ${name}…`);
  try {
    const found = await ask(what, { run: seen.run, id: name });
    say(by("explanation"), found.text ?? "");
    by("tables").replaceChildren(...(found.tables ?? []).map(plain));
    if (found.drawing) picture(found.drawing);
    else by("graph").replaceChildren();
  } catch (error) {
    by("graph").replaceChildren();
    say(by("explanation"), `${error.message}. What has just happened is in the graph a moment later, while \`graphwiz observe\` runs.`);
  }
};

export const patterns = async () => {
  by("graph").replaceChildren();
  by("held").hidden = true;
  try {
    const { tables } = await ask("patterns", { run: seen.run });
    by("tables").replaceChildren(...tables.map(plain));
    say(by("explanation"), tables.length ? "" : "The graph knows no pattern of this run yet: most want some minutes of market data.");
  } catch (error) {
    say(by("explanation"), error.message);
  }
};

const button = (what, name) => push(what, { [what === "explain" ? "explain" : "whyNot"]: name, label: `${what} ${name}` });

const list = (columns, known, empty) => {
  const old = by("known");
  const fresh = make("table");
  fresh.id = "known";
  old.replaceWith(fresh);
  table(fresh, columns, known.map((row) => [row.key, row]), () => "", empty);
};

const count = async () => {
  const found = await ask("stats", {});
  const nodes = Object.values(found.nodes).reduce((sum, n) => sum + n, 0);
  say(by("stats"), `${amount(nodes, 0)} nodes, up to ${found.latest_ns ? instant(found.latest_ns / 1e6) : "nothing yet"}`);
};

export const latest = async (what) => {
  try {
    const found = await ask(what, { run: seen.run });
    if (what === "trades") {
      list([
        ["trade", (row) => row.name, { isText: true }],
        ["strategy", (row) => row.strategy, { isText: true }],
        ["symbols", (row) => row.symbols, { isText: true }],
        ["venues", (row) => row.venues, { isText: true }],
        ["closed", (row) => instant(row.closed / 1e6)],
        ["net", (row) => result(row.net, 4), { dress: (row) => sign(row.net) }],
        ["", (row) => button("explain", row.name), { once: true }],
      ], found.trades, "The graph knows no trade of this run yet");
    } else {
      list([
        ["opportunity", (row) => row.name, { isText: true }],
        ["strategy", (row) => row.strategy, { isText: true }],
        ["stage", (row) => row.stage, { isText: true }],
        ["outcome", (row) => row.outcome, { isText: true }],
        ["reason", (row) => row.reason, { isText: true }],
        ["net bps", (row) => result(row.net_bps), { dress: (row) => sign(row.net_bps) }],
        ["", (row) => button("why not", row.name), { once: true }],
      ], found.opportunities, "The graph knows no opportunity of this run yet");
    }
    await count();
  } catch (error) {
    list([["", () => ""]], [], error.message);
  }
};
