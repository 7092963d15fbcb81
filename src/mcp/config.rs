//! What the user's configuration says of a server: how it is reached, what of it is offered, how far it is
//! trusted. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

/// The time a call may take, in seconds, where the configuration does not say.
const TIMEOUT_S: u64 = 20;
const LONGEST_TIMEOUT_S: u64 = 600;

/// One server, as `[mcp.NAME]` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct McpServerConfig {
    /// How it is reached.
    pub reached: Reached,
    /// The only tools that are offered, by the names that the server gives them; all if absent.
    pub tools: Option<Vec<String>>,
    /// The longest time for a call.
    pub timeout: Duration,
    /// How far its word is taken.
    pub trust: Trust,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// It is a program of this machine, and speaks over its standard input and output.
    Command {
        /// Its path, or its name on `PATH`.
        program: String,
        /// What follows its name.
        arguments: Vec<String>,
        /// What it finds in its environment besides the few variables that every server gets.
        env: Environment,
    },
    /// It is reached over HTTP ("streamable HTTP").
    Url {
        /// Its address.
        url: Url,
        /// The variable of our environment that holds its bearer token.
        token_env: Option<String>,
    },
}

/// Variables for a server's process. Their values may be keys, so [`fmt::Debug`] shows names only.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Environment(pub BTreeMap<String, String>);

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How far a server's word about its tools is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// The user is asked before each call of any tool.
    Ask,
    /// What a tool may do without asking is what the server's annotations say of it.
    #[default]
    Annotations,
}

/// Why a server's configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ConfigError {
    #[error(
        "an MCP server needs `command` (a program of this machine) or `url` (a server on the network)"
    )]
    NeitherCommandNorUrl,
    #[error("an MCP server has `command` or `url`, not both: make it two servers")]
    BothCommandAndUrl,
    #[error(
        "`command` is empty: write the program and its arguments, as [\"npx\", \"-y\", \"...\"]"
    )]
    EmptyCommand,
    #[error("`env` is for a server with `command`; one with `url` gets its key by `token_env`")]
    EnvironmentWithUrl,
    #[error("`{0}` is no name of an environment variable")]
    VariableName(String),
    #[error("`token_env` is for a server with `url`; one with `command` gets its keys by `env`")]
    TokenWithCommand,
    #[error("`{url}` is no http or https address: {why}")]
    Url { url: String, why: String },
    #[error(
        "`url` holds a user or a password: put the token into a variable, and name that in `token_env`"
    )]
    PasswordInUrl,
    #[error("a token would be sent to {0} unencrypted: use https")]
    TokenUnencrypted(String),
    #[error("`tools` is empty: name the tools to offer, or leave it out to offer all")]
    NoTools,
    #[error("`timeout_s` is {0}: it can be 1 to {LONGEST_TIMEOUT_S}")]
    Timeout(u64),
}

/// The table as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    command: Option<Vec<String>>,
    env: Option<Environment>,
    url: Option<String>,
    token_env: Option<String>,
    tools: Option<Vec<String>>,
    timeout_s: Option<u64>,
    #[serde(default)]
    trust: Trust,
}

impl TryFrom<Written> for McpServerConfig {
    type Error = ConfigError;

    fn try_from(written: Written) -> Result<Self, ConfigError> {
        let reached = match (written.command, written.url) {
            (None, None) => return Err(ConfigError::NeitherCommandNorUrl),
            (Some(_), Some(_)) => return Err(ConfigError::BothCommandAndUrl),
            (Some(_), None) if written.token_env.is_some() => {
                return Err(ConfigError::TokenWithCommand);
            }
            (None, Some(_)) if written.env.is_some() => {
                return Err(ConfigError::EnvironmentWithUrl);
            }
            (Some(command), None) => by_command(command, written.env.unwrap_or_default())?,
            (None, Some(url)) => by_url(&url, written.token_env)?,
        };
        if written.tools.as_ref().is_some_and(Vec::is_empty) {
            return Err(ConfigError::NoTools);
        }
        let timeout_s = written.timeout_s.unwrap_or(TIMEOUT_S);
        if !(1..=LONGEST_TIMEOUT_S).contains(&timeout_s) {
            return Err(ConfigError::Timeout(timeout_s));
        }
        Ok(Self {
            reached,
            tools: written.tools,
            timeout: Duration::from_secs(timeout_s),
            trust: written.trust,
        })
    }
}

fn by_command(command: Vec<String>, env: Environment) -> Result<Reached, ConfigError> {
    let mut words = command.into_iter();
    let program = words.next().filter(|program| !program.trim().is_empty());
    let program = program.ok_or(ConfigError::EmptyCommand)?;
    match env.0.keys().find(|name| !is_variable(name)) {
        Some(name) => Err(ConfigError::VariableName(name.clone())),
        None => Ok(Reached::Command {
            program,
            arguments: words.collect(),
            env,
        }),
    }
}

fn by_url(written: &str, token_env: Option<String>) -> Result<Reached, ConfigError> {
    let wrong = |why: String| ConfigError::Url {
        url: written.to_owned(),
        why,
    };
    let url = Url::parse(written).map_err(|e| wrong(e.to_string()))?;
    // The address stays out of this message: it holds a secret.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ConfigError::PasswordInUrl);
    }
    if !["http", "https"].contains(&url.scheme()) {
        return Err(wrong(format!("it begins with {}:", url.scheme())));
    }
    if let Some(name) = &token_env {
        if !is_variable(name) {
            return Err(ConfigError::VariableName(name.clone()));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            let host = url.host_str().unwrap_or_default();
            return Err(ConfigError::TokenUnencrypted(host.to_owned()));
        }
    }
    Ok(Reached::Url { url, token_env })
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

/// Whether an address is of this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || number.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str) -> Result<McpServerConfig, String> {
        toml::from_str(table).map_err(|e| e.message().to_owned())
    }

    fn refused(table: &str, error: ConfigError) {
        assert_eq!(read(table), Err(error.to_string()), "{table}");
    }

    #[test]
    fn a_command_is_a_program_and_its_arguments() {
        let config = read("command = ['npx', '-y', 'server']\nenv = { KEY = 'value' }").unwrap();
        let env = Environment([("KEY".into(), "value".into())].into());
        let expected = Reached::Command {
            program: "npx".into(),
            arguments: vec!["-y".into(), "server".into()],
            env,
        };
        assert_eq!(config.reached, expected);
        assert_eq!(config.timeout, Duration::from_secs(20));
        assert_eq!(config.trust, Trust::Annotations);
        assert_eq!(config.tools, None);
    }

    #[test]
    fn a_server_is_reached_in_exactly_one_way() {
        refused("", ConfigError::NeitherCommandNorUrl);
        refused(
            "command = ['a']\nurl = 'http://localhost'",
            ConfigError::BothCommandAndUrl,
        );
        refused("command = []", ConfigError::EmptyCommand);
        refused("command = [' ']", ConfigError::EmptyCommand);
    }

    #[test]
    fn what_belongs_to_the_other_kind_of_server_is_refused() {
        refused(
            "url = 'https://a.example'\nenv = { A = 'b' }",
            ConfigError::EnvironmentWithUrl,
        );
        refused(
            "command = ['a']\ntoken_env = 'A'",
            ConfigError::TokenWithCommand,
        );
    }

    #[test]
    fn an_address_is_of_http() {
        for (url, why) in [
            ("nowhere", "relative URL without a base"),
            ("ftp://a.example", "it begins with ftp:"),
            ("http://", "empty host"),
        ] {
            let error = ConfigError::Url {
                url: url.into(),
                why: why.into(),
            };
            refused(&format!("url = '{url}'"), error);
        }
    }

    #[test]
    fn a_secret_does_not_stand_in_the_address() {
        refused(
            "url = 'https://me:secret@a.example'",
            ConfigError::PasswordInUrl,
        );
    }

    #[test]
    fn a_token_is_sent_encrypted_or_stays_on_this_machine() {
        let with = |url: &str| format!("url = '{url}'\ntoken_env = 'TOKEN'");
        refused(
            &with("http://a.example/mcp"),
            ConfigError::TokenUnencrypted("a.example".into()),
        );
        for url in [
            "https://a.example/mcp",
            "http://127.0.0.1:3000/mcp",
            "http://localhost/mcp",
            "http://[::1]:80/mcp",
        ] {
            assert!(read(&with(url)).is_ok(), "{url}");
        }
    }

    #[test]
    fn numbers_and_names_out_of_range_are_refused() {
        refused("command = ['a']\ntimeout_s = 0", ConfigError::Timeout(0));
        refused(
            "command = ['a']\ntimeout_s = 601",
            ConfigError::Timeout(601),
        );
        refused("command = ['a']\ntools = []", ConfigError::NoTools);
        refused(
            "command = ['a']\nenv = { 'A=B' = 'c' }",
            ConfigError::VariableName("A=B".into()),
        );
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = read("command = ['a']\ntimeout = 3").unwrap_err();
        assert!(error.contains("`timeout`"), "{error}");
    }

    #[test]
    fn values_of_the_environment_are_not_shown() {
        let config = read("command = ['a']\nenv = { KEY = 'secret' }").unwrap();
        let shown = format!("{config:?}");
        assert!(
            shown.contains("KEY") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
