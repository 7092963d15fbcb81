//! When the blocks of a stream were handed over, on the program's monotonic clock: what relates the
//! sample counts of two streams, whose own clocks have nothing in common.
//!
//! The callback pushes into a ring and the measuring thread drains it; without anybody who watches
//! there is no ring, and a full one loses the newest times.

use std::time::Duration;

use ringbuf::traits::{Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

/// Blocks between two looks at the ring that are kept: 20 s of blocks of 5 ms.
const CAPACITY: usize = 4_096;

/// One call of a callback.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockTime {
    /// Frames of the stream before this block.
    pub first_frame: u64,
    /// When the callback was called. Seconds on a clock that both sides of a device share.
    pub at_s: f64,
    /// What the driver says lies between the callback and the block's first frame at the
    /// converter. Seconds.
    pub latency_s: f64,
}

/// Device side: where the callback writes, if anybody watches.
#[derive(Default)]
pub(super) struct BlockTimes {
    ring: Option<HeapProd<BlockTime>>,
    frames: u64,
}

impl BlockTimes {
    /// From now on every block's time goes into the ring.
    pub(super) fn watch(&mut self) -> HeapCons<BlockTime> {
        let (producer, consumer) = HeapRb::new(CAPACITY).split();
        self.ring = Some(producer);
        consumer
    }

    pub(super) fn begin(&mut self, at: Duration, latency: Duration) {
        if let Some(ring) = &mut self.ring {
            let _ = ring.try_push(BlockTime {
                first_frame: self.frames,
                at_s: at.as_secs_f64(),
                latency_s: latency.as_secs_f64(),
            });
        }
    }

    pub(super) fn end(&mut self, frames: usize) {
        self.frames += frames as u64;
    }
}
