//! How often somebody may try: counted in the database, so that all nodes count together.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use shared::{Error, Result};
use uuid::Uuid;

use super::Client;
use crate::error::from_sqlx;
use crate::pool::Store;

/// Time an attempt counts, in seconds.
const WINDOW: f64 = 15.0 * 60.0;
/// Wrong passwords for one address from one network, or for one user.
const PER_SUBJECT: i64 = 10;
/// Wrong passwords for one address from anywhere: more, lest a stranger could keep its owner out.
const PER_EMAIL: i64 = 100;
/// Wrong passwords from one network address: an office shares one.
const PER_IP: i64 = 40;
/// Reset mails to one address.
const RESETS: i64 = 3;

/// Mailed links that let a customer in, to one address and asked for from one network: some wait, look into the wrong mailbox and
/// ask again.
const LINKS: (i64, i64) = (5, 20);
/// What strangers write in on public pages: with one address and from one network.
const WRITTEN: (i64, i64) = (10, 20);
/// Votes on articles from one network.
const VOTES: i64 = 60;
/// Answers by one mailed link: a press and what is sent after it are two, and some change their mind.
const ANSWERS: i64 = 30;
/// Answers to public surveys from one network: a whole company may be asked at once.
const PUBLIC_ANSWERS: i64 = 200;

/// Something that is counted.
pub(crate) struct Limit {
    key: Vec<u8>,
    most: i64,
}

impl Limit {
    fn new(kind: &str, of: &str, most: i64) -> Self {
        Self { key: Sha256::new().chain_update(kind).chain_update("\0").chain_update(of).finalize().to_vec(), most }
    }

    /// Sign-ins with an address and from a network address.
    pub(super) fn sign_in(email: &str, client: &Client) -> Vec<Self> {
        let Some(network) = client.ip.map(network) else { return vec![Self::new("email", email, PER_SUBJECT)] };
        vec![
            Self::new("email and ip", &format!("{email} {network}"), PER_SUBJECT),
            Self::new("email", email, PER_EMAIL),
            Self::new("ip", &network, PER_IP),
        ]
    }

    /// Guesses of the old password within a session.
    pub(super) fn change(user_id: uuid::Uuid) -> Vec<Self> {
        vec![Self::new("change", &user_id.to_string(), PER_SUBJECT)]
    }

    /// Reset mails asked for.
    pub(super) fn reset(email: &str) -> Vec<Self> {
        vec![Self::new("reset", email, RESETS)]
    }

    /// Links asked for on the public pages of an organisation.
    pub(crate) fn portal_link(org_id: Uuid, email: &str, client: &Client) -> Vec<Self> {
        Self::public("portal link", org_id, (Some(email), client), LINKS)
    }

    /// Tickets and replies of strangers on the public pages of an organisation.
    pub(crate) fn portal_writing(org_id: Uuid, email: &str, client: &Client) -> Vec<Self> {
        Self::public("portal writing", org_id, (Some(email), client), WRITTEN)
    }

    /// The same of whoever has proved that the address is theirs: a whole company may write from one network.
    pub(crate) fn customer_writing(org_id: Uuid, email: &str) -> Vec<Self> {
        vec![Self::new("customer writing", &format!("{org_id} {email}"), WRITTEN.0)]
    }

    /// Votes on the public pages of an organisation.
    pub(crate) fn portal_vote(org_id: Uuid, client: &Client) -> Vec<Self> {
        Self::public("portal vote", org_id, (None, client), (VOTES, VOTES))
    }

    /// Answers by a mailed link, by what it is about: whoever has it is known, so it does not matter from where they answer.
    pub(crate) fn survey_link(org_id: Uuid, about: Uuid) -> Vec<Self> {
        vec![Self::new("survey link", &format!("{org_id} {about}"), ANSWERS)]
    }

    /// Answers to surveys that anybody may answer, of an organisation.
    pub(crate) fn public_survey(org_id: Uuid, client: &Client) -> Vec<Self> {
        Self::public("public survey", org_id, (None, client), (PUBLIC_ANSWERS, PUBLIC_ANSWERS))
    }

    fn public(kind: &str, org_id: Uuid, (email, client): (Option<&str>, &Client), most: (i64, i64)) -> Vec<Self> {
        let by_email = email.map(|email| Self::new(&format!("{kind} email"), &format!("{org_id} {email}"), most.0));
        let by_ip = client.ip.map(|ip| Self::new(&format!("{kind} ip"), &format!("{org_id} {}", network(ip)), most.1));
        by_email.into_iter().chain(by_ip).collect()
    }
}

/// One attempt under way; counts as failed until it is forgiven.
pub(crate) struct Attempt {
    /// Its rows in `sign_in_attempts`.
    pub(super) ids: Vec<i64>,
}

/// Whoever has one IPv6 address has the whole /64.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("{:x?}", &ip.segments()[..4]),
    }
}

impl Store {
    /// Counts an attempt before it is made: parallel guesses are counted as well.
    pub(crate) async fn attempt(&self, limits: &[Limit]) -> Result<Attempt> {
        let keys: Vec<Vec<u8>> = limits.iter().map(|l| l.key.clone()).collect();
        let most: Vec<i64> = limits.iter().map(|l| l.most).collect();
        let mut tx = self.looking_up().await?;
        // One at a time per subject, locked in one order.
        sqlx::query!(
            "select pg_advisory_xact_lock(lock) as locked from
             (select hashtextextended(encode(key, 'hex'), 0) as lock from unnest($1::bytea[]) key order by 1) locks",
            &keys
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let wait = sqlx::query_scalar!(
            r#"select max($3 - extract(epoch from clock_timestamp() - a.at)::float8) as wait
               from unnest($1::bytea[], $2::bigint[]) as subject (key, most)
               cross join lateral (
                   select at from sign_in_attempts s where s.key = subject.key order by at desc offset subject.most - 1 limit 1
               ) a"#,
            &keys,
            &most,
            WINDOW
        )
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?
        .unwrap_or(0.0);
        if wait > 0.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the window")]
            return Err(Error::RateLimited { retry_after: wait.ceil() as u32 });
        }
        let ids =
            sqlx::query_scalar!("insert into sign_in_attempts (key) select unnest($1::bytea[]) returning id", &keys)
                .fetch_all(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        tx.commit().await?;
        Ok(Attempt { ids })
    }
}

impl Attempt {
    /// It succeeded, so it does not count. Earlier failures still do: one good password must not buy more guesses.
    pub(super) async fn forgive(self, tx: &mut crate::pool::Tx) -> Result<()> {
        sqlx::query!("delete from sign_in_attempts where id = any($1)", &self.ids)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_counts_as_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}
