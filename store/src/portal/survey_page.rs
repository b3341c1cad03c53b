//! Answering by a mailed link, and what becomes of any answer.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::command::{Change, Command, Source};
use shared::i18n::Locale;
use shared::record::instant_text;
use shared::types::SURVEY_RESPONSE;
use shared::{Error, Result, Values};
use uuid::Uuid;

use super::survey::{Answers, AskedSurvey, COLUMNS, SurveyRow};
use super::tickets::{OWN, contact_ids};
use super::{Portal, Visitor};
use crate::auth::Limit;
use crate::error::from_sqlx;
use crate::intake::values;
use crate::pool::{DbRole, Store};

/// How long a link may be answered.
const ANSWERABLE: TimeDelta = TimeDelta::days(60);
/// How long an answer may be changed.
const CHANGEABLE: TimeDelta = TimeDelta::days(7);
/// How long a press is taken for one of several in a row, the last of which counts.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// What the codes in links are for.
const PURPOSE: &str = "survey";

/// What a link is about: a ticket, or a colleague's invitation.
#[derive(Clone, Copy)]
struct Asked {
    about: Uuid,
    survey_id: Uuid,
}

#[derive(sqlx::FromRow)]
struct Request {
    #[sqlx(flatten)]
    survey: SurveyRow,
    response_id: Uuid,
    asked_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    ticket_id: Option<Uuid>,
    number: Option<String>,
    subject: Option<String>,
    contact_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    /// Whose the one is who was invited.
    owner_id: Option<Uuid>,
    reader: Option<String>,
    score: Option<i64>,
    comment: Option<String>,
    answers: Option<Value>,
    has_answer: bool,
}

/// The requests `q` that the link `$2` of the organisation `$1` is about, with whom it is about and the ticket `t`, if that is there.
const REQUESTS: &str = "(
         select org_id, survey_id, response_id, asked_at, answered_at, ticket_id, null::uuid as contact_id,
                null::uuid as customer_id, null::uuid as owner_id, null::text as locale
         from satisfaction_requests where org_id = $1 and ticket_id = $2
         union all
         select i.org_id, i.survey_id, i.id, i.asked_at, i.answered_at, null, c.id, coalesce(k.id, c.customer_id),
                coalesce(c.owner_id, k.owner_id), i.locale
         from survey_invitations i
         left join contacts c on c.org_id = i.org_id and c.id = i.contact_id
         left join customers k on k.org_id = i.org_id and k.id = i.customer_id
         where i.org_id = $1 and i.id = $2
     ) q
     left join tickets t on t.org_id = q.org_id and t.id = q.ticket_id and t.archived_at is null";

/// What a link leads to.
struct Open {
    survey: AskedSurvey,
    response_id: Uuid,
    has_answer: bool,
    /// The fields that say whom the answer is about.
    about: Values,
}

/// Whether the request `q` may be answered, or what was answered be changed, as SQL.
pub(super) fn open_sql() -> String {
    format!(
        "now() < coalesce(q.answered_at + make_interval(days => {}), q.asked_at + make_interval(days => {}))",
        CHANGEABLE.num_days(),
        ANSWERABLE.num_days()
    )
}

impl Request {
    /// The survey with what was answered before, as whoever has the link reads it.
    fn open(self, portal: &Portal) -> Open {
        let until = self.answered_at.map_or(self.asked_at + ANSWERABLE, |at| at + CHANGEABLE);
        let answered = self.has_answer.then(|| Answers::read(self.score, self.comment, self.answers.as_ref()));
        let reader = self.reader.as_deref().and_then(Locale::parse).unwrap_or(portal.locale);
        let says_more = answered.as_ref().is_some_and(|given| !given.comment.is_empty() || !given.answers.is_empty());
        let of = [
            ("ticket_id", self.ticket_id),
            ("contact_id", self.contact_id),
            ("customer_id", self.customer_id),
            ("owner_id", self.owner_id),
        ];
        let named = of.into_iter().filter_map(|(field, id)| Some((field.to_owned(), Value::from(id?.to_string()))));
        let survey = AskedSurvey {
            settled: says_more || self.answered_at.is_some_and(|at| Utc::now() - at > FRESH),
            ticket: self.subject.map(|subject| (self.number.unwrap_or_default(), subject)),
            answered,
            open: Utc::now() < until,
            ..self.survey.asked().read_in(reader)
        };
        Open { survey, response_id: self.response_id, has_answer: self.has_answer, about: named.collect() }
    }
}

impl Store {
    /// The secret part of a link to answer about a ticket, or to an invitation.
    pub(super) async fn survey_token(&self, org_id: Uuid, about: Uuid, survey_id: Uuid) -> Result<String> {
        let payload: Vec<u8> = [org_id, about, survey_id].iter().flat_map(|id| *id.as_bytes()).collect();
        self.seal(PURPOSE, &payload).await
    }

    async fn read_survey_token(&self, portal: &Portal, token: &str) -> Result<Asked> {
        let payload = self.unseal(PURPOSE, token).await?.ok_or(Error::NotFound)?;
        let ids: Vec<Uuid> = payload.chunks(16).filter_map(|bytes| Uuid::from_slice(bytes).ok()).collect();
        match ids[..] {
            [org_id, about, survey_id] if org_id == portal.org_id => Ok(Asked { about, survey_id }),
            _ => Err(Error::NotFound),
        }
    }

    /// The survey that a link is about, in the language of its ticket if it is asked in that, with what was answered by it
    /// before.
    ///
    /// # Errors
    /// [`Error::NotFound`] for links that were not made here, and for surveys and tickets that are gone.
    pub async fn portal_survey(&self, portal: &Portal, token: &str) -> Result<AskedSurvey> {
        let asked = self.read_survey_token(portal, token).await?;
        Ok(self.request(portal, asked).await?.survey)
    }

    async fn request(&self, portal: &Portal, asked: Asked) -> Result<Open> {
        let mut tx = self.reading(&portal.system()).await?;
        let found: Option<Request> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS}, q.response_id, q.asked_at, q.answered_at, q.ticket_id, t.number, t.subject, q.contact_id,
                    q.customer_id, q.owner_id, coalesce(t.locale, q.locale) as reader, r.score, r.comment, r.answers,
                    r.id is not null as has_answer
             from {REQUESTS}
             join surveys s on s.org_id = q.org_id and s.id = q.survey_id and s.active and s.archived_at is null
             left join survey_responses r on r.org_id = q.org_id and r.id = q.response_id
             where q.survey_id = $3 and (q.ticket_id is null or t.id is not null)"
        )))
        .bind(portal.org_id)
        .bind(asked.about)
        .bind(asked.survey_id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        found.map(|request| request.open(portal)).ok_or(Error::NotFound)
    }

    /// Keeps what was answered by a link: once for each ticket, to be changed for a week.
    ///
    /// # Errors
    /// As [`Store::portal_survey`]; what does not fit, by field; `token_expired` on `token` when it is too late;
    /// [`Error::RateLimited`].
    pub async fn portal_answer(&self, portal: &Portal, token: &str, given: &Answers) -> Result<()> {
        let asked = self.read_survey_token(portal, token).await?;
        let Open { survey, response_id, has_answer, about } = self.request(portal, asked).await?;
        if !survey.open {
            return Err(Error::invalid("token", "token_expired"));
        }
        let fields = given.checked(&survey)?;
        self.attempt(&Limit::survey_link(portal.org_id, asked.about)).await?;
        let answer = (response_id, asked.survey_id);
        match self.write_answer(portal, answer, about.clone(), (&fields, has_answer)).await {
            // Pressed twice: the other one was faster.
            Err(Error::Invalid { fields: errors }) if !has_answer && errors.iter().any(|error| error.field == "id") => {
                self.write_answer(portal, answer, about, (&fields, true)).await?;
            }
            written => written?,
        }
        let mut tx = self.begin(portal.org_id, DbRole::Writer).await?;
        sqlx::query(
            "with invited as (
                 update survey_invitations set answered_at = coalesce(answered_at, now()) where org_id = $1 and id = $2
             )
             update satisfaction_requests set answered_at = coalesce(answered_at, now())
             where org_id = $1 and ticket_id = $2",
        )
        .bind(portal.org_id)
        .bind(asked.about)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await
    }

    pub(super) async fn write_answer(
        &self,
        portal: &Portal,
        (id, survey_id): (Uuid, Uuid),
        about: Values,
        (fields, again): (&Value, bool),
    ) -> Result<()> {
        let mut given = values(json!({"survey_id": survey_id}));
        given.extend(about);
        // Nulls too: an answer that was taken back is gone.
        given.extend(fields.as_object().cloned().unwrap_or_default());
        given.insert("answered_at".into(), instant_text(Utc::now()).into());
        // Nobody's, unless the one who answers is somebody's: they are no user.
        given.entry("owner_id").or_insert(Value::Null);
        let change = match again {
            true => Change::Update { id, version: None, values: given },
            false => Change::Create { id, values: given },
        };
        let command = Command { source: Source::Portal, ..Command::one(SURVEY_RESPONSE.name, change) };
        self.apply(&portal.system(), command).await.map(drop)
    }

    /// The secret part of the link by which a visitor says how one of their tickets went, once it is solved; `None` while it
    /// is not, and where nothing is asked.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not theirs.
    pub async fn portal_rating(&self, portal: &Portal, visitor: &Visitor, number: &str) -> Result<Option<String>> {
        let mut tx = self.begin(portal.org_id, DbRole::Writer).await?;
        let contacts = contact_ids(&mut tx, visitor).await?;
        let found: Option<(Uuid, bool, Option<Uuid>)> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select t.id, t.status in ('solved', 'closed'), coalesce(
                 (select q.survey_id from satisfaction_requests q where q.org_id = t.org_id and q.ticket_id = t.id),
                 (select s.id from surveys s
                  where s.org_id = t.org_id and s.kind = 'csat' and s.on_close and s.active and s.archived_at is null
                  order by (s.locale = coalesce(t.locale, $5) or s.other_question is not null) desc, s.id limit 1))
             from tickets t where {OWN} and lower(t.number) = lower($4)"
        )))
        .bind(portal.org_id)
        .bind(&visitor.email)
        .bind(contacts)
        .bind(number)
        .bind(portal.locale.code())
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let (ticket_id, done, survey) = found.ok_or(Error::NotFound)?;
        let Some(survey_id) = survey.filter(|_| done) else { return Ok(None) };
        sqlx::query(
            "insert into satisfaction_requests (org_id, ticket_id, survey_id, response_id) values ($1, $2, $3, $4)
             on conflict do nothing",
        )
        .bind(portal.org_id)
        .bind(ticket_id)
        .bind(survey_id)
        .bind(Uuid::now_v7())
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        tx.commit().await?;
        self.survey_token(portal.org_id, ticket_id, survey_id).await.map(Some)
    }
}
