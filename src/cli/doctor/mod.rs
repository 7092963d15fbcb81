//! `vivavoce devices` and `vivavoce doctor`: what is here, what is wrong, what to do.

mod fit;
pub mod rehearsal;

use anyhow::{Result, bail};
use vivavoce::aec::choose;
use vivavoce::audio::cpal_device::{Direction, default_works, list};
use vivavoce::audio::device::Endpoint;
use vivavoce::config::{Config, LlmEngine, SttEngine, ThreadBudget};
use vivavoce::engines::{self, EngineLoader, EnginesError};
use vivavoce::llm::gpu;
use vivavoce::models::{FileStatus, ModelStore};
use vivavoce::pipeline::measure_echo;

pub use self::fit::{Machine, best_profile};
use self::rehearsal::Outcome;
pub use self::rehearsal::rehearse;
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
        // The default stands above already.
        for line in list(direction).iter().filter(|line| line.id != "default") {
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
    if cpu_check::has_unused_amx() {
        out!("         it has AMX, which this build leaves alone: docs/engines.md says why");
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
    if wrong.is_empty() {
        check_memory(config, &mut wrong);
    }
    if wrong.is_empty() {
        check_engines(config, &mut wrong)?;
    }
    for (direction, name) in [
        (Direction::Capture, "microphone"),
        (Direction::Render, "loudspeaker"),
    ] {
        match default_works(direction) {
            Ok(device) => out!("{name:<12} {device}"),
            Err(error) => out!("{name:<12} {error}"),
        }
    }
    out!("duplex       {}", duplex(config, &mut wrong));
    match wrong.len() {
        0 => {
            out!("all is well");
            Ok(())
        }
        _ => bail!("{}", wrong.join("\n")),
    }
}

/// Plays the earcon and says what kind of conversation its echo allows. Devices that were named and do not
/// open would stop a conversation.
fn duplex(config: &Config, wrong: &mut Vec<String>) -> String {
    let [input, output] =
        [&config.audio.input, &config.audio.output].map(|name| Endpoint::parse(name));
    if !sound::missing_devices(&input, &output).is_empty() {
        return "not measured: it needs a microphone and a loudspeaker".into();
    }
    let measured = sound::open(&input, &output, config)
        .and_then(|mut opened| Ok(measure_echo(&mut opened.sound)?));
    match measured {
        Ok(found) => {
            let (mode, why) = choose(found, config.audio.echo_cancellation);
            format!("{mode}: {why}")
        }
        Err(error) => {
            wrong.push(format!("{error:#}"));
            format!("not measured: {error:#}")
        }
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
    let mut reports = store.status(&selection);
    if let Some(of_helper) = engines::needed_by_helper(config, &manifest)? {
        out!(
            "         the helper is of profile {}",
            of_helper.profile.name
        );
        reports.extend(store.status(&of_helper));
    }
    for report in reports {
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

/// Whether the models fit into memory. Whatever else keeps them from being loaded, the engines' own check tells.
fn check_memory(config: &Config, wrong: &mut Vec<String>) {
    let checked = EngineLoader::new(config).and_then(|loader| loader.check_memory());
    if let Err(error @ EnginesError::Memory { .. }) = checked {
        out!("memory       {error}");
        wrong.push(error.to_string());
    }
}

/// Has every engine work once, in a process of its own, and says how each fared.
fn check_engines(config: &Config, wrong: &mut Vec<String>) -> Result<()> {
    let (mut real_time_factor, mut tokens_per_s) = (None, None);
    let rehearsed = rehearsal::run(&mut |finding| {
        let name = finding.part.name();
        match finding.outcome {
            Outcome::Begun => {}
            Outcome::Works(figures) => {
                real_time_factor = real_time_factor.or(figures.real_time_factor);
                tokens_per_s = tokens_per_s.or(figures.tokens_per_s);
                if figures.text.is_empty() {
                    out!("{name:<16} works");
                } else {
                    out!("{name:<16} works: {}", figures.text);
                }
            }
            Outcome::Fails(why) => {
                out!("{name:<16} {why}");
                wrong.push(format!("{name}: {why}"));
            }
        }
    });
    if let Err(error) = rehearsed {
        wrong.push(format!("{error:#}"));
    }
    if let (Some(real_time_factor), Some(tokens_per_s)) = (real_time_factor, tokens_per_s) {
        show_profile(config, real_time_factor, tokens_per_s)?;
    }
    Ok(())
}

/// Says which profile suits this machine, if the configured one says anything about its speed.
fn show_profile(config: &Config, real_time_factor: f64, tokens_per_s: f64) -> Result<()> {
    let own_engines = (&config.stt.engine, &config.llm.engine);
    if own_engines != (&SttEngine::Profile, &LlmEngine::Profile) {
        return Ok(());
    }
    let manifest = ModelStore::open(config.models_dir.as_deref())?.manifest()?;
    let measured = engines::needed(config, &manifest)?;
    let machine = Machine::with_speeds(tokens_per_s, real_time_factor);
    match best_profile(&machine, &measured, &manifest, &config.language) {
        Some(name) if name == config.profile => {
            out!("profile          {name}: the largest that this machine runs fast enough");
        }
        Some(name) => out!(
            "profile          {name} would suit this machine, by what was measured of {} (--profile {name}; \
             `vivavoce models list` says what it is)",
            config.profile
        ),
        None => out!(
            "profile          none is small enough for a fluent conversation here; expect to wait for replies"
        ),
    }
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
