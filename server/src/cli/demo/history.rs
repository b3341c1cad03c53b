//! What happened and what is planned: activities behind, tasks ahead.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use shared::record::instant_text;

use super::deals::Deal;
use super::dice::Dice;
use super::people::Staff;
use super::writer::Writer;

const SAID_ZH: &[(&str, &str, &str)] = &[
    ("call", "电话沟通需求", "客户确认了两个车间的需求，希望下周给出初步方案。"),
    ("visit", "上门拜访", "参观了现场，信息部主任关心接口和工期。\n已约技术交流。"),
    ("meeting", "方案评审会", "方案整体认可，要求补充安全认证材料。"),
    ("email", "发送报价", "已发送含三年维保的报价，有效期 30 天。"),
    ("chat", "微信跟进", "客户表示本周内会和财务确认预算。"),
    ("note", "内部备注", "竞争对手报价低 8%，注意强调服务响应时间。"),
];
const SAID_EN: &[(&str, &str, &str)] = &[
    ("call", "Discovery call", "Two sites, 60 users. Budget is approved for this quarter."),
    ("meeting", "Demo with operations", "They liked the live board. Asked for an SSO answer."),
    ("email", "Sent proposal", "Proposal with three-year pricing sent, valid for 30 days."),
    ("chat", "Quick question", "Wants to know whether training can be remote."),
    ("note", "Internal note", "Champion is the operations manager; the CFO decides."),
];
const PLANS_ZH: &[(&str, &str)] = &[
    ("call", "回访报价进展"),
    ("visit", "现场勘查"),
    ("meeting", "技术交流会"),
    ("todo", "准备合同草稿"),
    ("email", "发送案例资料"),
];
const PLANS_EN: &[(&str, &str)] = &[
    ("call", "Follow up on proposal"),
    ("meeting", "Pricing review"),
    ("todo", "Prepare contract draft"),
    ("email", "Send case study"),
];

pub(super) async fn live_through(
    writer: &Writer,
    dice: &mut Dice,
    staff: &Staff,
    deals: &[Deal],
    now: DateTime<Utc>,
) -> shared::Result<()> {
    let (mut activities, mut tasks) = (Vec::new(), Vec::new());
    for deal in deals {
        for _ in 0..dice.between(1, if deal.open { 5 } else { 3 }) {
            activities.push(activity(dice, staff, deal, now));
        }
        if deal.open && dice.chance(60) {
            tasks.push(task(dice, staff, deal, now));
        }
    }
    let chores = [
        (staff.manager, "整理客户名单", 1),
        (staff.agents[0], "Team meeting notes", 1),
        (staff.agents[1], "更新服务手册", 1),
        (writer.actor.user_id, "邀请新同事 Invite new colleagues", 0),
        (writer.actor.user_id, "核对角色权限 Review role rights", -1),
        (writer.actor.user_id, "季度数据备份 Quarterly backup", 3),
    ];
    for (owner, title, days) in chores {
        tasks.push(json!({"subject": title, "kind": "todo", "owner_id": owner, "due_at": due(now, days, 9)}));
    }
    writer.create("activity", activities).await?;
    writer.create("task", tasks).await.map(drop)
}

fn activity(dice: &mut Dice, staff: &Staff, deal: &Deal, now: DateTime<Utc>) -> Value {
    let (kind, subject, content) = *dice.pick(if deal.chinese { SAID_ZH } else { SAID_EN });
    let back = if deal.open { dice.between(0, 45) } else { dice.between(10, 200) };
    let at = now - Duration::days(back) - Duration::minutes(dice.between(5, 540));
    json!({
        "kind": kind, "subject": subject, "content": content, "occurred_at": instant_text(at),
        "direction": dice.pick(&["outbound", "inbound"]), "minutes": if matches!(kind, "note" | "email") { Value::Null } else { json!(dice.between(5, 90)) },
        "outcome": dice.pick(&["reached", "interested", "follow_up", "agreed"]),
        "customer_id": deal.customer, "contact_id": deal.contact, "opportunity_id": deal.id,
        "owner_id": staff.sellers[deal.seller], "team_id": staff.teams[deal.seller],
    })
}

fn task(dice: &mut Dice, staff: &Staff, deal: &Deal, now: DateTime<Utc>) -> Value {
    let (kind, subject) = *dice.pick(if deal.chinese { PLANS_ZH } else { PLANS_EN });
    let days = *dice.pick(&[-6, -3, -1, 0, 0, 0, 1, 1, 2, 3, 5, 7, 12, 20]);
    let hour = dice.between(1, 9);
    json!({
        "kind": kind, "subject": subject, "due_at": due(now, days, hour), "priority": dice.pick(&["normal", "normal", "high", "low"]),
        "customer_id": deal.customer, "contact_id": deal.contact, "opportunity_id": deal.id,
        "owner_id": staff.sellers[deal.seller], "team_id": staff.teams[deal.seller],
    })
}

/// That hour (UTC; Shanghai's office hours are 1 to 10) so many days from now.
fn due(now: DateTime<Utc>, days: i64, hour: i64) -> String {
    let midnight = now.date_naive().and_hms_opt(0, 0, 0).unwrap_or_default().and_utc();
    instant_text(midnight + Duration::days(days) + Duration::hours(hour))
}
