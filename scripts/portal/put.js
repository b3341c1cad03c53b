// Puts in what a part of the page has become, and leaves alone what is as it was: whoever hears the page is told of what is new, not of
// the whole conversation again.
const key = ({ id, tagName }) => id || tagName;

// What was there of the same: what has an id by that, such as a message, wherever it stands now; else the next of its kind. It is taken out.
function partner(child, old) {
  const at = old.findIndex((was) => key(was) === key(child));
  return at < 0 ? undefined : old.splice(at, 1)[0];
}

export function put(there, part) {
  const old = [...there.children];
  const pairs = [...part.children].map((child) => [partner(child, old), child]);
  old.forEach((gone) => gone.remove());
  pairs.forEach(([was, child], at) => {
    const isKept = was && (was.tagName === "OL" || was.outerHTML === child.outerHTML);
    if (isKept && was.tagName === "OL") put(was, child);
    if (was && !isKept) was.replaceWith(child);
    const [now, next] = [isKept ? was : child, there.children[at]];
    if (now !== next) there.insertBefore(now, next ?? null);
  });
}
