//! `vivavoce devices` and `vivavoce doctor`: what is here, what is wrong, what to do.

use anyhow::{Result, bail};
use vivavoce::aec::choose;
use vivavoce::agent::Persona;
use vivavoce::audio::cpal_device::{Direction, default_works, list};
use vivavoce::audio::device::Endpoint;
use vivavoce::config::{Config, ThreadBudget};
use vivavoce::engines::{self, EngineLoader, EnginesError};
use vivavoce::llm::gpu;
use vivavoce::models::{FileStatus, ModelStore};
use vivavoce::pipeline::measure_echo;
use vivavoce::stt::Recognizer;
use vivavoce::tts::Synthesizer;

use super::sound;

/// Lists microphones and loudspeakers.
pub fn devices() {
    let directions = [
        (Direction::Capture, "microphones (--input)"),
        (Direction::Render, "loudspeakers (--output)"),
    ];
    for (direction, title) in directions {
        out!("{title}:");
        match default_works(direction) {
            Ok(name) => out!("  default  {name}"),
            Err(error) => out!("  default  {error}"),
        }
        for line in list(direction) {
            out!("  {}  {}  ({})", line.id, line.name, line.format);
        }
    }
    out!("always: null, file:PATH, virtual:SCENARIO.toml");
}

/// Checks everything that a conversation needs.
pub fn doctor(config: &Config) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let budget = ThreadBudget::new(config.threads, cores);
    out!(
        "vivavoce {} ({})",
        env!("CARGO_PKG_VERSION"),
        env!("VIVAVOCE_COMMIT")
    );
    out!(
        "system   {} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    match cpu_check::checked(cpu_check::BuiltWith::LLAMA) {
        Some(uses) => out!(
            "cpu      {cores} cores; has all that this build uses: {}",
            uses.join(" ")
        ),
        None => out!("cpu      {cores} cores"),
    }
    out!(
        "threads  recognizer {}, language model {}",
        budget.stt,
        budget.llm
    );
    show_gpus();
    out!("data     {}", engines::data_dir().display());

    let mut wrong = Vec::new();
    check_models(config, &mut wrong)?;
    check_engines(config, &mut wrong)?;
    for (direction, name) in [
        (Direction::Capture, "microphone"),
        (Direction::Render, "loudspeaker"),
    ] {
        match default_works(direction) {
            Ok(device) => out!("{name:<12} {device}"),
            Err(error) => out!("{name:<12} {error}"),
        }
    }
    out!("duplex       {}", duplex(config));
    match wrong.len() {
        0 => {
            out!("all is well");
            Ok(())
        }
        _ => bail!("{}", wrong.join("\n")),
    }
}

/// Plays the earcon and says what kind of conversation its echo allows.
fn duplex(config: &Config) -> String {
    let [input, output] =
        [&config.audio.input, &config.audio.output].map(|name| Endpoint::parse(name));
    if !sound::missing_devices(&input, &output).is_empty() {
        return "not measured: it needs a microphone and a loudspeaker".into();
    }
    let measured =
        sound::open(&input, &output).and_then(|mut opened| Ok(measure_echo(&mut opened.sound)?));
    match measured {
        Ok(found) => {
            let (mode, why) = choose(found, config.audio.echo_cancellation);
            format!("{}: {why}", mode.name())
        }
        Err(error) => format!("not measured: {error:#}"),
    }
}

fn check_models(config: &Config, wrong: &mut Vec<String>) -> Result<()> {
    let store = ModelStore::open(config.models_dir.as_deref())?;
    let manifest = store.manifest()?;
    let selection = engines::needed(config, &manifest)?;
    out!(
        "models   profile {} in {}",
        config.profile,
        store.root().display()
    );
    let mut bad = 0;
    for report in store.status(&selection) {
        out!(
            "         {:<13} {}  {}",
            report.wanted.role.to_string(),
            report.wanted.file.name,
            report.status
        );
        bad += usize::from(matches!(
            report.status,
            FileStatus::Missing | FileStatus::Damaged { .. }
        ));
    }
    if bad > 0 {
        let command = store.pull_command(&config.profile);
        wrong.push(format!(
            "{bad} model files are missing or damaged: run `{command}`"
        ));
    }
    Ok(())
}

/// Loads each engine for real; what loads here loads in a conversation.
fn check_engines(config: &Config, wrong: &mut Vec<String>) -> Result<()> {
    let mut report = |name: &str, result: Result<String, String>| match result {
        Ok(how) if how.is_empty() => out!("{name:<16} works"),
        Ok(how) => out!("{name:<16} works: {how}"),
        Err(error) => {
            out!("{name:<16} {error}");
            wrong.push(format!("{name}: {error}"));
        }
    };
    let persona = Persona::load(config.persona.as_deref(), config.language)?;
    let text = |e: EnginesError| e.to_string();
    let loader = match EngineLoader::new(config) {
        Ok(loader) => loader,
        // They were reported already.
        Err(EnginesError::Models(_)) => return Ok(()),
        Err(error) => {
            wrong.push(text(error));
            return Ok(());
        }
    };
    let nothing_more = String::new;
    let hears = |mut r: Box<dyn Recognizer>| Ok(r.warm_up().map(|()| r.describe())?);
    report(
        "recognizer",
        loader.recognizer().and_then(hears).map_err(text),
    );
    report(
        "voice activity",
        loader.activity().map(|_| nothing_more()).map_err(text),
    );
    report(
        "end of turn",
        loader.turn_detector().map(|_| nothing_more()).map_err(text),
    );
    report(
        "language model",
        loader.language_model().map(|m| m.describe()).map_err(text),
    );
    let voice = |mut v: Box<dyn Synthesizer>| Ok(v.warm_up().map(|()| nothing_more())?);
    let voice = loader.synthesizer(&persona).and_then(voice);
    report("voice", voice.map_err(text));
    Ok(())
}

/// The devices that layers of the language model can go to.
fn show_gpus() {
    let backends = gpu::backends().join(", ");
    let devices = gpu::devices();
    match (backends.as_str(), devices.is_empty()) {
        ("", true) => out!("gpu      not in this build"),
        (backends, true) => out!("gpu      this build can use {backends}, and finds none"),
        (..) => {}
    }
    for device in devices {
        out!("gpu      {device}");
    }
}
