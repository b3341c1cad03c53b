//! Many changes at once: sent in pieces that share a change set, so one undo; what was refused is listed.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::command::{Change, Command, Outcome, Refusal};
use shared::query::Titles;
use shared::{Error, RecordDef, Row, format, i18n};
use uuid::Uuid;

use super::called::called;
use super::undoing::undo_large;
use crate::acting::send;
use crate::context::{Page, t};
use crate::ui::{Dialog, Progress, Size, Toasts, Tone};

/// Changes per command: small enough to show progress, large enough to be quick.
const CHUNK: usize = 100;

/// Changes of records of one type and how far they have come; cheap to copy.
#[derive(Clone, Copy)]
pub struct Batch {
    page: Page,
    toasts: Toasts,
    def: &'static RecordDef,
    /// Changes sent, and all of them; none while nothing runs.
    progress: RwSignal<Option<(usize, usize)>>,
    refused: RwSignal<Vec<Refusal>>,
    /// What the records are called; a list may have lost them by the time it is told which were refused.
    names: StoredValue<Titles>,
    /// Shows a changed row where it belongs.
    put: StoredValue<Arc<dyn Fn(Row) + Send + Sync>>,
}

impl Batch {
    /// Nothing yet; `put` gets every row that was changed.
    pub fn new(page: Page, def: &'static RecordDef, put: impl Fn(Row) + Send + Sync + 'static) -> Self {
        Self {
            page,
            toasts: Toasts::take(),
            def,
            progress: RwSignal::new(None),
            refused: RwSignal::new(Vec::new()),
            names: StoredValue::new(Titles::new()),
            put: StoredValue::new(Arc::new(put)),
        }
    }

    /// Whether changes are being sent; tracked.
    pub fn is_running(self) -> bool {
        self.progress.with(Option::is_some)
    }

    /// Sends changes of these records; in the end a toast with the label `done` says how many were carried out, and undoes them.
    pub fn start(self, rows: &[Row], changes: Vec<Change>, done: &'static str) {
        let (set, total) = (Uuid::now_v7(), changes.len());
        let named = |row: &Row| (row.id, called(self.page, self.def, row));
        self.names.set_value(untrack(|| rows.iter().map(named).collect()));
        self.refused.set(Vec::new());
        self.progress.set(Some((0, total)));
        spawn_local(async move {
            let (mut changed, mut unchanged, mut sent) = (0_usize, 0_usize, 0_usize);
            let mut failure = None;
            for piece in changes.chunks(CHUNK) {
                match self.send_piece(piece.to_vec(), set).await {
                    Ok(outcome) => {
                        unchanged += outcome.unchanged;
                        changed += piece.len() - outcome.refused.len() - outcome.unchanged;
                        if let Some(put) = self.put.try_get_value() {
                            outcome.rows.into_iter().for_each(|row| put(row));
                        }
                        self.refused.try_update(|all| all.extend(outcome.refused));
                    }
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
                sent += piece.len();
                self.progress.try_set(Some((sent, total)));
            }
            self.progress.try_set(None);
            self.tell((changed, unchanged), set, done, failure.as_ref());
        });
    }

    fn tell(self, (changed, unchanged): (usize, usize), set: Uuid, done: &'static str, failure: Option<&Error>) {
        let locale = self.page.locale.get_untracked();
        if changed == 0 && unchanged > 0 {
            self.toasts.push(i18n::translate(locale, "bulk.nothing", &[]), Tone::Info, None);
        }
        if changed > 0 {
            let text = i18n::translate(locale, done, &[("n", &format::number(locale, changed))]);
            let undo = undo_large((self.page, self.toasts), set, || ());
            self.toasts.push(text, Tone::Success, Some(undo));
        }
        if let Some(error) = failure {
            self.toasts.push(i18n::error_sentence(locale, error), Tone::Danger, None);
        }
    }

    /// One piece; a single refused change comes back as an error, which is a refusal here too.
    async fn send_piece(self, changes: Vec<Change>, set: Uuid) -> Result<Outcome, Error> {
        let only = if let [one] = changes.as_slice() { Some(one.id()) } else { None };
        let command =
            Command { record_type: self.def.name.to_owned(), changes, change_set: Some(set), ..Command::default() };
        match (send(command).await, only) {
            (Err(error), Some(id)) if error != Error::Offline => {
                let refused = vec![Refusal { index: 0, id, error }];
                Ok(Outcome { change_set: set, rows: Vec::new(), refused, unchanged: 0 })
            }
            (result, _) => result,
        }
    }

    /// Progress while it runs, and afterwards what was refused and why.
    pub fn view(self) -> AnyView {
        let page = self.page;
        let open = RwSignal::new(false);
        let running = Signal::derive(move || self.is_running());
        Effect::new(move |_| {
            if !running.get() && self.refused.with(|refused| !refused.is_empty()) {
                open.set(true);
            }
        });
        let title = Signal::derive(move || {
            let count = self.refused.with(Vec::len).to_string();
            page.text_with("bulk.refused", &[("n", &count)])
        });
        #[expect(clippy::cast_precision_loss, reason = "a part of a bar")]
        let part = Signal::derive(move || self.progress.get().map(|(sent, all)| sent as f64 / all.max(1) as f64));
        let line = move |refusal: Refusal| {
            let why = i18n::error_sentence(page.locale.get(), &refusal.error);
            let name = self.names.with_value(|names| names.get(&refusal.id).cloned());
            view! { <li><strong>{name}</strong><p class="meta">{why}</p></li> }
        };
        view! {
            <Show when=move || running.get()>
                <div class="bulk-run" role="status"><Progress value=part label=t("ui.state.working")/></div>
            </Show>
            <Dialog open title close=t("ui.action.close") size=Size::Small>
                <ul class="stack">{move || self.refused.get().into_iter().map(line).collect_view()}</ul>
            </Dialog>
        }
        .into_any()
    }
}
