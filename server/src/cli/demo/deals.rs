//! Opportunities in every stage.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::dice::Dice;
use super::parties::Party;
use super::people::Staff;
use super::writer::Writer;

pub(super) struct Deal {
    pub(super) id: Uuid,
    pub(super) customer: Uuid,
    pub(super) contact: Option<Uuid>,
    /// Index of the seller it belongs to.
    pub(super) seller: usize,
    pub(super) open: bool,
    pub(super) chinese: bool,
}

const NEEDS_ZH: &[&str] =
    &["仓储系统升级", "MES 一期", "设备联网改造", "年度维保续签", "新厂信息化", "CRM 席位扩容", "数据看板项目"];
const NEEDS_EN: &[&str] =
    &["CRM rollout", "Analytics add-on", "Seat expansion", "Annual renewal", "Pilot for two sites", "Training package"];

/// Deals per customer: most have a few, some many.
fn count(dice: &mut Dice) -> i64 {
    if dice.chance(15) { dice.between(6, 10) } else { dice.between(2, 5) }
}

pub(super) async fn open(
    writer: &Writer,
    dice: &mut Dice,
    staff: &Staff,
    parties: &[Party],
    now: DateTime<Utc>,
) -> shared::Result<Vec<Deal>> {
    let (mut rows, mut deals) = (Vec::new(), Vec::new());
    for party in parties {
        for _ in 0..count(dice) {
            let stage = *dice.pick(&[0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 4, 5, 5]);
            let contact = party.contacts.first().map(|contact| contact.id);
            rows.push(row(dice, staff, party, (stage, contact), now));
            deals.push(Deal {
                id: Uuid::nil(),
                customer: party.customer,
                contact,
                seller: party.seller,
                open: stage < 4,
                chinese: party.chinese,
            });
        }
    }
    let ids = writer.create("opportunity", rows).await?;
    deals.iter_mut().zip(ids).for_each(|(deal, id)| deal.id = id);
    Ok(deals)
}

fn row(
    dice: &mut Dice,
    staff: &Staff,
    party: &Party,
    (stage, contact): (usize, Option<Uuid>),
    now: DateTime<Utc>,
) -> Value {
    let today = now.date_naive();
    let (selling, needs) = if party.chinese { (&staff.home, NEEDS_ZH) } else { (&staff.abroad, NEEDS_EN) };
    let need = dice.pick(needs);
    let short: String = party.name.chars().take(if party.chinese { 6 } else { 24 }).collect();
    let thousand = if party.chinese { dice.between(20, 1_800) } else { dice.between(5, 240) };
    let age = dice.between(3, if stage < 4 { 75 } else { 320 });
    let closed = stage >= 4;
    json!({
        "name": format!("{short} · {need}"), "customer_id": party.customer, "contact_id": contact,
        "pipeline_id": selling.pipeline, "stage_id": selling.stages[stage], "amount": thousand * 1_000,
        "expected_close": (today + Duration::days(dice.between(-12, 90))).to_string(),
        "engaged_on": if stage == 0 && dice.chance(30) { Value::Null } else { json!((today - Duration::days(age)).to_string()) },
        "closed_on": if closed { json!((today - Duration::days(dice.between(0, age))).to_string()) } else { Value::Null },
        "lost_reason": if stage == 5 { json!(dice.pick(&["price", "competitor", "no_budget", "timing"])) } else { Value::Null },
        "source": dice.pick(&["website", "referral", "exhibition", "partner"]),
        "product_ids": [dice.pick(&staff.products)],
        "tags": if dice.chance(20) { json!([dice.pick(&["重点", "VIP", "Pilot", "Renewal", "招标"])]) } else { Value::Null },
        "owner_id": staff.sellers[party.seller], "team_id": staff.teams[party.seller],
    })
}
