//! One channel of a recording, read part by part: a recording may be hours long.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hound::WavReader;

use crate::audio::audible::{audible_end, audible_start, audible_threshold_of, noise_piece};
use crate::audio::frame::{dbfs, rms};

/// Parts that are read at once. Seconds.
const PART_S: usize = 10;
/// Parts in which a sound is looked for overlap by this, which is longer than the gaps within a sound. Seconds.
const OVERLAP_S: usize = 1;

/// The samples of one channel, full scale ±1.
#[derive(Clone)]
pub struct Channel {
    source: Source,
    /// Samples.
    length: usize,
    rate_hz: u32,
}

#[derive(Clone)]
enum Source {
    /// All of them.
    Memory(Arc<[f32]>),
    /// A sound file, and which of its channels this is.
    File(Arc<Mutex<SoundFile>>, usize),
}

/// A file that is read from again and again.
struct SoundFile {
    reader: WavReader<BufReader<File>>,
    /// Samples of the largest part that was read at once.
    largest_part: usize,
    /// Why a part could not be read.
    failed: Option<String>,
}

impl Default for Channel {
    fn default() -> Self {
        Self::new(Vec::new(), 0)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples at {} Hz", self.length, self.rate_hz)
    }
}

impl Channel {
    /// A channel that is in memory.
    pub fn new(samples: Vec<f32>, rate_hz: u32) -> Self {
        Self {
            length: samples.len(),
            source: Source::Memory(samples.into()),
            rate_hz,
        }
    }

    /// Both channels of a file with two of 16 bits.
    ///
    /// # Errors
    /// It cannot be read, is no such file, or is cut off: why.
    pub fn both(path: &Path) -> Result<[Self; 2], String> {
        let mut reader = WavReader::open(path).map_err(|e| e.to_string())?;
        let (spec, length) = (reader.spec(), reader.duration());
        if spec.channels != 2 || spec.bits_per_sample != 16 {
            let wrong =
                "it does not have two channels of 16 bits; name a folder that --record made";
            return Err(wrong.into());
        }
        // What its head promises is there to the end.
        if let Some(last) = length.checked_sub(1) {
            reader.seek(last).map_err(|e| e.to_string())?;
            let end: Result<Vec<i16>, _> = reader.samples::<i16>().take(2).collect();
            end.map_err(|e| e.to_string())?;
        }
        let file = Arc::new(Mutex::new(SoundFile {
            reader,
            largest_part: 0,
            failed: None,
        }));
        Ok([0, 1].map(|channel| Self {
            source: Source::File(Arc::clone(&file), channel),
            length: length as usize,
            rate_hz: spec.sample_rate,
        }))
    }

    /// Samples.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Samples a second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Some of the samples; what lies beyond the end is left out. What cannot be read is silent, and
    /// [`Channel::failure`] says so.
    pub fn part(&self, range: Range<usize>) -> Cow<'_, [f32]> {
        let range = range.start.min(self.length)..range.end.min(self.length);
        if range.is_empty() {
            return Cow::Owned(Vec::new());
        }
        match &self.source {
            Source::Memory(samples) => Cow::Borrowed(&samples[range]),
            Source::File(file, channel) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                Cow::Owned(file.read(range, *channel))
            }
        }
    }

    /// Why a part could not be read, if one could not.
    pub fn failure(&self) -> Option<String> {
        match &self.source {
            Source::Memory(_) => None,
            Source::File(file, _) => {
                let file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.failed.clone()
            }
        }
    }

    /// Samples of the largest part of the file that was read at once, by either channel.
    #[cfg(test)]
    pub fn largest_part(&self) -> usize {
        match &self.source {
            Source::Memory(_) => 0,
            Source::File(file, _) => {
                let file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.largest_part
            }
        }
    }

    /// Gives all samples, in pieces of this many; the last has fewer.
    pub fn each_piece(&self, piece: usize, mut take: impl FnMut(&[f32])) {
        let piece = piece.max(1);
        let part = (self.samples_in(PART_S) / piece).max(1) * piece;
        for from in (0..self.length).step_by(part) {
            self.part(from..from + part)
                .chunks(piece)
                .for_each(&mut take);
        }
    }

    /// From where on something is audible in it. dBFS.
    pub fn audible_threshold(&self) -> f32 {
        let mut levels = Vec::new();
        self.each_piece(noise_piece(self.rate_hz), |piece| {
            levels.push(dbfs(rms(piece)));
        });
        audible_threshold_of(levels)
    }

    /// The first audible sample from one on, exact to 1 ms.
    pub fn audible_from(&self, from: usize, threshold_dbfs: f32) -> Option<usize> {
        let (part, step) = (self.samples_in(PART_S), self.samples_in(PART_S - OVERLAP_S));
        (from..self.length).step_by(step).find_map(|from| {
            let samples = self.part(from..from + part);
            Some(from + audible_start(&samples, self.rate_hz, threshold_dbfs)?)
        })
    }

    /// The sample after the last audible one of a part, exact to 1 ms.
    pub fn audible_until(&self, range: Range<usize>, threshold_dbfs: f32) -> Option<usize> {
        let range = range.start..range.end.min(self.length);
        let (part, step) = (self.samples_in(PART_S), self.samples_in(PART_S - OVERLAP_S));
        let mut parts = range.clone().step_by(step).rev();
        parts.find_map(|from| {
            let samples = self.part(from..range.end.min(from + part));
            Some(from + audible_end(&samples, self.rate_hz, threshold_dbfs)?)
        })
    }

    fn samples_in(&self, seconds: usize) -> usize {
        (self.rate_hz as usize * seconds).max(1)
    }
}

impl SoundFile {
    fn read(&mut self, range: Range<usize>, channel: usize) -> Vec<f32> {
        self.largest_part = self.largest_part.max(range.len());
        let length = range.len();
        let samples = self.try_read(range, channel);
        samples.unwrap_or_else(|error| {
            self.failed = Some(error.to_string());
            vec![0.0; length]
        })
    }

    fn try_read(&mut self, range: Range<usize>, channel: usize) -> Result<Vec<f32>, hound::Error> {
        self.reader.seek(range.start as u32)?;
        let mut samples = Vec::with_capacity(range.len());
        for (n, sample) in (self.reader.samples::<i16>())
            .take(2 * range.len())
            .enumerate()
        {
            let sample = sample?;
            if n % 2 == channel {
                samples.push(f32::from(sample) / 32_768.0);
            }
        }
        Ok(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::audible::audible_threshold;
    use crate::audio::noise::Noise;
    use crate::audio::wav::WavFile;

    const RATE: u32 = 48_000;

    /// Half a minute of noise, with a tone in it from one sample to another.
    fn samples(tone: Range<usize>) -> Vec<f32> {
        let mut noise = Noise::new(4);
        let sample = |n: usize| {
            let said = (n as f32 * 0.05).sin() * 0.3;
            let said = if tone.contains(&n) { said } else { 0.0 };
            said + noise.gaussian() * 0.001
        };
        (0..30 * RATE as usize).map(sample).collect()
    }

    fn in_file(folder: &Path, samples: &[f32]) -> Channel {
        let path = folder.join("two.wav");
        let mut file = WavFile::create(&path, 2, RATE).unwrap();
        for sample in samples {
            file.push(0.0).unwrap();
            file.push(*sample).unwrap();
        }
        file.finish().unwrap();
        let [_, second] = Channel::both(&path).unwrap();
        second
    }

    #[test]
    fn a_sound_is_found_in_a_file_where_it_is_found_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        // Across the seams of parts.
        let tone = 479_000..951_234;
        let samples = samples(tone.clone());
        let threshold = audible_threshold(&samples, RATE);
        for channel in [
            Channel::new(samples.clone(), RATE),
            in_file(folder.path(), &samples),
        ] {
            assert!((channel.audible_threshold() - threshold).abs() < 0.1);
            let start = channel.audible_from(0, threshold).unwrap();
            assert!(start.abs_diff(tone.start) <= 48, "{start}");
            let end = channel.audible_until(0..usize::MAX, threshold).unwrap();
            assert!(end.abs_diff(tone.end) <= 48, "{end}");
            assert_eq!(channel.audible_from(tone.end + 4_800, threshold), None);
            assert_eq!(channel.audible_until(0..400_000, threshold), None);
        }
    }

    #[test]
    fn pieces_are_the_samples_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let samples = samples(0..0);
        let (mut count, mut longest) = (0, 0);
        let channel = in_file(folder.path(), &samples);
        channel.each_piece(7_777, |piece| {
            let expected = &samples[count..count + piece.len()];
            let same = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-3;
            assert!(piece.iter().zip(expected).all(same), "at {count}");
            count += piece.len();
            longest = longest.max(piece.len());
        });
        assert_eq!((count, longest), (samples.len(), 7_777));
    }

    #[test]
    fn a_file_that_is_cut_off_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        in_file(folder.path(), &samples(0..0));
        let path = folder.path().join("two.wav");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(Channel::both(&path).is_err());
    }
}
