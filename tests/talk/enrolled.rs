//! Only enrolled voices: one of our voices is enrolled, another speaks beside it.

use std::fs;
use std::path::Path;
use std::process::Command;

use vivavoce::audio::sound_file::read_clip;
use vivavoce::audio::wav::{Clip, write_clip};

use crate::program::{events, of_kind, run, text, texts, vivavoce, words};

/// The program with a data folder of its own, and the models that `make test` has fetched.
fn with_data(folder: &Path) -> Command {
    let models = run(vivavoce().args(["models", "path"]));
    let models = String::from_utf8_lossy(&models.stdout).trim().to_owned();
    let mut command = vivavoce();
    command
        .env("VIVAVOCE_DATA", folder)
        .env("VIVAVOCE_MODELS", models);
    command
}

/// The user's voice, and one that is much unlike it. SVOX Pico's voices are one family.
const USER: &str = "en-GB";
const OTHER: &str = "hibari";

/// Sentences in a voice, a pause of two seconds behind each, as a file of its name.
fn say(folder: &Path, voice: &str, sentences: &[&str]) -> std::path::PathBuf {
    let part = folder.join("part.wav");
    let (mut samples, mut rate_hz) = (Vec::new(), 0);
    for sentence in sentences {
        let mut say = vivavoce();
        match voice {
            OTHER => say.args(["say", "--tts", OTHER]),
            voice => say.args(["say", "--voice", voice]),
        };
        let said = run(say.args([sentence, "-o"]).arg(&part));
        assert!(said.status.success(), "{}", text(&said));
        let clip = read_clip(&part).unwrap();
        rate_hz = clip.rate_hz;
        samples.extend(clip.samples);
        samples.extend(vec![0.0; 2 * rate_hz as usize]);
    }
    let file = folder.join(format!("{voice}.wav"));
    write_clip(&file, &Clip { rate_hz, samples }).unwrap();
    file
}

const SENTENCES: [&str; 3] = [
    "Good morning, I would like a large cup of coffee with a little milk.",
    "Please remind me on Thursday evening that the children have a music lesson.",
    "How far is it to the next village, and will it rain before we get there?",
];

fn enroll(folder: &Path, input: &Path) -> std::process::Output {
    let input = format!("file:{}", input.display());
    run(with_data(folder).args(["enroll", "--input", &input]))
}

/// As loud as the user, and nearer to no one: only the voice is another one.
const SCENARIO: &str = r#"
name = "two voices"
seed = 11
end = "reply_finished + 500 ms"
limit_s = 60

[noise]
level_dbfs = -65.0

[[stimulus]]
file = "garden.wav"
level_dbfs = -26.0
at = "start + 700 ms"

[[stimulus]]
say = "Tell me about the sun and the other planets, please."
voice = "en-GB"
at = "previous + 2500 ms"

[[stimulus]]
file = "weather.wav"
level_dbfs = -26.0
at = "reply_started + 900 ms"
"#;

#[test]
fn another_voice_is_not_answered_and_does_not_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let enrolled = enroll(folder.path(), &say(folder.path(), USER, &SENTENCES));
    assert!(enrolled.status.success(), "{}", text(&enrolled));

    for (name, sentence) in [
        (
            "garden.wav",
            "Then she opened the door and walked into the garden with her sister.",
        ),
        (
            "weather.wav",
            "The weather will be fine tomorrow, with some clouds in the north.",
        ),
    ] {
        let said = say(folder.path(), OTHER, &[sentence]);
        fs::rename(said, folder.path().join(name)).unwrap();
    }
    let (scenario, record) = (folder.path().join("s.toml"), folder.path().join("record"));
    fs::write(&scenario, SCENARIO).unwrap();
    let endpoint = format!("virtual:{}", scenario.display());
    let output = run(with_data(folder.path())
        .args(["talk", "--plain", "--only-enrolled"])
        .args(["--input", &endpoint, "--output", &endpoint, "--record"])
        .arg(&record));
    assert!(output.status.success(), "{}", text(&output));
    let events = events(&record);
    let answered = texts(&events, "turn_ended");
    assert!(
        answered
            .iter()
            .all(|text| !words(text).contains(&"garden".into())),
        "{answered:?}"
    );
    assert!(
        answered
            .iter()
            .any(|text| words(text).contains(&"tell".into())),
        "{answered:?}"
    );
    let printed = text(&output);
    assert!(of_kind(&events, "interrupted").is_empty(), "{printed}");
    let ignored = of_kind(&events, "turn_ignored");
    assert!(
        ignored.iter().any(|event| event["reason"] == "other_voice"),
        "{ignored:?}"
    );
}

#[test]
fn two_voices_are_not_enrolled_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (
        say(folder.path(), USER, &SENTENCES[..2]),
        say(folder.path(), OTHER, &SENTENCES[2..]),
    );
    let mut both = read_clip(&own).unwrap();
    both.samples.extend(read_clip(&other).unwrap().samples);
    write_clip(&own, &both).unwrap();
    let refused = enroll(folder.path(), &own);
    assert!(!refused.status.success());
    assert!(text(&refused).contains("one voice"), "{}", text(&refused));
}

#[test]
fn without_an_enrolled_voice_it_says_how_to_enroll_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(with_data(folder.path()).args([
        "talk",
        "--plain",
        "--only-enrolled",
        "--pull",
        "--input",
        "null",
        "--output",
        "null",
    ]));
    assert!(!output.status.success());
    assert!(
        text(&output).contains("vivavoce enroll"),
        "{}",
        text(&output)
    );
}

#[test]
fn a_forgotten_voice_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let enrolled = enroll(folder.path(), &say(folder.path(), USER, &SENTENCES));
    assert!(enrolled.status.success(), "{}", text(&enrolled));
    let list = || text(&run(with_data(folder.path()).args(["enroll", "--list"])));
    assert!(list().lines().any(|line| line == "me"), "{}", list());
    let forgotten = run(with_data(folder.path()).args(["enroll", "me", "--forget"]));
    assert!(forgotten.status.success());
    assert!(!list().lines().any(|line| line == "me"), "{}", list());
}
