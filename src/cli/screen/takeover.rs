//! Taking the terminal over and giving it back, once each, whichever thread does it.

use std::io::stdout;
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, terminal};
use vivavoce::folders::PDF_THREAD;

/// Whose the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Takeover {
    /// The shell's.
    Free,
    /// The screen's.
    Taken,
    /// A thread's that writes why it panicked.
    Panicking,
}

static TAKEOVER: AtomicU8 = AtomicU8::new(Takeover::Free as u8);
static PANIC_HOOK: Once = Once::new();

/// Whose the terminal is now.
pub fn state() -> Takeover {
    match TAKEOVER.load(Ordering::Acquire) {
        taken if taken == Takeover::Taken as u8 => Takeover::Taken,
        panicking if panicking == Takeover::Panicking as u8 => Takeover::Panicking,
        _ => Takeover::Free,
    }
}

/// Takes the terminal over. A panic of any thread but one that is caught gives it back before
/// its message is written.
pub fn enter() -> std::io::Result<()> {
    PANIC_HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // A damaged PDF is no reason to leave the screen.
            if std::thread::current().name() == Some(PDF_THREAD) {
                return;
            }
            let taken = leave(Takeover::Panicking);
            before(info);
            if taken {
                TAKEOVER.store(Takeover::Free as u8, Ordering::Release);
            }
        }));
    });
    TAKEOVER.store(Takeover::Taken as u8, Ordering::Release);
    let entered = terminal::enable_raw_mode()
        .and_then(|()| execute!(stdout(), EnterAlternateScreen, cursor::Hide));
    entered.inspect_err(|_| restore())
}

/// Gives the terminal back as it was, if it is taken.
pub fn restore() {
    leave(Takeover::Free);
}

/// Whether the terminal was taken, and was given back.
fn leave(to: Takeover) -> bool {
    let (taken, to) = (Takeover::Taken as u8, to as u8);
    let left = TAKEOVER.compare_exchange(taken, to, Ordering::AcqRel, Ordering::Acquire);
    if left.is_ok() {
        let _ = execute!(stdout(), LeaveAlternateScreen, cursor::Show);
        let _ = terminal::disable_raw_mode();
    }
    left.is_ok()
}
