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

    /// This reply is not wanted any more; another one stays.
    pub fn clear(&self, reply: ReplyId) {
        let mut live = self.lock();
        if live.reply == Some(reply) {
            *live = Live::default();
        }
        drop(live);
        self.0.1.notify_all();
    }

    /// No reply is wanted any more: the session ends.
    pub fn close(&self) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TurnId;

    #[test]
    fn the_stop_of_an_older_reply_leaves_the_live_one() {
        let reply = |turn| ReplyId {
            turn: TurnId(turn),
            draft: 1,
        };
        let live = LiveReply::default();
        live.set(reply(1));
        live.set(reply(2));
        live.clear(reply(1));
        assert!(live.is(reply(2)));
        live.clear(reply(2));
        assert!(!live.is(reply(2)));
    }
}
