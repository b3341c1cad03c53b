// One press in a mail is enough: its score is sent on arrival, with what was answered before. Programs that look into mails
// follow its links, too, but mostly run no scripts. What does not work leaves the page as it is: it asks for Send.
import { restore } from "./draft.js";
import { post } from "./send.js";

const pressed = document.querySelector("form[data-save]");
if (pressed) {
  const told = pressed.querySelector("[data-saved]");
  const save = async () => {
    // It arrives though the page is closed at once.
    const arriving = post(pressed, { keepalive: true });
    // What was written before and never sent is not sent with it.
    restore(pressed);
    const answer = await arriving;
    if (!answer.ok || !answer.headers.has("location")) return;
    told.textContent = told.dataset.saved;
    // Whoever comes back to this page later does not give the score again, which may be another one by then.
    history.replaceState(null, "", pressed.action);
  };
  // What is sent afterwards waits for it: the one that is sent last has to arrive last.
  pressed.saving = save().catch(() => {});
}
