//! Asking how it went, once a ticket is done.

use shared::Result;
use shared::i18n::Locale;
use uuid::Uuid;

use super::Portal;
use super::survey_send::Invited;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::post::ByMailbox;
use crate::telling::ToTell;

/// Most tickets asked about at a time.
const AT_ONCE: i64 = 200;

/// A mail that asks how a ticket went, or what somebody is asked by hand.
#[derive(Clone, Debug)]
pub struct SatisfactionMail {
    /// Whose public pages take the answer.
    pub portal: Portal,
    /// Address.
    pub to: String,
    /// Name of the customer, if known.
    pub name: Option<String>,
    /// Language of the customer, in which the survey is asked.
    pub locale: Locale,
    /// What is asked.
    pub question: String,
    /// What is measured.
    pub kind: String,
    /// Number of the ticket and what it was about; none where a colleague asks.
    pub ticket: Option<(String, String)>,
    /// Goes into the link.
    pub token: String,
    /// The mailbox of the conversation; none where no mailbox is in use.
    pub by: Option<ByMailbox>,
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
    /// The hash of the address.
    person: Vec<u8>,
}

impl Store {
    /// The mails to send to customers whose tickets were solved or closed and who were not asked yet, and to whom colleagues ask,
    /// in all organisations with public pages. Who is given here counts as asked, so that nobody is ever asked twice, whatever becomes of the
    /// mail. To be run every few seconds by every server; one of them finds them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn satisfaction_due(&self) -> Result<Vec<SatisfactionMail>> {
        let portals = self.portals().await?;
        let mut mails = self.mails_due::<Due>(&portals).await;
        mails.extend(self.mails_due::<Invited>(&portals).await);
        Ok(mails)
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
        let claimed: Vec<Self> = due.into_iter().filter(|due| asked.contains(&due.ticket_id)).collect();
        remember(tx, &claimed).await?;
        Ok(claimed)
    }

    async fn mail(self, store: &Store, portal: &Portal) -> Result<Option<SatisfactionMail>> {
        Ok(Some(SatisfactionMail {
            token: store.survey_token(portal.org_id, self.ticket_id, self.survey_id).await?,
            by: store.by_mailbox(portal.org_id, self.ticket_id).await?,
            portal: portal.clone(),
            to: self.email,
            name: self.name,
            locale: Locale::parse(&self.locale).unwrap_or_default(),
            question: self.question,
            kind: self.kind,
            ticket: Some((self.number.unwrap_or_default(), self.subject)),
        }))
    }
}

/// Tickets that were done within the last week but not this very moment, lest somebody takes it back; and after the survey
/// was made, lest a new one asks about the past.
///
/// Each is asked about by one letter. A recommendation is asked for once in 90 days of each person, with the last of their
/// tickets; surveys about the ticket itself take turns, where there are several.
async fn due(tx: &mut Tx, portal: &Portal) -> Result<Vec<Due>> {
    sqlx::query_as(
        "with done as (
             select t.org_id, t.id, t.number, t.subject, t.solved_at, coalesce(t.locale, $2) as locale,
                    coalesce(t.requester_name, c.name) as name, coalesce(t.requester_email, c.emails[1]) as email
             from tickets t
             join queues q on q.org_id = t.org_id and q.id = t.queue_id and q.ask_satisfaction
             left join contacts c on c.org_id = t.org_id and c.id = t.contact_id and c.archived_at is null
             where t.org_id = $1 and t.status in ('solved', 'closed') and t.archived_at is null and t.duplicate_of_id is null
               and t.solved_at > now() - interval '7 days' and t.solved_at <= now() - interval '30 seconds'
               and not exists (select from satisfaction_requests r where r.org_id = t.org_id and r.ticket_id = t.id)
               and exists (select from surveys s where s.org_id = $1 and s.on_close and s.active and s.archived_at is null)
         ), asked as (
             select d.*, guanxi_person(d.org_id, d.email) as person,
                    row_number() over (partition by lower(d.email) order by d.solved_at desc, d.id) as nth
             from done d where d.email is not null
         )
         select a.id as ticket_id, s.id as survey_id, a.number, a.subject, a.name, a.email, a.locale, s.kind, a.person,
                case when s.locale = a.locale then s.question else s.other_question end as question
         from asked a
         cross join lateral (
             select s.id, s.kind, s.locale, s.question, s.other_question
             from surveys s
             where s.org_id = a.org_id and s.on_close and s.active and s.archived_at is null and a.solved_at >= s.created_at
               and (s.locale = a.locale or s.other_question is not null)
               and (s.kind <> 'nps' or a.nth = 1 and not exists (
                   select from recommendations_asked r
                   where r.org_id = a.org_id and r.person = a.person and r.asked_at > now() - interval '90 days'))
             order by s.kind = 'nps' desc, md5(a.id::text || s.id::text) limit 1
         ) s
         order by a.solved_at, a.id limit $3",
    )
    .bind(tx.org_id)
    .bind(portal.locale.code())
    .bind(AT_ONCE)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Notes who is asked for a recommendation.
async fn remember(tx: &mut Tx, due: &[Due]) -> Result<()> {
    let people: Vec<Vec<u8>> = due.iter().filter(|due| due.kind == "nps").map(|due| due.person.clone()).collect();
    sqlx::query(
        "insert into recommendations_asked (org_id, person) select $1, unnest($2::bytea[])
         on conflict (org_id, person) do update set asked_at = excluded.asked_at",
    )
    .bind(tx.org_id)
    .bind(people)
    .execute(&mut *tx.inner)
    .await
    .map(drop)
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
