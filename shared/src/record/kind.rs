//! Field kinds: the shapes a value can have, for declared and for user-defined fields alike.

use super::{Part, Shape};

/// Shape and limits of a field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// One line, at most so many characters.
    Text(u16),
    /// Several lines, at most 20,000 characters.
    LongText,
    /// Text with headings, lists, links and pictures, as HTML of at most 200,000 characters. The store lets through only what
    /// is harmless; plain text becomes paragraphs.
    RichText,
    /// Whole number within bounds.
    Integer(i64, i64),
    /// Decimal number with so many fractional digits.
    Decimal(u8),
    /// Amount with two fractional digits in the record's currency (field `currency`, else the organisation's).
    Money,
    /// ISO 4217 code.
    Currency,
    /// Name of a time zone in the IANA database, which the store knows.
    TimeZone,
    /// Calendar day.
    Date,
    /// Instant, UTC.
    DateTime,
    /// Yes or no.
    Bool,
    /// One of the given codes.
    Choice(&'static [&'static str]),
    /// Any of the given codes.
    MultiChoice(&'static [&'static str]),
    /// E-mail addresses, the first is the main one.
    Emails,
    /// Phone numbers, the first is the main one.
    Phones,
    /// Those of the record's own e-mail addresses and phone numbers that do not work.
    Marked,
    /// A single e-mail address, lower case.
    Email,
    /// http(s) address.
    Url,
    /// `{province, city, district, street, postcode, country}`.
    Address,
    /// Social accounts `{wechat, weibo, qq, linkedin, …: handle}`.
    Social,
    /// Another record of the named type.
    Reference(&'static str),
    /// Several records of the named type.
    References(&'static str),
    /// Free labels.
    Tags,
    /// 1 to 5.
    Rating,
    /// Position within the records that share the named field; see [`crate::rank`].
    Rank(&'static str),
    /// Structured value: its parts follow from the shape, what must hold beyond them is checked by the type's own rules.
    Json(Shape),
}

impl Kind {
    /// Values of this kind are lists of text.
    pub fn is_text_list(&self) -> bool {
        matches!(self, Self::MultiChoice(_) | Self::Emails | Self::Phones | Self::Marked | Self::Tags)
    }

    /// One reaches people by its values, several of them.
    pub const fn is_channel(&self) -> bool {
        matches!(self, Self::Emails | Self::Phones)
    }

    /// Values compare as numbers.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer(..) | Self::Decimal(_) | Self::Money | Self::Rating)
    }

    /// Values may be given in thousands or the like.
    pub fn is_scaled(&self) -> bool {
        matches!(self, Self::Integer(..) | Self::Decimal(_) | Self::Money)
    }

    /// Lists can be sorted by it.
    pub fn is_sortable(&self) -> bool {
        !self.is_text_list()
            && !matches!(
                self,
                Self::Address | Self::Social | Self::References(_) | Self::Json(_) | Self::LongText | Self::RichText
            )
    }
}

/// Constructors under the names used in declarations.
pub mod kinds {
    use super::{Kind, Part, Shape};

    /// See [`Kind::Text`].
    pub const fn text(max: u16) -> Kind {
        Kind::Text(max)
    }
    /// See [`Kind::LongText`].
    pub const fn long_text() -> Kind {
        Kind::LongText
    }
    /// See [`Kind::RichText`].
    pub const fn rich_text() -> Kind {
        Kind::RichText
    }
    /// See [`Kind::Integer`].
    pub const fn integer(min: i64, max: i64) -> Kind {
        Kind::Integer(min, max)
    }
    /// See [`Kind::Decimal`].
    pub const fn decimal(scale: u8) -> Kind {
        Kind::Decimal(scale)
    }
    /// See [`Kind::Money`].
    pub const fn money() -> Kind {
        Kind::Money
    }
    /// See [`Kind::Currency`].
    pub const fn currency() -> Kind {
        Kind::Currency
    }
    /// See [`Kind::TimeZone`].
    pub const fn time_zone() -> Kind {
        Kind::TimeZone
    }
    /// See [`Kind::Date`].
    pub const fn date() -> Kind {
        Kind::Date
    }
    /// See [`Kind::DateTime`].
    pub const fn datetime() -> Kind {
        Kind::DateTime
    }
    /// See [`Kind::Bool`].
    pub const fn boolean() -> Kind {
        Kind::Bool
    }
    /// See [`Kind::Choice`].
    pub const fn choice(codes: &'static [&'static str]) -> Kind {
        Kind::Choice(codes)
    }
    /// See [`Kind::MultiChoice`].
    pub const fn multi_choice(codes: &'static [&'static str]) -> Kind {
        Kind::MultiChoice(codes)
    }
    /// See [`Kind::Emails`].
    pub const fn emails() -> Kind {
        Kind::Emails
    }
    /// See [`Kind::Phones`].
    pub const fn phones() -> Kind {
        Kind::Phones
    }
    /// See [`Kind::Email`].
    pub const fn email() -> Kind {
        Kind::Email
    }
    /// See [`Kind::Url`].
    pub const fn url() -> Kind {
        Kind::Url
    }
    /// See [`Kind::Address`].
    pub const fn address() -> Kind {
        Kind::Address
    }
    /// See [`Kind::Social`].
    pub const fn social() -> Kind {
        Kind::Social
    }
    /// See [`Kind::Reference`].
    pub const fn reference(record_type: &'static str) -> Kind {
        Kind::Reference(record_type)
    }
    /// See [`Kind::References`].
    pub const fn references(record_type: &'static str) -> Kind {
        Kind::References(record_type)
    }
    /// See [`Kind::Tags`].
    pub const fn tags() -> Kind {
        Kind::Tags
    }
    /// See [`Kind::Rating`].
    pub const fn rating() -> Kind {
        Kind::Rating
    }
    /// See [`Kind::Rank`].
    pub const fn rank(within: &'static str) -> Kind {
        Kind::Rank(within)
    }
    /// See [`Shape::Own`].
    pub const fn json() -> Kind {
        Kind::Json(Shape::Own)
    }
    /// See [`Shape::Lines`].
    pub const fn lines(max: u16) -> Kind {
        Kind::Json(Shape::Lines(max))
    }
    /// See [`Shape::Hours`].
    pub const fn hours() -> Kind {
        Kind::Json(Shape::Hours)
    }
    /// See [`Shape::Week`].
    pub const fn week() -> Kind {
        Kind::Json(Shape::Week)
    }
    /// See [`Shape::Entries`].
    pub const fn entries(parts: &'static [Part]) -> Kind {
        Kind::Json(Shape::Entries(parts))
    }
    /// See [`Shape::Sequence`].
    pub const fn sequence(parts: &'static [Part]) -> Kind {
        Kind::Json(Shape::Sequence(parts))
    }
    /// See [`Shape::Filter`].
    pub const fn filter(record_type: &'static str) -> Kind {
        Kind::Json(Shape::Filter(record_type))
    }
    /// See [`Shape::Values`].
    pub const fn values(record_type: &'static str, fields: &'static [&'static str]) -> Kind {
        Kind::Json(Shape::Values(record_type, fields))
    }
}
