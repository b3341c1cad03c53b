//! Whether records that changed belong to a list that leaves some out. What filters and search words mean is the server's to
//! say: it is asked about those records alone, about all of a moment at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::live::LiveEvent;
use shared::query::{Filter, ListQuery, MAX_PAGE, Op, Page as Found};
use shared::record::Kind;
use shared::types::by_name;
use shared::{RecordDef, Row};
use uuid::Uuid;

use super::{ListData, is_new};
use crate::api::Answer;
use crate::api::records::list_records;
use crate::record::relist::relist_soon;
use crate::record::titles::learn_titles;

/// Changes are gathered for so long before the server is asked.
const REST: Duration = Duration::from_millis(500);

/// Records that changed and may belong to the list, or not any more.
#[derive(Default)]
pub(super) struct Asking {
    /// Those that were not asked about since.
    waiting: BTreeSet<Uuid>,
    /// Those of which the answer is on its way.
    asked: BTreeSet<Uuid>,
    /// Those that may have come before the list was counted last, or after.
    unsure: BTreeSet<Uuid>,
    /// A question is under way, or will be after a rest.
    is_busy: bool,
}

impl Asking {
    /// Whether a question is to be planned. The record that is being edited waits: it must not go under somebody's hands.
    fn begin(&mut self, held: Option<Uuid>) -> bool {
        let begins = !self.is_busy && self.waiting.iter().any(|id| Some(*id) != held);
        self.is_busy |= begins;
        begins
    }

    /// What is to be asked about now.
    fn take(&mut self, held: Option<Uuid>) -> BTreeSet<Uuid> {
        let held = held.and_then(|id| self.waiting.take(&id));
        self.asked = std::mem::replace(&mut self.waiting, held.into_iter().collect());
        self.asked.clone()
    }

    /// The answer is there, or not to be had.
    fn end(&mut self) {
        self.is_busy = false;
        self.asked.clear();
    }

    /// The list was read, which tells of what is not shown, but for what changed meanwhile. What is shown may be newer.
    fn was_read(&mut self, shown: &BTreeSet<Uuid>, heard: BTreeSet<Uuid>) {
        self.waiting.retain(|id| shown.contains(id));
        self.unsure = heard;
        self.unsure.extend(&self.asked);
    }
}

/// What the server says of the records that it was asked about.
struct Told {
    /// Those that belong to the list.
    found: Found,
    /// Those of them that stand below what is loaded of it.
    below: BTreeSet<Uuid>,
}

impl ListData {
    /// Whether a filter or search words leave something out.
    pub(super) fn narrows(self) -> bool {
        let narrows = |query: &ListQuery| query.filter.is_some() || query.search.is_some();
        self.query.try_with_value(narrows) == Some(true)
    }

    /// Whether conditions are about the records that an event is about.
    pub(super) fn looks_at(self, event: &LiveEvent) -> bool {
        let (LiveEvent::Changed { record_type, .. }
        | LiveEvent::Removed { record_type, .. }
        | LiveEvent::Refresh { record_type }) = event
        else {
            return false;
        };
        let looks = |query: &ListQuery| query.filter.as_ref().is_some_and(|one| looks_at(self.def, one, record_type));
        self.query.try_with_value(looks) == Some(true)
    }

    /// Has the server say, after a rest, whether a record belongs here.
    pub(super) fn ask_about(self, id: Uuid) {
        self.asking.try_update_value(|asking| asking.waiting.insert(id));
        self.ask_soon();
    }

    /// What the list tells, read again, is asked no more.
    pub(super) fn asking_was_read(self, shown: &BTreeSet<Uuid>, heard: &[LiveEvent]) {
        let heard = heard.iter().filter_map(|event| match event {
            LiveEvent::Changed { record_type, row, .. } if record_type == self.def.name => Some(row.id),
            _ => None,
        });
        self.asking.update_value(|asking| asking.was_read(shown, heard.collect()));
    }

    /// Asks about what waits for it, if there is anything.
    pub(super) fn ask_soon(self) {
        let held = self.held();
        if self.asking.try_update_value(|asking| asking.begin(held)) == Some(true) {
            set_timeout(move || self.ask(), REST);
        }
    }

    /// The record that is being edited.
    pub(super) fn held(self) -> Option<Uuid> {
        self.editing.try_get_untracked().flatten().map(|(id, _)| id)
    }

    fn ask(self) {
        let held = self.held();
        let Some(ids) = self.asking.try_update_value(|asking| asking.take(held)) else { return };
        // Of so many the whole list tells as quickly.
        let is_much = ids.len() > MAX_PAGE as usize;
        if ids.is_empty() || is_much {
            self.asking.update_value(Asking::end);
            if is_much {
                relist_soon(self);
            }
            return;
        }
        spawn_local(async move {
            let told = self.told_of(&ids).await;
            // The list may have left the page.
            if self.asking.try_update_value(Asking::end).is_none() {
                return;
            }
            match told {
                Ok(told) => self.take_told(ids, told),
                // That is tried until it can be had.
                Err(_) => relist_soon(self),
            }
            self.ask_soon();
        });
    }

    async fn told_of(self, ids: &BTreeSet<Uuid>) -> Answer<Told> {
        let query = self.query.try_get_value().unwrap_or_default();
        let found = list_records(self.def.name.to_owned(), among(&query, ids, None)).await?;
        let others: BTreeSet<Uuid> = found.rows.iter().map(|row| row.id).filter(|id| !self.shows(*id)).collect();
        let mut below = BTreeSet::new();
        if let Some(cursor) = self.next.try_get_untracked().flatten().filter(|_| !others.is_empty()) {
            let further = list_records(self.def.name.to_owned(), among(&query, &others, Some(cursor))).await?;
            below.extend(further.rows.iter().map(|row| row.id));
        }
        Ok(Told { found, below })
    }

    fn take_told(self, ids: BTreeSet<Uuid>, Told { found, below }: Told) {
        learn_titles(self.titles, &found.titles);
        let mut found: BTreeMap<Uuid, Row> = found.rows.into_iter().map(|row| (row.id, row)).collect();
        let held = self.held();
        for id in ids {
            if held == Some(id) {
                self.asking.update_value(|asking| {
                    asking.waiting.insert(id);
                });
            }
            // It is asked about once more: it changed meanwhile, or is being edited.
            if self.asking.with_value(|asking| asking.waiting.contains(&id)) {
                continue;
            }
            match found.remove(&id) {
                None => self.remove(id),
                Some(row) if !self.shows(id) => self.came(&row, below.contains(&id)),
                // How it is now its event tells.
                Some(_) => {}
            }
        }
    }

    /// A record that belongs here is not shown. Nothing jumps: one is told of it, unless it is to be found below anyway.
    fn came(self, row: &Row, is_below: bool) {
        if self.returned(row) {
            return;
        }
        if !is_below {
            self.fresh.update(|fresh| {
                fresh.insert(row.id);
            });
        } else if is_new(row) && self.asking.with_value(|asking| asking.unsure.contains(&row.id)) {
            // Whether it was counted another reading tells.
            relist_soon(self);
        } else if is_new(row) && self.below.try_update_value(|below| below.insert(row.id)) == Some(true) {
            // Of others nobody knows here whether they were counted.
            self.total.update(|total| *total = total.map(|n| n + 1));
        }
    }

    /// What does not belong here is told of no more.
    pub(super) fn forget(self, id: Uuid) {
        if self.fresh.try_with_untracked(|fresh| fresh.contains(&id)) == Some(true) {
            self.fresh.update(|fresh| {
                fresh.remove(&id);
            });
        }
        let was_below = self.below.try_update_value(|below| below.remove(&id)) == Some(true);
        if was_below && !self.shows(id) {
            self.total.update(|total| *total = total.map(|n| n - 1));
        }
    }

    pub(super) fn shows(self, id: Uuid) -> bool {
        self.rows.try_with_untracked(|rows| rows.iter().any(|row| row.id == id)) == Some(true)
    }
}

/// The question of a list, about some records only.
fn among(query: &ListQuery, ids: &BTreeSet<Uuid>, cursor: Option<String>) -> ListQuery {
    let mut parts = match query.filter.clone() {
        // No deeper than it is: that has a bound.
        Some(Filter::All(parts)) => parts,
        filter => filter.into_iter().collect(),
    };
    parts.push(Filter::field("id", Op::In, ids.iter().map(Uuid::to_string).collect::<Vec<_>>()));
    ListQuery { filter: Some(Filter::All(parts)), limit: MAX_PAGE, cursor, count: false, ..query.clone() }
}

/// Whether a filter on records of a type is about related ones of another: `customer_id.industry` is about customers.
fn looks_at(def: &'static RecordDef, filter: &Filter, record_type: &str) -> bool {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().any(|part| looks_at(def, part, record_type)),
        Filter::Not(part) => looks_at(def, part, record_type),
        Filter::Field { field, .. } => leads_to(def, field, record_type),
    }
}

fn leads_to(def: &'static RecordDef, path: &str, record_type: &str) -> bool {
    let Some((name, further)) = path.split_once('.') else { return false };
    let Some(Kind::Reference(target) | Kind::References(target)) = def.field(name).map(|field| field.kind) else {
        return false;
    };
    target == record_type || by_name(target).is_some_and(|def| leads_to(def, further, record_type))
}

#[cfg(test)]
mod tests {
    use shared::query::Sort;
    use shared::types::{CUSTOMER, OPPORTUNITY, SURVEY_RESPONSE};

    use super::*;

    fn ids<const N: usize>(of: [u128; N]) -> BTreeSet<Uuid> {
        of.map(Uuid::from_u128).into()
    }

    #[test]
    fn changes_of_a_moment_are_one_question_and_what_is_being_edited_waits() {
        let held = Some(Uuid::from_u128(2));
        let mut asking = Asking { waiting: ids([2]), ..Asking::default() };
        assert!(!asking.begin(held), "it is asked about when it is edited no more");
        asking.waiting.extend(ids([1, 3]));
        assert!(asking.begin(held) && !asking.begin(held), "one question at a time");
        assert_eq!(asking.take(held), ids([1, 3]));
        assert_eq!(asking.waiting, ids([2]));
        asking.end();
        assert!(asking.begin(None));
        assert_eq!(asking.take(None), ids([2]));
        asking.end();
        assert!(!asking.begin(None), "there is nothing to ask");
    }

    #[test]
    fn what_a_list_that_was_read_counts_is_not_counted_again() {
        let mut asking = Asking { waiting: ids([1, 2]), asked: ids([3]), ..Asking::default() };
        asking.was_read(&ids([2]), ids([4]));
        assert_eq!(asking.waiting, ids([2]), "what is shown may be newer than what was read");
        assert_eq!(asking.unsure, ids([3, 4]));
        asking.end();
        asking.was_read(&ids([2]), ids([]));
        assert!(asking.unsure.is_empty());
    }

    #[test]
    fn some_records_are_asked_about_as_the_list_asks() {
        let one = Filter::field("industry", Op::Eq, "retail");
        let about = Filter::field("id", Op::In, vec![Uuid::from_u128(7).to_string()]);
        let list = ListQuery {
            filter: Some(Filter::All(vec![one.clone()])),
            search: Some("acme".into()),
            sort: Some(Sort { field: "name".into(), descending: true }),
            limit: 60,
            count: true,
            ..ListQuery::default()
        };
        let asked = among(&list, &ids([7]), Some("here".into()));
        assert_eq!(asked.filter, Some(Filter::All(vec![one.clone(), about.clone()])));
        assert_eq!((&asked.search, &asked.sort), (&list.search, &list.sort));
        assert_eq!((asked.limit, asked.count, asked.cursor.as_deref()), (MAX_PAGE, false, Some("here")));
        let either = Filter::Any(vec![one]);
        let asked = among(&ListQuery { filter: Some(either.clone()), ..ListQuery::default() }, &ids([7]), None);
        assert_eq!(asked.filter, Some(Filter::All(vec![either, about.clone()])));
        let asked = among(&ListQuery::default(), &ids([7]), None);
        assert_eq!(asked.filter, Some(Filter::All(vec![about])));
    }

    #[test]
    fn filters_look_at_the_records_that_their_paths_lead_through() {
        let of = |path: &str| Filter::Any(vec![Filter::Not(Box::new(Filter::field(path, Op::Present, true)))]);
        assert!(looks_at(&OPPORTUNITY, &of("customer_id.industry"), "customer"));
        assert!(!looks_at(&OPPORTUNITY, &of("customer_id.industry"), "contact"));
        assert!(!looks_at(&OPPORTUNITY, &of("customer_id"), "customer"));
        assert!(looks_at(&SURVEY_RESPONSE, &of("ticket_id.customer_id.industry"), "customer"));
        assert!(looks_at(&SURVEY_RESPONSE, &of("ticket_id.customer_id.custom.region"), "customer"));
        assert!(!looks_at(&CUSTOMER, &of("address.city"), "customer"));
    }
}
