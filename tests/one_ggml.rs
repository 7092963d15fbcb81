//! No executable of ours may hold two ggmls: they are not compatible, and linking both raises no
//! error here. Each copy defines `ggml_init` once.

use std::process::Command;

#[test]
fn the_program_holds_exactly_one_ggml() {
    let output = Command::new("nm")
        .args(["--defined-only", env!("CARGO_BIN_EXE_vivavoce")])
        .output()
        .expect("nm comes with the C compiler that the build needs");
    assert!(output.status.success(), "nm failed: {output:?}");
    let symbols = String::from_utf8_lossy(&output.stdout);
    let defined = |name: &str| {
        symbols
            .lines()
            .filter(|line| line.ends_with(&format!(" {name}")))
            .count()
    };
    assert_eq!(
        defined("ggml_init"),
        1,
        "ggml_init is defined more than once, or not at all"
    );
    assert_eq!(
        defined("whisper_init_state"),
        0,
        "whisper.cpp belongs into its own executable"
    );
}
