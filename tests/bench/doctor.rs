//! `vivavoce doctor` says what a conversation would meet.

use std::path::Path;
use std::process::Output;

use crate::llm_server::{Do, LlmServer, reply};
use crate::program::{run, text, vivavoce};

/// What the doctor says with this configuration file, and a language model that answers.
fn with_config(folder: &Path, config: &str, arguments: &[&str]) -> (Output, String) {
    let file = folder.join("config.toml");
    std::fs::write(&file, config).unwrap();
    let server = LlmServer::start(&[reply(&["Once upon ", "a time."])]);
    let output = run(vivavoce()
        .args(["doctor", "--llm", &server.url, "--config"])
        .arg(&file)
        .args(arguments));
    let said = text(&output);
    (output, said)
}

#[test]
fn it_reports_how_every_engine_works_and_which_profile_fits() {
    let output = run(vivavoce().arg("doctor"));
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    for part in [
        "voice            works: a clause sounds after",
        "recognizer       works: ",
        "real-time factor",
        "voice activity   works",
        "end of turn      works: scores in",
        "first token after",
        "tokens a second",
        "profile          ",
        "all is well",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn an_engine_that_does_not_work_is_named_and_the_others_are_still_tried() {
    let output = run(vivavoce().args(["doctor", "--llm", "/nonexistent/model.gguf"]));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("language model") && said.contains("/nonexistent/model.gguf"),
        "{said}"
    );
    assert!(said.contains("recognizer       works"), "{said}");
    assert!(!said.contains("all is well"), "{said}");
}

#[test]
fn a_device_that_was_named_and_is_not_there_is_wrong() {
    let output = run(vivavoce().args(["doctor", "--input", "nosuch", "--output", "null"]));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("nosuch") && !said.contains("all is well"),
        "{said}"
    );
}

#[test]
fn the_wake_word_and_the_voice_of_another_language_work_once_too() {
    let folder = tempfile::tempdir().unwrap();
    let languages = ["--profile", "multilingual", "--lang", "auto:en,de"];
    let (output, said) = with_config(folder.path(), "[wake]\nenabled = true\n", &languages);
    assert!(output.status.success(), "{said}");
    for part in [
        "voice            works: a clause sounds after",
        "voice (German)   works: a clause sounds after",
        "wake word        works: it listens for \"hey vivi\"",
        "all is well",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn the_head_of_a_wake_word_that_is_not_there_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[wake]\nenabled = true\nhead = \"/nonexistent/head.json\"\n";
    let (output, said) = with_config(folder.path(), config, &[]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("wake word        /nonexistent/head.json"),
        "{said}"
    );
    assert!(said.contains("language model   works"), "{said}");
}

#[test]
fn nobody_was_enrolled_where_only_enrolled_voices_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let models = run(vivavoce().args(["models", "path"]));
    let models = String::from_utf8_lossy(&models.stdout).trim().to_owned();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[turn_taking]\nonly_enrolled = true\n").unwrap();
    let mut pull = vivavoce();
    pull.args(["models", "pull", "--profile", "starter", "--config"])
        .arg(&config)
        .env("VIVAVOCE_MODELS", &models);
    let pulled = run(&mut pull);
    assert!(pulled.status.success(), "{}", text(&pulled));
    let server = LlmServer::start(&[reply(&["Once upon a time."])]);
    let output = run(vivavoce()
        .args(["doctor", "--llm", &server.url, "--config"])
        .arg(&config)
        .env("VIVAVOCE_DATA", folder.path())
        .env("VIVAVOCE_MODELS", models));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("enrolled voices  no voice is enrolled"),
        "{said}"
    );
}

#[test]
fn the_helper_answers_once_too() {
    let folder = tempfile::tempdir().unwrap();
    let helper = LlmServer::start(&[reply(&["Once upon ", "a time."])]);
    let (output, said) = with_config(folder.path(), "", &["--helper", &helper.url]);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("helper           works: http://127.0.0.1"),
        "{said}"
    );
}

#[test]
fn a_helper_that_does_not_answer_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let helper = LlmServer::start(&[vec![Do::Status("401 Unauthorized", "no key")]]);
    let (output, said) = with_config(folder.path(), "", &["--helper", &helper.url]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("helper: "), "{said}");
}
