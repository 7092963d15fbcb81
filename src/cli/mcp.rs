//! `vivavoce mcp`: a voice for an agent, which starts it and speaks MCP with it.

use anyhow::{Result, bail};
use vivavoce::agent::Persona;
use vivavoce::audio::device::Endpoint;
use vivavoce::clock::Stopwatch;
use vivavoce::config::{Config, LlmEngine};
use vivavoce::engines::EngineLoader;
use vivavoce::pipeline::{Session, SessionConfig, Watcher};
use vivavoce::server::{self, OpenedVoice, Voice};
use vivavoce::turn_taking::Answers;

use super::assistant::{Keeping, assistant};
use super::sound;
use super::talk::QUIT;

/// Runs the command. Nothing but the protocol is printed.
pub fn run(config: &Config) -> Result<()> {
    Ok(server::serve_stdio(voice(config)?, config, &QUIT)?)
}

/// A voice on the configured devices: engines and devices are opened at its first call.
pub fn voice(config: &Config) -> Result<Voice> {
    let mut config = config.clone();
    config.llm.engine = LlmEngine::None;
    config.tools.enabled = false;
    // There is no key.
    config.turn_taking.push_to_talk = false;
    let open = move |watcher: Watcher| open(&config, watcher).map_err(|error| format!("{error:#}"));
    Ok(Voice::new(Box::new(open))?)
}

fn open(config: &Config, watcher: Watcher) -> Result<OpenedVoice> {
    let input = Endpoint::parse(&config.audio.input);
    let output = Endpoint::parse(&config.audio.output);
    // A scenario is both at once.
    let is_scenario = |endpoint: &Endpoint| matches!(endpoint, Endpoint::Scenario(_));
    let missing = |input: &Endpoint, output: &Endpoint| {
        sound::missing_devices(input, output).into_iter().next()
    };
    let (no_microphone, no_loudspeaker) = match is_scenario(&input) || is_scenario(&output) {
        true => (None, None),
        false => (
            missing(&input, &Endpoint::Null),
            missing(&Endpoint::Null, &output),
        ),
    };
    if let (Some(microphone), Some(loudspeaker)) = (&no_microphone, &no_loudspeaker) {
        bail!("{microphone}\n{loudspeaker}");
    }
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
    let (setting, tools) = assistant(config, &persona, Keeping::Nowhere, None);
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
    };
    let watchers = opened.watcher.into_iter().chain([watcher]).collect();
    Ok(OpenedVoice {
        session: Session::start(session_config, engines, opened.sound, watchers)?,
        language: config.language.first(),
        no_microphone,
        no_loudspeaker,
    })
}
