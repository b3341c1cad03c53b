// The public pages' only script. They work without it: it sends forms in place, so that nothing typed or chosen is lost and no button
// leads to the browser's own page when there is no connection, suggests articles while a subject is typed, keeps a conversation
// current without touching what is being typed, says what is wrong before it is sent, and keeps the score that was pressed in a mail.
import "./portal/files.js";
import "./portal/send.js";
import "./portal/pressed.js";
import "./portal/press.js";

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

const live = document.querySelector("[data-live]");
if (live) {
  const fresh = live.querySelector("[data-fresh]");
  let shown = fresh.innerHTML;
  // As the browser writes it: what is the same but for that is not drawn anew, with what was said about a button in there.
  const written = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).innerHTML;
  let [turns, drawn] = [0, 0];
  const renew = async () => {
    const turn = ++turns;
    const answer = await fetchPart(live.dataset.part).catch(() => undefined);
    // Several may be under way at once: an answer that was overtaken says what was before.
    if (answer === undefined || turn < drawn) return;
    drawn = turn;
    const part = written(answer);
    if (part === shown) return;
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
