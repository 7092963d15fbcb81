//! A Whisper of one layer a side as CTranslate2 keeps it: values that say where they stood.

use half::f16;

/// Features of a moment; a multiple of 32, so that its rows can be quantized.
pub const STATE: usize = 64;
/// Tokens, with those that stand for no text.
pub const TOKENS: usize = 6;
/// The tokens: a space and a letter, a newline, an empty one, then those without text.
pub const VOCABULARY: &str = "Ġa\nĊ\n\n<|endoftext|>\n<|startoftranscript|>\n<|en|>\n";
/// Moments of sound, and of text.
pub const CONTEXTS: (usize, usize) = (10, 7);

/// `model.bin`. The value at index n of its v-th variable is v + n / 1000.
pub fn model_bin() -> Vec<u8> {
    let variables = variables();
    let mut bytes = Vec::new();
    bytes.extend(6_u32.to_le_bytes());
    name(&mut bytes, "WhisperSpec");
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((variables.len() as u32).to_le_bytes());
    for (number, (called, shape)) in variables.iter().enumerate() {
        name(&mut bytes, called);
        bytes.push(shape.len() as u8);
        for dimension in shape {
            bytes.extend((*dimension as u32).to_le_bytes());
        }
        if shape.is_empty() {
            bytes.push(2);
            bytes.extend(2_u32.to_le_bytes());
            bytes.extend(8_i16.to_le_bytes());
            continue;
        }
        let count: usize = shape.iter().product();
        bytes.push(4);
        bytes.extend((2 * count as u32).to_le_bytes());
        bytes.extend((0..count).flat_map(|index| value(number, index).to_le_bytes()));
    }
    bytes.extend(1_u32.to_le_bytes());
    name(&mut bytes, "decoder/projection/weight");
    name(&mut bytes, "decoder/embeddings/weight");
    bytes
}

fn value(number: usize, index: usize) -> f16 {
    f16::from_f32(number as f32 + index as f32 / 1000.0)
}

/// The value at `index` of the variable `called`.
pub fn value_of(called: &str, index: usize) -> f32 {
    let number = variables().iter().position(|(name, _)| name == called);
    value(number.unwrap(), index).to_f32()
}

fn name(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u16 + 1).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.push(0);
}

fn variables() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let mut add = |name: &str, shape: &[usize]| all.push((name.to_owned(), shape.to_vec()));
    add("decoder/embeddings/weight", &[TOKENS, STATE]);
    add("encoder/conv1/weight", &[STATE, 80, 3]);
    add("encoder/conv1/bias", &[STATE]);
    add("encoder/conv2/weight", &[STATE, STATE, 3]);
    add("encoder/conv2/bias", &[STATE]);
    for (side, context) in [("encoder", CONTEXTS.0), ("decoder", CONTEXTS.1)] {
        add(&format!("{side}/num_heads"), &[]);
        add(
            &format!("{side}/position_encodings/encodings"),
            &[context, STATE],
        );
        let layer = format!("{side}/layer_0");
        let mut linear = |part: &str, out: usize, into: usize| {
            add(&format!("{layer}/{part}/weight"), &[out, into]);
            add(&format!("{layer}/{part}/bias"), &[out]);
        };
        linear("self_attention/linear_0", 3 * STATE, STATE);
        linear("self_attention/linear_1", STATE, STATE);
        linear("ffn/linear_0", 4 * STATE, STATE);
        linear("ffn/linear_1", STATE, 4 * STATE);
        let mut norms = vec![
            side.to_owned(),
            format!("{layer}/self_attention"),
            format!("{layer}/ffn"),
        ];
        if side == "decoder" {
            linear("attention/linear_0", STATE, STATE);
            linear("attention/linear_1", 2 * STATE, STATE);
            linear("attention/linear_2", STATE, STATE);
            norms.push(format!("{layer}/attention"));
        }
        for norm in norms {
            add(&format!("{norm}/layer_norm/gamma"), &[STATE]);
            add(&format!("{norm}/layer_norm/beta"), &[STATE]);
        }
    }
    all
}
