//! What has a name in both languages is called by each reader's, wherever it is told.

use std::collections::BTreeSet;

use serde_json::json;
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::Source;
use shared::i18n::Locale;
use shared::import::FileKind;
use shared::live::LiveEvent;
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{QUEUE, SLA_POLICY, TEAM, TICKET, TICKET_RULE, TICKET_STATUS, USER};
use store::Subscription;
use uuid::Uuid;

use crate::desk::Desk;

/// What a stream tells that the queue of a ticket is called, once the ticket has changed.
async fn told(stream: &mut Subscription, ticket: Uuid, queue: Uuid) -> String {
    loop {
        let delivery = stream.next().await.unwrap();
        if let LiveEvent::Changed { row, titles, .. } = &**delivery.event
            && row.id == ticket
        {
            return titles[&queue].clone();
        }
    }
}

#[tokio::test]
async fn each_reader_reads_names_in_their_language() {
    let desk = Desk::new(0).await;
    let (store, english) = (&desk.test.store, &desk.admin);
    let chinese = Actor { other_names: true, ..english.clone() };
    let queue = desk.make(&QUEUE, json!({"name": "Support", "other_name": "客户支持"})).await.id;
    let plain = desk.make(&QUEUE, json!({"name": "Repairs"})).await.id;
    let ticket = desk.make(&TICKET, json!({"subject": "x", "channel": "web", "queue_id": queue})).await.id;
    let mut streams = [
        (store.subscribe(english.clone(), None).await.unwrap(), "Support"),
        (store.subscribe(chinese.clone(), None).await.unwrap(), "客户支持"),
    ];
    desk.change(&TICKET, ticket, json!({"priority": "high"})).await;
    for (stream, expected) in &mut streams {
        assert_eq!(told(stream, ticket, queue).await, *expected, "streams of two languages share nothing");
    }
    for (actor, expected, other) in [(english, "Support", "Repairs"), (&chinese, "客户支持", "Repairs")] {
        assert_eq!(store.get(actor, &TICKET, ticket).await.unwrap().titles[&queue], expected);
        let mut names: Vec<String> = Vec::new();
        for words in ["支持", "Support", "Repairs"] {
            names.extend(store.lookup(actor, &QUEUE, words, 5).await.unwrap().into_iter().map(|hit| hit.title));
        }
        assert_eq!(names, [expected, expected, other]);
    }
    assert_eq!(store.lookup(&chinese, &QUEUE, "Repairs", 5).await.unwrap()[0].id, plain);
}

/// By which service levels the history of a ticket says that its clocks ran, and why the system changed it.
async fn history(desk: &Desk, actor: &Actor, ticket: Uuid) -> (BTreeSet<String>, Vec<Cause>) {
    let told = desk.test.store.timeline(actor, &TICKET, ticket, &TimelineQuery::default()).await.unwrap();
    let (mut levels, mut all) = (BTreeSet::new(), Vec::new());
    for entry in told.entries {
        match entry.what {
            Happening::Clock { policy, .. } => levels.extend(policy),
            Happening::Change { causes, .. } => all.extend(causes),
            _ => {}
        }
    }
    (levels, all)
}

#[tokio::test]
async fn what_the_desk_goes_by_is_called_in_the_readers_language() {
    let desk = Desk::new(0).await;
    let chinese = Actor { other_names: true, ..desk.admin.clone() };
    let level = json!({"name": "Urgent", "other_name": "紧急", "first_response_minutes": 30});
    let level = desk.make(&SLA_POLICY, level).await.id;
    let team = desk.make(&TEAM, json!({"name": "Care", "other_name": "客户服务部"})).await.id;
    let status = json!({"name": "At the workshop", "other_name": "已送修", "category": "waiting_third_party"});
    let status = desk.make(&TICKET_STATUS, status).await.id;
    desk.make(&TICKET_RULE, json!({"name": "First", "other_name": "优先", "add_tags": ["vip"]})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "x", "channel": "web", "team_id": team})).await.id;
    desk.change(&TICKET, ticket, json!({"status_id": status})).await;
    let named = [
        (&desk.admin, ["Urgent", "Care", "At the workshop"], "First"),
        (&chinese, ["紧急", "客户服务部", "已送修"], "优先"),
    ];
    for (actor, names, rule) in named {
        let titles = desk.test.store.get(actor, &TICKET, ticket).await.unwrap().titles;
        assert_eq!([level, team, status].map(|id| titles[&id].clone()), names);
        let causes = vec![Cause::Rule { name: rule.to_owned(), other_name: None }];
        assert_eq!(history(&desk, actor, ticket).await, (BTreeSet::from([names[0].to_owned()]), causes));
    }
}

#[tokio::test]
async fn files_for_imports_name_what_imports_find() {
    let desk = Desk::new(0).await;
    let chinese = Actor { other_names: true, ..desk.admin.clone() };
    let queue = desk.make(&QUEUE, json!({"name": "Support", "other_name": "客户支持"})).await.id;
    desk.make(&TICKET, json!({"subject": "x", "channel": "web", "queue_id": queue})).await;
    for (labels, named) in [(None, "Support"), (Some(Locale::En), "Support"), (Some(Locale::ZhCn), "客户支持")] {
        let kind = (FileKind::Csv, Source::Web);
        let export = desk.test.store.export(&chinese, &TICKET, Default::default(), kind).await.unwrap();
        let file = export.labelled(labels).await.unwrap().all().await.unwrap();
        assert!(String::from_utf8(file).unwrap().contains(named), "{labels:?}");
    }
}

#[tokio::test]
async fn the_language_of_the_account_decides() {
    let desk = Desk::new(1).await;
    let agent = &desk.agents[0];
    let other = async || desk.test.store.actor(agent.org_id, agent.user_id).await.unwrap().other_names;
    assert!(!other().await, "who chose none reads the organisation's");
    for (locale, expected) in [("zh-CN", true), ("en", false)] {
        desk.change(&USER, agent.user_id, json!({"locale": locale})).await;
        assert_eq!(other().await, expected, "{locale}");
    }
}
