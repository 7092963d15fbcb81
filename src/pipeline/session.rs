//! A session: loads the engines, starts the threads, ends them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::bus::{EventBus, Watcher};
use super::capture::{Capture, CaptureOutputs};
use super::conductor::{Conductor, ConductorInput};
use super::devices::Sound;
use super::endpointing::EndpointingStage;
use super::external_tools::ExternalToolsStage;
use super::helper::{Helper, HelperStage, HelperWire, Hush, WantedQuestion};
use super::language_model::LanguageModelStage;
use super::live::LiveReply;
use super::playback::{PlaybackControl, PlaybackStage};
use super::recognizer::RecognizerStage;
use super::recorder::{Recorded, Recorder};
use super::speaker::{KnownVoices, SpeakerStage};
use super::synthesizer::SynthesizerStage;
use super::tools::ToolsStage;
use super::waiting::Waiting;
use crate::aec::EchoCanceller;
use crate::agent::{Agent, Persona, Setting};
use crate::audio::AudioError;
use crate::clock::{SessionClock, Stopwatch, Timestamp};
use crate::endpointing::{EndpointingError, TurnDetector};
use crate::events::{EventKind, SessionEvent};
use crate::llm::{LanguageModel, LlmError, Message, Opening, Prefill, Prompt};
use crate::playback::PlaybackQueue;
use crate::stt::{Recognizer, SttError};
use crate::tool_call::{ExternalTools, ToolDefinition};
use crate::tools::Toolbox;
use crate::tts::{Synthesizer, TtsError};
use crate::turn_taking::{Event, SleepConfig, TurnTaking, TurnTakingConfig};
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

/// Audio that waits for the recognizer or the end-of-turn detector: ten seconds.
const AUDIO_QUEUE: usize = 1_000;
/// Events that wait for the conductor: ten seconds of ticks.
const EVENT_QUEUE: usize = 1_000;
/// Pieces of a reply that wait for the voice.
const PIECE_QUEUE: usize = 64;
/// Clauses that wait for playback, beside the second that it holds itself.
const CLAUSE_QUEUE: usize = 2;
/// Commands that wait for a stage; it never has more than a few.
const COMMAND_QUEUE: usize = 32;
/// Blocks and events that wait for the disk: 40 seconds.
const RECORDER_QUEUE: usize = 4_000;

/// Name of the recorder's thread.
const RECORDER: &str = "recorder";

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
        mut watchers: Vec<Watcher>,
    ) -> Result<Self, SessionError> {
        let SessionConfig {
            mut turn_taking,
            persona,
            in_other_languages,
            mut setting,
            tools: SessionTools { built_in, external },
            earlier,
            record,
            earcon,
            started,
        } = config;
        turn_taking.name.clone_from(&persona.name);
        if engines.helper.is_none() {
            setting = setting.without_helper();
        }
        // Nobody could wake an assistant that sleeps without ears.
        turn_taking.sleep =
            turn_taking
                .sleep
                .take()
                .zip(engines.wake.as_ref())
                .map(|(sleep, wake)| SleepConfig {
                    phrase: wake.phrase().to_owned(),
                    ..sleep
                });
        let offers = setting.offers.iter();
        let offered: Vec<ToolDefinition> = offers.map(|offer| offer.definition.clone()).collect();
        let personas = || std::iter::once(&persona).chain(&in_other_languages);
        let (engines, prompt) = warm_up(engines, personas(), &offered)?;

        let recorder = record.as_deref().map(Recorder::create).transpose()?;
        let (block_out, blocks) = bounded(RECORDER_QUEUE);
        let (recorded, lines) = bounded(RECORDER_QUEUE);
        let decisions = recorder.is_some().then(|| recorded.clone());
        if recorder.is_some() {
            let published = recorded;
            watchers.push(Box::new(move |event: &SessionEvent| {
                let _ = published.try_send(Recorded::Event(event.clone()));
            }));
        }
        let (conductor, conductor_in) = bounded(EVENT_QUEUE);
        let (recognizer, recognizer_in) = bounded(AUDIO_QUEUE);
        let (endpointing, endpointing_in) = bounded(AUDIO_QUEUE);
        let (speaker, speaker_in) = bounded(AUDIO_QUEUE);
        // Who holds a key down is meant.
        let known_voices = engines.known_voices.filter(|_| !turn_taking.push_to_talk);
        let speaker = known_voices.is_some().then_some(speaker);
        turn_taking.only_enrolled = speaker.is_some();
        let (language_model, language_model_in) = bounded(COMMAND_QUEUE);
        let (synthesizer, synthesizer_in) = bounded(PIECE_QUEUE);
        let (playback, playback_in) = bounded(CLAUSE_QUEUE);
        let (tools, tools_in) = bounded(COMMAND_QUEUE);
        let (external_tools, external_tools_in) = bounded(COMMAND_QUEUE);
        let (questions, questions_in) = bounded(COMMAND_QUEUE);
        let (wanted, hush) = (WantedQuestion::default(), Hush::default());
        watchers.extend(engines.helper.as_ref().map(|_| hush.watcher()));
        let (control, control_in) = bounded(COMMAND_QUEUE);
        let (listen, listen_in) = bounded(COMMAND_QUEUE);
        let (live, stop) = (LiveReply::default(), Arc::new(AtomicBool::new(false)));
        let (audible, waiting) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(Waiting::default()),
        );

        let (open, render) = sound.open()?;
        let bus = EventBus::new(SessionClock::start(), watchers);
        let _ = control.send(PlaybackControl::Attach(render));
        let message = sound.describe();
        bus.publish(None, EventKind::Device { message });

        let capture = Capture::new(
            (sound, open),
            (engines.canceller, engines.activity, engines.wake),
            CaptureOutputs {
                conductor: conductor.clone(),
                recognizer: recognizer.clone(),
                endpointing: endpointing.clone(),
                speaker: speaker.clone(),
                playback: control.clone(),
                recorder: recorder.is_some().then_some(block_out),
                waiting: Arc::clone(&waiting),
            },
            listen_in,
            bus.clone(),
            (Arc::clone(&audible), Arc::clone(&stop)),
            earcon,
        )?;
        let conducting = Conductor {
            machine: TurnTaking::new(turn_taking),
            agent: Agent::new(&persona, setting)
                .speaking(&in_other_languages)
                .after(&earlier),
            language: persona.language,
            inputs: conductor_in,
            recognizer,
            waiting: Arc::clone(&waiting),
            endpointing,
            speaker,
            language_model,
            tools: built_in.is_some().then_some(tools),
            external_tools: external.is_some().then_some(external_tools),
            helper: engines.helper.is_some().then(|| HelperWire {
                questions,
                wanted: wanted.clone(),
            }),
            asks_end: false,
            is_over: false,
            playback: control,
            capture: listen,
            live: live.clone(),
            bus: bus.clone(),
            decisions,
            commands: Vec::new(),
            agent_commands: Vec::new(),
            latest: Timestamp::ZERO,
        };
        let listening = EndpointingStage::new(
            engines.turn_detector,
            endpointing_in,
            conductor.clone(),
            bus.clone(),
        );
        let telling_voices = known_voices
            .map(|known| SpeakerStage::new(known, speaker_in, conductor.clone(), bus.clone()));
        let recognizing = RecognizerStage::new(
            engines.recognizer,
            personas().map(|persona| persona.language).collect(),
            recognizer_in,
            waiting,
            conductor.clone(),
            bus.clone(),
        );
        let thinking = LanguageModelStage {
            engine: engines.language_model,
            sampling: persona.sampling,
            inputs: language_model_in,
            synthesizer,
            conductor: conductor.clone(),
            live: live.clone(),
            bus: bus.clone(),
            so_far: None,
        };
        let speaking = SynthesizerStage::new(
            engines.synthesizer,
            synthesizer_in,
            playback,
            conductor.clone(),
            live.clone(),
            bus.clone(),
        );
        let playing = PlaybackStage {
            queue: PlaybackQueue::default(),
            inputs: playback_in,
            control: control_in,
            conductor: conductor.clone(),
            bus: bus.clone(),
            audible,
            said: None,
        };
        let calling = external.map(|tools| ExternalToolsStage {
            tools,
            inputs: external_tools_in,
            conductor: conductor.clone(),
            live,
            bus: bus.clone(),
        });
        let helping = engines.helper.map(|helper| HelperStage {
            helper,
            questions: questions_in,
            wanted,
            hush,
            conductor: conductor.clone(),
            bus: bus.clone(),
        });
        let acting = built_in.map(|toolbox| ToolsStage {
            toolbox,
            inputs: tools_in,
            conductor: conductor.clone(),
            bus: bus.clone(),
            ringing: Vec::new(),
            trouble: None,
        });
        let mut threads = Vec::new();
        let (failed, recording_failed) = bounded(1);
        if let Some(recorder) = recorder {
            let run = move || recorder.run(blocks, lines, &failed);
            threads.push(spawn(RECORDER, run)?);
        }
        threads.push(spawn("playback", move || playing.run())?);
        threads.push(spawn("synthesizer", move || speaking.run())?);
        if let Some(acting) = acting {
            threads.push(spawn("tools", move || acting.run())?);
        }
        if let Some(calling) = calling {
            threads.push(spawn("external-tools", move || calling.run())?);
        }
        if let Some(helping) = helping {
            threads.push(spawn("helper", move || helping.run())?);
        }
        threads.push(spawn("language-model", move || thinking.run())?);
        threads.push(spawn("recognizer", move || recognizing.run())?);
        threads.push(spawn("endpointing", move || listening.run())?);
        if let Some(telling_voices) = telling_voices {
            threads.push(spawn("speaker", move || telling_voices.run())?);
        }
        threads.push(spawn("turn-taking", move || conducting.run())?);
        threads.push(spawn("capture", move || capture.run())?);
        let ready = EventKind::Ready {
            startup_ms: started.elapsed_ms(),
            prompt_kept: prompt.kept,
            prompt_read: prompt.read,
        };
        bus.publish(None, ready);
        Ok(Self {
            conductor,
            stop,
            threads,
            bus,
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
    pub fn stop(self) -> Result<(), SessionError> {
        let Self {
            conductor,
            stop,
            threads,
            bus,
            recording_failed,
        } = self;
        stop.store(true, Ordering::Relaxed);
        // Whoever sends it otherwise may have panicked.
        let _ = conductor.send(ConductorInput::Shutdown);
        drop((conductor, bus));
        // From the source on, so that each thread finds its senders gone.
        let mut result = Ok(());
        for thread in threads.into_iter().rev() {
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if thread.join().is_err() {
                result = Err(SessionError::Panicked(name));
            }
        }
        if let (Ok(()), Ok(error)) = (&result, recording_failed.try_recv()) {
            return Err(error.into());
        }
        result
    }
}

/// Runs every engine once, the slow ones beside each other. The language model reads each character's instructions,
/// those of the first one last.
fn warm_up<'p>(
    mut engines: Engines,
    personas: impl DoubleEndedIterator<Item = &'p Persona>,
    tools: &[ToolDefinition],
) -> Result<(Engines, Prefill), SessionError> {
    let prefixes: Vec<Vec<Message>> = personas.rev().map(Persona::prefix).collect();
    let (recognizer, model) = (&mut engines.recognizer, &mut engines.language_model);
    let (recognized, read) = std::thread::scope(|scope| {
        let recognizing = scope.spawn(|| recognizer.warm_up());
        let read = prefixes.iter().try_fold(Prefill::default(), |_, prefix| {
            model.warm_up(&Prompt::new(prefix, Opening::None).with_tools(tools))
        });
        (recognizing.join(), read)
    });
    recognized.map_err(|_| SttError::Run("it panicked while it warmed up".into()))??;
    engines.synthesizer.warm_up()?;
    engines.activity.warm_up()?;
    engines.turn_detector.warm_up()?;
    Ok((engines, read?))
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(run)
}
