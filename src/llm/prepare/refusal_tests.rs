//! Inputs that cannot be prepared: each is an error that says why, and leaves no file.

use std::fs;

use super::numbers::Kind;
use super::source::Source;
use super::tests::tiny_gguf::TinyGguf;
use super::tests::{CHANGED, Inputs, RANK, adapter, lora};

#[test]
fn an_adapter_for_another_architecture_is_refused() {
    let mut adapter = lora("mamba");
    adapter.pair(CHANGED, [64, 64], RANK);
    let error = Inputs::new(&TinyGguf::llama(), &adapter).refused();
    assert!(error.contains("of the architecture mamba"), "{error}");
}

#[test]
fn an_adapter_of_another_shape_is_refused() {
    let mut adapter = lora("llama");
    adapter.pair(CHANGED, [64, 32], RANK);
    let error = Inputs::new(&TinyGguf::llama(), &adapter).refused();
    assert!(error.contains("do not fit a tensor of [64, 64]"), "{error}");
}

#[test]
fn an_adapter_for_a_tensor_that_is_not_there_is_refused() {
    let mut adapter = lora("llama");
    adapter.pair("blk.7.attn_q.weight", [64, 64], RANK);
    let error = Inputs::new(&TinyGguf::llama(), &adapter).refused();
    assert!(error.contains("no such tensor"), "{error}");
}

#[test]
fn half_a_pair_is_refused() {
    let mut adapter = lora("llama");
    adapter.stored("blk.0.attn_q.weight.lora_a", &[64, 4], 1, vec![0; 512]);
    let error = Inputs::new(&TinyGguf::llama(), &adapter).refused();
    assert!(error.contains("is missing"), "{error}");
}

#[test]
fn a_model_is_no_adapter() {
    let error = Inputs::new(&TinyGguf::llama(), &TinyGguf::llama()).refused();
    assert!(error.contains("no adapter (LoRA)"), "{error}");
}

#[test]
fn numbers_stored_in_an_unknown_way_are_refused() {
    let mut base = TinyGguf::llama();
    base.stored("output.weight", &[256, 1], 14, vec![0; 210]);
    let error = Inputs::new(&base, &adapter()).refused();
    assert!(
        error.contains("output.weight is stored in a way"),
        "{error}"
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut base = TinyGguf::llama();
    let none = f32::NAN.to_le_bytes().repeat(64);
    base.stored("output.weight", &[64, 1], Kind::F32.number(), none);
    let error = Inputs::new(&base, &adapter()).refused();
    assert!(error.contains("numbers of tensor output.weight"), "{error}");
}

#[test]
fn a_part_of_a_model_is_refused() {
    let [part, _] = TinyGguf::llama().split();
    let error = Inputs::new(&part, &adapter()).refused();
    assert!(error.contains("one of several parts"), "{error}");
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    for cut in [100, 9_000, 100_000] {
        let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
        let whole = fs::read(inputs.base()).unwrap();
        fs::write(inputs.base(), &whole[..cut]).unwrap();
        let error = inputs.refused();
        assert!(error.contains("fetch it again"), "{error}");
    }
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    let whole = fs::read(inputs.adapter()).unwrap();
    fs::write(inputs.adapter(), &whole[..whole.len() - 40]).unwrap();
    let error = inputs.refused();
    assert!(
        error.contains("adapter.gguf") && error.contains("fetch it again"),
        "{error}"
    );
}

#[test]
fn damaged_heads_end_in_an_error_or_a_file_and_never_in_a_panic() {
    let inputs = Inputs::new(&TinyGguf::llama(), &adapter());
    let mut random = fastrand::Rng::with_seed(11);
    for path in [inputs.base(), inputs.adapter()] {
        let whole = fs::read(&path).unwrap();
        let tensors = whole.windows(4).position(|at| at == b"blk.").unwrap();
        for _ in 0..150 {
            let mut damaged = whole.clone();
            // Some damage anywhere in the head, some among what is said of tensors.
            let within = if random.bool() {
                0..tensors
            } else {
                tensors..tensors + 300
            };
            for _ in 0..random.usize(1..3) {
                damaged[random.usize(within.clone())] = random.u8(..);
            }
            fs::write(&path, damaged).unwrap();
            if inputs.prepare().is_ok() {
                Source::open(&inputs.file()).unwrap();
                fs::remove_file(inputs.file()).unwrap();
            }
        }
        fs::write(&path, whole).unwrap();
    }
}
