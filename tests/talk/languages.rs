//! Conversations in five languages on the virtual sound card, with the profile `multilingual` and voices of those
//! languages: what is said is understood, the answer is in the language, and its sound is that answer.

use std::path::Path;

use crate::program::{hold_in, run, text, texts, vivavoce};

const PROFILE: [&str; 2] = ["--profile", "multilingual"];

/// Two questions by a voice.
fn scenario(voice: &str, questions: &[&str]) -> String {
    let mut scenario = String::from(
        "name = \"languages\"\nseed = 5\nend = \"reply_finished + 1000 ms\"\nlimit_s = 120\n\
         [noise]\nlevel_dbfs = -65.0\n",
    );
    let mut at = "start + 500 ms";
    for question in questions {
        scenario +=
            &format!("[[stimulus]]\nsay = \"{question}\"\nvoice = \"{voice}\"\nat = \"{at}\"\n");
        at = "reply_finished + 400 ms";
    }
    scenario
}

/// Letters and digits in lower case: what languages without spaces are compared by too.
fn letters(text: &str) -> Vec<char> {
    let lower = text.to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Share of the letters of one text that are found in another, in order.
fn share_found(said: &str, heard: &str) -> f64 {
    let (said, heard) = (letters(said), letters(heard));
    let mut row = vec![0_u32; heard.len() + 1];
    for letter in &said {
        let mut diagonal = 0;
        for (n, other) in heard.iter().enumerate() {
            let above = row[n + 1];
            row[n + 1] = if letter == other {
                diagonal + 1
            } else {
                above.max(row[n])
            };
            diagonal = above;
        }
    }
    f64::from(row[heard.len()]) / said.len().max(1) as f64
}

/// What a recognizer writes of the assistant's side of a recording.
fn read_back(record: &Path, language: &str) -> String {
    let mut reader = hound::WavReader::open(record.join("conversation.wav")).unwrap();
    let mut spec = reader.spec();
    let channels = usize::from(spec.channels);
    let samples: Vec<i16> = reader.samples::<i16>().map(Result::unwrap).collect();
    spec.channels = 1;
    let path = record.join("assistant.wav");
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for frame in samples.chunks(channels) {
        writer.write_sample(frame[channels - 1]).unwrap();
    }
    writer.finalize().unwrap();
    let output = run(vivavoce()
        .args(PROFILE)
        .args(["transcribe", "--lang", language])
        .arg(&path));
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Asks for its name and one thing more. The answer to the first has its name in it.
fn is_held(language: &str, voice: &str, questions: [&str; 2], name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&PROFILE[..], &["--lang", language]].concat();
    let (printed, events) = hold_in(folder.path(), &scenario(voice, &questions), &arguments);
    let (heard, replies) = (texts(&events, "turn_ended"), texts(&events, "heard"));
    let understood = share_found(&questions.concat(), &heard.concat());
    assert!(
        understood >= 0.7,
        "{understood:.2} of {questions:?}: {printed}"
    );
    assert_eq!(replies.len(), 2, "{printed}");
    assert!(
        replies[0].to_lowercase().contains(name),
        "its name is {name}: {printed}"
    );
    let read = read_back(&folder.path().join("record"), language);
    let spoken = share_found(&replies.concat(), &read);
    assert!(spoken >= 0.7, "{spoken:.2} of {replies:?} in {read:?}");
}

#[test]
fn german_is_understood_and_spoken() {
    let questions = ["Wie heißt du?", "Wie viele Tage hat eine Woche?"];
    is_held("de", "de-DE", questions, "vivi");
}

#[test]
fn spanish_is_understood_and_spoken() {
    let questions = ["¿Cómo te llamas?", "¿Cuántos días tiene una semana?"];
    is_held("es", "kokoro:em_alex", questions, "vivi");
}

#[test]
fn french_is_understood_and_spoken() {
    let questions = [
        "Comment tu t'appelles ?",
        "Combien de jours y a-t-il dans une semaine ?",
    ];
    is_held("fr", "kokoro:ff_siwis", questions, "vivi");
}

#[test]
fn italian_is_understood_and_spoken() {
    let questions = ["Come ti chiami?", "Quanti giorni ha una settimana?"];
    is_held("it", "it-IT", questions, "vivi");
}

#[test]
fn chinese_is_understood_and_spoken() {
    let questions = ["你叫什么名字？", "一个星期有几天？"];
    is_held("zh", "kokoro:zf_xiaobei", questions, "薇薇");
}

#[test]
fn the_conversation_goes_over_to_the_language_that_is_spoken_and_stays_for_a_short_word() {
    let stimulus = |say: &str, voice: &str, at: &str| {
        format!("[[stimulus]]\nsay = \"{say}\"\nvoice = \"{voice}\"\nat = \"{at}\"\n")
    };
    let scenario = [
        "name = \"languages\"\nseed = 5\nend = \"reply_finished + 1000 ms\"\nlimit_s = 120\n"
            .into(),
        stimulus("What is your name, please?", "en-GB", "start + 500 ms"),
        stimulus(
            "Wie viele Tage hat eine Woche?",
            "de-DE",
            "reply_finished + 400 ms",
        ),
        stimulus("Mañana.", "es-ES", "reply_finished + 400 ms"),
        stimulus(
            "¿Cuál es la capital de Francia?",
            "es-ES",
            "reply_finished + 400 ms",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&PROFILE[..], &["--lang", "auto:en,de,es"]].concat();
    let (printed, events) = hold_in(folder.path(), &scenario.concat(), &arguments);
    let notices: Vec<&str> = events
        .iter()
        .filter(|event| event["kind"] == "notice")
        .filter_map(|event| event["message"].as_str())
        .filter(|message| message.contains("goes on in"))
        .collect();
    let expected = [
        "the conversation goes on in German",
        "the conversation goes on in Spanish",
    ];
    assert_eq!(notices, expected, "{printed}");
    assert_eq!(texts(&events, "heard").len(), 4, "{printed}");
    let spanish = texts(&events, "turn_ended").pop().unwrap_or_default();
    assert!(
        share_found("¿Cuál es la capital de Francia?", &spanish) >= 0.7,
        "{printed}"
    );
}
