//! What is a part of another record is read where that can be read, and nowhere else.

use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::command::{Change, Command, Source};
use shared::desk::Reply;
use shared::import::FileKind;
use shared::live::LiveEvent;
use shared::query::{Archived, Filter, ListQuery, Op};
use shared::record::Kind;
use shared::timeline::TimelineQuery;
use shared::types::{
    ATTACHMENT, CONTACT, CUSTOMER, REGISTRY, ROLE, SURVEY_RESPONSE, TAG, TICKET, TICKET_MESSAGE, USER, by_name,
};
use shared::{Error, RecordDef, Values};
use store::auth::DefaultRole;
use store::{Belonging, Subscription};
use uuid::Uuid;

use crate::support::sample::World;
use crate::undo::make;

/// What a role may read less of than others of its kind.
type Lowered<'a> = &'a [(&'a RecordDef, Level)];

/// The ways in which somebody gets at a record; that changing it is none of them is looked at where there is none.
async fn ways(world: &World, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Vec<&'static str> {
    let store = &world.test.store;
    let row = world.read(def, id).await.unwrap();
    let words = row.text(def.title).and_then(|title| title.split_whitespace().next()).unwrap_or_default();
    let query = |archived| ListQuery { limit: 200, count: true, archived, ..ListQuery::default() };
    let live = store.list(actor, def, &query(Archived::Without)).await.unwrap();
    assert_eq!(live.total, Some(live.rows.len() as i64), "{}: what is counted is what is listed", def.name);
    let listed = store.list(actor, def, &query(Archived::With)).await.unwrap();
    let export = store.export(actor, def, query(Archived::With), (FileKind::Csv, Source::Web)).await.unwrap();
    let file = String::from_utf8(export.all().await.unwrap()).unwrap();
    let is_hit = |hits: Vec<shared::query::Hit>| hits.iter().any(|hit| hit.id == id);
    let found = [
        ("get", store.get(actor, def, id).await.is_ok()),
        ("list", listed.rows.iter().any(|row| row.id == id)),
        ("lookup", is_hit(store.lookup(actor, def, words, 50).await.unwrap())),
        ("recent", is_hit(store.lookup(actor, def, "", 50).await.unwrap())),
        ("export", file.contains(&id.to_string())),
        ("timeline", store.timeline(actor, def, id, &TimelineQuery::default()).await.is_ok()),
        ("download", def.uploaded && store.open_attachment(actor, id).await.is_ok()),
    ];
    let ways: Vec<_> = found.into_iter().filter_map(|(way, found)| found.then_some(way)).collect();
    if ways.is_empty() {
        let same = Values::from_iter([(def.title.to_owned(), row.value(def.title).clone())]);
        let change = Change::Update { id, version: None, values: same };
        assert_eq!(world.apply_as(actor, def, change).await.unwrap_err(), Error::NotFound, "{}", def.name);
    }
    ways
}

/// All of them.
fn every_way(def: &RecordDef) -> Vec<&'static str> {
    let ways = ["get", "list", "lookup", "recent", "export", "timeline"];
    ways.into_iter().chain(def.uploaded.then_some("download")).collect()
}

const NO_WAY: [&str; 0] = [];

/// Takes the right to read a type down to a level; if some of it is left, also of what it is read through.
fn lower(grants: &mut Grants, def: &RecordDef, level: Level) {
    grants.types.insert(def.name.to_owned(), TypeRights { read: level, ..TypeRights::FULL });
    let through = def.through.iter().filter_map(|name| match def.field(name)?.kind {
        Kind::Reference(target) => by_name(target),
        _ => None,
    });
    through.filter(|_| level > Level::None).for_each(|parent| lower(grants, parent, level));
}

#[tokio::test]
async fn no_part_can_be_read_without_each_of_its_wholes() {
    let world = World::new().await;
    let types = REGISTRY.iter().map(|def| (def.name.to_owned(), TypeRights::FULL)).collect();
    let full = Grants { types, ..Grants::default() };
    for def in REGISTRY.iter().copied().filter(|def| !def.within.is_empty()) {
        let id = world.base[def.name];
        let row = world.read(def, id).await.unwrap();
        assert_eq!(ways(&world, &world.colleague(full.clone()), def, id).await, every_way(def), "{}", def.name);
        for (field, whole) in def.wholes() {
            let of = row.reference(field.name).expect("the record is a part of one of each type");
            for level in [Level::None, Level::Own] {
                let mut grants = full.clone();
                lower(&mut grants, whole, level);
                let actor = world.colleague(grants);
                let case = format!("{} of a {} at {level:?}", def.name, whole.name);
                assert_eq!(world.test.store.get(&actor, whole, of).await.unwrap_err(), Error::NotFound, "{case}");
                assert_eq!(ways(&world, &actor, def, id).await, NO_WAY, "{case}");
            }
        }
    }
}

/// A ticket with a note, its file and what the customer thinks.
struct Said {
    ticket: Uuid,
    parts: [(&'static RecordDef, Uuid); 3],
}

/// A word that nothing else contains.
const WORD: &str = "zanzibar";
/// Name of a file that nothing else is called.
const FILE: &str = "notesecret.txt";

async fn said(world: &World, n: i64, owner: Uuid) -> Said {
    let mut values = world.values(&TICKET, n);
    values.insert("owner_id".to_owned(), json!(owner));
    let ticket = world.make_with(&TICKET, values).await.id;
    let note = json!({"ticket_id": ticket, "kind": "note", "content": format!("<p>{WORD}</p>")});
    let note = make(world, &TICKET_MESSAGE, note).await;
    let belonging = Belonging::to(&TICKET_MESSAGE, note).unwrap();
    let file = world.test.store.attach_bytes(&world.admin, &belonging, FILE, "secret", Source::Web).await.unwrap();
    let answer = json!({"survey_id": world.base["survey"], "ticket_id": ticket, "comment": WORD});
    let answer = make(world, &SURVEY_RESPONSE, answer).await;
    Said { ticket, parts: [(&TICKET_MESSAGE, note), (&ATTACHMENT, file), (&SURVEY_RESPONSE, answer)] }
}

/// A colleague with the role of support agents, in which some rights to read were taken down.
async fn agent(world: &World, name: &str, lowered: Lowered<'_>) -> Actor {
    let mut grants = DefaultRole::SupportAgent.grants();
    for (def, level) in lowered {
        grants.types.get_mut(def.name).unwrap().read = *level;
    }
    for part in [&TICKET_MESSAGE, &ATTACHMENT, &SURVEY_RESPONSE] {
        grants.types.get_mut(part.name).unwrap().export = Level::All;
    }
    let role = make(world, &ROLE, json!({"name": name, "grants": grants})).await;
    let user = make(world, &USER, json!({"name": name, "role_ids": [role]})).await;
    world.test.store.actor(world.admin.org_id, user).await.unwrap()
}

async fn change(world: &World, def: &RecordDef, id: Uuid, fields: Value) {
    let values = fields.as_object().unwrap().clone();
    world.apply(def, Change::Update { id, version: None, values }).await.unwrap();
}

/// What a stream tells up to now.
async fn told(world: &World, stream: &mut Subscription) -> Vec<LiveEvent> {
    let mark = make(world, &TAG, json!({"name": Uuid::now_v7().to_string()})).await;
    let mut events = Vec::new();
    loop {
        let event = LiveEvent::clone(&stream.next().await.unwrap().event);
        if matches!(&event, LiveEvent::Changed { row, .. } if row.id == mark) {
            return events;
        }
        events.push(event);
    }
}

/// Which of the parts a stream tells of, in any way, when all of them change.
async fn streamed(world: &World, stream: &mut Subscription, said: &Said) -> Vec<Uuid> {
    let [(_, note), (_, file), (_, answer)] = said.parts;
    change(world, &TICKET_MESSAGE, note, json!({"content": format!("<p>{WORD} anew</p>")})).await;
    change(world, &ATTACHMENT, file, json!({"name": FILE.to_uppercase()})).await;
    change(world, &SURVEY_RESPONSE, answer, json!({"comment": format!("{WORD} anew")})).await;
    let told = told(world, stream).await;
    let is_told = |id: &Uuid| told.iter().any(|event| tells_of(event, *id));
    said.parts.iter().map(|(_, id)| *id).filter(is_told).collect()
}

fn tells_of(event: &LiveEvent, record: Uuid) -> bool {
    match event {
        LiveEvent::Changed { row, .. } => row.id == record,
        LiveEvent::Removed { id, .. } => *id == record,
        _ => false,
    }
}

/// That an agent reads all that was said in a ticket, or nothing of it.
async fn check(world: &World, agent: &Actor, said: &Said, (reads, case): (bool, &str)) {
    let store = &world.test.store;
    for (def, id) in said.parts {
        let expected = if reads { every_way(def) } else { Vec::new() };
        assert_eq!(ways(world, agent, def, id).await, expected, "{case}: {}", def.name);
    }
    let conversation = store.conversation(agent, said.ticket, None).await.map(|told| told.messages.len());
    assert_eq!(conversation, if reads { Ok(1) } else { Err(Error::NotFound) }, "{case}");
    for words in [WORD, FILE] {
        let hits = store.search(agent, words, 50).await.unwrap();
        let is_of = |id: Uuid| id == said.ticket || said.parts.iter().any(|(_, part)| *part == id);
        assert_eq!(hits.iter().any(|hit| is_of(hit.id)), reads, "{case}: {words} finds {hits:?}");
    }
    let mut stream = store.subscribe(agent.clone(), None).await.unwrap();
    let expected: Vec<Uuid> = said.parts.iter().map(|(_, id)| *id).filter(|_| reads).collect();
    assert_eq!(streamed(world, &mut stream, said).await, expected, "{case}: streamed");
}

#[tokio::test]
async fn who_reads_no_ticket_reads_nothing_of_what_was_said_in_it() {
    let world = World::new().await;
    let alone = json!({"survey_id": world.base["survey"], "comment": "Elsewhere"});
    let alone = make(&world, &SURVEY_RESPONSE, alone).await;
    let own = [(&TICKET, Level::Own), (&CUSTOMER, Level::Own), (&CONTACT, Level::Own)];
    let roles: [(&str, Lowered<'_>, [bool; 2]); 3] = [
        ("As they are", &[], [true, true]),
        ("No tickets", &[(&TICKET, Level::None)], [false, false]),
        ("Own tickets", &own, [true, false]),
    ];
    for ((name, lowered, reads), n) in roles.into_iter().zip((300..).step_by(10)) {
        let agent = agent(&world, name, lowered).await;
        let (mine, theirs) = (said(&world, n, agent.user_id).await, said(&world, n + 1, world.admin.user_id).await);
        check(&world, &agent, &mine, (reads[0], &format!("{name}, their own"))).await;
        check(&world, &agent, &theirs, (reads[1], &format!("{name}, another's"))).await;
        let of_none = ways(&world, &agent, &SURVEY_RESPONSE, alone).await;
        assert_eq!(of_none, every_way(&SURVEY_RESPONSE), "{name}: what is a part of nothing");
        if !reads[1] {
            let counted = world.test.store.survey_results(&agent, world.base["survey"]).await.unwrap().answered;
            assert_eq!(counted, 1 + i64::from(reads[0]), "{name}");
            world.apply(&TICKET, Change::Archive { id: theirs.ticket }).await.unwrap();
            for (def, id) in theirs.parts {
                assert_eq!(ways(&world, &agent, def, id).await, NO_WAY, "{name}: archived");
            }
        }
    }
}

#[tokio::test]
async fn what_is_part_of_a_ticket_goes_with_it_when_it_becomes_anothers() {
    let world = World::new().await;
    let own = [(&TICKET, Level::Own), (&CUSTOMER, Level::Own)];
    let agent = agent(&world, "Own tickets", &own).await;
    let mine = said(&world, 300, agent.user_id).await;
    let mut stream = world.test.store.subscribe(agent.clone(), None).await.unwrap();
    assert_eq!(streamed(&world, &mut stream, &mine).await.len(), mine.parts.len());
    change(&world, &TICKET, mine.ticket, json!({"owner_id": world.admin.user_id})).await;
    let told = told(&world, &mut stream).await;
    for (def, id) in mine.parts {
        let is_anew = |e: &LiveEvent| matches!(e, LiveEvent::Refresh { record_type } if record_type == def.name);
        assert!(told.iter().any(is_anew), "{} is loaded anew: {told:?}", def.name);
        assert_eq!(ways(&world, &agent, def, id).await, NO_WAY, "{}", def.name);
    }
    assert!(streamed(&world, &mut stream, &mine).await.is_empty());
}

#[tokio::test]
async fn who_loses_a_part_is_told_so_and_nothing_of_what_becomes_of_it_there() {
    let world = World::new().await;
    let agent = agent(&world, "Own tickets", &[(&TICKET, Level::Own), (&CUSTOMER, Level::Own)]).await;
    let (mine, theirs) = (said(&world, 300, agent.user_id).await, said(&world, 310, world.admin.user_id).await);
    let [_, _, (_, answer)] = mine.parts;
    let mut stream = world.test.store.subscribe(agent.clone(), None).await.unwrap();
    change(&world, &SURVEY_RESPONSE, answer, json!({"ticket_id": theirs.ticket})).await;
    let left = told(&world, &mut stream).await;
    assert!(left.iter().any(|e| matches!(e, LiveEvent::Removed { id, .. } if *id == answer)), "{left:?}");
    change(&world, &SURVEY_RESPONSE, answer, json!({"comment": "Elsewhere"})).await;
    let there = told(&world, &mut stream).await;
    assert!(!there.iter().any(|event| tells_of(event, answer)), "{there:?}");
    change(&world, &SURVEY_RESPONSE, answer, json!({"ticket_id": mine.ticket})).await;
    let back = told(&world, &mut stream).await;
    assert!(back.iter().any(|e| matches!(e, LiveEvent::Changed { row, .. } if row.id == answer)), "{back:?}");
}

#[tokio::test]
async fn nobody_says_below_what_was_said_that_some_of_it_is_missing() {
    let world = World::new().await;
    let said = world.base["ticket_message"];
    let one = |name: &str, value: &Value| (name.to_owned(), value.clone());
    let agent = world.colleague(DefaultRole::SupportAgent.grants());
    for (field, value) in [("left_out", json!(["call.me"])), ("whole_size", json!(99_000_000))] {
        let words = [one("ticket_id", &json!(world.base["ticket"])), one("content", &json!("<p>Said</p>"))];
        let created = Values::from_iter(words.into_iter().chain([one(field, &value)]));
        let create = Change::Create { id: Uuid::now_v7(), values: created };
        let update = Change::Update { id: said, version: None, values: Values::from_iter([one(field, &value)]) };
        for (actor, source) in [(&agent, Source::Web), (&world.admin, Source::Web), (&world.admin, Source::Api)] {
            for change in [&create, &update] {
                let command = Command { source, ..Command::one(TICKET_MESSAGE.name, change.clone()) };
                let refused = world.test.store.apply(actor, command).await.unwrap_err();
                assert_eq!(refused, Error::invalid(field, "read_only"), "{source:?}: {change:?}");
            }
        }
    }
}

#[tokio::test]
async fn whose_address_or_name_is_hidden_of_tickets_it_is_not_in_what_was_said() {
    let world = World::new().await;
    let id = world.base["ticket_message"];
    let name = world.read(&TICKET_MESSAGE, id).await.unwrap().text("author_name").unwrap().to_owned();
    let all = ["author_email", "cc", "author_name"];
    let of_name = ("ticket.requester_name", &all[2..], "author_name");
    for (said, gone, field) in
        [("", &all[..0], "author_email"), ("ticket.requester_email", &all[..2], "author_email"), of_name]
    {
        let mut grants = DefaultRole::SupportAgent.grants();
        if !gone.is_empty() {
            grants.fields.insert(said.to_owned(), FieldAccess::Hidden);
        }
        let hidden = gone.contains(&field);
        let actor = world.colleague(grants);
        let row = world.test.store.get(&actor, &TICKET_MESSAGE, id).await.unwrap().row;
        let lacking: Vec<_> = all.into_iter().filter(|name| row.value(name).is_null()).collect();
        assert_eq!(lacking, gone, "{said}");
        let query = ListQuery { search: Some(name.clone()), limit: 200, ..ListQuery::default() };
        let found = world.test.store.list(&actor, &TICKET_MESSAGE, &query).await.unwrap().rows;
        let is_found = found.iter().any(|row| row.id == id);
        assert_eq!(is_found, !gone.contains(&"author_name"), "{said}: nor found by it");
        let note = Reply {
            ticket_id: world.base["ticket"],
            message_id: Uuid::now_v7(),
            content: "<p>Noted</p>".to_owned(),
            note: true,
            ..Reply::default()
        };
        let noted = world.test.store.reply(&actor, "Wang", note).await;
        assert!(noted.is_ok(), "whoever does not see it says something all the same: {noted:?}");
        let filter = Some(Filter::field(field, Op::Present, Value::Null));
        let query = ListQuery { filter, ..ListQuery::default() };
        let listed = world.test.store.list(&actor, &TICKET_MESSAGE, &query).await.map(drop);
        let refused = Err(Error::invalid(field, "unknown_field"));
        assert_eq!(listed, if hidden { refused } else { Ok(()) });
    }
}
