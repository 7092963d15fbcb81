//! The real recognizer, voices, voice activity and echo canceller, on speech made on the spot.

use std::time::Duration;

use vivavoce::aec::{Cleaned, EchoCanceller, SonoraCanceller};
use vivavoce::audio::frame::{
    FRAME, SESSION_RATE, SPEECH_RATE, dbfs, from_db, peak, rms, sound_bounds,
};
use vivavoce::audio::noise::Noise;
use vivavoce::audio::resample::resample_clip;
use vivavoce::audio::wav::Clip;
use vivavoce::clock::Timestamp;
use vivavoce::config::Config;
use vivavoce::endpointing::TurnDetector;
use vivavoce::engines::{EngineLoader, voice};
use vivavoce::events::{ReplyId, TurnId};
use vivavoce::harness::room::{EchoPath, Room};
use vivavoce::stt::transcribe_clip;
use vivavoce::tts::{Pico, Prosody, Synthesizer, speak_clause};
use vivavoce::turn_taking::{Command, Event, TurnTaking, TurnTakingConfig};
use vivavoce::vad::Activity;

fn loader() -> EngineLoader {
    EngineLoader::new(&Config::default()).expect("`make test` fetches the models first")
}

fn speaker(name: &str) -> Pico {
    voice(name, Prosody::default()).unwrap()
}

fn speech(name: &str, text: &str) -> Clip {
    speaker(name).synthesize(text).unwrap()
}

fn words(text: &str) -> Vec<String> {
    let clean = text
        .to_lowercase()
        .replace(|c: char| !c.is_alphanumeric() && c != '\'', " ");
    clean.split_whitespace().map(str::to_owned).collect()
}

/// Words that one text has and the other does not, whichever has more.
fn differences(a: &[String], b: &[String]) -> usize {
    let lacks = |a: &[String], b: &[String]| a.iter().filter(|word| !b.contains(word)).count();
    lacks(a, b).max(lacks(b, a))
}

/// Of the 30 words below: a tiny recognizer hears "Hanukkah" for "Hamlet" in one voice.
const WORDS_WRONG: usize = 3;

#[test]
fn both_voices_are_understood() {
    let mut recognizer = loader().recognizer().unwrap();
    for name in ["en-US", "en-GB"] {
        let texts = [
            "The capital of France is Paris.",
            "How many legs does a spider have?",
            "Hamlet was written by William Shakespeare.",
            "I'm doing well, thank you. What can I do for you?",
        ];
        let wrong: usize = texts
            .iter()
            .map(|text| {
                let clause = speak_clause(&mut speaker(name), text).unwrap();
                let heard = transcribe_clip(recognizer.as_mut(), &clause.clip).unwrap();
                differences(&words(&heard), &words(text))
            })
            .sum();
        assert!(wrong <= WORDS_WRONG, "{name}: {wrong} words wrong");
    }
}

#[test]
fn silence_and_a_click_have_no_text() {
    let mut recognizer = loader().recognizer().unwrap();
    let mut clip = Clip {
        rate_hz: SPEECH_RATE,
        samples: vec![0.0; 32_000],
    };
    assert_eq!(transcribe_clip(recognizer.as_mut(), &clip).unwrap(), "");
    clip.samples
        .iter_mut()
        .enumerate()
        .for_each(|(n, s)| *s = ((n % 13) as f32 - 6.0) * 1e-4);
    assert_eq!(transcribe_clip(recognizer.as_mut(), &clip).unwrap(), "");
}

#[test]
fn a_cancelled_transcription_gives_nothing() {
    let mut recognizer = loader().recognizer().unwrap();
    let clip = speech("en-GB", "What is the capital of France?");
    assert_eq!(
        recognizer.transcribe(&clip.samples, &|| true).unwrap(),
        None
    );
}

#[test]
fn a_long_recording_is_transcribed_to_its_end() {
    let mut recognizer = loader().recognizer().unwrap();
    let sentence = "The moon is a ball of rock that circles the Earth. ";
    let clip = speech(
        "en-US",
        &format!("{}The capital of France is Paris.", sentence.repeat(8)),
    );
    assert!(clip.seconds() > 20.0);
    let heard = words(&transcribe_clip(recognizer.as_mut(), &clip).unwrap());
    assert!(heard.ends_with(&words("paris")), "{heard:?}");
    assert_eq!(
        heard.iter().filter(|w| *w == "moon").count(),
        8,
        "{heard:?}"
    );
}

#[test]
fn a_clause_is_trimmed_levelled_and_never_clipped() {
    let mut voice = speaker("en-US");
    for text in [
        "Yes.",
        "STOP! What? Really?",
        "The sun is very far away, but it is warm.",
    ] {
        let clause = speak_clause(&mut voice, text).unwrap();
        let samples = &clause.clip.samples;
        assert!(dbfs(peak(samples)) < -0.5, "{text}: clipped");
        assert!(
            dbfs(rms(&samples[..1_600])) > -45.0,
            "{text}: silence before it"
        );
    }
}

#[test]
fn numbers_are_said_as_people_say_them() {
    let mut voice = speaker("en-US");
    let clause = speak_clause(&mut voice, "It costs **$5** at 3:30 pm.").unwrap();
    let heard = transcribe_clip(loader().recognizer().unwrap().as_mut(), &clause.clip).unwrap();
    let heard = heard.to_lowercase();
    assert!(
        heard.contains("five dollars") || heard.contains("$5"),
        "{heard}"
    );
    assert!(
        !heard.contains("asterisk") && !heard.contains("star"),
        "{heard}"
    );
}

/// Runs cleaned audio through voice activity, as the capture thread does.
fn activity(samples: &[f32], guarded: bool) -> Vec<Activity> {
    let mut detector = loader().activity().unwrap();
    let mut changes = Vec::new();
    for (n, frame) in samples.chunks_exact(FRAME).enumerate() {
        let until = Timestamp::from_millis(10 * (n as u64 + 1));
        detector.push(frame, until, guarded, &mut changes).unwrap();
    }
    changes
}

#[test]
fn speech_is_noticed_where_it_is() {
    let mut samples = vec![0.0; 16_000];
    let clip = speech("en-GB", "What is the capital of France?");
    samples.extend(&clip.samples);
    samples.extend([0.0; 16_000]);
    let changes = activity(&samples, false);
    let (Some(Activity::Started(start)), Some(Activity::Paused(end))) =
        (changes.first().copied(), changes.last().copied())
    else {
        panic!("{changes:?}");
    };
    let (first, last) = sound_bounds(&samples, SPEECH_RATE);
    let off = |at: Timestamp, sample: usize| (at.as_millis_f64() - sample as f64 / 16.0).abs();
    assert!(off(start, first) < 150.0, "{changes:?}, sound from {first}");
    assert!(off(end, last) < 150.0, "{changes:?}, sound to {last}");
}

#[test]
fn noise_a_tone_and_clicks_are_no_speech() {
    let mut noise = Noise::new(11);
    let hiss: Vec<f32> = (0..80_000).map(|_| noise.gaussian() * 0.02).collect();
    assert!(activity(&hiss, false).is_empty(), "hiss");
    let tone: Vec<f32> = (0..80_000)
        .map(|n| (n as f32 * 433.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.2)
        .collect();
    assert!(activity(&tone, false).is_empty(), "tone");
    let mut clicks = vec![0.0; 80_000];
    clicks.iter_mut().step_by(4_000).for_each(|s| *s = 0.9);
    assert!(activity(&clicks, false).is_empty(), "clicks");
}

/// What the assistant says for `seconds`: different sentences with pauses between them.
fn monologue(seconds: usize) -> Vec<f32> {
    let mut voice = speaker("en-US");
    let sentences = [
        "The moon is a ball of rock that circles the Earth once every twenty seven days.",
        "It has no air and no water on its surface.",
        "I'm sorry, I can't do that yet.",
        "A spider has eight legs, and an insect has six.",
        "Stop! Wait. Yes? No.",
    ];
    let mut samples = Vec::new();
    for sentence in sentences.iter().cycle() {
        samples.extend(speak_clause(&mut voice, sentence).unwrap().clip.samples);
        if samples.len() > seconds * SPEECH_RATE as usize {
            break;
        }
    }
    samples
}

#[test]
fn who_stops_in_the_middle_of_a_sentence_sounds_unfinished() {
    let mut detector = loader().turn_detector().unwrap();
    let mut score = |text: &str| {
        let clip = speech("en-GB", text);
        let (first, last) = sound_bounds(&clip.samples, SPEECH_RATE);
        let spoken = &clip.samples[first..last];
        let samples = [&[0.0; 8_000], spoken, &[0.0; 3_200]].concat();
        detector.probability(&samples).unwrap()
    };
    // It learned from people, and its 8-bit weights turn the last bit of a feature into a tenth of a score:
    // one sentence says little, the middle of several does not depend on the machine.
    let mut middle = |texts: [&str; 5]| {
        let mut scores = texts.map(&mut score);
        scores.sort_by(f32::total_cmp);
        (scores[2], scores)
    };
    let unfinished = middle([
        "Can you tell me,",
        "I would like to know,",
        "What I wanted to ask is,",
        "The train to London leaves at,",
        "I was thinking about the,",
    ]);
    let finished = middle([
        "My sister has bought a house.",
        "Can you tell me what cows eat?",
        "Thank you very much, that is all for today.",
        "The capital of France is Paris.",
        "Turn off the light in the kitchen.",
    ]);
    assert!(
        unfinished.0 + 0.2 < finished.0,
        "unfinished {unfinished:?}, finished {finished:?}"
    );
}

/// What the canceller makes of a microphone that hears `heard` while `played` is played, both at
/// the session's rate.
fn cancel(played: &[f32], heard: &[f32]) -> Vec<Cleaned> {
    let [played, heard] =
        [played, heard].map(|samples| resample_clip(samples, SESSION_RATE, SPEECH_RATE).unwrap());
    let mut canceller = SonoraCanceller::new();
    let frames = heard.as_chunks::<FRAME>().0.iter();
    frames
        .zip(played.as_chunks::<FRAME>().0)
        .map(|(heard, played)| canceller.process(heard, played))
        .collect()
}

/// A monologue at the session's rate, and its echo.
fn monologue_in_room(path: EchoPath, seconds: usize) -> (Vec<f32>, Vec<f32>) {
    let played = resample_clip(&monologue(seconds), SPEECH_RATE, SESSION_RATE).unwrap();
    let mut room = Room::new(path, 5);
    let echo = played.iter().map(|s| room.echo(*s)).collect();
    (played, echo)
}

#[test]
fn twenty_minutes_of_its_own_echo_do_not_interrupt_it() {
    let rooms = [
        (-30.0, 10.0, 0.0),
        (-30.0, 200.0, 50.0),
        (-20.0, 60.0, -50.0),
        (-20.0, 120.0, 0.0),
        (-10.0, 10.0, 50.0),
        (-10.0, 40.0, -50.0),
        (0.0, 100.0, 0.0),
        (0.0, 200.0, 50.0),
    ];
    let mut recognizer = loader().recognizer().unwrap();
    for (gain_db, delay_ms, drift_ppm) in rooms {
        let path = EchoPath {
            gain_db,
            delay_ms,
            reverb_ms: 200.0,
            drift_ppm,
        };
        let (played, echo) = monologue_in_room(path, 150);
        let cleaned = cancel(&played, &echo);
        let linear: Vec<f32> = cleaned.iter().flat_map(|c| c.linear).collect();
        let changes = activity(&suppressed(&cleaned), true);
        let where_ = format!("{gain_db} dB, {delay_ms} ms, {drift_ppm} ppm");
        // What passes the detector may hold the reply for a moment, and no more.
        assert!(changes.len() <= 2, "{where_}: {changes:?}");
        for pair in changes.chunks(2) {
            let [Activity::Started(start), Activity::Paused(end)] = pair else {
                panic!("{where_}: {changes:?}");
            };
            let sample = |at: Timestamp| (at.as_micros() / 1_000) as usize * 16;
            let heard = &linear[sample(*start) - 3_200..sample(*end) + 2_000];
            let text = recognizer.transcribe(heard, &|| false).unwrap().unwrap();
            assert!(
                !interrupts(*start, *end, &text),
                "{where_}: {text:?}, {changes:?}"
            );
        }
    }
}

/// Whether speech from `start` to `end` with these words stops a reply.
fn interrupts(start: Timestamp, end: Timestamp, text: &str) -> bool {
    let ms = Duration::from_millis;
    let mut machine = TurnTaking::new(TurnTakingConfig::default());
    let (mut commands, mut turn) = (Vec::new(), TurnId(0));
    let reply = ReplyId {
        turn: TurnId(1),
        draft: 1,
    };
    let before = start - ms(2_000);
    for (at, event) in [
        (before, Event::Typed("Tell me a story.".into())),
        (before, Event::PlaybackStarted { reply, at: before }),
        (start + ms(96), Event::SpeechStarted(start)),
    ] {
        machine.handle(at, event, &mut commands);
    }
    for command in &commands {
        if let Command::StartTranscript { turn: new, .. } = command {
            turn = *new;
        }
    }
    let pause = 1;
    let text = text.into();
    machine.handle(end + ms(82), Event::Tick, &mut commands);
    machine.handle(end + ms(82), Event::SpeechPaused(end), &mut commands);
    let decoded = Event::Decoded { turn, pause, text };
    machine.handle(end + ms(120), decoded, &mut commands);
    commands.contains(&Command::StopReply(reply))
}

fn suppressed(cleaned: &[Cleaned]) -> Vec<f32> {
    cleaned.iter().flat_map(|c| c.suppressed).collect()
}

#[test]
fn the_word_stop_is_noticed_over_the_echo() {
    let path = EchoPath {
        gain_db: -20.0,
        delay_ms: 25.0,
        reverb_ms: 150.0,
        drift_ppm: 0.0,
    };
    let (played, mut heard) = monologue_in_room(path, 8);
    let stop = speech("en-GB", "Stop.").at_rate(SESSION_RATE).unwrap();
    let gain = from_db(-22.0) / from_db(-17.0);
    for (sample, said) in heard[48_000 * 5..].iter_mut().zip(&stop.samples) {
        *sample += said * gain;
    }
    let changes = activity(&suppressed(&cancel(&played, &heard)), true);
    let noticed = changes.iter().any(|change| match change {
        Activity::Started(start) => {
            let late = start.since(Timestamp::from_millis(5_000));
            late > Duration::ZERO && late < Duration::from_millis(400)
        }
        Activity::Paused(_) => false,
    });
    assert!(noticed, "{changes:?}");
}
