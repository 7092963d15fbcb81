//! The stages as threads, and the wires between them. Policy is elsewhere: `turn_taking` decides,
//! the engines work, the threads here only carry out and report.
//!
//! | thread | takes | gives | when its queue is full |
//! |---|---|---|---|
//! | `capture` | the device's rings | audio to recognizer and endpointing, activity to the conductor | the callback drops the newest samples and counts them |
//! | `turn-taking` | events of all stages | commands to all stages | producers of decisions wait; ticks are dropped |
//! | `recognizer` | audio and commands | transcripts | audio is dropped and counted: ten seconds behind is lost anyway |
//! | `endpointing` | audio and commands | scores | audio is dropped |
//! | `speaker`, where voices are enrolled | audio and commands | how alike a turn's voice is to the enrolled ones | audio is dropped |
//! | `language-model` | questions, what was heard | pieces of text | the conductor waits: it holds only a few |
//! | `helper`, where there is a second model | questions | answers | the conductor waits: it holds only a few |
//! | `tools` | calls, what was said and heard, the time | what is to be said, what rings | the conductor waits: it holds only a few |
//! | `synthesizer` | pieces of text | clauses as sound | the language model waits, and looks whether it is cancelled |
//! | `playback` | clauses, releases, holds, stops | samples to the device's ring | the synthesizer waits; those come on a channel of their own |
//! | `recorder` | blocks of both channels, events, decisions | files | blocks are dropped, silence in their places |

mod bus;
mod capture;
mod conductor;
mod devices;
mod ears;
mod endpointing;
mod external_tools;
mod helper;
mod language_model;
mod live;
mod meter;
mod playback;
mod recent_audio;
mod recognizer;
mod recorder;
#[cfg(test)]
mod scripted_engines;
mod sentences;
mod session;
mod speaker;
mod synthesizer;
mod tools;
mod waiting;
mod wires;
mod written;

pub use bus::{EventBus, Watcher};
pub use capture::LOUDSPEAKER;
pub use devices::{Report, Sound, measure_echo};
pub use helper::{Help, Helper};
pub use language_model::LANGUAGE_MODEL;
pub use recorder::{CONVERSATION, DECISIONS, EVENTS};
pub use sentences::{Heard, listen_to_sentences};
pub use session::{Engines, Session, SessionConfig, SessionError, SessionTools};
pub use speaker::KnownVoices;
pub use written::{Models, WrittenAnswer, WrittenConversation};

/// The parts that the simulator drives on a clock of its own, without threads.
pub(crate) mod scripted {
    pub use super::capture::CaptureControl;
    pub use super::conductor::{Conductor, ConductorInput};
    pub use super::endpointing::EndpointingInput;
    pub use super::helper::{HelperQuestion, HelperWire, WantedQuestion};
    pub use super::language_model::{Assignment, LanguageModelInput};
    pub use super::live::LiveReply;
    pub use super::playback::{PlaybackControl, PlaybackInput, PlaybackStage};
    pub use super::recognizer::RecognizerInput;
    pub use super::speaker::SpeakerInput;
    pub use super::tools::ToolsInput;
    pub use super::waiting::Waiting;
}
