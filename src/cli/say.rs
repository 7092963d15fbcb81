//! `vivavoce say`: the voice by itself. A clause is heard while the next one is made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use crossbeam_channel::{Receiver, Sender, bounded};
use ringbuf::traits::Consumer;
use vivavoce::agent::Persona;
use vivavoce::audio::callback::render_path;
use vivavoce::audio::cpal_device::CpalDevice;
use vivavoce::audio::device::{AudioDevice, Endpoint, StreamNote};
use vivavoce::audio::frame::BLOCK_MS;
use vivavoce::audio::wav::{ClipFile, WavFile};
use vivavoce::clock::{Stopwatch, Ticker, sleep};
use vivavoce::config::Config;
use vivavoce::engines;
use vivavoce::events::{ReplyId, TurnId};
use vivavoce::playback::PlaybackQueue;
use vivavoce::tts::clauses::{ClauseLimits, ClauseSplitter};
use vivavoce::tts::{SpokenClause, Synthesizer, TtsError, speak_clause_unless};

use super::background::Background;
use super::interruption;

/// Clauses that are made ahead of the one that sounds.
const AHEAD: usize = 2;
/// What a device that does not say so may hold at most.
const UNKNOWN_LATENCY: Duration = Duration::from_millis(200);
/// A loudspeaker that takes nothing for this long is broken.
const DEAD_AFTER: Duration = Duration::from_secs(5);

/// Clauses as they are made; an error ends them.
type Spoken = Receiver<Result<SpokenClause, TtsError>>;

/// What is spoken, and where to.
#[derive(Debug, clap::Args)]
pub struct SayOptions {
    /// The text; or a file of text or Markdown, if -o names a folder
    #[arg(value_name = "TEXT|FILE")]
    text: String,
    /// Write a WAV file instead; or a folder: a WAV file for each chapter of FILE
    #[arg(short, value_name = "FILE|DIR")]
    o: Option<PathBuf>,
    #[command(flatten)]
    background: Background,
}

/// Speaks a text to the loudspeaker or into a file, or a book into a folder.
///
/// # Errors
/// There is nothing to say, the voice cannot be loaded or fails, a file cannot be written, or it was interrupted.
pub fn run(config: &Config, options: &SayOptions) -> Result<()> {
    let output = options.o.as_deref();
    let book = Path::new(&options.text);
    match output {
        Some(folder) if book.is_file() && is_folder(folder) => {
            super::book::speak(config, book, folder, &options.background)
        }
        Some(folder) if folder.is_dir() => bail!(
            "{} is a folder, and there is no file {:?}: name a file of text or Markdown, or -o FILE.wav",
            folder.display(),
            options.text
        ),
        output => say(config, &options.text, output),
    }
}

/// Whether it is a folder, or may become one: a WAV file is named as such.
fn is_folder(path: &Path) -> bool {
    let is_sound = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("wav"));
    path.is_dir() || (!path.exists() && !is_sound)
}

fn say(config: &Config, text: &str, file: Option<&Path>) -> Result<()> {
    let output = match file {
        Some(path) => Endpoint::File(path.to_path_buf()),
        None => Endpoint::parse(&config.audio.output),
    };
    if matches!(output, Endpoint::Scenario(_)) {
        bail!("a scenario is no loudspeaker; use -o FILE.wav");
    }
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let mut engine = engines::synthesizer(config, &persona)?;
    let mut splitter = ClauseSplitter::new(ClauseLimits::default(), engine.language());
    let mut clauses = splitter.push(text);
    clauses.extend(splitter.finish());
    if !clauses.iter().any(|c| c.chars().any(char::is_alphanumeric)) {
        bail!("there is nothing to say in {text:?}");
    }
    let (spoken_out, spoken) = bounded(AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(|| speak(engine.as_mut(), &clauses, spoken_out));
        match output {
            // Each owns the clauses: when it fails, whoever makes them finds nobody listening.
            Endpoint::File(path) => write(&path, spoken),
            Endpoint::Default | Endpoint::Named(_) => play(spoken, output)
                .context("it cannot be heard here; write a file with -o FILE.wav"),
            // Made all the same: what fails is said.
            Endpoint::Null | Endpoint::Scenario(_) => spoken
                .into_iter()
                .try_for_each(|clause| Ok(clause.map(drop)?)),
        }
    })?;
    if interruption::is_asked() {
        bail!("interrupted");
    }
    Ok(())
}

/// Makes one clause after the other until somebody quits or nobody listens any more.
fn speak(
    engine: &mut dyn Synthesizer,
    clauses: &[String],
    spoken: Sender<Result<SpokenClause, TtsError>>,
) {
    let quit = || interruption::is_asked();
    for clause in clauses {
        let made = match speak_clause_unless(&quit, engine, clause) {
            Ok(Some(made)) => Ok(made),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        if quit() || spoken.send(made).is_err() {
            return;
        }
    }
}

/// Writes clauses into a file as they come. What was written when it is interrupted is whole.
fn write(path: &Path, spoken: Spoken) -> Result<()> {
    let mut file = ClipFile::new(|rate_hz| WavFile::create(path, 1, rate_hz));
    for clause in spoken {
        file.push(&clause?.clip)?;
    }
    if file.finish()? || interruption::is_asked() {
        Ok(())
    } else {
        Err(TtsError::Silent.into())
    }
}

/// Plays clauses on a real device as they come, until they are over or the program is told to quit.
fn play(spoken: Spoken, output: Endpoint) -> Result<()> {
    let mut device = CpalDevice::new(None, Some(output));
    let rate = device
        .probe()?
        .render
        .context("the device has no loudspeaker")?;
    let (callback, end, mut tap) = render_path(rate);
    let mut stream = device.open(None, Some(callback))?;
    let (mut queue, id) = (
        PlaybackQueue::default(),
        ReplyId {
            turn: TurnId(1),
            draft: 1,
        },
    );
    queue.attach(end)?;
    queue.release(id);
    let mut ticker = Ticker::every(Duration::from_millis(BLOCK_MS));
    let (mut complete, mut sounds, mut taken) = (false, false, Stopwatch::start());
    while (!complete || queue.is_busy()) && !interruption::is_asked() {
        while !complete && queue.is_hungry() {
            match spoken.try_recv() {
                Ok(clause) => {
                    let clause = clause?;
                    sounds |= !clause.clip.samples.is_empty();
                    queue.push(id, clause)?;
                }
                Err(crossbeam_channel::TryRecvError::Empty) => break,
                Err(crossbeam_channel::TryRecvError::Disconnected) => {
                    queue.complete(id);
                    complete = true;
                }
            }
        }
        queue.advance();
        if tap.ring.clear() > 0 {
            taken = Stopwatch::start();
        } else if taken.elapsed() > DEAD_AFTER {
            bail!(
                "the loudspeaker takes no sound; choose another with --output (see `vivavoce devices`)"
            );
        }
        if let Some(StreamNote::Lost(text)) = stream.take_note() {
            bail!("{text}");
        }
        ticker.wait();
    }
    if complete && !sounds {
        return Err(TtsError::Silent.into());
    }
    if !queue.knows_latency() {
        // The device may still hold what it took last.
        sleep(UNKNOWN_LATENCY);
    }
    Ok(())
}
