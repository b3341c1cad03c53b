//! Valid records of every type, made from the declarations alone: what a new type gets its free tests from.

use std::collections::BTreeMap;

use futures::stream;
use serde_json::{Value, json};
use shared::access::{Actor, Grants, Level, TypeRights};
use shared::command::{Change, Command, Outcome, Source};
use shared::i18n::Locale;
use shared::record::{Kind, Shape};
use shared::types::REGISTRY;
use shared::{FieldDef, RecordDef, Result, Row, Values};
use store::Belonging;
use store::auth::{Client, SetUp};
use store::files::Bytes;
use uuid::Uuid;

use super::TestStore;

/// An organisation with its administrator and one record of every type to refer to.
pub(crate) struct World {
    /// The database.
    pub(crate) test: TestStore,
    /// May do everything.
    pub(crate) admin: Actor,
    /// One record of every type, by type name.
    pub(crate) base: BTreeMap<&'static str, Uuid>,
}

/// An organisation as its founder finds it; its administrator.
pub(crate) async fn founded() -> (TestStore, Actor) {
    let test = super::store().await;
    let set_up = SetUp {
        org_name: "Lin Trading".to_owned(),
        name: "Lin Yue".to_owned(),
        email: "lin@example.com".to_owned(),
        password: "a quiet mountain".to_owned(),
        locale: Locale::En,
        timezone: "Asia/Shanghai".to_owned(),
        currency: "CNY".to_owned(),
    };
    let admin = test.store.set_up(set_up, &Client::default()).await.unwrap().session.actor;
    (test, admin)
}

impl World {
    /// Sets up the organisation and makes the records, referenced types first.
    pub(crate) async fn new() -> Self {
        let (test, admin) = founded().await;
        let base = BTreeMap::from([("organisation", admin.org_id), ("user", admin.user_id)]);
        let mut world = Self { test, admin, base };
        for def in REGISTRY.iter().filter(|def| creatable(def)) {
            let row = world.make(def, 0).await;
            world.base.insert(def.name, row.id);
        }
        world
    }

    /// A colleague of the administrator's with these grants and without any record.
    pub(crate) fn colleague(&self, grants: Grants) -> Actor {
        Actor { user_id: self.base["user"], team_id: None, teams_below: Vec::new(), grants, ..self.admin.clone() }
    }

    /// Values for every field a caller may write; different numbers give different values.
    pub(crate) fn values(&self, def: &RecordDef, n: i64) -> Values {
        let fields = def.fields.iter().filter(|field| is_free(def, field));
        let given = fields.filter_map(|field| Some((field.name.to_owned(), self.value(def, field, n)?)));
        let mut values: Values = given.collect();
        if def.name == "ticket_rule" {
            // One that is tried changes the tickets of other tests.
            values.insert("active".to_owned(), json!(false));
        }
        if def.name == "mailbox" {
            // One in use sends what other tests answer.
            values.extend([("imap_host".to_owned(), json!("imap.example.com")), ("active".to_owned(), json!(false))]);
        }
        if def.name == "article" {
            values.insert("slug".to_owned(), distinct(def, "slug", n));
        }
        if def.name == "ticket_message" {
            // Whoever answers does so in their own name; what customers say can be in any.
            values.insert("direction".to_owned(), json!("inbound"));
        }
        if def.audience {
            values.insert("audience".to_owned(), json!("private"));
        }
        if def.name == "custom_field" {
            values.extend([
                ("key".to_owned(), json!(format!("key_{n}"))),
                ("record_type".to_owned(), json!("tag")),
                ("kind".to_owned(), json!("text")),
            ]);
        }
        values
    }

    fn value(&self, def: &RecordDef, field: &FieldDef, n: i64) -> Option<Value> {
        match field.kind {
            // A tree of its own would be another test.
            Kind::Reference(target) if target == def.name => None,
            Kind::Reference(target) => self.base.get(target).map(|id| json!(id)),
            Kind::References(target) => self.base.get(target).map(|id| json!([id])),
            _ => Some(value(&field.kind, n)),
        }
    }

    /// Carries out one change as the administrator.
    pub(crate) async fn apply(&self, def: &RecordDef, change: Change) -> Result<Outcome> {
        self.apply_as(&self.admin, def, change).await
    }

    /// Carries out one change as somebody.
    pub(crate) async fn apply_as(&self, actor: &Actor, def: &RecordDef, change: Change) -> Result<Outcome> {
        match change {
            Change::Create { values, .. } if def.uploaded => self.upload_as(actor, values).await,
            change => self.test.store.apply(actor, Command::one(def.name, change)).await,
        }
    }

    /// Uploads a file; its id is the store's own.
    async fn upload_as(&self, actor: &Actor, mut values: Values) -> Result<Outcome> {
        let name = values.remove("name").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let content = stream::iter([Ok(Bytes::from_static(b"a,b\n"))]);
        let file = self.test.store.receive(actor, &name, content).await?;
        self.test.store.attach(actor, &Belonging::said(values), vec![(name, file)], (Source::Web, None)).await
    }

    /// Makes a record with every field set.
    pub(crate) async fn make(&self, def: &RecordDef, n: i64) -> Row {
        self.make_with(def, self.values(def, n)).await
    }

    /// Makes a record with these values.
    pub(crate) async fn make_with(&self, def: &RecordDef, values: Values) -> Row {
        let change = Change::Create { id: Uuid::now_v7(), values };
        let outcome = self.apply(def, change).await.unwrap_or_else(|error| panic!("creating a {}: {error}", def.name));
        outcome.rows.into_iter().next().expect("the new record")
    }

    /// A record as the administrator reads it.
    pub(crate) async fn read(&self, def: &'static RecordDef, id: Uuid) -> Result<Row> {
        self.test.store.get(&self.admin, def, id).await.map(|detail| detail.row)
    }
}

/// These rights on a type, and those to read what its records are parts of: without them they can't be read either.
pub(crate) fn granting(def: &RecordDef, rights: TypeRights) -> Grants {
    let mut types = BTreeMap::new();
    grant_wholes(def, &mut types);
    types.insert(def.name.to_owned(), rights);
    Grants { types, ..Grants::default() }
}

fn grant_wholes(def: &RecordDef, types: &mut BTreeMap<String, TypeRights>) {
    for (_, whole) in def.wholes() {
        types.insert(whole.name.to_owned(), TypeRights { read: Level::All, ..TypeRights::default() });
        grant_wholes(whole, types);
    }
}

/// The organisation itself is made by setting up, once.
pub(crate) fn creatable(def: &RecordDef) -> bool {
    def.name != "organisation"
}

/// Fields that can have any value: what rules tie to other fields is left to the tests of those rules.
pub(crate) fn is_free(def: &RecordDef, field: &FieldDef) -> bool {
    let tied: &[&str] = match def.name {
        "custom_field" => &["record_type", "key", "kind", "required"],
        "role" => &["grants"],
        "stage" => &["outcome", "required_fields"],
        "opportunity" => &["pipeline_id", "closed_on", "lost_reason", "lost_note"],
        "lead" => &["status"],
        "queue" => &["routing"],
        "mailbox" => &["imap_host", "smtp_host", "active"],
        "business_calendar" => &["timezone", "hours", "holidays", "workdays"],
        "sla_policy" => &["steps"],
        "ticket" => &["status", "status_id", "snoozed_until", "solved_at", "closed_at"],
        "ticket_message" => &["kind", "direction"],
        "ticket_rule" => &["conditions", "active"],
        "reply_template" => &["shortcut", "changes"],
        "article" => &["slug", "visibility"],
        "survey" => &["kind", "questions"],
        "survey_response" => &["score"],
        _ => &[],
    };
    !field.read_only && !matches!(field.kind, Kind::Rank(_)) && !tied.contains(&field.name)
}

/// Without these a record is refused, though no field alone is required.
pub(crate) fn is_needed(def: &RecordDef, field: &str) -> bool {
    matches!(
        (def.name, field),
        ("sla_policy", "first_response_minutes")
            | ("ticket_rule", "add_tags")
            | ("reply_template", "content")
            | ("attachment", "ticket_id")
    )
}

/// All that is kept about somebody, as the file says it.
pub(crate) async fn all_about(test: &TestStore, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Value {
    let mut file = test.store.about(actor, def, id).await.unwrap();
    let mut all = Vec::new();
    while let Some(part) = file.next().await.unwrap() {
        all.extend(part);
    }
    serde_json::from_slice(&all).unwrap()
}

/// A value of a unique field, another one for each number.
pub(crate) fn distinct(def: &RecordDef, field: &str, n: i64) -> Value {
    match def.field(field) {
        _ if def.name == "article" => format!("slug-{n}").into(),
        Some(field) => value(&field.kind, n),
        None => Value::Null,
    }
}

/// A canonical value of a kind; neither in the future nor long ago.
pub(crate) fn value(kind: &Kind, n: i64) -> Value {
    let pick = |codes: &[&str]| codes[usize::try_from(n).unwrap_or_default() % codes.len()].to_owned();
    match kind {
        Kind::Text(max) => format!("关系 sample {n}").chars().take(usize::from(*max)).collect::<String>().into(),
        Kind::RichText => format!("<p>First line {n}</p><p>第二行</p>").into(),
        Kind::LongText => format!("First line {n}\n第二行").into(),
        Kind::Integer(min, max) => (min + n.rem_euclid((max - min + 1).min(1_000))).into(),
        Kind::Rating => (1 + n.rem_euclid(5)).into(),
        Kind::Decimal(scale) => format!("{n}.{}", "5".repeat(usize::from(*scale))).into(),
        Kind::Money => format!("{n}.50").into(),
        Kind::Currency => pick(&["CNY", "USD", "EUR"]).into(),
        Kind::TimeZone => pick(&["Asia/Shanghai", "Europe/Berlin", "UTC"]).into(),
        Kind::Date => (chrono::NaiveDate::default() + chrono::Days::new(n.unsigned_abs())).to_string().into(),
        Kind::DateTime => format!("2024-01-01T{:02}:{:02}:00.000000Z", n / 60 % 24, n % 60).into(),
        Kind::Bool => (n % 2 == 0).into(),
        Kind::Choice(codes) => pick(codes).into(),
        Kind::MultiChoice(codes) => json!([pick(codes)]),
        Kind::Emails | Kind::Marked => json!([format!("sample{n}@example.com")]),
        Kind::Phones => json!([format!("+86 138 0000 {n:04}")]),
        Kind::Email => format!("sample{n}@example.com").into(),
        Kind::Url => format!("https://example.com/{n}").into(),
        Kind::Address => json!({"city": "杭州", "street": format!("文三路 {n} 号")}),
        Kind::Social => json!({"wechat": format!("wx{n}")}),
        Kind::Tags => json!([format!("tag{n}")]),
        Kind::Json(Shape::Lines(_)) => json!([format!("line {n}")]),
        Kind::Json(_) => json!({"n": n}),
        Kind::Reference(_) | Kind::References(_) | Kind::Rank(_) => Value::Null,
    }
}
