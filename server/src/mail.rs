//! Outgoing mail: sent through the configured server, in the background, with a few tries.
//!
//! Letters carry links that let people in, so neither their text nor, at the normal level, their address is logged.

use std::time::Duration;

use app::api::outgoing::{Letter, Outgoing};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use uuid::Uuid;

use crate::failure::Failure;
use crate::post::{self, Transport};

/// Waits before each further try; a mail server that is restarted is back by then.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(20), Duration::from_secs(120)];

/// The installation's way out, if one is named.
pub(crate) fn way_out(smtp_url: Option<&str>) -> Result<Option<Transport>, Failure> {
    let Some(smtp_url) = smtp_url.map(str::trim).filter(|url| !url.is_empty()) else { return Ok(None) };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url).map_err(|_| {
        Failure::new("GUANXI_SMTP_URL is not a mail server address like smtps://user:password@mail.example.com.")
    })?;
    Ok(Some(builder.build()))
}

/// How pages send mail. Without a mail server the log says that a mail was not sent, and nothing of what was in it.
pub(crate) fn outgoing(base_url: &str, way_out: Option<Transport>, from: Option<&str>) -> Result<Outgoing, Failure> {
    let host = checked_host(base_url)?;
    let tried = way_out.clone();
    let outgoing = match way_out {
        None => Outgoing::new(base_url, |letter| {
            tracing::warn!(subject = %letter.subject, "a mail was not sent: GUANXI_SMTP_URL is not set");
        })
        .without_server(),
        Some(transport) => {
            let from = sender(from, &host)?;
            Outgoing::new(base_url, move |letter| {
                tokio::spawn(send(transport.clone(), from.clone(), letter));
            })
        }
    };
    Ok(outgoing.trying(move |account| Box::pin(post::check(account, tried.clone()))))
}

/// Links are built on this address, so it must be one.
fn checked_host(base_url: &str) -> Result<String, Failure> {
    let parsed = url::Url::parse(base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let host = parsed.and_then(|url| url.host_str().map(str::to_owned));
    host.ok_or_else(|| Failure::new("GUANXI_BASE_URL is not a web address like https://crm.example.com."))
}

fn sender(from: Option<&str>, host: &str) -> Result<Mailbox, Failure> {
    match from.map(str::trim).filter(|from| !from.is_empty()) {
        Some(from) => from
            .parse()
            .map_err(|_| Failure::new("GUANXI_MAIL_FROM is not a mail address like \"Guanxi <crm@example.com>\".")),
        None => Address::new("guanxi", host)
            .map(|address| Mailbox::new(Some("Guanxi".to_owned()), address))
            .map_err(|_| Failure::new(format!("No sender can be made of {host}; set GUANXI_MAIL_FROM."))),
    }
}

async fn send(transport: Transport, from: Mailbox, letter: Letter) {
    let message = match message(from, letter) {
        Ok(message) => message,
        Err(fault) => return tracing::error!(%fault, "a mail could not be written"),
    };
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        match (transport.send(message.clone()).await, pause) {
            (Ok(_), _) => return tracing::debug!("a mail was sent"),
            (Err(fault), Some(pause)) if !fault.is_permanent() => {
                tracing::warn!(%fault, "a mail could not be sent, trying again");
                tokio::time::sleep(pause).await;
            }
            (Err(fault), _) => return tracing::error!(%fault, "a mail could not be sent"),
        }
    }
}

fn message(from: Mailbox, letter: Letter) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
    let to = Mailbox::new(Some(letter.name).filter(|name| !name.is_empty()), letter.to.parse()?);
    // Mail servers take letters without an id for spam, and may give each try another one.
    let id = format!("<{}@{}>", Uuid::now_v7(), from.email.domain());
    let head = Message::builder().from(from).to(to).subject(letter.subject).message_id(Some(id)).date_now();
    Ok(head.singlepart(SinglePart::plain(letter.text))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_becomes_a_mail_in_both_languages() {
        let letter = Letter {
            to: "li@example.com".into(),
            name: "李雷".into(),
            subject: "设置新的密码".into(),
            text: "你好\n\nhttps://crm.example.com/reset?token=x".into(),
        };
        let mail = message(sender(None, "crm.example.com").unwrap(), letter).unwrap().formatted();
        let text = String::from_utf8(mail).unwrap();
        assert!(text.contains("guanxi@crm.example.com") && text.contains("li@example.com"));
    }

    #[test]
    fn a_letter_has_an_id_of_its_own_and_says_how_it_is_written() {
        let written = || {
            let letter = Letter {
                to: "li@example.com".into(),
                name: String::new(),
                subject: "请评价我们的服务".into(),
                text: "您好".into(),
            };
            message(sender(None, "crm.example.com").unwrap(), letter).unwrap().formatted()
        };
        let (first, second) = (written(), written());
        let head = String::from_utf8(first.clone()).unwrap();
        for field in ["MIME-Version: 1.0\r\n", "Message-ID: <", "Date: ", "Content-Type: text/plain; charset=utf-8\r\n"]
        {
            assert_eq!(head.matches(field).count(), 1, "{field}: {head}");
        }
        let (first, second) = (store::mail::read(&first), store::mail::read(&second));
        assert!(first.message_id.ends_with("@crm.example.com"), "{}", first.message_id);
        assert_ne!(first.message_id, second.message_id);
        assert_eq!(first.text.trim(), "您好");
    }

    #[test]
    fn settings_that_do_not_fit_are_named() {
        assert!(outgoing("crm.example.com", None, None).err().unwrap().to_string().contains("GUANXI_BASE_URL"));
        assert!(way_out(Some("nonsense")).err().unwrap().to_string().contains("GUANXI_SMTP_URL"));
        assert!(way_out(Some(" ")).unwrap().is_none());
        assert!(sender(Some("nobody"), "a.test").err().unwrap().to_string().contains("GUANXI_MAIL_FROM"));
    }
}
