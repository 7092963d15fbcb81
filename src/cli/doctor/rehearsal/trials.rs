//! The child of the rehearsal: each part is loaded and works once.

use anyhow::{Context, Result, bail};
use vivavoce::agent::{History, Persona};
use vivavoce::audio::frame::{BLOCK_MS, FRAME, SPEECH_RATE};
use vivavoce::audio::wav::Clip;
use vivavoce::clock::{Stopwatch, Timestamp};
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::harness::bench::word_errors;
use vivavoce::language::Language;
use vivavoce::lexicon::Lexicon;
use vivavoce::llm::{LanguageModel, Message, Opening, Prompt, Role, Sampling, tokens_in};
use vivavoce::stt::{Recognizer, transcribe_clip};
use vivavoce::tts::{Synthesizer, speak_clause};

use super::{Figures, Finding, Outcome, Part};

/// Tokens that are written to see how fast that goes.
const WRITTEN: usize = 32;
/// What a language model is asked: every one writes some sentences about it.
const QUESTION: &str = "Tell me a story.";

/// A sentence that every voice can say and every recognizer of its language understands.
fn sentence(language: Language) -> &'static str {
    match language {
        Language::English => "The capital of France is Paris.",
        Language::German => "Die Hauptstadt von Frankreich ist Paris.",
        Language::Spanish => "La capital de Francia es París.",
        Language::French => "La capitale de la France est Paris.",
        Language::Italian => "La capitale della Francia è Parigi.",
        Language::Chinese => "法国的首都是巴黎。",
    }
}

/// The child: looks at every part and says how it fares.
///
/// # Errors
/// The models are not there, or the persona cannot be read.
pub fn rehearse(config: &Config) -> Result<()> {
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let loader = EngineLoader::new(config)?;
    let mut speech = None;
    for part in Part::all(config) {
        say(part, Outcome::Begun)?;
        let result = match part {
            Part::Voice => speak(&loader, &persona).map(|(clip, figures)| {
                speech = Some(clip);
                figures
            }),
            Part::VoiceIn(language) => speak_in(language, &loader, &persona),
            Part::Recognizer => recognize(&loader, &persona, speech.as_ref()),
            Part::VoiceActivity => hear(&loader, speech.as_ref()),
            Part::EndOfTurn => judge(&loader, speech.as_ref()),
            Part::WakeWord => listen_for_phrase(&loader, speech.as_ref()),
            Part::EnrolledVoices => compare_voices(&loader, speech.as_ref()),
            Part::LanguageModel => answer(&loader, &persona),
            Part::Helper => help(&loader, &persona),
        };
        let outcome = match result {
            Ok(figures) => Outcome::Works(figures),
            Err(error) => Outcome::Fails(format!("{error:#}")),
        };
        say(part, outcome)?;
    }
    Ok(())
}

/// How fast the recognizer and the language model are here: seconds of work for a second of speech, and tokens
/// written a second.
///
/// # Errors
/// The models are not there, or an engine does not work.
pub fn speeds(config: &Config) -> Result<(Option<f64>, Option<f64>)> {
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let loader = EngineLoader::new(config)?;
    let (speech, _) = speak(&loader, &persona)?;
    let heard = recognize(&loader, &persona, Some(&speech))?;
    let written = answer(&loader, &persona)?;
    Ok((heard.real_time_factor, written.tokens_per_s))
}

fn say(part: Part, outcome: Outcome) -> Result<()> {
    out!("{}", serde_json::to_string(&Finding { part, outcome })?);
    Ok(())
}

fn speak(loader: &EngineLoader, persona: &Persona) -> Result<(Clip, Figures)> {
    let voice = loader.synthesizer(persona)?;
    say_sentence(voice, sentence(persona.language))
}

fn speak_in(language: Language, loader: &EngineLoader, persona: &Persona) -> Result<Figures> {
    let voice = loader.voice_in(language, persona)?;
    let (_, figures) = say_sentence(voice, sentence(language))?;
    Ok(figures)
}

fn say_sentence(mut voice: Box<dyn Synthesizer>, sentence: &str) -> Result<(Clip, Figures)> {
    voice.warm_up()?;
    let watch = Stopwatch::start();
    let clip = speak_clause(voice.as_mut(), sentence)?.clip;
    let ms = watch.elapsed_ms();
    if clip.samples.is_empty() {
        bail!("it says nothing; choose another with --tts");
    }
    let factor = ms / 1000.0 / clip.seconds();
    let text = format!("a clause sounds after {ms:.0} ms, real-time factor {factor:.3}");
    Ok((clip, text.into()))
}

fn recognize(loader: &EngineLoader, persona: &Persona, speech: Option<&Clip>) -> Result<Figures> {
    let mut recognizer = loader.recognizer()?;
    recognizer.warm_up()?;
    let (how, speech) = (recognizer.describe(), speech.context(NO_SPEECH)?);
    let watch = Stopwatch::start();
    let heard = transcribe_clip(recognizer.as_mut() as &mut dyn Recognizer, speech)?;
    let factor = watch.elapsed().as_secs_f64() / speech.seconds();
    if heard.trim().is_empty() {
        bail!("it heard nothing in a sentence that the voice said; choose another with --stt");
    }
    let said = sentence(persona.language);
    let mut text = format!("real-time factor {factor:.3}");
    if word_errors(said, &heard).wrong() > 0 {
        text += &format!(", understood \"{heard}\" where the voice said \"{said}\"");
    }
    if !how.is_empty() {
        text = format!("{how}, {text}");
    }
    Ok(Figures {
        text,
        real_time_factor: Some(factor),
        tokens_per_s: None,
    })
}

fn hear(loader: &EngineLoader, speech: Option<&Clip>) -> Result<Figures> {
    let mut activity = loader.activity()?;
    activity.warm_up()?;
    let speech = speech.context(NO_SPEECH)?;
    let samples = speech.at_rate(SPEECH_RATE)?.samples;
    let mut changes = Vec::new();
    let until = Timestamp::from_millis((speech.seconds() * 1000.0) as u64);
    activity.push(&samples, until, false, &mut changes)?;
    if changes.is_empty() {
        bail!("it found no speech in a sentence that the voice said");
    }
    Ok(Figures::default())
}

fn judge(loader: &EngineLoader, speech: Option<&Clip>) -> Result<Figures> {
    use vivavoce::endpointing::TurnDetector as _;
    let mut detector = loader.turn_detector()?;
    detector.warm_up()?;
    let samples = speech.context(NO_SPEECH)?.at_rate(SPEECH_RATE)?.samples;
    let watch = Stopwatch::start();
    detector.probability(&samples)?;
    Ok(format!("scores in {:.0} ms", watch.elapsed_ms()).into())
}

/// Has the ears for the wake word hear the sentence, as they would while the assistant sleeps.
fn listen_for_phrase(loader: &EngineLoader, speech: Option<&Clip>) -> Result<Figures> {
    let mut ears = loader.wake()?.context("no wake word is configured")?;
    let speech = speech.context(NO_SPEECH)?.at_rate(SPEECH_RATE)?;
    let watch = Stopwatch::start();
    let mut until_ms = 0;
    for frame in speech.samples.chunks(FRAME) {
        until_ms += BLOCK_MS;
        ears.push(frame, Timestamp::from_millis(until_ms))?;
    }
    let factor = watch.elapsed().as_secs_f64() / speech.seconds();
    let phrase = ears.phrase();
    Ok(format!("it listens for \"{phrase}\", real-time factor {factor:.3}").into())
}

/// Compares the sentence with the enrolled voices.
fn compare_voices(loader: &EngineLoader, speech: Option<&Clip>) -> Result<Figures> {
    let mut known = loader.known_voices()?;
    let samples = speech.context(NO_SPEECH)?.at_rate(SPEECH_RATE)?.samples;
    let watch = Stopwatch::start();
    let heard = known.encoder.embed(&samples);
    let ms = watch.elapsed_ms();
    heard.context("it found no voice in a sentence that the voice said")?;
    let count = known.prints.len();
    Ok(format!("enrolled: {count}, compared in {ms:.0} ms").into())
}

/// Reads the prompt that every conversation begins with, and a question; writes the beginning of an
/// answer.
fn answer(loader: &EngineLoader, persona: &Persona) -> Result<Figures> {
    let persona = loader.tell(persona.clone());
    let mut model = loader.language_model(&persona)?;
    let history = History::new(&persona);
    model.warm_up(&Prompt::new(history.prefix(), Opening::None))?;
    let how = model.describe();
    let question = history.prompt(QUESTION);
    let (text, tokens_per_s) = write(model.as_mut(), &question, &persona.sampling)?;
    Ok(Figures {
        text: if how.is_empty() {
            text
        } else {
            format!("{how}, {text}")
        },
        real_time_factor: None,
        tokens_per_s,
    })
}

/// Has the helper write the beginning of an answer to a question that was handed to it. It is warmed up by the first
/// question in a conversation, too.
fn help(loader: &EngineLoader, persona: &Persona) -> Result<Figures> {
    let mut helper = loader.helper()?.context("no helper is configured")?;
    let words = Lexicon::of(persona.language).helper;
    let task = words.instructions.replace("{name}", &persona.name);
    let messages = [
        Message::new(Role::System, task),
        Message::new(Role::User, QUESTION),
    ];
    let (text, _) = write(helper.model.as_mut(), &messages, &helper.sampling)?;
    Ok(format!("{}, {text}", helper.name).into())
}

/// Has a language model write the beginning of an answer; says how fast it was, and how many tokens it writes a second.
fn write(
    model: &mut dyn LanguageModel,
    messages: &[Message],
    sampling: &Sampling,
) -> Result<(String, Option<f64>)> {
    let sampling = Sampling {
        max_tokens: WRITTEN,
        ..sampling.clone()
    };
    let watch = Stopwatch::start();
    model.prefill(&Prompt::new(messages, Opening::Reply), &|| false)?;
    let (mut first_ms, mut last_ms, mut pieces) = (None, 0.0, 0u32);
    let mut written = String::new();
    model.generate(&sampling, &|| false, &mut |output| {
        written += output.text();
        last_ms = watch.elapsed_ms();
        first_ms.get_or_insert(last_ms);
        pieces += 1;
    })?;
    let first_ms = first_ms.with_context(|| format!("it wrote nothing to \"{QUESTION}\""))?;
    // One piece says nothing about a pace.
    let tokens = tokens_in(&written, pieces);
    let pace = (pieces > 1 && last_ms > first_ms)
        .then(|| f64::from(tokens - 1) * 1000.0 / (last_ms - first_ms));
    let pace_text = pace.map_or(String::new(), |pace| format!(", {pace:.0} tokens a second"));
    Ok((
        format!("first token after {first_ms:.0} ms{pace_text}"),
        pace,
    ))
}

const NO_SPEECH: &str = "not tried: there is no voice to listen to";
