//! Reply template 快捷回复: an answer or a whole act that agents repeat; with changes it is a macro.

use crate::access::AUDIENCES;
use crate::record::{Draft, declare::record};

record! {
    /// An answer that agents repeat, with `{{variables}}`, and what else it does to the ticket.
    pub REPLY_TEMPLATE, ReplyTemplate {
        name: "reply_template", plural: "reply_templates", icon: "zap", title: "name",
        /// Name.
        name: text(120).required().search().list();
        /// What is typed after `/` to get it.
        shortcut: text(40).search().list();
        /// Language of the answer; for any customer when empty.
        locale: choice(&["zh-CN", "en"]).list();
        /// The answer; `{{customer.name}}`, `{{ticket.number}}`, `{{agent.name}}` … are filled in.
        content: rich_text();
        /// Written as an internal note instead of an answer.
        internal: boolean();
        /// Fields of the ticket it sets, by name.
        changes: values("ticket", TEMPLATE_FIELDS);
        /// Only offered in these queues; everywhere when empty.
        queue_ids: references("queue");
        /// With whom it is shared.
        audience: choice(AUDIENCES).required().default("private").list();
    }
    with { audience: true }
    rules template_rules
}

/// Fields of a ticket that a template may set.
pub const TEMPLATE_FIELDS: &[&str] =
    &["status", "status_id", "priority", "kind", "queue_id", "category_id", "tags", "owner_id"];

fn template_rules(draft: &mut Draft<'_>) {
    let changes = draft.after.get("changes").cloned().unwrap_or_default();
    if !changes.is_null() && !changes.is_object() {
        draft.error("changes", "object");
    }
    if !draft.has("content") && crate::record::is_empty(&changes) {
        draft.error("content", "required");
    }
}
