//! Why mail can't be fetched or sent: a kind, which each reader gets in their own language, and the server's own words.
//! What libraries and the system say of it is for neither.

use std::io::{self, ErrorKind};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::post::PostFault;
use store::post::{Account, Password};
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

/// Longest that is kept of what a server says, in characters.
const LONGEST: usize = 300;

/// Why mail can't be fetched or sent, and what the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: PostFault,
    said: String,
}

impl Fault {
    /// `said` are the server's own words; empty if it said nothing.
    pub(super) fn new(what: PostFault, said: impl Into<String>) -> Self {
        Self { what, said: said.into() }
    }

    /// What it means that a connection failed.
    pub(super) fn of_connection(error: &io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
        let what = match error.kind() {
            _ if tls.is_some() => tls.map_or(PostFault::Encryption, of_tls),
            _ if is_unknown_host(error) => PostFault::UnknownHost,
            // So the TLS library calls it when the server hangs up instead of agreeing on something.
            ErrorKind::UnexpectedEof if error.to_string() == "tls handshake eof" => PostFault::Encryption,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
            | ErrorKind::BrokenPipe => PostFault::Lost,
            ErrorKind::TimedOut => PostFault::Timeout,
            ErrorKind::InvalidData | ErrorKind::Other => PostFault::Protocol,
            _ => PostFault::Unreachable,
        };
        Self::new(what, "")
    }

    /// A code and what was said in one line, without the password, whatever the server makes of it.
    pub(super) fn text(&self, account: &Account) -> String {
        let hidden = guises(account).iter().fold(self.said.clone(), |said, guise| said.replace(guise, "…"));
        let line: String = hidden.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
        format!("{} {}", self.what.code(), line.trim()).trim_end().to_owned()
    }
}

/// The system tells it by words alone.
fn is_unknown_host(error: &io::Error) -> bool {
    error.kind() == ErrorKind::InvalidInput || error.to_string().starts_with("failed to lookup address information")
}

fn of_tls(error: &TlsError) -> PostFault {
    match error {
        TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            PostFault::CertificateExpired
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => PostFault::CertificateName,
        TlsError::InvalidCertificate(_) | TlsError::NoCertificatesPresented => PostFault::Certificate,
        _ => PostFault::Encryption,
    }
}

/// What the password looks like on its way, so that a server may repeat it so: the longer ones first, as some hold others.
fn guises(account: &Account) -> Vec<String> {
    let Some(password) = account.password.as_ref().map(Password::expose) else { return Vec::new() };
    let both = format!("\0{}\0{password}", account.username);
    let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
    [base64(both.as_bytes()), base64(password.as_bytes()), quoted, password.to_owned()]
        .into_iter()
        .filter(|guise| !guise.is_empty())
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the TLS library hands it over.
    fn of(error: TlsError) -> PostFault {
        Fault::of_connection(&io::Error::new(ErrorKind::InvalidData, error)).what
    }

    #[test]
    fn certificates_say_what_is_wrong_with_them() {
        let certificate = |error| of(TlsError::InvalidCertificate(error));
        assert_eq!(certificate(CertificateError::UnknownIssuer), PostFault::Certificate);
        assert_eq!(certificate(CertificateError::Expired), PostFault::CertificateExpired);
        assert_eq!(certificate(CertificateError::NotValidForName), PostFault::CertificateName);
        assert_eq!(of(TlsError::HandshakeNotComplete), PostFault::Encryption);
    }

    #[test]
    fn base64_is_what_others_make_of_it() {
        let all = ["", "f", "fo", "foo", "foob", "\0li\0se\"cret"].map(|text| base64(text.as_bytes()));
        assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "AGxpAHNlImNyZXQ="]);
    }
}
