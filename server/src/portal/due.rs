//! Mails to customers: how it went, once their tickets are done, and that there is an answer, where no mailbox sends it.

use app::api::outgoing::{Letter, Outgoing};
use maud::Markup;
use shared::Result;
use shared::i18n::{Locale, translate};
use shared::types::score_range;
use store::Store;
use store::portal::{AnswerMail, SatisfactionMail};

use super::led::plain;
use super::letter;
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
        let hello = hello(self.locale, self.name.as_deref());
        let words = |key: &str, link: &str| {
            let params = [
                ("hello", hello.as_str()),
                ("organisation", &self.portal.name),
                ("number", &self.number),
                ("subject", &self.subject),
                ("text", &self.text),
                ("link", link),
            ];
            translate(self.locale, key, &params)
        };
        let pressed = letter::button(&link, &translate(self.locale, "portal.mail.answer_open", &[]));
        Letter {
            to: self.to.clone(),
            name: self.name.clone().unwrap_or_default(),
            subject: words("portal.mail.answer_subject", &link),
            text: words("portal.mail.answer_text", &link),
            html: Some(letter::letter(self.locale, &words("portal.mail.answer_text", letter::PLACE), &pressed)),
            by: None,
        }
    }
}

impl Telling for SatisfactionMail {
    const KIND: &'static str = "satisfaction";
    const WAITS: bool = false;

    async fn due(store: &Store) -> Result<Vec<Self>> {
        store.satisfaction_due().await
    }

    /// The question, with a link for each score. Of a ticket, from the mailbox of the conversation: whoever answers it writes into
    /// that.
    fn letter(&self, outgoing: &Outgoing) -> Letter {
        let link = outgoing.portal_link(&self.portal.slug, &format!("/survey/{}", self.token));
        let lines = scores(self, &link);
        let (subject, text) = match (&self.ticket, lines.is_empty()) {
            (Some(_), false) => ("portal.mail.survey_subject", "portal.mail.survey_text"),
            (Some(_), true) => ("portal.mail.survey_subject", "portal.mail.survey_text_plain"),
            (None, false) => ("portal.mail.asked_subject", "portal.mail.asked_text"),
            (None, true) => ("portal.mail.asked_subject", "portal.mail.asked_text_plain"),
        };
        let (number, about) = self.ticket.as_ref().map(|(number, about)| (&**number, &**about)).unwrap_or_default();
        let hello = hello(self.locale, self.name.as_deref());
        let words = |key: &str, scores: &str, link: &str| {
            let params = [
                ("hello", hello.as_str()),
                ("organisation", &self.portal.name),
                ("number", number),
                ("subject", about),
                ("question", &self.question),
                ("scores", scores),
                ("link", link),
            ];
            translate(self.locale, key, &params)
        };
        Letter {
            to: self.to.clone(),
            name: self.name.clone().unwrap_or_default(),
            subject: words(subject, "", ""),
            text: words(text, &lines, &link),
            html: Some(letter::letter(self.locale, &words(text, letter::PLACE, letter::PLACE), &pressed(self, &link))),
            by: self.by.clone().map(Box::new),
        }
    }
}

/// The first line. Who has written without a name is greeted without.
fn hello(locale: Locale, name: Option<&str>) -> String {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => translate(locale, "portal.mail.hello_name", &[("name", name)]),
        None => translate(locale, "portal.mail.hello", &[]),
    }
}

/// What is pressed: a score, or where the answer is written.
fn pressed(mail: &SatisfactionMail, link: &str) -> Markup {
    let Some(range) = score_range(&mail.kind) else {
        return letter::button(link, &translate(mail.locale, "portal.mail.survey_open", &[]));
    };
    let (worst, best) = ends(&mail.kind);
    let (worst, best) = (translate(mail.locale, worst, &[]), translate(mail.locale, best, &[]));
    letter::scores(range, |score| scored(link, score), (&worst, &best))
}

/// The address that says a score.
fn scored(link: &str, score: i64) -> String {
    format!("{link}?score={score}")
}

/// A line for each score, the best first, with its link; the ends say what they mean.
fn scores(mail: &SatisfactionMail, link: &str) -> String {
    let Some((low, high)) = score_range(&mail.kind) else { return String::new() };
    let (worst, best) = ends(&mail.kind);
    let line = |score: i64| {
        let address = scored(link, score);
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
    use store::portal::Portal;
    use uuid::Uuid;

    use super::*;

    fn asked(kind: &str, locale: Locale) -> Letter {
        asked_about(kind, locale, Some(("T1".into(), "Silent <b>night</b>".into())))
    }

    fn asked_about(kind: &str, locale: Locale, ticket: Option<(String, String)>) -> Letter {
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
            ticket,
            token: "x".into(),
            by: None,
        };
        mail.letter(&outgoing)
    }

    #[test]
    fn the_letter_says_which_end_of_the_scores_is_the_good_one() {
        let link = "http://guanxi.test/portal/lin/survey/x";
        let text = asked("csat", Locale::En).text;
        for line in [
            format!("5 – very satisfied: {link}?score=5\n"),
            format!("\n3: {link}?score=3\n"),
            format!("\n1 – very unsatisfied: {link}?score=1\n"),
        ] {
            assert!(text.contains(&line), "{line}: {text}");
        }
        assert_eq!(text.matches("?score=").count(), 5);
        assert!(asked("nps", Locale::ZhCn).text.contains(&format!("10 分（非常可能）：{link}?score=10\n")));
        let free = asked("custom", Locale::En).text;
        assert!(free.contains(link) && !free.contains("?score="), "{free}");
    }

    #[test]
    fn who_has_no_name_is_greeted_without() {
        assert!(asked("csat", Locale::En).text.starts_with("Hello,\n\n"));
        assert!(asked("custom", Locale::ZhCn).text.starts_with("您好：\n\n"));
        assert_eq!(hello(Locale::ZhCn, Some("李娜")), "李娜，您好：");
        assert_eq!(hello(Locale::En, Some(" ")), "Hello,");
    }

    #[test]
    fn who_is_asked_by_hand_reads_of_no_ticket() {
        let letter = asked_about("nps", Locale::En, None);
        assert!(letter.text.contains("Well?") && letter.text.contains("?score=10"), "{}", letter.text);
        for text in [&letter.subject, &letter.text] {
            assert!(!text.contains("request") && !text.contains('“') && !text.contains('{'), "{text}");
        }
        let plain = asked_about("custom", Locale::ZhCn, None);
        assert!(plain.text.contains("http://guanxi.test/portal/lin/survey/x"), "{}", plain.text);
    }

    #[test]
    fn its_html_has_a_button_for_each_score_and_shows_no_address() {
        let html = asked("csat", Locale::ZhCn).html.unwrap();
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"zh-CN\">"), "{html}");
        for score in 1..=5 {
            let link = format!("<a href=\"http://guanxi.test/portal/lin/survey/x?score={score}\"");
            assert_eq!(html.matches(&link).count(), 1, "{html}");
        }
        assert_eq!(html.matches("http://").count(), 5, "{html}");
        assert!(html.contains("Silent &lt;b&gt;night&lt;/b&gt;") && html.contains("Well?"), "{html}");
        assert!(!html.contains(letter::PLACE));
        assert_eq!(asked("nps", Locale::En).html.unwrap().matches("<a href").count(), 11);
        let free = asked("custom", Locale::En).html.unwrap();
        assert_eq!(free.matches("<a href=\"http://guanxi.test/portal/lin/survey/x\"").count(), 1, "{free}");
    }
}
