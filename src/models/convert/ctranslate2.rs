//! The binary of a CTranslate2 model, version 6: named variables, each a shape, a type and its values.
//! Caller's thread. Invariant: nothing is read that the file does not hold, whatever its lengths say.
//!
//! The format (facts from `ctranslate2` 4.8's `specs/model_spec.py`; all numbers little-endian):
//! version u32, name, revision u32, number of variables u32; for each a name, its rank u8, its
//! dimensions u32, its type u8, its length in bytes u32 and its values; then aliases of variables. A
//! name is its length u16, with the zero at its end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use half::f16;

use super::ConvertError;

const VERSION: u32 = 6;
const MOST_DIMENSIONS: u8 = 4;
/// Values that are read at once.
const PIECE: usize = 1 << 16;

/// The types of values that a Whisper model has; their numbers are CTranslate2's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    F32,
    I16,
    F16,
    /// Of a known size, and not to be read.
    Other(usize),
}

impl Type {
    fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            0 => Type::F32,
            1 => Type::Other(1),
            2 => Type::I16,
            3 => Type::Other(4),
            4 => Type::F16,
            5 => Type::Other(2),
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Type::F32 => 4,
            Type::I16 | Type::F16 => 2,
            Type::Other(bytes) => bytes,
        }
    }
}

struct Variable {
    shape: Vec<usize>,
    kind: Type,
    /// Where its values begin in the file.
    at: u64,
}

/// An open model: its variables are known, their values still in the file.
pub(super) struct ModelBinary {
    /// What the manifest calls it.
    name: &'static str,
    file: BufReader<File>,
    variables: BTreeMap<String, Variable>,
}

impl ModelBinary {
    /// Reads the names and shapes of a model of this kind and revision.
    pub(super) fn open(
        path: &Path,
        name: &'static str,
        kind: (&str, u32),
    ) -> Result<Self, ConvertError> {
        let read = |source| ConvertError::Read { file: name, source };
        let unfit = |why: String| ConvertError::Unfit { file: name, why };
        let file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut file = BufReader::new(file);
        let version = u32(&mut file).map_err(read)?;
        if version != VERSION {
            return Err(unfit(format!(
                "it is of version {version} of CTranslate2's format, not {VERSION}"
            )));
        }
        let found = (
            text(&mut file).map_err(read)?,
            u32(&mut file).map_err(read)?,
        );
        if (found.0.as_str(), found.1) != kind {
            return Err(unfit(format!(
                "it is a {} of revision {}, not a {} of revision {}",
                found.0, found.1, kind.0, kind.1
            )));
        }
        let count = u32(&mut file).map_err(read)?;
        let mut variables = BTreeMap::new();
        for _ in 0..count {
            let called = text(&mut file).map_err(read)?;
            let variable = variable(&mut file, length).map_err(read)?;
            let variable =
                variable.ok_or_else(|| unfit(format!("its variable `{called}` makes no sense")))?;
            variables.insert(called, variable);
        }
        Ok(ModelBinary {
            name,
            file,
            variables,
        })
    }

    pub(super) fn holds(&self, variable: &str) -> bool {
        self.variables.contains_key(variable)
    }

    pub(super) fn unfit(&self, why: String) -> ConvertError {
        let file = self.name;
        ConvertError::Unfit { file, why }
    }

    fn variable(&self, called: &str) -> Result<&Variable, ConvertError> {
        let found = self.variables.get(called);
        found.ok_or_else(|| self.unfit(format!("it has no `{called}`")))
    }

    /// The dimensions of a variable, the outermost first.
    pub(super) fn shape(&self, called: &str) -> Result<&[usize], ConvertError> {
        Ok(&self.variable(called)?.shape)
    }

    /// The one number that a variable is.
    pub(super) fn number(&mut self, called: &str) -> Result<i16, ConvertError> {
        let variable = self.variable(called)?;
        let (at, kind) = (variable.at, variable.kind);
        if kind != Type::I16 || !variable.shape.is_empty() {
            return Err(self.unfit(format!("its `{called}` is no number")));
        }
        let mut bytes = [0; 2];
        let read = self.file.seek(SeekFrom::Start(at));
        let read = read.and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|source| self.unread(source))?;
        Ok(i16::from_le_bytes(bytes))
    }

    /// Gives `count` values of a variable, from the one at `start` on, to `take` in pieces of
    /// [`PIECE`] and a rest.
    pub(super) fn values(
        &mut self,
        called: &str,
        start: usize,
        count: usize,
        take: &mut dyn FnMut(&[f32]) -> Result<(), ConvertError>,
    ) -> Result<(), ConvertError> {
        let variable = self.variable(called)?;
        let (kind, at) = (variable.kind, variable.at);
        let all: usize = variable.shape.iter().product();
        if !matches!(kind, Type::F16 | Type::F32) || start + count > all {
            return Err(self.unfit(format!("its `{called}` is no tensor of that size")));
        }
        let from = at + (start * kind.bytes()) as u64;
        self.file
            .seek(SeekFrom::Start(from))
            .map_err(|source| self.unread(source))?;
        let (mut bytes, mut values) = (Vec::new(), Vec::new());
        let mut left = count;
        while left > 0 {
            let now = left.min(PIECE);
            bytes.resize(now * kind.bytes(), 0);
            self.file
                .read_exact(&mut bytes)
                .map_err(|source| self.unread(source))?;
            values.clear();
            if kind == Type::F16 {
                let (pairs, _) = bytes.as_chunks();
                values.extend(pairs.iter().map(|pair| f16::from_le_bytes(*pair).to_f32()));
            } else {
                let (fours, _) = bytes.as_chunks();
                values.extend(fours.iter().map(|four| f32::from_le_bytes(*four)));
            }
            take(&values)?;
            left -= now;
        }
        Ok(())
    }

    fn unread(&self, source: io::Error) -> ConvertError {
        let file = self.name;
        ConvertError::Read { file, source }
    }
}

/// A variable without its values; `None` if its numbers contradict each other or the file's length.
fn variable(file: &mut BufReader<File>, length: u64) -> io::Result<Option<Variable>> {
    let rank = u8(file)?;
    if rank > MOST_DIMENSIONS {
        return Ok(None);
    }
    let mut shape = Vec::new();
    for _ in 0..rank {
        shape.push(u32(file)? as usize);
    }
    let kind = Type::numbered(u8(file)?);
    let bytes = u64::from(u32(file)?);
    let at = file.stream_position()?;
    let Some(kind) = kind else {
        return Ok(None);
    };
    let size = |size: u64, dimension: &usize| size.checked_mul(*dimension as u64);
    let expected = shape.iter().try_fold(kind.bytes() as u64, size);
    if expected != Some(bytes) || at + bytes > length {
        return Ok(None);
    }
    file.seek_relative(i64::try_from(bytes).map_err(io::Error::other)?)?;
    Ok(Some(Variable { shape, kind, at }))
}

fn u8(from: &mut impl Read) -> io::Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn u32(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn text(from: &mut impl Read) -> io::Result<String> {
    let mut length = [0; 2];
    from.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_le_bytes(length))];
    from.read_exact(&mut bytes)?;
    bytes.pop_if(|last| *last == 0);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
