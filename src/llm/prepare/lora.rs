//! An adapter: for a tensor W of a model, two thin ones, A and B; the model is to be W + scale · B · A.
//!
//! As llama.cpp reads it (`llama-adapter.cpp`): `NAME.lora_a` has as many numbers in a row as W, and a row for
//! each of the rank; `NAME.lora_b` has the rank in a row, and as many rows as W. The scale is
//! `adapter.lora.alpha` divided by the rank, or 1 without an alpha.

use std::collections::BTreeMap;
use std::path::Path;

use super::PrepareError;
use super::source::{Layout, Source};

/// An adapter that fits a model.
pub struct Lora {
    source: Source,
    /// By the tensor that it changes.
    pairs: BTreeMap<String, Pair>,
}

struct Pair {
    a: Layout,
    b: Layout,
    rank: u64,
}

/// What is added to a tensor.
pub struct Change {
    rank: usize,
    /// A row for each of the rank.
    a: Vec<f32>,
    /// A row for each of the tensor's, times the scale.
    b: Vec<f32>,
}

impl Lora {
    /// Opens an adapter for `base`.
    pub fn open(path: &Path, base: &Source) -> Result<Self, PrepareError> {
        let source = Source::open(path)?;
        check_kind(&source, base)?;
        let mut halves: BTreeMap<String, [Option<Layout>; 2]> = BTreeMap::new();
        for layout in source.layouts()? {
            let (name, half) = match layout.name.rsplit_once('.') {
                Some((name, "lora_a")) => (name.to_owned(), 0),
                Some((name, "lora_b")) => (name.to_owned(), 1),
                _ => {
                    let reason = format!("its tensor {} is neither lora_a nor lora_b", layout.name);
                    return Err(source.unsuitable(reason));
                }
            };
            halves.entry(name).or_default()[half] = Some(layout);
        }
        let shapes = base.head().tensors.iter();
        let shapes: BTreeMap<&str, &[u64]> = shapes
            .map(|tensor| (tensor.name.as_str(), tensor.dimensions.as_slice()))
            .collect();
        let pair = |(name, halves): (String, [Option<Layout>; 2])| {
            let shape = shapes.get(name.as_str()).copied();
            match paired(halves, shape) {
                Ok(pair) => Ok((name, pair)),
                Err(reason) => Err(source.unsuitable(format!("{reason} ({name})"))),
            }
        };
        let pairs = halves.into_iter().map(pair).collect::<Result<_, _>>()?;
        Ok(Self { source, pairs })
    }

    /// Whether it changes this tensor.
    pub fn changes(&self, tensor: &str) -> bool {
        self.pairs.contains_key(tensor)
    }

    /// What it adds to a tensor; `None` if nothing.
    pub fn change(&mut self, tensor: &str) -> Result<Option<Change>, PrepareError> {
        let Some(Pair { a, b, rank }) = self.pairs.get(tensor) else {
            return Ok(None);
        };
        let alpha = self.source.head().real("adapter.lora.alpha").unwrap_or(0.0);
        let scale = if alpha == 0.0 {
            1.0
        } else {
            alpha / *rank as f32
        };
        let mut numbers = |of: &Layout| {
            let (mut bytes, mut numbers) = (vec![0; of.bytes as usize], Vec::new());
            self.source.read(of.at, &mut bytes)?;
            of.kind.read(&bytes, &mut numbers);
            Ok(numbers)
        };
        let (a, mut b) = (numbers(a)?, numbers(b)?);
        b.iter_mut().for_each(|number| *number *= scale);
        let rank = *rank as usize;
        Ok(Some(Change { rank, a, b }))
    }
}

impl Change {
    /// Adds to a row of the tensor what belongs there.
    pub fn add(&self, row: usize, numbers: &mut [f32]) {
        let factors = &self.b[row * self.rank..][..self.rank];
        for (factor, a) in factors.iter().zip(self.a.chunks_exact(numbers.len())) {
            for (number, a) in numbers.iter_mut().zip(a) {
                *number += factor * a;
            }
        }
    }
}

/// Whether it is an adapter for a model of the base's architecture.
fn check_kind(adapter: &Source, base: &Source) -> Result<(), PrepareError> {
    let head = adapter.head();
    let kind = (head.text("general.type"), head.text("adapter.type"));
    if kind != (Some("adapter"), Some("lora")) {
        return Err(adapter.unsuitable("it is no adapter (LoRA)"));
    }
    let architecture = |source: &Source| {
        let text = source.head().text("general.architecture");
        text.unwrap_or("unknown").to_owned()
    };
    let (own, wanted) = (architecture(adapter), architecture(base));
    if own != wanted {
        let reason =
            format!("it is for models of the architecture {own}, and the model is of {wanted}");
        return Err(adapter.unsuitable(reason));
    }
    Ok(())
}

/// The two halves, if they fit a tensor of this shape; else what is wrong.
fn paired(halves: [Option<Layout>; 2], shape: Option<&[u64]>) -> Result<Pair, String> {
    let [Some(a), Some(b)] = halves else {
        return Err("lora_a or lora_b is missing".into());
    };
    let Some(shape) = shape else {
        return Err("the model has no such tensor: it is for another model".into());
    };
    match (shape, a.dimensions.as_slice(), b.dimensions.as_slice()) {
        ([row, rows], [a_row, rank], [b_row, b_rows])
            if row == a_row && rows == b_rows && rank == b_row =>
        {
            let rank = *rank;
            Ok(Pair { a, b, rank })
        }
        (_, a, b) => Err(format!(
            "lora_a of {a:?} and lora_b of {b:?} do not fit a tensor of {shape:?}: it is for another model"
        )),
    }
}
