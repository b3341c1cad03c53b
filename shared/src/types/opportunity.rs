//! Opportunity 商机, its stage rules and when it rots.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::customer::SOURCES;
use super::stage::Stage;
use crate::error::FieldError;
use crate::record::{Draft, Row, Values, declare::record, texts};

/// Why deals are lost.
pub const LOST_REASONS: &[&str] =
    &["price", "competitor", "no_budget", "no_decision", "timing", "product_fit", "no_contact", "duplicate", "other"];

/// The stage and what follows from entering it.
const STAGE_FIELDS: &[&str] = &[
    "stage_id",
    "pipeline_id",
    "currency",
    "probability",
    "status",
    "closed_on",
    "lost_reason",
    "lost_note",
    "last_open_stage_id",
    "stage_changed_at",
];

record! {
    /// A deal in a pipeline.
    pub OPPORTUNITY, Opportunity {
        name: "opportunity", plural: "opportunities", icon: "target", title: "name",
        /// What it is about.
        name: text(200).required().search().list();
        /// Number, often from another system.
        number: text(60).unique().search();
        /// The customer.
        customer_id: reference("customer").list().wanted();
        /// Main contact.
        contact_id: reference("contact");
        /// The pipeline; follows the stage.
        pipeline_id: reference("pipeline").required();
        /// The stage.
        stage_id: reference("stage").required().list();
        /// Expected or, when won, agreed amount.
        amount: money().list();
        /// Currency; the pipeline's.
        currency: currency().computed();
        /// Probability of winning in percent; the stage's unless set by hand.
        probability: integer(0, 100).list();
        /// When the customer is expected to decide.
        expected_close: date().list();
        /// When work on it began.
        engaged_on: date().wanted();
        /// Products concerned.
        product_ids: references("product");
        /// What the customer needs.
        need: long_text().group("more");
        /// Next step.
        next_step: text(300).group("more");
        /// Competitors met.
        competitors: tags().group("more");
        /// Source channel.
        source: choice(SOURCES).group("more");
        /// Tags.
        tags: tags().list().group("more");
        /// Open, won or lost; follows the stage.
        status: choice(&["open", "won", "lost"]).computed().list();
        /// Day it was won or lost.
        closed_on: date().group("closing");
        /// Why it was lost.
        lost_reason: choice(LOST_REASONS).group("closing");
        /// More about the loss.
        lost_note: long_text().group("closing");
        /// Stage it was in before it was lost or won.
        last_open_stage_id: reference("stage").computed().internal();
        /// When it entered its stage.
        stage_changed_at: datetime().computed().internal();
        /// Last real activity; kept by the store.
        last_activity_at: datetime().computed();
        /// Next planned activity; kept by the store.
        next_activity_at: datetime().computed();
        /// A wanted field has no value.
        incomplete: boolean().computed();
        /// Position in its column.
        rank: rank("stage_id").internal();
    }
    with { needs: &["stage_id", "pipeline_id", "last_open_stage_id"], through: &["customer_id"], together: STAGE_FIELDS, timeline: true }
    rules opportunity_rules
}

fn opportunity_rules(draft: &mut Draft<'_>) {
    follow_stage(draft);
    if let Some(currency) = draft.related_row("pipeline_id").and_then(|row| row.text("currency")).map(str::to_owned) {
        draft.set("currency", currency);
    }
    if Opportunity(draft.after).amount().is_some_and(|amount| amount < Decimal::ZERO) {
        draft.error("amount", "negative");
    }
    let incomplete = OPPORTUNITY.fields.iter().any(|f| f.wanted && !draft.has(f.name));
    draft.set("incomplete", incomplete);
}

/// Everything that follows from entering a stage: pipeline, probability, status, closing day, required fields.
fn follow_stage(draft: &mut Draft<'_>) {
    if !draft.changed("stage_id") {
        let stage = draft.related_row("stage_id").and_then(|row| row.text("pipeline_id"));
        if draft.changed("pipeline_id") && stage.is_some_and(|own| draft.after.get("pipeline_id") != Some(&own.into()))
        {
            draft.error("pipeline_id", "follows_stage");
        }
        return guard_closing(draft);
    }
    let Some(stage) = draft.related_row("stage_id").cloned() else { return };
    let view = Stage(&stage.values);
    let outcome = view.outcome().unwrap_or("open").to_owned();
    if let Some(pipeline) = view.pipeline_id() {
        draft.set("pipeline_id", pipeline.to_string());
    }
    if !draft.changed("probability") || outcome != "open" || Opportunity(draft.after).probability().is_none() {
        draft.set("probability", view.probability().unwrap_or(0));
    }
    let since = crate::record::instant_text(entered_at(draft));
    draft.set("stage_changed_at", since);
    enter(draft, &outcome);
    draft.errors.extend(RequiredByStage::missing(&stage, draft.after));
}

/// Now; for a deal taken over from elsewhere the day work on it began is the better estimate.
fn entered_at(draft: &Draft<'_>) -> DateTime<Utc> {
    let began = Opportunity(draft.after).engaged_on().and_then(|day| Some(day.and_hms_opt(0, 0, 0)?.and_utc()));
    began.filter(|began| draft.before.is_none() && *began < draft.now).unwrap_or(draft.now)
}

fn enter(draft: &mut Draft<'_>, outcome: &str) {
    let was_open = draft.before.is_none_or(|row| row.text("status") == Some("open"));
    draft.set("status", outcome);
    if outcome == "open" {
        for field in ["closed_on", "lost_reason", "lost_note"] {
            draft.clear(field);
        }
        return;
    }
    if let Some(stage) = draft.before.filter(|_| was_open).and_then(|row| row.text("stage_id")).map(str::to_owned) {
        draft.set("last_open_stage_id", stage);
    }
    if !draft.has("closed_on") {
        let today = draft.today().to_string();
        draft.set("closed_on", today);
    }
    if outcome == "lost" && !draft.has("lost_reason") {
        draft.error("lost_reason", "required_by_stage");
    }
    if outcome == "won" {
        draft.clear("lost_reason");
        draft.clear("lost_note");
    }
}

/// A lost deal keeps its reason, a closed one its day.
fn guard_closing(draft: &mut Draft<'_>) {
    let status = Opportunity(draft.after).status().unwrap_or("open").to_owned();
    if status == "lost" && !draft.has("lost_reason") {
        draft.error("lost_reason", "required");
    }
    if status != "open" && !draft.has("closed_on") {
        draft.error("closed_on", "required");
    }
}

/// The fields a stage asks for.
pub struct RequiredByStage;

impl RequiredByStage {
    /// One error per field that the stage requires and the values lack. The browser asks for exactly these on a drop.
    pub fn missing(stage: &Row, values: &Values) -> Vec<FieldError> {
        let empty = |field: &str| crate::record::is_empty(values.get(field).unwrap_or(&serde_json::Value::Null));
        texts(&stage.values, "required_fields")
            .filter(|field| empty(field))
            .map(|field| {
                FieldError::new(field, "required_by_stage").with("stage", stage.text("name").unwrap_or_default())
            })
            .collect()
    }
}

/// Whole days a card is past its stage's rotting limit; `None` while it is fresh.
///
/// Counts from the latest of entering the stage and the last real activity. A planned next step keeps it fresh until
/// that step is overdue.
pub fn rotting(card: &Row, rotting_days: Option<i64>, now: DateTime<Utc>) -> Option<i64> {
    let limit = rotting_days?;
    let opportunity = Opportunity(&card.values);
    if opportunity.status() != Some("open") || opportunity.next_activity_at().is_some_and(|at| at >= now) {
        return None;
    }
    let since = opportunity.last_activity_at().max(opportunity.stage_changed_at())?;
    let idle = (now - since).num_days();
    (idle >= limit).then_some(idle - limit)
}

#[cfg(test)]
mod tests;
