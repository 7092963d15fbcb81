//! What all doors share: the engines, how many may talk at once, and what a session is given.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::idle::{Idle, Unload};
use super::live::{Live, wires};
use crate::agent::{BuiltIn, Persona, Setting};
use crate::clock::Stopwatch;
use crate::config::{Config, Endpointing};
use crate::engines::{EngineLoader, EnginesError, Keeps, data_dir};
use crate::llm::LanguageModel;
use crate::pipeline::{
    Engines, Session, SessionConfig, SessionError, SessionTools, Sound, WrittenConversation,
};
use crate::stt::Recognizer;
use crate::talking;
use crate::tool_call::{Class, Offer, ToolDefinition};
use crate::tts::Synthesizer;
use crate::vad::VoiceActivity;

/// Who talks through a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The user, on our own page: what they have kept is there, and what they say is kept.
    User,
    /// A program. What it has kept ends with its session.
    Program,
}

/// Makes the tools and the setting of a session.
pub type Assistant = Box<dyn Fn(&Config, &Persona, Who) -> (Setting, SessionTools) + Send + Sync>;

/// What a client wants otherwise than it is configured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wishes {
    /// Instructions instead of the persona's.
    pub instructions: Option<String>,
    /// When a turn is over.
    pub endpointing: Option<Endpointing>,
    /// Turns begin and end when the client says so.
    pub push_to_talk: bool,
    /// It sleeps until it is called, where the configuration says so.
    pub sleeps: bool,
    /// Speed of the voice in percent of its own.
    pub speed_percent: Option<u16>,
    /// Functions that the client calls for the language model. They take the place of the built-in tools: what
    /// its assistant does is the program's to say.
    pub tools: Vec<ToolDefinition>,
    /// What was said and heard before, in another session.
    pub earlier: Vec<(String, String)>,
}

/// Why no session begins.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// An engine cannot be loaded.
    #[error(transparent)]
    Engines(#[from] EnginesError),
    /// The session cannot start.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// A client's functions, as the language model may have them called. What they do is not known here: never for a
/// draft that may be thrown away.
fn offers(tools: &[ToolDefinition]) -> Arc<[Offer]> {
    let offer = |tool: &ToolDefinition| Offer {
        definition: tool.clone(),
        class: Class::Act,
    };
    tools.iter().map(offer).collect()
}

/// See the module.
pub struct Hub {
    config: Config,
    persona: Persona,
    loader: EngineLoader,
    assistant: Assistant,
    /// A session's engines, loaded ahead: they keep the models in memory too.
    spare: Idle<Engines>,
    started: Stopwatch,
    unload: Mutex<Unload>,
    /// Nobody used the engines, and they were let go.
    is_unloaded: AtomicBool,
    seats: AtomicUsize,
    most_seats: usize,
    /// For requests that are no conversation.
    pub(super) voices: Idle<Box<dyn Synthesizer>>,
    pub(super) recognizers: Idle<Box<dyn Recognizer>>,
    pub(super) language_models: Idle<Box<dyn LanguageModel>>,
}

/// A place among those who may talk at once.
pub struct Seat(Arc<Hub>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.used();
        self.0.seats.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hub {
    /// Loads the engines. At most `most_seats` sessions run at once.
    ///
    /// # Errors
    /// A model is missing, or an engine cannot be loaded.
    pub fn new(
        config: Config,
        persona: Persona,
        assistant: Assistant,
        most_seats: usize,
    ) -> Result<Self, EnginesError> {
        let loader = EngineLoader::new(&config)?;
        let spare = Idle::default();
        spare.put(loader.load(&persona)?);
        let unload = Unload::after(config.serve.unload_after());
        Ok(Self {
            config,
            persona,
            loader,
            assistant,
            spare,
            started: Stopwatch::start(),
            unload: Mutex::new(unload),
            is_unloaded: AtomicBool::new(false),
            seats: AtomicUsize::new(0),
            most_seats,
            voices: Idle::default(),
            recognizers: Idle::default(),
            language_models: Idle::default(),
        })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The persona as the language model is told of it.
    pub fn persona(&self) -> Persona {
        self.loader.tell(self.persona.clone())
    }

    /// A place for one more, if there is one.
    pub fn seat(self: &Arc<Self>) -> Option<Seat> {
        let most = self.most_seats;
        let next = |taken: usize| (taken < most).then_some(taken + 1);
        let taken = (self.seats).fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        taken.ok().map(|_| Seat(Arc::clone(self)))
    }

    /// Starts a session for a client called `name`, whose sound has this rate. It takes a second: on a blocking
    /// thread of the async runtime.
    ///
    /// # Errors
    /// An engine cannot be loaded or does not run; the instructions do not fit.
    pub fn start(
        self: &Arc<Self>,
        who: Who,
        wishes: &Wishes,
        (name, rate_hz): (&str, u32),
    ) -> Result<Live, HubError> {
        let persona = self.persona_with(wishes);
        let mut engines = self.engines()?;
        if wishes.speed_percent.is_some() {
            engines.synthesizer = self.loader.voices(&persona)?;
        }
        let is_programs_own = wishes.instructions.is_some() || !wishes.tools.is_empty();
        if is_programs_own {
            // Whom it asks is the program's to say.
            engines.helper = None;
            // What a program tells the model is its own: nothing of it is kept on disk.
            engines.language_model = self
                .loader
                .language_model_that_keeps(Keeps::Nothing, &persona)?;
        }
        let (mut setting, mut tools) = (self.assistant)(&self.config, &self.persona, who);
        setting.answers_from_tables = !is_programs_own;
        let (wires, ends) = wires(name, rate_hz);
        if !wishes.tools.is_empty() {
            (setting.built_in, setting.offers) = (BuiltIn::SwitchedOff, offers(&wishes.tools));
            tools = SessionTools {
                built_in: None,
                external: Some(wires.functions),
            };
        }
        let mut turn_taking = self.config_with(wishes).turn_taking();
        turn_taking.sleep = self.config.wake.sleep().filter(|_| wishes.sleeps);
        let config = SessionConfig {
            turn_taking,
            persona: self.loader.tell(persona),
            in_other_languages: match wishes.instructions {
                Some(_) => Vec::new(),
                None => self.loader.in_other_languages(&self.persona),
            },
            setting,
            tools,
            earlier: wishes.earlier.clone(),
            record: None,
            earcon: false,
            started: Stopwatch::start(),
            pays_for_loading: false,
        };
        let sound = Sound::new(vec![Box::new(wires.card)]);
        let mut watchers = vec![wires.watcher];
        watchers.extend(talking::watcher(&data_dir()));
        let session = Session::start(config, engines, sound, watchers)?;
        Ok(Live::new(session, ends))
    }

    /// Engines that are there, or are loaded now; the next ones are loaded meanwhile.
    fn engines(self: &Arc<Self>) -> Result<Engines, EnginesError> {
        self.used();
        let engines = self.spare.take(|| self.loader.load(&self.persona))?;
        self.is_unloaded.store(false, Ordering::Relaxed);
        let hub = Arc::clone(self);
        let load = move || match hub.loader.load(&hub.persona) {
            Ok(engines) => hub.spare.put(engines),
            Err(error) => tracing::warn!("the next session's engines: {error}"),
        };
        // Without it the next session loads its own.
        let _ = std::thread::Builder::new()
            .name("load-ahead".into())
            .spawn(load);
        Ok(engines)
    }

    /// Somebody uses the engines, or has just stopped to.
    fn used(&self) {
        self.lock_unload().used(self.started.elapsed());
    }

    /// Whether whoever comes next waits until the models are loaded again.
    pub fn is_unloaded(&self) -> bool {
        self.is_unloaded.load(Ordering::Relaxed)
    }

    /// Lets the engines go if nobody has used them for as long as is configured (`serve.unload_after_s`). They are
    /// loaded again for whoever comes next.
    pub fn unload_unused(&self) {
        let talking = self.seats.load(Ordering::Relaxed);
        if !self.lock_unload().is_due(self.started.elapsed(), talking) {
            return;
        }
        let let_go = [
            self.spare.let_go(),
            self.voices.let_go(),
            self.recognizers.let_go(),
            self.language_models.let_go(),
        ];
        if let_go.contains(&true) {
            tracing::info!("nobody has used the models: they leave the memory");
            self.is_unloaded.store(true, Ordering::Relaxed);
        }
    }

    fn lock_unload(&self) -> MutexGuard<'_, Unload> {
        self.unload.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn persona_with(&self, wishes: &Wishes) -> Persona {
        let mut persona = self.persona.clone();
        if let Some(instructions) = &wishes.instructions {
            persona.system.clone_from(instructions);
            persona.examples.clear();
            if let Some(adapted) = &mut persona.adapted {
                adapted.system.clone_from(instructions);
            }
        }
        if let Some(percent) = wishes.speed_percent {
            persona.voice.prosody.speed = percent;
        }
        persona
    }

    fn config_with(&self, wishes: &Wishes) -> Config {
        let mut config = self.config.clone();
        if let Some(endpointing) = wishes.endpointing {
            config.turn_taking.endpointing = endpointing;
        }
        config.turn_taking.push_to_talk = wishes.push_to_talk;
        config
    }

    /// A conversation in writing, with tools that keep nothing.
    pub fn written(&self) -> WrittenConversation {
        let (setting, tools) = (self.assistant)(&self.config, &self.persona, Who::Program);
        // Whoever writes waits for the answer: it is the first model's.
        WrittenConversation::new(&self.persona(), setting.without_helper(), tools)
    }

    /// Gives an engine back that was taken from here. Its use ends now.
    pub fn put_back<T>(&self, among: &Idle<T>, one: T) {
        self.used();
        among.put(one);
    }

    /// The assistant's own voice, to be put back among the idle ones.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn take_voice(&self) -> Result<Box<dyn Synthesizer>, EnginesError> {
        self.used();
        self.voices.take(|| self.loader.synthesizer(&self.persona))
    }

    /// A recognizer, to be put back among the idle ones.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn take_recognizer(&self) -> Result<Box<dyn Recognizer>, EnginesError> {
        self.used();
        self.recognizers.take(|| self.loader.recognizer())
    }

    /// A language model, to be put back among the idle ones.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn take_language_model(&self) -> Result<Box<dyn LanguageModel>, EnginesError> {
        let load = || {
            self.loader
                .language_model_that_keeps(Keeps::Prompts, &self.persona)
        };
        self.used();
        self.language_models.take(load)
    }

    /// Loads voice activity, which every recording begins with anew.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub fn load_activity(&self) -> Result<VoiceActivity, EnginesError> {
        self.loader.activity()
    }
}
