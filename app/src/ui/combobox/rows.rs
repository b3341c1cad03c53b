//! The rows of a combobox's list.

use leptos::prelude::*;

use super::List;
use crate::ui::Choice;

/// The options, those of a group under its name.
pub(super) fn rows(list: List, list_id: &str, found: Vec<Choice>) -> AnyView {
    let part = |(first, choices): (usize, Vec<Choice>)| {
        let group = choices.first().and_then(|choice| choice.group.clone());
        let rows = choices.into_iter().zip(first..).map(|(choice, at)| option_row(list, list_id, at, choice));
        let rows = rows.collect_view();
        let Some(name) = group else { return rows.into_any() };
        let label = name.clone();
        view! {
            <li role="group" aria-label=label>
                <span class="combobox-group" aria-hidden="true">{name}</span>
                <ul role="none" class="combobox-part">{rows}</ul>
            </li>
        }
        .into_any()
    };
    grouped(found).into_iter().map(part).collect_view().into_any()
}

/// Neighbours of one group together, each with the place of its first.
fn grouped(choices: Vec<Choice>) -> Vec<(usize, Vec<Choice>)> {
    let mut all: Vec<(usize, Vec<Choice>)> = Vec::new();
    for (at, choice) in choices.into_iter().enumerate() {
        match all.last_mut().filter(|(_, members)| members.last().is_some_and(|last| last.group == choice.group)) {
            Some((_, members)) => members.push(choice),
            None => all.push((at, vec![choice])),
        }
    }
    all
}

fn option_row(list: List, list_id: &str, at: usize, choice: Choice) -> impl IntoView + use<> {
    let chosen = choice.value.clone();
    let picked = choice.clone();
    view! {
        <li
            class="combobox-option"
            role="option"
            id=format!("{list_id}-{at}")
            data-value=choice.value
            aria-selected=move || list.value.with(|v| v.as_ref().is_some_and(|v| v.value == chosen)).to_string()
            data-active=move || (list.active.get() == at).then_some("")
            // Not when the list comes up under a pointer that rests.
            on:pointermove=move |_| list.active.set(at)
            // Before the input's blur closes the list.
            on:mousedown=move |event| {
                event.prevent_default();
                list.choose(Some(picked.clone()));
            }
        >
            <span class="truncate">{choice.label}</span>
            {choice.detail.map(|detail| view! { <span class="meta truncate">{detail}</span> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_a_group_stand_together_and_keep_their_places() {
        let of = |value: &str, group: Option<&str>| match group {
            Some(group) => Choice::new(value, value).group(group),
            None => Choice::new(value, value),
        };
        let all = vec![of("a", None), of("b", None), of("c", Some("x")), of("d", Some("y")), of("e", Some("y"))];
        let places: Vec<_> = grouped(all).into_iter().map(|(first, members)| (first, members.len())).collect();
        assert_eq!(places, [(0, 2), (2, 1), (3, 2)]);
    }
}
