//! Attachments: bytes and their records come, are read and go together.

use std::path::Path;

use chrono::TimeDelta;
use futures::{TryStreamExt, stream};
use serde_json::{Value, json};
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::command::{Change, Command, Outcome, Source};
use shared::duplicates::Merge;
use shared::types::{ARTICLE, ATTACHMENT, CUSTOMER, ORGANISATION, TICKET, TICKET_MESSAGE};
use shared::{Error, FieldError, RecordDef, Result, Row, Values};
use store::files::{Bytes, Files, Limits};
use store::{Belonging, Store};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::sample::World;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

/// An organisation whose files lie in a folder that can be looked into.
struct Desk {
    world: World,
    store: Store,
    folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let folder = tempfile::tempdir().unwrap();
        let files =
            Files::folder(folder.path().join("files")).with_limits(Limits { file: 1 << 20, ..Limits::default() });
        let store = world.test.store.clone().with_files(files);
        Self { world, store, folder }
    }

    /// How many files lie in the folder.
    fn lying(&self) -> usize {
        count(self.folder.path())
    }

    fn belonging(&self, def: &RecordDef) -> Belonging {
        Belonging::to(def, self.world.base[def.name]).unwrap()
    }

    async fn attach_as(&self, actor: &Actor, def: &RecordDef, content: &'static [u8]) -> Result<Uuid> {
        self.store.attach_bytes(actor, &self.belonging(def), "a.png", content, Source::Web).await
    }

    async fn attach(&self, def: &RecordDef, content: &'static [u8]) -> Uuid {
        self.attach_as(&self.world.admin, def, content).await.unwrap()
    }

    async fn content(&self, actor: &Actor, id: Uuid) -> Result<Vec<u8>> {
        let (_, parts) = self.store.open_attachment(actor, id).await?;
        let parts: Vec<Bytes> = parts.try_collect().await?;
        Ok(parts.concat())
    }

    async fn row(&self, id: Uuid) -> Row {
        self.store.get(&self.world.admin, &ATTACHMENT, id).await.unwrap().row
    }

    async fn apply(&self, def: &RecordDef, change: Change) -> Result<Outcome> {
        self.store.apply(&self.world.admin, Command::one(def.name, change)).await
    }

    async fn orphans(&self) -> usize {
        self.store.remove_orphans_before(self.world.admin.org_id, TimeDelta::zero()).await.unwrap()
    }
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

fn values(value: Value) -> Values {
    value.as_object().unwrap().clone()
}

fn rights(of: &[(&RecordDef, TypeRights)]) -> Grants {
    Grants { types: of.iter().map(|(def, rights)| (def.name.to_owned(), *rights)).collect(), ..Grants::default() }
}

const READ: TypeRights = TypeRights {
    read: Level::All,
    create: Level::None,
    update: Level::None,
    delete: Level::None,
    export: Level::None,
    import: Level::None,
};

/// Own files only: those of others are reached through what they belong to.
const OWN: TypeRights = TypeRights { create: Level::Own, read: Level::Own, ..READ };

#[tokio::test]
async fn what_was_uploaded_is_what_is_read() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    for (def, field) in [(&TICKET, "ticket_id"), (&ARTICLE, "article_id"), (&CUSTOMER, "customer_id")] {
        let id = desk.attach(def, PNG).await;
        assert_eq!(desk.content(admin, id).await.unwrap(), PNG);
        let row = desk.row(id).await;
        assert_eq!(row.reference(field), Some(desk.world.base[def.name]));
        assert_eq!((row.text("content_type"), row.value("size")), (Some("image/png"), &json!(PNG.len())));
        assert_eq!(row.text("checksum").unwrap().len(), 64);
    }
    let of_message = desk.attach(&TICKET_MESSAGE, PNG).await;
    let message = desk.world.read(&TICKET_MESSAGE, desk.world.base["ticket_message"]).await.unwrap();
    let row = desk.row(of_message).await;
    assert_eq!(
        (row.reference("message_id"), row.reference("ticket_id")),
        (Some(message.id), message.reference("ticket_id"))
    );
    assert_eq!(desk.content(admin, of_message).await.unwrap(), PNG);
    let empty = desk.attach_as(admin, &TICKET_MESSAGE, b"").await.unwrap_err();
    assert!(matches!(&empty, Error::Invalid { fields } if fields[0].code == "upload_empty"), "{empty:?}");
    let attached = desk.store.attached(admin, desk.attach(&TICKET, PNG).await).await.unwrap();
    let some: Vec<Bytes> = desk.store.parts(&attached, Some(1..4)).await.unwrap().try_collect().await.unwrap();
    assert_eq!(some.concat(), &PNG[1..4]);
    assert!(Belonging::to(&ATTACHMENT, of_message).is_err() && Belonging::to(&shared::types::TAG, of_message).is_err());
}

#[tokio::test]
async fn files_are_added_to_what_one_may_change_and_to_tickets_one_reads() {
    let desk = Desk::new().await;
    let full = TypeRights { update: Level::All, ..READ };
    let agent =
        desk.world.colleague(rights(&[(&ATTACHMENT, OWN), (&TICKET, READ), (&CUSTOMER, READ), (&ARTICLE, full)]));
    desk.attach_as(&agent, &TICKET, PNG).await.unwrap();
    desk.attach_as(&agent, &ARTICLE, PNG).await.unwrap();
    let lying = desk.lying();
    assert_eq!(desk.attach_as(&agent, &CUSTOMER, PNG).await.unwrap_err(), Error::Forbidden);
    let blind = desk.world.colleague(rights(&[(&ATTACHMENT, OWN)]));
    assert_eq!(desk.attach_as(&blind, &TICKET, PNG).await.unwrap_err(), Error::invalid("ticket_id", "reference"));
    let reader = desk.world.colleague(rights(&[(&ATTACHMENT, READ), (&TICKET, full)]));
    assert_eq!(desk.attach_as(&reader, &TICKET, PNG).await.unwrap_err(), Error::Forbidden);
    let nowhere = desk.store.attach_bytes(&agent, &Belonging::default(), "a", PNG, Source::Web).await;
    assert_eq!(nowhere.unwrap_err(), Error::invalid("ticket_id", "belongs_nowhere"));
    for refused in [&agent, &blind, &reader] {
        let belonging = desk.belonging(&CUSTOMER);
        assert!(desk.store.may_attach(refused, &belonging).await.is_err(), "and that is known before the bytes come");
    }
    desk.store.may_attach(&agent, &desk.belonging(&TICKET)).await.unwrap();
    assert_eq!(desk.lying(), lying, "nothing is left of what was refused");

    let own = desk.attach_as(&agent, &TICKET, PNG).await.unwrap();
    let mut rights = agent.grants.clone();
    rights.types.get_mut(ATTACHMENT.name).unwrap().update = Level::Own;
    let agent = Actor { grants: rights, ..agent };
    let moved = values(json!({"customer_id": desk.world.base["customer"]}));
    let moved = Command::one(ATTACHMENT.name, Change::Update { id: own, version: None, values: moved });
    assert_eq!(desk.store.apply(&agent, moved).await.unwrap_err(), Error::Forbidden, "nor by moving it there");
}

#[tokio::test]
async fn who_reads_the_record_reads_its_files_and_nobody_else() {
    let desk = Desk::new().await;
    let (of_ticket, of_customer) = (desk.attach(&TICKET, PNG).await, desk.attach(&CUSTOMER, b"contract").await);
    let stranger = Uuid::now_v7();
    let other = |grants| Actor { user_id: stranger, ..desk.world.colleague(grants) };
    let helper = other(rights(&[(&ATTACHMENT, OWN), (&CUSTOMER, READ)]));
    assert_eq!(desk.content(&helper, of_customer).await.unwrap(), b"contract");
    let unhelpful = other(rights(&[(&ATTACHMENT, OWN)]));
    for (actor, id) in [(&unhelpful, of_ticket), (&unhelpful, of_customer), (&helper, Uuid::now_v7())] {
        assert_eq!(desk.content(actor, id).await.unwrap_err(), Error::NotFound);
    }
    let typeless = other(rights(&[(&CUSTOMER, READ), (&TICKET, READ)]));
    assert_eq!(desk.content(&typeless, of_customer).await.unwrap_err(), Error::NotFound);
    let foreign = Actor { org_id: Uuid::now_v7(), ..desk.world.admin.clone() };
    assert_eq!(desk.content(&foreign, of_ticket).await.unwrap_err(), Error::NotFound);
    assert!(desk.attach_as(&foreign, &TICKET, PNG).await.is_err());
    let received = desk.store.receive(&foreign, "a", stream::iter([Ok(Bytes::from_static(PNG))])).await.unwrap();
    let ticket = desk.belonging(&TICKET);
    let stolen = desk.store.attach(&desk.world.admin, &ticket, vec![("a".into(), received)], (Source::Web, None)).await;
    assert_eq!(stolen.unwrap_err(), Error::NotFound, "bytes stay with the organisation that sent them");
}

#[tokio::test]
async fn what_does_not_come_whole_leaves_nothing() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    let large = stream::iter((0..40).map(|_| Ok(Bytes::from(vec![7; 64 << 10]))));
    let refused = desk.store.receive(admin, "a", large).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Invalid { fields } if fields[0].code == "upload_too_large" && fields[0].params["max"] == "1")
    );
    let cut = stream::iter([Ok(Bytes::from_static(PNG)), Err(Error::invalid("file", "upload_cut"))]);
    assert_eq!(desk.store.receive(admin, "a", cut).await.unwrap_err(), Error::invalid("file", "upload_cut"));
    let alone = Change::Create {
        id: Uuid::now_v7(),
        values: values(json!({"name": "a.png", "ticket_id": desk.world.base["ticket"]})),
    };
    assert_eq!(desk.apply(&ATTACHMENT, alone).await.unwrap_err(), Error::invalid("", "upload_first"));
    assert_eq!(desk.lying(), 0);
}

#[tokio::test]
async fn an_upload_that_is_repeated_is_one() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let mut files = Vec::new();
        for name in ["a.png", "a.png"] {
            let file = desk.store.receive(admin, name, stream::iter([Ok(Bytes::from_static(PNG))])).await.unwrap();
            files.push((name.to_owned(), file));
        }
        let key = Some("once".to_owned());
        outcomes.push(desk.store.attach(admin, &desk.belonging(&TICKET), files, (Source::Api, key)).await.unwrap());
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!((outcomes[0].rows.len(), desk.lying()), (2, 2), "equal names go together");
}

#[tokio::test]
async fn files_go_when_no_record_can_come_back() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    let [kept, deleted] = [desk.attach(&TICKET, PNG).await, desk.attach(&TICKET, PNG).await];
    desk.store.receive(admin, "a", stream::iter([Ok(Bytes::from_static(PNG))])).await.unwrap();
    assert_eq!(desk.store.remove_orphans(admin.org_id).await.unwrap(), 0, "it may belong to an upload under way");
    assert_eq!(desk.orphans().await, 1, "the one that never became a record");

    let set = desk.apply(&ATTACHMENT, Change::Delete { id: deleted }).await.unwrap().change_set;
    assert_eq!(desk.content(admin, deleted).await.unwrap_err(), Error::NotFound);
    assert_eq!(desk.orphans().await, 0);
    desk.store.undo(admin, set).await.unwrap();
    assert_eq!(desk.content(admin, deleted).await.unwrap(), PNG, "an undo brings all of it back");
    let again = desk.apply(&ATTACHMENT, Change::Delete { id: deleted }).await.unwrap().change_set;
    let aged = "update audit_entries set at = at - interval '29 days' where action = 'delete'";
    sqlx::query(aged).execute(&desk.world.test.owner).await.unwrap();
    assert_eq!(desk.orphans().await, 0);
    sqlx::query(aged).execute(&desk.world.test.owner).await.unwrap();
    assert_eq!(desk.orphans().await, 1);
    let outcome = desk.store.undo(admin, again).await.unwrap();
    assert_eq!((outcome.undone, outcome.kept.len()), (0, 1), "a record without its file is not brought back");
    assert_eq!((desk.content(admin, kept).await.unwrap().as_slice(), desk.lying()), (PNG, 1));
}

#[tokio::test]
async fn taking_back_an_upload_can_be_taken_back() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    let file = desk.store.receive(admin, "a", stream::iter([Ok(Bytes::from_static(PNG))])).await.unwrap();
    let id = file.id;
    let files = vec![("a".to_owned(), file)];
    let done = desk.store.attach(admin, &desk.belonging(&TICKET), files, (Source::Web, None)).await.unwrap();
    let undone = desk.store.undo(admin, done.change_set).await.unwrap();
    assert_eq!(desk.content(admin, id).await.unwrap_err(), Error::NotFound);
    assert_eq!(desk.orphans().await, 0);
    desk.store.undo(admin, undone.change_set).await.unwrap();
    assert_eq!(desk.content(admin, id).await.unwrap(), PNG);
}

#[tokio::test]
async fn files_of_merged_records_are_those_of_the_one_that_stays() {
    let desk = Desk::new().await;
    let into = desk.world.make_with(&CUSTOMER, values(json!({"name": "Stays", "kind": "company"}))).await.id;
    let id = desk.attach(&CUSTOMER, PNG).await;
    let others = vec![desk.world.base["customer"]];
    let merge = Merge { record_type: CUSTOMER.name.to_owned(), into, others, values: Values::new(), seen: Vec::new() };
    desk.store.merge(&desk.world.admin, &merge).await.unwrap();
    assert_eq!(desk.row(id).await.reference("customer_id"), Some(into));
    assert_eq!((desk.orphans().await, desk.content(&desk.world.admin, id).await.unwrap().as_slice()), (0, PNG));
}

#[tokio::test]
async fn erasing_somebody_takes_their_files_and_conversations_at_once() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    let person = desk.world.make_with(&CUSTOMER, values(json!({"name": "Arthur Dent", "kind": "person"}))).await.id;
    let ticket = json!({"subject": "Arthur's tea", "kind": "request", "customer_id": person, "channel": "phone"});
    let ticket = desk.world.make_with(&TICKET, values(ticket)).await.id;
    let message = json!({"ticket_id": ticket, "content": "Dent wants tea"});
    let message = desk.world.make_with(&TICKET_MESSAGE, values(message)).await.id;
    let attach = async |def: &RecordDef, id: Uuid| {
        let belonging = Belonging::to(def, id).unwrap();
        desk.store.attach_bytes(admin, &belonging, "Dent.png", PNG, Source::Web).await.unwrap()
    };
    let of_person = attach(&CUSTOMER, person).await;
    let deleted = attach(&CUSTOMER, person).await;
    let of_ticket = attach(&TICKET, ticket).await;
    let of_message = attach(&TICKET_MESSAGE, message).await;
    let others = desk.attach(&CUSTOMER, PNG).await;
    let set = desk.apply(&ATTACHMENT, Change::Delete { id: deleted }).await.unwrap().change_set;
    assert_eq!(desk.lying(), 5);

    desk.store.erase(admin, &CUSTOMER, person).await.unwrap();
    assert_eq!(desk.lying(), 1, "only somebody else's is left");
    for id in [of_person, of_ticket, of_message, deleted] {
        assert_eq!(desk.store.get(admin, &ATTACHMENT, id).await.unwrap_err(), Error::NotFound);
    }
    let message = desk.world.read(&TICKET_MESSAGE, message).await.unwrap();
    assert!(!message.text("content").unwrap().contains("Dent"), "{message:?}");
    let told: bool = sqlx::query_scalar(
        "select exists (select from audit_entries where record_type in ('attachment', 'ticket_message') and changes::text ilike '%dent%')",
    )
    .fetch_one(&desk.world.test.owner)
    .await
    .unwrap();
    assert!(!told, "nor does the history");
    let outcome = desk.store.undo(admin, set).await.unwrap();
    assert_eq!((outcome.undone, outcome.kept.len()), (0, 1), "what was erased does not come back");
    assert_eq!(desk.content(admin, others).await.unwrap(), PNG);
}

#[tokio::test]
async fn names_are_kept_clean_however_they_come() {
    let desk = Desk::new().await;
    let belonging = desk.belonging(&TICKET);
    let name = "../../etc/\u{202e}gpj.bin\0";
    let id = desk
        .store
        .attach_bytes(&desk.world.admin, &belonging, name, b"\0\x01\x02".as_slice(), Source::Web)
        .await
        .unwrap();
    let row = desk.row(id).await;
    assert_eq!((row.text("name"), row.text("content_type")), (Some("gpj.bin"), Some("application/octet-stream")));
    let values = values(json!({"name": "a\u{2066}/b.txt"}));
    desk.apply(&ATTACHMENT, Change::Update { id, version: None, values }).await.unwrap();
    assert_eq!(desk.row(id).await.text("name"), Some("b.txt"));
}

#[tokio::test]
async fn which_files_are_refused_is_the_organisations_own_decision() {
    let desk = Desk::new().await;
    let admin = &desk.world.admin;
    let send = async |name: &str, content: &'static [u8]| {
        desk.store.receive(admin, name, stream::iter([Ok(Bytes::from_static(content))])).await.map(drop)
    };
    let refused = |code: &str, params: &[(&str, &str)]| -> Result<()> {
        let error = params.iter().fold(FieldError::new("file", code), |error, (name, value)| error.with(name, *value));
        Err(Error::Invalid { fields: vec![error] })
    };
    let exe = refused("upload_refused", &[("name", "a.exe"), ("ending", "exe")]);
    assert_eq!(send("a.exe", b"text").await, exe);
    let program = refused("upload_refused", &[("name", "a.png"), ("ending", "exe")]);
    assert_eq!(send("a.png", b"MZ\x90\0\x03\0\0\0").await, program, "whatever it is called");
    assert_eq!(send("a.png", b"").await, refused("upload_empty", &[("name", "a.png")]));
    assert_eq!(desk.lying(), 0, "nothing of them stays");
    send("a.html", b"<p>Text</p>").await.unwrap();

    let decide = async |list: Option<&str>| {
        let values = values(json!({"refused_files": list}));
        let change = Change::Update { id: admin.org_id, version: None, values };
        desk.apply(&ORGANISATION, change).await.unwrap().rows[0].text("refused_files").map(str::to_owned)
    };
    assert_eq!(decide(Some("HTML, .svg；*.exe")).await.as_deref(), Some("html, svg, exe"));
    assert!(send("a.html", b"<p>Text</p>").await.is_err() && send("a.bat", b"text").await.is_ok());
    assert_eq!(decide(None).await, None);
    send("a.exe", b"text").await.unwrap();
}

#[tokio::test]
async fn no_file_becomes_one_of_a_refused_type_by_another_name() {
    let desk = Desk::new().await;
    let id = desk.attach(&TICKET, PNG).await;
    let rename = async |name: &str| {
        let values = values(json!({"name": name}));
        desk.apply(&ATTACHMENT, Change::Update { id, version: None, values }).await.map(drop)
    };
    let error = FieldError::new("name", "ending_refused").with("ending", "exe");
    let refused: Result<()> = Err(Error::Invalid { fields: vec![error] });
    for name in ["setup.exe", "photo.png.EXE", "folder/setup.exe. "] {
        assert_eq!(rename(name).await, refused, "{name}");
    }
    assert_eq!(desk.row(id).await.text("name"), Some("a.png"));
    rename("photo.png").await.unwrap();

    let decided = values(json!({"refused_files": "png"}));
    let decided = Change::Update { id: desk.world.admin.org_id, version: None, values: decided };
    desk.apply(&ORGANISATION, decided).await.unwrap();
    rename("picture.PNG").await.unwrap();
    assert_eq!(desk.row(id).await.text("name"), Some("picture.PNG"), "what was there before may be called otherwise");
    rename("setup.exe").await.unwrap();
}
