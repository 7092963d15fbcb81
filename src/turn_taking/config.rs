//! What a person may want to tune.

use std::time::Duration;

use crate::endpointing::EndpointPolicy;
use crate::language::Language;
use crate::lexicon::{Lexicon, words};

/// How much is done in silence before it is known that the turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drafts {
    /// Transcript, score, and the beginning of the reply.
    #[default]
    On,
    /// Transcript and score.
    SttOnly,
    /// The score; the transcript is made once the wait is over, so words do not shape it.
    Off,
}

impl Drafts {
    /// From the command line.
    ///
    /// # Errors
    /// Says what may be written.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "on" => Self::On,
            "stt-only" => Self::SttOnly,
            "off" => Self::Off,
            _ => return Err("give on, stt-only or off".into()),
        })
    }
}

/// Who answers the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answers {
    /// The assistant itself.
    #[default]
    Own,
    /// Whoever gives it words ([`super::Event::Say`]): a turn is told when it is over, and nothing is made of it
    /// here.
    Given,
}

/// A gentle word after a long silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdlePrompt {
    /// Silence after a question of its own.
    pub after: Duration,
    /// What it says.
    pub words: String,
}

/// How an assistant sleeps that is woken by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SleepConfig {
    /// What wakes it, as it is written: words that are not meant for anybody else.
    pub phrase: String,
    /// It falls asleep so long after the last exchange, or after it was woken.
    pub after: Duration,
}

/// Turn taking.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnTakingConfig {
    /// When a turn is over.
    pub endpointing: EndpointPolicy,
    /// What happens before.
    pub drafts: Drafts,
    /// Audio from before the onset that belongs to the turn: the onset is seen late.
    pub preroll: Duration,
    /// As `preroll`, where the onset interrupts a reply: what lies before it is the rest of an
    /// echo, and the recognizer makes words of that.
    pub barge_in_preroll: Duration,
    /// Turns begin and end with a key instead of the voice.
    pub push_to_talk: bool,
    /// Speech over a reply holds it after this time: a person stops as soon as it is clear that
    /// the other means it.
    pub hold_after: Duration,
    /// Speech over a reply that goes on for this long interrupts it, whatever the words.
    pub interrupt_after: Duration,
    /// A single long silence may be met with a word.
    pub idle_prompt: Option<IdlePrompt>,
    /// The language's words.
    pub lexicon: Lexicon,
    /// What it is called: its name wakes it.
    pub name: String,
    /// Who answers the user.
    pub answers: Answers,
    /// Only enrolled voices are meant to be heard.
    pub only_enrolled: bool,
    /// It sleeps until somebody calls; if absent, it is awake until it is told to sleep, and hears everything even then.
    pub sleep: Option<SleepConfig>,
}

impl TurnTakingConfig {
    /// Goes over to another language's words.
    pub fn speak(&mut self, language: Language) {
        if language == self.lexicon.language {
            return;
        }
        let lexicon = Lexicon::of(language);
        if let Some(prompt) = &mut self.idle_prompt
            && prompt.words == self.lexicon.still_there
        {
            prompt.words.clone_from(&lexicon.still_there);
        }
        self.lexicon = lexicon;
    }

    /// Whether these words are meant for an assistant that sleeps.
    pub fn wakes(&self, said: &[String]) -> bool {
        let name = words(&self.name);
        let ways = self
            .lexicon
            .wake
            .iter()
            .map(|phrase| words(phrase))
            .chain([name]);
        let calls = Lexicon::phrases_at_start(&self.lexicon.calls_for_help, said);
        let is_called = ways
            .filter(|way| !way.is_empty())
            .any(|way| said.windows(way.len()).any(|part| part == way));
        is_called || calls.count() > 0
    }
}

impl Default for TurnTakingConfig {
    fn default() -> Self {
        Self {
            endpointing: EndpointPolicy::default(),
            drafts: Drafts::default(),
            preroll: Duration::from_millis(300),
            barge_in_preroll: Duration::from_millis(200),
            push_to_talk: false,
            hold_after: Duration::from_millis(100),
            interrupt_after: Duration::from_millis(900),
            idle_prompt: None,
            lexicon: Lexicon::of(Language::default()),
            name: String::new(),
            answers: Answers::default(),
            only_enrolled: false,
            sleep: None,
        }
    }
}
