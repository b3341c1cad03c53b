//! Sending by SMTP: through the mailbox's own server, else by the installation's way out.

use std::error::Error as _;
use std::io;
use std::iter::successors;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use shared::post::PostFault;
use store::post::{Account, Departing, Endpoint, Security, Sent};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::{Fault, message::message, wire::connect};
use crate::authorities;

/// How mail leaves.
pub(crate) type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// So long a server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(40);
/// So long sending a letter may take: whoever is not done by then has failed, and another one may try.
const LONG_PATIENCE: Duration = Duration::from_secs(120);

/// Sends a letter.
pub(super) async fn send(departing: &Departing, own_way: Option<&Transport>) -> Sent {
    let account = &departing.account;
    let written = match message(&departing.letter) {
        Ok(written) => written,
        Err(error) => {
            tracing::warn!(letter = %departing.id, %error, "a letter can't be put together");
            return Sent::Never(Fault::new(PostFault::Letter, "").text(account));
        }
    };
    let transport = match transport(account, own_way) {
        Ok(transport) => transport,
        Err(fault) => return Sent::Later(fault.text(account)),
    };
    match timeout(LONG_PATIENCE, transport.send(written)).await {
        Ok(Ok(_)) => Sent::Yes,
        Ok(Err(error)) => {
            let fault = fault(&error);
            tracing::warn!(letter = %departing.id, why = fault.what.code(), "a letter could not be sent");
            let why = fault.text(account);
            if fault.what == PostFault::Refused { Sent::Never(why) } else { Sent::Later(why) }
        }
        Err(_) => Sent::Later(Fault::new(PostFault::Timeout, "").text(account)),
    }
}

/// Whether one could send; the server has so long to greet.
pub(super) async fn try_it(account: &Account, own_way: Option<&Transport>, greeting: Duration) -> Result<(), Fault> {
    let transport = transport(account, own_way)?;
    if let Some(endpoint) = account.outgoing.as_ref().filter(|endpoint| endpoint.security != Security::Tls) {
        speaks(endpoint, greeting).await?;
    }
    match timeout(PATIENCE, transport.test_connection()).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(Fault::new(PostFault::Protocol, "")),
        Ok(Err(error)) => Err(fault(&error)),
        Err(_) => Err(Fault::new(PostFault::Timeout, "")),
    }
}

/// Whether the server speaks first, as it does without encryption. The library waits for that as long as for any answer, and does
/// not tell one silence from another. Whatever else is wrong it finds out itself.
async fn speaks(endpoint: &Endpoint, patience: Duration) -> Result<(), Fault> {
    let mut stream = connect(endpoint).await?;
    // Taken out, or what is unread would break the connection off instead of ending it.
    match timeout(patience, stream.read(&mut [0; 1024])).await {
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::new(PostFault::Silent, "")),
    }
}

/// The way out of a mailbox.
pub(super) fn transport(account: &Account, own_way: Option<&Transport>) -> Result<Transport, Fault> {
    let Some(endpoint) = &account.outgoing else {
        return own_way.cloned().ok_or_else(|| Fault::new(PostFault::NoWayOut, ""));
    };
    let password = account.password.as_ref().ok_or_else(|| Fault::new(PostFault::NoPassword, ""))?;
    let domain = account.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(endpoint.host.clone())
        .port(endpoint.port)
        .tls(tls(endpoint)?)
        .hello_name(ClientId::Domain(domain.to_owned()))
        .credentials(Credentials::new(account.username.clone(), password.expose().to_owned()))
        .timeout(Some(PATIENCE));
    Ok(builder.build())
}

fn tls(endpoint: &Endpoint) -> Result<Tls, Fault> {
    let parameters = || parameters(&endpoint.host).map_err(|_| Fault::new(PostFault::Encryption, ""));
    Ok(match endpoint.security {
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::StartTls => Tls::Required(parameters()?),
        Security::None => Tls::None,
    })
}

/// How a connection to a host is encrypted.
///
/// # Errors
/// A host that no certificate can be for.
pub(crate) fn parameters(host: &str) -> Result<TlsParameters, Error> {
    let own = authorities::own().iter().filter_map(|own| Certificate::from_der(own.to_vec()).ok());
    own.fold(TlsParameters::builder(host.to_owned()), TlsParametersBuilder::add_root_certificate).build()
}

/// What a failure means. What is wrong with the account is no reason to give a letter up.
pub(super) fn fault(error: &Error) -> Fault {
    let source = error.source();
    let words = source.map(ToString::to_string).unwrap_or_default();
    if let Some(code) = error.status().map(u16::from) {
        let what = match code {
            530 | 534 | 535 | 538 => PostFault::SignIn,
            _ if error.is_permanent() => PostFault::Refused,
            _ => PostFault::Protocol,
        };
        return Fault::new(what, format!("{code} {words}"));
    }
    // The library wraps its own failures in each other.
    if let Some(broken) =
        successors(source, |error| (**error).source()).find_map(|error| error.downcast_ref::<io::Error>())
    {
        return Fault::of_connection(broken);
    }
    Fault::new(without_words(error, &words), "")
}

/// What the library found wrong by itself, which only its words tell.
fn without_words(error: &Error, words: &str) -> PostFault {
    match words {
        _ if words.starts_with("STARTTLS") || error.is_tls() => PostFault::Encryption,
        _ if words.starts_with("No compatible authentication") => PostFault::NoSignIn,
        _ if words.contains("non-ascii") => PostFault::Characters,
        _ if words.contains("DNS name") || words.starts_with("could not resolve") => PostFault::UnknownHost,
        "incomplete response" => PostFault::Lost,
        _ if error.is_client() || error.is_response() => PostFault::Protocol,
        _ => PostFault::Unreachable,
    }
}
