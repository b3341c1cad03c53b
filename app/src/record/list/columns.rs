//! Which columns a list shows: the type's own choice, or the reader's, kept on this device.

use leptos::prelude::*;
use shared::RecordDef;
use shared::i18n::Locale;
use shared::record::Kind;

use super::ListContext;
use crate::context::t;
use crate::record::attribute::Attribute;
use crate::ui::{Button, ButtonKind, Checkbox, Dialog, Size};

fn key(def: &RecordDef) -> String {
    format!("columns.{}", def.name)
}

fn storage() -> Option<leptos::web_sys::Storage> {
    // Absent in a browser that forbids it; then the choice lasts as long as the page.
    window().local_storage().ok().flatten()
}

/// The reader's choice on this device, read once the page is taken over.
pub(super) fn stored(def: &'static RecordDef) -> RwSignal<Option<Vec<String>>> {
    let chosen = RwSignal::new(None);
    Effect::new(move |_| {
        let kept = storage().and_then(|storage| storage.get_item(&key(def)).ok().flatten());
        if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
            chosen.set(Some(kept.split(',').map(str::to_owned).collect()));
        }
    });
    chosen
}

/// Sets the choice and keeps it; none goes back to the type's own.
pub(super) fn choose(context: ListContext, names: Option<Vec<String>>) {
    if let Some(storage) = storage() {
        match &names {
            Some(names) => drop(storage.set_item(&key(context.def), &names.join(","))),
            None => drop(storage.remove_item(&key(context.def))),
        }
    }
    context.columns.set(names);
}

/// The columns shown, the title first; tracked.
pub(super) fn shown(context: ListContext, all: StoredValue<Vec<Attribute>>) -> Vec<Attribute> {
    let chosen = context.columns.get();
    let wanted = |attribute: &&Attribute| match &chosen {
        Some(names) => attribute.is_title() || names.contains(&attribute.name()),
        None => attribute.is_title() || attribute.listed(),
    };
    let mut columns: Vec<Attribute> = all.with_value(|all| all.iter().filter(wanted).cloned().collect());
    columns.sort_by_key(|attribute| !attribute.is_title());
    columns
}

/// Padding of a cell, and what a head needs besides its words: the arrow that says how rows are sorted.
const PADDING: usize = 20;
const ARROW: usize = 17;
/// No head and no choice makes a column wider than this, unless it is so anyway.
const WIDEST: usize = 240;

/// The grid template that head and rows share: columns are as wide as their kind needs, their head in two lines (in three where
/// only numbers stand below), and the longest of their choices.
pub(super) fn template(columns: &[Attribute], locale: Locale) -> String {
    let width = |attribute: &Attribute| {
        let (least, share) = match attribute.kind() {
            _ if attribute.is_title() => (220, "2fr"),
            Kind::Integer(..) | Kind::Rating | Kind::Bool | Kind::Currency => (104, ""),
            Kind::Money | Kind::Decimal(_) | Kind::Date | Kind::DateTime | Kind::Choice(_) => (132, ""),
            // None chosen often says enough: all.
            Kind::MultiChoice(_) => (120, "1fr"),
            Kind::LongText | Kind::RichText | Kind::Address | Kind::Emails | Kind::Email | Kind::Json(_) => {
                (190, "1fr")
            }
            _ => (150, "1fr"),
        };
        let head = head_width(&attribute.label(locale), head_lines(attribute));
        let words = (head + ARROW).max(choices_width(attribute, locale)) + PADDING;
        let least = least.max(words.min(WIDEST));
        if share.is_empty() { format!("{least}px") } else { format!("minmax({least}px,{share})") }
    };
    std::iter::once("40px".to_owned()).chain(columns.iter().map(width)).collect::<Vec<_>>().join(" ")
}

/// About how wide a text is, in px.
fn text_width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 7 } else { 14 }).sum()
}

/// In how many lines a head may stand; the style sheet shows no more than three. Numbers need little room themselves.
fn head_lines(attribute: &Attribute) -> usize {
    if is_bare_number(attribute) { 3 } else { 2 }
}

/// What a head needs in so many lines, none of which breaks a word. Chinese is broken between any two characters.
fn head_width(label: &str, lines: usize) -> usize {
    let part = |word: &str| if word.is_ascii() { text_width(word) } else { text_width("中文") };
    let longest = label.split_whitespace().map(part).max().unwrap_or_default();
    longest.max((text_width(label) + (lines - 1) * longest) / lines)
}

/// What the longest choice needs; nothing where there is none to choose.
fn choices_width(attribute: &Attribute, locale: Locale) -> usize {
    match attribute.kind() {
        Kind::Choice(_) => {
            attribute.choices(locale).iter().map(|choice| text_width(&choice.label)).max().unwrap_or_default()
        }
        _ => 0,
    }
}

/// Places of the columns on a phone: the title, what tells more, two short facts at the end, and below them who works it and how
/// urgent it is, or numbers that say something together.
pub(super) fn phone_places(columns: &[Attribute]) -> Vec<Option<&'static str>> {
    let (mut detail, mut end, mut end2) = (false, false, false);
    // Where it stands on its board tells more than when it is due, and that more than what kind it is.
    let is_stage = |column: &Attribute| board_field(column.def).is_some_and(|stage| column.name() == stage);
    let is_placed = columns.iter().any(is_stage);
    let is_dated = columns.iter().any(|column| matches!(column.kind(), Kind::Date | Kind::DateTime));
    // How far it has come tells as much as when it is due: then both are told, and what else one works through such a list by.
    let is_status = |column: &Attribute| column.name() == "status" && matches!(column.kind(), Kind::Choice(_));
    let is_worked = is_dated && !is_placed && columns.iter().any(is_status);
    let take = |free: &mut bool, place: &'static str| (!std::mem::replace(free, true)).then_some(place);
    let place = |attribute: &Attribute| match attribute.kind() {
        _ if attribute.is_title() => Some("title"),
        _ if is_stage(attribute) => take(&mut end2, "end2"),
        _ if is_worked && is_status(attribute) => take(&mut end, "end"),
        Kind::Choice(_) if is_worked && attribute.name() == "priority" => Some("foot2"),
        Kind::Reference(_) if is_worked && attribute.name() == "owner_id" => Some("foot"),
        Kind::Integer(..) if is_together(columns, attribute) => Some("more"),
        Kind::Money | Kind::Rating | Kind::Integer(..) => take(&mut end, "end"),
        Kind::Choice(_) | Kind::Date | Kind::DateTime if is_placed => None,
        Kind::Choice(_) if is_dated => None,
        Kind::Choice(_) | Kind::Date | Kind::DateTime => take(&mut end2, "end2"),
        Kind::Reference(_) | Kind::Text(_) | Kind::Phones | Kind::Emails | Kind::Email | Kind::Json(_) => {
            take(&mut detail, "detail")
        }
        _ => None,
    };
    columns.iter().map(place).collect()
}

/// Numbers alone say nothing: a phone, which has no heads, names them.
pub(super) fn is_bare_number(attribute: &Attribute) -> bool {
    matches!(attribute.kind(), Kind::Integer(..))
}

/// Whether a number stands in a group with others; in the first and the last one all sorts of fields are.
fn is_together(columns: &[Attribute], attribute: &Attribute) -> bool {
    let group = attribute.group();
    let is_alike = |other: &&Attribute| other.group() == group && is_bare_number(other);
    !["main", "more"].contains(&group) && columns.iter().filter(is_alike).count() > 1
}

/// The field by whose values records of the type stand in columns of a board.
fn board_field(def: &RecordDef) -> Option<&'static str> {
    def.fields.iter().find_map(|field| match field.kind {
        Kind::Rank(within) => Some(within),
        _ => None,
    })
}

/// The dialog that chooses columns.
pub(super) fn columns_dialog(context: ListContext, all: StoredValue<Vec<Attribute>>, open: RwSignal<bool>) -> AnyView {
    let one = move |attribute: Attribute| {
        let (name, label) = (attribute.name(), attribute.label_signal(context.page));
        let own = name.clone();
        let on = Signal::derive(move || shown(context, all).iter().any(|column| column.name() == own));
        let toggle = move |on: bool| {
            let mut names: Vec<String> = untrack(|| shown(context, all)).iter().map(Attribute::name).collect();
            names.retain(|other| *other != name);
            if on {
                names.push(name.clone());
            }
            choose(context, Some(names));
        };
        view! { <Checkbox value=on on_change=toggle>{label}</Checkbox> }
    };
    let footer = move || {
        view! {
            <Button kind=ButtonKind::Ghost on_click=move |_| choose(context, None)>{t("list.columns_reset")}</Button>
            <Button kind=ButtonKind::Primary on_click=move |_| open.set(false)>{t("ui.action.done")}</Button>
        }
    };
    view! {
        <Dialog open title=t("list.columns") close=t("ui.action.close") size=Size::Small footer>
            <div class="check-list">
                {all.with_value(|all| all.iter().filter(|a| !a.is_title()).cloned().map(one).collect_view())}
            </div>
        </Dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use shared::access::Actor;
    use shared::types::{CUSTOMER, OPPORTUNITY, QUEUE, SLA_POLICY, TASK, TICKET};
    use uuid::Uuid;

    use super::*;
    use crate::record::attribute::attributes;

    fn listed(def: &'static RecordDef) -> Vec<Attribute> {
        let mut columns = attributes(def, &[], &Actor::administrator(Uuid::nil(), Uuid::nil()));
        columns.retain(|column| column.is_title() || column.listed());
        columns
    }

    /// What a phone shows of a type, and where.
    fn places(def: &'static RecordDef) -> Vec<String> {
        let columns = listed(def);
        let placed = |(column, place): (&Attribute, Option<&str>)| Some(format!("{} {}", place?, column.name()));
        let mut places: Vec<String> = columns.iter().zip(phone_places(&columns)).filter_map(placed).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn a_phone_shows_what_tells_most() {
        assert_eq!(places(&OPPORTUNITY), ["detail customer_id", "end amount", "end2 stage_id", "title name"]);
        assert_eq!(places(&TASK), ["detail customer_id", "end2 due_at", "title subject"]);
        let ticket = ["detail number", "end status", "end2 due_at", "foot owner_id", "foot2 priority", "title subject"];
        assert_eq!(places(&TICKET), ticket);
        assert_eq!(places(&CUSTOMER), ["detail phones", "end2 kind", "title name"]);
        assert_eq!(places(&QUEUE), ["detail description", "end capacity", "end2 routing", "title name"]);
        let targets = ["more first_response_minutes", "more next_response_minutes", "more resolution_minutes"];
        let policy = [["detail calendar_id", "end position"].as_slice(), &targets, &["title name"]].concat();
        assert_eq!(places(&SLA_POLICY), policy);
    }

    #[test]
    fn heads_have_room_for_their_words() {
        assert_eq!(head_width("Name", 2), 28);
        // "First answer within" and "(working minutes)" are 19 and 17 characters, "First answer", "within (working" and "minutes)" at
        // most 15: numbers leave room for the columns beside them.
        let [two, three] = [2, 3].map(|lines| head_width("First answer within (working minutes)", lines));
        assert!((19 * 7..200).contains(&two) && (15 * 7..19 * 7).contains(&three), "{two} {three}");
        for locale in Locale::ALL {
            for def in [&QUEUE, &SLA_POLICY] {
                let columns = listed(def);
                let template = template(&columns, locale);
                for (column, track) in columns.iter().zip(template.split(' ').skip(1)) {
                    let digits: String =
                        track.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
                    let room: usize = digits.parse().unwrap();
                    assert!(
                        room >= head_width(&column.label(locale), head_lines(column)) + ARROW + PADDING,
                        "{} {track}",
                        column.name()
                    );
                }
            }
        }
    }
}
