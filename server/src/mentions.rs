//! Mails to colleagues who were named in a ticket and have not looked at it since.

use app::api::outgoing::{Letter, Outgoing};
use shared::Result;
use shared::i18n::translate;
use store::{MentionMail, Store};

use crate::telling::Telling;

impl Telling for MentionMail {
    const KIND: &'static str = "mentions";
    const WAITS: bool = true;

    async fn due(store: &Store) -> Result<Vec<Self>> {
        store.mentions_due().await
    }

    /// Who said what, and where to go on.
    fn letter(&self, outgoing: &Outgoing) -> Letter {
        let link = outgoing.ticket_link(self.ticket_id);
        let params = [
            ("name", self.name.as_str()),
            ("author", &self.author),
            ("number", &self.number),
            ("subject", &self.subject),
            ("text", &self.text),
            ("link", &link),
        ];
        Letter {
            to: self.to.clone(),
            name: self.name.clone(),
            subject: translate(self.locale, "mail.mention_subject", &params),
            text: translate(self.locale, "mail.mention_text", &params),
            ..Letter::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::i18n::Locale;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_letter_says_who_said_what_and_leads_to_the_ticket() {
        let outgoing = Outgoing::new("http://guanxi.test", |_| {});
        let mail = MentionMail {
            to: "liam@example.com".into(),
            name: "Liam".into(),
            locale: Locale::En,
            author: "Wang Jia".into(),
            ticket_id: Uuid::from_u128(7),
            number: "T1".into(),
            subject: "Gate".into(),
            text: "Can you look?".into(),
        };
        let sent = mail.letter(&outgoing);
        assert_eq!(sent.subject, "Wang Jia mentioned you in T1 Gate");
        let link = format!("http://guanxi.test/tickets/{}", Uuid::from_u128(7));
        assert!(sent.text.contains("Can you look?") && sent.text.contains(&link), "{}", sent.text);
    }
}
