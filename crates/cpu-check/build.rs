//! Finds out what the compilers of this build may use without asking.

#[path = "src/names.rs"]
mod names;

use std::collections::BTreeSet;
use std::env;

/// What ggml's own build switches on for x86-64 where it is not told to look at the machine, and the
/// variables that switch it off.
const GGML_BASELINE: [(&str, &str); 5] = [
    ("avx", "GGML_AVX"),
    ("avx2", "GGML_AVX2"),
    ("fma", "GGML_FMA"),
    ("f16c", "GGML_F16C"),
    ("bmi2", "GGML_BMI2"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/names.rs");
    let rust: BTreeSet<String> = variable("CARGO_CFG_TARGET_FEATURE")
        .split(',')
        .map(str::to_owned)
        .collect();
    let x86 = variable("CARGO_CFG_TARGET_ARCH") == "x86_64";
    let baseline = GGML_BASELINE
        .iter()
        .filter(|(_, switch)| x86 && !is_off(switch))
        .map(|(feature, _)| (*feature).to_owned());
    let baseline: BTreeSet<String> = rust.iter().cloned().chain(baseline).collect();
    // llama-cpp-sys-2 follows rustc's target-cpu.
    let native = variable("CARGO_ENCODED_RUSTFLAGS").contains("target-cpu=native");
    let llama = if native { &rust } else { &baseline };
    // whisper-rs-sys looks at the machine unless it is told not to.
    let host = rust.iter().cloned().chain(this_machine()).collect();
    let whisper = match is_off("GGML_NATIVE") {
        true => &baseline,
        false => &host,
    };
    for (name, features) in [("LLAMA", llama), ("WHISPER", whisper)] {
        let list: Vec<&str> = features.iter().map(String::as_str).collect();
        println!("cargo::rustc-env=BUILT_WITH_{name}={}", list.join(","));
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn is_off(switch: &str) -> bool {
    println!("cargo::rerun-if-env-changed={switch}");
    ["OFF", "0", "FALSE", "NO"].contains(&variable(switch).to_uppercase().as_str())
}

/// What the CPU has that builds, in the compiler's names; nothing if the system does not tell.
fn this_machine() -> Vec<String> {
    let names: &[names::Name] = match env::consts::ARCH {
        "x86_64" => &names::X86,
        _ => &names::ARM,
    };
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let first = cpuinfo.split("\n\n").next().unwrap_or_default();
    let has: Vec<&str> = first.split_whitespace().collect();
    let there = names.iter().filter(|(_, system)| has.contains(system));
    there.map(|(ours, _)| (*ours).to_owned()).collect()
}
