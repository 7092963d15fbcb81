//! What the tests of `vivavoce serve` share: the program at a port, and clients of it.

// Each test program uses some of it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::program::vivavoce;
use tungstenite::{Message, WebSocket};

/// A client's end of a WebSocket.
pub type Socket = WebSocket<TcpStream>;

/// `vivavoce serve`, ended when it is dropped.
pub struct Door {
    child: Child,
    /// HOST:PORT.
    pub address: String,
    /// HOST:PORT of the Wyoming protocol, if it was asked for.
    pub wyoming: Option<String>,
    folder: tempfile::TempDir,
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Door {
    /// Starts it at a free port; it is ready when this returns.
    pub fn open(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = vivavoce()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("VIVAVOCE_DATA", folder.path())
            .env("VIVAVOCE_MODELS", models())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // "Ctrl-C ends it." is the last that it says before it waits for clients.
        let said: Vec<String> = (lines.by_ref())
            .map(Result::unwrap)
            .take_while(|line| !line.starts_with("Ctrl-C"))
            .collect();
        // What it says later would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let behind = |scheme: &str| {
            let rest = said.iter().find_map(|line| line.split_once(scheme));
            rest.map(|(_, rest)| rest.split('/').next().unwrap_or(rest).to_owned())
        };
        Self {
            child,
            address: (behind("http://").or_else(|| behind("https://")))
                .expect("it says where it listens"),
            wyoming: behind("tcp://"),
            folder,
        }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The token that it has made.
    pub fn token(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data/server-token")).unwrap()
    }

    /// The certificate that it has made (PEM), if it was started with `--tls`.
    pub fn certificate(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path().join("data")).unwrap();
        let mut paths = files.map(|file| file.unwrap().path());
        let made = paths.find(|path| path.extension().is_some_and(|kind| kind == "pem"));
        std::fs::read(made.expect("it has made a certificate")).unwrap()
    }

    /// Opens a WebSocket.
    pub fn socket(&self, path: &str) -> Socket {
        let stream = TcpStream::connect(&self.address).unwrap();
        // A test whose message never comes fails, in the end.
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let url = format!("ws://{}{path}", self.address);
        tungstenite::client(url, stream).unwrap().0
    }

    /// A text as sound from the program's own voice: 24 kHz samples.
    pub fn speech(&self, text: &str, voice: &str) -> Vec<i16> {
        let request = serde_json::json!({
            "model": "vivavoce", "input": text, "voice": voice, "response_format": "pcm",
        });
        let mut answer = ureq::post(self.url("/v1/audio/speech"))
            .content_type("application/json")
            .send(request.to_string())
            .unwrap();
        samples(&answer.body_mut().read_to_vec().unwrap())
    }

    /// What the program's own recognizer makes of samples.
    pub fn words(&self, samples: &[i16], rate_hz: u32) -> String {
        let answer = self.transcribe(&wav(samples, rate_hz), &[]);
        answer["text"].as_str().unwrap().to_owned()
    }

    /// Sends a file to be transcribed, with other fields.
    pub fn transcribe(&self, file: &[u8], fields: &[(&str, &str)]) -> serde_json::Value {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head =
                format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(
            b"--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\
              Content-Type: audio/wav\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut answer = agent
            .post(self.url("/v1/audio/transcriptions"))
            .header("Content-Type", "multipart/form-data; boundary=limit")
            .send(&body[..])
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }
}

/// The folder of models of whoever runs the tests.
pub fn models() -> std::path::PathBuf {
    let named = std::env::var_os("VIVAVOCE_MODELS").map(Into::into);
    named.unwrap_or_else(|| vivavoce::engines::data_dir().join("models"))
}

/// 16-bit little-endian samples.
pub fn samples(bytes: &[u8]) -> Vec<i16> {
    let pairs = bytes.as_chunks::<2>().0.iter();
    pairs.map(|pair| i16::from_le_bytes(*pair)).collect()
}

/// As bytes.
pub fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

/// A WAV file.
pub fn wav(samples: &[i16], rate_hz: u32) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    samples
        .iter()
        .for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    file.into_inner()
}

/// Samples at another rate.
pub fn at_rate(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<i16> {
    let clip = vivavoce::audio::wav::Clip {
        rate_hz: from_hz,
        samples: samples.iter().map(|s| f32::from(*s) / 32_768.0).collect(),
    };
    let clip = clip.at_rate(to_hz).unwrap();
    let to_i16 = |s: &f32| (s.clamp(-1.0, 1.0) * 32_767.0) as i16;
    clip.samples.iter().map(to_i16).collect()
}

/// A message that does not come for so long never comes: ten times what the slowest took.
const NEVER: Duration = Duration::from_secs(180);

/// Reads messages until `found` takes one.
pub fn until<T>(socket: &mut Socket, mut found: impl FnMut(Message) -> Option<T>) -> T {
    let waited = vivavoce::clock::Stopwatch::start();
    loop {
        let message = socket
            .read()
            .expect("the message comes before the connection ends");
        if let Some(found) = found(message) {
            return found;
        }
        assert!(waited.elapsed() < NEVER, "the message never came");
    }
}

/// The JSON of a text message.
pub fn json(message: &Message) -> Option<serde_json::Value> {
    let Message::Text(text) = message else {
        return None;
    };
    Some(serde_json::from_str(text.as_str()).unwrap())
}

/// Writes a WAV file to disk.
pub fn write_wav(path: &Path, samples: &[i16], rate_hz: u32) {
    std::fs::write(path, wav(samples, rate_hz)).unwrap();
}
