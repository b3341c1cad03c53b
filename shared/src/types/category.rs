//! Category 分类: what tickets and articles are about, as a tree.

use crate::record::{Ownership, declare::record};

record! {
    /// What tickets and articles are about.
    pub CATEGORY, Category {
        name: "category", plural: "categories", icon: "tag", title: "name",
        /// Name shown to customers too.
        name: text(120).required().search().list();
        /// The wider category it is part of.
        parent_id: reference("category").list();
        /// What belongs here.
        description: text(300).list();
        /// Offered to customers in the portal.
        public: boolean().default("true").list();
        /// Name on customers' pages in the language that is not the organisation's own.
        other_name: text(120).search().group("other");
        /// What belongs here, on those pages.
        other_description: text(300).group("other");
        /// Position among those of the same level.
        position: integer(0, 10_000);
    }
    with { ownership: Ownership::Organisation, tree: Some("parent_id") }
}
