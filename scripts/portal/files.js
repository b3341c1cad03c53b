// Where files are chosen: in the page's language, with the names of what was chosen; files that the server would refuse are
// not sent, since what was typed would wait for their long way.
import { tell } from "./tell.js";

// By what programs go when they open a file, as the server finds it (store/src/files/refused.rs), which looks into it besides.
const ending = (name) => /\.([^.\s]+)[.\s]*$/.exec(name.replace(/\p{C}/gu, ""))?.[1].toLowerCase();

// What is wrong with the chosen files.
export function unfit(input) {
  const files = [...input.files];
  const { most, tooMany, largest, tooLarge, together, tooMuch, hollow, refused, refusal } = input.dataset;
  const barred = files.find((file) => refused.split(" ").includes(ending(file.name)));
  const empty = files.find((file) => file.size === 0);
  const large = files.find((file) => file.size > Number(largest));
  if (files.length > Number(most)) return tooMany;
  if (barred) return refusal.replace("{ending}", () => ending(barred.name)).replace("{name}", () => barred.name);
  if (empty) return hollow.replace("{name}", () => empty.name);
  if (large) return tooLarge.replace("{name}", () => large.name);
  return files.reduce((sum, file) => sum + file.size, 0) > Number(together) ? tooMuch : "";
}

// The name of a chosen file that is not there any more as it was; such a one can't be sent.
export async function unreadable(form) {
  for (const file of [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files])) {
    const read = await file.slice(0, 1).arrayBuffer().catch(() => undefined);
    if (!read) return file.name;
  }
  return undefined;
}

// Says that files were lost, until others are chosen.
export function chooseAgain(input, text) {
  const field = input.closest(".field");
  field.querySelector(".field-again")?.remove();
  if (!text) return;
  const line = Object.assign(document.createElement("p"), { className: "field-again", textContent: text });
  line.setAttribute("role", "note");
  field.append(line);
}

// The browser's own control speaks the browser's language: it lies unseen over one that speaks the page's.
function translated(input) {
  const { choose, none } = input.dataset;
  const [box, face, names] = ["div", "span", "span"].map((tag) => document.createElement(tag));
  box.className = "portal-pick input";
  face.textContent = choose;
  // Whoever hears the page hears the control itself.
  face.ariaHidden = names.ariaHidden = "true";
  input.classList.remove("input");
  input.before(box);
  box.append(face, names, input);
  const show = () => {
    names.textContent = [...input.files].map((file) => file.name).join(", ") || none;
    input.title = names.textContent;
  };
  // A form that is emptied says so before it is.
  input.form.addEventListener("reset", () => setTimeout(show));
  input.addEventListener("change", show);
  show();
}

for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
  translated(input);
  input.addEventListener("change", () => {
    chooseAgain(input, "");
    tell(input, unfit(input));
  });
}
