//! Downloads from the model hub or any web server, resumed where they stopped. Caller's thread,
//! and one that talks to the server, so that a cancel is heard while the server is silent.
//! Invariants: a part only ever grows by bytes that the server says belong there, and a part that
//! turns out wrong is thrown away and fetched whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use super::receive::{Incoming, Received, Watch, hash_file, receive};
use super::staging::{Slot, Staging, TICK, remove};
use super::{ModelsError, PullOptions};

/// How often a connection that breaks off is taken up again in one pull.
const ATTEMPTS: usize = 3;
const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks under way between the two threads: 1 MB; then the reading thread waits for the disk.
const CHUNKS_UNDER_WAY: usize = 16;

/// Servers that did not answer in this pull: the next file of theirs need not wait for them again.
#[derive(Default)]
pub(super) struct Unreached(BTreeSet<String>);

impl Unreached {
    /// The part of an address that names the server.
    fn server(url: &str) -> String {
        url.split('/').take(3).collect::<Vec<_>>().join("/")
    }
}

/// Fills `slot` from `url`.
pub(super) fn fetch(
    url: &str,
    options: &PullOptions,
    unreached: &mut Unreached,
    staging: &Staging,
    slot: Slot<'_>,
    watch: &mut Watch<'_>,
) -> Result<(), ModelsError> {
    let server = Unreached::server(url);
    if unreached.0.contains(&server) {
        let why = "its server did not answer before, in this pull";
        return Err(ModelsError::source_failed(url, why));
    }
    let part = staging.resumable_part(slot.file);
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        watch.progress.begin(&slot.file.name, Some(slot.file.size));
        let attempt = attempt(url, options, &part, slot, watch);
        watch.progress.end();
        match attempt? {
            Attempt::Whole { received, resumed } => {
                match staging.install(&part, &received, slot, url) {
                    // What lay there before may have been the bad half.
                    Err(ModelsError::SourceFailed { why: bad, .. }) if resumed => why = bad,
                    done => return done,
                }
            }
            Attempt::BrokenOff(broken) => why = broken,
            Attempt::Unreached(error) => {
                unreached.0.insert(server);
                return Err(error);
            }
            Attempt::CannotResume(refused) => {
                remove(&part);
                why = refused;
            }
        }
    }
    Err(ModelsError::source_failed(url, why))
}

/// Files whose server tells no SHA-256 are read to learn it, up to so many bytes.
const READ_TO_LEARN: u64 = 64 << 20;

/// The size and the SHA-256 of what is at `url`: as the server of a model hub says them of a large
/// file, or by reading a small one.
///
/// # Errors
/// [`ModelsError::SourceFailed`]: it is not there, or it is large and the server does not say;
/// [`ModelsError::Cancelled`].
pub(super) fn identity(
    url: &str,
    options: &PullOptions,
    watch: &mut Watch<'_>,
) -> Result<(u64, String), ModelsError> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(options.connect_timeout + options.stall_timeout))
        // The hub says it in its own answer, not in that of the store that it leads to.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into();
    let address = url.to_owned();
    let response = cancellable(watch, move || agent.head(&address).call())?;
    let response = response.map_err(|e| ModelsError::source_failed(url, e.to_string()))?;
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    let size = header("x-linked-size").and_then(|size| size.parse().ok());
    let sha256 = header("x-linked-etag").map(|tag| tag.trim_matches('"').to_owned());
    let is_hash = |tag: &String| tag.len() == 64 && tag.chars().all(|c| c.is_ascii_hexdigit());
    if let (Some(size), Some(sha256)) = (size, sha256.filter(is_hash)) {
        return Ok((size, sha256.to_lowercase()));
    }
    let (head, mut body) = request(url, options, 0, watch)?;
    if head.status != 200 {
        let why = format!("the server answered with HTTP status {}", head.status);
        return Err(ModelsError::source_failed(url, why));
    }
    let nowhere = Incoming {
        path: Path::new("nowhere"),
        expected_bytes: READ_TO_LEARN,
        tried: url,
    };
    let received = Received::default();
    let received = receive(&mut body, &mut io::sink(), received, nowhere, watch)?;
    Ok((received.bytes, received.sha256()))
}

/// Does what may take long on a thread of its own, which is left to itself after a cancel.
fn cancellable<T: Send + 'static>(
    watch: &Watch<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ModelsError> {
    let (done_out, done) = sync_channel(1);
    let worker = thread::Builder::new().name("models-http".to_owned());
    let started = worker.spawn(move || {
        let _ = done_out.send(work());
    });
    started.map_err(|e| ModelsError::source_failed("a thread", e.to_string()))?;
    loop {
        watch.check()?;
        match done.recv_timeout(TICK) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let why = "it ended without a reason";
                return Err(ModelsError::source_failed("the request", why));
            }
        }
    }
}

enum Attempt {
    /// The server has sent all it had; the hash is still to be judged.
    Whole {
        received: Received,
        resumed: bool,
    },
    /// The part holds what came.
    BrokenOff(String),
    /// There was no answer at all.
    Unreached(ModelsError),
    CannotResume(String),
}

fn attempt(
    url: &str,
    options: &PullOptions,
    part: &Path,
    slot: Slot<'_>,
    watch: &mut Watch<'_>,
) -> Result<Attempt, ModelsError> {
    let expected_bytes = slot.file.size;
    let on_disk = |error| ModelsError::disk("write", part, expected_bytes, error);
    let mut received = already_there(part, expected_bytes, watch)?;
    if received.bytes == expected_bytes {
        return Ok(Attempt::Whole {
            received,
            resumed: true,
        });
    }
    let (head, mut body) = match request(url, options, received.bytes, watch) {
        Ok(answer) => answer,
        Err(error @ ModelsError::SourceFailed { .. }) => return Ok(Attempt::Unreached(error)),
        Err(error) => return Err(error),
    };
    match head.status {
        206 if head.continues(received.bytes, expected_bytes) => {}
        206 | 416 => {
            return Ok(Attempt::CannotResume(
                "the server has another version of it".to_owned(),
            ));
        }
        200 => received = Received::default(),
        status => {
            let why = format!("the server answered with HTTP status {status}");
            return Err(ModelsError::source_failed(url, why));
        }
    }
    let resumed = received.bytes > 0;
    if let Some(length) = head
        .length
        .filter(|length| received.bytes + length != expected_bytes)
    {
        let why = format!(
            "it has {} bytes, not the expected {expected_bytes}",
            received.bytes + length
        );
        return Err(ModelsError::source_failed(url, why));
    }
    let mut to = File::options()
        .create(true)
        .write(true)
        .append(resumed)
        .truncate(!resumed)
        .open(part)
        .map_err(on_disk)?;
    let what = Incoming {
        path: part,
        expected_bytes,
        tried: url,
    };
    match receive(&mut body, &mut to, received, what, watch) {
        Ok(received) => Ok(Attempt::Whole { received, resumed }),
        Err(ModelsError::SourceFailed { why, .. }) => Ok(Attempt::BrokenOff(why)),
        Err(error) => Err(error),
    }
}

/// What an earlier attempt left, hashed.
fn already_there(
    part: &Path,
    expected_bytes: u64,
    watch: &mut Watch<'_>,
) -> Result<Received, ModelsError> {
    match fs::metadata(part) {
        Ok(metadata) if metadata.len() <= expected_bytes => {
            let hashed = hash_file(part, watch);
            watch.check()?;
            hashed.map_err(|error| ModelsError::disk("read", part, expected_bytes, error))
        }
        Ok(_) => {
            remove(part);
            Ok(Received::default())
        }
        Err(_) => Ok(Received::default()),
    }
}

/// What a response says before its body.
struct Head {
    status: u16,
    length: Option<u64>,
    /// `Content-Range: bytes START-END/TOTAL`; the total may be `*`.
    range: Option<(u64, Option<u64>)>,
}

impl Head {
    fn continues(&self, at: u64, expected_bytes: u64) -> bool {
        self.range.is_some_and(|(start, total)| {
            at > 0 && start == at && total.is_none_or(|total| total == expected_bytes)
        })
    }
}

/// What the thread that reads a response sends of it, in order.
enum ResponsePart {
    Head(Head),
    Chunk(Vec<u8>),
    End,
    Failed(String),
}

/// Asks for `url` from byte `from` on, and waits for the head of the response.
fn request<'w>(
    url: &str,
    options: &PullOptions,
    from: u64,
    watch: &Watch<'w>,
) -> Result<(Head, Body<'w>), ModelsError> {
    let failed = |why: String| ModelsError::source_failed(url, why);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(options.connect_timeout))
        .timeout_connect(Some(options.connect_timeout))
        // A slow download may take hours; a silent one may not.
        .timeout_per_read(Some(options.stall_timeout))
        // Compressed on the way, ranges would count other bytes than ours.
        .accept_encoding("identity")
        .build()
        .into();
    let (to, events) = sync_channel(CHUNKS_UNDER_WAY);
    let address = url.to_owned();
    let speaking = thread::Builder::new().name("models-http".to_owned());
    // Left to itself after a cancel: it ends at its next chunk, or when the server stalls.
    speaking
        .spawn(move || speak(&agent, &address, from, &to))
        .map_err(|e| failed(e.to_string()))?;
    let body = Body {
        events,
        cancel: watch.cancel,
        chunk: Cursor::default(),
    };
    match body.next() {
        Ok(ResponsePart::Head(head)) => Ok((head, body)),
        Ok(ResponsePart::Failed(why)) => Err(failed(why)),
        Ok(ResponsePart::Chunk(_) | ResponsePart::End) => {
            Err(failed("the response has no head".to_owned()))
        }
        Err(error) => {
            watch.check()?;
            Err(failed(error.to_string()))
        }
    }
}

/// The talk with the server, reported event by event. Ends when nobody listens any more.
fn speak(agent: &ureq::Agent, url: &str, from: u64, to: &SyncSender<ResponsePart>) {
    let mut request = agent.get(url);
    if from > 0 {
        request = request.header("range", format!("bytes={from}-"));
    }
    let response = match request.call() {
        Ok(response) => response,
        Err(error) => {
            let _ = to.send(ResponsePart::Failed(error.to_string()));
            return;
        }
    };
    let head = Head {
        status: response.status().as_u16(),
        length: response.body().content_length(),
        range: response
            .headers()
            .get("content-range")
            .and_then(|value| content_range(value.to_str().ok()?)),
    };
    if to.send(ResponsePart::Head(head)).is_err() {
        return;
    }
    let mut reader = response.into_body().into_reader();
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let event = match reader.read(&mut chunk) {
            Ok(0) => ResponsePart::End,
            Ok(count) => {
                chunk.truncate(count);
                ResponsePart::Chunk(chunk)
            }
            Err(error) => ResponsePart::Failed(error.to_string()),
        };
        let last = !matches!(event, ResponsePart::Chunk(_));
        if to.send(event).is_err() || last {
            return;
        }
    }
}

fn content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _end) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

/// The body of a response, as something to read that a cancel interrupts.
struct Body<'a> {
    events: Receiver<ResponsePart>,
    cancel: &'a AtomicBool,
    chunk: Cursor<Vec<u8>>,
}

impl Body<'_> {
    fn next(&self) -> io::Result<ResponsePart> {
        loop {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(io::Error::other("cancelled"));
            }
            match self.events.recv_timeout(TICK) {
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::Error::other("the download ended without a reason"));
                }
            }
        }
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.chunk.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.next()? {
                ResponsePart::Chunk(chunk) => self.chunk = Cursor::new(chunk),
                ResponsePart::End => return Ok(0),
                ResponsePart::Failed(why) => return Err(io::Error::other(why)),
                ResponsePart::Head(_) => return Err(io::Error::other("two heads in one response")),
            }
        }
    }
}
