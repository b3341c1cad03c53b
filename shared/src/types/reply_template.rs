//! Reply template 快捷回复: an answer or a whole act that agents repeat; with changes it is a macro.

use crate::FieldError;
use crate::access::AUDIENCES;
use crate::record::rich::to_text;
use crate::record::{Draft, declare::record};

record! {
    /// An answer that agents repeat, with `{{variables}}`, and what else it does to the ticket.
    pub REPLY_TEMPLATE, ReplyTemplate {
        name: "reply_template", plural: "reply_templates", icon: "zap", title: "name",
        /// Name.
        name: text(120).required().search().list();
        /// What is typed after `/` to get it.
        shortcut: text(40).search().list();
        /// Language of the answer; for any customer when empty.
        locale: choice(&["zh-CN", "en"]).list();
        /// The answer; [`TEMPLATE_VARIABLES`] such as `{{customer.name}}` are filled in.
        content: rich_text();
        /// Written as an internal note instead of an answer.
        internal: boolean();
        /// Fields of the ticket it sets, by name.
        changes: values("ticket", TEMPLATE_FIELDS);
        /// Only offered in these queues; everywhere when empty.
        queue_ids: references("queue");
        /// With whom it is shared.
        audience: choice(AUDIENCES).required().default("private").list();
    }
    with { audience: true }
    rules template_rules
}

/// Fields of a ticket that a template may set.
pub const TEMPLATE_FIELDS: &[&str] =
    &["status", "status_id", "priority", "kind", "queue_id", "category_id", "tags", "owner_id"];

/// What answers may name within `{{…}}`.
pub const TEMPLATE_VARIABLES: &[&str] =
    &["customer.name", "contact.name", "requester.name", "ticket.number", "ticket.subject", "queue.name", "agent.name"];

/// Longest piece of a text that a message repeats.
const TOLD: usize = 60;

fn template_rules(draft: &mut Draft<'_>) {
    let changes = draft.after.get("changes").cloned().unwrap_or_default();
    if !changes.is_null() && !changes.is_object() {
        draft.error("changes", "object");
    }
    if !draft.has("content") && crate::record::is_empty(&changes) {
        draft.error("content", "required");
    }
    if draft.changed("shortcut") {
        typed_shortcut(draft);
    }
    // What was kept before anybody looked stands in nobody's way.
    if draft.changed("content")
        && let Some(variable) = ReplyTemplate(draft.after).content().and_then(unknown_variable)
    {
        let told: String = variable.chars().take(TOLD).collect();
        draft.errors.push(FieldError::new("content", "unknown_variable").with("variable", told));
    }
}

/// A shortcut is what is typed after `/`: one word, kept without the sign.
fn typed_shortcut(draft: &mut Draft<'_>) {
    let Some(shortcut) = ReplyTemplate(draft.after).shortcut().map(str::to_owned) else { return };
    let word = shortcut.trim_start_matches('/');
    if word.is_empty() || word.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '@')) {
        draft.error("shortcut", "shortcut");
    } else {
        draft.set("shortcut", word);
    }
}

/// A text with `value` in the place of each variable, by its name. What has no value leaves nothing: no braces go to customers.
pub fn fill_variables(html: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, variable, behind)) = next_variable(rest) {
        filled.push_str(before);
        filled.push_str(&value(&name_of(variable)));
        filled.push_str(&tags_of(variable));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// What stands before the next pair of braces, between them and behind them. Braces that close what nobody opened are text.
fn next_variable(html: &str) -> Option<(&str, &str, &str)> {
    let from = html.find("{{")?;
    let to = from + html[from..].find("}}")?;
    let (before, variable) = html[..to].rsplit_once("{{")?;
    Some((before, variable, &html[to + 2..]))
}

/// Editors may put markup between the braces.
fn name_of(variable: &str) -> String {
    to_text(variable).trim().to_owned()
}

fn tags_of(variable: &str) -> String {
    let tag = |part: &str| part.split_once('>').map(|(tag, _)| format!("<{tag}>"));
    variable.split('<').skip(1).filter_map(tag).collect()
}

/// The first variable of a text that nobody can fill in, as it is written there.
fn unknown_variable(html: &str) -> Option<String> {
    let mut rest = html;
    while let Some((before, variable, behind)) = next_variable(rest) {
        let name = name_of(variable);
        let is_known = TEMPLATE_VARIABLES.contains(&name.as_str());
        let found = unclosed(before).or_else(|| (!is_known).then(|| format!("{{{{{name}}}}}")));
        if found.is_some() {
            return found;
        }
        rest = behind;
    }
    unclosed(rest)
}

/// The first word behind braces that nothing closes.
fn unclosed(html: &str) -> Option<String> {
    let text = to_text(html.split_once("{{")?.1);
    Some(format!("{{{{{}", text.split_whitespace().next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::format::Zone;
    use crate::i18n::{Locale, field_error};
    use crate::record::{Row, validate};

    fn checked(before: Option<&Row>, values: &Value) -> (Vec<FieldError>, Value) {
        let (zone, related, mut after) = (Zone::utc(), BTreeMap::new(), values.as_object().unwrap().clone());
        let now = chrono::Utc::now();
        let mut draft = Draft { before, after: &mut after, now, zone: &zone, related: &related, errors: Vec::new() };
        validate(&REPLY_TEMPLATE, &mut draft, &[], &[]);
        (draft.errors, after.into())
    }

    fn template(content: &str, shortcut: Option<&str>) -> Value {
        json!({"name": "Hello", "audience": "private", "content": content, "shortcut": shortcut})
    }

    #[test]
    fn only_what_can_be_filled_in_stands_between_braces() {
        for content in ["<p>Dear {{customer.name}}, {{ agent.name }}</p>", "<p>{{<b>ticket.number</b>}} }} a } {b</p>"]
        {
            assert!(checked(None, &template(content, None)).0.is_empty(), "{content}");
        }
        for (content, named) in [
            ("<p>{{agent.name}} {{nonsense}}</p>", "{{nonsense}}"),
            ("<p>{{Customer.name}}</p>", "{{Customer.name}}"),
            ("<p>{{agent.name} and more</p>", "{{agent.name}"),
            ("<p>{{agent.name {{ticket.number}}</p>", "{{agent.name"),
            ("<p>{{}}</p>", "{{}}"),
        ] {
            let error = FieldError::new("content", "unknown_variable").with("variable", named);
            assert_eq!(checked(None, &template(content, None)).0, std::slice::from_ref(&error), "{content}");
            assert!(Locale::ALL.iter().all(|locale| field_error(*locale, &error).contains(named)), "{content}");
        }
    }

    #[test]
    fn a_template_of_before_can_be_renamed() {
        let old = template("<p>{{nonsense}}</p>", Some("two words"));
        let row = Row { id: uuid::Uuid::nil(), version: 1, values: old.as_object().unwrap().clone() };
        let mut renamed = old.clone();
        renamed["name"] = json!("Hi");
        assert!(checked(Some(&row), &renamed).0.is_empty());
    }

    #[test]
    fn a_shortcut_can_be_typed() {
        for odd in ["thank you", "thanks/now", "a@b", "/", "谢 谢"] {
            let (errors, _) = checked(None, &template("<p>x</p>", Some(odd)));
            assert_eq!(errors, [FieldError::new("shortcut", "shortcut")], "{odd}");
        }
        let (errors, kept) = checked(None, &template("<p>x</p>", Some("/谢谢")));
        assert_eq!((errors, &kept["shortcut"]), (vec![], &json!("谢谢")));
    }

    #[test]
    fn variables_are_filled_in_and_leave_no_braces() {
        let value = |name: &str| if name == "ticket.number" { "T-7".to_owned() } else { String::new() };
        let filled = |html: &str| fill_variables(html, value);
        assert_eq!(filled("<p>{{ticket.number}}, {{ ticket.number }}!</p>"), "<p>T-7, T-7!</p>");
        assert_eq!(filled("<p>Dear {{customer.name}}{{nonsense}}.</p>"), "<p>Dear .</p>");
        assert_eq!(filled("<p>{{<b>ticket.number}}</b> }} {</p>"), "<p>T-7<b></b> }} {</p>");
    }
}
