//! [`Services`] of the engines behind the doors: they are shared with the other doors, and so is the limit of
//! what is at work at once.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use wyoming::Info;
use wyoming::info::{AsrProgram, Attribution, HandleProgram, Model, TtsProgram};

use super::conversations::{Conversation, Conversations};
use super::services::{Services, Speaker, Trouble};
use crate::agent::Persona;
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::{Language, Languages};
use crate::pipeline::{Models, WrittenConversation};
use crate::server::problem::Problem;
use crate::server::{Doors, Place};
use crate::stt::{RecordingTranscriber, text_of};
use crate::tts::{Prosody, Synthesizer, VOICES, speak_clause_unless};

/// See the module.
pub struct WyomingEngines {
    info: Info,
    persona: Persona,
    conversations: Mutex<Conversations<WrittenConversation>>,
    work: Work,
}

/// The doors' engines, and a place among those who use them.
#[derive(Clone)]
struct Work {
    doors: Arc<Doors>,
    runtime: Handle,
}

impl Work {
    fn place(&self) -> Result<Place, Trouble> {
        let place = self.runtime.block_on(self.doors.work());
        place.map_err(|problem| problem.message().to_owned())
    }
}

impl WyomingEngines {
    /// Those behind `doors`. `runtime` waits for a place among those who use them.
    pub(in crate::server) fn new(doors: Arc<Doors>, runtime: Handle) -> Self {
        let persona = doors.hub.persona();
        Self {
            info: info(&persona, &doors.hub.config().language),
            persona,
            conversations: Mutex::default(),
            work: Work { doors, runtime },
        }
    }

    fn conversations(&self) -> MutexGuard<'_, Conversations<WrittenConversation>> {
        self.conversations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Services for WyomingEngines {
    fn info(&self) -> &Info {
        &self.info
    }

    fn transcribe(&self, samples: &[f32], cancelled: Cancelled) -> Result<Option<String>, Trouble> {
        let _place = self.work.place()?;
        let hub = &self.work.doors.hub;
        let failed = |e: &dyn Display| trouble("recognizer", e);
        let mut engine = hub.take_recognizer().map_err(|e| failed(&e))?;
        let activity = hub.load_activity().map_err(|e| failed(&e))?;
        let mut transcriber = RecordingTranscriber::new(engine.as_mut(), activity);
        let stretches = match transcriber.push(samples, cancelled) {
            Ok(true) => transcriber.finish(cancelled),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
        let stretches = stretches.map_err(|e| failed(&e))?;
        hub.recognizers.put(engine);
        Ok(stretches.as_deref().map(text_of))
    }

    fn voice(&self, name: &str) -> Result<Box<dyn Speaker>, Trouble> {
        let is_embedded = name != self.persona.name && VOICES.contains(&name);
        let voice = is_embedded.then(|| crate::engines::voice(name, Prosody::default()));
        let voice = voice.transpose().map_err(|e| trouble("voice", &e))?;
        Ok(Box::new(DoorVoice {
            language: (voice.as_ref()).map_or(self.persona.language, Synthesizer::language),
            embedded: voice.map(|voice| Box::new(voice) as Box<dyn Synthesizer>),
            work: self.work.clone(),
        }))
    }

    fn answer(
        &self,
        conversation: &Conversation,
        said: &str,
        cancelled: Cancelled,
    ) -> Result<Option<String>, Trouble> {
        let _place = self.work.place()?;
        let hub = &self.work.doors.hub;
        let failed = |e: &dyn Display| trouble("language model", e);
        let known = self.conversations().take(conversation);
        let mut talk = known.unwrap_or_else(|| hub.written());
        let model = hub.take_language_model();
        let mut model = model.map_err(|e| failed(&e))?;
        let answer = talk.answer(&mut Models::one(model.as_mut()), said, cancelled);
        self.conversations().put(conversation.clone(), talk);
        match answer.failure {
            Some(error) => {
                tracing::error!("language model: {error}");
                Err(answer.text)
            }
            None => {
                hub.language_models.put(model);
                Ok(Some(answer.text).filter(|_| !answer.cancelled))
            }
        }
    }
}

/// One of the program's voices, or the assistant's own, which is one of the idle ones for a clause at a time.
struct DoorVoice {
    embedded: Option<Box<dyn Synthesizer>>,
    language: Language,
    work: Work,
}

impl Speaker for DoorVoice {
    fn language(&self) -> Language {
        self.language
    }

    fn speak(&mut self, clause: &str, cancelled: Cancelled) -> Result<Option<Clip>, Trouble> {
        // For a clause, not for the text: a client that thinks about the next words keeps nobody waiting.
        let _place = self.work.place()?;
        let failed = |e: &dyn Display| trouble("voice", e);
        let hub = &self.work.doors.hub;
        let spoken = match &mut self.embedded {
            Some(voice) => speak_clause_unless(cancelled, voice.as_mut(), clause),
            None => {
                let voice = hub.take_voice();
                let mut voice = voice.map_err(|e| failed(&e))?;
                let spoken = speak_clause_unless(cancelled, voice.as_mut(), clause);
                if spoken.is_ok() {
                    hub.voices.put(voice);
                }
                spoken
            }
        };
        let spoken = spoken.map_err(|e| failed(&e))?;
        Ok(spoken.map(|clause| clause.clip))
    }
}

/// What a client is told of an engine that failed; our log has the rest.
fn trouble(stage: &str, error: &dyn Display) -> Trouble {
    Problem::failed(stage, error).message().to_owned()
}

/// What there is. The assistant's own voice comes first: it is that of whoever asks for none.
fn info(persona: &Persona, heard: &Languages) -> Info {
    let own = model(
        &persona.name,
        "the assistant's own voice",
        persona.language.code(),
    );
    let embedded = VOICES.iter().filter(|name| **name != persona.name);
    let embedded = embedded.map(|name| Model {
        attribution: Attribution {
            name: "SVOX Pico".into(),
            url: String::new(),
        },
        ..model(name, name, name)
    });
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    let name = || "vivavoce".to_owned();
    Info {
        asr: vec![AsrProgram {
            name: name(),
            attribution: attribution(),
            installed: true,
            description: Some("vivavoce's recognizer".into()),
            version: version.clone(),
            models: vec![Model {
                languages: heard.iter().map(|one| one.code().to_owned()).collect(),
                ..model(&name(), "as `vivavoce serve` was started", "")
            }],
            // Words are told when all of them are there.
            supports_transcript_streaming: false,
        }],
        tts: vec![TtsProgram {
            name: name(),
            attribution: attribution(),
            installed: true,
            description: Some("vivavoce's voices".into()),
            version: version.clone(),
            voices: std::iter::once(own).chain(embedded).collect(),
            supports_synthesize_streaming: true,
        }],
        handle: vec![HandleProgram {
            name: name(),
            attribution: attribution(),
            installed: true,
            description: Some("vivavoce's language model".into()),
            version,
            models: vec![model(
                &persona.name,
                "the assistant",
                persona.language.code(),
            )],
            supports_handled_streaming: false,
            supports_home_control: false,
        }],
        ..Info::default()
    }
}

fn model(name: &str, description: &str, language: &str) -> Model {
    Model {
        name: name.to_owned(),
        attribution: attribution(),
        installed: true,
        description: Some(description.to_owned()),
        version: None,
        languages: vec![language.to_owned()],
    }
}

fn attribution() -> Attribution {
    Attribution {
        name: "vivavoce".into(),
        url: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assistants_own_voice_comes_first_and_every_name_is_there_once() {
        let mut persona = Persona::bundled(Language::English);
        for name in ["Vivi", "en-GB"] {
            persona.name = name.into();
            let offered = info(&persona, &Languages::default());
            let mut names: Vec<&str> = (offered.tts[0].voices.iter())
                .map(|voice| voice.name.as_str())
                .collect();
            assert_eq!(names[0], name);
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
    }
}
