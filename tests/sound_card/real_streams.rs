//! Real cpal streams, through a PulseAudio server of the test's own with two null sinks: one is
//! the microphone (its monitor is recorded), one the loudspeaker.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use vivavoce::audio::sound_file::read_clip;
use vivavoce::audio::wav::{Clip, write_clip};

use crate::program::{run, text, vivavoce, words};
use crate::sound_server::{Server, in_server};

/// Far longer than anything here takes: a line that has not come by then will not come.
const NEVER: Duration = Duration::from_secs(120);

/// Says something into the microphone, after `pause` seconds of silence.
fn say(server: &Server, words: &str, pause: f64) {
    let path = server.runtime.join("said.wav");
    let said = run(vivavoce()
        .args(["say", "--voice", "en-GB", words, "-o"])
        .arg(&path));
    assert!(said.status.success(), "{}", text(&said));
    let mut clip = read_clip(&path).unwrap();
    let silence = (pause * f64::from(clip.rate_hz)) as usize;
    clip.samples.splice(0..0, std::iter::repeat_n(0.0, silence));
    write_clip(&path, &clip).unwrap();
    let played = server
        .client("paplay")
        .arg("--device=microphone")
        .arg(&path)
        .status();
    assert!(played.unwrap().success());
}

/// A running conversation, and the lines that it prints.
struct Talk {
    process: Child,
    lines: Receiver<String>,
}

impl Talk {
    fn start(runtime: &Path, models: &Path) -> Self {
        let mut command = in_server(vivavoce(), runtime);
        command
            .env("VIVAVOCE_MODELS", models)
            .args([
                "talk", "--plain", "--input", "pulse", "--output", "pulse", "--record",
            ])
            .arg(runtime.join("recording"))
            .stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        let (line_out, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                eprintln!("{line}");
                let _ = line_out.send(line);
            }
        });
        let talk = Self { process, lines };
        talk.wait_for("ready");
        talk
    }

    /// Does not run for so long, as on a machine that is busy with something else.
    fn stall(&self, time: Duration) {
        self.signal("-STOP");
        vivavoce::clock::sleep(time);
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it as Ctrl-C does; its recording is complete then.
    fn end(mut self) {
        self.signal("-INT");
        self.process.wait().unwrap();
    }

    /// The next line that contains `part`.
    fn wait_for(&self, part: &str) -> String {
        loop {
            match self.lines.recv_timeout(NEVER) {
                Ok(line) if line.contains(part) => return line,
                Ok(_) => {}
                Err(error) => panic!("no line with {part:?}: {error}"),
            }
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The models' folder, found before `HOME` is another.
fn models() -> PathBuf {
    PathBuf::from(text(&run(vivavoce().args(["models", "path"]))).trim())
}

#[test]
fn a_question_is_answered_aloud_and_an_interruption_honoured() {
    let runtime = tempfile::tempdir().unwrap();
    let server = Server::start(runtime.path());
    let talk = Talk::start(runtime.path(), &models());
    let played = Recorder::start(&server);

    say(&server, "What is the capital of France?", 0.3);
    let user = talk.wait_for("you:");
    assert!(words(&user).contains(&"france".into()), "{user}");
    let reply = talk.wait_for("vivavoce:");
    assert!(reply.contains("Paris"), "{reply}");

    // Its longest answer that is always the same, to words that this voice is always understood with.
    say(&server, "Tell me what you can do.", 0.3);
    talk.wait_for(" ms: ");
    say(&server, "Stop. How many legs does a spider have?", 1.0);
    talk.wait_for("(stopped: ");
    let cut = talk.wait_for("vivavoce:");
    assert!(
        cut.ends_with('—'),
        "the history holds only what was heard: {cut}"
    );
    let answer = talk.wait_for("vivavoce:");
    assert!(words(&answer).contains(&"eight".into()), "{answer}");

    let understood = understood(&played.end());
    assert!(understood.contains(&"eight".into()), "{understood:?}");
}

/// ALSA's plugin for PulseAudio leaves the server after an underrun and joins it again. Where it was alone there, the server
/// plays two seconds ahead meanwhile: a second stream has to hold its place.
#[test]
fn a_stall_in_a_reply_is_counted_and_its_place_at_the_server_is_held() {
    let runtime = tempfile::tempdir().unwrap();
    let server = Server::start(runtime.path());
    let talk = Talk::start(runtime.path(), &models());
    say(&server, "Tell me what you can do.", 0.3);
    talk.wait_for(" ms: ");
    let mut watch = server.client("pactl");
    watch.arg("subscribe").stdout(Stdio::piped());
    let mut watch = watch.spawn().unwrap();
    vivavoce::clock::sleep(Duration::from_millis(500));
    talk.stall(Duration::from_millis(300));
    talk.wait_for("vivavoce:");
    talk.end();

    watch.kill().unwrap();
    let told = watch.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout);
    let joined = told
        .lines()
        .filter(|line| line.starts_with("Event 'new' on sink-input"));
    assert!(joined.count() > 1, "{told}");
    let events = events(runtime.path());
    let finished = events
        .iter()
        .find(|event| event["kind"] == "playback_finished")
        .expect("it was said to its end");
    assert!(finished["underruns"].as_u64() > Some(0), "{finished}");
    let is_new = |event: &serde_json::Value| event["message"].to_string().contains("opened again");
    assert!(!events.iter().any(is_new));
}

/// Another program that records what the loudspeaker plays.
struct Recorder {
    process: Child,
    path: PathBuf,
}

impl Recorder {
    fn start(server: &Server) -> Self {
        let path = server.runtime.join("played.wav");
        let mut command = server.client("parecord");
        command
            .args(["--device=loudspeaker.monitor", "--file-format=wav"])
            .arg(&path);
        let process = command.spawn().unwrap();
        Self { process, path }
    }

    /// What was played. A recorder that was killed leaves a header without lengths: the samples follow it.
    fn end(mut self) -> Clip {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let bytes = std::fs::read(&self.path).unwrap();
        let samples = bytes[44..].chunks_exact(4);
        Clip {
            rate_hz: 44_100,
            samples: samples
                .map(|frame| f32::from(i16::from_le_bytes([frame[0], frame[1]])) / 32_768.0)
                .collect(),
        }
    }
}

/// The words in a clip.
fn understood(clip: &Clip) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole.wav");
    write_clip(&path, clip).unwrap();
    let transcribed = run(vivavoce()
        .env("VIVAVOCE_MODELS", models())
        .arg("transcribe")
        .arg(&path));
    words(&text(&transcribed))
}

/// What a conversation recorded. Where it was killed, the last line may be half written.
fn events(runtime: &Path) -> Vec<serde_json::Value> {
    let events = std::fs::read_to_string(runtime.join("recording/events.jsonl")).unwrap();
    events
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[test]
fn a_sound_server_that_dies_and_returns_is_survived() {
    let runtime = tempfile::tempdir().unwrap();
    let server = Server::start(runtime.path());
    let talk = Talk::start(runtime.path(), &models());
    drop(server);
    talk.wait_for("looking for it again");
    let server = Server::start(runtime.path());
    talk.wait_for("opened again");
    say(&server, "What is the capital of France?", 0.5);
    let reply = talk.wait_for("vivavoce:");
    assert!(reply.contains("Paris"), "{reply}");
}

#[test]
fn a_microphone_that_stalls_keeps_no_turn_open() {
    let runtime = tempfile::tempdir().unwrap();
    let server = Server::start(runtime.path());
    let talk = Talk::start(runtime.path(), &models());
    let suspend = |yes: &str| {
        let mut pactl = server.client("pactl");
        let done = pactl.args(["suspend-sink", "microphone", yes]).status();
        assert!(done.unwrap().success());
    };
    say(&server, "What is the capital of France?", 0.3);
    suspend("1");
    // Its sound comes back only after that.
    talk.wait_for("you:");
    talk.wait_for("looking for it again");
    suspend("0");
    talk.wait_for("opened again");
    say(&server, "How many legs does a spider have?", 0.5);
    let user = talk.wait_for("you:");
    assert!(words(&user).contains(&"spider".into()), "{user}");
    drop(talk);

    let events = events(runtime.path());
    let time = |event: &serde_json::Value| event["t_ms"].as_f64();
    let ended = events
        .iter()
        .position(|event| event["kind"] == "turn_ended");
    let ended = ended.expect("a turn ended");
    let paused = events[..ended]
        .iter()
        .rfind(|event| event["kind"] == "speech_paused");
    let waited = time(&events[ended]).unwrap() - paused.and_then(time).unwrap();
    // It is not over before its words are known, which takes as long as the machine is busy.
    let transcript = events
        .iter()
        .rfind(|event| event["kind"] == "final" && event["turn"] == events[ended]["turn"]);
    let decode_ms = transcript.and_then(|event| event["decode_ms"].as_f64());
    let allowed = 2_000.0 + decode_ms.expect("it has words");
    assert!(
        waited < allowed,
        "{waited} ms for {allowed} on the session's clock"
    );
    let mut latest = 0.0;
    for at in events.iter().filter_map(time) {
        // Stages read the clock a few milliseconds apart.
        assert!(at > latest - 100.0, "{at} ms after {latest} ms");
        latest = f64::max(latest, at);
    }
}
