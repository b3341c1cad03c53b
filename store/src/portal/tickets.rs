//! A customer's own tickets: what is about the address that they proved to be theirs, and of it what is meant for them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::post::Missing;
use shared::{Error, Result};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::rich::for_public;
use super::survey_page::open_sql;
use super::{Portal, Visitor};
use crate::desk::{TAKEN_BACK_WITHIN, survivor};
use crate::error::from_sqlx;
use crate::intake::contacts_with;
use crate::pool::{Store, Tx};

/// Most tickets in a list.
const LISTED: i64 = 200;
/// Most messages that are shown, the newest.
const MESSAGES: i64 = 500;

/// A ticket in a list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TicketLine {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// What it waits for.
    pub status: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When somebody wrote last, as far as the customer may know.
    pub said_at: Option<DateTime<Utc>>,
}

/// A file that a visitor may have.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PublicFile {
    /// The file.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its type.
    pub content_type: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
    /// The message it came with.
    pub message_id: Option<Uuid>,
    /// Shown within the text.
    pub inline: bool,
}

/// A message that the customer wrote or got.
#[derive(Clone, Debug)]
pub struct PublicMessage {
    /// The message.
    pub id: Uuid,
    /// The customer wrote it.
    pub inbound: bool,
    /// Who said it.
    pub author: Option<String>,
    /// What was said: harmless HTML.
    pub content: String,
    /// What of it is not there.
    pub missing: Missing,
    /// When.
    pub said_at: DateTime<Utc>,
    /// Files that came with it.
    pub files: Vec<PublicFile>,
}

/// One of the visitor's tickets.
#[derive(Clone, Debug)]
pub struct OwnTicket {
    /// The ticket.
    pub id: Uuid,
    /// What lists say of it.
    pub line: TicketLine,
    /// What the customer wants.
    pub kind: String,
    /// Name of its public category.
    pub category: Option<String>,
    /// Name of the product.
    pub product: Option<String>,
    /// Number of the order.
    pub order_number: Option<String>,
    /// When it was solved.
    pub solved_at: Option<DateTime<Utc>>,
    /// What the customer said about it, from one to five.
    pub satisfaction: Option<i64>,
    /// What they say about it is still taken, or asked for the first time.
    pub may_rate: bool,
    /// Number of the ticket that it goes on from, if that is the visitor's too.
    pub parent: Option<String>,
    /// The conversation, oldest first.
    pub messages: Vec<PublicMessage>,
}

/// Condition that a ticket `t` is the holder's of the address `$2`, or of one of the contacts `$3`. Never by the company
/// alone: colleagues do not see each other's tickets.
pub(super) const OWN: &str = "t.org_id = $1 and t.archived_at is null and t.number is not null and (t.requester_email = $2 or t.contact_id = any ($3))";

/// The description of a ticket `t` as far as it is what the customer wrote: on the phone it is what a colleague noted, and so is
/// what it was changed to afterwards, or the way by which it is said to have come in. A merge that was undone left what there was.
const ASKED: &str = "case when t.channel in ('email', 'web', 'portal', 'chat', 'wechat') and not exists (
        select from audit_entries a left join change_sets c on c.org_id = a.org_id and c.id = a.change_set
        where a.org_id = t.org_id and a.record_id = t.id and a.action <> 'create' and a.changes ?| array['description', 'channel']
        and not exists (select from audit_entries b where b.org_id = a.org_id and b.record_id = a.record_id
                        and b.change_set = c.undone_by and b.changes ?| array['description', 'channel'])
        and not exists (select from change_sets u where u.org_id = c.org_id and u.id = c.undo_of and u.source = 'merge'))
    then t.description end";

/// What the customer said of how a ticket `t` went. Where a merge brought it an answer from another ticket, or somebody else whose it
/// is since, the answers of others count in the ticket's own: then it is what was answered to the letter about this one.
const SATISFACTION: &str = "case when exists (
        select from survey_responses r
        join audit_entries a on a.org_id = r.org_id and a.record_id in (r.id, t.id) and a.source = 'merge' and a.action = 'update'
        where r.org_id = t.org_id and r.ticket_id = t.id and r.archived_at is null
        and not exists (select from satisfaction_requests q
                        where q.org_id = t.org_id and q.ticket_id = t.id and q.response_id = r.id)
        and (a.record_id = r.id and a.changes #>> '{ticket_id,1}' = t.id::text
             or a.record_id = t.id and (a.changes #>> '{requester_email,0}' <> coalesce(t.requester_email, '')
                                        or a.changes #>> '{contact_id,0}' <> coalesce(t.contact_id::text, ''))))
    then (select r.score from satisfaction_requests q
          join survey_responses r on r.org_id = q.org_id and r.id = q.response_id and r.archived_at is null
          join surveys s on s.org_id = r.org_id and s.id = r.survey_id and s.kind = 'csat'
          where q.org_id = t.org_id and q.ticket_id = t.id)
    else t.satisfaction end";

/// Which of these tickets say in their description what their customers wrote and may read.
pub(crate) async fn asked_in_public(tx: &mut Tx, tickets: &[Uuid]) -> Result<Vec<Uuid>> {
    let sql = format!("select t.id from tickets t where t.org_id = $1 and t.id = any($2) and ({ASKED}) is not null");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(tx.org_id)
        .bind(tickets)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}

#[derive(FromRow)]
struct Found {
    #[sqlx(flatten)]
    line: TicketLine,
    id: Uuid,
    kind: String,
    category: Option<String>,
    product: Option<String>,
    order_number: Option<String>,
    asked: Option<String>,
    requester_name: Option<String>,
    solved_at: Option<DateTime<Utc>>,
    satisfaction: Option<i64>,
    may_rate: bool,
    parent_id: Option<Uuid>,
}

/// The contacts of a visitor.
pub(super) async fn contact_ids(tx: &mut Tx, visitor: &Visitor) -> Result<Vec<Uuid>> {
    Ok(contacts_with(tx, &visitor.email).await?.into_iter().map(|contact| contact.id).collect())
}

/// Condition that a message `m` is one that the customer sees: what they said themselves at once, an answer when nobody
/// takes it back any more; nothing that comes from the ticket of somebody else.
fn told() -> String {
    format!(
        "m.kind = 'reply' and m.archived_at is null and m.apart_from is null
         and (m.direction = 'inbound' or m.created_at <= now() - make_interval(secs => {TAKEN_BACK_WITHIN}))"
    )
}

/// What lists say of a ticket `t`.
fn line() -> String {
    format!(
        "t.number, t.subject, t.status, coalesce(t.received_at, t.created_at) as created_at,
         (select max(m.said_at) from ticket_messages m
          where m.org_id = t.org_id and m.ticket_id = t.id and {}) as said_at",
        told()
    )
}

impl Store {
    /// The visitor's tickets, the last made first; open ones before those that are done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_tickets(&self, portal: &Portal, visitor: &Visitor) -> Result<Vec<TicketLine>> {
        let mut tx = self.reading(&portal.system()).await?;
        let contacts = contact_ids(&mut tx, visitor).await?;
        sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {} from tickets t where {OWN} order by t.status in ('solved', 'closed'), t.id desc limit $4",
            line()
        )))
        .bind(portal.org_id)
        .bind(&visitor.email)
        .bind(contacts)
        .bind(LISTED)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }

    /// One of the visitor's tickets with its conversation; for one that was merged into another of theirs that other one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none with that number, or it is not theirs.
    pub async fn portal_ticket(&self, portal: &Portal, visitor: &Visitor, number: &str) -> Result<OwnTicket> {
        let mut tx = self.reading(&portal.system()).await?;
        let contacts = contact_ids(&mut tx, visitor).await?;
        let found: Found = theirs(&mut tx, visitor, &contacts, (&columns(portal), number)).await?;
        let messages = conversation(&mut tx, portal, &found).await?;
        let parent = match found.parent_id {
            Some(parent) => number_of(&mut tx, visitor, &contacts, parent).await?,
            None => None,
        };
        let Found { line, id, kind, category, product, order_number, solved_at, satisfaction, may_rate, .. } = found;
        Ok(OwnTicket {
            id,
            line,
            kind,
            category,
            product,
            order_number,
            solved_at,
            satisfaction,
            may_rate,
            parent,
            messages,
        })
    }
}

/// What a ticket's own page tells of it.
fn columns(portal: &Portal) -> String {
    let category = portal.said(portal.reader, "c", "name");
    format!(
        "{}, t.id, t.kind, t.order_number, {ASKED} as asked, t.requester_name, t.solved_at, {SATISFACTION} as satisfaction, t.parent_id,
         (select {category} from categories c where c.org_id = t.org_id and c.id = t.category_id and c.public) as category,
         (select p.name from products p where p.org_id = t.org_id and p.id = t.product_id) as product,
         coalesce((select {} from satisfaction_requests q where q.org_id = t.org_id and q.ticket_id = t.id), true) as may_rate",
        line(),
        open_sql()
    )
}

/// These columns of the visitor's ticket with that number; of one that was merged, of the one that it went into, if that is
/// theirs, too.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not theirs.
pub(super) async fn theirs<T>(
    tx: &mut Tx,
    visitor: &Visitor,
    contacts: &[Uuid],
    (columns, number): (&str, &str),
) -> Result<T>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    if let Some(found) = one(tx, visitor, contacts, (columns, number)).await? {
        return Ok(found);
    }
    let (_, number) = survivor(tx, number).await?.ok_or(Error::NotFound)?;
    one(tx, visitor, contacts, (columns, &number.ok_or(Error::NotFound)?)).await?.ok_or(Error::NotFound)
}

async fn one<T>(tx: &mut Tx, visitor: &Visitor, contacts: &[Uuid], (columns, number): (&str, &str)) -> Result<Option<T>>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select {columns} from tickets t where {OWN} and lower(t.number) = lower($4)"
    )))
    .bind(tx.org_id)
    .bind(&visitor.email)
    .bind(contacts)
    .bind(number)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

async fn number_of(tx: &mut Tx, visitor: &Visitor, contacts: &[Uuid], id: Uuid) -> Result<Option<String>> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select t.number from tickets t where {OWN} and t.id = $4")))
        .bind(tx.org_id)
        .bind(&visitor.email)
        .bind(contacts)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}

/// What was said, as it is kept.
#[derive(FromRow)]
struct Said {
    id: Uuid,
    direction: String,
    author_name: Option<String>,
    content: String,
    said_at: DateTime<Utc>,
    left_out: Option<Value>,
    whole_size: Option<i64>,
}

impl Said {
    fn missing(&self) -> Missing {
        let names = self.left_out.as_ref().and_then(Value::as_array).into_iter().flatten();
        Missing {
            left_out: names.filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            whole_size: self.whole_size.and_then(|size| u64::try_from(size).ok()),
        }
    }
}

/// What was asked and answered.
async fn conversation(tx: &mut Tx, portal: &Portal, ticket: &Found) -> Result<Vec<PublicMessage>> {
    let mut said: Vec<Said> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select m.id, m.direction, m.author_name, m.content, m.said_at, m.left_out, m.whole_size from ticket_messages m
         where m.org_id = $1 and m.ticket_id = $2 and {} order by m.said_at desc, m.id desc limit $3",
        told()
    )))
    .bind(tx.org_id)
    .bind(ticket.id)
    .bind(MESSAGES)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    said.reverse();
    let first = said.first().map(|first| (first.direction.as_str(), first.content.as_str()));
    if let Some(asked) = &ticket.asked
        && first != Some(("inbound", asked))
    {
        let entry = Said {
            id: ticket.id,
            direction: "inbound".to_owned(),
            author_name: ticket.requester_name.clone(),
            content: asked.clone(),
            said_at: ticket.line.created_at,
            left_out: None,
            whole_size: None,
        };
        said.insert(0, entry);
    }
    let files = message_files(tx, ticket.id).await?;
    let came_with =
        |said: &Said, file: &&PublicFile| file.message_id == Some(said.id) && !stands_in(file, &said.content);
    let message = |said: Said| PublicMessage {
        id: said.id,
        inbound: said.direction == "inbound",
        files: files.iter().filter(|file| came_with(&said, file)).cloned().collect(),
        content: for_public(&said.content, &portal.slug),
        missing: said.missing(),
        author: said.author_name,
        said_at: said.said_at,
    };
    Ok(said.into_iter().map(message).collect())
}

/// Whether a file is shown within the text.
fn stands_in(file: &PublicFile, content: &str) -> bool {
    file.inline || content.contains(&format!("/api/files/{}", file.id))
}

/// The files of a ticket's public messages.
async fn message_files(tx: &mut Tx, ticket_id: Uuid) -> Result<Vec<PublicFile>> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select f.id, f.name, f.content_type, f.size, f.message_id, f.content_id is not null as inline
         from attachments f
         join ticket_messages m on m.org_id = f.org_id and m.id = f.message_id and m.ticket_id = $2 and {}
         where f.org_id = $1 and f.archived_at is null order by f.id limit 1000",
        told()
    )))
    .bind(tx.org_id)
    .bind(ticket_id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// The files that illustrate an article.
pub(super) async fn article_files(tx: &mut Tx, article_id: Uuid) -> Result<Vec<PublicFile>> {
    sqlx::query_as(
        "select f.id, f.name, f.content_type, f.size, f.message_id, f.content_type like 'image/%' as inline
         from attachments f where f.org_id = $1 and f.article_id = $2 and f.archived_at is null order by f.id limit 200",
    )
    .bind(tx.org_id)
    .bind(article_id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

impl Store {
    /// A file that a visitor, or anybody, may have: one of a public article, or of a public message in one of their tickets.
    ///
    /// # Errors
    /// [`Error::NotFound`] for any other.
    pub async fn portal_file(&self, portal: &Portal, visitor: Option<&Visitor>, id: Uuid) -> Result<PublicFile> {
        let mut tx = self.reading(&portal.system()).await?;
        let contacts = match visitor {
            Some(visitor) => contact_ids(&mut tx, visitor).await?,
            None => Vec::new(),
        };
        let found: Option<PublicFile> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select f.id, f.name, f.content_type, f.size, f.message_id, false as inline from attachments f
             where f.org_id = $1 and f.id = $4 and f.archived_at is null and (
                 exists (select from articles a where a.org_id = f.org_id and a.id = f.article_id and {})
                 or exists (select from ticket_messages m join tickets t on t.org_id = m.org_id and t.id = m.ticket_id
                            where m.org_id = f.org_id and m.id = f.message_id and {} and {OWN}))",
            super::articles::PUBLIC,
            told()
        )))
        .bind(portal.org_id)
        .bind(visitor.map(|visitor| visitor.email.clone()))
        .bind(contacts)
        .bind(id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        found.ok_or(Error::NotFound)
    }
}
