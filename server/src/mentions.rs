//! Mails to colleagues who were named in a ticket and have not looked at it since.

use std::time::Duration;

use app::api::outgoing::{Letter, Outgoing};
use shared::i18n::translate;
use store::{MentionMail, Store};
use tokio::time::sleep;

use crate::shutdown::Shutdown;

/// How often it is looked whom to write to.
const EVERY: Duration = Duration::from_secs(20);

/// Sends mails to colleagues, for as long as the server runs. Without a way out nobody counts as told.
pub(crate) async fn write_to_colleagues(store: Store, outgoing: Outgoing, shutdown: Shutdown) {
    if !outgoing.reaches() {
        return;
    }
    loop {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = shutdown.requested() => return,
        }
        match store.mentions_due().await {
            Ok(mails) => mails.iter().for_each(|mail| outgoing.send(letter(&outgoing, mail))),
            Err(error) => tracing::warn!(%error, "nobody could be told of being mentioned; it is tried again"),
        }
    }
}

/// Who said what, and where to go on.
fn letter(outgoing: &Outgoing, mail: &MentionMail) -> Letter {
    let link = outgoing.ticket_link(mail.ticket_id);
    let params = [
        ("name", mail.name.as_str()),
        ("author", &mail.author),
        ("number", &mail.number),
        ("subject", &mail.subject),
        ("text", &mail.text),
        ("link", &link),
    ];
    Letter {
        to: mail.to.clone(),
        name: mail.name.clone(),
        subject: translate(mail.locale, "mail.mention_subject", &params),
        text: translate(mail.locale, "mail.mention_text", &params),
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
        let sent = letter(&outgoing, &mail);
        assert_eq!(sent.subject, "Wang Jia mentioned you in T1 Gate");
        let link = format!("http://guanxi.test/tickets/{}", Uuid::from_u128(7));
        assert!(sent.text.contains("Can you look?") && sent.text.contains(&link), "{}", sent.text);
    }
}
