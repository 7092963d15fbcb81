//! The one place where a reply is live or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::events::TurnId;

/// Which turn's reply is wanted. Engines look at it between steps; whoever finds another turn
/// there drops what it holds.
#[derive(Debug, Clone, Default)]
pub struct LiveReply(Arc<AtomicU64>);

impl LiveReply {
    /// From now on this turn's reply is wanted, and no other.
    pub fn set(&self, turn: TurnId) {
        self.0.store(turn.0, Ordering::Release);
    }

    /// No reply is wanted.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Release);
    }

    /// Whether this turn's reply is wanted. Turns count from 1.
    pub fn is(&self, turn: TurnId) -> bool {
        self.0.load(Ordering::Acquire) == turn.0
    }
}
