//! Saved view 视图: a named filter, sort order and column choice of a list or a board.

use crate::access::AUDIENCES;
use crate::record::declare::record;

record! {
    /// A list or board setting that can be called up again.
    pub SAVED_VIEW, SavedView {
        name: "saved_view", plural: "saved_views", icon: "bookmark", title: "name",
        /// Name shown in the view menu.
        name: text(120).required().search().list();
        /// Record type it shows.
        record_type: text(40).required().list();
        /// Where it applies.
        surface: choice(&["list", "board"]).required().default("list").list();
        /// Filter, sort and columns as the page wrote them.
        query: json();
        /// Who is offered it besides its owner.
        audience: choice(AUDIENCES).required().default("private").list();
    }
    with { audience: true }
}
