//! A small OpenAI-compatible server that does what a test tells it, good or bad.

// Each test program uses some of it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use serde_json::{Value, json};
use vivavoce::clock::Stopwatch;

/// One step of an answer.
#[derive(Debug, Clone)]
pub enum Do {
    /// Answers with a status and a body, and no stream.
    Status(&'static str, &'static str),
    /// A piece of the reply.
    Say(&'static str),
    /// A piece of the reasoning, kept apart.
    Think(&'static str),
    /// A line of the stream as it is.
    Raw(&'static str),
    /// The reply is complete.
    Finish(&'static str),
    /// Says nothing more until the client hangs up, and tells the test when that was.
    Hold,
    /// Waits until the test says to go on.
    Wait,
    /// Hangs up.
    HangUp,
}

/// Nobody waits so long but where something is wrong: a busy machine may be slow.
const LONG: Duration = Duration::from_secs(60);

/// A reply of these pieces.
pub fn reply(pieces: &[&'static str]) -> Vec<Do> {
    let pieces = pieces.iter().map(|piece| Do::Say(piece));
    pieces.chain([Do::Finish("stop")]).collect()
}

/// The server; it lives as long as the test.
pub struct LlmServer {
    /// `http://127.0.0.1:PORT/v1`.
    pub url: String,
    /// The bodies of the questions that came.
    pub asked: Receiver<Value>,
    /// For each client that hung up while an answer was held, how long it was held.
    pub hung_up: Receiver<Duration>,
    /// Headers of the questions that came.
    pub headers: Receiver<String>,
    /// Lets an answer go on that waits.
    pub go_on: Sender<()>,
}

type Answers = Arc<Mutex<Vec<Vec<Do>>>>;

struct Told {
    asked: Sender<Value>,
    hung_up: Sender<Duration>,
    headers: Sender<String>,
    go_on: Receiver<()>,
}

impl LlmServer {
    /// Answers the questions one after the other like this; the last answer is given again.
    pub fn start(answers: &[Vec<Do>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.iter().rev().cloned().collect()));
        let (asked, asked_in) = unbounded();
        let (hung_up, hung_up_in) = unbounded();
        let (headers, headers_in) = unbounded();
        let (go_on, go_on_in) = unbounded();
        let told = Arc::new(Told {
            asked,
            hung_up,
            headers,
            go_on: go_on_in,
        });
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, told) = (Arc::clone(&answers), Arc::clone(&told));
                std::thread::spawn(move || serve(&stream, &answers, &told));
            }
        });
        Self {
            url,
            asked: asked_in,
            hung_up: hung_up_in,
            headers: headers_in,
            go_on,
        }
    }

    /// Waits until a client hung up on a held answer, and says how long it was held.
    pub fn wait_until_hung_up(&self) -> Duration {
        let hung_up = self.hung_up.recv_timeout(LONG);
        hung_up.expect("the client must hang up")
    }
}

fn serve(stream: &TcpStream, answers: &Answers, told: &Told) {
    let mut reader = BufReader::new(stream);
    while let Some((head, body)) = request(&mut reader) {
        let _ = told.headers.send(head.clone());
        let served = if head.starts_with("GET") {
            let list = json!({ "object": "list", "data": [{ "id": "first" }, { "id": "second" }] });
            respond(stream, "200 OK", &list.to_string())
        } else {
            let _ = told
                .asked
                .send(serde_json::from_slice(&body).unwrap_or_default());
            let mut answers = answers.lock().unwrap();
            let answer = match answers.len() {
                0 | 1 => answers.first().cloned().unwrap_or_default(),
                _ => answers.pop().unwrap(),
            };
            drop(answers);
            perform(stream, &answer, told)
        };
        if served.is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_lowercase();
    let length = length.split("content-length:").nth(1);
    let length = length.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn respond(mut stream: &TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn perform(mut stream: &TcpStream, answer: &[Do], told: &Told) -> std::io::Result<()> {
    let mut begun = false;
    for step in answer {
        if let Do::Status(status, body) = step {
            return respond(stream, status, body);
        }
        if !std::mem::replace(&mut begun, true) {
            let kind = "content-type: text/event-stream";
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{kind}\r\ntransfer-encoding: chunked\r\n\r\n"
            )?;
        }
        let said = |delta: Value| json!({ "choices": [{ "delta": delta }] }).to_string();
        match step {
            Do::Say(text) => line(
                stream,
                &format!("data: {}", said(json!({ "content": text }))),
            )?,
            Do::Think(text) => {
                let delta = json!({ "reasoning_content": text });
                line(stream, &format!("data: {}", said(delta)))?;
            }
            Do::Raw(text) => line(stream, text)?,
            Do::Finish(reason) => {
                let end = json!({ "choices": [{ "delta": {}, "finish_reason": reason }] });
                line(stream, &format!("data: {end}"))?;
                line(stream, "data: [DONE]")?;
            }
            Do::Hold => {
                let held = Stopwatch::start();
                // Nothing comes from a client that waits, so what comes is its end.
                let _ = stream.read(&mut [0; 1]);
                let _ = told.hung_up.send(held.elapsed());
                return Err(std::io::ErrorKind::ConnectionAborted.into());
            }
            Do::Wait => {
                let _ = told.go_on.recv_timeout(LONG);
            }
            Do::HangUp => {
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return Err(std::io::ErrorKind::ConnectionAborted.into());
            }
            Do::Status(..) => {}
        }
    }
    write!(stream, "0\r\n\r\n")
}

fn line(mut stream: &TcpStream, text: &str) -> std::io::Result<()> {
    let length = text.len() + 2;
    write!(stream, "{length:x}\r\n{text}\n\n\r\n")?;
    stream.flush()
}
