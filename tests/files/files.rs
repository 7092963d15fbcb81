//! `vivavoce transcribe DIR` and `vivavoce say FILE -o DIR`: many files, and what is there of a run that is killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use vivavoce::audio::wav::write_clip;
use vivavoce::clock::sleep;
use vivavoce::engines;
use vivavoce::tts::{Prosody, Synthesizer};

use crate::program::{run, text, vivavoce};

const QUESTION: &str = "What is the capital of France?";

/// A folder with recordings of the question.
fn recordings(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut voice = engines::voice("en-GB", Prosody::default()).unwrap();
    let clip = voice.synthesize(QUESTION).unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_clip(&path, &clip).unwrap();
    }
    folder
}

fn in_folder(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = vivavoce();
    command.current_dir(folder.path()).args(arguments);
    command
}

/// The files below a folder with these endings, with their bytes.
fn files(folder: &Path, endings: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if endings.contains(&&*ending) {
                // A part may have got its name meanwhile.
                let Ok(bytes) = fs::read(&path) else { continue };
                found.insert(path, bytes);
            }
        }
    }
    found
}

fn names(folder: &Path, endings: &[&str]) -> Vec<String> {
    let below = |path: &Path| path.strip_prefix(folder).unwrap().to_owned();
    let files = files(folder, endings);
    files
        .keys()
        .map(|path| below(path).to_string_lossy().replace('\\', "/"))
        .collect()
}

#[test]
fn a_folder_is_transcribed_with_its_sub_folders() {
    let folder = recordings(&["in/b.wav", "in/a/b.wav"]);
    let mut command = in_folder(&folder, &["transcribe", "in", "-o", "out"]);
    let output = run(&mut command);
    assert!(output.status.success(), "{}", text(&output));
    let out = folder.path().join("out");
    assert_eq!(names(&out, &["txt", "part"]), ["a/b.txt", "b.txt"]);
    let heard = fs::read_to_string(out.join("a/b.txt")).unwrap();
    assert!(heard.contains("France"), "{heard}");
    assert!(text(&output).contains("2 of 2 transcribed"));
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_transcribed() {
    let folder = recordings(&["good.wav"]);
    fs::write(folder.path().join("bad.wav"), "no sound at all").unwrap();
    let output = run(&mut in_folder(&folder, &["transcribe", "."]));
    assert!(!output.status.success());
    let said = text(&output);
    assert!(said.contains("bad.wav"), "{said}");
    assert!(said.contains("1 of 2 files could not be"), "{said}");
    assert_eq!(names(folder.path(), &["txt", "part"]), ["good.txt"]);
}

#[test]
fn the_words_of_a_json_transcript_have_times_within_their_segments() {
    let folder = recordings(&["a.wav"]);
    let arguments = ["transcribe", ".", "--format", "json"];
    let output = run(&mut in_folder(&folder, &arguments));
    assert!(output.status.success(), "{}", text(&output));
    let json = fs::read(folder.path().join("a.json")).unwrap();
    let heard: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(heard["times"], "estimated");
    let segment = &heard["segments"][0];
    let times: Vec<f64> = segment["words"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|word| {
            [
                word["start_s"].as_f64().unwrap(),
                word["end_s"].as_f64().unwrap(),
            ]
        })
        .collect();
    assert!(times.len() >= 10 && times.is_sorted(), "{heard}");
    let bounds = [&segment["start_s"], &segment["end_s"]].map(|s| s.as_f64().unwrap());
    assert!(
        times[0] >= bounds[0] && times[times.len() - 1] <= bounds[1] + 0.02,
        "{heard}"
    );
}

#[test]
fn one_file_in_a_format_goes_to_standard_output() {
    let folder = recordings(&["a.wav"]);
    let arguments = ["transcribe", "a.wav", "--format", "vtt"];
    let output = run(&mut in_folder(&folder, &arguments));
    let written = String::from_utf8(output.stdout).unwrap();
    assert!(written.starts_with("WEBVTT\n\n00:00:00."), "{written}");
    assert!(written.contains("France"), "{written}");
    assert!(names(folder.path(), &["vtt", "part"]).is_empty());
}

#[test]
fn a_transcript_that_is_there_is_left_as_it_is() {
    let folder = recordings(&["a.wav", "b.wav"]);
    fs::write(folder.path().join("a.txt"), "mine").unwrap();
    let output = run(&mut in_folder(&folder, &["transcribe", "."]));
    assert!(output.status.success(), "{}", text(&output));
    let mine = fs::read_to_string(folder.path().join("a.txt")).unwrap();
    assert_eq!(mine, "mine");
    assert_eq!(names(folder.path(), &["txt"]), ["a.txt", "b.txt"]);
}

/// Kills a command at random moments, each after some more files are there, and then lets it end. What was there of a
/// file at any moment was all of it, and no file was made twice.
fn kill_and_finish(command: impl Fn() -> Command, out: &Path, ending: &str, all: usize) {
    let mut rng = fastrand::Rng::with_seed(17);
    let mut seen: BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> = BTreeMap::new();
    let mut kills = 0;
    for _ in 0..5 {
        let until = seen.len() + rng.usize(1..4);
        let mut killed = command().stderr(Stdio::null()).spawn().unwrap();
        while files(out, &[ending]).len() < until && killed.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        // Mostly in the middle of a file.
        sleep(Duration::from_millis(rng.u64(0..60)));
        kills += usize::from(killed.try_wait().unwrap().is_none());
        killed.kill().unwrap();
        killed.wait().unwrap();
        for (path, bytes) in files(out, &[ending]) {
            let made = fs::metadata(&path).unwrap().modified().unwrap();
            seen.entry(path).or_insert((bytes, made));
        }
    }
    assert!(kills > 1, "it was over before it could be killed");
    let last = run(&mut command());
    assert!(last.status.success(), "{}", text(&last));
    let done = files(out, &[ending]);
    assert_eq!(done.len(), all);
    assert!(files(out, &["part"]).is_empty());
    for (path, (bytes, made)) in seen {
        assert_eq!(done[&path], bytes, "{} was not whole", path.display());
        let now = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(made, now, "{} was made twice", path.display());
    }
}

#[test]
fn a_folder_whose_run_is_killed_has_every_transcript_once() {
    let names: Vec<String> = (0..24).map(|n| format!("in/{}/{n}.wav", n % 3)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = recordings(&names);
    let arguments = ["transcribe", "in", "-o", "out", "--format", "srt"];
    let out = folder.path().join("out");
    kill_and_finish(|| in_folder(&folder, &arguments), &out, "srt", names.len());
}

/// A book of so many chapters.
fn book(chapters: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let chapter = |n: usize| {
        let text =
            "It was a *dark* and stormy night. The [rain](https://example.org) fell in torrents.";
        format!("## Chapter {n}: The Rain\n\n{text}\n\n```\nlet x = 1;\n```\n\n{text}\n")
    };
    let text: Vec<String> = (1..=chapters).map(chapter).collect();
    fs::write(folder.path().join("book.md"), text.join("\n")).unwrap();
    folder
}

/// The voice that needs no models.
const SAY: [&str; 6] = ["say", "book.md", "-o", "out", "--tts", "pico"];

#[test]
fn a_book_is_spoken_chapter_by_chapter() {
    let folder = book(2);
    let output = run(&mut in_folder(&folder, &SAY));
    assert!(output.status.success(), "{}", text(&output));
    let out = folder.path().join("out");
    let expected = ["01-chapter-1-the-rain.wav", "02-chapter-2-the-rain.wav"];
    assert_eq!(names(&out, &["wav", "part"]), expected);
    let spoken = in_folder(&folder, &["transcribe", "out/01-chapter-1-the-rain.wav"]);
    let heard = text(&run(&mut { spoken })).to_lowercase();
    assert!(
        heard.contains("chapter") && heard.contains("rain"),
        "{heard}"
    );
    assert!(heard.contains("stormy"), "{heard}");
    assert!(!heard.contains("example"), "{heard}");
}

#[test]
fn only_the_chapters_that_are_missing_are_spoken() {
    let folder = book(2);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("01-chapter-1-the-rain.wav"), "mine").unwrap();
    let output = run(&mut in_folder(&folder, &SAY));
    assert!(output.status.success(), "{}", text(&output));
    let sounds = files(&out, &["wav"]);
    assert_eq!(sounds[&out.join("01-chapter-1-the-rain.wav")], b"mine");
    assert!(sounds[&out.join("02-chapter-2-the-rain.wav")].len() > 10_000);
}

#[test]
fn a_book_whose_run_is_killed_has_every_chapter_once() {
    const CHAPTERS: usize = 60;
    let folder = book(CHAPTERS);
    let out = folder.path().join("out");
    kill_and_finish(|| in_folder(&folder, &SAY), &out, "wav", CHAPTERS);
}

#[test]
fn a_text_into_a_wav_file_is_spoken_as_it_is() {
    let folder = book(1);
    let arguments = ["say", "Hello.", "-o", "hello.wav", "--tts", "pico"];
    let output = run(&mut in_folder(&folder, &arguments));
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(names(folder.path(), &["wav"]), ["hello.wav"]);
}

#[test]
fn a_folder_for_what_is_no_book_is_refused() {
    let folder = book(1);
    let arguments = ["say", "Hello there.", "-o", ".", "--tts", "pico"];
    let output = run(&mut in_folder(&folder, &arguments));
    assert!(!output.status.success());
    assert!(text(&output).contains("is a folder"), "{}", text(&output));
}

#[test]
fn the_help_says_which_language_speech_is_taken_for() {
    let help = text(&run(vivavoce().args(["transcribe", "--help"])));
    // Wherever its lines are broken.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("taken for English"), "{help}");
    assert!(help.contains("(--lang auto:en,de)"), "{help}");
}
