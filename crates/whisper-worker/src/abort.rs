//! Giving up a decode that nobody waits for any more.
//!
//! The one file of this crate with unsafe code: `whisper-rs` has a safe way to set the callback, but
//! it calls the closure through a pointer of the wrong type (0.16.0), so the callback of whisper.cpp
//! itself is used.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use whisper_rs::{FullParams, WhisperError, WhisperState};

/// Runs the model, and stops early once `abort` is set; the state then holds nothing of use.
/// whisper.cpp looks at it between the graphs that it computes: once the encoder is done, and for
/// each token.
///
/// # Errors
/// As [`WhisperState::full`]; a run that was stopped ends with one, too.
pub fn full(
    state: &mut WhisperState,
    mut params: FullParams,
    samples: &[f32],
    abort: &AtomicBool,
) -> Result<(), WhisperError> {
    // SAFETY: `is_set` has the type that whisper.cpp calls and does not unwind. The pointer is read
    // only while `full` runs, and `abort` is borrowed for longer than that; `params` and with it
    // the pointer are gone when `full` returns.
    unsafe {
        params.set_abort_callback(Some(is_set));
        params.set_abort_callback_user_data(std::ptr::from_ref(abort).cast_mut().cast());
    }
    state.full(params, samples)
}

/// # Safety
/// `flag` points to a living [`AtomicBool`].
unsafe extern "C" fn is_set(flag: *mut c_void) -> bool {
    // SAFETY: the caller's, see above; a shared reference suffices to read an atomic.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed)
}
