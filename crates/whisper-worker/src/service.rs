//! The model's thread: one job after the other, whoever they come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use wyoming::info::{AsrProgram, Attribution, Info, Model};

use crate::device;
use crate::engine::{Engine, EngineError, Heard, Request, Settings};

/// Jobs that wait; sessions with more wait themselves.
const QUEUE: usize = 16;

/// Called on the model's thread: it must not wait for long.
pub type Answer = Box<dyn FnOnce(Result<Heard, EngineError>) + Send>;

struct Job {
    request: Request,
    abort: Arc<AtomicBool>,
    answer: Answer,
}

/// A loaded model that answers.
#[derive(Clone)]
pub struct Service {
    jobs: SyncSender<Job>,
    info: Info,
}

impl Service {
    /// Loads the model on a thread of its own and waits until it is warm.
    ///
    /// # Errors
    /// The model cannot be loaded.
    pub fn start(settings: Settings) -> Result<Self, EngineError> {
        let (jobs, queue) = sync_channel::<Job>(QUEUE);
        let (loaded, ready) = sync_channel(1);
        let run = move || {
            let mut engine = match Engine::load(settings) {
                Ok(engine) => engine,
                Err(error) => return drop(loaded.send(Err(error))),
            };
            let _ = loaded.send(Ok(info(&engine)));
            while let Ok(job) = queue.recv() {
                if job.abort.load(Ordering::Relaxed) {
                    continue;
                }
                // What is aborted is not answered: whoever asked has gone on.
                match engine.transcribe(&job.request, &job.abort) {
                    Ok(None) => {}
                    Ok(Some(heard)) => (job.answer)(Ok(heard)),
                    Err(error) => (job.answer)(Err(error)),
                }
            }
        };
        let failed = |reason: String| EngineError::Run(reason);
        thread::Builder::new()
            .name("whisper".into())
            .spawn(run)
            .map_err(|e| failed(e.to_string()))?;
        let info = ready
            .recv()
            .map_err(|_| failed("the model's thread ended".into()))??;
        Ok(Self { jobs, info })
    }

    /// What it offers.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Asks for a transcript. Setting the returned flag gives it up; then `answer` is not called.
    pub fn submit(&self, request: Request, answer: Answer) -> Arc<AtomicBool> {
        let abort = Arc::new(AtomicBool::new(false));
        let job = Job {
            request,
            abort: Arc::clone(&abort),
            answer,
        };
        self.jobs
            .send(job)
            .expect("the model's thread runs as long as there is a service");
        abort
    }

    /// Waits until the model does nothing any more: a process that ends below it may crash.
    pub fn rest(&self) {
        let (done, idle) = sync_channel(1);
        let answer = move |_| {
            let _ = done.send(());
        };
        self.submit(Request::default(), Box::new(answer));
        let _ = idle.recv();
    }
}

fn info(engine: &Engine) -> Info {
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    let whisper = Attribution {
        name: "OpenAI (model), whisper.cpp (inference)".into(),
        url: "https://github.com/ggml-org/whisper.cpp".into(),
    };
    let model = Model {
        name: engine.name(),
        attribution: whisper.clone(),
        installed: true,
        description: Some("Whisper".into()),
        version: None,
        languages: engine.languages(),
    };
    let place = device::chosen().map_or_else(String::new, |device| format!(" ({device})"));
    let program = AsrProgram {
        name: "vivavoce-whisper".into(),
        attribution: whisper,
        installed: true,
        description: Some(format!("Whisper on this machine{place}")),
        version,
        models: vec![model],
        supports_transcript_streaming: true,
    };
    Info {
        asr: vec![program],
        ..Info::default()
    }
}
