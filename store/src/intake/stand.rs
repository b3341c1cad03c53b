//! How a ticket stands, as far as what is said about it needs to know.

use serde_json::{Value, json};
use uuid::Uuid;

/// What a [`Stand`] reads of a ticket `t`.
pub(crate) const COLUMNS: &str = "t.id, t.number, t.status, t.subject, t.kind, t.queue_id, t.category_id, t.product_id,
    t.order_number, t.customer_id, t.contact_id, t.locale, t.archived_at is not null as archived";

/// What is needed of a ticket to write in it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Stand {
    pub(crate) id: Uuid,
    pub(crate) number: Option<String>,
    pub(crate) status: String,
    pub(crate) subject: String,
    pub(crate) kind: String,
    pub(crate) queue_id: Option<Uuid>,
    pub(crate) category_id: Option<Uuid>,
    pub(crate) product_id: Option<Uuid>,
    pub(crate) order_number: Option<String>,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) contact_id: Option<Uuid>,
    pub(crate) locale: Option<String>,
    pub(crate) archived: bool,
}

impl Stand {
    /// Whether nothing is added to it any more: a new ticket goes on from it.
    pub(crate) fn is_over(&self) -> bool {
        self.status == "closed" || self.archived
    }

    /// What the ticket that goes on from this one takes over.
    pub(crate) fn follow_up(&self) -> Value {
        json!({
            "subject": self.subject, "kind": self.kind, "queue_id": self.queue_id, "category_id": self.category_id,
            "product_id": self.product_id, "order_number": self.order_number, "customer_id": self.customer_id,
            "contact_id": self.contact_id, "locale": self.locale, "parent_id": self.id,
        })
    }
}
