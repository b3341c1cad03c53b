//! Team 部门/团队: a tree.

use crate::record::{Draft, Ownership, declare::record};

record! {
    /// A department or team.
    pub TEAM, Team {
        name: "team", plural: "teams", icon: "users", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// Name in the language that is not the organisation's own.
        other_name: text(120).search();
        /// The team above. Cycles are refused by the store.
        parent_id: reference("team").list();
        /// Who leads it.
        manager_id: reference("user").list();
        /// Region or office.
        region: text(120).list();
    }
    with { ownership: Ownership::Organisation, admin: true, tree: Some("parent_id") }
    rules team_rules
}

fn team_rules(draft: &mut Draft<'_>) {
    let own = draft.before.map(|row| row.id);
    if own.is_some() && own == Team(draft.after).parent_id() {
        draft.error("parent_id", "own_parent");
    }
}
