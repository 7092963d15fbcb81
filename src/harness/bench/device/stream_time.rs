//! From a stream's sample count to the program's clock, by the times of its callbacks.

use crate::audio::block_times::BlockTime;
use crate::harness::bench::statistics::percentile;

/// Callbacks this far from a sample, in the stream's time, say when it was handed over. Two clocks
/// that drift by 100 ppm move by a tenth of a millisecond meanwhile, evenly to both sides.
const WINDOW_S: f64 = 1.0;

/// One stream's times.
pub(super) struct StreamTime<'a> {
    blocks: &'a [BlockTime],
    rate_hz: f64,
}

/// A sample on the program's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Handover {
    /// When it was handed over. Seconds.
    pub at_s: f64,
    /// What the driver says lies between the program and the converter. Seconds.
    pub claimed_s: f64,
    /// By how much the latest callback nearby was later than the usual one. Seconds.
    pub late_s: f64,
}

impl<'a> StreamTime<'a> {
    pub(super) fn new(blocks: &'a [BlockTime], rate_hz: u32) -> Self {
        Self {
            blocks,
            rate_hz: f64::from(rate_hz),
        }
    }

    /// When a sample was handed over; `None` without any callback near it.
    pub(super) fn of(&self, sample: f64) -> Option<Handover> {
        let reach = WINDOW_S * self.rate_hz;
        let from = self.place(sample - reach);
        let near = &self.blocks[from..self.place(sample + reach)];
        let offset = |block: &BlockTime| block.at_s - block.first_frame as f64 / self.rate_hz;
        let offsets: Vec<f64> = near.iter().map(offset).collect();
        let latencies: Vec<f64> = near.iter().map(|block| block.latency_s).collect();
        let usual = percentile(&offsets, 0.5);
        (!near.is_empty()).then(|| Handover {
            at_s: sample / self.rate_hz + usual,
            claimed_s: percentile(&latencies, 0.5),
            late_s: percentile(&offsets, 1.0) - usual,
        })
    }

    /// About which sample is handed over at a time.
    pub(super) fn sample_at(&self, at_s: f64) -> Option<f64> {
        let nearest = self.blocks.partition_point(|block| block.at_s < at_s);
        let block = self.blocks.get(nearest).or(self.blocks.last())?;
        Some(block.first_frame as f64 + (at_s - block.at_s) * self.rate_hz)
    }

    fn place(&self, sample: f64) -> usize {
        self.blocks
            .partition_point(|block| (block.first_frame as f64) < sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(late_s: impl Fn(u64) -> f64) -> Vec<BlockTime> {
        let block = |n: u64| BlockTime {
            first_frame: n * 480,
            at_s: 5.0 + n as f64 * 0.01 + late_s(n),
            latency_s: 0.02,
        };
        (0..500).map(block).collect()
    }

    #[test]
    fn a_late_callback_does_not_move_its_samples() {
        let blocks = blocks(|n| if n % 7 == 0 { 0.004 } else { 0.0 });
        let found = StreamTime::new(&blocks, 48_000).of(96_240.0).unwrap();
        assert!((found.at_s - 7.005).abs() < 1e-9, "{found:?}");
        assert!((found.late_s - 0.004).abs() < 1e-9, "{found:?}");
        assert_eq!(found.claimed_s, 0.02);
    }

    #[test]
    fn far_from_every_callback_there_is_no_time() {
        let blocks = blocks(|_| 0.0);
        assert_eq!(StreamTime::new(&blocks, 48_000).of(1e7), None);
        assert_eq!(StreamTime::new(&[], 48_000).of(0.0), None);
    }
}
