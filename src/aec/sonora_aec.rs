//! WebRTC's AEC3 through `sonora`.

use sonora::config::{EchoCanceller as Aec3, TransparentModeType};
use sonora::{AudioProcessing, Config, StreamConfig};

use super::EchoCanceller;
use crate::audio::frame::{FRAME, SPEECH_RATE, peak};

/// Below this the loudspeaker counts as silent.
const RENDER_SILENCE: f32 = 1e-4;
/// Blocks for which an echo may still ring after the loudspeaker fell silent: the longest delay
/// that AEC3 follows, 500 ms, and a reverberant tail.
const TAIL_BLOCKS: u32 = 70;

/// AEC3 with its high-pass filter.
///
/// While nothing has been played for [`TAIL_BLOCKS`] there is no echo to cancel and the microphone
/// passes as it is: the recognizer hears people best unprocessed. The canceller listens on, or it
/// would begin the next reply with what it heard before the last one.
pub struct SonoraCanceller {
    processing: AudioProcessing,
    silent_blocks: u32,
}

impl SonoraCanceller {
    /// A canceller at 16 kHz, mono.
    pub fn new() -> Self {
        Self {
            processing: new_processing(),
            silent_blocks: TAIL_BLOCKS,
        }
    }
}

impl Default for SonoraCanceller {
    fn default() -> Self {
        Self::new()
    }
}

impl EchoCanceller for SonoraCanceller {
    fn process(&mut self, capture: &mut [f32; FRAME], render: &[f32; FRAME]) {
        if peak(render) > RENDER_SILENCE {
            self.silent_blocks = 0;
        } else {
            self.silent_blocks = self.silent_blocks.saturating_add(1);
        }
        let mut unused = [0.0f32; FRAME];
        let mut cleaned = [0.0f32; FRAME];
        let done = self
            .processing
            .process_render_f32(&[render], &mut [&mut unused])
            .and_then(|()| {
                self.processing
                    .process_capture_f32(&[&*capture], &mut [&mut cleaned])
            });
        match done {
            Ok(()) if self.silent_blocks > TAIL_BLOCKS => {}
            Ok(()) => *capture = cleaned,
            // Frames of the configured size cannot fail; should they, hearing the echo is better
            // than hearing nothing.
            Err(error) => tracing::error!("echo canceller: {error:?}"),
        }
    }

    fn reset(&mut self) {
        self.processing = new_processing();
    }
}

fn new_processing() -> AudioProcessing {
    let stream = StreamConfig::new(SPEECH_RATE, 1);
    AudioProcessing::builder()
        .config(Config {
            // The other mode damages speech where there is no echo at all (headphones): of six
            // interruptions that began with "Stop" it lost the word in all. Noise suppression
            // stays off: it cost the recognizer words with and without echo.
            echo_canceller: Some(Aec3 {
                transparent_mode: TransparentModeType::Hmm,
                ..Aec3::default()
            }),
            ..Config::default()
        })
        .capture_config(stream)
        .render_config(stream)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::{dbfs, rms};
    use crate::audio::room::{EchoPath, Noise, Room};

    /// Speech-like noise: bursts of 200 ms.
    fn played(seed: u64, samples: usize) -> Vec<f32> {
        let mut noise = Noise::new(seed);
        (0..samples)
            .map(|n| {
                let loud = if (n / 3_200).is_multiple_of(2) {
                    0.2
                } else {
                    0.02
                };
                noise.gaussian() * loud
            })
            .collect()
    }

    /// AEC3 reaches far more on a single path (above 40 dB); this holds the wiring, not the
    /// canceller, so a margin for every seed is left.
    const LEAST_ERLE_DB: f32 = 20.0;

    #[test]
    fn an_echo_is_taken_out_once_the_filter_has_converged() {
        let path = EchoPath {
            gain_db: -10.0,
            delay_ms: 13.0,
            reverb_ms: 0.0,
        };
        let mut room = Room::new(path, 1);
        let mut canceller = SonoraCanceller::new();
        let render = played(2, 16_000 * 8);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for block in render.as_chunks::<FRAME>().0 {
            let mut capture = [0.0; FRAME];
            for (heard, played) in capture.iter_mut().zip(block) {
                *heard = room.echo(*played);
            }
            before.extend(capture);
            canceller.process(&mut capture, block);
            after.extend(capture);
        }
        let tail = 16_000 * 5;
        let erle = dbfs(rms(&before[tail..])) - dbfs(rms(&after[tail..]));
        assert!(erle > LEAST_ERLE_DB, "{erle} dB");
    }

    #[test]
    fn a_reply_does_not_begin_with_what_was_heard_long_before_it() {
        let mut canceller = SonoraCanceller::new();
        let (speech, silence) = (played(3, 16_000), vec![0.0; 16_000 * 3]);
        let heard = [&speech[..], &silence, &silence].concat();
        let reply = [&silence[..], &speech[..8_000], &silence].concat();
        let mut after = Vec::new();
        for (heard, reply) in heard
            .as_chunks::<FRAME>()
            .0
            .iter()
            .zip(reply.as_chunks::<FRAME>().0)
        {
            let mut capture = *heard;
            canceller.process(&mut capture, reply);
            after.extend(capture);
        }
        let begin = dbfs(rms(&after[16_000 * 3..16_000 * 3 + 800]));
        assert!(begin < -70.0, "{begin} dBFS");
    }

    #[test]
    fn without_anything_played_the_microphone_passes_unchanged() {
        let mut canceller = SonoraCanceller::new();
        let mut capture = [0.25; FRAME];
        canceller.process(&mut capture, &[0.0; FRAME]);
        assert_eq!(capture, [0.25; FRAME]);
    }
}
