//! What a timeline holds: loaded, kept current, changed before the server has answered.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::query::{Filter, ListQuery, Op, Page as Rows, Sort, Titles};
use shared::record::CustomFields;
use shared::timeline::{Happening, TimelineEntry, TimelinePage, TimelineQuery, linked_by};
use shared::{Error, Row};
use uuid::Uuid;

use super::order::{insert, remove};
use super::past::Look;
use crate::api::records::list_records;
use crate::api::timeline::read_timeline;
use crate::api::{Answer, Fault};
use crate::context::Page;
use crate::record::learn_titles;

/// How long changes of a record may gather before its newest entries are read again.
const REST: Duration = Duration::from_millis(300);

/// The state of one timeline; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Feed {
    /// Whose timeline it is.
    pub(super) record_type: &'static str,
    /// Whose timeline it is.
    pub(super) id: Uuid,
    /// Language, session, clock.
    pub(super) page: Page,
    /// Only these kinds; empty for all.
    pub(super) kinds: RwSignal<Vec<&'static str>>,
    /// Newest first; open tasks are in `planned`.
    pub(super) entries: RwSignal<Vec<TimelineEntry>>,
    /// Open tasks, the next one first.
    pub(super) planned: RwSignal<Vec<Row>>,
    /// Titles of what the entries refer to.
    pub(super) titles: RwSignal<Titles>,
    /// User-defined fields that changes among the entries tell of.
    pub(super) custom: RwSignal<CustomFields>,
    /// The survey that the record answers, once known.
    pub(super) survey: RwSignal<Option<Row>>,
    /// Cursor of the next page.
    pub(super) next: RwSignal<Option<String>>,
    /// A further page is on its way.
    pub(super) loading: RwSignal<bool>,
    /// Why a further page could not be had.
    pub(super) failed: RwSignal<Option<Error>>,
    /// Activity being edited, and its text so far.
    pub(super) editing: RwSignal<Option<Uuid>>,
    /// The text being edited.
    pub(super) edited: RwSignal<String>,
    /// The change after which a record is looked at.
    pub(super) looking: RwSignal<Option<Look>>,
    /// Whether the past is open.
    pub(super) past: RwSignal<bool>,
    /// Where the live log was when the entries were read; nothing before they were.
    pub(super) live: RwSignal<Option<String>>,
    /// Entries that came while the page was open.
    pub(super) fresh: StoredValue<BTreeSet<String>>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Feed {
    pub(super) fn new(record_type: &'static str, id: Uuid) -> Self {
        let timer = StoredValue::new(None::<TimeoutHandle>);
        on_cleanup(move || {
            if let Some(timer) = timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
        });
        Self {
            looking: RwSignal::new(None),
            past: RwSignal::new(false),
            record_type,
            id,
            page: Page::take(),
            kinds: RwSignal::new(Vec::new()),
            entries: RwSignal::new(Vec::new()),
            planned: RwSignal::new(Vec::new()),
            titles: RwSignal::new(Titles::new()),
            custom: RwSignal::new(CustomFields::new()),
            survey: RwSignal::new(None),
            next: RwSignal::new(None),
            loading: RwSignal::new(false),
            failed: RwSignal::new(None),
            editing: RwSignal::new(None),
            edited: RwSignal::new(String::new()),
            live: RwSignal::new(None),
            fresh: StoredValue::new(BTreeSet::new()),
            timer,
        }
    }

    /// Field of activities and tasks that points to the record; none where the timeline tells of changes only.
    pub(super) fn link(self) -> Option<&'static str> {
        linked_by(self.record_type)
    }

    /// Shows what was loaded.
    pub(super) fn start(self, loaded: TimelinePage, planned: Rows) {
        self.fresh.set_value(BTreeSet::new());
        self.entries.set(loaded.entries.into_iter().filter(|entry| !is_open_task(entry)).collect());
        self.planned.set(planned.rows);
        self.titles.set(loaded.titles);
        learn_titles(self.titles, &planned.titles);
        self.custom.set(loaded.custom);
        self.next.set(loaded.next);
        self.failed.set(None);
        self.live.set(Some(loaded.live));
    }

    /// Loads the timeline from its newest entry on: another filter was chosen, or too much happened to be told.
    pub(super) fn reload(self) {
        let kinds = self.kinds.get_untracked();
        spawn_local(async move {
            let loaded = load(self.record_type, self.id, kinds.clone()).await;
            // Meanwhile another filter may have been chosen, or the page left.
            if self.kinds.try_get_untracked() != Some(kinds) {
                return;
            }
            match loaded {
                Ok((page, planned)) => self.start(page, planned),
                Err(fault) => self.fail(fault.0),
            }
        });
    }

    /// Shows why there is nothing, in place of what there was.
    fn fail(self, error: Error) {
        self.entries.set(Vec::new());
        self.planned.set(Vec::new());
        self.next.set(None);
        self.failed.set(Some(error));
    }

    /// Tries again what failed.
    pub(super) fn retry(self) {
        if self.next.with_untracked(Option::is_some) { self.load_more() } else { self.reload() }
    }

    /// Name of somebody or something the entries refer to.
    pub(super) fn title(self, id: Uuid) -> Option<String> {
        self.titles.with(|titles| titles.get(&id).cloned())
    }

    /// Name of who did something; the system where nobody did.
    pub(super) fn who(self, id: Option<Uuid>) -> String {
        match id.filter(|id| !id.is_nil()) {
            None => self.page.text("ui.word.system"),
            Some(id) => self.title(id).unwrap_or_else(|| self.page.text("ui.word.unknown")),
        }
    }

    /// The same for a change; where nobody of ours made it, by which way it came.
    pub(super) fn who_did(self, id: Option<Uuid>, source: &str) -> String {
        match (id.filter(|id| !id.is_nil()), source) {
            (None, "portal") => self.page.text("timeline.by.portal"),
            (None, "mail") => self.page.text("timeline.by.mail"),
            (None, "import") => self.page.text("timeline.by.import"),
            // What time and rules do is done in an administrator's name.
            (_, "system") => self.page.text("ui.word.system"),
            (id, _) => self.who(id),
        }
    }

    /// Whether the signed-in user made or holds it.
    pub(super) fn is_own(self, row: &Row) -> bool {
        let me = self.page.actor().map(|actor| actor.user_id);
        me.is_some() && (row.reference("created_by") == me || row.reference("owner_id") == me)
    }

    fn wants(self, kind: &str) -> bool {
        self.kinds.with_untracked(|kinds| kinds.is_empty() || kinds.contains(&kind))
    }

    fn version(self, id: Uuid) -> Option<i64> {
        let planned = self.planned.with_untracked(|rows| rows.iter().find(|row| row.id == id).map(|row| row.version));
        planned.or_else(|| {
            self.entries
                .with_untracked(|entries| entries.iter().filter_map(row_of).find(|r| r.id == id).map(|r| r.version))
        })
    }

    /// An activity or task is now so, as colleagues or the server tell; what is older than the screen is ignored.
    pub(super) fn arrive(self, record_type: &str, row: Row, titles: &Titles) {
        let known = self.version(row.id);
        if known.is_some_and(|version| version >= row.version) {
            return;
        }
        if known.is_none() {
            self.fresh.update_value(|fresh| {
                fresh.insert(row.id.to_string());
            });
        }
        learn_titles(self.titles, titles);
        self.put(record_type, row);
    }

    /// Puts an activity or task where it belongs now, whatever was there.
    pub(super) fn put(self, record_type: &str, row: Row) {
        // An answer may come after the page was left.
        if self.kinds.is_disposed() {
            return;
        }
        let here =
            self.link().and_then(|link| row.reference(link)) == Some(self.id) && row.text("archived_at").is_none();
        let kind = if record_type == "activity" { row.text("kind").unwrap_or_default() } else { record_type };
        if !here || !self.wants(kind) {
            return self.drop_row(row.id);
        }
        let open = record_type == "task" && !row.flag("done");
        let at = moment(record_type, &row).unwrap_or_else(|| self.page.now.get_untracked());
        self.drop_row_from(row.id, !open, open);
        if open {
            self.planned.update(|rows| {
                rows.retain(|known| known.id != row.id);
                let due = |row: &Row| (row.datetime("due_at").is_none(), row.datetime("due_at"), row.id);
                let place = rows.partition_point(|known| due(known) < due(&row));
                rows.insert(place, row);
            });
        } else {
            let what = match record_type {
                "task" => Happening::Task { row },
                "ticket" => Happening::Ticket { row },
                _ => Happening::Activity { row },
            };
            self.entries.update(|all| insert(all, TimelineEntry { at, what }));
        }
    }

    /// Takes an activity or task off the screen.
    pub(super) fn drop_row(self, id: Uuid) {
        self.drop_row_from(id, true, true);
    }

    fn drop_row_from(self, id: Uuid, planned: bool, entries: bool) {
        if planned && self.planned.with_untracked(|rows| rows.iter().any(|row| row.id == id)) {
            self.planned.update(|rows| rows.retain(|row| row.id != id));
        }
        let key = id.to_string();
        if entries && self.entries.with_untracked(|all| all.iter().any(|entry| entry.key() == key)) {
            self.entries.update(|all| remove(all, &key));
        }
    }

    fn query(self, cursor: Option<String>) -> TimelineQuery {
        TimelineQuery { kinds: self.kinds.get_untracked().into_iter().map(str::to_owned).collect(), cursor }
    }

    /// Loads what came before the oldest entry, unless that is under way or there is nothing.
    pub(super) fn load_more(self) {
        let Some(cursor) = self.next.get_untracked().filter(|_| !self.loading.get_untracked()) else { return };
        self.loading.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let result = read_timeline(self.record_type.to_owned(), self.id, self.query(Some(cursor.clone()))).await;
            // Meanwhile another filter may have been chosen, or the page left.
            if self.next.try_get_untracked().flatten() != Some(cursor) {
                self.loading.set(false);
                return;
            }
            match result {
                Ok(older) => {
                    self.next.set(older.next.clone());
                    self.merge(older);
                }
                Err(fault) => self.failed.set(Some(fault.0)),
            }
            self.loading.set(false);
        });
    }

    /// Reads the newest entries again a moment from now: the record itself was changed.
    pub(super) fn refresh_soon(self) {
        let refresh = move || {
            let Some(kinds) = self.kinds.try_get_untracked() else { return };
            spawn_local(async move {
                let fresh = read_timeline(self.record_type.to_owned(), self.id, self.query(None)).await;
                if self.kinds.try_get_untracked() != Some(kinds) {
                    return;
                }
                match fresh {
                    Ok(fresh) => self.merge_new(fresh),
                    Err(Fault(error)) if error.is_denial() => self.fail(error),
                    Err(_) => {}
                }
            });
        };
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        self.timer.set_value(set_timeout_with_handle(refresh, REST).ok());
    }

    fn merge_new(self, fresh: TimelinePage) {
        let known: BTreeSet<String> = self.entries.with_untracked(|all| all.iter().map(TimelineEntry::key).collect());
        let new = fresh.entries.iter().map(TimelineEntry::key).filter(|key| !known.contains(key));
        self.fresh.update_value(|keys| keys.extend(new));
        self.forget_turns(&fresh);
        self.merge(fresh);
    }

    /// What clocks did is worked out anew each time: what the newest page no longer tells did not happen.
    fn forget_turns(self, fresh: &TimelinePage) {
        let is_gone = untold(fresh);
        if self.entries.with_untracked(|all| all.iter().any(&is_gone)) {
            self.entries.update(|all| all.retain(|entry| !is_gone(entry)));
        }
    }

    fn merge(self, page: TimelinePage) {
        learn_titles(self.titles, &page.titles);
        self.custom.update(|all| all.extend(page.custom));
        self.entries.update(|all| {
            for entry in page.entries.into_iter().filter(|entry| !is_open_task(entry)) {
                let known = all.iter().find(|known| known.key() == entry.key()).and_then(row_of).map(|row| row.version);
                // What came live meanwhile is newer than what was being read.
                if row_of(&entry).map(|row| row.version) >= known {
                    insert(all, entry);
                }
            }
        });
    }
}

/// Reads the first page and, where tasks are shown, the open ones.
pub(super) async fn load(
    record_type: &'static str,
    id: Uuid,
    kinds: Vec<&'static str>,
) -> Answer<(TimelinePage, Rows)> {
    let query = TimelineQuery { kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(), cursor: None };
    let page = read_timeline(record_type.to_owned(), id, query).await?;
    let Some(link) = linked_by(record_type).filter(|_| kinds.is_empty() || kinds.contains(&"task")) else {
        return Ok((page, Rows::default()));
    };
    let open = Filter::All(vec![Filter::field(link, Op::Eq, id.to_string()), Filter::field("done", Op::Eq, false)]);
    let sort = Some(Sort { field: "due_at".into(), descending: false });
    let query = ListQuery { filter: Some(open), sort, limit: 100, ..ListQuery::default() };
    match list_records("task".into(), query).await {
        Ok(planned) => Ok((page, planned)),
        // Without a right on tasks there is a timeline all the same.
        Err(Fault(Error::Forbidden)) => Ok((page, Rows::default())),
        Err(fault) => Err(fault),
    }
}

/// The activity, task or ticket of an entry.
pub(super) fn row_of(entry: &TimelineEntry) -> Option<&Row> {
    match &entry.what {
        Happening::Activity { row } | Happening::Task { row } | Happening::Ticket { row } => Some(row),
        Happening::Change { .. } | Happening::Clock { .. } => None,
    }
}

/// Whether an entry is what a clock did of which the newest page would have to tell, and does not. What is of the very instant with
/// which that page ends may stand on the next one: clocks begin together.
fn untold(newest: &TimelinePage) -> impl Fn(&TimelineEntry) -> bool {
    let told: BTreeSet<String> = newest.entries.iter().map(TimelineEntry::key).collect();
    let until = newest.next.as_ref().and(newest.entries.last()).map(|entry| entry.at);
    move |entry| {
        let is_beyond = until.is_some_and(|until| entry.at <= until);
        matches!(entry.what, Happening::Clock { .. }) && !told.contains(&entry.key()) && !is_beyond
    }
}

fn is_open_task(entry: &TimelineEntry) -> bool {
    matches!(&entry.what, Happening::Task { row } if !row.flag("done"))
}

/// When an activity happened or a task was done or is due: what the timeline sorts by.
fn moment(record_type: &str, row: &Row) -> Option<DateTime<Utc>> {
    if record_type == "ticket" {
        return row.datetime("received_at").or_else(|| row.datetime("created_at"));
    }
    if record_type == "activity" {
        return row.datetime("occurred_at");
    }
    ["done_at", "due_at", "created_at"].iter().find_map(|field| row.datetime(field))
}

#[cfg(test)]
mod tests {
    use shared::sla::{ClockKind, Did, Turn};

    use super::*;

    fn begun(id: &str, minute: i64) -> TimelineEntry {
        let start: DateTime<Utc> = "2026-11-21T08:00:00Z".parse().unwrap();
        let at = start + chrono::Duration::minutes(minute);
        let turn = Turn {
            at,
            clock: ClockKind::Resolution,
            did: Did::Begun,
            target_minutes: None,
            started_at: None,
            due_at: None,
            pauses: Vec::new(),
            policy_id: None,
        };
        TimelineEntry { at, what: Happening::Clock { id: id.into(), turn, policy: None } }
    }

    #[test]
    fn clocks_that_began_with_the_last_of_a_page_may_stand_on_the_next() {
        let next = Some("more".to_owned());
        let newest = TimelinePage { entries: vec![begun("c", 9), begun("b", 5)], next, ..TimelinePage::default() };
        let all = [begun("d", 7), begun("c", 9), begun("b", 5), begun("a", 5), begun("0", 1)];
        let gone = |page: &TimelinePage| all.iter().map(untold(page)).collect::<Vec<_>>();
        assert_eq!(gone(&newest), [true, false, false, false, false]);
        let only = TimelinePage { next: None, ..newest };
        assert_eq!(gone(&only), [true, false, false, true, true], "nothing comes after the only page");
    }
}
