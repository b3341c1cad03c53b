//! Answering on a survey's public page: each browser once, as often as it changes its mind.

use serde_json::Value;
use shared::{Error, Result, Values};
use uuid::Uuid;

use super::Portal;
use super::survey::{Answers, AskedSurvey, COLUMNS, SurveyRow};
use crate::auth::{Client, Limit};
use crate::error::from_sqlx;
use crate::pool::Store;

/// What the marks that browsers keep are for.
const PURPOSE: &str = "public_survey";

impl Store {
    /// A survey that anybody may answer.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not public or not in use.
    pub async fn public_survey(&self, portal: &Portal, id: Uuid) -> Result<AskedSurvey> {
        let mut tx = self.reading(&portal.system()).await?;
        let found: Option<SurveyRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from surveys s
             where s.org_id = $1 and s.id = $2 and s.public and s.active and s.archived_at is null"
        )))
        .bind(portal.org_id)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        found.map(SurveyRow::asked).ok_or(Error::NotFound)
    }

    /// Keeps what somebody answered on a survey's public page. What is sent under an id that was answered before is the answer
    /// from then on.
    ///
    /// # Errors
    /// As [`Store::public_survey`]; what does not fit, by field; [`Error::RateLimited`].
    pub async fn answer_public_survey(
        &self,
        portal: &Portal,
        (id, response_id): (Uuid, Uuid),
        given: &Answers,
        client: &Client,
    ) -> Result<()> {
        let survey = self.public_survey(portal, id).await?;
        let fields = given.checked(&survey)?;
        self.attempt(&Limit::public_survey(portal.org_id, client)).await?;
        let again = self.public_answer(portal, id, response_id).await?.is_some();
        match self.write_answer(portal, (response_id, id), Values::new(), (&fields, again)).await {
            // Pressed twice: the other one was faster.
            Err(Error::Invalid { fields }) if !again && fields.iter().any(|error| error.field == "id") => Ok(()),
            written => written,
        }
    }

    /// What a browser keeps, to know its answer to a public survey again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer_mark(&self, portal: &Portal, survey_id: Uuid, response_id: Uuid) -> Result<String> {
        let payload: Vec<u8> = [portal.org_id, survey_id, response_id].iter().flat_map(|id| *id.as_bytes()).collect();
        self.seal(PURPOSE, &payload).await
    }

    /// The answer to a public survey that a mark is of, with its id; `None` for marks that were not made here for that survey,
    /// and when the answer is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn marked_answer(&self, portal: &Portal, survey_id: Uuid, mark: &str) -> Result<Option<(Uuid, Answers)>> {
        let Some(payload) = self.unseal(PURPOSE, mark).await? else { return Ok(None) };
        let ids: Vec<Uuid> = payload.chunks(16).filter_map(|bytes| Uuid::from_slice(bytes).ok()).collect();
        let [org_id, of, id] = ids[..] else { return Ok(None) };
        if (org_id, of) != (portal.org_id, survey_id) {
            return Ok(None);
        }
        Ok(self.public_answer(portal, survey_id, id).await?.map(|answers| (id, answers)))
    }

    async fn public_answer(&self, portal: &Portal, survey_id: Uuid, id: Uuid) -> Result<Option<Answers>> {
        let mut tx = self.reading(&portal.system()).await?;
        let found: Option<(Option<i64>, Option<String>, Option<Value>)> = sqlx::query_as(
            "select score, comment, answers from survey_responses
             where org_id = $1 and id = $2 and survey_id = $3 and ticket_id is null and archived_at is null",
        )
        .bind(portal.org_id)
        .bind(id)
        .bind(survey_id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(found.map(|(score, comment, answers)| Answers::read(score, comment, answers.as_ref())))
    }
}
