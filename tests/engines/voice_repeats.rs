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

/// Leaves garbage where the next calls have their stack.
#[inline(never)]
fn use_the_stack(byte: u8) {
    std::hint::black_box(&mut [byte; 256 << 10]);
}

/// The engine reads of its stack what it has not written.
#[test]
fn the_same_text_is_the_same_sound_on_a_stack_that_was_used() {
    let [first, again] = [0x5A, 0xA5].map(|byte| {
        use_the_stack(byte);
        let mut voice = engines::voice("en-GB", Prosody::default()).unwrap();
        use_the_stack(!byte);
        voice
            .synthesize("Hello, what is your name?")
            .unwrap()
            .samples
    });
    assert!(first == again);
}
