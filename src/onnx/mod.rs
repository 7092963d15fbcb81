//! ONNX Runtime, loaded at run time from the fetched library, and sessions that ask for no more
//! threads than they are given.

mod convolutions;
mod model_file;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

use crossbeam_channel::{RecvTimeoutError, bounded};
use ort::environment::Environment;
use ort::session::builder::SessionBuilder;
use ort::session::{RunOptions, Session};
use prost::Message;
use prost::bytes::Bytes;

use crate::cancellation::{CANCELLATION_POLL, Cancelled};
use crate::clock;
use crate::shared::Shared;
use model_file::{Model, Value};

/// What can go wrong with an ONNX model.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    /// The runtime library cannot be loaded.
    #[error(
        "cannot load ONNX Runtime from {}: {reason}. `vivavoce models verify` checks it, \
         `vivavoce models pull` fetches it again", path.display()
    )]
    Runtime {
        /// The library.
        path: PathBuf,
        /// The loader's words.
        reason: String,
    },
    /// A model cannot be loaded.
    #[error("cannot load {}: {reason}. `vivavoce models verify` checks it", path.display())]
    Model {
        /// The model file.
        path: PathBuf,
        /// The runtime's words.
        reason: String,
    },
}

/// The process-wide runtime; the first caller's library serves all.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();

fn environment(library: &Path) -> Result<&'static Environment, OnnxError> {
    ENVIRONMENT
        .get_or_init(|| {
            let builder = ort::init_from(library).map_err(|e| e.to_string())?;
            builder
                .with_name("vivavoce")
                .with_telemetry(false)
                .build()
                .map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(|reason| OnnxError::Runtime {
            path: library.to_path_buf(),
            reason: reason.clone(),
        })
}

/// A model in memory, shared by all who load the same file with as many threads. It runs for one of them
/// at a time, so that sessions together use no more cores than one alone.
#[derive(Debug, Clone)]
pub struct Graph(Arc<Mutex<Session>>);

/// What is changed in a model as it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Changes {
    /// A tensor from within the graph that is given out too, as the last output.
    pub one_more_output: Option<&'static str>,
    /// Convolutions of bytes are reckoned in floats: several times as fast, with four times the memory.
    pub convolutions_in_floats: bool,
}

/// By file, threads, what was changed, and the worker whose own it is.
type Key = (PathBuf, usize, Changes, Option<usize>);
static LOADED: Shared<Key, Mutex<Session>> = Shared::new();

thread_local! {
    /// The worker for which this thread loads models.
    static WORKER: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Loads models that a worker of this number shares with nobody, so that workers run at the same time: each takes
/// its own memory.
pub fn with_own_graphs<T>(worker: usize, load: impl FnOnce() -> T) -> T {
    let before = WORKER.replace(Some(worker));
    let loaded = load();
    WORKER.set(before);
    loaded
}

impl Graph {
    /// Loads a model with `threads` threads that do not spin while they wait, if it is not in memory yet.
    ///
    /// # Errors
    /// The runtime or the model cannot be loaded.
    pub fn load(library: &Path, model: &Path, threads: usize) -> Result<Self, OnnxError> {
        Self::shared(model, threads, Changes::default(), || {
            load(library, model, threads)
        })
    }

    /// The same, with changes.
    ///
    /// # Errors
    /// As [`Graph::load`]; the graph has no such tensor.
    pub fn load_changed(
        library: &Path,
        model: &Path,
        threads: usize,
        changes: Changes,
    ) -> Result<Self, OnnxError> {
        Self::shared(model, threads, changes, || {
            load_by(library, model, threads, |mut builder| {
                let bytes = std::fs::read(model).map_err(|e| e.to_string())?;
                let (changed, in_floats) = changed(bytes.into(), changes);
                if in_floats > 0 {
                    tracing::debug!("{in_floats} convolutions of {} in floats", model.display());
                    let folding = builder.with_quant_qdq(false);
                    builder = folding.map_err(|e| e.to_string())?;
                }
                let loaded = builder.commit_from_memory(&changed);
                loaded.map_err(|e| e.to_string())
            })
        })
    }

    fn shared(
        model: &Path,
        threads: usize,
        changes: Changes,
        load: impl FnOnce() -> Result<Session, OnnxError>,
    ) -> Result<Self, OnnxError> {
        let key = (model.to_path_buf(), threads, changes, WORKER.get());
        LOADED.get(key, || load().map(Mutex::new)).map(Self)
    }

    /// The names of what it takes.
    pub fn inputs(&self) -> Vec<String> {
        let session = self.lock();
        let inputs = session.inputs().iter();
        inputs.map(|input| input.name().to_owned()).collect()
    }

    /// Runs it in `run`, which hands on the options that it is given, on a thread of its own, and ends it
    /// when it is cancelled: `None` then. It is also given up while another session runs it.
    pub fn run_unless<T: Send>(
        &self,
        cancelled: Cancelled,
        run: impl FnOnce(&mut Session, &RunOptions) -> ort::Result<T> + Send,
    ) -> ort::Result<Option<T>> {
        let Some(mut session) = self.lock_unless(cancelled) else {
            return Ok(None);
        };
        let options = RunOptions::new()?;
        let (result_out, result) = bounded(1);
        std::thread::scope(|scope| {
            let (session, options) = (&mut *session, &options);
            scope.spawn(move || {
                let _ = result_out.send(run(session, options));
            });
            loop {
                match result.recv_timeout(CANCELLATION_POLL) {
                    Ok(done) => return done.map(Some),
                    // It ends after the operator that it is at.
                    Err(RecvTimeoutError::Timeout) if cancelled() => {
                        return options.terminate().map(|()| None);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => {
                        return Err(ort::Error::new("the runtime panicked"));
                    }
                }
            }
        })
    }

    fn lock_unless(&self, cancelled: Cancelled) -> Option<MutexGuard<'_, Session>> {
        loop {
            match self.0.try_lock() {
                Ok(session) => return Some(session),
                Err(TryLockError::Poisoned(session)) => return Some(session.into_inner()),
                Err(TryLockError::WouldBlock) if cancelled() => return None,
                Err(TryLockError::WouldBlock) => clock::sleep(CANCELLATION_POLL),
            }
        }
    }

    /// The session, to run: others wait meanwhile.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Loads a model as [`Graph::load`] does, for its owner alone.
///
/// # Errors
/// The runtime or the model cannot be loaded.
pub fn load(library: &Path, model: &Path, threads: usize) -> Result<Session, OnnxError> {
    load_by(library, model, threads, |mut builder| {
        let loaded = builder.commit_from_file(model);
        loaded.map_err(|e| e.to_string())
    })
}

fn load_by(
    library: &Path,
    model: &Path,
    threads: usize,
    commit: impl FnOnce(SessionBuilder) -> Result<Session, String>,
) -> Result<Session, OnnxError> {
    let environment = environment(library)?;
    let fail = |reason: String| OnnxError::Model {
        path: model.to_path_buf(),
        reason,
    };
    let text = |e: &dyn std::fmt::Display| fail(e.to_string());
    let mut builder = Session::builder(environment).map_err(|e| text(&e))?;
    builder = builder.with_intra_threads(threads).map_err(|e| text(&e))?;
    builder = builder.with_inter_threads(1).map_err(|e| text(&e))?;
    builder = builder
        .with_intra_op_spinning(false)
        .map_err(|e| text(&e))?;
    commit(builder).map_err(fail)
}

/// A model with changes, and how many convolutions are in floats now. What is no model stays as it is: the runtime says
/// best what is wrong with it.
fn changed(file: Bytes, changes: Changes) -> (Bytes, usize) {
    let Ok(mut model) = Model::decode(file.clone()) else {
        return (file, 0);
    };
    if let (Some(graph), Some(tensor)) = (&mut model.graph, changes.one_more_output) {
        graph.output.push(Value {
            name: tensor.into(),
            ..Value::default()
        });
    }
    let in_floats = if changes.convolutions_in_floats {
        convolutions::in_floats(&mut model)
    } else {
        0
    };
    (model.encode_to_vec().into(), in_floats)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_file::Graph;

    fn model(graph: Graph) -> Bytes {
        let model = Model {
            ir_version: 8,
            graph: Some(graph),
            ..Model::default()
        };
        model.encode_to_vec().into()
    }

    #[test]
    fn an_output_more_is_the_last() {
        let value = |name: &str| Value {
            name: name.into(),
            ..Value::default()
        };
        let file = model(Graph {
            output: vec![value("audio")],
            ..Graph::default()
        });
        let changes = Changes {
            one_more_output: Some("durations"),
            ..Changes::default()
        };
        let (changed, _) = changed(file, changes);
        let graph = Model::decode(changed).unwrap().graph.unwrap();
        assert_eq!(graph.output, [value("audio"), value("durations")]);
    }

    #[test]
    fn what_is_no_model_stays_as_it_is() {
        let file = Bytes::from_static(b"<html>not found</html>");
        assert_eq!(changed(file.clone(), Changes::default()), (file, 0));
    }
}
