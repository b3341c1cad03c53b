//! `guanxi restore`

use super::{backup::files_of, postgres_tool};
use crate::{config::Config, database::Database, failure::Failure};
use clap::Args;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// File that `guanxi backup` wrote.
    file: PathBuf,
}

/// Reads a backup into an empty database, all or nothing; the uploaded files beside it first, so that what fails can be
/// done again.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let file = arguments.file;
    File::open(&file).map_err(|error| Failure::new(format!("{} can't be read: {error}.", file.display())))?;
    let database = Database::open_for_command(config).await?;
    let result = restore(&file, &database).await;
    database.close_after(result).await?;
    println!("{} is restored.", file.display());
    Ok(())
}

async fn restore(file: &Path, database: &Database) -> Result<(), Failure> {
    let mut connection = database.connect_as_owner().await?;
    refuse_unless_empty(&mut connection).await?;
    let files = files_of(file);
    let has_files = files.exists();
    if has_files {
        database.files().unpack(&files).await?;
    }
    for role in roles_in(file).await? {
        make_role(&role, &mut connection).await?;
    }
    let _ = connection.close().await;
    let mut pg_restore = postgres_tool::command("pg_restore", database.url())?;
    pg_restore.args(["--no-owner", "--exit-on-error", "--single-transaction"]).arg(file);
    postgres_tool::finish(pg_restore, "Restoring").await?;
    if !has_files && tells_of_files(database).await {
        eprintln!(
            "{} is not there: attachments have no content unless their files are where they were.",
            files.display()
        );
    }
    Ok(())
}

/// Whether there are attachments. A backup of an older version knows none.
async fn tells_of_files(database: &Database) -> bool {
    let Ok(mut connection) = database.connect_as_owner().await else { return false };
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT FROM attachments)").fetch_one(&mut connection).await;
    found.unwrap_or(false)
}

async fn refuse_unless_empty(connection: &mut PgConnection) -> Result<(), Failure> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_class
         JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE relkind IN ('r', 'p') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'",
    )
    .fetch_one(connection)
    .await
    .map_err(|error| Failure::new(format!("The database can't be read: {error}.")))?;
    if tables == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "The database is not empty ({tables} tables); restore into a new one: another GUANXI_DATA folder or another DATABASE_URL."
    )))
}

/// The roles that the backup grants rights to. Roles belong to a whole server and are not part of
/// a database's dump, so a new server doesn't have them yet.
async fn roles_in(file: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut pg_restore = postgres_tool::without_database("pg_restore")?;
    pg_restore.args(["--schema-only", "--file", "-"]).arg(file);
    let output = postgres_tool::finish(pg_restore, "Reading the backup").await?;
    Ok(grantees(&String::from_utf8_lossy(&output.stdout)))
}

fn grantees(script: &str) -> BTreeSet<String> {
    let statements =
        script.lines().filter(|line| line.starts_with("GRANT ") || line.starts_with("ALTER DEFAULT PRIVILEGES "));
    let roles = statements.filter_map(|line| line.rsplit_once(" TO ")).map(|(_, role)| role);
    let names = roles
        .map(|role| role.trim_end_matches(';').trim_end_matches(" WITH GRANT OPTION").trim_matches('"').to_owned());
    names.filter(|name| name != "PUBLIC").collect()
}

/// Makes sure that the role exists and that the database's owner may act as it, as the first
/// migration does where nothing is restored.
async fn make_role(name: &str, connection: &mut PgConnection) -> Result<(), Failure> {
    let failed = |error: sqlx::Error| Failure::new(format!("The role {name} can't be made: {error}."));
    let (exists, member): (bool, bool) = sqlx::query_as(
        "SELECT count(*) > 0, coalesce(bool_or(pg_has_role(current_user, oid, 'MEMBER')), false)
         FROM pg_roles WHERE rolname = $1",
    )
    .bind(name)
    .fetch_one(&mut *connection)
    .await
    .map_err(failed)?;
    let quoted = name.replace('"', "\"\"");
    // A name can't be bound; it is quoted, and comes from the backup, whose SQL is run next anyway.
    let make = (!exists).then(|| format!("CREATE ROLE \"{quoted}\" NOLOGIN NOSUPERUSER NOBYPASSRLS"));
    let join = (!member).then(|| format!("GRANT \"{quoted}\" TO current_user"));
    for statement in make.into_iter().chain(join) {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::grantees;

    #[test]
    fn the_roles_a_backup_needs_are_read_from_its_grants() {
        let script = "CREATE TABLE t ();\n\
            GRANT SELECT,INSERT ON TABLE public.t TO guanxi_app;\n\
            GRANT USAGE ON SCHEMA public TO PUBLIC;\n\
            GRANT SELECT ON TABLE public.t TO \"the reader\" WITH GRANT OPTION;\n";
        assert_eq!(grantees(script).into_iter().collect::<Vec<_>>(), ["guanxi_app", "the reader"]);
    }
}
