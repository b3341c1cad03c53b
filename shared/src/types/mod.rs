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
mod mailbox;
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
pub use attachment::{ATTACHMENT, Attachment, INLINE_IMAGES, clean_file_name};
pub use business_calendar::{BUSINESS_CALENDAR, BusinessCalendar};
pub use category::{CATEGORY, Category};
pub use contact::{CONTACT, Contact};
pub use custom_field::{CUSTOM_FIELD, CUSTOM_KINDS, CustomFieldView};
pub use customer::{CATEGORIES, CUSTOMER, Customer, INDUSTRIES, SOURCES};
pub use lead::{LEAD, Lead};
pub use mailbox::{MAIL_SECURITY, MAILBOX, Mailbox};
pub use opportunity::{LOST_REASONS, OPPORTUNITY, Opportunity, RequiredByStage, rotting};
pub use organisation::{ORGANISATION, Organisation, endings, is_slug};
pub use pipeline::{PIPELINE, Pipeline};
pub use product::{PRODUCT, Product};
pub use queue::{QUEUE, Queue, ROUTINGS};
pub use reply_template::{REPLY_TEMPLATE, ReplyTemplate, TEMPLATE_FIELDS, TEMPLATE_VARIABLES, fill_variables};
pub use saved_view::{SAVED_VIEW, SavedView, offered_views};
pub use sla_policy::{SLA_POLICY, SlaPolicy};
pub use stage::{STAGE, Stage};
pub use survey::{SURVEY, SURVEY_KINDS, SURVEY_RESPONSE, Survey, SurveyResponse, score_range};
pub use tag::{TAG, Tag};
pub use task::{TASK, Task};
pub use team::{TEAM, Team};
pub use ticket::{
    MAILED_CHANNELS, PRIORITIES, SLA_STATES, TICKET, TICKET_CHANNELS, TICKET_KINDS, Ticket, default_for_programs,
    is_about_steps, is_unsettled, may_become, unsettled_statuses,
};
pub use ticket_message::{TICKET_MESSAGE, TicketMessage};
pub use ticket_rule::{TICKET_RULE, TicketRule, is_known_on_arrival};
pub use ticket_status::{TICKET_STATUS, TICKET_STATUSES, TicketStatus};
pub use user::{ROLE, Role, USER, User};

use crate::record::{Draft, RecordDef, Rule, no_rules};

/// What the service desk works by: lists of records that belong to the settings.
pub const DESK_SETTINGS: &[&str] = &[
    "queue",
    "sla_policy",
    "business_calendar",
    "ticket_rule",
    "ticket_status",
    "category",
    "reply_template",
    "survey",
];

/// Lists the record types with their views.
macro_rules! registry {
    ($($def:ident, $view:ident;)*) => {
        /// Every record type, referenced types before those that refer to them.
        pub const REGISTRY: &[&RecordDef] = &[$(&$def),*];

        /// What must hold of such records beyond single fields; run after normalising, before the database. Looked up
        /// instead of declared with the rest: whatever that names is part of the browser's first load.
        pub fn rules(def: &RecordDef) -> Rule {
            match def.name {
                $(name if name == $def.name => $view::RULES,)*
                _ => no_rules,
            }
        }
    };
}

registry! {
    ORGANISATION, Organisation;
    ROLE, Role;
    TEAM, Team;
    USER, User;
    TAG, Tag;
    CUSTOM_FIELD, CustomFieldView;
    SAVED_VIEW, SavedView;
    PRODUCT, Product;
    CUSTOMER, Customer;
    CONTACT, Contact;
    PIPELINE, Pipeline;
    STAGE, Stage;
    OPPORTUNITY, Opportunity;
    LEAD, Lead;
    CATEGORY, Category;
    QUEUE, Queue;
    MAILBOX, Mailbox;
    TICKET_STATUS, TicketStatus;
    BUSINESS_CALENDAR, BusinessCalendar;
    SLA_POLICY, SlaPolicy;
    ARTICLE, Article;
    TICKET, Ticket;
    ACTIVITY, Activity;
    TASK, Task;
    TICKET_MESSAGE, TicketMessage;
    TICKET_RULE, TicketRule;
    REPLY_TEMPLATE, ReplyTemplate;
    ATTACHMENT, Attachment;
    SURVEY, Survey;
    SURVEY_RESPONSE, SurveyResponse;
}

/// Fields by which records of a type are called that have no title, the first that says something. Looked up, as the rules are.
pub fn called_by(def: &RecordDef) -> &'static [&'static str] {
    if def.name == SURVEY_RESPONSE.name { survey::CALLED_BY } else { &[] }
}

/// Paths over references that lead to further records on whose pages records of a type are listed, besides those that its own
/// fields refer to. Looked up, as the rules are.
pub(crate) fn listed_by(def: &RecordDef) -> &'static [&'static str] {
    if def.name == SURVEY_RESPONSE.name { survey::LISTED_BY } else { &[] }
}

/// Refuses what contradicts itself among the fields that were sent, which `patch` names. Before the rules, which only see what a
/// record becomes and make one field follow another.
pub(crate) fn refuse_contradiction(def: &RecordDef, draft: &mut Draft<'_>, patch: &[String]) {
    if def.name == TICKET.name {
        ticket::refuse_contradiction(draft, patch);
    }
}

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
