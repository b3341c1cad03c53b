//! What customers see without being users, and what they never get to see.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::command::{Change, Command, Source};
use shared::duplicates::Merge;
use shared::i18n::Locale;
use shared::types::{
    ARTICLE, CATEGORY, CONTACT, CUSTOMER, MAILBOX, ORGANISATION, QUEUE, SURVEY, SURVEY_RESPONSE, TICKET, TICKET_MESSAGE,
};
use shared::{Error, RecordDef, Result, Row, Values};
use sqlx::AssertSqlSafe;
use store::auth::{Client, SetUp};
use store::portal::{Answers, LinkMail, Look, NOTHING_ANSWERED, NewTicket, Portal, Visitor};
use store::{Belonging, Store};
use uuid::Uuid;

use crate::support::TestStore;
use crate::support::sample::founded;

const LI: &str = "li@example.com";
const HAN: &str = "han@example.com";

/// An organisation with open public pages.
struct World {
    test: TestStore,
    admin: Actor,
    portal: Portal,
}

impl World {
    async fn new() -> Self {
        let (test, admin) = founded().await;
        let portal = opened(&test.store, &admin, "lin").await;
        Self { test, admin, portal }
    }

    fn store(&self) -> &Store {
        &self.test.store
    }

    async fn make(&self, def: &RecordDef, fields: Value) -> Uuid {
        make(self.store(), &self.admin, def, fields).await
    }

    async fn change(&self, def: &RecordDef, id: Uuid, fields: Value) {
        change(self.store(), &self.admin, def, id, fields).await;
    }

    async fn row(&self, def: &'static RecordDef, id: Uuid) -> Row {
        self.store().get(&self.admin, def, id).await.unwrap().row
    }

    async fn sql(&self, statement: &str) {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&self.test.owner).await.unwrap();
    }

    /// Signs the holder of an address in; the token of their session.
    async fn sign_in(&self, email: &str) -> (String, Visitor) {
        let mail = self.link(email, 1).await.unwrap().unwrap();
        let token = self.store().redeem_portal_link(&self.portal, mail.token.expose()).await.unwrap();
        let token = token.expose().to_owned();
        let visitor = self.store().portal_visitor(&self.portal, &token).await.unwrap();
        (token, visitor)
    }

    /// The mail with which somebody gets in, asked for from a network.
    async fn link(&self, email: &str, from: u8) -> Result<Option<LinkMail>> {
        let request = self.store().count_portal_link(&self.portal, email, &client(from)).await?;
        self.store().request_portal_link(&self.portal, request).await
    }

    async fn ticket(&self, fields: Value) -> (Uuid, String) {
        let id = self.make(&TICKET, fields).await;
        (id, self.row(&TICKET, id).await.text("number").unwrap().to_owned())
    }

    async fn say(&self, ticket: Uuid, kind: &str, text: &str) -> Uuid {
        self.make(&TICKET_MESSAGE, message(ticket, kind, text)).await
    }

    /// Lets so much time pass since things were said.
    async fn wait(&self, time: &str) {
        self.sql(&format!("update ticket_messages set created_at = created_at - interval '{time}'")).await;
    }
}

async fn opened(store: &Store, admin: &Actor, slug: &str) -> Portal {
    change(store, admin, &ORGANISATION, admin.org_id, json!({"slug": slug, "portal": true})).await;
    store.portal(slug).await.unwrap()
}

async fn make(store: &Store, admin: &Actor, def: &RecordDef, fields: Value) -> Uuid {
    let id = Uuid::now_v7();
    let change = Change::Create { id, values: values(fields) };
    store.apply(admin, Command::one(def.name, change)).await.unwrap_or_else(|error| panic!("{}: {error}", def.name));
    id
}

async fn change(store: &Store, admin: &Actor, def: &RecordDef, id: Uuid, fields: Value) {
    let change = Change::Update { id, version: None, values: values(fields) };
    store.apply(admin, Command::one(def.name, change)).await.unwrap_or_else(|error| panic!("{}: {error}", def.name));
}

/// What an agent says.
fn message(ticket: Uuid, kind: &str, text: &str) -> Value {
    json!({"ticket_id": ticket, "kind": kind, "direction": "outbound", "content": text, "author_name": "Wang"})
}

fn values(fields: Value) -> Values {
    fields.as_object().unwrap().clone()
}

fn client(n: u8) -> Client {
    Client { ip: Some(IpAddr::from([10, 0, 0, n])), user_agent: None }
}

fn visitor(email: &str) -> Visitor {
    Visitor { email: email.to_owned() }
}

fn question(email: &str) -> NewTicket {
    NewTicket {
        id: Uuid::now_v7(),
        email: email.to_owned(),
        subject: "The gateway is silent".to_owned(),
        text: "Since Monday <script>alert(1)</script>".to_owned(),
        locale: Locale::En,
        ..NewTicket::default()
    }
}

fn fields_of<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(Error::Invalid { fields }) => fields.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// Another organisation on the same installation.
async fn neighbour(store: &Store) -> Actor {
    let founding = SetUp {
        org_name: "Lin Trading".into(),
        name: "Other".into(),
        email: "other@example.com".into(),
        password: "a louder mountain".into(),
        locale: Locale::En,
        timezone: "UTC".into(),
        currency: "EUR".into(),
    };
    store.found(founding).await.unwrap()
}

#[tokio::test]
async fn public_pages_are_there_once_they_are_opened_and_share_no_address() {
    let (test, admin) = founded().await;
    assert_eq!(test.store.portal("lin-trading").await.unwrap_err(), Error::NotFound);
    let portal = opened(&test.store, &admin, "Lin").await;
    assert_eq!((portal.org_id, portal.slug.as_str()), (admin.org_id, "lin"));
    assert_eq!(test.store.portal("LIN").await.unwrap().org_id, admin.org_id);
    let other = neighbour(&test.store).await;
    let change = |fields: Value| {
        let change = Change::Update { id: other.org_id, version: None, values: values(fields) };
        test.store.apply(&other, Command::one(ORGANISATION.name, change))
    };
    assert_eq!(fields_of(change(json!({"slug": "lin"})).await), ["slug"]);
    assert_eq!(fields_of(change(json!({"slug": "a b"})).await), ["slug"]);
    assert_eq!(fields_of(change(json!({"slug": null, "portal": true})).await), ["slug"]);
    assert_eq!(test.store.portals().await.unwrap().len(), 1);
}

#[tokio::test]
async fn only_public_articles_are_found() {
    let world = World::new().await;
    let article = |title: &str, visibility: &str| json!({"title": title, "locale": "en", "visibility": visibility, "content": "<p>Restart the gateway</p>"});
    let public = world.make(&ARTICLE, article("Gateway restart", "public")).await;
    let mut hidden = vec![
        world.make(&ARTICLE, article("Gateway draft", "draft")).await,
        world.make(&ARTICLE, article("Gateway internal", "internal")).await,
    ];
    let archived = world.make(&ARTICLE, article("Gateway archived", "public")).await;
    world.store().apply(&world.admin, Command::one("article", Change::Archive { id: archived })).await.unwrap();
    hidden.push(archived);
    let other = neighbour(world.store()).await;
    hidden.push(make(world.store(), &other, &ARTICLE, article("Gateway elsewhere", "public")).await);
    for id in &hidden {
        assert_eq!(world.store().portal_article(&world.portal, &id.to_string()).await.unwrap_err(), Error::NotFound);
        let vote = world.store().portal_vote(&world.portal, *id, ("a", true), &client(1)).await;
        assert_eq!(vote.unwrap_err(), Error::NotFound);
    }
    let look = |words| Look { words, ..Look::default() };
    for words in [None, Some("gateway"), Some("restart")] {
        let found = world.store().portal_articles(&world.portal, Locale::En, &look(words)).await.unwrap();
        assert_eq!(found.articles.iter().map(|line| line.id).collect::<Vec<_>>(), [public], "{words:?}");
    }
    for text in ["gateway", "my gateway does not restart"] {
        let found = world.store().portal_suggestions(&world.portal, Locale::En, text).await.unwrap();
        assert_eq!(found.iter().map(|line| line.id).collect::<Vec<_>>(), [public], "{text}");
    }
    // One word of several, or letters that many words begin with, are no reason to offer it.
    for text in ["re-g", "M2 web re-g", "the gateway makes noise at night"] {
        let found = world.store().portal_suggestions(&world.portal, Locale::En, text).await.unwrap();
        assert!(found.is_empty(), "{text}");
    }
    assert_eq!(world.store().portal_site_map(&world.portal).await.unwrap().len(), 1);
    for nonsense in ["' & | !", "\u{0}", "<->", ""] {
        world.store().portal_articles(&world.portal, Locale::En, &look(Some(nonsense))).await.unwrap();
        world.store().portal_suggestions(&world.portal, Locale::En, nonsense).await.unwrap();
    }
}

#[tokio::test]
async fn articles_stand_in_public_categories_and_in_their_language() {
    let world = World::new().await;
    let wide = world.make(&CATEGORY, json!({"name": "Devices", "public": true})).await;
    let narrow = world.make(&CATEGORY, json!({"name": "Gateways", "public": true, "parent_id": wide})).await;
    let inside = world.make(&CATEGORY, json!({"name": "Returns we refuse", "public": false, "parent_id": wide})).await;
    let article = |title: &str, locale: &str, category: Uuid, of: Option<Uuid>| {
        json!({"title": title, "locale": locale, "visibility": "public", "content": "<p>x</p>", "category_id": category,
               "translation_of_id": of})
    };
    let english = world.make(&ARTICLE, article("Restart", "en", narrow, None)).await;
    let chinese = world.make(&ARTICLE, article("重启", "zh-CN", narrow, Some(english))).await;
    let alone = world.make(&ARTICLE, article("只有中文", "zh-CN", inside, None)).await;
    let categories = world.store().portal_categories(&world.portal).await.unwrap();
    let told: Vec<_> = categories.iter().map(|category| (category.id, category.articles)).collect();
    assert_eq!(told, [(wide, 1), (narrow, 1)]);
    let of = async |locale, category| {
        let look = Look { category, ..Look::default() };
        let found = world.store().portal_articles(&world.portal, locale, &look).await.unwrap();
        let mut ids: Vec<Uuid> = found.articles.iter().map(|line| line.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(of(Locale::En, Some(wide)).await, [english]);
    assert_eq!(of(Locale::ZhCn, Some(wide)).await, [chinese]);
    assert_eq!(of(Locale::En, None).await, [english, alone]);
    // What one translation says, the other says as well.
    let look = Look { words: Some("restart"), ..Look::default() };
    let found = world.store().portal_articles(&world.portal, Locale::ZhCn, &look).await.unwrap();
    assert_eq!(found.articles.iter().map(|line| line.id).collect::<Vec<_>>(), [chinese]);
    // Another one in the same language is not offered besides.
    world.make(&ARTICLE, article("重新启动", "zh-CN", narrow, Some(english))).await;
    for (own, other) in [(english, chinese), (chinese, english)] {
        let article = world.store().portal_article(&world.portal, &own.to_string()).await.unwrap();
        assert_eq!(article.translations.iter().map(|line| line.id).collect::<Vec<_>>(), [other]);
    }
    let article = world.store().portal_article(&world.portal, &chinese.to_string()).await.unwrap();
    assert_eq!(article.trail, [(wide, "Devices".to_owned()), (narrow, "Gateways".to_owned())]);
    let article = world.store().portal_article(&world.portal, &alone.to_string()).await.unwrap();
    assert!(article.trail.is_empty());
}

#[tokio::test]
async fn what_is_said_in_both_languages_is_read_in_ones_own() {
    let world = World::new().await;
    let topic = json!({"name": "设备", "other_name": "Devices", "other_description": "What blinks", "public": true});
    let both = world.make(&CATEGORY, topic).await;
    let one = world.make(&CATEGORY, json!({"name": "其他", "parent_id": both, "public": true})).await;
    world.make(&QUEUE, json!({"name": "支持", "other_name": "Support", "public": true})).await;
    let article =
        json!({"title": "Restart", "locale": "en", "visibility": "public", "content": "<p>x</p>", "category_id": one});
    let article = world.make(&ARTICLE, article).await;
    let mut portal = world.portal.clone();
    for (own, reader, topics, queue) in [
        (Locale::ZhCn, Locale::ZhCn, ["其他", "设备"], "支持"),
        (Locale::ZhCn, Locale::En, ["Devices", "其他"], "Support"),
    ] {
        (portal.locale, portal.reader) = (own, reader);
        let categories = world.store().portal_categories(&portal).await.unwrap();
        let mut names: Vec<&str> = categories.iter().map(|category| category.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, topics);
        let choices = world.store().portal_choices(&portal).await.unwrap();
        assert!(choices.queues.iter().any(|(_, name, _)| name == queue), "{:?}", choices.queues);
        let trail = world.store().portal_article(&portal, &article.to_string()).await.unwrap().trail;
        assert_eq!(trail, [(both, "Devices".to_owned()), (one, "其他".to_owned())], "as the article is read");
    }
}

#[tokio::test]
async fn each_reader_has_one_vote() {
    let world = World::new().await;
    let article = json!({"title": "Restart", "locale": "en", "visibility": "public", "content": "<p>x</p>"});
    let id = world.make(&ARTICLE, article).await;
    for (reader, helpful, counted) in
        [("a", true, (1, 0)), ("a", true, (1, 0)), ("b", false, (1, 1)), ("a", false, (0, 2))]
    {
        world.store().portal_vote(&world.portal, id, (reader, helpful), &client(1)).await.unwrap();
        let row = world.row(&ARTICLE, id).await;
        assert_eq!((row.integer("helpful").unwrap(), row.integer("unhelpful").unwrap()), counted);
    }
}

#[tokio::test]
async fn whoever_writes_in_makes_a_ticket_that_belongs_to_whom_it_plainly_does() {
    let world = World::new().await;
    let customer = world.make(&CUSTOMER, json!({"kind": "company", "name": "Acme", "emails": ["info@acme.com"]})).await;
    let contact = world.make(&CONTACT, json!({"name": "Li Lei", "customer_id": customer, "emails": [LI]})).await;
    for name in ["Han", "Hua"] {
        world.make(&CONTACT, json!({"name": name, "customer_id": customer, "emails": ["both@acme.com"]})).await;
    }
    let known = [(LI, Some(customer), Some(contact)), ("info@acme.com", Some(customer), None)];
    let unknown = [("both@acme.com", None, None), ("who@example.com", None, None)];
    for (email, of_customer, of_contact) in known.into_iter().chain(unknown) {
        let made = world.store().portal_ask(&world.portal, None, &question(email), &client(1)).await.unwrap();
        let row = world.row(&TICKET, made.id).await;
        assert_eq!(row.text("number"), Some(made.number.as_str()));
        assert_eq!((row.reference("customer_id"), row.reference("contact_id")), (of_customer, of_contact), "{email}");
        assert_eq!(
            (row.text("channel"), row.text("requester_email"), row.reference("owner_id")),
            (Some("web"), Some(email), None)
        );
        let said = world.row(&TICKET_MESSAGE, made.message_id).await;
        assert_eq!((said.text("direction"), said.text("kind")), (Some("inbound"), Some("reply")));
        let html = said.text("content").unwrap();
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    }
}

#[tokio::test]
async fn a_request_to_no_queue_waits_in_the_first() {
    let world = World::new().await;
    world.make(&QUEUE, json!({"name": "Legal", "public": false, "position": 0})).await;
    let [later, first] = [
        world.make(&QUEUE, json!({"name": "Billing", "public": true, "position": 2})).await,
        world.make(&QUEUE, json!({"name": "Support", "public": true, "position": 1})).await,
    ];
    let ask = async |queue_id: Option<Uuid>| {
        let new = NewTicket { queue_id, ..question(LI) };
        let made = world.store().portal_ask(&world.portal, None, &new, &client(1)).await.unwrap();
        world.row(&TICKET, made.id).await.reference("queue_id")
    };
    assert_eq!((ask(None).await, ask(Some(later)).await), (Some(first), Some(later)));
}

#[tokio::test]
async fn what_does_not_fit_is_said_by_field_and_a_form_sent_twice_is_one_ticket() {
    let world = World::new().await;
    let ask = async |new: NewTicket| world.store().portal_ask(&world.portal, None, &new, &client(1)).await;
    let inside = world.make(&QUEUE, json!({"name": "Legal", "public": false})).await;
    assert_eq!(fields_of(ask(question("nobody")).await), ["requester_email"]);
    assert_eq!(fields_of(ask(question("")).await), ["requester_email"]);
    assert_eq!(fields_of(ask(NewTicket { text: "  ".into(), ..question(LI) }).await), ["description"]);
    assert_eq!(fields_of(ask(NewTicket { subject: String::new(), ..question(LI) }).await), ["subject"]);
    assert_eq!(fields_of(ask(NewTicket { queue_id: Some(inside), ..question(LI) }).await), ["queue_id"]);
    let nowhere = NewTicket { subject: String::new(), ..question("somebody@nowhere") };
    assert_eq!(fields_of(ask(nowhere).await), ["subject", "requester_email"], "all at once");
    let long = NewTicket { subject: "x".repeat(301), text: "y".repeat(20_001), ..question(LI) };
    assert_eq!(fields_of(ask(long).await), ["subject", "description"], "all at once");
    let new = question(LI);
    let (first, second) = (ask(new.clone()).await.unwrap(), ask(new).await.unwrap());
    assert_eq!(first, second);
}

#[tokio::test]
async fn whoever_wrote_in_before_is_called_as_they_were() {
    let world = World::new().await;
    let ask = async |name: &str| {
        let new = NewTicket { name: name.into(), ..question(LI) };
        let made = world.store().portal_ask(&world.portal, None, &new, &client(1)).await.unwrap();
        world.row(&TICKET, made.id).await.text("requester_name").map(str::to_owned)
    };
    assert_eq!(ask("").await, None);
    assert_eq!(ask("Mei").await.as_deref(), Some("Mei"));
    assert_eq!(ask(" ").await.as_deref(), Some("Mei"));
}

#[tokio::test]
async fn a_merged_ticket_is_found_by_its_old_number_by_whoever_has_what_it_became() {
    let world = World::new().await;
    let (store, portal, li) = (world.store(), &world.portal, visitor(LI));
    let own =
        async |email: &str| world.ticket(json!({"subject": "Gate", "requester_email": email, "channel": "web"})).await;
    let ((stays, number), (goes, old)) = (own(LI).await, own(LI).await);
    let (other, others_old) = own("han@example.com").await;
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes, other],
        values: Values::new(),
        seen: Vec::new(),
    };
    store.merge(&world.admin, &merge).await.unwrap();
    let found = store.portal_ticket(portal, &li, &old).await.unwrap();
    assert_eq!((found.id, found.line.number.as_str()), (stays, number.as_str()));
    let made = store.portal_reply(portal, &li, &old, (Uuid::now_v7(), "More"), &client(1)).await.unwrap();
    assert_eq!(made.id, stays, "what was written on a page of before is not lost");
    let han = visitor("han@example.com");
    assert_eq!(store.portal_ticket(portal, &han, &others_old).await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn tickets_of_two_people_that_become_one_stay_two_conversations_to_them() {
    let world = World::new().await;
    let (store, portal, li, han) = (world.store(), &world.portal, visitor(LI), visitor("han@example.com"));
    let own = async |email: &str| {
        let ticket = json!({"subject": format!("Gate of {email}"), "requester_email": email, "channel": "web"});
        let made = world.ticket(ticket).await;
        world.say(made.0, "reply", &format!("<p>Answer to {email}</p>")).await;
        made
    };
    let ((stays, number), (goes, other)) = (own(LI).await, own(HAN).await);
    world.wait("1 minute").await;
    let read = async |visitor: &Visitor, number: &str| {
        let found = store.portal_ticket(portal, visitor, number).await;
        found.map(|ticket| ticket.messages.into_iter().map(|message| message.content).collect::<Vec<_>>().join(" "))
    };
    let alone = read(&li, &number).await.unwrap();
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    let merged = store.merge(&world.admin, &merge).await.unwrap();
    assert_eq!(read(&li, &number).await.unwrap(), alone, "what was said with han is none of li's");
    for number in [&number, &other] {
        assert_eq!(read(&han, number).await, Err(Error::NotFound), "nor is the ticket han's");
    }
    let said = store.conversation(&world.admin, stays, None).await.unwrap().messages;
    let marked = said.iter().filter_map(|row| row.text("apart_from")).collect::<Vec<_>>();
    assert_eq!((said.len(), marked), (2, vec![other.as_str()]), "colleagues read all of it");
    let mails = store.answers_due().await.unwrap();
    let mails = mails.iter().map(|mail| (mail.to.as_str(), mail.text.trim())).collect::<Vec<_>>();
    assert_eq!(mails, [(LI, "Answer to li@example.com")]);
    store.undo(&world.admin, merged.change_set).await.unwrap();
    assert_eq!(read(&li, &number).await.unwrap(), alone);
    assert!(read(&han, &other).await.unwrap().contains("han@example.com"));
    // Whose it becomes reads nothing of what was said with somebody else before.
    let merge = Merge { values: values(json!({"requester_email": "han@example.com"})), ..merge };
    store.merge(&world.admin, &merge).await.unwrap();
    let told = read(&han, &number).await.unwrap();
    assert!(told.contains("han@") && !told.contains(LI), "{told}");
    assert_eq!(store.portal_ticket(portal, &han, &number).await.unwrap().line.subject, "Gate of han@example.com");
    assert_eq!(read(&li, &number).await, Err(Error::NotFound));
}

#[tokio::test]
async fn merges_of_before_get_their_marks_where_the_log_tells_whose_words_they_led_over() {
    const LATER: &str = include_str!("../../../migrations/0079_whose_words_before.sql");
    let world = World::new().await;
    let (store, portal, li, han) = (world.store(), &world.portal, visitor(LI), visitor(HAN));
    let person = async |name: &str, email: &str| {
        let customer = world.make(&CUSTOMER, json!({"name": name, "kind": "company"})).await;
        let contact = json!({"name": name, "emails": [email], "customer_id": customer});
        (customer, world.make(&CONTACT, contact).await)
    };
    let (lis, hans) = (person("Li", LI).await, person("Han", HAN).await);
    let own = async |subject: &str, email: &str, (customer, contact): (Uuid, Uuid)| {
        let ticket = json!({"subject": subject, "requester_email": email, "channel": "web",
                            "customer_id": customer, "contact_id": contact});
        let made = world.ticket(ticket).await;
        world.say(made.0, "reply", &format!("<p>Answer about {subject}</p>")).await;
        made
    };
    let (stays, number) = own("Gate", LI, lis).await;
    let ((again, _), (goes, other)) = (own("Fence", LI, lis).await, own("Door", HAN, hans).await);
    // Said by somebody of whom nothing but another address is known: they may be Li.
    let (unknown, _) = world.ticket(json!({"subject": "Roof", "requester_email": "roof@example.com"})).await;
    world.say(unknown, "reply", "<p>Answer about Roof</p>").await;
    let others = vec![again, goes, unknown];
    let merge = Merge { record_type: "ticket".into(), into: stays, others, values: Values::new(), seen: Vec::new() };
    let merged = store.merge(&world.admin, &merge).await.unwrap();
    world.wait("1 minute").await;
    // As merges left it then.
    world.sql("update ticket_messages set apart_from = null").await;
    world.sql("update audit_entries set changes = changes - 'apart_from' where action = 'update'").await;
    world.sql("update _sqlx_migrations set installed_on = now() + interval '1 minute' where version = 70").await;
    let read = async |visitor: &Visitor, number: &str| {
        let found = store.portal_ticket(portal, visitor, number).await.unwrap().messages;
        found.into_iter().map(|message| message.content).collect::<Vec<_>>().join(" ")
    };
    assert!(read(&li, &number).await.contains("Door"));
    for _ in 0..2 {
        world.sql(LATER).await;
        let told = read(&li, &number).await;
        assert!(
            ["Gate", "Fence", "Roof"].into_iter().all(|own| told.contains(own)) && !told.contains("Door"),
            "{told}"
        );
    }
    let said = store.conversation(&world.admin, stays, None).await.unwrap().messages;
    assert_eq!(said.iter().filter_map(|row| row.text("apart_from")).collect::<Vec<_>>(), [other.as_str()]);
    store.undo(&world.admin, merged.change_set).await.unwrap();
    assert!(read(&han, &other).await.contains("Door"), "the mark goes with the merge");
}

#[tokio::test]
async fn an_answer_that_was_a_note_while_tickets_became_one_comes_back_to_its_own_customer_alone() {
    let world = World::new().await;
    let (store, portal, li) = (world.store(), &world.portal, visitor(LI));
    let (stays, number) = world.ticket(json!({"subject": "Gate", "requester_email": LI, "channel": "web"})).await;
    let asked = json!({"subject": "Door", "description": "<p>Mine</p>", "requester_email": HAN, "channel": "web"});
    let (goes, other) = world.ticket(asked).await;
    let answer = world.say(goes, "reply", "<p>For Han alone</p>").await;
    let hide = Change::Update { id: answer, version: None, values: values(json!({"kind": "note"})) };
    let hidden = store.apply(&world.admin, Command::one("ticket_message", hide)).await.unwrap();
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    store.merge(&world.admin, &merge).await.unwrap();
    store.undo(&world.admin, hidden.change_set).await.unwrap();
    world.wait("1 minute").await;
    let row = world.row(&TICKET_MESSAGE, answer).await;
    assert_eq!((row.text("kind"), row.reference("ticket_id")), (Some("reply"), Some(stays)));
    let told = store.portal_ticket(portal, &li, &number).await.unwrap().messages;
    assert!(told.is_empty(), "{told:?}");
    // So is the note of what Han asked.
    let said = store.conversation(&world.admin, stays, None).await.unwrap().messages;
    assert_eq!(said.iter().map(|row| row.text("apart_from")).collect::<Vec<_>>(), [Some(other.as_str()); 2]);
}

#[tokio::test]
async fn a_ticket_that_becomes_somebody_elses_tells_nothing_of_whose_it_was() {
    let world = World::new().await;
    let (store, portal, li, han) = (world.store(), &world.portal, visitor(LI), visitor(HAN));
    let (stays, _) = solved(&world).await;
    let noted = json!({"order_number": "A-1", "requester_name": "Li", "requester_phone": "13900007777"});
    world.change(&TICKET, stays, noted).await;
    let number = world.row(&TICKET, stays).await.text("number").unwrap().to_owned();
    let token = store.satisfaction_due().await.unwrap().remove(0).token;
    let given = Answers { score: Some(2), comment: "Slow".into(), ..Answers::default() };
    store.portal_answer(portal, &token, &given).await.unwrap();
    let (goes, _) =
        world.ticket(json!({"subject": "Door", "requester_email": HAN, "channel": "web", "order_number": "B-2"})).await;
    let values = values(json!({"requester_email": HAN}));
    let merge = Merge { record_type: "ticket".into(), into: stays, others: vec![goes], values, seen: Vec::new() };
    let merged = store.merge(&world.admin, &merge).await.unwrap();
    let told = async |visitor: &Visitor| {
        let ticket = store.portal_ticket(portal, visitor, &number).await.unwrap();
        (ticket.line.subject, ticket.order_number, ticket.satisfaction)
    };
    assert_eq!(told(&han).await, ("Door".to_owned(), Some("B-2".to_owned()), None));
    let row = world.row(&TICKET, stays).await;
    assert_eq!((row.text("requester_name"), row.text("requester_phone")), (None, None), "letters address nobody else");
    // Li's link does not tell of Han's ticket, nor Han's of what Li answered.
    assert_eq!(store.portal_survey(portal, &token).await.unwrap_err(), Error::NotFound);
    let link = store.portal_rating(portal, &han, &number).await.unwrap().unwrap();
    assert_eq!(store.portal_survey(portal, &link).await.unwrap().answered, None);
    store.undo(&world.admin, merged.change_set).await.unwrap();
    assert_eq!(told(&li).await, ("x".to_owned(), Some("A-1".to_owned()), Some(2)));
}

#[tokio::test]
async fn what_somebody_answered_about_their_ticket_is_told_to_nobody_whose_it_becomes_part_of() {
    let world = World::new().await;
    let (store, portal) = (world.store(), &world.portal);
    let (stays, _) = solved(&world).await;
    let goes = solved_too(&world, HAN, "en").await;
    let number = async |id: Uuid| world.row(&TICKET, id).await.text("number").unwrap().to_owned();
    let (number, other) = (number(stays).await, number(goes).await);
    let mails = store.satisfaction_due().await.unwrap();
    let answer = async |to: &str, score: i64| {
        let token = &mails.iter().find(|mail| mail.to == to).unwrap().token;
        store.portal_answer(portal, token, &Answers { score: Some(score), ..Answers::default() }).await.unwrap();
    };
    let told = async |email: &str, number: &str| {
        store.portal_ticket(portal, &visitor(email), number).await.unwrap().satisfaction
    };
    answer(HAN, 5).await;
    assert_eq!(told(HAN, &other).await, Some(5));
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    let merged = store.merge(&world.admin, &merge).await.unwrap();
    assert_eq!(world.row(&TICKET, stays).await.integer("satisfaction"), Some(5), "colleagues count it");
    assert_eq!(told(LI, &number).await, None);
    answer(LI, 2).await;
    assert_eq!(told(LI, &number).await, Some(2));
    store.undo(&world.admin, merged.change_set).await.unwrap();
    assert_eq!((told(LI, &number).await, told(HAN, &other).await), (Some(2), Some(5)));
}

#[tokio::test]
async fn what_customers_asked_is_theirs_to_read_again_once_a_merge_is_undone() {
    let world = World::new().await;
    let (store, portal) = (world.store(), &world.portal);
    let own = async |email: &str| {
        let asked = format!("<p>Asked by {email}</p>");
        world.ticket(json!({"subject": "Gate", "requester_email": email, "channel": "web", "description": asked})).await
    };
    let ((stays, number), (goes, other)) = (own(LI).await, own(HAN).await);
    let read = async |email: &str, number: &str| {
        let ticket = store.portal_ticket(portal, &visitor(email), number).await.unwrap();
        ticket.messages.into_iter().map(|message| message.content).collect::<Vec<_>>().join(" ")
    };
    let alone = [read(LI, &number).await, read(HAN, &other).await];
    assert!(alone[0].contains(LI) && alone[1].contains(HAN), "{alone:?}");
    let values = values(json!({"requester_email": HAN}));
    let merge = Merge { record_type: "ticket".into(), into: stays, others: vec![goes], values, seen: Vec::new() };
    let merged = store.merge(&world.admin, &merge).await.unwrap();
    assert_eq!(read(HAN, &number).await, alone[1]);
    store.undo(&world.admin, merged.change_set).await.unwrap();
    assert_eq!([read(LI, &number).await, read(HAN, &other).await], alone);
    // What a colleague makes of it afterwards is no word of theirs.
    world.change(&TICKET, stays, json!({"description": "<p>Noted</p>"})).await;
    assert_eq!(read(LI, &number).await, "");
}

#[tokio::test]
async fn strangers_may_not_write_without_end() {
    let world = World::new().await;
    let ask = async |email: &str, from: u8| {
        world.store().portal_ask(&world.portal, None, &question(email), &client(from)).await
    };
    for n in 0..20 {
        ask(&format!("a{n}@example.com"), 1).await.unwrap();
    }
    assert!(matches!(ask("b@example.com", 1).await, Err(Error::RateLimited { .. })));
    for _ in 0..10 {
        ask("c@example.com", 2).await.unwrap();
    }
    assert!(matches!(ask("c@example.com", 3).await, Err(Error::RateLimited { .. })));
    // What strangers used up with an address does not keep its holder from writing.
    let holder = visitor("c@example.com");
    world.store().portal_ask(&world.portal, Some(&holder), &question(""), &client(4)).await.unwrap();
}

#[tokio::test]
async fn customers_of_one_network_do_not_stop_each_other() {
    let world = World::new().await;
    let ask = async |email: &str| {
        world.store().portal_ask(&world.portal, Some(&visitor(email)), &question(""), &client(1)).await
    };
    for n in 0..21 {
        ask(&format!("a{n}@example.com")).await.unwrap();
    }
    for _ in 0..10 {
        ask(LI).await.unwrap();
    }
    assert!(matches!(ask(LI).await, Err(Error::RateLimited { .. })), "nobody without end");
    ask("han@example.com").await.unwrap();
}

#[tokio::test]
async fn a_link_lets_its_receiver_in_once() {
    let world = World::new().await;
    let store = world.store();
    assert!(world.link(LI, 1).await.unwrap().is_none(), "nothing is about it");
    store.portal_ask(&world.portal, None, &question(LI), &client(1)).await.unwrap();
    assert_eq!(fields_of(world.link("no address", 1).await), ["email"]);
    let mail = world.link("Li@Example.com", 1).await.unwrap().unwrap();
    let token = mail.token.expose();
    assert_eq!(mail.to, LI);
    // Looking does not use it up.
    for _ in 0..2 {
        assert_eq!(store.portal_link(&world.portal, token).await.unwrap(), visitor(LI));
    }
    let other = neighbour(store).await;
    let elsewhere = opened(store, &other, "other").await;
    assert_eq!(fields_of(store.redeem_portal_link(&elsewhere, token).await), ["token"]);
    assert_eq!(fields_of(store.redeem_portal_link(&world.portal, "forged").await), ["token"]);
    let session = store.redeem_portal_link(&world.portal, token).await.unwrap();
    assert_eq!(fields_of(store.redeem_portal_link(&world.portal, token).await), ["token"]);
    assert_eq!(fields_of(store.portal_link(&world.portal, token).await), ["token"]);
    assert_eq!(store.portal_visitor(&world.portal, session.expose()).await.unwrap(), visitor(LI));
    for (portal, token) in [(&elsewhere, session.expose()), (&world.portal, token), (&world.portal, "")] {
        assert_eq!(store.portal_visitor(portal, token).await.unwrap_err(), Error::Unauthenticated);
    }
    store.portal_sign_out(&world.portal, session.expose()).await.unwrap();
    assert_eq!(store.portal_visitor(&world.portal, session.expose()).await.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn links_run_out_and_are_few() {
    let world = World::new().await;
    let store = world.store();
    store.portal_ask(&world.portal, None, &question(LI), &client(1)).await.unwrap();
    let mut last = None;
    for from in 1..=5 {
        last = world.link(LI, from).await.unwrap();
        assert!(world.link("nobody@example.com", from).await.unwrap().is_none());
    }
    // Whoever asks is told when to try again, known here or not.
    for email in [LI, "nobody@example.com"] {
        match world.link(email, 6).await.unwrap_err() {
            Error::RateLimited { retry_after } => assert!((1..=900).contains(&retry_after)),
            other => panic!("{email}: {other}"),
        }
    }
    world.sql("update portal_links set expires_at = now()").await;
    let token = last.unwrap().token;
    assert_eq!(fields_of(store.redeem_portal_link(&world.portal, token.expose()).await), ["token"]);
    // Nothing of a token is kept but its hash.
    let kept: Vec<u8> =
        sqlx::query_scalar("select token_hash from portal_links limit 1").fetch_one(&world.test.owner).await.unwrap();
    assert_eq!(kept.len(), 32);
}

#[tokio::test]
async fn a_contact_that_loses_an_address_is_signed_out_with_it() {
    let world = World::new().await;
    let contact = world.make(&CONTACT, json!({"name": "Li Lei", "emails": [LI, "li@home.com"]})).await;
    let (token, _) = world.sign_in(LI).await;
    let (home, _) = world.sign_in("li@home.com").await;
    world.change(&CONTACT, contact, json!({"job_title": "Buyer"})).await;
    world.store().portal_visitor(&world.portal, &token).await.unwrap();
    world.change(&CONTACT, contact, json!({"emails": ["li@home.com"]})).await;
    assert_eq!(world.store().portal_visitor(&world.portal, &token).await.unwrap_err(), Error::Unauthenticated);
    world.store().portal_visitor(&world.portal, &home).await.unwrap();
    world.store().apply(&world.admin, Command::one("contact", Change::Archive { id: contact })).await.unwrap();
    assert_eq!(world.store().portal_visitor(&world.portal, &home).await.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn a_customer_sees_their_own_tickets_and_no_others() {
    let world = World::new().await;
    let customer = world.make(&CUSTOMER, json!({"kind": "company", "name": "Acme"})).await;
    let li = world.make(&CONTACT, json!({"name": "Li", "customer_id": customer, "emails": [LI]})).await;
    let han =
        world.make(&CONTACT, json!({"name": "Han", "customer_id": customer, "emails": ["han@example.com"]})).await;
    let ticket = |fields: Value| {
        let mut all = values(json!({"subject": "x", "channel": "email"}));
        all.extend(values(fields));
        Value::Object(all)
    };
    let (_, by_address) = world.ticket(ticket(json!({"requester_email": LI}))).await;
    let (_, by_contact) = world.ticket(ticket(json!({"customer_id": customer, "contact_id": li}))).await;
    let mut hidden = vec![
        world.ticket(ticket(json!({"customer_id": customer}))).await.1,
        world.ticket(ticket(json!({"customer_id": customer, "contact_id": han}))).await.1,
        world.ticket(ticket(json!({"requester_email": "xli@example.com"}))).await.1,
    ];
    let (archived, number) = world.ticket(ticket(json!({"requester_email": LI}))).await;
    world.store().apply(&world.admin, Command::one("ticket", Change::Archive { id: archived })).await.unwrap();
    hidden.push(number);
    let other = neighbour(world.store()).await;
    let elsewhere = make(world.store(), &other, &TICKET, ticket(json!({"requester_email": LI, "number": "X1"}))).await;
    hidden.push(world.store().get(&other, &TICKET, elsewhere).await.unwrap().row.text("number").unwrap().to_owned());
    let seen = world.store().portal_tickets(&world.portal, &visitor(LI)).await.unwrap();
    let mut numbers: Vec<_> = seen.into_iter().map(|line| line.number).collect();
    numbers.sort();
    assert_eq!(numbers, [by_address.clone(), by_contact.clone()]);
    world.store().portal_ticket(&world.portal, &visitor(LI), &by_contact.to_lowercase()).await.unwrap();
    for number in &hidden {
        // A number of another organisation may be one of ours too.
        if [&by_address, &by_contact].contains(&number) {
            continue;
        }
        let li = visitor(LI);
        let store = world.store();
        assert_eq!(store.portal_ticket(&world.portal, &li, number).await.unwrap_err(), Error::NotFound, "{number}");
        let said = (Uuid::now_v7(), "hello");
        assert_eq!(
            store.portal_reply(&world.portal, &li, number, said, &client(1)).await.unwrap_err(),
            Error::NotFound
        );
        assert_eq!(store.portal_solve(&world.portal, &li, number).await.unwrap_err(), Error::NotFound);
        assert_eq!(store.portal_reopen(&world.portal, &li, number).await.unwrap_err(), Error::NotFound);
        assert_eq!(store.portal_rating(&world.portal, &li, number).await.unwrap_err(), Error::NotFound);
    }
    // Whoever is the contact no longer does not see what came by that.
    world.change(&CONTACT, li, json!({"emails": ["new@example.com"]})).await;
    let li = visitor(LI);
    assert_eq!(world.store().portal_ticket(&world.portal, &li, &by_contact).await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn what_colleagues_say_among_themselves_stays_inside() {
    let world = World::new().await;
    let fields = json!({"subject": "x", "channel": "phone", "requester_email": LI, "description": "Sounds angry", "tags": ["vip"]});
    let (id, number) = world.ticket(fields).await;
    let note = world.say(id, "note", "<p>Give them nothing</p>").await;
    let reply = world.say(id, "reply", "<p>Hello <span class=\"mention\" data-mention=\"1\">@Wang</span></p>").await;
    let gone = world.say(id, "reply", "<p>Typed in error</p>").await;
    world.store().apply(&world.admin, Command::one("ticket_message", Change::Archive { id: gone })).await.unwrap();
    let file = async |name: &str, message: Option<Uuid>| {
        let belonging = Belonging::to(&TICKET, id).unwrap().of_message(message);
        world.store().attach_bytes(&world.admin, &belonging, name, "content", Source::Web).await.unwrap()
    };
    let public = file("a.pdf", Some(reply)).await;
    world.wait("1 minute").await;
    let hidden = [file("b.pdf", Some(note)).await, file("c.pdf", None).await, file("d.pdf", Some(gone)).await];
    let li = visitor(LI);
    let ticket = world.store().portal_ticket(&world.portal, &li, &number).await.unwrap();
    assert_eq!(ticket.messages.iter().map(|message| message.id).collect::<Vec<_>>(), [reply]);
    assert_eq!(ticket.messages[0].files.iter().map(|file| file.id).collect::<Vec<_>>(), [public]);
    let all = format!("{ticket:?}");
    for inside in ["angry", "nothing", "vip", "error", "data-mention", "b.pdf", "c.pdf", "lin@example.com"] {
        assert!(!all.contains(inside), "{inside}: {all}");
    }
    assert_eq!(world.store().portal_attached(&world.portal, Some(&li), public).await.unwrap().size, 7);
    for id in hidden {
        assert_eq!(world.store().portal_file(&world.portal, Some(&li), id).await.unwrap_err(), Error::NotFound);
    }
    for other in [None, Some(visitor("han@example.com"))] {
        assert_eq!(
            world.store().portal_file(&world.portal, other.as_ref(), public).await.unwrap_err(),
            Error::NotFound
        );
    }
}

#[tokio::test]
async fn of_what_was_asked_only_the_customers_own_words_are_shown() {
    let world = World::new().await;
    let fields =
        |channel: &str| json!({"subject": "x", "channel": channel, "requester_email": LI, "description": "Asked"});
    let ((own, own_number), (noted, noted_number)) =
        (world.ticket(fields("web")).await, world.ticket(fields("phone")).await);
    let shown = async |number: &str| {
        world.store().portal_ticket(&world.portal, &visitor(LI), number).await.unwrap().messages.len()
    };
    assert_eq!((shown(&own_number).await, shown(&noted_number).await), (1, 0));
    world.change(&TICKET, own, json!({"description": "Asked by a difficult customer"})).await;
    world.change(&TICKET, noted, json!({"channel": "web"})).await;
    assert_eq!((shown(&own_number).await, shown(&noted_number).await), (0, 0));
}

#[tokio::test]
async fn writing_opens_what_was_solved_and_goes_on_with_what_was_closed() {
    let world = World::new().await;
    let (store, li) = (world.store(), visitor(LI));
    let made = store.portal_ask(&world.portal, None, &question(LI), &client(1)).await.unwrap();
    let status = async |id: Uuid| world.row(&TICKET, id).await.text("status").unwrap().to_owned();
    store.portal_solve(&world.portal, &li, &made.number).await.unwrap();
    assert_eq!(status(made.id).await, "solved");
    store.portal_reopen(&world.portal, &li, &made.number).await.unwrap();
    assert_eq!(status(made.id).await, "open");
    store.portal_solve(&world.portal, &li, &made.number).await.unwrap();
    let (id, text) = (Uuid::now_v7(), "It is <b>not</b>");
    let said = store.portal_reply(&world.portal, &li, &made.number, (id, text), &client(1)).await.unwrap();
    assert_eq!((said.id, status(made.id).await.as_str()), (made.id, "open"));
    // Sent twice it is one message.
    store.portal_reply(&world.portal, &li, &made.number, (id, text), &client(1)).await.unwrap();
    let ticket = store.portal_ticket(&world.portal, &li, &made.number).await.unwrap();
    let texts: Vec<_> = ticket.messages.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(
        texts,
        ["<p>Since Monday &lt;script&gt;alert(1)&lt;/script&gt;</p>", "<p>It is &lt;b&gt;not&lt;/b&gt;</p>"]
    );
    world.change(&TICKET, made.id, json!({"status": "closed"})).await;
    store.portal_reopen(&world.portal, &li, &made.number).await.unwrap();
    assert_eq!(status(made.id).await, "closed");
    let said =
        store.portal_reply(&world.portal, &li, &made.number, (Uuid::now_v7(), "Again"), &client(1)).await.unwrap();
    assert_ne!(said.number, made.number);
    assert_eq!(world.row(&TICKET, said.id).await.reference("parent_id"), Some(made.id));
    assert_eq!(status(made.id).await, "closed");
    let next = store.portal_ticket(&world.portal, &li, &said.number).await.unwrap();
    assert_eq!(next.parent, Some(made.number.clone()));
    let nothing = store.portal_reply(&world.portal, &li, &made.number, (Uuid::now_v7(), " "), &client(1)).await;
    assert_eq!(fields_of(nothing), ["content"]);
}

#[tokio::test]
async fn a_customer_who_looks_is_told_what_concerns_them() {
    let world = World::new().await;
    let store = world.store();
    let made = store.portal_ask(&world.portal, None, &question(LI), &client(1)).await.unwrap();
    let (token, _) = world.sign_in(LI).await;
    let mut watch = store.portal_watch(&world.portal, &token, &made.number).await.unwrap();
    for (token, number, error) in
        [("forged", &made.number, Error::Unauthenticated), (token.as_str(), &"T1".to_owned(), Error::NotFound)]
    {
        assert_eq!(store.portal_watch(&world.portal, token, number).await.err(), Some(error));
    }
    world.say(made.id, "note", "<p>inside</p>").await;
    world.change(&TICKET, made.id, json!({"priority": "urgent", "tags": ["vip"]})).await;
    assert!(tokio::time::timeout(Duration::from_millis(300), watch.changed()).await.is_err(), "nothing for them");
    world.say(made.id, "reply", "<p>outside</p>").await;
    assert!(tokio::time::timeout(Duration::from_millis(300), watch.changed()).await.is_err(), "it may be taken back");
    // The rest of the time passes by itself: nothing is written by then.
    world.wait("9 seconds").await;
    tokio::time::timeout(Duration::from_secs(10), watch.changed()).await.expect("told").unwrap();
    store.portal_sign_out(&world.portal, &token).await.unwrap();
    world.say(made.id, "reply", "<p>more</p>").await;
    let ended = tokio::time::timeout(Duration::from_secs(10), watch.changed()).await.expect("told");
    assert_eq!(ended.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn an_answer_is_shown_when_it_is_not_taken_back_any_more() {
    let world = World::new().await;
    let (store, li) = (world.store(), visitor(LI));
    let made = store.portal_ask(&world.portal, None, &question(LI), &client(1)).await.unwrap();
    let shown = async || {
        let ticket = store.portal_ticket(&world.portal, &li, &made.number).await.unwrap();
        assert_eq!(ticket.line.said_at, ticket.messages.last().map(|message| message.said_at));
        assert_eq!(store.portal_tickets(&world.portal, &li).await.unwrap(), [ticket.line]);
        ticket.messages.len()
    };
    let said = (Uuid::now_v7(), "Any news?");
    store.portal_reply(&world.portal, &li, &made.number, said, &client(1)).await.unwrap();
    assert_eq!(shown().await, 2, "what they say themselves is there at once");
    let values = values(message(made.id, "reply", "<p>Typed in error</p>"));
    let answer = Command::one("ticket_message", Change::Create { id: Uuid::now_v7(), values });
    let answered = store.apply(&world.admin, answer).await.unwrap().change_set;
    assert_eq!(shown().await, 2);
    store.undo(&world.admin, answered).await.unwrap();
    world.wait("1 minute").await;
    assert_eq!(shown().await, 2, "nobody ever sees it");

    let reply = world.say(made.id, "reply", "<p>Tomorrow</p>").await;
    let belonging = Belonging::to(&TICKET, made.id).unwrap().of_message(Some(reply));
    let file = store.attach_bytes(&world.admin, &belonging, "a.pdf", "content", Source::Web).await.unwrap();
    assert_eq!(store.portal_file(&world.portal, Some(&li), file).await.unwrap_err(), Error::NotFound);
    world.wait("5 seconds").await;
    assert_eq!(shown().await, 2);
    world.wait("6 seconds").await;
    assert_eq!(shown().await, 3);
    store.portal_file(&world.portal, Some(&li), file).await.unwrap();
}

/// A ticket that was solved a minute ago, and the survey that asks about it.
async fn solved(world: &World) -> (Uuid, Uuid) {
    let queue = world.make(&QUEUE, json!({"name": "Support", "ask_satisfaction": true})).await;
    let survey = json!({"name": "After", "kind": "csat", "locale": "en", "question": "How was it?", "on_close": true, "active": true});
    let survey = world.make(&SURVEY, survey).await;
    let fields = json!({"subject": "x", "channel": "email", "requester_email": LI, "queue_id": queue, "locale": "en"});
    let (ticket, _) = world.ticket(fields).await;
    world.change(&TICKET, ticket, json!({"status": "solved"})).await;
    world.sql("update surveys set created_at = now() - interval '1 day'").await;
    world.sql("update tickets set solved_at = now() - interval '1 minute'").await;
    (ticket, survey)
}

#[tokio::test]
async fn whose_ticket_is_done_is_asked_once() {
    let world = World::new().await;
    let (ticket, survey) = solved(&world).await;
    for (change, back) in [
        ("update queues set ask_satisfaction = false", "update queues set ask_satisfaction = true"),
        ("update surveys set active = false", "update surveys set active = true"),
        ("update surveys set locale = 'zh-CN'", "update surveys set locale = 'en'"),
        ("update tickets set status = 'open'", "update tickets set status = 'closed'"),
        ("update tickets set requester_email = null", "update tickets set requester_email = 'li@example.com'"),
        ("update organisations set portal = false", "update organisations set portal = true"),
        (
            "update tickets set solved_at = now() - interval '8 days'",
            "update tickets set solved_at = now() - interval '1 minute'",
        ),
    ] {
        world.sql(change).await;
        assert!(world.store().satisfaction_due().await.unwrap().is_empty(), "{change}");
        world.sql(back).await;
    }
    // Two nodes at once.
    let second = Store::connect(&world.test.url, 2).await.unwrap();
    let (a, b) = tokio::join!(world.store().satisfaction_due(), second.satisfaction_due());
    let mails: Vec<_> = a.unwrap().into_iter().chain(b.unwrap()).collect();
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [LI]);
    assert!(world.store().satisfaction_due().await.unwrap().is_empty());
    world.change(&TICKET, ticket, json!({"status": "open"})).await;
    world.change(&TICKET, ticket, json!({"status": "closed"})).await;
    world.sql("update tickets set solved_at = now() - interval '1 minute'").await;
    assert!(world.store().satisfaction_due().await.unwrap().is_empty(), "never twice");
    let asked = world.store().portal_survey(&world.portal, &mails[0].token).await.unwrap();
    assert_eq!((asked.id, asked.open, asked.answered), (survey, true, None));
}

/// Another solved ticket of somebody, in the queue of the first one.
async fn solved_too(world: &World, email: &str, locale: &str) -> Uuid {
    let first = sqlx::query_scalar("select queue_id from tickets limit 1");
    let queue: Uuid = first.fetch_one(&world.test.owner).await.unwrap();
    let fields =
        json!({"subject": "y", "channel": "email", "requester_email": email, "queue_id": queue, "locale": locale});
    let (ticket, _) = world.ticket(fields).await;
    world.change(&TICKET, ticket, json!({"status": "solved"})).await;
    world.sql("update tickets set solved_at = now() - interval '1 minute'").await;
    ticket
}

/// To whom letters go and what they ask.
async fn letters(world: &World) -> Vec<(String, String)> {
    let mails = world.store().satisfaction_due().await.unwrap();
    let mut letters: Vec<_> = mails.into_iter().map(|mail| (mail.to.to_lowercase(), mail.kind)).collect();
    letters.sort();
    letters
}

#[tokio::test]
async fn a_recommendation_is_asked_for_instead_once_in_ninety_days() {
    let world = World::new().await;
    solved(&world).await;
    let survey = json!({"name": "Would", "kind": "nps", "locale": "en", "question": "Would you?", "on_close": true, "active": true});
    world.make(&SURVEY, survey).await;
    world.sql("update surveys set created_at = now() - interval '1 day'").await;
    solved_too(&world, "LI@example.com", "en").await;
    solved_too(&world, "han@example.com", "en").await;
    let letter = |to: &str, kind: &str| (to.to_owned(), kind.to_owned());
    // Two tickets of Li's: one letter for each, and one of them asks for a recommendation.
    let expected = [letter("han@example.com", "nps"), letter(LI, "csat"), letter(LI, "nps")];
    assert_eq!(letters(&world).await, expected);
    solved_too(&world, LI, "en").await;
    assert_eq!(letters(&world).await, [letter(LI, "csat")], "not again so soon");
    world.sql("update recommendations_asked set asked_at = now() - interval '91 days'").await;
    solved_too(&world, LI, "en").await;
    assert_eq!(letters(&world).await, [letter(LI, "nps")]);
    // Where nothing else is asked, nothing is.
    world.sql("update surveys set active = false where kind = 'csat'").await;
    solved_too(&world, LI, "en").await;
    assert!(letters(&world).await.is_empty());
}

#[tokio::test]
async fn surveys_about_tickets_take_turns() {
    let world = World::new().await;
    solved(&world).await;
    let survey = json!({"name": "Effort", "kind": "ces", "locale": "en", "question": "How hard?", "on_close": true, "active": true});
    world.make(&SURVEY, survey).await;
    world.sql("update surveys set created_at = now() - interval '1 day'").await;
    for n in 0..20 {
        solved_too(&world, &format!("c{n}@example.com"), "en").await;
    }
    let letters = letters(&world).await;
    assert_eq!(letters.len(), 21);
    assert!(["csat", "ces"].iter().all(|kind| letters.iter().any(|(_, asked)| asked == kind)), "{letters:?}");
}

#[tokio::test]
async fn a_survey_in_both_languages_is_asked_in_the_customers_and_counted_once() {
    let world = World::new().await;
    let (_, survey) = solved(&world).await;
    let questions = json!([{"key": "speed", "label": "Fast?", "other_label": "快吗？", "kind": "choice", "choices": ["Yes", "No"],
                            "other_choices": ["是", "否"]}]);
    world.change(&SURVEY, survey, json!({"other_question": "怎么样？", "questions": questions})).await;
    solved_too(&world, "wang@example.com", "zh-CN").await;
    let mut mails = world.store().satisfaction_due().await.unwrap();
    mails.sort_by(|a, b| a.to.cmp(&b.to));
    let asked: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.locale, mail.question.as_str())).collect();
    assert_eq!(asked, [(LI, Locale::En, "How was it?"), ("wang@example.com", Locale::ZhCn, "怎么样？")]);
    for mail in &mails {
        let shown = world.store().portal_survey(&world.portal, &mail.token).await.unwrap();
        assert_eq!((shown.locale, shown.question.as_str()), (mail.locale, mail.question.as_str()));
        let yes = &shown.questions[0].choices[0];
        assert_eq!(yes.text, if mail.locale == Locale::En { "Yes" } else { "是" });
        let answers = [("speed".to_owned(), yes.code.clone())].into();
        let given = Answers { score: Some(5), answers, ..Answers::default() };
        world.store().portal_answer(&world.portal, &mail.token, &given).await.unwrap();
    }
    let found = world.store().survey_results(&world.admin, survey).await.unwrap();
    assert_eq!((found.answered, &found.questions["speed"]), (2, &[("Yes".to_owned(), 2)].into()));
}

#[tokio::test]
async fn all_that_apply_and_yes_or_no_are_counted_in_whichever_language_they_are_answered() {
    let world = World::new().await;
    let (store, portal) = (world.store(), &world.portal);
    let questions = json!([
        {"key": "which", "label": "Which?", "other_label": "哪些？", "kind": "several", "required": true,
         "choices": ["Red", "Blue", "Green"], "other_choices": ["红", "蓝", "绿"]},
        {"key": "again", "label": "Again?", "other_label": "还会吗？", "kind": "yes_no"},
    ]);
    let survey = json!({"name": "Open", "kind": "custom", "locale": "en", "question": "Well?", "other_question": "怎么样？",
                        "active": true, "public": true, "questions": questions});
    let survey = world.make(&SURVEY, survey).await;
    let shown = store.public_survey(portal, survey).await.unwrap().read_in(Locale::ZhCn);
    let [which, again] = &shown.questions[..] else { panic!("two questions") };
    assert_eq!([&which.label, &again.label, &which.choices[2].text], ["哪些？", "还会吗？", "绿"]);
    let give = async |which: &str, again: &str| {
        let answers = [("which", which), ("again", again)].map(|(key, text)| (key.to_owned(), text.to_owned()));
        let given = Answers { answers: answers.into(), ..Answers::default() };
        store.answer_public_survey(portal, (survey, Uuid::now_v7()), &given, &client(1)).await
    };
    // As the Chinese page sends it, and the English one.
    give(&format!("{}\r\n{}", which.choices[2].code, which.choices[0].code), "yes").await.unwrap();
    give("Red", "no").await.unwrap();
    give("Green", "").await.unwrap();
    assert_eq!(fields_of(give("Red\nBlack", "perhaps").await), ["answers.which", "answers.again"]);
    assert_eq!(fields_of(give("", "yes").await), ["answers.which"]);
    let rows = store.list(&world.admin, &SURVEY_RESPONSE, &Default::default()).await.unwrap().rows;
    let both = json!({"which": ["Red", "Green"], "again": "yes"});
    assert!(rows.iter().any(|row| *row.value("answers") == both), "{rows:?}");
    let found = store.survey_results(&world.admin, survey).await.unwrap();
    let counted = |key: &str, all: [(&str, i64); 2]| {
        assert_eq!(found.questions[key], all.map(|(answer, n)| (answer.to_owned(), n)).into(), "{key}");
    };
    counted("which", [("Red", 2), ("Green", 2)]);
    counted("again", [("yes", 1), ("no", 1)]);
    let answering = [("which", 3), ("again", 2)].map(|(key, n)| (key.to_owned(), n)).into();
    assert_eq!((found.answered, found.answering), (3, answering), "who left a question out is no part of it");
}

#[tokio::test]
async fn a_colleague_sends_a_survey_to_one_person() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let survey = json!({"name": "Would", "kind": "nps", "locale": "en", "question": "Would you?", "active": true});
    let survey = world.make(&SURVEY, survey).await;
    let customer = world.make(&CUSTOMER, json!({"name": "Acme"})).await;
    let li = json!({"name": "Li", "customer_id": customer, "emails": [LI], "owner_id": admin.user_id});
    let li = world.make(&CONTACT, li).await;
    let send = async |again: bool| store.send_survey(admin, survey, ("contact", li), again).await;
    let refused = |code: &str| -> Result<()> { Err(Error::invalid("id", code)) };
    assert_eq!(send(true).await, refused("no_consent"));
    assert_eq!(store.send_survey(admin, survey, ("customer", customer), true).await, refused("no_email"));
    world.change(&CONTACT, li, json!({"consent": ["email"]})).await;
    send(false).await.unwrap();
    assert_eq!(send(false).await, refused("asked_lately"));
    let mut mails = store.satisfaction_due().await.unwrap();
    assert!(store.satisfaction_due().await.unwrap().is_empty(), "once");
    let mail = mails.remove(0);
    assert_eq!((mails.len(), mail.to.as_str(), mail.name.as_deref()), (0, LI, Some("Li")));
    assert_eq!((mail.locale, mail.question.as_str(), mail.ticket), (Locale::En, "Would you?", None));

    let give = async |score: i64| {
        let given = Answers { score: Some(score), ..Answers::default() };
        store.portal_answer(&world.portal, &mail.token, &given).await
    };
    give(3).await.unwrap();
    give(9).await.unwrap();
    let rows = store.list(admin, &SURVEY_RESPONSE, &Default::default()).await.unwrap().rows;
    let of = |field: &str| rows[0].reference(field);
    assert_eq!((rows.len(), rows[0].integer("score")), (1, Some(9)));
    assert_eq!((of("contact_id"), of("customer_id"), of("ticket_id")), (Some(li), Some(customer), None));
    assert_eq!(of("owner_id"), Some(admin.user_id), "who looks after them sees what they say");
    let shown = store.portal_survey(&world.portal, &mail.token).await.unwrap();
    assert_eq!((shown.ticket, shown.answered.and_then(|given| given.score)), (None, Some(9)));
    world.sql("update survey_invitations set answered_at = now() - interval '8 days'").await;
    assert_eq!(fields_of(give(1).await), ["token"]);
}

#[tokio::test]
async fn a_survey_is_sent_to_one_person_by_whom_and_when_it_may_be() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let survey = json!({"name": "Would", "kind": "nps", "locale": "en", "question": "Would you?", "active": true});
    let survey = world.make(&SURVEY, survey).await;
    let fields = json!({"name": "Li", "emails": [LI], "consent": ["email"]});
    let li = world.make(&CONTACT, fields).await;
    let send = async |again: bool| store.send_survey(admin, survey, ("contact", li), again).await;
    let reads = |name: &str| (name.to_owned(), TypeRights { read: Level::All, ..TypeRights::default() });
    let types = [reads("contact"), reads("survey")].into();
    let reader = Actor { grants: Grants { types, ..Grants::default() }, ..admin.clone() };
    let refused = store.send_survey(&reader, survey, ("contact", li), false).await;
    assert_eq!(refused, Err(Error::Forbidden));
    for (change, back, code) in [
        ("update surveys set active = false", "update surveys set active = true", "survey_inactive"),
        ("update organisations set portal = false", "update organisations set portal = true", "no_portal"),
    ] {
        world.sql(change).await;
        assert_eq!(send(false).await, Err(Error::invalid("survey_id", code)));
        world.sql(back).await;
    }
    send(false).await.unwrap();
    assert_eq!(letters(&world).await.len(), 1);
    send(true).await.unwrap();
    assert_eq!(letters(&world).await, [(LI.to_owned(), "nps".to_owned())], "somebody wanted it");
    // Whoever was asked for a recommendation after a ticket was asked lately, too.
    world.sql("update survey_invitations set asked_at = now() - interval '91 days'").await;
    assert_eq!(send(false).await, Err(Error::invalid("id", "asked_lately")));
    world.sql("update recommendations_asked set asked_at = now() - interval '91 days'").await;
    send(false).await.unwrap();
    store.upkeep().await.unwrap();
    let left = sqlx::query_scalar::<_, i64>("select count(*) from survey_invitations");
    assert_eq!(left.fetch_one(&world.test.owner).await.unwrap(), 1, "older ones are forgotten");
}

#[tokio::test]
async fn a_browser_that_answers_again_changes_its_answer() {
    let world = World::new().await;
    let (store, portal) = (world.store(), &world.portal);
    let survey = |name: &str| json!({"name": name, "kind": "nps", "locale": "en", "question": "Would you?", "active": true, "public": true});
    let (survey, other) = (world.make(&SURVEY, survey("One")).await, world.make(&SURVEY, survey("Other")).await);
    let give = async |id: Uuid, score: i64| {
        let given = Answers { score: Some(score), ..Answers::default() };
        store.answer_public_survey(portal, (survey, id), &given, &client(1)).await.unwrap();
    };
    let id = Uuid::now_v7();
    give(id, 9).await;
    let mark = store.answer_mark(portal, survey, id).await.unwrap();
    let known = async |survey: Uuid, mark: &str| store.marked_answer(portal, survey, mark).await.unwrap();
    let (found, answers) = known(survey, &mark).await.unwrap();
    assert_eq!((found, answers.score), (id, Some(9)));
    give(found, 3).await;
    give(Uuid::now_v7(), 10).await;
    let results = store.survey_results(&world.admin, survey).await.unwrap();
    assert_eq!((results.answered, results.scores), (2, [(3, 1), (10, 1)].into()));
    // What was not made here for this survey says nothing, nor does the mark of an answer that is gone.
    let unmade = store.answer_mark(portal, survey, Uuid::now_v7()).await.unwrap();
    for (of, mark) in [(other, mark.as_str()), (survey, "forged"), (survey, &mark[1..]), (survey, unmade.as_str())] {
        assert_eq!(known(of, mark).await, None, "{mark}");
    }
    world.sql("update survey_responses set archived_at = now()").await;
    assert_eq!(known(survey, &mark).await, None);
}

#[tokio::test]
async fn an_answer_counts_once_and_may_be_changed_for_a_week() {
    let world = World::new().await;
    let (ticket, _) = solved(&world).await;
    let mail = world.store().satisfaction_due().await.unwrap().remove(0);
    let give = async |score: i64, comment: &str| {
        let given = Answers { score: Some(score), comment: comment.to_owned(), ..Answers::default() };
        world.store().portal_answer(&world.portal, &mail.token, &given).await
    };
    assert_eq!(fields_of(give(9, "").await), ["score"]);
    let (one, two) = tokio::join!(give(2, "slow"), give(2, "slow"));
    one.unwrap();
    two.unwrap();
    let satisfaction = async || world.row(&TICKET, ticket).await.integer("satisfaction");
    assert_eq!(satisfaction().await, Some(2));
    give(5, "").await.unwrap();
    assert_eq!(satisfaction().await, Some(5));
    let page = world.store().list(&world.admin, &SURVEY_RESPONSE, &Default::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!((page.rows[0].text("comment"), page.rows[0].reference("ticket_id")), (None, Some(ticket)));
    let settled = async || world.store().portal_survey(&world.portal, &mail.token).await.unwrap().settled;
    assert!(!settled().await, "of several presses in a row the last one counts");
    world.sql("update satisfaction_requests set answered_at = now() - interval '2 hours'").await;
    assert!(settled().await);
    world.sql("update satisfaction_requests set answered_at = now() - interval '8 days'").await;
    assert_eq!(fields_of(give(1, "").await), ["token"]);
    assert_eq!(satisfaction().await, Some(5));
}

#[tokio::test]
async fn links_that_were_not_made_here_say_nothing() {
    let world = World::new().await;
    let (ticket, survey) = solved(&world).await;
    let token = world.store().satisfaction_due().await.unwrap().remove(0).token;
    let mut forged = vec![String::new(), "x".repeat(200), format!("{token}A"), token[..token.len() - 4].to_owned()];
    let mut other = token.clone().into_bytes();
    other[30] = if other[30] == b'A' { b'B' } else { b'A' };
    forged.push(String::from_utf8(other).unwrap());
    // What is sealed for a form is no link.
    forged.push(world.store().form_stamp(chrono::Utc::now()).await.unwrap());
    let _ = (ticket, survey);
    let given = Answers { score: Some(1), ..Answers::default() };
    for token in &forged {
        assert_eq!(world.store().portal_survey(&world.portal, token).await.unwrap_err(), Error::NotFound, "{token}");
        let answered = world.store().portal_answer(&world.portal, token, &given).await;
        assert_eq!(answered.unwrap_err(), Error::NotFound, "{token}");
    }
    let neighbour = neighbour(world.store()).await;
    let elsewhere = opened(world.store(), &neighbour, "other").await;
    assert_eq!(world.store().portal_survey(&elsewhere, &token).await.unwrap_err(), Error::NotFound);
    // The secret is the installation's: other nodes know the link too.
    let second = Store::connect(&world.test.url, 2).await.unwrap();
    second.portal_survey(&world.portal, &token).await.unwrap();
}

#[tokio::test]
async fn anybody_may_answer_a_public_survey_and_no_other() {
    let world = World::new().await;
    let survey = |name: &str, public: bool| json!({"name": name, "kind": "nps", "locale": "en", "question": "Would you?", "active": true, "public": public});
    let public = world.make(&SURVEY, survey("Open", true)).await;
    let inside = world.make(&SURVEY, survey("Inside", false)).await;
    let given = Answers { score: Some(10), comment: "Gladly".into(), ..Answers::default() };
    let id = Uuid::now_v7();
    for _ in 0..2 {
        world.store().answer_public_survey(&world.portal, (public, id), &given, &client(1)).await.unwrap();
    }
    let page = world.store().list(&world.admin, &SURVEY_RESPONSE, &Default::default()).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.integer("score")).collect::<Vec<_>>(), [Some(10)]);
    let refused = world.store().answer_public_survey(&world.portal, (inside, Uuid::now_v7()), &given, &client(1)).await;
    assert_eq!(refused.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn a_survey_of_free_questions_that_is_sent_empty_is_no_answer() {
    let world = World::new().await;
    let survey = json!({"name": "Open", "kind": "custom", "locale": "en", "question": "How was it?", "active": true, "public": true,
                        "questions": [{"key": "why", "label": "Why?", "kind": "text"}]});
    let survey = world.make(&SURVEY, survey).await;
    let give = async |comment: &str| {
        let given = Answers { comment: comment.to_owned(), ..Answers::default() };
        world.store().answer_public_survey(&world.portal, (survey, Uuid::now_v7()), &given, &client(1)).await
    };
    assert_eq!(give(" ").await, Err(Error::invalid("", NOTHING_ANSWERED)));
    give("Fine").await.unwrap();
    assert_eq!(world.store().survey_results(&world.admin, survey).await.unwrap().answered, 1);
}

#[tokio::test]
async fn answers_are_mailed_where_every_mailbox_has_a_way_out() {
    let world = World::new().await;
    let mailed = async |way_out: bool| world.store().portal_answers_by_mail(&world.portal, way_out).await.unwrap();
    assert!(!mailed(true).await, "there is no mailbox");
    let queue = world.make(&QUEUE, json!({"name": "Support"})).await;
    let mailbox = json!({"address": "support@desk.test", "queue_id": queue, "imap_host": "imap.desk.test"});
    let mailbox = world.make(&MAILBOX, mailbox).await;
    assert!(mailed(true).await && !mailed(false).await);
    world.change(&MAILBOX, mailbox, json!({"smtp_host": "smtp.desk.test"})).await;
    assert!(mailed(false).await);
    world.change(&MAILBOX, mailbox, json!({"active": false})).await;
    assert!(!mailed(true).await);
}

#[tokio::test]
async fn the_answers_to_a_survey_are_counted_for_whoever_may_read_them() {
    let world = World::new().await;
    let questions = json!([{"key": "q1", "label": "Which?", "kind": "choice", "choices": ["Red", "Blue"]}, {"key": "q2", "label": "Why?", "kind": "text"}]);
    let survey = world
        .make(&SURVEY, json!({"name": "Open", "kind": "nps", "locale": "en", "question": "Would you?", "public": true, "questions": questions}))
        .await;
    for (at, (score, which)) in [(10, "Red"), (9, "Red"), (3, "Blue")].into_iter().enumerate() {
        let answers = [("q1", which), ("q2", "Because")].map(|(key, text)| (key.to_owned(), text.to_owned()));
        let given = Answers { score: Some(score), answers: answers.into(), ..Answers::default() };
        let id = (survey, Uuid::now_v7());
        world
            .store()
            .answer_public_survey(&world.portal, id, &given, &client(u8::try_from(at).unwrap()))
            .await
            .unwrap();
    }
    let found = world.store().survey_results(&world.admin, survey).await.unwrap();
    assert_eq!((found.answered, found.scores), (3, [(3, 1), (9, 1), (10, 1)].into()));
    let of_which = [("Blue".to_owned(), 1), ("Red".to_owned(), 2)].into();
    assert_eq!(found.questions, [("q1".to_owned(), of_which)].into(), "answers in words are read, not counted");
    let other = neighbour(world.store()).await;
    assert_eq!(world.store().survey_results(&other, survey).await, Err(Error::NotFound));
    let reads = |name: &str| (name.to_owned(), TypeRights { read: Level::All, ..TypeRights::default() });
    let told = |grants: Grants| Actor { grants, ..world.admin.clone() };
    let asker = told(Grants { types: [reads("survey")].into(), ..Grants::default() });
    assert_eq!(world.store().survey_results(&asker, survey).await, Err(Error::Forbidden));
    let types = [reads("survey"), reads("survey_response"), reads("ticket")].into();
    let fields = [("survey_response.score", FieldAccess::Hidden), ("survey_response.answers", FieldAccess::Hidden)];
    let fields = fields.map(|(name, access)| (name.to_owned(), access)).into();
    let counter = told(Grants { types, fields, ..Grants::default() });
    let found = world.store().survey_results(&counter, survey).await.unwrap();
    assert_eq!((found.answered, found.scores.len(), found.questions.len()), (3, 0, 0));
}

#[tokio::test]
async fn what_a_customer_sends_along_is_there_once_and_theirs() {
    let world = World::new().await;
    let (portal, store) = (&world.portal, world.store());
    let new = NewTicket {
        id: Uuid::now_v7(),
        email: LI.into(),
        subject: "Photo".into(),
        text: "See".into(),
        ..NewTicket::default()
    };
    let made = store.portal_ask(portal, None, &new, &client(1)).await.unwrap();
    // Pressed twice: the second time nothing more is kept.
    for _ in 0..2 {
        let files = store.portal_receive(portal, [("照片.txt".to_owned(), "x".into())]).await.unwrap();
        store.portal_attach(portal, &made, files).await.unwrap();
    }
    let ticket = store.portal_ticket(portal, &visitor(LI), &made.number).await.unwrap();
    let files = &ticket.messages[0].files;
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["照片.txt"]);
    store.portal_attached(portal, Some(&visitor(LI)), files[0].id).await.unwrap();
    let stranger = visitor("han@example.com");
    assert_eq!(store.portal_attached(portal, Some(&stranger), files[0].id).await.unwrap_err(), Error::NotFound);

    let large = vec![0; 26 << 20];
    let refused = store.portal_receive(portal, [("large.bin".to_owned(), large.into())]).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { fields } if fields[0].field == "files"));
}

#[tokio::test]
async fn a_company_that_is_asked_answers_from_one_network() {
    let world = World::new().await;
    let (store, portal) = (world.store(), &world.portal);
    let survey = json!({"name": "Open", "kind": "nps", "locale": "en", "question": "Would you?", "active": true, "public": true});
    let survey = world.make(&SURVEY, survey).await;
    let given = Answers { score: Some(5), ..Answers::default() };
    for _ in 0..25 {
        store.answer_public_survey(portal, (survey, Uuid::now_v7()), &given, &client(1)).await.unwrap();
    }
    store.portal_ask(portal, None, &question(LI), &client(1)).await.unwrap();
    world.sql("update surveys set active = false").await;
    solved(&world).await;
    let mails = store.satisfaction_due().await.unwrap();
    // A press and what is sent after it are two, and some change their mind; nobody does so without end.
    for _ in 0..30 {
        store.portal_answer(portal, &mails[0].token, &given).await.unwrap();
    }
    let more = store.portal_answer(portal, &mails[0].token, &given).await;
    assert!(matches!(more, Err(Error::RateLimited { .. })));
}
