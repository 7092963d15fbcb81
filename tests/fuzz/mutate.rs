//! Damaged forms of whole inputs.

/// Numbers at which lengths and offsets go wrong.
const NUMBERS: [u64; 10] = [
    0,
    1,
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    1 << 62,
    u64::MAX,
];
/// Most changes to one input.
const MOST_CHANGES: usize = 6;
/// Longest input. Bytes.
const LONGEST: usize = 1 << 20;

/// Makes one damaged input after the other, the same for the same seed.
pub struct Mutator {
    random: fastrand::Rng,
    seeds: Vec<Vec<u8>>,
}

impl Mutator {
    /// A mutator of these inputs.
    pub fn new(seed: u64, seeds: Vec<Vec<u8>>) -> Self {
        assert!(seeds.iter().any(|seed| !seed.is_empty()));
        Self {
            random: fastrand::Rng::with_seed(seed),
            seeds,
        }
    }

    /// The next one.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.seed();
        for _ in 0..self.random.usize(1..=MOST_CHANGES) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn seed(&mut self) -> Vec<u8> {
        self.seeds[self.random.usize(..self.seeds.len())].clone()
    }

    /// A place; the beginning, where heads are, is as likely as all the rest.
    fn place(&mut self, input: &[u8]) -> usize {
        let reach = if self.random.bool() {
            input.len()
        } else {
            input.len().min(128)
        };
        self.random.usize(..=reach)
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.place(input);
        let rest = input.len() - at;
        match self.random.u8(..7) {
            0 if rest > 0 => input[at] ^= 1 << self.random.u8(..8),
            1 if rest > 0 => input[at] = self.random.u8(..),
            2 => input.truncate(at),
            3 => drop(input.drain(at..at + self.random.usize(..=rest.min(64)))),
            4 => {
                // A part once more, elsewhere.
                let from = self.place(input);
                let length = (input.len() - from).min(self.random.usize(..=64));
                let part = input[from..from + length].to_vec();
                input.splice(at..at, part);
            }
            5 => {
                let number = NUMBERS[self.random.usize(..NUMBERS.len())];
                let width = [1, 2, 4, 8][self.random.usize(..4)].min(rest);
                let bytes = if self.random.bool() {
                    number.to_le_bytes()
                } else {
                    number.to_be_bytes()
                };
                input[at..at + width].copy_from_slice(&bytes[..width]);
            }
            _ => {
                // The head of one and the tail of another.
                let other = self.seed();
                let from = self.place(&other);
                input.truncate(at);
                input.extend(&other[from..]);
            }
        }
    }
}
