//! What the answers to a survey come to, and where it can be answered.

use leptos::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::access::Action;
use shared::format::{number, percent};
use shared::live::LiveEvent;
use shared::query::{Filter, Op};
use shared::survey::{SurveyResults, Tally, Verdict, total};
use shared::types::{SURVEY, SURVEY_RESPONSE, Survey, score_range};
use uuid::Uuid;

use crate::api::desk::results_of_survey;
use crate::api::records::get_record;
use crate::context::{Page, t};
use crate::copy_line::CopyLine;
use crate::live::Live;
use crate::record::{failed, list_address};
use crate::ui::{LinkButton, Progress, SkeletonRows};

/// The results of a survey, kept current; nothing for whoever may not read answers.
pub fn results(id: Uuid) -> AnyView {
    let page = Page::take();
    if !page.actor().is_some_and(|actor| actor.may(&SURVEY_RESPONSE, Action::Read)) {
        return ().into_any();
    }
    let live = Live::take();
    let found = LocalResource::new(move || async move {
        (get_record(SURVEY.name.to_owned(), id).await, results_of_survey(id).await)
    });
    let from = Memo::new(move |_| match found.get() {
        Some((_, Ok(results))) => Some(results.live),
        _ => None,
    });
    // From each count on, what comes after it makes it be counted again.
    Effect::new(move |_| {
        let Some(from) = from.get() else { return };
        live.follow(&from, move |event| {
            let told = match event {
                LiveEvent::Changed { record_type, .. } | LiveEvent::Removed { record_type, .. } => record_type,
                LiveEvent::Refresh { record_type } => record_type,
                _ => return,
            };
            if [SURVEY.name, SURVEY_RESPONSE.name].contains(&told.as_str()) {
                found.refetch();
            }
        });
    });
    let body = move || match found.get() {
        None => view! { <SkeletonRows count=4/> }.into_any(),
        Some((Err(fault), _) | (_, Err(fault))) => failed(fault.0, move || found.refetch()),
        Some((Ok(detail), Ok(results))) => shown(page, id, &Survey(&detail.row.values), &results),
    };
    view! { <section class="panel stack survey-results">{body}</section> }.into_any()
}

fn shown(page: Page, id: Uuid, survey: &Survey<'_>, results: &SurveyResults) -> AnyView {
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
    let further = asked.iter().filter_map(|question| further(question, results)).collect_view();
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

/// What was chosen, or scored, for a further question.
fn further(question: &Value, results: &SurveyResults) -> Option<AnyView> {
    let text = |name: &str| question.get(name)?.as_str().map(str::to_owned);
    let given: &Tally<String> = results.questions.get(&text("key")?)?;
    let offered: Vec<String> = match text("kind")?.as_str() {
        "score" => (1..=5).rev().map(|score| score.to_string()).collect(),
        _ => question.get("choices")?.as_array()?.iter().filter_map(|c| c.as_str().map(str::to_owned)).collect(),
    };
    // Choices may have been taken out since somebody made them.
    let gone = given.keys().filter(|answer| !offered.contains(answer)).cloned();
    let lines = offered.iter().cloned().chain(gone).map(|answer| {
        let n = given.get(&answer).copied().unwrap_or_default();
        (answer, n)
    });
    Some(view! { <h3 class="section-title">{text("label")?}</h3> {tally(lines.collect(), total(given))} }.into_any())
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
