//! Sound files, read as a stream of mono blocks: WAV, FLAC, MP3, OGG (Vorbis), M4A (AAC, ALAC), AIFF,
//! CAF and Matroska, through symphonia. WAV heads go through `wav_header` first.

mod mix;
mod wav_header;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;
use symphonia::default::{get_codecs, get_probe};

use self::mix::Mix;
use super::AudioError;
use super::wav::Clip;

/// Sample rates that a sound can have.
const RATES_HZ: std::ops::RangeInclusive<u32> = 1_000..=1_000_000;
/// Samples of a block that a file may announce: a decoder has room for them from the start. The longest in
/// use (FLAC's) have half a million.
const MOST_BLOCK: u64 = 4 << 20;
/// Blocks in a row that cannot be decoded; more are no damaged place but a damaged file.
const MOST_BAD_BLOCKS: usize = 100;
/// How much of a file is looked at to choose how its channels become one. Seconds.
const LOOKED_AT_S: usize = 60;
const KINDS: &str = "it is no sound that can be read (WAV, FLAC, MP3, OGG Vorbis, M4A, AIFF and CAF can); \
    convert it first (`ffmpeg -i IN OUT.wav`)";

/// Endings of the names of files that are read here.
const ENDINGS: [&str; 18] = [
    "aac", "aif", "aifc", "aiff", "caf", "flac", "m4a", "m4b", "mka", "mkv", "mov", "mp3", "mp4",
    "oga", "ogg", "wav", "wave", "webm",
];

/// Whether a file's name says that it is a sound that is read here, or a film with one.
pub fn is_named_as_sound(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ENDINGS
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// A sound file that is read block by block.
pub struct SoundFile {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate_hz: u32,
    mix: Mix,
    interleaved: Vec<f32>,
    read: u64,
    /// Why there is no more of it than was read, if there should be.
    cut_off: Option<String>,
    not_finite: u64,
    bad_blocks: usize,
}

impl SoundFile {
    /// Opens a file. Its channels are averaged; where they cancel each other (one is the other with its
    /// sign turned), the loudest alone is taken, with a warning in the log.
    ///
    /// # Errors
    /// The file is missing, is no sound, or of a kind that cannot be read.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        let mut file = Self::open_unmixed(path)?;
        let mix = file.choose_mix()?;
        if mix != Mix::Average {
            tracing::warn!(
                "{}: its channels cancel each other; one of them is read",
                path.display()
            );
        }
        Ok(Self {
            mix,
            ..Self::open_unmixed(path)?
        })
    }

    fn open_unmixed(path: &Path) -> Result<Self, AudioError> {
        let fail = |reason: String| read_error(path, reason);
        let (source, cut_off) = source(path).map_err(fail)?;
        let stream = MediaSourceStream::new(source, Default::default());
        let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let format = get_probe()
            .probe(&Hint::new(), stream, format, metadata)
            .map_err(|e| fail(describe(&e)))?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or_else(|| fail("it holds no sound that can be decoded".into()))?;
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(fail("it does not say how its sound is coded".into()));
        };
        let channels = parameters.channels.as_ref().map_or(1, |c| c.count() as u64);
        let frames = parameters.max_frames_per_packet.unwrap_or(0);
        if frames.saturating_mul(channels) > MOST_BLOCK {
            let reason = format!("it is damaged (blocks of {frames} times {channels} samples)");
            return Err(fail(reason));
        }
        let decoder = get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|e| fail(describe(&e)))?;
        let rate_hz = parameters.sample_rate.unwrap_or(0);
        if !RATES_HZ.contains(&rate_hz) {
            let reason = format!("its header says {rate_hz} Hz, which no sound has");
            return Err(fail(reason));
        }
        Ok(Self {
            path: path.to_path_buf(),
            track: track.id,
            format,
            decoder,
            rate_hz,
            mix: Mix::Average,
            interleaved: Vec::new(),
            read: 0,
            cut_off: cut_off.then(|| "it ends before its stated length".into()),
            not_finite: 0,
            bad_blocks: 0,
        })
    }

    /// Samples per second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Seconds that were read so far.
    pub fn seconds(&self) -> f64 {
        self.read as f64 / f64::from(self.rate_hz)
    }

    /// Appends the next block: mono, full scale ±1, all finite. False at the end. A file that is cut off
    /// ends where it is cut, with a warning in the log.
    ///
    /// # Errors
    /// The file is damaged in many places, or holds no samples at all.
    pub fn read(&mut self, mono: &mut Vec<f32>) -> Result<bool, AudioError> {
        let Some(channels) = self.next_block()? else {
            return self.end().map(|()| false);
        };
        let before = mono.len();
        self.not_finite += self.mix.apply(&self.interleaved, channels, mono);
        self.read += (mono.len() - before) as u64;
        Ok(true)
    }

    /// Decodes the next block into `interleaved`. Its channels; `None` at the end.
    fn next_block(&mut self) -> Result<Option<usize>, AudioError> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return Ok(None),
                Err(error) => return self.cut_off(&error),
            };
            match self.decoder.decode(&packet) {
                Ok(block) if block.frames() > 0 => {
                    block.copy_to_vec_interleaved(&mut self.interleaved);
                    return Ok(Some(block.num_planes().max(1)));
                }
                Ok(_) => {}
                Err(Error::DecodeError(why)) => {
                    self.bad_blocks += 1;
                    if self.bad_blocks > MOST_BAD_BLOCKS {
                        return Err(read_error(&self.path, format!("it is damaged ({why})")));
                    }
                }
                Err(error) => return self.cut_off(&error),
            }
        }
    }

    /// What was read until here counts; nothing is an error.
    fn cut_off(&mut self, error: &Error) -> Result<Option<usize>, AudioError> {
        if self.read == 0 && self.interleaved.is_empty() {
            return Err(read_error(&self.path, describe(error)));
        }
        self.cut_off = Some(error.to_string());
        Ok(None)
    }

    fn end(&self) -> Result<(), AudioError> {
        if self.read == 0 {
            return Err(read_error(&self.path, "it holds no samples".into()));
        }
        if let Some(why) = &self.cut_off {
            tracing::warn!(
                "{}: it is cut off or damaged after {:.1} s ({why}); what is before was read",
                self.path.display(),
                self.seconds()
            );
        }
        if self.not_finite > 0 {
            tracing::warn!(
                "{}: {} samples are not numbers and were read as silence",
                self.path.display(),
                self.not_finite
            );
        }
        if self.bad_blocks > 0 {
            tracing::warn!(
                "{}: {} damaged blocks were left out",
                self.path.display(),
                self.bad_blocks
            );
        }
        Ok(())
    }

    /// Reads the first minute for its channels' sake.
    fn choose_mix(&mut self) -> Result<Mix, AudioError> {
        let mut energies = mix::Energies::default();
        while energies.frames() < LOOKED_AT_S * self.rate_hz as usize {
            match self.next_block()? {
                Some(channels) => energies.add(&self.interleaved, channels),
                None => break,
            }
        }
        Ok(energies.mix())
    }
}

/// Reads a whole file; see [`SoundFile`].
///
/// # Errors
/// As [`SoundFile::open`] and [`SoundFile::read`].
pub fn read_clip(path: &Path) -> Result<Clip, AudioError> {
    let mut file = SoundFile::open(path)?;
    let mut samples = Vec::new();
    while file.read(&mut samples)? {}
    Ok(Clip {
        rate_hz: file.rate_hz(),
        samples,
    })
}

/// The file as symphonia takes it, and whether it is known to be cut off.
fn source(path: &Path) -> Result<(Box<dyn MediaSource>, bool), String> {
    let mut file = File::open(path).map_err(|e| e.to_string())?;
    let mut magic = [0; 12];
    file.read_exact(&mut magic)
        .map_err(|_| format!("the file is too short to be a sound; {KINDS}"))?;
    if !wav_header::is_wav(&magic) {
        file.rewind().map_err(|e| e.to_string())?;
        return Ok((Box::new(file), false));
    }
    let header = wav_header::read(&mut file)?;
    file.seek(SeekFrom::Start(header.data_start))
        .map_err(|e| e.to_string())?;
    let samples = io::BufReader::new(file).take(header.data_bytes);
    let whole = Cursor::new(header.head).chain(samples);
    Ok((Box::new(ReadOnlySource::new(whole)), header.cut_off))
}

fn describe(error: &Error) -> String {
    match error {
        Error::Unsupported(what) => format!("{KINDS} [{what}]"),
        Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it is cut off before its first sample".into()
        }
        other => format!("it is damaged ({other})"),
    }
}

fn read_error(path: &Path, reason: String) -> AudioError {
    AudioError::Read {
        path: path.to_path_buf(),
        reason,
    }
}

#[cfg(test)]
mod tests;
