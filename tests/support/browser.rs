//! A real browser for tests: Chromium, headless, with its microphone and what it plays.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tungstenite::Message;

use crate::door::{self, Socket, bytes, samples};

/// Chromium with one page, ended when it is dropped.
pub struct Browser {
    child: Child,
    socket: Socket,
    calls: u64,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps what the page plays in `played`; runs before the page's own code.
const TAP: &str = "
    window.played = [];
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to === this.context.destination && !this.tap) {
            this.tap = this.context.createScriptProcessor(2048, 1, 1);
            window.playedAt = this.context.sampleRate;
            this.tap.onaudioprocess = ({ inputBuffer }) =>
                window.played.push(Int16Array.from(inputBuffer.getChannelData(0), (s) => s * 32767));
            connect.call(this, this.tap);
            connect.call(this.tap, to);
        }
        return connect.call(this, to, ...rest);
    };";

/// A microphone into which the test speaks: `speak(base64)` of 24 kHz samples.
const MICROPHONE: &str = "
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext({ sampleRate: 24000 });
        const microphone = context.createMediaStreamDestination();
        window.speak = (text) => {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
            const samples = new Int16Array(bytes.buffer);
            const buffer = context.createBuffer(1, samples.length, 24000);
            buffer.getChannelData(0).set(Float32Array.from(samples, (s) => s / 32768));
            const source = context.createBufferSource();
            source.buffer = buffer;
            source.connect(microphone);
            source.start();
        };
        return microphone.stream;
    };";

impl Browser {
    /// Opens a page and waits until `is_ready` is true there, with a WAV file as its microphone or one that the test speaks into.
    pub fn open(url: &str, microphone: Option<&Path>, is_ready: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new("chromium");
        command
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
            ])
            .args([
                "--autoplay-policy=no-user-gesture-required",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stderr(Stdio::piped());
        if let Some(file) = microphone {
            let file = format!(
                "--use-file-for-fake-audio-capture={}%noloop",
                file.display()
            );
            command.arg(file);
        }
        let mut child = command
            .arg("about:blank")
            .spawn()
            .expect("chromium is there: scripts/setup.sh --test installs it");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("DevTools listening on ws://")?;
            Some(rest.split('/').next().unwrap().to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.expect("Chromium says where it can be reached");
        let list = format!("http://{address}/json/list");
        let page = ureq::get(list)
            .call()
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap();
        let page: Value = serde_json::from_str(&page).unwrap();
        let page = page[0]["webSocketDebuggerUrl"].as_str().unwrap().to_owned();
        let stream = std::net::TcpStream::connect(&address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let socket = tungstenite::client(page, stream).unwrap().0;
        let mut browser = Self {
            child,
            socket,
            calls: 0,
            _profile: profile,
        };
        let injected = match microphone {
            Some(_) => TAP.to_owned(),
            None => format!("{TAP}{MICROPHONE}"),
        };
        browser.call("Page.enable", json!({}));
        let source = json!({ "source": injected });
        browser.call("Page.addScriptToEvaluateOnNewDocument", source);
        browser.call("Page.navigate", json!({ "url": url }));
        browser.until("document.readyState === 'complete'");
        browser.until(is_ready);
        browser
    }

    /// Asks the browser; its answer.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let call = json!({ "id": id, "method": method, "params": params });
        self.socket
            .send(Message::Text(call.to_string().into()))
            .unwrap();
        door::until(&mut self.socket, |message| {
            door::json(&message).filter(|answer| answer["id"] == id)
        })
    }

    /// Evaluates JavaScript as if the user had just clicked.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true,
        });
        let answer = self.call("Runtime.evaluate", params);
        assert!(
            answer["result"]["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, expression: &str) {
        for _ in 0..1_200 {
            if self.evaluate(&format!("!!({expression})")) == true {
                return;
            }
            vivavoce::clock::sleep(Duration::from_millis(50));
        }
        let page = self.evaluate("document.body.innerText");
        panic!("this never came: {expression}; the page shows: {page}");
    }

    /// What the page has played, and its rate.
    pub fn played(&mut self) -> (Vec<i16>, u32) {
        let rate = self.evaluate("window.playedAt").as_u64().unwrap() as u32;
        let text = self.evaluate(
            "(() => { let text = ''; for (const piece of window.played) \
             text += String.fromCharCode(...new Uint8Array(piece.buffer)); return btoa(text); })()",
        );
        let played = STANDARD.decode(text.as_str().unwrap()).unwrap();
        (samples(&played), rate)
    }

    /// Makes a picture of the page for people to look at.
    pub fn picture(&mut self, name: &str) {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let picture = STANDARD
            .decode(answer["result"]["data"].as_str().unwrap())
            .unwrap();
        std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), picture).unwrap();
    }

    /// A key of the keyboard: `what` is `keyDown` or `keyUp`.
    pub fn key(&mut self, what: &str, key: &str, code: &str) {
        let params = json!({ "type": what, "key": key, "code": code });
        self.call("Input.dispatchKeyEvent", params);
    }

    /// Speaks into the microphone of a browser that was opened without one. 24 kHz.
    pub fn speak(&mut self, said: &[i16]) {
        let text = STANDARD.encode(bytes(said));
        self.evaluate(&format!("window.speak('{text}')"));
    }
}
