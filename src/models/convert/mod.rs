//! Converters: a model's file made of files in another format, which a registry has. Caller's
//! thread. Invariants: the same inputs give the same bytes on every machine, and memory stays within
//! a few megabytes whatever the model's size, as tensors are read and written a piece at a time.

mod byte_tokens;
mod ctranslate2;
mod ggml_types;
mod whisper;

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Deserialize;

use ggml_types::Stored;

/// A converter, as the manifest names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Converter {
    /// Whisper as CTranslate2 has it, to whisper.cpp's format: matrices in 16 bits.
    #[serde(rename = "whisper-ctranslate2-to-ggml-f16")]
    WhisperToGgmlF16,
    /// The same: matrices in 8 bits.
    #[serde(rename = "whisper-ctranslate2-to-ggml-q8_0")]
    WhisperToGgmlQ8,
    /// The same: matrices in 5 bits.
    #[serde(rename = "whisper-ctranslate2-to-ggml-q5_0")]
    WhisperToGgmlQ5,
}

impl Converter {
    /// The names of the files that it takes, sorted.
    pub fn inputs(self) -> &'static [&'static str] {
        &whisper::INPUTS
    }

    /// Reads the `inputs`, each by its name, and writes the file.
    ///
    /// # Errors
    /// An input cannot be read or is not what it should be; `to` cannot be written.
    pub fn run(self, inputs: &[(&str, PathBuf)], to: &mut dyn Write) -> Result<(), ConvertError> {
        let matrices = match self {
            Converter::WhisperToGgmlF16 => Stored::F16,
            Converter::WhisperToGgmlQ8 => Stored::Q8,
            Converter::WhisperToGgmlQ5 => Stored::Q5,
        };
        whisper::convert(inputs, matrices, to)
    }
}

/// Why a file was not converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// What is to be converted cannot be read.
    #[error("{file} cannot be read: {source}")]
    Read {
        /// Its name in the manifest.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// What is to be converted is of another kind, or damaged.
    #[error("{file} cannot be converted: {why}")]
    Unfit {
        /// Its name in the manifest.
        file: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// What is made cannot be written.
    #[error("what is made of it cannot be written: {0}")]
    Write(#[from] io::Error),
}
