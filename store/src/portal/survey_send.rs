//! Sending a survey to one person, because a colleague wants to know.

use shared::access::Actor;
use shared::i18n::Locale;
use shared::record::texts;
use shared::types::{CONTACT, CUSTOMER, SURVEY, Survey};
use shared::{Error, RecordDef, Result, Row};
use uuid::Uuid;

use super::{Portal, SatisfactionMail};
use crate::error::from_sqlx;
use crate::locks::nobody_else;
use crate::pool::{DbRole, Store, Tx};
use crate::telling::ToTell;

/// Most letters at a time.
const AT_ONCE: i64 = 200;

/// Somebody who is asked.
struct Asked<'a> {
    survey_id: Uuid,
    /// It asks for a recommendation.
    recommends: bool,
    contact_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    email: &'a str,
}

impl Store {
    /// Has a survey mailed to a contact or a customer, with a link of their own. The server that looks next for surveys to send
    /// mails it. `again` asks somebody who was asked lately all the same.
    ///
    /// # Errors
    /// `NotFound` for what the actor may not read, `Forbidden` without the right to change the person, and by field what is in
    /// the way: `survey_inactive` and `no_portal` on `survey_id`; `no_email`, `no_consent` and `asked_lately` on `id`.
    pub async fn send_survey(
        &self,
        actor: &Actor,
        survey_id: Uuid,
        (record_type, id): (&str, Uuid),
        again: bool,
    ) -> Result<()> {
        let def = [&CONTACT, &CUSTOMER].into_iter().find(|def| def.name == record_type).ok_or(Error::NotFound)?;
        let survey = self.get(actor, &SURVEY, survey_id).await?.row;
        let person = self.get(actor, def, id).await?;
        if !person.may_update {
            return Err(Error::Forbidden);
        }
        if !Survey(&survey.values).active() || !is_in_use(&survey) {
            return Err(Error::invalid("survey_id", "survey_inactive"));
        }
        let portal = self.portals().await?.into_iter().find(|portal| portal.org_id == actor.org_id);
        let portal = portal.ok_or_else(|| Error::invalid("survey_id", "no_portal"))?;
        let asked = Asked {
            survey_id,
            recommends: Survey(&survey.values).kind() == Some("nps"),
            contact_id: is(def, &CONTACT).then_some(id),
            customer_id: is(def, &CUSTOMER).then_some(id),
            email: reachable(&person.row)?,
        };
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        // One after the other: of two who press at once the second one is told that it was sent.
        nobody_else(&mut tx, Invited::KIND).await?;
        if !again && asked.lately(&mut tx).await? {
            return Err(Error::invalid("id", "asked_lately"));
        }
        asked.invite(&mut tx, portal.locale).await?;
        tx.commit().await
    }
}

fn is(def: &RecordDef, other: &RecordDef) -> bool {
    def.name == other.name
}

fn is_in_use(row: &Row) -> bool {
    row.text("archived_at").is_none()
}

/// The address that letters about surveys go to, if the person agreed to be mailed.
fn reachable(person: &Row) -> Result<&str> {
    let email = texts(&person.values, "emails").next().filter(|_| is_in_use(person));
    let email = email.ok_or_else(|| Error::invalid("id", "no_email"))?;
    let agreed = texts(&person.values, "consent").any(|channel| channel == "email");
    if agreed { Ok(email) } else { Err(Error::invalid("id", "no_consent")) }
}

impl Asked<'_> {
    /// Whether they got this survey, or were asked for a recommendation, within 90 days: by hand or after a ticket.
    async fn lately(&self, tx: &mut Tx) -> Result<bool> {
        sqlx::query_scalar(
            "select exists (select from survey_invitations i where i.org_id = $1 and i.survey_id = $2
                            and (i.contact_id = $3 or i.customer_id = $4) and i.asked_at > now() - interval '90 days')
                 or exists (select from tickets t join satisfaction_requests q on q.org_id = t.org_id and q.ticket_id = t.id
                            where t.org_id = $1 and (t.requester_email = $5 or t.contact_id = $3) and q.survey_id = $2
                            and q.asked_at > now() - interval '90 days')
                 or $6 and exists (select from recommendations_asked r where r.org_id = $1
                                   and r.person = guanxi_person($1, $5) and r.asked_at > now() - interval '90 days')",
        )
        .bind(tx.org_id)
        .bind(self.survey_id)
        .bind(self.contact_id)
        .bind(self.customer_id)
        .bind(self.email)
        .bind(self.recommends)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// Notes that they are to be asked, in the language of their last ticket, else in that of the organisation.
    async fn invite(&self, tx: &mut Tx, locale: Locale) -> Result<()> {
        sqlx::query(
            "insert into survey_invitations (org_id, id, survey_id, contact_id, customer_id, locale)
             select $1, $2, $3, $4, $5, coalesce(
                 (select t.locale from tickets t where t.org_id = $1 and (t.contact_id = $4 or t.customer_id = $5)
                  and t.locale is not null order by t.id desc limit 1), $6)",
        )
        .bind(tx.org_id)
        .bind(Uuid::now_v7())
        .bind(self.survey_id)
        .bind(self.contact_id)
        .bind(self.customer_id)
        .bind(locale.code())
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if self.recommends { self.remember(tx).await } else { Ok(()) }
    }

    /// Notes that they are asked for a recommendation, lest a ticket asks them again.
    async fn remember(&self, tx: &mut Tx) -> Result<()> {
        sqlx::query(
            "insert into recommendations_asked (org_id, person) values ($1, guanxi_person($1, $2))
             on conflict (org_id, person) do update set asked_at = excluded.asked_at",
        )
        .bind(tx.org_id)
        .bind(self.email)
        .execute(&mut *tx.inner)
        .await
        .map(drop)
        .map_err(from_sqlx)
    }
}

/// A letter to somebody who is asked.
#[derive(sqlx::FromRow)]
pub(super) struct Invited {
    id: Uuid,
    survey_id: Uuid,
    name: Option<String>,
    email: String,
    locale: String,
    question: String,
    kind: String,
}

impl ToTell for Invited {
    const KIND: &'static str = "invited";
    type Place = Portal;
    type Mail = SatisfactionMail;

    fn org_id(portal: &Portal) -> Uuid {
        portal.org_id
    }

    async fn find(tx: &mut Tx, _: &Portal) -> Result<Vec<Self>> {
        sqlx::query_as(
            "select i.id, i.survey_id, coalesce(c.name, k.name) as name, coalesce(c.emails[1], k.emails[1]) as email, s.kind,
                    case when s.other_question is null then s.locale else i.locale end as locale,
                    case when s.locale = i.locale then s.question else coalesce(s.other_question, s.question) end as question
             from survey_invitations i
             join surveys s on s.org_id = i.org_id and s.id = i.survey_id and s.active and s.archived_at is null
             left join contacts c on c.org_id = i.org_id and c.id = i.contact_id and c.archived_at is null
             left join customers k on k.org_id = i.org_id and k.id = i.customer_id and k.archived_at is null
             where i.org_id = $1 and i.told_at is null and i.asked_at > now() - interval '1 day'
               and coalesce(c.emails[1], k.emails[1]) is not null
             order by i.id limit $2",
        )
        .bind(tx.org_id)
        .bind(AT_ONCE)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    async fn claim(tx: &mut Tx, due: Vec<Self>) -> Result<Vec<Self>> {
        sqlx::query("update survey_invitations set told_at = now() where org_id = $1 and id = any($2)")
            .bind(tx.org_id)
            .bind(due.iter().map(|due| due.id).collect::<Vec<_>>())
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(due)
    }

    async fn mail(self, store: &Store, portal: &Portal) -> Result<Option<SatisfactionMail>> {
        Ok(Some(SatisfactionMail {
            token: store.survey_token(portal.org_id, self.id, self.survey_id).await?,
            by: None,
            portal: portal.clone(),
            to: self.email,
            name: self.name,
            locale: Locale::parse(&self.locale).unwrap_or_default(),
            question: self.question,
            kind: self.kind,
            ticket: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_who_has_an_address_and_agreed_is_mailed() {
        let told = |fields: Value| {
            let values = fields.as_object().cloned().unwrap_or_default();
            reachable(&Row { id: Uuid::nil(), version: 1, values }).map(str::to_owned)
        };
        let li = json!(["li@example.com", "li@example.org"]);
        assert_eq!(told(json!({"emails": li, "consent": ["sms", "email"]})), Ok("li@example.com".to_owned()));
        assert_eq!(told(json!({"emails": li, "consent": ["sms"]})), Err(Error::invalid("id", "no_consent")));
        assert_eq!(told(json!({"emails": li})), Err(Error::invalid("id", "no_consent")));
        assert_eq!(told(json!({"consent": ["email"]})), Err(Error::invalid("id", "no_email")));
        let archived = json!({"emails": li, "consent": ["email"], "archived_at": "2026-11-01T00:00:00Z"});
        assert_eq!(told(archived), Err(Error::invalid("id", "no_email")));
    }
}
