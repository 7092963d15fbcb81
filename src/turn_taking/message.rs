//! What goes into the state machine and what comes out.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::whose_voice::Voice;
use crate::clock::Timestamp;
use crate::events::{EventKind, Loudness, ReplyId, TurnId};
use crate::language::Language;

/// Something that happened. Each message that answers a command carries what it answers. It can be
/// written down and read again, to replay a session's decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Audio was processed up to the time that comes with the event.
    Tick,
    /// A sound began at this time that may become speech.
    SoundStarted(Timestamp),
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
    /// The reply is not wanted any more, whether it sounds already or not: a button, or a program.
    Stop,
    /// What the user has said so far is not to be answered.
    TakeBack,
    /// Something is to be said as soon as nobody speaks, and again until the user answers.
    Ring {
        /// A number that whoever wants it rung knows it by.
        id: i64,
        /// The words.
        words: String,
        /// What they are in, whatever the conversation is in when they are said.
        language: Language,
    },
    /// Something rings no more.
    Withdraw(i64),
    /// Words are to be said as soon as nobody speaks, once. Answered by [`Command::Told`].
    Say(GivenWords),
    /// Words that were to be said are not wanted any more, whether they sound already or not.
    StopSaying(i64),
    /// Nothing is to be answered until the user asks for it by one of the words that wake.
    Sleep,
    /// Somebody called the assistant, which slept: from this time on everything is heard again. With the detector's
    /// probability.
    Called(Timestamp, f32),
    /// The words of the user that are told next are in this language.
    Spoken(Language),
    /// What the user has said so far, while they speak.
    Partial {
        /// The turn.
        turn: TurnId,
        /// The words so far.
        text: String,
    },
    /// Answers [`Command::Decode`]: the turn's words if it ends here.
    Decoded {
        /// The turn.
        turn: TurnId,
        /// The pause that it answers.
        pause: u32,
        /// The words; empty if there were none.
        text: String,
    },
    /// Answers [`Command::Score`].
    Scored {
        /// The turn.
        turn: TurnId,
        /// The pause that it answers.
        pause: u32,
        /// Probability that the turn is over; `None` if the detector failed.
        score: Option<f32>,
        /// Time the detector took. Milliseconds.
        took_ms: f64,
    },
    /// The language model has read words of the user's, asked by [`Command::Prepare`] or [`Command::Draft`].
    WordsRead {
        /// The turn.
        turn: TurnId,
        /// The words, without the marks at their end.
        text: String,
        /// Probability that the user's message ends there; `None` if the model cannot tell.
        ends: Option<f32>,
    },
    /// Whose voice a turn has, as far as it was heard: told now and then while somebody speaks, and at a pause.
    VoiceHeard {
        /// The turn.
        turn: TurnId,
        /// The pause at which it was told, if it was one.
        pause: Option<u32>,
        /// What is known of the voice; `None`: there was too little speech.
        voice: Option<Voice>,
    },
    /// The language model has ended a reply by itself.
    Generated {
        /// How fast it wrote.
        tokens_per_s: f64,
    },
    /// The first sample of a reply left for the device.
    PlaybackStarted {
        /// The reply.
        reply: ReplyId,
        /// When it left.
        at: Timestamp,
    },
    /// These words of a reply have left the loudspeaker so far.
    Said {
        /// The reply.
        reply: ReplyId,
        /// All of it that was said.
        text: String,
    },
    /// A reply was played to its end, or answers [`Command::StopReply`].
    PlaybackEnded {
        /// The reply.
        reply: ReplyId,
        /// The words that left the loudspeaker.
        heard: String,
    },
    /// An engine failed while it worked for this turn.
    Failed {
        /// The turn.
        turn: TurnId,
        /// The reply, if it was at work on one.
        reply: Option<ReplyId>,
        /// Which stage.
        stage: Cow<'static, str>,
        /// What, and what to do.
        message: String,
        /// A sentence for the user, who waits for a reply. One that is under way is said as far as it was
        /// made, then this: whoever sends it lets the reply end. If absent, the reply is stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        apology: Option<Cow<'static, str>>,
    },
}

/// Words that whoever answers in the assistant's place wants said, or the assistant itself long after it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenWords {
    /// A number that whoever gave them knows them by.
    pub id: i64,
    /// The words.
    pub words: String,
    /// What they are spoken in, if not in the language of the conversation.
    pub language: Option<Language>,
    /// Whether speech over them may stop them. If not, that speech is not heard.
    pub interruptible: bool,
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
    /// Speech paused: decode what there is, it may be all. Answered by [`Event::Decoded`].
    Decode {
        /// The turn.
        turn: TurnId,
        /// Goes into the answer.
        pause: u32,
    },
    /// Speech paused: say whether the turn sounds over. Answered by [`Event::Scored`].
    Score {
        /// The turn.
        turn: TurnId,
        /// Goes into the answer.
        pause: u32,
    },
    /// Speech goes on after a pause.
    ResumeTranscript(TurnId),
    /// Let the transcript's audio go.
    EndTranscript(TurnId),
    /// The turn begins with these words: read them ahead, say nothing. Answered by [`Event::WordsRead`], unless
    /// something else is wanted of the language model meanwhile.
    Prepare {
        /// The turn.
        turn: TurnId,
        /// Its words so far, without the marks at their end.
        text: String,
    },
    /// Make a reply to the user's words and hold it.
    Draft {
        /// The reply.
        reply: ReplyId,
        /// The user's words.
        text: String,
        /// To be answered by [`Event::WordsRead`], where the language model can tell.
        asks_end: bool,
    },
    /// Replies are made in this language from now on.
    Speak(Language),
    /// As [`Command::Draft`], with the rest of the reply that was heard last.
    DraftRest(ReplyId),
    /// As [`Command::Draft`], with these words instead of the language model's.
    DraftWords {
        /// The reply.
        reply: ReplyId,
        /// What it says.
        words: String,
        /// A tone goes before them: something rings.
        rings: bool,
        /// What they are spoken in, if not in the language of the conversation.
        language: Option<Language>,
    },
    /// Let a draft be heard.
    Release(ReplyId),
    /// Change how a reply sounds.
    Play(ReplyId, Loudness),
    /// Cancel a reply or a draft wherever it is; what sounds fades out. Answered by
    /// [`Event::PlaybackEnded`].
    StopReply(ReplyId),
    /// The turn that began then is answered: it was the user who spoke.
    KnowSpeaker {
        /// When the turn's speech began.
        since: Timestamp,
    },
    /// It hears itself: replies are not to be listened over any more.
    StopListeningOverReplies,
    /// That was some replies ago: they are to be listened over again.
    ListenOverReplies,
    /// Nothing but the assistant's name is to be heard from now on.
    Sleep,
    /// Everything is to be heard again.
    Wake,
    /// What the user said is not answered: nothing that was to come of the words before comes of them.
    Ignore,
    /// The user heard these ring, and has said something since.
    Acknowledge(Vec<i64>),
    /// Words that were to be said ([`Event::Say`]) are over: said, cut off, or not wanted before they began. Told once
    /// of each.
    Told {
        /// The number that they are known by.
        id: i64,
        /// What of them left the loudspeaker; may be empty.
        heard: String,
    },
    /// The user wants nothing more of what they asked: what is still to come of it is not to be said.
    NotWanted,
    /// Put an exchange into the conversation's memory.
    Remember {
        /// The turn.
        turn: TurnId,
        /// The user's words; empty if the reply goes on with the one before.
        user: String,
        /// The words of the reply that were heard; may be empty.
        heard: String,
    },
    /// Tell whoever watches what belongs to no turn.
    Announce(EventKind),
    /// Tell whoever watches, with the reasons.
    Publish(TurnId, EventKind),
}
