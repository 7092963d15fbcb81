//! Recordings as text, and texts as sound: a worker on each core, with an engine of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::input::Recording;
use super::{BatchError, Line, Work};
use crate::engines::{self, EngineLoader, EnginesError};
use crate::models::Role;
use crate::onnx;
use crate::requests::Problem;
use crate::requests::speech::{Format, RATE, Request, pcm, wav_head};
use crate::requests::transcription::Transcribed;
use crate::stt::{FileError, Recognizer, transcribe_file};
use crate::tts::{Prosody, Synthesizer, TtsError, VOICES, speak_text};

/// Does all of these on as many cores as there are, each with an engine that `load` gives; `answer` is `None` where
/// the work is over.
fn on_all_cores<T: Sync, E>(
    work: &Work,
    jobs: &[(&Line, &T)],
    load: impl Fn() -> Result<E, EnginesError> + Sync,
    answer: impl Fn(&mut E, &Line, &T) -> Option<Result<Value, Problem>> + Sync,
) {
    let next = AtomicUsize::new(0);
    let worker = |n: usize| -> Result<(), EnginesError> {
        let mut engine = onnx::with_own_graphs(n, &load)?;
        loop {
            let job = jobs.get(next.fetch_add(1, Ordering::Relaxed));
            let Some((line, job)) = job.filter(|_| !work.is_over()) else {
                return Ok(());
            };
            match answer(&mut engine, line, job) {
                Some(answer) => work.done(line, answer),
                None => return Ok(()),
            }
        }
    };
    thread::scope(|scope| {
        for n in 0..work.limits.cores.min(jobs.len()) {
            let worker = &worker;
            scope.spawn(move || worker(n).unwrap_or_else(|error| work.end(error.into())));
        }
    });
}

/// Transcribes recordings.
pub(super) fn transcribe(work: &Work, jobs: &[(&Line, &Recording)]) -> Result<(), BatchError> {
    if jobs.is_empty() || work.is_over() {
        return Ok(());
    }
    let roles = [Role::Stt, Role::Vad, Role::OnnxRuntime];
    let loader = EngineLoader::only(&work.config, &roles)?;
    on_all_cores(
        work,
        jobs,
        || loader.recognizer(),
        |engine, _, job| match text_of(work, &loader, engine.as_mut(), job) {
            Ok(heard) => heard.map(Ok),
            Err(problem) => Some(Err(problem)),
        },
    );
    Ok(())
}

fn text_of(
    work: &Work,
    loader: &EngineLoader,
    engine: &mut dyn Recognizer,
    job: &Recording,
) -> Result<Option<Value>, Problem> {
    let known = &work.config.language;
    let format = job.request.format(known)?;
    let activity = loader.activity();
    let activity = activity.map_err(|error| Problem::refused(500, error.to_string()))?;
    let transcribed = transcribe_file(engine, activity, &job.file, &|| work.is_over());
    match transcribed {
        Ok(heard) => {
            Ok(heard.map(|heard| Transcribed::new(&heard, engine.spoken(), known).body(format)))
        }
        Err(FileError::Audio(error)) => Err(Problem::wrong(Some("file"), error.to_string())),
        Err(FileError::Stt(error)) => Err(Problem::refused(500, error.to_string())),
    }
}

/// Speaks texts, each into a file beside the answers.
pub(super) fn speak(work: &Work, jobs: &[(&Line, &Request)]) -> Result<(), BatchError> {
    if jobs.is_empty() || work.is_over() {
        return Ok(());
    }
    on_all_cores(
        work,
        jobs,
        || engines::synthesizer(&work.config, &work.persona),
        |voice, line, job| match sound_of(work, voice.as_mut(), line, job) {
            Ok(made) => made.map(Ok),
            Err(problem) => Some(Err(problem)),
        },
    );
    Ok(())
}

fn sound_of(
    work: &Work,
    voice: &mut dyn Synthesizer,
    line: &Line,
    job: &Request,
) -> Result<Option<Value>, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::refused(500, error.to_string());
    let (format, speed) = (job.format()?, job.speed_percent()?);
    let is_named = |name: &&&str| job.voice.as_deref() == Some(**name);
    let mut named: Box<dyn Synthesizer>;
    let voice = match VOICES.iter().find(is_named) {
        Some(name) => {
            let own = engines::voice(name, Prosody::default());
            named = Box::new(own.map_err(|error| failed(&error))?);
            named.as_mut()
        }
        None => voice,
    };
    voice.set_speed(speed);
    let mut sound = Vec::new();
    let spoken = speak_text(&|| work.is_over(), voice, &job.input, &mut |clip| {
        let clip = clip.at_rate(RATE);
        let clip = clip.map_err(|error| TtsError::Run(error.to_string()))?;
        sound.extend(pcm(&clip.samples));
        Ok(true)
    });
    voice.set_speed(100);
    if !spoken.map_err(|error| failed(&error))? {
        return Ok(None);
    }
    let seconds = sound.len() as f64 / f64::from(RATE * 2);
    let (ending, head) = match format {
        Format::Wav => ("wav", wav_head(sound.len() as u32).to_vec()),
        Format::Pcm => ("pcm", Vec::new()),
    };
    let path = beside(work.results.path(), line.number, ending);
    write_whole(&path, &[head, sound].concat()).map_err(|error| failed(&error))?;
    Ok(Some(json!({ "file": path, "seconds": seconds })))
}

/// The file of a line's sound: `results-12.wav` beside `results.jsonl`.
fn beside(results: &Path, line: usize, ending: &str) -> PathBuf {
    let stem = results.file_stem().unwrap_or_default().to_string_lossy();
    results.with_file_name(format!("{stem}-{line}.{ending}"))
}

/// Writes a file that is there as a whole or not at all, whenever the program is killed.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lines_sound_lies_beside_its_answer() {
        let path = beside(Path::new("out/results.jsonl"), 12, "wav");
        assert_eq!(path, Path::new("out/results-12.wav"));
    }
}
