//! What the commands about people share: the store, finding who is meant, and errors as sentences.

use shared::access::Actor;
use shared::i18n::{Locale, error_message, field_error};
use store::Store;
use store::auth::Account;

use crate::{config::Config, database::Database, failure::Failure};

/// Runs `work` on the migrated store and closes it afterwards.
pub(super) async fn with_store<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Store) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::open_for_command(config).await?;
    let result = async {
        database.migrate().await?;
        let store = database.store().await?;
        let done = work(&store).await;
        store.close().await;
        done
    };
    let result = result.await;
    database.close_after(result).await
}

/// An error as one sentence for the terminal.
pub(super) fn failed(error: shared::Error) -> Failure {
    match &error {
        shared::Error::Invalid { fields } => match fields.first() {
            Some(problem) if problem.field.is_empty() => Failure::new(field_error(Locale::En, problem)),
            Some(problem) => Failure::new(format!("{}: {}", problem.field, field_error(Locale::En, problem))),
            None => Failure::new(error_message(Locale::En, &error)),
        },
        _ => Failure::new(error_message(Locale::En, &error)),
    }
}

/// The one account meant by an address, and by an organisation where several know the address.
pub(super) async fn account(store: &Store, email: &str, organisation: Option<&str>) -> Result<Account, Failure> {
    let found = store.accounts(email).await.map_err(failed)?;
    if found.is_empty() {
        return Err(Failure::new(format!("Nobody has the e-mail address {email}.")));
    }
    one(found, organisation)
}

/// An administrator of the organisation meant, as whom the command acts.
pub(super) async fn administrator(store: &Store, organisation: Option<&str>) -> Result<Actor, Failure> {
    let found = store.administrators().await.map_err(failed)?;
    if found.is_empty() {
        return Err(Failure::new("There is no organisation yet; open the server's page in a browser to set one up."));
    }
    let account = one(found, organisation)?;
    store.actor(account.org_id, account.user_id).await.map_err(failed)
}

fn one(found: Vec<Account>, organisation: Option<&str>) -> Result<Account, Failure> {
    let names: Vec<String> = found.iter().map(|account| account.org_name.clone()).collect();
    let mut fitting = found.into_iter().filter(|account| organisation.is_none_or(|name| account.org_name == name));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(Failure::new(format!("Name the organisation with --organisation; there are: {}.", names.join(", ")))),
    }
}
