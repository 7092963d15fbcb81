//! A conversation in miniature, in a process of its own: every engine that `talk` would load with this configuration is
//! loaded in the same way, warmed up, and made to work once (`trials.rs`). A crash of native code then is a finding.
//!
//! The child writes one [`Finding`] a line on its standard output; the parent reads them as they come.

mod trials;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use serde::{Deserialize, Serialize};
use vivavoce::config::Config;
use vivavoce::engines::config_of_helper;
use vivavoce::language::Language;

pub use self::trials::{rehearse, speeds};
use crate::cli::interruption;

/// The hidden flag of `doctor` that makes it the child.
pub const FLAG: &str = "rehearse";
/// How often the parent looks whether the user wants to quit.
const QUIT_POLL: Duration = Duration::from_millis(100);

/// What the rehearsal looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Text to speech.
    Voice,
    /// Text to speech in another language of the conversation.
    VoiceIn(Language),
    /// Speech to text.
    Recognizer,
    /// Voice activity.
    VoiceActivity,
    /// End of turn.
    EndOfTurn,
    /// The ears for the wake word.
    WakeWord,
    /// The enrolled voices, and what tells them from others.
    EnrolledVoices,
    /// The language model.
    LanguageModel,
    /// The second language model.
    Helper,
}

impl Part {
    /// The parts of a conversation with this configuration, in the order in which they are looked at.
    fn all(config: &Config) -> Vec<Self> {
        let others = config.language.others().iter();
        let mut parts = vec![Self::Voice];
        parts.extend(others.map(|language| Self::VoiceIn(*language)));
        parts.extend([Self::Recognizer, Self::VoiceActivity, Self::EndOfTurn]);
        parts.extend(config.wake.enabled.then_some(Self::WakeWord));
        let only_enrolled = config.turn_taking.only_enrolled;
        parts.extend(only_enrolled.then_some(Self::EnrolledVoices));
        parts.push(Self::LanguageModel);
        parts.extend(config_of_helper(config).map(|_| Self::Helper));
        parts
    }

    /// Its name for people.
    pub fn name(self) -> String {
        let name = match self {
            Self::Voice => "voice",
            Self::VoiceIn(language) => return format!("voice ({language})"),
            Self::Recognizer => "recognizer",
            Self::VoiceActivity => "voice activity",
            Self::EndOfTurn => "end of turn",
            Self::WakeWord => "wake word",
            Self::EnrolledVoices => "enrolled voices",
            Self::LanguageModel => "language model",
            Self::Helper => "helper",
        };
        name.into()
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
        if interruption::is_asked() {
            let _ = child.kill();
            let _ = child.wait();
            bail!("interrupted");
        }
        match lines.recv_timeout(QUIT_POLL) {
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
    if interruption::is_asked() {
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
    use vivavoce::config::HelperConfig;

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

    fn names(config: &Config) -> Vec<String> {
        Part::all(config).into_iter().map(Part::name).collect()
    }

    #[test]
    fn what_a_conversation_does_not_load_is_not_looked_at() {
        let usual = [
            "voice",
            "recognizer",
            "voice activity",
            "end of turn",
            "language model",
        ];
        assert_eq!(names(&Config::default()), usual);
    }

    #[test]
    fn all_that_a_conversation_loads_is_looked_at() {
        let mut config = Config {
            language: "auto:en,de,fr".parse().unwrap(),
            ..Config::default()
        };
        config.wake.enabled = true;
        config.turn_taking.only_enrolled = true;
        config.llm.helper = Some(HelperConfig {
            profile: Some("multilingual".into()),
            ..HelperConfig::default()
        });
        let all = [
            "voice",
            "voice (German)",
            "voice (French)",
            "recognizer",
            "voice activity",
            "end of turn",
            "wake word",
            "enrolled voices",
            "language model",
            "helper",
        ];
        assert_eq!(names(&config), all);
    }

    #[test]
    fn a_voice_of_another_language_comes_back_from_its_line() {
        let finding = Finding {
            part: Part::VoiceIn(Language::German),
            outcome: Outcome::Begun,
        };
        let line = serde_json::to_string(&finding).unwrap();
        assert_eq!(serde_json::from_str::<Finding>(&line).unwrap(), finding);
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
