//! A conversation in miniature, in a process of its own: every engine is loaded as `talk` loads it, warmed
//! up, and made to work once. A crash of native code then is a finding, and the engines behind it are
//! still looked at.
//!
//! The child writes one [`Finding`] a line on its standard output; the parent reads them as they come.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use serde::{Deserialize, Serialize};
use vivavoce::agent::{History, Persona};
use vivavoce::audio::frame::SPEECH_RATE;
use vivavoce::audio::wav::Clip;
use vivavoce::clock::{Stopwatch, Timestamp};
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::harness::bench::word_errors;
use vivavoce::language::Language;
use vivavoce::llm::{Opening, Prompt, Sampling, tokens_in};
use vivavoce::stt::{Recognizer, transcribe_clip};
use vivavoce::tts::speak_clause;

use crate::cli::talk::QUIT;

/// The hidden flag of `doctor` that makes it the child.
pub const FLAG: &str = "rehearse";
/// Tokens that are written to see how fast that goes.
const WRITTEN: usize = 32;
/// How often the parent looks whether the user wants to quit.
const POLL: Duration = Duration::from_millis(100);

/// What the rehearsal looks at, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Text to speech.
    Voice,
    /// Speech to text.
    Recognizer,
    /// Voice activity.
    VoiceActivity,
    /// End of turn.
    EndOfTurn,
    /// The language model.
    LanguageModel,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Voice,
        Self::Recognizer,
        Self::VoiceActivity,
        Self::EndOfTurn,
        Self::LanguageModel,
    ];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Recognizer => "recognizer",
            Self::VoiceActivity => "voice activity",
            Self::EndOfTurn => "end of turn",
            Self::LanguageModel => "language model",
        }
    }
}

/// How a part fared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is looked at next: what crashes without another word is this.
    Begun,
    /// It works.
    Works(Figures),
    /// It does not: why, and what to do.
    Fails(String),
}

/// What was measured of a part that works.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// In words, for people.
    pub text: String,
    /// Recognizer: seconds of work for a second of speech.
    pub real_time_factor: Option<f64>,
    /// Language model: tokens written a second.
    pub tokens_per_s: Option<f64>,
}

impl From<String> for Figures {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

/// A line of the child's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub part: Part,
    /// How it fared.
    pub outcome: Outcome,
}

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
    for part in Part::ALL {
        say(part, Outcome::Begun)?;
        let result = match part {
            Part::Voice => speak(&loader, &persona).map(|(clip, figures)| {
                speech = Some(clip);
                figures
            }),
            Part::Recognizer => recognize(&loader, &persona, speech.as_ref()),
            Part::VoiceActivity => hear(&loader, speech.as_ref()),
            Part::EndOfTurn => judge(&loader, speech.as_ref()),
            Part::LanguageModel => answer(&loader, &persona),
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
    let mut voice = loader.synthesizer(persona)?;
    voice.warm_up()?;
    let watch = Stopwatch::start();
    let clip = speak_clause(voice.as_mut(), sentence(persona.language))?.clip;
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

/// Reads the prompt that every conversation begins with, and a question; writes the beginning of an
/// answer.
fn answer(loader: &EngineLoader, persona: &Persona) -> Result<Figures> {
    let persona = loader.tell(persona.clone());
    let mut model = loader.language_model(&persona)?;
    let history = History::new(&persona);
    model.warm_up(&Prompt::new(history.prefix(), Opening::None))?;
    let how = model.describe();
    let sampling = Sampling {
        max_tokens: WRITTEN,
        ..persona.sampling.clone()
    };
    let watch = Stopwatch::start();
    let question = history.prompt("Tell me a story.");
    model.prefill(&Prompt::new(&question, Opening::Reply), &|| false)?;
    let (mut first_ms, mut last_ms, mut pieces) = (None, 0.0, 0u32);
    let mut written = String::new();
    model.generate(&sampling, &|| false, &mut |output| {
        written += output.text();
        last_ms = watch.elapsed_ms();
        first_ms.get_or_insert(last_ms);
        pieces += 1;
    })?;
    let first_ms = first_ms.context("it wrote nothing to \"Tell me a story.\"")?;
    // One piece says nothing about a pace.
    let tokens = tokens_in(&written, pieces);
    let pace = (pieces > 1 && last_ms > first_ms)
        .then(|| f64::from(tokens - 1) * 1000.0 / (last_ms - first_ms));
    let pace_text = pace.map_or(String::new(), |pace| format!(", {pace:.0} tokens a second"));
    let text = format!("first token after {first_ms:.0} ms{pace_text}");
    Ok(Figures {
        text: if how.is_empty() {
            text
        } else {
            format!("{how}, {text}")
        },
        real_time_factor: None,
        tokens_per_s: pace,
    })
}

const NO_SPEECH: &str = "not tried: there is no voice to listen to";

/// The parent: runs the rehearsal and hands on what it finds, a crash included.
///
/// # Errors
/// The child cannot be started, the user quit, or it failed before it looked at any part.
pub fn run(found: &mut dyn FnMut(Finding)) -> Result<()> {
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let mut command = Command::new(program);
    // The same arguments make the same configuration.
    command.args(std::env::args_os().skip(1));
    follow(command.arg(format!("--{FLAG}")), found)
}

fn follow(command: &mut Command, found: &mut dyn FnMut(Finding)) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start this program a second time")?;
    let lines = read(&mut child);
    let mut begun = None;
    loop {
        if QUIT.load(Ordering::Relaxed) {
            let _ = child.kill();
            let _ = child.wait();
            bail!("interrupted");
        }
        match lines.recv_timeout(POLL) {
            Ok(finding) => {
                begun = (finding.outcome == Outcome::Begun).then_some(finding.part);
                found(finding);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait()?;
    // Ctrl-C reaches the child as well, perhaps first.
    if QUIT.load(Ordering::Relaxed) {
        bail!("interrupted");
    }
    match begun {
        Some(part) => {
            let outcome = Outcome::Fails(crash(status));
            found(Finding { part, outcome });
        }
        None if !status.success() => bail!("the rehearsal failed ({status})"),
        None => {}
    }
    Ok(())
}

fn read(child: &mut Child) -> Receiver<Finding> {
    let (found, findings) = bounded(64);
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Libraries may print what they like in between.
                if let Ok(finding) = serde_json::from_str(&line)
                    && found.send(finding).is_err()
                {
                    return;
                }
            }
        });
    }
    findings
}

fn crash(status: ExitStatus) -> String {
    format!(
        "the program crashed ({status}), and would in a conversation; please report it with the output of \
         this command"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_crash_is_a_finding_of_the_part_that_was_looked_at() {
        let begun = Finding {
            part: Part::LanguageModel,
            outcome: Outcome::Begun,
        };
        let line = serde_json::to_string(&begun).unwrap();
        let script = format!("echo ggml says something; echo '{line}'; kill -SEGV $$");
        let mut findings = Vec::new();
        let mut command = Command::new("sh");
        follow(command.args(["-c", &script]), &mut |finding| {
            findings.push(finding)
        })
        .unwrap();
        assert_eq!(findings[0], begun);
        let [
            _,
            Finding {
                part: Part::LanguageModel,
                outcome: Outcome::Fails(why),
            },
        ] = &findings[..]
        else {
            panic!("{findings:?}");
        };
        assert!(why.contains("crashed (signal: 11"), "{why}");
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_ends_before_it_looks_at_anything_is_an_error() {
        let mut command = Command::new("sh");
        let error = follow(command.args(["-c", "exit 3"]), &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains('3'), "{error}");
    }

    #[test]
    fn a_finding_comes_back_from_its_line() {
        let finding = Finding {
            part: Part::LanguageModel,
            outcome: Outcome::Works(Figures {
                text: "first token after 40 ms".into(),
                real_time_factor: None,
                tokens_per_s: Some(90.0),
            }),
        };
        let line = serde_json::to_string(&finding).unwrap();
        assert_eq!(serde_json::from_str::<Finding>(&line).unwrap(), finding);
    }
}
