//! `vivavoce mcp`: a voice for an agent, which starts it and speaks MCP with it.

use anyhow::Result;
use vivavoce::agent::Persona;
use vivavoce::audio::device::Endpoint;
use vivavoce::clock::Stopwatch;
use vivavoce::config::{Config, LlmEngine};
use vivavoce::engines::{EngineLoader, data_dir};
use vivavoce::events::{EventKind, IgnoreReason, InterruptReason, SessionEvent};
use vivavoce::pipeline::{Session, SessionConfig, Watcher};
use vivavoce::server::{self, OpenedVoice, Voice};
use vivavoce::talking;
use vivavoce::tools::Keeping;
use vivavoce::turn_taking::Answers;

use super::assistant::assistant;
use super::interruption::{Loading, QUIT};
use super::sound;

/// What an agent is told of errors, which may name files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errors {
    /// All of it: it is the user's, on this machine.
    Told,
    /// That there is one; what it is goes into the log.
    Logged,
}

/// Runs the command. Nothing but the protocol is printed.
pub fn run(config: &Config) -> Result<()> {
    let voice = voice(config, Errors::Told)?;
    Ok(server::serve_stdio(voice, config, &QUIT)?)
}

/// A voice on the configured devices: engines and devices are opened at its first call.
pub fn voice(config: &Config, errors: Errors) -> Result<Voice> {
    let mut config = config.clone();
    config.llm.engine = LlmEngine::None;
    config.tools.enabled = false;
    // There is no key.
    config.turn_taking.push_to_talk = false;
    let open = move |watcher: Watcher| {
        let missing = missing(&config);
        if let (Some(microphone), Some(loudspeaker)) = &missing {
            return Err(format!("{microphone}\n{loudspeaker}"));
        }
        // A server has others, whose conversations end in order.
        let _loading = (errors == Errors::Told).then(Loading::begin);
        open(&config, missing, watcher).map_err(|error| match errors {
            Errors::Told => format!("{error:#}"),
            Errors::Logged => {
                tracing::error!("the voice for agents: {error:#}");
                "the voice cannot be opened; the program's own log says why".to_owned()
            }
        })
    };
    Ok(Voice::new(Box::new(open))?)
}

/// Why there is no microphone and no loudspeaker, where they are missing.
fn missing(config: &Config) -> (Option<String>, Option<String>) {
    let input = Endpoint::parse(&config.audio.input);
    let output = Endpoint::parse(&config.audio.output);
    // A scenario is both at once.
    let is_scenario = |endpoint: &Endpoint| matches!(endpoint, Endpoint::Scenario(_));
    if is_scenario(&input) || is_scenario(&output) {
        return (None, None);
    }
    let first = |input: &Endpoint, output: &Endpoint| {
        sound::missing_devices(input, output).into_iter().next()
    };
    (
        first(&input, &Endpoint::Null),
        first(&Endpoint::Null, &output),
    )
}

fn open(
    config: &Config,
    (no_microphone, no_loudspeaker): (Option<String>, Option<String>),
    watcher: Watcher,
) -> Result<OpenedVoice> {
    let input = Endpoint::parse(&config.audio.input);
    let output = Endpoint::parse(&config.audio.output);
    let or_none = |endpoint, missing: &Option<String>| match missing {
        Some(_) => Endpoint::Null,
        None => endpoint,
    };
    let input = or_none(input, &no_microphone);
    let output = or_none(output, &no_loudspeaker);
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let loader = EngineLoader::new(config)?;
    let engines = loader.load(&persona)?;
    let opened = sound::open(&input, &output, config)?;
    let mut turn_taking = config.turn_taking();
    turn_taking.answers = Answers::Given;
    let (setting, tools) = assistant(config, &persona, Keeping::Nothing, None);
    let session_config = SessionConfig {
        turn_taking,
        in_other_languages: loader.in_other_languages(&persona),
        persona,
        setting,
        tools,
        earlier: Vec::new(),
        record: None,
        earcon: config.audio.earcon,
        started: Stopwatch::start(),
        pays_for_loading: false,
    };
    let mut watchers = vec![watcher];
    watchers.extend(opened.watcher);
    watchers.extend(talking::watcher(&data_dir()).map(while_somebody_speaks));
    Ok(OpenedVoice {
        session: Session::start(session_config, engines, opened.sound, watchers)?,
        language: config.language.first(),
        no_microphone,
        no_loudspeaker,
    })
}

/// A watcher that is to know whether somebody talks, in a session whose answers are given.
fn while_somebody_speaks(watcher: Watcher) -> Watcher {
    Box::new(move |event: &SessionEvent| {
        if let Some(event) = without_an_answer(event) {
            watcher(&event);
        }
    })
}

/// An event as if no answer were awaited: the agent's may come in an hour, or never.
fn without_an_answer(event: &SessionEvent) -> Option<SessionEvent> {
    let kind = match &event.kind {
        EventKind::TurnEnded { .. } => EventKind::TurnIgnored {
            reason: IgnoreReason::TakenBack,
            text: String::new(),
        },
        // The agent stopped what was said: nobody has cut in who speaks now.
        EventKind::Interrupted {
            reason: InterruptReason::Asked,
        } => return None,
        kind => kind.clone(),
    };
    Some(SessionEvent {
        kind,
        ..event.clone()
    })
}

#[cfg(test)]
mod tests {
    use vivavoce::clock::Timestamp;
    use vivavoce::events::{Activity, EndReason, SessionView, TurnId};

    use super::*;

    /// What a session does after these.
    fn after(kinds: &[EventKind]) -> Activity {
        let mut view = SessionView::default();
        for kind in kinds {
            let event = SessionEvent {
                at: Timestamp::ZERO,
                turn: Some(TurnId(1)),
                kind: kind.clone(),
            };
            if let Some(event) = without_an_answer(&event) {
                view.observe(&event);
            }
        }
        view.activity
    }

    #[test]
    fn nobody_talks_while_the_agent_thinks() {
        let ended = EventKind::TurnEnded {
            waited_ms: 300.0,
            score: None,
            reason: EndReason::Silence,
            text: "Run the tests.".into(),
        };
        let mut kinds = vec![EventKind::SpeechStarted];
        assert_eq!(after(&kinds), Activity::Hearing);
        kinds.push(ended);
        assert_eq!(after(&kinds), Activity::Listening);
    }

    #[test]
    fn nobody_talks_after_the_agent_has_stopped_its_words() {
        let kinds = [
            EventKind::PlaybackStarted {
                first_sample_ms: 0.0,
            },
            EventKind::Interrupted {
                reason: InterruptReason::Asked,
            },
            EventKind::Heard {
                text: "Once".into(),
            },
        ];
        assert_eq!(after(&kinds[..1]), Activity::Speaking);
        assert_eq!(after(&kinds), Activity::Listening);
    }
}
