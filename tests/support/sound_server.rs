//! A PulseAudio server of a test's own: playback and its monitor without hardware.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A private sound server with two null sinks, `microphone` and `loudspeaker`.
pub struct Server {
    pub runtime: PathBuf,
    process: Child,
}

impl Server {
    pub fn start(runtime: &Path) -> Self {
        Self::with_modules(runtime, &[])
    }

    /// With more modules, loaded behind the two sinks.
    pub fn with_modules(runtime: &Path, modules: &[&str]) -> Self {
        let mut process = Command::new("pulseaudio")
            .env("XDG_RUNTIME_DIR", runtime)
            .env("HOME", runtime)
            .args([
                "-n",
                "--exit-idle-time=-1",
                "--daemonize=no",
                "--use-pid-file=no",
            ])
            .args(["-L", "module-null-sink sink_name=microphone rate=48000"])
            .args(["-L", "module-null-sink sink_name=loudspeaker rate=48000"])
            .args(modules.iter().flat_map(|module| ["-L", module]))
            .args(["-L", "module-native-protocol-unix"])
            .stderr(Stdio::null())
            .spawn()
            .expect("`make test` installs pulseaudio");
        let socket = runtime.join("pulse/native");
        while !socket.exists() {
            assert!(
                process.try_wait().unwrap().is_none(),
                "pulseaudio ended at once: `make test` installs the plugins that it needs"
            );
            std::thread::yield_now();
        }
        Self {
            runtime: runtime.to_path_buf(),
            process,
        }
    }

    /// A program that plays to the loudspeaker and records the microphone.
    pub fn client(&self, program: &str) -> Command {
        in_server(Command::new(program), &self.runtime)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(self.runtime.join("pulse"));
    }
}

/// The program as a client of the server whose runtime folder this is.
pub fn in_server(mut command: Command, runtime: &Path) -> Command {
    command
        .env("XDG_RUNTIME_DIR", runtime)
        .env("HOME", runtime)
        .env("PULSE_SINK", "loudspeaker")
        .env("PULSE_SOURCE", "microphone.monitor");
    command
}
