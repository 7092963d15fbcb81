//! `bench device`: known delays on the virtual sound card and in a real sound server.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::program::{run, text, vivavoce};
#[cfg(target_os = "linux")]
use crate::sound_server;

/// What the harness promises. Milliseconds.
const WITHIN_MS: f64 = 1.0;
/// A sound server starts every stream where its buffers happen to stand: two streams are compared to
/// within one block of the device's.
#[cfg(target_os = "linux")]
const BLOCK_MS: f64 = 10.0;
const CONFIDENT: f64 = 0.9;

/// What was printed, and the median of each distribution.
struct Found {
    output: Output,
    medians: BTreeMap<String, f64>,
}

fn bench(command: &mut Command) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let output = run(command
        .args([
            "bench",
            "device",
            "--seconds",
            "3",
            "--rounds",
            "1",
            "--report",
        ])
        .arg(&report));
    let report = fs::read_to_string(&report).unwrap_or_default();
    let report: Value = serde_json::from_str(&report).unwrap_or_default();
    let metrics = report["metrics"].as_object().cloned().unwrap_or_default();
    let median = |(name, metric): (String, Value)| Some((name, metric["p50"].as_f64()?));
    Found {
        output,
        medians: metrics.into_iter().filter_map(median).collect(),
    }
}

fn assert_nothing_found(found: &Found) {
    assert_eq!(found.output.status.code(), Some(2));
    let said = text(&found.output);
    assert!(said.contains("no echo found"), "{said}");
    assert!(found.medians.is_empty(), "{:?}", found.medians);
}

/// The virtual sound card with this in its scenario.
fn on_virtual_card(room: &str) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("room.toml");
    fs::write(&scenario, format!("name = \"room\"\nseed = 1\n{room}")).unwrap();
    let input = format!("virtual:{}", scenario.display());
    bench(vivavoce().args(["--input", &input]))
}

#[test]
fn the_virtual_rooms_delay_is_found() {
    let room = "[room]\necho_gain_db = -15.0\ndelay_ms = 123.0\nreverb_ms = 0.0\n\
                [noise]\nlevel_dbfs = -60.0\n";
    let found = on_virtual_card(room).medians;
    assert!((found["round_trip"] - 123.0).abs() < WITHIN_MS, "{found:?}");
    assert!((found["level"] + 15.0).abs() < 0.5, "{found:?}");
    assert!(found["confidence"] > CONFIDENT, "{found:?}");
}

#[test]
fn without_an_echo_there_is_no_figure_and_the_exit_status_is_two() {
    let silent = on_virtual_card("[noise]\nlevel_dbfs = -40.0\n");
    assert_nothing_found(&silent);
}

/// Each sink plays into `loudspeaker`: as it is, 300 ms later, and both at once.
#[cfg(target_os = "linux")]
const SINKS: [(&str, &str); 3] = [("plain", "0"), ("delayed", "1"), ("both", "0.5")];

#[cfg(target_os = "linux")]
#[test]
fn a_delay_in_a_sound_server_is_found_within_one_stream_and_between_two() {
    let modules = SINKS.map(|(name, wet)| {
        format!(
            "module-ladspa-sink sink_name={name} sink_master=loudspeaker plugin=delay \
             label=delay_5s control=0.3,{wet}"
        )
    });
    let runtime = tempfile::tempdir().unwrap();
    let modules = modules.each_ref().map(String::as_str);
    let server = sound_server::Server::with_modules(runtime.path(), &modules);
    let through = |sink: &str| {
        let mut command = sound_server::in_server(vivavoce(), &server.runtime);
        command
            .env("PULSE_SINK", sink)
            .env("PULSE_SOURCE", "loudspeaker.monitor")
            .args(["--input", "pulse", "--output", "pulse"]);
        let found = bench(&mut command).medians;
        assert!(found["confidence"] > CONFIDENT, "{sink}: {found:?}");
        found
    };
    // Both copies in one recording: nothing that the server does to its buffers is between them.
    let both = through("both");
    assert!(
        (both["second_arrival"] - 300.0).abs() < WITHIN_MS,
        "{both:?}"
    );
    let inserted = through("delayed")["round_trip"] - through("plain")["round_trip"];
    assert!((inserted - 300.0).abs() < BLOCK_MS, "{inserted}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_loudspeaker_that_nobody_hears_is_said_to_be_one() {
    let runtime = tempfile::tempdir().unwrap();
    let server = sound_server::Server::start(runtime.path());
    let mut command = sound_server::in_server(vivavoce(), &server.runtime);
    let silent = bench(command.args(["--input", "pulse", "--output", "pulse"]));
    assert_nothing_found(&silent);
}
