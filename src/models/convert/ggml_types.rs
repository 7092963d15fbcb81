//! How ggml stores numbers, in blocks of 32 where they are quantized. Pure. Invariant: the arithmetic is
//! in single precision, in a fixed order, so that every machine makes the same bytes.

use half::f16;

/// Values of a quantized block.
pub(super) const BLOCK: usize = 32;

/// A type of ggml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    F32,
    F16,
    /// `q8_0`: a scale in 16 bits, then 32 signed bytes.
    Q8,
    /// `q5_0`: a scale in 16 bits, the fifth bits of 32 values, then their lower four in pairs.
    Q5,
}

impl Stored {
    /// Its number among the types of tensors.
    pub(super) fn number(self) -> i32 {
        match self {
            Stored::F32 => 0,
            Stored::F16 => 1,
            Stored::Q5 => 6,
            Stored::Q8 => 8,
        }
    }

    /// The number that a file's header has where most matrices are of this type. Quantized ones
    /// carry the version of ggml's quantization in the thousands.
    pub(super) fn file_number(self) -> i32 {
        const QUANTIZATION_VERSION: i32 = 2;
        match self {
            Stored::F32 => 0,
            Stored::F16 => 1,
            Stored::Q8 => 1000 * QUANTIZATION_VERSION + 7,
            Stored::Q5 => 1000 * QUANTIZATION_VERSION + 8,
        }
    }

    pub(super) fn is_quantized(self) -> bool {
        matches!(self, Stored::Q8 | Stored::Q5)
    }

    /// Appends `values` to `to`: whole blocks, if it is quantized.
    pub(super) fn append(self, values: &[f32], to: &mut Vec<u8>) {
        let (blocks, _) = values.as_chunks::<BLOCK>();
        match self {
            Stored::F32 => to.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Stored::F16 => to.extend(
                values
                    .iter()
                    .flat_map(|value| f16::from_f32(*value).to_le_bytes()),
            ),
            Stored::Q8 => blocks.iter().for_each(|block| append_q8(block, to)),
            Stored::Q5 => blocks.iter().for_each(|block| append_q5(block, to)),
        }
    }
}

/// 1/`scale`; of an empty block 0.
fn inverse(scale: f32) -> f32 {
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

fn append_q8(block: &[f32; BLOCK], to: &mut Vec<u8>) {
    let largest = block.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let scale = largest / 127.0;
    let inverse = inverse(scale);
    to.extend(f16::from_f32(scale).to_le_bytes());
    to.extend(
        block
            .iter()
            .map(|value| ((value * inverse).round() as i8).cast_unsigned()),
    );
}

fn append_q5(block: &[f32; BLOCK], to: &mut Vec<u8>) {
    // The value that is furthest from 0 becomes -16, which has no counterpart above.
    let furthest = block.iter().fold(
        0.0_f32,
        |most, v| {
            if v.abs() > most.abs() { *v } else { most }
        },
    );
    let scale = furthest / -16.0;
    let inverse = inverse(scale);
    let level = |value: f32| ((value * inverse + 16.5) as u8).min(31);
    let levels = block.map(level);
    let (low, high) = levels.split_at(BLOCK / 2);
    let fifth_bits = levels
        .iter()
        .enumerate()
        .fold(0_u32, |bits, (n, level)| bits | u32::from(level >> 4) << n);
    to.extend(f16::from_f32(scale).to_le_bytes());
    to.extend(fifth_bits.to_le_bytes());
    let pairs = low.iter().zip(high);
    to.extend(pairs.map(|(low, high)| (low & 15) | (high & 15) << 4));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// -15.5, -14.5 ... 15.5
    fn ramp() -> [f32; BLOCK] {
        std::array::from_fn(|n| n as f32 - 15.5)
    }

    #[test]
    fn eight_bits_reach_from_minus_127_to_127_of_the_largest_value() {
        let mut bytes = Vec::new();
        Stored::Q8.append(&ramp(), &mut bytes);
        assert_eq!(bytes.len(), 34);
        let scale = f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
        assert!((scale - 15.5 / 127.0).abs() < 1e-4, "{scale}");
        assert_eq!(bytes[2].cast_signed(), -127);
        assert_eq!(bytes[33].cast_signed(), 127);
        // 0.5 / 15.5 * 127 = 4.1
        assert_eq!(bytes[2 + 16].cast_signed(), 4);
    }

    #[test]
    fn five_bits_come_back_within_half_a_step() {
        let mut bytes = Vec::new();
        Stored::Q5.append(&ramp(), &mut bytes);
        assert_eq!(bytes.len(), 22);
        let scale = f16::from_le_bytes([bytes[0], bytes[1]]).to_f32();
        let fifth = u32::from_le_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]);
        for (n, value) in ramp().into_iter().enumerate() {
            let pair = bytes[6 + n % 16];
            let low = if n < 16 { pair & 15 } else { pair >> 4 };
            let level = i32::from(low) | ((fifth >> n & 1) << 4) as i32;
            let back = (level - 16) as f32 * scale;
            // The last level of the far end is cut off: a whole step.
            assert!((back - value).abs() <= scale.abs() * 1.01, "{n}: {back}");
        }
    }

    #[test]
    fn a_block_of_zeros_stays_one() {
        let mut bytes = Vec::new();
        Stored::Q8.append(&[0.0; BLOCK], &mut bytes);
        assert_eq!(bytes, [0; 34]);
    }
}
