//! The record kernel's vocabulary: what a record type, a field and a row are.

mod custom;
pub(crate) mod declare;
pub mod digits;
mod draft;
mod kind;
mod listed;
pub(crate) mod marks;
mod normalize;
mod phone;
pub mod rich;
mod row;
mod shape;
mod validate;

pub use custom::{CUSTOM, CustomField, CustomFields, custom_changes, custom_key, custom_name, overlay, readable};
pub use draft::{Draft, Rule, no_rules};
pub use kind::{Kind, kinds};
pub use listed::listed_with;
pub use marks::{NOT_WORKING, is_marked};
pub use normalize::{instant_in, instant_text, money_text, normalize};
pub(crate) use phone::EXTENSION;
pub use phone::{dialled, phone_key, repeats_phone};
pub use row::{Row, Values, date, datetime, day, decimal, id, ids, instant, text, texts};
pub use shape::{Part, Shape, named_by, named_within};
pub use validate::{completeness, drop_consequences, is_empty, validate};

/// One field of a record type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldDef {
    /// Column, JSON and API name.
    pub name: &'static str,
    /// Shape and limits of the value.
    pub kind: Kind,
    /// Must have a value whenever the record is saved.
    pub required: bool,
    /// Can be found by the global search.
    pub searchable: bool,
    /// Shown in lists unless the user chose other columns.
    pub listed: bool,
    /// Value of a new record when none is given, as JSON-free text.
    pub default: Option<&'static str>,
    /// Set by rules only; a caller's value is refused.
    pub read_only: bool,
    /// Wanted for a complete record, but not required: its absence marks the record incomplete.
    pub wanted: bool,
    /// No two live records of an organisation share a value.
    pub unique: bool,
    /// Not offered in forms (internal order keys and the like).
    pub internal: bool,
    /// Says something about a person: it goes when somebody's data is erased.
    pub personal: bool,
    /// What somebody agreed to: of records that become one it holds as far as all say it.
    pub agreed: bool,
    /// A day that comes back every year, such as a birthday: calendars show it in each.
    pub yearly: bool,
    /// Numbered by the store: a new record without a value gets this prefix and the next number of its type.
    pub serial: Option<&'static str>,
    /// Heading under which forms show it.
    pub group: &'static str,
}

impl FieldDef {
    /// A plain optional field.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: false,
            searchable: false,
            listed: false,
            default: None,
            read_only: false,
            wanted: false,
            unique: false,
            internal: false,
            personal: false,
            agreed: false,
            yearly: false,
            serial: None,
            group: "main",
        }
    }

    /// Must have a value.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Found by search.
    pub const fn search(mut self) -> Self {
        self.searchable = true;
        self
    }

    /// Shown in lists by default.
    pub const fn list(mut self) -> Self {
        self.listed = true;
        self
    }

    /// Value of a new record when none is given.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// Written by rules only.
    pub const fn computed(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Its absence marks the record incomplete.
    pub const fn wanted(mut self) -> Self {
        self.wanted = true;
        self
    }

    /// No two live records of an organisation share a value.
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Kept out of forms and lists.
    pub const fn internal(mut self) -> Self {
        self.internal = true;
        self
    }

    /// Says something about a person.
    pub const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// What somebody agreed to.
    pub const fn agreed(mut self) -> Self {
        self.agreed = true;
        self
    }

    /// A day that comes back every year.
    pub const fn yearly(mut self) -> Self {
        self.yearly = true;
        self
    }

    /// Numbered by the store, with this prefix, when none is given.
    pub const fn serial(mut self, prefix: &'static str) -> Self {
        self.serial = Some(prefix);
        self
    }

    /// Heading under which forms show the field (`<type>.group.<name>` or `record.group.<name>`).
    pub const fn group(mut self, name: &'static str) -> Self {
        self.group = name;
        self
    }
}

/// Whose a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Has an owner and a team; read and write levels apply to them.
    Owned,
    /// Belongs to the organisation; any level above none means all.
    Organisation,
}

/// A record type, declared once.
#[derive(Clone, Copy, Debug)]
pub struct RecordDef {
    /// Singular identifier: label catalog, permissions, events.
    pub name: &'static str,
    /// Plural identifier: table, REST collection, page address.
    pub plural: &'static str,
    /// Icon name of the design system.
    pub icon: &'static str,
    /// Field that names a record to people.
    pub title: &'static str,
    /// Declared fields; the columns every record has are in [`SYSTEM_FIELDS`].
    pub fields: &'static [FieldDef],
    /// Whose a record is.
    pub ownership: Ownership,
    /// Reference fields through which readability is inherited: whoever reads the referenced record reads this one.
    pub through: &'static [&'static str],
    /// References to the records that it is a part of: a record that refers so to one which somebody may not read can't be read
    /// by them either, whatever they are granted on the type. See [`Self::wholes`].
    pub within: &'static [&'static str],
    /// Fields that say again what a field of another type says (`<type>.<field>`): hidden together with that.
    pub repeats: &'static [(&'static str, &'static str)],
    /// Records without owner and team lie in a public pool 公海: whoever may read or update any of the type may read or
    /// update them, and so claim them.
    pub pool: bool,
    /// Has a choice field `audience` ([`crate::access::AUDIENCES`]): its owner shares a record with the team or with
    /// everyone who may read any of the type.
    pub audience: bool,
    /// New records have no owner unless one is named: somebody takes them later.
    pub unassigned: bool,
    /// References whose rows the rules need.
    pub needs: &'static [&'static str],
    /// Field that points to the record above; cycles are refused.
    pub tree: Option<&'static str>,
    /// Fields that only make sense together: undo sets back all of them, or none if somebody changed one since.
    pub together: &'static [&'static str],
    /// Its records tell of files: they are made by sending those, never by a command alone.
    pub uploaded: bool,
    /// That one of [`Self::within`] which it is only a part of: who looks for what a part says is led to the whole.
    pub part_of: Option<&'static str>,
    /// Changes to it are shown on the timelines of the records it refers to.
    pub timeline: bool,
    /// Managed on administration pages; kept out of the general menus.
    pub admin: bool,
}

/// Columns that every record has besides the declared ones.
pub const SYSTEM_FIELDS: &[FieldDef] = &[
    FieldDef::new("owner_id", Kind::Reference("user")).list(),
    FieldDef::new("team_id", Kind::Reference("team")),
    FieldDef::new("created_at", Kind::DateTime).computed(),
    FieldDef::new("created_by", Kind::Reference("user")).computed(),
    FieldDef::new("updated_at", Kind::DateTime).computed(),
    FieldDef::new("updated_by", Kind::Reference("user")).computed(),
    FieldDef::new("archived_at", Kind::DateTime).computed(),
    FieldDef::new(CUSTOM, Kind::Json(Shape::Own)).internal(),
];

impl RecordDef {
    /// Finds a declared or system field.
    pub fn field(&self, name: &str) -> Option<&'static FieldDef> {
        self.fields.iter().chain(SYSTEM_FIELDS).find(|f| f.name == name)
    }

    /// Declared fields, then system fields.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static FieldDef> + use<> {
        self.fields.iter().chain(SYSTEM_FIELDS)
    }

    /// The field with the title in the language that is not the organisation's own, of types that have one: it bears the title's
    /// name behind `other_`.
    pub fn other_title(&self) -> Option<&'static FieldDef> {
        self.fields.iter().find(|field| field.name.strip_prefix("other_") == Some(self.title))
    }

    /// The references to what its records are parts of, each with the type it leads to.
    pub fn wholes(&self) -> impl Iterator<Item = (&'static FieldDef, &'static RecordDef)> {
        self.within.iter().filter_map(|name| {
            let field = self.field(name)?;
            match field.kind {
                Kind::Reference(target) => Some((field, crate::types::by_name(target)?)),
                _ => None,
            }
        })
    }

    /// Database table, the same as the plural name.
    pub fn table(&self) -> &'static str {
        self.plural
    }

    /// Whether owner and team decide who may read it.
    pub fn is_owned(&self) -> bool {
        self.ownership == Ownership::Owned
    }

    /// Whether its records are people or companies that one can write to or call.
    pub fn is_reachable(&self) -> bool {
        self.fields.iter().any(|field| field.kind.is_channel())
    }
}
