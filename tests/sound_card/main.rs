//! Real streams of sound: these tests start a PulseAudio server, and run one at a time.

mod bench_device;
mod real_streams;

#[path = "../support/program.rs"]
mod program;
#[cfg(target_os = "linux")]
#[path = "../support/sound_server.rs"]
mod sound_server;
