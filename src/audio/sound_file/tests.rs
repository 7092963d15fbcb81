//! One sound under every head that a WAV file has in the wild.

use super::*;

const RATE_HZ: u32 = 8_000;

/// What each file holds: a tone that fades.
fn sound() -> Vec<f32> {
    (0..1_600)
        .map(|n| (n as f32 * 0.3).sin() * 0.5 * (1.0 - n as f32 / 1_600.0))
        .collect()
}

/// How samples are stored.
#[derive(Clone, Copy)]
enum Stored {
    Int(u16),
    Float32,
    Float64,
    MuLaw,
}

impl Stored {
    fn tag(self) -> u16 {
        match self {
            Self::Int(_) => 1,
            Self::Float32 | Self::Float64 => 3,
            Self::MuLaw => 7,
        }
    }

    fn bits(self) -> u16 {
        match self {
            Self::Int(bits) => bits,
            Self::Float32 => 32,
            Self::Float64 => 64,
            Self::MuLaw => 8,
        }
    }

    fn bytes(self, sample: f32) -> Vec<u8> {
        match self {
            Self::Int(8) => vec![(sample * 127.0 + 128.0) as u8],
            Self::Int(bits) => {
                let scaled = (f64::from(sample) * f64::from(1u32 << (bits - 1))) as i32;
                scaled.to_le_bytes()[..usize::from(bits / 8)].to_vec()
            }
            Self::Float32 => sample.to_le_bytes().to_vec(),
            Self::Float64 => f64::from(sample).to_le_bytes().to_vec(),
            Self::MuLaw => vec![mu_law(sample)],
        }
    }
}

/// G.711.
fn mu_law(sample: f32) -> u8 {
    let magnitude = ((sample.abs() * 32_767.0) as i32 + 132).min(32_767);
    let exponent = (24 - magnitude.leading_zeros() as i32).max(0);
    let mantissa = (magnitude >> (exponent + 3)) & 0xF;
    let sign = if sample < 0.0 { 0x80 } else { 0 };
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

/// A file in the making.
struct Wav {
    stored: Stored,
    channels: Vec<Vec<f32>>,
    id: &'static [u8; 4],
    stated_bytes: Option<u32>,
    chunks_before: Vec<u8>,
    extensible_valid_bits: Option<u16>,
    stated_bits: Option<u16>,
    byte_rate: Option<u32>,
    behind: Vec<u8>,
}

impl Wav {
    fn of(stored: Stored) -> Self {
        Self {
            stored,
            channels: vec![sound()],
            id: b"RIFF",
            stated_bytes: None,
            chunks_before: Vec::new(),
            extensible_valid_bits: None,
            stated_bits: None,
            byte_rate: None,
            behind: Vec::new(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let channels = self.channels.len() as u16;
        let block = channels * self.stored.bits() / 8;
        let tag = match self.extensible_valid_bits {
            Some(_) => 0xFFFE,
            None => self.stored.tag(),
        };
        let mut format = Vec::new();
        format.extend(tag.to_le_bytes());
        format.extend(channels.to_le_bytes());
        format.extend(RATE_HZ.to_le_bytes());
        format.extend(
            self.byte_rate
                .unwrap_or(RATE_HZ * u32::from(block))
                .to_le_bytes(),
        );
        format.extend(block.to_le_bytes());
        format.extend(self.stated_bits.unwrap_or(self.stored.bits()).to_le_bytes());
        if let Some(valid) = self.extensible_valid_bits {
            format.extend(22u16.to_le_bytes());
            format.extend(valid.to_le_bytes());
            format.extend(0u32.to_le_bytes());
            format.extend(self.stored.tag().to_le_bytes());
            format.extend(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
        }
        let frames =
            (0..self.channels[0].len()).flat_map(|n| self.channels.iter().map(move |c| c[n]));
        let data: Vec<u8> = frames
            .flat_map(|sample| self.stored.bytes(sample))
            .collect();
        let mut file = Vec::new();
        file.extend(self.id);
        file.extend(0u32.to_le_bytes());
        file.extend(b"WAVE");
        if self.id == b"RF64" {
            file.extend(b"ds64");
            file.extend(28u32.to_le_bytes());
            file.extend(0u64.to_le_bytes());
            file.extend((data.len() as u64).to_le_bytes());
            file.extend([0; 12]);
        }
        file.extend(b"fmt ");
        file.extend((format.len() as u32).to_le_bytes());
        file.extend(format);
        file.extend(&self.chunks_before);
        file.extend(b"data");
        file.extend(self.stated_bytes.unwrap_or(data.len() as u32).to_le_bytes());
        file.extend(data);
        file.extend(&self.behind);
        file
    }
}

fn read(bytes: &[u8]) -> Result<Clip, AudioError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).unwrap();
    read_clip(&path)
}

/// Fails unless the file holds the sound, to the precision of 8 bits.
fn holds_the_sound(what: &str, wav: &Wav) {
    let clip = read(&wav.bytes()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(clip.rate_hz, RATE_HZ, "{what}");
    assert_eq!(clip.samples.len(), sound().len(), "{what}");
    let off = clip.samples.iter().zip(sound()).map(|(a, b)| (a - b).abs());
    assert!(off.fold(0.0, f32::max) < 0.02, "{what}");
}

#[test]
fn every_width_of_samples_is_read() {
    for bits in [8, 16, 24, 32] {
        holds_the_sound(&format!("{bits} bits"), &Wav::of(Stored::Int(bits)));
    }
    holds_the_sound("float", &Wav::of(Stored::Float32));
    holds_the_sound("double", &Wav::of(Stored::Float64));
    holds_the_sound("mu-law", &Wav::of(Stored::MuLaw));
}

#[test]
fn fewer_valid_bits_than_stored_ones_are_read_by_what_is_stored() {
    for (stored, valid) in [(32, 24), (24, 20), (16, 12)] {
        let extensible = Wav {
            extensible_valid_bits: Some(valid),
            ..Wav::of(Stored::Int(stored))
        };
        holds_the_sound(&format!("{valid} in {stored}"), &extensible);
    }
    let plain = Wav {
        stated_bits: Some(20),
        ..Wav::of(Stored::Int(24))
    };
    holds_the_sound("20 in 24 without an extension", &plain);
}

#[test]
fn lengths_that_streams_state_mean_to_the_end_of_the_file() {
    for stated in [0, 0x7FFF_FFFF, 0x7FFF_F000, u32::MAX] {
        let wav = Wav {
            stated_bytes: Some(stated),
            ..Wav::of(Stored::Int(16))
        };
        holds_the_sound(&format!("{stated:#x} bytes"), &wav);
    }
}

#[test]
fn rf64_states_its_length_elsewhere() {
    let wav = Wav {
        id: b"RF64",
        stated_bytes: Some(u32::MAX),
        behind: b"LIST\x08\0\0\0INFOabcd".to_vec(),
        ..Wav::of(Stored::Int(16))
    };
    holds_the_sound("RF64", &wav);
}

#[test]
fn what_stands_behind_the_samples_is_not_read() {
    let wav = Wav {
        behind: b"LIST\x08\0\0\0INFOabcd".to_vec(),
        ..Wav::of(Stored::Int(16))
    };
    holds_the_sound("LIST behind", &wav);
}

#[test]
fn an_odd_chunk_is_padded_or_its_padding_was_forgotten() {
    for chunk in [&b"note\x03\0\0\0abc\0"[..], b"note\x03\0\0\0abc"] {
        let wav = Wav {
            chunks_before: chunk.to_vec(),
            ..Wav::of(Stored::Int(16))
        };
        holds_the_sound(&format!("{chunk:?}"), &wav);
    }
}

#[test]
fn a_wrong_byte_rate_is_no_matter() {
    let wav = Wav {
        byte_rate: Some(7),
        ..Wav::of(Stored::Int(16))
    };
    holds_the_sound("byte rate", &wav);
}

#[test]
fn a_file_that_is_cut_off_is_read_as_far_as_it_goes() {
    let bytes = Wav::of(Stored::Int(16)).bytes();
    // Within a sample.
    let clip = read(&bytes[..bytes.len() - 201]).unwrap();
    assert_eq!(clip.samples.len(), sound().len() - 101);
}

#[test]
fn channels_are_averaged_and_a_silent_one_only_makes_it_quieter() {
    let wav = Wav {
        channels: vec![sound(), vec![0.0; sound().len()]],
        ..Wav::of(Stored::Int(16))
    };
    let clip = read(&wav.bytes()).unwrap();
    assert!((clip.samples[5] - sound()[5] / 2.0).abs() < 0.001);
}

#[test]
fn channels_that_cancel_each_other_are_not_averaged() {
    let turned = sound().iter().map(|sample| -sample).collect();
    let wav = Wav {
        channels: vec![sound(), turned],
        ..Wav::of(Stored::Int(16))
    };
    let samples = read(&wav.bytes()).unwrap().samples;
    assert!((samples[5].abs() - sound()[5].abs()).abs() < 0.001);
}

#[test]
fn samples_that_are_not_numbers_are_silence() {
    let mut sound = sound();
    sound[5] = f32::NAN;
    sound[6] = f32::INFINITY;
    let wav = Wav {
        channels: vec![sound],
        ..Wav::of(Stored::Float32)
    };
    let samples = read(&wav.bytes()).unwrap().samples;
    assert_eq!(samples[5..7], [0.0, 0.0]);
}

#[test]
fn what_is_no_sound_says_what_can_be_read() {
    for bytes in [&b"RI"[..], &[7; 4_000], b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0ab"] {
        let message = read(bytes).unwrap_err().to_string();
        assert!(message.contains("sound:"), "{message}");
    }
    let message = read(&[7; 4_000]).unwrap_err().to_string();
    assert!(
        message.contains("WAV, FLAC, MP3") && message.contains("ffmpeg"),
        "{message}"
    );
}

/// Damage anywhere is an error or a sound, and never the end of the program.
#[test]
fn damaged_heads_are_survived() {
    let whole = Wav {
        extensible_valid_bits: Some(24),
        chunks_before: b"LIST\x03\0\0\0abc\0".to_vec(),
        ..Wav::of(Stored::Int(32))
    }
    .bytes();
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..2_000 {
        let mut bytes = whole.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(0..100);
            bytes[at] = random.u8(..);
        }
        bytes.truncate(random.usize(..bytes.len()));
        let _ = read(&bytes);
    }
}

/// "Yes.", by our own voice, in each kind as ffmpeg writes it. They are seeds of `tests/fuzz` as well.
#[test]
fn every_kind_of_file_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/sound");
    for kind in ["aiff", "caf", "flac", "m4a", "mka", "mp3", "ogg"] {
        let clip = read_clip(&corpus.join(format!("yes.{kind}"))).unwrap();
        assert_eq!(clip.rate_hz, 16_000, "{kind}");
        // Codecs pad the beginning and the end.
        assert!(
            (0.55..0.85).contains(&clip.seconds()),
            "{kind}: {}",
            clip.seconds()
        );
        let loudest = clip.samples.iter().fold(0.0f32, |a, b| a.max(b.abs()));
        assert!((0.1..=1.0).contains(&loudest), "{kind}: {loudest}");
    }
}
