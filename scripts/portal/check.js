// What the browser knows to be wrong with a form, said in the page's language and beside the fields. The server finds all of it,
// too, but the way there is long.
import { unfit } from "./files.js";
import { tell } from "./tell.js";

// The controls that people fill in, of several scores or boxes the first.
export function filledIn(form) {
  const controls = [...form.elements].filter(
    (control) => control.name && control.type !== "hidden" && !control.closest(".portal-trap"),
  );
  return controls.filter((control, at) => controls.findIndex((other) => other.name === control.name) === at);
}

// As many characters as the server counts: lines end in two of them when they are sent.
const length = (text) => [...text.replace(/\r?\n/g, "\r\n")].length;

// As records keep addresses (shared/src/record/normalize.rs): browsers take `somebody@nowhere`.
const ADDRESS = /^[^\s@,;<>()"]{1,64}@(?!-)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.[\p{L}\p{N}-]*[\p{L}\p{N}]$/u;

// Of boxes to tick one has to be, where an answer is wanted.
const unticked = (control) =>
  control.type === "checkbox" && !control.closest("fieldset")?.querySelector(":checked") && control.closest("[data-required]");

export function problem(control, words) {
  if (control.type === "file") return unfit(control);
  if (unticked(control)) return words.required;
  const { validity, required, dataset } = control;
  const text = control.tagName === "TEXTAREA" ? control.value : control.value.trim();
  if (validity.valueMissing || (required && control.type !== "radio" && !text.trim())) return words.required;
  if (validity.typeMismatch || (control.type === "email" && text && !ADDRESS.test(text))) return words.email;
  return dataset.longest && length(text) > Number(dataset.longest) ? dataset.tooLong : "";
}

// Whether a form may be sent; where not, the first field that is wrong has the focus.
export function fits(form, words) {
  const wrong = filledIn(form).filter((control) => {
    const text = problem(control, words);
    tell(control, text);
    return text !== "";
  });
  wrong[0]?.focus();
  return wrong.length === 0;
}
