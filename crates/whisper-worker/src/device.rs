//! Which device whisper.cpp computes on. It chooses by itself, and says what only in its log.

use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};

static CHOSEN: Mutex<Option<String>> = Mutex::new(None);

/// What such a line of the log says.
fn device(line: &str) -> Option<&str> {
    let said = line.strip_prefix("whisper_backend_init_gpu: ")?;
    match said.strip_prefix("using ") {
        Some(name) => name.strip_suffix(" backend"),
        None => (said == "no GPU found").then_some("CPU"),
    }
}

/// Keeps of the log what is asked for here, and drops the rest: whisper.cpp talks a lot.
struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        let line = record.args().to_string();
        if let (Some(device), Ok(mut chosen)) = (device(&line), CHOSEN.lock()) {
            *chosen = Some(device.to_owned());
        }
    }

    fn flush(&self) {}
}

/// Listens from now on, in the place of whisper.cpp's own output.
pub fn listen() {
    whisper_rs::install_logging_hooks();
    if log::set_logger(&Listener).is_ok() {
        log::set_max_level(LevelFilter::Info);
    }
}

/// Where the model that was loaded last is computed, such as `CPU` or `Vulkan0`; `None` if nothing was
/// said, or nobody listened.
pub fn chosen() -> Option<String> {
    CHOSEN.lock().ok()?.clone()
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn the_device_is_read_from_the_line_that_names_it() {
        let line = |said: &str| format!("whisper_backend_init_gpu: {said}");
        assert_eq!(device(&line("using Vulkan0 backend")), Some("Vulkan0"));
        assert_eq!(device(&line("no GPU found")), Some("CPU"));
        assert_eq!(device(&line("device 0: CPU (type: 0)")), None);
        assert_eq!(device("whisper_backend_init: using BLAS backend"), None);
    }
}
