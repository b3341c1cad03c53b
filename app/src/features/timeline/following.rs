//! Keeps a timeline current.

use shared::Row;
use shared::live::LiveEvent;

use super::feed::Feed;

/// Applies one live event.
pub(super) fn apply(feed: Feed, event: &LiveEvent) {
    match event {
        LiveEvent::Changed { record_type, row, titles, .. } if is_entry(record_type) && row.id != feed.id => {
            feed.arrive(record_type, row.clone(), titles);
        }
        LiveEvent::Changed { record_type, row, .. } if concerns(feed, record_type, row) => feed.refresh_soon(),
        LiveEvent::Removed { record_type, id, .. } if is_entry(record_type) => feed.drop_row(*id),
        LiveEvent::Refresh { record_type } if is_entry(record_type) || record_type == feed.record_type => feed.reload(),
        LiveEvent::Reset => feed.reload(),
        _ => {}
    }
}

fn is_entry(record_type: &str) -> bool {
    matches!(record_type, "activity" | "task" | "ticket")
}

/// Whether changes of the record are told on this timeline: its own, and a customer's opportunities.
fn concerns(feed: Feed, record_type: &str, row: &Row) -> bool {
    let own = record_type == feed.record_type && row.id == feed.id;
    own || feed.record_type == "customer"
        && record_type == "opportunity"
        && row.reference("customer_id") == Some(feed.id)
}
