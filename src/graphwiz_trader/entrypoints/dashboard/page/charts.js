// Equity: one line for all, one for each strategy, on one scale.
import { amount, by, draw, instant } from "./dom.js";

const LEFT = 56;
const BOTTOM = 18;

export const names = (points) => {
  const found = new Set();
  for (const [, , each] of points) Object.keys(each).forEach((name) => found.add(name));
  return [...found].sort();
};

export const equity = (section) => {
  const svg = by("equity");
  const points = Object.entries(section)
    .sort(([a], [b]) => a - b)
    .map(([, point]) => point);
  const { width, height } = svg.getBoundingClientRect();
  if (!width || points.length < 2) {
    svg.replaceChildren(draw("text", { x: 8, y: 20, class: "dim" }, "No P&L yet: it begins with the first seconds of the run"));
    return;
  }
  const lines = names(points);
  const values = points.flatMap(([, total, each]) => [total, ...Object.values(each)]);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = high - low || 1;
  const [first, last] = [points[0][0], points[points.length - 1][0]];
  const x = (ts) => LEFT + ((ts - first) / (last - first || 1)) * (width - LEFT - 6);
  const y = (value) => 8 + ((high - value) / room) * (height - BOTTOM - 12);
  const path = (of) => {
    let drawn = "";
    for (const point of points) {
      const value = of(point);
      if (value !== undefined) drawn += `${drawn ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(value).toFixed(1)}`;
    }
    return drawn;
  };
  const made = [draw("line", { x1: LEFT, x2: width, y1: y(0), y2: y(0), class: "axis" })];
  for (const value of new Set([low, 0, high])) made.push(draw("text", { x: 2, y: y(value) + 4, class: "dim" }, amount(value)));
  made.push(draw("text", { x: LEFT, y: height - 4, class: "dim" }, instant(first)));
  made.push(draw("text", { x: width - 6, y: height - 4, class: "dim", "text-anchor": "end" }, instant(last)));
  lines.forEach((name, n) => made.push(draw("path", { d: path(([, , each]) => each[name]), class: `s${1 + (n % 5)}` })));
  made.push(draw("path", { d: path(([, total]) => total), class: "s0" }));
  svg.replaceChildren(...made);
};
