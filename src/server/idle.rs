//! Engines that are loaded and not at work, and when they are let go.
//!
//! An engine holds the models that it runs on, and a model leaves the memory with the last engine that holds it
//! (`shared.rs`). So nothing more is needed to unload models than to drop the idle engines while nobody talks.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Engines of one kind that are loaded and not at work: one at most.
pub struct Idle<T>(Mutex<Option<T>>);

impl<T> Default for Idle<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Idle<T> {
    /// The one that is there, or one that is loaded now.
    ///
    /// # Errors
    /// Those of `load`.
    pub fn take<E>(&self, load: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let idle = self.lock().take();
        idle.map_or_else(load, Ok)
    }

    /// Gives it back.
    pub fn put(&self, one: T) {
        // One that is too many is dropped when the lock is free: that takes a while.
        let _too_many = {
            let mut idle = self.lock();
            match &*idle {
                Some(_) => Some(one),
                None => {
                    *idle = Some(one);
                    None
                }
            }
        };
    }

    /// Lets it go; whether there was one.
    pub fn let_go(&self) -> bool {
        let idle = self.lock().take();
        idle.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When engines that nobody uses are let go. Times are those since the program's start.
#[derive(Debug)]
pub struct Unload {
    after: Option<Duration>,
    used_at: Duration,
}

impl Unload {
    /// They are let go when nobody has used any for so long; `None`: never.
    pub fn after(after: Option<Duration>) -> Self {
        Self {
            after,
            used_at: Duration::ZERO,
        }
    }

    /// Somebody uses one, or has just stopped to.
    pub fn used(&mut self, now: Duration) {
        self.used_at = self.used_at.max(now);
    }

    /// Whether they are to be let go, while so many talk.
    pub fn is_due(&self, now: Duration, talking: usize) -> bool {
        let unused = now.saturating_sub(self.used_at);
        talking == 0 && self.after.is_some_and(|after| unused >= after)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::shared::Shared;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Weights in memory: how many there are now.
    struct Weights(Arc<AtomicUsize>);

    impl Weights {
        fn load(in_memory: &Arc<AtomicUsize>) -> Self {
            in_memory.fetch_add(1, Ordering::Relaxed);
            Self(Arc::clone(in_memory))
        }
    }

    impl Drop for Weights {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// An engine on weights that all engines share.
    fn engine(
        shared: &Shared<&'static str, Weights>,
        in_memory: &Arc<AtomicUsize>,
    ) -> Result<Arc<Weights>, Infallible> {
        shared.get("model", || Ok(Weights::load(in_memory)))
    }

    #[test]
    fn weights_leave_the_memory_with_the_last_engine_and_are_loaded_again() {
        let (shared, in_memory) = (Shared::new(), Arc::new(AtomicUsize::new(0)));
        let count = || in_memory.load(Ordering::Relaxed);
        let idle = Idle::default();
        let Ok(talks) = idle.take(|| engine(&shared, &in_memory));
        let Ok(next) = engine(&shared, &in_memory);
        idle.put(next);
        assert_eq!(count(), 1, "two engines share them");

        assert!(idle.let_go());
        assert_eq!(count(), 1, "somebody still talks");
        drop(talks);
        assert_eq!(count(), 0);

        let Ok(_talks) = idle.take(|| engine(&shared, &in_memory));
        assert_eq!(count(), 1);
        assert!(!idle.let_go());
    }

    #[test]
    fn one_engine_is_kept_and_more_are_dropped() {
        let idle = Idle::default();
        idle.put(1);
        idle.put(2);
        let load = || Err("loaded");
        assert_eq!(idle.take(load), Ok(1));
        assert_eq!(idle.take(load), Err("loaded"));
    }

    #[test]
    fn engines_are_let_go_when_nobody_has_used_them_for_so_long() {
        let mut unload = Unload::after(Some(MINUTE));
        assert!(!unload.is_due(MINUTE / 2, 0));
        assert!(unload.is_due(MINUTE, 0));
        unload.used(MINUTE);
        assert!(!unload.is_due(MINUTE * 2 - Duration::from_millis(1), 0));
        assert!(unload.is_due(MINUTE * 2, 0));
    }

    #[test]
    fn engines_are_kept_while_somebody_talks_and_for_ever_where_nothing_is_configured() {
        assert!(!Unload::after(Some(MINUTE)).is_due(MINUTE * 60, 1));
        assert!(!Unload::after(None).is_due(MINUTE * 60, 0));
    }
}
