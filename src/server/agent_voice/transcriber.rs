//! Sound files of this machine as text, for an agent that runs on it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::cancellation::Cancelled;
use crate::config::Config;
use crate::engines::{EngineLoader, EnginesError};
use crate::models::Role;
use crate::stt::{FileTranscript, Recognizer, transcribe_file};

/// Bytes of a file at most: three hours of 48 kHz stereo.
const MOST_BYTES: u64 = 2 << 30;

/// The recognizer, loaded at the first file. One file is at work at a time.
pub struct Transcriber {
    config: Config,
    loaded: Mutex<Option<(EngineLoader, Box<dyn Recognizer>)>>,
}

impl Transcriber {
    /// Nothing is loaded yet.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            loaded: Mutex::default(),
        }
    }

    /// What is said in a file. Blocks; `None`: cancelled.
    ///
    /// # Errors
    /// It is no file that can be read, or the recognizer failed: what to do, for the model.
    pub fn transcribe(
        &self,
        file: &Path,
        cancelled: Cancelled,
    ) -> Result<Option<FileTranscript>, String> {
        check(file)?;
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        // One that failed is loaded anew.
        let (loader, mut engine) = match loaded.take() {
            Some(loaded) => loaded,
            None => self.load().map_err(|e| e.to_string())?,
        };
        let activity = loader.activity().map_err(|e| e.to_string())?;
        let transcript = transcribe_file(engine.as_mut(), activity, file, cancelled);
        let transcript = transcript.map_err(|e| e.to_string());
        *loaded = Some((loader, engine));
        transcript
    }

    fn load(&self) -> Result<(EngineLoader, Box<dyn Recognizer>), EnginesError> {
        let roles = [Role::Stt, Role::Vad, Role::OnnxRuntime];
        let loader = EngineLoader::only(&self.config, &roles)?;
        let engine = loader.recognizer()?;
        Ok((loader, engine))
    }
}

/// A device or a pipe may never end.
fn check(file: &Path) -> Result<(), String> {
    let name = file.display();
    let data = std::fs::metadata(file).map_err(|e| format!("cannot read {name}: {e}"))?;
    if !data.is_file() {
        return Err(format!("{name} is no file: give the path of a sound file"));
    }
    if data.len() > MOST_BYTES {
        return Err(format!("{name} has more than 2 GB: cut it into parts"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.wav");
        assert!(check(&missing).unwrap_err().contains("missing.wav"));
        assert!(check(folder.path()).unwrap_err().contains("no file"));
    }

    #[test]
    fn a_file_that_is_too_large_is_told_to_be_cut() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MOST_BYTES + 1).unwrap();
        assert!(check(file.path()).unwrap_err().contains("2 GB"));
    }
}
