//! Acting on records from a page: send the command, offer undo, say what went wrong.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::command::{Command, Kept, Outcome, UndoOutcome};
use shared::format::listed;
use shared::i18n::Locale;
use shared::types::by_name;
use shared::{Error, i18n};
use uuid::Uuid;

use crate::api::Fault;
use crate::api::records::{apply, apply_together, undo};
use crate::context::Page;
use crate::ui::{Toasts, Tone, Undo};

/// What gets the result of a command.
type Then = Box<dyn FnOnce(Result<Outcome, Error>)>;

/// Rest before what could not be sent is sent again.
const REST: Duration = Duration::from_secs(3);
/// Records that are named where an undo kept some.
const NAMED: usize = 3;

/// Sends a command. Success shows `done` as a toast with undo; failure shows the reason
/// unless it is about fields, which belongs beside them. `then` gets the result either way.
pub fn act(command: Command, done: String, then: impl FnOnce(Result<Outcome, Error>) + 'static) {
    act_with((Page::take(), Toasts::take()), command, done, then);
}

/// As [`act`], for handlers and timers that come without the page's context.
pub fn act_with(
    context: (Page, Toasts),
    command: Command,
    done: String,
    then: impl FnOnce(Result<Outcome, Error>) + 'static,
) {
    act_then(context, command, done, nothing, then);
}

/// As [`act`], for what is shown as done already: while the server can't be reached it is sent again and again, which is told once.
pub fn act_once_reached(mut command: Command, done: String, then: impl FnOnce(Result<Outcome, Error>) + 'static) {
    keyed(&mut command);
    reach((Page::take(), Toasts::take()), command, done, Box::new(then), false);
}

fn reach((page, toasts): (Page, Toasts), command: Command, done: String, then: Then, is_told: bool) {
    spawn_local(async move {
        let result = send(command.clone()).await;
        if !matches!(result, Err(Error::Offline)) {
            tell((page, toasts), &result, done, nothing);
            return then(result);
        }
        if !is_told {
            toasts.push(page.text_now("ui.state.offline_text"), Tone::Neutral, None);
        }
        set_timeout(move || reach((page, toasts), command, done, then, true), REST);
    });
}

/// What comes after most undos. It is named: for each closure the code of undoing would come once more.
fn nothing() {}

/// As [`act_with`]; `undone` runs when all of it was undone.
pub fn act_then(
    (page, toasts): (Page, Toasts),
    command: Command,
    done: String,
    undone: impl Fn() + Clone + Send + Sync + 'static,
    then: impl FnOnce(Result<Outcome, Error>) + 'static,
) {
    spawn_local(async move {
        let result = send(command).await;
        tell((page, toasts), &result, done, undone);
        then(result);
    });
}

/// Says what came of a command.
fn tell(
    (page, toasts): (Page, Toasts),
    result: &Result<Outcome, Error>,
    done: String,
    undone: impl Fn() + Clone + Send + Sync + 'static,
) {
    match result {
        Ok(outcome) => {
            let undo = undo_then(page, toasts, outcome.change_set, undone);
            toasts.push(done, Tone::Success, Some(undo));
        }
        Err(Error::Invalid { fields }) if fields.iter().any(|f| !f.field.is_empty()) => {}
        Err(error) => toasts.push(i18n::error_sentence(page.locale.get_untracked(), error), Tone::Danger, None),
    }
}

/// Sends a command with a fresh idempotency key, which makes it safe to try once more when the answer got lost.
pub async fn send(mut command: Command) -> Result<Outcome, Error> {
    keyed(&mut command);
    once_more(|| apply(command.clone())).await
}

/// As [`send`], for commands that take effect together or not at all.
pub async fn send_together(mut commands: Vec<Command>) -> Result<Vec<Outcome>, Error> {
    // The first one's key stands for all of them.
    commands.first_mut().into_iter().for_each(keyed);
    once_more(|| apply_together(commands.clone())).await
}

fn keyed(command: &mut Command) {
    command.idempotency_key.get_or_insert_with(|| Uuid::now_v7().to_string());
}

async fn once_more<T, F: Future<Output = Result<T, Fault>>>(call: impl Fn() -> F) -> Result<T, Error> {
    let first = call().await;
    let result = if matches!(first, Err(Fault(Error::Offline))) { call().await } else { first };
    result.map_err(|fault| fault.0)
}

/// What the undo button of a toast does.
pub fn undo_of(page: Page, toasts: Toasts, change_set: Uuid) -> Undo {
    undo_then(page, toasts, change_set, nothing)
}

/// As [`undo_of`]; `then` runs when all of it was undone.
pub fn undo_then(
    page: Page,
    toasts: Toasts,
    change_set: Uuid,
    then: impl Fn() + Clone + Send + Sync + 'static,
) -> Undo {
    let tell = move |outcome: &UndoOutcome| told_undone(page.locale.get_untracked(), toasts, outcome);
    undo_with((page, toasts), change_set, tell, then)
}

/// As [`undo_then`]; `tell` says what came of it.
pub fn undo_with(
    (page, toasts): (Page, Toasts),
    change_set: Uuid,
    tell: impl Fn(&UndoOutcome) + Clone + Send + Sync + 'static,
    then: impl Fn() + Clone + Send + Sync + 'static,
) -> Undo {
    Undo::new(move || {
        let (tell, then) = (tell.clone(), then.clone());
        spawn_local(async move {
            let answer = undo(change_set).await;
            toasts.tried(change_set, matches!(answer, Err(Fault(Error::Offline))));
            match answer {
                Ok(outcome) => {
                    tell(&outcome);
                    if outcome.kept.is_empty() && !outcome.under_way {
                        then();
                    }
                }
                // There are no fields here that could be marked: the reason is all there is to say.
                Err(fault) => {
                    let text = i18n::error_sentence(page.locale.get_untracked(), &fault.0);
                    toasts.push(text, Tone::Danger, None);
                }
            }
        });
    })
    .of(change_set)
}

/// Says that something was undone, or how much of it others have changed since, and where all of it is told.
pub fn told_undone(locale: Locale, toasts: Toasts, outcome: &UndoOutcome) {
    if outcome.kept.is_empty() && !outcome.under_way {
        return toasts.push(i18n::translate(locale, "ui.toast.undone", &[]), Tone::Neutral, None);
    }
    let kept = outcome.kept.len().to_string();
    let told = match outcome.undone {
        _ if outcome.under_way => "admin.history.undo_begun",
        0 => "ui.toast.undone_nothing",
        _ => "ui.toast.undone_partly",
    };
    let text = i18n::translate(locale, told, &[("n", &kept), ("names", &names(locale, &outcome.kept))]);
    toasts.push_linked(text, Tone::Warning, ("/history", i18n::translate(locale, "ui.nav.history", &[])));
}

/// The first of what was kept; what has no name, or none for the reader, is named by its type.
fn names(locale: Locale, kept: &[Kept]) -> String {
    let name = |kept: &Kept| match kept.title.trim() {
        "" => by_name(&kept.record_type).map(|def| i18n::type_label(locale, def)).unwrap_or_default(),
        title => title.to_owned(),
    };
    let named: Vec<String> = kept.iter().take(NAMED).map(name).collect();
    format!("{}{}", listed(locale, &named), if kept.len() > NAMED { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_those_that_stay_are_named() {
        let kept = |title: &str| Kept { record_type: "customer".into(), id: Uuid::nil(), title: title.into() };
        assert_eq!(names(Locale::En, &[kept("Acme"), kept(" ")]), "Acme, Customer");
        assert_eq!(names(Locale::ZhCn, &["甲", "乙", "丙", "丁"].map(kept)), "甲、乙、丙…");
    }
}
