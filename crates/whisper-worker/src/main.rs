//! `vivavoce-whisper`: Whisper over the Wyoming protocol, on standard input and output or on TCP.

use std::io::{BufReader, Write, stdin, stdout};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use cpu_check::BuiltWith;
use whisper_worker::device;
use whisper_worker::engine::Settings;
use whisper_worker::service::Service;
use whisper_worker::session::serve;
use wyoming::message::{Failure, Message};
use wyoming::write_event;

/// Whisper that speaks the Wyoming protocol.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The model, in whisper.cpp's ggml format
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The spoken language (en, de, zh...), or auto, or auto:en,de for one of these
    #[arg(long, default_value = "auto")]
    language: String,
    /// Threads; half of the cores if absent
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Text before every transcript: spelling of names, style. Small models do better without
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// Serve clients on TCP instead of standard input and output. There is no password in this
    /// protocol: whoever reaches the port may use it
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Encode 30 seconds whatever the length of the audio: slower, to compare
    #[arg(long)]
    full_context: bool,
}

/// Clients served at the same time.
const MOST_CLIENTS: usize = 16;
/// A client that does not read its answer for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// One that says nothing for so long is gone, too: it would hold its place for ever.
const READ_PATIENCE: Duration = Duration::from_secs(600);
/// Exit status after a panic, as Rust's own.
const PANICKED: i32 = 101;

cpu_check::check_first!(BuiltWith::WHISPER);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Our standard output belongs to the protocol.
    device::listen();
    end_with_any_thread();
    let over_pipe = arguments.listen.is_none();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vivavoce-whisper: {error:#}");
            if over_pipe {
                // Whoever started this reads events, not what is written beside them.
                let failure = failure(format!("{error:#}"));
                let mut out = stdout().lock();
                let _ = write_event(&mut out, &failure.into()).and_then(|()| out.flush());
            }
            ExitCode::FAILURE
        }
    }
}

/// A thread that panics leaves somebody waiting for ever: whoever started this starts it again.
fn end_with_any_thread() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        std::process::exit(PANICKED);
    }));
}

fn run(arguments: Arguments) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let service = Service::start(Settings {
        model: arguments.model,
        threads: arguments.threads.unwrap_or(cores / 2).max(1),
        language: arguments.language,
        prompt: arguments.prompt,
        full_context: arguments.full_context,
        tokens: None,
    })?;
    match arguments.listen {
        None => {
            let served = serve(stdin().lock(), stdout(), &service);
            service.rest();
            Ok(served?)
        }
        Some(address) => listen(&address, &service),
    }
}

fn listen(address: &str, service: &Service) -> Result<()> {
    let listener =
        TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    println!("listening on {}", listener.local_addr()?);
    let clients = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        // One that is gone before it was accepted; or there are too many files, and soon fewer.
        let Ok(stream) = stream else {
            pause();
            continue;
        };
        let client = Client::count(&clients);
        if clients.load(Ordering::Relaxed) > MOST_CLIENTS {
            let _ = refuse(&stream);
            continue;
        }
        let service = service.clone();
        let spawned = thread::Builder::new().name("client".into()).spawn(move || {
            let _client = client;
            if let Err(error) = converse(&stream, &service) {
                eprintln!("vivavoce-whisper: a client was let go: {error:#}");
            }
        });
        if let Err(error) = spawned {
            eprintln!("vivavoce-whisper: no thread for a client: {error}");
        }
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one wait of the worker: nothing tells it when there is a file to be had again"
)]
fn pause() {
    thread::sleep(Duration::from_millis(100));
}

fn refuse(mut stream: &TcpStream) -> Result<()> {
    stream.set_write_timeout(Some(WRITE_PATIENCE))?;
    let text = format!("{MOST_CLIENTS} clients are being served; try again later");
    Ok(write_event(&mut stream, &failure(text).into())?)
}

fn failure(text: String) -> Message {
    Message::Error(Failure { text, code: None })
}

fn converse(stream: &TcpStream, service: &Service) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_PATIENCE))?;
    stream.set_read_timeout(Some(READ_PATIENCE))?;
    serve(
        BufReader::new(stream.try_clone()?),
        stream.try_clone()?,
        service,
    )?;
    Ok(())
}

/// Counts a client for as long as it is served.
struct Client(Arc<AtomicUsize>);

impl Client {
    fn count(clients: &Arc<AtomicUsize>) -> Self {
        clients.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(clients))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
