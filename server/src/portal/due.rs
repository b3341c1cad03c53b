//! Asking customers how it went, once their tickets are done.

use std::time::Duration;

use app::api::outgoing::{Letter, Outgoing};
use shared::i18n::translate;
use shared::types::score_range;
use store::Store;
use store::portal::SatisfactionMail;
use tokio::time::sleep;

use crate::shutdown::Shutdown;

/// How often it is looked whom to ask.
const EVERY: Duration = Duration::from_secs(60);

/// Sends mails that ask how it went, for as long as the server runs.
pub(crate) async fn ask_for_satisfaction(store: Store, outgoing: Outgoing, shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = shutdown.requested() => return,
        }
        match store.satisfaction_due().await {
            Ok(mails) => mails.iter().for_each(|mail| outgoing.send(letter(&outgoing, mail))),
            Err(error) => tracing::warn!(%error, "nobody could be asked how it went; it is tried again in a minute"),
        }
    }
}

fn letter(outgoing: &Outgoing, mail: &SatisfactionMail) -> Letter {
    let link = outgoing.portal_link(&mail.portal.slug, &format!("/survey/{}", mail.token));
    let scores: String = score_range(&mail.kind)
        .into_iter()
        .flat_map(|(low, high)| (low..=high).rev())
        .map(|score| format!("{score}: {link}?score={score}\n"))
        .collect();
    let params = [
        ("name", mail.name.as_deref().unwrap_or_default()),
        ("organisation", &mail.portal.name),
        ("number", &mail.number),
        ("subject", &mail.subject),
        ("question", &mail.question),
        ("scores", scores.trim_end()),
        ("link", &link),
    ];
    let text = if scores.is_empty() { "portal.mail.survey_text_plain" } else { "portal.mail.survey_text" };
    Letter {
        to: mail.to.clone(),
        name: mail.name.clone().unwrap_or_default(),
        subject: translate(mail.locale, "portal.mail.survey_subject", &params),
        text: translate(mail.locale, text, &params),
    }
}
