//! How a long call is given up: engines ask between their steps whether they should go on.

use std::time::Duration;

/// Whether a long call should give up.
pub type Cancelled<'a> = &'a dyn Fn() -> bool;

/// How often code that waits for an engine asks whether to give up.
pub const CANCELLATION_POLL: Duration = Duration::from_millis(5);
