//! The handlers: each turns a request into a query or a command of the store, and the answer into JSON.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use shared::access::Actor;
use shared::command::{Change, Command, Outcome, Refusal, Source};
use shared::i18n::Locale;
use shared::{Error, FieldError, RecordDef, Row, Values};
use store::Store;
use uuid::Uuid;

use super::body::{Body, idempotency_key, if_match};
use super::caller::Caller;
use super::listing::{Listing, flag};
use super::problem::{Answer, Problem};
use super::{strict, target::Target};

/// Names the change set, for the audit log and for taking it back.
pub(super) const CHANGE_SET: HeaderName = HeaderName::from_static("guanxi-change-set");

/// `GET /{plural}`
pub(super) async fn list(
    Caller(actor): Caller,
    target: Target,
    Listing(query): Listing,
    State(store): State<Store>,
) -> Answer<Json<Value>> {
    let page = store.list(&actor, target.def, &query).await?;
    let mut answer = json!({"items": page.rows, "titles": page.titles, "next": page.next});
    if let Some(total) = page.total {
        answer["total"] = total.into();
    }
    Ok(Json(answer))
}

/// `GET /{plural}/{id}`; an archived record is shown when asked for with `?archived=true`.
pub(super) async fn read(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    parts: Parts,
) -> Answer<Response> {
    let archived = flag(&parts, "archived")?;
    let id = target.id()?;
    let row = store.get_or_merged(&actor, target.def, id).await?.row;
    if row.id != id {
        let location = format!("/api/v1/{}/{}", target.def.plural, row.id);
        return Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response());
    }
    if row.text("archived_at").is_some() && !archived {
        return Err(Error::NotFound.into());
    }
    Ok(with_version(&row))
}

/// `POST /{plural}`
pub(super) async fn create(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    headers: HeaderMap,
    Body(mut values): Body,
) -> Answer<Response> {
    let def = creatable(target.def)?;
    let id = take_id(&mut values)?.unwrap_or_else(Uuid::now_v7);
    strict::check(def, &values)?;
    let key = idempotency_key(&headers)?;
    let (change_set, row) = apply(&store, &actor, def, Change::Create { id, values }, key).await?;
    let row = row.ok_or_else(|| store::internal("a new record is missing from the outcome"))?;
    let location = format!("/api/v1/{}/{}", def.plural, row.id);
    let headers = [(header::LOCATION, location), (CHANGE_SET, change_set.to_string())];
    Ok((StatusCode::CREATED, headers, with_version(&row)).into_response())
}

/// `PATCH /{plural}/{id}`; the version the caller saw comes as `If-Match` or as `version` in the body.
pub(super) async fn change(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    headers: HeaderMap,
    Body(mut values): Body,
) -> Answer<Response> {
    let id = target.id()?;
    let version = take_version(&mut values)?.or(if_match(&headers)?);
    strict::check(target.def, &values)?;
    let key = idempotency_key(&headers)?;
    let change = Change::Update { id, version, values };
    let (change_set, row) = apply_live(&store, &actor, target.def, change, key).await?;
    let row = row.ok_or_else(|| store::internal("a changed record is missing from the outcome"))?;
    Ok(([(CHANGE_SET, change_set.to_string())], with_version(&row)).into_response())
}

/// `DELETE /{plural}/{id}` archives; with `?permanent=true` the record is deleted.
pub(super) async fn remove(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    headers: HeaderMap,
    parts: Parts,
) -> Answer<Response> {
    let (def, id) = (creatable(target.def)?, target.id()?);
    let key = idempotency_key(&headers)?;
    let (change_set, _) = if flag(&parts, "permanent")? {
        apply(&store, &actor, def, Change::Delete { id }, key).await?
    } else {
        apply_live(&store, &actor, def, Change::Archive { id }, key).await?
    };
    Ok((StatusCode::NO_CONTENT, [(CHANGE_SET, change_set.to_string())]).into_response())
}

/// `POST /{plural}/{id}/restore` brings an archived record back.
pub(super) async fn restore(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    headers: HeaderMap,
) -> Answer<Response> {
    let def = creatable(target.def)?;
    let change = Change::Restore { id: target.id()? };
    let (change_set, row) = apply(&store, &actor, def, change, idempotency_key(&headers)?).await?;
    let row = row.ok_or_else(|| store::internal("a restored record is missing from the outcome"))?;
    Ok(([(CHANGE_SET, change_set.to_string())], with_version(&row)).into_response())
}

/// `POST /{plural}/bulk`: many changes at once. What was refused is listed; with `all_or_nothing` it refuses the rest.
pub(super) async fn bulk(
    Caller(actor): Caller,
    target: Target,
    State(store): State<Store>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer<Response> {
    let def = creatable(target.def)?;
    let Bulk { changes, places, refused, all_or_nothing } = bulk_changes(def, body)?;
    let command = Command {
        idempotency_key: idempotency_key(&headers)?,
        all_or_nothing,
        source: Source::Api,
        record_type: def.name.to_owned(),
        changes,
        ..Command::default()
    };
    let applied = match refused.is_empty() {
        true => store.apply(&actor, command).await?,
        false => rest(&store, &actor, command).await?,
    };
    let outcome = placed(applied, &places, refused);
    let done = outcome.refused.is_empty() || !all_or_nothing;
    let status = if done { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let content_type = if done { "application/json" } else { "application/problem+json" };
    Ok((status, [(header::CONTENT_TYPE, content_type)], Json(bulk_document(&outcome, done))).into_response())
}

/// Carries out what is left of a bulk request of which some was refused: a single change is answered for like one of several.
async fn rest(store: &Store, actor: &Actor, command: Command) -> Answer<Outcome> {
    let nothing = |refused| Outcome { change_set: Uuid::now_v7(), rows: Vec::new(), refused, unchanged: 0 };
    let id = match command.changes.as_slice() {
        [] => return Ok(nothing(Vec::new())),
        [only] => Some(only.id()),
        _ => None,
    };
    let is_about_key = |fields: &[FieldError]| fields.iter().any(|error| error.field == "idempotency_key");
    match (store.apply(actor, command).await, id) {
        (Err(Error::Invalid { fields }), Some(_)) if is_about_key(&fields) => Err(Error::Invalid { fields }.into()),
        (
            Err(error @ (Error::Invalid { .. } | Error::Forbidden | Error::NotFound | Error::Conflict { .. })),
            Some(id),
        ) => Ok(nothing(vec![Refusal { index: 0, id, error }])),
        (result, _) => Ok(result?),
    }
}

/// The outcome with the places that changes have in the request, and what never became one.
fn placed(mut outcome: Outcome, places: &[usize], refused: Vec<Refusal>) -> Outcome {
    for refusal in &mut outcome.refused {
        refusal.index = places.get(refusal.index).copied().unwrap_or(refusal.index);
    }
    outcome.refused.extend(refused);
    outcome.refused.sort_by_key(|refusal| refusal.index);
    outcome
}

fn bulk_document(outcome: &Outcome, done: bool) -> Value {
    let refused: Vec<Value> = outcome
        .refused
        .iter()
        .map(|refusal| {
            let problem = Problem::from(refusal.error.clone()).document(Locale::En);
            json!({"index": refusal.index, "id": refusal.id, "problem": problem})
        })
        .collect();
    if done {
        return json!({"change_set": outcome.change_set, "items": outcome.rows, "refused": refused});
    }
    let mut document = Problem::from(Error::Invalid { fields: Vec::new() }).document(Locale::En);
    document["refused"] = refused.into();
    document
}

/// A bulk request.
struct Bulk {
    changes: Vec<Change>,
    /// Where each of them stands in the request.
    places: Vec<usize>,
    /// Those whose values aren't what the document promises.
    refused: Vec<Refusal>,
    all_or_nothing: bool,
}

/// The changes of a bulk request, each checked as strictly as a single one. Of several, unless all are to hold, those with values
/// that aren't what the document promises are refused by themselves.
fn bulk_changes(def: &RecordDef, mut body: Map<String, Value>) -> Answer<Bulk> {
    let all_or_nothing = match body.remove("all_or_nothing") {
        None => false,
        Some(Value::Bool(flag)) => flag,
        Some(_) => return Err(FieldError::new("all_or_nothing", "boolean").into()),
    };
    let Some(Value::Array(sent)) = body.remove("changes") else {
        return Err(FieldError::new("changes", "list").into());
    };
    if let Some(unknown) = body.keys().next() {
        return Err(FieldError::new(unknown, "unknown_field").into());
    }
    let together = all_or_nothing || sent.len() == 1;
    match sent.len() {
        0 => return Err(FieldError::new("changes", "required").into()),
        count if count > store::MAX_BATCH => {
            return Err(FieldError::new("changes", "too_many").with("max", store::MAX_BATCH).into());
        }
        _ => {}
    }
    let mut bulk = Bulk { changes: Vec::new(), places: Vec::new(), refused: Vec::new(), all_or_nothing };
    for (index, sent) in sent.into_iter().enumerate() {
        let change = bulk_change(index, sent)?;
        match strict_values(def, &change) {
            Ok(()) => {
                bulk.changes.push(change);
                bulk.places.push(index);
            }
            Err(Error::Invalid { fields }) if together => {
                let fields = fields.into_iter().map(|error| placed_field(index, error)).collect();
                return Err(Error::Invalid { fields }.into());
            }
            Err(error) => bulk.refused.push(Refusal { index, id: change.id(), error }),
        }
    }
    Ok(bulk)
}

/// Refuses values of a change that aren't what the document promises.
fn strict_values(def: &RecordDef, change: &Change) -> Result<(), Error> {
    match change {
        Change::Create { values, .. } | Change::Update { values, .. } => strict::check(def, values),
        _ => Ok(()),
    }
}

/// A problem by its place in the request.
fn placed_field(at: usize, error: FieldError) -> FieldError {
    FieldError { field: format!("changes[{at}].{}", error.field), ..error }
}

fn bulk_change(at: usize, sent: Value) -> Answer<Change> {
    let place = |error: FieldError| placed_field(at, error);
    let mut sent = match sent {
        Value::Object(sent) => sent,
        _ => return Err(place(FieldError::new("", "object")).into()),
    };
    if sent.get("do").and_then(Value::as_str) == Some("create") && !sent.contains_key("id") {
        sent.insert("id".to_owned(), json!(Uuid::now_v7()));
    }
    let known = |name: &&String| !matches!(name.as_str(), "do" | "id" | "version" | "values");
    if let Some(unknown) = sent.keys().find(known) {
        return Err(place(FieldError::new(unknown, "unknown_field")).into());
    }
    let change = serde_json::from_value(Value::Object(sent));
    Ok(change.map_err(|_| place(FieldError::new("", "malformed")))?)
}

async fn apply(
    store: &Store,
    actor: &Actor,
    def: &RecordDef,
    change: Change,
    key: Option<String>,
) -> Answer<(Uuid, Option<Row>)> {
    Ok(single(store.apply(actor, command(def, change, key)).await?))
}

/// As [`apply`], for changes of what isn't archived: an archived record is gone until it is restored. A repeated request
/// gets the answer of the first, which may have archived it.
async fn apply_live(
    store: &Store,
    actor: &Actor,
    def: &'static RecordDef,
    change: Change,
    key: Option<String>,
) -> Answer<(Uuid, Option<Row>)> {
    let id = change.id();
    let command = command(def, change, key);
    if let Some(outcome) = store.repeated(actor, &command).await? {
        return Ok(single(outcome));
    }
    if store.get(actor, def, id).await?.row.text("archived_at").is_some() {
        return Err(Error::NotFound.into());
    }
    Ok(single(store.apply(actor, command).await?))
}

fn command(def: &RecordDef, change: Change, idempotency_key: Option<String>) -> Command {
    Command { source: Source::Api, idempotency_key, ..Command::one(def.name, change) }
}

fn single(outcome: Outcome) -> (Uuid, Option<Row>) {
    (outcome.change_set, outcome.rows.into_iter().next())
}

/// The organisation itself is neither made nor removed.
fn creatable(def: &'static RecordDef) -> Answer<&'static RecordDef> {
    if super::openapi::is_fixed(def) { Err(Error::NotFound.into()) } else { Ok(def) }
}

fn take_id(values: &mut Values) -> Answer<Option<Uuid>> {
    match values.remove("id") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if id.len() == 36 && id.parse::<Uuid>().is_ok() => Ok(id.parse().ok()),
        Some(_) => Err(FieldError::new("id", "reference").into()),
    }
}

fn take_version(values: &mut Values) -> Answer<Option<i64>> {
    match values.remove("version") {
        None | Some(Value::Null) => Ok(None),
        Some(version) => match version.as_i64().filter(|version| *version >= 1) {
            Some(version) => Ok(Some(version)),
            None => Err(FieldError::new("version", "integer").into()),
        },
    }
}

/// The record with its version as `ETag`.
fn with_version(row: &Row) -> Response {
    ([(header::ETAG, format!("\"{}\"", row.version))], Json(json!(row))).into_response()
}
