//! Secrets handed to people and programs. The database keeps only their hashes.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use shared::Result;

use crate::error::internal;

/// A secret text, handed out once. It does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A fresh one of 32 random bytes from the operating system.
    pub(crate) fn fresh(prefix: &str) -> Result<Self> {
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?))))
    }

    /// The text, for the cookie, the mail or the eyes of its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the database keeps of a token. Plain SHA-256 does: 256 random bits cannot be guessed.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// The CSRF token of a session: follows from the session token, which cannot be found from it.
pub(super) fn csrf(session_token: &str) -> Token {
    let digest = Sha256::new().chain_update("guanxi csrf\0").chain_update(session_token).finalize();
    Token(URL_SAFE_NO_PAD.encode(digest))
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(internal)?;
    Ok(bytes)
}

/// Equality whose time does not tell how much agrees.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && std::hint::black_box(a.bytes().zip(b.bytes()).fold(0, |diff, (x, y)| diff | (x ^ y))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_different_and_silent() {
        let (one, two) = (Token::fresh("gx_").unwrap(), Token::fresh("gx_").unwrap());
        assert_ne!(one, two);
        assert_eq!(one.expose().len(), 3 + 43);
        assert!(!format!("{one:?}").contains(one.expose()));
    }

    #[test]
    fn the_csrf_token_belongs_to_one_session() {
        let token = Token::fresh("").unwrap();
        assert_eq!(csrf(token.expose()), csrf(token.expose()));
        assert_ne!(csrf(token.expose()), csrf("another"));
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "abcd"));
    }
}
