//! Many recordings are made, placed and looked at on all cores: one thread speaks, the others do the rest. What comes
//! out is in the order in which it was spoken, so that the same seed makes the same.

use crossbeam_channel::{Sender, bounded};

use super::{Heard, Place, Surroundings, Take};
use crate::audio::frame::{FRAME, SPEECH_RATE};
use crate::clock::Timestamp;
use crate::wake::{Detector, Embedding, Features, STEP, WakeDetector, WakeError, span};

/// A recording, and where it is heard.
pub struct Job {
    /// What is said.
    pub take: Take,
    /// Where.
    pub place: Place,
    /// The first samples are left out: steps begin anywhere in speech.
    pub skip: usize,
}

/// Jobs that wait for a worker.
const QUEUE: usize = 32;

/// Has `speak` hand out jobs, and workers, each made by `hire`, do them: their results in the jobs' order.
///
/// # Errors
/// Somebody failed; the others' work is thrown away.
pub fn in_parallel<J: Send, W: FnMut(J) -> Result<T, E>, T: Send, E: Send>(
    workers: usize,
    hire: impl Fn(usize) -> Result<W, E> + Sync,
    speak: impl FnOnce(&dyn Fn(J) -> bool) -> Result<(), E>,
) -> Result<Vec<T>, E> {
    let (job_out, jobs) = bounded::<(usize, J)>(QUEUE);
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..workers.max(1))
            .map(|number| {
                let (jobs, hire) = (jobs.clone(), &hire);
                scope.spawn(move || {
                    let mut work = hire(number)?;
                    let mut done = Vec::new();
                    while let Ok((n, job)) = jobs.recv() {
                        done.push((n, work(job)?));
                    }
                    Ok::<_, E>(done)
                })
            })
            .collect();
        drop(jobs);
        let spoken = hand_out(job_out, speak);
        let mut all = Vec::new();
        for hand in hands {
            match hand.join() {
                Ok(done) => all.extend(done?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        spoken?;
        all.sort_by_key(|(n, _)| *n);
        Ok(all.into_iter().map(|(_, result)| result).collect())
    })
}

fn hand_out<J, E>(
    job_out: Sender<(usize, J)>,
    speak: impl FnOnce(&dyn Fn(J) -> bool) -> Result<(), E>,
) -> Result<(), E> {
    let count = std::cell::Cell::new(0);
    // Nobody takes it any more: a worker has failed, and says why.
    speak(&|job| job_out.send((count.replace(count.get() + 1), job)).is_ok())
}

/// A recording's windows, and the step at which the phrase has been said, if it has the phrase.
///
/// # Errors
/// The features cannot be computed.
pub fn look(
    features: &mut Features,
    surroundings: &mut Surroundings,
    job: &Job,
) -> Result<(Vec<Embedding>, Option<usize>), WakeError> {
    let heard = surroundings.hear(&job.take.samples, job.take.voiced, &job.place);
    let skip = job.skip.min(heard.len());
    features.reset();
    let mut windows = Vec::new();
    features.push(&heard[skip..], &mut windows)?;
    let end = job.take.phrase.map(|(_, end)| {
        let end = end.saturating_sub(skip);
        end.saturating_sub(span(1)).div_ceil(STEP)
    });
    Ok((windows, end))
}

/// What a detector says of a recording. Of one with the phrase, what it says from the phrase's middle on.
///
/// # Errors
/// The detector fails.
pub fn listen(
    detector: &mut Detector,
    surroundings: &mut Surroundings,
    job: &Job,
) -> Result<Heard, WakeError> {
    let heard = surroundings.hear(&job.take.samples, job.take.voiced, &job.place);
    let skip = job.skip.min(heard.len());
    let from = job
        .take
        .phrase
        .map_or(0, |(from, to)| usize::midpoint(from, to));
    let mut heard = listen_to(detector, &heard[skip..], from.saturating_sub(skip))?;
    // The silence around it is no speech.
    let voiced = job.take.voiced.1.saturating_sub(job.take.voiced.0);
    heard.seconds = voiced as f64 / f64::from(SPEECH_RATE);
    Ok(heard)
}

/// What a detector says of samples at 16 kHz, from one of them on.
///
/// # Errors
/// The detector fails.
pub fn listen_to(
    detector: &mut Detector,
    samples: &[f32],
    from: usize,
) -> Result<Heard, WakeError> {
    detector.reset();
    let mut scores = Vec::new();
    for (n, frame) in samples.chunks(FRAME).enumerate() {
        let until = Timestamp::from_millis(10 * (n as u64 + 1));
        let said = detector.hear(frame, until)?;
        if n * FRAME >= from {
            scores.extend_from_slice(said);
        }
    }
    Ok(Heard {
        scores,
        seconds: samples.len() as f64 / f64::from(SPEECH_RATE),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_jobs() {
        let done = in_parallel(
            3,
            |_| Ok::<_, String>(|job: usize| Ok(job * 2)),
            |hand_out| {
                (0..100).for_each(|n| assert!(hand_out(n)));
                Ok(())
            },
        );
        assert_eq!(done, Ok((0..100).map(|n| n * 2).collect::<Vec<usize>>()));
    }

    #[test]
    fn a_failure_is_told_and_ends_the_work() {
        let done = in_parallel(
            2,
            |_| {
                Ok(|job: usize| {
                    if job < 5 {
                        Ok(job)
                    } else {
                        Err(format!("job {job}"))
                    }
                })
            },
            |hand_out| {
                (0..1_000).all(hand_out);
                Ok(())
            },
        );
        assert!(done.is_err_and(|error| error.starts_with("job ")));
    }
}
