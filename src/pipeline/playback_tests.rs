//! The stage on a device that takes 10 ms when the test says so.

use crossbeam_channel::{Sender, unbounded};

use super::*;
use crate::audio::callback::{RenderCallback, render_path};
use crate::audio::frame::FRAME;
use crate::audio::wav::Clip;
use crate::clock::{SessionClock, Timestamp};
use crate::events::TurnId;
use crate::pipeline::scripted_engines::Published;
use crate::tts::Word;

/// The device's rate is that of the clauses, so that no conversion blurs the counts. Hz.
const RATE_HZ: u32 = 16_000;
/// Every word takes so long. Blocks of 10 ms.
const WORD: usize = 10;

struct Rig {
    stage: PlaybackStage,
    device: RenderCallback,
    clauses: Sender<PlaybackInput>,
    control: Sender<PlaybackControl>,
    told: Receiver<ConductorInput>,
    published: Published,
}

impl Rig {
    fn new() -> Self {
        let (clauses, inputs) = unbounded();
        let (control, controls) = unbounded();
        let (conductor, told) = unbounded();
        let (bus, published) = Published::on(SessionClock::manual());
        let (device, end, _tap) = render_path(RATE_HZ);
        let stage = PlaybackStage {
            queue: PlaybackQueue::default(),
            inputs,
            control: controls,
            conductor,
            bus,
            audible: Arc::default(),
            said: None,
            next: None,
        };
        let rig = Self {
            stage,
            device,
            clauses,
            control,
            told,
            published,
        };
        rig.command(PlaybackControl::Attach(end));
        rig
    }

    fn command(&self, control: PlaybackControl) {
        self.control.send(control).unwrap();
    }

    /// A clause comes from the synthesizer.
    fn clause(&self, turn: u64, words: &[&str]) {
        let reply = reply(turn);
        let word = |(n, written): (usize, &&str)| Word {
            written: (*written).into(),
            ends_at: (n + 1) * WORD * FRAME,
        };
        let clause = SpokenClause {
            words: words.iter().enumerate().map(word).collect(),
            clip: Clip {
                rate_hz: RATE_HZ,
                samples: vec![0.5; words.len() * WORD * FRAME],
            },
        };
        let clause = PlaybackInput::Clause { reply, clause };
        self.clauses.send(clause).unwrap();
    }

    /// All of a reply comes, and it may be heard.
    fn reply(&self, turn: u64, words: &[&str]) {
        self.clause(turn, words);
        let complete = PlaybackInput::Complete(reply(turn));
        self.clauses.send(complete).unwrap();
        self.command(PlaybackControl::Release(reply(turn)));
    }

    /// Time passes. The last sample of each block that left the device.
    fn run(&mut self, blocks: usize) -> Vec<f32> {
        let block = |_| {
            self.stage.poll();
            self.take_block()
        };
        (0..blocks).map(block).collect()
    }

    /// The device takes 10 ms, and the stage has no time to look.
    fn take_block(&mut self) -> f32 {
        let mut block = [0.0f32; FRAME];
        self.device.process(&mut block, 1);
        block[FRAME - 1]
    }

    /// What turn taking was told, but for the words so far.
    fn told(&self) -> Vec<Event> {
        let told = self.told.try_iter().filter_map(|input| match input {
            ConductorInput::Event(_, Event::Said { .. }) => None,
            ConductorInput::Event(_, event) => Some(event),
            ConductorInput::Agent(..) | ConductorInput::Shutdown => None,
        });
        told.collect()
    }

    fn is_audible(&self) -> bool {
        self.stage.audible.load(Ordering::Relaxed)
    }
}

fn reply(turn: u64) -> ReplyId {
    ReplyId {
        turn: TurnId(turn),
        draft: 1,
    }
}

/// The clock of the tests stands still.
fn started(turn: u64) -> Event {
    Event::PlaybackStarted {
        reply: reply(turn),
        at: Timestamp::ZERO,
    }
}

fn ended(turn: u64, heard: &str) -> Event {
    Event::PlaybackEnded {
        reply: reply(turn),
        heard: heard.into(),
    }
}

fn is_silent(samples: &[f32]) -> bool {
    samples.iter().all(|sample| *sample == 0.0)
}

#[test]
fn a_reply_is_told_when_it_begins_and_when_all_of_it_was_heard() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon."]);
    rig.run(3 * WORD);
    assert_eq!(rig.told(), [started(1), ended(1, "The moon.")]);
    assert!(!rig.stage.is_busy());
}

#[test]
fn clauses_wait_for_their_release() {
    let mut rig = Rig::new();
    rig.clause(1, &["Yes."]);
    assert!(is_silent(&rig.run(2 * WORD)));
    assert_eq!(rig.told(), []);
    rig.command(PlaybackControl::Release(reply(1)));
    assert!(!is_silent(&rig.run(3)));
    assert_eq!(rig.told(), [started(1)]);
}

#[test]
fn a_stop_drops_all_of_the_reply_and_tells_what_was_played() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon ", "is ", "far."]);
    rig.run(2 * WORD + 1);
    rig.command(PlaybackControl::Stop(reply(1)));
    rig.clause(1, &["Very ", "far."]);
    rig.run(WORD);
    assert_eq!(rig.told(), [started(1), ended(1, "The moon")]);
    assert!(is_silent(&rig.run(2 * WORD)));
    assert_eq!(rig.told(), []);
}

#[test]
fn a_reply_that_is_stopped_before_it_comes_was_not_heard() {
    let mut rig = Rig::new();
    rig.command(PlaybackControl::Stop(reply(1)));
    rig.reply(1, &["Too ", "late."]);
    assert!(is_silent(&rig.run(2 * WORD)));
    assert_eq!(rig.told(), [ended(1, "")]);
}

#[test]
fn a_stop_is_not_overtaken_by_the_reply_after_it() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon."]);
    rig.run(WORD + 1);
    rig.reply(2, &["The ", "sun."]);
    rig.command(PlaybackControl::Stop(reply(1)));
    rig.run(5 * WORD);
    let told = [
        started(1),
        ended(1, "The"),
        started(2),
        ended(2, "The sun."),
    ];
    assert_eq!(rig.told(), told);
}

#[test]
fn a_held_reply_is_silent_and_goes_on_with_the_word_that_was_cut_into() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon ", "is ", "far."]);
    rig.run(2 * WORD + 2);
    rig.command(PlaybackControl::Play(reply(1), Loudness::Held));
    rig.run(3);
    assert!(is_silent(&rig.run(3 * WORD)));
    rig.command(PlaybackControl::Play(reply(1), Loudness::Full));
    rig.run(3 * WORD);
    assert_eq!(rig.told(), [started(1), ended(1, "The moon is far.")]);
    let kinds = rig.published.kinds().into_iter();
    let repeated: Vec<f64> = kinds
        .filter_map(|kind| match kind {
            EventKind::Resumed { repeated_ms } => Some(repeated_ms),
            _ => None,
        })
        .collect();
    // Two blocks of the word, and the fade.
    assert!(
        matches!(repeated[..], [ms] if (20.0..=40.0).contains(&ms)),
        "{repeated:?}"
    );
}

#[test]
fn a_device_that_finds_nothing_within_a_reply_is_counted() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon ", "is ", "far ", "away."]);
    rig.run(3);
    // More than the stage puts into the ring at once.
    while rig.take_block() != 0.0 {}
    rig.run(5 * WORD);
    assert_eq!(rig.told(), [started(1), ended(1, "The moon is far away.")]);
    let finished = EventKind::PlaybackFinished { underruns: 1 };
    assert!(rig.published.kinds().contains(&finished));
}

#[test]
fn the_pause_before_the_next_clause_is_no_underrun() {
    let mut rig = Rig::new();
    rig.command(PlaybackControl::Release(reply(1)));
    rig.clause(1, &["The ", "moon "]);
    rig.run(3 * WORD);
    rig.reply(1, &["is ", "far."]);
    rig.run(3 * WORD);
    assert_eq!(rig.told(), [started(1), ended(1, "The moon is far.")]);
    let finished = EventKind::PlaybackFinished { underruns: 0 };
    assert!(rig.published.kinds().contains(&finished));
}

#[test]
fn a_new_device_takes_over_in_the_middle_of_a_reply() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon ", "is ", "far."]);
    rig.run(WORD);
    let (device, end, _tap) = render_path(RATE_HZ);
    rig.command(PlaybackControl::Attach(end));
    rig.device = device;
    assert!(!is_silent(&rig.run(5 * WORD)));
    assert_eq!(rig.told(), [started(1), ended(1, "The moon is far.")]);
}

#[test]
fn the_words_are_told_one_by_one_as_they_leave_the_loudspeaker() {
    let mut rig = Rig::new();
    rig.reply(1, &["The ", "moon ", "is."]);
    rig.run(4 * WORD);
    let said = rig.told.try_iter().filter_map(|input| match input {
        ConductorInput::Event(_, Event::Said { text, .. }) => Some(text),
        _ => None,
    });
    let said: Vec<String> = said.filter(|text| !text.is_empty()).collect();
    let kinds = rig.published.kinds().into_iter();
    let shown = kinds.filter_map(|kind| match kind {
        EventKind::Saying { text } => Some(text),
        _ => None,
    });
    let shown: Vec<String> = shown.filter(|text| !text.is_empty()).collect();
    assert_eq!(said[..2], ["The", "The moon"]);
    assert_eq!(shown, said);
}

#[test]
fn a_reply_without_a_clause_is_over_at_once() {
    let mut rig = Rig::new();
    rig.reply(1, &[]);
    rig.run(2);
    assert_eq!(rig.told().last(), Some(&ended(1, "")));
}

#[test]
fn a_reply_is_audible_from_its_first_sample_to_its_last() {
    let mut rig = Rig::new();
    rig.clause(1, &["Yes."]);
    rig.run(WORD);
    assert!(!rig.is_audible(), "it is a draft");
    rig.reply(1, &[]);
    rig.run(3);
    assert!(rig.is_audible());
    rig.run(2 * WORD);
    assert!(!rig.is_audible());
}

#[test]
fn the_users_volume_and_the_duplex_modes_are_both_kept() {
    let mut rig = Rig::new();
    rig.command(PlaybackControl::Volume(0.5));
    rig.command(PlaybackControl::UserVolume(0.5));
    rig.reply(1, &["The ", "moon."]);
    let played = rig.run(WORD);
    let last = played[WORD - 1];
    assert!((last - 0.5 * 0.25).abs() < 1e-3, "{last}");
}

#[test]
fn a_chime_sounds_and_is_no_reply() {
    let mut rig = Rig::new();
    rig.command(PlaybackControl::Chime(vec![0.5; 4_800]));
    assert!(!is_silent(&rig.run(WORD)));
    assert_eq!(rig.told(), []);
}

#[test]
fn it_ends_with_the_conductor() {
    let rig = Rig::new();
    rig.clause(1, &["Never ", "heard."]);
    drop(rig.control);
    // It would hang here.
    rig.stage.run();
}
