//! Who may do what: levels, rights per record type and field, and the acting user.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::format::Zone;
use crate::record::{FieldDef, NOT_WORKING, RecordDef, Row, Values};

/// How far a right reaches. Ordered: each level includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing.
    #[default]
    None,
    /// Records the user owns.
    Own,
    /// Records of the user's team.
    Team,
    /// Records of the user's team and the teams below it.
    TeamBelow,
    /// Every record of the organisation.
    All,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Self; 5] = [Self::None, Self::Own, Self::Team, Self::TeamBelow, Self::All];

    /// Identifier on the wire and in label catalogs.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own",
            Self::Team => "team",
            Self::TeamBelow => "team_below",
            Self::All => "all",
        }
    }
}

/// What a right is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Make new records; the level says for whom.
    Create,
    /// See records.
    Read,
    /// Change records.
    Update,
    /// Archive, restore and delete records.
    Delete,
    /// Take records out as files.
    Export,
    /// Bring records in from files.
    Import,
}

impl Action {
    /// All actions in display order.
    pub const ALL: [Self; 6] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::Export, Self::Import];

    /// Identifier on the wire and in label catalogs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Export => "export",
            Self::Import => "import",
        }
    }

    /// Whether records in a public pool are open to everybody with any right to it on the type.
    pub fn reaches_pool(self) -> bool {
        matches!(self, Self::Read | Self::Update)
    }
}

/// Rights on one record type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypeRights {
    /// See [`Action::Create`].
    pub create: Level,
    /// See [`Action::Read`].
    pub read: Level,
    /// See [`Action::Update`].
    pub update: Level,
    /// See [`Action::Delete`].
    pub delete: Level,
    /// See [`Action::Export`].
    pub export: Level,
    /// See [`Action::Import`].
    pub import: Level,
}

impl TypeRights {
    /// Everything, everywhere.
    pub const FULL: Self = Self {
        create: Level::All,
        read: Level::All,
        update: Level::All,
        delete: Level::All,
        export: Level::All,
        import: Level::All,
    };

    /// The level granted for an action.
    pub fn level(&self, action: Action) -> Level {
        match action {
            Action::Create => self.create,
            Action::Read => self.read,
            Action::Update => self.update,
            Action::Delete => self.delete,
            Action::Export => self.export,
            Action::Import => self.import,
        }
    }

    fn merge(self, other: Self) -> Self {
        Self {
            create: self.create.max(other.create),
            read: self.read.max(other.read),
            update: self.update.max(other.update),
            delete: self.delete.max(other.delete),
            export: self.export.max(other.export),
            import: self.import.max(other.import),
        }
    }
}

/// What may be done with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldAccess {
    /// Neither shown, sorted, filtered nor exported.
    Hidden,
    /// Shown, not changed.
    Read,
    /// Shown and changed.
    Write,
}

/// What a role grants; of several roles the most generous wins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grants {
    /// Administers the organisation: users, teams, roles, settings; implies full rights on every type.
    pub admin: bool,
    /// Rights by record type name.
    pub types: BTreeMap<String, TypeRights>,
    /// Field restrictions by `<type>.<field>`; fields not named are writable.
    pub fields: BTreeMap<String, FieldAccess>,
}

impl Grants {
    /// The union of the grants of several roles.
    pub fn union<'g>(all: impl IntoIterator<Item = &'g Grants>) -> Self {
        let mut all = all.into_iter();
        let Some(first) = all.next() else { return Self::default() };
        all.fold(first.clone(), |sum, next| sum.with(next))
    }

    fn with(mut self, other: &Self) -> Self {
        self.admin |= other.admin;
        // A restriction is lifted only by a role that grants the type without it.
        let mine = std::mem::take(&mut self.fields);
        let names: Vec<String> = mine.keys().chain(other.fields.keys()).cloned().collect();
        for name in names {
            let of = |fields: &BTreeMap<String, FieldAccess>, types: &BTreeMap<String, TypeRights>| {
                let granted =
                    types.get(name.split('.').next().unwrap_or_default()).is_some_and(|r| *r != TypeRights::default());
                fields.get(&name).copied().or(granted.then_some(FieldAccess::Write))
            };
            if let Some(access) = of(&mine, &self.types).max(of(&other.fields, &other.types)) {
                self.fields.insert(name, access);
            }
        }
        for (name, rights) in &other.types {
            let mine = self.types.entry(name.clone()).or_default();
            *mine = mine.merge(*rights);
        }
        self
    }
}

/// The acting user with everything access decisions need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// Organisation.
    pub org_id: Uuid,
    /// User.
    pub user_id: Uuid,
    /// Team the user belongs to.
    pub team_id: Option<Uuid>,
    /// That team and every team below it.
    pub teams_below: Vec<Uuid>,
    /// Merged grants of the user's roles.
    pub grants: Grants,
    /// Where the user's days begin: their own time zone, else the organisation's, with its changes in the years around now.
    pub zone: Zone,
    /// The user reads another language than the organisation's own: what has a name in that is called so.
    #[serde(default)]
    pub other_names: bool,
}

impl Actor {
    /// Somebody who may do everything in an organisation: the system, in the name of a user whose own rights and time zone are of no
    /// account, or of nobody.
    pub fn administrator(org_id: Uuid, user_id: Uuid) -> Self {
        let grants = Grants { admin: true, ..Grants::default() };
        Self { org_id, user_id, team_id: None, teams_below: Vec::new(), grants, zone: Zone::utc(), other_names: false }
    }

    /// The same user with all rights: the system, when it does in their name what follows from what they may do. Their days begin
    /// where they did; names are the organisation's.
    #[must_use]
    pub fn unlimited(&self) -> Self {
        Self { zone: self.zone.clone(), ..Self::administrator(self.org_id, self.user_id) }
    }
}

/// Whose a concrete record is, as access decisions see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Owner of the record.
    pub owner_id: Option<Uuid>,
    /// Team of the record.
    pub team_id: Option<Uuid>,
    /// With whom it is shared, if its type has an audience.
    #[serde(default)]
    pub audience: Audience,
}

/// With whom a record is shared, of types that have an audience: with nobody, its owner's team, everyone.
pub const AUDIENCES: &[&str] = &["private", "team", "everyone"];

/// [`AUDIENCES`], as rights look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Only those whose rights reach its owner.
    #[default]
    Private,
    /// Its team too.
    Team,
    /// Everyone who may read any of the type.
    Everyone,
}

impl Holder {
    /// Whose a row is.
    pub fn of(row: &Row) -> Self {
        let audience = match row.text("audience") {
            Some("everyone") => Audience::Everyone,
            Some("team") => Audience::Team,
            _ => Audience::Private,
        };
        Self { owner_id: row.reference("owner_id"), team_id: row.reference("team_id"), audience }
    }

    /// Nobody's: in the public pool, if the type has one.
    pub fn is_free(&self) -> bool {
        self.owner_id.is_none() && self.team_id.is_none()
    }
}

impl Actor {
    /// Rights on a record type. Types that belong to the organisation count any level as all.
    pub fn level(&self, def: &RecordDef, action: Action) -> Level {
        // A table of files brings none of them along.
        if def.uploaded && action == Action::Import {
            return Level::None;
        }
        if self.grants.admin {
            return Level::All;
        }
        // Whoever could change users or roles could make themselves administrator.
        if def.admin && action != Action::Read {
            return Level::None;
        }
        let level = self.grants.types.get(def.name).map_or(Level::None, |rights| rights.level(action));
        if !def.is_owned() && level > Level::None { Level::All } else { level }
    }

    /// Whether the action is granted on some record of the type at all.
    pub fn may(&self, def: &RecordDef, action: Action) -> bool {
        self.level(def, action) > Level::None
    }

    /// Whether the actor may read every record of a type: all of them are granted, and so is all that they are parts of.
    pub fn reads_all(&self, def: &RecordDef) -> bool {
        self.level(def, Action::Read) == Level::All && def.wholes().all(|(_, whole)| self.reads_all(whole))
    }

    /// Whether the user may bring in records of some type.
    pub fn may_import(&self) -> bool {
        crate::types::REGISTRY.iter().any(|def| self.may(def, Action::Import))
    }

    /// Whether new records of a type are the actor's own unless somebody else is named. Some types' may wait for an owner; but
    /// who reaches only what is theirs may neither make what is nobody's nor see it.
    pub fn owns_new(&self, def: &RecordDef) -> bool {
        let reaches_all = || [Action::Create, Action::Read].into_iter().all(|a| self.level(def, a) == Level::All);
        def.is_owned() && !(def.unassigned && reaches_all())
    }

    /// Whether the level reaches a record held so.
    pub fn reaches(&self, level: Level, holder: &Holder) -> bool {
        let own = holder.owner_id == Some(self.user_id);
        match level {
            Level::None => false,
            Level::Own => own,
            Level::Team => own || (holder.team_id.is_some() && holder.team_id == self.team_id),
            Level::TeamBelow => own || holder.team_id.is_some_and(|team| self.teams_below.contains(&team)),
            Level::All => true,
        }
    }

    /// Whether the actor's rights on the type reach a record held so, the public pool included.
    pub fn holds(&self, def: &RecordDef, action: Action, holder: &Holder) -> bool {
        let level = self.level(def, action);
        let pooled = def.pool && holder.is_free() && action.reaches_pool();
        self.reaches(level, holder) || (pooled || self.is_addressed(def, action, holder)) && level > Level::None
    }

    /// Whether a record is shared with the actor, to be read.
    fn is_addressed(&self, def: &RecordDef, action: Action, holder: &Holder) -> bool {
        let shared = match holder.audience {
            Audience::Private => false,
            Audience::Team => holder.team_id.is_some() && holder.team_id == self.team_id,
            Audience::Everyone => true,
        };
        def.audience && action == Action::Read && shared
    }

    /// What the actor may do with a field.
    pub fn field_access(&self, def: &RecordDef, field: &str) -> FieldAccess {
        if self.grants.admin {
            return FieldAccess::Write;
        }
        let field = field.split('.').next().unwrap_or(field);
        let granted = |field: &str| {
            self.grants.fields.get(&format!("{}.{field}", def.name)).copied().unwrap_or(FieldAccess::Write)
        };
        if field == NOT_WORKING.name {
            // Marks repeat what they are about.
            let channels = def.fields.iter().filter(|field| field.kind.is_channel());
            return channels.map(|field| granted(field.name)).fold(granted(field), Ord::min);
        }
        // What is said twice is hidden twice; it may be changed in one place and not in the other.
        let is_hidden = |said: &str| self.grants.fields.get(said) == Some(&FieldAccess::Hidden);
        if def.repeats.iter().any(|(own, said)| *own == field && is_hidden(said)) {
            return FieldAccess::Hidden;
        }
        granted(field)
    }

    /// Whether the actor may see a field.
    pub fn sees(&self, def: &RecordDef, field: &FieldDef) -> bool {
        self.field_access(def, field.name) > FieldAccess::Hidden
    }

    /// Whether the actor may see what records of a type are called.
    pub fn sees_title(&self, def: &RecordDef) -> bool {
        self.field_access(def, def.title) > FieldAccess::Hidden
    }

    /// The field with the numbers that people know such records by, if there is one and the actor may see it.
    pub fn number_of(&self, def: &RecordDef) -> Option<&'static FieldDef> {
        def.fields.iter().find(|field| field.serial.is_some()).filter(|field| self.sees(def, field))
    }

    /// The field with what records of a type are called in the actor's language, where that is not the organisation's own and the
    /// type has names in both.
    pub fn other_title(&self, def: &RecordDef) -> Option<&'static FieldDef> {
        def.other_title().filter(|field| self.other_names && self.sees(def, field))
    }

    /// What a record is called in the actor's language, as far as it has a name in that.
    pub fn called<'r>(&self, def: &RecordDef, row: &'r Row) -> Option<&'r str> {
        let other = self.other_title(def).and_then(|field| row.text(field.name)).filter(|name| !name.is_empty());
        other.or_else(|| row.text(def.title))
    }

    /// The field restrictions that bind the actor, by `<type>.<field>`: two actors with the same ones see the same
    /// of a record that both can read.
    pub fn restrictions(&self) -> Option<&BTreeMap<String, FieldAccess>> {
        Some(&self.grants.fields).filter(|fields| !self.grants.admin && !fields.is_empty())
    }

    /// Removes the fields the actor may not see.
    pub fn redact(&self, def: &RecordDef, values: &mut Values) {
        if self.restrictions().is_some() {
            values.retain(|field, _| self.field_access(def, field) > FieldAccess::Hidden);
        }
    }
}

#[cfg(test)]
mod tests;
