//! What came of an undo: what it did just now, and what it left alone, for as long as the set is told of.

use leptos::prelude::*;
use shared::command::UndoOutcome;
use shared::format::number;
use shared::history::{ChangeSet, Concerned, Left, Why};

use crate::context::{Page, t};
use crate::record::undoing::{called, concerned};
use crate::ui::{Notice, Tone};

/// Records named of those that an undo has just left alone; as many are kept with the set.
const NAMED: usize = 100;

/// What an undo did.
pub(super) fn result(page: Page, outcome: &UndoOutcome) -> AnyView {
    let undone = outcome.undone;
    let tone = if outcome.kept.is_empty() { Tone::Success } else { Tone::Warning };
    let text = Signal::derive(move || match undone {
        0 => page.text("admin.history.nothing"),
        n => page.text_with("admin.history.set_back", &[("n", &n.to_string())]),
    });
    view! { <Notice tone text/> }.into_any()
}

/// What was left alone when the set was undone, and why: as it is kept with the set or, as long as that was not read again, as
/// the undo said.
pub(super) fn stays(page: Page, set: &ChangeSet, outcome: Option<UndoOutcome>) -> Option<AnyView> {
    let (count, lines): (i64, Vec<AnyView>) = match outcome.filter(|_| set.kept_count == 0) {
        Some(UndoOutcome { kept, .. }) => (
            i64::try_from(kept.len()).unwrap_or(i64::MAX),
            kept.into_iter().take(NAMED).map(|kept| line(page, &concerned(kept), None)).collect(),
        ),
        None => {
            let one = |left: &Left| line(page, &left.record, Some(left.why));
            (set.kept_count, set.kept.iter().map(one).collect())
        }
    };
    let others = count - i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let counted = move |key: &'static str, n: i64| page.text_with(key, &[("n", &number(page.locale.get(), n))]);
    let more = move || counted("admin.history.more", others);
    (count > 0).then(|| {
        view! {
            <p>{move || counted("admin.history.kept", count)}</p>
            <ul class="history-names">
                {lines}
                {(others > 0).then(|| view! { <li class="meta">{more}</li> })}
            </ul>
        }
        .into_any()
    })
}

fn line(page: Page, record: &Concerned, why: Option<Why>) -> AnyView {
    let why = why.map(|why| view! { <span class="meta">" · "{t(reason(why))}</span> });
    view! { <li>{called(page, record)}{why}</li> }.into_any()
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Changed => "admin.history.why.changed",
        Why::Gone => "admin.history.why.gone",
        Why::Forbidden => "admin.history.why.forbidden",
        Why::InUse => "admin.history.why.in_use",
    }
}
