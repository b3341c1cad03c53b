//! Locks that go by a name and last until a transaction ends. Each is somebody's: mostly an organisation's.

use shared::Result;
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::Tx;

/// Takes a lock by one of Postgres's functions. All take the key from here: two that made it differently would keep nobody apart.
macro_rules! taken {
    ($function:literal) => {
        concat!("select ", $function, "(hashtextextended($1 || ' ' || $2::text, 0))")
    };
}

/// Waits until nobody else has the lock of the transaction's organisation; until the transaction ends nobody will.
pub(crate) async fn nobody_else(tx: &mut Tx, what: &str) -> Result<()> {
    let org_id = tx.org_id;
    nobody_else_at(tx, what, org_id).await
}

/// The same with a lock that is not an organisation's, but of something in it.
pub(crate) async fn nobody_else_at(tx: &mut Tx, what: &str, whose: Uuid) -> Result<()> {
    let lock = sqlx::query(taken!("pg_advisory_xact_lock")).bind(what).bind(whose);
    lock.execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

/// Whether nobody else has the lock at the moment; then until the transaction ends nobody will.
pub(crate) async fn alone(tx: &mut Tx, what: &str) -> Result<bool> {
    let lock = sqlx::query_scalar(taken!("pg_try_advisory_xact_lock")).bind(what).bind(tx.org_id);
    lock.fetch_one(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Waits until nobody has the lock alone; until the transaction ends nobody will, but others may share it.
pub(crate) async fn nobody_alone(tx: &mut Tx, what: &str) -> Result<()> {
    let lock = sqlx::query(taken!("pg_advisory_xact_lock_shared")).bind(what).bind(tx.org_id);
    lock.execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(())
}

/// Whether nobody has the lock alone at the moment; then until the transaction ends nobody will, but others may share it.
pub(crate) async fn is_shared(tx: &mut Tx, what: &str) -> Result<bool> {
    let lock = sqlx::query_scalar(taken!("pg_try_advisory_xact_lock_shared")).bind(what).bind(tx.org_id);
    lock.fetch_one(&mut *tx.inner).await.map_err(from_sqlx)
}
