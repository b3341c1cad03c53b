//! Mail becomes tickets, answers leave by mail: what is believed of a letter, what is told of it, and that each counts once.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::access::{Actor, Grants};
use shared::command::{Change, Command};
use shared::desk::Reply;
use shared::duplicates::Merge;
use shared::i18n::Locale;
use shared::post::{AnswerWay, GONE, Missing, SAYS_NOTHING};
use shared::record::rich;
use shared::types::{ATTACHMENT, CONTACT, CUSTOMER, MAILBOX, QUEUE, SURVEY, TICKET, TICKET_MESSAGE, TICKET_RULE, USER};
use shared::{Error, RecordDef, Row, Values};
use sqlx::AssertSqlSafe;
use store::Store;
use store::post::{Departing, Kept, Sent};
use uuid::Uuid;

use crate::support::TestStore;
use crate::support::sample::founded;

const LI: &str = "li@example.com";
const EVE: &str = "eve@example.net";

/// An organisation with a mailbox in use.
struct World {
    test: TestStore,
    admin: Actor,
    queue: Uuid,
    mailbox: Uuid,
}

impl World {
    async fn new() -> Self {
        let (test, admin) = founded().await;
        let queue = make(&test.store, &admin, &QUEUE, json!({"name": "Support", "routing": "manual"})).await;
        let mailbox = make(&test.store, &admin, &MAILBOX, mailbox("support@desk.test", queue)).await;
        Self { test, admin, queue, mailbox }
    }

    fn store(&self) -> &Store {
        &self.test.store
    }

    async fn make(&self, def: &RecordDef, fields: Value) -> Uuid {
        make(self.store(), &self.admin, def, fields).await
    }

    async fn change(&self, def: &RecordDef, id: Uuid, fields: Value) {
        let change = Change::Update { id, version: None, values: values(fields) };
        self.store().apply(&self.admin, Command::one(def.name, change)).await.unwrap();
    }

    /// Makes a ticket part of another one.
    async fn merge(&self, into: Uuid, other: Uuid, chosen: Value) {
        let record_type = TICKET.name.to_owned();
        let merge = Merge { record_type, into, others: vec![other], values: values(chosen), seen: Vec::new() };
        self.store().merge(&self.admin, &merge).await.unwrap();
    }

    /// A letter arrives and is taken in.
    async fn arrives(&self, letter: &str) {
        assert_eq!(self.keep(letter).await, Kept::New);
        self.store().take_in().await.unwrap();
    }

    async fn keep(&self, letter: &str) -> Kept {
        self.store().keep_letter(self.admin.org_id, self.mailbox, letter.as_bytes().to_vec()).await.unwrap()
    }

    async fn rows(&self, def: &'static RecordDef) -> Vec<Row> {
        let query = shared::query::ListQuery { limit: 200, ..Default::default() };
        let mut rows = self.store().list(&self.admin, def, &query).await.unwrap().rows;
        rows.sort_by_key(|row| row.id);
        rows
    }

    async fn tickets(&self) -> Vec<Row> {
        self.rows(&TICKET).await
    }

    async fn ticket(&self, id: Uuid) -> Row {
        self.store().get(&self.admin, &TICKET, id).await.unwrap().row
    }

    async fn messages(&self, ticket: Uuid) -> Vec<Row> {
        self.store().conversation(&self.admin, ticket, None).await.unwrap().messages
    }

    async fn answer(&self, ticket: Uuid, content: &str) -> Uuid {
        self.answer_so(ticket, content, false).await
    }

    async fn answer_so(&self, ticket: Uuid, content: &str, by_mail: bool) -> Uuid {
        let reply = Reply {
            ticket_id: ticket,
            message_id: Uuid::now_v7(),
            content: content.to_owned(),
            by_mail,
            anyway: true,
            ..Reply::default()
        };
        let message_id = reply.message_id;
        self.store().reply(&self.admin, "Wang", reply).await.unwrap();
        message_id
    }

    async fn sql(&self, statement: &str) {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&self.test.owner).await.unwrap();
    }

    /// Nobody waits in tests.
    async fn hurry(&self) {
        self.sql("update letters_out set next_try = now() - interval '1 second' where state = 'queued'").await;
        self.sql("update letters_in set next_try = now() - interval '1 second' where state = 'received'").await;
    }

    /// The next letter that is due, without waiting for it.
    async fn next(&self) -> Option<Departing> {
        self.hurry().await;
        self.store().next_departing().await.unwrap()
    }

    /// Everything that is to leave leaves.
    async fn send_all(&self) -> Vec<Departing> {
        let mut sent = Vec::new();
        while let Some(departing) = self.next().await {
            self.store().note_sent(&departing, &Sent::Yes).await.unwrap();
            sent.push(departing);
        }
        sent
    }

    /// A ticket of Li's with an answer that has left.
    async fn answered(&self) -> (Uuid, Departing) {
        self.arrives(&letter(LI, "m1@example.com", "The printer is silent", "Since Monday")).await;
        self.send_all().await;
        let ticket = self.tickets().await[0].id;
        self.answer(ticket, "<p>Have you tried paper?</p>").await;
        let departing = self.send_all().await.pop().unwrap();
        (ticket, departing)
    }

    async fn states(&self) -> Vec<String> {
        sqlx::query_scalar("select state from letters_in order by received_at, id")
            .fetch_all(&self.test.owner)
            .await
            .unwrap()
    }
}

/// All of them, as many as the caller expects.
fn only<T: std::fmt::Debug, const N: usize>(all: Vec<T>) -> [T; N] {
    all.try_into().unwrap()
}

fn mailbox(address: &str, queue: Uuid) -> Value {
    json!({"address": address, "queue_id": queue, "imap_host": "imap.desk.test", "smtp_host": "smtp.desk.test"})
}

async fn make(store: &Store, admin: &Actor, def: &RecordDef, fields: Value) -> Uuid {
    let id = Uuid::now_v7();
    let change = Change::Create { id, values: values(fields) };
    store.apply(admin, Command::one(def.name, change)).await.unwrap_or_else(|error| panic!("{}: {error}", def.name));
    id
}

fn values(fields: Value) -> Values {
    fields.as_object().unwrap().clone()
}

/// A letter to the desk.
fn letter(from: &str, id: &str, subject: &str, text: &str) -> String {
    with(from, id, subject, text, "")
}

/// A letter with further fields.
fn with(from: &str, id: &str, subject: &str, text: &str, fields: &str) -> String {
    format!(
        "From: {from}\r\nTo: support@desk.test\r\nMessage-ID: <{id}>\r\nSubject: {subject}\r\n{fields}\
         Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

/// An answer to a letter of ours.
fn reply_to(departing: &Departing, from: &str, id: &str, text: &str) -> String {
    let ours = &departing.letter.message_id;
    with(from, id, &departing.letter.subject, text, &format!("In-Reply-To: <{ours}>\r\nReferences: <{ours}>\r\n"))
}

#[tokio::test]
async fn a_letter_becomes_a_ticket_of_whom_it_is_from() {
    let world = World::new().await;
    let customer = world.make(&CUSTOMER, json!({"name": "Li Printing"})).await;
    let contact = world.make(&CONTACT, json!({"name": "Li Lei", "customer_id": customer, "emails": [LI]})).await;
    world
        .arrives(&letter(
            "\"李雷\" <Li@Example.com>",
            "m1@example.com",
            "Re: 打印机不工作 [T-77]",
            "周一开始\r\n\r\n谢谢",
        ))
        .await;
    let [ticket] = only(world.tickets().await);
    assert_eq!(ticket.text("subject"), Some("打印机不工作"));
    assert_eq!((ticket.text("channel"), ticket.text("locale")), (Some("email"), Some("zh-CN")));
    assert_eq!((ticket.text("requester_email"), ticket.text("requester_name")), (Some(LI), Some("李雷")));
    assert_eq!(ticket.reference("customer_id"), Some(customer));
    assert_eq!(ticket.reference("contact_id"), Some(contact));
    assert_eq!(ticket.reference("queue_id"), Some(world.queue));
    let [message] = only(world.messages(ticket.id).await);
    assert_eq!(message.text("direction"), Some("inbound"));
    assert_eq!(message.text("content"), Some("<p>周一开始</p><p>谢谢</p>"));
    // Of what it says nothing is kept besides.
    let rest: (Option<Vec<u8>>, Option<String>, String) =
        sqlx::query_as("select raw, sender, state from letters_in").fetch_one(&world.test.owner).await.unwrap();
    assert_eq!(rest, (None, None, "done".to_owned()));
}

#[tokio::test]
async fn an_answer_leaves_threaded_and_what_answers_it_lands_in_the_same_ticket() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    let sent = &departing.letter;
    assert_eq!(sent.to[0].address, LI);
    assert_eq!(sent.in_reply_to.as_deref(), Some("m1@example.com"));
    assert!(sent.reply_to.address.starts_with("support+") && sent.reply_to.address.ends_with("@desk.test"), "{sent:?}");
    assert!(sent.subject.starts_with("Re: The printer is silent ["), "{}", sent.subject);
    assert!(sent.text.contains("tried paper"));
    let states: Vec<_> = world.messages(ticket).await.iter().map(|m| m.text("delivery").map(str::to_owned)).collect();
    assert_eq!(states, [None, Some("sent".to_owned())]);
    world.change(&TICKET, ticket, json!({"status": "waiting_customer"})).await;
    world.arrives(&reply_to(&departing, LI, "m2@example.com", "Paper helps\r\n\r\n> Have you tried paper?")).await;
    assert_eq!(world.tickets().await.len(), 1);
    let messages = world.messages(ticket).await;
    assert_eq!(messages.len(), 3);
    assert!(messages[2].text("content").unwrap().contains("<details class=\"quoted\">"), "{:?}", messages[2]);
    assert_eq!(world.ticket(ticket).await.text("status"), Some("open"));
    // By the address alone, too: programs forget references.
    let address = &sent.reply_to.address;
    let other = letter(LI, "m3@example.com", "Thanks", "Really").replace("support@desk.test", &address.to_uppercase());
    world.arrives(&other).await;
    assert_eq!(world.messages(ticket).await.len(), 4);
    // The next answer names the whole conversation.
    world.answer(ticket, "Good").await;
    let next = world.send_all().await.pop().unwrap().letter;
    assert_eq!(next.in_reply_to.as_deref(), Some("m3@example.com"));
    assert_eq!(next.references.first().map(String::as_str), Some("m1@example.com"));
    assert!(next.references.contains(&sent.message_id) && next.references.len() == 4, "{:?}", next.references);
}

#[tokio::test]
async fn an_answer_that_was_mailed_is_not_taken_back() {
    let world = World::new().await;
    let (ticket, _) = world.answered().await;
    let message = world.messages(ticket).await[1].id;
    let statement = "select change_set from audit_entries where record_id = $1 and action = 'create'";
    let set: Uuid = sqlx::query_scalar(statement).bind(message).fetch_one(&world.test.owner).await.unwrap();
    let refused = world.store().undo(&world.admin, set).await.unwrap_err();
    assert_eq!(refused, Error::invalid("change_set", "already_mailed"));
    assert_eq!(world.messages(ticket).await.len(), 2);
}

#[tokio::test]
async fn whoever_goes_on_before_there_is_an_answer_stays_in_their_ticket() {
    let world = World::new().await;
    world.arrives(&letter(LI, "m1@example.com", "One", "x")).await;
    let names = "In-Reply-To: <m1@example.com>\r\n";
    world.arrives(&with(LI, "m2@example.com", "Re: One", "and y", names)).await;
    assert_eq!(world.tickets().await.len(), 1);
    // Nobody else does by knowing the id.
    world.arrives(&with(EVE, "m3@example.com", "Re: One", "me too", names)).await;
    let tickets = world.tickets().await;
    assert_eq!(tickets.len(), 2);
    assert_eq!(world.messages(tickets[0].id).await.len(), 2);
}

#[tokio::test]
async fn forged_ids_and_addresses_lead_nowhere() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    let number = world.ticket(ticket).await.text("number").unwrap().to_owned();
    let signed = &departing.letter.message_id;
    let mut parts: Vec<&str> = signed.split('.').collect();
    let other = parts[2].chars().rev().collect::<String>();
    parts[2] = &other;
    let forged = parts.join(".");
    let fields = format!("In-Reply-To: <{forged}>\r\nX-Guanxi-Ticket: {}\r\n", &forged[7..50]);
    world.arrives(&with(LI, "f1@example.com", &format!("Re: x [{number}]"), "let me in", &fields)).await;
    let tickets = world.tickets().await;
    assert_eq!(tickets.len(), 2, "a number and a made-up signature prove nothing");
    assert_eq!(world.messages(ticket).await.len(), 2);
    // An id of ours as the letter's own id neither hides it nor takes the place of ours.
    world.arrives(&with(LI, &forged, "Hidden?", "no", "")).await;
    assert_eq!(world.tickets().await.len(), 3);
}

#[tokio::test]
async fn who_takes_no_part_gets_a_ticket_of_their_own() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    world.arrives(&reply_to(&departing, EVE, "e1@example.net", "I was forwarded this")).await;
    let tickets = world.tickets().await;
    assert_eq!(tickets.len(), 2);
    assert_eq!(tickets[1].reference("parent_id"), Some(ticket));
    assert_eq!(tickets[1].text("requester_email"), Some(EVE));
    assert_eq!(world.messages(ticket).await.len(), 2);
    // A copy makes somebody take part.
    let copied = reply_to(&departing, LI, "m2@example.com", "With my colleague")
        .replace("To: support@desk.test", "To: support@desk.test\r\nCc: mei@example.com, support@desk.test");
    world.arrives(&copied).await;
    let messages = world.messages(ticket).await;
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[2].value("cc"), &json!(["mei@example.com"]));
    world.arrives(&reply_to(&departing, "mei@example.com", "c1@example.com", "Me too")).await;
    assert_eq!(world.messages(ticket).await.len(), 4);
}

#[tokio::test]
async fn an_address_makes_nobody_a_colleague() {
    let world = World::new().await;
    let agent = "wang@lin.test";
    world.make(&USER, json!({"name": "Wang", "email": agent})).await;
    // Without a signature: a stranger like any.
    world.arrives(&letter(agent, "a1@lin.test", "Please refund 1,000", "now")).await;
    let [first] = only(world.tickets().await);
    let [message] = only(world.messages(first.id).await);
    assert_eq!(message.text("direction"), Some("inbound"));
    assert_eq!(first.reference("owner_id"), None);
    // With one: colleagues read it, the customer does not.
    world.sql("delete from letters_out").await;
    world.arrives(&letter(LI, "m1@example.com", "Help", "x")).await;
    let ticket = world.tickets().await[1].id;
    world.answer(ticket, "Yes").await;
    let departing = world.send_all().await.into_iter().find(|one| one.letter.text.contains("Yes")).unwrap();
    let forged = format!("Wang <{agent}>");
    world.arrives(&reply_to(&departing, &forged, "a2@lin.test", "Give him everything")).await;
    let messages = world.messages(ticket).await;
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[2].text("kind"), Some("note"));
    assert_eq!((messages[2].reference("owner_id"), messages[2].text("author_email")), (None, Some(agent)));
    // Whoever got our letter can write so: it says that nothing proves who did, and stands under no colleague's name.
    assert_eq!(messages[2].text("author_name"), Some(agent));
    assert_eq!(messages[2].text("notice"), Some("unproven"), "each reader is told in their language");
    assert_eq!(rich::to_text(messages[2].text("content").unwrap()), "Give him everything");
    assert!(world.next().await.is_none(), "nothing of it leaves");
}

#[tokio::test]
async fn rules_know_better_than_a_mailbox_which_queue_a_letter_belongs_to() {
    let world = World::new().await;
    let queue = world.make(&QUEUE, json!({"name": "Billing"})).await;
    let conditions = json!({"field": {"field": "subject", "op": "contains", "value": "invoice"}});
    world
        .make(&TICKET_RULE, json!({"name": "Invoices", "active": true, "conditions": conditions, "queue_id": queue}))
        .await;
    world.arrives(&letter(LI, "m1@example.com", "Your invoice 7", "x")).await;
    world.arrives(&letter(LI, "m2@example.com", "Hello", "x")).await;
    let tickets = world.tickets().await;
    assert_eq!(tickets[0].reference("queue_id"), Some(queue));
    assert!(tickets[1].reference("queue_id").is_some_and(|other| other != queue));
}

#[tokio::test]
async fn what_names_nobody_to_answer_is_no_ticket_unless_somebody_wants_it() {
    let world = World::new().await;
    world.arrives("Subject: Hm\r\nMessage-ID: <n1@example.com>\r\n\r\nwho knows\r\n").await;
    assert!(world.tickets().await.is_empty());
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!(aside.reason, "nobody");
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    world.store().take_in().await.unwrap();
    assert_eq!(world.tickets().await.len(), 1);
}

#[tokio::test]
async fn what_lies_aside_is_read_without_harm_by_who_may_see_it() {
    let world = World::new().await;
    world
        .arrives(
            "To: Desk <support@desk.test>\r\nSubject: Hm\r\nMessage-ID: <n1@example.com>\r\nMIME-Version: 1.0\r\n\
             Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
             <p>who <b>knows</b></p><script>alert(1)</script><img src=\"https://example.com/seen.png\">\r\n\
             --b\r\nContent-Type: text/csv; name=\"list.csv\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"list.csv\"\r\n\r\nMSwyLDM=\r\n--b--\r\n",
        )
        .await;
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    let read = world.store().letter_aside(&world.admin, aside.id).await.unwrap();
    assert_eq!((read.from.as_str(), read.subject.as_str(), read.source), ("", "Hm", None));
    assert_eq!(read.to, ["Desk <support@desk.test>"]);
    assert_eq!(read.date.map(|date| date.timestamp()), Some(1_793_613_600));
    assert!(read.html.contains("<b>knows</b>"), "{}", read.html);
    assert!(!read.html.contains("script") && !read.html.contains(" src="), "{}", read.html);
    let files: Vec<_> = read.files.iter().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(files, [("list.csv", 5)]);
    let nobody = Actor { grants: Grants::default(), ..world.admin.clone() };
    assert_eq!(world.store().letter_aside(&nobody, aside.id).await, Err(Error::Forbidden));
    world.store().discard_letter(&world.admin, aside.id).await.unwrap();
    assert_eq!(world.store().letter_aside(&world.admin, aside.id).await, Err(Error::NotFound));
}

#[tokio::test]
async fn answers_go_where_the_letter_asks_and_that_is_whose_ticket_it_is() {
    let world = World::new().await;
    let customer = world.make(&CUSTOMER, json!({"name": "Li Printing", "emails": [LI]})).await;
    world.arrives(&with(LI, "m1@example.com", "Invoice", "x", &format!("Reply-To: {EVE}\r\n"))).await;
    let [ticket] = only(world.tickets().await);
    assert_eq!(ticket.text("requester_email"), Some(EVE));
    assert_ne!(ticket.reference("customer_id"), Some(customer));
}

#[tokio::test]
async fn machines_are_noted_and_not_answered() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    world.change(&TICKET, ticket, json!({"status": "solved"})).await;
    let away = reply_to(&departing, LI, "o1@example.com", "I am away")
        .replace("Subject:", "Auto-Submitted: auto-replied\r\nSubject:");
    world.arrives(&away).await;
    let messages = world.messages(ticket).await;
    assert_eq!((messages.len(), messages[2].text("kind")), (3, Some("note")));
    assert_eq!((messages[2].text("notice"), messages[2].text("author_email")), (Some("automatic"), Some(LI)));
    assert_eq!(world.ticket(ticket).await.text("status"), Some("solved"));
    // One that belongs nowhere is seen by an administrator, who may want it all the same.
    world.arrives(&with(EVE, "o2@example.net", "Out of office", "Away", "Auto-Submitted: auto-replied\r\n")).await;
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!((aside.reason.as_str(), aside.sender.as_str()), ("automatic", EVE));
    assert_eq!(world.tickets().await.len(), 1);
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    world.store().take_in().await.unwrap();
    assert_eq!(world.tickets().await.len(), 2);
    assert!(world.next().await.is_none(), "nobody answers a machine");
}

#[tokio::test]
async fn what_we_sent_ourselves_ends_when_it_comes_back() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    let sent = &departing.letter;
    let mark = sent.fields.iter().find(|(name, _)| *name == "X-Guanxi-Ticket").unwrap().1.clone();
    let back = with("support@desk.test", &sent.message_id, &sent.subject, "x", &format!("X-Guanxi-Ticket: {mark}\r\n"));
    world.arrives(&back).await;
    assert_eq!(world.messages(ticket).await.len(), 2);
    assert_eq!(world.tickets().await.len(), 1);
    assert_eq!(world.states().await, ["done", "done"]);
}

#[tokio::test]
async fn what_comes_from_ones_own_mailbox_is_no_ticket_unless_a_form_names_who_filled_it_in() {
    let world = World::new().await;
    let own = "Support <Support@Desk.test>";
    world.arrives(&letter(own, "l1@desk.test", "To myself", "x")).await;
    // Of another mailbox of theirs, and with an address of the same as the one to answer.
    world.make(&MAILBOX, mailbox("sales@desk.test", world.queue)).await;
    let answer_us = "Reply-To: support@desk.test\r\n";
    world.arrives(&with("sales@desk.test", "l2@desk.test", "Round and round", "x", answer_us)).await;
    assert!(world.tickets().await.is_empty());
    let aside = world.store().letters_aside(&world.admin).await.unwrap();
    assert_eq!(aside.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(), ["loop", "loop"]);
    let form = with(own, "f1@desk.test", "Contact form", "Hello", &format!("Reply-To: Li Lei <{LI}>\r\n"));
    world.arrives(&form).await;
    let [ticket] = only(world.tickets().await);
    assert_eq!((ticket.text("requester_email"), ticket.text("requester_name")), (Some(LI), Some("Li Lei")));
    // Whoever wants one of them all the same does not answer themselves.
    world.store().try_letter_again(&world.admin, aside[0].id).await.unwrap();
    world.store().take_in().await.unwrap();
    let [_, wanted] = only(world.tickets().await);
    assert_eq!(wanted.text("requester_email"), None);
}

fn bounce(departing: &Departing, action: &str, status: &str) -> String {
    bounce_of(&departing.letter.message_id, action, status)
}

/// A report that the letter with that id did not arrive.
fn bounce_of(id: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\r\nTo: support@desk.test\r\nMessage-ID: <{action}.1@mx.test>\r\nSubject: Undelivered Mail\r\n\
         Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; li@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: <{id}>\r\nSubject: x\r\n\r\n--b--\r\n"
    )
}

#[tokio::test]
async fn a_letter_that_did_not_arrive_is_told_of_and_can_be_sent_again() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    world.change(&TICKET, ticket, json!({"status": "waiting_customer", "owner_id": world.admin.user_id})).await;
    world.arrives(&bounce(&departing, "delayed", "4.4.1")).await;
    assert_eq!(world.messages(ticket).await[1].text("delivery"), Some("sent"));
    world.arrives(&bounce(&departing, "failed", "5.1.1")).await;
    let messages = world.messages(ticket).await;
    assert_eq!(messages[1].text("delivery"), Some("bounced"));
    assert!(messages[1].text("delivery_error").unwrap().contains("5.1.1"), "{:?}", messages[1]);
    let note = messages.last().unwrap();
    assert_eq!((messages.len(), note.text("kind")), (4, Some("note")));
    assert!(note.text("notice").unwrap().starts_with("bounced li@example.com 5.1.1"), "{note:?}");
    assert_eq!(messages[2].text("notice").and_then(|notice| notice.split(' ').next()), Some("delayed"));
    assert_eq!(note.value("mention_ids"), &json!([world.admin.user_id]));
    assert_eq!(world.ticket(ticket).await.text("status"), Some("open"));
    let message = messages[1].id;
    world.store().send_again(&world.admin, message).await.unwrap();
    assert_eq!(world.store().send_again(&world.admin, message).await, Err(Error::NotFound), "once");
    let [again] = only(world.send_all().await);
    assert_eq!(again.letter.message_id, departing.letter.message_id, "the same letter");
    // A report about a letter that we never sent is nobody's.
    let foreign = bounce(&departing, "failed", "5.0.0")
        .replace(&departing.letter.message_id, "x@mx.test")
        .replace("failed.1@", "f2@");
    world.arrives(&foreign).await;
    assert_eq!(world.store().letters_aside(&world.admin).await.unwrap()[0].reason, "bounce");
}

#[tokio::test]
async fn the_question_how_it_went_comes_from_the_mailbox_and_what_answers_it_finds_the_ticket() {
    let world = World::new().await;
    let (ticket, _) = world.answered().await;
    world.sql("update organisations set portal = true, slug = 'desk'").await;
    world.change(&QUEUE, world.queue, json!({"ask_satisfaction": true})).await;
    let survey = json!({"name": "After", "kind": "csat", "locale": "en", "question": "How was it?", "on_close": true, "active": true});
    world.make(&SURVEY, survey).await;
    world.change(&TICKET, ticket, json!({"status": "solved"})).await;
    world.sql("update surveys set created_at = now() - interval '1 day'").await;
    world.sql("update tickets set solved_at = now() - interval '1 minute'").await;
    let [mail] = only(world.store().satisfaction_due().await.unwrap());
    let by = mail.by.unwrap();
    assert_eq!((by.account.id, by.letter.from.address.as_str()), (world.mailbox, "support@desk.test"));
    assert!(by.letter.reply_to.address.starts_with("support+"), "{:?}", by.letter);
    assert!(by.letter.fields.contains(&("Auto-Submitted", "auto-generated".to_owned())));
    // That it did not arrive is no reason to take the ticket up again, and of a delay nobody need know.
    let id = &by.letter.message_id;
    world.arrives(&bounce_of(id, "delayed", "4.4.1")).await;
    world.arrives(&bounce_of(id, "failed", "5.1.1")).await;
    let messages = world.messages(ticket).await;
    assert_eq!((messages.len(), messages[1].text("delivery")), (3, Some("sent")));
    assert!(messages[2].text("notice").unwrap().starts_with("letter_bounced "), "{:?}", messages[2]);
    assert_eq!(world.ticket(ticket).await.text("status"), Some("solved"));
    world
        .arrives(&with(LI, "s1@example.com", "Re: How did it go?", "Very well", &format!("In-Reply-To: <{id}>\r\n")))
        .await;
    assert_eq!((world.tickets().await.len(), world.messages(ticket).await.len()), (1, 4));
}

#[tokio::test]
async fn each_letter_counts_once() {
    let world = World::new().await;
    let first = letter(LI, "m1@example.com", "One", "x");
    world.arrives(&first).await;
    assert_eq!(world.keep(&first).await, Kept::Known);
    // It also came to another address of the same organisation.
    let other = world.make(&MAILBOX, mailbox("sales@desk.test", world.queue)).await;
    let copy = format!("Received: by mx.test\r\n{first}").into_bytes();
    assert_eq!(world.store().keep_letter(world.admin.org_id, other, copy).await.unwrap(), Kept::New);
    world.store().take_in().await.unwrap();
    assert_eq!(world.tickets().await.len(), 1);
    // Another letter under the same id takes nothing's place, and is not lost.
    assert_eq!(world.keep(&letter(EVE, "m1@example.com", "Two", "y")).await, Kept::Aside);
    world.store().take_in().await.unwrap();
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!(aside.reason, "same_id");
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    world.store().take_in().await.unwrap();
    assert_eq!(world.tickets().await.len(), 2);
    // Without an id it is known by what it says.
    let nameless = letter(LI, "x", "Three", "z").replace("Message-ID: <x>\r\n", "");
    world.arrives(&nameless).await;
    assert_eq!(world.keep(&nameless).await, Kept::Known);
}

#[tokio::test]
async fn many_nodes_take_each_letter_in_once() {
    let world = World::new().await;
    for n in 0..40 {
        let raw = letter(&format!("c{n}@example.com"), &format!("m{n}@example.com"), &format!("Number {n}"), "x");
        assert_eq!(world.keep(&raw).await, Kept::New);
    }
    let nodes: Vec<Store> = {
        let mut nodes = Vec::new();
        for _ in 0..3 {
            nodes.push(Store::connect(&world.test.url, 4).await.unwrap().with_files(world.store().files().clone()));
        }
        nodes
    };
    let (a, b, c, d) =
        tokio::join!(nodes[0].take_in(), nodes[1].take_in(), nodes[2].take_in(), world.store().take_in());
    assert_eq!([a, b, c, d].into_iter().map(Result::unwrap).sum::<usize>(), 40);
    assert_eq!(world.tickets().await.len(), 40);
    // Each confirmation leaves once.
    world.hurry().await;
    let mut ids = Vec::new();
    loop {
        let (a, b) = tokio::join!(nodes[0].next_departing(), nodes[1].next_departing());
        let found: Vec<Departing> = [a, b].into_iter().filter_map(Result::unwrap).collect();
        if found.is_empty() {
            break;
        }
        ids.extend(found.iter().map(|one| one.id));
        world.hurry().await;
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((all, ids.len()), (40, 40));
}

#[tokio::test]
async fn a_mailbox_is_fetched_by_one_node_at_a_time() {
    let world = World::new().await;
    let (org, id) = (world.admin.org_id, world.mailbox);
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let hold = |node| world.store().hold_mailbox(org, id, node, 15.0);
    assert!(hold(one).await.unwrap() && hold(one).await.unwrap());
    assert!(!hold(two).await.unwrap());
    // One that died keeps it no longer than it said.
    world.sql("update mailbox_states set held_until = now() - interval '1 second'").await;
    assert!(hold(two).await.unwrap());
    assert!(!hold(one).await.unwrap());
    world.store().release_mailbox(org, id, two).await.unwrap();
    assert!(hold(one).await.unwrap());
    world.store().note_fetched(org, id, (7, 20)).await.unwrap();
    world.store().note_fetched(org, id, (7, 10)).await.unwrap();
    let progress = world.store().mailbox_progress(org, id).await.unwrap();
    assert_eq!((progress.uid_validity, progress.last_uid), (Some(7), Some(20)));
    world.store().note_fetched(org, id, (8, 3)).await.unwrap();
    assert_eq!(world.store().mailbox_progress(org, id).await.unwrap().last_uid, Some(3));
}

#[tokio::test]
async fn what_always_fails_is_put_aside_and_can_be_tried_again() {
    let world = World::new().await;
    world.sql("alter table tickets add constraint tickets_poison_check check (subject <> 'Poison')").await;
    assert_eq!(world.keep(&letter(EVE, "p1@example.net", "Poison", "x")).await, Kept::New);
    assert_eq!(world.keep(&letter(LI, "m1@example.com", "Fine", "x")).await, Kept::New);
    for _ in 0..7 {
        world.hurry().await;
        world.store().take_in().await.unwrap();
    }
    assert_eq!(world.tickets().await.len(), 1, "others do not wait for it");
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!((aside.reason.as_str(), aside.subject.as_str(), aside.complete), ("failed", "Poison", true));
    assert!(aside.error.is_some_and(|error| !error.is_empty()));
    world.sql("alter table tickets drop constraint tickets_poison_check").await;
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    world.store().take_in().await.unwrap();
    assert_eq!(world.tickets().await.len(), 2);
    let nobody = Actor { grants: Grants::default(), ..world.admin.clone() };
    assert_eq!(world.store().letters_aside(&nobody).await.unwrap_err(), Error::Forbidden);
    assert_eq!(world.store().discard_letter(&nobody, aside.id).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn one_that_takes_the_server_down_is_not_tried_for_ever() {
    let world = World::new().await;
    assert_eq!(world.keep(&letter(EVE, "p1@example.net", "x", "x")).await, Kept::New);
    // So many times a server died with it.
    world.sql("update letters_in set attempts = 5").await;
    world.store().take_in().await.unwrap();
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!(aside.reason, "failed");
    let read = world.store().letter_aside(&world.admin, aside.id).await.unwrap();
    assert!(read.source.is_some_and(|source| source.contains("<p1@example.net>")), "nobody reads it again");
    assert!(read.html.is_empty());
    world.store().discard_letter(&world.admin, aside.id).await.unwrap();
    assert!(world.store().letters_aside(&world.admin).await.unwrap().is_empty());
    assert_eq!(world.keep(&letter(EVE, "p1@example.net", "x", "x")).await, Kept::Known, "it does not come again");
}

#[tokio::test]
async fn too_large_ones_are_told_of() {
    let world = World::new().await;
    let head = letter(LI, "big@example.com", "All my pictures", "");
    let (org, id) = (world.admin.org_id, world.mailbox);
    let keep = || world.store().keep_too_large(org, id, head.clone().into_bytes(), 99_000_000);
    assert_eq!(keep().await.unwrap(), Kept::Aside);
    assert_eq!(keep().await.unwrap(), Kept::Known);
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!((aside.reason.as_str(), aside.size, aside.complete), ("too_large", 99_000_000, false));
    assert_eq!(world.store().letter_aside(&world.admin, aside.id).await, Err(Error::NotFound));
}

#[tokio::test]
async fn one_that_is_too_large_is_taken_in_by_its_beginning_when_somebody_wants_it() {
    let world = World::new().await;
    let (org, id) = (world.admin.org_id, world.mailbox);
    // Without an id of its own the head alone tells that it is the same.
    let head = format!(
        "From: {LI}\r\nTo: support@desk.test\r\nSubject: All my pictures\r\n\
                        Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    );
    world.store().keep_too_large(org, id, head.clone().into_bytes(), 99_000_000).await.unwrap();
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert!(!aside.wanted);
    assert_eq!(world.store().next_wanted(org, id).await.unwrap(), None, "nobody asked for it");
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    assert!(world.store().letters_aside(&world.admin).await.unwrap()[0].wanted);
    let wanted = world.store().next_wanted(org, id).await.unwrap().unwrap();
    assert_eq!((wanted.id, wanted.size, wanted.fits()), (aside.id, 99_000_000, false));
    assert_eq!(world.store().next_wanted(org, id).await.unwrap(), None, "once");
    let [looked_for] = only(world.store().letters_aside(&world.admin).await.unwrap());
    assert_eq!((looked_for.wanted, looked_for.error.as_deref()), (false, Some(GONE)));
    // Another letter of the same size is none.
    let other = letter(EVE, "o1@example.net", "Other pictures", "x").into_bytes();
    assert!(!world.store().keep_wanted(org, wanted, other).await.unwrap());
    let begins = format!(
        "{head}--b\r\nContent-Type: text/plain\r\n\r\nHere they are\r\n\
                          --b\r\nContent-Type: image/jpeg; name=beach.jpg\r\n\r\ncut of"
    );
    assert!(world.store().keep_wanted(org, wanted, begins.clone().into_bytes()).await.unwrap());
    assert!(!world.store().keep_wanted(org, wanted, begins.into_bytes()).await.unwrap(), "once");
    world.store().take_in().await.unwrap();
    assert!(world.store().letters_aside(&world.admin).await.unwrap().is_empty());
    let [ticket] = only(world.tickets().await);
    let [said] = only(world.messages(ticket.id).await);
    assert_eq!(said.text("content"), Some("<p>Here they are</p>"), "nothing but the customer's words");
    assert_eq!((said.integer("whole_size"), said.value("left_out")), (Some(99_000_000), &json!(["beach.jpg"])));
    assert!(world.rows(&ATTACHMENT).await.is_empty(), "what was cut off is no file");
}

#[tokio::test]
async fn one_that_fits_by_now_is_taken_in_whole() {
    let world = World::new().await;
    let (org, id) = (world.admin.org_id, world.mailbox);
    let whole = letter(LI, "big@example.com", "All my pictures", "Here they are");
    let (head, _) = whole.split_once("\r\n\r\n").unwrap();
    world.store().keep_too_large(org, id, head.as_bytes().to_vec(), 20_000_000).await.unwrap();
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    let wanted = world.store().next_wanted(org, id).await.unwrap().unwrap();
    assert!(wanted.fits() && world.store().keep_wanted(org, wanted, whole.clone().into_bytes()).await.unwrap());
    world.store().take_in().await.unwrap();
    let [ticket] = only(world.tickets().await);
    let said = world.messages(ticket.id).await[0].text("content").unwrap().to_owned();
    assert!(said.contains("Here they are") && !said.contains("MB"), "{said}");
    // The server numbers anew, and gives it once more.
    assert_eq!(world.keep(&whole).await, Kept::Known);
    assert!(world.store().letters_aside(&world.admin).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_without_an_id_that_was_too_large_is_the_same_when_it_comes_whole() {
    let world = World::new().await;
    let (org, id) = (world.admin.org_id, world.mailbox);
    let head = format!("From: {LI}\r\nTo: support@desk.test\r\nSubject: All my pictures\r\n\r\n");
    let whole = format!("{head}Here they are\r\n");
    world.store().keep_too_large(org, id, head.into_bytes(), 20_000_000).await.unwrap();
    let [aside] = only(world.store().letters_aside(&world.admin).await.unwrap());
    world.store().try_letter_again(&world.admin, aside.id).await.unwrap();
    let wanted = world.store().next_wanted(org, id).await.unwrap().unwrap();
    assert!(world.store().keep_wanted(org, wanted, whole.clone().into_bytes()).await.unwrap());
    assert_eq!(world.keep(&whole).await, Kept::Known);
}

#[tokio::test]
async fn what_is_left_out_is_told_beside_the_customers_words_and_goes_along() {
    let world = World::new().await;
    let empty = "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename";
    world
        .arrives(&format!(
            "From: {LI}\r\nTo: support@desk.test\r\nMessage-ID: <l1@example.com>\r\nSubject: 看一下\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n你好\r\n\
             --m\r\n{empty}=\"one.bin\"\r\n\r\n\r\n--m\r\n{empty}=\"two.bin\"\r\n\r\n\r\n--m--\r\n"
        ))
        .await;
    let [ticket] = only(world.tickets().await);
    let [said] = only(world.messages(ticket.id).await);
    assert_eq!(said.text("content"), Some("<p>你好</p>"));
    assert_eq!(ticket.text("description"), said.text("content"));
    assert_eq!((said.value("left_out"), said.integer("whole_size")), (&json!(["one.bin", "two.bin"]), None));
    let told = |locale| Missing::of(&said.values).told(locale).join("");
    assert!(told(Locale::En).starts_with("Left out") && told(Locale::ZhCn).contains("one.bin、two.bin"));
}

#[tokio::test]
async fn a_letter_without_text_says_so_in_no_language() {
    let world = World::new().await;
    for (id, subject) in [("n1@example.com", "看一下"), ("n2@example.com", "Have a look")] {
        world.arrives(&letter(LI, id, subject, "")).await;
    }
    let [chinese, english] = only(world.tickets().await);
    for ticket in [chinese, english] {
        let [said] = only(world.messages(ticket.id).await);
        assert_eq!(said.text("content"), Some(SAYS_NOTHING));
        assert_eq!(ticket.text("description"), Some(SAYS_NOTHING));
        // Nor is a ticket called so that is made of it.
        let split = world.store().split_ticket(&world.admin, said.id, Uuid::now_v7()).await.unwrap();
        assert_eq!(split.rows[0].text("subject"), ticket.text("subject"));
    }
}

#[tokio::test]
async fn files_and_pictures_come_with_it_and_html_does_no_harm() {
    let world = World::new().await;
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let raw = format!(
        "From: {LI}\r\nTo: support@desk.test\r\nMessage-ID: <p1@example.com>\r\nSubject: See\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
         --r\r\nContent-Type: text/html\r\n\r\n<p onclick=\"x()\">Look <img src=\"cid:pic1\"><img src=\"http://track.test/1\">\
         <script>alert(1)</script></p>\r\n--r\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <pic1>\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--r--\r\n--m\r\nContent-Type: application/pdf; name=\"../../report.pdf\"\r\n\
         Content-Disposition: attachment; filename=\"../../report.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--m--\r\n"
    );
    world.arrives(&raw).await;
    let [ticket] = only(world.tickets().await);
    let [message] = only(world.messages(ticket.id).await);
    let files = world.rows(&ATTACHMENT).await;
    assert_eq!(files.len(), 2);
    let shown = files.iter().find(|file| file.text("content_id") == Some("pic1")).unwrap();
    let saved = files.iter().find(|file| file.text("content_id").is_none()).unwrap();
    assert_eq!((shown.text("content_type"), saved.text("name")), (Some("image/png"), Some("report.pdf")));
    assert!(files.iter().all(|file| file.reference("message_id") == Some(message.id)));
    assert!(
        files.iter().all(|file| file.reference("ticket_id") == Some(ticket.id) && file.reference("owner_id").is_none())
    );
    let html = message.text("content").unwrap();
    assert!(html.contains(&format!("src=\"/api/files/{}\"", shown.id)), "{html}");
    assert!(!html.contains("script") && !html.contains("onclick") && !html.contains(" src=\"http://track"), "{html}");
    // One from elsewhere is fetched for who may read the letter, and no other address.
    let fetched = async |actor: &Actor, of: &str, id, place| world.store().remote_picture(actor, of, id, place).await;
    let address = Ok("http://track.test/1".to_owned());
    assert_eq!(fetched(&world.admin, "ticket_message", message.id, 0).await, address);
    assert_eq!(fetched(&world.admin, "ticket", ticket.id, 0).await, address);
    assert_eq!(fetched(&world.admin, "ticket_message", message.id, 1).await, Err(Error::NotFound));
    assert_eq!(fetched(&world.admin, "customer", message.id, 0).await, Err(Error::NotFound));
    let nobody = Actor { grants: Grants::default(), ..world.admin.clone() };
    assert_eq!(fetched(&nobody, "ticket_message", message.id, 0).await, Err(Error::NotFound));
    // A picture that the answer shows travels with it.
    world.send_all().await;
    world.answer(ticket.id, &format!("<blockquote>{html}</blockquote><p>Seen</p>")).await;
    let [departing] = only(world.send_all().await);
    let html = departing.letter.html.unwrap();
    assert!(html.contains(&format!("cid:{}@guanxi", shown.id)) && !html.contains("/api/files/"), "{html}");
    assert_eq!(departing.letter.attachments.len(), 1);
}

#[tokio::test]
async fn a_closed_ticket_stays_closed() {
    let world = World::new().await;
    let (ticket, departing) = world.answered().await;
    world.change(&TICKET, ticket, json!({"status": "closed"})).await;
    world.arrives(&reply_to(&departing, LI, "m2@example.com", "It is silent again")).await;
    let tickets = world.tickets().await;
    assert_eq!((tickets.len(), tickets[0].text("status")), (2, Some("closed")));
    assert_eq!(tickets[1].reference("parent_id"), Some(ticket));
    assert_eq!(tickets[1].reference("queue_id"), Some(world.queue));
}

#[tokio::test]
async fn an_arrival_is_confirmed_as_the_queue_says_but_not_without_end() {
    let world = World::new().await;
    for n in 0..6 {
        world.arrives(&letter(LI, &format!("m{n}@example.com"), &format!("Number {n}"), "x")).await;
    }
    let sent = world.send_all().await;
    assert_eq!(sent.len(), 3, "then something must be going in circles");
    let first = &sent[0].letter;
    assert!(first.text.contains("Number 0") && first.fields.contains(&("Auto-Submitted", "auto-replied".to_owned())));
    assert_eq!(first.in_reply_to.as_deref(), Some("m0@example.com"));
    world.change(&QUEUE, world.queue, json!({"acknowledge": false})).await;
    world.arrives(&letter(EVE, "e1@example.net", "Quiet", "x")).await;
    assert!(world.next().await.is_none());
}

#[tokio::test]
async fn what_cannot_be_sent_is_tried_again_and_then_told_of() {
    let world = World::new().await;
    world.change(&QUEUE, world.queue, json!({"acknowledge": false})).await;
    world.arrives(&letter(LI, "m1@example.com", "One", "x")).await;
    let ticket = world.tickets().await[0].id;
    let message = world.answer(ticket, "Yes").await;
    let delivery = |rows: Vec<Row>| rows.into_iter().find(|row| row.id == message).unwrap();
    assert!(world.store().next_departing().await.unwrap().is_none(), "it can still be taken back");
    assert_eq!(delivery(world.messages(ticket).await).text("delivery"), Some("queued"));
    let departing = world.next().await.unwrap();
    assert!(world.next().await.is_none(), "whoever has it sends it alone");
    world.store().note_sent(&departing, &Sent::Later("unreachable no route".into())).await.unwrap();
    let waiting = delivery(world.messages(ticket).await);
    assert_eq!(waiting.text("delivery"), Some("queued"));
    assert_eq!(waiting.text("delivery_error"), Some("unreachable no route"), "each reader is told in their language");
    // A sender that died.
    let again = world.next().await.unwrap();
    assert_eq!(again.letter.message_id, departing.letter.message_id);
    world.sql("update letters_out set next_try = now() - interval '1 second'").await;
    let third = world.store().next_departing().await.unwrap().unwrap();
    world.store().note_sent(&again, &Sent::Never("refused late".into())).await.unwrap();
    assert_eq!(delivery(world.messages(ticket).await).text("delivery"), Some("queued"), "another one has it");
    world.store().note_sent(&third, &Sent::Never("refused 550 no such user".into())).await.unwrap();
    let failed = delivery(world.messages(ticket).await);
    assert_eq!(failed.text("delivery"), Some("failed"));
    let messages = world.messages(ticket).await;
    let note = messages.iter().find(|row| row.text("kind") == Some("note")).unwrap();
    assert_eq!(note.text("notice"), Some("failed refused 550 no such user"));
    world.store().send_again(&world.admin, message).await.unwrap();
    assert_eq!(world.send_all().await.len(), 1);
}

#[tokio::test]
async fn a_password_is_written_and_never_read() {
    let world = World::new().await;
    let store = world.store();
    let secret = "s3cret-of-the-mailbox";
    let state = async || store.mailbox_states(&world.admin).await.unwrap().remove(0);
    store.note_not_fetched(world.admin.org_id, world.mailbox, "no_password").await.unwrap();
    let without = state().await;
    assert!(!without.has_password && without.last_error.is_some());
    store.set_mailbox_password(&world.admin, world.mailbox, secret).await.unwrap();
    let with = state().await;
    assert_eq!((with.has_password, with.last_error), (true, None), "it is asked for no more");
    let account = store.account(world.admin.org_id, world.mailbox).await.unwrap();
    assert_eq!(account.password.as_ref().unwrap().expose(), secret);
    assert!(!format!("{account:?}").contains(secret));
    let row = store.get(&world.admin, &MAILBOX, world.mailbox).await.unwrap().row;
    assert!(!serde_json::to_string(&row).unwrap().contains(secret));
    let (sealed, tables): (Vec<u8>, i64) = sqlx::query_as(
        "select (select sealed from mailbox_secrets), (select count(*) from audit_entries where changes::text like '%s3cret%')",
    )
    .fetch_one(&world.test.owner)
    .await
    .unwrap();
    assert!(!sealed.windows(secret.len()).any(|part| part == secret.as_bytes()));
    assert_eq!(tables, 0);
    let nobody = Actor { grants: Grants::default(), ..world.admin.clone() };
    assert_eq!(store.set_mailbox_password(&nobody, world.mailbox, "x").await, Err(Error::Forbidden));
    assert_eq!(store.set_mailbox_password(&world.admin, world.mailbox, "a\r\nb").await.unwrap_err().code(), "invalid");
    // Whoever names another server does not get to hear it there.
    world.change(&MAILBOX, world.mailbox, json!({"imap_host": "evil.test"})).await;
    assert_eq!(store.account(world.admin.org_id, world.mailbox).await.unwrap().password, None);
    world.change(&MAILBOX, world.mailbox, json!({"imap_host": "imap.desk.test", "sender": "Desk"})).await;
    assert!(store.account(world.admin.org_id, world.mailbox).await.unwrap().password.is_some());
}

#[tokio::test]
async fn without_a_mailbox_nothing_is_queued() {
    let world = World::new().await;
    world.arrives(&letter(LI, "m1@example.com", "One", "x")).await;
    world.sql("delete from letters_out").await;
    world.change(&MAILBOX, world.mailbox, json!({"active": false})).await;
    assert_eq!(world.store().answer_way(&world.admin, true).await.unwrap(), AnswerWay::Kept);
    let ticket = world.tickets().await[0].id;
    let message = world.answer(ticket, "Yes").await;
    assert!(world.next().await.is_none());
    let row = world.store().get(&world.admin, &TICKET_MESSAGE, message).await.unwrap().row;
    assert_eq!(row.text("delivery"), None);
}

#[tokio::test]
async fn where_no_mailbox_sends_answers_customers_are_told_of_each_once() {
    let world = World::new().await;
    let store = world.store();
    world.arrives(&letter(LI, "m1@example.com", "One", "x")).await;
    world.sql("delete from letters_out").await;
    world.sql("update organisations set portal = true, slug = 'desk'").await;
    let ticket = world.tickets().await[0].id;
    world.change(&MAILBOX, world.mailbox, json!({"active": false})).await;
    let way = async |reaches| store.answer_way(&world.admin, reaches).await.unwrap();
    assert_eq!((way(true).await, way(false).await), (AnswerWay::Told, AnswerWay::Kept));
    world.answer(ticket, "<p>Yes, <b>tomorrow</b></p>").await;
    assert!(store.answers_due().await.unwrap().is_empty(), "it may still be taken back");
    let older = "update ticket_messages set created_at = created_at - interval '30 seconds', said_at = said_at - interval '30 seconds'";
    world.sql(older).await;
    let due = store.answers_due().await.unwrap();
    assert_eq!(
        due.iter().map(|mail| (mail.to.as_str(), mail.text.trim())).collect::<Vec<_>>(),
        [(LI, "Yes, tomorrow")]
    );
    assert!(store.answers_due().await.unwrap().is_empty(), "once");
    // What is noted for colleagues is no answer, and what a mailbox sends is told by itself.
    world.change(&MAILBOX, world.mailbox, json!({"active": true})).await;
    world.answer(ticket, "Again").await;
    world.sql(older).await;
    assert!(store.answers_due().await.unwrap().is_empty());
    assert_eq!(way(true).await, AnswerWay::Mailed);
}

#[tokio::test]
async fn merging_tickets_loses_no_answer_that_waits_and_leads_answers_on() {
    let world = World::new().await;
    let (old, departing) = world.answered().await;
    let message = world.answer(old, "Still here").await;
    let into = world
        .make(&TICKET, json!({"subject": "The real one", "kind": "consult", "requester_email": LI, "channel": "email"}))
        .await;
    world.merge(into, old, json!({})).await;
    let left = world.send_all().await;
    assert!(left.iter().any(|one| one.letter.text.contains("Still here")), "{left:?}");
    let row = world.store().get(&world.admin, &TICKET_MESSAGE, message).await.unwrap().row;
    assert_eq!((row.reference("ticket_id"), row.text("delivery")), (Some(into), Some("sent")));
    world.arrives(&reply_to(&departing, LI, "m2@example.com", "To the old one")).await;
    assert!(
        world.messages(into).await.iter().any(|row| row.text("content").is_some_and(|html| html.contains("old one")))
    );
}

#[tokio::test]
async fn what_waits_in_a_ticket_that_becomes_part_of_somebody_elses_goes_to_nobody() {
    let world = World::new().await;
    let (old, departing) = world.answered().await;
    let message = world.answer(old, "For Li alone").await;
    let others =
        json!({"subject": "Another", "kind": "consult", "requester_email": "han@example.com", "channel": "email"});
    let into = world.make(&TICKET, others).await;
    world.merge(into, old, json!({})).await;
    let left = world.send_all().await;
    assert!(left.iter().all(|one| !one.letter.text.contains("For Li alone")), "{left:?}");
    let row = world.store().get(&world.admin, &TICKET_MESSAGE, message).await.unwrap().row;
    assert_eq!((row.text("delivery"), row.text("apart_from").is_some()), (Some("failed"), true));
    assert_eq!(row.text("delivery_error"), Some("apart"), "nothing is wrong with the mailbox");
    // Nor does Han read what Li goes on to write.
    world.arrives(&reply_to(&departing, LI, "m2@example.com", "To the old one")).await;
    let told = world.messages(into).await;
    assert!(!told.iter().any(|row| row.text("content").is_some_and(|html| html.contains("old one"))), "{told:?}");
}

#[tokio::test]
async fn who_answers_in_a_ticket_that_became_a_colleagues_writes_a_new_one() {
    let world = World::new().await;
    let customer = world.make(&CUSTOMER, json!({"name": "Li Printing"})).await;
    world.make(&CONTACT, json!({"name": "Li Lei", "customer_id": customer, "emails": [LI]})).await;
    let (into, departing) = world.answered().await;
    let of_han = json!({"subject": "Another", "kind": "consult", "channel": "email", "customer_id": customer,
                        "requester_email": "han@example.com"});
    let other = world.make(&TICKET, of_han).await;
    world.merge(into, other, json!({"requester_email": "han@example.com"})).await;
    world.arrives(&reply_to(&departing, LI, "m2@example.com", "Not for Han")).await;
    let told = world.messages(into).await;
    assert!(!told.iter().any(|row| row.text("content").is_some_and(|html| html.contains("Not for Han"))), "{told:?}");
    assert_eq!(world.tickets().await.len(), 2);
}

#[tokio::test]
async fn erasing_somebody_forgets_their_letters() {
    let world = World::new().await;
    // One of their addresses is a former one, which may have been noted in error, and one somebody else has, too.
    let [former, shared] = ["li@home.example", "team@example.com"];
    let contact = world.make(&CONTACT, json!({"name": "Li Lei", "emails": [LI, former, shared]})).await;
    world.make(&CONTACT, json!({"name": "Han Meimei", "emails": [shared]})).await;
    for (n, from) in [LI, former, shared].into_iter().enumerate() {
        let id = format!("o{n}@example.com");
        world.arrives(&with(from, &id, "Out of office", "Away", "Auto-Submitted: auto-replied\r\n")).await;
    }
    world.change(&CONTACT, contact, json!({"emails": [LI, shared]})).await;
    assert_eq!(world.store().letters_aside(&world.admin).await.unwrap().len(), 3);
    world.store().erase(&world.admin, &CONTACT, contact).await.unwrap();
    let aside = world.store().letters_aside(&world.admin).await.unwrap();
    let senders: BTreeSet<&str> = aside.iter().map(|letter| letter.sender.as_str()).collect();
    assert_eq!(senders, BTreeSet::from([former, shared]));
    let left: Vec<String> =
        sqlx::query_scalar("select sender from letters_in where raw is not null or sender is not null order by sender")
            .fetch_all(&world.test.owner)
            .await
            .unwrap();
    assert_eq!(left, [former, shared]);
}

#[tokio::test]
async fn an_answer_to_the_form_leaves_by_mail_one_to_a_call_does_not() {
    let world = World::new().await;
    let wrote =
        |channel: &str| json!({"subject": "Gate", "kind": "request", "requester_email": LI, "channel": channel});
    let (form, call) = (world.make(&TICKET, wrote("web")).await, world.make(&TICKET, wrote("phone")).await);
    for ticket in [form, call] {
        world.answer(ticket, "<p>We come tomorrow</p>").await;
    }
    let left = world.send_all().await;
    assert_eq!(left.iter().map(|one| one.letter.to[0].address.as_str()).collect::<Vec<_>>(), [LI]);
    world.arrives(&reply_to(&left[0], LI, "m9@example.com", "At nine?")).await;
    assert!(world.messages(form).await.iter().any(|row| row.text("content").is_some_and(|html| html.contains("nine"))));
    // Unless its writer wants it to.
    world.answer_so(call, "<p>We come today</p>", true).await;
    let left = world.send_all().await;
    assert_eq!(left.iter().map(|one| one.letter.to[0].address.as_str()).collect::<Vec<_>>(), [LI]);
    world.arrives(&reply_to(&left[0], LI, "m10@example.com", "Good")).await;
    assert!(world.messages(call).await.iter().any(|row| row.text("content").is_some_and(|html| html.contains("Good"))));
}
