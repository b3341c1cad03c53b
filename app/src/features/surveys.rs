//! What the answers to a survey come to, and where it can be answered.

mod response;
mod send;

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::access::Action;
use shared::format::{number, percent};
use shared::i18n::Locale;
use shared::live::LiveEvent;
use shared::query::{Filter, Op};
use shared::survey::{SurveyResults, Tally, Verdict, offered, question_label, total};
use shared::types::{SURVEY, SURVEY_RESPONSE, Survey, score_range};
use shared::{Error, Row};
use uuid::Uuid;

pub use self::response::answers;
use self::response::{latest, written};
use self::send::sending;
use crate::api::desk::results_of_survey;
use crate::api::records::get_record;
use crate::context::{Page, t};
use crate::copy_line::CopyLine;
use crate::live::{Again, Live};
use crate::record::{failed, list_address};
use crate::ui::{LinkButton, Progress, SkeletonRows};

/// Answers that come so close together are counted at once.
const TOGETHER: Duration = Duration::from_secs(1);

/// The survey, what its answers come to, and the latest responses.
type Counted = (Row, SurveyResults, Vec<Row>);

/// The results of a survey, kept current; nothing for whoever may not read answers.
pub fn results(id: Uuid) -> AnyView {
    let page = Page::take();
    if !page.actor().is_some_and(|actor| actor.may(&SURVEY_RESPONSE, Action::Read)) {
        return ().into_any();
    }
    let (counted, failure) = (RwSignal::new(None::<Counted>), RwSignal::new(None::<Error>));
    let again = Again::new();
    let load = Callback::new(move |()| load(id, counted, (failure, again)));
    load.run(());
    keep_current(id, counted, load);
    let body = move || match (counted.get(), failure.get()) {
        (Some((row, results, latest)), _) => shown(page, id, &Survey(&row.values), &results, &latest),
        (None, Some(error)) => failed(error, move || load.run(())),
        (None, None) => view! { <SkeletonRows count=4/> }.into_any(),
    };
    view! { <section class="panel stack survey-results">{body}{sending(page, id)}</section> }.into_any()
}

/// Counts. What was counted before stays until there is something newer.
fn load(id: Uuid, counted: RwSignal<Option<Counted>>, (failure, again): (RwSignal<Option<Error>>, Again)) {
    failure.try_set(None);
    spawn_local(async move {
        let error = match (get_record(SURVEY.name.to_owned(), id).await, results_of_survey(id).await) {
            (Ok(detail), Ok(results)) => {
                again.loaded();
                let latest = latest(id).await;
                return drop(counted.try_set(Some((detail.row, results, latest))));
            }
            (Err(fault), _) | (_, Err(fault)) => fault.0,
        };
        let is_shown = counted.try_with_untracked(Option::is_some) == Some(true);
        match again.after(&error).filter(|_| is_shown) {
            Some(rest) => set_timeout(move || load(id, counted, (failure, again)), rest),
            None => {
                counted.try_set(None);
                failure.try_set(Some(error));
            }
        }
    });
}

/// Counts anew soon after each answer, and each change of the survey.
fn keep_current(id: Uuid, counted: RwSignal<Option<Counted>>, load: Callback<()>) {
    let (live, waiting) = (Live::take(), StoredValue::new(false));
    let first = Memo::new(move |before: Option<&Option<String>>| {
        let now = || counted.with(|counted| counted.as_ref().map(|(_, results, _)| results.live.clone()));
        before.cloned().flatten().or_else(now)
    });
    Effect::new(move |_| {
        let Some(first) = first.get() else { return };
        live.follow(&first, move |event| {
            if concerns(id, event) && waiting.try_get_value() == Some(false) {
                waiting.set_value(true);
                let again = move || {
                    if waiting.try_update_value(|waiting| *waiting = false).is_some() {
                        load.run(());
                    }
                };
                set_timeout(again, TOGETHER);
            }
        });
    });
}

/// Whether an event may change what is counted.
fn concerns(id: Uuid, event: &LiveEvent) -> bool {
    match event {
        LiveEvent::Changed { record_type, row, .. } if record_type == SURVEY_RESPONSE.name => {
            row.reference("survey_id") == Some(id)
        }
        LiveEvent::Changed { record_type, row, .. } => record_type == SURVEY.name && row.id == id,
        LiveEvent::Removed { record_type, .. } => record_type == SURVEY_RESPONSE.name,
        LiveEvent::Refresh { record_type } => [SURVEY.name, SURVEY_RESPONSE.name].contains(&record_type.as_str()),
        LiveEvent::Reset => true,
        LiveEvent::Presence { .. } => false,
    }
}

fn shown(page: Page, id: Uuid, survey: &Survey<'_>, results: &SurveyResults, latest: &[Row]) -> AnyView {
    let kind = survey.kind().unwrap_or_default();
    let answered = results.answered;
    let count = move || page.text_with("survey.results.answered", &[("n", &number(page.locale.get(), answered))]);
    let href = list_address(&SURVEY_RESPONSE, vec![Filter::field("survey_id", Op::Eq, id.to_string())]);
    let verdict = results.verdict(kind).map(|verdict| figure(page, verdict));
    let scores = score_range(kind).filter(|_| answered > 0).map(|(low, high)| {
        // The best first.
        let lines = (low..=high)
            .rev()
            .map(|score| (score.to_string(), results.scores.get(&score).copied().unwrap_or_default()));
        tally(lines.collect(), total(&results.scores))
    });
    let asked = survey.questions().as_array().cloned().unwrap_or_default();
    // Where the reader's language is the other one, its words are shown.
    let locale = page.locale.get();
    let other = survey.locale() != Some(locale.code());
    let counted = |question: &Value| further(question, results, (other, locale));
    let about = |question: &Value| counted(question).or_else(|| written(question, latest, other));
    let further = asked.iter().filter_map(about).collect_view();
    view! {
        <h2 class="section-title">
            {t("survey.results.title")}
            <span class="spacer"></span>
            <span class="count num">{count}</span>
        </h2>
        {address(page, id, survey, results)}
        {verdict}
        {scores}
        {further}
        {(answered > 0).then(|| view! { <div><LinkButton href=href>{t("survey.results.show")}</LinkButton></div> })}
    }
    .into_any()
}

/// Where anybody can answer it, or why nobody can.
fn address(page: Page, id: Uuid, survey: &Survey<'_>, results: &SurveyResults) -> Option<AnyView> {
    if !survey.public() {
        return None;
    }
    let missing = match &results.portal {
        None => Some("survey.results.no_portal"),
        Some(_) if !survey.active() => Some("survey.results.inactive"),
        Some(_) => None,
    };
    if let Some(key) = missing {
        return Some(view! { <p class="field-hint">{move || page.text(key)}</p> }.into_any());
    }
    let origin = window().location().origin().ok()?;
    let text = format!("{origin}/portal/{}/s/{id}", results.portal.as_deref()?);
    Some(view! { <CopyLine text label=t("survey.results.address")/> }.into_any())
}

/// The one number that stands for all scores.
fn figure(page: Page, verdict: Verdict) -> AnyView {
    let (key, value): (&str, Box<dyn Fn() -> String + Send + Sync>) = match verdict {
        Verdict::Satisfied(share) => {
            ("survey.results.satisfied", Box::new(move || percent(page.locale.get(), share.round())))
        }
        Verdict::Promoters(points) => ("survey.results.promoters", Box::new(move || signed(page, points.round()))),
        Verdict::Mean(mean) => ("survey.results.mean", Box::new(move || number(page.locale.get(), mean.round_dp(1)))),
    };
    view! {
        <p class="survey-figure"><strong class="num">{value}</strong><span class="muted">{move || page.text(key)}</span></p>
    }
    .into_any()
}

fn signed(page: Page, points: Decimal) -> String {
    let text = number(page.locale.get(), points.abs());
    match points {
        points if points.is_zero() => text,
        points if points.is_sign_negative() => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

/// What was chosen, or scored, for a further question; in the words of the survey's other language, if there are any.
fn further(question: &Value, results: &SurveyResults, (other, locale): (bool, Locale)) -> Option<AnyView> {
    let key = question.get("key")?.as_str()?;
    let given: &Tally<String> = results.questions.get(key)?;
    let offered = offered(question, other, locale);
    // Choices may have been taken out since somebody made them.
    let gone = given.keys().filter(|answer| offered.iter().all(|(code, _)| code != *answer));
    let gone = gone.map(|answer| (answer.clone(), answer.clone()));
    let count = |(code, text): (String, String)| (text, given.get(&code).copied().unwrap_or_default());
    let shown: Vec<_> = offered.iter().cloned().chain(gone).map(count).collect();
    // Who chooses several is counted several times: each is a part of all who answered this question.
    let all = results.answering.get(key).copied().unwrap_or_default();
    let label = question_label(question, other)?;
    Some(view! { <h3 class="section-title">{label}</h3> {tally(shown, all)} }.into_any())
}

/// A bar for each answer.
fn tally(lines: Vec<(String, i64)>, all: i64) -> AnyView {
    let page = Page::take();
    let line = |(name, n): (String, i64)| {
        #[expect(clippy::cast_precision_loss, reason = "a part of a bar")]
        let part = Signal::stored(Some(n as f64 / all.max(1) as f64));
        let label = Signal::stored(name.clone());
        view! {
            <li>
                <span class="truncate" title=label>{name}</span>
                <Progress value=part label/>
                <span class="num">{move || number(page.locale.get(), n)}</span>
            </li>
        }
    };
    view! { <ul class="tally">{lines.into_iter().map(line).collect_view()}</ul> }.into_any()
}
