//! A voice says the same text in the same way, whatever was said before: stimuli are the same in
//! every run.

use vivavoce::engines;
use vivavoce::tts::{Prosody, Synthesizer};

fn say(text: &str, name: &str) -> Vec<f32> {
    let mut voice = engines::voice(name, Prosody::default()).unwrap();
    voice.synthesize(text).unwrap().samples
}

#[test]
fn the_same_text_is_the_same_sound_in_another_engine() {
    let first = say("Hello, what is your name?", "en-GB");
    for other in [
        "What do cows eat?",
        "Tell me about the river.",
        "The sun is a ball of fire.",
    ] {
        say(other, "en-US");
        let again = say("Hello, what is your name?", "en-GB");
        let differing = first.iter().zip(&again).filter(|(a, b)| a != b).count();
        assert_eq!(
            (differing, again.len()),
            (0, first.len()),
            "after {other:?}"
        );
    }
}

#[test]
fn the_same_text_is_the_same_sound_in_another_thread() {
    let first = say("Hello, what is your name?", "en-GB");
    let again = std::thread::spawn(|| say("Hello, what is your name?", "en-GB"))
        .join()
        .unwrap();
    assert_eq!(first.len(), again.len());
    assert!(first == again);
}
