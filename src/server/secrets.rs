//! Keys that a program asks for and gives to its pages: each opens Realtime and nothing else, for a while, with the
//! session that it was asked for with. Pure: time and chance come in.

use std::collections::VecDeque;

use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// Keys that are good at once; of more the oldest are forgotten.
const MOST: usize = 64;
/// How a key begins, as clients look for it.
const PREFIX: &str = "ek_";

/// A session object, as far as a client has set it.
pub type SessionFields = Map<String, Value>;

struct Secret {
    value: String,
    /// Seconds since the Unix epoch.
    expires_at: u64,
    session: SessionFields,
}

/// See the module.
#[derive(Default)]
pub struct Secrets(VecDeque<Secret>);

impl Secrets {
    /// Makes a key of these random words, good until then (seconds since the Unix epoch).
    pub fn make(&mut self, random: &str, expires_at: u64, session: SessionFields) -> String {
        let value = format!("{PREFIX}{random}");
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Secret {
            value: value.clone(),
            expires_at,
            session,
        });
        value
    }

    /// The session of a key that is good now.
    pub fn session_of(&mut self, shown: &str, now: u64) -> Option<SessionFields> {
        self.0.retain(|secret| secret.expires_at > now);
        let is_shown =
            |secret: &&Secret| bool::from(secret.value.as_bytes().ct_eq(shown.as_bytes()));
        self.0.iter().find(is_shown).map(|s| s.session.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_good_until_it_expires() {
        let mut secrets = Secrets::default();
        let key = secrets.make("abc", 100, SessionFields::new());
        assert!(key.starts_with(PREFIX));
        assert!(secrets.session_of(&key, 99).is_some());
        assert!(secrets.session_of("ek_abd", 99).is_none());
        assert!(secrets.session_of("", 99).is_none());
        assert!(secrets.session_of(&key, 100).is_none());
    }

    #[test]
    fn of_many_keys_the_latest_are_good() {
        let mut secrets = Secrets::default();
        let make = |n: usize| secrets.make(&n.to_string(), 100, SessionFields::new());
        let keys: Vec<String> = (0..=MOST).map(make).collect();
        assert!(secrets.session_of(&keys[0], 0).is_none());
        assert!(
            keys[1..]
                .iter()
                .all(|key| secrets.session_of(key, 0).is_some())
        );
    }
}
