//! The live log against a real Postgres: what a reader has, kept current by events, is what a fresh reader gets.

pub(crate) mod screen;
pub(crate) mod world;
mod writers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use screen::Screen;
use serde_json::json;
use shared::Error;
use shared::access::{Actor, Grants};
use shared::command::{Change, Command};
use shared::live::{Cursor, LiveEvent};
use shared::types::by_name;
use sqlx::AssertSqlSafe;
use store::Store;
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;
use world::{World, apply, create, other_organisation, position, role_id, update, values};

fn is_removed(event: &LiveEvent, wanted: Uuid) -> bool {
    matches!(event, LiveEvent::Removed { id, .. } if *id == wanted)
}

/// Something everybody reads, to know that everything before it has arrived.
async fn mark(world: &World) -> Uuid {
    let id = Uuid::now_v7();
    make_mark(world, id).await;
    id
}

/// The same under an id that readers know already.
async fn make_mark(world: &World, id: Uuid) {
    let change = Change::Create { id, values: values(json!({"name": id.to_string()})) };
    apply(world.store(), &world.admin, "tag", change).await.unwrap();
}

/// Reads until the mark, breaking off and resuming on the other node every now and then. The mark is to be made at the end:
/// a change of what is there already may be told early, by an older event that carries the newest row.
async fn read(mut screen: Screen, nodes: [Store; 2], end: Arc<AtomicBool>, mark: Uuid, who: String) -> Screen {
    let mut steps = 0_usize;
    while !screen.rows["tag"].contains_key(&mark) {
        screen.step().await;
        steps += 1;
        if steps.is_multiple_of(37) {
            screen.reconnect(&nodes[steps % 2]).await;
        }
    }
    assert!(end.load(Ordering::SeqCst), "{who} read the mark before the writers were done");
    screen
}

#[tokio::test]
async fn old_state_and_events_are_fresh_state_with_eight_writers() {
    let world = World::new().await;
    let nodes = [world.store().clone(), world.other_node.clone()];
    let mark = Uuid::now_v7();
    let done = Arc::new(AtomicBool::new(false));
    let people: Vec<(&str, Actor)> = vec![
        ("all", world.admin.clone()),
        ("team", world.manager.clone()),
        ("own", world.reps[0].clone()),
        ("own too", world.reps[1].clone()),
    ];
    let mut writing = JoinSet::new();
    let pool = writers::Pool::new(&world).await;
    for seed in 0..8 {
        let store = nodes[seed % 2].clone();
        writing.spawn(writers::write(store, pool.clone(), seed as u64, 40));
    }
    // Half of the readers come while the writers are at it already: their snapshots lie in the thick of it.
    let mut reading = JoinSet::new();
    for round in 0..2 {
        for (index, (who, actor)) in people.iter().enumerate() {
            let screen = Screen::open(&nodes[(index + round) % 2], actor).await;
            let who = format!("{who}, round {round}");
            reading.spawn(read(screen, nodes.clone(), done.clone(), mark, who));
        }
        let _ = writing.join_next().await;
    }
    let changed: usize = writing.join_all().await.into_iter().sum();
    assert!(changed > 100, "the writers got only {changed} changes through");
    done.store(true, Ordering::SeqCst);
    make_mark(&world, mark).await;
    while let Some(screen) = reading.join_next().await {
        let screen = screen.unwrap();
        let who = people.iter().find(|(_, actor)| actor.user_id == screen.actor.user_id).unwrap().0;
        screen.assert_fresh(who).await;
    }
}

#[tokio::test]
async fn a_record_given_away_vanishes_and_appears() {
    let world = World::new().await;
    let [first, second] = &world.reps;
    let deal = world.deal(first, None).await;
    let mut giver = Screen::open(world.store(), first).await;
    let mut taker = Screen::open(&world.other_node, second).await;
    assert!(giver.rows["opportunity"].contains_key(&deal) && taker.rows["opportunity"].is_empty());
    world.give("opportunity", deal, second).await;
    let mark = mark(&world).await;
    assert!(giver.until(mark).await.iter().any(|event| is_removed(event, deal)));
    taker.until(mark).await;
    assert!(giver.rows["opportunity"].is_empty() && taker.rows["opportunity"].contains_key(&deal));
    giver.assert_fresh("the giver").await;
    taker.assert_fresh("the taker").await;
}

#[tokio::test]
async fn what_is_readable_through_a_customer_follows_the_customer() {
    let world = World::new().await;
    let [first, second] = &world.reps;
    let (mine, theirs) = (world.customer(first).await, world.customer(second).await);
    let deal = world.deal(&world.admin, Some(mine)).await;
    let mut screen = Screen::open(world.store(), first).await;
    assert!(screen.rows["opportunity"].contains_key(&deal));
    // The deal moves to a customer of somebody else, and back.
    for (customer, readable) in [(theirs, false), (mine, true)] {
        update(world.store(), &world.admin, "opportunity", deal, json!({"customer_id": customer})).await;
        screen.until(mark(&world).await).await;
        assert_eq!(screen.rows["opportunity"].contains_key(&deal), readable);
    }
    // The customer moves to somebody else, and back.
    for (owner, readable) in [(second, false), (first, true)] {
        world.give("customer", mine, owner).await;
        screen.until(mark(&world).await).await;
        assert_eq!(screen.rows["opportunity"].contains_key(&deal), readable);
    }
    screen.assert_fresh("the customer's owner").await;
}

#[tokio::test]
async fn what_one_may_not_read_never_travels() {
    let world = World::new().await;
    let [first, second] = &world.reps;
    let stranger = other_organisation(world.store()).await;
    let mut colleague = Screen::open(world.store(), second).await;
    let mut outside = world.store().subscribe(stranger.clone(), None).await.unwrap();
    let deal = world.deal(first, None).await;
    for amount in ["1.00", "2.00"] {
        update(world.store(), &world.admin, "opportunity", deal, json!({"amount": amount})).await;
    }
    for change in [Change::Archive { id: deal }, Change::Restore { id: deal }] {
        apply(world.store(), &world.admin, "opportunity", change).await.unwrap();
    }
    let mark = mark(&world).await;
    // Older events may be told again: transactions of other databases hold the log's horizon back too.
    let concerns = |event: &LiveEvent, id: Uuid| format!("{event:?}").contains(&id.to_string());
    let told = colleague.until(mark).await;
    assert!(!told.iter().any(|event| concerns(event, deal)), "{told:?}");
    let theirs = create(world.store(), &stranger, "tag", json!({"name": "theirs"})).await;
    loop {
        let event = outside.next().await.unwrap().event;
        assert!(!concerns(&event, deal) && !concerns(&event, mark), "{event:?}");
        if concerns(&event, theirs) {
            break;
        }
    }
}

#[tokio::test]
async fn archiving_and_deleting_arrive() {
    let world = World::new().await;
    let [first, _] = &world.reps;
    let (kept, gone) = (world.deal(first, None).await, world.deal(first, None).await);
    let mut screens = [Screen::open(world.store(), first).await, Screen::open(world.store(), &world.admin).await];
    apply(world.store(), &world.admin, "opportunity", Change::Archive { id: kept }).await.unwrap();
    apply(world.store(), &world.admin, "opportunity", Change::Delete { id: gone }).await.unwrap();
    let mark = mark(&world).await;
    for screen in &mut screens {
        screen.until(mark).await;
        assert!(screen.rows["opportunity"][&kept].text("archived_at").is_some());
        assert!(!screen.rows["opportunity"].contains_key(&gone));
        screen.assert_fresh("either").await;
    }
}

#[tokio::test]
async fn a_stream_resumes_from_the_middle_of_one_change() {
    let world = World::new().await;
    let [first, second] = &world.reps;
    let customer = world.customer(first).await;
    let from = position(world.store(), first).await;
    world.give("customer", customer, second).await;
    // One change tells several things; whoever leaves after the first of them gets all of it again.
    let mut stream = world.store().subscribe(first.clone(), Some(from)).await.unwrap();
    // Transactions of other tests hold the position back, so older changes may come before it.
    let told = loop {
        let told = stream.next().await.unwrap();
        if is_removed(&told.event, customer) {
            break told;
        }
    };
    let mut resumed = world.other_node.subscribe(first.clone(), told.cursor).await.unwrap();
    assert!(is_removed(&resumed.next().await.unwrap().event, customer));
    let next = resumed.next().await.unwrap();
    assert!(matches!(**next.event, LiveEvent::Refresh { .. }), "{next:?}");
}

/// A change that was numbered before another one and committed after it: whoever goes by the numbers passes over it.
#[tokio::test]
async fn what_is_committed_late_is_told_late_and_not_lost() {
    let world = World::new().await;
    let (late, soon) = (world.customer(&world.admin).await, world.customer(&world.admin).await);
    let mut stream = world.store().subscribe(world.admin.clone(), None).await.unwrap();
    let mut slow = world.test.owner.begin().await.unwrap();
    for sql in [
        "update customers set version = version + 1, name = 'Late' where id = $1",
        "insert into events (org_id, record_type, record_id, version) select org_id, 'customer', id, version from customers where id = $1",
    ] {
        sqlx::query(sql).bind(late).execute(&mut *slow).await.unwrap();
    }
    update(world.store(), &world.admin, "customer", soon, json!({"name": "Soon"})).await;
    let mut missing = vec!["Soon", "Late"];
    let mut hear = async |missing: &mut Vec<&str>, enough: usize| {
        while missing.len() > enough {
            if let LiveEvent::Changed { row, .. } = &**stream.next().await.unwrap().event {
                missing.retain(|name| row.text("name") != Some(*name));
            }
        }
    };
    // Time to pass over the gap, for a reader who would.
    let _ = timeout(Duration::from_millis(300), hear(&mut missing, 1)).await;
    slow.commit().await.unwrap();
    let heard = timeout(Duration::from_secs(20), hear(&mut missing, 0)).await;
    assert!(heard.is_ok(), "never told of: {missing:?}");
}

#[tokio::test]
async fn a_reader_who_is_not_waited_for_loses_nothing() {
    let world = World::new().await;
    let mark = mark(&world).await;
    let mut screen = Screen::open(world.store(), &world.admin).await;
    let subscribe = async || world.store().subscribe(world.admin.clone(), None).await.unwrap();
    let (mut abandoned, mut paced) = (subscribe().await, subscribe().await);
    // Waiting is broken off again and again, at whatever point it is.
    for _ in 0..40 {
        tokio::select! {
            biased;
            delivery = abandoned.next() => drop(delivery.unwrap()),
            () = tokio::task::yield_now() => {}
        }
    }
    update(world.store(), &world.admin, "tag", mark, json!({"hue": 3})).await;
    let is_there = |event: &LiveEvent| matches!(event, LiveEvent::Changed { row, .. } if row.id == mark);
    while !is_there(&abandoned.next().await.unwrap().event) {}
    // More than the hub keeps for readers who are behind: they find the rest in the log.
    for batch in 0..25 {
        let tag =
            |n: usize| Change::Create { id: Uuid::now_v7(), values: values(json!({"name": format!("{batch}-{n}")})) };
        let changes: Vec<Change> = (0..190).map(tag).collect();
        let last = changes.last().unwrap().id();
        let command = Command { record_type: "tag".into(), changes, ..Command::default() };
        world.store().apply(&world.admin, command).await.unwrap();
        while !matches!(&**paced.next().await.unwrap().event, LiveEvent::Changed { row, .. } if row.id == last) {}
    }
    update(world.store(), &world.admin, "tag", mark, json!({"hue": 4})).await;
    while screen.rows["tag"][&mark].integer("hue") != Some(4) {
        screen.step().await;
    }
    screen.assert_fresh("the one behind").await;
    assert!(screen.rows["tag"].len() > 4_700);
}

#[tokio::test]
async fn transactions_are_told_in_order_where_their_numbers_grow_by_a_digit() {
    let world = World::new().await;
    let mark = mark(&world).await;
    let write = "insert into events (org_id, xid, record_type, record_id, version, gone)
                 select $1, $2::text::xid8, $3, coalesce($4, gen_random_uuid()), 1, $4 is null from generate_series(1, $5)";
    for (xid, record_type, record, times) in [("99", "tag", Some(mark), 1), ("100", "customer", None, 1_500)] {
        let query = sqlx::query(write).bind(world.admin.org_id).bind(xid).bind(record_type).bind(record).bind(times);
        query.execute(&world.test.owner).await.unwrap();
    }
    let from = Some(Cursor { xid: 98, id: 0 });
    let mut stream = world.store().subscribe(world.admin.clone(), from).await.unwrap();
    let first = stream.next().await.unwrap();
    assert!(matches!(&**first.event, LiveEvent::Changed { row, .. } if row.id == mark), "{:?}", first.event);
}

#[tokio::test]
async fn positions_outside_of_the_log_are_told_to_start_anew() {
    let world = World::new().await;
    let old = position(world.store(), &world.admin).await;
    world.customer(&world.admin).await;
    let sql = format!("insert into event_horizon values ('{}')", old.xid + 1);
    sqlx::query(AssertSqlSafe(sql)).execute(&world.test.owner).await.unwrap();
    let ahead = Cursor { xid: old.xid + 1_000_000, id: 1 };
    for position in [old, ahead] {
        let mut stream = world.store().subscribe(world.admin.clone(), Some(position)).await.unwrap();
        assert_eq!(stream.cursor(), position, "who leaves before it is told has not been told");
        let told = stream.next().await.unwrap();
        assert_eq!(**told.event, LiveEvent::Reset);
        let mark = mark(&world).await;
        loop {
            let next = stream.next().await.unwrap();
            assert!(next.cursor > told.cursor);
            if matches!(&**next.event, LiveEvent::Changed { row, .. } if row.id == mark) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn rights_taken_away_take_the_records_away() {
    let world = World::new().await;
    let [first, _] = &world.reps;
    let deal = world.deal(first, None).await;
    let mut connected = Screen::open(world.store(), first).await;
    let mut away = Screen::open(world.store(), first).await;
    let role = role_id(world.store(), &world.admin, "Sales rep").await;
    let grants = Grants { types: [("tag".to_owned(), reading())].into(), ..Grants::default() };
    update(world.store(), &world.admin, "role", role, json!({"grants": grants})).await;
    let mark = mark(&world).await;
    away.reconnect(&world.other_node).await;
    for screen in [&mut connected, &mut away] {
        assert!(screen.rows["opportunity"].contains_key(&deal));
        let told = screen.until(mark).await;
        assert!(told.contains(&LiveEvent::Reset), "{told:?}");
        assert!(screen.rows["opportunity"].is_empty());
        screen.assert_fresh("a former representative").await;
    }
}

fn reading() -> shared::access::TypeRights {
    shared::access::TypeRights { read: shared::access::Level::All, ..Default::default() }
}

#[tokio::test]
async fn the_stream_of_somebody_dismissed_ends() {
    let world = World::new().await;
    let [first, second] = &world.reps;
    let mut leaving = world.store().subscribe(first.clone(), None).await.unwrap();
    let mut staying = Screen::open(world.store(), second).await;
    // Other databases of the server may hold positions back; what came before is not meant.
    staying.until(mark(&world).await).await;
    update(world.store(), &world.admin, "user", first.user_id, json!({"active": false})).await;
    let ended = loop {
        if let Err(error) = leaving.next().await {
            break error;
        }
    };
    assert_eq!(ended, Error::Unauthenticated);
    let told = staying.until(mark(&world).await).await;
    assert!(!told.contains(&LiveEvent::Reset), "a colleague's leaving is no reason to load everything: {told:?}");
}

#[tokio::test]
async fn viewers_of_a_record_hear_of_each_other_on_every_node() {
    let world = World::new().await;
    let [first, second] = &world.reps;
    let def = by_name("opportunity").unwrap();
    let deal = world.deal(first, None).await;
    let mut mine = world.store().subscribe(first.clone(), None).await.unwrap();
    let announce = async |store: &Store, actor: &Actor, name: &str, gone: bool| {
        store.announce(actor, name, def, deal, false, gone).await
    };
    announce(world.store(), first, "First", false).await.unwrap();
    assert_eq!(announce(&world.other_node, second, "Second", false).await, Err(Error::NotFound));
    for gone in [false, true] {
        announce(&world.other_node, &world.manager, "Manager", gone).await.unwrap();
        let viewers = loop {
            match &**mine.next().await.unwrap().event {
                LiveEvent::Presence { record_id, viewers } if viewers.is_empty() == gone => {
                    assert_eq!(*record_id, deal);
                    break viewers.clone();
                }
                _ => {}
            }
        };
        assert_eq!(viewers.len(), usize::from(!gone));
        assert_eq!(world.store().viewers(first, deal), viewers);
    }
    // Who comes back hears who came meanwhile.
    announce(&world.other_node, &world.manager, "Manager", false).await.unwrap();
    let mut back = world.store().subscribe(first.clone(), None).await.unwrap();
    while !matches!(&**back.next().await.unwrap().event, LiveEvent::Presence { viewers, .. } if viewers.len() == 1) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_while_a_transaction_begins_leaves_nothing_behind() {
    let world = World::new().await;
    let store = world.store().clone();
    let from = position(&store, &world.admin).await;
    // Broken off at all points of the way; what it asks as is a role that may not read the log.
    for step in (0..50).cycle().take(1_000) {
        let asker = store.clone();
        let asking = tokio::spawn(async move { asker.session("no such token").await });
        std::thread::sleep(Duration::from_micros(step * 20));
        asking.abort();
        drop(asking.await);
        store.subscribe(world.admin.clone(), Some(from)).await.unwrap();
    }
}

#[tokio::test]
async fn an_ended_session_ends_the_streams_of_its_user_on_every_node() {
    let world = World::new().await;
    let [first, _] = &world.reps;
    let mut streams = Vec::new();
    for node in [world.store(), &world.other_node] {
        streams.push(node.subscribe(first.clone(), None).await.unwrap());
    }
    let mut bystander = world.store().subscribe(world.admin.clone(), None).await.unwrap();
    // Signed in twice, and one of the two ended; again and again, because a node may not be listening yet.
    let end_one = async || {
        sqlx::query("insert into sessions (org_id, id, token_hash, user_id, expires_at) values ($1, $2, $3, $4, now() + interval '1 day')")
            .bind(first.org_id).bind(Uuid::now_v7()).bind(Uuid::now_v7().as_bytes().to_vec()).bind(first.user_id)
            .execute(&world.test.owner).await.unwrap();
        world.store().revoke_all_others(first, Uuid::nil()).await.unwrap();
    };
    for mut stream in streams {
        loop {
            end_one().await;
            match tokio::time::timeout(Duration::from_millis(200), async { while stream.next().await.is_ok() {} }).await
            {
                Ok(()) => break,
                Err(_) => continue,
            }
        }
    }
    let mark = mark(&world).await;
    while !format!("{:?}", &**bystander.next().await.unwrap().event).contains(&mark.to_string()) {}
}

#[tokio::test]
async fn whoever_leaves_between_two_parts_of_a_flood_misses_neither() {
    let world = World::new().await;
    let store = world.store();
    let tags = |n: usize| {
        (0..n).map(move |i| Change::Create { id: Uuid::now_v7(), values: values(json!({"name": format!("{n}-{i}")})) })
    };
    let send = async |changes: Vec<Change>| {
        let command = Command { record_type: "tag".to_owned(), changes, ..Command::default() };
        store.apply(&world.admin, command).await.unwrap();
    };
    let from = position(store, &world.admin).await;
    send(tags(250).collect()).await;
    let between = world.customer(&world.admin).await;
    send(tags(1).collect()).await;
    let last = world.customer(&world.admin).await;
    let (mut stream, mut told) = (store.subscribe(world.admin.clone(), Some(from)).await.unwrap(), Vec::new());
    // The connection breaks right after what came in between.
    for end in [between, last] {
        loop {
            told.push(LiveEvent::clone(&stream.next().await.unwrap().event));
            if matches!(told.last(), Some(LiveEvent::Changed { row, .. }) if row.id == end) {
                break;
            }
        }
        let is_refresh =
            |event: &LiveEvent| matches!(event, LiveEvent::Refresh { record_type } if record_type == "tag");
        assert!(told.iter().any(is_refresh), "what came before it is told before it");
        let position = stream.cursor();
        stream = store.subscribe(world.admin.clone(), Some(position)).await.unwrap();
    }
}
