// Buttons that stand by themselves: a vote, "It is solved", the way in, a search. Without connection the browser would put a page of
// its own in the place of this one; so it stays as it is, with all that is typed on it, and says what is wrong.
import { forgetAll } from "./draft.js";
import { answered, go, reason } from "./send.js";

// By where they go: a part that is replaced meanwhile has a new form for the same.
const sending = new Set();
// Sent on by the browser itself.
const handed = new WeakSet();

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

async function send(form, button) {
  say(form, "");
  button?.setAttribute("aria-busy", "true");
  try {
    const [answer, html] = await answered(form, button);
    const to = answer.headers.get("location");
    if (to) {
      // Whoever comes next is somebody else.
      if (answer.ok && new URL(form.action).pathname.endsWith("/sign-out")) forgetAll();
      return go(form, to);
    }
    const page = new DOMParser().parseFromString(html, "text/html");
    if (answer.status === 429 || answer.status >= 500 || page.querySelector("[data-refused]")) {
      // Part of it may be done, and it may count: it is not sent again.
      say(form, reason(page) || document.body.dataset.failed);
    } else {
      // A form that is shown anew comes as a page of its own, which the browser has to ask for.
      const there = present(form);
      // Where none of its kind is left there is nothing to ask for: the page as it is by now says why.
      if (!there.isConnected) return location.reload();
      handed.add(there);
      there.requestSubmit(button?.isConnected ? button : undefined);
    }
  } catch {
    say(form, document.body.dataset.offline);
  }
  return button?.removeAttribute("aria-busy");
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || handed.delete(form)) return;
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
  await send(form, submitter ?? undefined);
  sending.delete(action);
});
