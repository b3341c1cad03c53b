//! To whom tickets are given: colleagues with what they have to do, listed before one types.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use serde_json::json;
use shared::Row;
use shared::query::{Filter, Hit, ListQuery, Op, Sort};
use shared::types::USER;
use uuid::Uuid;

use super::asking::choice;
use super::loads::{Colleague, limit_of_queues, said, with_loads};
use super::model::Desk;
use crate::api::Answer;
use crate::api::records::{list_records, lookup};
use crate::context::t;
use crate::ui::{Avatar, Choice, Icon, Size, SkeletonRows, TextInput};

/// How long typing must rest.
const REST: Duration = Duration::from_millis(150);
/// Most that are listed before one types, of the teams and of all.
const MOST: u32 = 100;
/// Rows that stand for those that are on their way; as many as there is room for.
const ON_THE_WAY: usize = 8;
/// Group of those who are in one of the teams.
const OURS: &str = "ours";

/// What was found, with the words that it was found by.
type Found = RwSignal<Option<(String, Vec<Choice>)>>;

/// Asks who gets the tickets.
pub(super) fn assign(desk: Desk) -> AnyView {
    let (words, found) = (RwSignal::new(String::new()), Found::new(None));
    look(words, found, teams(desk));
    let all = move || found.with(|found| found.as_ref().map(|(_, all)| all.clone()));
    let (listed, of_queue) = (with_loads(Signal::derive(all)), limit_of_queues(desk));
    let (nobody_fits, outside) = (t("list.no_results"), t("desk.colleagues_outside"));
    let lines = move || match listed.get() {
        None => view! { <li aria-hidden="true"><SkeletonRows count=ON_THE_WAY/></li> }.into_any(),
        Some(listed) if listed.is_empty() => view! { <li class="combobox-empty">{nobody_fits}</li> }.into_any(),
        Some(listed) => {
            let others = first_outside(&listed);
            let one = |(at, colleague): (usize, Colleague)| {
                let head = (others == Some(at)).then(|| view! { <li class="menu-head">{outside}</li> });
                view! { {head} {line(desk, colleague, of_queue)} }
            };
            listed.into_iter().enumerate().map(one).collect_view().into_any()
        }
    };
    let place = NodeRef::<Div>::new();
    let key = move |event: KeyboardEvent| {
        // While one still types, what is listed answers other words.
        let current = words.with_untracked(|words| {
            !words.trim().is_empty() && found.with_untracked(|found| found.as_ref().is_some_and(|(of, _)| of == words))
        });
        if !event.is_composing() && place.get_untracked().is_some_and(|place| walk(&place, &event.key(), current)) {
            event.prevent_default();
        }
    };
    let me = desk.me().map(|id| id.to_string()).unwrap_or_default();
    let mine = view! { <Icon name="user"/><span>{t("ui.word.me")}</span> }.into_any();
    let nobody = view! { <Icon name="hand"/><span>{t("desk.nobody")}</span> }.into_any();
    view! {
        <div class="desk-assign" node_ref=place on:keydown=key>
            <ul class="desk-choices">
                {choice(mine, false, move || desk.set("owner_id", me.clone()))}
                {choice(nobody, false, move || desk.set("owner_id", String::new()))}
            </ul>
            <TextInput value=words kind="search" icon="search" label=t("desk.colleague") placeholder=t("desk.colleague")/>
            <ul class="desk-choices desk-colleagues" aria-label=t("user._many") aria-busy=move || listed.with(Option::is_none).then_some("true")>
                {lines}
            </ul>
        </div>
    }
    .into_any()
}

/// Where those begin who are in none of the teams, if others come before.
fn first_outside(listed: &[Colleague]) -> Option<usize> {
    listed.iter().position(|(choice, _)| choice.group.is_none()).filter(|at| *at > 0)
}

fn line(desk: Desk, (choice_of, load): Colleague, of_queue: Option<i64>) -> AnyView {
    let Choice { value, label, detail, .. } = choice_of;
    let load = load.map(|load| said(desk.page, &load, of_queue));
    let content = view! {
        <span class="desk-face" aria-hidden="true"><Avatar name=label.clone() seed=value.clone() size=Size::Small/></span>
        <span class="desk-who">
            <span class="truncate">{label}</span>
            {detail.map(|detail| view! { <span class="meta truncate">{detail}</span> })}
        </span>
        <span class="meta desk-load">{load}</span>
    }
    .into_any();
    choice(content, false, move || desk.set("owner_id", value.clone()))
}

/// Finds colleagues once typing rests; at once where nothing is typed.
fn look(words: RwSignal<String>, found: Found, teams: Vec<Uuid>) {
    let members = StoredValue::new(None::<Vec<Row>>);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        timer.flatten().inspect(TimeoutHandle::clear);
        let (asked, teams) = (words.get(), teams.clone());
        let rest = if asked.trim().is_empty() { Duration::ZERO } else { REST };
        let load = move || {
            spawn_local(async move {
                let ours = known(members, teams).await;
                let all =
                    if asked.trim().is_empty() { everybody(ours).await } else { by_words(asked.clone(), &ours).await };
                // An answer that other words have overtaken is dropped.
                if words.try_with_untracked(|words| *words == asked) == Some(true) {
                    found.set(Some((asked, all)));
                }
            });
        };
        set_timeout_with_handle(load, rest).ok()
    });
}

/// The teams that the tickets are for: those of their queues, and their own.
fn teams(desk: Desk) -> Vec<Uuid> {
    let rows = desk.asking.get_untracked().map(|asking| asking.rows).unwrap_or_default();
    let queues: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.reference("queue_id")).collect();
    let mut teams: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.reference("team_id")).collect();
    desk.around.with_untracked(|around| {
        let own = around.found.queues.iter().filter(|queue| queues.contains(&queue.id));
        teams.extend(own.filter_map(|queue| queue.reference("served_by_id")));
    });
    teams.into_iter().collect()
}

/// Those who may sign in and fit, by name.
async fn active(further: Vec<Filter>) -> Answer<Vec<Row>> {
    let filter = [Filter::field("active", Op::Eq, true)].into_iter().chain(further).collect();
    let sort = Some(Sort { field: USER.title.to_owned(), descending: false });
    let query = ListQuery { filter: Some(Filter::All(filter)), sort, limit: MOST, ..ListQuery::default() };
    Ok(list_records(USER.name.to_owned(), query).await?.rows)
}

/// Those of the teams, asked for until there is an answer.
async fn known(members: StoredValue<Option<Vec<Row>>>, teams: Vec<Uuid>) -> Vec<Row> {
    if teams.is_empty() {
        return Vec::new();
    }
    if let Some(known) = members.try_get_value().flatten() {
        return known;
    }
    let Ok(ours) = active(vec![Filter::field("team_id", Op::In, json!(teams))]).await else { return Vec::new() };
    let _ = members.try_update_value(|members| *members = Some(ours.clone()));
    ours
}

/// Everybody: those of the teams first.
async fn everybody(ours: Vec<Row>) -> Vec<Choice> {
    match active(Vec::new()).await {
        Ok(all) => first(ours, all),
        // Who may not see so much of colleagues is offered what a search finds.
        Err(_) => by_words(String::new(), &ours).await,
    }
}

/// Ours before all others, each once.
fn first(ours: Vec<Row>, all: Vec<Row>) -> Vec<Choice> {
    let own: BTreeSet<Uuid> = ours.iter().map(|row| row.id).collect();
    let choice = |row: &Row| {
        let choice = Choice::new(row.id.to_string(), row.text(USER.title).unwrap_or_default());
        match row.text("email") {
            Some(email) => choice.detail(email),
            None => choice,
        }
    };
    let others = all.iter().filter(|row| !own.contains(&row.id)).map(choice);
    ours.iter().map(|row| choice(row).group(OURS)).chain(others).collect()
}

/// Whom a search finds, ours first.
async fn by_words(words: String, ours: &[Row]) -> Vec<Choice> {
    let hits = lookup(USER.name.to_owned(), words).await.unwrap_or_default();
    let (own, others): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(|hit| ours.iter().any(|row| row.id == hit.id));
    let choice = |hit: Hit| Choice::new(hit.id.to_string(), hit.title).detail(hit.subtitle);
    own.into_iter().map(|hit| choice(hit).group(OURS)).chain(others.into_iter().map(choice)).collect()
}

/// Arrows lead from choice to choice, through the words; Enter at words that found somebody takes the first.
fn walk(place: &Element, key: &str, current: bool) -> bool {
    let all = |selector: &str| -> Vec<HtmlElement> {
        let Ok(found) = place.query_selector_all(selector) else { return Vec::new() };
        (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
    };
    let (stops, active) = (all(".menu-item, input"), document().active_element());
    let at = stops.iter().position(|stop| active.as_ref().is_some_and(|active| active.is_same_node(Some(stop))));
    let Some(at) = at else { return false };
    let to = match key {
        "ArrowDown" => stops.get(at + 1),
        "ArrowUp" => at.checked_sub(1).and_then(|before| stops.get(before)),
        "Enter" if current && stops[at].tag_name() == "INPUT" => {
            all(".desk-colleagues .menu-item").first().inspect(|colleague| colleague.click());
            return true;
        }
        _ => return false,
    };
    to.inspect(|to| drop(to.focus()));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_the_team_come_first_and_once() {
        let row = |id: u128, name: &str| {
            let values = json!({"name": name}).as_object().cloned().unwrap();
            Row { id: Uuid::from_u128(id), version: 1, values }
        };
        let listed = first(vec![row(3, "Zoe")], vec![row(1, "Ann"), row(2, "Bob"), row(3, "Zoe")]);
        let names: Vec<&str> = listed.iter().map(|choice| choice.label.as_str()).collect();
        assert_eq!(names, ["Zoe", "Ann", "Bob"]);
        let of = |listed: Vec<Choice>| listed.into_iter().map(|choice| (choice, None)).collect::<Vec<Colleague>>();
        assert_eq!(first_outside(&of(listed)), Some(1), "the others have a heading");
        assert_eq!(first_outside(&of(first(Vec::new(), vec![row(1, "Ann")]))), None, "where nobody is of the team");
        assert_eq!(first_outside(&of(first(vec![row(3, "Zoe")], Vec::new()))), None);
    }
}
