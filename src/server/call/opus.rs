//! The sound of a call: Opus, mono, at the rate of Realtime.

use std::time::Duration;

use opusic_c::{Application, Channels, Decoder, Encoder, ErrorCode, InbandFec, SampleRate};

use crate::server::realtime::RATE;

/// Samples of a packet that we send: 20 ms.
const PACKET: usize = RATE as usize / 50;
/// Samples of the longest packet there is: 120 ms.
const LONGEST: usize = RATE as usize * 120 / 1000;
/// Bytes of a packet at most.
const MOST_BYTES: usize = 1_275;
/// Opus' clock in a call ticks at 48 kHz, whatever the rate.
const TICKS: usize = 48_000 / RATE as usize;
/// Lost sound that is made up for: more was no loss but a pause. Samples.
const MOST_MADE_UP: usize = RATE as usize / 10;
/// Packets in a hundred that the client is taken to lose: so much is said twice.
const EXPECTED_LOSS: u8 = 5;

/// Takes packets apart.
pub struct Ear {
    decoder: Decoder,
    out: Box<[f32; LONGEST]>,
    /// The tick that the next packet begins at, if none is lost.
    due: Option<u64>,
}

impl Ear {
    /// # Errors
    /// There is no memory for it.
    pub fn new() -> Result<Self, ErrorCode> {
        Ok(Self {
            decoder: Decoder::new(Channels::Mono, SampleRate::Hz24000)?,
            out: Box::new([0.0; LONGEST]),
            due: None,
        })
    }

    /// The samples of a packet that begins at this tick of the sender's, behind what stands for packets that were
    /// lost. A packet that is damaged has none.
    pub fn hear(&mut self, packet: &[u8], tick: u64) -> Vec<i16> {
        let mut heard = Vec::new();
        // Nothing, to the decoder, is a packet that was lost.
        let samples = match self.decoder.get_nb_samples(packet) {
            Ok(samples @ 1..=LONGEST) if !packet.is_empty() => samples,
            _ => return heard,
        };
        let lost = self.due.and_then(|due| tick.checked_sub(due)).unwrap_or(0) as usize / TICKS;
        if lost <= MOST_MADE_UP {
            self.make_up(packet, lost, samples, &mut heard);
        }
        self.decode(packet, samples, false, &mut heard);
        self.due = Some(tick + (samples * TICKS) as u64);
        heard
    }

    /// The packet holds what was before it once more, in few bits; what was before that is guessed.
    fn make_up(&mut self, packet: &[u8], lost: usize, samples: usize, heard: &mut Vec<i16>) {
        for left in (1..=lost / samples).rev() {
            match left {
                1 => self.decode(packet, samples, true, heard),
                _ => self.decode(&[], samples, false, heard),
            }
        }
    }

    fn decode(&mut self, packet: &[u8], samples: usize, is_before: bool, heard: &mut Vec<i16>) {
        let out = &mut self.out[..samples];
        if let Ok(samples) = self.decoder.decode_float_to_slice(packet, out, is_before) {
            heard.extend(self.out.iter().take(samples).map(|s| (s * 32_768.0) as i16));
        }
    }
}

/// Makes packets.
pub struct Mouth {
    encoder: Encoder,
    waiting: Vec<f32>,
    tick: u64,
}

impl Mouth {
    /// # Errors
    /// There is no memory for it.
    pub fn new() -> Result<Self, ErrorCode> {
        let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz24000, Application::Voip)?;
        encoder.set_inband_fec(InbandFec::Mode1)?;
        encoder.set_packet_loss(EXPECTED_LOSS)?;
        Ok(Self {
            encoder,
            waiting: Vec::with_capacity(2 * PACKET),
            tick: 0,
        })
    }

    /// How far what is said is behind the client's time, if it began when the call did; negative: ahead. Milliseconds.
    pub fn behind_ms(&self, since_start: Duration) -> i64 {
        since_start.as_millis() as i64 - (self.tick / 48) as i64
    }

    /// Leaves a pause of so many milliseconds before what is said next.
    pub fn pause(&mut self, ms: u64) {
        self.tick += ms * 48;
    }

    /// Takes a block; a packet and the tick that it begins at, if there is enough for one.
    ///
    /// # Errors
    /// Those of Opus.
    pub fn say(&mut self, block: &[i16]) -> Result<Option<(u64, Vec<u8>)>, ErrorCode> {
        let samples = block.iter().map(|sample| f32::from(*sample) / 32_768.0);
        self.waiting.extend(samples);
        if self.waiting.len() < PACKET {
            return Ok(None);
        }
        let mut packet = vec![0; MOST_BYTES];
        let bytes = (self.encoder).encode_float_to_slice(&self.waiting[..PACKET], &mut packet)?;
        packet.truncate(bytes);
        self.waiting.drain(..PACKET);
        let tick = self.tick;
        self.tick += (PACKET * TICKS) as u64;
        Ok(Some((tick, packet)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a tone, as packets.
    fn tone() -> Vec<(u64, Vec<u8>)> {
        let mut mouth = Mouth::new().unwrap();
        let sample = |n: usize| ((n as f32 * 0.1).sin() * 10_000.0) as i16;
        let blocks = (0..100).map(|block| (block * 240..block * 240 + 240).map(sample).collect());
        let packets = blocks.map(|block: Vec<i16>| mouth.say(&block).unwrap());
        packets.flatten().collect()
    }

    fn loudness(samples: &[i16]) -> f64 {
        let sum: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
        (sum / samples.len().max(1) as f64).sqrt()
    }

    #[test]
    fn what_is_said_is_heard_as_long_and_as_loud() {
        let mut ear = Ear::new().unwrap();
        let packets = tone();
        let heard: Vec<i16> = packets
            .iter()
            .flat_map(|(tick, packet)| ear.hear(packet, *tick))
            .collect();
        assert_eq!(heard.len(), RATE as usize);
        let of_a_sine = 10_000.0 / 2f64.sqrt();
        assert!((loudness(&heard[4_800..]) / of_a_sine - 1.0).abs() < 0.1);
    }

    #[test]
    fn a_lost_packet_is_made_up_for_in_its_length() {
        let mut ear = Ear::new().unwrap();
        let packets = tone();
        let kept = packets.iter().enumerate().filter(|(n, _)| n % 10 != 5);
        let heard: Vec<i16> = kept
            .flat_map(|(_, (tick, packet))| ear.hear(packet, *tick))
            .collect();
        assert_eq!(heard.len(), RATE as usize);
        let around_a_loss = &heard[25 * PACKET..26 * PACKET];
        assert!(loudness(around_a_loss) > 1_000.0);
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let mut ear = Ear::new().unwrap();
        let packets = tone();
        ear.hear(&packets[0].1, packets[0].0);
        let later = packets[1].0 + 48_000;
        assert_eq!(ear.hear(&packets[1].1, later).len(), PACKET);
    }

    #[test]
    fn damaged_packets_are_survived() {
        let mut ear = Ear::new().unwrap();
        let mut random = fastrand::Rng::with_seed(1);
        for tick in 0..2_000u64 {
            let packet: Vec<u8> = (0..random.usize(0..200)).map(|_| random.u8(..)).collect();
            let heard = ear.hear(&packet, random.u64(..) >> random.u32(1..60));
            assert!(heard.len() <= LONGEST + MOST_MADE_UP, "{tick}");
        }
    }
}
