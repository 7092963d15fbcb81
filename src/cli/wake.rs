//! `vivavoce wake`: ears for a phrase of one's own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use tempfile::TempDir;
use vivavoce::agent::Persona;
use vivavoce::clock::Stopwatch;
use vivavoce::config::{Config, TtsEngine};
use vivavoce::engines::{self, EngineLoader};
use vivavoce::harness::wake::{Amounts, Check, Fitting, Heard, MakingError, Voice, Workshop};
use vivavoce::language::Language;
use vivavoce::lexicon::words;
use vivavoce::models::Role;
use vivavoce::onnx::with_own_graphs;
use vivavoce::tts::{HIBARI_VOICE, Prosody, Synthesizer, VOICES};
use vivavoce::vad::Earshot;
use vivavoce::wake::{Detector, Features, Head, WakeConfig};

use super::interruption::Loading;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum WakeCommand {
    /// Make ears for a phrase, out of our own voices: some minutes on two cores
    Train(TrainArgs),
}

/// `wake train`.
#[derive(Debug, clap::Args)]
pub struct TrainArgs {
    /// The phrase: three to five syllables that nobody says by chance
    phrase: String,
    /// The file to write
    #[arg(short, value_name = "FILE")]
    o: PathBuf,
    /// How the phrase is written so that voices say it right: for all English ones, or VOICE:TEXT (`it-IT:ei vivi`), which
    /// also has a voice of the program say it that speaks another language
    #[arg(long, value_name = "[VOICE:]TEXT")]
    spelling: Vec<String>,
    /// The seed of all that is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How much is said and learnt, in percent of the usual
    #[arg(long, default_value_t = 100, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    effort: u32,
}

/// Runs the command.
pub fn run(config: &Config, command: &WakeCommand) -> Result<()> {
    match command {
        WakeCommand::Train(args) => train(config, args),
    }
}

fn train(config: &Config, args: &TrainArgs) -> Result<()> {
    let phrase = words(&args.phrase).join(" ");
    if phrase.chars().filter(|c| c.is_alphabetic()).count() < 4 {
        bail!(
            "{:?} is too short for a phrase that nobody says by chance",
            args.phrase
        );
    }
    // Nothing is lost before it is written: Ctrl-C ends it at once.
    let _loading = Loading::begin();
    let started = Stopwatch::start();
    let loader = loader(config)?;
    let (mut voices, _folder) = voices(config, &args.spelling)?;
    let names: Vec<&str> = voices.iter().map(|voice| voice.name.as_str()).collect();
    out!("voices: {}", names.join(", "));
    let features = |number| features(&loader, number);
    let detector = |number, head: &Head| detector(&loader, number, head);
    let mut workshop = Workshop {
        voices: &mut voices,
        features: &features,
        detector: &detector,
        workers: workers(),
        told: &|line| out!("{:6.0} s  {line}", started.elapsed().as_secs_f64()),
    };
    let spellings = args.spelling.iter();
    let spellings: Vec<String> = spellings
        .map(|text| format!(" --spelling {text:?}"))
        .collect();
    let recipe = format!(
        "vivavoce wake train {phrase:?}{} --seed {} --effort {} -o FILE ({})",
        spellings.concat(),
        args.seed,
        args.effort,
        env!("CARGO_PKG_VERSION")
    );
    let fitting = Fitting {
        seed: args.seed,
        ..Fitting::default()
    };
    let amounts = scaled(Amounts::TO_LEARN, args.effort);
    let mut head = workshop.make(&phrase, amounts, fitting, recipe)?;
    head.spellings.clone_from(&args.spelling);
    let amounts = scaled(Amounts::TO_CHECK, args.effort);
    let check = workshop.check(&head, amounts, args.seed + 1, Vec::new())?;
    print(&check);
    head.threshold = threshold(&check, head.threshold);
    out!("threshold: {}", head.threshold);
    std::fs::write(&args.o, head.to_bytes())
        .with_context(|| format!("cannot write {}", args.o.display()))?;
    out!(
        "{}: ears for {phrase:?}, after {:.0} s. In the configuration: [wake] enabled = true, head = {:?}",
        args.o.display(),
        started.elapsed().as_secs_f64(),
        args.o.display().to_string()
    );
    Ok(())
}

fn scaled(amounts: Amounts, percent: u32) -> Amounts {
    let scaled = |count: usize| (count * percent as usize).div_ceil(100);
    Amounts {
        phrases: scaled(amounts.phrases),
        near_misses: scaled(amounts.near_misses),
        sentences: scaled(amounts.sentences),
        ..amounts
    }
}

/// The lowest threshold at which nothing of the check was taken for a call; the usual one if there is no such threshold.
fn threshold(check: &Check, usual: f32) -> f32 {
    let (_, curve) = &check.curves[0];
    let quiet = curve.iter().find(|point| point.false_calls == 0);
    quiet.map_or(usual, |point| point.threshold.max(0.5))
}

/// Prints a curve for each place.
pub fn print(check: &Check) {
    out!("over {:.1} hours of speech without the phrase", check.hours);
    let names: Vec<String> = check
        .curves
        .iter()
        .map(|(name, _)| format!("{name:>14}"))
        .collect();
    out!(
        "threshold  missed: {}   false calls  an hour",
        names.join("")
    );
    let (_, first) = &check.curves[0];
    for (n, point) in first.iter().enumerate() {
        let missed = check
            .curves
            .iter()
            .map(|(_, curve)| curve[n].missed * 100.0);
        let missed: Vec<String> = missed.map(|percent| format!("{percent:13.1}%")).collect();
        out!(
            "{:9.2}          {} {:13} {:8.2}",
            point.threshold,
            missed.join(""),
            point.false_calls,
            point.false_calls_per_hour
        );
    }
}

/// One for each core.
pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The features' files, whether or not the configuration wants them.
///
/// # Errors
/// They are not there.
pub fn loader(config: &Config) -> Result<EngineLoader> {
    let mut config = config.clone();
    config.wake.enabled = true;
    EngineLoader::only(&config, &[Role::WakeWord, Role::OnnxRuntime])
        .context("`vivavoce models pull --wake` fetches what the wake word needs")
}

/// Features for a worker.
///
/// # Errors
/// They cannot be loaded.
pub fn features(loader: &EngineLoader, number: usize) -> Result<Features, MakingError> {
    with_own_graphs(number, || loader.wake_features())
        .map_err(|e| MakingError::Engine(e.to_string()))
}

/// A detector for a worker.
///
/// # Errors
/// It cannot be loaded.
pub fn detector(
    loader: &EngineLoader,
    number: usize,
    head: &Head,
) -> Result<Detector, MakingError> {
    Ok(Detector::new(
        Box::new(Earshot::default()),
        features(loader, number)?,
        head.clone(),
        WakeConfig::default(),
    ))
}

/// What a detector says of recordings of speech.
///
/// # Errors
/// A file cannot be read, or the detector fails.
pub fn listen_to_files(
    loader: &EngineLoader,
    head: &Head,
    files: &[PathBuf],
) -> Result<Vec<Heard>> {
    let mut detector = detector(loader, 0, head)?;
    files
        .iter()
        .map(|file| {
            let clip = vivavoce::audio::sound_file::read_clip(file)?;
            let clip = clip.at_rate(vivavoce::audio::frame::SPEECH_RATE)?;
            Ok(vivavoce::harness::wake::listen_to(
                &mut detector,
                &clip.samples,
                0,
            )?)
        })
        .collect()
}

/// All English voices that are there: those of the program, Hibari, and Kokoro's, which are also mixed with each other
/// into more. The American one of the program and some of Kokoro's are kept for testing.
///
/// # Errors
/// A voice that is there does not load.
pub fn voices(config: &Config, spellings: &[String]) -> Result<(Vec<Voice>, Option<TempDir>)> {
    let of_voice = |wanted: Option<&str>| -> Vec<String> {
        let split = spellings
            .iter()
            .map(|spelling| match spelling.split_once(':') {
                Some((voice, text)) => (Some(voice), text.to_owned()),
                None => (None, spelling.clone()),
            });
        let of_voice = split.filter(|(voice, _)| *voice == wanted);
        of_voice.map(|(_, text)| text).collect()
    };
    let english = of_voice(None);
    let mut voices = Vec::new();
    let mut add = |name: &str,
                   engine: Box<dyn Synthesizer>,
                   (for_test, is_slow): (bool, bool),
                   spellings: &[String]| {
        voices.push(Voice {
            name: name.to_owned(),
            engine,
            for_test,
            is_slow,
            spellings: spellings.to_vec(),
        });
    };
    for name in VOICES {
        let is_english = name.starts_with("en-");
        let spellings = if is_english {
            english.clone()
        } else {
            of_voice(Some(name))
        };
        if !is_english && spellings.is_empty() {
            continue;
        }
        for pitch in PITCHES {
            let prosody = Prosody {
                pitch,
                ..Prosody::default()
            };
            let voice = Box::new(engines::voice(name, prosody)?);
            add(name, voice, (name == FOR_TEST, false), &spellings);
        }
    }
    let mut of_hibari = config.clone();
    of_hibari.tts.engine = TtsEngine::Hibari(None);
    of_hibari.tts.voice = Some(HIBARI_VOICE.into());
    let persona = Persona::bundled(Language::English);
    // As often as each of those of the program, which are there at several pitches.
    for _ in PITCHES {
        match engines::synthesizer(&of_hibari, &persona) {
            Ok(engine) => add("hibari", engine, (false, false), &english),
            Err(error) => tracing::info!("without Hibari: {error}"),
        }
    }
    let Some(folder) = kokoro_folder(config) else {
        return Ok((voices, None));
    };
    let mixed = mix(&folder)?;
    for (name, for_test) in &mixed.names {
        let mut config = config.clone();
        config.tts.engine = TtsEngine::Kokoro(Some(mixed.folder.path().to_path_buf()));
        config.tts.voice = Some(name.clone());
        let engine = engines::synthesizer(&config, &persona)?;
        add(name, engine, (*for_test, true), &english);
    }
    Ok((voices, Some(mixed.folder)))
}

/// Where Kokoro's files are, if they are: where the configuration says, or among the models.
fn kokoro_folder(config: &Config) -> Option<PathBuf> {
    if let TtsEngine::Kokoro(Some(folder)) = &config.tts.engine {
        return Some(folder.clone());
    }
    let config = Config {
        profile: "multilingual".into(),
        models_dir: config.models_dir.clone(),
        ..Config::default()
    };
    let loader = EngineLoader::only(&config, &[Role::Tts]).ok()?;
    loader.voice_folder()
}

/// Voices of Kokoro's, and mixtures of them, all of which speak English; and whether each is for testing.
struct Mixed {
    folder: TempDir,
    names: Vec<(String, bool)>,
}

/// The voice of the program that no head learns from.
const FOR_TEST: &str = "en-US";
/// Pitches of a voice of the program. Percent.
const PITCHES: [u16; 3] = [82, 100, 125];
/// Mixtures to learn from, and to test with.
const MIXTURES: (usize, usize) = (16, 5);

/// A style is a point among others: what lies between two voices is a voice, too.
fn mix(folder: &Path) -> Result<Mixed> {
    let mixed = tempfile::tempdir()?;
    let mut styles: Vec<(String, Vec<f32>)> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        if path.extension().is_some_and(|ending| ending == "bin") {
            let bytes = std::fs::read(&path)?;
            let numbers = bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b));
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            styles.push((name, numbers.collect()));
        } else if path.is_file() {
            link(&path, &mixed.path().join(name))?;
        }
    }
    styles.sort_by(|a, b| a.0.cmp(&b.0));
    let rows = styles
        .iter()
        .map(|(_, style)| style.len())
        .min()
        .unwrap_or(0);
    let mut names = Vec::new();
    let mut write = |name: String, style: &[f32], for_test: bool| -> Result<()> {
        let bytes: Vec<u8> = style
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        std::fs::write(mixed.path().join(format!("{name}.bin")), bytes)?;
        names.push((name, for_test));
        Ok(())
    };
    // Two voices are nobody's who learns, neither alone nor in a mixture.
    let is_for_test = |n: usize| n % 4 == 1;
    let accent = |n: usize| if n.is_multiple_of(3) { 'b' } else { 'a' };
    for (n, (name, style)) in styles.iter().enumerate() {
        write(
            format!("{}_{name}", accent(n)),
            &style[..rows],
            is_for_test(n),
        )?;
    }
    let mut rng = Rng::with_seed(5);
    for n in 0..MIXTURES.0 + MIXTURES.1 {
        let for_test = n >= MIXTURES.0;
        let of: Vec<usize> = (0..styles.len())
            .filter(|n| is_for_test(*n) == for_test)
            .collect();
        if of.len() < 2 {
            continue;
        }
        let (first, second) = (of[rng.usize(..of.len())], of[rng.usize(..of.len())]);
        let share = 0.25 + 0.5 * rng.f32();
        let both = styles[first].1.iter().zip(&styles[second].1).take(rows);
        let style: Vec<f32> = both.map(|(a, b)| a * share + b * (1.0 - share)).collect();
        write(format!("{}_mix{n}", accent(n)), &style, for_test)?;
    }
    Ok(Mixed {
        folder: mixed,
        names,
    })
}

/// The same file at another place, without a copy where that can be.
fn link(from: &Path, to: &Path) -> Result<()> {
    if std::fs::hard_link(from, to).is_err() {
        std::fs::copy(from, to)?;
    }
    Ok(())
}
