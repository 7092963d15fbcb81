//! The wake word, on the virtual sound card: real engines, real time, recorded.

use crate::program::{hold, of_kind, texts, words};

/// Somebody talks to somebody else; calls and asks; is told to sleep; talks to somebody else again.
const SCENARIO: &str = r#"
name = "wake"
seed = 7
end = "reply_finished + 12000 ms"
limit_s = 90

[noise]
level_dbfs = -65.0

[[stimulus]]
say = "What is the capital of Italy?"
voice = "en-US"
at = "start + 1500 ms"

[[stimulus]]
say = "Hey Vivi, what is the capital of France?"
voice = "en-US"
at = "start + 6000 ms"

[[stimulus]]
say = "What is the capital of Spain?"
voice = "en-US"
at = "reply_finished + 7000 ms"
"#;

#[test]
fn asleep_it_transcribes_nothing_called_it_answers_and_then_it_sleeps_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[wake]\nawake_s = 4\n").unwrap();
    let arguments = ["--wake", "--config", config.to_str().unwrap()];
    let (printed, events) = hold(SCENARIO, &arguments);
    let user = texts(&events, "turn_ended");
    assert_eq!(user.len(), 1, "{user:?}\n{printed}");
    let question = words(&user[0]);
    assert!(question.contains(&"france".into()), "{question:?}");
    assert_eq!(question[0], "what", "without the name: {question:?}");
    let heard = texts(&events, "heard").join(" ");
    assert!(words(&heard).contains(&"paris".into()), "{heard:?}");
    for kind in ["final", "partial"] {
        for text in texts(&events, kind) {
            let said = words(&text);
            let others = ["italy", "spain"]
                .iter()
                .any(|name| said.contains(&(*name).into()));
            assert!(!others, "{kind}: {text:?}");
        }
    }
    let reasons = |kind| -> Vec<&str> {
        let of_kind = of_kind(&events, kind).into_iter();
        of_kind
            .filter_map(|event| event["reason"].as_str())
            .collect()
    };
    assert_eq!(
        reasons("asleep"),
        ["not_called_yet", "silence"],
        "{printed}"
    );
    assert_eq!(reasons("awake"), ["called"], "{printed}");
    assert!(
        printed.contains("(asleep:") && printed.contains("(awake:"),
        "{printed}"
    );
}
