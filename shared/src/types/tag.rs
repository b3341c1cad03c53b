//! Tag 标签: known tags with a colour; records keep tag names.

use crate::record::{Ownership, declare::record};

record! {
    /// A tag people can choose.
    pub TAG, Tag {
        name: "tag", plural: "tags", icon: "tag", title: "name",
        /// The tag as shown.
        name: text(60).required().unique().search().list();
        /// Colour, one of ten hues of equal lightness.
        hue: integer(0, 9).default("0").list();
        /// When to use it.
        description: text(300).list();
    }
    with { ownership: Ownership::Organisation }
}
