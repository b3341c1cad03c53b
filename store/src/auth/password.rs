//! Passwords: argon2id, and the rules for new ones.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::{Error, FieldError, Result};
use tokio::sync::Semaphore;

use super::secret;
use crate::error::internal;

/// Shortest new password, in characters.
pub const MIN_LENGTH: usize = shared::session::MIN_PASSWORD_LENGTH;
const MAX_LENGTH: usize = 200;

/// Hashes computed at once: each takes 19 MiB and a core, and anybody may ask for one.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Takes the same work as a real hash when there is none to verify.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

tokio::task_local! {
    /// Hashes computed for the task, where somebody counts them.
    static COMPUTED: Arc<AtomicU32>;
}

/// Does the work and counts the password hashes that were computed for it. Tests hold by this that refusing takes the same
/// work whatever the reason, which a clock could only show roughly.
pub async fn counting_hashes<T>(work: impl Future<Output = T>) -> (T, u32) {
    let computed = Arc::<AtomicU32>::default();
    let done = COMPUTED.scope(Arc::clone(&computed), work).await;
    (done, computed.load(Ordering::Relaxed))
}

/// Which of several hashes a password fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fit {
    /// Position among the hashes given.
    pub(super) index: usize,
    /// A hash by today's parameters, when that one is older.
    pub(super) renewed: Option<String>,
}

/// For computing one hash.
fn argon2() -> Argon2<'static> {
    // Mostly nobody counts.
    let _ = COMPUTED.try_with(|computed| computed.fetch_add(1, Ordering::Relaxed));
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash_now(password: &str) -> Result<String> {
    let salt = SaltString::encode_b64(&secret::random::<16>()?).map_err(internal)?;
    Ok(argon2().hash_password(password.as_bytes(), &salt).map_err(internal)?.to_string())
}

fn is_outdated(hash: &PasswordHash<'_>) -> bool {
    let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    hash.algorithm != Algorithm::Argon2id.ident()
        || hash.version != Some(Version::V0x13.into())
        || Params::try_from(hash).map_or(true, |params| costs(&params) != costs(&Params::default()))
}

fn fits(password: &str, hash: &str) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    argon2().verify_password(password.as_bytes(), &hash).ok()?;
    Some(is_outdated(&hash))
}

fn first_fit(password: &str, hashes: &[String]) -> Result<Option<Fit>> {
    if hashes.is_empty() {
        fits(password, &DUMMY);
        return Ok(None);
    }
    // All of them, so that time does not tell which one fits.
    let found: Vec<Option<bool>> = hashes.iter().map(|hash| fits(password, hash)).collect();
    let Some((index, outdated)) = found.into_iter().enumerate().find_map(|(i, fit)| Some((i, fit?))) else {
        return Ok(None);
    };
    let renewed = if outdated { Some(hash_now(password)?) } else { None };
    Ok(Some(Fit { index, renewed }))
}

/// Hashes a new password.
pub(super) async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    blocking(move || hash_now(&password)).await
}

/// Finds the hash a password fits. Without hashes it takes as long and finds none.
pub(super) async fn verify(password: &str, hashes: Vec<String>) -> Result<Option<Fit>> {
    let password = password.to_owned();
    blocking(move || {
        // Made in every case, so that the first unknown address does not take longer.
        LazyLock::force(&DUMMY);
        first_fit(&password, &hashes)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let permit = HASHING.acquire().await.map_err(internal)?;
    let computed = COMPUTED.try_with(Arc::clone).ok();
    let run = move || {
        // Held until the work is done, also when nobody waits for it any more.
        let _permit = permit;
        match computed {
            Some(computed) => COMPUTED.sync_scope(computed, work),
            None => work(),
        }
    };
    tokio::task::spawn_blocking(run).await.map_err(internal)?
}

/// Whether a new password is good enough for its owner.
pub(super) fn check(password: &str, name: &str, email: &str) -> Result<()> {
    let invalid = |error| Err(Error::Invalid { fields: vec![error] });
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return invalid(FieldError::new("password", "password_short").with("min", MIN_LENGTH));
    }
    if length > MAX_LENGTH {
        return invalid(FieldError::new("password", "too_long").with("max", MAX_LENGTH));
    }
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or(email);
    let personal = [name, email, local].iter().any(|own| letters(own) == letters(password));
    if personal || is_common(&lower) {
        return invalid(FieldError::new("password", "password_common"));
    }
    Ok(())
}

/// What remains of `Wang Fang`, `wangfang1990` and `WangFang!`; all of it where there are no letters.
fn letters(text: &str) -> String {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    if letters.is_empty() { text.to_owned() } else { letters }
}

/// Without what people put around a word: `password123!` → `password`. Digits alone stay.
fn core(lower: &str) -> &str {
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    if core.is_empty() { lower } else { core }
}

fn is_common(lower: &str) -> bool {
    let distinct: HashSet<char> = lower.chars().collect();
    distinct.len() < 5 || COMMON.contains(lower) || COMMON.contains(core(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<String> {
        match check(password, "Wang Fang", "wangfang1990@example.com") {
            Ok(()) => None,
            Err(Error::Invalid { fields }) => Some(fields[0].code.clone()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        assert_eq!(code("short").as_deref(), Some("password_short"));
        assert_eq!(code(&"long".repeat(60)).as_deref(), Some("too_long"));
        assert_eq!(code("Wang.Fang.2024").as_deref(), Some("password_common"));
        assert_eq!(code("wangfang1990@example.com").as_deref(), Some("password_common"));
        for common in ["Password123", "1234567890", "aaaaaaaaaaaa", "qwertyuiop", "iloveyou2024", "woaini1314520"] {
            assert_eq!(code(common).as_deref(), Some("password_common"), "{common}");
        }
        for good in ["correct horse battery", "guanxi-demo", "这是我们公司的长密码吧"] {
            assert_eq!(code(good), None, "{good}");
        }
    }

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = hash_now("right password").unwrap();
        assert_eq!(first_fit("wrong password", std::slice::from_ref(&hash)).unwrap(), None);
        assert_eq!(first_fit("right password", &[DUMMY.clone(), hash]).unwrap(), Some(Fit { index: 1, renewed: None }));
        assert_eq!(first_fit("nobody has this password", &[]).unwrap(), None);
    }

    #[test]
    fn what_nobody_has_costs_what_a_password_costs() {
        let (dummy, real) = (PasswordHash::new(&DUMMY).unwrap(), hash_now("right password").unwrap());
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!((dummy.algorithm, dummy.version, &dummy.params), (real.algorithm, real.version, &real.params));
        let length = |hash: &PasswordHash<'_>| hash.hash.map(|output| output.len());
        assert_eq!(length(&dummy), length(&real));
    }

    #[test]
    fn a_hash_of_older_parameters_is_renewed() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let salt = SaltString::encode_b64(b"sixteen bytes ok").unwrap();
        let old = weak.hash_password(b"right password", &salt).unwrap().to_string();
        let renewed = first_fit("right password", &[old]).unwrap().unwrap().renewed.unwrap();
        assert_eq!(first_fit("right password", &[renewed]).unwrap(), Some(Fit { index: 0, renewed: None }));
    }
}
