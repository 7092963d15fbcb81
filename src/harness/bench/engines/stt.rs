//! The recognizer: time to a final against the length of the audio, and words that it gets wrong.

use super::speech::{SENTENCES, sentence, speech};
use super::{EngineBenchError, Task};
use crate::harness::bench::word_errors;

/// Lengths of audio. Seconds.
const LENGTHS_S: [usize; 4] = [1, 2, 4, 8];

pub(super) fn measure(task: &mut Task) -> Result<(), EngineBenchError> {
    let mut recognizer = task.loader.recognizer()?;
    recognizer.warm_up()?;
    for seconds in LENGTHS_S {
        let samples = speech(seconds)?;
        // Buffers grow with the longest audio so far.
        recognizer.transcribe(&samples, &|| false)?;
        let about = format!("from {seconds} s of speech to its transcript");
        task.time((&format!("final_at_{seconds}_s"), &about), || {
            recognizer.transcribe(&samples, &|| false)?;
            Ok(())
        })?;
    }
    if task.loaded {
        return Ok(());
    }
    let mut errors = Vec::new();
    for text in SENTENCES {
        let heard = recognizer.transcribe(&sentence(text)?, &|| false)?;
        errors.push(word_errors(text, &heard.unwrap_or_default()));
    }
    task.word_errors("words of our own voice that it got wrong", &errors);
    Ok(())
}
