//! Mail on its way out: pages say what, the server knows how.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use shared::i18n::{Locale, translate};
use shared::post::{PostFault, Tried};
use store::post::{Account, ByMailbox};
use uuid::Uuid;

/// A mail that the server writes by itself.
#[derive(Clone, Default)]
pub struct Letter {
    /// Address.
    pub to: String,
    /// Name of the person.
    pub name: String,
    /// Subject line.
    pub subject: String,
    /// Body. It carries links that let people in: never log it.
    pub text: String,
    /// The same with links to press, for programs that show it.
    pub html: Option<String>,
    /// The mailbox that it comes from; otherwise it comes from the installation.
    pub by: Option<Box<ByMailbox>>,
}

/// Where links lead and how mail leaves; the server provides it as context.
#[derive(Clone)]
pub struct Outgoing {
    base_url: String,
    /// There is a mail server.
    reaches: bool,
    send: Arc<dyn Fn(Letter) + Send + Sync>,
    try_out: Arc<dyn Fn(Account) -> Trying + Send + Sync>,
}

/// A mailbox that is being tried.
pub type Trying = Pin<Box<dyn Future<Output = Tried> + Send>>;

impl Outgoing {
    /// `base_url` is the address people reach this server at; `send` must return at once.
    pub fn new(base_url: impl Into<String>, send: impl Fn(Letter) + Send + Sync + 'static) -> Self {
        let base_url = base_url.into().trim_end_matches('/').to_owned();
        let nowhere = || Some(PostFault::NoWayOut.code().to_owned());
        let try_out =
            move |_: Account| -> Trying { Box::pin(async move { Tried { incoming: nowhere(), outgoing: nowhere() } }) };
        Self { base_url, reaches: true, send: Arc::new(send), try_out: Arc::new(try_out) }
    }

    /// The same where no mail server is named: pages promise no mail.
    #[must_use]
    pub fn without_server(self) -> Self {
        Self { reaches: false, ..self }
    }

    /// Whether what is handed over for sending has a chance to arrive.
    pub fn reaches(&self) -> bool {
        self.reaches
    }

    /// The same, with a way to try whether mail can be fetched and sent with a mailbox's settings.
    #[must_use]
    pub fn trying(self, try_out: impl Fn(Account) -> Trying + Send + Sync + 'static) -> Self {
        Self { try_out: Arc::new(try_out), ..self }
    }

    /// Tries whether mail can be fetched and sent with a mailbox's settings.
    pub async fn try_out(&self, account: Account) -> Tried {
        (self.try_out)(account).await
    }

    /// Whether browsers reach us over TLS, so that cookies may insist on it.
    pub fn is_secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The link with which somebody sets a new password.
    pub fn reset_link(&self, token: &str) -> String {
        format!("{}/reset?token={token}", self.base_url)
    }

    /// The link with which somebody accepts an invitation.
    pub fn invitation_link(&self, token: &str) -> String {
        format!("{}/invitation?token={token}", self.base_url)
    }

    /// The page of a ticket, for colleagues.
    pub fn ticket_link(&self, id: Uuid) -> String {
        format!("{}/tickets/{id}", self.base_url)
    }

    /// A page of an organisation's public ones; `rest` begins with a slash or is empty.
    pub fn portal_link(&self, slug: &str, rest: &str) -> String {
        format!("{}/portal/{slug}{rest}", self.base_url)
    }

    /// Hands a mail over for sending.
    pub fn send(&self, letter: Letter) {
        (self.send)(letter);
    }

    /// Hands a mail of the catalogs (`sign_in.mail.<kind>_subject`, `_text`) over for sending.
    pub(crate) fn post(&self, locale: Locale, kind: &str, to: (&str, &str), params: &[(&str, &str)]) {
        let part = |part: &str| translate(locale, &format!("sign_in.mail.{kind}_{part}"), params);
        let (address, name) = to;
        let (subject, text) = (part("subject"), part("text"));
        (self.send)(Letter { to: address.into(), name: name.into(), subject, text, ..Letter::default() });
    }
}
