// Orders of a person: a dialog that asks for the reason, and names the run before anything is sent.
import { by, choose, dress, make, say } from "./dom.js";
import { order, rows, seen } from "./wire.js";

const MEANING = {
  halt: "All new risk stops and what works is canceled; hedges go on.",
  reduce: "Only what shrinks positions may pass.",
  resume: "From HALTED to REDUCING; said again, to ACTIVE.",
  flatten: "What works is canceled and what strategies hold is closed, inside the price band.",
};

let action = "";
let run = "";

const scopes = () => {
  const venues = new Set(Object.values(rows.books ?? {}).map((row) => row.venue));
  return [
    ["", "everything"],
    ...[...venues].sort().map((name) => [`venue:${name}`, `venue ${name}`]),
    ...Object.keys(rows.strategies ?? {}).map((name) => [`strategy:${name}`, `strategy ${name}`]),
  ];
};

export const prepare = (what) => {
  action = what;
  run = seen.run;
  say(by("question"), `${what[0].toUpperCase()}${what.slice(1)} ${run}?`);
  dress(by("confirm"), what === "halt" || what === "flatten" ? "danger" : "");
  say(by("meaning"), MEANING[what]);
  say(by("refused"), "");
  choose(by("scope"), scopes(), "");
  by("reason").value = "";
  by("confirm").disabled = false;
  by("dialog").showModal();
  by("reason").focus();
};

const send = async (event) => {
  event.preventDefault();
  by("confirm").disabled = true;
  say(by("refused"), "");
  try {
    const came = await order({ run, action, scope: by("scope").value, reason: by("reason").value, confirm: run });
    by("dialog").close();
    say(by("done"), `${came.action} ${came.scope || "everything"}: ${came.state ?? "under way"}, entry ${came.seq ?? "to come"}`);
  } catch (error) {
    say(by("refused"), error.message);
    by("confirm").disabled = false;
  }
};

export const start = () => {
  const done = make("span", "", "dim");
  done.id = "done";
  done.setAttribute("role", "status");
  by("actions").after(done);
  for (const button of document.querySelectorAll("[data-action]")) {
    button.addEventListener("click", () => prepare(button.dataset.action));
  }
  by("order").addEventListener("submit", send);
  by("cancel").addEventListener("click", () => by("dialog").close());
};
