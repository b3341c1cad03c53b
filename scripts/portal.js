// The public pages' only script. They work without it: it shows what was wrong with a form, suggests articles while a subject is
// typed, keeps a conversation current without touching what is being typed, says which files are too large before they are sent,
// and keeps the score that was pressed in a mail.

const fetchPart = async (address) => {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  return answer.ok && !answer.redirected ? answer.text() : undefined;
};

// A form that was refused opens where something is wrong, with what is said about it; some browsers give the focus to nobody by
// themselves.
const wrong = document.querySelector("[autofocus]");
wrong?.focus({ preventScroll: true });
wrong?.scrollIntoView({ block: "center" });

const form = document.querySelector("form[data-suggest]");
if (form) {
  const subject = form.elements.namedItem("subject");
  const place = form.querySelector("[data-suggestions]");
  let waiting;
  let asked = "";
  const suggest = async () => {
    const words = subject.value.trim();
    if (words === asked) return;
    asked = words;
    const part = words.length < 2 ? "" : await fetchPart(`${form.dataset.suggest}?q=${encodeURIComponent(words)}`).catch(() => "");
    // An answer that was overtaken says nothing.
    if (words === asked) place.innerHTML = part ?? "";
  };
  subject.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 300);
  });
}

// Files that the server would refuse are not sent: the way there is long, and what was typed stays where it is.
for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
  const field = input.closest(".field");
  const { most, tooMany, largest, tooLarge, together, tooMuch } = input.dataset;
  const problem = () => {
    const files = [...input.files];
    const large = files.find((file) => file.size > Number(largest));
    if (files.length > Number(most)) return tooMany;
    if (large) return `${large.name}: ${tooLarge}`;
    return files.reduce((sum, file) => sum + file.size, 0) > Number(together) ? tooMuch : "";
  };
  const tell = () => {
    const text = problem();
    const [hint, told] = [`${input.id}-hint`, `${input.id}-error`];
    // What the server said about other files goes, too.
    field.querySelector(".field-error")?.remove();
    field.toggleAttribute("data-invalid", text !== "");
    input.setAttribute("aria-invalid", String(text !== ""));
    input.setAttribute("aria-describedby", text ? `${hint} ${told}` : hint);
    if (text) {
      const line = Object.assign(document.createElement("p"), { id: told, className: "field-error", textContent: text });
      line.setAttribute("role", "alert");
      field.append(line);
    }
  };
  input.addEventListener("change", tell);
  input.form.addEventListener("submit", (event) => {
    // What the server said stays until other files are chosen.
    if (problem() === "") return;
    event.preventDefault();
    tell();
    input.focus();
  });
}

// One press in a mail is enough: its score is sent on arrival, with what was answered before. Programs that look into mails
// follow its links, too, but mostly run no scripts. What does not work leaves the page as it is: it asks for Send.
const pressed = document.querySelector("form[data-save]");
if (pressed) {
  const told = pressed.querySelector("[data-saved]");
  const save = async () => {
    const body = new URLSearchParams(new FormData(pressed));
    // It arrives though the page is closed at once.
    const answer = await fetch(pressed.action, { method: "POST", body, keepalive: true });
    if (!answer.ok || !answer.redirected) return;
    told.textContent = told.dataset.saved;
    // Whoever comes back to this page later does not give the score again, which may be another one by then.
    history.replaceState(null, "", pressed.action);
  };
  let saving = save().catch(() => {}).finally(() => (saving = undefined));
  pressed.addEventListener("submit", async (event) => {
    if (!saving) return;
    // The one that is sent last has to arrive last.
    event.preventDefault();
    await saving;
    pressed.requestSubmit();
  });
}

const live = document.querySelector("[data-live]");
if (live) {
  const fresh = live.querySelector("[data-fresh]");
  let shown = fresh.innerHTML;
  const renew = async () => {
    const part = await fetchPart(live.dataset.part).catch(() => undefined);
    if (part === undefined || part === shown) return;
    // Whoever is about to press a button in there has it under the finger still.
    const focused = fresh.contains(document.activeElement) ? document.activeElement : undefined;
    const place = focused && [...fresh.querySelectorAll("a, button")].indexOf(focused);
    fresh.innerHTML = part;
    shown = part;
    if (focused) fresh.querySelectorAll("a, button")[place]?.focus();
  };
  const EVERY = 30_000;
  let polling;
  const poll = () => (polling ??= setInterval(() => document.hidden || renew(), EVERY));
  const stream = new EventSource(live.dataset.live);
  stream.addEventListener("changed", renew);
  stream.addEventListener("open", () => {
    clearInterval(polling);
    polling = undefined;
    renew();
  });
  stream.addEventListener("error", poll);
  document.addEventListener("visibilitychange", () => document.hidden || renew());
}
