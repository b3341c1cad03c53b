//! The service desk: queues with their service levels, what was written in, and what was answered.

mod knowledge;
mod since;
mod talk;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use serde_json::{Value, json};
use shared::record::instant_text;
use uuid::Uuid;

use super::dice::Dice;
use super::help::Help;
use super::parties::Party;
use super::people::Staff;
use super::writer::Writer;
use talk::{Case, EN, ZH};

/// Tickets, and how many days they came in.
const TICKETS: usize = 260;
const DAYS: i64 = 60;
/// How many of a hundred come from abroad.
const FROM_ABROAD: i64 = 36;

/// What tickets refer to.
struct Desk {
    /// One for each language, Chinese first.
    queues: [Uuid; 2],
    help: Help,
    /// Likewise.
    articles: [Vec<Uuid>; 2],
}

pub(super) async fn answer(
    writer: &Writer,
    dice: &mut Dice,
    help: Help,
    staff: &Staff,
    parties: &[Party],
    now: DateTime<Utc>,
) -> shared::Result<()> {
    let desk = set_up(writer, help, staff).await?;
    let mut tickets = Vec::new();
    let mut talks = Vec::new();
    let (home, abroad): (Vec<&Party>, Vec<&Party>) = parties.iter().partition(|party| party.chinese);
    for _ in 0..TICKETS {
        let from = if dice.chance(FROM_ABROAD) { &abroad } else { &home };
        let party = *dice.pick(from);
        let case = *dice.pick(if party.chinese { ZH } else { EN });
        tickets.push(ticket(dice, staff, &desk, party, case, now));
        talks.push(case);
    }
    let ids = writer.create("ticket", tickets.clone()).await?;
    let (mut messages, mut responses) = (Vec::new(), Vec::new());
    for ((id, fields), case) in ids.iter().zip(&tickets).zip(talks) {
        messages.extend(conversation(dice, *id, fields, case, now));
        responses.extend(response(dice, &desk, *id, fields));
    }
    writer.create("ticket_message", messages).await?;
    writer.create("survey_response", responses).await?;
    let made: Vec<since::Made<'_>> = ids.into_iter().zip(&tickets).collect();
    since::happen(writer, dice, &made, now).await
}

async fn set_up(writer: &Writer, help: Help, staff: &Staff) -> shared::Result<Desk> {
    let queue = |name: &str, about: &str, others: [&str; 2], signature: &str, position: usize| {
        json!({"name": name, "description": about, "other_name": others[0], "other_description": others[1],
               "served_by_id": staff.service, "public": true, "position": position, "signature": format!("<p>{signature}</p>")})
    };
    let queues = vec![
        queue(
            "客户支持",
            "中文客户的咨询、报修与投诉",
            ["Support in Chinese", "Questions, repairs and complaints in Chinese"],
            "关系示例 · 客户服务部",
            0,
        ),
        queue(
            "国际支持",
            "海外客户的咨询与报修",
            ["International support", "Questions and repairs of customers abroad"],
            "Guanxi Demo · Customer service",
            1,
        ),
    ];
    let queues = writer.create("queue", queues).await?;
    levels(writer, &queues).await?;
    let steps = [["已送修", "At the workshop"], ["等待发货", "Awaiting shipment"]];
    let step = |[name, other_name]: [&str; 2]| -> Value {
        json!({"name": name, "other_name": other_name, "category": "waiting_third_party"})
    };
    writer.create("ticket_status", steps.into_iter().map(step).collect()).await?;
    let rule = json!({"name": "投诉优先", "other_name": "Complaints first", "priority": "high", "add_tags": ["重点"],
        "conditions": {"field": {"field": "kind", "op": "eq", "value": "complaint"}}});
    writer.create("ticket_rule", vec![rule]).await?;
    let articles = knowledge::articles(writer, &help.categories).await?;
    knowledge::templates(writer).await?;
    Ok(Desk { queues: [queues[0], queues[1]], help, articles })
}

/// Office hours here and abroad, and what is promised within them.
async fn levels(writer: &Writer, queues: &[Uuid]) -> shared::Result<()> {
    let days = |hours: Value| {
        let open = ["mon", "tue", "wed", "thu", "fri"].map(|day| (day.to_owned(), hours.clone()));
        Value::Object(open.into_iter().collect())
    };
    let calendars = vec![
        json!({"name": "中国工作时间", "other_name": "Office hours in China", "timezone": "Asia/Shanghai",
               "chinese_holidays": true, "hours": days(json!([["09:00", "12:00"], ["13:00", "18:00"]]))}),
        json!({"name": "欧洲工作时间", "other_name": "Office hours in Europe", "timezone": "Europe/Berlin",
               "hours": days(json!([["08:00", "17:00"]]))}),
    ];
    let calendars = writer.create("business_calendar", calendars).await?;
    let steps = json!([
        {"clock": "first_response", "at_percent": 100, "action": "notify"},
        {"clock": "resolution", "at_percent": 100, "action": "notify"},
    ]);
    let level = |[name, other_name]: [&str; 2], position: i64, rest: Value| {
        let mut level = json!({"name": name, "other_name": other_name, "position": position, "steps": steps});
        if let (Some(level), Some(rest)) = (level.as_object_mut(), rest.as_object()) {
            level.extend(rest.clone());
        }
        level
    };
    let levels = vec![
        level(
            ["紧急", "Urgent"],
            0,
            json!({"priorities": ["urgent"], "first_response_minutes": 30, "next_response_minutes": 60,
                                       "resolution_minutes": 480}),
        ),
        level(
            ["重要客户", "Key accounts"],
            1,
            json!({"customer_categories": ["important"], "calendar_id": calendars[0], "queue_ids": [queues[0]],
                                    "first_response_minutes": 60, "next_response_minutes": 120, "resolution_minutes": 960}),
        ),
        level(
            ["标准", "Standard"],
            2,
            json!({"calendar_id": calendars[0], "queue_ids": [queues[0]], "first_response_minutes": 240,
                                "next_response_minutes": 480, "resolution_minutes": 2_400}),
        ),
        level(
            ["国际客户", "International"],
            3,
            json!({"calendar_id": calendars[1], "queue_ids": [queues[1]], "first_response_minutes": 240,
                                         "next_response_minutes": 480, "resolution_minutes": 2_400}),
        ),
    ];
    writer.create("sla_policy", levels).await.map(drop)
}

fn ticket(dice: &mut Dice, staff: &Staff, desk: &Desk, party: &Party, case: Case, now: DateTime<Utc>) -> Value {
    // As many came on each day; the longer ago, the fewer are still open.
    let received = received(dice, now);
    let age = (now - received).num_minutes();
    let settled = !dice.chance(match age / (60 * 24) {
        0 => 92,
        1 => 85,
        2..=3 => 70,
        4..=7 => 35,
        8..=13 => 12,
        _ => 1,
    });
    let status = if settled { *dice.pick(&["solved", "closed", "closed"]) } else { open_status(dice, age) };
    let owner = (status != "new").then(|| *dice.pick(&staff.agents));
    let solved = settled.then(|| (received + Duration::minutes(dice.between(20, 60 * 30))).min(now));
    let closed = solved
        .filter(|_| status == "closed")
        .map(|at| (at + Duration::minutes(dice.between(30, 60 * 24 * 2))).min(now));
    let contact = party.contacts.first();
    json!({
        "subject": case.subject, "kind": case.kind, "status": status, "priority": dice.pick(&["low", "normal", "normal", "normal", "high", "urgent"]),
        "queue_id": desk.queues[usize::from(!party.chinese)], "customer_id": party.customer, "contact_id": contact.map(|contact| contact.id),
        "requester_name": contact.map(|contact| &contact.name), "requester_email": contact.map(|contact| &contact.email),
        "channel": dice.pick(&["email", "email", "web", "portal", "phone", "wechat"]), "category_id": desk.help.categories[case.category],
        "description": format!("<p>{}</p>", case.asks), "locale": if party.chinese { "zh-CN" } else { "en" },
        "product_id": dice.pick(&staff.products), "tags": tags(dice, party.chinese), "owner_id": owner, "team_id": staff.service,
        "solved_by_id": settled.then(|| dice.pick(&desk.articles[usize::from(!party.chinese)])).filter(|_| case.category < 2),
        "received_at": instant_text(received), "solved_at": solved.map(instant_text), "closed_at": closed.map(instant_text),
    })
}

/// What agents marked it with, if anything.
fn tags(dice: &mut Dice, chinese: bool) -> Value {
    if !dice.chance(35) {
        return Value::Null;
    }
    json!([dice.pick(if chinese { &["重点", "VIP", "续约"] } else { &["VIP", "Renewal", "Pilot"] })])
}

/// Some moment of the last weeks, mostly while people are at work in China.
fn received(dice: &mut Dice, now: DateTime<Utc>) -> DateTime<Utc> {
    let any = now - Duration::minutes(dice.between(3, 60 * 24 * DAYS));
    if dice.chance(15) {
        return any;
    }
    let morning = (any + Duration::hours(8)).date_naive().and_time(NaiveTime::MIN).and_utc() + Duration::minutes(30);
    (morning + Duration::minutes(dice.between(0, 60 * 9))).min(now - Duration::minutes(dice.between(3, 60)))
}

fn open_status(dice: &mut Dice, age: i64) -> &'static str {
    const LATER: [&str; 6] = ["new", "open", "open", "open", "waiting_customer", "waiting_third_party"];
    let later: &&str = dice.pick(&LATER);
    if age < 60 * 8 { "new" } else { later }
}

/// What was said until now: an answer, perhaps a note, perhaps thanks.
fn conversation(dice: &mut Dice, ticket: Uuid, fields: &Value, case: Case, now: DateTime<Utc>) -> Vec<Value> {
    let at = |field: &str| fields[field].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let (Some(received), true) = (at("received_at"), fields["status"] != "new") else { return Vec::new() };
    let end = at("solved_at").unwrap_or_else(|| now.min(received + Duration::hours(20)));
    let answered = received + (end - received) / i32::try_from(dice.between(2, 12)).unwrap_or(2);
    let message = |kind: &str, direction: &str, content: &str, said: DateTime<Utc>| {
        json!({"ticket_id": ticket, "kind": kind, "direction": direction, "content": format!("<p>{content}</p>"),
               "channel": fields["channel"], "said_at": instant_text(said), "owner_id": fields["owner_id"],
               "author_name": if direction == "inbound" { fields["requester_name"].clone() } else { Value::Null }})
    };
    let mut all = vec![message("reply", "outbound", case.answer, answered)];
    if dice.chance(30) {
        all.push(message("note", "outbound", case.note, answered - Duration::minutes(1)));
    }
    // Who is waited for has not written since; and a customer's word would open a settled ticket again.
    if dice.chance(40) && fields["status"] != "waiting_customer" && fields["solved_at"].is_null() {
        let thanks = answered + (end - answered) / 2;
        all.push(message("reply", "inbound", case.thanks, thanks));
    }
    all
}

/// What the customer thought of it, or of us.
fn response(dice: &mut Dice, desk: &Desk, ticket: Uuid, fields: &Value) -> Option<Value> {
    let closed = fields["closed_at"].as_str().filter(|_| dice.chance(55))?;
    let chinese = fields["locale"] == "zh-CN";
    let recommends = dice.chance(25);
    let score = match recommends {
        true => *dice.pick(&[10, 10, 9, 9, 9, 8, 8, 7, 6, 3]),
        false => *dice.pick(&[5, 5, 5, 4, 4, 3, 2, 1]),
    };
    let (well, badly) = if recommends { (9, 6) } else { (4, 2) };
    let (is_well, is_bad) = (score >= well, score <= badly);
    let comment = match (chinese, is_well, is_bad) {
        (true, true, _) => Some(*dice.pick(&["响应很快，问题解决了。", "工程师很耐心。", "满意"])),
        (true, _, true) => Some("等了两天才有人联系。"),
        (false, true, _) => Some(*dice.pick(&["Quick and friendly.", "Solved within the hour.", "Great help"])),
        (false, _, true) => Some("It took two days to hear from anyone."),
        _ => None,
    };
    let speed = dice.chance(60).then(|| json!({"speed": dice.pick(&["很快", "很快", "一般", "太慢"])}));
    let answers = speed.filter(|_| !recommends);
    Some(json!({"survey_id": desk.help.surveys[usize::from(recommends)], "ticket_id": ticket, "score": score,
                "comment": comment, "answers": answers, "answered_at": closed}))
}
