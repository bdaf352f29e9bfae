// The knowledge graph: what led to what, in words and as a drawing one can walk through by keyboard.
import { amount, by, draw, instant, make, say, table } from "./dom.js";
import { ask, seen } from "./wire.js";

const WIDE = 170;
const HIGH = 44;

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const show = (node) => {
  by("held").hidden = false;
  say(by("held"), `${node.kind} ${node.id}\n${Object.entries(node.held).map(([key, held]) => `  ${key}: ${typeof held === "object" ? JSON.stringify(held) : held}`).join("\n")}`);
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
      draw("text", { x: node.x + 7, y: node.y + 18 }, cut(`${node.kind}: ${node.title}`, 26)),
      draw("text", { x: node.x + 7, y: node.y + 34, class: "dim" }, cut(node.text, 27)),
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
  svg.replaceChildren(...lines, ...boxes);
};

export const question = async (what, name) => {
  by("name").value = name;
  by("held").hidden = true;
  say(by("explanation"), `Asking about ${name}…`);
  try {
    const found = await ask(what, { run: seen.run, id: name });
    say(by("explanation"), found.text);
    if (found.drawing) picture(found.drawing);
    else by("graph").replaceChildren();
  } catch (error) {
    by("graph").replaceChildren();
    say(by("explanation"), `${error.message}. What has just happened is in the graph a moment later, while \`graphwiz observe\` runs.`);
  }
};

const button = (what, name) => {
  const made = make("button", what === "explain" ? "explain" : "why not", "small");
  made.type = "button";
  made.dataset[what === "explain" ? "explain" : "whyNot"] = name;
  made.setAttribute("aria-label", `${what} ${name}`);
  return made;
};

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
        ["trade", (row) => row.name],
        ["strategy", (row) => row.strategy],
        ["closed", (row) => instant(row.closed / 1e6)],
        ["net", (row) => amount(row.net, 4)],
        ["symbols", (row) => row.symbols],
        ["venues", (row) => row.venues],
        ["", (row) => button("explain", row.name)],
      ], found.trades, "The graph knows no trade of this run yet");
    } else {
      list([
        ["opportunity", (row) => row.name],
        ["strategy", (row) => row.strategy],
        ["stage", (row) => row.stage],
        ["outcome", (row) => row.outcome],
        ["reason", (row) => row.reason],
        ["net bps", (row) => amount(row.net_bps)],
        ["", (row) => button("why-not", row.name)],
      ], found.opportunities, "The graph knows no opportunity of this run yet");
    }
    await count();
  } catch (error) {
    list([["", () => ""]], [], error.message);
  }
};
