//! Recordings that nobody asked for, and what is said of one at the end.

use std::path::{Path, PathBuf};

use vivavoce::clock::unix_seconds;
use vivavoce::engines::data_dir;
use vivavoce::events::LatencyByTurn;
use vivavoce::harness::bench::{Recording, turns};
use vivavoce::pipeline::CONVERSATION;

/// Recordings that nobody asked for are kept until there are more than this.
const KEPT_RECORDINGS: usize = 10;
/// What their names begin with; a number of seconds follows.
const OWN_RECORDING: &str = "conversation-";

/// The folder of a recording that nobody asked for; old ones make room.
pub fn new_folder() -> PathBuf {
    let recordings = data_dir().join("recordings");
    remove_old_recordings(&recordings);
    recordings.join(format!("{OWN_RECORDING}{}", unix_seconds()))
}

/// Removes the oldest recordings that nobody asked for. One that cannot be removed stays.
fn remove_old_recordings(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut own: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let seconds = path.file_name()?.to_str()?.strip_prefix(OWN_RECORDING)?;
            Some((seconds.parse().ok()?, path))
        })
        .collect();
    own.sort();
    // One more comes now.
    let excess = (own.len() + 1).saturating_sub(KEPT_RECORDINGS);
    for (_, path) in own.into_iter().take(excess) {
        if let Err(error) = std::fs::remove_dir_all(&path) {
            tracing::warn!("the old recording {} stays: {error}", path.display());
        }
    }
}

/// A recording is measured at the end of a conversation up to this length, which takes seconds. Bytes: ten minutes of two
/// channels.
const MEASURED_AT_ONCE: u64 = 10 * 60 * 48_000 * 4;

/// Says what each turn took, measured on the recording if it is short.
pub fn print_latencies(latency: &LatencyByTurn, record: Option<&Path>) {
    let is_short = |folder: &&Path| {
        let file = std::fs::metadata(folder.join(CONVERSATION));
        file.is_ok_and(|file| file.len() <= MEASURED_AT_ONCE)
    };
    let recording = record
        .filter(is_short)
        .and_then(|folder| Recording::read(folder).ok());
    if let (Some(folder), None) = (record, &recording) {
        out!(
            "\nNot measured here, for its length: vivavoce bench measure {}",
            folder.display()
        );
    }
    let measured = recording.map_or_else(Vec::new, |recording| turns(&recording));
    out!("\nLatency of each turn, milliseconds from the user's last sound:");
    for (turn, of_turn) in latency.answered() {
        let path = of_turn.live_path();
        let cells = path.iter().map(|s| format!("{} {:.0}", s.name, s.ms));
        let cells: Vec<String> = cells.collect();
        let found = measured.iter().find(|t| t.turn == Some(turn.0));
        let v2v = found.and_then(|found| found.v2v_ms);
        let v2v = v2v.map_or(String::new(), |ms| format!("{ms:.0} on the recording: "));
        out!("{turn:>4}  {v2v}{}", cells.join(", "));
    }
    for stop in measured.iter().filter_map(|turn| turn.stop_ms) {
        out!("interrupted: silent {stop:.0} ms after the interruption began");
    }
    out!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_recordings_that_nobody_asked_for_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for n in 95..=110 {
            std::fs::create_dir(folder.path().join(format!("{OWN_RECORDING}{n}"))).unwrap();
        }
        std::fs::create_dir(folder.path().join("conversation-with-anna")).unwrap();
        remove_old_recordings(folder.path());
        let is_there = |name: &str| folder.path().join(name).is_dir();
        assert!(!is_there("conversation-101") && is_there("conversation-102"));
        assert!(is_there("conversation-110") && is_there("conversation-with-anna"));
    }
}
