//! Which service level holds for a ticket, and what it promises.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::access::Actor;
use shared::cause::Cause;
use shared::format::Zone;
use shared::record::texts;
use shared::sla::{BusinessHours, Escalation, Held, Pauses, Targets, Terms, china};
use shared::types::{BUSINESS_CALENDAR, BusinessCalendar, SLA_POLICY, SlaPolicy};
use shared::{Result, Row};
use sqlx::Row as _;
use uuid::Uuid;

use crate::auth::zone_of;
use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// A service level as the clocks need it.
pub(super) struct Policy {
    pub(super) id: Uuid,
    row: Row,
    pub(super) terms: Terms,
    pub(super) hours: BusinessHours,
    pub(super) steps: Vec<Escalation>,
    /// Holds for new tickets.
    active: bool,
}

/// What of a ticket decides which one holds.
pub(super) struct Subject<'t> {
    pub(super) priority: &'t str,
    pub(super) queue_id: Option<Uuid>,
    pub(super) customer_category: Option<&'t str>,
}

/// The service levels of the organisation, in the order in which they are tried.
pub(super) async fn policies(tx: &mut Tx) -> Result<Vec<Policy>> {
    among(tx, " and t.archived_at is null").await
}

/// What service levels are called in the actor's language and when time counts by them, those that were put away included:
/// they may have held once.
pub(crate) async fn levels(tx: &mut Tx, actor: &Actor) -> Result<BTreeMap<Uuid, (String, BusinessHours)>> {
    let all = among(tx, "").await?;
    let called = |policy: &Policy| actor.called(&SLA_POLICY, &policy.row).unwrap_or_default().to_owned();
    Ok(all.into_iter().map(|policy| (policy.id, (called(&policy), policy.hours))).collect())
}

async fn among(tx: &mut Tx, which: &'static str) -> Result<Vec<Policy>> {
    let mut sql = Sql::new("select o.timezone, ");
    sql.push(select_list(&SLA_POLICY, "t"));
    sql.push(" from sla_policies t join organisations o on o.org_id = t.org_id and o.id = t.org_id where t.org_id = ");
    sql.push_bind(tx.org_id).push(which).push(" order by t.position, t.id");
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let timezone: String = found[0].try_get(0).map_err(from_sqlx)?;
    let calendars = calendars(tx, &timezone).await?;
    found.iter().map(|raw| decode(&SLA_POLICY, raw, 1)).map(|row| row.map(|row| policy(row, &calendars))).collect()
}

async fn calendars(tx: &mut Tx, timezone: &str) -> Result<BTreeMap<Uuid, BusinessHours>> {
    let mut sql = Sql::new("select ");
    sql.push(select_list(&BUSINESS_CALENDAR, "t")).push(" from business_calendars t where t.org_id = ");
    sql.push_bind(tx.org_id);
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.iter().map(|raw| decode(&BUSINESS_CALENDAR, raw, 0).map(|row| (row.id, hours(&row, timezone)))).collect()
}

/// A calendar's hours; always open when it says none. What it says was checked when it was saved.
fn hours(row: &Row, timezone: &str) -> BusinessHours {
    let calendar = BusinessCalendar(&row.values);
    let zone: Zone = zone_of(calendar.timezone().unwrap_or(timezone));
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (mut holidays, mut workdays) = (list(calendar.holidays()), list(calendar.workdays()));
    if calendar.chinese_holidays() {
        // What the calendar says of a day itself counts; one that is told of twice is none.
        let own: BTreeSet<String> =
            holidays.iter().chain(&workdays).filter_map(|entry| entry["day"].as_str().map(str::to_owned)).collect();
        let public = |day: Value| Some(day).filter(|day| day["day"].as_str().is_none_or(|day| !own.contains(day)));
        for year in china::YEARS.into_iter().chain(china::EXPECTED) {
            let Some((closed, worked)) = china::year(year, shared::i18n::Locale::ZhCn) else { continue };
            holidays.extend(closed.into_iter().filter_map(|day| public(serde_json::to_value(day).ok()?)));
            workdays.extend(worked.into_iter().filter_map(|day| public(serde_json::to_value(day).ok()?)));
        }
    }
    if shared::record::is_empty(calendar.hours()) {
        return BusinessHours::always();
    }
    let parsed = BusinessHours::parse(zone, calendar.hours(), &holidays.into(), &workdays.into());
    parsed.unwrap_or_else(|_| BusinessHours::always())
}

fn policy(row: Row, calendars: &BTreeMap<Uuid, BusinessHours>) -> Policy {
    let view = SlaPolicy(&row.values);
    let minutes = |minutes: Option<i64>| minutes.and_then(|minutes| u32::try_from(minutes).ok());
    let held = |pause: bool, answers: bool| Held { next_response: pause && answers, resolution: pause };
    let terms = Terms {
        targets: Targets {
            first_response: minutes(view.first_response_minutes()),
            next_response: minutes(view.next_response_minutes()),
            resolution: minutes(view.resolution_minutes()),
        },
        pauses: Pauses {
            waiting_customer: held(view.pause_waiting_customer(), true),
            // Customers still get answers meanwhile.
            waiting_third_party: held(view.pause_waiting_third_party(), false),
        },
        at_risk_percent: view.at_risk_percent().and_then(|percent| u16::try_from(percent).ok()).unwrap_or(75),
    };
    let hours = view.calendar_id().and_then(|id| calendars.get(&id).cloned()).unwrap_or_else(BusinessHours::always);
    let steps = Escalation::parse_list("steps", view.steps()).unwrap_or_default();
    let active = view.active();
    Policy { id: row.id, terms, hours, steps, active, row }
}

impl Policy {
    /// What is changed by a step of it says so, by the names that it has now.
    pub(super) fn cause(&self, step: &Escalation) -> Cause {
        let view = SlaPolicy(&self.row.values);
        Cause::Step {
            policy: view.name().unwrap_or_default().to_owned(),
            other_name: view.other_name().map(str::to_owned),
            clock: step.clock,
            at_percent: step.at_percent,
        }
    }

    /// Whether it holds for such a ticket.
    pub(super) fn fits(&self, subject: &Subject<'_>) -> bool {
        let view = SlaPolicy(&self.row.values);
        let among = |field: &str, value: Option<&str>| {
            let mut wanted = texts(&self.row.values, field).peekable();
            wanted.peek().is_none() || value.is_some_and(|value| wanted.any(|one| one == value))
        };
        let queues = view.queue_ids();
        self.active
            && among("priorities", Some(subject.priority))
            && among("customer_categories", subject.customer_category)
            && (queues.is_empty() || subject.queue_id.is_some_and(|queue| queues.contains(&queue)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_calendar_says_itself_counts_beside_public_holidays() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let open = json!([["09:00", "18:00"]]);
        let own = json!([{"day": "2026-10-01", "name": "Ours"}, {"day": "2026-10-10", "name": "Stocktaking"}]);
        let values = json!({"hours": {"mon": open, "thu": open}, "chinese_holidays": true, "holidays": own});
        let row = Row { id: Uuid::nil(), version: 1, values: values.as_object().cloned().unwrap() };
        let hours = hours(&row, "Asia/Shanghai");
        let names = ["2026-10-01", "2026-10-02"].map(|text| hours.holiday(day(text)));
        assert_eq!(names, [Some("Ours"), Some("国庆节")]);
        // A weekend that is worked, but not here; one that is; and one like any other.
        let open = ["2026-10-10", "2026-09-20", "2026-10-11"].map(|text| !hours.open_on(day(text)).is_empty());
        assert_eq!(open, [false, true, false]);
    }
}
