//! Samples as bytes: little-endian integers, channels interleaved.

use crate::AudioFormat;

/// Audio that cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "audio of {} bytes a sample, {} channels and {} Hz cannot be read: send 16-bit mono",
    .0.width, .0.channels, .0.rate
)]
pub struct FormatError(pub AudioFormat);

/// More channels than any microphone has.
const MOST_CHANNELS: u32 = 32;
/// Hertz.
const HIGHEST_RATE: u32 = 384_000;

/// Appends the samples in `bytes` to `mono`, full scale ±1, channels averaged. An incomplete sample
/// at the end is left out.
///
/// # Errors
/// The format is none that audio comes in.
pub fn decode(format: AudioFormat, bytes: &[u8], mono: &mut Vec<f32>) -> Result<(), FormatError> {
    let AudioFormat {
        rate,
        width,
        channels,
    } = format;
    let sane = (1..=MOST_CHANNELS).contains(&channels) && (1..=HIGHEST_RATE).contains(&rate);
    if !sane || !(1..=4).contains(&width) {
        return Err(FormatError(format));
    }
    let frames = bytes.chunks_exact((width * channels) as usize);
    mono.extend(frames.map(|frame| {
        let sum: f32 = frame.chunks_exact(width as usize).map(sample).sum();
        sum / channels as f32
    }));
    Ok(())
}

/// One sample of one to four bytes; a single byte is unsigned, as in WAV files.
fn sample(bytes: &[u8]) -> f32 {
    if let [byte] = bytes {
        return (f32::from(*byte) - 128.0) / 128.0;
    }
    let mut aligned = [0; 4];
    aligned[4 - bytes.len()..].copy_from_slice(bytes);
    i32::from_le_bytes(aligned) as f32 / 2_147_483_648.0
}

/// Mono samples as 16-bit integers; what is beyond full scale is clipped.
pub fn encode(samples: &[f32]) -> Vec<u8> {
    let value = |sample: &f32| (sample * 32_768.0).clamp(-32_768.0, 32_767.0) as i16;
    samples
        .iter()
        .flat_map(|sample| value(sample).to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(width: u32, channels: u32) -> AudioFormat {
        AudioFormat {
            rate: 16_000,
            width,
            channels,
        }
    }

    #[test]
    fn sixteen_bits_come_back() {
        let samples = [0.0, 0.5, -0.5, 0.25, -1.0];
        let mut back = Vec::new();
        decode(format(2, 1), &encode(&samples), &mut back).unwrap();
        assert_eq!(back, samples);
    }

    #[test]
    fn every_width_has_the_same_full_scale() {
        for (width, half) in [
            (1, &[192][..]),
            (2, &[0, 64]),
            (3, &[0, 0, 64]),
            (4, &[0, 0, 0, 64]),
        ] {
            let mut mono = Vec::new();
            decode(format(width, 1), half, &mut mono).unwrap();
            assert_eq!(mono, [0.5], "{width}");
        }
    }

    #[test]
    fn channels_are_averaged() {
        let mut mono = Vec::new();
        let stereo = encode(&[0.5, 0.0, -0.5, -0.5]);
        decode(format(2, 2), &stereo, &mut mono).unwrap();
        assert_eq!(mono, [0.25, -0.5]);
    }

    #[test]
    fn impossible_formats_are_refused() {
        for (width, channels) in [(0, 1), (5, 1), (2, 0), (2, 1_000_000_000)] {
            assert!(decode(format(width, channels), &[0; 8], &mut Vec::new()).is_err());
        }
    }
}
