//! The properties of every conversation, by name.

use std::fmt;

use strum::Display;

/// What holds in every conversation, whatever the user does and however engines fail.
#[derive(Debug, Display, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[strum(serialize_all = "kebab-case")]
pub enum Property {
    /// No sample of a reply leaves the loudspeaker before its release.
    NoDraftIsHeard,
    /// Nothing of a reply sounds once it was stopped, the fade apart.
    NothingIsHeardAfterItsStop,
    /// A reply that was stopped is never released.
    StoppedStaysStopped,
    /// A reply is begun once.
    ReplyBeginsOnce,
    /// Every draft is released or stopped, and what is released is begun.
    EveryDraftEnds,
    /// At most one transcript is open.
    OneLiveTurn,
    /// Every transcript is let go.
    EveryTranscriptEnds,
    /// Every turn that ended is answered, carried on by the next one, or failed.
    EveryTurnIsAnswered,
    /// Words of a turn that was taken back reach an answer with the next one.
    NoQuestionIsLost,
    /// No answer is put off twice by speech that adds no word to the question.
    NoAnswerIsPutOffForEver,
    /// What the assistant says in a prompt was played.
    HistoryWasHeard,
    /// A prompt is written in the language that the voice speaks.
    PromptIsInTheVoicesLanguage,
    /// No tool acts for a draft, nor for a reply that was stopped.
    NothingActsUnreleased,
    /// A reply calls a tool of the program's own with the same arguments once.
    EachCallOnceAReply,
    /// Only tools that were offered are called.
    OnlyOfferedToolsAreCalled,
    /// What tools changed for a reply is kept or undone, once, before another reply changes something.
    EveryEffectIsSettled,
    /// What rings is answered once.
    EachRingIsAnsweredOnce,
    /// Every question to the helper is answered or dropped.
    EveryHelpersQuestionEnds,
    /// An answer of the helper's is said once, not after it was dropped, and over nobody.
    HelpersAnswerIsSaidOnce,
    /// No queue between two stages comes near its bound.
    QueuesStaySmall,
    /// The conversation comes to rest, and then the assistant listens.
    ComesToRest,
    /// Nothing that ships panics.
    NothingPanics,
    /// Broken on purpose, to see that it is found again in a shorter conversation.
    #[cfg(test)]
    AnswersTwiceAtMost,
    /// Another one.
    #[cfg(test)]
    IsNeverInterrupted,
}

impl Property {
    /// It does not hold, and this is why.
    ///
    /// # Errors
    /// Always.
    pub fn broken<T>(self, how: impl Into<String>) -> Result<T, Broken> {
        Err(Broken {
            property: self,
            how: how.into(),
        })
    }
}

/// A property that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub property: Property,
    /// What happened instead.
    pub how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.property, self.how)
    }
}
