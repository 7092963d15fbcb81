//! What stands in the files afterwards.

use crossbeam_channel::{bounded, unbounded};

use super::*;
use crate::clock::Timestamp;
use crate::events::{EventKind, SCHEMA};
use crate::turn_taking::Event;

/// What is said into the microphone and what comes out of the loudspeaker.
fn block(index: u64, capture: f32, render: f32) -> Box<Block> {
    Box::new(Block {
        index,
        capture: [capture; BLOCK],
        render: [render; BLOCK],
    })
}

fn event(at_ms: u64) -> SessionEvent {
    SessionEvent {
        at: Timestamp::from_millis(at_ms),
        turn: None,
        kind: EventKind::SpeechStarted,
    }
}

fn decision(at_ms: u64) -> Decision {
    Decision::new(Timestamp::from_millis(at_ms), Event::Tick, &[])
}

/// Records all of this; why it ended early, if it did.
fn record(
    folder: &Path,
    blocks: impl IntoIterator<Item = Box<Block>>,
    lines: impl IntoIterator<Item = Recorded>,
) -> Option<AudioError> {
    let recorder = Recorder::create(folder).unwrap();
    let (blocks_in, blocks_out) = unbounded();
    let (lines_in, lines_out) = unbounded();
    let (failed, why) = bounded(1);
    blocks
        .into_iter()
        .for_each(|block| blocks_in.send(block).unwrap());
    lines
        .into_iter()
        .for_each(|line| lines_in.send(line).unwrap());
    drop((blocks_in, lines_in));
    recorder.run(blocks_out, lines_out, &failed);
    why.try_recv().ok()
}

/// The first sample of each block, left and right, in percent of full scale.
fn sound(folder: &Path) -> Vec<(i32, i32)> {
    let mut wav = hound::WavReader::open(folder.join(CONVERSATION)).unwrap();
    let spec = wav.spec();
    assert_eq!((spec.channels, spec.sample_rate), (2, SESSION_RATE));
    let samples = wav.samples::<i16>().map(|sample| sample.unwrap());
    let percent: Vec<i32> = samples
        .map(|sample| (f32::from(sample) * 100.0 / f32::from(i16::MAX)).round() as i32)
        .collect();
    let blocks = percent.chunks_exact(2 * BLOCK);
    blocks.map(|block| (block[0], block[1])).collect()
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_microphone_is_left_and_the_loudspeaker_right() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = [block(0, 0.25, -0.5), block(1, 0.75, 0.0)];
    assert!(record(folder.path(), blocks, []).is_none());
    assert_eq!(sound(folder.path()), [(25, -50), (75, 0)]);
}

#[test]
fn blocks_that_were_dropped_are_silence_in_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = [block(1, 0.1, 0.1), block(4, 0.4, 0.4)];
    assert!(record(folder.path(), blocks, []).is_none());
    let silence = (0, 0);
    let expected = [silence, (10, 10), silence, silence, (40, 40)];
    assert_eq!(sound(folder.path()), expected);
}

#[test]
fn events_are_lines_below_the_name_of_their_form() {
    let folder = tempfile::tempdir().unwrap();
    let events = [event(10), event(20)];
    let told = events.clone().map(Recorded::Event);
    assert!(record(folder.path(), [], told).is_none());
    let lines = lines(folder.path(), EVENTS);
    let header: Header = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(header.schema, SCHEMA);
    let read = lines[1..].iter().map(|line| serde_json::from_str(line));
    let read: Vec<SessionEvent> = read.map(Result::unwrap).collect();
    assert_eq!(read, events);
}

#[test]
fn decisions_are_lines_of_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let decisions = [decision(10), decision(20)];
    let told = decisions.clone().map(Recorded::Decision);
    assert!(record(folder.path(), [], told).is_none());
    let lines = lines(folder.path(), DECISIONS);
    let read = lines.iter().map(|line| serde_json::from_str(line));
    let read: Vec<Decision> = read.map(Result::unwrap).collect();
    assert_eq!(read, decisions);
}

#[test]
fn an_older_recording_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = [block(0, 0.1, 0.1), block(1, 0.2, 0.2)];
    let told = [Recorded::Event(event(10)), Recorded::Decision(decision(10))];
    assert!(record(folder.path(), blocks, told).is_none());
    assert!(record(folder.path(), [block(0, 0.9, 0.9)], []).is_none());
    assert_eq!(sound(folder.path()), [(90, 90)]);
    assert_eq!(lines(folder.path(), EVENTS).len(), 1);
    assert!(lines(folder.path(), DECISIONS).is_empty());
}

#[test]
fn what_a_second_has_is_on_disk_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path()).unwrap();
    recorder.events.push(&event(10)).unwrap();
    recorder.decisions.push(&decision(10)).unwrap();
    for index in 0..FLUSH_BLOCKS {
        recorder.block(&block(index, 0.1, 0.2)).unwrap();
    }
    assert_eq!(sound(folder.path()).len() as u64, FLUSH_BLOCKS);
    assert_eq!(lines(folder.path(), EVENTS).len(), 2);
    assert_eq!(lines(folder.path(), DECISIONS).len(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let error = Recorder::create(&file.join("recording")).err();
    let message = error.expect("a file has no folders").to_string();
    assert!(message.contains("a file"), "{message}");
}

/// A folder in which the disk is full for one file: `/dev/full` takes nothing.
#[cfg(target_os = "linux")]
fn full_for(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join(name)).unwrap();
    folder
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_recording_and_is_told_with_the_file() {
    let folder = full_for(CONVERSATION);
    let blocks = (0..2 * FLUSH_BLOCKS).map(|index| block(index, 0.1, 0.1));
    let error = record(folder.path(), blocks, []);
    let message = error.expect("nothing can be written").to_string();
    assert!(message.contains(CONVERSATION), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn events_that_find_the_disk_full_end_the_recording_too() {
    let folder = full_for(EVENTS);
    let blocks = (0..FLUSH_BLOCKS).map(|index| block(index, 0.1, 0.1));
    let error = record(folder.path(), blocks, [Recorded::Event(event(10))]);
    let message = error.expect("nothing can be written").to_string();
    assert!(message.contains(EVENTS), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn who_sends_to_a_recording_that_has_ended_does_not_wait() {
    let folder = full_for(CONVERSATION);
    let recorder = Recorder::create(folder.path()).unwrap();
    let (blocks, blocks_out) = bounded(FLUSH_BLOCKS as usize);
    let (lines, lines_out) = bounded(1);
    let (failed, why) = bounded(1);
    for index in 0..FLUSH_BLOCKS {
        blocks.send(block(index, 0.1, 0.1)).unwrap();
    }
    // Both senders are there still.
    recorder.run(blocks_out, lines_out, &failed);
    assert_eq!(why.len(), 1);
    assert!(blocks.send(block(FLUSH_BLOCKS, 0.1, 0.1)).is_err());
    assert!(lines.send(Recorded::Event(event(10))).is_err());
}
