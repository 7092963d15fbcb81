//! What is asked of `/v1/audio/speech`.

use serde::Deserialize;

use super::Problem;

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// The text.
    pub input: String,
    /// One of those that come with the program; anybody else's names mean the assistant's own.
    pub voice: Option<String>,
    /// `wav` or `pcm`.
    response_format: Option<String>,
    /// 1 is the voice's own.
    speed: Option<f64>,
}

/// Characters of a text at most: half an hour of speech.
const MOST_TEXT: usize = 20_000;
/// Rate of what is given. Hz.
pub const RATE: u32 = 24_000;

/// How the sound is written: 24 kHz, 16 bit, mono.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A WAV file.
    Wav,
    /// The samples alone, little endian.
    Pcm,
}

impl Request {
    /// How the sound is to be written.
    ///
    /// # Errors
    /// In another format.
    pub fn format(&self) -> Result<Format, Problem> {
        match self.response_format.as_deref() {
            None | Some("wav") => Ok(Format::Wav),
            Some("pcm") => Ok(Format::Pcm),
            Some(other) => {
                let message = format!(
                    "{other} is not written here: ask for wav or pcm (24 kHz, 16 bit, mono)"
                );
                Err(Problem::wrong(Some("response_format"), message))
            }
        }
    }

    /// The speed in percent of the voice's own, once the text is known to be one.
    ///
    /// # Errors
    /// The speed is out of its range, the text is empty or too long.
    pub fn speed_percent(&self) -> Result<u16, Problem> {
        let speed = self.speed.unwrap_or(1.0);
        if !(0.25..=4.0).contains(&speed) {
            return Err(Problem::wrong(Some("speed"), "speed is 0.25 to 4"));
        }
        let length = self.input.chars().count();
        if length > MOST_TEXT || !self.input.contains(char::is_alphanumeric) {
            let message = format!(
                "input has {length} characters: give 1 to {MOST_TEXT}, with words among them"
            );
            return Err(Problem::wrong(Some("input"), message));
        }
        Ok((speed * 100.0) as u16)
    }
}

/// Samples as they are given.
pub fn pcm(samples: &[f32]) -> Vec<u8> {
    let to_i16 = |sample: &f32| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16;
    let samples = samples.iter().map(to_i16);
    samples.flat_map(i16::to_le_bytes).collect()
}

/// The head of a WAV file with so many bytes of 16-bit mono samples.
pub fn wav_head(bytes: u32) -> [u8; 44] {
    let mut head = [0; 44];
    head[..4].copy_from_slice(b"RIFF");
    head[4..8].copy_from_slice(&(36 + bytes).to_le_bytes());
    head[8..16].copy_from_slice(b"WAVEfmt ");
    head[16..20].copy_from_slice(&16u32.to_le_bytes());
    // PCM, one channel.
    head[20..22].copy_from_slice(&1u16.to_le_bytes());
    head[22..24].copy_from_slice(&1u16.to_le_bytes());
    head[24..28].copy_from_slice(&RATE.to_le_bytes());
    head[28..32].copy_from_slice(&(2 * RATE).to_le_bytes());
    head[32..34].copy_from_slice(&2u16.to_le_bytes());
    head[34..36].copy_from_slice(&16u16.to_le_bytes());
    head[36..40].copy_from_slice(b"data");
    head[40..44].copy_from_slice(&bytes.to_le_bytes());
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wav_head_is_read_by_others() {
        let mut file = wav_head(4).to_vec();
        file.extend([1, 0, 2, 0]);
        let mut reader = hound::WavReader::new(file.as_slice()).unwrap();
        assert_eq!(reader.spec().sample_rate, RATE);
        let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [1, 2]);
    }
}
