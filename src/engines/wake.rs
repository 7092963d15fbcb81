//! The ears for the wake word.

use std::path::Path;

use super::{EngineLoader, EnginesError};
use crate::config::Config;
use crate::lexicon::words;
use crate::models::Role;
use crate::vad::Earshot;
use crate::wake::{Detector, Features, Head, WakeConfig, WakeDetector};

/// The graphs' files.
const MEL: &str = "melspectrogram.onnx";
const EMBEDDING: &str = "embedding_model.onnx";

impl EngineLoader {
    /// Loads the ears for the wake word, if one is wanted.
    ///
    /// # Errors
    /// Its head is damaged or for another phrase, or what that looks at cannot be loaded.
    pub fn wake(&self) -> Result<Option<Box<dyn WakeDetector>>, EnginesError> {
        if !self.config.wake.enabled {
            return Ok(None);
        }
        let head = head(&self.config)?;
        let config = WakeConfig {
            threshold: self.config.wake.threshold,
            ..WakeConfig::default()
        };
        let detector = Detector::new(
            Box::new(Earshot::default()),
            self.wake_features()?,
            head,
            config,
        );
        Ok(Some(Box::new(detector)))
    }

    /// Loads what a head looks at alone.
    ///
    /// # Errors
    /// The profile has none, or they cannot be loaded.
    pub fn wake_features(&self) -> Result<Features, EnginesError> {
        let (runtime, folder) = (self.first(Role::OnnxRuntime)?, self.folder(Role::WakeWord)?);
        let (mel, embedding) = (folder.join(MEL), folder.join(EMBEDDING));
        Ok(Features::load(runtime, &mel, &embedding)?)
    }
}

/// The head that is configured, which knows the phrase that is configured.
///
/// # Errors
/// Its file cannot be read, is damaged, or is for another phrase.
pub fn head(config: &Config) -> Result<Head, EnginesError> {
    let head = match &config.wake.head {
        None => Head::bundled().map_err(|error| EnginesError::Head {
            path: Path::new("the bundled head").to_path_buf(),
            error,
        })?,
        Some(path) => read(path)?,
    };
    match &config.wake.phrase {
        Some(phrase) if words(phrase) != words(&head.phrase) => Err(EnginesError::OtherPhrase {
            phrase: phrase.clone(),
            known: head.phrase,
        }),
        _ => Ok(head),
    }
}

fn read(path: &Path) -> Result<Head, EnginesError> {
    let bytes = std::fs::read(path).map_err(|error| EnginesError::HeadFile {
        path: path.to_path_buf(),
        error,
    })?;
    Head::read(&bytes).map_err(|error| EnginesError::Head {
        path: path.to_path_buf(),
        error,
    })
}
