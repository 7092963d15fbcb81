#[path = "../../../tests/support/tiny_gguf.rs"]
pub(super) mod tiny_gguf;

use std::fs;

use tempfile::TempDir;

use super::numbers::Kind;
use super::*;
use crate::llm::gguf::Gguf;
use tiny_gguf::TinyGguf;

pub(super) const CHANGED: &str = "blk.0.attn_q.weight";
const ALPHA: f32 = 8.0;
pub(super) const RANK: u64 = 4;
/// How the format counts 32-bit floating point among values.
const REAL: u32 = 6;

pub(super) fn lora(architecture: &'static str) -> TinyGguf {
    let mut file = TinyGguf::empty(architecture);
    file.text("general.type", "adapter");
    file.text("adapter.type", "lora");
    file
}

/// An adapter for two tensors of [`TinyGguf::llama`].
pub(super) fn adapter() -> TinyGguf {
    let mut file = lora("llama");
    file.value("adapter.lora.alpha", REAL, ALPHA.to_le_bytes().to_vec());
    file.pair(CHANGED, [64, 64], RANK);
    file.pair("blk.1.ffn_down.weight", [128, 64], RANK);
    file
}

/// Two inputs in a folder, and another one for what is made of them.
pub(super) struct Inputs {
    folder: TempDir,
}

impl Inputs {
    pub(super) fn new(base: &TinyGguf, adapter: &TinyGguf) -> Self {
        let inputs = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        base.write(&inputs.base());
        adapter.write(&inputs.adapter());
        inputs
    }

    pub(super) fn base(&self) -> PathBuf {
        self.folder.path().join("base.gguf")
    }

    pub(super) fn adapter(&self) -> PathBuf {
        self.folder.path().join("adapter.gguf")
    }

    fn made(&self) -> PathBuf {
        self.folder.path().join("made")
    }

    pub(super) fn file(&self) -> PathBuf {
        self.made().join(name("base", "adapter", Precision::Q8_0))
    }

    pub(super) fn prepare(&self) -> Result<(), PrepareError> {
        self.prepare_as(Precision::Q8_0)
    }

    fn prepare_as(&self, precision: Precision) -> Result<(), PrepareError> {
        let (base, adapter) = (self.base(), self.adapter());
        prepared(&base, &adapter, precision, &self.file(), &mut |_, _| {})
    }

    /// What is said when it cannot be made; and nothing is left but the lock.
    pub(super) fn refused(&self) -> String {
        let error = self.prepare().unwrap_err();
        assert_eq!(names(&self.made()), Vec::<String>::new(), "{error}");
        error.to_string()
    }
}

/// The files that are seen in a folder, there or not.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

fn numbers(path: &Path, tensor: &str) -> (Kind, Vec<f32>) {
    let mut source = Source::open(path).unwrap();
    let layouts = source.layouts().unwrap();
    let layout = layouts.iter().find(|layout| layout.name == tensor).unwrap();
    let (mut bytes, mut numbers) = (vec![0; layout.bytes as usize], Vec::new());
    source.read(layout.at, &mut bytes).unwrap();
    layout.kind.read(&bytes, &mut numbers);
    (layout.kind, numbers)
}

/// Base and scale · B · A, computed plainly.
fn sum(inputs: &Inputs, tensor: &str, row: usize, scale: f32) -> Vec<f32> {
    let (_, mut sum) = numbers(&inputs.base(), tensor);
    let (_, a) = numbers(&inputs.adapter(), &format!("{tensor}.lora_a"));
    let (_, b) = numbers(&inputs.adapter(), &format!("{tensor}.lora_b"));
    let rank = RANK as usize;
    for (at, number) in sum.iter_mut().enumerate() {
        let (i, j) = (at / row, at % row);
        let products = (0..rank).map(|r| b[i * rank + r] * a[r * row + j]);
        *number += scale * products.sum::<f32>();
    }
    sum
}

fn assert_near(wanted: &[f32], found: &[f32]) {
    assert_eq!(wanted.len(), found.len());
    for (wanted, found) in wanted.chunks(32).zip(found.chunks(32)) {
        let largest = wanted.iter().fold(0f32, |most, x| most.max(x.abs()));
        let bound = largest * (0.5 / 127.0 + 1.0 / 2048.0) + 1e-6;
        for (x, y) in wanted.iter().zip(found) {
            assert!((x - y).abs() <= bound, "{x} {y} of {largest}");
        }
    }
}

#[test]
fn what_the_adapter_changes_is_the_sum_within_the_rounding_of_q8_0() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    inputs.prepare().unwrap();
    for (tensor, row) in [(CHANGED, 64), ("blk.1.ffn_down.weight", 128)] {
        let (kind, found) = numbers(&inputs.file(), tensor);
        assert_eq!(kind, Kind::Q8_0);
        assert_near(&sum(&inputs, tensor, row, ALPHA / RANK as f32), &found);
    }
}

#[test]
fn other_matrices_become_q8_0_and_norms_stay() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    inputs.prepare().unwrap();
    for tensor in ["token_embd.weight", "blk.1.attn_q.weight"] {
        let (kind, found) = numbers(&inputs.file(), tensor);
        assert_eq!(kind, Kind::Q8_0);
        assert_near(&numbers(&inputs.base(), tensor).1, &found);
    }
    let norm = "blk.0.attn_norm.weight";
    assert_eq!(numbers(&inputs.file(), norm), numbers(&inputs.base(), norm));
    assert_eq!(numbers(&inputs.file(), norm).0, Kind::F32);
}

#[test]
fn for_many_sequences_all_matrices_become_bf16() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    inputs.prepare_as(Precision::Bf16).unwrap();
    let (kind, found) = numbers(&inputs.file(), CHANGED);
    assert_eq!(kind, Kind::Bf16);
    for (x, y) in sum(&inputs, CHANGED, 64, ALPHA / RANK as f32)
        .iter()
        .zip(found)
    {
        assert!((x - y).abs() <= x.abs() / 256.0, "{x} {y}");
    }
    assert_eq!(numbers(&inputs.file(), "token_embd.weight").0, Kind::Bf16);
    let made = Gguf::read(&inputs.file()).unwrap();
    made.check(&inputs.file()).unwrap();
    assert_eq!(made.number("general.file_type"), Some(32));
}

#[test]
fn an_adapter_without_alpha_is_added_as_it_is() {
    let mut adapter = lora("llama");
    adapter.pair(CHANGED, [64, 64], RANK);
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter);
    inputs.prepare().unwrap();
    assert_near(
        &sum(&inputs, CHANGED, 64, 1.0),
        &numbers(&inputs.file(), CHANGED).1,
    );
}

#[test]
fn a_change_of_four_bit_numbers_is_kept() {
    let mut random = fastrand::Rng::with_seed(4);
    let mut blocks = Vec::new();
    for _ in 0..64 * 64 / 32 {
        for real in [random.f32() * 0.1, random.f32() - 0.5] {
            blocks.extend(half::f16::from_f32(real).to_le_bytes());
        }
        blocks.extend((0..16).map(|_| random.u8(..)));
    }
    let (mut base, mut adapter) = (TinyGguf::llama(), lora("llama"));
    base.stored(
        "blk.2.attn_q.weight",
        &[64, 64],
        Kind::Q4_1.number(),
        blocks,
    );
    adapter.pair("blk.2.attn_q.weight", [64, 64], RANK);
    let inputs = Inputs::new(&base, &adapter);
    inputs.prepare().unwrap();
    let (_, found) = numbers(&inputs.file(), "blk.2.attn_q.weight");
    assert_near(&sum(&inputs, "blk.2.attn_q.weight", 64, 1.0), &found);
}

#[test]
fn q8_0_without_a_change_is_copied_bit_by_bit() {
    let mut bytes = Vec::new();
    let odd: Vec<f32> = (0..64).map(|i| (i as f32).sin()).collect();
    Precision::Q8_0.write(&odd, &mut bytes).unwrap();
    let mut base = TinyGguf::llama();
    base.stored(
        "output.weight",
        &[64, 1],
        Kind::Q8_0.number(),
        bytes.clone(),
    );
    let inputs = Inputs::new(&base, &adapter());
    inputs.prepare().unwrap();
    let made = fs::read(inputs.file()).unwrap();
    assert!(made.windows(bytes.len()).any(|window| window == bytes));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let [one, other] = [(); 2].map(|()| {
        let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
        inputs.prepare().unwrap();
        fs::read(inputs.file()).unwrap()
    });
    assert_eq!(one, other);
}

#[test]
fn metadata_stays_but_for_how_it_is_stored() {
    let mut base = TinyGguf::llama();
    base.number("general.file_type", 3);
    base.number("general.alignment", 32);
    let inputs = Inputs::new(&base, &adapter());
    inputs.prepare().unwrap();
    let [old, new] = [inputs.base(), inputs.file()].map(|path| Gguf::read(&path).unwrap());
    let bytes = |path: &Path, gguf: &Gguf, without: &[&str]| -> Vec<Vec<u8>> {
        let all = fs::read(path).unwrap();
        let kept = gguf
            .entries
            .iter()
            .filter(|(key, _)| !without.contains(&key.as_str()));
        kept.map(|(_, at)| all[at.start as usize..at.end as usize].to_vec())
            .collect()
    };
    let without = [
        "general.file_type",
        "general.alignment",
        "general.quantization_version",
    ];
    assert_eq!(
        bytes(&inputs.base(), &old, &without),
        bytes(&inputs.file(), &new, &without)
    );
    assert_eq!(new.number("general.file_type"), Some(7));
    assert_eq!(new.number("general.quantization_version"), Some(2));
    assert_eq!(new.number("general.alignment"), None);
}

#[test]
fn what_is_made_is_a_whole_model() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    let mut told = Vec::new();
    let mut progress = |done, all| told.push((done, all));
    prepared(
        &inputs.base(),
        &inputs.adapter(),
        Precision::Q8_0,
        &inputs.file(),
        &mut progress,
    )
    .unwrap();
    Gguf::read(&inputs.file())
        .unwrap()
        .check(&inputs.file())
        .unwrap();
    let size = fs::metadata(inputs.file()).unwrap().len();
    assert_eq!(told.last(), Some(&(size, size)));
    assert!(told.is_sorted());
}

#[test]
fn what_is_there_is_not_made_again() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    fs::create_dir(inputs.made()).unwrap();
    fs::write(inputs.file(), "made before").unwrap();
    inputs.prepare().unwrap();
    assert_eq!(fs::read(inputs.file()).unwrap(), b"made before");
}

#[test]
fn leftovers_and_old_files_are_removed_and_nothing_else() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    fs::create_dir(inputs.made()).unwrap();
    for old in ["prepared-killed.part", "prepared-0123.gguf", "mine.gguf"] {
        fs::write(inputs.made().join(old), "old").unwrap();
    }
    inputs.prepare().unwrap();
    let file = name("base", "adapter", Precision::Q8_0);
    assert_eq!(names(&inputs.made()), ["mine.gguf".to_owned(), file]);
}

#[test]
fn a_full_disk_leaves_nothing_and_says_how_much_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name("base", "adapter", Precision::Q8_0));
    let full = |to: &mut io::BufWriter<&fs::File>| {
        io::Write::write_all(to, b"half of it")?;
        Err(io::Error::from(io::ErrorKind::StorageFull).into())
    };
    let error = Place::take(&file)
        .unwrap()
        .fill(144_811_072, full)
        .unwrap_err();
    assert!(error.to_string().contains("needs 145 MB"), "{error}");
    assert!(error.to_string().contains("works without"), "{error}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_name_is_that_of_both_inputs() {
    let own = name("base", "adapter", Precision::Q8_0);
    assert_eq!(own, name("base", "adapter", Precision::Q8_0));
    assert!(own.starts_with(PREFIX) && own.ends_with(".gguf"));
    for other in [
        name("other", "adapter", Precision::Q8_0),
        name("base", "other", Precision::Q8_0),
        name("adapter", "base", Precision::Q8_0),
        name("base", "adapter", Precision::Bf16),
    ] {
        assert_ne!(own, other);
    }
}
