//! Voice activity: what a frame costs, and how late it notices what.

use super::speech::{SENTENCES, sentence, speech};
use super::{EngineBenchError, Task};
use crate::audio::frame::{FRAME, SPEECH_RATE, sound_bounds};
use crate::audio::noise::Noise;
use crate::clock::{Stopwatch, Timestamp};
use crate::harness::bench::metric::{Better, Sample, Unit};
use crate::vad::{Activity, VoiceActivity};

/// Detectors take frames of other lengths than ours, so a frame costs nothing or much: the mean of
/// so many says what it costs.
const FRAMES: usize = 10;
/// Speech whose frames are timed. Seconds.
const TIMED_S: usize = 8;
/// Around a sentence, so that its beginning and end are heard in a quiet room. Seconds, amplitude.
const AROUND_S: usize = 1;
const ROOM_NOISE: f32 = 0.000_5;

pub(super) fn measure(task: &mut Task) -> Result<(), EngineBenchError> {
    let mut activity = task.loader.activity()?;
    activity.warm_up()?;
    let speech = speech(TIMED_S)?;
    let mut times = Vec::new();
    for repetition in 0..task.repeat {
        activity.reset();
        let mut watch = Stopwatch::start();
        hear(&mut activity, &speech, |frames, _, _| {
            if frames % FRAMES == 0 {
                let us = watch.elapsed().as_secs_f64() * 1e6 / FRAMES as f64;
                times.push(Sample {
                    at: format!("repetition-{}#{}", repetition + 1, frames / FRAMES),
                    value: us,
                });
                watch = Stopwatch::start();
            }
        })?;
    }
    let about = "10 ms of speech, both detectors; mean of ten";
    task.values("frame", Unit::Us, Better::Lower, about, times);
    if task.loaded {
        return Ok(());
    }
    let (mut onsets, mut pauses) = (Vec::new(), Vec::new());
    for (n, text) in SENTENCES.iter().enumerate() {
        let sample = |value| Sample {
            at: format!("sentence-{}#0", n + 1),
            value,
        };
        let (samples, bounds) = in_a_quiet_room(&sentence(text)?, n as u64);
        let ms = |sample: usize| sample as f64 * 1_000.0 / f64::from(SPEECH_RATE);
        let (mut started, mut paused) = (None, None);
        activity.reset();
        hear(&mut activity, &samples, |_, until, change| match change {
            Some(Activity::Started(_)) if started.is_none() => started = Some(until),
            // The last one counts: there are pauses within sentences.
            Some(Activity::Paused(_)) => paused = Some(until),
            _ => {}
        })?;
        onsets.extend(started.map(|at| sample(at.as_millis_f64() - ms(bounds.0))));
        pauses.extend(paused.map(|at| sample(at.as_millis_f64() - ms(bounds.1))));
    }
    let heard = onsets.len();
    let about = "from the first sample of speech to its onset";
    task.values("onset_delay", Unit::Ms, Better::Lower, about, onsets);
    let about = "from the last sample of speech to its pause";
    task.values("pause_delay", Unit::Ms, Better::Lower, about, pauses);
    let missed = format!("{}.missed", task.prefix);
    let of = SENTENCES.len();
    task.metrics.rate(
        missed,
        Better::Lower,
        "sentences without an onset",
        of - heard,
        of,
    );
    Ok(())
}

/// Pushes whole frames; `each` hears how many there were, where the last one ends, and each change
/// in it or none.
fn hear(
    activity: &mut VoiceActivity,
    samples: &[f32],
    mut each: impl FnMut(usize, Timestamp, Option<Activity>),
) -> Result<(), EngineBenchError> {
    let mut changes = Vec::new();
    for (n, frame) in samples.as_chunks::<FRAME>().0.iter().enumerate() {
        let until = Timestamp::from_millis((n as u64 + 1) * 10);
        activity.push(frame, until, false, &mut changes)?;
        each(n + 1, until, changes.pop());
        changes.clear();
    }
    Ok(())
}

/// The sentence with faint noise before, within and after it, and where it begins and ends.
fn in_a_quiet_room(sentence: &[f32], seed: u64) -> (Vec<f32>, (usize, usize)) {
    let around = AROUND_S * SPEECH_RATE as usize;
    let (first, last) = sound_bounds(sentence, SPEECH_RATE);
    let mut samples = vec![0.0; around];
    samples.extend_from_slice(sentence);
    samples.resize(samples.len() + around, 0.0);
    let mut noise = Noise::new(seed);
    samples
        .iter_mut()
        .for_each(|s| *s += noise.gaussian() * ROOM_NOISE);
    (samples, (around + first, around + last))
}
