//! `guanxi demo`: an organisation that looks alive, dated relative to today.

mod deals;
mod desk;
mod dice;
mod help;
mod history;
mod parties;
mod people;
mod writer;

use crate::{config::Config, database::Database, failure::Failure};
use chrono::{DateTime, Utc};
use clap::Args;
use shared::i18n::Locale;
use store::Store;
use store::auth::SetUp;

use dice::Dice;
use writer::Writer;

/// Password of every demo sign-in.
pub(crate) const PASSWORD: &str = "guanxi-demo";

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Fills the demo organisation.
pub(crate) async fn run(_arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let database = Database::open_for_command(config).await?;
    let result = async {
        database.migrate().await?;
        let store = database.store().await?;
        let filled = ensure(&store).await;
        store.close().await;
        filled
    };
    let result = result.await;
    database.close_after(result).await
}

/// Makes sure that the demo organisation is there, before a server in demo mode starts.
pub(crate) async fn ensure(store: &Store) -> Result<(), Failure> {
    let accounts = store.accounts("admin@demo.guanxi.test").await.map_err(failed)?;
    if accounts.is_empty() { fill(store, Utc::now()).await.map_err(failed) } else { Ok(()) }
}

fn failed(error: shared::Error) -> Failure {
    Failure::new(format!("The demo organisation could not be made: {error}."))
}

async fn fill(store: &Store, now: DateTime<Utc>) -> shared::Result<()> {
    let founding = SetUp {
        org_name: "关系示例 Guanxi Demo".into(),
        name: "管理员 Admin".into(),
        email: "admin@demo.guanxi.test".into(),
        password: PASSWORD.into(),
        locale: Locale::ZhCn,
        timezone: "Asia/Shanghai".into(),
        currency: "CNY".into(),
    };
    let actor = store.found(founding).await?;
    let writer = Writer { store: store.clone(), actor };
    let mut dice = Dice::new(20_240_601);
    let help = help::publish(&writer).await?;
    let staff = people::hire(&writer).await?;
    let parties = parties::meet(&writer, &mut dice, &staff, now).await?;
    let deals = deals::open(&writer, &mut dice, &staff, &parties, now).await?;
    history::live_through(&writer, &mut dice, &staff, &deals, now).await?;
    desk::answer(&writer, &mut dice, help, &staff, &parties, now).await
}
