//! Which organisation a command works in, and as whom.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::failure::Failure;

/// The organisation of that name, or the only one, and the user of that address, or its first administrator.
///
/// # Errors
/// A sentence when either is missing or not clear.
pub(crate) async fn find(
    owner: &mut PgConnection,
    name: Option<&str>,
    email: Option<&str>,
) -> Result<(Uuid, Uuid), Failure> {
    let orgs: Vec<(Uuid, String)> = sqlx::query_as(
        "select id, name from organisations where archived_at is null and ($1::text is null or lower(name) = lower($1))
         order by created_at",
    )
    .bind(name)
    .fetch_all(&mut *owner)
    .await
    .map_err(unreadable)?;
    let org = match orgs.as_slice() {
        [(id, _)] => *id,
        [] if name.is_some() => return Err(Failure::new("There is no organisation of that name.")),
        [] => return Err(Failure::new("There is no organisation yet. Start the server and set one up first.")),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
            return Err(Failure::new(format!(
                "There are several organisations; choose one with --org: {}.",
                names.join(", ")
            )));
        }
    };
    let user: Option<Uuid> = sqlx::query_scalar(
        "select u.id from users u where u.org_id = $1 and u.archived_at is null and u.active
         and case when $2::text is null
             then exists (select from roles r where r.org_id = u.org_id and r.id = any (u.role_ids) and r.archived_at is null
                          and r.grants ->> 'admin' = 'true')
             else lower(u.email) = lower($2) end
         order by u.created_at limit 1",
    )
    .bind(org)
    .bind(email)
    .fetch_optional(&mut *owner)
    .await
    .map_err(unreadable)?;
    let missing = || Failure::new("There is no such user in that organisation who may sign in.");
    user.map(|user| (org, user)).ok_or_else(missing)
}

fn unreadable(error: sqlx::Error) -> Failure {
    Failure::new(format!("The organisations can't be read: {error}."))
}
