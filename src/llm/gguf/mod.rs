//! The head of a GGUF file: what the model is, what its parts weigh, whether all of it is there.
//!
//! Read before llama.cpp sees the file, because that only says that it cannot load it; and with our
//! own reader, because a damaged file must be an error here and not the end of the program.

mod reader;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::LlmError;
use crate::hex::hex;
use reader::Reader;
pub(super) use reader::{ALIGNMENT, block};

/// A value among the metadata; arrays only by their length.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Number(u64),
    Real(f32),
    Other,
}

/// A tensor, as the head tells of it.
#[derive(Debug)]
pub(super) struct Tensor {
    pub(super) name: String,
    /// Numbers along each axis; those along the first lie side by side.
    pub(super) dimensions: Vec<u64>,
    /// How its numbers are stored, as the format counts such ways.
    pub(super) kind: u32,
    /// Where its bytes begin, counted from [`Gguf::data`].
    pub(super) offset: u64,
    /// Bytes of it; 0 if nobody here knows its kind.
    pub(super) bytes: u64,
}

/// The head of a file.
#[derive(Debug, Default)]
pub struct Gguf {
    values: HashMap<String, Value>,
    /// Each key, and where the bytes of key and value lie in the file.
    pub(super) entries: Vec<(String, Range<u64>)>,
    pub(super) tensors: Vec<Tensor>,
    /// Where the tensors' bytes begin in the file.
    pub(super) data: u64,
    /// Bytes that a whole file has at least.
    expected: u64,
    /// Bytes that this one has.
    found: u64,
}

impl Gguf {
    /// Reads the head of a file, and the weights of all parts if it is the first of several.
    ///
    /// # Errors
    /// The file cannot be read, is none of this kind, or ends within its head; a part of it is
    /// missing or cut off.
    pub fn read(path: &Path) -> Result<Self, LlmError> {
        let damaged = |reason| unsuitable(path, reason);
        let mut gguf = Self::read_one(path).map_err(damaged)?;
        let count = gguf.number("split.count").unwrap_or(1);
        if count < 2 || gguf.number("split.no").unwrap_or(0) > 0 {
            return Ok(gguf);
        }
        let parts = parts(path);
        if parts.len() as u64 != count {
            let reason = format!(
                "it is the first of {count} parts, and llama.cpp finds the others by name: this one \
                 must end in -00001-of-{count:05}.gguf"
            );
            return Err(unsuitable(path, reason));
        }
        for path in &parts[1..] {
            if !path.is_file() {
                let reason = format!("it is missing; all {count} parts must lie in one folder");
                return Err(unsuitable(path, reason));
            }
            let whole = |part: Self| part.check_length().map(|()| part);
            let part = Self::read_one(path).and_then(whole);
            let part = part.map_err(|reason| unsuitable(path, reason))?;
            gguf.tensors.extend(part.tensors);
        }
        Ok(gguf)
    }

    /// The head of this file alone, or what is wrong with it.
    pub(super) fn read_one(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|e| e.to_string())?;
        let found = file.metadata().map_or(0, |data| data.len());
        let head = Reader::new(file, found).head();
        let mut gguf = head.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                format!("it ends after {found} bytes, within its own head; fetch it again")
            }
            _ => error.to_string(),
        })?;
        gguf.found = found;
        Ok(gguf)
    }

    /// Whether all of the file is there, or what is not.
    pub(super) fn check_length(&self) -> Result<(), String> {
        let (found, expected) = (self.found, self.expected);
        if found < expected {
            Err(format!(
                "it has {found} of its {expected} bytes; fetch it again"
            ))
        } else {
            Ok(())
        }
    }

    /// Checks that this is a whole model that can be talked with.
    ///
    /// # Errors
    /// Says what it is, and what to use instead.
    pub fn check(&self, path: &Path) -> Result<(), LlmError> {
        let architecture = self.text("general.architecture").unwrap_or("unknown");
        let is = |what: &str| {
            let instead = "use an instruction-tuned language model (its name often ends in \
                           -Instruct, -it or -Chat)";
            Err(unsuitable(path, format!("it is {what}; {instead}")))
        };
        match (architecture, self.text("general.type").unwrap_or("model")) {
            ("clip", _) | (_, "mmproj") => return is("the vision part of a model"),
            (_, "adapter") => return is("an adapter (LoRA), which is no model by itself"),
            ("whisper", _) => return is("a recognizer"),
            _ => {}
        }
        let own = |key: &str| format!("{architecture}.{key}");
        let encodes = architecture.contains("bert")
            || self.values.contains_key(&own("pooling_type"))
            || self.number(&own("attention.causal")) == Some(0);
        if encodes {
            return is("a model for embeddings, which writes nothing");
        }
        if architecture.starts_with("t5") {
            return is("an encoder and decoder for translating, no model for chats");
        }
        if self.number("split.no").is_some_and(|part| part > 0) {
            let reason = "it is a later part of a model; give the first (its name has 00001-of)";
            return Err(unsuitable(path, reason.into()));
        }
        let whole = self.check_length();
        whole.map_err(|reason| unsuitable(path, reason))?;
        match self.text("tokenizer.chat_template") {
            Some(template) if !template.trim().is_empty() => Ok(()),
            _ => Err(LlmError::Template(format!(
                "{} carries none: it is a base model, or was converted without it; use an \
                 instruction-tuned model",
                path.display()
            ))),
        }
    }

    /// The head of a file with these tensors, for tests of what is made of it.
    #[cfg(test)]
    pub fn of_tensors(layers: u64, tensors: Vec<(String, u64)>) -> Self {
        let architecture = Value::Text("llama".into());
        let values = [
            ("general.architecture".to_owned(), architecture),
            ("llama.block_count".to_owned(), Value::Number(layers)),
        ];
        let tensor = |(name, bytes)| Tensor {
            name,
            bytes,
            dimensions: Vec::new(),
            kind: 0,
            offset: 0,
        };
        Self {
            values: values.into(),
            tensors: tensors.into_iter().map(tensor).collect(),
            ..Self::default()
        }
    }

    /// Number of layers: what the file says, but none without a tensor. A damaged number must not
    /// become the size of something.
    pub fn layers(&self) -> u64 {
        let stated = self.own_number("block_count").unwrap_or(0);
        let with_tensors = self
            .tensors
            .iter()
            .filter_map(|tensor| layer_of(&tensor.name));
        let last = with_tensors.filter(|layer| *layer < stated).max();
        last.map_or(0, |last| last + 1)
    }

    /// Bytes of each layer's weights, and last what is in none.
    pub fn weights(&self) -> (Vec<u64>, u64) {
        let mut layers = BTreeMap::new();
        let (count, mut rest) = (self.layers(), 0u64);
        for Tensor { name, bytes, .. } in &self.tensors {
            let sum = match layer_of(name).filter(|layer| *layer < count) {
                Some(layer) => layers.entry(layer).or_insert(0u64),
                None => &mut rest,
            };
            *sum = sum.saturating_add(*bytes);
        }
        (layers.into_values().collect(), rest)
    }

    /// Numbers in the key-value cache of one layer for one token; 0 if it has none.
    pub fn cache_width(&self) -> u64 {
        let embedding = self.own_number("embedding_length").unwrap_or(0);
        let heads = self.own_number("attention.head_count").unwrap_or(1).max(1);
        let kv_heads = self.own_number("attention.head_count_kv").unwrap_or(heads);
        let of = |key: &str| self.own_number(key).unwrap_or(embedding / heads);
        of("attention.key_length")
            .saturating_add(of("attention.value_length"))
            .saturating_mul(kv_heads)
    }

    fn own_number(&self, key: &str) -> Option<u64> {
        let architecture = self.text("general.architecture")?;
        self.number(&format!("{architecture}.{key}"))
    }

    /// The text that a key has.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Real(_) | Value::Other => None,
        }
    }

    /// The whole number that a key has.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        match self.values.get(key)? {
            Value::Number(number) => Some(*number),
            Value::Text(_) | Value::Real(_) | Value::Other => None,
        }
    }

    /// The 32-bit floating-point number that a key has.
    pub(super) fn real(&self, key: &str) -> Option<f32> {
        match self.values.get(key)? {
            Value::Real(real) => Some(*real),
            Value::Text(_) | Value::Number(_) | Value::Other => None,
        }
    }
}

/// The layer that a tensor belongs to, by its name: `blk.3.attn_q.weight`.
fn layer_of(tensor: &str) -> Option<u64> {
    let number = tensor.strip_prefix("blk.")?.split('.').next()?;
    number.parse().ok()
}

fn unsuitable(path: &Path, reason: String) -> LlmError {
    LlmError::Unsuitable {
        path: path.to_path_buf(),
        reason,
    }
}

/// Blocks that are read for the identity, and their size: 4 MB of whatever size the file is.
const SAMPLES: u64 = 64;
const SAMPLE_BYTES: u64 = 64 << 10;

/// What tells a file from the one that had its name before: its size, its time of change, and a
/// digest of its head and of blocks all over it, of each of its parts. Reading all of it would take
/// seconds at each start; other weights differ nearly everywhere.
///
/// # Errors
/// The file cannot be read.
pub fn identity(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    for part in parts(path) {
        identify(&part, &mut hasher)?;
    }
    Ok(hex(&hasher.finalize()))
}

fn identify(path: &Path, hasher: &mut Sha256) -> io::Result<()> {
    let mut file = File::open(path)?;
    let data = file.metadata()?;
    let size = data.len();
    hasher.update(size.to_le_bytes());
    let changed = data.modified()?.duration_since(std::time::UNIX_EPOCH);
    hasher.update(changed.map_or(0, |at| at.as_nanos()).to_le_bytes());
    let last = size.saturating_sub(SAMPLE_BYTES);
    let mut block = Vec::new();
    for sample in 0..SAMPLES {
        file.seek(SeekFrom::Start(last / (SAMPLES - 1) * sample))?;
        block.clear();
        (&mut file).take(SAMPLE_BYTES).read_to_end(&mut block)?;
        hasher.update(&block);
    }
    Ok(())
}

/// A name with more parts than this is no split model; llama.cpp's tool makes a handful.
const MOST_PARTS: usize = 999;

/// The files of a model that is split, by the name of the first: `NAME-00001-of-00003.gguf`. One that is
/// not split is its only part.
fn parts(first: &Path) -> Vec<PathBuf> {
    let name = first.file_name().and_then(|name| name.to_str());
    let split = name.and_then(|name| {
        let (stem, count) = name.strip_suffix(".gguf")?.rsplit_once("-00001-of-")?;
        let digits = count.len() == 5 && count.bytes().all(|byte| byte.is_ascii_digit());
        let count = count
            .parse()
            .ok()
            .filter(|count| digits && *count <= MOST_PARTS);
        Some((stem, count?))
    });
    match split {
        Some((stem, count)) if count > 0 => (1..=count)
            .map(|part| first.with_file_name(format!("{stem}-{part:05}-of-{count:05}.gguf")))
            .collect(),
        _ => vec![first.to_path_buf()],
    }
}
