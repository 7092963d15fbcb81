//! The speaker encoder of Resemblyzer 0.1.4 (Apache-2.0): three LSTM layers and a projection, after Wan et al.,
//! "Generalized end-to-end loss for speaker verification" (2018). Computed here: a hundred steps of it a second are
//! less work than a runtime for graphs would be to carry its weights over to.
//!
//! The weights stand in a PyTorch file of the old kind: a pickle, which is never run, and behind it the numbers as
//! they are, at places that the file's SHA-256 in the manifest fixes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::lstm::{HIDDEN, Layer, dot};
use super::power_mel::{BANDS, PowerMel};
use super::{DIMENSIONS, Embedding, SpeakerEncoder, SpeakerError, VoiceHeard};
use crate::audio::frame::{from_db, rms};

/// Size of the file.
const FILE_LEN: u64 = 17_090_379;
/// Where the projection's bias, its weights and all weights of the layers begin in it, and how many they are.
const BIAS: (u64, usize) = (6_699, DIMENSIONS);
const PROJECTION: (u64, usize) = (7_731, DIMENSIONS * HIDDEN);
const LAYERS: (u64, usize) = (269_883, 1_357_824);
const GATES: usize = 4 * HIDDEN;

/// Frames that it listens to at once: 1.6 s, as it was trained.
const WINDOW: usize = 160;
/// Frames from one window to the next.
const STEP: usize = 77;
/// It tells nothing of less speech. Samples: 0.6 s.
const LEAST_SPEECH: usize = 9_600;
/// Quieter speech is made as loud as this. dBFS.
const LOUDNESS_DB: f32 = -30.0;

/// Samples over which it is judged whether somebody speaks: 20 ms.
const PIECE: usize = 320;
/// Speech is not further below the loudest piece than this: power.
const BELOW_LOUDEST: f32 = 1e-3;
/// It is this much above the quietest tenth: power.
const ABOVE_QUIETEST: f32 = 4.0;
/// Pieces that are kept beside speech: 100 ms.
const BESIDE: usize = 5;

/// The encoder, with its weights.
pub struct VoiceEncoder {
    mel: PowerMel,
    layers: [Layer; 3],
    projection: Vec<f32>,
    bias: Vec<f32>,
}

impl VoiceEncoder {
    /// Reads the weights out of Resemblyzer's `pretrained.pt`.
    ///
    /// # Errors
    /// The file cannot be read, or is another one.
    pub fn load(file: &Path) -> Result<Self, SpeakerError> {
        let path = || file.display().to_string();
        let on_file = |source| SpeakerError::File {
            path: path(),
            source,
        };
        let mut reader = File::open(file).map_err(on_file)?;
        let other = || SpeakerError::Content {
            path: path(),
            reason: "this is not the speaker encoder of Resemblyzer 0.1.4; `vivavoce models pull \
                     resemblyzer-0.1.4` fetches it"
                .into(),
        };
        if reader.metadata().map_err(on_file)?.len() != FILE_LEN {
            return Err(other());
        }
        let mut numbers = |place| read_numbers(&mut reader, place).map_err(on_file);
        let (bias, projection, flat) = (numbers(BIAS)?, numbers(PROJECTION)?, numbers(LAYERS)?);
        let layers = layers(&flat).ok_or_else(other)?;
        let all = bias.iter().chain(&projection).chain(&flat);
        if !all.into_iter().all(|number| number.is_finite()) {
            return Err(other());
        }
        Ok(Self {
            mel: PowerMel::new(),
            layers,
            projection,
            bias,
        })
    }

    fn window(&self, rows: &[f32]) -> Option<Embedding> {
        let [first, second, third] = &self.layers;
        let kept = third.run(&second.run(&first.run(rows)));
        let last = kept.last_chunk::<HIDDEN>()?;
        let rows = self.projection.chunks_exact(HIDDEN).zip(&self.bias);
        let vector = rows.map(|(weights, bias)| (dot(weights, last) + bias).max(0.0));
        Embedding::along(vector.collect())
    }
}

impl SpeakerEncoder for VoiceEncoder {
    fn embed(&mut self, audio: &[f32]) -> Option<VoiceHeard> {
        let mut speech = without_silence(audio);
        if speech.len() < LEAST_SPEECH {
            return None;
        }
        let gain = from_db(LOUDNESS_DB) / rms(&speech).max(1e-6);
        if gain > 1.0 {
            speech.iter_mut().for_each(|sample| *sample *= gain);
        }
        let rows = self.mel.compute(&speech);
        let windows = windows(rows.len() / BANDS)
            .map(|frames| self.window(&rows[frames.start * BANDS..frames.end * BANDS]));
        let windows: Vec<Embedding> = windows.collect::<Option<_>>()?;
        Some(VoiceHeard {
            embedding: Embedding::mean(&windows)?,
            speech: speech.len(),
        })
    }
}

/// The frames of each window: the last one ends with the last frame.
fn windows(frames: usize) -> impl Iterator<Item = Range<usize>> {
    let last = frames.saturating_sub(WINDOW);
    let rest = (!last.is_multiple_of(STEP)).then_some(last);
    let starts = (0..=last).step_by(STEP).chain(rest);
    starts.map(move |start| start..(start + WINDOW).min(frames))
}

/// Speech alone: long pauses would count as a part of the voice.
fn without_silence(samples: &[f32]) -> Vec<f32> {
    let power = |piece: &[f32]| rms(piece).powi(2);
    let powers: Vec<f32> = samples.chunks_exact(PIECE).map(power).collect();
    let mut sorted = powers.clone();
    sorted.sort_by(f32::total_cmp);
    let (Some(loudest), Some(quietest)) = (sorted.last(), sorted.get(sorted.len() / 10)) else {
        return Vec::new();
    };
    let least = (loudest * BELOW_LOUDEST).max((quietest * ABOVE_QUIETEST).min(loudest * 0.1));
    let speaks = |n: usize| {
        let around = n.saturating_sub(BESIDE)..(n + BESIDE + 1).min(powers.len());
        powers[around].iter().any(|power| *power > least)
    };
    let pieces = samples.chunks_exact(PIECE).enumerate();
    let spoken = pieces.filter(|(n, _)| speaks(*n));
    spoken
        .flat_map(|(_, piece)| piece.iter().copied())
        .collect()
}

fn read_numbers(reader: &mut File, (at, count): (u64, usize)) -> std::io::Result<Vec<f32>> {
    let mut bytes = vec![0; count * size_of::<f32>()];
    reader.seek(SeekFrom::Start(at))?;
    reader.read_exact(&mut bytes)?;
    let (numbers, _) = bytes.as_chunks::<4>();
    Ok(numbers.iter().copied().map(f32::from_le_bytes).collect())
}

/// PyTorch keeps a network's weights layer by layer and the biases of all layers behind them.
fn layers(flat: &[f32]) -> Option<[Layer; 3]> {
    let mut rest = flat;
    let mut take = |count: usize| {
        let (taken, after) = rest.split_at_checked(count)?;
        rest = after;
        Some(taken)
    };
    let mut weights = Vec::new();
    for inputs in [BANDS, HIDDEN, HIDDEN] {
        let (input, hidden) = (take(GATES * inputs)?, take(GATES * HIDDEN)?);
        weights.push((inputs, input.to_vec(), hidden.to_vec()));
    }
    let mut layers = Vec::new();
    for (inputs, input, hidden) in weights {
        layers.push(Layer::new(
            inputs,
            input,
            hidden,
            (take(GATES)?, take(GATES)?),
        )?);
    }
    layers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_all_frames_and_none_is_longer_than_it_was_trained_for() {
        let of = |frames: usize| -> Vec<(usize, usize)> {
            windows(frames)
                .map(|window| (window.start, window.end))
                .collect()
        };
        assert_eq!(of(100), [(0, 100)]);
        assert_eq!(of(160), [(0, 160)]);
        assert_eq!(of(300), [(0, 160), (77, 237), (140, 300)]);
    }

    #[test]
    fn silence_around_speech_does_not_count() {
        let mut samples = vec![1e-4; 16_000];
        samples.extend((0..16_000).map(|n| 0.3 * (n as f32 * 0.1).sin()));
        samples.extend(vec![1e-4; 16_000]);
        let speech = without_silence(&samples).len();
        assert!((16_000..=20_000).contains(&speech), "{speech}");
    }

    #[test]
    fn another_file_is_refused_with_what_to_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = VoiceEncoder::load(file.path()).err().unwrap().to_string();
        assert!(error.contains("models pull"), "{error}");
    }
}
