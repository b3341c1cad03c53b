//! Writing the same things the same way: look for what rules would change, choose, change.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::Actor;
use shared::command::Change;
use shared::format::number;
use shared::tidy::{Finding, Rule, writable_findings};
use shared::{Error, RecordDef, Row, Values, i18n};
use uuid::Uuid;

use super::difference::difference;
use crate::api::quality::untidy;
use crate::context::{Page, t};
use crate::record::{Batch, failed};
use crate::ui::{Button, ButtonKind, Checkbox, EmptyState, Progress};

/// Most records kept to choose from; what comes after them is found by looking again.
const MOST: usize = 10_000;
/// Examples of a rule shown at a time.
const SHOWN: usize = 20;

/// How far looking has come.
#[derive(Clone, PartialEq)]
enum Looking {
    NotYet,
    /// So many records were looked at.
    Under(i64),
    Over,
    Failed(Error),
}

/// What was found and chosen; cheap to copy.
#[derive(Clone, Copy)]
struct Tidying {
    page: Page,
    def: &'static RecordDef,
    actor: StoredValue<Option<Actor>>,
    looking: RwSignal<Looking>,
    /// Records with findings.
    rows: RwSignal<Vec<Row>>,
    /// The country of phone numbers that name none.
    home: StoredValue<Option<String>>,
    /// How many phone numbers can't be read.
    unreadable: RwSignal<i64>,
    /// Rules that are not to be applied.
    off: RwSignal<BTreeSet<Rule>>,
    /// Values that stay as they are.
    kept: RwSignal<BTreeSet<(Uuid, &'static str)>>,
    batch: Batch,
}

/// A value that is to change, of a record.
type Line = (Row, Finding);

pub(super) fn tidy(page: Page, def: &'static RecordDef) -> AnyView {
    let rows = RwSignal::new(Vec::new());
    let put = move |row: Row| {
        rows.try_update(|rows: &mut Vec<Row>| rows.retain(|other| other.id != row.id));
    };
    let tidying = Tidying {
        page,
        def,
        actor: StoredValue::new(page.actor()),
        looking: RwSignal::new(Looking::NotYet),
        rows,
        home: StoredValue::new(None),
        unreadable: RwSignal::new(0),
        off: RwSignal::new(BTreeSet::new()),
        kept: RwSignal::new(BTreeSet::new()),
        batch: Batch::new(page, def, put),
    };
    tidying.view()
}

impl Tidying {
    /// Looks through all records, part by part.
    fn look(self) {
        self.rows.set(Vec::new());
        self.kept.set(BTreeSet::new());
        self.unreadable.set(0);
        self.looking.set(Looking::Under(0));
        spawn_local(async move {
            let (mut after, mut seen) = (None, 0);
            loop {
                match untidy(self.def.name.to_owned(), after).await {
                    Err(fault) => return drop(self.looking.try_set(Looking::Failed(fault.0))),
                    Ok(part) => {
                        seen += part.seen;
                        self.home.try_set_value(part.home);
                        self.unreadable.try_update(|count| *count += part.unreadable);
                        // Gone with the page.
                        let Some(count) = self.rows.try_update(|rows| {
                            rows.extend(part.rows);
                            rows.len()
                        }) else {
                            return;
                        };
                        after = part.next;
                        let is_over = after.is_none() || count >= MOST;
                        self.looking.try_set(if is_over { Looking::Over } else { Looking::Under(seen) });
                        if is_over {
                            return;
                        }
                    }
                }
            }
        });
    }

    /// What the rules would change; tracked.
    fn lines(self, rules: &[Rule]) -> Vec<Line> {
        let home = self.home.get_value();
        let found = |row: &Row| {
            let all = self.actor.with_value(|actor| {
                let of = |actor: &Actor| writable_findings(self.def, &row.values, rules, actor, home.as_deref());
                actor.as_ref().map(of).unwrap_or_default()
            });
            all.into_iter().map(|finding| (row.clone(), finding)).collect::<Vec<_>>()
        };
        self.rows.with(|rows| rows.iter().flat_map(found).collect())
    }

    /// The rules that are to be applied; tracked.
    fn rules(self) -> Vec<Rule> {
        self.off.with(|off| Rule::ALL.into_iter().filter(|rule| !off.contains(rule)).collect())
    }

    /// What is to be changed, one change a record: nobody else may have changed the fields since.
    fn changes(self, lines: &[Line]) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for (row, finding) in lines.iter().filter(|(row, finding)| !self.is_kept(row.id, finding)) {
            let (name, new) = (finding.field.name.to_owned(), finding.new.clone());
            match changes.last_mut() {
                Some(Change::Update { id, values, .. }) if *id == row.id => drop(values.insert(name, new)),
                _ => {
                    let values = Values::from_iter([(name, new)]);
                    changes.push(Change::Update { id: row.id, version: Some(row.version), values });
                }
            }
        }
        changes
    }

    fn is_kept(self, id: Uuid, finding: &Finding) -> bool {
        self.kept.with(|kept| kept.contains(&(id, finding.field.name)))
    }

    fn view(self) -> AnyView {
        let page = self.page;
        let is_looking = Signal::derive(move || matches!(self.looking.get(), Looking::Under(_)));
        let busy = Signal::derive(move || is_looking.get() || self.batch.is_running());
        let state = move || match self.looking.get() {
            Looking::NotYet => ().into_any(),
            Looking::Under(seen) => {
                let text = Signal::derive(move || {
                    page.text_with("quality.looking", &[("n", &number(page.locale.get(), seen))])
                });
                view! { <div role="status"><p class="meta num">{text}</p><Progress value=Signal::stored(None) label=text/></div> }
                    .into_any()
            }
            Looking::Failed(error) => failed(error, move || self.look()),
            Looking::Over => self.found(),
        };
        view! {
            <section class="panel stack" data-quality="tidy">
                <h2 class="section-title">{t("quality.tidy")}</h2>
                <p class="muted">{t("quality.tidy_text")}</p>
                <div class="row">
                    <Button icon="search" disabled=busy on_click=move |_| self.look()>{t("quality.look")}</Button>
                </div>
                {state}
                {self.batch.view()}
            </section>
        }
        .into_any()
    }

    /// The findings by rule, and the button that makes the changes.
    fn found(self) -> AnyView {
        let page = self.page;
        let every = Memo::new(move |_| count_by_rule(&self.lines(&Rule::ALL)));
        let lines = StoredValue::new(Vec::new());
        let changed = Memo::new(move |before: Option<&u64>| {
            lines.set_value(self.lines(&self.rules()));
            before.map_or(0, |before| before + 1)
        });
        let count = Memo::new(move |_| {
            changed.get();
            lines.with_value(|lines: &Vec<Line>| lines.iter().filter(|(row, f)| !self.is_kept(row.id, f)).count())
        });
        let change = move |_| {
            let changes = untrack(|| lines.with_value(|lines| self.changes(lines)));
            self.rows.with_untracked(|rows| self.batch.start(rows, changes, "quality.done"));
        };
        let group = move |rule: Rule| {
            (move || {
                let n = every.with(|every| every[rule as usize]);
                (n > 0).then(|| self.group(rule, n, lines, changed))
            })
            .into_any()
        };
        let more = page.text_with("quality.more", &[("n", &number(page.locale.get_untracked(), MOST as i64))]);
        let is_full = self.rows.with_untracked(Vec::len) >= MOST;
        view! {
            <Show
                when=move || every.with(|every| every.iter().any(|n| *n > 0))
                fallback=|| view! { <EmptyState icon="circle-check" title=t("quality.none") text=t("quality.tidy_text")/> }
            >
                {Rule::ALL.map(group).into_iter().collect_view()}
                <div class="row">
                    <Button kind=ButtonKind::Primary icon="sparkles" on_click=change
                        disabled=Signal::derive(move || count.get() == 0 || self.batch.is_running())>
                        {move || page.text_with("quality.all", &[("n", &number(page.locale.get(), count.get() as i64))])}
                    </Button>
                </div>
            </Show>
            {move || self.left().map(|text| view! { <p class="meta" data-quality="unreadable">{text}</p> })}
            {is_full.then(|| view! { <p class="meta">{more}</p> })}
        }
        .into_any()
    }

    /// What is said of phone numbers that stay because they can't be read; tracked.
    fn left(self) -> Option<String> {
        let count = Some(self.unreadable.get()).filter(|count| *count > 0)?;
        Some(self.page.text_with("quality.unreadable", &[("n", &number(self.page.locale.get(), count))]))
    }

    /// A rule to be chosen, with examples of what it changes first.
    fn group(self, rule: Rule, count: usize, lines: StoredValue<Vec<Line>>, changed: Memo<u64>) -> AnyView {
        let page = self.page;
        let on = Signal::derive(move || self.off.with(|off| !off.contains(&rule)));
        let shown = RwSignal::new(SHOWN);
        let toggle = move |on: bool| {
            self.off.update(|off| _ = if on { off.remove(&rule) } else { off.insert(rule) });
        };
        let label = move || page.text(&format!("quality.rule.{}", rule.code()));
        let examples = move || {
            changed.get();
            let own = |(_, finding): &&Line| finding.rules.first() == Some(&rule);
            let (all, part) = lines.with_value(|lines| {
                let own: Vec<&Line> = lines.iter().filter(own).collect();
                (own.len(), own.into_iter().take(shown.get()).cloned().collect::<Vec<_>>())
            });
            let rest = all > part.len();
            view! {
                <ul class="quality-changes">{part.into_iter().map(|line| self.line(line)).collect_view()}</ul>
                {rest.then(|| view! {
                    <Button kind=ButtonKind::Ghost on_click=move |_| shown.update(|n| *n += SHOWN)>{t("ui.action.show_more")}</Button>
                })}
            }
        };
        view! {
            <div class="stack" data-rule=rule.code()>
                <div class="row">
                    <Checkbox value=on on_change=toggle>{label}</Checkbox>
                    <span class="spacer"></span>
                    <span class="meta num">{move || number(page.locale.get(), count as i64)}</span>
                </div>
                {examples}
            </div>
        }
        .into_any()
    }

    /// One value: what it is, what it becomes.
    fn line(self, (row, finding): Line) -> AnyView {
        let page = self.page;
        let (id, name) = (row.id, finding.field.name);
        let (old, new) = difference(page, row.value(name), &finding);
        let title = row.text(self.def.title).unwrap_or_default().to_owned();
        let field = move || i18n::field_label(page.locale.get(), self.def, name);
        let on = Signal::derive(move || self.kept.with(|kept| !kept.contains(&(id, name))));
        let toggle = move |on: bool| {
            self.kept.update(|kept| _ = if on { kept.remove(&(id, name)) } else { kept.insert((id, name)) });
        };
        let href = format!("/{}/{id}", self.def.plural);
        view! {
            <li data-id=id.to_string()>
                <Checkbox value=on on_change=toggle>
                    <del>{old}</del>
                    <span role="img" aria-label=t("quality.to")>" → "</span>
                    <ins>{new}</ins>
                </Checkbox>
                <p class="meta">{field}" · "<a href=href>{title}</a></p>
            </li>
        }
        .into_any()
    }
}

/// How many values each rule changes, in their order.
fn count_by_rule(lines: &[Line]) -> [usize; Rule::ALL.len()] {
    Rule::ALL.map(|rule| lines.iter().filter(|(_, finding)| finding.rules.contains(&rule)).count())
}
