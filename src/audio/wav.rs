//! Sound files: any WAV or FLAC in as mono, 16-bit WAV out.

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

/// Reads a WAV (8, 16, 24, 32-bit or float) or FLAC file of any rate and channel count; channels
/// are averaged. Samples that are not numbers become silence, with a warning in the log.
///
/// # Errors
/// The file is missing, is neither WAV nor FLAC, is cut off, or holds no samples.
pub fn read_clip(path: &Path) -> Result<Clip, AudioError> {
    let fail = |reason: String| AudioError::Read {
        path: path.to_path_buf(),
        reason,
    };
    let mut magic = [0u8; 4];
    {
        let mut file = File::open(path).map_err(|e| fail(e.to_string()))?;
        std::io::Read::read_exact(&mut file, &mut magic)
            .map_err(|_| fail("the file is too short to be a sound; give a WAV or FLAC".into()))?;
    }
    let (rate_hz, channels, interleaved) = match &magic {
        b"RIFF" | b"RIFX" | b"RF64" => read_wav(path).map_err(fail)?,
        b"fLaC" => read_flac(path).map_err(fail)?,
        _ => {
            return Err(fail(
                "it is neither WAV nor FLAC; convert it first (`ffmpeg -i IN OUT.wav`)".into(),
            ));
        }
    };
    if !(1_000..=1_000_000).contains(&rate_hz) {
        return Err(fail(format!(
            "its header says {rate_hz} Hz, which no sound has"
        )));
    }
    let mut not_finite = 0usize;
    let scale = 1.0 / channels as f32;
    let samples: Vec<f32> = interleaved
        .chunks_exact(channels)
        .map(|frame| {
            let mut mono = 0.0;
            for sample in frame {
                if sample.is_finite() {
                    mono += sample * scale;
                } else {
                    not_finite += 1;
                }
            }
            mono.clamp(-1.0, 1.0)
        })
        .collect();
    if samples.is_empty() {
        return Err(fail("it holds no samples".into()));
    }
    if not_finite > 0 {
        tracing::warn!(
            "{}: {not_finite} samples are not numbers and were read as silence",
            path.display()
        );
    }
    Ok(Clip { rate_hz, samples })
}

type Interleaved = (u32, usize, Vec<f32>);

fn read_wav(path: &Path) -> Result<Interleaved, String> {
    let mut reader = hound::WavReader::open(path).map_err(|e| e.to_string())?;
    let spec = reader.spec();
    if spec.channels == 0 {
        return Err("its header says 0 channels".into());
    }
    let samples: Result<Vec<f32>, _> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect(),
        hound::SampleFormat::Int => {
            let scale = 1.0 / (1i64 << (spec.bits_per_sample - 1)) as f32;
            reader
                .samples::<i32>()
                .map(|sample| sample.map(|s| s as f32 * scale))
                .collect()
        }
    };
    let samples = samples.map_err(|e| format!("it is cut off or damaged ({e})"))?;
    Ok((spec.sample_rate, usize::from(spec.channels), samples))
}

fn read_flac(path: &Path) -> Result<Interleaved, String> {
    let mut reader = claxon::FlacReader::open(path).map_err(|e| e.to_string())?;
    let info = reader.streaminfo();
    let scale = 1.0 / (1i64 << (info.bits_per_sample - 1)) as f32;
    let samples: Result<Vec<f32>, _> = reader
        .samples()
        .map(|sample| sample.map(|s| s as f32 * scale))
        .collect();
    let samples = samples.map_err(|e| format!("it is cut off or damaged ({e})"))?;
    Ok((info.sample_rate, info.channels as usize, samples))
}

/// A 16-bit WAV file being written. Its header is brought up to date at every [`WavFile::flush`],
/// so that a run that ends abruptly leaves a readable file.
pub struct WavFile {
    path: PathBuf,
    writer: hound::WavWriter<BufWriter<File>>,
}

impl WavFile {
    /// Creates (or overwrites) `path` with `channels` channels at `rate_hz`.
    pub fn create(path: &Path, channels: u16, rate_hz: u32) -> Result<Self, AudioError> {
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let writer = hound::WavWriter::create(path, spec).map_err(|e| write_error(path, &e))?;
        Ok(Self {
            path: path.to_path_buf(),
            writer,
        })
    }

    /// Appends one sample (of the next channel), full scale ±1.
    pub fn push(&mut self, sample: f32) -> Result<(), AudioError> {
        let sample = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
        self.writer
            .write_sample(sample)
            .map_err(|e| write_error(&self.path, &e))
    }

    /// Writes out what is buffered and makes the header true.
    pub fn flush(&mut self) -> Result<(), AudioError> {
        self.writer.flush().map_err(|e| write_error(&self.path, &e))
    }

    /// Closes the file.
    pub fn finish(self) -> Result<(), AudioError> {
        let Self { path, writer } = self;
        writer.finalize().map_err(|e| write_error(&path, &e))
    }
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
