// The page: sections that changed are drawn once a frame.
import { by } from "./dom.js";
import { start } from "./actions.js";
import { look } from "./books.js";
import { header, now } from "./header.js";
import { latest, patterns, question } from "./memory.js";
import { orders, sortBy } from "./orders.js";
import { PANELS } from "./panels.js";
import { compare } from "./parity.js";
import { connect, rows, seen, ticket, want } from "./wire.js";

const changed = new Set();
const delays = [];
let isDue = false;
let asked = "";

// How long after an entry of the journal this screen shows it, of the last that were shown.
const time = () => {
  if (document.hidden || rows.reading?.behind || !rows.runs?.[seen.run]?.live) return;
  delays.push(Math.max(0, now() - rows.head.ts_ms));
  if (delays.length > 300) delays.shift();
  if (delays.length % 10) return;
  const order = [...delays].sort((a, b) => a - b);
  const at = (share) => 1000 * order[Math.min(order.length - 1, Math.floor(order.length * share))];
  seen.screen = { p50: at(0.5), p99: at(0.99), p99_9: at(0.999) };
  changed.add("latency");
};

const render = () => {
  isDue = false;
  header();
  if (changed.has("head") && rows.head) time();
  for (const section of changed) PANELS[section]?.();
  changed.clear();
  seen.drawn += 1;
  if (seen.run && asked !== seen.run) {
    asked = seen.run;
    latest("trades");
  }
};

const note = (sections) => {
  sections.forEach((section) => changed.add(section));
  if (isDue) return;
  isDue = true;
  if (document.hidden) setTimeout(render, 500);
  else requestAnimationFrame(render);
};

const report = async (run) => {
  const page = window.open("", "_blank");
  try {
    const { href } = await ticket(run);
    if (page) page.location.href = href;
    else location.href = href;
  } catch (error) {
    page?.close();
    by("notice").textContent = error.message;
    by("notice").hidden = false;
  }
};

const show = (run) => {
  want({ run });
  delays.length = 0;
  seen.screen = null;
};

document.addEventListener("click", ({ target }) => {
  const { explain, whyNot, ladder, report: run, compare: twin, show: wanted, sort } = target.closest("button")?.dataset ?? {};
  if (explain || whyNot) {
    question(explain ? "explain" : "why-not", explain ?? whyNot);
    by("graph-panel").scrollIntoView({ block: "start" });
  }
  if (ladder) {
    look(ladder);
    PANELS.books();
  }
  if (run) report(run);
  if (twin) compare(twin);
  if (wanted) show(wanted);
  if (sort && target.closest("#orders")) sortBy(Number(sort));
});
by("runs").addEventListener("change", ({ target }) => show(target.value));
by("instrument").addEventListener("change", ({ target }) => look(target.value));
by("filter").addEventListener("input", orders);
by("reload").addEventListener("click", () => latest("trades"));
by("missed").addEventListener("click", () => latest("opportunities"));
by("seen").addEventListener("click", patterns);
by("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = by("name").value.trim();
  if (name) question(event.submitter?.value ?? "explain", name);
});
// The place in the page that is looked at is marked in the list of its parts.
const watched = new IntersectionObserver((found) => {
  for (const { target, isIntersecting } of found) {
    const link = document.querySelector(`nav a[href="#${target.id}"]`);
    if (link) link.ariaCurrent = String(isIntersecting);
  }
}, { threshold: 0.6 });
document.querySelectorAll("main > section[id]").forEach((section) => watched.observe(section));
addEventListener("resize", () => PANELS.equity());
setInterval(header, 500);
// A run that has just begun has no trades in the graph yet.
setInterval(() => {
  if (seen.isOpen && seen.run && !document.hidden && document.querySelector("#known tr.nothing")) latest("trades");
}, 3000);
start();
connect(note);
