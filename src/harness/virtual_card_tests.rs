//! The virtual sound card.

use super::*;
use crate::audio::wav::Clip;
use crate::harness::effects::Effect;
use crate::harness::scenario::{Sound, Stimulus};

fn microphone(stimuli: Vec<Prepared>, cues: Receiver<Anchor>) -> Microphone {
    Microphone {
        stimuli,
        repeat: false,
        room: None,
        noise_gain: 0.0,
        noise: Noise::new(1),
        end: None,
        limit_blocks: None,
        cues,
        reports: bounded(64).0,
    }
}

fn stimulus(anchor: Anchor, after_ms: u64) -> Prepared {
    Prepared {
        samples: vec![0.5; BLOCK],
        bounds: (0, BLOCK),
        pauses: Vec::new(),
        said: None,
        source: Clip {
            rate_hz: 48_000,
            samples: Vec::new(),
        },
        stimulus: Stimulus {
            sound: Sound::Effect(Effect::Cough),
            when: When {
                anchor,
                after: Duration::from_millis(after_ms),
            },
            level_dbfs: None,
            far: false,
            expect: Expect::Answer,
        },
    }
}

#[test]
fn a_reply_that_comes_while_the_recording_is_still_silent_counts() {
    let (cue, cues) = bounded(4);
    let mut long = stimulus(Anchor::Start, 0);
    long.samples.resize(BLOCK * 20, 0.0);
    let mut mic = microphone(vec![long, stimulus(Anchor::ReplyFinished, 0)], cues);
    let mut player = Player::default();
    heard_at(&mut player, &mut mic, 5);
    cue.send(Anchor::ReplyStarted).unwrap();
    cue.send(Anchor::ReplyFinished).unwrap();
    assert_eq!(heard_at(&mut player, &mut mic, 30), [20]);
}

fn heard_at(player: &mut Player, microphone: &mut Microphone, blocks: u64) -> Vec<u64> {
    let mut heard = [0.0; BLOCK];
    let mut at = Vec::new();
    for _ in 0..blocks {
        player.step(microphone, &[0.0; BLOCK], &mut heard);
        if heard[0] != 0.0 {
            at.push(player.block);
        }
        player.block += 1;
    }
    at
}

#[test]
fn only_a_virtual_microphone_is_noiseless_opened_or_not() {
    let loudspeaker = VirtualCard::without_microphone().with_loudspeaker(None);
    assert!(!loudspeaker.is_noiseless());
    let scenario = Scenario::silence();
    let (_cue, cues) = bounded(1);
    let mut card = VirtualCard::microphone(&scenario, Vec::new(), cues, bounded(1).0);
    let _stream = card.open(None, None).unwrap();
    assert!(card.is_noiseless());
}

#[test]
fn a_stimulus_begins_at_its_time() {
    let (_cue, cues) = bounded(1);
    let mut mic = microphone(vec![stimulus(Anchor::Start, 50)], cues);
    assert_eq!(heard_at(&mut Player::default(), &mut mic, 20), [5]);
}

#[test]
fn the_first_stimulus_follows_the_last_where_they_repeat_once_that_is_answered() {
    let (cue, cues) = bounded(4);
    let stimuli = vec![stimulus(Anchor::Start, 0), stimulus(Anchor::Previous, 20)];
    let mut mic = Microphone {
        repeat: true,
        ..microphone(stimuli, cues)
    };
    let mut player = Player::default();
    assert_eq!(heard_at(&mut player, &mut mic, 10), [0, 2]);
    for _ in 0..2 {
        cue.send(Anchor::ReplyStarted).unwrap();
        cue.send(Anchor::ReplyFinished).unwrap();
        assert_eq!(heard_at(&mut player, &mut mic, 10).len(), 2);
    }
}

#[test]
fn the_end_of_the_reply_that_a_question_interrupted_is_not_the_end_of_its_answer() {
    let (cue, cues) = bounded(4);
    let stimuli = vec![
        stimulus(Anchor::ReplyStarted, 0),
        stimulus(Anchor::ReplyFinished, 0),
    ];
    let mut mic = microphone(stimuli, cues);
    let mut player = Player::default();
    cue.send(Anchor::ReplyStarted).unwrap();
    assert_eq!(heard_at(&mut player, &mut mic, 5), [0]);
    cue.send(Anchor::ReplyFinished).unwrap();
    assert!(heard_at(&mut player, &mut mic, 5).is_empty());
    cue.send(Anchor::ReplyStarted).unwrap();
    cue.send(Anchor::ReplyFinished).unwrap();
    assert_eq!(heard_at(&mut player, &mut mic, 5), [10]);
}

#[test]
fn the_end_of_a_reply_that_was_told_to_stop_is_what_is_waited_for() {
    let (cue, cues) = bounded(4);
    let mut stop = stimulus(Anchor::ReplyStarted, 0);
    stop.stimulus.expect = Expect::Stop;
    let mut mic = microphone(vec![stop, stimulus(Anchor::ReplyFinished, 0)], cues);
    let mut player = Player::default();
    cue.send(Anchor::ReplyStarted).unwrap();
    assert_eq!(heard_at(&mut player, &mut mic, 5), [0]);
    cue.send(Anchor::ReplyFinished).unwrap();
    assert_eq!(heard_at(&mut player, &mut mic, 5), [5]);
}

#[test]
fn a_stimulus_waits_for_the_reply_after_the_one_before_it() {
    let (cue, cues) = bounded(4);
    let stimuli = vec![
        stimulus(Anchor::Start, 0),
        stimulus(Anchor::ReplyFinished, 20),
    ];
    let mut mic = microphone(stimuli, cues);
    let mut player = Player::default();
    assert_eq!(heard_at(&mut player, &mut mic, 10), [0]);
    cue.send(Anchor::ReplyStarted).unwrap();
    assert!(heard_at(&mut player, &mut mic, 10).is_empty());
    cue.send(Anchor::ReplyFinished).unwrap();
    assert_eq!(heard_at(&mut player, &mut mic, 10), [22]);
}
