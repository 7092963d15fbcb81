//! Whisper's converter: what it makes can be read as whisper.cpp reads it.

use std::collections::BTreeMap;

use vivavoce::models::{ConvertError, Converter};

use crate::models_fixture::whisper::*;

/// A tensor as it stands in the file: its dimensions (the innermost first), type and bytes.
type Tensors = BTreeMap<String, (Vec<u32>, u32, Vec<u8>)>;

fn convert(by: Converter, model: &[u8], vocabulary: &str) -> Result<Vec<u8>, ConvertError> {
    let folder = tempfile::tempdir().unwrap();
    let (at, tokens) = (folder.path().join("m"), folder.path().join("v"));
    std::fs::write(&at, model).unwrap();
    std::fs::write(&tokens, vocabulary).unwrap();
    let mut made = Vec::new();
    by.run(&[("vocabulary.txt", tokens), ("model.bin", at)], &mut made)?;
    Ok(made)
}

fn made(by: Converter) -> Vec<u8> {
    convert(by, &model_bin(), VOCABULARY).unwrap()
}

/// Takes numbers from the beginning of `bytes`.
fn take<const N: usize>(bytes: &mut &[u8]) -> [u32; N] {
    std::array::from_fn(|_| u32::from_le_bytes(take_bytes(bytes, 4).try_into().unwrap()))
}

fn take_bytes<'b>(bytes: &mut &'b [u8], count: usize) -> &'b [u8] {
    let (head, rest) = bytes.split_at(count);
    *bytes = rest;
    head
}

/// The header after the magic, the vocabulary, and the tensors.
fn read(file: &[u8]) -> ([u32; 11], Vec<Vec<u8>>, Tensors) {
    let mut rest = file;
    assert_eq!(take::<1>(&mut rest), [0x6767_6d6c]);
    let header = take(&mut rest);
    assert_eq!(take::<2>(&mut rest), [80, 201]);
    take_bytes(&mut rest, 80 * 201 * 4);
    let [count] = take(&mut rest);
    let token = |rest: &mut &[u8]| {
        let [length] = take(rest);
        take_bytes(rest, length as usize).to_vec()
    };
    let tokens = (0..count).map(|_| token(&mut rest)).collect();
    let mut tensors = Tensors::new();
    while !rest.is_empty() {
        let [rank, length, kind] = take(&mut rest);
        let shape: Vec<u32> = (0..rank).map(|_| take::<1>(&mut rest)[0]).collect();
        let name = String::from_utf8(take_bytes(&mut rest, length as usize).to_vec()).unwrap();
        let count: usize = shape.iter().map(|n| *n as usize).product();
        let bytes = match kind {
            0 => count * 4,
            1 => count * 2,
            6 => count / 32 * 22,
            8 => count / 32 * 34,
            other => panic!("type {other}"),
        };
        tensors.insert(name, (shape, kind, take_bytes(&mut rest, bytes).to_vec()));
    }
    (header, tokens, tensors)
}

fn first_f16(bytes: &[u8]) -> f32 {
    half::f16::from_le_bytes([bytes[0], bytes[1]]).to_f32()
}

#[test]
fn the_header_says_what_the_model_is() {
    let state = STATE as u32;
    let (audio, text) = (CONTEXTS.0 as u32, CONTEXTS.1 as u32);
    let expected = [TOKENS as u32, audio, state, 8, 1, text, state, 8, 1, 80];
    for (by, kind) in [
        (Converter::WhisperToGgmlF16, 1),
        (Converter::WhisperToGgmlQ8, 2007),
        (Converter::WhisperToGgmlQ5, 2008),
    ] {
        let (header, _, _) = read(&made(by));
        assert_eq!((&header[..10], header[10]), (&expected[..], kind));
    }
}

#[test]
fn tokens_are_bytes_and_those_without_text_are_left_to_the_reader() {
    let (_, tokens, _) = read(&made(Converter::WhisperToGgmlQ8));
    assert_eq!(tokens, [&b" a"[..], b"\n", b""]);
}

#[test]
fn a_fused_matrix_is_parted_into_query_key_and_value() {
    let (_, _, tensors) = read(&made(Converter::WhisperToGgmlF16));
    let fused = "encoder/layer_0/self_attention/linear_0/weight";
    for (share, name) in ["query", "key", "value"].into_iter().enumerate() {
        let (shape, kind, bytes) = &tensors[&format!("encoder.blocks.0.attn.{name}.weight")];
        assert_eq!((&shape[..], *kind), (&[STATE as u32, STATE as u32][..], 1));
        assert_eq!(first_f16(bytes), value_of(fused, share * STATE * STATE));
    }
    let fused = "decoder/layer_0/attention/linear_1/bias";
    let (_, kind, bytes) = &tensors["decoder.blocks.0.cross_attn.value.bias"];
    let first = f32::from_le_bytes(bytes[..4].try_into().unwrap());
    assert_eq!((*kind, first), (0, value_of(fused, STATE)));
    assert!(!tensors.contains_key("encoder.blocks.0.attn.key.bias"));
}

#[test]
fn only_matrices_of_two_dimensions_are_quantized() {
    let (_, _, tensors) = read(&made(Converter::WhisperToGgmlQ8));
    let kind = |name: &str| tensors[name].1;
    for matrix in [
        "decoder.token_embedding.weight",
        "encoder.blocks.0.mlp.0.weight",
    ] {
        assert_eq!(kind(matrix), 8, "{matrix}");
    }
    for side in ["encoder", "decoder"] {
        assert_eq!(kind(&format!("{side}.positional_embedding")), 0);
    }
    assert_eq!(kind("encoder.conv2.weight"), 1);
    let column = (vec![1, STATE as u32], 0);
    let bias = &tensors["encoder.conv2.bias"];
    assert_eq!((bias.0.clone(), bias.1), column);
    // 6 and 3 of the whole, 15 of a layer, 9 more of the one that listens across.
    assert_eq!(tensors.len(), 11 + 15 + 24);
}

#[test]
fn the_same_inputs_make_the_same_bytes() {
    assert_eq!(
        made(Converter::WhisperToGgmlQ5),
        made(Converter::WhisperToGgmlQ5)
    );
}

#[test]
fn a_model_that_is_cut_short_is_refused() {
    let model = model_bin();
    for length in [0, 3, 40, model.len() / 2] {
        let error = convert(Converter::WhisperToGgmlQ8, &model[..length], VOCABULARY).unwrap_err();
        assert!(
            error.to_string().starts_with("model.bin"),
            "{length}: {error}"
        );
    }
}

#[test]
fn another_version_of_the_format_is_named() {
    let mut model = model_bin();
    model[0] = 5;
    let error = convert(Converter::WhisperToGgmlQ8, &model, VOCABULARY).unwrap_err();
    assert!(error.to_string().contains("version 5"), "{error}");
}

#[test]
fn a_vocabulary_of_another_kind_is_refused() {
    for other in ["語\n<|endoftext|>\n", "a\nb\n", ""] {
        let error = convert(Converter::WhisperToGgmlQ8, &model_bin(), other).unwrap_err();
        let words = "vocabulary.txt cannot be converted";
        assert!(error.to_string().contains(words), "{other}: {error}");
    }
}
