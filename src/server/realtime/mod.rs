//! The OpenAI Realtime protocol (GA) of one connection, as a machine between a client and a session.
//!
//! ```text
//!  client's frames ──► client() ──┐             ┌──► Send: a server event, for the client
//!  session's events ─► session() ─┤ Translator ─┼──► Hear: audio for the session's microphone
//!  session's calls ──► call() ────┤             ├──► Found: what came of a call, for the session
//!  loudspeaker ──────► played() ──┘             └──► Do, Configure, Truncated: for whoever runs the session
//! ```
//!
//! - [`client`]: what a client may send, read and checked;
//! - [`session`]: the session object, what of it can be set, and the [`Settings`] that follow; `fields` reads it;
//! - [`items`]: the conversation as the client sees it; `new_item` reads what a client adds to it;
//! - [`tools`]: the client's functions that may be called; [`calls`]: a call, and what becomes of it;
//! - [`server`]: what is sent to a client: every event is built there;
//! - [`making`]: what the session has made of its next reply, before anybody may hear it;
//! - [`response`]: the response that is open: how it begins, what is sent of it, how it ends;
//!   `response_object` writes it;
//! - [`translator`]: the machine; `from_client` and `from_session` are its two sides.
//!
//! Invariants: no clock, no threads, no input or output here. Nothing a client sends makes it panic or grow
//! without bound. Each `response.created` is followed by exactly one `response.done`, and no second one is
//! created before that. Only events that every client knows are sent: Pipecat ends its session at others.
//!
//! What is translated otherwise than one may expect:
//! - Speech over a reply is told only when the session knows that it interrupts. Until then it may be "mm-hm".
//! - The words of a reply come clause by clause, ahead of the sound. Its sound comes as it is played, no
//!   faster. So the item of a reply that was cut off holds what was heard, not all of its words.
//! - Where the user goes on before a reply was heard, the reply is cancelled and the user's item is deleted. The
//!   next item has all of their words. What the client wrote itself is not deleted.
//! - With `turn_detection: null` audio is listened to from the first append at which no response is active and
//!   no call waits for its result, up to the `response.create` that follows a commit.
//! - A response ends with a call of a function. What comes after the client's answer is another response of the
//!   same turn, and there is one call at a time. No item of the user's that was written with the answer is
//!   answered by it: that takes another `response.create`.
//! - Where no answer comes in time, the turn goes on in a response that nobody asked for. An answer that comes
//!   later, or after the user went on, is kept and not passed on. `response.cancel` while a call waits gives it
//!   up, though no response is active.
//! - A response's instructions are answered like a text of the user's where nothing else waits for an answer. If they
//!   begin with the session's, as LiveKit's plugin has it, only what follows is.
//! - What sounds while a call waits, such as the end of words before it, is sent with the words after it.
//!
//! What is accepted and has no effect, so that ordinary clients get through: `model`, `voice`,
//! `max_output_tokens`, `threshold`, `prefix_padding_ms`, `noise_reduction`, `tracing`, `truncation`, `prompt`,
//! `parallel_tool_calls`, the `tools` and `tool_choice` of a single response, and fields that are not known. A
//! `tool_choice` of "required", or of one function, is as "auto". The session object always says what is in
//! effect. The language model reads what the user said and wrote, and what came of the calls that it made;
//! system and assistant items, and calls that the client created, are kept and given back, but it does not read
//! them. Only a system item behind the last reply is answered, if nothing else is.

mod calls;
mod client;
mod fields;
mod from_client;
mod from_session;
mod items;
mod making;
mod new_item;
mod response;
mod response_object;
mod server;
mod session;
mod tools;
mod translator;

#[cfg(test)]
mod call_tests;
#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod given_up_call_tests;
#[cfg(test)]
mod item_tests;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod reply_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod strict_client;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tool_tests;
#[cfg(test)]
mod track_tests;
#[cfg(test)]
mod turn_taking_tests;
#[cfg(test)]
mod turn_taking_world_tests;
#[cfg(test)]
mod turn_tests;

pub use session::{Eagerness, Settings, TurnEnd};
pub use translator::{SoundBy, Translator};

/// Samples per second of all audio here. It is 16-bit mono.
pub const RATE: u32 = 24_000;

/// Bytes of an error's message.
const LONGEST_MESSAGE: usize = 500;

/// Something to be done by whoever runs the connection and the session, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this to the client, as a text frame.
    Send(serde_json::Value),
    /// Audio for the session's microphone, 24 kHz mono. A client may send it faster than it was spoken.
    Hear(Vec<i16>),
    /// Tell the session.
    Do(Act),
    /// The session must run with these settings from now on. If it is started again for that, call
    /// [`Translator::restarted`].
    Configure(Settings),
    /// The client called what [`Translator::call`] told it to call, and this came of it: the turn goes on.
    Found {
        /// The session's number of the call.
        call: u64,
        /// What came of it, at most 32 KiB. It may be empty.
        output: String,
    },
    /// The client cut a reply off at this many milliseconds before the end of what it was sent: it plays that
    /// much later than our loudspeaker, if it cut off what just sounded.
    Truncated {
        /// Milliseconds.
        behind_ms: u64,
    },
}

/// What the session is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The user's turn begins (push-to-talk).
    Press,
    /// The user's turn is over.
    Release,
    /// What was heard of the user's turn so far is thrown away: there is no turn.
    Discard,
    /// The user wrote this. It is never blank.
    Typed(String),
    /// The reply is not wanted any more.
    Cancel,
}

/// Why a client's event was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    /// For programs.
    code: &'static str,
    /// What is wrong and what to do.
    message: String,
    /// The field that is wrong.
    param: Option<String>,
}

impl Refusal {
    /// The message may quote the client: it is cut.
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        let mut message = message.into();
        message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
        Self {
            code,
            message,
            param: None,
        }
    }

    fn of(param: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.into()),
            ..Self::new(code, message)
        }
    }
}
