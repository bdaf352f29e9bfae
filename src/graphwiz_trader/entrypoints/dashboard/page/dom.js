// Elements are changed only where what they say has changed.

export const by = (id) => document.getElementById(id);

export const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export const dress = (element, name) => {
  if (element.className !== name) element.className = name;
};

export const wide = (element, share) => {
  const width = `${(Math.max(0, Math.min(1, share)) * 100).toFixed(1)}%`;
  if (element.style.width !== width) element.style.width = width;
};

export const make = (name, text = "", style = "") => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (style) made.className = style;
  return made;
};

export const push = (text, about, style = "small") => {
  const made = make("button", text, style);
  made.type = "button";
  for (const [key, held] of Object.entries(about)) {
    if (key === "label") made.setAttribute("aria-label", held);
    else made.dataset[key] = held;
  }
  return made;
};

export const draw = (name, about = {}, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, held] of Object.entries(about)) made.setAttribute(key, held);
  if (text) made.textContent = text;
  return made;
};

const nothing = (body, columns, empty) => {
  const before = body.querySelector("tr.nothing");
  if (empty && before) say(before.firstElementChild, empty);
  if (Boolean(empty) === Boolean(before)) return;
  before?.remove();
  if (!empty) return;
  const line = body.insertRow();
  line.className = "nothing";
  const told = make("td", empty, "empty");
  told.colSpan = columns;
  line.append(told);
};

// Columns are [title, row => text, about], rows [key, row] in their order. Of a column may be said how it is dressed
// (row => class), that it `isText`, `by` what it sorts (row => number | text), and that it is made `once`, a node.
export const table = (element, columns, rows, style = () => "", empty = "nothing yet") => {
  if (!element.tHead) {
    const titles = element.createTHead().insertRow();
    columns.forEach(([title, , about = {}], place) => {
      const head = make("th", "", about.isText ? "text" : "");
      head.scope = "col";
      head.append(about.by ? push(title, { sort: place }, "sort") : title);
      titles.append(head);
    });
    element.createTBody();
    element.known = new Map();
  }
  const body = element.tBodies[0];
  const gone = new Set(element.known.keys());
  nothing(body, columns.length, rows.length ? "" : empty);
  let place = body.firstElementChild;
  for (const [key, row] of rows) {
    gone.delete(key);
    let line = element.known.get(key);
    if (!line) {
      line = make("tr");
      for (const [, of, about = {}] of columns) {
        line.append(make("td", "", about.isText ? "text" : ""));
        if (about.once) line.lastElementChild.append(of(row, key));
      }
      element.known.set(key, line);
    }
    if (line !== place) body.insertBefore(line, place);
    else place = place.nextElementSibling;
    dress(line, style(row));
    columns.forEach(([, of, about = {}], n) => {
      const cell = line.cells[n];
      if (!about.once) say(cell, String(of(row, key) ?? "–"));
      if (about.dress) dress(cell, `${about.isText ? "text " : ""}${about.dress(row, key)}`.trim());
    });
  }
  for (const key of gone) {
    element.known.get(key).remove();
    element.known.delete(key);
  }
};

// Returns rows in the order a person chose: `chosen` is { place, isDown }, place null for none.
export const sorted = (rows, columns, chosen) => {
  const by = columns[chosen.place]?.[2]?.by;
  if (!by) return rows;
  const turn = chosen.isDown ? -1 : 1;
  return [...rows].sort(([x, a], [y, b]) => {
    const [left, right] = [by(a, x), by(b, y)];
    return turn * (typeof left === "number" ? left - right : String(left).localeCompare(String(right)));
  });
};

export const mark = (element, chosen) => {
  [...element.tHead.rows[0].cells].forEach((head, place) => {
    const said = place === chosen.place ? (chosen.isDown ? "descending" : "ascending") : "none";
    if (head.ariaSort !== said && head.querySelector("button")) head.ariaSort = said;
  });
};

// Bars are [name, share of the whole in 0…1, what stands beside it, class]; one with [from, to] begins later.
export const bars = (element, lines, empty) => {
  element.known ??= new Map();
  const gone = new Set(element.known.keys());
  for (const [name, share, text, style = ""] of lines) {
    gone.delete(name);
    let line = element.known.get(name);
    if (!line) {
      line = make("div");
      const track = make("i");
      track.append(make("b"));
      line.append(make("span", name), make("span"), track);
      element.known.set(name, line);
      element.append(line);
    }
    dress(line, `bar ${style}`.trim());
    const bar = line.lastElementChild.firstElementChild;
    const [from, to] = Array.isArray(share) ? share : [0, share];
    const left = `${(from * 100).toFixed(1)}%`;
    if (from && bar.style.marginLeft !== left) bar.style.marginLeft = left;
    wide(bar, to - from);
    say(line.children[1], text);
  }
  for (const name of gone) {
    element.known.get(name).remove();
    element.known.delete(name);
  }
  element.dataset.empty = lines.length ? "" : empty;
};

export const choose = (select, names, chosen) => {
  const before = [...select.options].map((option) => option.value).join("\n");
  if (before !== names.map(([name]) => name).join("\n")) {
    select.replaceChildren(...names.map(([name, text]) => new Option(text, name)));
  }
  names.forEach(([, text], n) => say(select.options[n], text));
  if (document.activeElement !== select && select.value !== chosen) select.value = chosen;
};

const FORMATS = new Map();

export const amount = (number, places = 2, most = places) => {
  if (number === null || number === undefined || number === "") return "–";
  const key = `${places}:${most}`;
  if (!FORMATS.has(key)) {
    FORMATS.set(key, new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: most }));
  }
  return FORMATS.get(key).format(Number(number)).replace("-", "−");
};

// A result says its sign, for those who do not see its colour.
export const result = (number, places = 2) => {
  const told = amount(number, places);
  if (!/[1-9]/.test(told)) return told.replace("−", "");
  return told.startsWith("−") ? told : `+${told}`;
};

export const instant = (ms) => new Date(ms).toLocaleTimeString("en-GB", { hour12: false });

export const span = (ms) => {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 120000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7200000) return `${Math.round(ms / 60000)} min`;
  return `${Math.round(ms / 3600000)} h`;
};

export const sign = (number) => (number > 0 ? "up" : number < 0 ? "down" : "");

const NUMBER = /^[−+-]?[\d.,]+( %)?$/;
const isNumbers = (texts) => texts.some((text) => NUMBER.test(text)) && texts.every((text) => NUMBER.test(text) || text.length < 2);

// A table as the server tells it: { title, columns, rows }, all text; without columns, names and their values.
export const plain = ({ title, columns, rows }) => {
  const box = make("div", "", "scroll");
  const made = make("table");
  const numbers = (rows[0] ?? []).map((_, n) => n > 0 && isNumbers(rows.map((row) => String(row[n] ?? "–"))));
  const style = (n) => (numbers[n] ? "" : "text");
  if (columns.length) {
    const titles = made.createTHead().insertRow();
    columns.forEach((name, n) => titles.append(make("th", name, style(n))));
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((text, n) => line.append(make("td", String(text ?? "–"), style(n))));
  }
  box.append(make("h3", title), made);
  if (!columns.length) made.className = "narrow";
  return box;
};
