//! Which wires there are, and that a stage ends when nobody sends to it any more.

use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::unbounded;

use super::*;
use crate::audio::frame::SESSION_RATE;
use crate::audio::memory_card::MemoryCard;
use crate::language::Language;
use crate::pipeline::SessionTools;
use crate::pipeline::scripted_engines::{NoTools, config, engines, helper, known_voices};
use crate::turn_taking::Event;

/// Whoever waits longer than this waits in vain.
const PATIENCE: Duration = Duration::from_secs(60);

fn wires() -> Wires {
    Wires::new(&config(), &engines(), Vec::new())
}

/// Wires with one to the disk, which nobody takes from.
fn recorded() -> Wires {
    let record = Some(PathBuf::from("nowhere"));
    Wires::new(
        &SessionConfig { record, ..config() },
        &engines(),
        Vec::new(),
    )
}

fn notice(message: String) -> EventKind {
    EventKind::Notice { message }
}

/// Wires to each stage that a session may have.
fn to_all() -> Wires {
    let engines = Engines {
        helper: Some(helper()),
        known_voices: Some(known_voices()),
        ..engines()
    };
    let config = SessionConfig {
        tools: SessionTools {
            built_in: Some(toolbox()),
            external: Some(Arc::new(NoTools)),
        },
        record: Some(PathBuf::from("nowhere")),
        ..config()
    };
    Wires::new(&config, &engines, Vec::new())
}

fn toolbox() -> Toolbox {
    Toolbox::open(None, Language::English, 1).unwrap()
}

#[test]
fn a_wire_without_an_engine_is_no_stage() {
    let wires = to_all();
    let (failed, _why) = bounded(1);
    assert!(wires.telling_voices(None).is_none());
    assert!(wires.helping(None).is_none());
    assert!(wires.calling(None).is_none());
    assert!(wires.acting(None).is_none());
    assert!(wires.recording(None, failed).is_none());
}

#[test]
fn an_engine_without_a_wire_is_no_stage() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::create(folder.path()).unwrap();
    let wires = wires();
    let (failed, _why) = bounded(1);
    assert!(wires.telling_voices(Some(known_voices())).is_none());
    assert!(wires.helping(Some(helper())).is_none());
    assert!(wires.calling(Some(Arc::new(NoTools))).is_none());
    assert!(wires.acting(Some(toolbox())).is_none());
    assert!(wires.recording(Some(recorder), failed).is_none());
}

#[test]
fn a_stage_is_a_thread_of_its_name() {
    let stage = Stage::new("endpointing", || ());
    let thread = stage.spawn().unwrap();
    assert_eq!(thread.thread().name(), Some("endpointing"));
    thread.join().unwrap();
}

#[test]
fn playback_gets_the_loudspeaker_and_whoever_watches_the_devices() {
    let (tell, told) = unbounded();
    let watcher: Watcher = Box::new(move |event: &SessionEvent| {
        let _ = tell.send(event.kind.clone());
    });
    let wires = Wires::new(&config(), &engines(), vec![watcher]);
    let (card, _outside) = MemoryCard::new(SESSION_RATE);
    let mut sound = Sound::new(vec![Box::new(card)]);
    let (_open, render) = sound.open().unwrap();
    wires.attach(render, &sound);
    assert!(matches!(
        wires.control.out.try_recv(),
        Ok(PlaybackControl::Attach(_))
    ));
    let message = "a card in memory".to_owned();
    assert_eq!(told.try_recv(), Ok(EventKind::Device { message }));
}

#[test]
fn what_is_published_goes_to_the_disk_where_it_is_recorded() {
    let wires = recorded();
    wires.bus.publish(None, notice("one".into()));
    let lines = &wires.recorder.as_ref().expect("it is recorded").lines;
    assert!(matches!(
        lines.out.try_recv(),
        Ok(Recorded::Event(SessionEvent { kind: EventKind::Notice { message }, .. })) if message == "one"
    ));
}

#[test]
fn a_disk_that_lags_is_not_waited_for() {
    let wires = recorded();
    for n in 0..=RECORDER_QUEUE {
        wires.bus.publish(None, notice(n.to_string()));
    }
    let lines = &wires.recorder.as_ref().expect("it is recorded").lines;
    assert_eq!(lines.out.len(), RECORDER_QUEUE);
}

/// Runs a stage whose wires are gone but for its own ends: it would hang here.
fn run_alone(make: impl FnOnce(&Wires) -> Stage) {
    let wires = wires();
    let stage = make(&wires);
    drop(wires);
    (stage.run)();
}

#[test]
fn each_stage_ends_when_nobody_sends_to_it_any_more() {
    run_alone(|wires| wires.conducting(&config()));
    run_alone(|wires| wires.listening_for_the_end(engines().turn_detector));
    run_alone(|wires| wires.recognizing(engines().recognizer, &config()));
    run_alone(|wires| wires.thinking(engines().language_model, Sampling::default()));
    run_alone(|wires| wires.speaking(engines().synthesizer));
    run_alone(Wires::playing);
}

#[test]
fn the_conductors_end_ends_the_stages_behind_it() {
    let wires = wires();
    let conducting = wires.conducting(&config());
    let behind = [
        wires.thinking(engines().language_model, Sampling::default()),
        wires.speaking(engines().synthesizer),
        wires.playing(),
    ];
    let conductor = wires.conductor.into.clone();
    drop(wires);
    let threads = behind.map(|stage| stage.spawn().unwrap());
    conductor.send(ConductorInput::Shutdown).unwrap();
    // Not on a thread of its own, so that its ends are gone afterwards.
    (conducting.run)();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn what_the_session_is_told_reaches_the_voice() {
    let wires = wires();
    let conducting = wires.conducting(&config());
    let thinking = wires.thinking(engines().language_model, Sampling::default());
    let (conductor, spoken) = (wires.conductor.into.clone(), wires.synthesizer.out.clone());
    drop(wires);
    let ring = Event::Ring {
        id: 1,
        words: "Time is up.".into(),
        language: Language::English,
    };
    let at = Timestamp::from_millis(10);
    for event in [ring, Event::Tick] {
        conductor.send(ConductorInput::Event(at, event)).unwrap();
    }
    let threads = [conducting, thinking].map(|stage| stage.spawn().unwrap());
    let mut told = std::iter::from_fn(|| spoken.recv_timeout(PATIENCE).ok());
    let said = told.find_map(|input| match input {
        SynthesizerInput::Piece { text, .. } => Some(text),
        _ => None,
    });
    conductor.send(ConductorInput::Shutdown).unwrap();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(said.as_deref(), Some("Time is up."));
}
