//! The record types, one declaration each, and their registry.

mod activity;
mod article;
mod attachment;
mod business_calendar;
mod category;
mod contact;
mod custom_field;
mod customer;
mod lead;
mod opportunity;
mod organisation;
mod pipeline;
mod product;
mod queue;
mod reply_template;
mod saved_view;
mod sla_policy;
mod stage;
mod survey;
mod tag;
mod task;
mod team;
mod ticket;
mod ticket_message;
mod ticket_rule;
mod ticket_status;
mod user;

pub use activity::{ACTIVITY, ACTIVITY_KINDS, Activity};
pub use article::{ARTICLE, Article};
pub use attachment::{ATTACHMENT, Attachment};
pub use business_calendar::{BUSINESS_CALENDAR, BusinessCalendar};
pub use category::{CATEGORY, Category};
pub use contact::{CONTACT, Contact};
pub use custom_field::{CUSTOM_FIELD, CUSTOM_KINDS, CustomFieldView};
pub use customer::{CATEGORIES, CUSTOMER, Customer, INDUSTRIES, SOURCES};
pub use lead::{LEAD, Lead};
pub use opportunity::{LOST_REASONS, OPPORTUNITY, Opportunity, RequiredByStage, rotting};
pub use organisation::{ORGANISATION, Organisation};
pub use pipeline::{PIPELINE, Pipeline};
pub use product::{PRODUCT, Product};
pub use queue::{QUEUE, Queue, ROUTINGS};
pub use reply_template::{REPLY_TEMPLATE, ReplyTemplate, TEMPLATE_FIELDS};
pub use saved_view::{SAVED_VIEW, SavedView};
pub use sla_policy::{SLA_POLICY, SlaPolicy};
pub use stage::{STAGE, Stage};
pub use survey::{SURVEY, SURVEY_KINDS, SURVEY_RESPONSE, Survey, SurveyResponse, score_range};
pub use tag::{TAG, Tag};
pub use task::{TASK, Task};
pub use team::{TEAM, Team};
pub use ticket::{PRIORITIES, SLA_STATES, TICKET, TICKET_CHANNELS, TICKET_KINDS, Ticket, is_unsettled};
pub use ticket_message::{TICKET_MESSAGE, TicketMessage};
pub use ticket_rule::{TICKET_RULE, TicketRule};
pub use ticket_status::{TICKET_STATUS, TICKET_STATUSES, TicketStatus};
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
    &CATEGORY,
    &QUEUE,
    &TICKET_STATUS,
    &BUSINESS_CALENDAR,
    &SLA_POLICY,
    &ARTICLE,
    &TICKET,
    &ACTIVITY,
    &TASK,
    &TICKET_MESSAGE,
    &TICKET_RULE,
    &REPLY_TEMPLATE,
    &ATTACHMENT,
    &SURVEY,
    &SURVEY_RESPONSE,
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
