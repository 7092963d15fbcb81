//! How far the estimated times of words are from those at which a voice said them. Hibari knows these.

use vivavoce::agent::Persona;
use vivavoce::audio::frame::SPEECH_RATE;
use vivavoce::audio::wav::Clip;
use vivavoce::config::{Config, TtsEngine};
use vivavoce::engines::EngineLoader;
use vivavoce::language::Language;
use vivavoce::stt::{RecordingTranscriber, TimedWord};

/// Seconds of silence before and after.
const AROUND_S: f64 = 1.0;
/// Measured: see docs/files.md. Seconds.
const MEDIAN_S: f64 = 0.15;
const NINE_OF_TEN_S: f64 = 0.35;

/// A text without numbers, and where each of its words ends. Seconds.
fn spoken(text: &str) -> (Clip, Vec<f64>) {
    let mut config = Config::default();
    config.tts.engine = TtsEngine::Hibari(None);
    let loader = EngineLoader::new(&config).expect("`make test` fetches the models first");
    let mut voice = loader
        .synthesizer(&Persona::bundled(Language::English))
        .unwrap();
    let speech = voice.synthesize_unless(&|| false, text).unwrap().unwrap();
    let rate_hz = f64::from(speech.clip.rate_hz);
    let ends = speech.word_ends.iter();
    let ends = ends
        .map(|end| AROUND_S + end.sample as f64 / rate_hz)
        .collect();
    (speech.clip.at_rate(SPEECH_RATE).unwrap(), ends)
}

fn heard(clip: &Clip) -> Vec<TimedWord> {
    let loader = EngineLoader::new(&Config::default()).unwrap();
    let mut engine = loader.recognizer().unwrap();
    let activity = loader.activity().unwrap();
    let mut transcriber = RecordingTranscriber::new(engine.as_mut(), activity);
    let silence = vec![0.0; (AROUND_S * f64::from(SPEECH_RATE)) as usize];
    for part in [&silence, &clip.samples, &silence] {
        assert!(transcriber.push(part, &|| false).unwrap());
    }
    let stretches = transcriber.finish(&|| false).unwrap().unwrap();
    stretches.into_iter().flat_map(|s| s.words).collect()
}

#[test]
fn words_are_placed_near_where_they_were_said() {
    let texts = [
        "The capital of France is a city on a river.",
        "My mother went to the market this morning, and she came back with apples and bread.",
        "The weather was cold and the wind was strong, so we stayed at home all day.",
        "A spider has more legs than a horse, but it cannot carry anybody.",
    ];
    let mut errors: Vec<f64> = Vec::new();
    for text in texts {
        let (clip, ends) = spoken(text);
        let words = heard(&clip);
        // Where the recognizer heard other words, nobody knows which is which.
        let same = words.len() == ends.len() && ends.len() == text.split(' ').count();
        println!("{text}: {} words heard, {} said", words.len(), ends.len());
        if same {
            let off = words
                .iter()
                .zip(&ends)
                .map(|(w, end)| (w.end_s - end).abs());
            errors.extend(off);
        }
    }
    errors.sort_by(f64::total_cmp);
    let at = |share: f64| errors[((errors.len() - 1) as f64 * share) as usize];
    println!(
        "{} words: median {:.3} s, nine of ten {:.3} s",
        errors.len(),
        at(0.5),
        at(0.9)
    );
    assert!(errors.len() > 20, "{}", errors.len());
    assert!(at(0.5) < MEDIAN_S && at(0.9) < NINE_OF_TEN_S, "{errors:?}");
}
