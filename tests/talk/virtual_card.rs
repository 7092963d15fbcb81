//! The whole program on the virtual sound card: real engines, real time, recorded.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use vivavoce::audio::sound_file::read_clip;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::harness::bench::{Recording, conversation};
use vivavoce::stt::transcribe_clip;

use crate::program::{events, of_kind, run, text, texts, vivavoce, words};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenarios/demo.toml");

fn talk(scenario: &Path, record: &Path) -> String {
    let endpoint = format!("virtual:{}", scenario.display());
    let output = run(vivavoce()
        .args([
            "talk", "--plain", "--input", &endpoint, "--output", &endpoint, "--record",
        ])
        .arg(record));
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

/// What our own recognizer understands of the loudspeaker's channel.
fn read_back(record: &Path) -> String {
    let mut reader = hound::WavReader::open(record.join("conversation.wav")).unwrap();
    let rate_hz = reader.spec().sample_rate;
    let right = reader.samples::<i16>().skip(1).step_by(2);
    let samples = right.map(|s| f32::from(s.unwrap()) / 32_768.0).collect();
    let clip = vivavoce::audio::wav::Clip { rate_hz, samples };
    let mut recognizer = EngineLoader::new(&Config::default())
        .unwrap()
        .recognizer()
        .unwrap();
    transcribe_clip(recognizer.as_mut(), &clip).unwrap()
}

/// What is answered to "Tell me about the sun." (assets/facts/en/known/what.toml).
const ABOUT_THE_SUN: &str =
    "The sun is the star at the center of our solar system, a ball of hot gas.";

#[test]
fn the_demonstration_is_a_conversation_with_an_interruption() {
    let folder = tempfile::tempdir().unwrap();
    let printed = talk(Path::new(DEMO), folder.path());
    let events = events(folder.path());

    // Between "sun" and "legs" the word "Stop." stands alone; a tiny recognizer that hears "Stuff."
    // under an echo makes a turn of it, so turns are found by what is in them.
    let user = texts(&events, "turn_ended");
    let heard = texts(&events, "heard");
    for (texts, expected) in [
        (&user, ["france", "sun", "legs", "cat"]),
        (&heard, ["paris", "star", "eight", "four"]),
    ] {
        let mut rest = texts.iter();
        for word in expected {
            let found = rest.any(|text| words(text).contains(&word.into()));
            assert!(found, "no {word:?} in its place: {texts:?}");
        }
    }

    let cut = of_kind(&events, "interrupted")[0]["turn"].as_u64();
    // The last of its kind: a draft that was thrown away ends its reply as well.
    let of_cut_turn = |kind: &str| {
        let mut of_kind = of_kind(&events, kind).into_iter();
        let event = of_kind.rfind(|event| event["turn"].as_u64() == cut);
        event.expect(kind)["text"].as_str().unwrap().to_owned()
    };
    let heard = of_cut_turn("heard");
    assert!(ABOUT_THE_SUN.starts_with(&heard), "{heard:?}");
    assert!(
        heard.len() < ABOUT_THE_SUN.len(),
        "the history must not hold what nobody heard"
    );

    let understood = words(&read_back(folder.path()));
    assert!(understood.contains(&"star".into()), "{understood:?}");
    let measured = conversation(&Recording::read(folder.path()).unwrap(), 1);
    let missed = |turn: &&vivavoce::harness::bench::Turn| turn.fault.as_deref() == Some("missed");
    assert_eq!(measured.turns.iter().find(missed), None);
    assert_eq!(measured.self_interruptions, 0);
    assert!(
        printed.contains("on the recording") && printed.contains("conversation.wav"),
        "{printed}"
    );
}

#[test]
fn a_file_of_any_rate_is_heard_and_silence_after_it_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (question, record) = (folder.path().join("q.wav"), folder.path().join("r"));
    let said = run(vivavoce()
        .args([
            "say",
            "--voice",
            "en-GB",
            "What is the capital of Italy?",
            "-o",
        ])
        .arg(&question));
    assert!(said.status.success(), "{}", text(&said));
    let clip = read_clip(&question).unwrap().at_rate(22_050).unwrap();
    vivavoce::audio::wav::write_clip(&question, &clip).unwrap();
    let out = folder.path().join("out.wav");
    let output = run(vivavoce()
        .args(["talk", "--plain", "--for", "9", "--input"])
        .arg(format!("file:{}", question.display()))
        .arg("--output")
        .arg(format!("file:{}", out.display()))
        .arg("--record")
        .arg(&record));
    assert!(output.status.success(), "{}", text(&output));
    let user = texts(&events(&record), "turn_ended");
    assert_eq!(user.len(), 1, "{user:?}");
    assert!(words(&user[0]).contains(&"italy".into()), "{user:?}");
    assert!(read_clip(&out).unwrap().seconds() > 7.0);
}

#[test]
fn typed_messages_from_a_pipe_are_answered_in_order() {
    let mut child = vivavoce()
        .args(["talk", "--text", "--plain", "--output", "null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"What is the capital of France?\n\nWhat is the capital of Italy?\n")
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let printed = text(&output);
    let (paris, rome) = (printed.find("Paris"), printed.find("Rome"));
    assert!(
        paris.is_some() && rome.is_some() && paris < rome,
        "{printed}"
    );
}

/// Engines, three spoken questions, their answers, an interruption, and the recording of it.
#[cfg(target_os = "linux")]
#[test]
fn a_recorded_conversation_stays_below_700_megabytes() {
    const LIMIT_KB: u64 = 700 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("virtual:{DEMO}");
    let mut child = vivavoce()
        .args([
            "talk", "--plain", "--input", &endpoint, "--output", &endpoint, "--record",
        ])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak_kb = 0;
    let status = format!("/proc/{}/status", child.id());
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kb = line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok());
        peak_kb = peak_kb.max(kb.unwrap_or(0));
        let _ = Command::new("sleep").arg("0.1").status();
    }
    assert!(peak_kb > 0 && peak_kb < LIMIT_KB, "{peak_kb} kB");
    let answered = of_kind(&events(folder.path()), "heard").len();
    assert!(answered >= 3, "{answered} replies: it was no conversation");
}

/// The disk is full from the first second on: `/dev/full` takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_recording_that_a_full_disk_ends_is_said_and_the_conversation_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join("conversation.wav")).unwrap();
    let arguments = ["talk", "--plain", "--input", "null", "--output", "null"];
    let output = run(vivavoce()
        .args(arguments)
        .args(["--for", "4", "--record"])
        .arg(folder.path()));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error: recorder: "), "while it talks: {said}");
    assert!(
        said.contains("the recording is incomplete"),
        "at the end: {said}"
    );
    assert!(said.contains("No space left on device"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_output_file_is_said_and_the_conversation_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("played.wav");
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    let output = run(vivavoce()
        .args([
            "talk", "--plain", "--input", "null", "--for", "3", "--output",
        ])
        .arg(format!("file:{}", file.display())));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("error: loudspeaker: "),
        "while it talks: {said}"
    );
    assert!(said.contains("not all in the file"), "at the end: {said}");
}

/// Both begin with no voice and no prompt's state on the disk, and write them at the same moment.
#[test]
fn two_programs_share_one_data_folder() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["talk", "--text", "--plain", "--output", "null"];
    let mut both = [0, 1].map(|_| {
        vivavoce()
            .args(arguments)
            .env("VIVAVOCE_DATA", data.path())
            .env("VIVAVOCE_MODELS", models())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    });
    for child in &mut both {
        let mut stdin = child.stdin.take().unwrap();
        stdin
            .write_all(b"What is the capital of France?\n")
            .unwrap();
    }
    for child in both {
        let output = child.wait_with_output().unwrap();
        let said = text(&output);
        assert!(output.status.success() && said.contains("Paris"), "{said}");
    }
}

/// The folder of models that `make test` has filled.
fn models() -> String {
    let output = run(vivavoce().args(["models", "path"]));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
