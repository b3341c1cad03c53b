//! Telling customers that there is an answer, where no mailbox sends it to them.

use shared::Result;
use shared::i18n::Locale;
use shared::record::rich;
use shared::types::MAILED_CHANNELS;
use uuid::Uuid;

use super::Portal;
use crate::desk::TAKEN_BACK_WITHIN;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::telling::ToTell;

/// Names this kind of mail.
pub(crate) const ANSWERS: &str = "answers";
/// Most answers told of at a time.
const AT_ONCE: i64 = 200;
/// Most of an answer that the mail repeats, in characters.
const REPEATED: usize = 5_000;

/// A mail that says that there is an answer.
#[derive(Clone, Debug)]
pub struct AnswerMail {
    /// Whose public pages show it.
    pub portal: Portal,
    /// Address.
    pub to: String,
    /// Name of the customer, if known.
    pub name: Option<String>,
    /// Language of the ticket.
    pub locale: Locale,
    /// Number of the ticket.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// The answer, as plain text.
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct Due {
    message_id: Uuid,
    number: String,
    subject: String,
    name: Option<String>,
    email: String,
    locale: String,
    content: String,
}

impl Store {
    /// The mails to send about answers that nobody was told of yet, in all organisations that have public pages and no
    /// mailbox. Each answer is given once, whatever becomes of the mail. To be run by every server; one of them finds them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answers_due(&self) -> Result<Vec<AnswerMail>> {
        Ok(self.mails_due::<Due>(&self.portals().await?).await)
    }
}

impl ToTell for Due {
    const KIND: &'static str = ANSWERS;
    type Place = Portal;
    type Mail = AnswerMail;

    fn org_id(portal: &Portal) -> Uuid {
        portal.org_id
    }

    async fn find(tx: &mut Tx, portal: &Portal) -> Result<Vec<Self>> {
        due(tx, portal).await
    }

    async fn claim(tx: &mut Tx, due: Vec<Self>) -> Result<Vec<Self>> {
        let told = note(tx, &due).await?;
        Ok(due.into_iter().filter(|due| told.contains(&due.message_id)).collect())
    }

    async fn mail(self, _: &Store, portal: &Portal) -> Result<Option<AnswerMail>> {
        Ok(Some(AnswerMail {
            portal: portal.clone(),
            to: self.email,
            name: self.name,
            locale: Locale::parse(&self.locale).unwrap_or_default(),
            number: self.number,
            subject: self.subject,
            text: rich::to_text(&self.content).chars().take(REPEATED).collect(),
        }))
    }
}

/// Answers of the last day that nobody takes back any more; none that were brought in with an older time.
async fn due(tx: &mut Tx, portal: &Portal) -> Result<Vec<Due>> {
    sqlx::query_as(
        "select m.id as message_id, t.number, t.subject, coalesce(t.locale, $2) as locale,
                coalesce(m.content, '') as content, coalesce(t.requester_name, c.name) as name,
                coalesce(t.requester_email, c.emails[1]) as email
         from ticket_messages m
         join tickets t on t.org_id = m.org_id and t.id = m.ticket_id and t.archived_at is null
         left join contacts c on c.org_id = t.org_id and c.id = t.contact_id and c.archived_at is null
         where m.org_id = $1 and m.kind = 'reply' and m.direction = 'outbound' and m.archived_at is null and m.apart_from is null
           and m.created_at between now() - interval '1 day' and now() - make_interval(secs => $5)
           and m.said_at > m.created_at - interval '1 minute'
           and exists (select from audit_entries w where w.org_id = $1 and w.record_id = m.id and w.action = 'create'
                       and w.source in ('web', 'api'))
           and m.channel = any($3) and t.number is not null and coalesce(t.requester_email, c.emails[1]) is not null
           and not exists (select from mailboxes b where b.org_id = $1 and b.active and b.archived_at is null)
           and not exists (select from letters_out l where l.org_id = $1 and l.message_id = m.id)
           and not exists (select from answers_told a where a.org_id = $1 and a.message_id = m.id)
         order by m.said_at, m.id limit $4",
    )
    .bind(tx.org_id)
    .bind(portal.locale.code())
    .bind(MAILED_CHANNELS)
    .bind(AT_ONCE)
    .bind(TAKEN_BACK_WITHIN)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

async fn note(tx: &mut Tx, due: &[Due]) -> Result<Vec<Uuid>> {
    let messages: Vec<Uuid> = due.iter().map(|due| due.message_id).collect();
    sqlx::query_scalar(
        "insert into answers_told (org_id, message_id) select $1, unnest($2::uuid[])
         on conflict do nothing returning message_id",
    )
    .bind(tx.org_id)
    .bind(messages)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
