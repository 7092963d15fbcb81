//! Engines that follow a script, and what was published: for the tests of the stages.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::bus::{EventBus, Watcher};
use super::helper::Helper;
use super::session::{Engines, SessionConfig, SessionTools};
use super::speaker::KnownVoices;
use crate::aec::Bypass;
use crate::agent::{BuiltIn, Persona, Setting};
use crate::audio::frame::{FRAME, SPEECH_RATE, rms};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::clock::{SessionClock, Stopwatch};
use crate::endpointing::{EndpointingError, TurnDetector};
use crate::events::{EventKind, SessionEvent};
use crate::language::Language;
use crate::llm::{Finish, LanguageModel, LlmError, Output, Prefill, Prompt, Sampling};
use crate::speaker::{DIMENSIONS, Embedding, SpeakerEncoder, VoiceHeard, VoicePrint};
use crate::stt::{Recognizer, SttError};
use crate::tool_call::{Call, CallFailure, ExternalTools};
use crate::tts::{Speech, Synthesizer, TtsError, WordEnd};
use crate::turn_taking::TurnTakingConfig;
use crate::vad::{ActivityConfig, VadError, VoiceActivity, VoiceActivityDetector};

/// No tool answers it, so the language model does.
pub const QUESTION: &str = "Why do cities grow along rivers?";
/// What it answers.
pub const ANSWER: &str = "Boats carry what is sold.";

/// What was published, in order.
#[derive(Clone, Default)]
pub struct Published(Arc<Mutex<Vec<SessionEvent>>>);

impl Published {
    /// A bus on this clock, and what is published on it.
    pub fn on(clock: SessionClock) -> (EventBus, Self) {
        let published = Self::default();
        let seen = Arc::clone(&published.0);
        let watcher: Watcher = Box::new(move |event: &SessionEvent| {
            seen.lock().push(event.clone());
        });
        (EventBus::new(clock, vec![watcher]), published)
    }

    /// All of it, with its times and turns.
    pub fn events(&self) -> Vec<SessionEvent> {
        self.0.lock().clone()
    }

    /// What happened.
    pub fn kinds(&self) -> Vec<EventKind> {
        let events = self.events().into_iter();
        events.map(|event| event.kind).collect()
    }
}

/// A voice detector: what is louder than a room is speech. The number is its frame size in samples.
struct Loud(usize);

impl VoiceActivityDetector for Loud {
    fn frame_len(&self) -> usize {
        self.0
    }

    fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
        Ok(if rms(frame) > 0.01 { 1.0 } else { 0.0 })
    }

    fn reset(&mut self) {}
}

/// Voice activity that takes anything louder than a room for speech.
pub fn loud_is_speech() -> VoiceActivity {
    VoiceActivity::new(
        ActivityConfig::default(),
        Box::new(Loud(256)),
        Box::new(Loud(512)),
    )
}

/// A language model that writes these pieces, and may be cancelled before each of them.
pub struct Writes {
    /// The pieces.
    pub pieces: Vec<&'static str>,
    /// Why it ends then...
    pub finish: Finish,
    /// ...unless it fails.
    pub fails: bool,
}

impl LanguageModel for Writes {
    fn warm_up(&mut self, _: &Prompt) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, prompt: &Prompt) -> Result<usize, LlmError> {
        Ok(prompt.messages.len())
    }

    fn prefill(
        &mut self,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        let read = prompt.messages.len();
        Ok((!cancelled()).then_some(Prefill {
            read,
            ..Prefill::default()
        }))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        cancelled: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        for piece in &self.pieces {
            if cancelled() {
                return Ok(Finish::Cancelled);
            }
            on_output(Output::Text(piece));
        }
        if self.fails {
            Err(LlmError::Run("it broke".into()))
        } else {
            Ok(self.finish)
        }
    }
}

/// What a voice makes of a clause.
type Speak = Box<dyn FnMut(Cancelled, &str) -> Result<Option<Speech>, TtsError> + Send>;

/// A voice that does with each clause what its script says, and notes what it is told.
pub struct ScriptedVoice {
    speak: Speak,
    language: Language,
    told: Arc<Mutex<Vec<String>>>,
}

impl ScriptedVoice {
    /// A voice with this script. It speaks English until it is told otherwise.
    pub fn new(
        speak: impl FnMut(Cancelled, &str) -> Result<Option<Speech>, TtsError> + Send + 'static,
    ) -> Self {
        Self {
            speak: Box::new(speak),
            language: Language::English,
            told: Arc::default(),
        }
    }

    /// What it is told: clauses as they are spoken, "120 %", "de".
    pub fn told(&self) -> Arc<Mutex<Vec<String>>> {
        Arc::clone(&self.told)
    }
}

impl Synthesizer for ScriptedVoice {
    fn language(&self) -> Language {
        self.language
    }

    fn speak_in(&mut self, language: Language) {
        self.told.lock().push(language.code().to_owned());
        self.language = language;
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        Ok(())
    }

    fn set_speed(&mut self, percent: u16) {
        self.told.lock().push(format!("{percent} %"));
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        self.told.lock().push(text.to_owned());
        (self.speak)(cancelled, text)
    }
}

/// A text as sound: 10 ms for each byte, and it is known where its words end.
pub fn spoken(text: &str) -> Speech {
    let spaces = text.match_indices(' ').map(|(at, _)| at);
    let end = |text_end: usize| WordEnd {
        text_end,
        sample: text_end * FRAME,
    };
    Speech {
        clip: Clip {
            rate_hz: SPEECH_RATE,
            samples: vec![0.1; text.len() * FRAME],
        },
        word_ends: spaces.chain([text.len()]).map(end).collect(),
    }
}

/// Tells voices by the value of their first sample. Of less than half a second it knows nothing.
pub struct ByFirstSample;

impl SpeakerEncoder for ByFirstSample {
    fn embed(&mut self, audio: &[f32]) -> Option<VoiceHeard> {
        let angle = *audio.first()?;
        let mut values = vec![0.0; DIMENSIONS];
        (values[0], values[1]) = (angle.cos(), angle.sin());
        let is_enough = audio.len() >= SPEECH_RATE as usize / 2;
        is_enough.then_some(VoiceHeard {
            embedding: Embedding::along(values)?,
            speech: audio.len(),
        })
    }
}

/// The print of a voice whose samples have this value, between 0 and 1.5: the further apart, the less alike.
pub fn enrolled(voice: f32) -> VoicePrint {
    let sentence = vec![voice; SPEECH_RATE as usize];
    let sentences = [sentence.clone(), sentence];
    VoicePrint::enroll(&mut ByFirstSample, &sentences).unwrap()
}

/// Knows this voice alone.
pub fn known_voices() -> KnownVoices {
    KnownVoices {
        encoder: Box::new(ByFirstSample),
        prints: vec![enrolled(0.2)],
    }
}

/// A recognizer that does the same with all that it hears.
pub struct Hears(pub fn() -> Result<Option<String>, SttError>);

impl Recognizer for Hears {
    fn warm_up(&mut self) -> Result<(), SttError> {
        Ok(())
    }

    fn transcribe(&mut self, _: &[f32], _: Cancelled) -> Result<Option<String>, SttError> {
        (self.0)()
    }
}

fn the_question() -> Result<Option<String>, SttError> {
    Ok(Some(QUESTION.into()))
}

/// Takes every pause for the end.
struct Sure;

impl TurnDetector for Sure {
    fn warm_up(&mut self) -> Result<(), EndpointingError> {
        Ok(())
    }

    fn probability(&mut self, _: &[f32]) -> Result<f32, EndpointingError> {
        Ok(1.0)
    }
}

/// Engines of a session whose user asks [`QUESTION`], however it sounds, and hears [`ANSWER`].
pub fn engines() -> Engines {
    Engines {
        canceller: Box::new(Bypass),
        activity: loud_is_speech(),
        wake: None,
        turn_detector: Box::new(Sure),
        known_voices: None,
        recognizer: Box::new(Hears(the_question)),
        language_model: Box::new(Writes {
            pieces: vec![ANSWER],
            finish: Finish::Complete,
            fails: false,
        }),
        helper: None,
        synthesizer: Box::new(ScriptedVoice::new(|_, text| Ok(Some(spoken(text))))),
    }
}

/// A second language model, which does the same.
pub fn helper() -> Helper {
    Helper {
        model: engines().language_model,
        name: "large".into(),
        sampling: Sampling::default(),
        limit: Duration::from_secs(60),
        is_here: false,
    }
}

/// Tools of others, which find nothing.
pub struct NoTools;

impl ExternalTools for NoTools {
    fn call(&self, _: &Call, _: Cancelled) -> Result<String, CallFailure> {
        Ok(String::new())
    }
}

/// A session in English that has nothing but these.
pub fn config() -> SessionConfig {
    SessionConfig {
        turn_taking: TurnTakingConfig::default(),
        persona: Persona::bundled(Language::English),
        in_other_languages: Vec::new(),
        setting: Setting {
            built_in: BuiltIn::SwitchedOff,
            ..Setting::new("Vivi")
        },
        tools: SessionTools::default(),
        earlier: Vec::new(),
        record: None,
        earcon: false,
        started: Stopwatch::start(),
        pays_for_loading: false,
    }
}
