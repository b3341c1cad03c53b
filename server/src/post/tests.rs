//! What administrators read when servers don't do what they should: real connections to servers that say what a test wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use shared::post::PostFault;
use store::post::{Account, Endpoint, Password, Security};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, split};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring};
use uuid::Uuid;

use crate::{authorities, mail};

use super::wire::Wire;
use super::{check, imap, smtp};

const PASSWORD: &str = "se\"cr\\et";
/// Longer than names may be: it is found out at once that there is no such server, without asking anyone.
const NOWHERE: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid";

/// A server that greets and answers each line; it hangs up where it has no answer.
async fn server(greeting: &'static str, mut answer: impl FnMut(&str) -> Option<String> + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            talk(stream, greeting, &mut answer).await;
        }
    });
    port
}

/// Greets and answers until there is no answer.
async fn talk(stream: impl Wire, greeting: &str, mut answer: impl FnMut(&str) -> Option<String>) {
    let (reading, mut writing) = split(stream);
    if writing.write_all(greeting.as_bytes()).await.is_err() {
        return;
    }
    let mut lines = BufReader::new(reading).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Some(said) = answer(&line) else { break };
        if writing.write_all(said.as_bytes()).await.is_err() {
            break;
        }
    }
}

/// A port that nobody listens at.
async fn closed() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port()
}

fn account(incoming: Endpoint, outgoing: Endpoint) -> Account {
    Account {
        org_id: Uuid::nil(),
        id: Uuid::nil(),
        address: "desk@example.com".into(),
        sender: "Desk".into(),
        username: "desk".into(),
        password: Some(Password::from(PASSWORD.to_owned())),
        incoming,
        folder: "INBOX".into(),
        outgoing: Some(outgoing),
        active: true,
    }
}

fn at(host: &str, port: u16, security: Security) -> Endpoint {
    Endpoint { host: host.to_owned(), port, security }
}

async fn incoming(endpoint: Endpoint) -> Option<String> {
    let nobody = at("127.0.0.1", closed().await, Security::None);
    check(account(endpoint, nobody), None).await.incoming
}

async fn outgoing(endpoint: Endpoint) -> Option<String> {
    let nobody = at("127.0.0.1", closed().await, Security::None);
    check(account(nobody, endpoint), None).await.outgoing
}

/// What comes of an IMAP server with these answers.
async fn imap(greeting: &'static str, answer: fn(&str) -> Option<String>) -> String {
    let port = server(greeting, answer).await;
    incoming(at("127.0.0.1", port, Security::None)).await.unwrap_or_default()
}

/// What comes of an SMTP server with these answers.
async fn smtp(security: Security, answer: fn(&str) -> Option<String>) -> String {
    let port = server("220 mx.test\r\n", answer).await;
    outgoing(at("127.0.0.1", port, security)).await.unwrap_or_default()
}

fn tag(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

#[tokio::test]
async fn what_an_imap_server_refuses_is_told_in_its_own_words() {
    let sign_in = imap("* OK hello\r\n", |line| {
        Some(format!("{} NO [AUTHENTICATIONFAILED] “desk” \\ \"no\" such user\r\n", tag(line)))
    });
    assert_eq!(sign_in.await, "sign_in [AUTHENTICATIONFAILED] “desk” \\ \"no\" such user");
    let silent = imap("* OK hello\r\n", |line| Some(format!("{} NO\r\n", tag(line))));
    assert_eq!(silent.await, "sign_in");
    let folder = imap("* OK hello\r\n", |line| {
        let says = match line.split(' ').nth(1)? {
            "CAPABILITY" => return Some(format!("* CAPABILITY IMAP4rev1\r\n{} OK done\r\n", tag(line))),
            "SELECT" => "NO Mailbox doesn't exist",
            _ => "OK done",
        };
        Some(format!("{} {says}\r\n", tag(line)))
    });
    assert_eq!(folder.await, "folder Mailbox doesn't exist");
    assert_eq!(imap("* BYE Too many connections\r\n", |_| None).await, "lost Too many connections");
    assert_eq!(imap("* OK hello\r\n", |_| None).await, "lost");
}

#[tokio::test]
async fn what_is_told_beside_an_answer_is_not_waited_for_and_what_is_repeated_is_no_news() {
    let mut idles = String::new();
    let port = server("* OK hello\r\n", move |line| {
        let tag = tag(line);
        Some(match line.split(' ').nth(1) {
            Some("CAPABILITY") => format!("* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n"),
            Some("SELECT") => format!("* 3 EXISTS\r\n* OK [UIDVALIDITY 1] fine\r\n{tag} OK done\r\n"),
            // A letter comes while it is looked for others.
            Some("UID") => format!("* SEARCH 1 2 3\r\n* 4 EXISTS\r\n{tag} OK done\r\n"),
            Some("IDLE") => {
                tag.clone_into(&mut idles);
                "+ go on\r\n".to_owned()
            }
            Some(_) => format!("{tag} OK done\r\n"),
            // The end of waiting, which has no tag of its own.
            None => format!("{idles} OK done\r\n"),
        })
    });
    let place = at("127.0.0.1", port.await, Security::None);
    let account = account(place.clone(), place);
    let mut folder = imap::open(&account).await.unwrap();
    folder.search("UID 1:*").await.unwrap();
    let long = (Duration::from_secs(600), Duration::ZERO);
    folder = timeout(Duration::from_secs(20), folder.wait(long)).await.expect("it looks again at once").unwrap();
    folder.search("UID 1:*").await.unwrap();
    let (short, began) = (Duration::from_millis(300), Instant::now());
    folder.wait((short, Duration::ZERO)).await.unwrap();
    assert!(began.elapsed() >= short, "it is not asked without end");
}

#[tokio::test]
async fn of_a_letter_that_is_too_large_the_beginning_is_fetched() {
    let port = server("* OK hello\r\n", |line| {
        let tag = tag(line);
        Some(match line.split_once(' ').map_or("", |(_, command)| command) {
            "CAPABILITY" => format!("* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"),
            command if command.starts_with("SELECT") => {
                format!("* 1 EXISTS\r\n* OK [UIDVALIDITY 1] fine\r\n{tag} OK done\r\n")
            }
            "UID FETCH 7 (UID BODY.PEEK[]<0.5>)" => {
                format!("* 1 FETCH (UID 7 BODY[]<0> {{5}}\r\nFrom:)\r\n{tag} OK done\r\n")
            }
            command if command.starts_with("UID") => format!("{tag} BAD {command}\r\n"),
            _ => format!("{tag} OK done\r\n"),
        })
    });
    let place = at("127.0.0.1", port.await, Security::None);
    let mut folder = imap::open(&account(place.clone(), place)).await.unwrap();
    assert_eq!(folder.beginning(7, 5).await.unwrap().as_deref(), Some(b"From:".as_slice()));
}

#[tokio::test]
async fn what_an_smtp_server_refuses_is_told_in_its_own_words() {
    let sign_in = smtp(Security::None, |line| match line.get(..4)? {
        "EHLO" => Some("250-mx.test\r\n250 AUTH PLAIN\r\n".to_owned()),
        _ => Some("535-5.7.8 Wrong password.\r\n535 5.7.8 Ask your administrator.\r\n".to_owned()),
    });
    assert_eq!(sign_in.await, "sign_in 535 5.7.8 Wrong password. Ask your administrator.");
    let plain: fn(&str) -> Option<String> = |line| match line.get(..4)? {
        "EHLO" => Some("250 mx.test\r\n".to_owned()),
        _ => Some("221 bye\r\n".to_owned()),
    };
    assert_eq!(smtp(Security::None, plain).await, "no_sign_in");
    assert_eq!(smtp(Security::StartTls, plain).await, "encryption");
    assert_eq!(smtp(Security::None, |_| None).await, "lost");
}

#[tokio::test]
async fn what_a_server_repeats_of_the_password_is_not_told() {
    let imap = imap("* OK hello\r\n", |line| Some(format!("{} BAD what is {line}?\r\n", tag(line)))).await;
    assert!(imap.starts_with("sign_in what is ") && imap.contains('…'), "{imap}");
    let smtp = smtp(Security::None, |line| match line.get(..4)? {
        "EHLO" => Some("250-mx.test\r\n250 AUTH PLAIN\r\n".to_owned()),
        _ => Some(format!("535 5.7.8 what is {line}?\r\n")),
    });
    let smtp = smtp.await;
    assert_eq!(smtp, "sign_in 535 5.7.8 what is AUTH PLAIN …?");
    assert!(!imap.contains("cr"), "{imap}");
}

#[tokio::test]
async fn where_no_server_is_it_says_what_is_missing() {
    let port = closed().await;
    let place = |host| at(host, port, Security::None);
    assert_eq!(incoming(place("127.0.0.1")).await.as_deref(), Some("unreachable"));
    assert_eq!(outgoing(place("127.0.0.1")).await.as_deref(), Some("unreachable"));
    assert_eq!(incoming(place(NOWHERE)).await.as_deref(), Some("unknown_host"));
    assert_eq!(outgoing(place(NOWHERE)).await.as_deref(), Some("unknown_host"));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_told_to_want_encryption_and_not_waited_for() {
    // As ports do that begin encrypted: the connection stands, and nobody greets.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let within = Duration::from_millis(200);
    for security in [Security::None, Security::StartTls] {
        let place = at("127.0.0.1", port, security);
        let account = account(place.clone(), place);
        let both = async { tokio::join!(imap::try_it(&account, within), smtp::try_it(&account, None, within)) };
        let (incoming, outgoing) = timeout(Duration::from_secs(20), both).await.expect("it is told soon");
        assert_eq!(incoming.unwrap_err().text(&account), "silent");
        assert_eq!(outgoing.unwrap_err().text(&account), "silent");
    }
}

#[tokio::test]
async fn a_server_that_speaks_without_encryption_is_not_taken_for_none() {
    let port = server("* OK hello\r\n", |_| None).await;
    let place = || at("127.0.0.1", port, Security::Tls);
    assert_eq!(incoming(place()).await.as_deref(), Some("encryption"));
    assert_eq!(outgoing(place()).await.as_deref(), Some("encryption"));
}

/// A company's own authority, and a server on this machine whose certificate it signed.
fn certified() -> (String, TlsAcceptor) {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = parameters.self_signed(&key).unwrap().pem();
    let (issuer, key) = (Issuer::new(parameters, key), KeyPair::generate().unwrap());
    let signed = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.der().clone()], key.serialize_der().try_into().unwrap())
        .unwrap();
    (authority, TlsAcceptor::from(Arc::new(config)))
}

/// What comes of a port of this machine as the installation's way out.
async fn way_out(port: u16) -> PostFault {
    let way = mail::way_out(Some(&format!("smtps://127.0.0.1:{port}"))).unwrap().unwrap();
    smtp::fault(&way.test_connection().await.unwrap_err()).what
}

#[tokio::test]
async fn a_server_certified_by_an_authority_of_ones_own_is_believed_once_that_is_trusted() {
    let (authority, acceptor) = certified();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, "* OK hello\r\n", |line| Some(format!("{} NO\r\n", tag(line)))).await;
            }
        }
    });
    let place = || at("127.0.0.1", port, Security::Tls);
    assert_eq!(incoming(place()).await.as_deref(), Some("certificate"));
    assert_eq!(outgoing(place()).await.as_deref(), Some("certificate"));
    assert_eq!(way_out(port).await, PostFault::Certificate);
    let file = std::env::temp_dir().join(format!("guanxi-authority-{}.pem", Uuid::now_v7()));
    assert!(authorities::trust(&file).is_err(), "there is no such file");
    std::fs::write(&file, authority).unwrap();
    authorities::trust(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(incoming(place()).await.as_deref(), Some("sign_in"), "it is asked");
    // What greets as a server for incoming mail is none for outgoing mail, but it is believed.
    assert_eq!(outgoing(place()).await.as_deref(), Some("protocol"));
    assert_eq!(way_out(port).await, PostFault::Protocol);
}
