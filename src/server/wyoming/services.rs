//! What the engines do for clients.

use wyoming::Info;

use super::conversations::Conversation;
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;

/// Why something cannot be done, in words for whoever asked: no path, key or prompt is in them.
pub type Trouble = String;

/// Recognizer, voices and language model. `None` of a result: cancelled.
pub trait Services: Send + Sync {
    /// What is offered.
    fn info(&self) -> &Info;

    /// Writes what is said in mono samples at 16 kHz; nothing for silence.
    ///
    /// # Errors
    /// The recognizer failed, or there is too much to do.
    fn transcribe(&self, samples: &[f32], cancelled: Cancelled) -> Result<Option<String>, Trouble>;

    /// One of the voices that [`Services::info`] names.
    ///
    /// # Errors
    /// It cannot be loaded.
    fn voice(&self, name: &str) -> Result<Box<dyn Speaker>, Trouble>;

    /// Answers what was said in a conversation.
    ///
    /// # Errors
    /// There is no answer; a sentence for the user.
    fn answer(
        &self,
        conversation: &Conversation,
        said: &str,
        cancelled: Cancelled,
    ) -> Result<Option<String>, Trouble>;
}

/// A voice that speaks for one request.
pub trait Speaker {
    /// What it speaks.
    fn language(&self) -> Language;

    /// Speaks a clause, with the pause after it; any rate. `None`: cancelled.
    ///
    /// # Errors
    /// The voice failed, or there is too much to do.
    fn speak(&mut self, clause: &str, cancelled: Cancelled) -> Result<Option<Clip>, Trouble>;
}
