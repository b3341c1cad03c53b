// The page's only script: fetches the wasm module and the labels, and lets them take over what the server rendered.
// The bundler fills in the names; see bundle-web.mjs.
import initialise, { add_labels, hydrate } from "guanxi-bindings";

// What somebody does is still sent when the page is left or loaded anew in that moment. Browsers carry no more than
// 64 kB that far: what is larger goes the usual way.
const send = fetch;
globalThis.fetch = async (request, options) => {
  if (!/fn\/(apply|undo|stop_undo|update_profile)$/.test(request.url)) return send(request, options);
  try {
    return await send(request.clone(), { ...options, keepalive: true });
  } catch {
    return send(request, options);
  }
};

const language = document.documentElement.lang;

async function labelsOf(language, part) {
  const answer = await fetch(GUANXI_LABELS[language][part]);
  if (!answer.ok) throw new Error(`labels: ${answer.status}`);
  return answer.text();
}
const bring = async (language, part) => add_labels(language, await labelsOf(language, part));

// A press on a button before the page is taken over would be lost, and what is typed or chosen would stand there without
// anybody knowing of it. The last press is made up for, and of each input is told what is in it; links and forms work by
// themselves.
let pressed;
const notePress = ({ target }) => (pressed = target.closest?.("button:not([type=submit])") ?? pressed);
const typed = new Map();
// Whether an input is as the server rendered it: who chose and thought better of it wants nothing.
const unchanged = ({ type, options, value, defaultValue, checked, defaultChecked }) =>
  options ? [...options].every((one) => one.selected === one.defaultSelected) : /^(checkbox|radio)$/.test(type) ? checked === defaultChecked : value === defaultValue;
const noteInput = ({ target }) => typed.set(target, [target.value, target.checked, unchanged(target)]);
addEventListener("click", notePress);
addEventListener("input", noteInput);
const tellAgain = ([input, [value, checked, same]]) => {
  if (!input.isConnected || same) return;
  if (value !== undefined && input.type !== "file") input.value = value;
  if (checked !== undefined) input.checked = checked;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  // Who still types in it is not done with it; a choice is made at once.
  const chosen = input.options || /^(checkbox|radio)$/.test(input.type);
  if (chosen || input !== document.activeElement) input.dispatchEvent(new Event("change", { bubbles: true }));
};
const taken = () => {
  removeEventListener("click", notePress);
  removeEventListener("input", noteInput);
  [...typed].forEach(tellAgain);
  if (pressed?.isConnected) pressed.click();
  // For whoever drives the page, such as tests: it answers from now on.
  document.documentElement.dataset.ready = "";
};

// Between two pieces of work what somebody does comes through.
const pause = () => new Promise((go) => setTimeout(go));

// The board's first sight needs nothing of the second part, nor of the second style sheet; pages whose code comes in files
// of their own may, and so may one that tells of an error.
const parts = document.querySelector("[data-chunk], .state[role=alert]") ? [0, 1] : [0];

const styled = () =>
  new Promise((done, failed) => {
    if (document.querySelector(`link[href="${GUANXI_LATER_STYLE}"]`)) return done();
    const onerror = () => (link.remove(), failed(new Error("style")));
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: GUANXI_LATER_STYLE, onload: done, onerror });
    document.head.append(link);
  });

// Brings what the first load left out, once; what stood there without its text meanwhile is told. Code that comes later
// waits for it (app/src/chunk.rs).
let coming;
globalThis.guanxi_later = () =>
  (coming ??= Promise.all([styled(), parts.length === 1 && bring(language, 1)]).then(
    () => dispatchEvent(new Event("gx-labels")),
    (error) => {
      coming = undefined;
      throw error;
    },
  ));

// The page is seen first: code on its way would delay it, on a slow line by much. What is not shown is never painted.
if (!document.hidden) await new Promise(requestAnimationFrame);
await pause();
const [labels] = await Promise.all([Promise.all(parts.map((part) => labelsOf(language, part))), initialise({ module_or_path: GUANXI_WASM })]);
await pause();
labels.forEach((texts) => add_labels(language, texts));
await pause();
hydrate(taken);

// The keyboard of an iPhone lies over the page, which stays as high as it was whatever its meta asks for. The styles are told how much
// of the foot is behind it, as far as the page was not pushed up, and whether little is left above a keyboard of any kind. What hides
// less than 40 px is none.
const root = document.documentElement;
const view = visualViewport;
const tellKeyboard = () => {
  const seen = view.height * view.scale;
  const hidden = root.clientHeight - seen;
  root.style.setProperty("--covered", hidden > 40 ? `${Math.max(hidden - view.offsetTop, 0)}px` : "");
  root.toggleAttribute("data-low", seen < 600);
};
for (const change of ["resize", "scroll"]) view.addEventListener(change, tellKeyboard);
tellKeyboard();

// The rest comes with the first sign of life, so that neither going on nor switching the language needs a reload. What fails
// to come is asked for again by what needs it.
const fetchOthers = async () => {
  await guanxi_later();
  for (const other of Object.keys(GUANXI_LABELS).filter((other) => other !== language)) await Promise.all([bring(other, 0), bring(other, 1)]);
};
const once = new AbortController();
for (const sign of ["pointermove", "pointerdown", "keydown"])
  addEventListener(sign, () => (once.abort(), fetchOthers().catch(() => {})), { signal: once.signal, passive: true });
