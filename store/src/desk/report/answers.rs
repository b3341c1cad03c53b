//! Numbers of answers that say how likely somebody recommends us: also of those who were asked about no ticket.

use shared::access::{Action, Actor};
use shared::query::{Filter, ListQuery};
use shared::report::{Dimension, Measure, ReportQuery, answer_path};
use shared::types::SURVEY_RESPONSE;
use shared::{Error, Result};
use sqlx::Row as _;
use uuid::Uuid;

use super::numbers::{Tallies, keys, push_value, sees};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::read::{push_filter, push_from};
use crate::scope::Sql;

/// Counted in this order.
const COUNTED: [Measure; 3] = [Measure::NpsAnswers, Measure::Promoters, Measure::Detractors];

/// Whether the actor sees what answers keep of this field of tickets, or else which ticket they are about.
fn sees_of_answers(actor: &Actor, path: &str) -> bool {
    let path = answer_path(path);
    let own = path.split_once('.').map_or(path.as_str(), |(own, _)| own);
    SURVEY_RESPONSE.field(own).is_some_and(|field| actor.sees(&SURVEY_RESPONSE, field))
}

/// Counts the answers of the period, in all, by group and by the agent they are about. Nothing where the filter reaches further
/// than an answer's may, or the actor may not see answers.
pub(super) async fn count(
    tx: &mut Tx,
    actor: &Actor,
    query: &ReportQuery,
    by: &Dimension,
    all: &mut Tallies,
) -> Result<()> {
    if !actor.may(&SURVEY_RESPONSE, Action::Read) || !Measure::NpsAnswers.is_open_to(actor) {
        return Ok(());
    }
    let Some(mut sql) = statement(actor, query, by)? else { return Ok(()) };
    let rows = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let grouped = sees_of_answers(actor, &by.path());
    let agents = sees(actor, "owner_id") && sees_of_answers(actor, "owner_id");
    // That there was no answer is told too.
    COUNTED.into_iter().for_each(|measure| all.total.count(measure, 0));
    for raw in &rows {
        let agent: Option<Uuid> = raw.try_get(1).map_err(from_sqlx)?;
        let keys = if grouped { keys(raw, by)? } else { Vec::new() };
        for (measure, at) in COUNTED.into_iter().zip(2_usize..) {
            let count: i64 = raw.try_get(at).map_err(from_sqlx)?;
            all.total.count(measure, count);
            for key in &keys {
                all.groups.entry(key.clone()).or_default().count(measure, count);
            }
            if agents {
                all.agents.entry(agent.map(|id| id.to_string())).or_default().count(measure, count);
            }
        }
    }
    Ok(())
}

/// Group, agent and numbers; none where the filter reaches too far.
fn statement(actor: &Actor, query: &ReportQuery, by: &Dimension) -> Result<Option<Sql>> {
    let mut sql = Sql::new("select ");
    let path = answer_path(&by.path());
    let (via, name) = path.split_once('.').map_or((None, path.as_str()), |(via, name)| (Some(via), name));
    push_value(&mut sql, actor, by, (via, name));
    sql.push(", t.agent_id");
    for measure in COUNTED {
        sql.push(", count(*) filter (where ");
        push_filter(&mut sql, actor, &SURVEY_RESPONSE, &Filter::All(measure.narrower()))?;
        sql.push(")");
    }
    let about = query.filter.iter().map(|condition| Measure::NpsAnswers.about(condition));
    let conditions = about.chain(Measure::NpsAnswers.conditions(query.span)).collect();
    let list = ListQuery { filter: Some(Filter::All(conditions)), ..ListQuery::default() };
    match push_from(&mut sql, actor, &SURVEY_RESPONSE, &list) {
        Err(Error::Invalid { .. }) => return Ok(None),
        pushed => pushed?,
    }
    sql.push(" group by 1, 2");
    Ok(Some(sql))
}
