//! An input: a GGUF file, its head believed as far as the file has room for it, its tensors read in pieces.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::PrepareError;
use super::numbers::Kind;
use crate::llm::gguf::{Gguf, Tensor};

/// A GGUF file.
pub struct Source {
    path: PathBuf,
    input: BufReader<File>,
    head: Gguf,
}

/// A tensor that can be read.
#[derive(Debug, Clone)]
pub struct Layout {
    pub name: String,
    pub dimensions: Vec<u64>,
    pub kind: Kind,
    /// Where its bytes begin in the file.
    pub at: u64,
    pub bytes: u64,
    /// Bytes of the numbers along the first axis.
    pub row_bytes: u64,
}

impl Source {
    /// Opens a file that is whole.
    pub fn open(path: &Path) -> Result<Self, PrepareError> {
        let unsuitable = |reason| PrepareError::unsuitable(path, reason);
        let head = Gguf::read_one(path).map_err(unsuitable)?;
        head.check_length().map_err(unsuitable)?;
        if head.number("split.count").unwrap_or(1) > 1 {
            return Err(unsuitable("it is one of several parts of a model".into()));
        }
        let file = File::open(path).map_err(|e| PrepareError::io("read", path, e))?;
        Ok(Self {
            path: path.to_path_buf(),
            input: BufReader::new(file),
            head,
        })
    }

    pub fn head(&self) -> &Gguf {
        &self.head
    }

    /// All tensors, in the file's order.
    pub fn layouts(&self) -> Result<Vec<Layout>, PrepareError> {
        let layouts = self.head.tensors.iter().map(|tensor| self.layout(tensor));
        layouts.collect()
    }

    fn layout(&self, tensor: &Tensor) -> Result<Layout, PrepareError> {
        let damaged = || {
            let Tensor {
                name, dimensions, ..
            } = tensor;
            self.unsuitable(format!(
                "it is damaged (tensor {name} of {dimensions:?}); fetch it again"
            ))
        };
        let kind = Kind::of(tensor.kind).ok_or_else(|| {
            self.unsuitable(format!(
                "tensor {} is stored in a way that is not known here (number {})",
                tensor.name, tensor.kind
            ))
        })?;
        // None is 0, so that no row is larger than `bytes`, which lie within the file.
        let filled = tensor.dimensions.iter().all(|length| *length > 0);
        let row = tensor
            .dimensions
            .first()
            .filter(|_| filled)
            .ok_or_else(damaged)?;
        Ok(Layout {
            name: tensor.name.clone(),
            dimensions: tensor.dimensions.clone(),
            kind,
            at: self
                .head
                .data
                .checked_add(tensor.offset)
                .ok_or_else(damaged)?,
            bytes: tensor.bytes,
            row_bytes: kind.bytes(*row).ok_or_else(damaged)?,
        })
    }

    /// Fills `bytes` from this place of the file.
    pub fn read(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), PrepareError> {
        let read = self.input.stream_position().and_then(|now| {
            // Pieces follow each other, and what is in the buffer is kept.
            if at == now {
                Ok(now)
            } else {
                self.input.seek(SeekFrom::Start(at))
            }
        });
        let read = read.and_then(|_| self.input.read_exact(bytes));
        read.map_err(|e| PrepareError::io("read", &self.path, e))
    }

    pub fn unsuitable(&self, reason: impl Into<String>) -> PrepareError {
        PrepareError::unsuitable(&self.path, reason)
    }
}
