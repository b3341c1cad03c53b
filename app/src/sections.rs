//! The pages of the settings: the settings show them, the palette finds them.

/// One page of the settings.
pub struct Section {
    /// The last part of its address.
    pub key: &'static str,
    /// Label key.
    pub label: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// For administrators only.
    pub admin: bool,
}

const fn own(key: &'static str, label: &'static str, icon: &'static str) -> Section {
    Section { key, label, icon, admin: false }
}

const fn admin(key: &'static str, label: &'static str, icon: &'static str) -> Section {
    Section { key, label, icon, admin: true }
}

/// All of them, in order.
pub const SECTIONS: &[Section] = &[
    own("profile", "ui.nav.profile", "user"),
    own("password", "ui.profile.change_password", "key-round"),
    own("devices", "ui.profile.devices", "monitor"),
    own("tokens", "admin.tokens.title", "workflow"),
    admin("users", "admin.users.title", "users"),
    admin("teams", "admin.teams.title", "network"),
    admin("roles", "admin.roles.title", "shield"),
    admin("pipelines", "admin.pipelines.title", "kanban"),
    admin("tags", "ui.nav.tags", "tags"),
    admin("mailboxes", "mail.title", "mail"),
    admin("fields", "admin.fields.title", "list-filter"),
    admin("organisation", "admin.organisation.title", "building-2"),
    admin("audit", "admin.audit.title", "history"),
    admin("sign-ins", "admin.sign_ins.title", "log-in"),
];

#[cfg(test)]
mod tests {
    use shared::i18n::{Locale, lookup};

    use super::SECTIONS;

    #[test]
    fn every_section_is_called_something() {
        for section in SECTIONS {
            assert!(Locale::ALL.iter().all(|locale| lookup(*locale, section.label).is_some()), "{}", section.label);
        }
    }
}
