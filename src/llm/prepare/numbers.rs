//! How GGUF stores the numbers of a tensor, as ggml reads and writes them (`ggml-quants.c`): one by one, or in blocks
//! of 32 that share a step `d`, and for Q4_1 a least number `m` too, both 16-bit floating point.

use half::{bf16, f16};

use crate::llm::gguf::block;

/// Numbers in a block.
const BLOCK: usize = 32;
/// Bytes of such a block of Q8_0: the step, a byte for each number.
const Q8_0_BYTES: usize = 34;

/// A way in which numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    F32,
    F16,
    Q4_0,
    Q4_1,
    Q8_0,
    Bf16,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::F32,
        Self::F16,
        Self::Q4_0,
        Self::Q4_1,
        Self::Q8_0,
        Self::Bf16,
    ];

    /// By the number that the format gives it; `None` for one that is not read here.
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The number that the format gives it.
    pub fn number(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q4_1 => 3,
            Self::Q8_0 => 8,
            Self::Bf16 => 30,
        }
    }

    /// Bytes that `count` numbers take; `None` if they do not fill whole blocks.
    pub fn bytes(self, numbers: u64) -> Option<u64> {
        let (together, bytes) = block(self.number())?;
        numbers.is_multiple_of(together).then_some(())?;
        (numbers / together).checked_mul(bytes)
    }

    /// Reads whole blocks; `numbers` holds nothing else afterwards.
    pub fn read(self, bytes: &[u8], numbers: &mut Vec<f32>) {
        numbers.clear();
        match self {
            Self::F32 => numbers.extend(bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b))),
            Self::F16 => numbers.extend(bytes.as_chunks().0.iter().map(|b| real(*b))),
            Self::Q4_0 => {
                for [d0, d1, nibbles @ ..] in bytes.as_chunks::<18>().0 {
                    let d = real([*d0, *d1]);
                    numbers.extend(unpacked(nibbles).map(|q| (f32::from(q) - 8.0) * d));
                }
            }
            Self::Q4_1 => {
                for [d0, d1, m0, m1, nibbles @ ..] in bytes.as_chunks::<20>().0 {
                    let (d, m) = (real([*d0, *d1]), real([*m0, *m1]));
                    numbers.extend(unpacked(nibbles).map(|q| f32::from(q) * d + m));
                }
            }
            Self::Q8_0 => {
                for [d0, d1, all @ ..] in bytes.as_chunks::<Q8_0_BYTES>().0 {
                    let d = real([*d0, *d1]);
                    numbers.extend(all.iter().map(|q| f32::from(q.cast_signed()) * d));
                }
            }
            Self::Bf16 => {
                let all = bytes.as_chunks().0.iter();
                numbers.extend(all.map(|b| bf16::from_le_bytes(*b).to_f32()));
            }
        }
    }
}

fn real(bytes: [u8; 2]) -> f32 {
    f16::from_le_bytes(bytes).to_f32()
}

/// The 4-bit numbers of a block: first the lower halves of all bytes, then the upper ones.
fn unpacked(nibbles: &[u8; BLOCK / 2]) -> impl Iterator<Item = u8> {
    let lower = nibbles.iter().map(|pair| pair & 15);
    lower.chain(nibbles.iter().map(|pair| pair >> 4))
}

/// How a prepared file stores the weights that prompts are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Eight bits and a step for 32 of them: the least to fetch, for few sequences at a time.
    Q8_0,
    /// Sixteen bits of floating point: the least to compute where the CPU multiplies them in one step.
    Bf16,
}

impl Precision {
    /// The kind that the format calls it.
    pub fn kind(self) -> Kind {
        match self {
            Self::Q8_0 => Kind::Q8_0,
            Self::Bf16 => Kind::Bf16,
        }
    }

    /// Adds numbers to `bytes`; in Q8_0 those behind the last whole block are left out. `None` if they are not finite,
    /// or too large.
    #[must_use]
    pub fn write(self, numbers: &[f32], bytes: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Q8_0 => write_q8_0(numbers, bytes),
            Self::Bf16 => write_bf16(numbers, bytes),
        }
    }
}

fn write_bf16(numbers: &[f32], bytes: &mut Vec<u8>) -> Option<()> {
    for number in numbers {
        let stored = bf16::from_f32(*number);
        stored.is_finite().then_some(())?;
        bytes.extend(stored.to_le_bytes());
    }
    Some(())
}

fn write_q8_0(numbers: &[f32], bytes: &mut Vec<u8>) -> Option<()> {
    for block in numbers.as_chunks::<BLOCK>().0 {
        let largest = block.iter().fold(0f32, |most, x| most.max(x.abs()));
        let step = largest / 127.0;
        let stored = f16::from_f32(step);
        // `max` passes over what is no number.
        if !stored.is_finite() || block.iter().any(|x| x.is_nan()) {
            return None;
        }
        let per_step = if step == 0.0 { 0.0 } else { 1.0 / step };
        bytes.extend(stored.to_le_bytes());
        bytes.extend(
            block
                .iter()
                .map(|x| ((x * per_step).round() as i8).cast_unsigned()),
        );
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(numbers: &[f32]) -> Vec<f32> {
        stored_and_read(Precision::Q8_0, numbers)
    }

    fn stored_and_read(precision: Precision, numbers: &[f32]) -> Vec<f32> {
        let (mut bytes, mut read) = (Vec::new(), Vec::new());
        precision.write(numbers, &mut bytes).unwrap();
        assert_eq!(
            bytes.len() as u64,
            precision.kind().bytes(numbers.len() as u64).unwrap()
        );
        precision.kind().read(&bytes, &mut read);
        read
    }

    #[test]
    fn bf16_keeps_eight_bits_of_a_number_of_any_size() {
        let mut random = fastrand::Rng::with_seed(17);
        let scales = (0..2_000).map(|_| 10f32.powf(random.f32() * 40.0 - 20.0));
        let numbers: Vec<f32> = scales.collect();
        for (x, y) in numbers
            .iter()
            .zip(stored_and_read(Precision::Bf16, &numbers))
        {
            assert!((x - y).abs() <= x / 256.0, "{x} {y}");
        }
        assert_eq!(stored_and_read(Precision::Bf16, &[0.0, -1.5]), [0.0, -1.5]);
    }

    #[test]
    fn what_q8_0_loses_is_half_a_step_and_the_rounding_of_the_step() {
        let mut random = fastrand::Rng::with_seed(18);
        for _ in 0..2_000 {
            let scale = 10f32.powf(random.f32() * 7.0 - 4.0);
            let numbers: Vec<f32> = (0..64).map(|_| (random.f32() - 0.5) * scale).collect();
            let read = round_trip(&numbers);
            for (block, read) in numbers.chunks(BLOCK).zip(read.chunks(BLOCK)) {
                let largest = block.iter().fold(0f32, |most, x| most.max(x.abs()));
                // Half a step of 1/127; an f16 has 11 bits, or at the least 2^-24 for each of 127 steps.
                let bound = largest * (0.5 / 127.0 + 1.0 / 2048.0) + 127.0 / 2f32.powi(25);
                for (x, y) in block.iter().zip(read) {
                    assert!((x - y).abs() <= bound * 1.001, "{x} {y} {largest}");
                }
            }
        }
    }

    #[test]
    fn zeros_stay_zeros() {
        assert_eq!(round_trip(&[0.0; 32]), [0.0; 32]);
        assert_eq!(round_trip(&[1e-42; 32]), [0.0; 32]);
    }

    #[test]
    fn halves_are_rounded_away_from_zero_as_by_ggml() {
        let mut block = [0f32; 32];
        (block[0], block[1], block[2], block[3]) = (127.0, 0.5, -0.5, -126.5);
        let read = round_trip(&block);
        assert_eq!(read[..4], [127.0, 1.0, -1.0, -127.0]);
    }

    #[test]
    fn numbers_that_no_block_can_hold_are_refused() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e7 * 127.0] {
            let mut block = [1f32; 32];
            block[20] = bad;
            assert_eq!(write_q8_0(&block, &mut Vec::new()), None, "{bad}");
        }
        for bad in [f32::NAN, f32::INFINITY, f32::MAX] {
            let written = Precision::Bf16.write(&[1.0, bad], &mut Vec::new());
            assert_eq!(written, None, "{bad}");
        }
    }

    #[test]
    fn four_bit_blocks_hold_lower_halves_first() {
        let nibbles: Vec<u8> = (0..16).map(|i| i | (15 - i) << 4).collect();
        let [half, two] = [0.5f32, 2.0].map(|x| f16::from_f32(x).to_le_bytes());
        let order: Vec<f32> = (0..16u8).chain((0..16).rev()).map(f32::from).collect();
        let mut read = Vec::new();
        Kind::Q4_1.read(&[&half[..], &two, &nibbles].concat(), &mut read);
        assert_eq!(
            read,
            order.iter().map(|q| q * 0.5 + 2.0).collect::<Vec<_>>()
        );
        Kind::Q4_0.read(&[&half[..], &nibbles].concat(), &mut read);
        assert_eq!(
            read,
            order.iter().map(|q| (q - 8.0) * 0.5).collect::<Vec<_>>()
        );
    }

    #[test]
    fn half_blocks_have_no_size() {
        assert_eq!(Kind::Q4_1.bytes(48), None);
        assert_eq!(Kind::Q8_0.bytes(64), Some(68));
        assert_eq!(Kind::F16.bytes(3), Some(6));
        assert_eq!(Kind::F32.bytes(u64::MAX), None);
    }

    #[test]
    fn a_kind_keeps_its_number() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.number()), Some(kind));
        }
        // Q6_K.
        assert_eq!(Kind::of(14), None);
    }
}
