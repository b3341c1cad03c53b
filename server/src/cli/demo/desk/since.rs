//! What became of tickets once they were answered: opened again, put off, gathered and tied to each other.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use shared::Values;
use shared::duplicates::Merge;
use shared::record::instant_text;
use uuid::Uuid;

use super::super::dice::Dice;
use super::super::writer::Writer;

/// What was solved so many days ago may come back.
const COMES_BACK: i64 = 14;
/// What customers write who have it again, Chinese first.
const AGAIN: [&str; 2] = ["问题又出现了，麻烦再看一下。", "It is back again. Could you have another look?"];

/// A ticket, and what it was made of.
pub(super) type Made<'t> = (Uuid, &'t Value);

pub(super) async fn happen(
    writer: &Writer,
    dice: &mut Dice,
    made: &[Made<'_>],
    now: DateTime<Utc>,
) -> shared::Result<()> {
    come_back(writer, dice, made, now).await?;
    tie(writer, made, now).await?;
    put_off(writer, dice, made, now).await
}

fn is_chinese(fields: &Value) -> bool {
    fields["locale"] == "zh-CN"
}

fn is_waiting(fields: &Value) -> bool {
    fields["solved_at"].is_null()
}

fn moment(fields: &Value, field: &str) -> Option<DateTime<Utc>> {
    fields[field].as_str()?.parse().ok()
}

/// The customer writes, and with that it is open again.
async fn come_back(writer: &Writer, dice: &mut Dice, made: &[Made<'_>], now: DateTime<Utc>) -> shared::Result<()> {
    let mut messages = Vec::new();
    for (id, fields) in made {
        let Some(solved) = moment(fields, "solved_at").filter(|at| now - *at < Duration::days(COMES_BACK)) else {
            continue;
        };
        if dice.chance(25) {
            let settled = moment(fields, "closed_at").unwrap_or(solved);
            let said = (now - Duration::minutes(dice.between(5, 60 * 6))).max(settled);
            let text = AGAIN[usize::from(!is_chinese(fields))];
            messages.push(json!({"ticket_id": id, "kind": "reply", "direction": "inbound", "content": format!("<p>{text}</p>"),
                "channel": fields["channel"], "author_name": fields["requester_name"], "owner_id": fields["owner_id"], "said_at": instant_text(said)}));
        }
    }
    writer.create("ticket_message", messages).await.map(drop)
}

/// Of each language one that was sent twice and became one, one that says the same as another, one that waits for another,
/// and one that is part of another.
async fn tie(writer: &Writer, made: &[Made<'_>], now: DateTime<Utc>) -> shared::Result<()> {
    for chinese in [true, false] {
        let waiting = made.iter().filter(|(_, fields)| is_waiting(fields) && is_chinese(fields) == chinese);
        let waiting: Vec<&Made<'_>> = waiting.collect();
        let [first, second, third, ..] = waiting[..] else { continue };
        let twice = vec![once_more(first.1, now), once_more(second.1, now)];
        let twice = writer.create("ticket", twice).await?;
        let merge = Merge {
            record_type: "ticket".into(),
            into: first.0,
            others: vec![twice[0]],
            values: Values::new(),
            seen: Vec::new(),
        };
        writer.store.merge(&writer.actor, &merge).await?;
        let ties = vec![
            (twice[1], json!({"duplicate_of_id": second.0})),
            (third.0, json!({"blocked_by_ids": [first.0]})),
            (second.0, json!({"parent_id": third.0})),
        ];
        writer.update("ticket", ties).await?;
    }
    Ok(())
}

/// The same by another way, which nobody has looked at yet.
fn once_more(fields: &Value, now: DateTime<Utc>) -> Value {
    let mut again = fields.clone();
    let later = moment(fields, "received_at").map_or(now, |at| (at + Duration::minutes(40)).min(now));
    again["received_at"] = instant_text(later).into();
    again["channel"] = "portal".into();
    again["status"] = "new".into();
    again["owner_id"] = Value::Null;
    again
}

/// Some of what one works on is looked at again later.
async fn put_off(writer: &Writer, dice: &mut Dice, made: &[Made<'_>], now: DateTime<Utc>) -> shared::Result<()> {
    let mut later = Vec::new();
    for (id, _) in made.iter().filter(|(_, fields)| is_waiting(fields) && fields["status"] != "new") {
        if dice.chance(30) {
            let until = now + Duration::hours(dice.between(3, 24 * 4));
            later.push((*id, json!({"snoozed_until": instant_text(until)})));
        }
    }
    writer.update("ticket", later).await
}
