//! `guanxi user`

use std::io::Read;

use clap::{Args, Subcommand};
use serde_json::json;
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::query::{ListQuery, MAX_PAGE, Sort};
use shared::types::{ROLE, TEAM, USER};
use shared::{RecordDef, Row};
use store::Store;
use store::auth::Invite;
use uuid::Uuid;

use super::people::{account, administrator, failed, with_store};
use crate::{config::Config, failure::Failure};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Name of the organisation, where there are several.
    #[arg(long, global = true)]
    organisation: Option<String>,

    /// Where people reach the server, for links.
    #[arg(long, env = "GUANXI_BASE_URL", default_value = "http://127.0.0.1:3000", global = true)]
    base_url: String,

    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Invite somebody; prints the link with which they choose a password.
    Create {
        /// Address to sign in with.
        email: String,
        /// Name; they may change it.
        #[arg(long)]
        name: Option<String>,
        /// Name of a role; may be given several times.
        #[arg(long = "role")]
        roles: Vec<String>,
        /// Name of the team.
        #[arg(long)]
        team: Option<String>,
    },
    /// List the users.
    List,
    /// Print a link to set a new password, or set one read from standard input.
    SetPassword {
        /// Address of the user.
        email: String,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        stdin: bool,
    },
    /// Sign somebody out everywhere and keep them out.
    Deactivate {
        /// Address of the user.
        email: String,
    },
    /// Let a deactivated user in again.
    Activate {
        /// Address of the user.
        email: String,
    },
}

/// Adds or changes people who sign in.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let Arguments { organisation, base_url, act } = arguments;
    let organisation = organisation.as_deref();
    let base_url = base_url.trim_end_matches('/');
    with_store(config, async |store| match act {
        Act::Create { email, name, roles, team } => {
            let actor = administrator(store, organisation).await?;
            let invite = invite(store, &actor, email, name, &roles, team).await?;
            let token = store.invite(&actor, invite).await.map_err(failed)?;
            println!("{base_url}/invitation?token={}", token.expose());
            Ok(())
        }
        Act::List => list(store, &administrator(store, organisation).await?).await,
        Act::SetPassword { email, stdin: true } => {
            let user = account(store, &email, organisation).await?;
            store.set_password(user.org_id, user.user_id, &first_line()?).await.map_err(failed)?;
            println!("The password of {email} is set; they are signed out everywhere.");
            Ok(())
        }
        Act::SetPassword { email, stdin: false } => {
            let user = account(store, &email, organisation).await?;
            let mails = store.request_reset(&email).await.map_err(failed)?;
            let mail = mails.into_iter().find(|mail| mail.org_name == user.org_name);
            let mail = mail.ok_or_else(|| {
                Failure::new(format!("No link can be made for {email}: deactivated, or too many were asked for."))
            })?;
            println!("{base_url}/reset?token={}", mail.token.expose());
            Ok(())
        }
        Act::Deactivate { email } => set_active(store, &email, organisation, false).await,
        Act::Activate { email } => set_active(store, &email, organisation, true).await,
    })
    .await
}

async fn invite(
    store: &Store,
    actor: &Actor,
    email: String,
    name: Option<String>,
    roles: &[String],
    team: Option<String>,
) -> Result<Invite, Failure> {
    let mut role_ids = Vec::new();
    for role in roles {
        role_ids.push(named(store, actor, &ROLE, role).await?);
    }
    let team_id = match team {
        Some(team) => Some(named(store, actor, &TEAM, &team).await?),
        None => None,
    };
    Ok(Invite { email, name, role_ids, team_id })
}

/// The record of that name.
async fn named(store: &Store, actor: &Actor, def: &'static RecordDef, name: &str) -> Result<Uuid, Failure> {
    let rows = all(store, actor, def).await?;
    let found = rows.iter().find(|row| row.text("name").is_some_and(|own| own == name));
    let names: Vec<&str> = rows.iter().filter_map(|row| row.text("name")).collect();
    found.map(|row| row.id).ok_or_else(|| {
        Failure::new(format!("There is no {} called {name}; there are: {}.", def.name, names.join(", ")))
    })
}

async fn all(store: &Store, actor: &Actor, def: &'static RecordDef) -> Result<Vec<Row>, Failure> {
    let sort = Some(Sort { field: "name".to_owned(), descending: false });
    let mut query = ListQuery { sort, limit: MAX_PAGE, ..ListQuery::default() };
    let mut rows = Vec::new();
    loop {
        let page = store.list(actor, def, &query).await.map_err(failed)?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(rows),
        }
    }
}

async fn list(store: &Store, actor: &Actor) -> Result<(), Failure> {
    for row in all(store, actor, &USER).await? {
        let state = if row.flag("active") { "active" } else { "deactivated" };
        println!("{}\t{}\t{state}", row.text("email").unwrap_or("-"), row.text("name").unwrap_or_default());
    }
    Ok(())
}

async fn set_active(store: &Store, email: &str, organisation: Option<&str>, active: bool) -> Result<(), Failure> {
    let user = account(store, email, organisation).await?;
    let actor = administrator(store, Some(&user.org_name)).await?;
    if actor.user_id == user.user_id && !active {
        return Err(Failure::new(format!("{email} is the first administrator; make another one before.")));
    }
    let values = [("active".to_owned(), json!(active))].into_iter().collect();
    let change = Change::Update { id: user.user_id, version: None, values };
    let command = Command { source: Source::System, ..Command::one(USER.name, change) };
    store.apply(&actor, command).await.map_err(failed)?;
    println!("{email} is {} now.", if active { "active" } else { "deactivated" });
    Ok(())
}

/// The first line of standard input, without its end.
fn first_line() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| Failure::new(format!("The password can't be read from standard input: {error}.")))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
