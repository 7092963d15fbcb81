//! Where a conversation can be.

use std::time::Duration;

use super::machine::join;
use super::overlap::last_words;
use super::pause::same_words;
use super::whose_voice::Voice;
use super::{Command, GivenWords};
use crate::clock::Timestamp;
use crate::endpointing::Cue;
use crate::events::{EndReason, EventKind, ReplyId, TurnId};
use crate::language::Language;
use crate::lexicon::words;

/// Where the conversation is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Nobody speaks.
    Listening,
    /// The user has the turn: speaks, or pauses.
    User(UserTurn),
    /// The user's words are known, but not yet what they heard of the reply before.
    AwaitingHeard {
        /// The turn.
        turn: TurnId,
        /// What to answer.
        answer: Answer,
    },
    /// The assistant has the turn.
    Replying(Reply),
}

impl State {
    /// Whose words come in: the user who has the turn, or who speaks over the reply.
    pub(super) fn user(&self) -> Option<&UserTurn> {
        match self {
            Self::User(user) => Some(user),
            Self::Replying(reply) => reply.overlap.as_ref()?.user.as_ref(),
            Self::Listening | Self::AwaitingHeard { .. } => None,
        }
    }

    /// The same, to be told what came in.
    pub(super) fn user_mut(&mut self) -> Option<&mut UserTurn> {
        match self {
            Self::User(user) => Some(user),
            Self::Replying(reply) => reply.overlap.as_mut()?.user.as_mut(),
            Self::Listening | Self::AwaitingHeard { .. } => None,
        }
    }
}

/// The user's side of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct UserTurn {
    /// The turn.
    pub turn: TurnId,
    /// When its speech began.
    pub began: Timestamp,
    /// Since when it goes on without a pause.
    pub speaks_since: Timestamp,
    /// How it began.
    pub onset: Onset,
    /// Words from before a reply that was cancelled unheard: they belong to this turn too.
    pub carried: String,
    /// It began while a reply was audible.
    pub over_reply: bool,
    /// It begins with the words that woke the assistant.
    pub called: bool,
    /// Pauses so far, so that a late answer is known as such.
    pub pauses: u32,
    /// Drafts so far.
    pub drafts: u32,
    /// What was last said of its words while it lasts.
    pub partial: Partial,
    /// What the language model has read of it last, without its end, and how probable the model finds it that it
    /// ends there.
    pub read: Option<(String, Option<f32>)>,
    /// What is known of its voice, if voices are told from each other.
    pub voice: Option<Voice>,
    /// The pause that it is in.
    pub pause: Option<Pause>,
}

/// What was said while a turn lasts. Its words are looked at on each tick, so they are made when the text comes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Partial {
    text: String,
    words: Vec<String>,
}

impl From<String> for Partial {
    fn from(text: String) -> Self {
        let words = words(&text);
        Self { text, words }
    }
}

impl Partial {
    /// As it was written down.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its words, as the lexicon has them.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// How speech began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onset {
    /// While no reply could be heard.
    InSilence,
    /// While a reply could be heard.
    OverReply,
    /// As a reply began to sound, or went on: it may be its echo.
    AtOnce,
}

/// Speech without a pause for this long is music, or a television: people breathe.
const LONGEST_SPEECH: Duration = Duration::from_secs(60);
/// A turn that lasts for this long ends, however short its pauses are.
pub const LONGEST_TURN: Duration = Duration::from_secs(180);

impl UserTurn {
    /// When it ends if it does not pause before.
    pub fn longest(&self) -> Timestamp {
        let speech = self.speaks_since + LONGEST_SPEECH;
        speech.min(self.began + LONGEST_TURN)
    }

    /// Whether it has lasted for too long.
    pub fn is_overlong(&self, at: Timestamp) -> bool {
        at >= self.began + LONGEST_TURN
    }

    /// Lets it pause at `now`, whoever may still speak, and end there. Gives the commands to decode
    /// it and to tell of it.
    pub(super) fn decide(&mut self, now: Timestamp, reason: EndReason) -> (Command, Command) {
        self.pauses += 1;
        self.pause = Some(Pause {
            last_speech: now,
            decode_at: None,
            words_until: now,
            text: None,
            cue: Cue::Neutral,
            score: None,
            score_due: None,
            score_took_ms: 0.0,
            read_due: None,
            voice_due: None,
            deadline: now,
            decided: true,
            reason,
            draft: None,
        });
        let (turn, pause) = (self.turn, self.pauses);
        let last_speech_ms = now.as_millis_f64();
        let paused = EventKind::SpeechPaused { last_speech_ms };
        (
            Command::Decode { turn, pause },
            Command::Publish(turn, paused),
        )
    }

    /// Whether the language model has read these words of the turn's.
    pub fn has_read(&self, text: &str) -> bool {
        let read = self.read.as_ref();
        read.is_some_and(|(read, _)| same_words(read, &join(&self.carried, text)))
    }

    /// How probable the language model finds it that the turn ends at its pause, between 0 and 1, if it has read the
    /// words so far and can tell.
    pub fn ends(&self) -> Option<f32> {
        let text = self.pause.as_ref()?.text.as_deref()?;
        let (_, ends) = self.read.as_ref().filter(|_| self.has_read(text))?;
        *ends
    }

    /// Whether it carries words from before and its own sound, up to this pause, had none.
    pub fn adds_nothing(&self) -> bool {
        let own = self.pause.as_ref().and_then(|pause| pause.text.as_deref());
        !self.carried.is_empty() && own.is_some_and(|text| words(text).is_empty())
    }
}

/// A pause that may be the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Pause {
    /// The last sound before it.
    pub last_speech: Timestamp,
    /// The transcript is asked for only now, so that what is still on its way is in it.
    pub decode_at: Option<Timestamp>,
    /// What was heard until then is in the transcript.
    pub words_until: Timestamp,
    /// The turn's words, once they are known.
    pub text: Option<String>,
    /// What they say about the end, with the punctuation that the recognizer gave them.
    pub cue: Cue,
    /// The detector's probability that the turn is over, once it is known.
    pub score: Option<f32>,
    /// Until when that is waited for, once it has been asked.
    pub score_due: Option<Timestamp>,
    /// Time that the detector took for it, until that is told. Milliseconds.
    pub score_took_ms: f64,
    /// Until when the language model's opinion is waited for, once it has been asked.
    pub read_due: Option<Timestamp>,
    /// Until when it is waited for whose voice it is, once that has been asked.
    pub voice_due: Option<Timestamp>,
    /// When the turn ends, as it looks now.
    pub deadline: Timestamp,
    /// It is the end, however it sounds.
    pub decided: bool,
    /// Why then.
    pub reason: EndReason,
    /// A reply that is made meanwhile.
    pub draft: Option<Draft>,
}

/// A reply that nobody may hear yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The reply.
    pub id: ReplyId,
    /// The words that it answers.
    pub text: String,
    /// When it was begun.
    pub started: Timestamp,
}

/// What a reply is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// An answer to these words of the user.
    To(String),
    /// The rest of the reply before, asked for with these words.
    Rest(String),
    /// Given words: it breaks a silence.
    Prompt(String),
    /// Given words: they tell what rings. The history does not keep them.
    Ring {
        /// What rings.
        id: i64,
        /// What is said.
        words: String,
        /// What it is said in.
        language: Language,
    },
    /// Given words of whoever answers in the assistant's place, or late ones of its own. What was heard of them is told
    /// ([`super::Command::Told`]).
    Given(GivenWords),
    /// Given words: why there is no reply, or no more of it. The history does not keep them.
    Apology(String),
}

impl Answer {
    /// The words of the user that it answers; none if it goes on with what was said before.
    pub fn user_words(&self) -> String {
        match self {
            Self::To(text) => text.clone(),
            Self::Rest(_)
            | Self::Prompt(_)
            | Self::Ring { .. }
            | Self::Given(_)
            | Self::Apology(_) => String::new(),
        }
    }

    /// The words of the user that are said again if it is taken back unheard.
    pub fn carried(&self) -> String {
        match self {
            Self::To(text) | Self::Rest(text) => text.clone(),
            Self::Prompt(_) | Self::Ring { .. } | Self::Given(_) | Self::Apology(_) => {
                String::new()
            }
        }
    }
}

/// The assistant's side of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The reply.
    pub id: ReplyId,
    /// What it is made of.
    pub answer: Answer,
    /// Since when it can be heard.
    pub audible_since: Option<Timestamp>,
    /// What of it was said so far.
    pub said: String,
    /// The last words of that, which may come back as an echo.
    pub last_words: Vec<String>,
    /// Somebody or something sounds over it.
    pub overlap: Option<Overlap>,
    /// It broke off: this is said when what there is of it has been said.
    pub apology: Option<String>,
}

/// Speech that begins so soon after the reply belongs to the turn before it: nobody answers half a
/// word, and it takes longer to hear a reply and to mean to interrupt it.
const TOO_SOON: Duration = Duration::from_millis(350);

impl Reply {
    /// More of it was said: this is all so far.
    pub fn has_said(&mut self, text: String) {
        self.last_words = last_words(&text);
        self.said = text;
    }

    /// Whether it has been heard long enough at `at` for speech to be an answer to it, or an
    /// interruption.
    pub fn is_established(&self, at: Timestamp) -> bool {
        is_established(self.audible_since, at)
    }
}

/// As [`Reply::is_established`], of one that can be heard since then.
pub(super) fn is_established(audible_since: Option<Timestamp>, at: Timestamp) -> bool {
    audible_since.is_some_and(|since| at.since(since) > TOO_SOON)
}

/// A sound over an audible reply, until it is known what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Its beginning.
    pub since: Timestamp,
    /// The reply is held, not only ducked.
    pub held: bool,
    /// It is speech, and this is its turn if it means to interrupt.
    pub user: Option<UserTurn>,
}
