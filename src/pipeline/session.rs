//! A session: loads the engines, starts the threads, ends them.

use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::bus::{EventBus, Watcher};
use super::conductor::ConductorInput;
use super::devices::Sound;
use super::helper::Helper;
use super::recorder::Recorder;
use super::speaker::KnownVoices;
use super::wires::{RECORDER, Stage, Wires};
use crate::aec::EchoCanceller;
use crate::agent::{Persona, Setting};
use crate::audio::AudioError;
use crate::clock::Stopwatch;
use crate::endpointing::{EndpointingError, TurnDetector};
use crate::events::EventKind;
use crate::llm::{LanguageModel, LlmError, Opening, Prefill, Prompt};
use crate::stt::{Recognizer, SttError};
use crate::tool_call::{ExternalTools, ToolDefinition};
use crate::tools::Toolbox;
use crate::tts::{Synthesizer, TtsError};
use crate::turn_taking::{Event, SleepConfig, TurnTakingConfig};
use crate::vad::{VadError, VoiceActivity};
use crate::wake::WakeDetector;

/// The engines of a session, loaded.
pub struct Engines {
    /// Echo canceller.
    pub canceller: Box<dyn EchoCanceller>,
    /// Voice activity.
    pub activity: VoiceActivity,
    /// What listens for the assistant's name, if it is to sleep.
    pub wake: Option<Box<dyn WakeDetector>>,
    /// End of turn.
    pub turn_detector: Box<dyn TurnDetector>,
    /// What tells voices from each other, if only enrolled ones are meant.
    pub known_voices: Option<KnownVoices>,
    /// Speech to text.
    pub recognizer: Box<dyn Recognizer>,
    /// The language model.
    pub language_model: Box<dyn LanguageModel>,
    /// A second one for hard questions, if there is one.
    pub helper: Option<Helper>,
    /// Text to speech.
    pub synthesizer: Box<dyn Synthesizer>,
}

/// What a session needs besides engines and devices.
pub struct SessionConfig {
    /// Turn taking.
    pub turn_taking: TurnTakingConfig,
    /// Who the assistant is.
    pub persona: Persona,
    /// Who it is in other languages, if it goes over to those.
    pub in_other_languages: Vec<Persona>,
    /// Where it is, and what it may say of that.
    pub setting: Setting,
    /// What acts for it.
    pub tools: SessionTools,
    /// What was said and heard before: the user's words, and what was heard of the reply.
    pub earlier: Vec<(String, String)>,
    /// Where to record, if at all.
    pub record: Option<PathBuf>,
    /// Whether a short earcon may be played to measure the echo.
    pub earcon: bool,
    /// Since when the program runs, for the cold start.
    pub started: Stopwatch,
    /// The program was started for this session: what it has used before is this one's.
    pub pays_for_loading: bool,
}

impl SessionConfig {
    /// Who the assistant is: first as it begins, then in other languages.
    pub(super) fn personas(&self) -> impl Iterator<Item = &Persona> {
        std::iter::once(&self.persona).chain(&self.in_other_languages)
    }
}

/// What acts for an assistant, if anything does.
#[derive(Default)]
pub struct SessionTools {
    /// The built-in tools.
    pub built_in: Option<Toolbox>,
    /// Others.
    pub external: Option<Arc<dyn ExternalTools>>,
}

/// Why a session cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A device or a recording.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The recognizer.
    #[error(transparent)]
    Stt(#[from] SttError),
    /// The language model.
    #[error(transparent)]
    Llm(#[from] LlmError),
    /// The voice.
    #[error(transparent)]
    Tts(#[from] TtsError),
    /// Voice activity.
    #[error(transparent)]
    Vad(#[from] VadError),
    /// End of turn.
    #[error(transparent)]
    Endpointing(#[from] EndpointingError),
    /// A stage panicked.
    #[error("the stage {0} failed and ended the session; run again with RUST_LOG=debug")]
    Panicked(String),
    /// The system gives no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// A running session.
pub struct Session {
    conductor: Sender<ConductorInput>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    bus: EventBus,
    recording_failed: Receiver<AudioError>,
}

impl Session {
    /// Warms the engines up, opens the devices and starts listening. `watchers` get the events.
    ///
    /// # Errors
    /// An engine does not run, a device does not open, the recording cannot be written.
    pub fn start(
        config: SessionConfig,
        engines: Engines,
        mut sound: Sound,
        watchers: Vec<Watcher>,
    ) -> Result<Self, SessionError> {
        let started = config.started;
        let (config, engines) = fitted(config, engines);
        let (engines, prompt) = warm_up(engines, &config)?;
        let recorder = config.record.as_deref().map(Recorder::create).transpose()?;
        let (open, render) = sound.open()?;
        let wires = Wires::new(&config, &engines, watchers);
        wires.attach(render, &sound);

        // From the microphone to the loudspeaker.
        let hearing = (engines.canceller, engines.activity, engines.wake);
        let mut stages = vec![
            wires.capturing((sound, open), hearing, config.earcon)?,
            wires.conducting(&config),
        ];
        stages.extend(wires.telling_voices(engines.known_voices));
        stages.extend([
            wires.listening_for_the_end(engines.turn_detector),
            wires.recognizing(engines.recognizer, &config),
            wires.thinking(engines.language_model, config.persona.sampling),
        ]);
        stages.extend(wires.helping(engines.helper));
        stages.extend(wires.calling(config.tools.external));
        stages.extend(wires.acting(config.tools.built_in));
        stages.extend([wires.speaking(engines.synthesizer), wires.playing()]);
        let (failed, recording_failed) = bounded(1);
        stages.extend(wires.recording(recorder, failed));

        // The last one first, so that each finds whoever takes what it sends.
        let threads = stages.into_iter().rev().map(Stage::spawn);
        let threads = threads.collect::<Result<Vec<_>, _>>()?;
        let ready = EventKind::Ready {
            startup_ms: started.elapsed_ms(),
            prompt_kept: prompt.kept,
            prompt_read: prompt.read,
        };
        wires.bus.publish(None, ready);
        Ok(Self {
            conductor: wires.conductor.into,
            stop: wires.stop,
            threads,
            bus: wires.bus,
            recording_failed,
        })
    }

    /// Why the recording ended before the conversation, once: a full disk, for example. The session's
    /// watchers hear of it too.
    pub fn take_recording_error(&self) -> Option<AudioError> {
        let error = self.recording_failed.try_recv().ok()?;
        self.bus.error(RECORDER, &error);
        Some(error)
    }

    /// Hands the session something that the user did beside speaking.
    pub fn send(&self, event: Event) {
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }

    /// The same for whoever may not wait; false: the session has more to do than it can take.
    pub fn offer(&self, event: Event) -> bool {
        let now = self.bus.clock().now();
        self.conductor
            .try_send(ConductorInput::Event(now, event))
            .is_ok()
    }

    /// Whether the session has ended by itself: its scenario is over, or a stage has failed.
    pub fn is_over(&self) -> bool {
        // A recorder that met a full disk is done; the conversation goes on.
        let stages = self
            .threads
            .iter()
            .filter(|t| t.thread().name() != Some(RECORDER));
        stages.into_iter().any(JoinHandle::is_finished)
    }

    /// Seconds on the session's clock.
    pub fn seconds(&self) -> f64 {
        self.bus.clock().now().as_millis_f64() / 1000.0
    }

    /// Ends the session: what is recorded is complete when this returns.
    ///
    /// # Errors
    /// A stage panicked, and the message names it; or the end of the recording could not be written.
    pub fn stop(mut self) -> Result<(), SessionError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), SessionError> {
        self.bus.tell_what_was_used();
        self.stop.store(true, Ordering::Relaxed);
        // Whoever sends it otherwise may have panicked.
        let _ = self.conductor.send(ConductorInput::Shutdown);
        // A stage ends when nobody sends to it: the session does not any more.
        self.conductor = bounded(0).0;
        self.bus = EventBus::new(self.bus.clock().clone(), Vec::new());
        // From the source on, so that each thread finds its senders gone.
        let mut result = Ok(());
        for thread in mem::take(&mut self.threads).into_iter().rev() {
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if thread.join().is_err() {
                result = Err(SessionError::Panicked(name));
            }
        }
        if let (Ok(()), Ok(error)) = (&result, self.recording_failed.try_recv()) {
            return Err(error.into());
        }
        result
    }
}

/// A session that is dropped ends as one that is stopped: no thread of it is left behind.
impl Drop for Session {
    fn drop(&mut self) {
        let is_stopped = self.threads.is_empty();
        if !is_stopped && let Err(error) = self.end() {
            tracing::error!("{error}");
        }
    }
}

/// What is configured, as far as there are engines for it, and the engines, as far as they are wanted.
fn fitted(mut config: SessionConfig, mut engines: Engines) -> (SessionConfig, Engines) {
    let turn_taking = &mut config.turn_taking;
    turn_taking.name.clone_from(&config.persona.name);
    if engines.helper.is_none() {
        config.setting = config.setting.without_helper();
    }
    // Nobody could wake an assistant that sleeps without ears.
    let sleep = turn_taking.sleep.take().zip(engines.wake.as_ref());
    turn_taking.sleep = sleep.map(|(sleep, wake)| SleepConfig {
        phrase: wake.phrase().to_owned(),
        ..sleep
    });
    // With push to talk the key says who is meant: voices need not be told apart.
    engines.known_voices = engines.known_voices.filter(|_| !turn_taking.push_to_talk);
    turn_taking.only_enrolled = engines.known_voices.is_some();
    (config, engines)
}

/// Runs every engine once, the slow ones beside each other. The language model reads each character's instructions,
/// those of the first one last.
fn warm_up(
    mut engines: Engines,
    config: &SessionConfig,
) -> Result<(Engines, Prefill), SessionError> {
    let offers = config.setting.offers.iter();
    let tools: Vec<ToolDefinition> = offers.map(|offer| offer.definition.clone()).collect();
    let personas: Vec<&Persona> = config.personas().collect();
    let prefixes = personas.into_iter().rev().map(Persona::prefix);
    let (recognizer, model) = (&mut engines.recognizer, &mut engines.language_model);
    let (recognized, read) = std::thread::scope(|scope| {
        let recognizing = scope.spawn(|| recognizer.warm_up());
        let read = { prefixes }.try_fold(Prefill::default(), |_, prefix| {
            model.warm_up(&Prompt::new(&prefix, Opening::None).with_tools(&tools))
        });
        (recognizing.join(), read)
    });
    recognized.map_err(|_| SttError::Run("it panicked while it warmed up".into()))??;
    engines.synthesizer.warm_up()?;
    engines.activity.warm_up()?;
    engines.turn_detector.warm_up()?;
    Ok((engines, read?))
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
