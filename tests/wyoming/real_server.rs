//! A server that others wrote: wyoming-whisper-cpp from the package registry, with the test model.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use vivavoce::clock::sleep;
use vivavoce::language::Language;
use vivavoce::stt::{Recognizer, WyomingRecognizer};

use crate::python_package::installed;
use crate::whisper_micro::{model, right, samples};

const PACKAGES: [&str; 2] = ["wyoming-whisper-cpp==2.6.1", "pywhispercpp==1.5.1"];

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it at a free port; its address.
fn start() -> (Server, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let mut child = Command::new("python3")
        .env("PYTHONPATH", installed(&PACKAGES))
        .args(["-m", "wyoming_whisper_cpp", "--beam-size", "0"])
        .args(["--language", "en", "--uri", &format!("tcp://{address}")])
        .args(["--data-dir", env!("CARGO_TARGET_TMPDIR"), "--model"])
        .arg(model())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let server = Server(child);
    let mut printed = String::new();
    while !printed.contains("Ready") {
        let length = log.read_line(&mut printed).unwrap();
        assert!(length > 0, "the server does not start: {printed}");
    }
    // It says more, and would wait for a reader.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    (server, address)
}

#[test]
fn nine_of_ten_words_come_back_from_a_server_that_others_wrote() {
    let (_server, address) = start();
    let mut recognizer = WyomingRecognizer::new(&address, Language::English.into(), &[]);
    // It says that it is ready a moment before it listens.
    let patient = (0..100).any(|_| {
        let ready = recognizer.warm_up().is_ok();
        if !ready {
            sleep(Duration::from_millis(50));
        }
        ready
    });
    assert!(patient, "{}", recognizer.warm_up().unwrap_err());
    let (mut of_right, mut of_all) = (0, 0);
    for sample in samples() {
        let heard = recognizer.transcribe(&sample.samples, &|| false).unwrap();
        let (right, all) = right(&sample.said, &heard.unwrap());
        of_right += right;
        of_all += all;
    }
    println!("{of_right} of {of_all} words");
    assert!(of_right * 10 >= of_all * 9, "{of_right} of {of_all} words");
}
