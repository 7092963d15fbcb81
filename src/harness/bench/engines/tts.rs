//! The voice: how soon it sounds, how much faster than speech it is, and whether it is understood.

use super::speech::SENTENCES;
use super::{EngineBenchError, Task, sample};
use crate::agent::Persona;
use crate::clock::Stopwatch;
use crate::harness::bench::metric::{Better, Unit};
use crate::harness::bench::word_errors;
use crate::stt::transcribe_clip;
use crate::tts::speak_clause;

/// A first clause, as replies begin.
const FIRST_CLAUSE: &str = "The capital of France is Paris.";

pub(super) fn measure(task: &mut Task) -> Result<(), EngineBenchError> {
    let persona = Persona::load(task.config.persona.as_deref(), task.config.language.first())?;
    let mut voice = task.loader.synthesizer(&persona)?;
    voice.warm_up()?;
    task.time(
        (
            "first_audio",
            "from a first clause of six words to its sound",
        ),
        || {
            speak_clause(voice.as_mut(), FIRST_CLAUSE)?;
            Ok(())
        },
    )?;
    let mut factors = Vec::new();
    for n in 0..task.repeat {
        let (watch, mut seconds) = (Stopwatch::start(), 0.0);
        for text in SENTENCES {
            seconds += speak_clause(voice.as_mut(), text)?.clip.seconds();
        }
        factors.push(sample(n, watch.elapsed().as_secs_f64() / seconds));
    }
    let about = "time it takes to make speech, relative to the length of the speech";
    task.values(
        "real_time_factor",
        Unit::Ratio,
        Better::Lower,
        about,
        factors,
    );
    if task.loaded {
        return Ok(());
    }
    let mut recognizer = task.loader.recognizer()?;
    let mut errors = Vec::new();
    for text in SENTENCES {
        let spoken = speak_clause(voice.as_mut(), text)?;
        errors.push(word_errors(
            text,
            &transcribe_clip(recognizer.as_mut(), &spoken.clip)?,
        ));
    }
    task.word_errors("words that the recognizer got wrong of its speech", &errors);
    Ok(())
}
