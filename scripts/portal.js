// The public pages' only script. They work without it: it sends forms in place, so that nothing typed or chosen is lost and no button
// leads to the browser's own page when there is no connection, suggests articles while a subject is typed, keeps a conversation
// current without touching what is being typed, says what is wrong before it is sent, and keeps the score that was pressed in a mail.
import "./portal/files.js";
import "./portal/send.js";
import "./portal/pressed.js";
import "./portal/press.js";
import { put } from "./portal/put.js";
import { lead } from "./portal/tell.js";

const fetchPart = async (address) => {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  return answer.ok && !answer.redirected ? answer.text() : undefined;
};

// A form that was refused opens where something is wrong.
lead(document);
// Whoever is led to where one writes can write.
const led = document.getElementById(location.hash.slice(1));
if (led?.matches("textarea")) led.focus({ preventScroll: true });

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
  const controls = () => [...fresh.querySelectorAll("a, button")];
  let [turns, drawn] = [0, 0];
  const renew = async () => {
    const turn = ++turns;
    const answer = await fetchPart(live.dataset.part).catch(() => undefined);
    // Several may be under way at once: an answer that was overtaken says what was before.
    if (answer === undefined || turn < drawn) return;
    drawn = turn;
    const template = Object.assign(document.createElement("template"), { innerHTML: answer });
    // As the browser writes it: what is the same but for that is not drawn anew, with what was said about a button in there.
    const part = template.innerHTML;
    if (part === shown) return;
    // Whoever is about to press a button in there has it under the finger still; what was written meanwhile stands before them.
    const focused = controls().find((control) => control === document.activeElement);
    const place = focused && controls().indexOf(focused) - controls().length;
    put(fresh, template.content);
    shown = part;
    if (focused && !focused.isConnected) controls().at(place)?.focus();
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
