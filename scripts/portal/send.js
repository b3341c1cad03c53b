// Sends forms without leaving the page: what is wrong comes back beside the fields, and whatever happens on the way, text and
// files are there to be sent once more. The form's stamp makes that harmless: what arrived before is not made twice.
import { filledIn, fits, problem } from "./check.js";
import { forget, keep, restore } from "./draft.js";
import { chooseAgain, unreadable } from "./files.js";
import { tell } from "./tell.js";

// The server's clock and its wait are met with a little to spare.
const SPARE = 250;
// When the page's stamps were made at the latest.
let stamped = performance.getEntriesByType("navigation")[0]?.responseEnd || performance.now();

// The header has the server tell where to go instead of leading the request there. What was pressed may say something by itself.
export function post(form, options = {}, button = undefined) {
  const filled = new FormData(form);
  if (button?.name) filled.append(button.name, button.value);
  const body = form.enctype === "multipart/form-data" ? filled : new URLSearchParams(filled);
  return fetch(form.action, { method: "POST", body, headers: { "x-requested-with": "fetch" }, ...options });
}

// The answer and its text. Requests go on waiting when the connection is gone; this one ends.
export async function answered(form, button = undefined) {
  const [cut, over] = [new AbortController(), new AbortController()];
  addEventListener("offline", () => cut.abort(), { signal: over.signal });
  try {
    const answer = await post(form, { signal: cut.signal }, button);
    return [answer, await answer.text()];
  } finally {
    over.abort();
  }
}

// What is written faster than people write is refused: it waits here instead of coming back.
function waited(form) {
  const wait = Number(form.elements.namedItem("stamp")?.dataset.wait ?? 0);
  const writes = [...form.querySelectorAll("textarea")].some((area) => area.value.trim());
  const left = stamped + wait + SPARE - performance.now();
  return wait && writes && left > 0 ? new Promise((done) => setTimeout(done, left)) : undefined;
}

// Goes on to another page, or to this one anew.
export function go(form, to) {
  const next = new URL(to, location.href);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  form.reset();
  if (next.pathname + next.search !== location.pathname + location.search) return location.assign(next);
  // Where one is led counts, not where one was.
  history.scrollRestoration = "manual";
  history.replaceState(null, "", next);
  return location.reload();
}

// Whether a page is one of these: not all that answers is the server's.
export const isOurs = (page) => page.body.hasAttribute("data-failed") || page.querySelector("[data-refused]") !== null;

// What a page of ours that came instead says went wrong, if it speaks the language of this one.
export function reason(page) {
  const { lang } = page.documentElement;
  const isRead = isOurs(page) && (!lang || lang === document.documentElement.lang);
  return isRead ? (page.querySelector("[data-refused]") ?? page.querySelector("main p"))?.textContent : undefined;
}

// Puts what the server says about a form into the one that is there.
function refused(form, html, words, say) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const theirs = [...page.forms].find((other) => other.getAttribute("action") === form.getAttribute("action"));
  if (!theirs) return say(reason(page) || words.failed);
  const told = new Map([...theirs.querySelectorAll(".field-error")].map(({ id, textContent }) => [id, textContent]));
  const wrong = filledIn(form).filter((control) => {
    const text = told.get(`${control.name}-error`) ?? "";
    tell(control, text);
    return text !== "";
  });
  const [mine, other] = [form, theirs].map((one) => one.elements.namedItem("stamp"));
  if (mine && other && mine.value !== other.value) {
    mine.value = other.value;
    stamped = performance.now();
  }
  // Programs that remember addresses fill it in for people.
  const trap = form.querySelector(".portal-trap input");
  if (trap) trap.value = "";
  keep(form);
  const box = theirs.querySelector(".portal-problem");
  const lines = [...(box?.querySelectorAll("p") ?? [])].map((line) => line.textContent);
  say(lines.join(" ") || box?.textContent || words.failed);
  return wrong[0]?.focus();
}

// Whether the page is being left, since all went well.
async function send(form, words, say) {
  await Promise.all([form.saving, waited(form)]);
  keep(form, true);
  let answer, html;
  try {
    [answer, html] = await answered(form);
  } catch {
    const name = await unreadable(form);
    say(name ? words.unread.replace("{name}", () => name) : words.offline);
    return false;
  }
  const to = answer.headers.get("location");
  if (!to) {
    refused(form, html, words, say);
    return false;
  }
  // Whoever was signed out meanwhile finds it again afterwards.
  if (answer.ok) forget(form);
  go(form, to);
  return true;
}

export function follow(form) {
  const words = JSON.parse(form.dataset.words);
  const actions = form.querySelector(".actions");
  const button = actions.querySelector("button");
  const wrong = Object.assign(document.createElement("div"), { className: "portal-problem" });
  const doing = Object.assign(document.createElement("span"), { className: "meta" });
  wrong.setAttribute("role", "alert");
  doing.setAttribute("role", "status");
  actions.before(wrong);
  actions.append(doing);
  const say = (text) => {
    // What the server said on this page before goes.
    form.querySelectorAll(".portal-problem").forEach((box) => box === wrong || box.remove());
    wrong.textContent = text;
  };
  const busy = (on) => {
    button.setAttribute("aria-busy", String(on));
    doing.textContent = on ? words.sending : "";
  };
  // Browsers say it in their own language, beside one field at a time.
  form.noValidate = true;
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    say("");
    if (!fits(form, words)) return;
    sending = true;
    busy(true);
    sending = await send(form, words, say);
    busy(sending);
  });
  form.addEventListener("input", ({ target }) => {
    if (target.closest(".field, fieldset")?.hasAttribute("data-invalid")) tell(target, problem(target, words));
    keep(form);
  });
  // What was pressed in a mail is sent as it came, and what was kept put back then (pressed.js).
  const lost = form.hasAttribute("data-save") ? [] : restore(form);
  const input = form.querySelector("input[type=file]");
  if (input && lost.length) chooseAgain(input, words.again.replace("{names}", () => lost.join(", ")));
}

for (const form of document.querySelectorAll("form[data-words]")) follow(form);
