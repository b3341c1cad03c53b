//! Stage 阶段 of a pipeline.

use super::opportunity::OPPORTUNITY;
use crate::record::{Draft, Ownership, declare::record, texts};

record! {
    /// A step of a pipeline.
    pub STAGE, Stage {
        name: "stage", plural: "stages", icon: "square-kanban", title: "name",
        /// Name.
        name: text(120).required().search().list();
        /// The pipeline; fixed once set.
        pipeline_id: reference("pipeline").required().list();
        /// Order within the pipeline.
        position: integer(0, 10_000).required().default("0").list();
        /// Probability of winning, percent.
        probability: integer(0, 100).required().default("10").list();
        /// What reaching it means.
        outcome: choice(&["open", "won", "lost"]).required().default("open").list();
        /// Opportunity fields that must have a value to enter it.
        required_fields: tags().list();
        /// Advice shown to whoever works in it.
        guidance: long_text();
        /// More cards than this are marked as too many.
        card_limit: integer(1, 1_000_000);
        /// Days without activity after which a card rots.
        rotting_days: integer(1, 3650).list();
    }
    with { ownership: Ownership::Organisation }
    rules stage_rules
}

fn stage_rules(draft: &mut Draft<'_>) {
    let unknown = texts(draft.after, "required_fields").any(|name| OPPORTUNITY.field(name).is_none_or(|f| f.read_only));
    let probability = match Stage(draft.after).outcome() {
        Some("won") => Some(100),
        Some("lost") => Some(0),
        _ => None,
    };
    if unknown {
        draft.error("required_fields", "unknown_field");
    }
    if let Some(probability) = probability {
        draft.set("probability", probability);
    }
    if draft.before.is_some() && draft.changed("pipeline_id") {
        draft.error("pipeline_id", "fixed");
    }
}
