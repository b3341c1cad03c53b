//! What the answers to a survey come to.

use serde_json::Value;
use shared::access::{Action, Actor, FieldAccess};
use shared::survey::SurveyResults;
use shared::types::{SURVEY, SURVEY_RESPONSE, Survey};
use shared::{Error, Result};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::live::{SNAPSHOT, cursor_of};
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};

impl Store {
    /// The answers to a survey that the actor may read, counted.
    ///
    /// # Errors
    /// `NotFound` for a survey that does not exist or may not be read, `Forbidden` without any right to read answers.
    pub async fn survey_results(&self, actor: &Actor, id: Uuid) -> Result<SurveyResults> {
        let survey = self.get(actor, &SURVEY, id).await?.row;
        if !actor.may(&SURVEY_RESPONSE, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        let (live, portal): (String, Option<String>) = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {SNAPSHOT}, case when o.portal then o.slug end from organisations o where o.id = $1"
        )))
        .bind(actor.org_id)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let mut found = SurveyResults { portal, live: cursor_of(&live)?.to_string(), ..SurveyResults::default() };
        for (score, n) in scores(&mut tx, actor, id).await? {
            found.answered += n;
            if let Some(score) = score.filter(|_| sees(actor, "score")) {
                found.scores.insert(score, n);
            }
        }
        let asked = Survey(&survey.values).questions().as_array().into_iter().flatten();
        let chosen = asked.filter(|question| question.get("kind").and_then(Value::as_str) != Some("text"));
        let keys: Vec<String> = chosen.filter_map(|question| Some(question.get("key")?.as_str()?.to_owned())).collect();
        for (key, answer, n) in answers(&mut tx, actor, id, keys).await? {
            if let Some(answer) = answer {
                found.questions.entry(key).or_default().insert(answer, n);
            } else {
                found.answering.insert(key, n);
            }
        }
        Ok(found)
    }
}

async fn scores(tx: &mut Tx, actor: &Actor, survey: Uuid) -> Result<Vec<(Option<i64>, i64)>> {
    let mut sql = Sql::new("select t.score, count(*) from survey_responses t where ");
    push_of(&mut sql, actor, survey);
    sql.push(" group by t.score");
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// How many people gave each answer, of several choices each; and how many gave any, without an answer.
async fn answers(
    tx: &mut Tx,
    actor: &Actor,
    survey: Uuid,
    keys: Vec<String>,
) -> Result<Vec<(String, Option<String>, i64)>> {
    if keys.is_empty() || !sees(actor, "answers") {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "select a.key, v.value, count(distinct t.id) from survey_responses t
         cross join lateral jsonb_each(case jsonb_typeof(t.answers) when 'object' then t.answers else '{}' end) a
         cross join lateral jsonb_array_elements_text(
             case jsonb_typeof(a.value) when 'array' then a.value else jsonb_build_array(a.value) end) v
         where v.value is not null and ",
    );
    push_of(&mut sql, actor, survey);
    sql.push(" and a.key = any(").push_bind(keys).push(") group by grouping sets ((a.key, v.value), (a.key))");
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

fn sees(actor: &Actor, field: &str) -> bool {
    actor.field_access(&SURVEY_RESPONSE, field) > FieldAccess::Hidden
}

/// Appends which answers are meant: those to the survey that the actor may read.
fn push_of(sql: &mut Sql, actor: &Actor, survey: Uuid) {
    sql.push("t.archived_at is null and t.org_id = ").push_bind(actor.org_id);
    sql.push(" and t.survey_id = ").push_bind(survey).push(" and ");
    push_scope(sql, actor, &SURVEY_RESPONSE, Action::Read, "t");
}
