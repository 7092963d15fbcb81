//! A recognizer on the network, and the servers that it may meet there.

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use vivavoce::language::Language;
use vivavoce::off_machine;
use vivavoce::stt::{Recognizer, WyomingRecognizer};
use wyoming::{Info, Message, Transcript};

use crate::program::worker;
use crate::whisper_micro::{model, right, sample, samples};
use crate::wyoming_server::{SOON, answer, garbage, listen_only, nobody, read_until, server};

fn recognizer(address: &str) -> WyomingRecognizer {
    WyomingRecognizer::new(address, Language::English.into(), &[])
}

/// What a user is told who speaks to this server.
fn failure(address: &str) -> String {
    let mut recognizer = recognizer(address).patience(SOON);
    let failed = recognizer.transcribe(&sample("Stop").samples, &|| false);
    let message = failed.unwrap_err().to_string();
    assert!(message.contains(address), "{message}");
    message
}

fn transcript(text: &str) -> Message {
    Message::Transcript(Transcript {
        text: text.into(),
        ..Transcript::default()
    })
}

fn is_stop(message: &Message) -> bool {
    matches!(message, Message::AudioStop)
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let message = failure(&nobody());
    assert!(message.contains("cannot be reached"), "{message}");
    assert!(message.contains("check that the server runs"), "{message}");
}

#[test]
fn a_server_that_sends_garbage_is_found_out() {
    let message = failure(&server(garbage));
    assert!(
        message.contains("does not speak the Wyoming protocol"),
        "{message}"
    );
    assert!(message.contains("HTTP/1.1 400"), "{message}");
}

#[test]
fn a_server_that_stalls_is_given_up() {
    let message = failure(&server(|stream| listen_only(&stream)));
    assert!(message.contains("did not answer within"), "{message}");
}

/// The audio of 60 s does not fit into what the system keeps for a peer that does not read.
#[test]
fn a_server_that_does_not_even_read_is_given_up() {
    let (held, _held) = std::sync::mpsc::channel();
    let address = server(move |stream| drop(held.send(stream)));
    let mut recognizer = recognizer(&address).patience(SOON);
    let minute = vec![0.1; 60 * 16_000];
    let failed = recognizer.transcribe(&minute, &|| false);
    let message = failed.unwrap_err().to_string();
    assert!(message.contains("did not answer within"), "{message}");
}

#[test]
fn a_server_that_closes_is_asked_once_more_and_then_named() {
    let message = failure(&server(|stream| drop(read_until(&stream, is_stop))));
    assert!(message.contains("closed the connection"), "{message}");
}

#[test]
fn a_server_that_was_restarted_loses_no_words() {
    let clients = AtomicUsize::new(0);
    let address = server(move |stream| {
        read_until(&stream, is_stop);
        if clients.fetch_add(1, Ordering::Relaxed) > 0 {
            answer(&stream, vec![transcript(" Yes. ")]);
        }
    });
    let heard = recognizer(&address).transcribe(&[0.1; 16_000], &|| false);
    assert_eq!(heard.unwrap().unwrap(), "Yes.");
}

#[test]
fn what_is_sent_to_another_machine_is_counted() {
    let here = server(|stream| {
        read_until(&stream, is_stop);
        answer(&stream, vec![transcript("Yes.")]);
    });
    // It leads to this machine, and does not look so.
    let away = here.replace("127.0.0.1", "127.1");
    for address in [&here, &away] {
        let heard = recognizer(address).transcribe(&[0.1; 16_000], &|| false);
        assert_eq!(heard.unwrap().unwrap(), "Yes.");
    }
    let sent = off_machine::totals();
    assert!(!sent.contains_key(&here), "{sent:?}");
    // A second of audio, and a few words about it.
    assert!((32_001..34_000).contains(&sent[&away]), "{sent:?}");
}

#[test]
fn what_a_server_says_went_wrong_is_passed_on() {
    let message = failure(&server(|stream| {
        let failure = wyoming::message::Failure {
            text: "out of memory".into(),
            code: None,
        };
        read_until(&stream, is_stop);
        answer(&stream, vec![Message::Error(failure)]);
    }));
    assert!(message.contains("out of memory"), "{message}");
}

#[test]
fn giving_up_does_not_wait_for_the_server() {
    let address = server(|stream| listen_only(&stream));
    let asked = Cell::new(0);
    let give_up = || {
        asked.set(asked.get() + 1);
        asked.get() == 3
    };
    let heard = recognizer(&address).transcribe(&[0.1; 16_000], &give_up);
    assert_eq!((heard.unwrap(), asked.get()), (None, 3));
}

#[test]
fn a_server_without_speech_to_text_is_refused_at_the_start() {
    let address = server(|stream| {
        read_until(&stream, |message| matches!(message, Message::Describe));
        answer(&stream, vec![Message::Info(Info::default())]);
    });
    let message = recognizer(&address).warm_up().unwrap_err().to_string();
    assert!(message.contains("no speech to text"), "{message}");
}

struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn our_own_worker_serves_several_clients_over_tcp() {
    let worker = Command::new(worker())
        .args(["--listen", "127.0.0.1:0", "--model"])
        .arg(model())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut worker = Listening(worker);
    let mut line = String::new();
    let output = worker.0.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .to_owned();
    let clients = ["Who wrote", "Turn the volume", "What time"].map(|said| {
        let address = address.clone();
        std::thread::spawn(move || {
            let mut recognizer = recognizer(&address);
            recognizer.warm_up().unwrap();
            let sample = sample(said);
            let heard = recognizer.transcribe(&sample.samples, &|| false).unwrap();
            assert_eq!(heard.unwrap(), sample.said);
        })
    });
    for client in clients {
        client.join().unwrap();
    }
    let mut recognizer = recognizer(&address);
    for sample in samples() {
        let heard = recognizer.transcribe(&sample.samples, &|| false).unwrap();
        let (right, all) = right(&sample.said, &heard.unwrap());
        assert_eq!(right, all, "{}", sample.said);
    }
}
