//! What a door costs: from the last sound of a question to the first of its answer, as a client of the page's socket
//! and of Realtime hears it, beside `talk` on the same recordings. `cargo bench --bench doors -- FILE.wav...`
//!
//! Sound is sent at the pace of a microphone: each piece of 20 ms at its end. An answer begins when its first audible
//! sample arrives; the buffers of a browser come on top. For `talk` the same is measured on the two channels of its
//! recording.

#[path = "../tests/support/door.rs"]
mod door;
#[path = "../tests/support/program.rs"]
mod program;

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tungstenite::{Error, Message};
use vivavoce::audio::sound_file::read_clip;
use vivavoce::clock::{Stopwatch, sleep};

use door::{Door, Socket, bytes, samples, until};

/// Of the page's socket and of `talk`.
const SESSION_HZ: u32 = 48_000;
/// Of Realtime.
const REALTIME_HZ: u32 = 24_000;
const PIECE: Duration = Duration::from_millis(20);
/// The user is silent where all that follows is so much softer than their loudest 10 ms: 26 dB.
const SILENT: f32 = 0.05;
/// An answer is audible from here on, of full scale: -46 dB.
const AUDIBLE: f32 = 0.005;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let files: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    if files.is_empty() {
        println!("left out: which recordings? cargo bench --bench doors -- FILE.wav...");
        return Ok(());
    }
    let door = Door::open(&[]);
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    println!("ms from the last sound of the question to the first of the answer; -: none came");
    println!("   talk    page  realtime");
    for file in &files {
        let found = [talk(file)?, page(&door, file)?, realtime(&door, file)?];
        println!("{}  {file}", found.map(in_column).join(" "));
        // Only what all of them answered is compared.
        if let [Some(talk), Some(page), Some(realtime)] = found {
            for (of, ms) in all.iter_mut().zip([talk, page, realtime]) {
                of.push(ms);
            }
        }
    }
    let compared = all[0].len();
    println!(
        "{}  medians of {compared}",
        all.map(median).map(in_column).join(" ")
    );
    Ok(())
}

fn in_column(ms: Option<f64>) -> String {
    ms.map_or_else(|| format!("{:>7}", "-"), |ms| format!("{ms:>7.0}"))
}

fn median(mut of: Vec<f64>) -> Option<f64> {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied()
}

/// The recording at a rate, mono.
fn question(file: &str, rate_hz: u32) -> Result<Vec<f32>> {
    let clip = read_clip(Path::new(file))?.at_rate(rate_hz)?;
    Ok(clip.samples)
}

/// Seconds until the last sound.
fn last_sound(of: &[f32], rate_hz: u32) -> f64 {
    let frame = rate_hz as usize / 100;
    let level = |frame: &[f32]| frame.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    let levels: Vec<f32> = of.chunks(frame).map(level).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let last = levels.iter().rposition(|level| *level > SILENT * loudest);
    last.map_or(0.0, |frames| (frames + 1) as f64 / 100.0)
}

fn first_audible(of: &[f32]) -> Option<usize> {
    of.iter().position(|sample| sample.abs() > AUDIBLE)
}

fn talk(file: &str) -> Result<Option<f64>> {
    let folder = tempfile::tempdir()?;
    let seconds = question(file, SESSION_HZ)?.len() as u64 / u64::from(SESSION_HZ);
    let output = program::vivavoce()
        .args(["talk", "--plain", "--output", "null", "--for"])
        .arg((seconds + PATIENCE.as_secs()).to_string())
        .args(["--input", &format!("file:{file}"), "--record"])
        .arg(folder.path())
        .env("VIVAVOCE_DATA", folder.path())
        .env("VIVAVOCE_MODELS", door::models())
        .output()?;
    ensure!(output.status.success(), "{}", program::text(&output));
    let mut reader = hound::WavReader::open(folder.path().join("conversation.wav"))?;
    let rate_hz = reader.spec().sample_rate;
    let both: Vec<f32> = (reader.samples::<i16>())
        .map(|sample| sample.map(|sample| f32::from(sample) / 32_768.0))
        .collect::<Result<_, _>>()?;
    let channel = |n: usize| -> Vec<f32> { both.iter().skip(n).step_by(2).copied().collect() };
    let said = last_sound(&channel(0), rate_hz);
    let heard = &channel(1)[(said * f64::from(rate_hz)) as usize..];
    Ok(first_audible(heard).map(|samples| samples as f64 * 1000.0 / f64::from(rate_hz)))
}

fn page(door: &Door, file: &str) -> Result<Option<f64>> {
    let mut socket = door.socket("/session");
    let hello = json!({ "type": "hello", "rate": SESSION_HZ });
    socket.send(Message::Text(hello.to_string().into()))?;
    wait_for(&mut socket, "welcome");
    let question = question(file, SESSION_HZ)?;
    converse(
        &mut socket,
        &question,
        SESSION_HZ,
        |piece| Message::Binary(bytes(piece).into()),
        |message| match message {
            Message::Binary(sound) => Some(samples(sound)),
            _ => None,
        },
    )
}

fn realtime(door: &Door, file: &str) -> Result<Option<f64>> {
    let mut socket = door.socket("/v1/realtime?model=vivi");
    wait_for(&mut socket, "session.created");
    let input = json!({ "turn_detection": { "type": "semantic_vad", "eagerness": "auto" } });
    let session = json!({ "type": "realtime", "audio": { "input": input } });
    let update = json!({ "type": "session.update", "session": session });
    socket.send(Message::Text(update.to_string().into()))?;
    wait_for(&mut socket, "session.updated");
    let question = question(file, REALTIME_HZ)?;
    converse(
        &mut socket,
        &question,
        REALTIME_HZ,
        |piece| {
            let append = json!({ "type": "input_audio_buffer.append", "audio": STANDARD.encode(bytes(piece)) });
            Message::Text(append.to_string().into())
        },
        |message| {
            let told = door::json(message)?;
            let is_sound = told["type"] == "response.output_audio.delta";
            let delta = told["delta"].as_str().filter(|_| is_sound)?;
            Some(samples(&STANDARD.decode(delta).ok()?))
        },
    )
}

/// Sends a question and silence as a microphone would; milliseconds from its last sound to the first of the answer.
fn converse(
    socket: &mut Socket,
    question: &[f32],
    rate_hz: u32,
    written: impl Fn(&[i16]) -> Message,
    sound: impl Fn(&Message) -> Option<Vec<i16>>,
) -> Result<Option<f64>> {
    let said = last_sound(question, rate_hz);
    let question: Vec<i16> = (question.iter())
        .map(|sample| (sample.clamp(-1.0, 1.0) * 32_767.0) as i16)
        .collect();
    let silence = vec![0; (PATIENCE.as_secs() * u64::from(rate_hz)) as usize];
    let began = Stopwatch::start();
    let mut sent = Duration::ZERO;
    for piece in [question, silence].concat().chunks(rate_hz as usize / 50) {
        // A microphone gives a piece at its end.
        sent += PIECE;
        while let Some(left) = sent
            .checked_sub(began.elapsed())
            .filter(|left| !left.is_zero())
        {
            socket.get_ref().set_read_timeout(Some(left))?;
            let message = match socket.read() {
                Ok(message) => message,
                Err(Error::Io(error))
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    continue;
                }
                Err(error) => return Err(error).context("the server ended the conversation"),
            };
            let arrived = began.elapsed().as_secs_f64();
            let Some(heard) = sound(&message).filter(|_| arrived > said) else {
                continue;
            };
            let heard: Vec<f32> = heard.iter().map(|s| f32::from(*s) / 32_768.0).collect();
            if let Some(silent) = first_audible(&heard) {
                let heard_at = arrived + silent as f64 / f64::from(rate_hz);
                return Ok(Some((heard_at - said) * 1000.0));
            }
        }
        socket.send(written(piece))?;
    }
    Ok(None)
}

fn wait_for(socket: &mut Socket, kind: &str) {
    until(socket, |message| {
        (door::json(&message)?["type"] == kind).then_some(())
    });
    // The session has some silence behind it before the question, as with a person.
    sleep(Duration::from_millis(200));
}
