//! The roles an organisation starts with. They follow from the registry: a new record type is in them at once.

use shared::RecordDef;
use shared::access::{Grants, Level, TypeRights};
use shared::i18n::Locale;
use shared::types::REGISTRY;

/// A role every new organisation gets; its administrators may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultRole {
    /// Everything, with users, roles and settings.
    Admin,
    /// Leads a team: everything of the team and the teams below.
    SalesManager,
    /// Works their own customers and deals.
    SalesRep,
    /// Runs the service desk: its queues, service levels, rules and surveys.
    SupportManager,
    /// Helps any customer, works tickets, and keeps their own activities and tasks.
    SupportAgent,
    /// Sees everything, changes nothing.
    ReadOnly,
}

impl DefaultRole {
    /// All of them, in display order.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::SalesManager, Self::SalesRep, Self::SupportManager, Self::SupportAgent, Self::ReadOnly];

    /// The name it is created with.
    #[must_use]
    pub fn name(self, locale: Locale) -> &'static str {
        let (zh, en) = match self {
            Self::Admin => ("管理员", "Administrator"),
            Self::SalesManager => ("销售经理", "Sales manager"),
            Self::SalesRep => ("销售", "Sales rep"),
            Self::SupportManager => ("客服主管", "Support manager"),
            Self::SupportAgent => ("客服", "Support agent"),
            Self::ReadOnly => ("只读", "Read only"),
        };
        match locale {
            Locale::ZhCn => zh,
            Locale::En => en,
        }
    }

    /// What it grants.
    #[must_use]
    pub fn grants(self) -> Grants {
        let types = REGISTRY.iter().map(|def| (def.name.to_owned(), self.rights(def))).collect();
        Grants { admin: self == Self::Admin, types, ..Grants::default() }
    }

    fn rights(self, def: &RecordDef) -> TypeRights {
        match self {
            Self::Admin => TypeRights::FULL,
            Self::ReadOnly => reading(Level::All),
            // Everybody needs the settings of the organisation to work; views are for everybody to save.
            _ if matches!(def.name, "saved_view" | "reply_template") => editing(Level::Own),
            Self::SupportManager => supervising(def),
            Self::SalesManager if def.name == "tag" => editing(Level::All),
            _ if !def.is_owned() => reading(Level::All),
            Self::SalesManager | Self::SalesRep if def.name == "article" => reading(Level::All),
            Self::SalesManager => {
                TypeRights { export: Level::TeamBelow, import: Level::TeamBelow, ..editing(Level::TeamBelow) }
            }
            // Whoever hears of a problem may report it, also for customers of others; what comes of it they see of their own.
            Self::SalesRep if def.name == "ticket" => TypeRights { create: Level::All, ..editing(Level::Own) },
            Self::SalesRep => editing(Level::Own),
            Self::SupportAgent => match def.name {
                "customer" | "contact" | "survey_response" => reading(Level::All),
                "ticket" | "ticket_message" | "article" => TypeRights { delete: Level::None, ..editing(Level::All) },
                "attachment" => editing(Level::All),
                "activity" | "task" => editing(Level::Own),
                _ => TypeRights::default(),
            },
        }
    }
}

/// Everything of the service desk, and what support agents may besides.
fn supervising(def: &RecordDef) -> TypeRights {
    const DESK: &[&str] = &[
        "ticket",
        "ticket_message",
        "ticket_status",
        "ticket_rule",
        "queue",
        "category",
        "business_calendar",
        "sla_policy",
        "article",
        "attachment",
        "survey",
        "survey_response",
        "tag",
    ];
    match def.name {
        name if DESK.contains(&name) => TypeRights { export: Level::All, import: Level::All, ..editing(Level::All) },
        "activity" | "task" => editing(Level::TeamBelow),
        "customer" | "contact" => TypeRights { update: Level::All, ..reading(Level::All) },
        _ if !def.is_owned() => reading(Level::All),
        _ => TypeRights::default(),
    }
}

fn reading(level: Level) -> TypeRights {
    TypeRights { read: level, ..TypeRights::default() }
}

fn editing(level: Level) -> TypeRights {
    TypeRights { create: level, read: level, update: level, delete: level, ..TypeRights::default() }
}

/// Names and grants of the roles a new organisation gets, in the order of [`DefaultRole::ALL`].
#[must_use]
pub fn default_roles(locale: Locale) -> Vec<(&'static str, Grants)> {
    DefaultRole::ALL.into_iter().map(|role| (role.name(locale), role.grants())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::access::Action;

    fn level(role: DefaultRole, record_type: &str, action: Action) -> Level {
        role.grants().types[record_type].level(action)
    }

    #[test]
    fn every_type_is_in_every_role_and_only_administrators_administer() {
        for role in DefaultRole::ALL {
            let grants = role.grants();
            assert_eq!(grants.types.len(), REGISTRY.len());
            assert_eq!(grants.admin, role == DefaultRole::Admin);
            for def in REGISTRY.iter().filter(|def| def.admin && role != DefaultRole::Admin) {
                assert_eq!(grants.types[def.name].update, Level::None, "{role:?} {}", def.name);
            }
        }
    }

    #[test]
    fn levels_follow_the_job() {
        use DefaultRole::{ReadOnly, SalesManager, SalesRep, SupportAgent};
        assert_eq!(level(SalesManager, "opportunity", Action::Export), Level::TeamBelow);
        assert_eq!(level(SalesRep, "opportunity", Action::Update), Level::Own);
        assert_eq!(level(SalesRep, "opportunity", Action::Export), Level::None);
        assert_eq!(level(SalesRep, "stage", Action::Read), Level::All);
        assert_eq!(level(SalesRep, "stage", Action::Update), Level::None);
        assert_eq!(level(SupportAgent, "customer", Action::Read), Level::All);
        assert_eq!(level(SupportAgent, "customer", Action::Update), Level::None);
        assert_eq!(level(SupportAgent, "opportunity", Action::Read), Level::None);
        assert_eq!(level(ReadOnly, "lead", Action::Read), Level::All);
        assert_eq!(level(ReadOnly, "lead", Action::Create), Level::None);
    }
}
