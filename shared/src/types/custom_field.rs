//! Custom field 自定义字段: fields that administrators add to a record type.

use crate::record::{Draft, Ownership, declare::record};

/// Kinds a custom field can have.
pub const CUSTOM_KINDS: &[&str] = &["text", "long_text", "number", "date", "choice", "checkbox", "url"];

record! {
    /// A user-defined field of one record type; values live in that type's `custom` column.
    pub CUSTOM_FIELD, CustomFieldView {
        name: "custom_field", plural: "custom_fields", icon: "list", title: "label",
        /// Name of the record type it belongs to.
        record_type: text(40).required().list();
        /// Key in the `custom` column; lower case letters, digits and underscores; fixed once set.
        key: text(40).required().list();
        /// Label people see.
        label: text(120).required().search().list();
        /// Shape of the value.
        kind: choice(CUSTOM_KINDS).required().default("text").list();
        /// Codes of a choice.
        choices: tags().list();
        /// Must have a value.
        required: boolean().list();
        /// Order in forms.
        position: integer(0, 10_000).default("0");
    }
    with { ownership: Ownership::Organisation, admin: true }
    rules custom_field_rules
}

fn custom_field_rules(draft: &mut Draft<'_>) {
    let view = CustomFieldView(draft.after);
    let key = view.key().unwrap_or_default();
    let key_fits = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let known_type = view.record_type().is_none_or(|name| super::by_name(name).is_some());
    let lacks_choices = view.kind() == Some("choice") && !draft.has("choices");
    if !key.is_empty() && !key_fits {
        draft.error("key", "key");
    }
    if draft.before.is_some() && draft.changed("key") {
        draft.error("key", "fixed");
    }
    if draft.before.is_some() && draft.changed("record_type") {
        draft.error("record_type", "fixed");
    }
    if !known_type {
        draft.error("record_type", "choice");
    }
    if lacks_choices {
        draft.error("choices", "required");
    }
}
