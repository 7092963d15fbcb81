//! A whole conversation with Whisper as recognizer, on the virtual sound card.

mod program;
mod whisper_micro;

use program::{events, run, text, texts, vivavoce};
use whisper_micro::{model, right, samples, words};

/// Asked one after the other; two of the samples ask for silence, another is thanks, and they want
/// no answer: they are among the recognizer's own tests.
const NO_QUESTIONS: [&str; 3] = ["Stop.", "Hold on.", "Okay, thanks."];

#[test]
fn nine_of_ten_words_reach_the_language_model() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples();
    let asked = samples
        .iter()
        .filter(|s| !NO_QUESTIONS.contains(&s.said.as_str()));
    let asked: Vec<_> = asked.collect();
    let mut scenario = String::from(
        "name = \"whisper\"\nseed = 3\nend = \"reply_finished + 300 ms\"\nlimit_s = 150\n\
         [noise]\nlevel_dbfs = -65.0\n",
    );
    for (n, sample) in asked.iter().enumerate() {
        let at = if n == 0 {
            "start + 500 ms"
        } else {
            "reply_finished + 400 ms"
        };
        let file = sample.path.display();
        scenario += &format!("[[stimulus]]\nfile = \"{file}\"\nat = \"{at}\"\n");
    }
    let path = folder.path().join("whisper.toml");
    std::fs::write(&path, scenario).unwrap();
    let endpoint = format!("virtual:{}", path.display());
    let record = folder.path().join("record");
    let output = run(vivavoce()
        .args([
            "talk", "--plain", "--input", &endpoint, "--output", &endpoint,
        ])
        .arg("--stt")
        .arg(format!("whisper:{}", model().display()))
        .arg("--record")
        .arg(&record));
    assert!(output.status.success(), "{}", text(&output));

    let heard = texts(&events(&record), "turn_ended");
    let said: Vec<&str> = asked.iter().map(|sample| sample.said.as_str()).collect();
    let (of_right, of_all) = right(&said.join(" "), &heard.join(" "));
    println!("{of_right} of {of_all} words: {heard:?}");
    assert!(
        of_right * 10 >= of_all * 9,
        "{of_right} of {of_all}: {heard:?}"
    );
    assert!(words(&heard.join(" ")).len() <= of_all + 2, "{heard:?}");
}
