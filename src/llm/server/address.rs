//! Where a server is, and whether what is said to it leaves this machine.

use crate::off_machine;

/// The base address of an OpenAI-compatible server: `http://HOST:PORT/v1`, or with `https`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    base: String,
    authority: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// It is none; the text says what it may be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let base = text.trim().trim_end_matches('/');
        let rest = base
            .strip_prefix("http://")
            .or_else(|| base.strip_prefix("https://"));
        let rest = rest.ok_or("it begins with http:// or https://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err("put the key into a variable and name it with llm.api_key_env".into());
        }
        let readable = |c: char| c.is_ascii_alphanumeric() || "-._:[]%".contains(c);
        if off_machine::host_of(authority).is_empty() || !authority.chars().all(readable) {
            return Err("a host is missing: http://HOST:PORT/v1".into());
        }
        Ok(Self {
            base: base.to_owned(),
            authority: authority.to_owned(),
        })
    }

    /// The address of one of the server's functions, such as `chat/completions`.
    pub fn of(&self, function: &str) -> String {
        format!("{}/{function}", self.base)
    }

    /// Host and port, as they were written.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether the server is this machine, so that no word leaves it.
    pub fn is_this_machine(&self) -> bool {
        off_machine::is_this_machine(&self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_this_machine() {
        let is_this = |text: &str| Address::parse(text).unwrap().is_this_machine();
        assert!(is_this("http://127.0.0.1:8080/v1") && is_this("http://localhost/v1"));
        assert!(is_this("http://[::1]:8080/v1") && is_this("http://127.9.9.9:1/v1/"));
        assert!(!is_this("http://192.168.1.7:8080/v1") && !is_this("https://api.example.com/v1"));
        assert!(!is_this("http://localhost.example.com/v1") && !is_this("http://[fe80::1]/v1"));
    }

    #[test]
    fn functions_are_below_the_base() {
        let address = Address::parse("http://127.0.0.1:8080/v1/").unwrap();
        assert_eq!(address.of("models"), "http://127.0.0.1:8080/v1/models");
        assert_eq!(address.authority(), "127.0.0.1:8080");
    }

    #[test]
    fn what_is_no_address_says_what_is() {
        for text in ["127.0.0.1:8080", "http://", "http:///v1", "http://a b/v1"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        let with_key = Address::parse("https://sk-1@host/v1").unwrap_err();
        assert!(with_key.contains("api_key_env"), "{with_key}");
    }
}
