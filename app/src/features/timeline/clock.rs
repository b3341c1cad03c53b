//! What a clock of a ticket did, in words: enough to explain a target that was missed.

use chrono::{DateTime, Timelike, Utc};
use leptos::prelude::*;
use shared::format::{self, Zone};
use shared::i18n::{Locale, choice_label, translate};
use shared::sla::{Did, Turn};
use shared::types::TICKET;

use super::entry::{head, item};
use super::feed::Feed;

pub(super) fn clock_view(feed: Feed, turn: Turn, policy: Option<String>, fresh: bool) -> impl IntoView {
    let page = feed.page;
    let (at, clock) = (turn.at, turn.clock);
    let (kind, icon, key) = look_of(turn.did);
    let who = Signal::derive(move || choice_label(page.locale.get(), &TICKET, "due_clock", clock.code()));
    let text = Signal::derive(move || page.text(key));
    let facts = move || facts(page.locale.get(), &page.zone(), &turn, policy.as_deref()).join(" · ");
    item(
        fresh,
        kind,
        icon,
        view! {
            {head(feed, who, text, at, ().into_any())}
            <p class="timeline-facts"><span>{facts}</span></p>
        },
    )
}

/// Its kind by colour, its icon, and the label that says it.
fn look_of(did: Did) -> (&'static str, &'static str, &'static str) {
    match did {
        Did::Begun => ("clock", "clock", "timeline.clock.begun"),
        Did::Renewed => ("clock", "refresh-cw", "timeline.clock.renewed"),
        Did::TakenAway => ("clock", "circle-x", "timeline.clock.taken_away"),
        Did::Paused => ("clock", "circle-pause", "timeline.clock.paused"),
        Did::WentOn => ("clock", "play", "timeline.clock.went_on"),
        Did::AtRisk => ("clock-risk", "alarm-clock", "timeline.clock.at_risk"),
        Did::Missed => ("clock-late", "circle-alert", "timeline.clock.missed"),
        Did::Met => ("clock-met", "circle-check", "timeline.clock.met"),
        Did::MetLate => ("clock-late", "circle-check", "timeline.clock.met_late"),
    }
}

/// When exactly it was, what was promised by which service level, when it is due; of what is late, since when it ran and when it
/// stood still.
fn facts(locale: Locale, zone: &Zone, turn: &Turn, policy: Option<&str>) -> Vec<String> {
    let when = |at: DateTime<Utc>| format::date_time(locale, at, zone);
    let promise = turn.target_minutes.map(|minutes| {
        let time = span(locale, minutes);
        match policy {
            Some(name) => translate(locale, "timeline.clock.by", &[("time", &time), ("name", name)]),
            None => translate(locale, "timeline.clock.target", &[("time", &time)]),
        }
    });
    let due = turn.due_at.map(|due| translate(locale, "timeline.clock.due", &[("when", &when(due))]));
    // Where it began just then, the time says so already.
    let tells_since = matches!(turn.did, Did::Renewed | Did::Missed | Did::MetLate);
    let since = turn.started_at.filter(|_| tells_since);
    let since = since.map(|start| translate(locale, "timeline.clock.since", &[("when", &when(start))]));
    let pauses = turn.pauses.iter().map(|(from, to)| {
        let is_same_day = zone.day(*from) == zone.day(*to);
        let end = if is_same_day { format::time(locale, *to, zone) } else { when(*to) };
        // Within a minute it would seem to be none.
        let is_short = when(*from) == when(*to);
        let exact =
            |text: String, at: &DateTime<Utc>| if is_short { format!("{text}:{:02}", at.second()) } else { text };
        let (begin, end) = (exact(when(*from), from), exact(end, to));
        translate(locale, "timeline.clock.stood", &[("from", &begin), ("to", &end)])
    });
    [Some(when(turn.at)), promise, due, since].into_iter().flatten().chain(pauses).collect()
}

/// Working time, in hours: a day of it would be another one at each desk.
fn span(locale: Locale, minutes: u32) -> String {
    let part = |key: &str, n: u32| translate(locale, key, &[("n", &n.to_string())]);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let rest = (minutes > 0).then(|| part("desk.minutes", minutes));
    match rest {
        Some(rest) if hours == 0 => rest,
        rest => format::duration(locale, &part("desk.hours", hours), rest.as_deref()),
    }
}

#[cfg(test)]
mod tests {
    use shared::sla::ClockKind;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn missed() -> Turn {
        Turn {
            at: at("2026-11-23T10:00:00Z"),
            clock: ClockKind::Resolution,
            did: Did::Missed,
            target_minutes: Some(240),
            started_at: Some(at("2026-11-23T01:00:00Z")),
            due_at: Some(at("2026-11-23T10:00:00Z")),
            pauses: vec![(at("2026-11-23T02:00:00Z"), at("2026-11-23T07:00:00Z"))],
            policy_id: None,
        }
    }

    #[test]
    fn a_missed_target_is_explained_in_a_line() {
        let shanghai = Zone::fixed("Asia/Shanghai", 8 * 3600);
        let told = |locale| facts(locale, &shanghai, &missed(), Some("Gold customers")).join(" · ");
        assert_eq!(
            told(Locale::En),
            "23 Nov 2026, 18:00 · 4h by “Gold customers” · due 23 Nov 2026, 18:00 · begun 23 Nov 2026, 09:00 · paused 23 Nov 2026, 10:00–15:00"
        );
        assert_eq!(
            told(Locale::ZhCn),
            "2026年11月23日 18:00 · “Gold customers”规定 4小时 · 2026年11月23日 18:00 到期 · 2026年11月23日 09:00 开始 · 2026年11月23日 10:00–15:00 暂停"
        );
    }

    #[test]
    fn a_pause_within_a_minute_is_told_by_the_second() {
        let pauses = vec![(at("2026-11-23T02:00:05Z"), at("2026-11-23T02:00:40Z"))];
        let told = facts(Locale::En, &Zone::utc(), &Turn { pauses, ..missed() }, None).join(" · ");
        assert!(told.ends_with("paused 23 Nov 2026, 02:00:05–02:00:40"), "{told}");
    }

    #[test]
    fn what_runs_says_when_it_is_due_even_by_an_unknown_service_level() {
        let (due_at, target_minutes) = (Some(at("2026-11-23T11:30:00Z")), Some(90));
        let turn = Turn { did: Did::WentOn, due_at, target_minutes, pauses: Vec::new(), ..missed() };
        let told = facts(Locale::En, &Zone::utc(), &turn, None).join(" · ");
        assert_eq!(told, "23 Nov 2026, 10:00 · target 1h 30m · due 23 Nov 2026, 11:30");
    }
}
