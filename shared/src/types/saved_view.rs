//! Saved view 视图: a named filter, sort order and column choice of a list or a board.

use crate::access::AUDIENCES;
use crate::query::{Filter, ListQuery, MAX_PAGE, Op, Sort};
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

/// Asks for the views of a type's records that the reader is offered, by name: their own, and those that are shared with them.
/// Whoever may read those of others as well finds them in the list of all views.
pub fn offered_views(record_type: &str, surface: &str) -> ListQuery {
    let is = |field: &str, value: &str| Filter::field(field, Op::Eq, value);
    // Who is in no team is in that of nobody.
    let of_team = Filter::All(vec![is("audience", "team"), is("team_id", "@my_team")]);
    let offered = Filter::Any(vec![is("owner_id", "@me"), is("audience", "everyone"), of_team]);
    let filter = Filter::All(vec![is("record_type", record_type), is("surface", surface), offered]);
    let sort = Some(Sort { field: SAVED_VIEW.title.to_owned(), descending: false });
    ListQuery { filter: Some(filter), sort, limit: MAX_PAGE, ..ListQuery::default() }
}
