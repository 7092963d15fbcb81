//! Voices in other languages, and neural voices on shape-true graphs that say what they were given.

use std::path::{Path, PathBuf};

use vivavoce::agent::Persona;
use vivavoce::config::{Config, TtsEngine};
use vivavoce::engines::{EngineLoader, EnginesError};
use vivavoce::language::Language;
use vivavoce::tts::{Synthesizer, speak_clause};

use crate::onnx_file::{self, read_back};
use crate::program::{run, text, vivavoce};

/// The voice that `engine` and `language` ask for.
fn load(engine: TtsEngine, language: Language) -> Result<Box<dyn Synthesizer>, EnginesError> {
    load_named(engine, None, language)
}

fn load_named(
    engine: TtsEngine,
    name: Option<&str>,
    language: Language,
) -> Result<Box<dyn Synthesizer>, EnginesError> {
    let mut config = Config::default();
    config.tts.engine = engine;
    config.tts.voice = name.map(str::to_owned);
    EngineLoader::new(&config)
        .expect("`make test` fetches the models first")
        .synthesizer(&Persona::bundled(language))
}

fn refusal(engine: TtsEngine, language: Language) -> String {
    match load(engine, language) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_voice_says_numbers_in_its_own_language() {
    for language in Language::all().filter(|l| l.voice().is_some()) {
        let mut voice = load(TtsEngine::Profile, language).unwrap();
        assert_eq!(voice.language(), language);
        let seconds = |voice: &mut Box<dyn Synthesizer>, text: &str| {
            speak_clause(voice.as_mut(), text).unwrap().clip.seconds()
        };
        let (short, long) = (seconds(&mut voice, "7"), seconds(&mut voice, "777 777"));
        assert!(long > 2.0 * short, "{language}: {short} s, {long} s");
    }
}

#[test]
fn markup_is_not_spoken_in_any_language() {
    for language in Language::all().filter(|l| l.voice().is_some()) {
        let said = |text| {
            let mut voice = load(TtsEngine::Profile, language).unwrap();
            speak_clause(voice.as_mut(), text).unwrap().clip.samples
        };
        assert_eq!(said("Radio").len(), said("**Radio** 🎉").len());
    }
}

#[test]
fn a_language_that_the_models_do_not_know_is_told_which_they_are() {
    let output = run(vivavoce().args(["talk", "--lang", "de", "--input", "null"]));
    assert!(!output.status.success());
    for part in [
        "German",
        "moonshine-tiny-en",
        "smollm2",
        "--profile",
        "--stt",
    ] {
        assert!(text(&output).contains(part), "{part}: {}", text(&output));
    }
}

#[test]
fn a_language_without_a_voice_is_told_how_to_name_one() {
    let message = refusal(TtsEngine::Profile, Language::Chinese);
    assert!(
        message.contains("Chinese") && message.contains("--tts"),
        "{message}"
    );
}

/// Samples of a token in the graphs below.
const EACH: usize = 200;

/// A voice as Piper's are, which speaks with espeak-ng's `voice`.
fn piper(folder: &Path, voice: &str) -> PathBuf {
    let path = folder.join("voice.onnx");
    let lengths = [("input_lengths", false)];
    onnx_file::write(&path, "input", ("scales", true), &lengths, EACH as i64);
    let settings = serde_json::json!({
        "audio": { "sample_rate": 22_050 },
        "espeak": { "voice": voice },
        // Their mean is two.
        "inference": { "noise_scale": 2.0, "length_scale": 2.0, "noise_w": 2.0 },
        "phoneme_id_map": {
            "_": [0], "^": [1], "$": [2], " ": [3], ".": [10], "c": [16], "j": [22], "ç": [40], "ɑ": [51],
            "ɪ": [74], "ˈ": [120], "ː": [122], "\u{327}": [140],
        },
        "num_speakers": 1,
    });
    std::fs::write(folder.join("voice.onnx.json"), settings.to_string()).unwrap();
    path
}

#[test]
fn piper_is_given_phonemes_with_begin_end_and_separators() {
    let folder = tempfile::tempdir().unwrap();
    let engine = TtsEngine::Piper(piper(folder.path(), "de"));
    let mut voice = load(engine, Language::German).unwrap();
    let clip = voice.synthesize("Ja.").unwrap();
    assert_eq!(clip.rate_hz, 22_050);
    let (numbers, scales) = read_back(&clip.samples, EACH);
    // ^ j ˈ ɑ ː . $, as espeak-ng 1.51 says it.
    assert_eq!(numbers, [1, 0, 22, 0, 120, 0, 51, 0, 122, 0, 10, 0, 2]);
    assert_eq!(scales, 2.0);
}

/// The same with several speakers; the number of the one who speaks can be read back.
fn piper_with_speakers(folder: &Path) -> PathBuf {
    let path = piper(folder, "de");
    let others = [("input_lengths", false), ("scales", true)];
    onnx_file::write(&path, "input", ("sid", false), &others, EACH as i64);
    let file = folder.join("voice.onnx.json");
    let mut settings: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    settings["num_speakers"] = 3.into();
    settings["speaker_id_map"] = serde_json::json!({ "amused": 0, "angry": 1, "neutral": 2 });
    std::fs::write(file, settings.to_string()).unwrap();
    path
}

#[test]
fn piper_is_given_letters_and_their_marks_apart() {
    let folder = tempfile::tempdir().unwrap();
    let engine = TtsEngine::Piper(piper(folder.path(), "de"));
    let mut voice = load(engine, Language::German).unwrap();
    let clip = voice.synthesize("ich").unwrap();
    // ^ ˈ ɪ c ̧ $: as Piper's own phonemizer has it ("licht" in its tests).
    assert_eq!(
        read_back(&clip.samples, EACH).0,
        [1, 0, 120, 0, 74, 0, 16, 0, 140, 0, 2]
    );
}

#[test]
fn a_piper_voice_of_several_speakers_speaks_as_the_one_who_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = piper_with_speakers(folder.path());
    for (name, number) in [(None, 0.0), (Some("neutral"), 2.0)] {
        let engine = TtsEngine::Piper(path.clone());
        let mut voice = load_named(engine, name, Language::German).unwrap();
        let clip = voice.synthesize("Ja.").unwrap();
        assert_eq!(read_back(&clip.samples, EACH).1, number);
    }
}

#[test]
fn a_speaker_that_a_piper_voice_has_not_is_told_which_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let engine = TtsEngine::Piper(piper_with_speakers(folder.path()));
    let error = load_named(engine, Some("sleepy"), Language::German).err();
    let message = error.expect("a refusal").to_string();
    assert!(message.contains("amused, angry, neutral"), "{message}");
}

#[test]
fn a_voice_of_the_program_is_chosen_by_name() {
    let german = load_named(TtsEngine::Profile, Some("de-DE"), Language::English).unwrap();
    assert_eq!(german.language(), Language::German);
}

#[test]
fn a_piper_voice_of_another_language_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let engine = TtsEngine::Piper(piper(folder.path(), "de"));
    let message = refusal(engine, Language::English);
    assert!(
        message.contains("de") && message.contains("--lang"),
        "{message}"
    );
}

#[test]
fn a_piper_voice_with_phonemes_of_another_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = piper(folder.path(), "en-us");
    let file = folder.path().join("voice.onnx.json");
    let settings = std::fs::read_to_string(&file).unwrap();
    let pinyin = settings.replacen('{', r#"{"phoneme_type":"pinyin","#, 1);
    std::fs::write(&file, pinyin).unwrap();
    let message = refusal(TtsEngine::Piper(path), Language::English);
    assert!(message.contains("pinyin"), "{message}");
}

#[test]
fn a_piper_voice_without_a_sample_rate_that_there_is_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = piper(folder.path(), "en-us");
    let file = folder.path().join("voice.onnx.json");
    let settings = std::fs::read_to_string(&file).unwrap();
    for rate in ["0", "7", "4000000000"] {
        std::fs::write(&file, settings.replace("22050", rate)).unwrap();
        let message = refusal(TtsEngine::Piper(path.clone()), Language::English);
        assert!(message.contains("sample_rate"), "{message}");
    }
}

#[test]
fn a_piper_voice_without_its_settings_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = piper(folder.path(), "en-us");
    std::fs::remove_file(folder.path().join("voice.onnx.json")).unwrap();
    let message = refusal(TtsEngine::Piper(path), Language::English);
    assert!(message.contains("voice.onnx.json"), "{message}");
}

#[test]
fn a_corrupt_graph_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = piper(folder.path(), "en-us");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let message = refusal(TtsEngine::Piper(path), Language::English);
    assert!(message.contains("voice.onnx"), "{message}");
}

#[test]
fn a_graph_that_is_no_voice_is_told_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let path = piper(folder.path(), "en-us");
    onnx_file::write(&path, "input_ids", ("pixels", true), &[], 1);
    let message = refusal(TtsEngine::Piper(path), Language::English);
    assert!(
        message.contains("pixels") && message.contains("Piper"),
        "{message}"
    );
}

#[test]
fn a_neural_voice_is_played_at_its_own_rate() {
    let folder = tempfile::tempdir().unwrap();
    let voice = piper(folder.path(), "en-us");
    let wav = folder.path().join("said.wav");
    let output = run(vivavoce()
        .arg("say")
        .arg("--tts")
        .arg(format!("piper:{}", voice.display()))
        .args(["Yes, aha.", "-o"])
        .arg(&wav));
    assert!(output.status.success(), "{}", text(&output));
    let clip = vivavoce::audio::sound_file::read_clip(&wav).unwrap();
    assert_eq!(clip.rate_hz, 22_050);
}

/// A folder as Kokoro's is: the style for n phonemes is n - 1 throughout.
fn kokoro(folder: &Path) -> TtsEngine {
    let speed = [("speed", true)];
    onnx_file::write(
        &folder.join("model.onnx"),
        "input_ids",
        ("style", true),
        &speed,
        EACH as i64,
    );
    let vocab = serde_json::json!({ "$": 0, ".": 4, " ": 16, "A": 24, "n": 56, "ˈ": 156, "O": 31, "t": 62 });
    let tokenizer = serde_json::json!({ "model": { "vocab": vocab } });
    std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let styles: Vec<u8> = (0..8u8)
        .flat_map(|row| [f32::from(row); 256])
        .flat_map(f32::to_le_bytes)
        .collect();
    std::fs::write(folder.join("af_heart.bin"), styles).unwrap();
    TtsEngine::Kokoro(Some(folder.to_path_buf()))
}

#[test]
fn kokoro_is_given_phonemes_between_pads_and_the_style_for_their_count() {
    let folder = tempfile::tempdir().unwrap();
    let mut voice = load(kokoro(folder.path()), Language::English).unwrap();
    let clip = voice.synthesize("Eight.").unwrap();
    assert_eq!(clip.rate_hz, 24_000);
    let (numbers, style) = read_back(&clip.samples, EACH);
    // ˈ A t . as misaki writes it.
    assert_eq!(numbers, [0, 156, 24, 62, 4, 0]);
    assert_eq!(style, 3.0);
}

#[test]
fn kokoro_spells_out_a_word_that_it_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let mut voice = load(kokoro(folder.path()), Language::English).unwrap();
    let known = voice.synthesize("no").unwrap();
    let unknown = voice.synthesize("qxzvk").unwrap();
    assert!(!known.samples.is_empty() && !unknown.samples.is_empty());
}

#[test]
fn kokoro_speaks_no_german() {
    let folder = tempfile::tempdir().unwrap();
    let message = refusal(kokoro(folder.path()), Language::German);
    assert!(message.contains("German"), "{message}");
}

#[test]
fn kokoro_speaks_the_language_of_the_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let engine = kokoro(folder.path());
    let voices = [
        (Language::Spanish, "ef_dora"),
        (Language::Italian, "if_sara"),
        (Language::Chinese, "zf_xiaobei"),
    ];
    for (language, name) in voices {
        let style = folder.path().join("af_heart.bin");
        std::fs::copy(&style, folder.path().join(format!("{name}.bin"))).unwrap();
        assert_eq!(load(engine.clone(), language).unwrap().language(), language);
    }
}

#[test]
fn a_voice_of_another_language_is_told_which_speak_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let engine = kokoro(folder.path());
    let style = folder.path().join("af_heart.bin");
    std::fs::copy(&style, folder.path().join("em_alex.bin")).unwrap();
    let Err(error) = load_named(engine, Some("af_heart"), Language::Spanish) else {
        panic!("it was loaded");
    };
    let message = error.to_string();
    assert!(
        message.contains("Spanish") && message.contains("em_alex"),
        "{message}"
    );
}

#[test]
fn a_style_file_that_is_cut_off_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let engine = kokoro(folder.path());
    std::fs::write(folder.path().join("af_heart.bin"), [0; 100]).unwrap();
    let message = refusal(engine, Language::English);
    assert!(message.contains("af_heart.bin"), "{message}");
}

#[test]
fn an_unknown_voice_is_told_which_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let engine = kokoro(folder.path());
    std::fs::rename(
        folder.path().join("af_heart.bin"),
        folder.path().join("bf_emma.bin"),
    )
    .unwrap();
    let message = refusal(engine, Language::English);
    assert!(
        message.contains("af_heart") && message.contains("bf_emma"),
        "{message}"
    );
}
