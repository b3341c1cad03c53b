//! A board takes the conditions that lists take, and takes them as lists do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::board::{BoardQuery, WINDOW};
use shared::command::{Change, Command};
use shared::query::{Filter, ListQuery, Op};
use shared::types::{CUSTOMER, OPPORTUNITY, PIPELINE, STAGE, by_name};
use shared::{Error, Result, Values};
use uuid::Uuid;

use crate::support::sample::World;
use crate::undo::{deal, make};

/// A pipeline with a few deals.
struct Pipeline {
    world: World,
    id: Uuid,
    stages: Vec<Uuid>,
}

impl Pipeline {
    async fn new() -> Self {
        let world = World::new().await;
        let segment = json!({"record_type": "opportunity", "key": "segment", "label": "Segment", "kind": "text"});
        make(&world, by_name("custom_field").unwrap(), segment).await;
        let (deal, stages) = deal(&world).await;
        let id = world.read(&OPPORTUNITY, deal).await.unwrap().reference("pipeline_id").unwrap();
        Self { world, id, stages }
    }

    async fn deal(&self, stage: usize, mut fields: Value) -> Uuid {
        fields["stage_id"] = json!(self.stages[stage]);
        make(&self.world, &OPPORTUNITY, fields).await
    }

    /// The board that an address with these conditions asks for.
    fn asked(&self, conditions: &[Filter]) -> BoardQuery {
        let further = serde_json::to_string(conditions).unwrap();
        BoardQuery { pipeline_id: Some(self.id), further: Some(further), ..BoardQuery::default() }
    }

    async fn listed(&self, actor: &Actor, conditions: &[Filter]) -> Result<BTreeSet<Uuid>> {
        let here = Filter::field("pipeline_id", Op::Eq, self.id.to_string());
        let filter = Some(Filter::All([here].into_iter().chain(conditions.to_vec()).collect()));
        let query = ListQuery { filter, limit: 200, ..ListQuery::default() };
        Ok(self.world.test.store.list(actor, &OPPORTUNITY, &query).await?.rows.iter().map(|row| row.id).collect())
    }

    /// The cards of the board, which counts them right.
    async fn shown(&self, actor: &Actor, query: &BoardQuery) -> Result<BTreeSet<Uuid>> {
        let board = self.world.test.store.board(actor, query).await?;
        let totals = self.world.test.store.board_totals(actor, query).await?;
        let totals: BTreeMap<Uuid, i64> = totals.into_iter().map(|(stage, totals)| (stage, totals.count)).collect();
        for column in &board.columns {
            assert_eq!(column.totals.count, i64::try_from(column.cards.len()).unwrap(), "{query:?}");
            assert_eq!(column.totals.count, totals.get(&column.stage.id).copied().unwrap_or_default(), "{query:?}");
        }
        Ok(board.columns.iter().flat_map(|column| &column.cards).map(|card| card.id).collect())
    }
}

#[tokio::test]
async fn a_board_shows_what_a_list_with_the_same_conditions_lists() {
    let here = Pipeline::new().await;
    let admin = &here.world.admin;
    let customer = make(&here.world, &CUSTOMER, json!({"name": "Harbour", "industry": "retail"})).await;
    let related = here.deal(0, json!({"name": "Related", "customer_id": customer, "amount": "20"})).await;
    let today = admin.zone.day(Utc::now()).to_string();
    let own = json!({"name": "Own", "custom": {"segment": "north"}, "expected_close": today, "amount": "40"});
    let own = here.deal(1, own).await;
    let industry = Filter::field("customer_id.industry", Op::Eq, "retail");
    let segment = Filter::field("custom.segment", Op::Eq, "north");
    let either = Filter::Any(vec![industry.clone(), segment.clone()]);
    for (conditions, expected) in [
        (vec![industry.clone()], vec![related]),
        (vec![segment.clone()], vec![own]),
        (vec![either.clone()], vec![related, own]),
        (vec![either.clone(), Filter::Not(Box::new(segment.clone()))], vec![related]),
        (vec![Filter::field("expected_close", Op::During, "today")], vec![own]),
        (vec![industry.clone(), segment.clone()], vec![]),
    ] {
        let shown = here.shown(admin, &here.asked(&conditions)).await.unwrap();
        assert_eq!(shown, BTreeSet::from_iter(expected), "{conditions:?}");
        assert_eq!(shown, here.listed(admin, &conditions).await.unwrap(), "{conditions:?}");
    }
    // They hold besides the board's own filters and the search.
    let large = Some(Filter::All(vec![Filter::field("amount", Op::Gte, "30")]));
    let both = BoardQuery { filter: large, ..here.asked(std::slice::from_ref(&either)) };
    assert_eq!(here.shown(admin, &both).await.unwrap(), BTreeSet::from([own]));
    let searched = BoardQuery { search: Some("Related".to_owned()), ..here.asked(&[either]) };
    assert_eq!(here.shown(admin, &searched).await.unwrap(), BTreeSet::from([related]));
}

#[tokio::test]
async fn further_cards_are_those_that_match() {
    let here = Pipeline::new().await;
    let change = |n: u32| {
        let step = if n.is_multiple_of(2) { "call" } else { "mail" };
        let fields = json!({"name": format!("Deal {n}"), "stage_id": here.stages[0], "next_step": step});
        Change::Create { id: Uuid::now_v7(), values: serde_json::from_value::<Values>(fields).unwrap() }
    };
    let changes: Vec<Change> = (0..2 * WINDOW + 10).map(change).collect();
    let command = Command { record_type: OPPORTUNITY.name.to_owned(), changes, ..Command::default() };
    here.world.test.store.apply(&here.world.admin, command).await.unwrap();
    let query = here.asked(&[Filter::field("next_step", Op::Eq, "call")]);
    let (store, admin) = (&here.world.test.store, &here.world.admin);
    let board = store.board(admin, &query).await.unwrap();
    let column = board.columns.into_iter().find(|column| column.stage.id == here.stages[0]).unwrap();
    assert_eq!((column.cards.len(), column.totals.count), (WINDOW as usize, i64::from(WINDOW) + 5));
    let rest = store.board_cards(admin, &query, here.stages[0], &column.next.unwrap()).await.unwrap();
    assert_eq!((rest.cards.len(), rest.next), (5, None));
    assert!(column.cards.iter().chain(&rest.cards).all(|card| card.text("next_step") == Some("call")));
}

#[tokio::test]
async fn conditions_tell_no_more_of_what_is_hidden_than_those_of_lists() {
    let here = Pipeline::new().await;
    let store = &here.world.test.store;
    let customer = json!({"name": "Harbour", "industry": "retail", "owner_id": here.world.admin.user_id});
    let customer = make(&here.world, &CUSTOMER, customer).await;
    let deal = here.deal(0, json!({"name": "Related", "customer_id": customer, "next_step": "call"})).await;
    let read = |level| TypeRights { read: level, ..TypeRights::default() };
    let acting = |customers: Level| {
        let all = [&OPPORTUNITY, &PIPELINE, &STAGE].map(|def| (def, Level::All));
        let types = all.into_iter().chain([(&CUSTOMER, customers)]);
        let types = types.map(|(def, level)| (def.name.to_owned(), read(level))).collect();
        let fields = BTreeMap::from([("opportunity.next_step".to_owned(), FieldAccess::Hidden)]);
        here.world.colleague(Grants { types, fields, ..Grants::default() })
    };
    let industry = [Filter::field("customer_id.industry", Op::Eq, "retail")];
    for (customers, expected) in [(Level::All, Ok(vec![deal])), (Level::Own, Ok(vec![])), (Level::None, Err(()))] {
        let actor = acting(customers);
        let shown = here.shown(&actor, &here.asked(&industry)).await;
        assert_eq!(shown, here.listed(&actor, &industry).await, "{customers:?}");
        assert_eq!(shown.map_err(|_| ()), expected.map(BTreeSet::from_iter), "{customers:?}");
    }
    let (actor, hidden) = (acting(Level::All), [Filter::field("next_step", Op::Contains, "call")]);
    let refused = Error::invalid("next_step", "unknown_field");
    let query = here.asked(&hidden);
    assert_eq!(here.listed(&actor, &hidden).await.unwrap_err(), refused);
    assert_eq!(store.board(&actor, &query).await.unwrap_err(), refused);
    assert_eq!(store.board_totals(&actor, &query).await.unwrap_err(), refused);
    let broken = BoardQuery { further: Some("[broken".to_owned()), ..query };
    assert_eq!(store.board(&here.world.admin, &broken).await.unwrap_err(), Error::invalid("filter", "filter"));
}
