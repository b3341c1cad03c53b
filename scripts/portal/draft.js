// What is typed outlives a reload, going back and being signed out: it is kept in this tab alone until it is sent. Files can't be
// kept; their names are, so that they can be asked for.
import { filledIn } from "./check.js";

const PREFIX = "guanxi-unsent ";
const sent = new WeakSet();

// Browsers may forbid it, or have no room.
const attempt = (act) => {
  try {
    return act();
  } catch {
    return undefined;
  }
};

const key = (form) => PREFIX + new URL(form.action).pathname;
const stamp = (form) => form.elements.namedItem("stamp");
const texts = (form) => filledIn(form).filter(({ type }) => type !== "file" && type !== "radio");
const chosen = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
const read = (form) => attempt(() => JSON.parse(sessionStorage.getItem(key(form))));

// Keeps what a form holds. What was sent once, with an answer that never came, has to be sent under the same stamp again, or it
// would be there twice.
export function keep(form, tried = false) {
  if (!form.hasAttribute("data-keep") || sent.has(form)) return;
  const typed = texts(form);
  const files = chosen(form).map((file) => file.name);
  const again = (tried || read(form)?.stamp) && stamp(form)?.value;
  const draft = { texts: Object.fromEntries(typed.map(({ name, value }) => [name, value])), files, stamp: again };
  const says = files.length > 0 || typed.some((control) => control.tagName !== "SELECT" && control.value);
  attempt(() => (says ? sessionStorage.setItem(key(form), JSON.stringify(draft)) : sessionStorage.removeItem(key(form))));
}

// Puts back what was kept where nothing else stands; gives the names of the files that it came with.
export function restore(form) {
  const draft = form.hasAttribute("data-keep") && read(form);
  if (!draft) return [];
  for (const control of texts(form)) {
    const text = draft.texts[control.name];
    const offered = control.tagName === "SELECT" && [...control.options].some(({ value }) => value === text);
    if (text && (offered || (control.tagName !== "SELECT" && !control.value))) control.value = text;
  }
  if (draft.stamp && stamp(form)) stamp(form).value = draft.stamp;
  return draft.files;
}

// It was sent.
export function forget(form) {
  sent.add(form);
  attempt(() => sessionStorage.removeItem(key(form)));
}

// Forgets what any form holds.
export function forgetAll() {
  const kept = attempt(() => Object.keys(sessionStorage)) ?? [];
  for (const name of kept.filter((name) => name.startsWith(PREFIX))) attempt(() => sessionStorage.removeItem(name));
}
