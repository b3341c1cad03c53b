//! The further questions of a survey, each with what answers it.

use maud::{Markup, html};
use shared::survey::YES_NO;
use store::portal::{Answers, LONGEST_ANSWER, Question};

use super::fields::{Field, Problems};
use super::filled::ANSWERS;
use super::layout::tongue;
use super::place::Place;

/// A further question with what was answered.
pub(super) fn further(place: &Place, question: &Question, given: &Answers, problems: &Problems) -> Markup {
    let name = format!("{ANSWERS}{}", question.key);
    let value = given.answers.get(&question.key).map(String::as_str).unwrap_or_default();
    let field = Field::new(&name, question.label.clone());
    let field = if question.required { field.required() } else { field };
    let options: Vec<(String, String)> = match question.kind.as_str() {
        "choice" | "several" => {
            question.choices.iter().map(|choice| (choice.code.clone(), choice.text.clone())).collect()
        }
        "yes_no" => YES_NO.iter().map(|(code, key)| ((*code).to_owned(), place.t(key))).collect(),
        "score" => (1..=5).map(|score: u8| (score.to_string(), score.to_string())).collect(),
        _ => return field.at_most(Some(LONGEST_ANSWER)).area(place, problems, value),
    };
    if question.kind == "several" {
        return several(place, problems, (field, value), &options);
    }
    field.choice(place, problems, (value, Some(place.t("portal.new.none"))), &options)
}

/// Boxes to tick, of which those of the value's lines are. Browsers know no group of them that wants one ticked: the page's script
/// says so, else the store does.
fn several(
    place: &Place,
    problems: &Problems,
    (field, value): (Field<'_>, &str),
    options: &[(String, String)],
) -> Markup {
    let Field { name, label, required, .. } = field;
    let problem = problems.of_field(place, name);
    let error_id = format!("{name}-error");
    let described = problem.as_ref().map(|_| error_id.as_str());
    let is_ticked = |code: &str| value.lines().any(|line| line == code);
    html! {
        fieldset.field.portal-several data-required[required] data-invalid[problem.is_some()] aria-describedby=[described] {
            legend.field-label {
                span lang=[tongue(place, &label)] { (label) }
                // Elsewhere the control says so; here only the asterisk would.
                @if required { " " span.visually-hidden { (place.t("portal.form.required")) } }
            }
            @for (at, (code, text)) in options.iter().enumerate() {
                label.check {
                    input type="checkbox" name=(name) value=(code) checked[is_ticked(code)]
                        autofocus[at == 0 && problem.is_some()];
                    span lang=[tongue(place, text)] { (text) }
                }
            }
            @if let Some(problem) = &problem { p.field-error id=(error_id) { (problem) } }
        }
    }
}
