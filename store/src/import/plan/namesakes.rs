//! What tells records from others that are called the same.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::access::Actor;
use shared::format::{date, date_time};
use shared::i18n::Locale;
use shared::query::Titles;
use shared::record::{Kind, texts};
use shared::{FieldDef, RecordDef, Row};

use crate::import::lookup::folded;

/// Most that is said of a record.
const DETAILS: usize = 3;
/// Where the characters of an id begin that tell apart what was made in the same moment.
const TELLING: usize = 24;

/// A record and what can be said of it.
struct Said {
    called: String,
    /// By field, as far as the record has a value; the same fields for all.
    parts: Vec<Option<String>>,
    day: String,
    /// The moment when it was made, and the end of its id.
    moment: String,
}

/// What tells each of these records from its namesakes: its number, what it belongs to, how it is reached, where it is, above all
/// what the others don't have; where all of that is the same, the day or else the moment when it was made.
pub(super) fn details(
    (actor, locale): (&Actor, Locale),
    target: &RecordDef,
    rows: &[Row],
    titles: &Titles,
) -> Vec<String> {
    let all: Vec<Said> = rows.iter().map(|row| Said::of((actor, locale), target, row, titles)).collect();
    distinct(&all)
}

/// As little of each as tells it from its namesakes.
fn distinct(all: &[Said]) -> Vec<String> {
    let short: Vec<String> = all.iter().map(|own| own.telling(all)).collect();
    let with = |more: fn(&Said) -> &str| {
        let joined = all.iter().zip(&short).map(|(own, short)| join([short.as_str(), more(own)].into_iter()));
        joined.collect::<Vec<String>>()
    };
    let (with_days, with_moments) = (with(|own| own.day.as_str()), with(|own| own.moment.as_str()));
    let is_sole = |details: &[String], at: usize| {
        let is_same = |(own, detail): (&Said, &String)| own.called == all[at].called && *detail == details[at];
        !details[at].is_empty() && all.iter().zip(details).filter(|one| is_same(*one)).count() == 1
    };
    let one = |at: usize| {
        let enough = [&short, &with_days].into_iter().find(|details| is_sole(details, at));
        enough.unwrap_or(&with_moments)[at].clone()
    };
    (0..all.len()).map(one).collect()
}

impl Said {
    fn of((actor, locale): (&Actor, Locale), target: &RecordDef, row: &Row, titles: &Titles) -> Self {
        let is_telling = |field: &&FieldDef| field.name != target.title && actor.sees(target, field);
        let fields = target.fields.iter().filter(is_telling);
        let made = row.text("created_at").and_then(|at| at.parse::<DateTime<Utc>>().ok());
        let id = row.id.simple().to_string();
        let moment = made.map(|at| date_time(locale, at, &actor.zone)).unwrap_or_default();
        Self {
            called: folded(row.text(target.title).unwrap_or_default()),
            parts: fields.map(|field| said(field, row, titles).filter(|part| !part.is_empty())).collect(),
            day: made.map(|at| date(locale, actor.zone.day(at))).unwrap_or_default(),
            moment: join([moment.as_str(), &id[TELLING..]].into_iter()),
        }
    }

    /// What is said of it beside all of these: first what its namesakes don't have, in the order of the fields.
    fn telling(&self, all: &[Self]) -> String {
        let is_shared = |at: usize| {
            let mut namesakes = all.iter().filter(|other| other.called == self.called);
            namesakes.all(|other| other.parts[at] == self.parts[at])
        };
        let mut chosen: Vec<usize> = (0..self.parts.len()).filter(|at| self.parts[*at].is_some()).collect();
        chosen.sort_by_key(|at| is_shared(*at));
        chosen.truncate(DETAILS);
        chosen.sort_unstable();
        join(chosen.into_iter().filter_map(|at| self.parts[at].as_deref()))
    }
}

/// What a field says that may tell a record.
fn said(field: &FieldDef, row: &Row, titles: &Titles) -> Option<String> {
    match field.kind {
        Kind::Reference(_) => row.reference(field.name).and_then(|id| titles.get(&id)).cloned(),
        Kind::Emails | Kind::Phones => texts(&row.values, field.name).next().map(str::to_owned),
        Kind::Address => row.value(field.name).get("city").and_then(Value::as_str).map(str::to_owned),
        Kind::Email => row.text(field.name).map(str::to_owned),
        _ if field.unique => row.text(field.name).map(str::to_owned),
        _ => None,
    }
}

fn join<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::CONTACT;
    use uuid::Uuid;

    use super::*;

    fn contact(values: &Value) -> Row {
        Row { id: Uuid::now_v7(), version: 1, values: values.as_object().cloned().unwrap_or_default() }
    }

    fn told(rows: &[Row], titles: &Titles) -> Vec<String> {
        let of = |row: &Row| {
            let parts = CONTACT.fields.iter().map(|field| said(field, row, titles)).collect();
            let [name, day, moment] = ["name", "day", "moment"].map(|part| row.text(part).unwrap_or_default());
            Said { called: folded(name), parts, day: day.to_owned(), moment: moment.to_owned() }
        };
        distinct(&rows.iter().map(of).collect::<Vec<_>>())
    }

    #[test]
    fn namesakes_are_told_by_what_the_others_do_not_have() {
        let acme = Uuid::now_v7();
        let of = |city: &str| {
            contact(&json!({
                "name": "Anna", "customer_id": acme, "phones": ["10086"], "emails": ["office@acme.example"],
                "address": {"city": city},
            }))
        };
        let titles = Titles::from([(acme, "Acme".to_owned())]);
        assert_eq!(told(&[of("Paris"), of("Rome")], &titles), ["Acme · 10086 · Paris", "Acme · 10086 · Rome"]);
    }

    #[test]
    fn those_of_whom_nothing_else_is_known_are_told_by_the_day_and_then_by_the_moment() {
        let of = |day: &str, moment: &str| contact(&json!({"name": "Anna", "day": day, "moment": moment}));
        let rows = [of("1 May", "1 May, 10:00 · a"), of("2 May", "2 May, 9:00 · b"), of("1 May", "1 May, 10:00 · c")];
        assert_eq!(told(&rows, &Titles::new()), ["1 May, 10:00 · a", "2 May", "1 May, 10:00 · c"]);
    }
}
