//! Reads a GGUF file's head, and believes no count that the file has no room for.

use std::fs::File;
use std::io::{self, BufReader, Read};

use super::{Gguf, Tensor, Value};

/// A longer string is treated as damage: tokens and templates are far shorter. Bytes.
const MOST_STRING: u64 = 16 << 20;
/// Counts of keys, tensors and dimensions above these are treated as damage.
const MOST_ENTRIES: u64 = 1 << 20;
const MOST_DIMENSIONS: u32 = 8;
/// How tensors are aligned unless the file says otherwise. Bytes.
pub const ALIGNMENT: u64 = 32;

/// Reads a file's head from its beginning.
pub struct Reader {
    input: BufReader<File>,
    /// Bytes that were read or gone past.
    at: u64,
    length: u64,
}

/// Damage that is no early end.
fn damaged(what: impl std::fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("it is damaged ({what}); fetch it again"),
    )
}

impl Reader {
    /// A reader of a file of so many bytes.
    pub fn new(file: File, length: u64) -> Self {
        let input = BufReader::new(file);
        let at = 0;
        Self { input, at, length }
    }

    /// The head.
    pub fn head(&mut self) -> io::Result<Gguf> {
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
            let begin = self.at;
            let key = self.text()?;
            let kind = self.u32()?;
            let value = self.value(kind)?;
            gguf.entries.push((key.clone(), begin..self.at));
            gguf.values.insert(key, value);
        }
        let mut ends = 0;
        for _ in 0..tensors {
            let tensor = self.tensor()?;
            ends = ends.max(tensor.offset.saturating_add(tensor.bytes));
            gguf.tensors.push(tensor);
        }
        let alignment = gguf.number("general.alignment").unwrap_or(ALIGNMENT);
        let aligned = self.at.checked_next_multiple_of(alignment.max(1));
        gguf.data = aligned.ok_or_else(|| damaged(format!("an alignment of {alignment} bytes")))?;
        gguf.expected = gguf.data.saturating_add(ends);
        Ok(gguf)
    }

    fn tensor(&mut self) -> io::Result<Tensor> {
        let name = self.text()?;
        let axes = self.u32()?;
        if axes > MOST_DIMENSIONS {
            return Err(damaged(format!("{axes} dimensions of {name}")));
        }
        let dimensions = (0..axes).map(|_| self.u64());
        let dimensions = dimensions.collect::<io::Result<Vec<u64>>>()?;
        let kind = self.u32()?;
        let numbers = dimensions.iter().copied().fold(1, u64::saturating_mul);
        // Nothing is said of a kind that is newer than the table.
        let bytes = block(kind).map_or(0, |(block, bytes)| (numbers / block).saturating_mul(bytes));
        Ok(Tensor {
            name,
            dimensions,
            kind,
            offset: self.u64()?,
            bytes,
        })
    }

    fn value(&mut self, kind: u32) -> io::Result<Value> {
        Ok(match kind {
            8 => Value::Text(self.text()?),
            9 => self.array()?,
            6 => Value::Real(f32::from_le_bytes(self.bytes()?)),
            // 64-bit floating point: nothing here needs one.
            12 => {
                self.skip(bytes_of(kind)?)?;
                Value::Other
            }
            kind => {
                let mut number = [0; 8];
                let size = bytes_of(kind)? as usize;
                self.fill(&mut number[..size])?;
                Value::Number(u64::from_le_bytes(number))
            }
        })
    }

    fn array(&mut self) -> io::Result<Value> {
        let (of, count) = (self.u32()?, self.u64()?);
        if of == 9 {
            return Err(damaged("an array of arrays"));
        }
        // The length before a text takes eight bytes.
        let each = if of == 8 { 8 } else { bytes_of(of)? };
        let bytes = count.saturating_mul(each);
        // Going past the end is no error, and a damaged count would make it last for ever.
        if bytes > self.length.saturating_sub(self.at) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match of {
            8 => (0..count).try_for_each(|_| self.text().map(drop))?,
            _ => self.skip(bytes)?,
        }
        Ok(Value::Other)
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        self.at = self.at.saturating_add(bytes);
        self.input.seek_relative(bytes as i64)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.at = self.at.saturating_add(bytes.len() as u64);
        self.input.read_exact(bytes)
    }

    fn text(&mut self) -> io::Result<String> {
        let length = self.u64()?;
        if length > MOST_STRING {
            return Err(damaged(format!("a text of {length} bytes")));
        }
        let mut text = vec![0; usize::try_from(length).unwrap_or(0)];
        self.fill(&mut text)?;
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
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// Bytes of a value that has always as many.
fn bytes_of(kind: u32) -> io::Result<u64> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        unknown => Err(damaged(format!("a value of kind {unknown}"))),
    }
}

/// How many numbers of a tensor of this kind are stored together, and in how many bytes; `None` for a
/// kind that is newer than this table.
pub fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
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
        _ => return None,
    })
}
