//! Making and measuring ears for a phrase: speech that our own voices make, rooms and noise that are computed, a small
//! network that learns, and the curve of what it misses against what it takes for a call.
//!
//! ```text
//!  texts ─► voices ─► rooms, noise, levels (surroundings) ─► features ─► windows with labels ─► training ─► head
//!                                                                 └────► a detector ─► curve
//! ```

mod curve;
mod making;
mod recordings;
mod surroundings;
mod texts;
mod training;
mod workshop;

pub use curve::{CurvePoint, Heard, THRESHOLDS, curve};
pub use making::{Amounts, Check, MakingError, Workshop};
pub use recordings::{Take, Voice, speak, spoken_phrase};
pub use surroundings::{Place, Surroundings, babble};
pub use texts::{NearMisses, Sentences, questions};
pub use training::{Examples, Fitting, fit};
pub use workshop::{Job, in_parallel, listen, listen_to, look};
