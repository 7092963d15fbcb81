//! `vivavoce talk`: a conversation, or the demonstration where nobody can talk.

use std::io::{BufRead, IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, bounded};
use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers};
use vivavoce::agent::Persona;
use vivavoce::audio::AudioError;
use vivavoce::audio::device::Endpoint;
use vivavoce::clock::{Stopwatch, unix_seconds};
use vivavoce::config::{Config, LlmEngine};
use vivavoce::engines::{self, EngineLoader, data_dir};
use vivavoce::events::{EventKind, LatencyByTurn, SessionEvent};
use vivavoce::harness::bench::{Recording, turns};
use vivavoce::harness::scenario::Scenario;
use vivavoce::language::Language;
use vivavoce::llm::server::Address;
use vivavoce::pipeline::{
    CONVERSATION, LANGUAGE_MODEL, LOUDSPEAKER, Session, SessionConfig, Watcher,
};
use vivavoce::power;
use vivavoce::talking;
use vivavoce::tools::Keeping;
use vivavoce::turn_taking::{Drafts, Event, TurnTakingConfig};

use super::assistant::{assistant, connect_mcp, watch_folders, with_folders};
use super::screen::Screen;
use super::sound::{self, Opened};
use super::usage::Meter;
use super::view::{Plain, View};

/// Set by Ctrl-C and by termination.
pub static QUIT: AtomicBool = AtomicBool::new(false);
/// While it is set, Ctrl-C ends the program at once: engines cannot be told to stop loading, a server
/// may take minutes to load its model, and nothing is lost.
pub static LOADING: AtomicBool = AtomicBool::new(false);

/// Has [`LOADING`] set until it is dropped.
pub struct Loading(());

impl Loading {
    /// From now on.
    pub fn begin() -> Self {
        LOADING.store(true, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        LOADING.store(false, Ordering::Relaxed);
    }
}

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
        Language::English => include_str!("../../assets/scenarios/demo.toml"),
        Language::German => include_str!("../../assets/scenarios/languages/de.toml"),
        Language::Spanish => include_str!("../../assets/scenarios/languages/es.toml"),
        Language::French => include_str!("../../assets/scenarios/languages/fr.toml"),
        Language::Italian => include_str!("../../assets/scenarios/languages/it.toml"),
        Language::Chinese => include_str!("../../assets/scenarios/languages/zh.toml"),
    }
}

/// Events that wait for the view.
const VIEW_QUEUE: usize = 4_096;
/// A key that comes again within this time is held down, not pressed again.
const KEY_REPEAT: Duration = Duration::from_millis(600);
/// How often keys and the end are looked at.
const KEYS_POLL: Duration = Duration::from_millis(40);

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
        let recordings = engines::data_dir().join("recordings");
        remove_old_recordings(&recordings);
        let name = format!("{OWN_RECORDING}{}", unix_seconds());
        options.record = Some(recordings.join(name));
    }
    let record = options.record.clone();
    let plain = demo || is_scenario;
    let latency = converse(config, options, opened, (plain, demo), started)?;
    if demo || is_scenario {
        print_latencies(&latency, record.as_deref());
    }
    if let Some(folder) = record {
        out!("recording: {}", folder.join("conversation.wav").display());
        out!("what it cost: vivavoce stats {}", folder.display());
    }
    Ok(())
}

/// Recordings that nobody asked for are kept until there are more than this.
const KEPT_RECORDINGS: usize = 10;
/// What their names begin with; a number of seconds follows.
const OWN_RECORDING: &str = "conversation-";

/// Removes the oldest recordings that nobody asked for. One that cannot be removed stays.
fn remove_old_recordings(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut own: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let seconds = path.file_name()?.to_str()?.strip_prefix(OWN_RECORDING)?;
            Some((seconds.parse().ok()?, path))
        })
        .collect();
    own.sort();
    // One more comes now.
    let excess = (own.len() + 1).saturating_sub(KEPT_RECORDINGS);
    for (_, path) in own.into_iter().take(excess) {
        if let Err(error) = std::fs::remove_dir_all(&path) {
            tracing::warn!("the old recording {} stays: {error}", path.display());
        }
    }
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
    LOADING.store(true, Ordering::Relaxed);
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
    let (meter, record) = (Meter::start(config), options.record.clone());
    watchers.push(meter.watcher());
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
    };
    let session = Session::start(session_config, engines, opened.sound, watchers)
        .context("cannot start talking")?;
    LOADING.store(false, Ordering::Relaxed);
    let mut talk = Talk {
        events,
        latency: LatencyByTurn::default(),
        typed: options.text.then(read_lines),
        // A person may interrupt; lines from a pipe wait for their turn.
        one_by_one: !stdin().is_terminal(),
        push_to_talk: config.turn_taking.push_to_talk,
        keys: screen,
        talking: false,
        last_press: Stopwatch::start(),
        pending: 0,
        thinking: None,
        recording_error: None,
        output_error: None,
    };
    let mut view: Box<dyn View> = match screen {
        true if config.turn_taking.push_to_talk => Box::new(Screen::open(
            "space: talk, space again: done, q: quit",
            options.why,
        )?),
        true => Box::new(Screen::open("q: quit", options.why)?),
        false => Box::new(Plain::new(stdout(), options.why)),
    };
    talk.run(&session, view.as_mut(), options.limit);
    view.close();
    // While the threads are there.
    let usage = meter.usage();
    session.stop()?;
    // What happened while the view was closed.
    let rest: Vec<SessionEvent> = talk.events.try_iter().collect();
    rest.iter().for_each(|event| talk.latency.observe(event));
    if let Some(error) = talk.recording_error {
        return Err(anyhow::Error::from(error).context("the recording is incomplete"));
    }
    if let Some(error) = talk.output_error {
        bail!("what was played is not all in the file: {error}");
    }
    if let Some(folder) = &record {
        usage.write(folder)?;
    }
    Ok(talk.latency)
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

struct Talk {
    events: Receiver<SessionEvent>,
    latency: LatencyByTurn,
    typed: Option<Receiver<String>>,
    one_by_one: bool,
    push_to_talk: bool,
    keys: bool,
    talking: bool,
    /// When the space key was last seen: held down, it repeats.
    last_press: Stopwatch,
    /// Typed messages that are not answered yet.
    pending: usize,
    /// The question that the helper has.
    thinking: Option<i64>,
    /// Why the recording ended before the conversation.
    recording_error: Option<AudioError>,
    /// Why what is played is written nowhere any more.
    output_error: Option<String>,
}

impl Talk {
    fn run(&mut self, session: &Session, view: &mut dyn View, limit: Option<f64>) {
        loop {
            // A bounded number, so that keys and the end are looked at whatever happens.
            let first = self.events.recv_timeout(KEYS_POLL).ok();
            for event in first
                .into_iter()
                .chain(self.events.clone().try_iter().take(256))
            {
                self.take(&event, view);
            }
            let over = limit.is_some_and(|limit| session.seconds() >= limit);
            if over || QUIT.load(Ordering::Relaxed) || session.is_over() {
                return;
            }
            if let Some(error) = session.take_recording_error() {
                self.recording_error = Some(error);
            }
            if self.keys && self.pressed(session, view) {
                return;
            }
            if self.end_of_typing(session) {
                return;
            }
            view.refresh();
        }
    }

    fn take(&mut self, event: &SessionEvent, view: &mut dyn View) {
        self.latency.observe(event);
        match &event.kind {
            // A reply that failed is heard as well: as nothing.
            EventKind::Heard { .. } => self.pending = self.pending.saturating_sub(1),
            EventKind::HelperAsked { id, .. } => self.thinking = Some(*id),
            EventKind::HelperDropped { id, .. } => {
                self.thinking.take_if(|thinking| *thinking == *id);
            }
            // Its answer is on its way, and will be heard.
            EventKind::GivenWords { id, .. } if self.thinking == Some(*id) => {
                self.thinking = None;
                self.pending += 1;
            }
            // And then its apology is, which nothing interrupts where messages wait for their answers.
            EventKind::Error { stage, .. } if stage == LANGUAGE_MODEL && self.one_by_one => {
                self.pending += 1;
            }
            EventKind::Error { stage, message } if stage == LOUDSPEAKER => {
                self.output_error = Some(message.clone());
            }
            _ => {}
        }
        view.show(event, &self.latency);
    }

    /// Sends what was typed; true when there is no more and all is answered.
    fn end_of_typing(&mut self, session: &Session) -> bool {
        let Some(typed) = &self.typed else {
            return false;
        };
        loop {
            let is_answered = self.pending == 0 && self.thinking.is_none();
            if self.one_by_one && !is_answered {
                return false;
            }
            match typed.try_recv() {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    self.pending += 1;
                    session.send(Event::Typed(line));
                }
                Err(crossbeam_channel::TryRecvError::Empty) => return false,
                Err(crossbeam_channel::TryRecvError::Disconnected) => return is_answered,
            }
        }
    }

    /// Looks at the keys; true for quitting.
    fn pressed(&mut self, session: &Session, view: &mut dyn View) -> bool {
        while event::poll(Duration::ZERO).unwrap_or(false) {
            let Ok(event::Event::Key(key)) = event::read() else {
                continue;
            };
            if key.kind != KeyEventKind::Press {
                continue;
            }
            let control = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                KeyCode::Char('q') => return true,
                KeyCode::Char('c' | 'd') if control => return true,
                KeyCode::Char(' ') if self.push_to_talk => {
                    let held = self.last_press.elapsed() < KEY_REPEAT;
                    self.last_press = Stopwatch::start();
                    if held {
                        continue;
                    }
                    self.talking = !self.talking;
                    session.send(if self.talking {
                        Event::TalkPressed
                    } else {
                        Event::TalkReleased
                    });
                }
                _ => view.key(key),
            }
        }
        false
    }
}

fn read_lines() -> Receiver<String> {
    let (line_out, lines) = bounded(16);
    std::thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if line_out.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// A recording is measured at the end of a conversation up to this length, which takes seconds. Bytes: ten minutes of two
/// channels.
const MEASURED_AT_ONCE: u64 = 10 * 60 * 48_000 * 4;

fn print_latencies(latency: &LatencyByTurn, record: Option<&Path>) {
    let is_short = |folder: &&Path| {
        let file = std::fs::metadata(folder.join(CONVERSATION));
        file.is_ok_and(|file| file.len() <= MEASURED_AT_ONCE)
    };
    let recording = record
        .filter(is_short)
        .and_then(|folder| Recording::read(folder).ok());
    if let (Some(folder), None) = (record, &recording) {
        out!(
            "\nNot measured here, for its length: vivavoce bench measure {}",
            folder.display()
        );
    }
    let measured = recording.map_or_else(Vec::new, |recording| turns(&recording));
    out!("\nLatency of each turn, milliseconds from the user's last sound:");
    for (turn, of_turn) in latency.answered() {
        let path = of_turn.live_path();
        let cells = path.iter().map(|s| format!("{} {:.0}", s.name, s.ms));
        let cells: Vec<String> = cells.collect();
        let found = measured.iter().find(|t| t.turn == Some(turn.0));
        let v2v = found.and_then(|found| found.v2v_ms);
        let v2v = v2v.map_or(String::new(), |ms| format!("{ms:.0} on the recording: "));
        out!("{turn:>4}  {v2v}{}", cells.join(", "));
    }
    for stop in measured.iter().filter_map(|turn| turn.stop_ms) {
        out!("interrupted: silent {stop:.0} ms after the interruption began");
    }
    out!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_recordings_that_nobody_asked_for_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for n in 95..=110 {
            std::fs::create_dir(folder.path().join(format!("{OWN_RECORDING}{n}"))).unwrap();
        }
        std::fs::create_dir(folder.path().join("conversation-with-anna")).unwrap();
        remove_old_recordings(folder.path());
        let is_there = |name: &str| folder.path().join(name).is_dir();
        assert!(!is_there("conversation-101") && is_there("conversation-102"));
        assert!(is_there("conversation-110") && is_there("conversation-with-anna"));
    }
}
