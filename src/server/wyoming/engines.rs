//! [`Services`] of the engines behind the doors: they are shared with the other doors, and so is the limit of
//! what is at work at once.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use wyoming::Info;
use wyoming::info::{AsrProgram, Attribution, HandleProgram, Model, TtsProgram};

use super::conversations::{Conversation, Conversations};
use super::services::{Services, Speaker, Trouble};
use crate::agent::{History, Persona};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;
use crate::lexicon::{Apologies, Lexicon};
use crate::llm::{Finish, LanguageModel, LlmError, Opening, Prompt, Sampling};
use crate::server::problem::Problem;
use crate::server::{Doors, Place};
use crate::stt::RecordingTranscriber;
use crate::tts::{Prosody, Synthesizer, VOICES, speak_clause_unless};

/// See the module.
pub struct WyomingEngines {
    info: Info,
    persona: Persona,
    apologies: Apologies,
    conversations: Mutex<Conversations<History>>,
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
            info: info(&persona, doors.hub.config().language),
            apologies: Lexicon::of(persona.language).apologies,
            persona,
            conversations: Mutex::default(),
            work: Work { doors, runtime },
        }
    }

    fn conversations(&self) -> MutexGuard<'_, Conversations<History>> {
        self.conversations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        history: &mut History,
        said: &str,
        cancelled: Cancelled,
    ) -> Result<Option<String>, LlmError> {
        let hub = &self.work.doors.hub;
        let load = || hub.load_language_model();
        let mut model =
            (hub.language_models.take(load)).map_err(|e| LlmError::Run(e.to_string()))?;
        let sampling = &self.persona.sampling;
        let written = write(model.as_mut(), history, said, sampling, cancelled)?;
        hub.language_models.put(model);
        Ok(written)
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
        let mut engine =
            (hub.recognizers.take(|| hub.load_recognizer())).map_err(|e| failed(&e))?;
        let activity = hub.load_activity().map_err(|e| failed(&e))?;
        let mut transcriber = RecordingTranscriber::new(engine.as_mut(), activity);
        let text = match transcriber.push(samples, cancelled) {
            Ok(true) => transcriber.finish(cancelled),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
        let text = text.map_err(|e| failed(&e))?;
        hub.recognizers.put(engine);
        Ok(text)
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
        let known = self.conversations().take(conversation);
        let mut history = known.unwrap_or_else(|| History::new(&self.persona));
        let written = self.write(&mut history, said, cancelled);
        if let Ok(Some(reply)) = &written {
            history.remember(said, reply);
        }
        self.conversations().put(conversation.clone(), history);
        written.map_err(|error| {
            tracing::error!("language model: {error}");
            self.apologies.words(error.apology()).to_owned()
        })
    }
}

/// Writes a reply; the oldest of what was said is forgotten where all of it does not fit.
fn write(
    model: &mut dyn LanguageModel,
    history: &mut History,
    said: &str,
    sampling: &Sampling,
    cancelled: Cancelled,
) -> Result<Option<String>, LlmError> {
    loop {
        let messages = history.prompt(said);
        let prompt = Prompt::new(&messages, Opening::Reply).with_room(sampling.max_tokens);
        match model.prefill(&prompt, cancelled) {
            Ok(Some(_)) => break,
            Ok(None) => return Ok(None),
            Err(LlmError::TooLong { tokens, fits })
                if history.make_room(said, tokens, fits, 0).anything => {}
            Err(error) => return Err(error),
        }
    }
    let mut reply = String::new();
    let finish = model.generate(sampling, cancelled, &mut |piece| reply += piece)?;
    let reply = reply.trim();
    match finish {
        Finish::Cancelled => Ok(None),
        Finish::Complete | Finish::Length if reply.is_empty() => Err(LlmError::NoWords {
            reason: "it wrote nothing".into(),
        }),
        Finish::Complete | Finish::Length => Ok(Some(reply.to_owned())),
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
                let voice = hub.voices.take(|| hub.load_voice());
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
fn info(persona: &Persona, heard: Language) -> Info {
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
            models: vec![model(
                &name(),
                "as `vivavoce serve` was started",
                heard.code(),
            )],
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
    use crate::llm::{Message, Prefill};

    /// A model that answers with the number of messages that it has read, of which so many fit.
    struct Counting {
        fits: usize,
        read: usize,
    }

    impl LanguageModel for Counting {
        fn warm_up(&mut self, _: &[Message]) -> Result<Prefill, LlmError> {
            Ok(Prefill::default())
        }

        fn count_tokens(&self, messages: &[Message]) -> Result<usize, LlmError> {
            Ok(messages.len())
        }

        fn prefill(&mut self, prompt: &Prompt, _: Cancelled) -> Result<Option<Prefill>, LlmError> {
            self.read = prompt.messages.len();
            match self.read <= self.fits {
                true => Ok(Some(Prefill::default())),
                false => Err(LlmError::TooLong {
                    tokens: self.read,
                    fits: self.fits,
                }),
            }
        }

        fn generate(
            &mut self,
            _: &Sampling,
            _: Cancelled,
            on_piece: &mut dyn FnMut(&str),
        ) -> Result<Finish, LlmError> {
            on_piece(&format!(" {} ", self.read));
            Ok(Finish::Complete)
        }
    }

    fn ask(model: &mut Counting, history: &mut History) -> Result<Option<String>, LlmError> {
        write(model, history, "And then?", &Sampling::default(), &|| false)
    }

    #[test]
    fn what_does_not_fit_makes_the_model_forget_the_oldest() {
        let mut history = History::new(&Persona::bundled(Language::English));
        let prefix = history.prefix().len();
        for _ in 0..4 {
            history.remember("Go on.", "Then the fox ran home.");
        }
        let fits = prefix + 5;
        let written = ask(&mut Counting { fits, read: 0 }, &mut history).unwrap();
        let read: usize = written.unwrap().parse().unwrap();
        assert!((prefix + 1..=fits).contains(&read), "{read} of {fits}");
        let fits = prefix;
        let refused = ask(&mut Counting { fits, read: 0 }, &mut history);
        assert!(
            matches!(refused, Err(LlmError::TooLong { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn the_assistants_own_voice_comes_first_and_every_name_is_there_once() {
        let mut persona = Persona::bundled(Language::English);
        for name in ["Vivi", "en-GB"] {
            persona.name = name.into();
            let offered = info(&persona, Language::English);
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
