//! Hibari with its real weights: the voice of the starter profile in English.

use std::path::{Path, PathBuf};

use vivavoce::agent::Persona;
use vivavoce::audio::audible::{AUDIBLE_DBFS, audible_end, audible_start};
use vivavoce::config::{Config, TtsEngine};
use vivavoce::engines::{EngineLoader, EnginesError};
use vivavoce::language::Language;
use vivavoce::models::{Manifest, ModelStore, Platform, Role};
use vivavoce::stt::transcribe_clip;
use vivavoce::tts::{Synthesizer, speak_clause};

fn loader(engine: TtsEngine) -> EngineLoader {
    let mut config = Config::default();
    config.tts.engine = engine;
    EngineLoader::new(&config).expect("`make test` fetches the models first")
}

fn load(engine: TtsEngine) -> Result<Box<dyn Synthesizer>, EnginesError> {
    loader(engine).synthesizer(&Persona::bundled(Language::English))
}

fn hibari() -> Box<dyn Synthesizer> {
    load(TtsEngine::Hibari(None)).unwrap()
}

const SENTENCE: &str = "The capital of France is Paris.";

#[test]
fn it_is_what_speaks_english_by_default() {
    let mut default = load(TtsEngine::Profile).unwrap();
    let clip = default.synthesize(SENTENCE).unwrap();
    assert_eq!(clip, hibari().synthesize(SENTENCE).unwrap());
    assert_eq!(clip.rate_hz, 24_000);
}

#[test]
fn the_same_text_is_the_same_sound_whatever_was_said_before() {
    let mut voice = hibari();
    let first = voice.synthesize(SENTENCE).unwrap();
    voice.synthesize("Something else.").unwrap();
    assert_eq!(voice.synthesize(SENTENCE).unwrap(), first);
}

#[test]
fn the_recognizer_understands_it() {
    let mut recognizer = loader(TtsEngine::Profile).recognizer().unwrap();
    let clip = speak_clause(hibari().as_mut(), SENTENCE).unwrap().clip;
    let heard = transcribe_clip(recognizer.as_mut(), &clip).unwrap();
    let heard = heard.to_lowercase();
    assert!(heard.contains("capital of france is paris"), "{heard}");
}

#[test]
fn a_name_that_no_dictionary_has_is_said_as_a_word_and_not_spelt() {
    let mut voice = hibari();
    let mut seconds = |text| {
        let clause = speak_clause(voice.as_mut(), text).unwrap();
        clause.clip.seconds()
    };
    let (name, letters) = (seconds("Kierkegaard."), seconds("K I E R K E G A A R D."));
    assert!(name < 0.5 * letters, "{name} s, {letters} s");
}

#[test]
fn a_word_without_vowels_is_spelt() {
    let mut voice = hibari();
    let word = voice.synthesize("xkcd").unwrap().seconds();
    let letters = voice.synthesize("X K C D").unwrap().seconds();
    assert!((word - letters).abs() < 0.1, "{word} s, {letters} s");
}

/// Durations come in steps of 25 ms, and a sound may fade for some more.
const WORD_TOLERANCE_S: f32 = 0.05;

#[test]
fn a_word_before_a_pause_ends_where_the_pause_begins() {
    let clause = speak_clause(hibari().as_mut(), "Good morning! How did you sleep?").unwrap();
    let (samples, rate) = (&clause.clip.samples, clause.clip.rate_hz);
    let seconds = |sample: usize| sample as f32 / rate as f32;
    let said = clause.words[1].ends_at;
    let pause = rate as usize / 10;
    let is_silent = |start: &usize| {
        audible_start(&samples[*start..*start + pause], rate, AUDIBLE_DBFS).is_none()
    };
    let mut starts = (pause..samples.len() - pause).step_by(rate as usize / 200);
    let silent = starts.find(is_silent);
    let silent = silent.expect("a pause between two sentences");
    let off = (seconds(said) - seconds(silent)).abs();
    assert!(
        off < WORD_TOLERANCE_S,
        "said at {} s, silent from {} s",
        seconds(said),
        seconds(silent)
    );
}

#[test]
fn words_end_in_order_within_the_sound() {
    let clause = speak_clause(
        hibari().as_mut(),
        "It costs $5, or **ten** euros, at Vyxnar.",
    )
    .unwrap();
    let ends: Vec<usize> = clause.words.iter().map(|word| word.ends_at).collect();
    assert!(ends.is_sorted() && ends[0] > 0, "{ends:?}");
    let sound = audible_end(&clause.clip.samples, clause.clip.rate_hz, AUDIBLE_DBFS).unwrap();
    let last = *ends.last().unwrap();
    assert!(
        last.abs_diff(sound) < 24_000 / 10,
        "{last} of {sound} samples"
    );
}

#[test]
fn no_text_is_an_error() {
    let mut voice = hibari();
    let long = "this goes on and on without any stop at all ".repeat(14);
    let word = "ab".repeat(400);
    for text in [
        "",
        " ",
        "...",
        "!?",
        "—",
        "🎉",
        "你好",
        "\0",
        "\n\t",
        "xkcd",
        "b2b",
        "<a>&amp;</a>",
        "[x](/y/)",
        "Zürich-based QWRTZ",
        "naïve café Łódź",
        "\u{202e}abc\u{301}",
        "“Quoted”",
        &long,
        &word,
    ] {
        let clip = voice.synthesize(text).unwrap();
        assert!(
            clip.samples.iter().all(|sample| sample.abs() <= 1.0),
            "{text:?}"
        );
        speak_clause(voice.as_mut(), text).unwrap();
    }
    assert!(voice.synthesize("!?").unwrap().samples.is_empty());
}

#[test]
fn a_text_that_is_too_long_for_the_graph_is_said_to_its_end() {
    let mut voice = hibari();
    let sentence = "this goes on and on without any stop at all ";
    let once = voice.synthesize(sentence).unwrap().seconds();
    let often = voice.synthesize(&sentence.repeat(14)).unwrap().seconds();
    assert!(often > 8.0 * once, "{once} s, {often} s");
}

#[test]
fn at_any_speed_it_says_something_and_faster_is_shorter() {
    let mut voice = hibari();
    let mut seconds = |percent| {
        voice.set_speed(percent);
        voice.synthesize(SENTENCE).unwrap().seconds()
    };
    assert!(seconds(50) > 1.5 * seconds(100));
    assert!(seconds(100) > 1.5 * seconds(200));
    for extreme in [0, u16::MAX] {
        assert!(seconds(extreme) > 0.2, "{extreme}");
    }
}

#[test]
fn a_cancelled_clause_is_given_up() {
    let cancelled = hibari().synthesize_unless(&|| true, SENTENCE).unwrap();
    // A graph that is done before anybody looks is followed by a waveform that looks at once.
    assert_eq!(cancelled, None);
}

/// The profile's voice, copied to where a test may spoil it.
fn copied() -> tempfile::TempDir {
    let store = ModelStore::open(None).unwrap();
    let manifest = Manifest::bundled().unwrap();
    let selection = manifest.select("starter", Platform::current()).unwrap();
    let ready = store.ensure_ready(&selection.only(&[Role::Tts])).unwrap();
    let folder: PathBuf = ready.first(Role::Tts).unwrap().parent().unwrap().into();
    let copy = tempfile::tempdir().unwrap();
    for name in ["hibari.onnx", "vocab.json", "oov.onnx", "oov.json"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

fn refusal(folder: &Path) -> String {
    match load(TtsEngine::Hibari(Some(folder.into()))) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_folder_of_its_files_is_a_voice() {
    let folder = copied();
    let mut voice = load(TtsEngine::Hibari(Some(folder.path().into()))).unwrap();
    assert!(voice.synthesize("Yes.").unwrap().seconds() > 0.2);
}

#[test]
fn a_folder_without_a_voice_is_told_what_to_pull() {
    let folder = tempfile::tempdir().unwrap();
    let message = refusal(folder.path());
    assert!(message.contains("vivavoce models pull"), "{message}");
}

#[test]
fn what_a_folder_lacks_or_has_spoilt_is_named() {
    for name in ["hibari.onnx", "vocab.json", "oov.onnx", "oov.json"] {
        let folder = copied();
        std::fs::write(folder.path().join(name), "no such thing").unwrap();
        let message = refusal(folder.path());
        assert!(message.contains(name), "{name}: {message}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
        let message = refusal(folder.path());
        assert!(
            message.contains(name.trim_end_matches(".onnx")),
            "{name}: {message}"
        );
    }
}

#[test]
fn a_graph_of_another_kind_is_told_from_a_voice() {
    let folder = copied();
    std::fs::copy(
        folder.path().join("oov.onnx"),
        folder.path().join("hibari.onnx"),
    )
    .unwrap();
    let message = refusal(folder.path());
    assert!(
        message.contains("chars") && message.contains("Hibari"),
        "{message}"
    );
}

#[test]
fn it_speaks_english_only() {
    let config = Config {
        language: Language::German.into(),
        ..Config::default()
    };
    // Nothing is asked of the recognizer and the language model.
    let loader = EngineLoader::only(&config, &[Role::Tts, Role::OnnxRuntime]).unwrap();
    let german = loader
        .synthesizer(&Persona::bundled(Language::German))
        .unwrap();
    assert_eq!(german.language(), Language::German);
}
