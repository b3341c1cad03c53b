// Reads the label catalogs for the browser, which loads one language at a time, in two parts; shared/build.rs compiles the
// same files into the server and refuses what is malformed.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

// Pages that the server makes alone, and what it tells programs: the browser's code never shows them.
const SERVER_ONLY = ["portal.txt", "rest.txt"];

// Topics that the board shows nothing of: they come with the pages that do, and with the first sign of somebody at the board.
const LATER = new Set([
  "activity", "admin", "article", "attachment", "bulk", "business_calendar", "calendar", "category", "contact", "convert", "custom_field", "desk", "duplicates",
  "error", "exports", "files", "import", "lead", "mail", "mailbox", "my_day", "organisation", "product", "quality", "queue", "reply_template",
  "report", "role", "sign_in", "sla", "sla_policy", "structured", "survey", "survey_response", "task", "team", "ticket", "ticket_message", "ticket_rule",
  "ticket_status", "timeline", "user",
]);

// Beginnings of keys within topics of which the board shows the rest.
const LATER_KEYS = ["list.column", "list.op", "list.period.", "list.separate_by_commas", "list.view_lost.", "list.view_of.", "opportunity.lost_reason.", "record.address.", "record.rich.", "record.social.", "ui.confirm.", "ui.keys.", "ui.profile."];

// Types of which the board says no more than what they are called: their fields and choices come later.
const NAMED = new Set(["customer", "saved_view", "tag"]);

const isLater = (topic, key) =>
  LATER.has(topic) || (NAMED.has(topic) && !key.startsWith("_")) || LATER_KEYS.some((beginning) => `${topic}.${key}`.startsWith(beginning));

// The texts that the first load needs, and the others.
export function inParts(texts) {
  const some = (later) => ([topic, keys]) => [topic, Object.fromEntries(Object.entries(keys).filter(([key]) => isLater(topic, key) === later))];
  const part = (later) => Object.fromEntries(Object.entries(texts).map(some(later)).filter(([, keys]) => Object.keys(keys).length > 0));
  return [part(false), part(true)];
}

// Text by topic and key, for every language: nested, it compresses better.
export function readLabels(folder) {
  const labels = { en: {}, "zh-CN": {} };
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt") && !SERVER_ONLY.includes(name)).sort()) {
    const topic = basename(file, ".txt");
    for (const language of Object.keys(labels)) labels[language][topic] = {};
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    for (const line of lines.filter((line) => line.trim() && !line.startsWith("#"))) {
      const [, key, en, zh] = line.match(/^(.*?)=(.*?)\|\|(.*)$/);
      const put = (language, text) => (labels[language][topic][key.trim()] = text.trim().replaceAll("\\n", "\n"));
      put("en", en);
      put("zh-CN", zh);
    }
  }
  return labels;
}
