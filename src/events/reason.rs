//! Why something was decided, as data: written in one word, said as a phrase.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kinds of reasons. Each is a word for programs and a phrase for people.
macro_rules! reasons {
    ($(#[doc = $doc:literal] $name:ident { $($(#[doc = $of:literal])* $reason:ident => $phrase:literal,)+ })+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(
                #[doc = concat!("Said as \"", $phrase, "\".")]
                $(#[doc = $of])*
                $reason,
            )+
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$reason => $phrase,)+ })
            }
        }
    )+};
}

reasons! {
    /// Why a turn of the user's is over, or how long it will be waited for that.
    EndReason {
        Silence => "silence",
        SoundsFinished => "sounds finished",
        SoundsUnfinished => "sounds unfinished",
        ModelExpectsMore => "the language model expects more words",
        LeaningWord => "another word would follow",
        UnfinishedSentence => "sentence unfinished",
        FilledPause => "filled pause",
        NumberBeingSaid => "a number is being said",
        OneWordAnswer => "a one-word answer",
        NothingAdded => "nothing was added",
        SpokeTooLong => "spoke for too long",
        KeyReleased => "key released",
        Typed => "typed",
    }
    /// Why what was heard is not answered.
    IgnoreReason {
        NoWords => "no words in it",
        AskedToStop => "asked only to stop",
        ProbablyAskedToStop => "probably asked to stop",
        Asleep => "asleep",
        AskedToWait => "asked to wait",
        Backchannel => "a backchannel",
        NothingToGoOnWith => "asked to go on with what was over",
        FilledPause => "only a filled pause",
        TakenBack => "taken back",
        OtherVoice => "another voice than the enrolled ones",
    }
    /// Why the assistant falls asleep.
    SleepReason {
        NotCalledYet => "nobody has called yet",
        Silence => "nothing was said for a while",
        Asked => "it was told to",
    }
    /// Why the assistant wakes up.
    WakeReason {
        Called => "called",
        Typed => "typed message",
        KeyPressed => "key pressed",
        Speaks => "it has something to say",
    }
    /// Why a draft is thrown away.
    RollbackReason {
        UserWentOn => "the user went on",
        WordsChanged => "the words changed",
        Failed => "it failed",
        NotUnderstood => "it was not understood",
        Typed => "typed message",
        NotAnswered => "it is not answered",
    }
    /// Why a reply goes on more quietly.
    DuckReason {
        Sound => "a sound",
        Speech => "speech",
    }
    /// Why a reply holds.
    HoldReason {
        SpeechGoesOn => "speech goes on",
    }
    /// Why a reply goes on as before.
    GoOnReason {
        NoSpeech => "no speech followed",
        NoWords => "no words in it",
        Backchannel => "a backchannel",
        ShortSound => "a short sound",
        OwnWords => "its own words",
        OwnVoice => "its own voice",
        OtherVoice => "another voice than the enrolled ones",
        NotUnderstood => "it was not understood",
    }
    /// Why a reply is cut off.
    InterruptReason {
        StopWord => "stop word",
        Words => "words",
        WentOnSpeaking => "went on speaking",
        KeyPressed => "key pressed",
        Typed => "typed message",
        Asked => "asked by a button or a program",
    }
    /// Why a question goes to the helper.
    HandOverReason {
        Explanation => "it asks for an explanation or a text",
        Fact => "it asks for a fact that no tool knows",
        Long => "it is a long question",
        Called => "the first model asks for it",
    }
    /// What came of a question to the helper.
    HelperOutcome {
        Answered => "answered",
        CutShort => "cut short at its limit",
        Failed => "it failed",
        GivenUp => "not wanted any more",
    }
    /// Why nothing is said of a question to the helper.
    DropReason {
        NotWanted => "not wanted any more",
        NewQuestion => "another question was asked",
        WentOn => "the user went on with the question",
        Forgotten => "what was said before was forgotten",
        SentAway => "it was told to sleep, or goodbye",
        NotHeard => "nothing of it was heard",
    }
    /// How both sides may speak at once.
    DuplexMode {
        /// Both at any time.
        Full => "full",
        /// Both, but replies are played more quietly, so that the echo can be cancelled.
        Ducked => "ducked",
        /// While a reply sounds, the microphone is not listened to.
        Half => "half",
    }
}

/// What a stimulus is meant to do to a reply that sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Stop it, and be answered.
    #[default]
    Answer,
    /// Stop it, and not be answered.
    Stop,
    /// Nothing.
    GoOn,
}
