//! What colleagues are told of mail: notes in the ticket, naming who works it.

use serde_json::json;
use shared::Result;
use shared::command::{Change, Command, Source};
use shared::i18n::{Locale, translate};
use shared::post::Notice;
use shared::types::TICKET_MESSAGE;
use uuid::Uuid;

use super::bounded;
use super::said::paragraph;
use crate::error::from_sqlx;
use crate::intake::values;
use crate::mail::auto::Bounce;
use crate::pool::Tx;

/// What a note about mail is worded for: the organisation's language, and who works the ticket.
pub(super) async fn readers(tx: &mut Tx, ticket_id: Option<Uuid>) -> Result<(Locale, Option<Uuid>)> {
    let found: Option<(String, Option<Uuid>)> = sqlx::query_as(
        "select o.locale, (select t.owner_id from tickets t where t.org_id = o.org_id and t.id = $2)
         from organisations o where o.org_id = $1 and o.id = $1",
    )
    .bind(tx.org_id)
    .bind(ticket_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let (locale, owner) = found.unwrap_or_default();
    Ok((Locale::parse(&locale).unwrap_or_default(), owner))
}

/// A note by the desk itself. Readers are told in their own language what its code says; its text, in the organisation's, is for
/// programs and for search.
pub(super) fn note(ticket_id: Uuid, (locale, owner): (Locale, Option<Uuid>), (notice, why): (Notice, &str)) -> Command {
    let mut fields = values(json!({
        "ticket_id": ticket_id, "kind": "note", "direction": "outbound", "channel": "email",
        "content": paragraph(&notice.told(locale, why, "")), "notice": bounded(&notice.with(why), 500),
        "author_name": translate(locale, "mail.desk", &[]),
        "mention_ids": owner.map(|owner| vec![owner]),
    }));
    fields.insert("owner_id".into(), serde_json::Value::Null);
    let create = Change::Create { id: Uuid::now_v7(), values: fields };
    Command { source: Source::Mail, ..Command::one(TICKET_MESSAGE.name, create) }
}

/// Why something did not arrive, in a line; what servers say is theirs.
pub(super) fn why(bounce: &Bounce) -> String {
    let lines = bounce.failed.iter().map(|failed| {
        let parts = [&failed.address, &failed.status, &failed.reason];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    });
    bounded(&lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; "), 500)
}
