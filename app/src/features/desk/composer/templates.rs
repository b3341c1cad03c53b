//! Answers that agents repeat: found by their shortcut or name, filled in, and with what they change.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::Row;
use shared::access::Actor;
use shared::query::{ListQuery, MAX_PAGE, Page, Sort};
use shared::record::rich::escape;
use shared::record::{Values, ids};
use shared::types::{QUEUE, fill_variables};

use super::language;
use crate::api::records::list_records;
use crate::features::desk::ticket::Ticket;
use crate::ui::Choice;

/// The templates one may use; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Templates {
    all: RwSignal<Vec<Row>>,
    /// There are further ones, which the server has to look for.
    more: StoredValue<bool>,
    /// What was typed last.
    word: StoredValue<String>,
}

impl Templates {
    pub(super) fn new() -> Self {
        Self { all: RwSignal::new(Vec::new()), more: StoredValue::new(false), word: StoredValue::new(String::new()) }
    }

    /// Asks for them whenever the list is opened, for colleagues change them; for a word only where more fit than come at once.
    pub(super) fn look(self, word: &str, opened: bool) {
        self.word.set_value(word.to_owned());
        let search = (!opened && !word.is_empty()).then(|| word.to_owned());
        if !opened && (search.is_none() || !self.more.get_value()) {
            return;
        }
        spawn_local(async move {
            let sort = Some(Sort { field: "name".into(), descending: false });
            let query = ListQuery { search: search.clone(), sort, limit: MAX_PAGE, ..ListQuery::default() };
            let Ok(found) = list_records("reply_template".into(), query).await else { return };
            match search {
                Some(_) => {
                    self.all.try_update(|all| {
                        all.retain(|row| found.rows.iter().all(|newer| newer.id != row.id));
                        all.extend(found.rows);
                    });
                }
                None => self.receive(found),
            }
        });
    }

    fn receive(self, found: Page) {
        // The ticket may have been closed meanwhile.
        if self.all.try_set(found.rows).is_some() {
            return;
        }
        self.more.set_value(found.next.is_some());
        let word = self.word.get_value();
        self.look(&word, false);
    }

    /// Those for a ticket's queue and language that fit the word; those in the customer's language first.
    pub(super) fn fitting(self, ticket: Ticket, word: &str) -> Vec<Choice> {
        let row = ticket.row();
        let language = language(ticket);
        let word = word.to_lowercase();
        let mut found: Vec<(u8, Choice)> = self.all.with(|all| {
            all.iter()
                .filter(|template| is_offered(template, &row))
                .filter_map(|template| {
                    let name = template.text("name").unwrap_or_default();
                    let shortcut = template.text("shortcut").unwrap_or_default();
                    let rank = if shortcut.to_lowercase().starts_with(&word) {
                        0
                    } else if name.to_lowercase().contains(&word) {
                        1
                    } else {
                        return None;
                    };
                    let foreign = template.text("locale").is_some_and(|own| own != language);
                    let choice = Choice::new(template.id.to_string(), name);
                    Some((
                        rank + 2 * u8::from(foreign),
                        if shortcut.is_empty() { choice } else { choice.detail(format!("/{shortcut}")) },
                    ))
                })
                .collect()
        });
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, choice)| choice).collect()
    }

    /// The text of a template for a ticket; its changes are staged.
    pub(super) fn apply(self, ticket: Ticket, id: &str) -> String {
        let Some(template) = self.all.with_untracked(|all| all.iter().find(|row| row.id.to_string() == id).cloned())
        else {
            return String::new();
        };
        let writing = ticket.writing;
        if template.flag("internal") {
            writing.note.set(true);
        }
        if let Some(changes) = template.value("changes").as_object() {
            writing.staged.update(|staged| stage(staged, changes));
        }
        let variables = variables(ticket);
        let value = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| escape(value));
        fill_variables(template.text("content").unwrap_or_default(), |name| value(name).unwrap_or_default())
    }
}

/// Lays further changes over those that go along. Of status and step the last one said counts, and of both at once the step, which
/// brings its status: together they might contradict each other.
pub(super) fn stage(staged: &mut Values, further: &Values) {
    let is_status = |field: &str| matches!(field, "status" | "status_id");
    if further.keys().any(|field| is_status(field)) {
        staged.retain(|field, _| !is_status(field));
    }
    let has_step = further.get("status_id").is_some_and(|step| !step.is_null());
    for (field, value) in further.iter().filter(|(field, _)| !(has_step && *field == "status")) {
        let new = match staged.get(field) {
            Some(tags) if field == "tags" => joined(tags, value),
            _ => value.clone(),
        };
        staged.insert(field.clone(), new);
    }
}

/// Tags come to those that are there; no list takes them away.
pub(super) fn joined(there: &Value, more: &Value) -> Value {
    let (Value::Array(there), Value::Array(more)) = (there, more) else { return more.clone() };
    there.iter().chain(more.iter().filter(|tag| !there.contains(tag))).cloned().collect()
}

fn is_offered(template: &Row, ticket: &Row) -> bool {
    let queues = ids(&template.values, "queue_ids");
    queues.is_empty() || ticket.reference("queue_id").is_some_and(|queue| queues.contains(&queue))
}

/// What templates may name ([`shared::types::TEMPLATE_VARIABLES`]).
fn variables(ticket: Ticket) -> Vec<(&'static str, String)> {
    let row = ticket.record.row.get_untracked();
    let values: &Values = &row.values;
    let text = |field: &str| shared::record::text(values, field).unwrap_or_default().to_owned();
    let titled = |field: &str| {
        let id = row.reference(field);
        id.and_then(|id| untrack(|| ticket.title(id))).unwrap_or_default()
    };
    let first = |all: [String; 3]| all.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let (customer, contact, requester) = (titled("customer_id"), titled("contact_id"), text("requester_name"));
    let agent = ticket.desk.page.session.with_value(|session| session.as_ref().map(|s| s.name.clone()));
    vec![
        ("customer.name", first([customer.clone(), requester.clone(), contact.clone()])),
        ("contact.name", first([contact.clone(), requester.clone(), customer.clone()])),
        ("requester.name", first([requester, contact, customer])),
        ("ticket.number", text("number")),
        ("ticket.subject", text("subject")),
        ("agent.name", agent.unwrap_or_default()),
        ("queue.name", queue_name(ticket, &row).unwrap_or_else(|| titled("queue_id"))),
    ]
}

/// What the ticket's queue is called in the customer's language.
fn queue_name(ticket: Ticket, row: &Row) -> Option<String> {
    let (id, page) = (row.reference("queue_id")?, ticket.desk.page);
    let is_theirs = untrack(|| language(ticket)) == page.locale.get_untracked().code();
    let reader = page.actor()?;
    let customer = Actor { other_names: reader.other_names == is_theirs, ..reader };
    ticket.desk.around.with_untracked(|around| {
        let queue = around.found.queues.iter().find(|queue| queue.id == id)?;
        customer.called(&QUEUE, queue).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_status_and_step_the_last_one_said_goes_along() {
        let values = |fields: Value| fields.as_object().cloned().unwrap();
        let mut staged = values(json!({"tags": ["vip"]}));
        stage(&mut staged, &values(json!({"status_id": "7", "tags": ["gate"]})));
        assert_eq!(Value::from(staged.clone()), json!({"status_id": "7", "tags": ["vip", "gate"]}));
        stage(&mut staged, &values(json!({"status": "solved"})));
        assert_eq!(Value::from(staged.clone()), json!({"status": "solved", "tags": ["vip", "gate"]}));
        stage(&mut staged, &values(json!({"status": "open", "status_id": "9"})));
        assert_eq!(Value::from(staged), json!({"status_id": "9", "tags": ["vip", "gate"]}), "it brings its status");
    }
}
