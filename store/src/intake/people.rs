//! Whose an address is, among the records there are.

use shared::Result;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::write::tokens;

/// A contact that has an address.
pub(crate) struct Known {
    pub(crate) id: Uuid,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) name: String,
}

/// The words of an address, all of them, for the search index: through it alone an address is found quickly.
fn words(email: &str) -> String {
    tokens(email).iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" & ")
}

/// The contacts that have an address.
pub(crate) async fn contacts_with(tx: &mut Tx, email: &str) -> Result<Vec<Known>> {
    let found: Vec<(Uuid, Option<Uuid>, String)> = sqlx::query_as(
        "select c.id, c.customer_id, c.name from contacts c
         where c.org_id = $1 and c.id in (select guanxi_found('contact'::text, $2::tsquery))
           and $3 = any (c.emails) and c.archived_at is null order by c.id limit 50",
    )
    .bind(tx.org_id)
    .bind(words(email))
    .bind(email)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.into_iter().map(|(id, customer_id, name)| Known { id, customer_id, name }).collect())
}

/// Whose an address is, as far as that is plain: the one contact with it and their customer, or the one customer with it.
pub(crate) async fn holder(tx: &mut Tx, email: &str) -> Result<(Option<Uuid>, Option<Uuid>)> {
    match contacts_with(tx, email).await?.as_slice() {
        [one] => Ok((one.customer_id, Some(one.id))),
        [] => {
            let customers = customers_with(tx, email).await?;
            Ok((if let [one] = customers[..] { Some(one) } else { None }, None))
        }
        _ => Ok((None, None)),
    }
}

/// A record that has addresses.
#[derive(FromRow)]
pub(crate) struct Holder {
    pub(crate) id: Uuid,
    /// In lower case, with a space between its words.
    pub(crate) name: String,
    pub(crate) emails: Vec<String>,
    /// What may be of the same person: the contact that a lead became, a customer who is a person as such.
    pub(crate) may_be: Option<Uuid>,
}

/// Everybody who has any of some addresses: contacts, customers and leads, archived ones too. All of them are looked at: the search
/// index leaves out the end of what long records say, and who is missed here may lose what is theirs for good.
pub(crate) async fn holders(tx: &mut Tx, emails: &[String]) -> Result<Vec<Holder>> {
    if emails.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "select h.id, btrim(regexp_replace(lower(h.name), '[[:punct:][:space:]]+', ' ', 'g')) as name, h.emails, h.may_be
         from (
             select id, name, emails, null::uuid as may_be from contacts where org_id = $1 and emails && $2
             union all
             select id, name, emails, case when kind = 'person' then id end from customers where org_id = $1 and emails && $2
             union all
             select id, name, emails, contact_id from leads where org_id = $1 and emails && $2
         ) h",
    )
    .bind(tx.org_id)
    .bind(emails)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// The customers that have an address. Two are enough to tell that there are several.
async fn customers_with(tx: &mut Tx, email: &str) -> Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "select c.id from customers c
         where c.org_id = $1 and c.id in (select guanxi_found('customer'::text, $2::tsquery))
           and $3 = any (c.emails) and c.archived_at is null limit 2",
    )
    .bind(tx.org_id)
    .bind(words(email))
    .bind(email)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Whether anything that its holder may see is about an address.
pub(crate) async fn is_known(tx: &mut Tx, email: &str) -> Result<bool> {
    let wrote: bool = sqlx::query_scalar(
        "select exists (select from tickets where org_id = $1 and requester_email = $2 and archived_at is null)",
    )
    .bind(tx.org_id)
    .bind(email)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(wrote || !contacts_with(tx, email).await?.is_empty())
}

/// What the holder of an address is called: as their contact says, else as they called themselves last.
pub(crate) async fn name_of(tx: &mut Tx, email: &str, contacts: &[Known]) -> Result<Option<String>> {
    // Somebody of whom only the address was known may be called by it.
    if let [one] = contacts
        && !one.name.eq_ignore_ascii_case(email)
    {
        return Ok(Some(one.name.clone()));
    }
    let found: Option<Option<String>> = sqlx::query_scalar(
        "select requester_name from tickets where org_id = $1 and requester_email = $2 and lower(requester_name) <> $2
         order by id desc limit 1",
    )
    .bind(tx.org_id)
    .bind(email)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(found.flatten())
}
