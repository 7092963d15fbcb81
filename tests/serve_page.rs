//! The web page in a real browser (Chromium, headless): its microphone, its loudspeaker, and what it shows.

mod door;
mod program;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::{Door, Socket, bytes, samples};
use serde_json::{Value, json};
use tungstenite::Message;

/// Chromium with one page, ended when it is dropped.
struct Browser {
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
    /// Opens a page, with a WAV file as its microphone or one that the test speaks into.
    fn open(url: &str, microphone: Option<&Path>) -> Self {
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
        browser.until("document.readyState === 'complete' && document.querySelector('#talk')?.onclick !== null");
        browser
    }

    /// Asks the browser; its answer.
    fn call(&mut self, method: &str, params: Value) -> Value {
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
    fn evaluate(&mut self, expression: &str) -> Value {
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
    fn until(&mut self, expression: &str) {
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
    fn played(&mut self) -> (Vec<i16>, u32) {
        let rate = self.evaluate("window.playedAt").as_u64().unwrap() as u32;
        let text = self.evaluate(
            "(() => { let text = ''; for (const piece of window.played) \
             text += String.fromCharCode(...new Uint8Array(piece.buffer)); return btoa(text); })()",
        );
        let played = STANDARD.decode(text.as_str().unwrap()).unwrap();
        (samples(&played), rate)
    }

    /// Makes a picture of the page for people to look at.
    fn picture(&mut self, name: &str) {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let picture = STANDARD
            .decode(answer["result"]["data"].as_str().unwrap())
            .unwrap();
        std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), picture).unwrap();
    }

    /// Types, and waits until enough of the reply was heard that whoever speaks now cuts in, and does not only
    /// go on.
    fn type_and_wait_for_the_reply(&mut self, text: &str) {
        self.evaluate(&format!(
            "document.querySelector('#typed').value = '{text}', \
             document.querySelector('#typing').requestSubmit()"
        ));
        self.until("document.querySelector('li.open .reply')?.firstChild?.nodeValue?.length > 10");
    }

    fn key(&mut self, what: &str, key: &str, code: &str) {
        let params = json!({ "type": what, "key": key, "code": code });
        self.call("Input.dispatchKeyEvent", params);
    }

    fn speak(&mut self, said: &[i16]) {
        let text = STANDARD.encode(bytes(said));
        self.evaluate(&format!("window.speak('{text}')"));
    }
}

const SHOWS_CONVERSATION: &str =
    "document.querySelector('#state').dataset.activity === 'listening'";

#[test]
fn a_question_into_the_browsers_microphone_is_answered_by_its_loudspeaker() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let silence = vec![0i16; 24_000 * 4];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("microphone.wav");
    door::write_wav(&file, &[&silence[..], &question, &silence].concat(), 24_000);
    let mut browser = Browser::open(&door.url("/"), Some(&file));
    browser.evaluate("document.querySelector('#talk').click()");
    browser.until("document.querySelector('li.heard .reply')");
    let shown = browser.evaluate("document.querySelector('li.heard').innerText");
    let shown = shown.as_str().unwrap().to_owned();
    assert!(
        shown.contains("capital of France") && shown.contains("Paris"),
        "{shown}"
    );
    assert!(
        browser
            .evaluate("document.querySelectorAll('#latency .bar').length")
            .as_u64()
            > Some(0)
    );
    let (played, rate) = browser.played();
    let words = door.words(&played, rate);
    assert!(words.contains("Paris"), "the page played {words:?}");
    browser.picture("page.png");
}

#[test]
fn who_speaks_over_a_reply_on_the_page_sees_what_was_not_heard_struck_through() {
    let door = Door::open(&[]);
    let stop = door.speech("Stop.", "en-GB");
    let mut browser = Browser::open(&door.url("/"), None);
    browser.evaluate("document.querySelector('#talk').click()");
    browser.until(SHOWS_CONVERSATION);
    browser.type_and_wait_for_the_reply("What can you do?");
    browser.speak(&stop);
    browser.until("document.querySelector('li.cut del')");
    let struck = browser.evaluate("document.querySelector('li.cut del').innerText");
    assert!(!struck.as_str().unwrap().is_empty());
    browser.picture("page-cut.png");
}

#[test]
fn the_page_is_used_by_keyboard_and_fits_a_telephone() {
    let door = Door::open(&[]);
    let mut browser = Browser::open(&door.url("/"), None);
    let telephone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
    browser.call("Emulation.setDeviceMetricsOverride", telephone);
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.call("Emulation.setEmulatedMedia", dark);
    browser.evaluate("document.querySelector('#talk').focus(), document.activeElement.click()");
    browser.until(SHOWS_CONVERSATION);
    browser.evaluate(
        "document.querySelector('#typed').value = 'What is the capital of France?', \
         document.querySelector('#typing').requestSubmit()",
    );
    browser.until("document.querySelector('li.heard .reply')?.innerText.includes('Paris')");
    let fits = "document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(browser.evaluate(fits), true);
    let unnamed = "[...document.querySelectorAll('button, input, select, meter')].filter((e) => \
        !e.innerText && !e.labels?.length && !e.ariaLabel).length";
    assert_eq!(
        browser.evaluate(unnamed),
        0,
        "what has no name cannot be read out"
    );
    browser.picture("page-telephone.png");
}

#[test]
fn the_space_key_is_the_key_of_push_to_talk_and_escape_stops_a_reply() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let mut browser = Browser::open(&door.url("/"), None);
    browser.evaluate("document.querySelector('#push').click()");
    browser.evaluate("document.querySelector('#talk').click()");
    browser.until(SHOWS_CONVERSATION);
    browser.evaluate("document.activeElement.blur()");
    browser.key("keyDown", " ", "Space");
    browser.until("document.querySelector('#hold').ariaPressed === 'true'");
    browser.speak(&question);
    browser.until("document.querySelector('#state').dataset.activity === 'hearing you'");
    vivavoce::clock::sleep(Duration::from_millis(question.len() as u64 / 24 + 500));
    browser.key("keyUp", " ", "Space");
    browser.until("document.querySelector('li.heard .user')?.innerText.includes('France')");
    browser.type_and_wait_for_the_reply("What can you do?");
    browser.key("keyDown", "Escape", "Escape");
    browser.until("document.querySelector('li.cut')");
}
