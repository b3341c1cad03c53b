//! Mails to customers: how it went, once their tickets are done, and that there is an answer, where no mailbox sends it.

use app::api::outgoing::{Letter, Outgoing};
use shared::Result;
use shared::i18n::translate;
use shared::types::score_range;
use store::Store;
use store::portal::{AnswerMail, SatisfactionMail};

use super::led::plain;
use super::survey::ends;
use crate::telling::Telling;

impl Telling for AnswerMail {
    const KIND: &'static str = "answers";
    const WAITS: bool = true;

    async fn due(store: &Store) -> Result<Vec<Self>> {
        store.answers_due().await
    }

    /// The answer, and where to go on.
    fn letter(&self, outgoing: &Outgoing) -> Letter {
        let link = outgoing.portal_link(&self.portal.slug, &format!("/tickets/{}", plain(&self.number)));
        let params = [
            ("name", self.name.as_deref().unwrap_or_default()),
            ("organisation", &self.portal.name),
            ("number", &self.number),
            ("subject", &self.subject),
            ("text", &self.text),
            ("link", &link),
        ];
        Letter {
            to: self.to.clone(),
            name: self.name.clone().unwrap_or_default(),
            subject: translate(self.locale, "portal.mail.answer_subject", &params),
            text: translate(self.locale, "portal.mail.answer_text", &params),
        }
    }
}

impl Telling for SatisfactionMail {
    const KIND: &'static str = "satisfaction";
    const WAITS: bool = false;

    async fn due(store: &Store) -> Result<Vec<Self>> {
        store.satisfaction_due().await
    }

    /// The question, with a link for each score.
    fn letter(&self, outgoing: &Outgoing) -> Letter {
        let link = outgoing.portal_link(&self.portal.slug, &format!("/survey/{}", self.token));
        let scores = scores(self, &link);
        let params = [
            ("name", self.name.as_deref().unwrap_or_default()),
            ("organisation", &self.portal.name),
            ("number", &self.number),
            ("subject", &self.subject),
            ("question", &self.question),
            ("scores", &scores),
            ("link", &link),
        ];
        let text = if scores.is_empty() { "portal.mail.survey_text_plain" } else { "portal.mail.survey_text" };
        Letter {
            to: self.to.clone(),
            name: self.name.clone().unwrap_or_default(),
            subject: translate(self.locale, "portal.mail.survey_subject", &params),
            text: translate(self.locale, text, &params),
        }
    }
}

/// A line for each score, the best first, with its link; the ends say what they mean.
fn scores(mail: &SatisfactionMail, link: &str) -> String {
    let Some((low, high)) = score_range(&mail.kind) else { return String::new() };
    let (worst, best) = ends(&mail.kind);
    let line = |score: i64| {
        let address = format!("{link}?score={score}");
        let number = score.to_string();
        let params = [("score", number.as_str()), ("link", address.as_str())];
        let meaning = match score {
            _ if score == high => best,
            _ if score == low => worst,
            _ => return translate(mail.locale, "portal.mail.survey_score", &params),
        };
        let meaning = translate(mail.locale, meaning, &[]);
        translate(mail.locale, "portal.mail.survey_end", &[params[0], params[1], ("meaning", meaning.as_str())])
    };
    (low..=high).rev().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use shared::format::Zone;
    use shared::i18n::Locale;
    use store::portal::Portal;
    use uuid::Uuid;

    use super::*;

    fn asked(kind: &str, locale: Locale) -> String {
        let outgoing = Outgoing::new("http://guanxi.test", |_| {});
        let portal = Portal {
            org_id: Uuid::nil(),
            slug: "lin".into(),
            name: "Lin".into(),
            locale,
            reader: locale,
            zone: Zone::utc(),
        };
        let mail = SatisfactionMail {
            portal,
            to: "li@example.com".into(),
            name: None,
            locale,
            question: "Well?".into(),
            kind: kind.into(),
            number: "T1".into(),
            subject: "Silent".into(),
            token: "x".into(),
        };
        mail.letter(&outgoing).text
    }

    #[test]
    fn the_letter_says_which_end_of_the_scores_is_the_good_one() {
        let link = "http://guanxi.test/portal/lin/survey/x";
        let text = asked("csat", Locale::En);
        for line in [
            format!("5 – very satisfied: {link}?score=5\n"),
            format!("\n3: {link}?score=3\n"),
            format!("\n1 – very unsatisfied: {link}?score=1\n"),
        ] {
            assert!(text.contains(&line), "{line}: {text}");
        }
        assert_eq!(text.matches("?score=").count(), 5);
        assert!(asked("nps", Locale::ZhCn).contains(&format!("10 分（非常可能）：{link}?score=10\n")));
        let free = asked("custom", Locale::En);
        assert!(free.contains(link) && !free.contains("?score="), "{free}");
    }
}
