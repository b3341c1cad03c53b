//! Who sees and changes what: levels, inheritance, field rights, administration, and the database's own walls.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::sample::{World, creatable, granting};
use serde_json::{Value, json};
use shared::access::{Action, Actor, FieldAccess, Grants, Holder, Level, TypeRights};
use shared::board::BoardQuery;
use shared::command::{Change, Command, Outcome};
use shared::query::{Filter, Hit, ListQuery, Op, Sort};
use shared::record::Kind;
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{
    ACTIVITY, CUSTOMER, OPPORTUNITY, PIPELINE, REGISTRY, SAVED_VIEW, STAGE, TASK, TEAM, TICKET, TICKET_MESSAGE, USER,
    offered_views,
};
use shared::{Error, RecordDef, Row, Values};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use uuid::Uuid;

/// Somebody to own records: a user with their team.
#[derive(Clone, Copy, Debug)]
struct Person {
    user: Uuid,
    team: Uuid,
}

/// Head office over two branches; the acting person is in the first branch.
struct Office {
    world: World,
    me: Person,
    /// A colleague in the same branch.
    mate: Person,
    /// Somebody in a team below mine.
    below: Person,
    /// Somebody in the other branch.
    other: Person,
}

impl Office {
    async fn new() -> Self {
        let world = World::new().await;
        let team = async |name: &str, parent: Option<Uuid>| {
            let values = Values::from_iter([("name".to_owned(), json!(name)), ("parent_id".to_owned(), json!(parent))]);
            world.make_with(&TEAM, values).await.id
        };
        let head = team("Head office", None).await;
        let mine = team("East", Some(head)).await;
        let sub = team("East, harbour", Some(mine)).await;
        let west = team("West", Some(head)).await;
        let person = async |name: &str, team: Uuid| {
            let values = Values::from_iter([("name".to_owned(), json!(name)), ("team_id".to_owned(), json!(team))]);
            Person { user: world.make_with(&USER, values).await.id, team }
        };
        let (me, mate) = (person("Me", mine).await, person("Mate", mine).await);
        let (below, other) = (person("Below", sub).await, person("Other", west).await);
        Self { me, mate, below, other, world }
    }

    /// Me, with these grants, as the database gives the teams.
    async fn acting(&self, grants: Grants) -> Actor {
        let actor = self.world.test.store.actor(self.world.admin.org_id, self.me.user).await.unwrap();
        assert_eq!(actor.teams_below.len(), 2, "my team and the one below");
        Actor { grants, ..actor }
    }

    async fn made(&self, def: &RecordDef, n: i64, owner: Person) -> Row {
        let mut values = self.world.values(def, n);
        values.insert("owner_id".to_owned(), json!(owner.user));
        self.world.make_with(def, values).await
    }

    /// One record each of mine, my mate's, below and the other branch, and whether each level reaches it.
    async fn ladder(&self, def: &RecordDef, n: i64) -> [(Row, Level); 4] {
        let people =
            [(self.me, Level::Own), (self.mate, Level::Team), (self.below, Level::TeamBelow), (self.other, Level::All)];
        let mut rows = Vec::new();
        for ((person, least), n) in people.into_iter().zip(n..) {
            let row = self.made(def, n, person).await;
            assert_eq!(row.reference("team_id"), Some(person.team), "{}: the team follows the owner", def.name);
            rows.push((row, least));
        }
        rows.try_into().unwrap()
    }
}

fn rights(action: Action, level: Level) -> TypeRights {
    let mut rights = TypeRights { read: Level::All, ..TypeRights::default() };
    match action {
        Action::Create => rights.create = level,
        Action::Read => rights.read = level,
        Action::Update => rights.update = level,
        Action::Delete => rights.delete = level,
        Action::Export => rights.export = level,
        Action::Import => rights.import = level,
    }
    rights
}

fn grants(of: &[(&RecordDef, TypeRights)]) -> Grants {
    Grants { types: of.iter().map(|(def, rights)| (def.name.to_owned(), *rights)).collect(), ..Grants::default() }
}

/// Types that roles grant by level; what administrators alone manage is no matter of levels.
fn owned() -> impl Iterator<Item = &'static RecordDef> {
    REGISTRY.iter().copied().filter(|def| def.is_owned() && !def.admin)
}

fn title(def: &RecordDef, text: &str) -> Values {
    Values::from_iter([(def.title.to_owned(), json!(text))])
}

async fn listed(office: &Office, actor: &Actor, def: &'static RecordDef) -> BTreeSet<Uuid> {
    let query = ListQuery { limit: 200, count: true, ..ListQuery::default() };
    let page = office.world.test.store.list(actor, def, &query).await.unwrap();
    assert_eq!(page.total, Some(page.rows.len() as i64), "{}: the count is of what is listed", def.name);
    page.rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn reading_reaches_as_far_as_its_level_in_every_way_of_reading() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    // Parts are read with what they are parts of, whosever they are.
    for (def, n) in owned().filter(|def| def.within.is_empty()).zip((100..).step_by(10)) {
        let ladder = office.ladder(def, n).await;
        for level in Level::ALL.into_iter().filter(|level| *level > Level::None) {
            let actor = office.acting(grants(&[(def, rights(Action::Read, level))])).await;
            let list = listed(&office, &actor, def).await;
            let words = ladder[0].0.text(def.title).unwrap().split(' ').next().unwrap().to_owned();
            let hits = |hits: Vec<shared::query::Hit>| hits.into_iter().map(|hit| hit.id).collect::<BTreeSet<Uuid>>();
            let lookup = hits(store.lookup(&actor, def, &words, 50).await.unwrap());
            let recent = hits(store.lookup(&actor, def, "", 50).await.unwrap());
            let search = hits(store.search(&actor, &words, 50).await.unwrap());
            for (row, least) in &ladder {
                let case = format!("{} of {least:?} at level {level:?}", def.name);
                let seen = *least <= level;
                assert_eq!(list.contains(&row.id), seen, "list: {case}");
                assert_eq!(lookup.contains(&row.id), seen, "lookup: {case}");
                assert_eq!(recent.contains(&row.id), seen, "lookup without words: {case}");
                assert_eq!(search.contains(&row.id), seen, "search: {case}");
                let one = store.get(&actor, def, row.id).await;
                assert_eq!(one.as_ref().err(), (!seen).then_some(&Error::NotFound), "get: {case}");
                let filtered =
                    ListQuery { filter: Some(Filter::field("id", Op::Eq, json!(row.id))), ..ListQuery::default() };
                let rows = store.list(&actor, def, &filtered).await.unwrap().rows.len();
                assert_eq!(rows, usize::from(seen), "filter: {case}");
            }
        }
    }
}

#[tokio::test]
async fn changing_and_deleting_reach_as_far_as_their_levels() {
    let office = Office::new().await;
    for (def, n) in owned().zip((100..).step_by(100)) {
        for (level, n) in Level::ALL.into_iter().zip((n..).step_by(10)) {
            let ladder = office.ladder(def, n).await;
            let updating = office.acting(granting(def, rights(Action::Update, level))).await;
            let deleting = office.acting(granting(def, rights(Action::Delete, level))).await;
            for (row, least) in &ladder {
                let case = format!("{} of {least:?} at level {level:?}", def.name);
                let expected = (*least > level).then_some(Error::Forbidden);
                let id = row.id;
                let update = Change::Update { id, version: None, values: title(def, "changed") };
                for (actor, change, expected) in [
                    (&updating, update.clone(), &expected),
                    (&updating, Change::Archive { id }, &Some(Error::Forbidden)),
                    (&deleting, update, &Some(Error::Forbidden)),
                    (&deleting, Change::Archive { id }, &expected),
                    (&deleting, Change::Restore { id }, &expected),
                    (&deleting, Change::Delete { id }, &expected),
                ] {
                    let done = office.world.apply_as(actor, def, change.clone()).await;
                    assert_eq!(done.err().as_ref(), expected.as_ref(), "{case}: {change:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn records_are_made_for_whom_the_level_reaches() {
    let office = Office::new().await;
    let people = [
        (office.me, Level::Own),
        (office.mate, Level::Team),
        (office.below, Level::TeamBelow),
        (office.other, Level::All),
    ];
    for (def, n) in owned().zip((100..).step_by(100)) {
        for (level, n) in Level::ALL.into_iter().zip((n..).step_by(10)) {
            // Whoever adds a file to a record must be able to change it.
            let other = if def.uploaded { TypeRights::FULL } else { rights(Action::Read, Level::All) };
            let everything = REGISTRY.iter().map(|def| (*def, other));
            let mut all: BTreeMap<String, TypeRights> = everything.map(|(def, r)| (def.name.to_owned(), r)).collect();
            all.insert(def.name.to_owned(), rights(Action::Create, level));
            let actor = office.acting(Grants { types: all, ..Grants::default() }).await;
            for ((person, least), n) in people.into_iter().zip(n..) {
                let mut values = office.world.values(def, n);
                values.insert("owner_id".to_owned(), json!(person.user));
                let made = office.world.apply_as(&actor, def, Change::Create { id: Uuid::now_v7(), values }).await;
                let expected = match (level, least <= level) {
                    (Level::None, _) => Some(Error::Forbidden),
                    (_, false) => Some(Error::invalid("owner_id", "beyond_your_rights")),
                    (_, true) => None,
                };
                assert_eq!(made.err(), expected, "{} for {least:?} at level {level:?}", def.name);
            }
        }
    }
}

#[tokio::test]
async fn who_reads_a_customer_reads_what_belongs_to_it() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    for (def, n) in owned().filter(|def| def.through.contains(&"customer_id")).zip(100..) {
        let mut ids = Vec::new();
        for owner in [office.me, office.other] {
            let customer = office.made(&CUSTOMER, 1000 + ids.len() as i64 + n * 10, owner).await;
            let mut values = office.world.values(def, n * 10 + ids.len() as i64);
            for field in def.through.iter().chain(def.within) {
                values.remove(*field);
            }
            values.extend([
                ("customer_id".to_owned(), json!(customer.id)),
                ("owner_id".to_owned(), json!(office.other.user)),
            ]);
            values.remove("contact_id");
            ids.push(office.world.make_with(def, values).await.id);
        }
        let own = rights(Action::Read, Level::Own);
        let through = office.acting(grants(&[(def, own), (&CUSTOMER, own)])).await;
        let list = listed(&office, &through, def).await;
        assert!(list.contains(&ids[0]) && !list.contains(&ids[1]), "{}", def.name);
        assert!(store.get(&through, def, ids[0]).await.is_ok(), "{}", def.name);
        let update = Change::Update { id: ids[0], version: None, values: title(def, "changed") };
        let refused = office.world.apply_as(&through, def, update).await.unwrap_err();
        assert_eq!(refused, Error::Forbidden, "{}: reading is inherited, changing is not", def.name);
        let without = office.acting(grants(&[(def, own)])).await;
        assert!(listed(&office, &without, def).await.is_empty(), "{}: without right on customers", def.name);
        let typeless = office.acting(grants(&[(&CUSTOMER, own)])).await;
        assert_eq!(store.get(&typeless, def, ids[0]).await.unwrap_err(), Error::NotFound, "{}", def.name);
    }
}

#[tokio::test]
async fn titles_of_unreadable_records_are_not_told() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let customer = office.made(&CUSTOMER, 500, office.other).await;
    let mut values = office.world.values(&OPPORTUNITY, 500);
    values.extend([("customer_id".to_owned(), json!(customer.id)), ("owner_id".to_owned(), json!(office.me.user))]);
    let deal = office.world.make_with(&OPPORTUNITY, values).await;
    let own = rights(Action::Read, Level::Own);
    for (customers, told) in [(own, false), (rights(Action::Read, Level::All), true)] {
        let actor = office.acting(grants(&[(&OPPORTUNITY, own), (&CUSTOMER, customers)])).await;
        let detail = store.get(&actor, &OPPORTUNITY, deal.id).await.unwrap();
        assert_eq!(detail.titles.contains_key(&customer.id), told);
        let list = store.list(&actor, &OPPORTUNITY, &ListQuery::default()).await.unwrap();
        assert_eq!(list.titles.contains_key(&customer.id), told);
    }
}

#[tokio::test]
async fn a_board_shows_the_pipelines_and_stages_that_its_reader_may_read() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let all = rights(Action::Read, Level::All);
    let board = async |of: &[(&RecordDef, TypeRights)]| {
        let actor = office.acting(grants(of)).await;
        store.board(&actor, &BoardQuery::default()).await.map(|board| board.columns.len())
    };
    assert_eq!(board(&[(&OPPORTUNITY, all), (&STAGE, all)]).await, Err(Error::NotFound));
    assert_eq!(board(&[(&OPPORTUNITY, all), (&PIPELINE, all)]).await, Ok(0));
    assert!(board(&[(&OPPORTUNITY, all), (&PIPELINE, all), (&STAGE, all)]).await.unwrap() > 0);
}

#[tokio::test]
async fn what_is_said_about_a_ticket_is_read_by_who_may_read_both() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let ladder = office.ladder(&TICKET, 700).await;
    for (row, _) in &ladder {
        crate::undo::make(&office.world, &TICKET_MESSAGE, json!({"ticket_id": row.id, "content": "<p>Said</p>"})).await;
    }
    for level in Level::ALL.into_iter().filter(|level| *level > Level::None) {
        let (tickets, said) = (rights(Action::Read, level), rights(Action::Read, Level::Own));
        let both = office.acting(grants(&[(&TICKET, tickets), (&TICKET_MESSAGE, said)])).await;
        let one = office.acting(grants(&[(&TICKET, tickets)])).await;
        for (row, least) in &ladder {
            let seen = |n: usize| if *least <= level { Ok(n) } else { Err(Error::NotFound) };
            let told =
                async |actor: &Actor| store.conversation(actor, row.id, None).await.map(|told| told.messages.len());
            assert_eq!((told(&both).await, told(&one).await), (seen(1), seen(0)), "{least:?} at {level:?}");
        }
    }
}

#[tokio::test]
async fn board_and_totals_count_what_is_readable_only() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let ladder = office.ladder(&OPPORTUNITY, 600).await;
    let base = office.world.read(&OPPORTUNITY, office.world.base["opportunity"]).await.unwrap();
    for level in Level::ALL.into_iter().filter(|level| *level > Level::None) {
        let all = rights(Action::Read, Level::All);
        let mine = rights(Action::Read, level);
        let actor = office
            .acting(grants(&[(&OPPORTUNITY, mine), (&shared::types::PIPELINE, all), (&shared::types::STAGE, all)]))
            .await;
        let query = BoardQuery { pipeline_id: base.reference("pipeline_id"), ..BoardQuery::default() };
        let board = store.board(&actor, &query).await.unwrap();
        let cards: BTreeSet<Uuid> = board.columns.iter().flat_map(|c| &c.cards).map(|card| card.id).collect();
        let mut expected: BTreeSet<Uuid> =
            ladder.iter().filter(|(_, least)| *least <= level).map(|(row, _)| row.id).collect();
        if level == Level::All {
            expected.insert(base.id);
        }
        assert_eq!(cards, expected, "{level:?}");
        let totals = store.board_totals(&actor, &query).await.unwrap();
        let counted: i64 = totals.iter().map(|(_, totals)| totals.count).sum();
        assert_eq!(counted, expected.len() as i64, "{level:?}");
        let columns: i64 = board.columns.iter().map(|column| column.totals.count).sum();
        assert_eq!(columns, counted, "{level:?}");
    }
    // Who names no pipeline sees the one with most of their own deals.
    let admin = &office.world.admin;
    let of = |board: shared::board::Board| board.pipeline.id;
    let first = of(store.board(admin, &BoardQuery::default()).await.unwrap());
    let (deal, stages) = crate::undo::deal(&office.world).await;
    let mine = json!({"owner_id": admin.user_id, "name": "Mine", "stage_id": stages[4]});
    let mine = crate::undo::make(&office.world, &OPPORTUNITY, mine).await;
    let pipeline = |row: Row| row.reference("pipeline_id").unwrap();
    let expected = pipeline(office.world.read(&OPPORTUNITY, mine).await.unwrap());
    for id in [office.world.base["opportunity"], deal] {
        let values = shared::Values::from_iter([("owner_id".to_owned(), json!(office.world.base["user"]))]);
        office.world.apply(&OPPORTUNITY, Change::Update { id, version: None, values }).await.unwrap();
    }
    assert_ne!(first, expected);
    assert_eq!(of(store.board(admin, &BoardQuery::default()).await.unwrap()), expected);
    let nobody = office.acting(Grants::default()).await;
    assert_eq!(store.board(&nobody, &BoardQuery::default()).await.unwrap_err(), Error::Forbidden);
}

#[tokio::test]
async fn a_timeline_shows_readable_entries_and_fields_only() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let customer = office.made(&CUSTOMER, 700, office.me).await;
    let rename = Change::Update {
        id: customer.id,
        version: None,
        values: Values::from_iter([("name".to_owned(), json!("Renamed")), ("revenue".to_owned(), json!("9.00"))]),
    };
    office.world.apply(&CUSTOMER, rename).await.unwrap();
    let mut values = office.world.values(&ACTIVITY, 700);
    values.extend([("customer_id".to_owned(), json!(customer.id)), ("owner_id".to_owned(), json!(office.other.user))]);
    office.world.make_with(&ACTIVITY, values).await;
    let own = rights(Action::Read, Level::Own);
    let timeline = async |of: &[(&RecordDef, TypeRights)], hidden: &[&str]| {
        let fields = hidden.iter().map(|name| ((*name).to_owned(), FieldAccess::Hidden)).collect();
        let actor = office.acting(Grants { fields, ..grants(of) }).await;
        store.timeline(&actor, &CUSTOMER, customer.id, &TimelineQuery::default()).await
    };
    let activities = |page: &shared::timeline::TimelinePage| {
        page.entries.iter().filter(|entry| matches!(entry.what, Happening::Activity { .. })).count()
    };
    let changed = |page: &shared::timeline::TimelinePage, field: &str| {
        page.entries.iter().any(|e| matches!(&e.what, Happening::Change { changes, .. } if changes.contains_key(field)))
    };
    let with = timeline(&[(&CUSTOMER, own), (&ACTIVITY, own)], &[]).await.unwrap();
    assert_eq!((activities(&with), changed(&with, "revenue")), (1, true));
    let without = timeline(&[(&CUSTOMER, own)], &["customer.revenue"]).await.unwrap();
    assert_eq!((activities(&without), changed(&without, "revenue"), changed(&without, "name")), (0, false, true));
    assert_eq!(timeline(&[(&ACTIVITY, own)], &[]).await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn hidden_fields_are_neither_shown_nor_sorted_nor_filtered_nor_written() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    for (def, n) in REGISTRY.iter().copied().filter(|def| creatable(def) && !def.admin).zip(100..) {
        let row = office.world.make(def, n).await;
        let field = def.fields.iter().find(|f| f.name != def.title && !row.value(f.name).is_null()).unwrap();
        let acting = async |access: FieldAccess| {
            let fields = BTreeMap::from([(format!("{}.{}", def.name, field.name), access)]);
            office.acting(Grants { fields, ..granting(def, TypeRights::FULL) }).await
        };
        let write = Change::Update {
            id: row.id,
            version: None,
            values: Values::from_iter([(field.name.to_owned(), Value::Null)]),
        };
        let reader = acting(FieldAccess::Read).await;
        let seen = store.get(&reader, def, row.id).await.unwrap().row;
        assert_eq!(seen.value(field.name), row.value(field.name), "{}.{}", def.name, field.name);
        let refused = office.world.apply_as(&reader, def, write.clone()).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Invalid { fields } if fields[0].code == "read_only"),
            "{}: {refused}",
            def.name
        );

        let blind = acting(FieldAccess::Hidden).await;
        let seen = store.get(&blind, def, row.id).await.unwrap().row;
        assert!(seen.value(field.name).is_null(), "{}.{}", def.name, field.name);
        let filter = Some(Filter::field(field.name, Op::Present, Value::Null));
        let filtered = store.list(&blind, def, &ListQuery { filter, ..ListQuery::default() }).await;
        assert_eq!(filtered.unwrap_err(), Error::invalid(field.name, "unknown_field"), "{}", def.name);
        if field.kind.is_sortable() {
            let sort = Some(Sort { field: field.name.to_owned(), descending: false });
            let sorted = store.list(&blind, def, &ListQuery { sort, ..ListQuery::default() }).await;
            assert_eq!(sorted.unwrap_err(), Error::invalid("sort", "unknown_field"), "{}", def.name);
        }
        let refused = office.world.apply_as(&blind, def, write).await.unwrap_err();
        assert!(matches!(&refused, Error::Invalid { fields } if fields[0].code == "unknown_field"), "{}", def.name);
        let renamed = Change::Update { id: row.id, version: None, values: title(def, "renamed") };
        let answer = office.world.apply_as(&blind, def, renamed).await.unwrap();
        assert!(answer.rows[0].value(field.name).is_null(), "{}: nor in an answer", def.name);
    }
}

#[tokio::test]
async fn what_is_hidden_shows_neither_in_search_nor_in_titles_nor_in_sums() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let known = json!({"kind": "company", "name": "Acme Harbour", "emails": ["warehouse@example.com"], "owner_id": office.mate.user});
    let customer = office.world.make_with(&CUSTOMER, serde_json::from_value(known).unwrap()).await.id;
    let deal = office.made(&OPPORTUNITY, 900, office.me).await;
    let hidden =
        ["customer.emails", "customer.owner_id", "opportunity.amount"].map(|f| (f.to_owned(), FieldAccess::Hidden));
    let read: Vec<_> =
        [&CUSTOMER, &OPPORTUNITY, &PIPELINE, &STAGE, &USER].map(|def| (def, rights(Action::Read, Level::All))).into();
    let seeing = office.acting(grants(&read)).await;
    let blind = office.acting(Grants { fields: hidden.into_iter().collect(), ..grants(&read) }).await;
    let listed = ListQuery { search: Some("warehouse".to_owned()), ..ListQuery::default() };
    for (actor, sees) in [(&seeing, true), (&blind, false)] {
        let of = |hits: Vec<Hit>| hits.into_iter().find(|hit| hit.id == customer);
        assert_eq!(of(store.search(actor, "warehouse", 20).await.unwrap()).is_some(), sees);
        assert_eq!(store.list(actor, &CUSTOMER, &listed).await.unwrap().rows.len(), usize::from(sees));
        let hit = of(store.search(actor, "acme", 20).await.unwrap()).unwrap();
        assert_eq!(hit.subtitle.contains("warehouse"), sees, "{hit:?}");
        let detail = store.get(actor, &CUSTOMER, customer).await.unwrap();
        assert_eq!(detail.titles.contains_key(&office.mate.user), sees);
        let query = BoardQuery { pipeline_id: deal.reference("pipeline_id"), ..BoardQuery::default() };
        let board = store.board(actor, &query).await.unwrap();
        let column = board.columns.iter().find(|column| Some(column.stage.id) == deal.reference("stage_id")).unwrap();
        assert_eq!(!column.totals.sum.is_zero(), sees);
        assert!(sees || column.totals.weighted.is_zero());
    }
}

#[tokio::test]
async fn undoing_takes_the_rights_one_has_now() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let leading = office.acting(Grants { admin: true, ..Grants::default() }).await;
    let made = Change::Create { id: Uuid::now_v7(), values: title(&TEAM, "South") };
    let created = office.world.apply_as(&leading, &TEAM, made.clone()).await.unwrap();
    let deleted = office
        .world
        .apply_as(&leading, &TEAM, Change::Delete { id: office.world.make(&TEAM, 950).await.id })
        .await
        .unwrap();
    // No longer an administrator: neither is the one removed nor the other brought back.
    let led = office.acting(grants(&[(&TEAM, rights(Action::Read, Level::All))])).await;
    for set in [created.change_set, deleted.change_set] {
        let outcome = store.undo(&led, set).await.unwrap();
        assert_eq!((outcome.undone, outcome.kept.len()), (0, 1));
    }
    assert!(store.get(&led, &TEAM, made.id()).await.is_ok());
}

#[tokio::test]
async fn administration_takes_an_administrator_whatever_a_role_says() {
    let office = Office::new().await;
    for (def, n) in REGISTRY.iter().copied().filter(|def| def.admin).zip(100..) {
        let actor = office.acting(grants(&[(def, TypeRights::FULL)])).await;
        let id = office.world.base[def.name];
        for change in [
            Change::Create { id: Uuid::now_v7(), values: office.world.values(def, n) },
            Change::Update { id, version: None, values: title(def, "mine") },
            Change::Archive { id },
            Change::Delete { id },
        ] {
            let refused = office.world.apply_as(&actor, def, change.clone()).await.unwrap_err();
            assert_eq!(refused, Error::Forbidden, "{} {change:?}", def.name);
        }
        assert!(office.world.test.store.get(&actor, def, id).await.is_ok(), "{} can be read", def.name);
    }
}

#[tokio::test]
async fn references_lead_to_readable_records_only() {
    let office = Office::new().await;
    let theirs = office.made(&CUSTOMER, 800, office.other).await;
    let actor =
        office.acting(grants(&[(&CUSTOMER, rights(Action::Read, Level::Own)), (&ACTIVITY, TypeRights::FULL)])).await;
    let values =
        Values::from_iter([("subject".to_owned(), json!("Peeking")), ("customer_id".to_owned(), json!(theirs.id))]);
    let refused = office.world.apply_as(&actor, &ACTIVITY, Change::Create { id: Uuid::now_v7(), values }).await;
    assert_eq!(refused.unwrap_err(), Error::invalid("customer_id", "reference"));
}

#[tokio::test]
async fn an_undo_reaches_own_change_sets_only() {
    let office = Office::new().await;
    let row = office.made(&CUSTOMER, 900, office.me).await;
    let renamed = Change::Update { id: row.id, version: None, values: title(&CUSTOMER, "Renamed") };
    let outcome = office.world.apply(&CUSTOMER, renamed).await.unwrap();
    let actor = office.acting(grants(&[(&CUSTOMER, TypeRights::FULL)])).await;
    let undone = office.world.test.store.undo(&actor, outcome.change_set).await;
    assert_eq!(undone.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn another_organisation_sees_and_changes_nothing() {
    let world = World::new().await;
    let stranger = Actor { org_id: Uuid::now_v7(), user_id: Uuid::now_v7(), ..world.admin.clone() };
    for def in REGISTRY.iter().copied() {
        let id = world.base[def.name];
        let store = &world.test.store;
        assert_eq!(store.get(&stranger, def, id).await.unwrap_err(), Error::NotFound, "{}", def.name);
        let list = store.list(&stranger, def, &ListQuery { count: true, ..ListQuery::default() }).await.unwrap();
        assert_eq!((list.rows.len(), list.total), (0, Some(0)), "{}", def.name);
        assert!(store.lookup(&stranger, def, "", 50).await.unwrap().is_empty(), "{}", def.name);
        let change = Change::Update { id, version: None, values: title(def, "mine") };
        assert_eq!(world.apply_as(&stranger, def, change).await.unwrap_err(), Error::NotFound, "{}", def.name);
    }
    assert!(world.test.store.search(&stranger, "sample", 50).await.unwrap().is_empty());
}

/// A connection in a database role and an organisation, going around the application.
async fn behind(owner: &PgPool, role: &str, org: Option<Uuid>) -> PgConnection {
    let mut connection = owner.acquire().await.unwrap().detach();
    let org = org.map(|id| id.to_string()).unwrap_or_default();
    sqlx::query("select set_config('guanxi.org', $1, false)").bind(org).execute(&mut connection).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("set role {role}"))).execute(&mut connection).await.unwrap();
    connection
}

async fn sql(connection: &mut PgConnection, statement: String) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query(AssertSqlSafe(statement)).execute(connection).await?.rows_affected())
}

fn is_refused(done: &Result<u64, sqlx::Error>) -> bool {
    let denied = |error: &sqlx::Error| error.as_database_error().and_then(|db| db.code()).as_deref() == Some("42501");
    done.as_ref().err().is_some_and(denied)
}

const PLAIN: [&str; 4] = ["change_sets", "audit_entries", "idempotency_keys", "search_entries"];

#[tokio::test]
async fn row_level_security_shows_and_takes_nothing_of_other_organisations() {
    let world = World::new().await;
    let tables: Vec<&str> = REGISTRY.iter().map(|def| def.table()).chain(PLAIN).collect();
    for role in ["guanxi_app", "guanxi_writer"] {
        for org in [None, Some(Uuid::now_v7())] {
            let mut connection = behind(&world.test.owner, role, org).await;
            for table in &tables {
                let seen: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
                assert_eq!(seen, 0, "{role} sees {table} in {org:?}");
                if role == "guanxi_writer" {
                    let updated = sql(&mut connection, format!("update {table} set org_id = org_id")).await;
                    assert!(matches!(updated, Ok(0)) || is_refused(&updated), "{table}: {updated:?}");
                    let deleted = sql(&mut connection, format!("delete from {table}")).await;
                    assert!(matches!(deleted, Ok(0)) || is_refused(&deleted), "{table}: {deleted:?}");
                }
            }
            let insert = "insert into tags (org_id, id, name) values ($1, gen_random_uuid(), 'foreign')";
            let inserted = sqlx::query(insert).bind(world.admin.org_id).execute(&mut connection).await;
            assert!(is_refused(&inserted.map(|done| done.rows_affected())), "{role} in {org:?}");
        }
        let mut connection = behind(&world.test.owner, role, Some(world.admin.org_id)).await;
        let seen: i64 = sqlx::query_scalar("select count(*) from customers").fetch_one(&mut connection).await.unwrap();
        assert_eq!(seen, 1, "{role} sees its own organisation");
    }
}

#[tokio::test]
async fn the_application_role_writes_no_record_table() {
    let world = World::new().await;
    let mut connection = behind(&world.test.owner, "guanxi_app", Some(world.admin.org_id)).await;
    for table in REGISTRY.iter().map(|def| def.table()).chain(PLAIN).chain(["events"]) {
        for statement in [
            format!("insert into {table} (org_id) values (gen_random_uuid())"),
            format!("update {table} set org_id = org_id"),
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("drop table {table}"),
            format!("alter table {table} disable row level security"),
        ] {
            let done = sql(&mut connection, statement.clone()).await;
            assert!(is_refused(&done), "{statement}: {done:?}");
        }
    }
}

#[tokio::test]
async fn the_audit_log_is_written_once() {
    let world = World::new().await;
    for role in ["guanxi_app", "guanxi_writer", "guanxi_auth"] {
        let mut connection = behind(&world.test.owner, role, Some(world.admin.org_id)).await;
        let partitions: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'audit_entries'::regclass",
        )
        .fetch_all(&world.test.owner)
        .await
        .unwrap();
        assert!(partitions.len() > 3);
        for table in partitions.iter().map(String::as_str).chain(["audit_entries"]) {
            for statement in [
                format!("update {table} set action = 'update'"),
                format!("delete from {table}"),
                format!("truncate {table}"),
            ] {
                let done = sql(&mut connection, statement.clone()).await;
                assert!(is_refused(&done), "{role}: {statement}: {done:?}");
            }
        }
    }
}

#[tokio::test]
async fn secrets_are_out_of_reach_of_the_roles_that_read_and_write_records() {
    let world = World::new().await;
    for role in ["guanxi_app", "guanxi_writer"] {
        let mut connection = behind(&world.test.owner, role, Some(world.admin.org_id)).await;
        for table in [
            "credentials",
            "sessions",
            "api_tokens",
            "invitations",
            "password_resets",
            "sign_in_log",
            "sign_in_attempts",
        ] {
            let done = sql(&mut connection, format!("select * from {table}")).await;
            assert!(is_refused(&done), "{role} reads {table}: {done:?}");
        }
    }
}

#[tokio::test]
async fn the_rule_in_memory_and_the_rule_in_sql_agree() {
    let office = Office::new().await;
    let mut ladder = Vec::from(office.ladder(&CUSTOMER, 1200).await);
    ladder.push((free(&office, 1210).await, Level::Own));
    for level in Level::ALL {
        let actor = office.acting(grants(&[(&CUSTOMER, rights(Action::Update, level))])).await;
        for (row, least) in &ladder {
            let holder = Holder::of(row);
            let detail = office.world.test.store.get(&actor, &CUSTOMER, row.id).await.unwrap();
            let reached = actor.holds(&CUSTOMER, Action::Update, &holder);
            assert_eq!(reached, detail.may_update, "{least:?} at {level:?}");
        }
    }
    assert!(owned().all(|def| def.field("owner_id").is_some_and(|f| f.kind == Kind::Reference("user"))));
}

async fn give(office: &Office, by: &Actor, customer: Uuid, to: Option<Uuid>) -> Result<Outcome, Error> {
    let values = Values::from_iter([("owner_id".to_owned(), json!(to))]);
    let change = Change::Update { id: customer, version: None, values };
    office.world.test.store.apply(by, Command::one("customer", change)).await
}

/// A customer in the public pool.
async fn free(office: &Office, n: i64) -> Row {
    let row = office.made(&CUSTOMER, n, office.other).await;
    give(office, &office.world.admin, row.id, None).await.unwrap().rows.remove(0)
}

#[tokio::test]
async fn the_public_pool_is_open_to_whoever_works_with_customers() {
    let office = Office::new().await;
    let store = &office.world.test.store;
    let customer = free(&office, 1300).await.id;
    let own = |update: Level| TypeRights { read: Level::Own, update, ..TypeRights::default() };
    let rep = office.acting(grants(&[(&CUSTOMER, own(Level::Own))])).await;
    let reader = office.acting(grants(&[(&CUSTOMER, own(Level::None))])).await;
    let outsider = office.acting(grants(&[(&OPPORTUNITY, rights(Action::Read, Level::All))])).await;
    let seen = store.get(&rep, &CUSTOMER, customer).await.unwrap();
    assert!(seen.may_update && !seen.may_delete);
    assert!(listed(&office, &rep, &CUSTOMER).await.contains(&customer));
    assert!(matches!(store.get(&outsider, &CUSTOMER, customer).await, Err(Error::Forbidden | Error::NotFound)));
    assert_eq!(give(&office, &reader, customer, Some(office.me.user)).await.unwrap_err(), Error::Forbidden);
    // Claimed, it is mine and my team's; released, it is everybody's again; somebody else's, it is gone for me.
    let claimed = give(&office, &rep, customer, Some(office.me.user)).await.unwrap().rows.remove(0);
    assert_eq!(claimed.reference("team_id"), Some(office.me.team));
    give(&office, &rep, customer, None).await.unwrap();
    assert!(store.get(&reader, &CUSTOMER, customer).await.is_ok());
    give(&office, &office.world.admin, customer, Some(office.other.user)).await.unwrap();
    assert_eq!(give(&office, &rep, customer, Some(office.me.user)).await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn neglected_customers_go_back_to_the_pool_and_others_stay() {
    let office = Office::new().await;
    let (store, admin) = (&office.world.test.store, &office.world.admin);
    let names = ["neglected", "visited", "with an open deal", "with a plan", "just claimed"];
    let mut rows = Vec::new();
    for n in 1400..1400 + names.len() as i64 {
        rows.push(office.made(&CUSTOMER, n, office.mate).await.id);
    }
    let add = async |def: &RecordDef, n: i64, customer: Uuid, more: Value| {
        let mut values = office.world.values(def, n);
        values.insert("customer_id".to_owned(), json!(customer));
        values.extend(more.as_object().unwrap().clone());
        office.world.make_with(def, values).await;
    };
    let now = chrono::Utc::now();
    add(&ACTIVITY, 1450, rows[1], json!({"occurred_at": now - chrono::Duration::days(3)})).await;
    add(&OPPORTUNITY, 1451, rows[2], json!({})).await;
    add(&TASK, 1452, rows[3], json!({"due_at": now + chrono::Duration::days(3), "done": null})).await;
    let long_ago = "update customers set updated_at = now() - interval '40 days' where id = any($1)";
    sqlx::query(long_ago).bind(&rows[..4]).execute(&office.world.test.owner).await.unwrap();
    assert_eq!(store.recycle(admin).await.unwrap(), 0, "the organisation set no limit");
    let values = Values::from_iter([("pool_after".to_owned(), json!(30))]);
    let limit = Change::Update { id: admin.org_id, version: None, values };
    store.apply(admin, Command::one("organisation", limit)).await.unwrap();
    store.upkeep().await.unwrap();
    for (id, name) in rows.into_iter().zip(names) {
        let row = store.get(admin, &CUSTOMER, id).await.unwrap().row;
        assert_eq!(row.reference("owner_id").is_none(), name == "neglected", "{name}");
    }
}

#[tokio::test]
async fn conditions_look_at_related_records_as_far_as_they_can_be_read() {
    let office = Office::new().await;
    let world = &office.world;
    let customer = async |owner: Person| {
        let values = json!({"name": "Customer", "kind": "company", "industry": "technology", "owner_id": owner.user});
        world.make_with(&CUSTOMER, values.as_object().cloned().unwrap()).await.id
    };
    let (mine, theirs) = (customer(office.me).await, customer(office.other).await);
    let stage = world.base["stage"];
    let mut ids = Vec::new();
    for customer in [Some(mine), Some(theirs), None] {
        let values = json!({"name": "Related", "stage_id": stage, "pipeline_id": world.base["pipeline"],
                            "customer_id": customer, "owner_id": office.me.user});
        ids.push(world.make_with(&OPPORTUNITY, values.as_object().cloned().unwrap()).await.id);
    }
    let list = async |actor: &Actor, field: &str, op, value: Value| {
        let parts = vec![Filter::field("name", Op::Eq, "Related"), Filter::field(field, op, value)];
        let query = ListQuery { filter: Some(Filter::All(parts)), ..ListQuery::default() };
        world.test.store.list(actor, &OPPORTUNITY, &query).await
    };
    let with = async |actor: &Actor, field: &str, op, value: Value| {
        let rows = list(actor, field, op, value).await.unwrap().rows;
        (0..ids.len()).filter(|n| rows.iter().any(|row| row.id == ids[*n])).collect::<Vec<usize>>()
    };
    let technology = || json!("technology");
    assert_eq!(with(&world.admin, "customer_id.industry", Op::Eq, technology()).await, [0, 1]);
    assert_eq!(with(&world.admin, "customer_id.industry", Op::Ne, technology()).await, [2]);
    assert_eq!(with(&world.admin, "customer_id.industry", Op::Empty, Value::Null).await, [2]);
    assert_eq!(with(&world.admin, "customer_id.owner_id.name", Op::Eq, json!("Other")).await, [1]);
    // What somebody may not read has no values for them.
    let own = TypeRights { read: Level::Own, ..TypeRights::default() };
    let rep = office.acting(grants(&[(&CUSTOMER, own), (&OPPORTUNITY, own)])).await;
    assert_eq!(with(&rep, "customer_id.industry", Op::Eq, technology()).await, [0]);
    assert_eq!(with(&rep, "customer_id.industry", Op::Empty, Value::Null).await, [1, 2]);
    let barred = office.acting(grants(&[(&OPPORTUNITY, own)])).await;
    assert!(matches!(list(&barred, "customer_id.industry", Op::Eq, technology()).await, Err(Error::Invalid { .. })));
    for field in ["customer_id.planet", "planet.name", "customer_id.parent_id.parent_id.name", "name.name"] {
        let refused = list(&world.admin, field, Op::Present, Value::Null).await;
        assert!(matches!(refused, Err(Error::Invalid { fields }) if fields[0].field == field), "{field}");
    }
}

#[tokio::test]
async fn views_are_read_by_those_they_are_shared_with() {
    let office = Office::new().await;
    let editing = TypeRights {
        create: Level::Own,
        read: Level::Own,
        update: Level::Own,
        delete: Level::Own,
        ..TypeRights::default()
    };
    let me = office.acting(grants(&[(&SAVED_VIEW, editing)])).await;
    let mut ids = Vec::new();
    for audience in ["private", "team", "everyone"] {
        let values = json!({"name": audience, "record_type": "customer", "surface": "list", "audience": audience});
        let view = Change::Create { id: Uuid::now_v7(), values: values.as_object().cloned().unwrap() };
        ids.push(view.id());
        office.world.apply_as(&me, &SAVED_VIEW, view).await.unwrap();
    }
    let store = &office.world.test.store;
    let seen = async |actor: &Actor| {
        let rows = store.list(actor, &SAVED_VIEW, &ListQuery::default()).await.unwrap().rows;
        (0..ids.len()).filter(|n| rows.iter().any(|row| row.id == ids[*n])).collect::<Vec<usize>>()
    };
    let other = |person: Person| Actor { user_id: person.user, team_id: Some(person.team), ..me.clone() };
    assert_eq!(seen(&me).await, [0, 1, 2]);
    assert_eq!(seen(&other(office.mate)).await, [1, 2]);
    assert_eq!(seen(&other(office.other)).await, [2]);
    let barred = office.acting(Grants::default()).await;
    assert_eq!(store.list(&barred, &SAVED_VIEW, &ListQuery::default()).await.unwrap_err(), Error::Forbidden);
    // Shared to be read, not to be changed.
    let values = Values::from_iter([("name".to_owned(), json!("Taken over"))]);
    let change = Change::Update { id: ids[2], version: None, values };
    let refused = office.world.apply_as(&other(office.mate), &SAVED_VIEW, change).await;
    assert_eq!(refused.unwrap_err(), Error::Forbidden);
    // Who may read all of them is offered those that are meant for them, whether they are in a team or not.
    let offered = async |actor: &Actor| {
        let rows = store.list(actor, &SAVED_VIEW, &offered_views("customer", "list")).await.unwrap().rows;
        (0..ids.len()).filter(|n| rows.iter().any(|row| row.id == ids[*n])).collect::<Vec<usize>>()
    };
    let admin = |team_id| Actor { team_id, ..office.world.admin.clone() };
    assert_eq!(seen(&admin(None)).await, [0, 1, 2], "they look after all of them");
    assert_eq!(offered(&admin(None)).await, [2]);
    assert_eq!(offered(&admin(Some(office.me.team))).await, [1, 2]);
    assert_eq!(offered(&me).await, [0, 1, 2]);
}
