// The page: sections that changed are drawn once a frame.
import { by } from "./dom.js";
import { start } from "./actions.js";
import { latest, question } from "./memory.js";
import { PANELS, header, look, orders } from "./panels.js";
import { connect, seen, ticket, want } from "./wire.js";

const changed = new Set();
let isDue = false;
let asked = "";

const render = () => {
  isDue = false;
  header();
  for (const section of changed) PANELS[section]?.();
  changed.clear();
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

document.addEventListener("click", ({ target }) => {
  const { explain, whyNot, ladder, report: run } = target.dataset ?? {};
  if (explain || whyNot) {
    question(explain ? "explain" : "why-not", explain ?? whyNot);
    by("graph-panel").scrollIntoView({ block: "start" });
  }
  if (ladder) look(ladder);
  if (run) report(run);
});
by("runs").addEventListener("change", ({ target }) => want({ run: target.value }));
by("instrument").addEventListener("change", ({ target }) => look(target.value));
by("filter").addEventListener("input", orders);
by("reload").addEventListener("click", () => latest("trades"));
by("missed").addEventListener("click", () => latest("opportunities"));
by("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = by("name").value.trim();
  if (name) question(event.submitter?.value ?? "explain", name);
});
setInterval(header, 500);
start();
connect(note);
