//! `vivavoce say` and `vivavoce transcribe`: the voice and the recognizer by themselves.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use vivavoce::agent::Persona;
use vivavoce::audio::callback::render_path;
use vivavoce::audio::cpal_device::CpalDevice;
use vivavoce::audio::device::{AudioDevice, Endpoint, StreamNote};
use vivavoce::audio::frame::{BLOCK_MS, SPEECH_RATE};
use vivavoce::audio::resample::StreamResampler;
use vivavoce::audio::sound_file::SoundFile;
use vivavoce::audio::wav::{Clip, write_clip};
use vivavoce::clock::{Pace, Stopwatch, sleep};
use vivavoce::config::Config;
use vivavoce::engines::{self, EngineLoader};
use vivavoce::events::{ReplyId, TurnId};
use vivavoce::models::Role;
use vivavoce::playback::PlaybackQueue;
use vivavoce::stt::{Recognizer, RecordingTranscriber};
use vivavoce::tts::clauses::{ClauseLimits, ClauseSplitter};
use vivavoce::tts::{SpokenClause, speak_clause};

use super::talk::QUIT;

/// Speaks a text to the loudspeaker or into a file.
pub fn say(config: &Config, text: &str, file: Option<&Path>) -> Result<()> {
    let persona = Persona::load(config.persona.as_deref(), config.language)?;
    let mut engine = engines::synthesizer(config, &persona)?;
    let mut splitter = ClauseSplitter::new(ClauseLimits::default(), engine.language());
    let mut clauses = splitter.push(text);
    clauses.extend(splitter.finish());
    let spoken: Vec<SpokenClause> = clauses
        .iter()
        .map(|clause| speak_clause(engine.as_mut(), clause))
        .collect::<Result<_, _>>()?;
    if spoken.iter().all(|clause| clause.clip.samples.is_empty()) {
        bail!("there is nothing to say in {text:?}");
    }
    let output = match file {
        Some(path) => Endpoint::File(path.to_path_buf()),
        None => Endpoint::parse(&config.audio.output),
    };
    let path = match output {
        Endpoint::File(path) => path,
        Endpoint::Null => return Ok(()),
        Endpoint::Scenario(_) => bail!("a scenario is no loudspeaker; use -o FILE.wav"),
        Endpoint::Default | Endpoint::Named(_) => {
            return play(spoken, output)
                .context("it cannot be heard here; write a file with -o FILE.wav");
        }
    };
    // A clause without words has the rate of silence, which is no matter.
    let sounds = || spoken.iter().filter(|c| !c.clip.samples.is_empty());
    let clip = Clip {
        rate_hz: sounds().next().map_or(SPEECH_RATE, |c| c.clip.rate_hz),
        samples: sounds().flat_map(|c| c.clip.samples.clone()).collect(),
    };
    Ok(write_clip(&path, &clip)?)
}

/// What a device that does not say so may hold at most.
const UNKNOWN_LATENCY: Duration = Duration::from_millis(200);

/// Plays clauses on a real device until they are over or the program is told to quit.
fn play(spoken: Vec<SpokenClause>, output: Endpoint) -> Result<()> {
    let mut device = CpalDevice::new(None, Some(output));
    let rate = device
        .probe()?
        .render
        .context("the device has no loudspeaker")?;
    let (callback, end, _tap) = render_path(rate);
    let mut stream = device.open(None, Some(callback))?;
    let (mut queue, id) = (
        PlaybackQueue::default(),
        ReplyId {
            turn: TurnId(1),
            draft: 1,
        },
    );
    queue.attach(end)?;
    for clause in spoken {
        queue.push(id, clause)?;
    }
    queue.complete(id);
    queue.release(id);
    let mut pace = Pace::every(Duration::from_millis(BLOCK_MS));
    while queue.is_busy() && !QUIT.load(Ordering::Relaxed) {
        queue.advance();
        if let Some(StreamNote::Lost(text)) = stream.take_note() {
            bail!("{text}");
        }
        pace.wait();
    }
    if !queue.knows_latency() {
        // The device may still hold what it took last.
        sleep(UNKNOWN_LATENCY);
    }
    Ok(())
}

/// Transcribes files; with `json` one object a line.
pub fn transcribe(config: &Config, files: &[PathBuf], json: bool) -> Result<()> {
    let loader = EngineLoader::only(config, &[Role::Stt, Role::Vad, Role::OnnxRuntime])?;
    let mut engine = loader.recognizer()?;
    let mut failed = 0;
    for path in files {
        let watch = Stopwatch::start();
        let result = transcribe_file(&loader, engine.as_mut(), path);
        if QUIT.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        // A name that is no text is written as far as it is one.
        let name = path.display().to_string();
        match result {
            Ok((text, seconds)) if json => {
                let line = serde_json::json!({
                    "file": name,
                    "text": text,
                    "audio_s": seconds,
                    "decode_ms": watch.elapsed_ms(),
                });
                out!("{line}");
            }
            Ok((text, _)) if files.len() > 1 => out!("{name}: {text}"),
            Ok((text, _)) => out!("{text}"),
            Err(error) => {
                failed += 1;
                let error = format!("{error:#}");
                if json {
                    out!("{}", serde_json::json!({"file": name, "error": error}));
                } else {
                    eprintln!("error: {error}");
                }
            }
        }
    }
    match failed {
        0 => Ok(()),
        failed => bail!("{failed} of {} files could not be transcribed", files.len()),
    }
}

/// The text of a file and its length in seconds. The file is read, decoded and forgotten block by block.
fn transcribe_file(
    loader: &EngineLoader,
    engine: &mut dyn Recognizer,
    path: &Path,
) -> Result<(String, f64)> {
    let cancelled = || QUIT.load(Ordering::Relaxed);
    let mut file = SoundFile::open(path)?;
    let mut resampler = StreamResampler::new(file.rate_hz(), SPEECH_RATE)?;
    let mut transcriber = RecordingTranscriber::new(engine, loader.activity()?);
    let (mut block, mut speech) = (Vec::new(), Vec::new());
    loop {
        let more = file.read(&mut block)?;
        if more {
            resampler.push(&block, &mut speech);
        } else {
            resampler.flush(&mut speech);
        }
        if !transcriber.push(&speech, &cancelled)? {
            bail!("interrupted");
        }
        block.clear();
        speech.clear();
        if !more {
            break;
        }
    }
    let text = transcriber.finish(&cancelled)?.context("interrupted")?;
    Ok((text, file.seconds()))
}
