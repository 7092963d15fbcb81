//! Ctrl-C and termination: what runs is asked to end, and tidies up. While engines are loaded, and the second time, the program
//! ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C and by termination.
pub static QUIT: AtomicBool = AtomicBool::new(false);
/// While it is set, Ctrl-C ends the program at once: engines cannot be told to stop loading, a server
/// may take minutes to load its model, and nothing is lost.
static AT_ONCE: AtomicBool = AtomicBool::new(false);

/// Whether the user wants the program to end.
pub fn is_asked() -> bool {
    QUIT.load(Ordering::Relaxed)
}

/// The user wants it to end; true if that means at once, which the second time always does.
pub fn ask() -> bool {
    AT_ONCE.load(Ordering::Relaxed) || QUIT.swap(true, Ordering::Relaxed)
}

/// Whether Ctrl-C ends the program at once from now on.
pub fn ends_at_once(at_once: bool) {
    AT_ONCE.store(at_once, Ordering::Relaxed);
}

/// Ctrl-C ends the program at once until this is dropped.
pub struct Loading(());

impl Loading {
    /// From now on.
    pub fn begin() -> Self {
        ends_at_once(true);
        Self(())
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        ends_at_once(false);
    }
}
