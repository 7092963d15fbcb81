//! Sentences are cut out of what a microphone hears: anything louder than a room is speech here.

use std::cell::Cell;

use super::*;
use crate::audio::frame::BLOCK;
use crate::audio::memory_card::{MemoryCard, Outside};
use crate::pipeline::scripted_engines::loud_is_speech;

/// Voice activity sees in steps of 32 ms, and takes the afterglow of speech for none. Milliseconds.
const TOLERANCE_MS: f64 = 100.0;

struct Listener {
    sentences: Sentences,
    activity: VoiceActivity,
    heard: Vec<Heard>,
}

impl Listener {
    fn new() -> Self {
        Self {
            sentences: Sentences::default(),
            activity: loud_is_speech(),
            heard: Vec::new(),
        }
    }

    fn hear(&mut self, level: f32, ms: u64) {
        for _ in 0..ms / BLOCK_MS {
            let frame = [level; FRAME];
            let heard = self.sentences.push(&frame, &mut self.activity);
            self.heard.extend(heard);
        }
    }

    fn speech(&mut self, ms: u64) {
        self.hear(0.1, ms);
    }

    fn silence(&mut self, ms: u64) {
        self.hear(0.0, ms);
    }
}

/// The length of each sentence. Milliseconds; 0 for what is too short, and infinite for what is too long.
fn lengths(heard: &[Heard]) -> Vec<f64> {
    let length = |heard: &Heard| match heard {
        Heard::Sentence(samples) => samples.len() as f64 * 1000.0 / f64::from(SPEECH_RATE),
        Heard::TooShort => 0.0,
        Heard::TooLong => f64::INFINITY,
    };
    heard.iter().map(length).collect()
}

#[track_caller]
fn assert_lengths(heard: &[Heard], expected: &[f64]) {
    let lengths = lengths(heard);
    let near = |(length, expected): (&f64, &f64)| {
        length == expected || (length - expected).abs() < TOLERANCE_MS
    };
    let all_near = lengths.iter().zip(expected).all(near);
    assert!(
        lengths.len() == expected.len() && all_near,
        "{lengths:?}, expected {expected:?}"
    );
}

#[test]
fn a_sentence_has_what_belongs_to_it_before_and_after() {
    let mut listener = Listener::new();
    listener.silence(1_000);
    listener.speech(2_000);
    listener.silence(1_200);
    assert_lengths(&listener.heard, &[2_400.0]);
    let [Heard::Sentence(samples)] = &listener.heard[..] else {
        panic!("it is one");
    };
    assert_eq!(samples[0], 0.0);
    let loud = samples.iter().filter(|sample| **sample > 0.0).count();
    assert_eq!(loud, 2 * SPEECH_RATE as usize);
}

#[test]
fn a_sentence_is_not_over_before_a_second_of_silence() {
    let mut listener = Listener::new();
    listener.silence(1_000);
    listener.speech(2_000);
    listener.silence(800);
    assert_lengths(&listener.heard, &[]);
}

#[test]
fn a_short_pause_belongs_to_the_sentence() {
    let mut listener = Listener::new();
    listener.silence(1_000);
    listener.speech(1_000);
    listener.silence(500);
    listener.speech(1_000);
    listener.silence(1_200);
    assert_lengths(&listener.heard, &[2_900.0]);
}

#[test]
fn each_sentence_is_told() {
    let mut listener = Listener::new();
    for ms in [2_000, 3_000] {
        listener.silence(1_200);
        listener.speech(ms);
    }
    listener.silence(1_200);
    assert_lengths(&listener.heard, &[2_400.0, 3_400.0]);
}

#[test]
fn a_word_is_too_short_and_the_sentence_after_it_is_whole() {
    let mut listener = Listener::new();
    listener.silence(1_000);
    listener.speech(500);
    listener.silence(1_200);
    listener.speech(2_000);
    listener.silence(1_200);
    assert_lengths(&listener.heard, &[0.0, 2_400.0]);
}

#[test]
fn speech_without_a_pause_is_too_long_and_is_told_once() {
    let mut listener = Listener::new();
    listener.silence(1_000);
    listener.speech(40_000);
    listener.silence(1_200);
    assert_lengths(&listener.heard, &[f64::INFINITY]);
}

#[test]
fn after_what_was_too_long_a_sentence_is_heard() {
    let mut listener = Listener::new();
    listener.silence(1_000);
    listener.speech(16_000);
    listener.silence(1_200);
    listener.speech(2_000);
    listener.silence(1_200);
    assert_lengths(&listener.heard, &[f64::INFINITY, 2_400.0]);
}

#[test]
fn of_silence_only_what_a_sentence_may_begin_with_is_kept() {
    let mut listener = Listener::new();
    listener.silence(60_000);
    let kept = listener.sentences.audio.len();
    assert!(kept <= SPEECH_RATE as usize, "{kept}");
    assert_eq!(listener.sentences.end(), Timestamp::from_millis(60_000));
}

/// What is heard while the room does this each time that the card is looked at: it says whether that was enough.
fn listen(
    room: impl Fn(&Outside, u32) -> bool,
    enough: usize,
) -> (Vec<Heard>, Result<(), AudioError>) {
    let (card, outside) = MemoryCard::new(SESSION_RATE);
    let mut sound = Sound::new(vec![Box::new(card)]);
    let looks = Cell::new(0);
    let cancelled = || {
        looks.set(looks.get() + 1);
        room(&outside, looks.get())
    };
    let mut heard = Vec::new();
    let result = listen_to_sentences(
        &mut sound,
        &mut loud_is_speech(),
        &cancelled,
        &mut |found| {
            heard.push(found);
            heard.len() < enough
        },
    );
    (heard, result)
}

/// Half a second of everything: two of silence, four of speech, three of silence, and over again.
fn somebody_speaks(outside: &Outside, look: u32) {
    let level = if (2..6).contains(&(look % 9)) {
        0.1
    } else {
        0.0
    };
    outside.turn(&[level; 50 * BLOCK]);
}

#[test]
fn it_listens_until_it_was_enough() {
    let room = |outside: &Outside, look: u32| {
        assert!(look < 100, "it goes on");
        somebody_speaks(outside, look);
        false
    };
    let (heard, result) = listen(room, 2);
    assert!(result.is_ok());
    assert_lengths(&heard, &[2_400.0, 2_400.0]);
}

#[test]
fn it_listens_until_it_is_given_up() {
    let room = |outside: &Outside, look: u32| {
        somebody_speaks(outside, look);
        look > 4
    };
    let (heard, result) = listen(room, 2);
    assert!(result.is_ok());
    assert_lengths(&heard, &[]);
}

#[test]
fn a_card_that_is_pulled_out_ends_it_and_is_named() {
    let room = |outside: &Outside, look: u32| {
        assert!(look < 100, "it goes on");
        match look {
            3 => outside.unplug(),
            _ => somebody_speaks(outside, look),
        }
        false
    };
    let (_, result) = listen(room, 2);
    let message = result.expect_err("there is no card").to_string();
    assert!(message.contains("a card in memory"), "{message}");
    assert!(message.contains("pulled out"), "{message}");
}
