//! Long calls are given up between their steps: engines look at this all the time.

use std::time::Duration;

/// Whether a long call should give up.
pub type Cancelled<'a> = &'a dyn Fn() -> bool;

/// How often whoever waits for an engine looks at it.
pub const LOOK: Duration = Duration::from_millis(5);
