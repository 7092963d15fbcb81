//! The audio of one request: it comes in any format and leaves as a recognizer takes it.

use wyoming::{AudioFormat, Transcribe, pcm};

use crate::audio::frame::SPEECH_RATE;
use crate::audio::resample::StreamResampler;

/// More audio than this is no utterance. Seconds; as in Whisper's worker.
const LONGEST_S: usize = 300;

/// See the module.
#[derive(Default)]
pub struct Utterance {
    /// What was asked about it.
    pub asked: Transcribe,
    source: Option<Source>,
    samples: Vec<f32>,
    /// What is wrong with the audio; what comes after it is not looked at.
    trouble: Option<String>,
}

/// Audio as it comes.
struct Source {
    rate_hz: u32,
    /// Mono samples so far.
    samples: usize,
    resampler: StreamResampler,
}

impl Utterance {
    /// One without audio yet.
    pub fn new(asked: Transcribe) -> Self {
        Self {
            asked,
            ..Self::default()
        }
    }

    /// Takes a piece of audio.
    pub fn push(&mut self, format: AudioFormat, bytes: &[u8]) {
        if self.trouble.is_none() {
            self.trouble = self.take(format, bytes).err();
        }
    }

    fn take(&mut self, format: AudioFormat, bytes: &[u8]) -> Result<(), String> {
        let mut mono = Vec::new();
        pcm::decode(format, bytes, &mut mono).map_err(|e| e.to_string())?;
        let source = match &mut self.source {
            Some(source) => source,
            None => self.source.insert(Source::new(format.rate)?),
        };
        if source.rate_hz != format.rate {
            return Err("the audio changes its rate in the middle: send it at one rate".into());
        }
        source.samples += mono.len();
        // Before it is converted: a second at a low rate is few bytes, and many samples afterwards.
        if source.samples > LONGEST_S * source.rate_hz as usize {
            let minutes = LONGEST_S / 60;
            return Err(format!(
                "there are more than {minutes} minutes of audio in one request: send shorter pieces"
            ));
        }
        source.resampler.push(&mono, &mut self.samples);
        Ok(())
    }

    /// All of it at the recognizers' rate, mono, and what was asked about it.
    ///
    /// # Errors
    /// What is wrong with the audio.
    pub fn finish(mut self) -> Result<(Transcribe, Vec<f32>), String> {
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        if let Some(source) = &mut self.source {
            source.resampler.flush(&mut self.samples);
        }
        Ok((self.asked, self.samples))
    }
}

impl Source {
    fn new(rate_hz: u32) -> Result<Self, String> {
        let resampler = StreamResampler::new(rate_hz, SPEECH_RATE).map_err(|e| e.to_string())?;
        Ok(Self {
            rate_hz,
            samples: 0,
            resampler,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(rate: u32, width: u32, channels: u32) -> AudioFormat {
        AudioFormat {
            rate,
            width,
            channels,
        }
    }

    #[test]
    fn audio_of_any_format_leaves_as_16_khz() {
        for (rate, width, channels) in [
            (16_000, 2, 1),
            (48_000, 2, 2),
            (22_050, 4, 1),
            (8_000, 1, 1),
        ] {
            let mut utterance = Utterance::default();
            for _ in 0..10 {
                let bytes = vec![0; (rate / 10 * width * channels) as usize];
                utterance.push(format(rate, width, channels), &bytes);
            }
            let (_, samples) = utterance.finish().unwrap();
            assert!(
                (16_000..17_000).contains(&samples.len()),
                "{rate}: {}",
                samples.len()
            );
        }
    }

    #[test]
    fn a_rate_that_changes_is_said_at_the_end() {
        let mut utterance = Utterance::default();
        utterance.push(format(16_000, 2, 1), &[0; 320]);
        utterance.push(format(8_000, 2, 1), &[0; 320]);
        utterance.push(format(16_000, 2, 1), &[0; 320]);
        assert!(utterance.finish().unwrap_err().contains("changes its rate"));
    }

    #[test]
    fn audio_that_would_become_very_long_is_not_converted() {
        let mut utterance = Utterance::default();
        utterance.push(format(1, 1, 1), &[128; 1_000_000]);
        assert!(utterance.samples.is_empty());
        assert!(utterance.finish().unwrap_err().contains("5 minutes"));
    }

    #[test]
    fn a_format_that_is_none_is_said() {
        let mut utterance = Utterance::default();
        utterance.push(format(16_000, 9, 1), &[0; 18]);
        assert!(utterance.finish().unwrap_err().contains("send 16-bit mono"));
    }
}
