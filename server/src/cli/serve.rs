//! `guanxi serve`

use super::{answer::answer, demo};
use crate::{
    assets, authorities, config::Config, database::Database, failure::Failure, mail, post, router, shutdown::Shutdown,
    telling,
};
use app::api::outgoing::Outgoing;
use clap::{ArgAction, Args, builder::FalseyValueParser};
use std::{io::ErrorKind, path::PathBuf, time::Duration};
use store::Store;
use tokio::{net::TcpListener, time::sleep};

/// How often the clocks of tickets are looked at.
const DESK_EVERY: Duration = Duration::from_secs(5);

/// How often the database is kept in order.
const UPKEEP_EVERY: Duration = Duration::from_secs(3_600);

#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Address to listen on.
    #[arg(long, env = "GUANXI_ADDR", default_value = "127.0.0.1:3000")]
    addr: String,

    /// Where people reach this server, for links in mails, e.g. https://crm.example.com; the listening address if left out.
    #[arg(long, env = "GUANXI_BASE_URL")]
    base_url: Option<String>,

    /// Mail server to send through, e.g. smtps://user:password@mail.example.com; without it no mail is sent, and the log says so.
    #[arg(long, env = "GUANXI_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,

    /// Sender of mails, e.g. "Guanxi <crm@example.com>"; made up from the base URL if left out.
    #[arg(long, env = "GUANXI_MAIL_FROM")]
    mail_from: Option<String>,

    /// PEM file with certificate authorities of your own, for mail servers whose certificates the public ones did not sign.
    #[arg(long, env = "GUANXI_CA_FILE")]
    ca_file: Option<PathBuf>,

    /// Make the demo organisation and its sign-ins available. Not for real use: the passwords are public.
    #[arg(long, env = "GUANXI_DEMO", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    demo: bool,
}

/// Serves until SIGINT or SIGTERM, then lets open requests finish and stops the embedded Postgres.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let shutdown = Shutdown::listen()?;
    // A taken port and a missing bundle are found before the database is started for nothing.
    let listener = listen(&arguments.addr).await?;
    let site = assets::Site::load()?;
    if let Some(file) = arguments.ca_file.as_ref().filter(|file| !file.as_os_str().is_empty()) {
        authorities::trust(file)?;
    }
    let database = Database::open_for_server(config).await?;
    let result = serve(&arguments, &database, site, listener, &shutdown).await;
    database.close_after(result).await
}

async fn serve(
    arguments: &Arguments,
    database: &Database,
    site: assets::Site,
    listener: TcpListener,
    shutdown: &Shutdown,
) -> Result<(), Failure> {
    let store = tokio::select! {
        prepared = prepare(database, arguments.demo) => prepared?,
        () = shutdown.requested() => return Ok(()),
    };
    let way_out = mail::way_out(arguments.smtp_url.as_deref())?;
    let outgoing = outgoing(arguments, &listener, way_out.clone())?;
    tokio::spawn(telling::run(store.clone(), outgoing.clone(), shutdown.clone()));
    let routes = router::build(store.clone(), site, shutdown.clone(), outgoing, arguments.demo);
    store.resume_imports();
    store.resume_exports();
    store.resume_undos();
    tokio::spawn(keep_up(store.clone(), shutdown.clone()));
    tokio::spawn(keep_time(store.clone(), shutdown.clone()));
    let post = tokio::spawn(post::run(store.clone(), way_out, shutdown.clone()));
    announce(&listener, arguments.demo);
    answer(listener, routes, shutdown).await;
    // Letters on their way arrive, and other nodes need not wait for the mailboxes.
    let _ = post.await;
    store.close().await;
    Ok(())
}

/// Keeps the database in order for as long as the server runs.
async fn keep_up(store: Store, shutdown: Shutdown) {
    let mut is_begin = true;
    loop {
        let begins = std::mem::take(&mut is_begin);
        let work = async {
            store.upkeep().await?;
            if begins { Ok(()) } else { store.look_for_new_duplicates().await }
        };
        let done = tokio::select! {
            done = work => done,
            () = shutdown.requested() => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "keeping the database in order failed; it is tried again in an hour");
        }
        tokio::select! {
            () = sleep(UPKEEP_EVERY) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// Looks at the clocks of tickets, and for agents who are free, for as long as the server runs.
async fn keep_time(store: Store, shutdown: Shutdown) {
    loop {
        let done = tokio::select! {
            done = store.desk_tick() => done,
            () = shutdown.requested() => return,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "looking at the clocks of tickets failed; it is tried again soon");
        }
        tokio::select! {
            () = sleep(DESK_EVERY) => {}
            () = shutdown.requested() => return,
        }
    }
}

/// How mail leaves, and where its links lead.
fn outgoing(
    arguments: &Arguments,
    listener: &TcpListener,
    way_out: Option<post::Transport>,
) -> Result<Outgoing, Failure> {
    let base_url = match (&arguments.base_url, listener.local_addr()) {
        (Some(base_url), _) => base_url.clone(),
        (None, Ok(address)) => format!("http://{address}"),
        (None, Err(_)) => format!("http://{}", arguments.addr),
    };
    mail::outgoing(&base_url, way_out, arguments.mail_from.as_deref())
}

async fn prepare(database: &Database, demo: bool) -> Result<Store, Failure> {
    database.migrate().await?;
    let store = database.store().await?;
    if demo {
        demo::ensure(&store).await?;
    }
    Ok(store)
}

async fn listen(addr: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(addr).await.map_err(|error| {
        Failure::new(match error.kind() {
            ErrorKind::AddrInUse => {
                format!("The address {addr} is already in use; stop what listens there, or set GUANXI_ADDR to another.")
            }
            ErrorKind::PermissionDenied => {
                format!("Listening on {addr} is not permitted; set GUANXI_ADDR to a port above 1023.")
            }
            ErrorKind::AddrNotAvailable => {
                format!("{addr} is not an address of this machine; set GUANXI_ADDR to one that is.")
            }
            _ => format!("GUANXI_ADDR {addr} can't be listened on: {error}; it takes the form 127.0.0.1:3000."),
        })
    })
}

/// Tells the person at the terminal where to go, once requests are really answered.
fn announce(listener: &TcpListener, demo: bool) {
    let Ok(address) = listener.local_addr() else { return };
    println!("\nGuanxi is ready at http://{address}");
    if demo {
        println!("Demo sign-ins, password guanxi-demo:");
        for name in ["admin", "manager", "rep", "rep2", "agent", "agent2"] {
            println!("  {name}@demo.guanxi.test");
        }
    }
    println!("Stop with Ctrl-C.\n");
}
