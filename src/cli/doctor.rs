//! `vivavoce devices` and `vivavoce doctor`: what is here, what is wrong, what to do.

use anyhow::{Result, bail};
use vivavoce::aec::choose;
use vivavoce::agent::Persona;
use vivavoce::audio::cpal_device::{Direction, default_works, list};
use vivavoce::audio::device::Endpoint;
use vivavoce::config::{Config, ThreadBudget};
use vivavoce::engines::{self, EngineLoader};
use vivavoce::llm::supports_gpu;
use vivavoce::models::{FileStatus, Manifest, ModelStore};
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
    out!("cpu      {cores} cores; {}", cpu_features());
    out!(
        "threads  recognizer {}, language model {}",
        budget.stt,
        budget.llm
    );
    out!(
        "gpu      {}",
        if supports_gpu() {
            "this build can use one (--gpu-layers)"
        } else {
            "not in this build"
        }
    );
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
    let manifest = Manifest::bundled()?;
    let store = ModelStore::open(config.models_dir.as_deref())?;
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
    let mut report = |name: &str, result: Result<(), String>| match result {
        Ok(()) => out!("{name:<16} works"),
        Err(error) => {
            out!("{name:<16} {error}");
            wrong.push(format!("{name}: {error}"));
        }
    };
    let persona = Persona::load(config.persona.as_deref(), config.language)?;
    // Missing models were reported already.
    if let Ok(loader) = EngineLoader::new(config) {
        let text = |e: engines::EnginesError| e.to_string();
        let hears = |mut recognizer: Box<dyn Recognizer>| Ok(recognizer.warm_up()?);
        report(
            "recognizer",
            loader.recognizer().and_then(hears).map_err(text),
        );
        report(
            "voice activity",
            loader.activity().map(|_| ()).map_err(text),
        );
        report(
            "end of turn",
            loader.turn_detector().map(|_| ()).map_err(text),
        );
        report(
            "language model",
            loader.language_model().map(|_| ()).map_err(text),
        );
        let voice = |mut v: Box<dyn Synthesizer>| Ok(v.warm_up()?);
        let voice = loader.synthesizer(&persona).and_then(voice);
        report("voice", voice.map_err(text));
    }
    Ok(())
}

#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
fn cpu_features() -> String {
    let features = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    let present: Vec<&str> = features.iter().filter(|f| f.1).map(|f| f.0).collect();
    match features[2].1 && features[3].1 {
        true => present.join(" "),
        // llama.cpp's default x86 build uses both without asking.
        false => format!(
            "{}: no avx2 and fma, the language model will not run",
            present.join(" ")
        ),
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "x86")))]
fn cpu_features() -> String {
    std::env::consts::ARCH.into()
}
