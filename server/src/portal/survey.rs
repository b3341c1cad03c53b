//! Surveys: by a mailed link about a ticket, or on a page of their own.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use maud::{Markup, html};
use serde::Deserialize;
use shared::Error;
use store::portal::{Answers, AskedSurvey, LONGEST_ANSWER};
use uuid::Uuid;

use super::fields::{Field, Problems};
use super::filled::{ANSWERS, Filled};
use super::guard::guards;
use super::layout::{Head, page};
use super::place::Place;
use super::query::Query;
use super::questions::further;
use super::words::words;
use crate::request::cookie;

/// How long a browser knows its answer again, in seconds: asked after a quarter of a year, one answers anew.
const MARK_AGE: u32 = 90 * 24 * 60 * 60;

/// What a link says besides which survey it is.
#[derive(Default, Deserialize)]
pub(super) struct Aside {
    /// A score that was pressed in the mail. Asking for the page only shows it as chosen, since programs that look into mails
    /// press all of them; the page's script sends it, which those mostly do not run.
    score: Option<String>,
    done: Option<String>,
    /// An answer was to be changed, and is not.
    kept: Option<String>,
}

/// What the page says instead of asking.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Thanks,
    /// What was answered before stays.
    Kept,
}

impl Aside {
    fn said(&self) -> Said {
        match (&self.done, &self.kept) {
            (Some(_), _) => Said::Thanks,
            (None, Some(_)) => Said::Kept,
            (None, None) => Said::Nothing,
        }
    }

    fn score(&self) -> Option<i64> {
        self.score.as_deref()?.parse().ok()
    }
}

pub(super) async fn asked(
    mut place: Place,
    Path((_, token)): Path<(String, String)>,
    Query(aside): Query<Aside>,
) -> Response {
    let found = place.store.portal_survey(&place.portal, &token).await;
    let result = found.map(|survey| {
        let survey = read_in_theirs(&mut place, survey);
        let is_one = |score: &i64| survey.scores().is_some_and(|(low, high)| (low..=high).contains(score));
        let pressed = aside.score().filter(is_one);
        let given = survey.answered.clone().unwrap_or_default();
        let form = Form::of(&place, &format!("/survey/{token}"), None);
        match (given.score.filter(|_| survey.settled && survey.open), pressed) {
            (Some(before), Some(after)) if before != after => {
                asked_to_change(&place, &survey, (&given, before, after), &form)
            }
            // It is as it was pressed.
            (Some(_), _) => shown(&place, &survey, (&given, aside.said()), &form),
            (None, _) => {
                let given = Answers { score: pressed.or(given.score), ..given };
                shown(&place, &survey, (&given, aside.said()), &Form { pressed, ..form })
            }
        }
    });
    place.answer(result)
}

/// The survey in the language that the visitor chose, if it is asked in that; the page speaks as it does. Where it is asked in one
/// alone no other is offered.
fn read_in_theirs(place: &mut Place, survey: AskedSurvey) -> AskedSurvey {
    let survey = match place.chosen {
        Some(locale) => survey.read_in(locale),
        None => survey,
    };
    place.locale = survey.locale;
    place.languages = survey.languages();
    survey
}

pub(super) async fn answer(mut place: Place, Path((_, token)): Path<(String, String)>, filled: Filled) -> Response {
    let given = answers(&filled);
    let path = format!("/survey/{token}");
    let kept = match filled.whole() {
        Ok(()) => place.store.portal_answer(&place.portal, &token, &given).await,
        Err(error) => Err(error),
    };
    let result = match kept.map_err(Problems::of) {
        Ok(()) => Ok(place.go(&format!("{path}?done=1"))),
        Err(Ok(problems)) => place.store.portal_survey(&place.portal, &token).await.map(|survey| {
            let survey = read_in_theirs(&mut place, survey);
            shown(&place, &survey, (&given, Said::Nothing), &Form { problems, ..Form::of(&place, &path, None) })
        }),
        Err(Err(error)) => Err(error),
    };
    place.answer(result)
}

pub(super) async fn public(
    mut place: Place,
    Path((_, id)): Path<(String, String)>,
    Query(aside): Query<Aside>,
) -> Response {
    let result = public_page(&mut place, &id, &aside).await;
    place.answer(result)
}

async fn public_page(place: &mut Place, id: &str, aside: &Aside) -> Result<Response, Error> {
    let survey = public_survey(place, survey_id(id)?).await?;
    let stamp = place.store.form_stamp(Utc::now()).await?;
    let given = survey.answered.clone().unwrap_or_default();
    let given = Answers { score: aside.score().or(given.score), ..given };
    Ok(shown(place, &survey, (&given, aside.said()), &Form::of(place, &format!("/s/{id}"), Some(stamp))))
}

/// A survey for everybody, with what this browser answered before. Nobody's language is known but the page's.
async fn public_survey(place: &mut Place, id: Uuid) -> Result<AskedSurvey, Error> {
    let mut survey = place.store.public_survey(&place.portal, id).await?.read_in(place.locale);
    survey.answered = answered_before(place, id).await?.map(|(_, answers)| answers);
    Ok(read_in_theirs(place, survey))
}

/// Name of the cookie by which a browser knows its answer to a survey again.
fn mark_of(id: Uuid) -> String {
    format!("gx_survey_{}", id.simple())
}

/// What this browser answered before, and its id.
async fn answered_before(place: &Place, id: Uuid) -> Result<Option<(Uuid, Answers)>, Error> {
    match cookie(&place.headers, &mark_of(id)) {
        Some(mark) => place.store.marked_answer(&place.portal, id, mark).await,
        None => Ok(None),
    }
}

pub(super) async fn answer_public(mut place: Place, Path((_, id)): Path<(String, String)>, filled: Filled) -> Response {
    let result = match keep_public(&place, &id, &filled).await.map_err(Problems::of) {
        Ok(mark) => {
            let mut response = place.go(&format!("/s/{id}?done=1"));
            place.set_cookie(&mut response, &mark.0, &mark.1, MARK_AGE);
            Ok(response)
        }
        Err(Ok(problems)) => refused(&mut place, &id, &filled, problems).await,
        Err(Err(error)) => Err(error),
    };
    place.answer(result)
}

/// Keeps the answer, instead of what this browser answered before; gives the name and the value of the cookie that says so.
async fn keep_public(place: &Place, id: &str, filled: &Filled) -> Result<(String, String), Error> {
    let (survey, given) = (survey_id(id)?, answers(filled));
    let asked = place.store.public_survey(&place.portal, survey).await?;
    let response = filled.made_by_hand(&place.store, given.has_words(&asked)).await?;
    let response = answered_before(place, survey).await?.map_or(response, |(before, _)| before);
    place.store.answer_public_survey(&place.portal, (survey, response), &given, &place.client).await?;
    Ok((mark_of(survey), place.store.answer_mark(&place.portal, survey, response).await?))
}

async fn refused(place: &mut Place, id: &str, filled: &Filled, problems: Problems) -> Result<Response, Error> {
    let survey = public_survey(place, survey_id(id)?).await?;
    let stamp = filled.stamp(&place.store, &problems).await?;
    let form = Form { problems, ..Form::of(place, &format!("/s/{id}"), Some(stamp)) };
    Ok(shown(place, &survey, (&answers(filled), Said::Nothing), &form))
}

fn survey_id(text: &str) -> Result<Uuid, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

fn answers(filled: &Filled) -> Answers {
    Answers {
        score: filled.text("score").parse().ok(),
        comment: filled.text("comment").to_owned(),
        answers: filled.below(ANSWERS),
    }
}

/// Where a form goes, and what was wrong with it.
struct Form {
    path: String,
    stamp: Option<String>,
    problems: Problems,
    /// A score that was pressed in the mail and is not kept yet.
    pressed: Option<i64>,
}

impl Form {
    fn of(place: &Place, rest: &str, stamp: Option<String>) -> Self {
        Self { path: place.path(rest), stamp, problems: Problems::default(), pressed: None }
    }
}

fn shown(place: &Place, survey: &AskedSurvey, (given, said): (&Answers, Said), form: &Form) -> Response {
    let kept = survey.answered.as_ref().and_then(|answered| answered.score).filter(|_| said == Said::Kept);
    let body = html! {
        section.portal-card.narrow {
            @if said == Said::Thanks {
                h1 { (place.t("portal.survey.thanks")) }
                @if let Some(thanks) = &survey.thanks { p role="status" { (thanks) } }
                (change(place, survey, form))
            } @else if let Some(score) = kept {
                h1 { (place.t_with("portal.survey.kept", &[("score", &score.to_string())])) }
                (change(place, survey, form))
            } @else if !survey.open {
                h1 { (survey.question) }
                p { (place.t("portal.survey.over")) }
            } @else {
                (questions(place, survey, given, form))
            }
        }
    };
    let status = if form.problems.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(place, status, Head::hidden(&survey.question), body)
}

/// The way back to what was answered.
fn change(place: &Place, survey: &AskedSurvey, form: &Form) -> Markup {
    html! {
        @if survey.open && survey.answered.is_some() {
            p.actions { a.button data-kind="ghost" href=(form.path) { (place.t("portal.survey.change")) } }
        }
    }
}

fn questions(place: &Place, survey: &AskedSurvey, given: &Answers, form: &Form) -> Markup {
    let shown: Vec<String> = survey.questions.iter().map(|question| format!("{ANSWERS}{}", question.key)).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).chain(["score", "comment"]).collect();
    html! {
        (head(survey))
        form.portal-form method="post" action=(form.path) data-words=(words(place, "portal.survey.offline"))
            data-keep data-save[form.pressed.is_some()] {
            (form.problems.summary(place, &shown))
            @if let Some(score) = form.pressed { (pressed(place, score)) }
            @if let Some(range) = survey.scores() { (scores(place, &survey.kind, (range, given.score), &form.problems)) }
            @for question in &survey.questions { (further(place, question, given, &form.problems)) }
            (Field::new("comment", place.t("portal.survey.comment")).at_most(Some(LONGEST_ANSWER))
                .area(place, &form.problems, &given.comment))
            @if let Some(stamp) = &form.stamp { (guards(place, stamp)) }
            p.actions { button.button data-kind="primary" data-size="large" { (place.t("portal.survey.send")) } }
        }
    }
}

/// What is asked, and about which ticket.
fn head(survey: &AskedSurvey) -> Markup {
    html! {
        @if let Some((number, subject)) = &survey.ticket { p.meta { span.num { (number) } " · " (subject) } }
        h1 id="question" { (survey.question) }
    }
}

/// An old mail is opened again, perhaps by mistake: what was answered since changes only when a button is pressed.
fn asked_to_change(
    place: &Place,
    survey: &AskedSurvey,
    (given, before, after): (&Answers, i64, i64),
    form: &Form,
) -> Response {
    let (before, after) = (before.to_string(), after.to_string());
    let question = place.t_with("portal.survey.ask_change", &[("before", &before), ("after", &after)]);
    let body = html! {
        section.portal-card.narrow {
            (head(survey))
            form.portal-form method="post" action=(form.path) data-words=(words(place, "portal.survey.offline")) {
                p { (question) }
                input type="hidden" name="score" value=(after);
                input type="hidden" name="comment" value=(given.comment);
                @for (key, answer) in &given.answers { input type="hidden" name={ (ANSWERS) (key) } value=(answer); }
                p.actions {
                    button.button data-kind="primary" { (place.t_with("portal.survey.change_to", &[("score", &after)])) }
                    a.button data-kind="secondary" href={ (form.path) "?kept=1" } {
                        (place.t_with("portal.survey.keep", &[("score", &before)]))
                    }
                }
            }
        }
    };
    page(place, StatusCode::OK, Head::hidden(&survey.question), body)
}

/// That a score from the mail is yet to be sent; once the script did that, it says the other thing.
fn pressed(place: &Place, score: i64) -> Markup {
    let score = score.to_string();
    let params = [("score", score.as_str())];
    html! {
        p.portal-told role="status" data-saved=(place.t_with("portal.survey.saved", &params)) {
            (place.t_with("portal.survey.chosen", &params))
        }
    }
}

/// What the lowest and the highest score of a kind of survey mean: keys of texts.
pub(super) fn ends(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "nps" => ("portal.survey.nps_low", "portal.survey.nps_high"),
        "ces" => ("portal.survey.ces_low", "portal.survey.ces_high"),
        _ => ("portal.survey.csat_low", "portal.survey.csat_high"),
    }
}

/// The scores to choose from, with words for their ends: one before the first, one after the last, wherever lines break.
fn scores(place: &Place, kind: &str, ((low, high), chosen): ((i64, i64), Option<i64>), problems: &Problems) -> Markup {
    let (worst, best) = ends(kind);
    let problem = problems.of_field(place, "score");
    let described = problem.as_ref().map(|_| "score-error");
    html! {
        fieldset.portal-scores aria-labelledby="question" aria-describedby=[described] data-invalid[problem.is_some()] {
            p.meta { (place.t(worst)) }
            div {
                @for score in low..=high {
                    label {
                        input type="radio" name="score" value=(score) required checked[chosen == Some(score)]
                            autofocus[score == low && problem.is_some()];
                        span { (score) }
                    }
                }
            }
            p.meta { (place.t(best)) }
            @if let Some(problem) = problem { p.field-error id="score-error" { (problem) } }
        }
    }
}
