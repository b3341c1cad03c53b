//! Telling colleagues by mail that they were named in a ticket, where they have not looked at it since.

use shared::i18n::Locale;
use shared::record::rich;
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{Error, Result, Row};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::telling::ToTell;

/// Most mentions of an organisation that are told of at a time.
const AT_ONCE: i64 = 200;
/// Most of a message that the mail repeats, in characters.
const REPEATED: usize = 5_000;

/// A mail that says that somebody was named in a ticket.
#[derive(Clone, Debug)]
pub struct MentionMail {
    /// Address.
    pub to: String,
    /// Who was named.
    pub name: String,
    /// Their language.
    pub locale: Locale,
    /// Who named them.
    pub author: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// What was said, as plain text.
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct Due {
    message_id: Uuid,
    ticket_id: Uuid,
    user_id: Uuid,
    name: String,
    email: String,
    locale: String,
    author: String,
}

impl Store {
    /// The mails to send to colleagues who were named in a ticket and have neither looked at it nor taken part in it since, in
    /// all organisations. Each mention is given once, whatever becomes of the mail, and only to whoever may read it. To be run
    /// by every server; one of them finds them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mentions_due(&self) -> Result<Vec<MentionMail>> {
        let organisations: Vec<Uuid> = self.administrators().await?.into_iter().map(|one| one.org_id).collect();
        Ok(self.mails_due::<Due>(&organisations).await)
    }
}

impl ToTell for Due {
    const KIND: &'static str = "mentions";
    type Place = Uuid;
    type Mail = MentionMail;

    fn org_id(organisation: &Uuid) -> Uuid {
        *organisation
    }

    async fn find(tx: &mut Tx, _: &Uuid) -> Result<Vec<Self>> {
        due(tx).await
    }

    async fn claim(tx: &mut Tx, due: Vec<Self>) -> Result<Vec<Self>> {
        let told = note(tx, &due).await?;
        Ok(due.into_iter().filter(|due| told.contains(&(due.message_id, due.user_id))).collect())
    }

    /// As far as the one who gets it may read what it tells.
    async fn mail(self, store: &Store, organisation: &Uuid) -> Result<Option<MentionMail>> {
        // Who has the ticket open has seen it come.
        if store.is_viewing(*organisation, self.ticket_id, self.user_id) {
            return Ok(None);
        }
        let actor = match store.actor(*organisation, self.user_id).await {
            Err(Error::Unauthenticated) => return Ok(None),
            actor => actor?,
        };
        let message = readable(store.get(&actor, &TICKET_MESSAGE, self.message_id).await.map(|detail| detail.row))?;
        let ticket = readable(store.get(&actor, &TICKET, self.ticket_id).await.map(|detail| detail.row))?;
        let (Some(message), Some(ticket)) = (message, ticket) else { return Ok(None) };
        let text = |row: &Row, field: &str| row.text(field).unwrap_or_default().to_owned();
        Ok(Some(MentionMail {
            to: self.email,
            name: self.name,
            locale: Locale::parse(&self.locale).unwrap_or_default(),
            author: self.author,
            ticket_id: self.ticket_id,
            number: text(&ticket, "number"),
            subject: text(&ticket, "subject"),
            text: rich::to_text(&text(&message, "content")).chars().take(REPEATED).collect(),
        }))
    }
}

/// Nothing for what may not be read.
fn readable(found: Result<Row>) -> Result<Option<Row>> {
    match found {
        Err(Error::NotFound | Error::Forbidden) => Ok(None),
        found => found.map(Some),
    }
}

/// Mentions of the last day by people, but not of this very minute: who looks at the ticket, or answers, needs no mail. None that
/// were brought in with an older time.
async fn due(tx: &mut Tx) -> Result<Vec<Due>> {
    sqlx::query_as(
        "select m.id as message_id, t.id as ticket_id, u.id as user_id, u.name, u.email, coalesce(u.locale, o.locale) as locale,
                a.name as author
         from ticket_messages m
         cross join lateral (select distinct id from unnest(m.mention_ids) id) named
         join users u on u.org_id = m.org_id and u.id = named.id and u.active and u.archived_at is null and u.email is not null
         join users a on a.org_id = m.org_id and a.id = m.created_by and a.id <> u.id
         join tickets t on t.org_id = m.org_id and t.id = m.ticket_id and t.archived_at is null
         join organisations o on o.org_id = m.org_id and o.id = m.org_id
         where m.org_id = $1 and m.mention_ids is not null and m.archived_at is null
           and m.created_at between now() - interval '1 day' and now() - interval '60 seconds'
           and m.said_at > m.created_at - interval '1 minute'
           and exists (select from audit_entries w where w.org_id = $1 and w.record_id = m.id and w.action = 'create'
                       and w.source in ('web', 'api'))
           and not exists (select from mentions_told d where d.org_id = $1 and d.message_id = m.id and d.user_id = u.id)
           and not exists (select from visits v where v.org_id = $1 and v.user_id = u.id and v.record_id = t.id
                           and v.last_at > m.created_at)
           and not exists (select from ticket_messages s where s.org_id = $1 and s.ticket_id = t.id and s.created_by = u.id
                           and s.created_at > m.created_at)
           and not exists (select from audit_entries e where e.org_id = $1 and e.record_id = t.id and e.actor_id = u.id
                           and e.at > m.created_at)
         order by m.created_at, m.id, u.id limit $2",
    )
    .bind(tx.org_id)
    .bind(AT_ONCE)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Those of them that no other server has taken: they count as told from now on.
async fn note(tx: &mut Tx, due: &[Due]) -> Result<Vec<(Uuid, Uuid)>> {
    let messages: Vec<Uuid> = due.iter().map(|due| due.message_id).collect();
    let users: Vec<Uuid> = due.iter().map(|due| due.user_id).collect();
    sqlx::query_as(
        "insert into mentions_told (org_id, message_id, user_id)
         select $1, d.message, d.named from unnest($2::uuid[], $3::uuid[]) as d (message, named)
         on conflict do nothing returning message_id, user_id",
    )
    .bind(tx.org_id)
    .bind(messages)
    .bind(users)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
