// Buttons that stand by themselves: a vote, "It is solved", the way in, a search. Without connection the browser would put a page of
// its own in the place of this one, and so would what stands before the server while that is away; so it stays as it is, with all that
// is typed on it, and says what is wrong. Nothing is sent a second time unless somebody presses again: it may have arrived.
import { forgetAll } from "./draft.js";
import { answered, follow, go, isOurs, reason } from "./send.js";
import { lead } from "./tell.js";

// By where they go: a part that is replaced meanwhile has a new form for the same.
const sending = new Set();

// Parts of the page are replaced, their forms with them: what is said belongs to the one that is there by then.
const present = (form) => (form.isConnected ? form : ([...document.forms].find((other) => other.action === form.action) ?? form));

function say(pressed, text) {
  const form = present(pressed);
  const place = form.closest(".actions") ?? form;
  // Where none of its kind is left, it is said at the top.
  const main = form.isConnected ? undefined : document.querySelector("main");
  const old = main ? main.firstElementChild : place.nextElementSibling;
  const box = old?.matches(".portal-problem") ? old : document.createElement("div");
  if (box !== old) {
    box.className = "portal-problem";
    box.setAttribute("role", "alert");
    if (main) main.prepend(box);
    else place.after(box);
  }
  box.textContent = text;
  if (main) box.scrollIntoView({ block: "nearest" });
}

// Takes up what was answered; whether the page is being left for another.
function take(form, [answer, html]) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const to = answer.headers.get("location") ?? (answer.redirected && isOurs(page) ? answer.url : undefined);
  if (to) {
    // Whoever comes next is somebody else.
    if (answer.ok && new URL(form.action).pathname.endsWith("/sign-out")) forgetAll();
    go(form, to);
    return true;
  }
  const isPage = isOurs(page) && !page.querySelector("[data-refused]");
  // Part of it may be done, and it may count: it is not sent again.
  if (isPage && answer.status !== 429 && answer.status < 500) show(page, form);
  else say(form, reason(page) || document.body.dataset.failed);
  return false;
}

// Whether the page is being left, since all went well.
async function send(form, button) {
  say(form, "");
  button?.setAttribute("aria-busy", "true");
  let isLeft = false;
  const answer = await answered(form, button).catch(() => undefined);
  try {
    if (answer) isLeft = take(form, answer);
    else say(form, document.body.dataset.offline);
  } catch {
    // It did arrive: not the connection is what is missing.
    say(form, document.body.dataset.failed);
  }
  if (!isLeft) button?.removeAttribute("aria-busy");
  return isLeft;
}

// Shows a page that came instead of one to go to, such as the form for another link: the browser could get it only by sending what was
// pressed again.
function show(page, form) {
  const main = document.adoptNode(page.querySelector("main"));
  history.replaceState(null, "", form.action);
  document.title = page.title;
  document.querySelector("main").replaceWith(main);
  main.querySelectorAll("form[data-words]").forEach(follow);
  lead(main);
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented) return;
  if (form.method !== "post") {
    if (navigator.onLine) return;
    event.preventDefault();
    say(form, document.body.dataset.offline);
    return;
  }
  event.preventDefault();
  const { action } = form;
  if (sending.has(action)) return;
  sending.add(action);
  // Until the next page is there, this one is: what is pressed on it once more is not sent once more.
  if (!(await send(form, submitter ?? undefined))) sending.delete(action);
});
