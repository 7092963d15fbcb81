//! One client: what it sends, and what it is answered.

use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};
use serde_json::Value;
use wyoming::message::Failure;
use wyoming::{AudioFormat, Event, Message, Transcribe, Transcript, pcm, read_event, write_event};

use crate::engine::{EngineError, Heard, RATE, Request};
use crate::service::Service;
use crate::stream::Stream;

/// More audio than this is no utterance.
const LONGEST: Duration = Duration::from_secs(300);
/// A live utterance is decoded again after this much more audio.
const PARTIAL_STEP: Duration = Duration::from_millis(700);

/// What vivavoce itself says with a question: its number, and that more will be said. An answer that
/// carries a number is known as stale, so one that is not wanted any more need not be made.
const REQUEST: &str = "request";
const PARTIAL: &str = "partial";

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
    match result {
        // Who sends all and then closes, a file in a pipe for example, still waits for its answer.
        Ok(()) => session.running.replace(),
        Err(_) => session.running.abort(),
    }
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
    /// As it came, in mono.
    samples: Vec<f32>,
    /// Hertz.
    rate: u32,
    /// What is wrong with the audio: the answer, once it has come to its end.
    trouble: Option<String>,
    began: Instant,
    /// Its length at the last partial decode.
    decoded: Duration,
    /// Set while a partial is decoded.
    busy: Arc<AtomicBool>,
    stream: Arc<Mutex<Stream>>,
}

impl Default for Utterance {
    fn default() -> Self {
        Self {
            asked: Transcribe::default(),
            samples: Vec::new(),
            rate: RATE as u32,
            trouble: None,
            began: now(),
            decoded: Duration::ZERO,
            busy: Arc::default(),
            stream: Arc::default(),
        }
    }
}

/// What the model does for this client.
#[derive(Default)]
struct Running {
    abort: Option<Arc<AtomicBool>>,
    /// Whether the client does without the answer once it asks for something else.
    replaceable: bool,
}

impl Running {
    fn abort(&mut self) {
        if let Some(abort) = self.abort.take() {
            abort.store(true, Ordering::Relaxed);
        }
    }

    /// Something else is wanted now.
    fn replace(&mut self) {
        if self.replaceable {
            self.abort();
        }
    }
}

impl Utterance {
    /// Takes audio of any rate.
    fn push(&mut self, format: AudioFormat, bytes: &[u8]) -> Result<(), String> {
        if !self.samples.is_empty() && format.rate != self.rate {
            return Err("the audio changes its rate in the middle".into());
        }
        pcm::decode(format, bytes, &mut self.samples).map_err(|e| e.to_string())?;
        // Now it is known to be one.
        self.rate = format.rate;
        if self.length() > LONGEST {
            Err("more than five minutes of audio in one utterance".into())
        } else {
            Ok(())
        }
    }

    fn length(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.rate))
    }

    fn request(&self, partial: bool) -> Result<Request, String> {
        let names = self.asked.transcript_names.iter().flatten();
        let words: Vec<&str> = names
            .chain(self.asked.transcript_terms.iter().flatten())
            .map(String::as_str)
            .collect();
        Ok(Request {
            samples: resampled(&self.samples, self.rate)?,
            language: self.asked.language.clone(),
            prompt: (!words.is_empty()).then(|| words.join(", ")),
            partial,
        })
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
                if self.utterance.trouble.is_none() {
                    self.utterance.trouble = self.utterance.push(format, &bytes).err();
                    self.partial();
                }
                Ok(())
            }
            Message::AudioStop => match self.utterance.trouble.take() {
                Some(trouble) => {
                    self.begin(Transcribe::default());
                    self.fail(&trouble)
                }
                None => self.finish(),
            },
            // Answers, and what newer clients say.
            _ => Ok(()),
        }
    }

    fn begin(&mut self, asked: Transcribe) {
        self.running.replace();
        self.utterance = Utterance {
            asked,
            ..Utterance::default()
        };
    }

    /// Decodes what there is of an utterance that is being said. One that comes faster than it can
    /// be said comes from a file: its end is near.
    fn partial(&mut self) {
        let utterance = &mut self.utterance;
        let length = utterance.length();
        let live = utterance.began.elapsed() * 5 / 4 >= length;
        if !live || length < utterance.decoded + PARTIAL_STEP {
            return;
        }
        if utterance.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        utterance.decoded = length;
        let Ok(request) = utterance.request(true) else {
            return;
        };
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
        self.running = Running {
            abort: Some(self.service.submit(request, Box::new(answer))),
            replaceable: true,
        };
    }

    fn finish(&mut self) -> io::Result<()> {
        self.running.replace();
        let utterance = std::mem::take(&mut self.utterance);
        let context = utterance.asked.context.clone();
        let said = |key: &str| context.as_ref().and_then(|context| context.get(key));
        let partial = said(PARTIAL) == Some(&Value::Bool(true));
        // Others count answers: each of their questions has one.
        let replaceable = said(REQUEST).is_some();
        let output = Arc::clone(&self.output);
        let stream = Arc::clone(&utterance.stream);
        let answer = move |heard: Result<Heard, EngineError>| {
            let messages = match heard {
                Ok(heard) => transcript(heard, context, &mut lock(&stream)),
                // The client may wait for another answer by now, and take it for that one's.
                Err(_) if partial => transcript(Heard::default(), context, &mut lock(&stream)),
                Err(error) => vec![failure(&error.to_string())],
            };
            let _ = send(&output, messages);
        };
        let request = match utterance.request(partial) {
            Ok(request) => request,
            Err(trouble) => return self.fail(&trouble),
        };
        self.running = Running {
            abort: Some(self.service.submit(request, Box::new(answer))),
            replaceable,
        };
        Ok(())
    }

    fn send(&self, messages: impl IntoIterator<Item = Message>) -> io::Result<()> {
        send(&self.output, messages)
    }

    fn fail(&self, text: &str) -> io::Result<()> {
        self.send([failure(text)])
    }
}

/// At the model's rate.
fn resampled(samples: &[f32], from: u32) -> Result<Vec<f32>, String> {
    if from as usize == RATE || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let failed = |e: &dyn std::fmt::Display| format!("audio of {from} Hz cannot be converted: {e}");
    // Steps of 10 ms.
    let step = (from / 100).max(1) as usize;
    let mut fft =
        Fft::<f32>::new(from as usize, RATE, step, 1, FixedSync::Both).map_err(|e| failed(&e))?;
    let input = InterleavedSlice::new(samples, 1, samples.len()).map_err(|e| failed(&e))?;
    let output = fft.process_all(&input, samples.len(), None);
    Ok(output.map_err(|e| failed(&e))?.take_data())
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

#[allow(
    clippy::disallowed_methods,
    reason = "the one place of the worker that reads time: to tell live audio from a file"
)]
fn now() -> Instant {
    Instant::now()
}
