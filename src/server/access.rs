//! Who may come in. Pure: what is asked comes in as words, the answer goes out.
//!
//! - The `Host` must be this machine by number, `localhost` or a name that the user has given: any other name
//!   may be somebody's who has it point here (DNS rebinding).
//! - Programs on this machine come in freely, and so does our own page.
//! - Everybody else shows the token: other machines, and pages of other sites in a browser here.

use core::net::IpAddr;

use subtle::ConstantTimeEq;

/// What a request says of where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asking<'a> {
    /// Its `Host`.
    pub host: Option<&'a str>,
    /// Its `Origin`, which browsers send.
    pub origin: Option<&'a str>,
    /// The token that it shows.
    pub token: Option<&'a str>,
    /// The token that a browser was given before and sends by itself, whoever's page asks.
    pub cookie: Option<&'a str>,
    /// It comes from a program on this machine, and not through a proxy.
    pub is_local: bool,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It asks for another host.
    Host,
    /// It is to show the token, and shows none.
    NoToken,
    /// It shows a wrong one.
    WrongToken,
}

/// The rule.
pub struct Access {
    token: String,
    names: Vec<String>,
    always: bool,
}

impl Access {
    /// The rule with this token, on a machine that is also called by these names; `always`: this machine's own
    /// programs show it too.
    pub fn new(token: String, names: Vec<String>, always: bool) -> Self {
        Self {
            token,
            names,
            always,
        }
    }

    /// Whether this is the token.
    pub fn is_token(&self, shown: &str) -> bool {
        shown.as_bytes().ct_eq(self.token.as_bytes()).into()
    }

    /// Whether this machine is called so.
    pub fn is_ours(&self, host: &str) -> bool {
        let name = without_port(host);
        let is_number = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let is_named = |known: &String| known.eq_ignore_ascii_case(name);
        is_number || name.eq_ignore_ascii_case("localhost") || self.names.iter().any(is_named)
    }

    /// Whether a request may come in.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self, asking: Asking) -> Result<(), Refusal> {
        let host = asking.host.ok_or(Refusal::Host)?;
        if !self.is_ours(host) {
            return Err(Refusal::Host);
        }
        let is_own_page = asking
            .origin
            .is_none_or(|origin| is_origin_of(origin, host));
        if asking.is_local && is_own_page && !self.always {
            // Libraries insist on some key: here any is as good as none.
            return Ok(());
        }
        let cookie = asking.cookie.filter(|_| is_own_page);
        let token = asking.token.or(cookie).ok_or(Refusal::NoToken)?;
        if self.is_token(token) {
            Ok(())
        } else {
            Err(Refusal::WrongToken)
        }
    }
}

/// Whether a page of this origin came from this host.
fn is_origin_of(origin: &str, host: &str) -> bool {
    let rest = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}

/// `[::1]:8017` and `localhost:8017` without their ports.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(asking: Asking) -> Result<(), Refusal> {
        Access::new("secret".into(), vec!["laptop.home".into()], false).judge(asking)
    }

    fn local(host: &str) -> Asking<'_> {
        Asking {
            host: Some(host),
            is_local: true,
            ..Asking::default()
        }
    }

    #[test]
    fn programs_on_this_machine_and_the_own_page_come_in_freely() {
        for host in [
            "127.0.0.1:8017",
            "localhost:8017",
            "[::1]:8017",
            "localhost",
        ] {
            assert_eq!(judge(local(host)), Ok(()), "{host}");
            let origin = format!("http://{host}");
            let page = Asking {
                origin: Some(&origin),
                ..local(host)
            };
            assert_eq!(judge(page), Ok(()), "{host}");
        }
    }

    #[test]
    fn a_name_that_somebody_has_point_here_is_refused_even_with_the_token() {
        for host in [
            "evil.example:8017",
            "localhost.evil.example",
            "",
            "127.0.0.1.evil",
        ] {
            let asking = Asking {
                token: Some("secret"),
                ..local(host)
            };
            assert_eq!(judge(asking), Err(Refusal::Host), "{host}");
        }
        assert_eq!(judge(Asking::default()), Err(Refusal::Host));
    }

    #[test]
    fn a_page_of_another_site_needs_the_token() {
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost:9999",
            "http://127.0.0.1:8017.evil.example",
        ] {
            let asking = Asking {
                origin: Some(origin),
                ..local("127.0.0.1:8017")
            };
            assert_eq!(judge(asking), Err(Refusal::NoToken), "{origin}");
            let shown = Asking {
                token: Some("secret"),
                ..asking
            };
            assert_eq!(judge(shown), Ok(()));
        }
    }

    #[test]
    fn a_cookie_is_good_for_the_own_page_alone() {
        let asking = |origin| Asking {
            host: Some("laptop.home:8017"),
            cookie: Some("secret"),
            origin,
            ..Asking::default()
        };
        assert_eq!(judge(asking(Some("http://laptop.home:8017"))), Ok(()));
        assert_eq!(judge(asking(None)), Ok(()));
        // A cookie knows no ports.
        let other_port = asking(Some("http://laptop.home:9000"));
        assert_eq!(judge(other_port), Err(Refusal::NoToken));
    }

    #[test]
    fn where_it_is_always_asked_for_this_machine_shows_the_token_too() {
        let access = Access::new("secret".into(), Vec::new(), true);
        assert_eq!(access.judge(local("localhost")), Err(Refusal::NoToken));
        let shown = Asking {
            token: Some("secret"),
            ..local("localhost")
        };
        assert_eq!(access.judge(shown), Ok(()));
    }

    #[test]
    fn another_machine_needs_the_token() {
        let asking = Asking {
            is_local: false,
            ..local("192.168.1.5:8017")
        };
        assert_eq!(judge(asking), Err(Refusal::NoToken));
        let named = Asking {
            host: Some("laptop.home:8017"),
            token: Some("secret"),
            ..asking
        };
        assert_eq!(judge(named), Ok(()));
    }

    #[test]
    fn a_wrong_token_is_refused_where_one_is_needed_and_is_no_harm_where_none_is() {
        let wrong = Asking {
            token: Some("secre"),
            ..local("localhost:8017")
        };
        assert_eq!(judge(wrong), Ok(()));
        let from_elsewhere = Asking {
            is_local: false,
            ..wrong
        };
        assert_eq!(judge(from_elsewhere), Err(Refusal::WrongToken));
        let from_a_page = Asking {
            origin: Some("https://evil.example"),
            ..wrong
        };
        assert_eq!(judge(from_a_page), Err(Refusal::WrongToken));
    }
}
