//! How many bytes this program sent to other machines and to programs of others, by place.
//!
//! Counted are the bodies of requests and the messages of protocols, when they are handed over: headers, TLS and TCP
//! are not, and what does not arrive is. Places have the names by which they are told:
//!
//! | what is sent to | its place | counted |
//! |---|---|---|
//! | a language model's server, also a helper's | `HOST:PORT` | unless that is this machine |
//! | a Wyoming server that recognizes or speaks | `HOST:PORT` | unless that is this machine |
//! | an MCP server | `NAME (MCP server)` | always: nobody knows what its tools send on |
//!
//! Not counted are downloads of models, which hold no word of the user's; our own Whisper worker and `espeak-ng`, which
//! are programs of this machine that send nothing; and what `serve` answers to its clients.
//!
//! Any thread counts; the count is the process's.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

static SENT: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Adds what was sent to a place; with 0 bytes it is known that something may be.
pub fn sent(place: &str, bytes: usize) {
    *lock().entry(place.to_owned()).or_default() += bytes as u64;
}

/// Adds what was sent to `HOST:PORT`, unless that is this machine.
pub fn sent_to_host(address: &str, bytes: usize) {
    if !is_this_machine(address) {
        sent(address, bytes);
    }
}

/// Bytes by place, since the program began.
pub fn totals() -> BTreeMap<String, u64> {
    lock().clone()
}

/// Whether `HOST:PORT` is this machine, so that what is sent there does not leave it. Names are not looked up.
pub fn is_this_machine(address: &str) -> bool {
    let host = host_of(address);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// The host without its port.
pub(crate) fn host_of(address: &str) -> &str {
    match address.rfind(']') {
        Some(end) => &address[..=end],
        None => address.split(':').next().unwrap_or_default(),
    }
}

/// Numbers are whole whatever happened to another thread.
fn lock() -> MutexGuard<'static, BTreeMap<String, u64>> {
    SENT.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_added_by_place() {
        sent("one place of this test", 3);
        sent("one place of this test", 4);
        sent("another place of this test", 0);
        let totals = totals();
        assert_eq!(totals["one place of this test"], 7);
        assert_eq!(totals["another place of this test"], 0);
    }

    #[test]
    fn what_goes_to_this_machine_does_not_count() {
        for here in ["127.0.0.1:7001", "localhost:7001", "[::1]:7001"] {
            sent_to_host(here, 5);
            assert!(!totals().contains_key(here), "{here}");
        }
        sent_to_host("off-machine.example:7001", 5);
        assert_eq!(totals()["off-machine.example:7001"], 5);
    }

    #[test]
    fn only_loopback_is_this_machine() {
        for here in ["127.0.0.1", "LOCALHOST:1", "127.9.9.9:1", "[::1]:1"] {
            assert!(is_this_machine(here), "{here}");
        }
        for away in [
            "",
            "192.168.1.7:1",
            "nas.local:10300",
            "localhost.example.com:1",
            "[fe80::1]:1",
            "0.0.0.0:1",
        ] {
            assert!(!is_this_machine(away), "{away}");
        }
    }
}
