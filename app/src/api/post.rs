//! Mail as a way to the service desk: mailboxes' passwords and states, letters that could not be taken in. Mailboxes are
//! records and go through [`super::records`].

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::post::{AsideContent, AsideLetter, MailboxState, Tried};
use uuid::Uuid;

use super::Fault;

/// How the mailboxes are.
#[server(prefix = "/api/fn", endpoint = "mailbox_states", input = Json, output = Json)]
pub async fn mailbox_states() -> Result<Vec<MailboxState>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.mailbox_states(&actor).await?)
}

/// Keeps the password of a mailbox. There is no way to read it again.
#[server(prefix = "/api/fn", endpoint = "set_mailbox_password", input = Json, output = Json)]
pub async fn set_mailbox_password(id: Uuid, password: String) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.set_mailbox_password(&actor, id, &password).await?)
}

/// Tries whether mail can be fetched and sent with a mailbox's settings.
#[server(prefix = "/api/fn", endpoint = "try_mailbox", input = Json, output = Json)]
pub async fn try_mailbox(id: Uuid) -> Result<Tried, Fault> {
    let (store, actor) = super::acting()?;
    let account = store.mailbox_account(&actor, id).await?;
    let outgoing: super::outgoing::Outgoing = expect_context();
    Ok(outgoing.try_out(account).await)
}

/// The letters that could not be taken in, the newest first.
#[server(prefix = "/api/fn", endpoint = "letters_aside", input = Json, output = Json)]
pub async fn letters_aside() -> Result<Vec<AsideLetter>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.letters_aside(&actor).await?)
}

/// What a letter says that could not be taken in.
#[server(prefix = "/api/fn", endpoint = "letter_aside", input = Json, output = Json)]
pub async fn letter_aside(id: Uuid) -> Result<AsideContent, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.letter_aside(&actor, id).await?)
}

/// Tries again to take a letter in.
#[server(prefix = "/api/fn", endpoint = "try_letter_again", input = Json, output = Json)]
pub async fn try_letter_again(id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.try_letter_again(&actor, id).await?)
}

/// Throws a letter away that could not be taken in.
#[server(prefix = "/api/fn", endpoint = "discard_letter", input = Json, output = Json)]
pub async fn discard_letter(id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.discard_letter(&actor, id).await?)
}

/// Sends an answer again that did not arrive.
#[server(prefix = "/api/fn", endpoint = "send_again", input = Json, output = Json)]
pub async fn send_again(message_id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.send_again(&actor, message_id).await?)
}
