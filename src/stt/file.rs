//! A sound file as text.

use std::path::Path;

use super::{Cancelled, Recognizer, RecordingTranscriber, Stretch, SttError, text_of};
use crate::audio::AudioError;
use crate::audio::frame::SPEECH_RATE;
use crate::audio::resample::StreamResampler;
use crate::audio::sound_file::SoundFile;
use crate::vad::VoiceActivity;

/// Why a file cannot be transcribed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The recognizer.
    #[error(transparent)]
    Stt(#[from] SttError),
}

/// What was heard of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileTranscript {
    /// What was said, and when.
    pub stretches: Vec<Stretch>,
    /// How long the file is. Seconds.
    pub seconds: f64,
}

impl FileTranscript {
    /// All of its words.
    pub fn text(&self) -> String {
        text_of(&self.stretches)
    }
}

/// What is said in a file; `None`: cancelled. The file is read, decoded and forgotten
/// block by block.
///
/// # Errors
/// It cannot be read, or the recognizer failed.
pub fn transcribe_file(
    engine: &mut dyn Recognizer,
    activity: VoiceActivity,
    path: &Path,
    cancelled: Cancelled,
) -> Result<Option<FileTranscript>, FileError> {
    let mut file = SoundFile::open(path)?;
    let mut resampler = StreamResampler::new(file.rate_hz(), SPEECH_RATE)?;
    let mut transcriber = RecordingTranscriber::new(engine, activity);
    let (mut block, mut speech) = (Vec::new(), Vec::new());
    loop {
        let more = file.read(&mut block)?;
        if more {
            resampler.push(&block, &mut speech);
        } else {
            resampler.flush(&mut speech);
        }
        if !transcriber.push(&speech, cancelled)? {
            return Ok(None);
        }
        block.clear();
        speech.clear();
        if !more {
            break;
        }
    }
    let stretches = transcriber.finish(cancelled)?;
    Ok(stretches.map(|stretches| FileTranscript {
        stretches,
        seconds: file.seconds(),
    }))
}
