//! Round trip of a sound path: from the loudspeaker's driver through the air, a cable or a sound
//! server's monitor back to the program.
//!
//! Bursts of noise are played and found again in what was captured, by normalized
//! cross-correlation; each burst is another piece of noise, so that none is taken for its neighbour
//! however long the way is.
//!
//! # On which clock
//! The two streams have a sample clock each, and these have nothing in common: neither their zero
//! nor quite their rate. What they share is the moment at which the program is called. So the round
//! trip is measured **from the callback in which the program hands a sample to the driver to the
//! callback in which the driver hands it back**, on the program's monotonic clock. Each callback
//! notes its time and how many frames came before; from these, sample `k` of a stream has the time
//! `k / rate` plus the median of `time - frames / rate` over the callbacks within a second of it.
//! The median, because a callback is often late and, when a server moves several blocks at once,
//! some are early. A sample within a block counts as if a block began with it: the length of the
//! blocks is in the round trip once, as it is in what a driver claims, and so the two can be
//! compared.
//!
//! The *drift* needs no callbacks: it is the slope of the place where a burst is found against the
//! place where it was played, both counted in samples. A sudden change of that difference is a
//! glitch: samples were lost or inserted on one of the two sides.
//!
//! The session's own pairing of blocks (`pipeline::Sound`) is good to a block or two, which is what
//! echo cancellation needs, and too coarse for this.

mod burst;
mod metrics;
mod record;
mod round_trip;
mod stream_time;
mod verdict;

pub use burst::{Bursts, PERIOD_S};
pub use metrics::device_metrics;
pub use record::{DeviceError, PathRecording, record};
pub use round_trip::{Arrival, NoEcho, RoundTrip, find_round_trip};
pub use verdict::{device_sentence, device_warnings};
