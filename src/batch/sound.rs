//! Requests for the text of a recording, and for the sound of a text.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::input::Recording;
use super::workers::on_all_cores;
use super::{BatchError, Line, Work};
use crate::engines::{self, EngineLoader};
use crate::models::Role;
use crate::requests::Problem;
use crate::requests::speech::{Format, RATE, Request, pcm, wav_head};
use crate::requests::transcription::Transcribed;
use crate::stt::{FileError, Recognizer, transcribe_file};
use crate::tts::{Prosody, Synthesizer, TtsError, VOICES, speak_text};

/// Bytes of a request's name in that of its file.
const MOST_NAME: usize = 40;

/// Transcribes recordings.
pub(super) fn transcribe(work: &Work, jobs: &[(&Line, &Recording)]) -> Result<(), BatchError> {
    if jobs.is_empty() || work.is_over() {
        return Ok(());
    }
    let roles = [Role::Stt, Role::Vad, Role::OnnxRuntime];
    let loader = EngineLoader::only(&work.config, &roles)?;
    on_all_cores(
        work.limits.cores,
        jobs,
        &|| work.is_over(),
        || work.load(|| loader.recognizer()),
        |engine, (line, job)| {
            let heard = text_of(work, &loader, engine.as_mut(), job);
            keep(work, line, heard);
        },
    )?;
    Ok(())
}

/// Keeps an answer; `None` if the work was over before there was one.
fn keep(work: &Work, line: &Line, answer: Result<Option<Value>, Problem>) {
    if let Some(answer) = answer.transpose() {
        work.done(line, answer);
    }
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
        work.limits.cores,
        jobs,
        &|| work.is_over(),
        || work.load(|| engines::synthesizer(&work.config, &work.persona)),
        |voice, (line, job)| {
            let made = sound_of(work, voice.as_mut(), line, job);
            keep(work, line, made);
        },
    )?;
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
    let path = beside(work.results.path(), &line.custom_id, ending);
    write_whole(&path, &[head, sound].concat()).map_err(|error| failed(&error))?;
    let file = path.to_string_lossy();
    Ok(Some(json!({ "file": file, "seconds": seconds })))
}

/// The file of a request's sound: `results-a1.wav` beside `results.jsonl`. Named by what names the request, which is
/// the same when a run goes on with other requests beside it.
fn beside(results: &Path, custom_id: &str, ending: &str) -> PathBuf {
    let mut name = results.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}.{ending}", file_name(custom_id)));
    results.with_file_name(name)
}

/// A request's name as part of a file's. One that is long, or holds more than small letters, digits and `-`, is
/// shortened to those, with a hash of all of it: some systems take capital letters for small ones.
fn file_name(custom_id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if custom_id.len() <= MOST_NAME && custom_id.chars().all(is_plain) {
        return custom_id.to_owned();
    }
    let plain = custom_id.chars().map(|c| c.to_ascii_lowercase());
    let plain = plain.filter(|c| is_plain(*c)).take(MOST_NAME);
    let hash = Sha256::digest(custom_id);
    let hash: String = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // No plain name has this sign in it.
    format!("{}_{hash}", plain.collect::<String>())
}

/// Writes a file that is there as a whole or not at all, whenever the program is killed.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_requests_sound_lies_beside_its_answer() {
        let path = beside(Path::new("out/results.jsonl"), "a-12", "wav");
        assert_eq!(path, Path::new("out/results-a-12.wav"));
    }

    #[test]
    fn each_request_has_a_file_of_its_own_in_the_same_folder() {
        let long = "a".repeat(300);
        let ids = [
            "a", "A", "a b", "ab", "../a", "a/b", "", "é", "a_b", "ab.", &long,
        ];
        let names: HashSet<PathBuf> = ids
            .iter()
            .map(|id| beside(Path::new("out/results.jsonl"), id, "wav"))
            .collect();
        assert_eq!(names.len(), ids.len());
        for name in names {
            assert_eq!(name.parent(), Some(Path::new("out")), "{}", name.display());
            let length = name.file_name().unwrap().len();
            assert!(length < 100, "{}", name.display());
        }
    }
}
