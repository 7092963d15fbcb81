//! The one place where a reply is live or not.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::events::ReplyId;

/// Which reply is wanted, and whether it may be heard yet. Engines look at it between steps;
/// whoever finds another reply there drops what it holds.
#[derive(Debug, Clone, Default)]
pub struct LiveReply(Arc<(Mutex<Live>, Condvar)>);

#[derive(Debug, Default)]
struct Live {
    reply: Option<ReplyId>,
    released: bool,
}

impl LiveReply {
    /// From now on this reply is wanted, and no other; it is a draft until it is released.
    pub fn set(&self, reply: ReplyId) {
        *self.lock() = Live {
            reply: Some(reply),
            released: false,
        };
        self.0.1.notify_all();
    }

    /// The reply is no draft any more.
    pub fn release(&self, reply: ReplyId) {
        let mut live = self.lock();
        if live.reply == Some(reply) {
            live.released = true;
        }
        drop(live);
        self.0.1.notify_all();
    }

    /// No reply is wanted.
    pub fn clear(&self) {
        *self.lock() = Live::default();
        self.0.1.notify_all();
    }

    /// Whether this reply is wanted.
    pub fn is(&self, reply: ReplyId) -> bool {
        self.lock().reply == Some(reply)
    }

    /// Whether this reply is wanted and no draft any more.
    pub fn is_released(&self, reply: ReplyId) -> bool {
        let live = self.lock();
        live.reply == Some(reply) && live.released
    }

    /// Waits until this reply is released (true) or not wanted any more.
    pub fn wait_for_release(&self, reply: ReplyId) -> bool {
        let is_draft = |live: &mut Live| live.reply == Some(reply) && !live.released;
        let waited = self.0.1.wait_while(self.lock(), is_draft);
        let live = waited.unwrap_or_else(PoisonError::into_inner);
        live.reply == Some(reply)
    }

    fn lock(&self) -> MutexGuard<'_, Live> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
