//! `guanxi token`

use chrono::{TimeDelta, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::people::{account, failed, with_store};
use crate::{config::Config, failure::Failure};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Name of the organisation, where the address is known in several.
    #[arg(long, global = true)]
    organisation: Option<String>,

    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make a token that acts with a user's rights; prints it, this once.
    Create {
        /// Address of the user.
        email: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Days until it stops working; never if left out.
        #[arg(long)]
        days: Option<u16>,
    },
    /// List a user's tokens.
    List {
        /// Address of the user.
        email: String,
    },
    /// Make a token worthless.
    Revoke {
        /// Address of the user.
        email: String,
        /// The token's id, as `list` shows it.
        id: Uuid,
    },
}

/// Issues or revokes API tokens.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let Arguments { organisation, act } = arguments;
    with_store(config, async |store| {
        let (Act::Create { email, .. } | Act::List { email } | Act::Revoke { email, .. }) = &act;
        let user = account(store, email, organisation.as_deref()).await?;
        let actor = store.actor(user.org_id, user.user_id).await;
        let actor = actor.map_err(|_| Failure::new(format!("{email} is deactivated.")))?;
        match &act {
            Act::Create { name, days, .. } => {
                let expires = days.map(|days| Utc::now() + TimeDelta::days(days.into()));
                let made = store.create_api_token(&actor, name, expires).await.map_err(failed)?;
                println!("{}", made.token.expose());
            }
            Act::List { .. } => {
                for token in store.api_tokens(&actor).await.map_err(failed)? {
                    let until = token.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339());
                    println!("{}\t{}\texpires {until}", token.id, token.name);
                }
            }
            Act::Revoke { id, .. } => {
                store.revoke_api_token(&actor, *id).await.map_err(|error| match error {
                    shared::Error::NotFound => Failure::new(format!("{email} has no token {id}.")),
                    error => failed(error),
                })?;
                println!("The token is revoked.");
            }
        }
        Ok(())
    })
    .await
}
