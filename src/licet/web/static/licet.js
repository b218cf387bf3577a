/* What makes pages better where there is JavaScript; each works without it. */
import { initAll as initGovuk } from "./vendor/govuk-frontend/govuk-frontend.min.js";
import { initAll as initMoj } from "./vendor/moj-frontend/moj-frontend.min.js";

const body = document.body;
body.classList.add("js-enabled", "govuk-frontend-supported");
initGovuk();
initMoj();

const kept = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or shut */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* shut */ } },
  keys: () => { try { return Object.keys(localStorage); } catch { return []; } },
};

/* -- Drafts: <form data-draft="name"> keeps what is typed until the server has it ---------------- */
const DRAFT = "licet:draft:";
const unkept = new Set(["password", "file", "hidden", "submit", "button"]);

function typed(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || unkept.has(field.type)) continue;
    const values = (found[field.name] ??= []);
    if (field.type === "checkbox" || field.type === "radio") { if (field.checked) values.push(field.value); }
    else values.push(field.value);
  }
  return found;
}

function fill(form, draft) {
  const places = {};
  for (const field of form.elements) {
    if (!field.name || unkept.has(field.type) || !(field.name in draft)) continue;
    const values = draft[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else field.value = values[(places[field.name] ??= 0, places[field.name]++)] ?? "";
  }
}

function restored(form, key, before) {
  const note = document.createElement("div");
  note.className = "licet-restored";
  note.setAttribute("role", "status");
  note.textContent = "What you had typed here is back. ";
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "licet-link-button";
  discard.textContent = "Discard it";
  discard.addEventListener("click", () => { fill(form, before); kept.drop(key); note.remove(); });
  note.append(discard);
  form.prepend(note);
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `${DRAFT}${location.pathname}${location.search}:${form.dataset.draft}`;
  const draft = kept.get(key);
  const before = typed(form);
  // A draft that was sent has reached the server once another page came back.
  if (draft?.sent) kept.drop(key);
  else if (draft && JSON.stringify(draft.typed) !== JSON.stringify(before)) {
    fill(form, draft.typed);
    restored(form, key, before);
  }
  form.addEventListener("input", () => kept.set(key, { typed: typed(form) }));
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    kept.set(key, { typed: typed(form), sent: navigator.onLine });
  });
}
for (const form of document.querySelectorAll("form[data-forgets-drafts]")) {
  form.addEventListener("submit", () => kept.keys().filter((k) => k.startsWith(DRAFT)).forEach(kept.drop));
}

/* -- Connection: said when it is gone, and nothing is sent into the void ------------------------- */
const banner = document.querySelector("[data-offline]");
function tell(text) {
  if (!banner) return;
  banner.textContent = text;
  banner.hidden = !text;
}
const OFFLINE = "No connection. What you type is kept on this computer until it is back.";
if (!navigator.onLine) tell(OFFLINE);
addEventListener("offline", () => tell(OFFLINE));
addEventListener("online", () => tell(""));
document.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  tell(`${OFFLINE} Send it again then.`);
}, true);
document.addEventListener("htmx:error", () => tell("The server did not answer. What you typed is still here; try again."));
document.addEventListener("htmx:response:error", () => tell("The server could not answer that. What you typed is still here; try again."));
document.addEventListener("htmx:after:swap", () => { if (navigator.onLine) tell(""); });

/* -- Keys: <x data-keys> turns on the letters of every [data-key] inside; they can be turned off -- */
const KEYS_OFF = "licet:keys-off";
for (const group of document.querySelectorAll("[data-keys]")) {
  const toggle = group.querySelector("[data-keys-toggle]");
  const show = () => { if (toggle) toggle.checked = !kept.get(KEYS_OFF); };
  show();
  toggle?.addEventListener("change", () => kept.set(KEYS_OFF, !toggle.checked));
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || kept.get(KEYS_OFF)) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  for (const target of document.querySelectorAll("[data-keys] [data-key]")) {
    if (target.dataset.key !== key || target.disabled || !target.getClientRects().length) continue;
    event.preventDefault();
    if (target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea")) target.focus();
    else { target.focus(); target.click(); }
    return;
  }
});

/* -- Small things -------------------------------------------------------------------------------- */
document.addEventListener("click", async (event) => {
  const target = event.target.closest("[data-print], [data-copy], [data-unfold]");
  if (!target) return;
  if (target.matches("[data-unfold]")) {
    for (const details of document.querySelectorAll(`${target.dataset.unfold} details`)) details.open = true;
    return;
  }
  if (target.matches("[data-print]")) { print(); return; }
  const text = target.dataset.copy || location.href;
  try { await navigator.clipboard.writeText(text); target.textContent = "Copied"; }
  catch { target.textContent = "Copy it from the address bar"; }
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submits]")) event.target.form?.requestSubmit();
});

/* A day moved along by a slider: <input type="range" data-day-of="as_of" data-first="2008-01-01">. */
const DAY = 86400000;
for (const slider of document.querySelectorAll("input[type=range][data-day-of]")) {
  const field = document.getElementById(slider.dataset.dayOf);
  const first = Date.parse(slider.dataset.first);
  const said = (place) => new Date(first + place * DAY).toISOString().slice(0, 10);
  const spoken = (day) => new Date(day).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const output = document.querySelector(`output[for="${slider.id}"]`);
  slider.addEventListener("input", () => {
    field.value = said(+slider.value);
    slider.setAttribute("aria-valuetext", spoken(field.value));
    if (output) output.textContent = spoken(field.value);
  });
  let waiting;
  slider.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => slider.form.requestSubmit(), 350);
  });
  slider.setAttribute("aria-valuetext", spoken(said(+slider.value)));
  if (output) output.textContent = spoken(said(+slider.value));
}

/* Everything folded is printed. */
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => { folded.forEach((details) => { details.open = false; }); });
