//! Outgoing mail: sent through the configured server, in the background, with a few tries.
//!
//! Letters carry links that let people in, so neither their text nor, at the normal level, their address is logged.

use std::error::Error;
use std::time::Duration;

use app::api::outgoing::{Letter, Outgoing};
use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::client::Tls;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use store::mail::Person;
use store::mail::write::Outgoing as Written;
use uuid::Uuid;

use crate::failure::Failure;
use crate::post::{self, Transport};

/// Waits before each further try; a mail server that is restarted is back by then.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(20), Duration::from_secs(120)];

/// The installation's way out, if one is named.
pub(crate) fn way_out(smtp_url: Option<&str>) -> Result<Option<Transport>, Failure> {
    let Some(smtp_url) = smtp_url.map(str::trim).filter(|url| !url.is_empty()) else { return Ok(None) };
    let bad =
        || Failure::new("GUANXI_SMTP_URL is not a mail server address like smtps://user:password@mail.example.com.");
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url).map_err(|_| bad())?;
    let tls = encryption(smtp_url).map_err(|_| bad())?;
    Ok(Some(tls.into_iter().fold(builder, AsyncSmtpTransportBuilder::tls).build()))
}

/// What an address says of encryption, as the library reads it, with the authorities of one's own.
fn encryption(smtp_url: &str) -> Result<Option<Tls>, Box<dyn Error>> {
    let url = url::Url::parse(smtp_url)?;
    let how = url.query_pairs().find_map(|(name, value)| (name == "tls").then_some(value));
    let parameters = || post::parameters(url.host_str().unwrap_or_default());
    Ok(match (url.scheme(), how.as_deref()) {
        ("smtps", _) => Some(Tls::Wrapper(parameters()?)),
        (_, Some("required")) => Some(Tls::Required(parameters()?)),
        (_, Some("opportunistic")) => Some(Tls::Opportunistic(parameters()?)),
        _ => None,
    })
}

/// How pages send mail. Without a way out the log says that a mail was not sent, and nothing of what was in it.
pub(crate) fn outgoing(base_url: &str, way_out: Option<Transport>, from: Option<&str>) -> Result<Outgoing, Failure> {
    let host = checked_host(base_url)?;
    let tried = way_out.clone();
    let own = way_out.map(|way| sender(from, &host).map(|from| (way, from))).transpose()?;
    let reaches = own.is_some();
    let outgoing = Outgoing::new(base_url, move |letter| {
        let subject = letter.subject.clone();
        match routed(own.as_ref(), letter) {
            Some((way, written)) => drop(tokio::spawn(send(way, written))),
            None => tracing::warn!(%subject, "a mail was not sent: GUANXI_SMTP_URL is not set"),
        }
    });
    let outgoing = if reaches { outgoing } else { outgoing.without_server() };
    Ok(outgoing.trying(move |account| Box::pin(post::check(account, tried.clone()))))
}

/// A letter with its way out: by the mailbox that it comes from, else as the installation's.
fn routed(own: Option<&(Transport, Mailbox)>, letter: Letter) -> Option<(Transport, Written)> {
    let by_mailbox = letter.by.as_deref().and_then(|by| {
        let way = post::way_of(&by.account, own.map(|(way, _)| way))?;
        Some((way, by.letter.clone()))
    });
    let (way, head) = by_mailbox.or_else(|| own.map(|(way, from)| (way.clone(), head(from))))?;
    Some((way, filled(head, letter)))
}

/// What a letter says, and to whom.
fn filled(head: Written, letter: Letter) -> Written {
    let Letter { to, name, subject, text, html, by: _ } = letter;
    Written { to: vec![Person::new(name, to)], subject, text, html, ..head }
}

/// The head of a letter of the installation. Mail servers take letters without an id for spam, and may give each try another one.
fn head(from: &Mailbox) -> Written {
    let person = Person::new(from.name.clone().unwrap_or_default(), from.email.to_string());
    let message_id = format!("{}@{}", Uuid::now_v7(), from.email.domain());
    Written { message_id, reply_to: person.clone(), from: person, ..Written::default() }
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

async fn send(way: Transport, letter: Written) {
    let message = match post::message(&letter) {
        Ok(message) => message,
        Err(fault) => return tracing::error!(%fault, "a mail could not be written"),
    };
    for pause in PAUSES.into_iter().map(Some).chain([None]) {
        match (way.send(message.clone()).await, pause) {
            (Ok(_), _) => return tracing::debug!("a mail was sent"),
            (Err(fault), Some(pause)) if !fault.is_permanent() => {
                tracing::warn!(%fault, "a mail could not be sent, trying again");
                tokio::time::sleep(pause).await;
            }
            (Err(fault), _) => return tracing::error!(%fault, "a mail could not be sent"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A letter of the installation as it goes over the wire.
    fn written(letter: Letter) -> Vec<u8> {
        let from = sender(None, "crm.example.com").unwrap();
        post::message(&filled(head(&from), letter)).unwrap().formatted()
    }

    #[test]
    fn a_letter_becomes_a_mail_in_both_languages() {
        let letter = Letter {
            to: "li@example.com".into(),
            name: "李雷".into(),
            subject: "设置新的密码".into(),
            text: "你好\n\nhttps://crm.example.com/reset?token=x".into(),
            ..Letter::default()
        };
        let text = String::from_utf8(written(letter)).unwrap();
        assert!(text.contains("guanxi@crm.example.com") && text.contains("li@example.com"));
    }

    #[test]
    fn a_letter_has_an_id_of_its_own_and_says_how_it_is_written() {
        let letter = Letter {
            to: "li@example.com".into(),
            subject: "请评价我们的服务".into(),
            text: "您好".into(),
            ..Letter::default()
        };
        let (first, second) = (written(letter.clone()), written(letter.clone()));
        let head = String::from_utf8(first.clone()).unwrap();
        for field in ["MIME-Version: 1.0\r\n", "Message-ID: <", "Date: ", "Content-Type: text/plain; charset=utf-8\r\n"]
        {
            assert_eq!(head.matches(field).count(), 1, "{field}: {head}");
        }
        let (first, second) = (store::mail::read(&first), store::mail::read(&second));
        assert!(first.message_id.ends_with("@crm.example.com"), "{}", first.message_id);
        assert_ne!(first.message_id, second.message_id);
        assert_eq!(first.text.trim(), "您好");
        // What has more to show has both.
        let both = written(Letter { html: Some("<p>您好 <b>Li</b></p>".into()), ..letter });
        assert!(String::from_utf8_lossy(&both).contains("multipart/alternative"));
        let both = store::mail::read(&both);
        assert_eq!(both.text.trim(), "您好");
        assert!(both.html.is_some_and(|html| html.contains("<b>Li</b>")));
    }

    #[test]
    fn settings_that_do_not_fit_are_named() {
        assert!(outgoing("crm.example.com", None, None).err().unwrap().to_string().contains("GUANXI_BASE_URL"));
        assert!(way_out(Some("nonsense")).err().unwrap().to_string().contains("GUANXI_SMTP_URL"));
        assert!(way_out(Some(" ")).unwrap().is_none());
        assert!(sender(Some("nobody"), "a.test").err().unwrap().to_string().contains("GUANXI_MAIL_FROM"));
    }

    #[test]
    fn an_address_says_how_mail_is_encrypted() {
        let how = |address: &str| encryption(address).unwrap();
        assert!(matches!(how("smtps://mx.test"), Some(Tls::Wrapper(_))));
        assert!(matches!(how("smtp://mx.test?tls=required"), Some(Tls::Required(_))));
        assert!(matches!(how("smtp://mx.test?tls=opportunistic"), Some(Tls::Opportunistic(_))));
        assert!(how("smtp://mx.test").is_none());
    }
}
