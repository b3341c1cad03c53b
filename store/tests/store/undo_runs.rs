//! Undos of large sets, in the background: once, as a whole, and through the death of a node.

use std::time::Duration;

use serde_json::json;
use shared::Error;
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::command::{Change, Command};
use shared::history::{ChangeSet, ChangeSetQuery, STOPPED, State, UndoRun, Undone, Why};
use shared::import::Status;
use shared::live::LiveEvent;
use shared::types::{ACTIVITY, CONTACT, CUSTOMER, SURVEY_RESPONSE, TAG, TICKET, TICKET_MESSAGE};
use sqlx::AssertSqlSafe;
use store::Store;
use uuid::Uuid;

use crate::import::number;
use crate::live::screen::Screen;
use crate::locks::Other;
use crate::support::sample::{World, granting};
use crate::undo::{make, tables_saying};

/// More than is undone at once.
const MANY: usize = 6_000;

fn create(id: Uuid) -> Change {
    Change::Create { id, values: json!({"name": "Acme"}).as_object().unwrap().clone() }
}

/// Carries out changes of customers as one set, as many at a time as one command may have.
async fn together(world: &World, changes: Vec<Change>) -> Uuid {
    let set = Uuid::now_v7();
    for changes in changes.chunks(store::MAX_BATCH) {
        let record_type = CUSTOMER.name.to_owned();
        let command = Command { record_type, changes: changes.to_vec(), change_set: Some(set), ..Command::default() };
        assert!(world.test.store.apply(&world.admin, command).await.unwrap().refused.is_empty());
    }
    set
}

async fn customers(world: &World) -> i64 {
    number(&world.test, "select count(*) from customers where name = 'Acme'").await
}

/// Asks for an undo, which begins in the background.
async fn begun(world: &World, set: Uuid) -> UndoRun {
    match world.test.store.take_back(&world.admin, set).await.unwrap() {
        Undone::UnderWay(run) => run,
        Undone::Done(outcome) => panic!("{outcome:?}"),
    }
}

async fn over(world: &World, set: Uuid) -> UndoRun {
    loop {
        let run = world.test.store.undo_run(&world.admin, set).await.unwrap();
        if !run.status.is_open() {
            return run;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn listed(world: &World, set: Uuid) -> ChangeSet {
    let page = world.test.store.change_sets(&world.admin, &ChangeSetQuery::default()).await.unwrap();
    page.sets.into_iter().find(|listed| listed.id == set).unwrap()
}

/// Time passes: nobody renewed the hold.
async fn let_go(world: &World) {
    let sql = "update undo_runs set held_until = now() - interval '1 second'";
    sqlx::query(sql).execute(&world.test.owner).await.unwrap();
}

/// As if another node had begun to undo a set, for somebody.
async fn begun_elsewhere(world: &World, set: Uuid, actor_id: Uuid) {
    sqlx::query(
        "insert into undo_runs (org_id, change_set, undo_set, actor_id, status, total, done, attempt, held_until)
         values ($1, $2, gen_random_uuid(), $3, 'running', 10, 4, 1, now() + interval '1 minute')",
    )
    .bind(world.admin.org_id)
    .bind(set)
    .bind(actor_id)
    .execute(&world.test.owner)
    .await
    .unwrap();
}

/// As if somebody had asked for the undo of a large set, which nobody has begun yet.
async fn asked(world: &World, set: Uuid) {
    sqlx::query(
        "insert into undo_runs (org_id, change_set, undo_set, actor_id) values ($1, $2, gen_random_uuid(), $3)",
    )
    .bind(world.admin.org_id)
    .bind(set)
    .bind(world.admin.user_id)
    .execute(&world.test.owner)
    .await
    .unwrap();
}

/// How many wait for somebody.
async fn waiters(world: &World) -> i64 {
    let sql = "select count(*) from pg_stat_activity
               where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0";
    number(&world.test, sql).await
}

/// Until so many wait for somebody.
async fn waiting(world: &World, many: i64) {
    for _ in 0..500 {
        if waiters(world).await >= many {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not {many} wait");
}

/// Until nobody waits any more, sooner than an undo gives up by itself.
async fn nobody_waits(world: &World) {
    for _ in 0..1_000 {
        if waiters(world).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("somebody waits still");
}

/// Until somebody is at work on an undo.
async fn under_way(world: &World, set: Uuid) {
    for _ in 0..1_000 {
        if world.test.store.undo_run(&world.admin, set).await.unwrap().status == Status::Running {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody is at work on it");
}

/// How often an undo was begun that is or was the only one.
async fn attempts(world: &World) -> i64 {
    number(&world.test, "select attempt::bigint from undo_runs").await
}

#[tokio::test]
async fn an_edit_that_waited_before_the_undo_did_is_kept() {
    let world = World::new().await;
    let id = Uuid::now_v7();
    let set = together(&world, vec![create(id)]).await;
    let mut other = Other::begin(&world.test).await;
    other.lock("customers", id, "no key update").await;
    let edit = async {
        let values = json!({"website": "https://a.example"}).as_object().unwrap().clone();
        world.apply(&CUSTOMER, Change::Update { id, version: None, values }).await.unwrap()
    };
    let undo = async {
        waiting(&world, 1).await;
        world.test.store.undo(&world.admin, set).await.unwrap()
    };
    let end = async {
        waiting(&world, 2).await;
        other.commit().await;
    };
    let (_, outcome, ()) = tokio::join!(edit, undo, end);
    assert_eq!((outcome.undone, outcome.kept.len()), (0, 1));
    assert_eq!(world.read(&CUSTOMER, id).await.unwrap().text("website"), Some("https://a.example"));
}

/// Deletes something that was noted of somebody, as a set of its own; the person, and the set.
async fn noted_and_deleted(world: &World) -> (Uuid, Uuid) {
    let li = make(world, &CONTACT, json!({"name": "Li Lei", "emails": ["li@example.com"]})).await;
    let note = json!({"subject": "Call", "content": "Milliways", "contact_id": li});
    let note = make(world, &ACTIVITY, note).await;
    let set = world.apply(&ACTIVITY, Change::Delete { id: note }).await.unwrap().change_set;
    (li, set)
}

/// Keeps an erasure from its end, once it has written all but that.
async fn erasing(world: &World) -> Other {
    let mut other = Other::begin(&world.test).await;
    other.run("lock table export_runs in exclusive mode".to_owned()).await;
    other
}

#[tokio::test]
async fn an_undo_that_begins_while_somebody_is_erased_brings_nothing_of_them_back() {
    let world = World::new().await;
    let (li, set) = noted_and_deleted(&world).await;
    let other = erasing(&world).await;
    let undo = async {
        waiting(&world, 1).await;
        world.test.store.undo(&world.admin, set).await
    };
    let end = async {
        waiting(&world, 2).await;
        other.commit().await;
    };
    let (erased, undone, ()) = tokio::join!(world.test.store.erase(&world.admin, &CONTACT, li), undo, end);
    erased.unwrap();
    undone.unwrap();
    assert_eq!(tables_saying(&world, "Milliways").await, [""; 0]);
}

#[tokio::test]
async fn an_undo_in_the_background_does_not_begin_while_somebody_is_erased() {
    let world = World::new().await;
    let (store, (li, set)) = (&world.test.store, noted_and_deleted(&world).await);
    let other = erasing(&world).await;
    let end = async {
        waiting(&world, 1).await;
        asked(&world, set).await;
        store.resume_undos();
        // It would be over by then.
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.commit().await;
    };
    let (erased, ()) = tokio::join!(store.erase(&world.admin, &CONTACT, li), end);
    erased.unwrap();
    store.resume_undos();
    let run = over(&world, set).await;
    assert_eq!(run.status, Status::Finished, "{:?}", run.reason);
    assert_eq!(tables_saying(&world, "Milliways").await, [""; 0]);
}

#[tokio::test]
async fn of_two_large_undos_one_waits_for_the_other() {
    let world = World::new().await;
    let store = &world.test.store;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let sets = [together(&world, vec![create(first)]).await, together(&world, vec![create(second)]).await];
    let mut other = Other::begin(&world.test).await;
    other.lock("customers", first, "no key update").await;
    asked(&world, sets[0]).await;
    store.resume_undos();
    other.is_waited_for().await;
    asked(&world, sets[1]).await;
    store.resume_undos();
    // It would be over by then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(store.undo_run(&world.admin, sets[1]).await.unwrap().status, Status::Waiting);
    other.commit().await;
    for set in sets {
        assert_eq!(over(&world, set).await.status, Status::Finished);
    }
    assert_eq!(customers(&world).await, 0);
    assert_eq!(number(&world.test, "select sum(attempt)::bigint from undo_runs").await, 2);
}

#[tokio::test]
async fn a_node_that_is_ended_gives_back_what_it_held() {
    let world = World::new().await;
    let id = Uuid::now_v7();
    let set = together(&world, vec![create(id)]).await;
    let mut other = Other::begin(&world.test).await;
    other.lock("customers", id, "no key update").await;
    asked(&world, set).await;
    let node = Store::connect(&world.test.url, 5).await.unwrap();
    node.resume_undos();
    other.is_waited_for().await;
    node.close().await;
    let free = "select count(*) from undo_runs where status = 'waiting' and attempt = 0 and held_until < now()";
    assert_eq!(number(&world.test, free).await, 1);
    other.commit().await;
    world.test.store.resume_undos();
    assert_eq!(over(&world, set).await.status, Status::Finished);
}

#[tokio::test]
async fn undos_are_forgotten_a_month_after_their_end() {
    let world = World::new().await;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    asked(&world, set).await;
    world.test.store.resume_undos();
    over(&world, set).await;
    world.test.store.upkeep().await.unwrap();
    assert_eq!(number(&world.test, "select count(*) from undo_runs").await, 1);
    let sql = "update undo_runs set finished_at = now() - interval '31 days'";
    sqlx::query(sql).execute(&world.test.owner).await.unwrap();
    world.test.store.upkeep().await.unwrap();
    assert_eq!(number(&world.test, "select count(*) from undo_runs").await, 0);
}

#[tokio::test]
async fn a_large_set_is_undone_in_the_background_once_and_done_again_so() {
    let world = World::new().await;
    let store = &world.test.store;
    let ids: Vec<Uuid> = (0..MANY).map(|_| Uuid::now_v7()).collect();
    let made = together(&world, ids.iter().copied().map(create).collect()).await;
    let website = json!({"website": "https://a.example"}).as_object().unwrap().clone();
    let touch = |id: &Uuid| Change::Update { id: *id, version: None, values: website.clone() };
    together(&world, ids[..150].iter().map(touch).collect()).await;

    let stranger = world.colleague(Grants::default());
    assert_eq!(store.take_back(&stranger, made).await.unwrap_err(), Error::NotFound);
    let first = begun(&world, made).await;
    let second = begun(&world, made).await;
    assert_eq!((second.undo, second.created_at), (first.undo, first.created_at), "it is running already");
    assert_eq!(store.undo_run(&stranger, made).await.unwrap_err(), Error::NotFound);

    let run = over(&world, made).await;
    assert_eq!((run.status, run.undone, run.kept_count), (Status::Finished, 5_850, 150), "{:?}", run.reason);
    assert_eq!((run.total, run.done, run.undo), (6_000, 6_000, first.undo));
    assert_eq!(run.kept.len(), 100, "the first of them");
    assert!(run.kept.iter().all(|left| left.why == Why::Changed && left.record.title.as_deref() == Some("Acme")));
    assert_eq!(customers(&world).await, 150);
    assert_eq!(number(&world.test, "select count(*) from undo_runs").await, 1);
    let set = listed(&world, made).await;
    assert_eq!((set.state, set.kept_count, set.kept.len()), (State::Undone, 150, 100));
    assert_eq!(set.undo.map(|undo| undo.undone), Some(5_850));
    assert_eq!(store.take_back(&world.admin, made).await.unwrap_err(), Error::invalid("change_set", "already_undone"));

    assert_eq!(listed(&world, run.undo).await.source, "undo");
    begun(&world, run.undo).await;
    let again = over(&world, run.undo).await;
    assert_eq!((again.status, again.undone, again.kept_count), (Status::Finished, 5_850, 0), "{:?}", again.reason);
    assert_eq!(customers(&world).await, 6_000);
}

#[tokio::test]
async fn what_is_small_is_undone_at_once() {
    let world = World::new().await;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    let Undone::Done(outcome) = world.test.store.take_back(&world.admin, set).await.unwrap() else { panic!() };
    assert_eq!((outcome.undone, outcome.under_way), (1, false));
    assert_eq!(world.test.store.undo_run(&world.admin, set).await.unwrap_err(), Error::NotFound);
}

/// Begins an undo on a node that dies in the middle of it.
async fn begun_on_a_node_that_dies(url: String, actor: Actor, set: Uuid) {
    let node = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::connect(&url, 5).await.unwrap();
            store.take_back(&actor, set).await.unwrap();
            while store.undo_run(&actor, set).await.unwrap().done == 0 {
                tokio::task::yield_now().await;
            }
        });
        runtime.shutdown_background();
    });
    tokio::task::spawn_blocking(move || node.join().unwrap()).await.unwrap();
}

#[tokio::test]
async fn what_a_dead_node_left_is_begun_anew_and_nothing_half_is_seen() {
    let world = World::new().await;
    let set = together(&world, (0..MANY).map(|_| create(Uuid::now_v7())).collect()).await;
    begun_on_a_node_that_dies(world.test.url.clone(), world.admin.clone(), set).await;
    let left = world.test.store.undo_run(&world.admin, set).await.unwrap();
    assert!(left.status == Status::Running && left.done > 0 && left.undone == 0, "{left:?}");
    assert_eq!(customers(&world).await, 6_000, "nothing of it is there");
    assert_eq!(listed(&world, set).await.state, State::Undoing);
    let_go(&world).await;
    world.test.store.resume_undos();
    let run = over(&world, set).await;
    assert_eq!((run.status, run.undone, run.kept_count), (Status::Finished, 6_000, 0), "{:?}", run.reason);
    assert_eq!(customers(&world).await, 0);
    assert_eq!(attempts(&world).await, 2);
    let twice = "select count(*) from (select from audit_entries group by record_id, version having count(*) > 1) x";
    assert_eq!(number(&world.test, twice).await, 0);
}

#[tokio::test]
async fn an_undo_begins_anew_when_somebody_is_erased() {
    let world = World::new().await;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    begun_elsewhere(&world, set, world.admin.user_id).await;
    let told = listed(&world, set).await;
    let undo = told.undo.unwrap();
    assert_eq!((told.state, undo.done, undo.total), (State::Undoing, 4, 10));
    world.test.store.erase(&world.admin, &CONTACT, world.base["contact"]).await.unwrap();
    // Nobody holds it any more, and what was begun before can't end under its name.
    world.test.store.resume_undos();
    let run = over(&world, set).await;
    assert_eq!((run.status, run.undone), (Status::Finished, 1), "{:?}", run.reason);
    assert_ne!(run.undo, undo.undo);
}

#[tokio::test]
async fn nobody_who_is_erased_stops_no_undo_and_the_others_cost_it_no_try_for_hours() {
    let world = World::new().await;
    let store = &world.test.store;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    begun_elsewhere(&world, set, world.admin.user_id).await;
    let begun = store.undo_run(&world.admin, set).await.unwrap();
    let nobody = store.erase(&world.admin, &CONTACT, Uuid::now_v7()).await;
    assert_eq!(nobody.unwrap_err(), Error::NotFound);
    let goes_on = store.undo_run(&world.admin, set).await.unwrap();
    assert_eq!((goes_on.undo, goes_on.status), (begun.undo, Status::Running));
    for (asked, tries) in [("now()", 2), ("now() - interval '7 hours'", 3)] {
        let sql = format!("update undo_runs set status = 'running', attempt = 3, created_at = {asked}");
        sqlx::query(AssertSqlSafe(sql)).execute(&world.test.owner).await.unwrap();
        let li = make(&world, &CONTACT, json!({"name": "Li Lei"})).await;
        store.erase(&world.admin, &CONTACT, li).await.unwrap();
        assert_eq!(store.undo_run(&world.admin, set).await.unwrap().status, Status::Waiting);
        assert_eq!(attempts(&world).await, tries, "asked for {asked}");
    }
}

/// An undo that has begun and waits for somebody, who has a record of its set.
async fn held_up(world: &World) -> (Uuid, Other) {
    let id = Uuid::now_v7();
    let set = together(world, vec![create(id)]).await;
    let mut other = Other::begin(&world.test).await;
    other.lock("customers", id, "no key update").await;
    asked(world, set).await;
    world.test.store.resume_undos();
    other.is_waited_for().await;
    (set, other)
}

#[tokio::test]
async fn an_undo_that_is_stopped_lets_go_in_the_midst_of_a_statement() {
    let world = World::new().await;
    let store = &world.test.store;
    let (set, other) = held_up(&world).await;
    store.erase(&world.admin, &CONTACT, world.base["contact"]).await.unwrap();
    store.resume_undos();
    // It begins anew once it has let go, sooner than it gives up by itself.
    under_way(&world, set).await;
    other.commit().await;
    assert_eq!(over(&world, set).await.status, Status::Finished);
    assert_eq!(attempts(&world).await, 1);
}

#[tokio::test]
async fn an_undo_that_waited_for_one_that_is_stopped_begins_by_itself() {
    let world = World::new().await;
    let store = &world.test.store;
    let waiting = together(&world, vec![create(Uuid::now_v7())]).await;
    let (stopped, other) = held_up(&world).await;
    asked(&world, waiting).await;
    store.stop_undo(&world.admin, stopped).await.unwrap();
    // Sooner than somebody looks for what nobody works on.
    let run = tokio::time::timeout(Duration::from_secs(15), over(&world, waiting)).await.unwrap();
    assert_eq!(run.status, Status::Finished);
    other.commit().await;
    assert_eq!(customers(&world).await, 1);
}

#[tokio::test]
async fn an_undo_that_somebody_stops_changes_nothing_and_can_be_begun_again() {
    let world = World::new().await;
    let store = &world.test.store;
    let ids: Vec<Uuid> = (0..MANY).map(|_| Uuid::now_v7()).collect();
    let set = together(&world, ids.iter().copied().map(create).collect()).await;
    assert_eq!(store.stop_undo(&world.admin, set).await.unwrap_err(), Error::NotFound, "nobody began one");
    let mut other = Other::begin(&world.test).await;
    other.lock("customers", ids[0], "no key update").await;
    let first = begun(&world, set).await;
    other.is_waited_for().await;
    let stranger = world.colleague(Grants::default());
    assert_eq!(store.stop_undo(&stranger, set).await.unwrap_err(), Error::NotFound);
    for _ in 0..2 {
        let stopped = store.stop_undo(&world.admin, set).await.unwrap();
        assert_eq!((stopped.status, stopped.reason.as_deref()), (Status::Failed, Some(STOPPED)));
    }
    // Though somebody has the record still.
    nobody_waits(&world).await;
    other.commit().await;
    let told = listed(&world, set).await;
    assert_eq!((told.state, told.undo.and_then(|undo| undo.reason).as_deref()), (State::Undoable, Some(STOPPED)));
    assert_eq!(customers(&world).await, 6_000);

    let second = begun(&world, set).await;
    // The first one may have been in the way.
    store.resume_undos();
    assert!(second.undo != first.undo && second.reason.is_none());
    let run = over(&world, set).await;
    assert_eq!((run.status, run.undone, run.undo), (Status::Finished, 6_000, second.undo), "{:?}", run.reason);
    let late = store.stop_undo(&world.admin, set).await.unwrap_err();
    assert_eq!(late, Error::invalid("change_set", "already_undone"));
}

#[tokio::test]
async fn an_undo_that_ends_while_an_erasure_waits_for_others_is_not_lost() {
    let world = World::new().await;
    let store = &world.test.store;
    let [first, second] = [Uuid::now_v7(), Uuid::now_v7()];
    let sets = [together(&world, vec![create(first)]).await, together(&world, vec![create(second)]).await];
    let (mut one, mut other) = (Other::begin(&world.test).await, Other::begin(&world.test).await);
    one.lock("customers", first, "no key update").await;
    other.lock("customers", second, "no key update").await;
    asked(&world, sets[0]).await;
    store.resume_undos();
    one.is_waited_for().await;
    let erase = async {
        waiting(&world, 2).await;
        store.erase(&world.admin, &CONTACT, world.base["contact"]).await
    };
    let end = async {
        waiting(&world, 3).await;
        one.commit().await;
        assert_eq!(over(&world, sets[0]).await.status, Status::Finished);
        assert_eq!(attempts(&world).await, 1);
        other.commit().await;
    };
    let (undone, erased, ()) = tokio::join!(store.undo(&world.admin, sets[1]), erase, end);
    assert_eq!(undone.unwrap().undone, 1);
    erased.unwrap();
}

#[tokio::test]
async fn an_erasure_needs_no_second_connection() {
    let world = World::new().await;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    begun_elsewhere(&world, set, world.admin.user_id).await;
    // The other one listens.
    let node = Store::connect(&world.test.url, 2).await.unwrap();
    node.erase(&world.admin, &CONTACT, world.base["contact"]).await.unwrap();
}

#[tokio::test]
async fn an_undo_that_nobody_holds_is_not_begun_anew_before_its_transaction_is_over() {
    let world = World::new().await;
    let store = &world.test.store;
    let (set, other) = held_up(&world).await;
    let_go(&world).await;
    store.resume_undos();
    waiting(&world, 2).await;
    assert_eq!(attempts(&world).await, 1, "it waits, and that is no try");
    other.commit().await;
    assert_eq!(over(&world, set).await.status, Status::Finished);
    assert_eq!(attempts(&world).await, 1);
}

#[tokio::test]
async fn parts_of_what_one_can_no_longer_read_do_not_come_back() {
    let world = World::new().await;
    let mut grants = granting(&TICKET_MESSAGE, TypeRights::FULL);
    grants.types.insert(TICKET.name.to_owned(), TypeRights { read: Level::Own, ..TypeRights::default() });
    let agent = world.colleague(grants);
    let (mut tickets, mut notes) = (Vec::new(), Vec::new());
    for subject in ["Lost", "Kept"] {
        let ticket = make(&world, &TICKET, json!({"subject": subject, "owner_id": agent.user_id})).await;
        let note = json!({"ticket_id": ticket, "kind": "note", "content": "<p>Noted</p>"});
        notes.push(make(&world, &TICKET_MESSAGE, note).await);
        tickets.push(ticket);
    }
    let changes = notes.iter().map(|id| Change::Delete { id: *id }).collect();
    let command = Command { record_type: TICKET_MESSAGE.name.to_owned(), changes, ..Command::default() };
    let deleted = world.test.store.apply(&agent, command).await.unwrap();
    assert_eq!(deleted.refused, []);
    let values = json!({"owner_id": world.admin.user_id}).as_object().unwrap().clone();
    world.apply(&TICKET, Change::Update { id: tickets[0], version: None, values }).await.unwrap();
    let outcome = world.test.store.undo(&agent, deleted.change_set).await.unwrap();
    let kept: Vec<Uuid> = outcome.kept.iter().map(|kept| kept.id).collect();
    assert_eq!((outcome.undone, kept), (1, vec![notes[0]]));
    assert_eq!(world.read(&TICKET_MESSAGE, notes[0]).await.unwrap_err(), Error::NotFound);
    assert!(world.read(&TICKET_MESSAGE, notes[1]).await.is_ok());
}

#[tokio::test]
async fn an_answer_that_was_deleted_before_it_said_on_what_scale_it_is_says_so_once_it_is_back() {
    let world = World::new().await;
    let answer = json!({"survey_id": world.base["survey"], "comment": "Quick"});
    let answer = make(&world, &SURVEY_RESPONSE, answer).await;
    let kind = world.read(&SURVEY_RESPONSE, answer).await.unwrap().text("kind").map(str::to_owned);
    assert!(kind.is_some());
    let set = world.apply(&SURVEY_RESPONSE, Change::Delete { id: answer }).await.unwrap().change_set;
    let sql = "update audit_entries set changes = changes - 'kind' where record_type = 'survey_response'";
    sqlx::query(sql).execute(&world.test.owner).await.unwrap();
    world.test.store.undo(&world.admin, set).await.unwrap();
    assert_eq!(world.read(&SURVEY_RESPONSE, answer).await.unwrap().text("kind").map(str::to_owned), kind);
}

#[tokio::test]
async fn an_undo_that_fails_changes_nothing_and_can_be_asked_for_again() {
    let world = World::new().await;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    // Somebody who is no user any more.
    begun_elsewhere(&world, set, Uuid::now_v7()).await;
    let_go(&world).await;
    world.test.store.resume_undos();
    assert_eq!(over(&world, set).await.status, Status::Failed);
    let told = listed(&world, set).await;
    assert_eq!((told.state, told.undo.map(|undo| undo.status)), (State::Undoable, Some(Status::Failed)));
    assert_eq!(customers(&world).await, 1);
    world.test.store.take_back(&world.admin, set).await.unwrap();
    assert_eq!(customers(&world).await, 0);
}

/// What the stream tells until types are to be loaded again, in whichever order.
async fn refreshed(screen: &mut Screen, types: &[&str]) {
    let mut left: Vec<&str> = types.to_vec();
    while !left.is_empty() {
        if let LiveEvent::Refresh { record_type } = screen.step().await {
            left.retain(|wanted| *wanted != record_type);
        }
    }
}

#[tokio::test]
async fn an_undo_in_the_background_keeps_nobody_from_their_news() {
    let world = World::new().await;
    let store = &world.test.store;
    let set = together(&world, vec![create(Uuid::now_v7())]).await;
    let mut screen = Screen::open(store, &world.admin).await;
    // It holds the undo up once that has written, and holds no news up itself.
    let mut other = Other::begin(&world.test).await;
    other.run("lock table customers in share mode".to_owned()).await;
    asked(&world, set).await;
    store.resume_undos();
    other.is_waited_for().await;
    let tag = make(&world, &TAG, json!({"name": "VIP"})).await;
    let told = tokio::time::timeout(Duration::from_secs(20), screen.until(tag)).await;
    assert!(told.is_ok(), "the stream waits for the undo");
    assert_eq!(store.undo_run(&world.admin, set).await.unwrap().status, Status::Running);
    other.commit().await;
    assert_eq!(over(&world, set).await.status, Status::Finished);
    refreshed(&mut screen, &["customer"]).await;
    screen.assert_fresh("whoever watched").await;
}

#[tokio::test]
async fn what_an_undo_changed_is_told_though_its_node_died_before() {
    let world = World::new().await;
    let store = &world.test.store;
    let mut screen = Screen::open(store, &world.admin).await;
    let set = Uuid::now_v7();
    asked(&world, set).await;
    let over = "update undo_runs set status = 'finished', finished_at = now(), untold = '{customer,tag}'";
    sqlx::query(over).execute(&world.test.owner).await.unwrap();
    store.resume_undos();
    refreshed(&mut screen, &["customer", "tag"]).await;
    assert_eq!(number(&world.test, "select count(*) from undo_runs where untold is not null").await, 0);
    let told = "select count(*) from events where record_id is null";
    assert_eq!(number(&world.test, told).await, 2);
}
