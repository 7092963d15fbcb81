//! Hibari (6 million parameters, Apache-2.0) through ONNX Runtime: an English neural voice at 24 kHz, distilled
//! from Kokoro's `af_heart`, for one slow core.
//!
//! ```text
//! text ─► phonemes (misaki-rs; unknown words: a small network) ─► graph: spectra, pitch, durations
//!      ─► waveform (pulses, noise, inverse Fourier transform) ─► sound, and where each word ends in it
//! ```
//!
//! Its folder holds `hibari.onnx`, `vocab.json` with the number of each phoneme, and `oov.onnx` with `oov.json`,
//! which read unknown words. The same text is the same sound: the noise begins anew with each clause.

mod pulses;
mod stft;
mod unknown_words;
mod waveform;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use ort::session::{Session, SessionOutputs};
use ort::value::Tensor;
use realfft::num_complex::Complex;

use self::stft::{STEP, Stft};
use self::unknown_words::UnknownWords;
use self::waveform::{Prediction, waveform};
use super::phonemes::{Accent, English, PhonemeNumbers, PhonemeWord, pieces};
use super::word_ends::without_pauses;
use super::{Prosody, Speech, Synthesizer, TtsError, WordEnd};
use crate::audio::audible::{AUDIBLE_DBFS, audible_end, audible_start};
use crate::audio::noise::Noise;
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;
use crate::onnx::{Changes, Graph};

/// Its sample rate.
const RATE_HZ: u32 = 24_000;
/// The voice that is taken if none is named.
pub const HIBARI_VOICE: &str = "hibari";
/// It needs no more, and a reply is spoken while the language model writes on.
const THREADS: usize = 1;
/// The graph is given so many phonemes at once, without the pads at both ends: as its authors do.
const MOST_PHONEMES: usize = 400;
/// Stands before and behind the phonemes.
const PAD: i64 = 0;
/// Speeds that it can follow, relative to its own.
const SPEEDS: (f32, f32) = (0.25, 4.0);
/// The tensor within the graph that holds how long each phoneme takes, in equal shares of the frames.
const DURATIONS: &str = "/Cast_32_output_0";
/// Silence between pieces of a text that is too long for the graph. Milliseconds.
const JOIN_MS: usize = 80;
/// What helps if a file is missing.
const PULL: &str = "`vivavoce models pull` fetches the voice of the profile starter";
/// The noise in its speech begins here.
const SEED: u64 = 1;

/// A voice of Hibari.
pub struct Hibari {
    graph: Graph,
    phonemizer: English,
    numbers: PhonemeNumbers,
    stft: Stft,
    /// The persona's, and what the user asked for; 1 is the voice's own.
    speed: f32,
    own_speed: f32,
}

impl Hibari {
    /// Loads the voice `name` from a folder: its graph is `NAME.onnx`. Names that begin with `b` are those of
    /// British voices, as Kokoro's are.
    ///
    /// # Errors
    /// A file is missing or is not what it should be, or there is no such voice.
    pub fn load(
        runtime: &Path,
        folder: &Path,
        name: &str,
        prosody: Prosody,
    ) -> Result<Self, TtsError> {
        let graph = graph(folder, name)?;
        let numbers = numbers(&folder.join("vocab.json"))?;
        let (accent, unknown) = if name.starts_with('b') {
            (Accent::EnglishGB, "oov_gb")
        } else {
            (Accent::EnglishUS, "oov")
        };
        let phonemizer = English::with_reader(accent, folder, || {
            Ok(Box::new(UnknownWords::load(runtime, folder, unknown)?))
        })?;
        // Without durations, which another export may keep elsewhere, it speaks as well.
        let with_durations = Changes {
            one_more_output: Some(DURATIONS),
            ..Changes::default()
        };
        let loaded =
            Graph::load_changed(runtime, &graph, THREADS, with_durations).or_else(|error| {
                tracing::warn!("where words end is estimated for this voice: {error}");
                Graph::load(runtime, &graph, THREADS)
            })?;
        check(&loaded.lock(), graph)?;
        let own_speed = f32::from(prosody.speed) / 100.0;
        Ok(Self {
            graph: loaded,
            phonemizer,
            numbers,
            stft: Stft::new(),
            speed: followed(own_speed),
            own_speed,
        })
    }

    /// A piece of the text that the graph can take at once. `start`: where its phonemes begin among all.
    fn speak(
        &mut self,
        cancelled: Cancelled,
        (start, phonemes): (usize, &str),
        words: &[PhonemeWord],
        noise: &mut Noise,
    ) -> Result<Option<Speech>, TtsError> {
        let mut numbers = vec![PAD];
        // How many numbers stand before the end of each phoneme.
        let mut ends = Vec::new();
        for (at, phoneme) in phonemes.char_indices() {
            numbers.extend(self.numbers.of(phoneme));
            ends.push((start + at + phoneme.len_utf8(), numbers.len()));
        }
        numbers.push(PAD);
        let Some(predicted) = self.predict(cancelled, numbers)? else {
            return Ok(None);
        };
        let mut complex = || Complex::new(noise.rough_gaussian(), noise.rough_gaussian());
        let prediction = predicted.prediction();
        let Some(samples) = waveform(cancelled, &mut self.stft, &prediction, &mut complex) else {
            return Ok(None);
        };
        if !samples.iter().all(|sample| sample.is_finite()) {
            return Err(TtsError::Run("it gave samples that are no numbers".into()));
        }
        let ends = words.iter().filter_map(|word| {
            let (_, count) = ends.iter().find(|(end, _)| *end == word.phonemes_end)?;
            Some(WordEnd {
                text_end: word.text_end,
                sample: predicted.sample_after(*count)?,
            })
        });
        Ok(Some(Speech {
            word_ends: without_pauses(ends, &samples, RATE_HZ),
            clip: Clip {
                rate_hz: RATE_HZ,
                samples,
            },
        }))
    }

    fn predict(
        &mut self,
        cancelled: Cancelled,
        numbers: Vec<i64>,
    ) -> Result<Option<Predicted>, TtsError> {
        let count = numbers.len();
        let (graph, speed) = (&self.graph, self.speed);
        let ran = graph.run_unless(cancelled, |session, options| {
            let inputs = ort::inputs! {
                "ids" => Tensor::from_array(([1usize, count], numbers))?,
                "speed" => Tensor::from_array(([1usize], vec![speed]))?,
            };
            Predicted::new(&session.run_with_options(inputs, options)?, count)
        });
        ran.map_err(|e| TtsError::Run(e.to_string()))
    }
}

/// The nearest speed that it can follow.
fn followed(speed: f32) -> f32 {
    speed.clamp(SPEEDS.0, SPEEDS.1)
}

/// What the graph said of a piece.
struct Predicted {
    /// In the order of [`OUTPUTS`].
    tables: [Vec<f32>; OUTPUTS.len()],
    /// Samples of each number that went in; empty if the graph does not say.
    durations: Vec<usize>,
}

/// The graph's outputs by name.
const OUTPUTS: [&str; 6] = ["lh", "theta", "ln", "lr", "phi", "f0"];

impl Predicted {
    fn new(outputs: &SessionOutputs, count: usize) -> ort::Result<Self> {
        let mut tables: [Vec<f32>; OUTPUTS.len()] = Default::default();
        for (table, name) in tables.iter_mut().zip(OUTPUTS) {
            *table = outputs[name].try_extract_tensor::<f32>()?.1.to_vec();
        }
        let mut predicted = Self {
            tables,
            durations: Vec::new(),
        };
        if !predicted.prediction().is_whole() {
            return Err(ort::Error::new("it gave spectra of unequal lengths"));
        }
        if let Some(durations) = outputs.get(DURATIONS) {
            let (_, shares) = durations.try_extract_tensor::<i64>()?;
            predicted.durations = predicted.in_samples(shares, count);
        }
        Ok(predicted)
    }

    fn prediction(&self) -> Prediction<'_> {
        let [
            pulse_level,
            pulse_turn,
            noise_level,
            free_level,
            free_phase,
            pitch_hz,
        ] = &self.tables;
        Prediction {
            pulse_level,
            pulse_turn,
            noise_level,
            free_level,
            free_phase,
            pitch_hz,
        }
    }

    /// Durations in samples, if they are as many as the numbers and add up to all frames.
    fn in_samples(&self, shares: &[i64], count: usize) -> Vec<usize> {
        let frames = self.prediction().pitch_hz.len();
        let all: usize = shares.iter().map(|share| (*share).max(0) as usize).sum();
        if shares.len() != count || all == 0 || !frames.is_multiple_of(all) {
            return Vec::new();
        }
        let share = frames / all * STEP;
        shares
            .iter()
            .map(|n| (*n).max(0) as usize * share)
            .collect()
    }

    /// The sample at which so many numbers have been said.
    fn sample_after(&self, count: usize) -> Option<usize> {
        Some(self.durations.get(..count)?.iter().sum())
    }
}

impl Synthesizer for Hibari {
    fn language(&self) -> Language {
        Language::English
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        self.synthesize("Yes.").map(|_| ())
    }

    fn set_speed(&mut self, percent: u16) {
        self.speed = followed(self.own_speed * f32::from(percent) / 100.0);
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        let phonemes = self.phonemizer.read(text)?;
        let mut speech = Speech::from(Clip {
            rate_hz: RATE_HZ,
            samples: Vec::new(),
        });
        // Marks alone are no speech.
        if phonemes.words.is_empty() {
            return Ok(Some(speech));
        }
        let mut noise = Noise::new(SEED);
        let pieces = pieces(&phonemes.text, MOST_PHONEMES).into_iter();
        for piece in pieces.filter(|(_, phonemes)| phonemes.contains(char::is_alphabetic)) {
            match self.speak(cancelled, piece, &phonemes.words, &mut noise)? {
                Some(spoken) => join(&mut speech, spoken),
                None => return Ok(None),
            }
        }
        Ok(Some(speech))
    }
}

/// Puts speech behind speech, with a short pause.
fn join(speech: &mut Speech, mut next: Speech) {
    let so_far = &mut speech.clip.samples;
    if !so_far.is_empty() {
        let end = audible_end(so_far, RATE_HZ, AUDIBLE_DBFS).unwrap_or(0);
        so_far.resize(end + JOIN_MS * RATE_HZ as usize / 1000, 0.0);
        next.cut_start(audible_start(&next.clip.samples, RATE_HZ, AUDIBLE_DBFS).unwrap_or(0));
    }
    let shift = so_far.len();
    so_far.extend(next.clip.samples);
    let shifted = next.word_ends.into_iter().map(|end| WordEnd {
        sample: end.sample + shift,
        ..end
    });
    speech.word_ends.extend(shifted);
}

/// Whether it is a graph of Hibari's.
fn check(session: &Session, path: PathBuf) -> Result<(), TtsError> {
    let inputs: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
    let outputs: Vec<&str> = session.outputs().iter().map(|out| out.name()).collect();
    let takes = ["ids", "speed"].iter().all(|name| inputs.contains(name));
    let gives = OUTPUTS.iter().all(|name| outputs.contains(name));
    if takes && gives {
        Ok(())
    } else {
        Err(TtsError::Model {
            reason: format!(
                "it takes {} and gives {}; a voice of Hibari takes ids and speed and gives {}",
                inputs.join(", "),
                outputs.join(", "),
                OUTPUTS.join(", ")
            ),
            path,
        })
    }
}

fn numbers(path: &Path) -> Result<PhonemeNumbers, TtsError> {
    let wrong = |reason: String| TtsError::Model {
        path: path.to_path_buf(),
        reason,
    };
    let text = fs::read_to_string(path).map_err(|e| wrong(format!("{e}; {PULL}")))?;
    let vocabulary: HashMap<String, i64> =
        serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    PhonemeNumbers::new(path, vocabulary)
}

/// The graph of a voice.
fn graph(folder: &Path, name: &str) -> Result<PathBuf, TtsError> {
    let graph = folder.join(format!("{name}.onnx"));
    let known = known_voices(folder);
    if graph.is_file() {
        Ok(graph)
    } else if known.is_empty() {
        Err(TtsError::Model {
            path: folder.to_path_buf(),
            reason: format!("there is no voice, such as hibari.onnx, in it; {PULL}"),
        })
    } else {
        Err(TtsError::UnknownVoice {
            name: name.into(),
            known: known.join(", "),
        })
    }
}

/// Graphs in the folder, without those that read unknown words.
fn known_voices(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "onnx"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .filter(|name| !name.starts_with("oov"))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(sound: std::ops::Range<usize>, samples: usize, word_end: usize) -> Speech {
        let mut speech = Speech::from(Clip {
            rate_hz: RATE_HZ,
            samples: vec![0.0; samples],
        });
        for (n, sample) in speech.clip.samples[sound].iter_mut().enumerate() {
            *sample = (n as f32 * 0.3).sin() * 0.1;
        }
        let text_end = 1;
        speech.word_ends.push(WordEnd {
            text_end,
            sample: word_end,
        });
        speech
    }

    #[test]
    fn pieces_are_joined_with_a_short_pause_and_their_words_move_along() {
        let mut first = speech(1_000..5_000, 12_000, 5_000);
        join(&mut first, speech(2_400..4_800, 12_000, 4_800));
        let pause = JOIN_MS * RATE_HZ as usize / 1000;
        let ends: Vec<usize> = first.word_ends.iter().map(|end| end.sample).collect();
        assert_eq!(ends[0], 5_000);
        assert!(ends[1].abs_diff(5_000 + pause + 2_400) <= 96, "{ends:?}");
    }
}
