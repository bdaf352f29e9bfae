// Books: venues by symbols, and the ladder of the one that was chosen.
import { amount, by, choose, dress, make, push, say, span, wide } from "./dom.js";
import { now } from "./header.js";
import { rows, seen, want } from "./wire.js";

export let instrument = "";

export const look = (name) => {
  instrument = name;
  want({ ladder: name });
};

const known = () => Object.entries(rows.books ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
const symbol = (name) => name.slice(0, name.lastIndexOf("@"));

const rates = new Map();

const rate = (name, updates) => {
  const at = performance.now();
  const [then, before, shown] = rates.get(name) ?? [at, updates, null];
  if (at - then < 1000) {
    if (!rates.has(name)) rates.set(name, [then, before, shown]);
    return shown;
  }
  const found = Math.max(0, ((updates - before) * 1000) / (at - then));
  rates.set(name, [at, updates, found]);
  return found;
};

const cell = (name) => {
  const made = push("", { ladder: name }, "book");
  made.append(make("b"), make("span"));
  return made;
};

const fill = (made, name, row) => {
  const [spread, pace] = made.children;
  const heard = rate(name, row.updates);
  const wrong = row.usable ? "" : row.flaw || "not usable";
  say(spread, row.spread_bps === null ? "no spread" : `${row.usable ? "✓" : "✗"} ${amount(row.spread_bps)} bps`);
  say(pace, wrong || `${row.ts_ms ? span(now() - row.ts_ms) : "never"} · ${heard === null ? "–" : amount(heard, 0)}/s`);
  dress(made, `book${wrong ? " bad" : ""}${name === instrument ? " chosen" : ""}`);
  const told = `${name}: bid ${row.bid ?? "none"}, ask ${row.ask ?? "none"}, ${row.gaps} gaps, ${wrong || "good"}`;
  if (made.title !== told) made.title = told;
};

const lay = (element, symbols, venues) => {
  const titles = make("tr");
  titles.append(make("th", "symbol", "text"));
  for (const venue of venues) titles.append(make("th", venue, "text"));
  const head = make("thead");
  head.append(titles);
  const body = make("tbody");
  for (const one of symbols) {
    const line = make("tr");
    line.append(make("th", one, "text"));
    for (const venue of venues) {
      const place = make("td", "", "text");
      const name = `${one}@${venue}`;
      if (rows.books[name]) place.append(cell(name));
      else place.append(make("span", "not traded", "dim"));
      line.append(place);
    }
    body.append(line);
  }
  element.replaceChildren(head, body);
};

export const books = () => {
  const all = known();
  const venues = [...new Set(all.map(([, row]) => row.venue))];
  const symbols = [...new Set(all.map(([name]) => symbol(name)))];
  const element = by("books");
  const names = all.map(([name]) => name).join();
  if (element.dataset.names !== names) {
    element.dataset.names = names;
    lay(element, symbols, venues);
    if (!all.length) element.replaceChildren(make("caption", "No books: no venue has sent data yet", "empty"));
  }
  for (const made of element.querySelectorAll("button")) fill(made, made.dataset.ladder, rows.books[made.dataset.ladder]);
  if (!rows.books?.[instrument] && all.length) look(all[0][0]);
  choose(by("instrument"), all.map(([name]) => [name, name]), instrument);
};

const line = (style) => {
  const made = make("tr", "", style);
  const depth = make("td", "", "depth");
  depth.append(make("i"));
  made.append(make("td"), make("td"), depth);
  return made;
};

const level = (made, [, price, qty], most) => {
  say(made.cells[0], price);
  say(made.cells[1], qty);
  wide(made.cells[2].firstElementChild, Number(qty) / most);
};

const side = (name) =>
  Object.entries(rows.ladder ?? {})
    .filter(([key]) => key.startsWith(name))
    .sort(([a], [b]) => a.slice(3) - b.slice(3))
    .map(([, row]) => row);

export const ladder = () => {
  const element = by("ladder");
  const [asks, bids] = [side("ask").reverse(), side("bid")];
  const shape = `${asks.length}/${bids.length}`;
  if (element.dataset.shape !== shape) {
    element.dataset.shape = shape;
    const body = make("tbody");
    const spread = make("tr", "", "spread");
    const told = make("td", "", "dim");
    told.colSpan = 3;
    spread.append(told);
    body.append(...asks.map(() => line("ask")), spread, ...bids.map(() => line("bid")));
    const titles = make("tr");
    titles.append(make("th", "price"), make("th", "quantity"), make("th", "depth", "text"));
    const head = make("thead");
    head.append(titles);
    element.replaceChildren(head, body);
  }
  const most = Math.max(0, ...[...asks, ...bids].map(([, , qty]) => Number(qty))) || 1;
  const lines = element.tBodies[0].rows;
  asks.forEach((row, n) => level(lines[n], row, most));
  bids.forEach((row, n) => level(lines[asks.length + 1 + n], row, most));
  const book = rows.books?.[instrument];
  const none = seen.isOpen ? "No levels of this book yet" : "No connection";
  say(lines[asks.length].cells[0], asks.length + bids.length ? `spread ${book ? amount(book.spread_bps) : "–"} bps` : none);
};
