//! Scores as people read them: with the scale that they are on.

use crate::i18n::{Locale, translate};
use crate::record::{RecordDef, Values};
use crate::types::{SURVEY_RESPONSE, SurveyResponse, score_range};

/// A score, and what its survey measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score<'v> {
    /// The score.
    pub given: i64,
    /// A kind of surveys; not known of one that can't be read.
    pub kind: Option<&'v str>,
}

impl<'v> Score<'v> {
    /// The score that a field of a record holds; nothing of other fields than that of answers to surveys.
    pub fn of(def: &RecordDef, field: &str, values: &'v Values) -> Option<Self> {
        if def.name != SURVEY_RESPONSE.name || field != "score" {
            return None;
        }
        let answer = SurveyResponse(values);
        answer.score().map(|given| Self { given, kind: answer.kind() })
    }

    /// As many full stars as satisfaction has, of five; none for what is no satisfaction.
    pub fn stars(self) -> Option<String> {
        let count = usize::try_from(self.given.clamp(0, 5)).unwrap_or_default();
        (self.kind == Some("csat")).then(|| "★".repeat(count) + &"☆".repeat(5 - count))
    }

    /// With the highest there is; alone where its scale is not known.
    pub fn out_of(self, locale: Locale) -> String {
        let given = self.given.to_string();
        match self.kind.and_then(score_range) {
            Some((_, most)) => {
                translate(locale, "survey_response.score_of", &[("n", &given), ("most", &most.to_string())])
            }
            None => given,
        }
    }

    /// As pages tell it: satisfaction in stars.
    pub fn told(self, locale: Locale) -> String {
        self.stars().unwrap_or_else(|| self.out_of(locale))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::types::LEAD;

    #[test]
    fn a_score_is_told_with_its_scale() {
        let score = |kind: &'static str, given: i64| Score { given, kind: Some(kind) };
        assert_eq!(score("csat", 3).told(Locale::En), "★★★☆☆");
        assert_eq!([3, 9].map(|given| score("nps", given).told(Locale::En)), ["3 of 10", "9 of 10"]);
        assert_eq!(score("ces", 5).told(Locale::ZhCn), "5/7 分");
        assert_eq!(score("csat", 4).out_of(Locale::En), "4 of 5", "files have no stars");
        assert_eq!(score("custom", 4).told(Locale::En), "4");
        assert_eq!(Score { given: 4, kind: None }.told(Locale::En), "4");
    }

    #[test]
    fn only_answers_to_surveys_have_a_scale() {
        let values = json!({"score": 9, "kind": "nps"}).as_object().cloned().unwrap();
        let expected = Score { given: 9, kind: Some("nps") };
        assert_eq!(Score::of(&SURVEY_RESPONSE, "score", &values), Some(expected));
        assert_eq!(Score::of(&SURVEY_RESPONSE, "comment", &values), None);
        assert_eq!(Score::of(&LEAD, "score", &values), None);
    }
}
