//! Scenarios, read.

use super::*;

fn error(text: &str) -> String {
    Scenario::parse(text, Path::new("s.toml"))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_wrong_key_is_named_with_file_and_line() {
    let message = error("name = \"x\"\nseeed = 3\n");
    assert!(message.contains("s.toml"), "{message}");
    assert!(message.contains("line 2"), "{message}");
    assert!(message.contains("seeed"), "{message}");
}

#[test]
fn an_unknown_moment_is_named_with_the_known_ones() {
    let message = error("name = \"x\"\n[[stimulus]]\nsay = \"hi\"\nat = \"reply_begun\"\n");
    assert!(
        message.contains("reply_begun") && message.contains("reply_started"),
        "{message}"
    );
}

#[test]
fn a_stimulus_needs_exactly_one_sound() {
    let message = error("name = \"x\"\n[[stimulus]]\nat = \"start\"\n");
    assert!(message.contains("stimulus 1"), "{message}");
}

#[test]
fn pauses_stand_between_what_is_said() {
    assert_eq!(
        spoken_parts("I would like, [pause 400] some tea."),
        Ok(vec![("I would like,", 400), ("some tea.", 0)])
    );
    assert_eq!(spoken_parts("Hello."), Ok(vec![("Hello.", 0)]));
}

#[test]
fn a_pause_that_is_none_is_named_with_the_key() {
    let message = error("name = \"x\"\n[[stimulus]]\nsay = \"a [wait] b\"\nat = \"start\"\n");
    assert!(message.contains("[pause 800]"), "{message}");
    assert!(message.contains("stimulus 1"), "{message}");
}

#[test]
fn files_are_found_beside_the_scenario() {
    let text = "name = \"x\"\n[[stimulus]]\nfile = \"q.wav\"\nat = \"start + 250 ms\"\n";
    let scenario = Scenario::parse(text, Path::new("/a/b/s.toml")).unwrap();
    assert_eq!(scenario.stimuli[0].sound, Sound::File("/a/b/q.wav".into()));
    assert_eq!(scenario.stimuli[0].when.after, Duration::from_millis(250));
}
