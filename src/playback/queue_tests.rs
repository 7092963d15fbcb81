//! One behaviour of the playback queue each.

use std::time::Duration;

use super::*;
use crate::audio::callback::{RenderCallback, render_path};
use crate::audio::wav::Clip;
use crate::events::TurnId;
use crate::tts::Word;

struct Rig {
    queue: PlaybackQueue,
    callback: RenderCallback,
}

/// A queue on a device of 16 kHz, so that no conversion blurs the counts.
fn rig() -> Rig {
    let (callback, end, _tap) = render_path(16_000);
    let mut queue = PlaybackQueue::default();
    queue.attach(end).unwrap();
    Rig { queue, callback }
}

impl Rig {
    /// Ten milliseconds of everything, `blocks` times; what was reported.
    fn run(&mut self, blocks: usize) -> Vec<Played> {
        let mut reports = Vec::new();
        for _ in 0..blocks {
            reports.extend(self.queue.advance());
            self.callback.process(&mut [0.0f32; 160], 1);
        }
        reports
    }

    fn push(&mut self, turn: u64, written: &[&str]) {
        self.queue.push(reply(turn), clause(written)).unwrap();
        self.queue.release(reply(turn));
    }
}

/// Words of 100 ms each.
fn clause(written: &[&str]) -> SpokenClause {
    let word = |(n, written): (usize, &&str)| Word {
        written: (*written).into(),
        ends_at: (n + 1) * 1_600,
    };
    SpokenClause {
        words: written.iter().enumerate().map(word).collect(),
        clip: Clip {
            rate_hz: 16_000,
            samples: vec![0.5; written.len() * 1_600],
        },
    }
}

fn reply(turn: u64) -> ReplyId {
    ReplyId {
        turn: TurnId(turn),
        draft: 1,
    }
}

/// As soon as the first ten milliseconds have left.
fn started(turn: u64) -> Played {
    Played::Started {
        reply: reply(turn),
        ago: Duration::from_millis(10),
    }
}

fn finished(turn: u64, heard: &str) -> Played {
    Played::Finished {
        reply: reply(turn),
        heard: heard.into(),
        underruns: 0,
    }
}

fn stopped(turn: u64, heard: &str) -> Played {
    Played::Stopped {
        reply: reply(turn),
        heard: heard.into(),
    }
}

#[test]
fn a_reply_is_played_to_its_end_and_all_of_it_heard() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon."]);
    rig.queue.complete(reply(1));
    assert_eq!(rig.run(40), [started(1), finished(1, "The moon.")]);
    assert!(!rig.queue.is_busy());
}

#[test]
fn a_reply_that_waits_for_its_next_clause_is_not_over() {
    let mut rig = rig();
    rig.push(1, &["The "]);
    assert_eq!(rig.run(40), [started(1)]);
    rig.push(1, &["moon."]);
    rig.queue.complete(reply(1));
    assert_eq!(rig.run(40), [finished(1, "The moon.")]);
}

#[test]
fn a_stopped_reply_reports_the_words_that_were_played() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon ", "is ", "far."]);
    rig.run(21);
    assert_eq!(rig.queue.stop(reply(1)), None);
    assert_eq!(rig.run(5), [stopped(1, "The moon")]);
}

#[test]
fn clauses_of_a_stopped_reply_are_stale() {
    let mut rig = rig();
    rig.push(1, &["The "]);
    rig.run(5);
    rig.queue.stop(reply(1));
    rig.run(5);
    rig.push(1, &["moon."]);
    rig.queue.complete(reply(1));
    assert!(rig.run(40).is_empty() && !rig.queue.is_busy());
}

#[test]
fn a_reply_stopped_before_its_first_clause_was_not_heard() {
    let mut rig = rig();
    assert_eq!(rig.queue.stop(reply(3)), Some(stopped(3, "")));
    rig.push(3, &["late."]);
    assert!(rig.run(40).is_empty());
}

#[test]
fn a_reply_without_a_word_is_over_at_once() {
    let mut rig = rig();
    rig.queue.release(reply(1));
    rig.queue.complete(reply(1));
    assert_eq!(rig.run(1), [finished(1, "")]);
}

#[test]
fn a_new_reply_counts_from_its_own_first_sample() {
    let mut rig = rig();
    rig.push(1, &["One."]);
    rig.queue.complete(reply(1));
    rig.run(40);
    rig.push(2, &["Two ", "three."]);
    rig.run(12);
    rig.queue.stop(reply(2));
    assert_eq!(rig.run(5), [stopped(2, "Two")]);
}

#[test]
fn on_a_new_device_the_rest_of_the_reply_goes_on() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon ", "is ", "far."]);
    rig.queue.complete(reply(1));
    rig.run(8);
    let (callback, end, _tap) = render_path(48_000);
    rig.queue.attach(end).unwrap();
    rig.callback = callback;
    let reports = rig.run(150);
    assert!(
        matches!(&reports[..], [Played::Finished { heard, .. }] if heard == "The moon is far."),
        "{reports:?}"
    );
}

#[test]
fn a_draft_is_silent_until_it_is_released() {
    let mut rig = rig();
    let draft = reply(1);
    rig.queue.push(draft, clause(&["Yes."])).unwrap();
    assert!(rig.run(20).is_empty());
    rig.queue.release(draft);
    assert_eq!(rig.run(2), [started(1)]);
}

#[test]
fn a_held_reply_goes_on_with_the_word_that_was_cut_into() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon ", "is ", "far."]);
    rig.queue.complete(reply(1));
    rig.run(22);
    rig.queue.play(reply(1), Loudness::Held);
    assert!(rig.run(50).is_empty(), "it must not go on while it is held");
    let heard = rig.queue.heard_so_far().unwrap().1;
    assert_eq!(heard, "The moon");
    rig.queue.play(reply(1), Loudness::Full);
    let reports = rig.run(40);
    let Played::Resumed { repeated_ms, .. } = &reports[0] else {
        panic!("{reports:?}")
    };
    // 22 blocks of 10 ms and the fade, less the two words before.
    assert!((15.0..=35.0).contains(repeated_ms), "{repeated_ms}");
    assert_eq!(reports[1..], [finished(1, "The moon is far.")]);
}

#[test]
fn a_held_reply_can_be_stopped_and_keeps_what_was_heard() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon ", "is ", "far."]);
    rig.run(21);
    rig.queue.play(reply(1), Loudness::Held);
    rig.run(10);
    assert_eq!(rig.queue.stop(reply(1)), Some(stopped(1, "The moon")));
    assert!(!rig.queue.is_busy());
}

#[test]
fn a_ducked_reply_is_quieter_and_loses_nothing() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon."]);
    rig.queue.complete(reply(1));
    rig.run(5);
    rig.queue.play(reply(1), Loudness::Ducked);
    rig.run(3);
    let mut out = [0.0f32; 160];
    rig.callback.process(&mut out, 1);
    assert!((out[0] - 0.5 * DUCKED_GAIN).abs() < 1e-3, "{}", out[0]);
    rig.queue.play(reply(1), Loudness::Full);
    assert_eq!(rig.run(40), [finished(1, "The moon.")]);
}

#[test]
fn a_reply_that_is_held_before_it_has_come_is_silent_until_it_goes_on() {
    let mut rig = rig();
    rig.queue.play(reply(1), Loudness::Held);
    rig.push(1, &["The ", "moon "]);
    rig.queue.complete(reply(1));
    assert_eq!(rig.run(50), []);
    rig.queue.play(reply(1), Loudness::Full);
    assert_eq!(rig.run(50), [started(1), finished(1, "The moon")]);
}

#[test]
fn a_reply_is_over_when_the_device_has_played_what_it_holds() {
    let mut rig = rig();
    rig.push(1, &["The ", "moon "]);
    rig.queue.complete(reply(1));
    rig.callback
        .begin_block(Duration::ZERO, Duration::from_millis(1_000));
    assert_eq!(rig.run(110), [started(1)], "200 ms are taken, 1 s is held");
    assert_eq!(rig.run(20), [finished(1, "The moon")]);
}
