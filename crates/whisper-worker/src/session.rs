//! One client: what it sends, and what it is answered.

use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use wyoming::message::Failure;
use wyoming::{Event, Message, Transcribe, Transcript, pcm, read_event, write_event};

use crate::engine::{EngineError, Heard, RATE, Request};
use crate::service::Service;
use crate::stream::Stream;

/// More audio than this is no utterance. Samples: five minutes.
const LONGEST: usize = 300 * RATE;
/// A live utterance is decoded again after this much more audio. Samples: 700 ms.
const PARTIAL_STEP: usize = RATE * 7 / 10;

/// A client's output, shared with the model's thread. Each answer is written as a whole.
type Output<W> = Arc<Mutex<W>>;

/// Serves a client until it closes, or sends something that is no event.
///
/// # Errors
/// The connection broke, or the client speaks something else.
pub fn serve<W: Write + Send + 'static>(
    mut reader: impl BufRead,
    writer: W,
    service: &Service,
) -> Result<(), wyoming::FrameError> {
    let mut session = Session {
        service,
        output: Arc::new(Mutex::new(writer)),
        utterance: Utterance::default(),
        running: Running::default(),
    };
    let result = loop {
        match read_event(&mut reader) {
            Ok(Some(event)) => {
                if let Err(error) = session.take(event) {
                    break Err(error.into());
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => {
                session.fail(&error.to_string()).ok();
                break Err(error);
            }
        }
    };
    session.running.abort();
    result
}

struct Session<'a, W> {
    service: &'a Service,
    output: Output<W>,
    utterance: Utterance,
    running: Running,
}

/// The audio since the last `transcribe` or `audio-start`, and what was asked about it.
struct Utterance {
    asked: Transcribe,
    samples: Vec<f32>,
    began: Instant,
    /// Samples at the last partial decode.
    decoded: usize,
    /// Set while a partial is decoded.
    busy: Arc<AtomicBool>,
    stream: Arc<Mutex<Stream>>,
}

impl Default for Utterance {
    fn default() -> Self {
        Self {
            asked: Transcribe::default(),
            samples: Vec::new(),
            began: now(),
            decoded: 0,
            busy: Arc::default(),
            stream: Arc::default(),
        }
    }
}

/// What the model does for this client.
#[derive(Default)]
struct Running(Option<Arc<AtomicBool>>);

impl Running {
    fn abort(&mut self) {
        if let Some(abort) = self.0.take() {
            abort.store(true, Ordering::Relaxed);
        }
    }
}

impl<W: Write + Send + 'static> Session<'_, W> {
    fn take(&mut self, event: Event) -> io::Result<()> {
        let message = match Message::try_from(event) {
            Ok(message) => message,
            Err(error) => return self.fail(&error.to_string()),
        };
        match message {
            Message::Describe => self.send([Message::Info(self.service.info().clone())]),
            Message::Ping(text) => self.send([Message::Pong(text)]),
            Message::Transcribe(asked) => {
                self.begin(asked);
                Ok(())
            }
            // What was asked stays, and for a client that asked nothing the audio is the question.
            Message::AudioStart(_) => {
                let asked = std::mem::take(&mut self.utterance.asked);
                self.begin(asked);
                Ok(())
            }
            Message::AudioChunk(format, bytes) => {
                if format.rate as usize != RATE {
                    let rate = format.rate;
                    return self.fail(&format!("audio of {rate} Hz: send 16000 Hz"));
                }
                let samples = &mut self.utterance.samples;
                if let Err(error) = pcm::decode(format, &bytes, samples) {
                    return self.fail(&error.to_string());
                }
                if samples.len() > LONGEST {
                    samples.clear();
                    return self.fail("more than five minutes of audio in one utterance");
                }
                self.partial();
                Ok(())
            }
            Message::AudioStop => {
                self.finish();
                Ok(())
            }
            // Answers, and what newer clients say.
            _ => Ok(()),
        }
    }

    fn begin(&mut self, asked: Transcribe) {
        self.running.abort();
        self.utterance = Utterance {
            asked,
            ..Utterance::default()
        };
    }

    /// Decodes what there is of an utterance that is being said. One that comes faster than it can
    /// be said comes from a file: its end is near.
    fn partial(&mut self) {
        let utterance = &mut self.utterance;
        let length = utterance.samples.len();
        let live = utterance.began.elapsed() * 5 / 4 >= duration(length);
        if !live || length < utterance.decoded + PARTIAL_STEP {
            return;
        }
        if utterance.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        utterance.decoded = length;
        let request = request(&utterance.asked, utterance.samples.clone(), true);
        let busy = Arc::clone(&utterance.busy);
        let stream = Arc::clone(&utterance.stream);
        let output = Arc::clone(&self.output);
        let answer = move |heard: Result<Heard, EngineError>| {
            // A partial that fails is none: the final transcript says why.
            if let Ok(heard) = heard
                && let Some(text) = lock(&stream).partial(&heard.text)
            {
                let _ = send(&output, [Message::TranscriptChunk(text)]);
            }
            busy.store(false, Ordering::Release);
        };
        if lock(&utterance.stream).start() {
            let _ = send(&self.output, [Message::TranscriptStart]);
        }
        self.running.0 = Some(self.service.submit(request, Box::new(answer)));
    }

    fn finish(&mut self) {
        self.running.abort();
        let utterance = std::mem::take(&mut self.utterance);
        let context = utterance.asked.context.clone();
        let partial = context
            .as_ref()
            .and_then(|context| context.get("partial"))
            .is_some_and(|partial| partial == &Value::Bool(true));
        let output = Arc::clone(&self.output);
        let stream = utterance.stream;
        let answer = move |heard: Result<Heard, EngineError>| {
            let messages = match heard {
                Ok(heard) => transcript(heard, context, &mut lock(&stream)),
                Err(error) => vec![failure(&error.to_string())],
            };
            let _ = send(&output, messages);
        };
        let request = request(&utterance.asked, utterance.samples, partial);
        self.running.0 = Some(self.service.submit(request, Box::new(answer)));
    }

    fn send(&self, messages: impl IntoIterator<Item = Message>) -> io::Result<()> {
        send(&self.output, messages)
    }

    fn fail(&self, text: &str) -> io::Result<()> {
        self.send([failure(text)])
    }
}

fn request(asked: &Transcribe, samples: Vec<f32>, partial: bool) -> Request {
    let names = asked.transcript_names.iter().flatten();
    let words: Vec<&str> = names
        .chain(asked.transcript_terms.iter().flatten())
        .map(String::as_str)
        .collect();
    Request {
        samples,
        language: asked.language.clone(),
        prompt: (!words.is_empty()).then(|| words.join(", ")),
        partial,
    }
}

/// The answer as streaming has it: beginning, rest, whole, end.
fn transcript(
    heard: Heard,
    context: Option<serde_json::Map<String, Value>>,
    stream: &mut Stream,
) -> Vec<Message> {
    let start = stream.start().then_some(Message::TranscriptStart);
    let rest = stream.rest(&heard.text).map(Message::TranscriptChunk);
    let whole = Message::Transcript(Transcript {
        text: heard.text,
        language: Some(heard.language.into()),
        context,
    });
    let messages = start.into_iter().chain(rest);
    messages.chain([whole, Message::TranscriptStop]).collect()
}

fn failure(text: &str) -> Message {
    Message::Error(Failure {
        text: text.to_owned(),
        code: None,
    })
}

fn send<W: Write>(
    output: &Output<W>,
    messages: impl IntoIterator<Item = Message>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for message in messages {
        write_event(&mut bytes, &message.into())?;
    }
    let mut output = lock(output);
    output.write_all(&bytes)?;
    output.flush()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn duration(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / RATE as f64)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place of the worker that reads time: to tell live audio from a file"
)]
fn now() -> Instant {
    Instant::now()
}
