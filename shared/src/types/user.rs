//! User 用户 and role 角色. Passwords and sessions are not record data and live in tables of their own.

use crate::access::Grants;
use crate::record::{Draft, Ownership, declare::record};

record! {
    /// Somebody who works with Guanxi. The user's team is the record's `team_id`.
    pub USER, User {
        name: "user", plural: "users", icon: "user", title: "name",
        /// Name shown to colleagues.
        name: text(120).required().search().list();
        /// Address to sign in with; people imported without one cannot sign in until it is set.
        email: email().unique().search().list();
        /// Phone for colleagues.
        phone: text(40).list();
        /// Job title.
        job_title: text(120).list();
        /// Roles; their grants add up.
        role_ids: references("role").list();
        /// May sign in.
        active: boolean().default("true").list();
        /// Gets no tickets from routing at the moment.
        away: boolean().group("service");
        /// What they know, for tickets that need it.
        skills: tags().group("service");
        /// Most open tickets that routing gives them; as many as their queues allow when empty.
        ticket_capacity: integer(1, 1_000).group("service");
        /// Chosen language.
        locale: choice(&["zh-CN", "en"]);
        /// Chosen IANA time zone.
        timezone: time_zone();
    }
    with { ownership: Ownership::Organisation, admin: true }
}

record! {
    /// A set of grants.
    pub ROLE, Role {
        name: "role", plural: "roles", icon: "shield", title: "name",
        /// Name shown to administrators.
        name: text(120).required().unique().search().list();
        /// Name in the language that is not the organisation's own.
        other_name: text(120).search();
        /// What the role is for.
        description: long_text().list();
        /// [`Grants`] as JSON.
        grants: json();
    }
    with { ownership: Ownership::Organisation, admin: true }
    rules role_rules
}

fn role_rules(draft: &mut Draft<'_>) {
    let grants = draft.after.get("grants").cloned().unwrap_or_default();
    if grants.is_null() {
        draft.set("grants", serde_json::json!({}));
    } else if serde_json::from_value::<Grants>(grants).is_err() {
        draft.error("grants", "grants");
    }
}
