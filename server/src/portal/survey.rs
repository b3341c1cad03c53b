//! Surveys: by a mailed link about a ticket, or on a page of their own.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use maud::{Markup, html};
use serde::Deserialize;
use shared::Error;
use store::portal::{Answers, AskedSurvey, Question};
use uuid::Uuid;

use super::fields::{Field, Problems};
use super::filled::{Filled, guards};
use super::layout::{Head, page};
use super::place::Place;

/// What a link says besides which survey it is.
#[derive(Default, Deserialize)]
pub(super) struct Aside {
    /// A score that was pressed in the mail. Asking for the page only shows it as chosen, since programs that look into mails
    /// press all of them; the page's script sends it, which those mostly do not run.
    score: Option<String>,
    done: Option<String>,
}

impl Aside {
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
        place.locale = survey.locale;
        let is_one = |score: &i64| survey.scores().is_some_and(|(low, high)| (low..=high).contains(score));
        let pressed = aside.score().filter(is_one);
        let given = survey.answered.clone().unwrap_or_default();
        let given = Answers { score: pressed.or(given.score), ..given };
        let form = Form { pressed, ..Form::of(&place, &format!("/survey/{token}"), None) };
        shown(&place, &survey, (&given, aside.done.is_some()), &form)
    });
    place.answer(result)
}

pub(super) async fn answer(mut place: Place, Path((_, token)): Path<(String, String)>, filled: Filled) -> Response {
    let given = answers(&filled);
    let path = format!("/survey/{token}");
    let kept = match filled.whole() {
        Ok(()) => place.store.portal_answer(&place.portal, &token, &given, &place.client).await,
        Err(error) => Err(error),
    };
    let result = match kept.map_err(Problems::of) {
        Ok(()) => Ok(place.go(&format!("{path}?done=1"))),
        Err(Ok(problems)) => place.store.portal_survey(&place.portal, &token).await.map(|survey| {
            place.locale = survey.locale;
            shown(&place, &survey, (&given, false), &Form { problems, ..Form::of(&place, &path, None) })
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
    let survey = place.store.public_survey(&place.portal, survey_id(id)?).await?;
    place.locale = survey.locale;
    let stamp = place.store.form_stamp(Utc::now()).await?;
    let given = Answers { score: aside.score(), ..Answers::default() };
    Ok(shown(place, &survey, (&given, aside.done.is_some()), &Form::of(place, &format!("/s/{id}"), Some(stamp))))
}

pub(super) async fn answer_public(mut place: Place, Path((_, id)): Path<(String, String)>, filled: Filled) -> Response {
    let result = match keep_public(&place, &id, &filled).await.map_err(Problems::of) {
        Ok(()) => Ok(place.go(&format!("/s/{id}?done=1"))),
        Err(Ok(problems)) => refused(&mut place, &id, &filled, problems).await,
        Err(Err(error)) => Err(error),
    };
    place.answer(result)
}

async fn keep_public(place: &Place, id: &str, filled: &Filled) -> Result<(), Error> {
    let survey = survey_id(id)?;
    let response = filled.made_by_hand(&place.store).await?;
    place.store.answer_public_survey(&place.portal, (survey, response), &answers(filled), &place.client).await
}

async fn refused(place: &mut Place, id: &str, filled: &Filled, problems: Problems) -> Result<Response, Error> {
    let survey = place.store.public_survey(&place.portal, survey_id(id)?).await?;
    place.locale = survey.locale;
    let stamp = filled.stamp(&place.store).await?;
    let form = Form { problems, ..Form::of(place, &format!("/s/{id}"), Some(stamp)) };
    Ok(shown(place, &survey, (&answers(filled), false), &form))
}

fn survey_id(text: &str) -> Result<Uuid, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

fn answers(filled: &Filled) -> Answers {
    Answers {
        score: filled.text("score").parse().ok(),
        comment: filled.text("comment").to_owned(),
        answers: filled.below("answers."),
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

fn shown(place: &Place, survey: &AskedSurvey, (given, done): (&Answers, bool), form: &Form) -> Response {
    let body = html! {
        section.portal-card.narrow {
            @if done {
                h1 { (place.t("portal.survey.thanks")) }
                @if let Some(thanks) = &survey.thanks { p role="status" { (thanks) } }
                @if survey.open && survey.answered.is_some() {
                    p.actions { a.button data-kind="ghost" href=(form.path) { (place.t("portal.survey.change")) } }
                }
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

fn questions(place: &Place, survey: &AskedSurvey, given: &Answers, form: &Form) -> Markup {
    let shown: Vec<String> = survey.questions.iter().map(|question| format!("answers.{}", question.key)).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).chain(["score", "comment"]).collect();
    html! {
        @if let Some((number, subject)) = &survey.ticket { p.meta { span.num { (number) } " · " (subject) } }
        h1 id="question" { (survey.question) }
        form.portal-form method="post" action=(form.path) data-save[form.pressed.is_some()] {
            (form.problems.summary(place, &shown))
            @if let Some(score) = form.pressed { (pressed(place, score)) }
            @if let Some((low, high)) = survey.scores() { (scores(place, &survey.kind, (low, high), given.score)) }
            @for question in &survey.questions { (further(place, question, given, &form.problems)) }
            (Field::new("comment", place.t("portal.survey.comment")).area(place, &form.problems, &given.comment))
            @if let Some(stamp) = &form.stamp { (guards(place, stamp)) }
            p.actions { button.button data-kind="primary" data-size="large" { (place.t("portal.survey.send")) } }
        }
    }
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

/// The scores to choose from, with words for their ends.
fn scores(place: &Place, kind: &str, (low, high): (i64, i64), chosen: Option<i64>) -> Markup {
    let (worst, best) = ends(kind);
    html! {
        fieldset.portal-scores aria-labelledby="question" {
            div {
                @for score in low..=high {
                    label {
                        input type="radio" name="score" value=(score) required checked[chosen == Some(score)];
                        span { (score) }
                    }
                }
            }
            p.meta { span { (place.t(worst)) } span { (place.t(best)) } }
        }
    }
}

fn further(place: &Place, question: &Question, given: &Answers, problems: &Problems) -> Markup {
    let name = format!("answers.{}", question.key);
    let value = given.answers.get(&question.key).map(String::as_str).unwrap_or_default();
    let field = Field::new(&name, question.label.clone());
    let field = if question.required { field.required() } else { field };
    let options: Vec<(String, String)> = match question.kind.as_str() {
        "choice" => question.choices.iter().map(|choice| (choice.clone(), choice.clone())).collect(),
        "score" => (1..=5).map(|score| (score.to_string(), score.to_string())).collect(),
        _ => return field.area(place, problems, value),
    };
    field.choice(place, problems, (value, Some(place.t("portal.new.none"))), &options)
}
