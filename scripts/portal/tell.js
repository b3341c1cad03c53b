// Says beside a control what is wrong with it, in place of what was said before; without a text nothing is wrong any more.
export function tell(control, text) {
  const field = control.closest(".field, fieldset");
  if (!field) return;
  const told = `${control.name}-error`;
  field.querySelector(".field-error")?.remove();
  field.toggleAttribute("data-invalid", text !== "");
  // One score or box of several can't be wrong by itself: their group is.
  const grouped = control.type === "radio" || control.type === "checkbox";
  if (!grouped) control.setAttribute("aria-invalid", String(text !== ""));
  const about = [field.querySelector(".field-hint")?.id, text && told].filter(Boolean).join(" ");
  const described = grouped ? field : control;
  if (about) described.setAttribute("aria-describedby", about);
  else described.removeAttribute("aria-describedby");
  if (!text) return;
  const line = Object.assign(document.createElement("p"), { id: told, className: "field-error", textContent: text });
  // A file is chosen in a window of its own: nothing else says what became of it.
  if (control.type === "file") line.setAttribute("role", "alert");
  field.append(line);
}

// Leads to what is wrong in a place, with what is said about it; some browsers give the focus to nobody by themselves.
export function lead(place) {
  const wrong = place.querySelector("[autofocus]");
  wrong?.focus({ preventScroll: true });
  wrong?.scrollIntoView({ block: "center" });
}
