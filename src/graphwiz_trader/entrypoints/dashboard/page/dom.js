// Elements are changed only where what they say has changed.

export const by = (id) => document.getElementById(id);

export const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export const dress = (element, name) => {
  if (element.className !== name) element.className = name;
};

export const make = (name, text = "", style = "") => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (style) made.className = style;
  return made;
};

export const draw = (name, about = {}, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, held] of Object.entries(about)) made.setAttribute(key, held);
  if (text) made.textContent = text;
  return made;
};

// Columns are [title, row => text | Node, row => class]; rows are [key, row], in their order.
export const table = (element, columns, rows, style = () => "", empty = "nothing yet") => {
  if (!element.tHead) {
    const titles = element.createTHead().insertRow();
    for (const [title] of columns) {
      const head = make("th", title);
      head.scope = "col";
      titles.append(head);
    }
    element.createTBody();
    element.known = new Map();
  }
  const body = element.tBodies[0];
  const gone = new Set(element.known.keys());
  let before = body.querySelector("tr.nothing");
  if (!rows.length !== Boolean(before)) {
    before?.remove();
    if (!rows.length) {
      const cell = body.insertRow();
      cell.className = "nothing";
      const told = make("td", empty, "empty");
      told.colSpan = columns.length;
      cell.append(told);
    }
  }
  let place = body.firstElementChild;
  for (const [key, row] of rows) {
    gone.delete(key);
    let line = element.known.get(key);
    if (!line) {
      line = make("tr");
      for (let n = 0; n < columns.length; n += 1) line.append(make("td"));
      element.known.set(key, line);
    }
    if (line !== place) body.insertBefore(line, place);
    else place = place.nextElementSibling;
    dress(line, style(row));
    columns.forEach(([, of, dressed], n) => {
      const cell = line.cells[n];
      const held = of(row, key);
      if (held instanceof Node) {
        if (!cell.firstElementChild) cell.replaceChildren(held);
      } else say(cell, String(held ?? "–"));
      if (dressed) dress(cell, dressed(row, key));
    });
  }
  for (const key of gone) {
    element.known.get(key).remove();
    element.known.delete(key);
  }
};

// Bars are [name, share of the whole in 0…1, what stands behind it, class].
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
      line.append(make("span", name), track, make("span"));
      element.known.set(name, line);
      element.append(line);
    }
    dress(line, `bar ${style}`.trim());
    const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
    const bar = line.children[1].firstElementChild;
    if (bar.style.width !== width) bar.style.width = width;
    say(line.lastElementChild, text);
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

export const amount = (number, places = 2) =>
  number === null || number === undefined ? "–" : Number(number).toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });

export const instant = (ms) => new Date(ms).toLocaleTimeString("en-GB", { hour12: false });

export const span = (ms) => {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 120000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60000)} min`;
};

export const sign = (number) => (number > 0 ? "up" : number < 0 ? "down" : "");
