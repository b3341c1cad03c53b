//! Asking how it went, once a ticket is done.

use shared::Result;
use shared::i18n::Locale;
use uuid::Uuid;

use super::Portal;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::telling::ToTell;

/// Most tickets asked about at a time.
const AT_ONCE: i64 = 200;

/// A mail that asks how a ticket went.
#[derive(Clone, Debug)]
pub struct SatisfactionMail {
    /// Whose public pages take the answer.
    pub portal: Portal,
    /// Address.
    pub to: String,
    /// Name of the customer, if known.
    pub name: Option<String>,
    /// Language of the survey.
    pub locale: Locale,
    /// What is asked.
    pub question: String,
    /// What is measured.
    pub kind: String,
    /// Number of the ticket.
    pub number: String,
    /// What it was about.
    pub subject: String,
    /// Goes into the link.
    pub token: String,
}

#[derive(sqlx::FromRow)]
struct Due {
    ticket_id: Uuid,
    survey_id: Uuid,
    number: Option<String>,
    subject: String,
    name: Option<String>,
    email: String,
    locale: String,
    question: String,
    kind: String,
}

impl Store {
    /// The mails to send to customers whose tickets were solved or closed and who were not asked yet, in all organisations
    /// with public pages. Who is given here counts as asked, so that nobody is ever asked twice, whatever becomes of the
    /// mail. To be run every few seconds by every server; one of them finds them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn satisfaction_due(&self) -> Result<Vec<SatisfactionMail>> {
        Ok(self.mails_due::<Due>(&self.portals().await?).await)
    }
}

impl ToTell for Due {
    const KIND: &'static str = "satisfaction";
    type Place = Portal;
    type Mail = SatisfactionMail;

    fn org_id(portal: &Portal) -> Uuid {
        portal.org_id
    }

    async fn find(tx: &mut Tx, portal: &Portal) -> Result<Vec<Self>> {
        due(tx, portal).await
    }

    async fn claim(tx: &mut Tx, due: Vec<Self>) -> Result<Vec<Self>> {
        let asked = note(tx, &due).await?;
        Ok(due.into_iter().filter(|due| asked.contains(&due.ticket_id)).collect())
    }

    async fn mail(self, store: &Store, portal: &Portal) -> Result<Option<SatisfactionMail>> {
        Ok(Some(SatisfactionMail {
            token: store.survey_token(portal.org_id, self.ticket_id, self.survey_id).await?,
            portal: portal.clone(),
            to: self.email,
            name: self.name,
            locale: Locale::parse(&self.locale).unwrap_or_default(),
            question: self.question,
            kind: self.kind,
            number: self.number.unwrap_or_default(),
            subject: self.subject,
        }))
    }
}

/// Tickets that were done within the last week but not this very moment, lest somebody takes it back; and after the survey
/// was made, lest a new one asks about the past.
async fn due(tx: &mut Tx, portal: &Portal) -> Result<Vec<Due>> {
    sqlx::query_as(
        "select distinct on (t.id) t.id as ticket_id, s.id as survey_id, t.number, t.subject, s.locale, s.question, s.kind,
                coalesce(t.requester_name, c.name) as name, coalesce(t.requester_email, c.emails[1]) as email
         from tickets t
         join queues q on q.org_id = t.org_id and q.id = t.queue_id and q.ask_satisfaction
         join surveys s on s.org_id = t.org_id and s.on_close and s.active and s.archived_at is null
              and s.locale = coalesce(t.locale, $2) and t.solved_at >= s.created_at
         left join contacts c on c.org_id = t.org_id and c.id = t.contact_id and c.archived_at is null
         where t.org_id = $1 and t.status in ('solved', 'closed') and t.archived_at is null and t.duplicate_of_id is null
           and t.solved_at > now() - interval '7 days' and t.solved_at <= now() - interval '30 seconds'
           and coalesce(t.requester_email, c.emails[1]) is not null
           and not exists (select from satisfaction_requests r where r.org_id = t.org_id and r.ticket_id = t.id)
         order by t.id, s.kind = 'csat' desc, s.id limit $3",
    )
    .bind(tx.org_id)
    .bind(portal.locale.code())
    .bind(AT_ONCE)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

async fn note(tx: &mut Tx, due: &[Due]) -> Result<Vec<Uuid>> {
    let tickets: Vec<Uuid> = due.iter().map(|due| due.ticket_id).collect();
    let surveys: Vec<Uuid> = due.iter().map(|due| due.survey_id).collect();
    let responses: Vec<Uuid> = due.iter().map(|_| Uuid::now_v7()).collect();
    sqlx::query_scalar(
        "insert into satisfaction_requests (org_id, ticket_id, survey_id, response_id)
         select $1, d.ticket, d.survey, d.response from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as d (ticket, survey, response)
         on conflict do nothing returning ticket_id",
    )
    .bind(tx.org_id)
    .bind(tickets)
    .bind(surveys)
    .bind(responses)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}
