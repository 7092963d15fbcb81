//! What is said to the engines: sentences with everyday words, numbers and names, in our own voice.

use super::EngineBenchError;
use crate::audio::frame::SPEECH_RATE;
use crate::engines::voice;
use crate::tts::{Prosody, Synthesizer, speak_clause};

/// Who says them.
const VOICE: &str = "en-GB";

/// A voice does not get every word across; these it does, to a person.
pub(super) const SENTENCES: [&str; 12] = [
    "What is the weather going to be like tomorrow morning?",
    "Please set a timer for seven minutes.",
    "The train to London leaves at a quarter past nine.",
    "How many legs does a spider have?",
    "I would like to know more about the history of this town.",
    "Can you read me the last message again?",
    "The capital of France is Paris.",
    "My sister lives in a small house near the river.",
    "Turn off the light in the kitchen and lock the door.",
    "She bought three apples, two oranges and a loaf of bread.",
    "When does the museum open on Sunday?",
    "Thank you very much, that is all for today.",
];

/// One sentence, mono at 16 kHz.
pub(super) fn sentence(text: &str) -> Result<Vec<f32>, EngineBenchError> {
    let mut voice = voice(VOICE, Prosody::default())?;
    let clause = speak_clause(&mut voice as &mut dyn Synthesizer, text)?;
    Ok(clause.clip.at_rate(SPEECH_RATE)?.samples)
}

/// Exactly so many seconds of them, one after the other, mono at 16 kHz.
pub(super) fn speech(seconds: usize) -> Result<Vec<f32>, EngineBenchError> {
    let wanted = seconds * SPEECH_RATE as usize;
    let mut samples = Vec::with_capacity(wanted);
    for text in SENTENCES.iter().cycle() {
        if samples.len() >= wanted {
            break;
        }
        samples.extend(sentence(text)?);
    }
    samples.truncate(wanted);
    Ok(samples)
}
