//! Merging: which record stays, and what it says where they differ.

mod meanwhile;

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::duplicates::{Merge, merged_fields, proposal};
use shared::i18n;
use shared::query::{Detail, Titles};
use shared::record::{CustomField, is_empty};
use shared::types::TICKET;
use shared::{Error, RecordDef, Row, Values};
use uuid::Uuid;

use self::meanwhile::Meanwhile;
use super::attribute::{Attribute, attributes};
use super::undoing::undo_large;
use super::value::value_text;
use crate::api::Fault;
use crate::api::duplicates::{merge_records, merging};
use crate::api::records::custom_fields;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Dialog, Notice, SkeletonRows, Toasts, Tone};

/// What is being decided; cheap to copy.
#[derive(Clone, Copy)]
struct Merging {
    page: Page,
    def: &'static RecordDef,
    rows: StoredValue<Vec<Row>>,
    titles: StoredValue<Titles>,
    /// Those that administrators added.
    custom: StoredValue<Vec<CustomField>>,
    /// Which of the rows stays.
    into: RwSignal<usize>,
    /// Which row's value was chosen, by field.
    chosen: RwSignal<BTreeMap<String, usize>>,
    error: RwSignal<Option<String>>,
}

/// What a record is called; tickets by their number, too, for several may say the same of themselves.
fn called(def: &RecordDef, row: &Row) -> String {
    let number = row.text("number").filter(|_| def.name == TICKET.name);
    number.into_iter().chain(row.text(def.title)).collect::<Vec<_>>().join(" ")
}

/// Whose a ticket is: the customer's, the contact's, and of which address.
fn whose(row: &Row) -> (Option<Uuid>, Option<Uuid>, Option<String>) {
    let email = row.text("requester_email").map(str::to_lowercase);
    (row.reference("customer_id"), row.reference("contact_id"), email)
}

/// A name as it is written within a sentence; abbreviations stay as they are.
fn within(name: &str) -> String {
    if name.chars().nth(1).is_some_and(char::is_lowercase) { name.to_lowercase() } else { name.to_owned() }
}

/// A dialog that merges records; unless one of them is known to, the one that says most is proposed to stay.
#[component]
pub fn MergeDialog(
    /// The record type.
    def: &'static RecordDef,
    /// The records; read when the dialog opens.
    #[prop(into)]
    ids: Signal<Vec<Uuid>>,
    /// The one that is proposed to stay, if somebody is at it.
    #[prop(optional, into)]
    stays: Signal<Option<Uuid>>,
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
    /// Runs with the record that stayed.
    #[prop(into)]
    on_merged: Callback<Row>,
    /// Runs when the merge was taken back by its toast.
    #[prop(optional, into)]
    on_undone: Option<Callback<()>>,
    /// Runs when it closes after somebody else had merged one of them.
    #[prop(optional, into)]
    on_gone: Option<Callback<()>>,
) -> impl IntoView {
    let page = Page::take();
    let toasts = Toasts::take();
    let state = StoredValue::new(None::<Merging>);
    let meanwhile = Meanwhile::new(page, def);
    let busy = RwSignal::new(false);
    // It stays about those it began with, whatever becomes of them on the page.
    let count = Memo::new(move |_| {
        open.track();
        ids.with_untracked(Vec::len)
    });
    let title = Signal::derive(move || {
        let types = within(&i18n::type_label_many(page.locale.get(), def));
        page.text_with("duplicates.merge_title", &[("n", &count.get().to_string()), ("types", &types)])
    });
    let merge = move |_| {
        let Some(merging) = state.get_value().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let (command, text) = (merging.command(), merging.told());
        let asked = command.seen.iter().map(|(id, _)| *id).collect();
        spawn_local(async move {
            match merge_records(command).await {
                Ok(mut outcome) => {
                    let undo = undo_large((page, toasts), outcome.change_set, move || {
                        // The page may have been left by then.
                        if let Some(on_undone) = on_undone {
                            let _ = on_undone.try_run(());
                        }
                    });
                    toasts.push(text, Tone::Success, Some(undo));
                    open.set(false);
                    if let Some(row) = outcome.rows.pop() {
                        let _ = on_merged.try_run(row);
                    }
                }
                Err(fault) => meanwhile.refuse(merging, asked, fault.0).await,
            }
            busy.set(false);
        });
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            {move || meanwhile.way().unwrap_or_else(|| view! {
                <Button kind=ButtonKind::Primary icon="merge" busy on_click=merge>{t("duplicates.merge")}</Button>
            }.into_any())}
        }
    };
    let close = move |()| {
        if let Some(on_gone) = on_gone.filter(|_| meanwhile.is_over()) {
            on_gone.run(());
        }
    };
    view! {
        <Dialog open title close=t("ui.action.close") footer on_close=close>
            {
                state.set_value(None);
                meanwhile.begin();
                let asked = StoredValue::new(ids.get_untracked());
                let found = LocalResource::new(move || {
                    meanwhile.track();
                    read(meanwhile, def, asked.get_value())
                });
                let decided = move || match found.get() {
                    None => view! { <SkeletonRows count=5/> }.into_any(),
                    Some(Err(fault)) => {
                        let text = i18n::error_sentence(page.locale.get(), &fault.0);
                        view! { <Notice tone=Tone::Danger text/> }.into_any()
                    }
                    Some(Ok(found)) => {
                        let merging = Merging::new(page, def, found, stays.get_untracked());
                        meanwhile.go_on(merging);
                        state.set_value(Some(merging));
                        merging.view()
                    }
                };
                move || meanwhile.notice().unwrap_or_else(decided)
            }
        </Dialog>
    }
}

/// The records, and the fields that administrators added to their type.
type Read = (Vec<Detail>, Vec<CustomField>);

async fn read(meanwhile: Meanwhile, def: &'static RecordDef, ids: Vec<Uuid>) -> Result<Read, Fault> {
    let opening = meanwhile.opening();
    let all = merging(def.name.to_owned(), ids.clone()).await;
    if all.as_ref().is_err_and(|fault| fault.0 == Error::NotFound) {
        meanwhile.is_gone(opening, ids).await;
    }
    Ok((all?, custom_fields(def.name.to_owned()).await?))
}

impl Merging {
    fn new(page: Page, def: &'static RecordDef, (all, custom): Read, stays: Option<Uuid>) -> Self {
        let mut titles = Titles::default();
        let mut rows = Vec::new();
        for detail in all {
            titles.extend(detail.titles);
            rows.push(detail.row);
        }
        // Of those that say as much, the oldest: most refers to it.
        let says = |row: &Row| row.values.values().filter(|value| !is_empty(value)).count();
        let age = |row: &Row| std::cmp::Reverse(row.text("created_at").map(str::to_owned));
        let fullest = (0..rows.len()).max_by_key(|at| (says(&rows[*at]), age(&rows[*at]))).unwrap_or(0);
        let at_work = stays.and_then(|id| rows.iter().position(|row| row.id == id));
        Self {
            page,
            def,
            rows: StoredValue::new(rows),
            titles: StoredValue::new(titles),
            custom: StoredValue::new(custom),
            into: RwSignal::new(at_work.unwrap_or(fullest)),
            chosen: RwSignal::new(BTreeMap::new()),
            error: RwSignal::new(None),
        }
    }

    /// The record that stays and the others.
    fn split(self) -> (Row, Vec<Row>) {
        let mut rows = self.rows.get_value();
        let into = rows.remove(self.into.get().min(rows.len().saturating_sub(1)));
        (into, rows)
    }

    /// The record that stays, unless the dialog is gone.
    fn stays(self) -> Option<Uuid> {
        let at = self.into.try_get_untracked()?;
        self.rows.try_with_value(|rows| rows.get(at).map(|row| row.id)).flatten()
    }

    fn command(self) -> Merge {
        let (into, others) = untrack(move || self.split());
        let values = untrack(move || {
            let mut values = Values::new();
            self.put_chosen(&mut values);
            values
        });
        Merge {
            record_type: self.def.name.to_owned(),
            into: into.id,
            others: others.iter().map(|row| row.id).collect(),
            values,
            seen: [&into].into_iter().chain(&others).map(|row| (row.id, row.version)).collect(),
        }
    }

    /// What is told of it once it is done.
    fn told(self) -> String {
        let (into, others) = untrack(move || self.split());
        if self.def.name != TICKET.name {
            return self.page.text_with("duplicates.merged", &[("n", &(others.len() + 1).to_string())]);
        }
        let names: Vec<String> = others.iter().map(|row| called(self.def, row)).collect();
        let stays = into.text("number").or_else(|| into.text(self.def.title)).unwrap_or_default();
        self.page.text_with("duplicates.merged_tickets", &[("names", &names.join(", ")), ("into", stays)])
    }

    /// Gives values what was chosen; tracked.
    fn put_chosen(self, values: &mut Values) {
        for (name, at) in self.chosen.get() {
            let Some(attribute) = self.custom.with_value(|custom| Attribute::named(self.def, &name, custom)) else {
                continue;
            };
            attribute.put(values, self.rows.with_value(|rows| attribute.value(&rows[at].values).clone()));
        }
    }

    fn choose(self, field: String, at: usize) {
        self.chosen.update(|chosen| {
            chosen.insert(field, at);
        });
    }

    /// Leaves a field to what is proposed, whatever was chosen.
    fn unchoose(self, field: &str) {
        self.chosen.update(|chosen| {
            chosen.remove(field);
        });
    }

    /// What the record says if nobody chooses otherwise.
    fn proposed(self) -> Values {
        let (into, others) = self.split();
        let mut values = into.values.clone();
        values.extend(proposal(self.def, &into, &others));
        values
    }

    /// What the record will say.
    fn result(self) -> Values {
        let mut values = self.proposed();
        self.put_chosen(&mut values);
        values
    }

    fn view(self) -> AnyView {
        let of = |custom: &Vec<CustomField>| self.page.actor().map(|actor| attributes(self.def, custom, &actor));
        let all = self.custom.with_value(of).unwrap_or_default();
        let is_merged = |attribute: &Attribute| match attribute.is_custom() {
            true => attribute.editable,
            false => merged_fields(self.def).any(|field| field.name == attribute.name()),
        };
        let differing = move |attribute: &Attribute| {
            attribute.is_typed()
                && is_merged(attribute)
                && self.rows.with_value(|rows| {
                    let all = rows.iter().map(|row| attribute.value(&row.values));
                    // Where nothing is noted nobody agreed.
                    let mut said = all.filter(|value| attribute.is_agreed() || !is_empty(value));
                    said.next().is_some_and(|first| said.any(|other| other != first))
                })
        };
        let differing: Vec<Attribute> = all.into_iter().filter(differing).collect();
        let heads =
            self.rows.with_value(|rows| rows.iter().enumerate().map(|(at, row)| self.head(at, row)).collect_view());
        let lines = differing.into_iter().map(|attribute| self.line(attribute)).collect_view();
        view! {
            <div class="stack">
                {move || self.error.get().map(|text| view! { <Notice tone=Tone::Danger text/> })}
                <p class="muted">{t("duplicates.merge_text")}</p>
                {self.mixes_customers().then(|| {
                    view! { <Notice tone=Tone::Warning text=Signal::derive(move || self.warned())/> }
                })}
                <div class="merge" tabindex="0" role="region" aria-label=t("duplicates.merge")>
                    <table>
                        <thead><tr><th scope="col">{t("duplicates.stays")}</th>{heads}</tr></thead>
                        <tbody>{lines}</tbody>
                    </table>
                </div>
            </div>
        }
        .into_any()
    }

    /// What was said with one customer, or with one of its people, would be read by another.
    fn mixes_customers(self) -> bool {
        let all = self.rows.with_value(|rows| rows.iter().map(whose).collect::<BTreeSet<_>>());
        self.def.name == TICKET.name && all.len() > 1
    }

    /// What that means, and for whom; tracked.
    fn warned(self) -> String {
        let (into, others) = self.split();
        let names: BTreeSet<String> =
            others.iter().filter(|row| whose(row) != whose(&into)).map(|row| self.sender(row)).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        self.page.text_with("duplicates.other_customer", &[("names", &names)])
    }

    /// Who a ticket is of, as far as it says; else what it is called itself.
    fn sender(self, row: &Row) -> String {
        let said = ["requester_name", "requester_email"].iter().find_map(|field| row.text(field)).map(str::to_owned);
        let known = || {
            let mut ids = ["contact_id", "customer_id"].iter().filter_map(|field| row.reference(field));
            self.titles.with_value(|titles| ids.find_map(|id| titles.get(&id).cloned()))
        };
        said.or_else(known).unwrap_or_else(|| called(self.def, row))
    }

    /// A record's name, to be chosen as the one that stays.
    fn head(self, at: usize, row: &Row) -> AnyView {
        let name = called(self.def, row);
        view! {
            <th scope="col">
                <label class="merge-choice">
                    <input type="radio" name="merge-into" prop:checked=move || self.into.get() == at
                        on:change=move |_| { self.chosen.set(BTreeMap::new()); self.into.set(at); }/>
                    <span>{name}</span>
                </label>
            </th>
        }
        .into_any()
    }

    /// A field in which the records differ.
    fn line(self, attribute: Attribute) -> AnyView {
        let label = attribute.label_signal(self.page);
        let count = self.rows.with_value(Vec::len);
        let cells = (0..count).map(|at| self.cell(attribute.clone(), at)).collect_view();
        view! {
            <tr>
                <th scope="row">{label}{self.together(attribute)}</th>
                {cells}
            </tr>
        }
        .into_any()
    }

    /// What a record says of a field, to be chosen; phones, where no columns are, name the record.
    fn cell(self, attribute: Attribute, at: usize) -> AnyView {
        let name = attribute.name();
        let (whose, empty) =
            self.rows.with_value(|rows| (called(self.def, &rows[at]), is_empty(attribute.value(&rows[at].values))));
        let empty = empty && !attribute.is_agreed();
        let shown = attribute.clone();
        let text = move || {
            let text = self.rows.with_value(|rows| {
                self.titles.with_value(|titles| value_text(self.page, &shown, &rows[at].values, titles))
            });
            if text.is_empty() { self.page.text("ui.record.no_value") } else { text }
        };
        let is_chosen = move || {
            let result = self.result();
            self.rows.with_value(|rows| attribute.value(&result) == attribute.value(&rows[at].values))
        };
        let group = format!("merge-{name}");
        view! {
            <td data-said=whose>
                {(!empty).then(|| view! {
                    <label class="merge-choice">
                        <input type="radio" name=group prop:checked=is_chosen
                            on:change=move |_| self.choose(name.clone(), at)/>
                        <span>{text}</span>
                    </label>
                })}
            </td>
        }
        .into_any()
    }

    /// Lists are put together, and of what was agreed to is taken what all have in common, unless one of them is chosen, and again when somebody thinks better of it.
    fn together(self, attribute: Attribute) -> AnyView {
        let (name, is_agreed) = (attribute.name(), attribute.is_agreed());
        let is_none = move |values: &Values| {
            let own = attribute.value(values);
            self.rows.with_value(|rows| rows.iter().all(|row| attribute.value(&row.values) != own))
        };
        let is_none = StoredValue::new(is_none);
        let may_join = Memo::new(move |_| is_none.with_value(|is_none| is_none(&self.proposed())));
        let is_of_two = self.rows.with_value(Vec::len) < 3;
        let words = match (is_agreed, is_of_two) {
            (true, _) => "duplicates.common",
            (false, true) => "duplicates.together",
            (false, false) => "duplicates.together_all",
        };
        let joined = move || {
            let (group, name) = (format!("merge-{name}"), name.clone());
            view! {
                <label class="merge-choice meta">
                    <input type="radio" name=group
                        prop:checked=move || is_none.with_value(|is_none| is_none(&self.result()))
                        on:change=move |_| self.unchoose(&name)/>
                    <span>{t(words)}</span>
                </label>
            }
        };
        (move || may_join.get().then(&joined)).into_any()
    }
}
