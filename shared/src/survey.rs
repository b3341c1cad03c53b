//! What the answers to a survey come to.

mod answers;
mod score;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::answers::{Answered, YES_NO, answered, in_brief, offered, question_label};
pub use self::score::Score;

/// How often each answer was given.
pub type Tally<K> = BTreeMap<K, i64>;

/// The answers to a survey, as far as the reader may see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyResults {
    /// How many people answered.
    pub answered: i64,
    /// Scores of the main question.
    pub scores: Tally<i64>,
    /// Answers to further questions that are chosen or scored, by the question's key; of several choices each by itself.
    pub questions: BTreeMap<String, Tally<String>>,
    /// How many people answered each of these questions: some were asked before there was one, or left it out.
    pub answering: Tally<String>,
    /// Last part of the portal's address; none while there is no portal.
    pub portal: Option<String>,
    /// Position in the event log.
    pub live: String,
}

/// What is made of the scores, by the kind of the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Percent of the answers that are the best or the second best (CSAT, "top two box").
    Satisfied(Decimal),
    /// Percent of promoters (9, 10) less percent of detractors (0 to 6), -100 to 100: Reichheld, "The One Number You Need to
    /// Grow", Harvard Business Review, December 2003.
    Promoters(Decimal),
    /// The mean, from 1 to 7 (CES).
    Mean(Decimal),
}

impl SurveyResults {
    /// The mean of the scores; none without any.
    pub fn mean(&self) -> Option<Decimal> {
        let sum: i64 = self.scores.iter().map(|(score, n)| score * n).sum();
        share(sum, total(&self.scores))
    }

    /// What the scores come to; none without any, and for surveys of free questions.
    pub fn verdict(&self, kind: &str) -> Option<Verdict> {
        let all = total(&self.scores);
        let within = |range: std::ops::RangeInclusive<i64>| -> i64 {
            self.scores.iter().filter(|(score, _)| range.contains(score)).map(|(_, n)| n).sum()
        };
        match kind {
            "csat" => share(100 * within(4..=5), all).map(Verdict::Satisfied),
            "nps" => share(100 * (within(9..=10) - within(0..=6)), all).map(Verdict::Promoters),
            "ces" => self.mean().map(Verdict::Mean),
            _ => None,
        }
    }
}

/// How many answers a tally holds.
pub fn total<K>(tally: &Tally<K>) -> i64 {
    tally.values().sum()
}

/// To two fractional digits.
fn share(part: i64, whole: i64) -> Option<Decimal> {
    (whole > 0).then(|| (Decimal::from(part) / Decimal::from(whole)).round_dp(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scores: &[(i64, i64)]) -> SurveyResults {
        SurveyResults { scores: scores.iter().copied().collect(), ..SurveyResults::default() }
    }

    #[test]
    fn each_kind_has_its_own_measure() {
        assert_eq!(of(&[(1, 1), (4, 2), (5, 1)]).verdict("csat"), Some(Verdict::Satisfied(75.into())));
        assert_eq!(of(&[(3, 1), (8, 1), (9, 1), (10, 1)]).verdict("nps"), Some(Verdict::Promoters(25.into())));
        assert_eq!(of(&[(0, 1)]).verdict("nps"), Some(Verdict::Promoters((-100).into())));
        assert_eq!(of(&[(2, 1), (5, 1)]).verdict("ces"), Some(Verdict::Mean(Decimal::new(35, 1))));
    }

    #[test]
    fn nothing_is_made_of_no_answers() {
        assert_eq!(of(&[]).verdict("csat"), None);
        assert_eq!(of(&[]).mean(), None);
        assert_eq!(of(&[(3, 1)]).verdict("custom"), None);
    }
}
