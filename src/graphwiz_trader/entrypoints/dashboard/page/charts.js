// Equity: one line for all, one for each strategy, on one scale.
import { amount, by, draw, instant } from "./dom.js";

const LEFT = 58;
const BOTTOM = 20;
const TOP = 10;

const shades = new Map();

// A strategy keeps its colour for as long as the page is open.
export const shade = (name) => {
  if (!shades.has(name)) shades.set(name, 1 + (shades.size % 5));
  return shades.get(name);
};

// A round distance between about four lines of a grid.
const step = (room) => {
  const rough = room / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((many) => many * power >= rough);
};

const grid = (low, high, y, width) => {
  const made = [];
  const each = step(high - low);
  const places = Math.max(0, Math.min(6, -Math.floor(Math.log10(each))));
  for (let n = Math.ceil(low / each); n * each <= high; n += 1) {
    const at = y(n * each);
    made.push(draw("line", { x1: LEFT, x2: width, y1: at, y2: at, class: n ? "rule" : "axis" }));
    made.push(draw("text", { x: LEFT - 8, y: at + 4, class: "dim", "text-anchor": "end" }, amount(n * each, places)));
  }
  return made;
};

export const equity = (section) => {
  const svg = by("equity");
  const points = Object.entries(section)
    .sort(([a], [b]) => a - b)
    .map(([, point]) => point);
  const { width, height } = svg.getBoundingClientRect();
  if (!width || points.length < 2) {
    svg.replaceChildren(draw("text", { x: 0, y: 20, class: "dim" }, "No P&L yet: it begins with the first seconds of the run"));
    return;
  }
  const lines = [...new Set(points.flatMap(([, , each]) => Object.keys(each)))].sort();
  const values = points.flatMap(([, total, each]) => [total, ...Object.values(each)]);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values, low + 1e-6);
  const [first, last] = [points[0][0], points[points.length - 1][0]];
  const x = (ts) => LEFT + ((ts - first) / (last - first || 1)) * (width - LEFT - 6);
  const y = (value) => TOP + ((high - value) / (high - low)) * (height - BOTTOM - TOP);
  const path = (of) => {
    let drawn = "";
    for (const point of points) {
      const value = of(point);
      if (value !== undefined) drawn += `${drawn ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(value).toFixed(1)}`;
    }
    return drawn;
  };
  const made = grid(low, high, y, width);
  made.push(draw("text", { x: LEFT, y: height - 4, class: "dim" }, instant(first)));
  made.push(draw("text", { x: width - 6, y: height - 4, class: "dim", "text-anchor": "end" }, instant(last)));
  lines.forEach((name) => made.push(draw("path", { d: path(([, , each]) => each[name]), class: `s${shade(name)}` })));
  made.push(draw("path", { d: path(([, total]) => total), class: "s0" }));
  svg.replaceChildren(...made);
};
