// Buttons that stand by themselves: a vote, "It is solved", the way in, a search. Without connection the browser would put a page of
// its own in the place of this one; so it stays as it is, with all that is typed on it, and says what is wrong.
import { forgetAll } from "./draft.js";
import { answered, go } from "./send.js";

const sending = new WeakSet();
// Sent on by the browser itself.
const handed = new WeakSet();

function say(form, text) {
  const place = form.closest(".actions") ?? form;
  const old = place.nextElementSibling;
  const box = old?.matches(".portal-problem") ? old : document.createElement("div");
  if (box !== old) {
    box.className = "portal-problem";
    box.setAttribute("role", "alert");
    place.after(box);
  }
  box.textContent = text;
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
    if (answer.status === 429 || answer.status >= 500) {
      // Part of it may be done, and it may count: it is not sent again.
      const page = new DOMParser().parseFromString(html, "text/html");
      say(form, page.querySelector("main p")?.textContent || document.body.dataset.offline);
    } else {
      // What is refused comes back as a page of its own, which the browser has to ask for.
      handed.add(form);
      form.requestSubmit(button);
    }
  } catch {
    say(form, document.body.dataset.offline);
  }
  return button?.removeAttribute("aria-busy");
}

// Parts of the page are replaced, their forms with them.
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
  if (sending.has(form)) return;
  sending.add(form);
  await send(form, submitter ?? undefined);
  sending.delete(form);
});
