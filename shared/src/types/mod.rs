//! The record types, one declaration each, and their registry.

mod activity;
mod contact;
mod custom_field;
mod customer;
mod lead;
mod opportunity;
mod organisation;
mod pipeline;
mod product;
mod saved_view;
mod stage;
mod tag;
mod task;
mod team;
mod user;

pub use activity::{ACTIVITY, ACTIVITY_KINDS, Activity};
pub use contact::{CONTACT, Contact};
pub use custom_field::{CUSTOM_FIELD, CUSTOM_KINDS, CustomFieldView};
pub use customer::{CUSTOMER, Customer, INDUSTRIES, SOURCES};
pub use lead::{LEAD, Lead};
pub use opportunity::{LOST_REASONS, OPPORTUNITY, Opportunity, RequiredByStage, rotting};
pub use organisation::{ORGANISATION, Organisation};
pub use pipeline::{PIPELINE, Pipeline};
pub use product::{PRODUCT, Product};
pub use saved_view::{SAVED_VIEW, SavedView};
pub use stage::{STAGE, Stage};
pub use tag::{TAG, Tag};
pub use task::{TASK, Task};
pub use team::{TEAM, Team};
pub use user::{ROLE, Role, USER, User};

use crate::record::RecordDef;

/// Every record type, referenced types before those that refer to them.
pub const REGISTRY: &[&RecordDef] = &[
    &ORGANISATION,
    &ROLE,
    &TEAM,
    &USER,
    &TAG,
    &CUSTOM_FIELD,
    &SAVED_VIEW,
    &PRODUCT,
    &CUSTOMER,
    &CONTACT,
    &PIPELINE,
    &STAGE,
    &OPPORTUNITY,
    &LEAD,
    &ACTIVITY,
    &TASK,
];

/// The record type of that singular name.
pub fn by_name(name: &str) -> Option<&'static RecordDef> {
    REGISTRY.iter().copied().find(|def| def.name == name)
}

/// The record type of that collection name.
pub fn by_plural(plural: &str) -> Option<&'static RecordDef> {
    REGISTRY.iter().copied().find(|def| def.plural == plural)
}

#[cfg(test)]
mod tests;
