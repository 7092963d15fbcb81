//! `vivavoce doctor` says what a conversation would meet.

use crate::program::{run, text, vivavoce};

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
