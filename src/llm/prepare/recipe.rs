//! What becomes of each tensor, and the new file, byte by byte.
//!
//! Tensors that the adapter changes, and all other matrices of weights, become Q8_0 or BF16, which llama.cpp reads
//! prompts with faster than with 4-bit numbers and an adapter. The rest (norms, biases) stays as it is.

use std::io::{self, Write};

use super::PrepareError;
use super::lora::{Change, Lora};
use super::numbers::{Kind, Precision};
use super::place::CookError;
use super::source::{Layout, Source};
use crate::llm::gguf::ALIGNMENT;

/// Key of how most of the file is stored (`LLAMA_FTYPE_MOSTLY_Q8_0` or `_BF16`).
const FILE_TYPE: &str = "general.file_type";
/// Key of the version of such ways, and that version (`GGML_QNT_VERSION`).
const VERSION: (&str, u32) = ("general.quantization_version", 2);
/// The alignment is left out, so that it is the usual one.
const LEFT_OUT: &str = "general.alignment";
/// How the format counts 32-bit whole numbers among values.
const WHOLE_NUMBER: u32 = 4;
/// Bytes of a tensor that are read at a time, if it is copied as it is.
const PIECE: u64 = 1 << 20;

/// A tensor, and how it is stored in the new file.
struct Step {
    from: Layout,
    kind: Kind,
    bytes: u64,
}

/// All of a new file, before it is made.
pub struct Recipe {
    precision: Precision,
    head: Head,
    steps: Vec<Step>,
}

/// What comes before the tensors: bytes of the base, and new ones before and behind them.
struct Head {
    before: Vec<u8>,
    kept: Vec<(u64, u64)>,
    behind: Vec<u8>,
}

impl Recipe {
    /// What becomes of `base` by `lora`.
    pub fn new(base: &Source, lora: &Lora, precision: Precision) -> Result<Self, PrepareError> {
        let steps = base.layouts()?.into_iter().map(|from| {
            let changed = lora.changes(&from.name);
            let kind = if changed || is_matrix(&from) {
                precision.kind()
            } else {
                from.kind
            };
            let numbers = from.dimensions.iter().copied().fold(1, u64::saturating_mul);
            match kind.bytes(from.dimensions[0]).and(kind.bytes(numbers)) {
                Some(bytes) => Ok(Step { from, kind, bytes }),
                None => Err(base.unsuitable(format!(
                    "rows of tensor {}, which the adapter changes, are no multiple of 32 long",
                    from.name
                ))),
            }
        });
        let steps = steps.collect::<Result<Vec<Step>, PrepareError>>()?;
        let head = Head::new(base, &steps, precision);
        Ok(Self {
            precision,
            head,
            steps,
        })
    }

    /// Bytes of the new file.
    pub fn bytes(&self) -> u64 {
        let data = self.steps.iter().map(|step| aligned(step.bytes));
        data.fold(self.head.bytes(), u64::saturating_add)
    }

    /// Writes the new file.
    pub fn cook(
        &self,
        base: &mut Source,
        lora: &mut Lora,
        to: &mut impl Write,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), CookError> {
        let all = self.bytes();
        self.head.write(base, to)?;
        let mut written = self.head.bytes();
        progress(written, all);
        for step in &self.steps {
            let change = lora.change(&step.from.name)?;
            if step.kind == step.from.kind && change.is_none() {
                copy(base, step.from.at, step.from.bytes, to)?
            } else {
                self.convert(base, &step.from, change.as_ref(), to)?
            }
            pad(step.bytes, to)?;
            written += aligned(step.bytes);
            progress(written, all);
        }
        Ok(())
    }

    /// Writes a tensor with what is added to it, row by row.
    fn convert(
        &self,
        base: &mut Source,
        from: &Layout,
        change: Option<&Change>,
        to: &mut impl Write,
    ) -> Result<(), CookError> {
        let mut bytes = vec![0; from.row_bytes as usize];
        let (mut numbers, mut stored) = (Vec::new(), Vec::new());
        for row in 0..from.bytes / from.row_bytes {
            base.read(from.at + row * from.row_bytes, &mut bytes)?;
            from.kind.read(&bytes, &mut numbers);
            if let Some(change) = change {
                change.add(row as usize, &mut numbers);
            }
            stored.clear();
            let written = self.precision.write(&numbers, &mut stored);
            written.ok_or_else(|| {
                let name = &from.name;
                base.unsuitable(format!(
                    "with the adapter, numbers of tensor {name} are too large"
                ))
            })?;
            to.write_all(&stored)?;
        }
        Ok(())
    }
}

/// Whether a tensor is a matrix of weights that can be Q8_0. Convolutions are not: their rows are short.
fn is_matrix(tensor: &Layout) -> bool {
    let whole_blocks = Kind::Q8_0.bytes(tensor.dimensions[0]).is_some();
    tensor.dimensions.len() == 2 && whole_blocks && tensor.name.ends_with(".weight")
}

impl Head {
    fn new(base: &Source, steps: &[Step], precision: Precision) -> Self {
        let new = [(FILE_TYPE, file_type(precision)), VERSION];
        let is_new = |key: &str| key == LEFT_OUT || new.iter().any(|(new, _)| *new == key);
        let entries = base.head().entries.iter().filter(|(key, _)| !is_new(key));
        let kept: Vec<(u64, u64)> = entries
            .map(|(_, at)| (at.start, at.end - at.start))
            .collect();
        let mut before = b"GGUF".to_vec();
        before.extend(3u32.to_le_bytes());
        before.extend((steps.len() as u64).to_le_bytes());
        before.extend((kept.len() as u64 + new.len() as u64).to_le_bytes());
        let mut behind = Vec::new();
        for (key, value) in new {
            text(key, &mut behind);
            behind.extend(WHOLE_NUMBER.to_le_bytes());
            behind.extend(value.to_le_bytes());
        }
        let mut offset = 0u64;
        for Step { from, kind, bytes } in steps {
            text(&from.name, &mut behind);
            behind.extend((from.dimensions.len() as u32).to_le_bytes());
            let dimensions = from
                .dimensions
                .iter()
                .flat_map(|number| number.to_le_bytes());
            behind.extend(dimensions);
            behind.extend(kind.number().to_le_bytes());
            behind.extend(offset.to_le_bytes());
            offset = offset.saturating_add(aligned(*bytes));
        }
        Self {
            before,
            kept,
            behind,
        }
    }

    /// Bytes without those that align what follows.
    fn own_bytes(&self) -> u64 {
        let kept: u64 = self.kept.iter().map(|(_, bytes)| bytes).sum();
        kept + self.before.len() as u64 + self.behind.len() as u64
    }

    fn bytes(&self) -> u64 {
        aligned(self.own_bytes())
    }

    fn write(&self, base: &mut Source, to: &mut impl Write) -> Result<(), CookError> {
        to.write_all(&self.before)?;
        for (at, bytes) in &self.kept {
            copy(base, *at, *bytes, to)?;
        }
        to.write_all(&self.behind)?;
        Ok(pad(self.own_bytes(), to)?)
    }
}

/// How llama.cpp counts files of that precision.
fn file_type(precision: Precision) -> u32 {
    const MOSTLY_Q8_0: u32 = 7;
    const MOSTLY_BF16: u32 = 32;
    match precision {
        Precision::Q8_0 => MOSTLY_Q8_0,
        Precision::Bf16 => MOSTLY_BF16,
    }
}

fn text(text: &str, to: &mut Vec<u8>) {
    to.extend((text.len() as u64).to_le_bytes());
    to.extend(text.as_bytes());
}

fn aligned(bytes: u64) -> u64 {
    bytes
        .checked_next_multiple_of(ALIGNMENT)
        .unwrap_or(u64::MAX)
}

/// Fills up what has so many bytes.
fn pad(bytes: u64, to: &mut impl Write) -> io::Result<()> {
    let zeros = [0; ALIGNMENT as usize];
    to.write_all(&zeros[..(aligned(bytes) - bytes) as usize])
}

/// Copies bytes as they are.
fn copy(base: &mut Source, at: u64, bytes: u64, to: &mut impl Write) -> Result<(), CookError> {
    let (mut done, mut piece) = (0, Vec::new());
    while done < bytes {
        piece.resize((bytes - done).min(PIECE) as usize, 0);
        base.read(at + done, &mut piece)?;
        to.write_all(&piece)?;
        done += piece.len() as u64;
    }
    Ok(())
}
