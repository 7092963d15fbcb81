//! One recorded conversation as the report has it.

use super::channel::Channel;
use super::drafts::drafts;
use super::recording::Recording;
use super::report::{Conversation, EchoFound, Mark, Timeline};
use super::turns::{self_interruptions, turns, unprompted};
use crate::aec::{EchoCanceller, SonoraCanceller};
use crate::audio::frame::{FRAME, SPEECH_RATE, dbfs, from_db, rms};
use crate::audio::resample::StreamResampler;
use crate::events::{EventKind, SessionEvent};

/// Time from one level of the timeline to the next. Milliseconds.
const STEP_MS: f64 = 50.0;
/// Levels are not drawn below this. dBFS.
const FLOOR_DBFS: f32 = -90.0;

/// Measures a recording. `llm_threads` is how many cores its language model used.
pub fn conversation(recording: &Recording, llm_threads: usize) -> Conversation {
    let events = &recording.events;
    let underruns = events.find(|kind| match kind {
        EventKind::PlaybackFinished { underruns } => Some(*underruns),
        _ => None,
    });
    let errors = events.find(|kind| matches!(kind, EventKind::Error { .. }).then_some(()));
    let mut ready = events.find(|kind| match kind {
        EventKind::Ready { startup_ms, .. } => Some(*startup_ms),
        _ => None,
    });
    Conversation {
        seconds: recording.length_ms() / 1000.0,
        turns: turns(recording),
        self_interruptions: self_interruptions(recording),
        unprompted: unprompted(recording),
        underruns: underruns.map(|found| found.it).sum(),
        errors: errors.count(),
        startup_ms: ready.next().map(|found| found.it),
        drafts: drafts(events.all(), llm_threads),
        echo: echo(recording),
        timeline: timeline(recording),
        ..Conversation::default()
    }
}

fn timeline(recording: &Recording) -> Timeline {
    let step = recording.index(STEP_MS).max(1);
    let levels = |channel: &Channel| {
        let level = |part: &[f32]| (dbfs(rms(part)).max(FLOOR_DBFS) * 10.0).round() / 10.0;
        let mut levels = Vec::new();
        channel.each_piece(step, |piece| levels.push(level(piece)));
        levels
    };
    let mark = |event: &SessionEvent| {
        Some(Mark {
            t_ms: event.t_ms(),
            kind: event.kind.name().into(),
            text: mark(&event.kind)?,
        })
    };
    let marks = recording.events.all().iter().filter_map(mark);
    Timeline {
        step_ms: STEP_MS,
        capture_dbfs: levels(&recording.capture),
        render_dbfs: levels(&recording.render),
        marks: marks.collect(),
    }
}

/// What the timeline says of an event; nothing of most.
fn mark(kind: &EventKind) -> Option<String> {
    let with_words = |reason: &dyn std::fmt::Display, words: &str| match words {
        "" => reason.to_string(),
        words => format!("{reason}: {words}"),
    };
    Some(match kind {
        EventKind::TurnEnded { reason, text, .. } => with_words(reason, text),
        EventKind::TurnIgnored { reason, text } => with_words(reason, text),
        EventKind::Unducked { reason, text } => with_words(reason, text),
        EventKind::Interrupted { reason } => reason.to_string(),
        EventKind::Ducked { reason } => reason.to_string(),
        EventKind::Held { reason } => reason.to_string(),
        EventKind::TurnExtended => "the user went on".into(),
        EventKind::Resumed { repeated_ms } => format!("went back {repeated_ms:.0} ms"),
        EventKind::PlaybackStarted { .. } => String::new(),
        EventKind::Error { message, .. } | EventKind::Notice { message } => message.clone(),
        _ => return None,
    })
}

/// The loudspeaker counts as playing above this. dBFS.
const PLAYING_DBFS: f32 = -45.0;
/// Below this there is no echo to speak of. dBFS.
const LEAST_ECHO_DBFS: f32 = -60.0;
/// What is said is left out, and so much after it: it rings. Milliseconds.
const AFTER_SPEECH_MS: f64 = 300.0;
/// Pieces in which the enhancement is followed. Frames: half a second of the loudspeaker's sound.
const PIECE: usize = 50;
/// So many pieces make a figure.
const LEAST_PIECES: usize = 4;
/// Converged: this share of the final enhancement, in dB.
const CONVERGED: f64 = 0.75;

/// Cancels the recording's echo once more, and compares what went in with what came out while only
/// the assistant spoke. `None` if it was not to be heard in the microphone for two seconds.
pub(super) fn echo(recording: &Recording) -> Option<EchoFound> {
    // The chirp at the start did not come back: headphones, and what is heard is noise.
    let mut probed = recording.events.find(|kind| match kind {
        EventKind::Duplex { echo_gain_db, .. } => Some(*echo_gain_db),
        _ => None,
    });
    if probed.next_back().is_some_and(|found| found.it.is_none()) {
        return None;
    }
    let mut canceller = SonoraCanceller::new();
    let (mut pieces, mut piece, mut frames) = (Vec::new(), (0.0f64, 0.0f64), 0);
    let spans: Vec<(f64, f64)> = super::turns::stimuli(&recording.events)
        .iter()
        .map(|s| (s.start, s.end + AFTER_SPEECH_MS))
        .collect();
    let mut n = 0u32;
    each_frame(recording, |heard, played| {
        let cleaned = canceller.process(heard, played);
        let at = f64::from(n) * 10.0;
        n += 1;
        let spoken = spans.iter().any(|(from, to)| (*from..*to).contains(&at));
        let loud = dbfs(rms(played)) > PLAYING_DBFS && dbfs(rms(heard)) > LEAST_ECHO_DBFS;
        if spoken || !loud {
            return;
        }
        let power = |frame: &[f32]| f64::from(rms(frame).max(from_db(-110.0))).powi(2);
        piece.0 += power(heard);
        piece.1 += power(&cleaned.linear);
        frames += 1;
        if frames == PIECE {
            pieces.push(10.0 * (piece.0 / piece.1).log10());
            (piece, frames) = ((0.0, 0.0), 0);
        }
    })?;
    let later = pieces.get(pieces.len() / 2..)?;
    if pieces.len() < LEAST_PIECES {
        return None;
    }
    let erle_db = later.iter().sum::<f64>() / later.len() as f64;
    let converged = pieces.iter().position(|erle| *erle >= erle_db * CONVERGED);
    Some(EchoFound {
        erle_db,
        converged_s: converged.map(|n| (n + 1) as f64 * PIECE as f64 / 100.0),
    })
}

/// Gives 10 ms of both channels after the other, microphone and loudspeaker, at [`SPEECH_RATE`]. `None` if their rate cannot
/// be converted.
fn each_frame(
    recording: &Recording,
    mut take: impl FnMut(&[f32; FRAME], &[f32; FRAME]),
) -> Option<()> {
    let rate_hz = recording.rate_hz();
    let converter = || StreamResampler::new(rate_hz, SPEECH_RATE);
    let mut converters = [converter().ok()?, converter().ok()?];
    let channels = [&recording.capture, &recording.render];
    let (mut pending, mut end) = ([Vec::new(), Vec::new()], 0);
    while end < recording.render.len() {
        let part = end..end + rate_hz as usize;
        end = part.end;
        for ((channel, converter), pending) in
            channels.iter().zip(&mut converters).zip(&mut pending)
        {
            converter.push(&channel.part(part.clone()), pending);
        }
        let [heard, played] = &mut pending;
        let both = heard
            .as_chunks::<FRAME>()
            .0
            .iter()
            .zip(played.as_chunks::<FRAME>().0);
        let mut whole = 0;
        for (heard, played) in both {
            take(heard, played);
            whole += FRAME;
        }
        heard.drain(..whole);
        played.drain(..whole);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::noise::Noise;
    use crate::audio::wav::WavFile;
    use crate::clock::Timestamp;
    use crate::events::DuckReason;
    use crate::harness::bench::recording::Events;
    use crate::harness::room::{EchoPath, Room};
    use crate::pipeline::{CONVERSATION, EVENTS};

    /// Six seconds of noise from the loudspeaker, with an echo.
    fn noisy(gain_db: f32) -> Recording {
        let mut noise = Noise::new(1);
        let path = EchoPath {
            gain_db,
            delay_ms: 20.0,
            reverb_ms: 0.0,
            drift_ppm: 0.0,
        };
        let mut room = Room::new(path, 1);
        let render: Vec<f32> = (0..6 * 48_000).map(|_| noise.gaussian() * 0.05).collect();
        let capture = render.iter().map(|s| room.echo(*s)).collect();
        Recording {
            capture: Channel::new(capture, 48_000),
            render: Channel::new(render, 48_000),
            events: Events::default(),
        }
    }

    #[test]
    fn a_long_recording_is_never_held_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(EVENTS), "").unwrap();
        let file = folder.path().join(CONVERSATION);
        let mut file = WavFile::create(&file, 2, 48_000).unwrap();
        let mut noise = Noise::new(2);
        for _ in 0..2 * 40 * 48_000 {
            file.push(noise.gaussian() * 0.001).unwrap();
        }
        file.finish().unwrap();
        let recording = Recording::read(folder.path()).unwrap();
        let found = conversation(&recording, 1);
        assert_eq!(found.seconds, 40.0);
        assert_eq!(found.timeline.render_dbfs.len(), 800);
        recording.check(folder.path()).unwrap();
        let largest = recording.render.largest_part();
        assert!((1..=10 * 48_000).contains(&largest), "{largest}");
    }

    #[test]
    fn an_echo_is_cancelled_once_more() {
        let found = echo(&noisy(-10.0)).unwrap();
        assert!(found.erle_db > 10.0, "{found:?}");
        assert!(found.converged_s.unwrap() <= 3.0, "{found:?}");
    }

    #[test]
    fn headphones_have_no_echo() {
        assert_eq!(echo(&noisy(-80.0)), None);
    }

    #[test]
    fn decisions_are_marked_with_their_reasons() {
        let mut recording = noisy(-80.0);
        let reason = DuckReason::Sound;
        let kinds = [EventKind::Ducked { reason }, EventKind::FirstToken];
        let event = |kind| SessionEvent {
            at: Timestamp::from_millis(5),
            turn: None,
            kind,
        };
        recording.events = Events::new(kinds.map(event).to_vec());
        let timeline = timeline(&recording);
        assert_eq!(timeline.marks.len(), 1);
        assert_eq!(timeline.marks[0].text, "a sound");
        assert_eq!(timeline.render_dbfs.len(), 120);
    }
}
