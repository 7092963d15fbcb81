//! SVOX Pico's C interface, held safely: the one file of this crate with unsafe code.
//!
//! Not through the crate `ttspico`, which never disposes of an engine: the two files of each voice stay
//! open then. Invariants: the system, its resources and its engine live in `memory` and end before it; one
//! value owns all of them, and nobody else has a pointer to any.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char};
use std::path::Path;
use std::ptr;

use ttspico_sys as native;

/// Memory that the engine manages itself: sixteen-byte words. Two and a half megabytes would do; but its
/// noise begins with what lies there. From 32 MiB on the system gives fresh, zeroed pages, so the same text
/// is the same sound in every run; those that are not touched cost nothing.
const MEMORY_WORDS: usize = (40 << 20) / size_of::<u128>();
/// The engine also reads of its stack what it has not written: on one that was used before, the same text
/// would be another sound. Its calls go less deep than this. Bytes.
const STACK: usize = 128 << 10;
/// Samples that are taken at a time.
const BUFFER: usize = 1_024;

/// A system with the two resources of one voice, and its engine.
pub struct PicoEngine {
    system: native::pico_System,
    resources: Vec<native::pico_Resource>,
    voice: CString,
    engine: native::pico_Engine,
    /// Where all of the above lies.
    _memory: Vec<u128>,
}

// SAFETY: the pointers lead into memory that the value owns, nothing else has them, and the library keeps
// no state outside that memory: the value may be used by one thread after the other.
unsafe impl Send for PicoEngine {}

impl PicoEngine {
    /// Loads a voice's text analysis and signal generation.
    ///
    /// # Errors
    /// In the library's words.
    pub fn load(voice: &str, analysis: &Path, signal: &Path) -> Result<Self, String> {
        wipe_stack();
        let mut memory = vec![0u128; MEMORY_WORDS];
        let mut system = ptr::null_mut();
        // SAFETY: the memory has the size that is stated, and outlives the system (see `Drop`).
        let code = unsafe {
            native::pico_initialize(
                memory.as_mut_ptr().cast(),
                size_of_val(memory.as_slice()) as native::pico_Uint32,
                &mut system,
            )
        };
        let mut pico = Self {
            system,
            resources: Vec::new(),
            voice: text(voice)?,
            engine: ptr::null_mut(),
            _memory: memory,
        };
        pico.check(code)?;
        // SAFETY: the system was initialized; the name ends with a zero.
        let code = unsafe { native::pico_createVoiceDefinition(system, pico.name()) };
        pico.check(code)?;
        for path in [analysis, signal] {
            pico.add_resource(path)?;
        }
        // SAFETY: as above. The library asks that both resources of the voice were added, as they were.
        let code = unsafe { native::pico_newEngine(system, pico.name(), &mut pico.engine) };
        pico.check(code)?;
        Ok(pico)
    }

    fn add_resource(&mut self, path: &Path) -> Result<(), String> {
        let file = path
            .to_str()
            .ok_or_else(|| format!("{} is not a UTF-8 path", path.display()))?;
        let file = text(file)?;
        let mut resource = ptr::null_mut();
        // SAFETY: the system is there; the name ends with a zero.
        let code =
            unsafe { native::pico_loadResource(self.system, file.as_ptr().cast(), &mut resource) };
        self.check(code)?;
        self.resources.push(resource);
        let mut name = [0 as c_char; native::PICO_MAX_RESOURCE_NAME_SIZE];
        // SAFETY: the buffer has the size that the library's header states for names.
        let code =
            unsafe { native::pico_getResourceName(self.system, resource, name.as_mut_ptr()) };
        self.check(code)?;
        // SAFETY: both names end with a zero; the resource was loaded just above.
        let code = unsafe {
            native::pico_addResourceToVoiceDefinition(
                self.system,
                self.name(),
                name.as_ptr().cast(),
            )
        };
        self.check(code)
    }

    /// Speaks text with Pico's tags; a zero byte ends what is to be spoken. Samples at 16 kHz.
    ///
    /// # Errors
    /// In the library's words.
    pub fn speak(&mut self, mut text: &[u8]) -> Result<Vec<i16>, String> {
        wipe_stack();
        let mut samples = Vec::new();
        while !text.is_empty() {
            let offered = text.len().min(i16::MAX as usize);
            let mut taken = 0;
            // SAFETY: the engine is there; the text has at least as many bytes as are offered.
            let code = unsafe {
                native::pico_putTextUtf8(self.engine, text.as_ptr(), offered as i16, &mut taken)
            };
            self.check(code)?;
            text = &text[usize::try_from(taken).unwrap_or(0).min(offered)..];
            while self.step(&mut samples)? {}
        }
        Ok(samples)
    }

    /// Appends the next samples; false when there are none until more text comes.
    fn step(&mut self, samples: &mut Vec<i16>) -> Result<bool, String> {
        let mut buffer = [0i16; BUFFER];
        let (mut bytes, mut kind) = (0, 0);
        // SAFETY: the engine is there; the buffer has the size that is stated.
        let code = unsafe {
            native::pico_getData(
                self.engine,
                buffer.as_mut_ptr().cast(),
                size_of_val(&buffer) as i16,
                &mut bytes,
                &mut kind,
            )
        };
        let count = usize::try_from(bytes).unwrap_or(0) / size_of::<i16>();
        samples.extend(&buffer[..count.min(BUFFER)]);
        match code {
            native::PICO_STEP_BUSY => Ok(true),
            native::PICO_STEP_IDLE => Ok(false),
            error => Err(self.message(error)),
        }
    }

    fn name(&self) -> *const native::pico_Char {
        self.voice.as_ptr().cast()
    }

    fn check(&self, code: native::pico_Status) -> Result<(), String> {
        if code == native::PICO_OK {
            Ok(())
        } else {
            Err(self.message(code))
        }
    }

    fn message(&self, code: native::pico_Status) -> String {
        if self.system.is_null() {
            return format!("it could not be started (code {code})");
        }
        let mut said: native::pico_Retstring = [0; 200];
        // SAFETY: the system is there, and the buffer is of the library's own type for messages.
        unsafe { native::pico_getSystemStatusMessage(self.system, code, said.as_mut_ptr()) };
        // A message fills the buffer at most; the last byte ends it whatever the library did.
        said[said.len() - 1] = 0;
        // SAFETY: it ends with a zero, as just made sure.
        let said = unsafe { CStr::from_ptr(said.as_ptr()) };
        format!("{} (code {code})", said.to_string_lossy())
    }
}

impl Drop for PicoEngine {
    fn drop(&mut self) {
        if self.system.is_null() {
            return;
        }
        // SAFETY: each was made by this system and is given back once, an engine before the resources that
        // it holds, and the system last; its memory is freed after this.
        unsafe {
            if !self.engine.is_null() {
                native::pico_disposeEngine(self.system, &mut self.engine);
            }
            native::pico_releaseVoiceDefinition(self.system, self.name());
            for resource in &mut self.resources {
                native::pico_unloadResource(self.system, resource);
            }
            native::pico_terminate(&mut self.system);
        }
    }
}

/// Fills with zeros what the next calls have as their stack.
#[inline(never)]
fn wipe_stack() {
    std::hint::black_box(&mut [0u8; STACK]);
}

/// A text for the library.
fn text(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| format!("{text:?} holds a zero byte"))
}
