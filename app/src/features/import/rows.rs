//! The rows of a preview as they will be, some at a time.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::RecordDef;
use shared::format::number;
use shared::i18n::{field_error, type_label_many};
use shared::import::{Excerpt, PREVIEW_ROWS, PreviewRow, StepPreview};

use super::column::called;
use super::wizard::Wizard;
use crate::api::import::preview_import_rows;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Size, Switch};

/// Where rows begin that are shown at a time.
#[derive(Clone, Copy, Default)]
struct Portion {
    /// How many come before.
    before: u64,
    /// The line of the last one of those, for rows that have lines: the server goes on from there.
    after: Option<u64>,
}

/// Which rows are shown; cheap to copy.
#[derive(Clone, Copy)]
struct Pager {
    wizard: Wizard,
    place: (usize, usize),
    /// All rows, and those with problems.
    counts: (u64, u64),
    shown: RwSignal<Vec<PreviewRow>>,
    /// Where those begin, after where the ones before them did.
    begun: RwSignal<Vec<Portion>>,
    /// Whether only rows with problems are shown.
    problems: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// Counts what was asked for: only the last answer counts.
    asked: StoredValue<u32>,
}

impl Pager {
    fn new(wizard: Wizard, step: &StepPreview) -> Self {
        Self {
            wizard,
            place: (step.file, step.step),
            counts: (step.rows_in_all(), step.failed),
            shown: RwSignal::new(step.rows.clone()),
            begun: RwSignal::new(vec![Portion::default()]),
            problems: RwSignal::new(false),
            busy: RwSignal::new(false),
            asked: StoredValue::new(0),
        }
    }

    /// How many rows there are to go through; reactive.
    fn count(self) -> u64 {
        if self.problems.get() { self.counts.1 } else { self.counts.0 }
    }

    /// How many rows come before those that are shown; reactive.
    fn before(self) -> u64 {
        self.begun.with(|begun| begun.last().map_or(0, |portion| portion.before))
    }

    /// Shows the ones that follow.
    fn forwards(self) {
        let (shown, last) = self.shown.with_untracked(|rows| (rows.len() as u64, rows.last().map(|row| row.line)));
        let mut begun = self.begun.get_untracked();
        let before = untrack(move || self.before()) + shown;
        // What an import brings along itself stands on no line.
        begun.push(Portion { before, after: last.filter(|line| *line > 0) });
        self.go(begun, self.problems.get_untracked());
    }

    /// Shows the ones that came before.
    fn backwards(self) {
        let mut begun = self.begun.get_untracked();
        begun.pop();
        self.go(begun, self.problems.get_untracked());
    }

    /// Shows the rows of the last of these portions; the server works them out anew.
    fn go(self, begun: Vec<Portion>, problems: bool) {
        let Portion { before, after } = begun.last().copied().unwrap_or_default();
        let (file, step) = self.place;
        let excerpt = Excerpt { file, step, after, skip: if after.is_some() { 0 } else { before }, problems };
        let (spec, locale) = (self.wizard.spec(), self.wizard.page.locale.get_untracked());
        self.problems.set(problems);
        self.busy.set(true);
        let turn = self.asked.get_value() + 1;
        self.asked.set_value(turn);
        spawn_local(async move {
            let result = preview_import_rows(spec, excerpt, locale).await;
            if self.asked.try_with_value(|asked| *asked == turn) != Some(true) {
                return;
            }
            match result {
                Ok(rows) => {
                    self.shown.set(rows);
                    self.begun.set(begun);
                }
                Err(fault) => self.wizard.error.set(Some(self.wizard.sentence(&fault.0))),
            }
            self.busy.set(false);
        });
    }
}

/// Some rows of a step, and the way to the others.
#[component]
pub fn Rows(
    /// The wizard's state.
    wizard: Wizard,
    /// What is made of them.
    def: &'static RecordDef,
    /// What is known of them.
    step: StepPreview,
) -> impl IntoView {
    let page = wizard.page;
    if step.rows.is_empty() {
        return ().into_any();
    }
    let pager = Pager::new(wizard, &step);
    let caption = move || {
        let written = |n: u64| number(page.locale.get(), i64::try_from(n).unwrap_or(i64::MAX));
        let (from, shown) = (pager.before(), pager.shown.with(Vec::len) as u64);
        let bounds = [from + u64::from(shown > 0), from + shown, pager.count()].map(written);
        page.text_with("import.preview.rows", &[("from", &bounds[0]), ("to", &bounds[1]), ("n", &bounds[2])])
    };
    let fields = StoredValue::new(step.fields);
    let head = fields.get_value().into_iter().map(move |name| {
        view! { <th scope="col">{move || called(wizard, def, &name)}</th> }
    });
    let head = head.collect_view();
    let rows = move || {
        let row = |row| fields.with_value(|fields| line(wizard, row, fields));
        pager.shown.get().into_iter().map(row).collect_view()
    };
    view! {
        <details class="stack">
            <summary>{caption}</summary>
            {ways(pager)}
            // Scrolls sideways, so the keyboard must reach it.
            <div class="preview" tabindex="0" role="region" aria-label=move || type_label_many(page.locale.get(), def)
                aria-busy=move || pager.busy.get().then_some("true")>
                <table>
                    <thead><tr><th scope="col">{t("import.preview.line")}</th>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// One row; what is wrong with a cell is its title.
fn line(wizard: Wizard, row: PreviewRow, fields: &[String]) -> AnyView {
    let PreviewRow { line, cells, errors } = row;
    let cells = cells.into_iter().zip(fields).map(|(cell, name)| {
        let error = errors.iter().find(|error| error.field == *name).cloned();
        let invalid = error.is_some();
        let why = move || error.as_ref().map(|error| field_error(wizard.page.locale.get(), error));
        view! { <td data-invalid=invalid.then_some("") title=why>{cell}</td> }
    });
    view! { <tr><td class="num">{line}</td>{cells.collect_view()}</tr> }.into_any()
}

/// Backwards, forwards, and only what has problems.
fn ways(pager: Pager) -> AnyView {
    let (all, failed) = pager.counts;
    let step = PREVIEW_ROWS as u64;
    if all <= step && (failed == 0 || failed == all) {
        return ().into_any();
    }
    let n = step.to_string();
    let words = move |key: &'static str| {
        let n = n.clone();
        Signal::derive(move || pager.wizard.page.text_with(key, &[("n", &n)]))
    };
    let (previous, next) = (words("import.preview.previous"), words("import.preview.next"));
    let is_first = Signal::derive(move || pager.before() == 0);
    let is_last = Signal::derive(move || pager.before() + step >= pager.count());
    let only = (failed > 0 && failed < all).then(|| {
        view! {
            <Switch value=pager.problems on_change=move |problems| pager.go(vec![Portion::default()], problems)>
                {t("import.preview.only_problems")}
            </Switch>
        }
    });
    view! {
        <div class="row">
            {only}
            <span class="spacer"></span>
            <Button kind=ButtonKind::Ghost icon="chevron-left" size=Size::Small label=previous busy=pager.busy disabled=is_first
                on_click=move |_| pager.backwards()/>
            <Button kind=ButtonKind::Ghost icon="chevron-right" size=Size::Small label=next busy=pager.busy disabled=is_last
                on_click=move |_| pager.forwards()/>
        </div>
    }
    .into_any()
}
