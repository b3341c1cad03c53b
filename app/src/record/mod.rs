//! The generic list, detail, form and editors of every record type.
//!
//! Everything here is driven by [`shared::RecordDef`]: there is no code per type and nothing generic over types, so the
//! bundle does not grow with their number.

pub mod attachments;
mod attribute;
pub mod audience;
mod batch;
mod called;
mod channels;
mod conflict;
pub mod detail;
mod editor;
pub mod exports;
pub mod form;
mod inline;
pub mod list;
mod logged;
pub mod merge;
mod missing;
mod relist;
mod structured;
mod ticks;
mod titles;
pub mod undoing;
mod value;
mod views;

pub use attribute::{Attribute, attributes};
pub use audience::AudienceField;
pub use batch::Batch;
pub use detail::{DetailPage, RecordContext, RecordPeek};
pub use editor::{Editing, editor, record_input, rich_words};
pub use form::{RecordForm, reason_badge, told_reason};
pub use inline::refocus;
pub use list::{
    Conditions, ListPage, Place, address_conditions, conditions, conditions_on, fetch_calendar, filter_words,
    list_address, list_address_as,
};
pub use logged::Logged;
pub use merge::MergeDialog;
pub use missing::{failed, failed_saying, no_access, not_found, part_failed};
pub(crate) use relist::{Relisted, Relisting, Reread, relist_now, relist_soon};
pub use ticks::{Tickable, box_of_shown, tick, tick_shown, ticked_count};
pub(crate) use titles::learn_titles;
pub use value::{Shown, score_view, value_text, value_view};
pub use views::{Naming, Views, load_views, same_conditions};

use leptos::prelude::{AnyView, Callback};
use shared::query::Filter;
use uuid::Uuid;

/// What shows a record's timeline. A feature does, and features meet in the routes only.
pub type TimelineSlot = fn(&'static str, Uuid) -> AnyView;

/// What can be done with a record besides what can be done with any; a feature knows.
pub type ActsSlot = fn(RecordContext) -> AnyView;

/// What features show on a record's page.
#[derive(Clone, Copy)]
pub struct Slots {
    /// Its timeline.
    pub timeline: TimelineSlot,
    /// What can be done with it.
    pub acts: ActsSlot,
}

/// What shows a record beside a page, until it says that it should close.
pub type PeekSlot = fn(&'static str, Uuid, Callback<()>) -> AnyView;

/// The address at which deals with these conditions and search words are a board; it keeps the order, as addresses have it, for
/// the way back.
pub type BoardSlot = fn(&[Filter], &str, Option<String>) -> String;
