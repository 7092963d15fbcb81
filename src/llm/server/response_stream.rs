//! One request and its streamed answer, read on a thread of its own so that whoever listens can turn
//! away at any time.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use ureq::Agent;

use super::chunk::{Chunk, ChunkReader};
use super::trouble::{Trouble, shortened};
use crate::off_machine;

/// What a thread sends.
type Delivery = Result<Chunk, Trouble>;

/// Chunks that wait for a listener who is busy; more than a reply has, so that the server can be
/// done with it while a draft waits.
const CHUNKS: usize = 1_024;
/// A longer line is no chat completion. Bytes.
const MOST_LINE: u64 = 1 << 20;
/// The most that is read of an answer that says that the request failed. Bytes.
const MOST_ERROR: u64 = 1 << 16;

/// What is asked.
pub struct Request {
    /// Where.
    pub url: String,
    /// Host and port there, by which what is sent is counted.
    pub host: String,
    /// The key, if there is one.
    pub key: Option<String>,
    /// JSON.
    pub body: String,
}

/// An answer under way.
pub struct ResponseStream {
    chunks: Receiver<Delivery>,
}

impl ResponseStream {
    /// Asks. `Agent::shutdown` of the same agent ends it at once, and with it the connection: that
    /// is how a server learns that nobody listens.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(agent: Agent, request: Request) -> Result<Self, Trouble> {
        let (chunk_out, chunks) = bounded(CHUNKS);
        std::thread::Builder::new()
            .name("llm-server".into())
            .spawn(move || {
                if let Err(trouble) = read(&agent, &request, &chunk_out) {
                    let _ = chunk_out.send(Err(trouble));
                }
            })
            .map_err(|e| Trouble::Broken(format!("no thread: {e}")))?;
        Ok(Self { chunks })
    }

    /// The next chunk; `None` if none came within `timeout`.
    pub fn next(&self, timeout: Duration) -> Option<Delivery> {
        match self.chunks.recv_timeout(timeout) {
            Ok(delivery) => Some(delivery),
            Err(RecvTimeoutError::Timeout) => None,
            // It ends with Done or with an error; without either the thread has panicked.
            Err(RecvTimeoutError::Disconnected) => Some(Err(Trouble::Gone)),
        }
    }
}

/// The talk with the server, to its end or until nobody listens.
fn read(agent: &Agent, request: &Request, to: &Sender<Delivery>) -> Result<(), Trouble> {
    let mut asking = agent
        .post(&request.url)
        .header("content-type", "application/json")
        .header("accept", "text/event-stream");
    if let Some(key) = &request.key {
        asking = asking.header("authorization", format!("Bearer {key}"));
    }
    off_machine::sent_to_host(&request.host, request.body.len());
    let response = asking
        .send(request.body.as_bytes())
        .map_err(|e| unreachable(&e))?;
    let status = response.status().as_u16();
    let mut lines = BufReader::new(response.into_body().into_reader());
    if !(200..300).contains(&status) {
        let mut body = Vec::new();
        let _ = lines.take(MOST_ERROR).read_to_end(&mut body);
        return Err(Trouble::of_status(status, &String::from_utf8_lossy(&body)));
    }
    let (mut line, mut complete) = (Vec::new(), false);
    let mut chunks = ChunkReader::default();
    loop {
        line.clear();
        let read = (&mut lines).take(MOST_LINE).read_until(b'\n', &mut line);
        match read {
            // Whoever read the end of the reply does not mind how the connection ends.
            Ok(0) | Err(_) if complete => break,
            Ok(0) | Err(_) => return Err(Trouble::Gone),
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        if line.len() as u64 == MOST_LINE {
            return Err(Trouble::Garbage(shortened(&text)));
        }
        let chunk = chunks.line(&text)?;
        complete |= matches!(chunk, Chunk::Done | Chunk::Finish { .. });
        let passed_on = matches!(chunk, Chunk::Nothing | Chunk::Done) || to.send(Ok(chunk)).is_ok();
        if !passed_on {
            return Ok(());
        }
    }
    let _ = to.send(Ok(Chunk::Done));
    Ok(())
}

/// Why no answer came at all.
pub fn unreachable(error: &ureq::Error) -> Trouble {
    Trouble::Unreachable(match error {
        ureq::Error::Timeout(_) => "no answer in time".into(),
        ureq::Error::HostNotFound => "no such host".into(),
        other => shortened(&other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks where nobody listens.
    fn ask(host: &str) {
        let request = Request {
            url: "http://127.0.0.1:1/v1/chat/completions".into(),
            host: host.into(),
            key: None,
            body: "twelve bytes".into(),
        };
        let agent: Agent = Agent::config_builder().proxy(None).build().into();
        let response = ResponseStream::start(agent, request).unwrap();
        let answer = response.next(Duration::from_secs(60));
        assert!(matches!(answer, Some(Err(_))), "{answer:?}");
    }

    #[test]
    fn what_is_asked_counts_by_the_host_unless_it_is_this_machine() {
        ask("127.0.0.1:1");
        ask("response-stream.example:1");
        let sent = off_machine::totals();
        assert_eq!(sent["response-stream.example:1"], 12);
        assert!(!sent.contains_key("127.0.0.1:1"), "{sent:?}");
    }
}
