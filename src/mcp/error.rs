//! What can go wrong with a server.

use std::time::Duration;

use super::bounded_reader::MOST_BYTES;

/// Why a server is not there, or a call came to nothing. Every text of a server in it is cleaned and
/// short ([`super::result_text`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum McpError {
    #[error("no MCP server offers a tool named `{0}`")]
    UnknownTool(String),
    #[error("cannot start `{program}`: {why}. Is it installed, and on PATH?")]
    CannotStart { program: String, why: String },
    #[error("the environment has no `{0}`: set it to the server's token, or take `token_env` out")]
    TokenAbsent(String),
    #[error("cannot reach it: {0}. Does it run, and is its address right?")]
    CannotReach(String),
    #[error(
        "it lets nobody in without the right token: set one, and name its variable in `token_env`"
    )]
    NotLetIn,
    #[error(
        "it did not answer within {} s of its start. Start its command by hand to see what it waits for{}",
        .waited.as_secs(), wrote(.said)
    )]
    NotUp { waited: Duration, said: String },
    #[error("it ended{}", wrote(.said))]
    Ended { said: String },
    /// Over HTTP; what was too large is not told from what broke off there, but for an answer in one piece.
    #[error(
        "the connection broke off: it closed it, or sent a message larger than {} MB",
        MOST_BYTES >> 20
    )]
    BrokenOff,
    #[error("it was closed: one of its messages was larger than {} MB", MOST_BYTES >> 20)]
    TooLarge,
    #[error("it was closed: it sent more messages than any tool needs")]
    Flood,
    #[error("it does not speak MCP as we know it: {0}")]
    NotUnderstood(String),
    #[error("it ended a short while ago, and is started again in {} s at the earliest", .0.as_secs() + 1)]
    RestartWaits(Duration),
    #[error("it did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the call was given up")]
    Cancelled,
    #[error("it wants to ask something during the call, which is not supported")]
    WantsInput,
    /// The tool itself says that it failed, and why.
    #[error("{0}")]
    Declined(String),
    #[error("the thread of the MCP servers is gone: restart the program ({0})")]
    NoThread(String),
}

/// What a server wrote to its standard error, as the end of a message.
fn wrote(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("; it wrote: {text}")
    }
}
