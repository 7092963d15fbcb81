//! What must and must not be in our executables, read out of them.

#[path = "support/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The defined symbols of an executable.
fn symbols(executable: &Path) -> Vec<String> {
    let output = Command::new("nm")
        .arg("--defined-only")
        .arg(executable)
        .output()
        .expect("nm comes with the C compiler that the build needs");
    assert!(output.status.success(), "nm failed: {output:?}");
    let lines = String::from_utf8_lossy(&output.stdout);
    let names = lines.lines().filter_map(|line| line.split(' ').next_back());
    names.map(str::to_owned).collect()
}

/// Every executable that cargo built beside the program.
fn executables() -> Vec<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_vivavoce"));
    let folder = program.parent().expect("it lies in a folder");
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    let ours = files.filter(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default();
        path.is_file() && name.starts_with("vivavoce") && (ending.is_empty() || ending == "exe")
    });
    let ours: Vec<PathBuf> = ours.collect();
    assert!(ours.contains(&program::worker()), "{ours:?}");
    assert!(ours.len() >= 2, "{ours:?}");
    ours
}

/// Two ggmls are not compatible, and linking both raises no error here. Each copy defines `ggml_init`
/// once.
#[test]
fn every_executable_holds_exactly_one_ggml() {
    let executables = executables();
    for executable in executables {
        let symbols = symbols(&executable);
        let count = |name: &str| symbols.iter().filter(|symbol| *symbol == name).count();
        let engines = (count("llama_decode"), count("whisper_full_with_state"));
        println!(
            "{}: ggml_init {}, (llama, whisper) {engines:?}",
            executable.display(),
            count("ggml_init")
        );
        assert_eq!(count("ggml_init"), 1, "{}", executable.display());
        assert_eq!(
            engines.0 + engines.1,
            1,
            "{}: {engines:?}",
            executable.display()
        );
    }
}

/// whisper.cpp leaves them out unless asked, and is then slower by half and says nothing.
#[cfg(target_arch = "x86_64")]
#[test]
fn every_executable_has_the_fast_products_of_matrices() {
    for executable in executables() {
        assert!(
            symbols(&executable).contains(&"llamafile_sgemm".to_owned()),
            "{} was built without GGML_LLAMAFILE (.cargo/config.toml)",
            executable.display()
        );
    }
}

/// GCC before 12.4 and 13.3 miscompiles the instruction's intrinsic: ggml's AMX kernels crash at the first
/// prompt. No build has them, on any machine and with any compiler.
#[cfg(target_arch = "x86_64")]
#[test]
fn no_executable_configures_amx_tiles() {
    for executable in executables() {
        let [amx, returns] = instructions(&executable, ["ldtilecfg", "ret"]);
        assert_eq!(
            amx,
            0,
            "{} has ggml's AMX kernels. Was it built in the project's folder? .cargo/config.toml leaves \
             them out; after a change there, `cargo clean --release -p llama-cpp-sys-2 -p whisper-rs-sys`",
            executable.display()
        );
        // The search finds what is there.
        assert!(returns > 1_000, "{returns}");
    }
}

/// The same on a machine whose CPU has no AMX, where no build would have the kernels anyway: with our flags, the
/// compiler does not say that the CPU has it.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn our_flags_hide_amx_from_the_code_that_asks_for_it() {
    let config = std::fs::read_to_string(".cargo/config.toml").unwrap();
    let config: toml::Table = config.parse().unwrap();
    for (variable, compiler) in [("CFLAGS", "c"), ("CXXFLAGS", "c++")] {
        let flags = &config["env"][format!("{variable}_x86_64_unknown_linux_gnu")];
        let macros = |flags: &str| {
            let mut command = Command::new("c++");
            command.args([
                "-march=sapphirerapids",
                "-dM",
                "-E",
                "-x",
                compiler,
                "/dev/null",
            ]);
            command.args(flags.split_whitespace());
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        let without_ours = macros("");
        assert!(
            without_ours.contains("__AMX_INT8__"),
            "the compiler knows AMX"
        );
        assert!(!macros(flags.as_str().unwrap()).contains("__AMX_INT8__"));
    }
}

/// How often each of two instructions stands in an executable's code.
#[cfg(target_arch = "x86_64")]
fn instructions(executable: &Path, names: [&str; 2]) -> [usize; 2] {
    use std::io::{BufRead, BufReader};
    let mut objdump = Command::new("objdump")
        .args(["--disassemble", "--no-show-raw-insn"])
        .arg(executable)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("objdump comes with the C compiler that the build needs");
    let lines = BufReader::new(objdump.stdout.take().expect("it is piped")).lines();
    let mut found = [0; 2];
    for line in lines.map(|line| line.expect("objdump writes text")) {
        let instruction = line.split_whitespace().nth(1);
        for (count, name) in found.iter_mut().zip(names) {
            *count += usize::from(instruction == Some(name));
        }
    }
    assert!(objdump.wait().expect("it was started").success());
    found
}
