//! Whole sessions over a card in memory, with engines that follow a script.
//!
//! The room goes on by 200 ms when the session has heard the 200 ms before, and waits while words or a reply are being
//! made. Only what has not come after a minute fails by the time of a clock.

use std::time::Duration;

use crossbeam_channel::{TryRecvError, unbounded};

use super::*;
use crate::audio::frame::{BLOCK, SESSION_RATE};
use crate::audio::memory_card::{MemoryCard, Outside};
use crate::audio::noise::Noise;
use crate::clock::SessionClock;
use crate::events::SessionEvent;
use crate::language::Language;
use crate::pipeline::ears::LEVEL_BLOCKS;
use crate::pipeline::scripted_engines::{
    ANSWER, Hears, NoTools, QUESTION, config, engines, helper, known_voices,
};
use crate::pipeline::{CONVERSATION, DECISIONS, EVENTS};

#[path = "session_start_tests.rs"]
mod start;

/// A session that takes longer hangs: a busy machine may be slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long an event is waited for before it is looked what else has changed.
const MOMENT: Duration = Duration::from_millis(20);
/// Blocks after which a session tells its levels.
const STEP: usize = LEVEL_BLOCKS as usize;

fn breaks() -> Result<Option<String>, SttError> {
    panic!("this panic is part of the test");
}

/// A session, the room around its card, and what it publishes.
struct Talk {
    session: Session,
    outside: Outside,
    events: Receiver<SessionEvent>,
    seen: Vec<SessionEvent>,
    noise: Noise,
}

impl Talk {
    fn start(config: SessionConfig, engines: Engines) -> Self {
        let (card, outside) = MemoryCard::new(SESSION_RATE);
        let (tell, events) = unbounded();
        let watcher: Watcher = Box::new(move |event: &SessionEvent| {
            let _ = tell.send(event.clone());
        });
        let sound = Sound::new(vec![Box::new(card)]);
        Self {
            session: Session::start(config, engines, sound, vec![watcher]).unwrap(),
            outside,
            events,
            seen: Vec::new(),
            noise: Noise::new(7),
        }
    }

    /// 200 ms pass, and the session has heard them.
    fn pass(&mut self, level: f32) {
        let captured: Vec<f32> = (0..STEP * BLOCK)
            .map(|n| level * (n as f32 * 0.05).sin() + self.noise.gaussian() * 0.001)
            .collect();
        self.outside.turn(&captured);
        loop {
            let event = self.events.recv_timeout(PATIENCE);
            let event = event.expect("the session hears");
            let has_heard = matches!(event.kind, EventKind::Levels { .. });
            self.seen.push(event);
            if has_heard {
                break;
            }
        }
    }

    /// Somebody speaks for a second, in a room that was quiet.
    fn ask(&mut self) {
        (0..5).for_each(|_| self.pass(0.0));
        (0..5).for_each(|_| self.pass(0.3));
    }

    /// Nobody speaks until this holds.
    fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        let waiting = Stopwatch::start();
        while !holds(self) {
            assert!(waiting.elapsed() < PATIENCE, "{:?}", self.kinds());
            if self.is_at_work() {
                self.seen.extend(self.events.recv_timeout(MOMENT))
            } else {
                self.pass(0.0)
            }
        }
    }

    /// Whether the last turn's words, or the sound of its reply, are being made: the room is not to run away from them.
    fn is_at_work(&self) -> bool {
        let turn = self.seen.iter().rev().find_map(|event| event.turn);
        let of_turn = self.seen.iter().filter(|event| event.turn == turn);
        let (mut paused, mut is_known, mut ended, mut sounds) = (false, false, false, false);
        for event in of_turn {
            match event.kind {
                EventKind::SpeechPaused { .. } => paused = true,
                EventKind::Final { .. } => is_known = true,
                EventKind::TurnEnded { .. } => ended = true,
                EventKind::FirstAudio { .. } => sounds = true,
                _ => {}
            }
        }
        if ended { !sounds } else { paused && !is_known }
    }

    fn kinds(&self) -> Vec<&EventKind> {
        let is_level = |kind: &&EventKind| matches!(kind, EventKind::Levels { .. });
        let kinds = self.seen.iter().map(|event| &event.kind);
        kinds.filter(|kind| !is_level(kind)).collect()
    }

    fn has_heard(&self, heard: &str) -> bool {
        let is_heard =
            |kind: &&EventKind| matches!(kind, EventKind::Heard { text } if text == heard);
        self.kinds().iter().any(is_heard)
    }

    fn threads(&self) -> Vec<&str> {
        let threads = self.session.threads.iter();
        let mut names: Vec<&str> = threads.filter_map(|t| t.thread().name()).collect();
        names.sort_unstable();
        names
    }
}

#[test]
fn a_session_hears_answers_and_ends() {
    let mut talk = Talk::start(config(), engines());
    talk.ask();
    talk.until(|talk| talk.has_heard(ANSWER));
    let ended = talk.kinds().into_iter().find_map(|kind| match kind {
        EventKind::TurnEnded { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(ended.as_deref(), Some(QUESTION));
    assert!(!talk.session.is_over());
    assert!(talk.session.stop().is_ok());
}

#[test]
fn it_tells_that_it_is_ready_and_which_devices_there_are() {
    let mut talk = Talk::start(config(), engines());
    talk.pass(0.0);
    let kinds = talk.kinds();
    let is_ready = |kind: &&&EventKind| matches!(kind, EventKind::Ready { .. });
    assert_eq!(kinds.iter().filter(is_ready).count(), 1);
    let messages = kinds.iter().filter_map(|kind| match kind {
        EventKind::Device { message } => Some(message.as_str()),
        _ => None,
    });
    let messages: Vec<&str> = messages.collect();
    assert!(messages.contains(&"a card in memory"), "{messages:?}");
    talk.session.stop().unwrap();
}

#[test]
fn every_thread_has_ended_when_stop_returns() {
    let mut talk = Talk::start(config(), engines());
    talk.ask();
    let Talk {
        session, events, ..
    } = talk;
    session.stop().unwrap();
    // Each stage can publish, so none of them is left.
    while events.try_recv().is_ok() {}
    assert_eq!(events.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_session_that_is_given_something_to_say_says_it() {
    let mut talk = Talk::start(config(), engines());
    talk.session.send(Event::Typed(QUESTION.into()));
    talk.until(|talk| talk.has_heard(ANSWER));
    talk.session.stop().unwrap();
}

#[test]
fn what_is_offered_is_taken_as_long_as_the_queue_has_room() {
    let (conductor, taken) = bounded(1);
    let (_failed, recording_failed) = bounded(1);
    let session = Session {
        conductor,
        stop: Arc::default(),
        threads: Vec::new(),
        bus: EventBus::new(SessionClock::start(), Vec::new()),
        recording_failed,
    };
    assert!(session.offer(Event::Stop));
    assert!(!session.offer(Event::Stop));
    assert_eq!(taken.len(), 1);
}

#[test]
fn a_stage_that_panics_ends_the_session_and_is_named() {
    let broken = Engines {
        recognizer: Box::new(Hears(breaks)),
        ..engines()
    };
    let mut talk = Talk::start(config(), broken);
    talk.ask();
    talk.until(|talk| talk.session.is_over());
    let error = talk.session.stop().expect_err("it panicked");
    assert!(
        matches!(&error, SessionError::Panicked(stage) if stage == "recognizer"),
        "{error}"
    );
}

#[test]
fn there_is_no_thread_for_what_the_session_has_not() {
    let talk = Talk::start(config(), engines());
    let threads = [
        "capture",
        "endpointing",
        "language-model",
        "playback",
        "recognizer",
        "synthesizer",
        "turn-taking",
    ];
    assert_eq!(talk.threads(), threads);
    talk.session.stop().unwrap();
}

#[test]
fn there_is_a_thread_for_each_thing_that_a_session_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let all = Engines {
        helper: Some(helper()),
        known_voices: Some(known_voices()),
        ..engines()
    };
    let with_all = SessionConfig {
        tools: SessionTools {
            built_in: Some(Toolbox::open(None, Language::English, 1).unwrap()),
            external: Some(Arc::new(NoTools)),
        },
        record: Some(folder.path().to_owned()),
        ..config()
    };
    let talk = Talk::start(with_all, all);
    let threads = talk.threads();
    for name in ["external-tools", "helper", "recorder", "speaker", "tools"] {
        assert!(threads.contains(&name), "{name}: {threads:?}");
    }
    assert_eq!(threads.len(), 12);
    talk.session.stop().unwrap();
}

#[test]
fn what_is_recorded_is_complete_when_stop_returns() {
    let folder = tempfile::tempdir().unwrap();
    let record = Some(folder.path().to_owned());
    let mut talk = Talk::start(SessionConfig { record, ..config() }, engines());
    talk.ask();
    talk.session.stop().unwrap();
    let wav = hound::WavReader::open(folder.path().join(CONVERSATION)).unwrap();
    assert!(wav.duration() as usize >= 10 * STEP * BLOCK);
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let whole = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    assert!(text(EVENTS).contains("\"speech_started\""));
    for name in [EVENTS, DECISIONS] {
        let text = text(name);
        assert!(
            !text.is_empty() && text.lines().all(whole),
            "{name}: {text}"
        );
    }
}

/// A folder in which the disk is full for the sound: `/dev/full` takes nothing.
#[cfg(target_os = "linux")]
fn recording_on_a_full_disk() -> (tempfile::TempDir, SessionConfig) {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join(CONVERSATION);
    std::os::unix::fs::symlink("/dev/full", sound).unwrap();
    let record = Some(folder.path().to_owned());
    (folder, SessionConfig { record, ..config() })
}

#[cfg(target_os = "linux")]
#[test]
fn a_recording_that_ends_early_is_told_once_and_the_session_goes_on() {
    let (_folder, config) = recording_on_a_full_disk();
    let mut talk = Talk::start(config, engines());
    talk.until(|talk| !talk.session.recording_failed.is_empty());
    assert!(talk.session.take_recording_error().is_some());
    assert!(talk.session.take_recording_error().is_none());
    talk.ask();
    talk.until(|talk| talk.has_heard(ANSWER));
    let is_told =
        |kind: &&&EventKind| matches!(kind, EventKind::Error { stage, .. } if stage == RECORDER);
    assert_eq!(talk.kinds().iter().filter(is_told).count(), 1);
    assert!(!talk.session.is_over());
    assert!(talk.session.stop().is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn a_recording_that_ends_early_without_anybody_asking_is_told_at_the_end() {
    let (_folder, config) = recording_on_a_full_disk();
    let mut talk = Talk::start(config, engines());
    talk.ask();
    let error = talk.session.stop().expect_err("the disk is full");
    assert!(error.to_string().contains(CONVERSATION), "{error}");
}

#[test]
fn a_session_that_is_dropped_ends_its_threads() {
    let mut talk = Talk::start(config(), engines());
    talk.ask();
    let Talk {
        session, events, ..
    } = talk;
    drop(session);
    // Each stage can publish, so none of them is left.
    while events.try_recv().is_ok() {}
    assert_eq!(events.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_session_whose_stage_panicked_is_dropped_without_a_panic() {
    let broken = Engines {
        recognizer: Box::new(Hears(breaks)),
        ..engines()
    };
    let mut talk = Talk::start(config(), broken);
    talk.ask();
    talk.until(|talk| talk.session.is_over());
    drop(talk);
}
