//! What goes into the state machine and what comes out.

use crate::clock::Timestamp;
use crate::events::{EventKind, TurnId};

/// Something that happened. Each message that answers a command carries its turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Audio was processed up to the time that comes with the event.
    Tick,
    /// Speech began at this time.
    SpeechStarted(Timestamp),
    /// Speech paused; its last sound was at this time.
    SpeechPaused(Timestamp),
    /// The key of push-to-talk went down.
    TalkPressed,
    /// The key of push-to-talk went up.
    TalkReleased,
    /// The user typed a message.
    Typed(String),
    /// Answers [`Command::DecodeAtPause`]: what the turn's words are if it ends here.
    AtPause {
        /// The turn.
        turn: TurnId,
        /// The words so far.
        text: String,
    },
    /// Answers [`Command::RequestFinal`].
    Final {
        /// The turn.
        turn: TurnId,
        /// The request that it answers.
        attempt: u32,
        /// The words; empty if there were none.
        text: String,
    },
    /// The first sample of a reply left for the device.
    PlaybackStarted(TurnId),
    /// A reply was played to its end, or answers [`Command::StopReply`].
    PlaybackEnded {
        /// The turn.
        turn: TurnId,
        /// The words that left the loudspeaker.
        heard: String,
    },
    /// An engine failed while it worked for this turn.
    Failed {
        /// The turn.
        turn: TurnId,
        /// Which stage.
        stage: &'static str,
        /// What, and what to do.
        message: String,
    },
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin a transcript with the audio from this time on.
    StartTranscript {
        /// The turn.
        turn: TurnId,
        /// Where its audio begins.
        from: Timestamp,
    },
    /// Speech paused: decode what there is, it may be all.
    DecodeAtPause(TurnId),
    /// Speech goes on after a pause.
    ResumeTranscript(TurnId),
    /// Answer with [`Event::Final`].
    RequestFinal {
        /// The turn.
        turn: TurnId,
        /// Goes into the answer.
        attempt: u32,
    },
    /// Let the transcript's audio go.
    EndTranscript(TurnId),
    /// The turn may end with these words: read them ahead, say nothing.
    Prepare(String),
    /// Answer the user: language model, voice, playback.
    StartReply {
        /// The turn.
        turn: TurnId,
        /// The user's words.
        text: String,
    },
    /// Cancel a reply wherever it is; what sounds fades out. Answered by
    /// [`Event::PlaybackEnded`].
    StopReply(TurnId),
    /// Put an exchange into the conversation's memory.
    Remember {
        /// The turn.
        turn: TurnId,
        /// The user's words.
        user: String,
        /// The words of the reply that were heard; may be empty.
        heard: String,
    },
    /// Tell whoever watches, with the reasons.
    Publish(TurnId, EventKind),
}
