//! The head of a GGUF file: what the model is, what its parts weigh, whether all of it is there.
//!
//! Read before llama.cpp sees the file, because that only says that it cannot load it; and with our
//! own reader, because a damaged file must be an error here and not the end of the program.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::LlmError;
use super::prefix_cache::hex;

/// The longest string that is believed: tokens and templates are far shorter. Bytes.
const MOST_STRING: u64 = 16 << 20;
/// As many keys, tensors and dimensions are believed.
const MOST_ENTRIES: u64 = 1 << 20;
const MOST_DIMENSIONS: u32 = 8;
/// How tensors are aligned unless the file says otherwise. Bytes.
const ALIGNMENT: u64 = 32;

/// A value among the metadata; arrays only by their length.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Number(u64),
    Other,
}

/// The head of a file.
#[derive(Debug, Default)]
pub struct Gguf {
    values: HashMap<String, Value>,
    /// Name and bytes of each tensor.
    tensors: Vec<(String, u64)>,
    /// Bytes that a whole file has at least.
    expected: u64,
    /// Bytes that this one has.
    found: u64,
}

impl Gguf {
    /// Reads the head of a file.
    ///
    /// # Errors
    /// The file cannot be read, is none of this kind, or ends within its head.
    pub fn read(path: &Path) -> Result<Self, LlmError> {
        let file = File::open(path).map_err(|e| unsuitable(path, e.to_string()))?;
        let found = file.metadata().map_or(0, |data| data.len());
        let mut reader = Reader {
            input: BufReader::new(file),
        };
        let mut gguf = reader.head().map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => unsuitable(
                path,
                format!("it ends after {found} bytes, within its own head; fetch it again"),
            ),
            _ => unsuitable(path, error.to_string()),
        })?;
        gguf.found = found;
        Ok(gguf)
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
        if self.found < self.expected {
            let (found, expected) = (self.found, self.expected);
            let reason = format!("it has {found} of its {expected} bytes; fetch it again");
            return Err(unsuitable(path, reason));
        }
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
        Self {
            values: values.into(),
            tensors,
            ..Self::default()
        }
    }

    /// Number of layers.
    pub fn layers(&self) -> u64 {
        self.own_number("block_count").unwrap_or(0)
    }

    /// Bytes of each layer's weights, and last what is in none.
    pub fn weights(&self) -> (Vec<u64>, u64) {
        let mut layers = vec![0; usize::try_from(self.layers()).unwrap_or(0)];
        let mut rest = 0;
        for (name, bytes) in &self.tensors {
            let layer = name.strip_prefix("blk.");
            let layer = layer.and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
            match layer.and_then(|layer| layers.get_mut(layer)) {
                Some(sum) => *sum += bytes,
                None => rest += bytes,
            }
        }
        (layers, rest)
    }

    /// Numbers in the key-value cache of one layer for one token; 0 if it has none.
    pub fn cache_width(&self) -> u64 {
        let embedding = self.own_number("embedding_length").unwrap_or(0);
        let heads = self.own_number("attention.head_count").unwrap_or(1).max(1);
        let kv_heads = self.own_number("attention.head_count_kv").unwrap_or(heads);
        let of = |key: &str| self.own_number(key).unwrap_or(embedding / heads);
        kv_heads * (of("attention.key_length") + of("attention.value_length"))
    }

    fn own_number(&self, key: &str) -> Option<u64> {
        let architecture = self.text("general.architecture")?;
        self.number(&format!("{architecture}.{key}"))
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Other => None,
        }
    }

    fn number(&self, key: &str) -> Option<u64> {
        match self.values.get(key)? {
            Value::Number(number) => Some(*number),
            Value::Text(_) | Value::Other => None,
        }
    }
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
/// digest of its head and of blocks all over it. Reading all of it would take seconds at each start;
/// other weights differ nearly everywhere.
///
/// # Errors
/// The file cannot be read.
pub fn identity(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let data = file.metadata()?;
    let size = data.len();
    let mut hasher = Sha256::new();
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
    Ok(hex(&hasher.finalize()))
}

struct Reader {
    input: BufReader<File>,
}

/// Damage that is no early end.
fn damaged(what: impl std::fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("it is damaged ({what}); fetch it again"),
    )
}

impl Reader {
    fn head(&mut self) -> io::Result<Gguf> {
        let magic = self.bytes::<4>()?;
        match &magic {
            b"GGUF" => {}
            b"lmgg" => {
                let what = "it is a ggml file, as Whisper's are: `stt` takes those";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            _ => {
                let what = "it is no GGUF file; models for other programs must be converted";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(damaged(format!("version {version}")));
        }
        let (tensors, keys) = (self.u64()?, self.u64()?);
        if tensors > MOST_ENTRIES || keys > MOST_ENTRIES {
            return Err(damaged(format!("{tensors} tensors, {keys} keys")));
        }
        let mut gguf = Gguf::default();
        for _ in 0..keys {
            let key = self.text()?;
            let kind = self.u32()?;
            let value = self.value(kind)?;
            gguf.values.insert(key, value);
        }
        let mut ends = 0;
        for _ in 0..tensors {
            let name = self.text()?;
            let dimensions = self.u32()?;
            if dimensions > MOST_DIMENSIONS {
                return Err(damaged(format!("{dimensions} dimensions of {name}")));
            }
            let mut numbers = 1u64;
            for _ in 0..dimensions {
                numbers = numbers.saturating_mul(self.u64()?);
            }
            let bytes = tensor_bytes(self.u32()?, numbers);
            let offset = self.u64()?;
            ends = ends.max(offset.saturating_add(bytes));
            gguf.tensors.push((name, bytes));
        }
        let alignment = gguf.number("general.alignment").unwrap_or(ALIGNMENT);
        let head = self.input.stream_position()?;
        gguf.expected = head.next_multiple_of(alignment.max(1)).saturating_add(ends);
        Ok(gguf)
    }

    fn value(&mut self, kind: u32) -> io::Result<Value> {
        Ok(match kind {
            8 => Value::Text(self.text()?),
            9 => {
                let (of, count) = (self.u32()?, self.u64()?);
                if of == 9 {
                    return Err(damaged("an array of arrays"));
                }
                for _ in 0..count {
                    self.value(of)?;
                }
                Value::Other
            }
            // Floating point: nothing here needs one.
            6 => self.skipped(4)?,
            12 => self.skipped(8)?,
            kind => {
                let size = match kind {
                    0 | 1 | 7 => 1,
                    2 | 3 => 2,
                    4 | 5 => 4,
                    10 | 11 => 8,
                    unknown => return Err(damaged(format!("a value of kind {unknown}"))),
                };
                let mut number = [0; 8];
                self.input.read_exact(&mut number[..size])?;
                Value::Number(u64::from_le_bytes(number))
            }
        })
    }

    fn skipped(&mut self, bytes: i64) -> io::Result<Value> {
        self.input.seek_relative(bytes)?;
        Ok(Value::Other)
    }

    fn text(&mut self) -> io::Result<String> {
        let length = self.u64()?;
        if length > MOST_STRING {
            return Err(damaged(format!("a text of {length} bytes")));
        }
        let mut text = vec![0; usize::try_from(length).unwrap_or(0)];
        self.input.read_exact(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn u32(&mut self) -> io::Result<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> io::Result<u64> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Bytes of so many numbers of a tensor's type; 0 for a type that is newer than this table, of which
/// then nothing is said.
fn tensor_bytes(kind: u32, numbers: u64) -> u64 {
    let (block, bytes) = match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        24 => (1, 1),
        27 | 28 => (1, 8),
        2 | 20 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        10 => (256, 84),
        11 | 21 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        16 => (256, 66),
        17 => (256, 74),
        18 => (256, 98),
        19 => (256, 50),
        22 => (256, 82),
        23 => (256, 136),
        29 => (256, 56),
        39 => (32, 17),
        _ => return 0,
    };
    numbers / block * bytes
}
