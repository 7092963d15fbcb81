//! What the stages are told when something happens.

use crossbeam_channel::{TryRecvError, bounded, unbounded};

use super::*;
use crate::agent::{HandsOver, Persona, Setting};
use crate::clock::SessionClock;
use crate::events::TurnId;
use crate::pipeline::helper::WantedQuestion;
use crate::pipeline::scripted_engines::{Published, QUESTION};
use crate::turn_taking::TurnTakingConfig;

#[path = "conductor_agent_tests.rs"]
mod of_the_agent;

const TURN: TurnId = TurnId(1);
const REPLY: ReplyId = ReplyId {
    turn: TURN,
    draft: 1,
};

/// The conductor, and the other ends of its wires.
struct Wired {
    conductor: Conductor,
    inputs: Sender<ConductorInput>,
    recognizer: Receiver<RecognizerInput>,
    endpointing: Receiver<EndpointingInput>,
    speaker: Receiver<SpeakerInput>,
    language_model: Receiver<LanguageModelInput>,
    tools: Receiver<ToolsInput>,
    external_tools: Receiver<(ReplyId, Call)>,
    questions: Receiver<HelperQuestion>,
    playback: Receiver<PlaybackControl>,
    capture: Receiver<CaptureControl>,
    decisions: Receiver<Recorded>,
    published: Published,
}

fn wired() -> Wired {
    let (inputs, taken) = unbounded();
    let (to_recognizer, recognizer) = unbounded();
    let (to_endpointing, endpointing) = unbounded();
    let (to_speaker, speaker) = unbounded();
    let (to_language_model, language_model) = unbounded();
    let (to_tools, tools) = unbounded();
    let (to_external_tools, external_tools) = unbounded();
    let (to_helper, questions) = unbounded();
    let (to_playback, playback) = unbounded();
    let (to_capture, capture) = bounded(1);
    let (to_recorder, decisions) = unbounded();
    let (bus, published) = Published::on(SessionClock::manual());
    let setting = Setting {
        helper: Some(HandsOver::ByRule),
        ..Setting::new("Vivi")
    };
    let conductor = Conductor {
        machine: TurnTaking::new(TurnTakingConfig::default()),
        agent: Agent::new(&Persona::bundled(Language::English), setting),
        language: Language::English,
        inputs: taken,
        recognizer: to_recognizer,
        waiting: Arc::default(),
        endpointing: to_endpointing,
        speaker: Some(to_speaker),
        language_model: to_language_model,
        tools: Some(to_tools),
        external_tools: Some(to_external_tools),
        helper: Some(HelperWire {
            questions: to_helper,
            wanted: WantedQuestion::default(),
        }),
        asks_end: false,
        is_over: false,
        playback: to_playback,
        capture: to_capture,
        live: LiveReply::default(),
        bus,
        decisions: Some(to_recorder),
        commands: Vec::new(),
        agent_commands: Vec::new(),
        latest: Timestamp::ZERO,
    };
    Wired {
        conductor,
        inputs,
        recognizer,
        endpointing,
        speaker,
        language_model,
        tools,
        external_tools,
        questions,
        playback,
        capture,
        decisions,
        published,
    }
}

/// The same without a helper, so that the language model answers [`QUESTION`].
fn without_helper() -> Wired {
    let mut wired = wired();
    let persona = Persona::bundled(Language::English);
    wired.conductor.agent = Agent::new(&persona, Setting::new("Vivi"));
    wired.conductor.helper = None;
    wired
}

fn ms(ms: u64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn call(name: &str) -> Call {
    Call {
        name: name.into(),
        arguments: serde_json::Map::new(),
    }
}

impl Wired {
    fn on(&mut self, at_ms: u64, event: Event) {
        self.conductor.take(ms(at_ms), event);
    }

    fn types(&mut self, text: &str) {
        self.on(1_000, Event::Typed(text.into()));
    }

    /// The agent commands something.
    fn agent(&mut self, command: agent::Command) {
        self.conductor.carry_out_for_agent(ms(2_000), command);
    }

    /// The user says [`QUESTION`] and pauses; it is known what was said.
    fn asks(&mut self) {
        self.on(1_000, Event::SpeechStarted(ms(900)));
        self.on(2_000, Event::SpeechPaused(ms(1_900)));
        let decoded = Event::Decoded {
            turn: TURN,
            pause: 1,
            text: QUESTION.into(),
        };
        self.on(2_050, decoded);
    }

    /// The user asked, and has been silent for long.
    fn asked(&mut self) {
        self.asks();
        let scored = Event::Scored {
            turn: TURN,
            pause: 1,
            score: Some(1.0),
            took_ms: 5.0,
        };
        self.on(2_100, scored);
        self.on(5_000, Event::Tick);
    }

    /// What the language model was told, in short.
    fn model(&self) -> Vec<String> {
        let told = self.language_model.try_iter().map(|input| match input {
            LanguageModelInput::ReadAhead { .. } => "read ahead".to_owned(),
            LanguageModelInput::Write(_) => "write".to_owned(),
            LanguageModelInput::SayMeanwhile { words, .. }
            | LanguageModelInput::Say { words, .. } => words,
            LanguageModelInput::Tone(_) => "tone".to_owned(),
            LanguageModelInput::End(_) => "end".to_owned(),
            LanguageModelInput::Speed(percent) => format!("{percent} %"),
            LanguageModelInput::SpeakIn(language) => language.code().to_owned(),
        });
        told.collect()
    }

    fn decisions(&self) -> Vec<Decision> {
        let recorded = self
            .decisions
            .try_iter()
            .filter_map(|recorded| match recorded {
                Recorded::Decision(decision) => Some(decision),
                Recorded::Event(_) => None,
            });
        recorded.collect()
    }
}

#[test]
fn speech_opens_a_transcript_wherever_it_is_listened_to() {
    let mut wired = wired();
    wired.on(1_000, Event::SpeechStarted(ms(900)));
    let before = TurnTakingConfig::default().preroll;
    let begins = ms(900) - before;
    assert!(matches!(
        wired.recognizer.try_recv(),
        Ok(RecognizerInput::Start { turn: TURN, from }) if from == begins
    ));
    assert!(matches!(
        wired.endpointing.try_recv(),
        Ok(EndpointingInput::Start(from)) if from == begins
    ));
    assert!(matches!(
        wired.speaker.try_recv(),
        Ok(SpeakerInput::Start { turn: TURN, from }) if from == begins
    ));
}

#[test]
fn at_a_pause_words_and_voice_are_asked_for_and_the_sound_once_the_words_are_known() {
    let mut wired = without_helper();
    wired.asks();
    let recognizer: Vec<RecognizerInput> = wired.recognizer.try_iter().collect();
    assert!(matches!(
        recognizer[..],
        [
            RecognizerInput::Start { .. },
            RecognizerInput::Pause { turn: TURN, pause: 1, since },
        ] if since == ms(1_900)
    ));
    let speaker: Vec<SpeakerInput> = wired.speaker.try_iter().collect();
    assert!(matches!(
        speaker[..],
        [
            SpeakerInput::Start { .. },
            SpeakerInput::Pause {
                turn: TURN,
                pause: 1
            },
        ]
    ));
    let endpointing: Vec<EndpointingInput> = wired.endpointing.try_iter().collect();
    assert!(matches!(
        endpointing[..],
        [
            EndpointingInput::Start(_),
            EndpointingInput::Score { turn: TURN, pause: 1, since },
        ] if since == ms(1_900)
    ));
}

#[test]
fn commands_to_the_recognizer_are_counted_until_they_are_taken() {
    let mut wired = wired();
    assert!(!wired.conductor.waiting.is_commanded());
    wired.on(1_000, Event::SpeechStarted(ms(900)));
    assert!(wired.conductor.waiting.is_commanded());
}

#[test]
fn a_draft_is_written_and_not_heard() {
    let mut wired = without_helper();
    wired.asks();
    assert_eq!(wired.model(), ["write"]);
    assert!(wired.conductor.live.is(REPLY));
    assert!(!wired.conductor.live.is_released(REPLY));
    assert!(wired.playback.is_empty());
}

#[test]
fn the_end_of_a_turn_lets_the_draft_be_heard_and_the_audio_go() {
    let mut wired = without_helper();
    wired.asked();
    assert!(wired.conductor.live.is_released(REPLY));
    assert!(matches!(
        wired.playback.try_recv(),
        Ok(PlaybackControl::Release(REPLY))
    ));
    let ends = |input: RecognizerInput| matches!(input, RecognizerInput::End(TURN));
    assert!(wired.recognizer.try_iter().any(ends));
    let ends = |input: SpeakerInput| matches!(input, SpeakerInput::End(TURN));
    assert!(wired.speaker.try_iter().any(ends));
    let since = ms(900);
    assert_eq!(
        wired.capture.try_recv(),
        Ok(CaptureControl::KnowSpeaker { since })
    );
}

#[test]
fn a_reply_that_is_stopped_is_not_wanted_any_more() {
    let mut wired = without_helper();
    wired.types(QUESTION);
    assert!(wired.conductor.live.is_released(REPLY));
    wired.on(1_500, Event::Stop);
    assert!(!wired.conductor.live.is(REPLY));
    let playback: Vec<PlaybackControl> = wired.playback.try_iter().collect();
    assert!(matches!(
        playback[..],
        [
            PlaybackControl::Release(REPLY),
            PlaybackControl::Stop(REPLY)
        ]
    ));
}

#[test]
fn time_never_goes_back() {
    let mut wired = without_helper();
    wired.on(2_000, Event::SpeechStarted(ms(1_900)));
    wired.on(1_500, Event::SpeechPaused(ms(2_000)));
    let input = agent::Input::Ignored;
    wired.conductor.take_for_agent(ms(500), input);
    assert_eq!(wired.conductor.latest, ms(2_000));
    let times: Vec<Timestamp> = wired.decisions().iter().map(|one| one.at).collect();
    assert_eq!(times, [ms(2_000), ms(2_000)]);
}

#[test]
fn what_was_told_and_commanded_is_recorded_and_a_tick_without_effect_is_not() {
    let mut wired = wired();
    wired.on(1_000, Event::Tick);
    let event = Event::SpeechStarted(ms(1_000));
    wired.on(1_010, event.clone());
    let decisions = wired.decisions();
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    assert_eq!((decisions[0].at, &decisions[0].event), (ms(1_010), &event));
    let commands = &decisions[0].commands;
    assert!(
        matches!(&commands[..], [one] if one.starts_with("StartTranscript")),
        "{commands:?}"
    );
}

#[test]
fn a_recorder_that_lags_is_not_waited_for() {
    let mut wired = wired();
    let (lags, kept) = bounded(1);
    wired.conductor.decisions = Some(lags);
    wired.on(1_000, Event::SpeechStarted(ms(900)));
    wired.on(2_000, Event::SpeechPaused(ms(1_900)));
    assert_eq!(kept.len(), 1);
}

#[test]
fn a_front_end_that_lags_is_not_waited_for() {
    let mut wired = wired();
    for _ in 0..3 {
        wired
            .conductor
            .carry_out(ms(1_000), Command::ListenOverReplies);
    }
    let told: Vec<CaptureControl> = wired.capture.try_iter().collect();
    assert_eq!(told, [CaptureControl::ListenOverReplies]);
}

#[test]
fn a_stage_that_is_gone_keeps_nothing_from_the_others() {
    let mut wired = wired();
    let (_, gone) = unbounded();
    wired.recognizer = gone;
    wired.on(1_000, Event::SpeechStarted(ms(900)));
    assert_eq!(wired.endpointing.len(), 1);
    assert_eq!(wired.speaker.len(), 1);
}

#[test]
fn what_comes_after_the_shutdown_is_not_done() {
    let wired = without_helper();
    let send = |input| wired.inputs.send(input).unwrap();
    send(ConductorInput::Event(
        ms(1_000),
        Event::Typed(QUESTION.into()),
    ));
    send(ConductorInput::Shutdown);
    let speech = Event::SpeechStarted(ms(1_900));
    send(ConductorInput::Event(ms(2_000), speech));
    wired.conductor.run();
    assert_eq!(wired.language_model.len(), 1);
    // Nobody sends to it any more, so it ends.
    let recognizer = wired.recognizer.try_recv().err();
    assert_eq!(recognizer, Some(TryRecvError::Disconnected));
}

#[test]
fn whoever_waits_for_something_is_let_go_at_the_end() {
    let Wired { conductor, .. } = wired();
    conductor.live.set(REPLY);
    let live = conductor.live.clone();
    let waits = std::thread::spawn(move || live.wait_for_release(REPLY));
    let waiting = Arc::clone(&conductor.waiting);
    let wanted = conductor.helper.as_ref().map(|helper| {
        helper.wanted.set(3);
        helper.wanted.clone()
    });
    drop(conductor);
    assert!(!waits.join().unwrap(), "a draft was let be heard");
    assert!(waiting.is_commanded());
    assert!(wanted.is_some_and(|wanted| !wanted.is(3)));
}
