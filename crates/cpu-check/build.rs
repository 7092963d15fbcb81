//! Finds out what the compilers of this build may use without asking, and refuses a build whose ggml
//! would have AMX kernels.

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
    let native = target_cpu().as_deref() == Some("native");
    let llama = if native { &rust } else { &baseline };
    // whisper-rs-sys looks at the machine unless it is told not to.
    let host = rust.iter().cloned().chain(this_machine()).collect();
    let whisper = if is_off("GGML_NATIVE") {
        &baseline
    } else {
        &host
    };
    if x86 {
        let whisper_looks = (!is_off("GGML_NATIVE")).then(|| "native".to_owned());
        refuse_amx(whisper_looks.into_iter().chain(target_cpu()));
    }
    for (name, features) in [("LLAMA", llama), ("WHISPER", whisper)] {
        let list: Vec<&str> = features.iter().map(String::as_str).collect();
        println!("cargo::rustc-env=BUILT_WITH_{name}={}", list.join(","));
    }
}

/// Ends the build if the C++ compiler, called as for llama.cpp and whisper.cpp, defines the macro that
/// lets ggml's AMX kernels in. GCC before 12.4 and 13.3 miscompiles them: the program would die at its
/// first prompt on a CPU with AMX. `.cargo/config.toml` undefines it, but cargo reads that file only when
/// it is called in the project's folder.
fn refuse_amx(marches: impl Iterator<Item = String>) {
    let compiler = match cc::Build::new().cpp(true).try_get_compiler() {
        Ok(compiler) if compiler.is_like_gnu() || compiler.is_like_clang() => compiler,
        // MSVC has no AMX kernels, and a missing compiler is found by those who need it.
        _ => return,
    };
    for march in marches {
        let mut command = compiler.to_command();
        command.arg(format!("-march={march}"));
        command.args(["-x", "c++", "-dM", "-E", "-"]);
        command.stdin(std::process::Stdio::null());
        // An architecture that the compiler does not know is its own error, later.
        let Ok(output) = command.output() else { return };
        let defines = String::from_utf8_lossy(&output.stdout);
        assert!(
            !defines.contains("__AMX_INT8__"),
            "ggml would be built with its AMX kernels, which GCC before 12.4 and 13.3 miscompiles. Run cargo \
             in the project's folder (its .cargo/config.toml leaves them out), or set CFLAGS=-U__AMX_INT8__ \
             and CXXFLAGS=-U__AMX_INT8__"
        );
    }
}

/// The CPU that rustc was told to build for; llama.cpp's build follows it.
fn target_cpu() -> Option<String> {
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    let named = flags
        .split('\x1f')
        .find_map(|flag| flag.split_once("target-cpu="));
    named.map(|(_, cpu)| cpu.to_owned())
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
    let groups: &[names::Group] = match env::consts::ARCH {
        "x86_64" => &names::X86,
        _ => &names::ARM,
    };
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let first = cpuinfo.split("\n\n").next().unwrap_or_default();
    let has: Vec<&str> = first.split_whitespace().collect();
    let there = groups.iter().filter(|group| has.contains(&group.system));
    there.map(|group| group.name.to_owned()).collect()
}
