//! A head is made: what is said for it, learnt from it, and what it misses then.

use std::sync::Arc;

use fastrand::Rng;

use super::{
    CurvePoint, Examples, Fitting, Heard, Job, NearMisses, Place, Sentences, Surroundings, Take,
    Voice, babble, curve, fit, in_parallel, listen, look, speak, spoken_phrase,
};
use crate::audio::frame::SPEECH_RATE;
use crate::tts::TtsError;
use crate::wake::{Detector, Features, Head, WakeError};

/// How much is said.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    /// Recordings of the phrase.
    pub phrases: usize,
    /// Places in which each of those is heard.
    pub places: usize,
    /// Recordings of what sounds like it.
    pub near_misses: usize,
    /// Recordings of other sentences.
    pub sentences: usize,
}

impl Amounts {
    /// To learn from.
    pub const TO_LEARN: Self = Self {
        phrases: 700,
        places: 3,
        near_misses: 1_400,
        sentences: 900,
    };
    /// To see what was learnt.
    pub const TO_CHECK: Self = Self {
        phrases: 150,
        places: 1,
        near_misses: 300,
        sentences: 250,
    };
}

/// What cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MakingError {
    /// A voice fails.
    #[error(transparent)]
    Tts(#[from] TtsError),
    /// Features cannot be computed.
    #[error(transparent)]
    Wake(#[from] WakeError),
    /// There is nobody to say it.
    #[error("there is no voice to say {0}")]
    NoVoice(&'static str),
    /// What somebody who works for it says.
    #[error("{0}")]
    Engine(String),
}

/// What is needed to make and to try heads.
pub struct Workshop<'w> {
    /// Who speaks.
    pub voices: &'w mut [Voice],
    /// Loads features for a worker of this number.
    pub features: &'w (dyn Fn(usize) -> Result<Features, MakingError> + Sync),
    /// Makes a detector for a worker of this number, of a head.
    pub detector: &'w (dyn Fn(usize, &Head) -> Result<Detector, MakingError> + Sync),
    /// How many work at once.
    pub workers: usize,
    /// Hears what is going on.
    pub told: &'w dyn Fn(&str),
}

/// A curve for each place, and what it was over.
#[derive(Debug, Clone)]
pub struct Check {
    /// The place's name, and its curve.
    pub curves: Vec<(&'static str, Vec<CurvePoint>)>,
    /// Hours of speech without the phrase.
    pub hours: f64,
}

/// Sentences whose speech becomes other people's, in the noise.
const BABBLE: usize = 32;
/// Slow voices sound like people, quick ones like machines. A slow one says every third phrase to learn from, every second
/// one to check with, every seventh near miss and every twelfth sentence.
const SLOW_PHRASES: usize = 3;
const SLOW_CHECKS: usize = 2;
const SLOW_NEAR_MISSES: usize = 7;
const SLOW_SENTENCES: usize = 12;
/// A phrase that is said slowly: longer than so many of a hundred.
const SLOW: usize = 95;

impl Workshop<'_> {
    /// Makes a head for a phrase, with the command that made it.
    ///
    /// # Errors
    /// A voice or an engine fails.
    pub fn make(
        &mut self,
        phrase: &str,
        amounts: Amounts,
        fitting: Fitting,
        recipe: String,
    ) -> Result<Head, MakingError> {
        let seed = fitting.seed;
        let people = self.people(seed)?;
        (self.told)("speaking, and listening to it");
        let mut lengths = Vec::new();
        let looked = self.work(
            |number, features| {
                let people = Arc::clone(&people);
                let mut places = Surroundings::new(people.to_vec(), seed + number as u64);
                let mut features = features(number)?;
                Ok(move |job: Job| Ok::<_, MakingError>(look(&mut features, &mut places, &job)?))
            },
            |voices, hand_out| {
                say_all(phrase, amounts, (seed, false), voices, |take, places| {
                    lengths.extend(take.phrase.map(|(from, to)| to - from));
                    let mut rng = Rng::with_seed(seed ^ take.samples.len() as u64);
                    (0..places).all(|_| {
                        let place = Place::any(&mut rng);
                        let skip = rng.usize(0..1_280);
                        let take = take.clone();
                        hand_out(Job { take, place, skip })
                    })
                })
            },
        )?;
        lengths.sort_unstable();
        let slow = lengths
            .get(lengths.len() * SLOW / 100)
            .copied()
            .unwrap_or(0);
        let windows = windows_for(slow);
        let mut examples = Examples::new(windows);
        for (recording, end) in &looked {
            examples.add(recording, *end);
        }
        let (with, without) = examples.counts();
        (self.told)(&format!(
            "learning from {with} examples with the phrase and {without} without, {windows} windows each"
        ));
        let layers = fit(&examples, fitting, |round, of, loss| {
            (self.told)(&format!("round {round} of {of}: loss {loss:.4}"));
        });
        Ok(Head {
            phrase: phrase.to_owned(),
            spellings: Vec::new(),
            windows,
            threshold: THRESHOLD,
            hits: HITS,
            length_ms: (slow as u64 * 1_000 / u64::from(SPEECH_RATE)).clamp(200, 4_000),
            recipe,
            layers,
        })
    }

    /// What a head misses, and takes for a call, by the threshold: voices and texts that it did not learn from, near,
    /// far, and far in noise.
    ///
    /// # Errors
    /// A voice or an engine fails.
    pub fn check(
        &mut self,
        head: &Head,
        amounts: Amounts,
        seed: u64,
        more: Vec<Heard>,
    ) -> Result<Check, MakingError> {
        let people = self.people(seed)?;
        let kinds = [Place::NEAR, Place::FAR, Place::FAR_IN_NOISE];
        let detector = self.detector;
        let heard = self.work(
            |number, _| {
                let mut places = Surroundings::new(people.to_vec(), seed + number as u64);
                let mut detector = detector(number, head)?;
                Ok(move |(kind, job): (Option<usize>, Job)| {
                    Ok::<_, MakingError>((kind, listen(&mut detector, &mut places, &job)?))
                })
            },
            |voices, hand_out| {
                let mut rng = Rng::with_seed(seed);
                let phrase = &head.phrase;
                say_all(phrase, amounts, (seed, true), voices, |take, _| {
                    let skip = rng.usize(0..1_280);
                    let job = |place| Job {
                        take: take.clone(),
                        place,
                        skip,
                    };
                    match take.phrase {
                        Some(_) => kinds
                            .iter()
                            .enumerate()
                            .all(|(n, kind)| hand_out((Some(n), job(*kind)))),
                        // What is near and loud is heard best, by nobody's wish.
                        None => hand_out((None, job(kinds[rng.usize(..2)]))),
                    }
                })
            },
        )?;
        let of = |kind: Option<usize>| -> Vec<Heard> {
            let heard = heard.iter().filter(|(of, _)| *of == kind);
            heard.map(|(_, heard)| heard.clone()).collect()
        };
        let without: Vec<Heard> = of(None).into_iter().chain(more).collect();
        let names = ["near", "far", "far, in noise"];
        let curves = names.into_iter().enumerate();
        Ok(Check {
            curves: curves
                .map(|(n, name)| (name, curve(head, &of(Some(n)), &without)))
                .collect(),
            hours: without.iter().map(|heard| heard.seconds).sum::<f64>() / 3600.0,
        })
    }

    /// Other people who speak.
    fn people(&mut self, seed: u64) -> Result<Arc<Vec<f32>>, MakingError> {
        let (mut rng, sentences) = (Rng::with_seed(seed), Sentences::new(seed + 7, false));
        let mut takes = Vec::new();
        for sentence in sentences.take(BABBLE) {
            let voice = voice(self.voices, &mut rng, false, false)?;
            let take = speak(voice, &sentence, &mut rng)?;
            takes.push(take.samples[take.voiced.0..take.voiced.1].to_vec());
        }
        Ok(Arc::new(babble(&takes)))
    }

    fn work<J: Send, T: Send, W: FnMut(J) -> Result<T, MakingError>>(
        &mut self,
        hire: impl Fn(
            usize,
            &(dyn Fn(usize) -> Result<Features, MakingError> + Sync),
        ) -> Result<W, MakingError>
        + Sync,
        speak: impl FnOnce(&mut [Voice], &dyn Fn(J) -> bool) -> Result<(), MakingError>,
    ) -> Result<Vec<T>, MakingError> {
        let (features, voices) = (self.features, &mut *self.voices);
        in_parallel(
            self.workers,
            |number| hire(number, features),
            |hand_out| speak(voices, hand_out),
        )
    }
}

/// Windows in which a phrase of this length, and what follows it while the head is asked, has room.
fn windows_for(samples: usize) -> usize {
    let span = samples + SPEECH_RATE as usize * 3 / 10;
    let more = span.saturating_sub(crate::wake::span(1));
    (more.div_ceil(crate::wake::STEP) + 1).clamp(4, crate::wake::MOST_WINDOWS)
}

/// Unless the curve or the user says otherwise.
const THRESHOLD: f32 = 0.8;
/// Hits in a row: 160 ms.
const HITS: u32 = 2;

/// A voice that is for testing, or one that is not; a slow one if there is one and it is wanted.
fn voice<'v>(
    voices: &'v mut [Voice],
    rng: &mut Rng,
    for_test: bool,
    slow: bool,
) -> Result<&'v mut Voice, MakingError> {
    let fits = |voice: &Voice, slow: bool| voice.for_test == for_test && voice.is_slow == slow;
    let slow = slow && voices.iter().any(|voice| fits(voice, true));
    let fitting = voices.iter_mut().filter(|voice| fits(voice, slow));
    let mut fitting: Vec<&mut Voice> = fitting.collect();
    if fitting.is_empty() {
        return Err(MakingError::NoVoice("it"));
    }
    let chosen = rng.usize(..fitting.len());
    Ok(fitting.swap_remove(chosen))
}

/// Has everything said, and `take` take it, with the number of places in which it is to be heard; until that is false.
fn say_all(
    phrase: &str,
    amounts: Amounts,
    (seed, for_test): (u64, bool),
    voices: &mut [Voice],
    mut take: impl FnMut(Take, usize) -> bool,
) -> Result<(), MakingError> {
    let mut rng = Rng::with_seed(seed.wrapping_mul(31) + u64::from(for_test));
    let mut sentences = Sentences::new(rng.u64(..), for_test);
    let mut near = NearMisses::new(phrase, rng.u64(..));
    for n in 0..amounts.phrases {
        let follows = if n % 2 == 0 { sentences.next() } else { None };
        let every = if for_test { SLOW_CHECKS } else { SLOW_PHRASES };
        let slow = n % every == 1;
        let voice = voice(voices, &mut rng, for_test, slow)?;
        let spelling = rng.choice(&voice.spellings).cloned();
        let text = spelling.unwrap_or_else(|| phrase.to_owned());
        let said = spoken_phrase(voice, &text, follows.as_deref(), &mut rng)?;
        // There are few of a slow voice; each is heard in more places.
        let places = amounts.places * if voice.is_slow { 4 } else { 1 };
        if !take(said, places) {
            return Ok(());
        }
    }
    for n in 0..amounts.near_misses + amounts.sentences {
        let (text, every) = if n < amounts.near_misses {
            (near.next(), SLOW_NEAR_MISSES)
        } else {
            (sentences.next(), SLOW_SENTENCES)
        };
        let slow = n % every == 1;
        let voice = voice(voices, &mut rng, for_test, slow)?;
        let Some(mut text) = text else {
            return Ok(());
        };
        if n < amounts.near_misses && !voice.is_slow && rng.bool() {
            // Most of what sounds like it is said among other words.
            text = [text, sentences.next().unwrap_or_default()].join(" ");
        }
        if !take(speak(voice, &text, &mut rng)?, 1) {
            return Ok(());
        }
    }
    Ok(())
}
