//! Engines for tests, without models.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use wyoming::info::{AsrProgram, HandleProgram, Info, Model, TtsProgram};

use super::conversations::Conversation;
use super::services::{Services, Speaker, Trouble};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;

/// Engines that say what they were asked.
pub struct Scripted {
    /// What is offered.
    pub info: Info,
    /// What they were asked.
    pub asked: Mutex<Vec<String>>,
    fails: AtomicBool,
}

impl Default for Scripted {
    fn default() -> Self {
        let model = |name: &str| Model {
            name: name.into(),
            languages: vec!["en".into()],
            ..Model::default()
        };
        let info = Info {
            asr: vec![AsrProgram {
                models: vec![model("ears")],
                ..AsrProgram::default()
            }],
            tts: vec![TtsProgram {
                voices: vec![model("vivi")],
                ..TtsProgram::default()
            }],
            handle: vec![HandleProgram {
                models: vec![model("vivi")],
                ..HandleProgram::default()
            }],
            ..Info::default()
        };
        Self {
            info,
            asked: Mutex::default(),
            fails: AtomicBool::new(false),
        }
    }
}

impl Scripted {
    /// Those of which each fails.
    pub fn failing() -> Self {
        let scripted = Self::default();
        scripted.fails.store(true, Ordering::Relaxed);
        scripted
    }

    fn note<T>(&self, what: String, cancelled: Cancelled, answer: T) -> Result<Option<T>, Trouble> {
        self.asked.lock().unwrap().push(what);
        if self.fails.load(Ordering::Relaxed) {
            Err("it failed".into())
        } else {
            Ok((!cancelled()).then_some(answer))
        }
    }
}

impl Services for Scripted {
    fn info(&self) -> &Info {
        &self.info
    }

    fn transcribe(&self, samples: &[f32], cancelled: Cancelled) -> Result<Option<String>, Trouble> {
        let text = if samples.is_empty() { "" } else { "Yes." };
        self.note(format!("{} samples", samples.len()), cancelled, text.into())
    }

    fn voice(&self, name: &str) -> Result<Box<dyn Speaker>, Trouble> {
        assert_eq!(name, "vivi");
        let fails = self.fails.load(Ordering::Relaxed);
        Ok(Box::new(Tone { fails }))
    }

    fn answer(
        &self,
        conversation: &Conversation,
        said: &str,
        cancelled: Cancelled,
    ) -> Result<Option<String>, Trouble> {
        let answer = format!("You said {said}");
        self.note(format!("{conversation:?}: {said}"), cancelled, answer)
    }
}

/// A sample of half the full scale for each letter.
struct Tone {
    fails: bool,
}

impl Speaker for Tone {
    fn language(&self) -> Language {
        Language::English
    }

    fn speak(&mut self, clause: &str, cancelled: Cancelled) -> Result<Option<Clip>, Trouble> {
        if self.fails {
            return Err("it failed".into());
        }
        let letters = clause.chars().filter(|c| c.is_alphabetic()).count();
        let clip = Clip {
            rate_hz: 24_000,
            samples: vec![0.5; letters],
        };
        Ok((!cancelled()).then_some(clip))
    }
}
