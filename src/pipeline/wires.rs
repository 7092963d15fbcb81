//! The wires between the stages of a session: each stage is made with the ends that it holds.
//!
//! What a stage sends, another takes in the same order. All wires are bounded; `pipeline` says what happens when one is
//! full. A stage ends when nobody sends to it any more, so none of these may outlive the making of the stages but those
//! that the session itself holds.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::bus::{EventBus, Watcher};
use super::capture::{Capture, CaptureControl, CaptureOutputs, Hearing};
use super::conductor::{Conductor, ConductorInput};
use super::devices::{OpenSound, Sound};
use super::endpointing::{EndpointingInput, EndpointingStage};
use super::external_tools::ExternalToolsStage;
use super::helper::{Helper, HelperQuestion, HelperStage, HelperWire, Hush, WantedQuestion};
use super::language_model::{LanguageModelInput, LanguageModelStage};
use super::live::LiveReply;
use super::playback::{PlaybackControl, PlaybackInput, PlaybackStage};
use super::recognizer::{RecognizerInput, RecognizerStage};
use super::recorder::{Recorded, Recorder};
use super::session::{Engines, SessionConfig};
use super::speaker::{KnownVoices, SpeakerInput, SpeakerStage};
use super::synthesizer::{SynthesizerInput, SynthesizerStage};
use super::tools::{ToolsInput, ToolsStage};
use super::waiting::Waiting;
use crate::agent::Agent;
use crate::audio::AudioError;
use crate::audio::callback::RenderEnd;
use crate::audio::frame::Block;
use crate::clock::{SessionClock, Timestamp};
use crate::endpointing::TurnDetector;
use crate::events::{EventKind, ReplyId, SessionEvent};
use crate::llm::{LanguageModel, Sampling};
use crate::playback::PlaybackQueue;
use crate::stt::Recognizer;
use crate::tool_call::{Call, ExternalTools};
use crate::tools::Toolbox;
use crate::tts::Synthesizer;
use crate::turn_taking::TurnTaking;

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
pub const RECORDER: &str = "recorder";

/// A thread that is to be.
pub struct Stage {
    name: &'static str,
    run: Box<dyn FnOnce() + Send>,
}

impl Stage {
    fn new(name: &'static str, run: impl FnOnce() + Send + 'static) -> Self {
        let run = Box::new(run);
        Self { name, run }
    }

    /// Starts it.
    pub fn spawn(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new()
            .name(self.name.into())
            .spawn(self.run)
    }
}

/// What goes in at one end comes out at the other.
pub struct Wire<T> {
    /// Where it goes in.
    pub into: Sender<T>,
    out: Receiver<T>,
}

impl<T> Wire<T> {
    fn holding(most: usize) -> Self {
        let (into, out) = bounded(most);
        Self { into, out }
    }
}

/// To a second language model.
struct ToHelper {
    questions: Wire<HelperQuestion>,
    wanted: WantedQuestion,
    hush: Hush,
}

/// To the disk.
struct ToRecorder {
    blocks: Wire<Box<Block>>,
    lines: Wire<Recorded>,
}

/// See the module. What is `None` leads nowhere: the session has no such stage.
pub struct Wires {
    /// Where events go.
    pub bus: EventBus,
    /// To the machines.
    pub conductor: Wire<ConductorInput>,
    /// Set when the session is to end.
    pub stop: Arc<AtomicBool>,
    recognizer: Wire<RecognizerInput>,
    waiting: Arc<Waiting>,
    endpointing: Wire<EndpointingInput>,
    speaker: Option<Wire<SpeakerInput>>,
    language_model: Wire<LanguageModelInput>,
    helper: Option<ToHelper>,
    tools: Option<Wire<ToolsInput>>,
    external_tools: Option<Wire<(ReplyId, Call)>>,
    synthesizer: Wire<SynthesizerInput>,
    playback: Wire<PlaybackInput>,
    control: Wire<PlaybackControl>,
    capture: Wire<CaptureControl>,
    recorder: Option<ToRecorder>,
    /// Which reply is wanted.
    live: LiveReply,
    /// Whether a reply can be heard now.
    audible: Arc<AtomicBool>,
}

impl Wires {
    /// The wires that the session needs. Its clock starts.
    pub fn new(config: &SessionConfig, engines: &Engines, mut watchers: Vec<Watcher>) -> Self {
        let recorder = config.record.as_ref().map(|_| ToRecorder {
            blocks: Wire::holding(RECORDER_QUEUE),
            lines: Wire::holding(RECORDER_QUEUE),
        });
        if let Some(ToRecorder { lines, .. }) = &recorder {
            let published = lines.into.clone();
            watchers.push(Box::new(move |event: &SessionEvent| {
                let _ = published.try_send(Recorded::Event(event.clone()));
            }));
        }
        let helper = engines.helper.as_ref().map(|_| ToHelper {
            questions: Wire::holding(COMMAND_QUEUE),
            wanted: WantedQuestion::default(),
            hush: Hush::default(),
        });
        watchers.extend(helper.as_ref().map(|helper| helper.hush.watcher()));
        let tools = &config.tools;
        Self {
            bus: EventBus::new(SessionClock::start(), watchers).metered(config.pays_for_loading),
            conductor: Wire::holding(EVENT_QUEUE),
            stop: Arc::default(),
            recognizer: Wire::holding(AUDIO_QUEUE),
            waiting: Arc::default(),
            endpointing: Wire::holding(AUDIO_QUEUE),
            speaker: (engines.known_voices.as_ref()).map(|_| Wire::holding(AUDIO_QUEUE)),
            language_model: Wire::holding(COMMAND_QUEUE),
            helper,
            tools: (tools.built_in.as_ref()).map(|_| Wire::holding(COMMAND_QUEUE)),
            external_tools: (tools.external.as_ref()).map(|_| Wire::holding(COMMAND_QUEUE)),
            synthesizer: Wire::holding(PIECE_QUEUE),
            playback: Wire::holding(CLAUSE_QUEUE),
            control: Wire::holding(COMMAND_QUEUE),
            capture: Wire::holding(COMMAND_QUEUE),
            recorder,
            live: LiveReply::default(),
            audible: Arc::default(),
        }
    }

    /// Gives playback the loudspeaker, and tells which devices there are.
    pub fn attach(&self, render: RenderEnd, sound: &Sound) {
        let _ = self.control.into.send(PlaybackControl::Attach(render));
        let message = sound.describe();
        self.bus.publish(None, EventKind::Device { message });
    }

    /// Microphone, echo canceller, voice activity.
    pub fn capturing(
        &self,
        sound: (Sound, OpenSound),
        hearing: Hearing,
        earcon: bool,
    ) -> Result<Stage, AudioError> {
        let outputs = CaptureOutputs {
            conductor: self.conductor.into.clone(),
            recognizer: self.recognizer.into.clone(),
            endpointing: self.endpointing.into.clone(),
            speaker: self.speaker.as_ref().map(|wire| wire.into.clone()),
            playback: self.control.into.clone(),
            recorder: (self.recorder.as_ref()).map(|recorder| recorder.blocks.into.clone()),
            waiting: Arc::clone(&self.waiting),
        };
        let (controls, bus) = (self.capture.out.clone(), self.bus.clone());
        let shared = (Arc::clone(&self.audible), Arc::clone(&self.stop));
        let capture = Capture::new(sound, hearing, outputs, controls, bus, shared, earcon)?;
        Ok(Stage::new("capture", move || capture.run()))
    }

    /// Both machines: who speaks when, and what is said.
    pub fn conducting(&self, config: &SessionConfig) -> Stage {
        let agent = Agent::new(&config.persona, config.setting.clone())
            .speaking(&config.in_other_languages)
            .after(&config.earlier);
        let conductor = Conductor {
            machine: TurnTaking::new(config.turn_taking.clone()),
            agent,
            language: config.persona.language,
            inputs: self.conductor.out.clone(),
            recognizer: self.recognizer.into.clone(),
            waiting: Arc::clone(&self.waiting),
            endpointing: self.endpointing.into.clone(),
            speaker: self.speaker.as_ref().map(|wire| wire.into.clone()),
            language_model: self.language_model.into.clone(),
            tools: self.tools.as_ref().map(|wire| wire.into.clone()),
            external_tools: self.external_tools.as_ref().map(|wire| wire.into.clone()),
            helper: self.helper.as_ref().map(|helper| HelperWire {
                questions: helper.questions.into.clone(),
                wanted: helper.wanted.clone(),
            }),
            asks_end: false,
            is_over: false,
            playback: self.control.into.clone(),
            capture: self.capture.into.clone(),
            live: self.live.clone(),
            bus: self.bus.clone(),
            decisions: (self.recorder.as_ref()).map(|recorder| recorder.lines.into.clone()),
            commands: Vec::new(),
            agent_commands: Vec::new(),
            latest: Timestamp::ZERO,
        };
        Stage::new("turn-taking", move || conductor.run())
    }

    /// What tells enrolled voices from others.
    pub fn telling_voices(&self, known: Option<KnownVoices>) -> Option<Stage> {
        let (wire, known) = self.speaker.as_ref().zip(known)?;
        let conductor = self.conductor.into.clone();
        let stage = SpeakerStage::new(known, wire.out.clone(), conductor, self.bus.clone());
        Some(Stage::new("speaker", move || stage.run()))
    }

    /// The detector of ends of turns.
    pub fn listening_for_the_end(&self, engine: Box<dyn TurnDetector>) -> Stage {
        let (inputs, conductor) = (self.endpointing.out.clone(), self.conductor.into.clone());
        let stage = EndpointingStage::new(engine, inputs, conductor, self.bus.clone());
        Stage::new("endpointing", move || stage.run())
    }

    /// Speech to text.
    pub fn recognizing(&self, engine: Box<dyn Recognizer>, config: &SessionConfig) -> Stage {
        let languages = config.personas().map(|persona| persona.language).collect();
        let stage = RecognizerStage::new(
            engine,
            languages,
            self.recognizer.out.clone(),
            Arc::clone(&self.waiting),
            self.conductor.into.clone(),
            self.bus.clone(),
        );
        Stage::new("recognizer", move || stage.run())
    }

    /// The language model.
    pub fn thinking(&self, engine: Box<dyn LanguageModel>, sampling: Sampling) -> Stage {
        let stage = LanguageModelStage {
            engine,
            sampling,
            inputs: self.language_model.out.clone(),
            synthesizer: self.synthesizer.into.clone(),
            conductor: self.conductor.into.clone(),
            live: self.live.clone(),
            bus: self.bus.clone(),
            so_far: None,
        };
        Stage::new("language-model", move || stage.run())
    }

    /// A second language model.
    pub fn helping(&self, helper: Option<Helper>) -> Option<Stage> {
        let (wire, helper) = self.helper.as_ref().zip(helper)?;
        let stage = HelperStage {
            helper,
            questions: wire.questions.out.clone(),
            wanted: wire.wanted.clone(),
            hush: wire.hush.clone(),
            conductor: self.conductor.into.clone(),
            bus: self.bus.clone(),
        };
        Some(Stage::new("helper", move || stage.run()))
    }

    /// Tools of others.
    pub fn calling(&self, tools: Option<Arc<dyn ExternalTools>>) -> Option<Stage> {
        let (wire, tools) = self.external_tools.as_ref().zip(tools)?;
        let stage = ExternalToolsStage {
            tools,
            inputs: wire.out.clone(),
            conductor: self.conductor.into.clone(),
            live: self.live.clone(),
            bus: self.bus.clone(),
        };
        Some(Stage::new("external-tools", move || stage.run()))
    }

    /// The program's own tools.
    pub fn acting(&self, toolbox: Option<Toolbox>) -> Option<Stage> {
        let (wire, toolbox) = self.tools.as_ref().zip(toolbox)?;
        let stage = ToolsStage {
            toolbox,
            inputs: wire.out.clone(),
            conductor: self.conductor.into.clone(),
            bus: self.bus.clone(),
            ringing: Vec::new(),
            trouble: None,
        };
        Some(Stage::new("tools", move || stage.run()))
    }

    /// Text to speech.
    pub fn speaking(&self, engine: Box<dyn Synthesizer>) -> Stage {
        let stage = SynthesizerStage::new(
            engine,
            self.synthesizer.out.clone(),
            self.playback.into.clone(),
            self.conductor.into.clone(),
            self.live.clone(),
            self.bus.clone(),
        );
        Stage::new("synthesizer", move || stage.run())
    }

    /// The queue of the reply, and the loudspeaker.
    pub fn playing(&self) -> Stage {
        let stage = PlaybackStage {
            queue: PlaybackQueue::default(),
            inputs: self.playback.out.clone(),
            control: self.control.out.clone(),
            conductor: self.conductor.into.clone(),
            bus: self.bus.clone(),
            audible: Arc::clone(&self.audible),
            said: None,
            next: None,
        };
        Stage::new("playback", move || stage.run())
    }

    /// The recorder, which tells `failed` once why it ended early.
    pub fn recording(
        &self,
        recorder: Option<Recorder>,
        failed: Sender<AudioError>,
    ) -> Option<Stage> {
        let (wire, recorder) = self.recorder.as_ref().zip(recorder)?;
        let (blocks, lines) = (wire.blocks.out.clone(), wire.lines.out.clone());
        let run = move || recorder.run(blocks, lines, &failed);
        Some(Stage::new(RECORDER, run))
    }
}

#[cfg(test)]
#[path = "wires_tests.rs"]
mod tests;
