//! A sound in memory, and 16-bit WAV files that are written. `sound_file` reads.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::AudioError;
use super::audible::{AUDIBLE_DBFS, audible_start};
use super::resample::resample_clip;

/// A mono sound of any length.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Samples per second.
    pub rate_hz: u32,
    /// Mono samples, full scale ±1, all finite.
    pub samples: Vec<f32>,
}

impl Clip {
    /// A part of it, as far as it goes. Seconds.
    pub fn excerpt(&self, from_s: f32, length_s: f32) -> Self {
        let index = |s: f32| ((s * self.rate_hz as f32) as usize).min(self.samples.len());
        Self {
            rate_hz: self.rate_hz,
            samples: self.samples[index(from_s)..index(from_s + length_s)].to_vec(),
        }
    }

    /// Silence before its first audible sample; all of it if there is none. Milliseconds.
    pub fn leading_silence_ms(&self) -> f64 {
        let first = audible_start(&self.samples, self.rate_hz, AUDIBLE_DBFS);
        let silent = first.unwrap_or(self.samples.len());
        silent as f64 * 1000.0 / f64::from(self.rate_hz)
    }

    /// Duration in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate_hz)
    }

    /// The same sound at another rate.
    pub fn at_rate(&self, rate_hz: u32) -> Result<Self, AudioError> {
        Ok(Self {
            rate_hz,
            samples: resample_clip(&self.samples, self.rate_hz, rate_hz)?,
        })
    }
}

/// Most bytes of samples in one file: its head states lengths in 32 bits, and counts itself.
const MOST_BYTES: u64 = u32::MAX as u64 - 1_024;
const BYTES_PER_SAMPLE: u64 = 2;

/// A 16-bit WAV file being written. Its header is brought up to date at every [`WavFile::flush`],
/// so that a run that ends abruptly leaves a readable file. What has no room in one file (4 GiB, six hours
/// of two channels at 48 kHz) goes on in `NAME-part2.wav` beside it, and so on.
pub struct WavFile {
    /// Of the first part.
    first: PathBuf,
    /// Of the part that is written.
    path: PathBuf,
    spec: hound::WavSpec,
    writer: hound::WavWriter<BufWriter<File>>,
    part: u32,
    /// Samples in this part.
    written: u64,
    /// Samples that a part has room for: whole frames.
    room: u64,
}

impl WavFile {
    /// Creates (or overwrites) `path` with `channels` channels at `rate_hz`.
    pub fn create(path: &Path, channels: u16, rate_hz: u32) -> Result<Self, AudioError> {
        Self::create_with_room(path, channels, rate_hz, MOST_BYTES)
    }

    /// Writes into an open, empty file; errors, and further parts, name it `path`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn in_file(
        file: File,
        path: &Path,
        channels: u16,
        rate_hz: u32,
    ) -> Result<Self, AudioError> {
        let spec = spec(channels, rate_hz);
        let writer = hound::WavWriter::new(BufWriter::new(file), spec);
        let writer = writer.map_err(|e| write_error(path, &e))?;
        Ok(Self::with_room(path, spec, writer, MOST_BYTES))
    }

    fn create_with_room(
        path: &Path,
        channels: u16,
        rate_hz: u32,
        bytes: u64,
    ) -> Result<Self, AudioError> {
        let spec = spec(channels, rate_hz);
        Ok(Self::with_room(path, spec, create(path, spec)?, bytes))
    }

    fn with_room(
        path: &Path,
        spec: hound::WavSpec,
        writer: hound::WavWriter<BufWriter<File>>,
        bytes: u64,
    ) -> Self {
        let samples = bytes / BYTES_PER_SAMPLE;
        Self {
            first: path.to_path_buf(),
            path: path.to_path_buf(),
            spec,
            writer,
            part: 1,
            written: 0,
            room: samples - samples % u64::from(spec.channels),
        }
    }

    /// Appends one sample (of the next channel), full scale ±1.
    pub fn push(&mut self, sample: f32) -> Result<(), AudioError> {
        if self.written == self.room {
            self.begin_part()?;
        }
        let sample = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
        self.written += 1;
        self.writer
            .write_sample(sample)
            .map_err(|e| write_error(&self.path, &e))
    }

    fn begin_part(&mut self) -> Result<(), AudioError> {
        self.flush()?;
        self.part += 1;
        let name = self.first.file_stem().unwrap_or_default().to_string_lossy();
        let path = self
            .first
            .with_file_name(format!("{name}-part{}.wav", self.part));
        // The part before is whole: its header was made true just now.
        self.writer = create(&path, self.spec)?;
        self.path = path;
        self.written = 0;
        Ok(())
    }

    /// Writes out what is buffered and makes the header true.
    pub fn flush(&mut self) -> Result<(), AudioError> {
        self.writer.flush().map_err(|e| write_error(&self.path, &e))
    }

    /// Closes the file.
    pub fn finish(self) -> Result<(), AudioError> {
        let Self { path, writer, .. } = self;
        writer.finalize().map_err(|e| write_error(&path, &e))
    }
}

fn spec(channels: u16, rate_hz: u32) -> hound::WavSpec {
    hound::WavSpec {
        channels,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    }
}

/// A mono WAV file of clips that come one after the other. Its rate is that of the first clip that sounds, so it is
/// only created then.
pub struct ClipFile<F> {
    /// Creates the file, given the rate.
    create: Option<F>,
    file: Option<WavFile>,
    rate_hz: u32,
}

impl<F: FnOnce(u32) -> Result<WavFile, AudioError>> ClipFile<F> {
    /// A file that `create` makes once its rate is known. Hz.
    pub fn new(create: F) -> Self {
        Self {
            create: Some(create),
            file: None,
            rate_hz: 0,
        }
    }

    /// Appends a clip. One without samples says nothing of the rate.
    ///
    /// # Errors
    /// The file cannot be created or written.
    pub fn push(&mut self, clip: &Clip) -> Result<(), AudioError> {
        if clip.samples.is_empty() {
            return Ok(());
        }
        if let Some(create) = self.create.take() {
            self.file = Some(create(clip.rate_hz)?);
            self.rate_hz = clip.rate_hz;
        }
        self.write(&clip.samples)
    }

    /// Appends silence, unless it would be the first of the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn pause(&mut self, ms: u32) -> Result<(), AudioError> {
        let samples = u64::from(ms) * u64::from(self.rate_hz) / 1000;
        self.write(&vec![0.0; samples as usize])
    }

    fn write(&mut self, samples: &[f32]) -> Result<(), AudioError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        samples.iter().try_for_each(|sample| file.push(*sample))
    }

    /// Closes the file. False: nothing sounded, and there is no file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<bool, AudioError> {
        match self.file {
            Some(file) => file.finish().map(|()| true),
            None => Ok(false),
        }
    }
}

fn create(
    path: &Path,
    spec: hound::WavSpec,
) -> Result<hound::WavWriter<BufWriter<File>>, AudioError> {
    hound::WavWriter::create(path, spec).map_err(|e| write_error(path, &e))
}

/// Writes a mono clip as a 16-bit WAV file.
pub fn write_clip(path: &Path, clip: &Clip) -> Result<(), AudioError> {
    let mut file = WavFile::create(path, 1, clip.rate_hz)?;
    for sample in &clip.samples {
        file.push(*sample)?;
    }
    file.finish()
}

fn write_error(path: &Path, error: &hound::Error) -> AudioError {
    AudioError::Write {
        path: path.to_path_buf(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::sound_file::read_clip;

    #[test]
    fn clips_become_one_file_at_the_rate_of_the_first_that_sounds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clips.wav");
        let mut file = ClipFile::new(|rate_hz| WavFile::create(&path, 1, rate_hz));
        let clip = |rate_hz, samples: &[f32]| Clip {
            rate_hz,
            samples: samples.to_vec(),
        };
        file.pause(1_000).unwrap();
        file.push(&clip(16_000, &[])).unwrap();
        file.push(&clip(8_000, &[0.5; 80])).unwrap();
        file.pause(10).unwrap();
        assert!(file.finish().unwrap());
        let read = read_clip(&path).unwrap();
        assert_eq!((read.rate_hz, read.samples.len()), (8_000, 160));
    }

    #[test]
    fn what_has_no_room_in_one_file_goes_on_in_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        // Room for three frames of two channels, and a little.
        let mut file = WavFile::create_with_room(&path, 2, 8_000, 3 * 4 + 2).unwrap();
        for frame in 0..7 {
            let sample = frame as f32 / 10.0;
            file.push(sample).unwrap();
            file.push(sample).unwrap();
        }
        file.finish().unwrap();
        let frames = |name: &str| {
            let clip = read_clip(&folder.path().join(name)).unwrap();
            clip.samples
                .iter()
                .map(|s| (s * 10.0).round() as i32)
                .collect::<Vec<_>>()
        };
        assert_eq!(frames("long.wav"), [0, 1, 2]);
        assert_eq!(frames("long-part2.wav"), [3, 4, 5]);
        assert_eq!(frames("long-part3.wav"), [6]);
    }
}
