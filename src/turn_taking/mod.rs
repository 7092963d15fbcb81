//! Who speaks when: one pure state machine.
//!
//! Events and the time go in, commands come out; no clock, thread, channel, I/O, randomness or
//! engine is in here, so that every decision can be tested and replayed. `pipeline` carries out
//! the commands.
//!
//! ```text
//!              speech           pause              deadline, text
//!  Listening ─────────► UserSpeaking ─────► EndpointPending ─────► Replying ─► Listening
//!      ▲                   ▲   ▲  speech          │                   │
//!      │                   │   └──────────────────┘                   │
//!      └── no text ────────┴──────── speech: interrupt, or extend ────┘
//! ```

mod machine;
mod message;
mod stop_words;

pub use machine::{State, TurnTaking, TurnTakingConfig};
pub use message::{Command, Event};
