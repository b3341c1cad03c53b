//! Ctrl-C and SIGTERM: heard once, obeyed everywhere.

use crate::failure::Failure;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// A wish to stop that any task can wait for. Long-lived streams must end when it comes, or the
/// server waits for them until its drain time is over.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Starts listening for SIGINT and SIGTERM; a second signal ends the process at once.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let interrupt = hear(SignalKind::interrupt())?;
        let terminate = hear(SignalKind::terminate())?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(announce(interrupt, terminate, sender));
        Ok(Self(receiver))
    }

    /// Resolves as soon as stopping was asked for, at once if it already was.
    pub(crate) async fn requested(&self) {
        let mut receiver = self.0.clone();
        // An error means that the announcing task is gone, and then the runtime is going down too.
        let _ = receiver.wait_for(|requested| *requested).await;
    }
}

fn hear(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::new(format!("Signals can't be received: {error}.")))
}

async fn announce(mut interrupt: Signal, mut terminate: Signal, sender: watch::Sender<bool>) {
    either(&mut interrupt, &mut terminate).await;
    tracing::info!("stopping");
    sender.send_replace(true);
    either(&mut interrupt, &mut terminate).await;
    // The embedded Postgres survives this; the next start adopts it.
    std::process::exit(130);
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
