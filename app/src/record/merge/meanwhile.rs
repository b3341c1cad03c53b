//! What others did with the records while somebody decided how they are merged.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{Error, RecordDef, Row, format, i18n};
use uuid::Uuid;

use super::{Merging, called};
use crate::api::records::get_record;
use crate::context::Page;
use crate::record::attribute::Attribute;
use crate::ui::{ButtonKind, LinkButton, Notice, Tone};

/// What was decided before one of the records turned out to have changed.
#[derive(Clone)]
struct Decided {
    into: Uuid,
    chosen: BTreeMap<String, usize>,
    /// What is said of the change.
    told: String,
}

/// What became of the records meanwhile; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Meanwhile {
    page: Page,
    def: &'static RecordDef,
    /// What one of them became when somebody else merged it.
    gone: RwSignal<Option<Row>>,
    decided: StoredValue<Option<Decided>>,
    /// How often the dialog was opened: what was asked for one before is not about this one.
    begun: StoredValue<u32>,
    /// They are to be read again.
    again: Trigger,
}

impl Meanwhile {
    pub(super) fn new(page: Page, def: &'static RecordDef) -> Self {
        let (gone, decided) = (RwSignal::new(None), StoredValue::new(None));
        Self { page, def, gone, decided, begun: StoredValue::new(0), again: Trigger::new() }
    }

    /// Nothing happened yet.
    pub(super) fn begin(self) {
        self.gone.set(None);
        self.decided.set_value(None);
        self.begun.update_value(|n| *n += 1);
    }

    /// Which opening of the dialog this is; nothing once it has left the page.
    pub(super) fn opening(self) -> Option<u32> {
        self.begun.try_get_value()
    }

    /// Reads the records again whenever one of them turns out to have changed; tracked.
    pub(super) fn track(self) {
        self.again.track();
    }

    /// Goes on with what was decided before they were read again.
    pub(super) fn go_on(self, merging: Merging) {
        let Some(decided) = self.decided.get_value() else { return };
        let at = merging.rows.with_value(|rows| rows.iter().position(|row| row.id == decided.into));
        at.into_iter().for_each(|at| merging.into.set(at));
        merging.chosen.set(decided.chosen);
        merging.error.set(Some(decided.told));
    }

    /// Looks whether one of the records was merged; says so then, unless the dialog was opened anew since `opening`, and
    /// whether it was.
    pub(super) async fn is_gone(self, opening: Option<u32>, ids: Vec<Uuid>) -> bool {
        for id in ids {
            let found = get_record(self.def.name.to_owned(), id).await.map(|detail| detail.row);
            if let Some(into) = found.ok().filter(|row| row.id != id) {
                if self.opening() == opening {
                    let _ = self.gone.try_set(Some(into));
                }
                return true;
            }
        }
        false
    }

    /// Says why they were not merged.
    pub(super) async fn refuse(self, merging: Merging, ids: Vec<Uuid>, error: Error) {
        // Of a dialog that was closed nothing is said.
        let Some(opening) = self.opening().filter(|_| merging.stays().is_some()) else { return };
        if error == Error::NotFound && self.is_gone(Some(opening), ids).await {
            return;
        }
        match error {
            Error::Conflict { current, fields } => self.look_again(merging, &current, &fields),
            error => {
                merging.error.try_set(Some(i18n::error_sentence(self.page.locale.get_untracked(), &error)));
            }
        }
    }

    /// Shows the records as they are now; what was chosen of what became another is to be chosen anew.
    fn look_again(self, merging: Merging, current: &Row, fields: &[String]) {
        let (Some(into), Some(mut chosen)) = (merging.stays(), merging.chosen.try_get_untracked()) else { return };
        chosen.retain(|name, _| !fields.contains(name));
        let locale = self.page.locale.get_untracked();
        let named = |name: &String| merging.custom.with_value(|custom| Attribute::named(self.def, name, custom));
        let label = |name: &String| named(name).map(|field| field.label(locale));
        let labels: Vec<String> = fields.iter().filter_map(label).collect();
        let (name, fields) = (called(self.def, current), format::listed(locale, &labels));
        let told = self.page.text_with("duplicates.changed_meanwhile", &[("name", &name), ("fields", &fields)]);
        self.decided.set_value(Some(Decided { into, chosen, told }));
        self.again.notify();
    }

    /// That one of the records is part of another by now; tracked.
    pub(super) fn notice(self) -> Option<AnyView> {
        let into = called(self.def, &self.gone.get()?);
        let text = Signal::derive(move || self.page.text_with("duplicates.merged_meanwhile", &[("into", &into)]));
        Some(view! { <Notice tone=Tone::Warning text/> }.into_any())
    }

    /// The way to the record that it is part of; tracked.
    pub(super) fn way(self) -> Option<AnyView> {
        let into = self.gone.get()?;
        let (href, name) = (format!("/{}/{}", self.def.plural, into.id), called(self.def, &into));
        let label = move || self.page.text_with("duplicates.open_merged", &[("into", &name)]);
        Some(view! { <LinkButton href kind=ButtonKind::Primary>{label}</LinkButton> }.into_any())
    }

    /// Whether one of the records is part of another by now.
    pub(super) fn is_over(self) -> bool {
        self.gone.with_untracked(Option::is_some)
    }
}
