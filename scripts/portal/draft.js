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
// What is asked for, each with its controls: several scores or boxes answer one question.
const asked = (form) =>
  filledIn(form)
    .filter(({ type }) => type !== "file")
    .map(({ name }) => [name, [...form.elements].filter((control) => control.name === name)]);
const isTicked = ({ type }) => type === "radio" || type === "checkbox";
const ticked = (controls, how) => controls.filter((control) => control[how]).map(({ value }) => value).join("\n");
const held = (controls) => (isTicked(controls[0]) ? ticked(controls, "checked") : controls[0].value);

// What the page came with.
function given(controls) {
  const [control] = controls;
  if (isTicked(control)) return ticked(controls, "defaultChecked");
  if (control.tagName !== "SELECT") return control.defaultValue;
  return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value;
}

function put(controls, text) {
  const [control] = controls;
  const chosen = text.split("\n");
  if (isTicked(control)) for (const one of controls) one.checked = chosen.includes(one.value);
  else if (control.tagName !== "SELECT" || [...control.options].some(({ value }) => value === text)) control.value = text;
}

const chosen = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
const read = (form) => attempt(() => JSON.parse(sessionStorage.getItem(key(form))));

// Keeps what a form holds. What was sent once, with an answer that never came, has to be sent under the same stamp again, or it
// would be there twice.
export function keep(form, tried = false) {
  if (!form.hasAttribute("data-keep") || sent.has(form)) return;
  const changed = asked(form).filter(([, controls]) => held(controls) !== given(controls));
  const typed = Object.fromEntries(changed.map(([name, controls]) => [name, [given(controls), held(controls)]]));
  const files = chosen(form).map((file) => file.name);
  const again = (tried || read(form)?.stamp) && stamp(form)?.value;
  const draft = { typed, files, stamp: again };
  const says = files.length > 0 || changed.length > 0;
  attempt(() => (says ? sessionStorage.setItem(key(form), JSON.stringify(draft)) : sessionStorage.removeItem(key(form))));
}

// Puts back what was kept, but where the page came with something else this time: that is newer, such as the score that was pressed in
// a mail, or the answer that was sent from elsewhere. Gives the names of the files that it came with.
export function restore(form) {
  const draft = form.hasAttribute("data-keep") && read(form);
  if (!draft) return [];
  for (const [name, controls] of asked(form)) {
    const [before, text] = draft.typed?.[name] ?? [];
    const came = given(controls);
    if (text !== undefined && came === before && held(controls) === came) put(controls, text);
  }
  if (draft.stamp && stamp(form)) stamp(form).value = draft.stamp;
  return draft.files;
}

// It was sent.
export function forget(form) {
  // Another one goes the same way, such as the question whether an answer is to change: what was begun in the first is not in it.
  if (!form.hasAttribute("data-keep")) return;
  sent.add(form);
  attempt(() => sessionStorage.removeItem(key(form)));
}

// Forgets what any form holds.
export function forgetAll() {
  const kept = attempt(() => Object.keys(sessionStorage)) ?? [];
  for (const name of kept.filter((name) => name.startsWith(PREFIX))) attempt(() => sessionStorage.removeItem(name));
}
