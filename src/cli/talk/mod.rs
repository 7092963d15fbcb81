//! `vivavoce talk`: a conversation, or the demonstration where nobody can talk.

mod recordings;
mod terminal;

use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use crossbeam_channel::bounded;
use vivavoce::agent::Persona;
use vivavoce::audio::device::Endpoint;
use vivavoce::clock::Stopwatch;
use vivavoce::config::{Config, LlmEngine};
use vivavoce::engines::{EngineLoader, data_dir};
use vivavoce::events::{LatencyByTurn, SessionEvent};
use vivavoce::harness::scenario::Scenario;
use vivavoce::language::Language;
use vivavoce::llm::server::Address;
use vivavoce::pipeline::{Session, SessionConfig, Watcher};
use vivavoce::power;
use vivavoce::talking;
use vivavoce::tools::Keeping;
use vivavoce::turn_taking::{Drafts, TurnTakingConfig};

use super::assistant::{assistant, connect_mcp, watch_folders, with_folders};
use super::interruption::Loading;
use super::screen::Screen;
use super::sound::{self, Opened};
use super::view::{Plain, View};
use terminal::Terminal;

/// What the command line asks for beside the configuration.
#[derive(Debug, Default)]
pub struct Options {
    /// Where to record.
    pub record: Option<PathBuf>,
    /// Seconds after which to end.
    pub limit: Option<f64>,
    /// Lines instead of a screen.
    pub plain: bool,
    /// Typed instead of spoken.
    pub text: bool,
    /// The reasons of each decision.
    pub why: bool,
}

/// The demonstration in a language.
fn demonstration(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../../assets/scenarios/demo.toml"),
        Language::German => include_str!("../../../assets/scenarios/languages/de.toml"),
        Language::Spanish => include_str!("../../../assets/scenarios/languages/es.toml"),
        Language::French => include_str!("../../../assets/scenarios/languages/fr.toml"),
        Language::Italian => include_str!("../../../assets/scenarios/languages/it.toml"),
        Language::Chinese => include_str!("../../../assets/scenarios/languages/zh.toml"),
    }
}

/// Events that wait for the view.
const VIEW_QUEUE: usize = 4_096;
/// Runs the command.
pub fn run(config: &Config, mut options: Options, started: Stopwatch) -> Result<()> {
    let input = Endpoint::parse(&config.audio.input);
    let output = Endpoint::parse(&config.audio.output);
    // Typing needs no microphone.
    let input = match input {
        Endpoint::Default if options.text => Endpoint::Null,
        input => input,
    };
    let missing = sound::missing_devices(&input, &output);
    for line in &missing {
        out!("{line}");
    }
    let is_scenario = [&input, &output]
        .iter()
        .any(|endpoint| matches!(endpoint, Endpoint::Scenario(_)));
    // Whoever brings a file or types wants that, heard or not.
    let demo = !missing.is_empty() && input == Endpoint::Default;
    let opened = if demo {
        out!(
            "\nSo this is a demonstration on the virtual sound card: one of our voices asks, \
             vivavoce answers.\n"
        );
        let demo = demonstration(config.language.first());
        let scenario = Scenario::parse(demo, Path::new("assets/scenarios/demo.toml"))?;
        let stimuli = sound::prepare_stimuli(&scenario, config)?;
        sound::play_scenario(&scenario, stimuli, sound::file_of(&output))
    } else if missing.is_empty() {
        sound::open(&input, &output, config)?
    } else {
        out!("\nReplies are shown, not heard.\n");
        sound::open(&input, &Endpoint::Null, config)?
    };
    if (demo || is_scenario) && options.record.is_none() {
        options.record = Some(recordings::new_folder());
    }
    let record = options.record.clone();
    let plain = demo || is_scenario;
    let latency = converse(config, options, opened, (plain, demo), started)?;
    if demo || is_scenario {
        recordings::print_latencies(&latency, record.as_deref());
    }
    if let Some(folder) = record {
        out!("recording: {}", folder.join("conversation.wav").display());
        out!("what it cost: vivavoce stats {}", folder.display());
    }
    Ok(())
}

fn converse(
    config: &Config,
    options: Options,
    opened: Opened,
    (plain, demo): (bool, bool),
    started: Stopwatch,
) -> Result<LatencyByTurn> {
    let terminal = stdout().is_terminal() && stdin().is_terminal();
    let screen = terminal && !plain && !options.plain && !options.text;
    if config.turn_taking.push_to_talk && !screen {
        bail!("push-to-talk needs the screen for its key: a terminal, a microphone, no --plain");
    }
    let mut turn_taking: TurnTakingConfig = config.turn_taking();
    turn_taking.sleep = config.wake.sleep();
    turn_taking.drafts = config.turn_taking.drafts(power::on_battery());
    if config.turn_taking.drafts.is_none() && turn_taking.drafts != Drafts::On {
        out!("on battery: no drafts of replies, to spare it (--drafts on makes them all the same)");
    }
    say_what_leaves(config);
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let loading = Loading::begin();
    let loader = EngineLoader::new(config)?;
    let (mcp, engines) = std::thread::scope(|scope| {
        let mcp = scope.spawn(|| connect_mcp(config));
        let engines = loader.load(&persona);
        (mcp.join(), engines)
    });
    let (mcp, engines) = (mcp.unwrap_or_default(), engines?);
    let in_other_languages = loader.in_other_languages(&persona);
    let persona = loader.tell(persona);
    let (event_out, events) = bounded(VIEW_QUEUE);
    let mut watchers: Vec<Watcher> = vec![Box::new(move |event: &SessionEvent| {
        let _ = event_out.try_send(event.clone());
    })];
    watchers.extend(opened.watcher);
    watchers.extend(talking::watcher(&data_dir()));
    // What the user keeps has no place in a demonstration.
    let (keeping, folders) = if demo {
        (Keeping::Nothing, None)
    } else {
        (config.memory.keep, watch_folders(config))
    };
    let given = assistant(config, &persona, keeping, mcp);
    let (setting, tools) = with_folders(given, folders);
    let session_config = SessionConfig {
        turn_taking,
        persona,
        in_other_languages,
        setting,
        tools,
        earlier: Vec::new(),
        record: options.record,
        earcon: config.audio.earcon,
        started,
        pays_for_loading: true,
    };
    let session = Session::start(session_config, engines, opened.sound, watchers)
        .context("cannot start talking")?;
    drop(loading);
    let mut terminal = Terminal::new(events);
    terminal.reads_lines(options.text);
    terminal.reads_keys(screen, config.turn_taking.push_to_talk);
    let keys = if config.turn_taking.push_to_talk {
        "space: talk, space again: done, q: quit"
    } else {
        "q: quit"
    };
    let mut view: Box<dyn View> = if screen {
        Box::new(Screen::open(keys, options.why)?)
    } else {
        Box::new(Plain::new(stdout(), options.why))
    };
    terminal.run(&session, view.as_mut(), options.limit);
    view.close();
    session.stop()?;
    terminal.latency()
}

/// Says where the user's words go, if a language model is on another machine.
fn say_what_leaves(config: &Config) {
    let helper = config.llm.helper.as_ref();
    let models = [
        ("language model", Some(&config.llm.engine)),
        ("helper", helper.map(|helper| &helper.engine)),
    ];
    for (what, engine) in models {
        if let Some(LlmEngine::Server(address)) = engine
            && let Ok(address) = Address::parse(address)
            && !address.is_this_machine()
        {
            out!(
                "the {what} is at {}: what you say, and what is answered, leaves this machine for it",
                address.authority()
            );
        }
    }
}
