//! Doors: other programs, and a browser, talk with the assistant. The only place with an async runtime.
//!
//! ```text
//!  browser   ─► /session      ─┐                       ┌► session (its own machines and memory)
//!  programs  ─► /v1/realtime  ─┼► access ─► hub ─ seat ┤    on a remote card: microphone and loudspeaker
//!            ─► a call (WebRTC)│                      │
//!            ─► /v1/pcm       ─┘                       └► ... as many as there are seats
//!  agents    ─► /mcp ─► agent voice ─► one session on the devices of this machine
//!            ─► /v1/audio/*, /v1/chat/completions ─┐
//!  Home Assistant ─► Wyoming, a port of its own    ─┴► one of the idle engines
//! ```

mod access;
mod agent_voice;
mod call;
mod client_tools;
mod doors;
mod gate;
mod hub;
mod idle;
mod intake;
mod listen;
mod live;
mod problem;
mod realtime;
mod remote_card;
mod secrets;
mod tls;
mod token;
mod wyoming;

pub use agent_voice::{OpenVoice, OpenedVoice, Voice, serve_stdio};
pub use hub::{Assistant, Hub, HubError, Who};
pub use tls::{Certificate, TlsError};
pub use token::{TokenError, token};

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, SemaphorePermit};

use access::Access;
use problem::Problem;
use secrets::{Secrets, SessionFields};
use wyoming::{WyomingEngines, WyomingServer};

/// Where calls over WebRTC begin.
const CALLS: &str = "/v1/realtime/calls";

/// How the doors are opened.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where they listen.
    pub listen: SocketAddr,
    /// Names that this machine is reached by, beside its numbers and `localhost`.
    pub names: Vec<String>,
    /// What whoever is not on this machine has to show.
    pub token: String,
    /// Programs on this machine show it too.
    pub token_always: bool,
    /// The certificate that is shown, if TLS is spoken.
    pub certificate: Option<Certificate>,
    /// Where the Wyoming protocol is spoken, if it is. It knows no token.
    pub wyoming: Option<SocketAddr>,
}

/// Where the doors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The page, and OpenAI's protocols.
    pub listen: SocketAddr,
    /// The Wyoming protocol.
    pub wyoming: Option<SocketAddr>,
}

/// Why the doors cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {address}: {reason}. Name another one with {option} HOST:PORT")]
    Listen {
        /// What names it.
        option: &'static str,
        /// The address.
        address: SocketAddr,
        /// The system's words.
        reason: std::io::Error,
    },
    /// The certificate is none.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system gives no threads.
    #[error("cannot start the server: {0}")]
    Runtime(std::io::Error),
    /// What started the program does not speak MCP.
    #[error("what came on standard input is not MCP: {0}. An agent starts this; see docs/mcp.md")]
    Protocol(String),
}

/// What all doors know.
pub(crate) struct Doors {
    hub: Arc<Hub>,
    access: Access,
    work: Semaphore,
    waiting: Semaphore,
    uploads: Semaphore,
    secrets: Mutex<Secrets>,
    /// TLS is spoken.
    is_secure: bool,
}

/// The session that a client's key was made with.
#[derive(Debug, Clone)]
pub(crate) struct Prepared(SessionFields);

/// Requests that are at work at once: each takes a core.
const AT_WORK: usize = 2;
/// Requests that may wait for that.
const WAITING: usize = 16;
/// Sound files that lie here at once.
const UPLOADS: usize = 4;
/// Bytes of a request that is no sound file.
const MOST_BODY: usize = 2 << 20;
/// How often it is looked whether nobody uses the engines any more.
const LOOK_FOR_USERS: Duration = Duration::from_secs(5);

impl Doors {
    /// The keys that are good for a while.
    fn secrets(&self) -> std::sync::MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place among the requests that are at work.
    async fn work(self: &Arc<Self>) -> Result<Place, Problem> {
        let busy = || Problem::busy("too many requests at once; try again in a moment");
        let _waits = self.waiting.try_acquire().map_err(|_| busy())?;
        let permit: SemaphorePermit = self.work.acquire().await.map_err(|_| busy())?;
        permit.forget();
        Ok(Place(Arc::clone(self)))
    }
}

/// Given back when it is dropped, on whatever thread the work was.
struct Place(Arc<Doors>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.work.add_permits(1);
    }
}

/// Opens the doors, says with `opened` where, and serves until `quit` is set. With a `voice` there is a door for
/// agents.
///
/// # Errors
/// An address cannot be listened on.
pub fn serve(
    hub: Arc<Hub>,
    config: ServerConfig,
    voice: Option<Voice>,
    quit: &'static AtomicBool,
    opened: impl FnOnce(Opened),
) -> Result<(), ServerError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("doors")
        .enable_all()
        .build()
        .map_err(ServerError::Runtime)?;
    let served = runtime.block_on(async {
        let failed = listen_error("--listen", config.listen);
        let names = names_of(&config);
        let certificate = config.certificate.as_ref();
        let tls = certificate
            .map(|from| tls::acceptor(from, &names))
            .transpose()?;
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let unload = unload_unused(Arc::clone(&hub));
        let doors = Arc::new(Doors {
            hub,
            access: Access::new(config.token, config.names, config.token_always),
            work: Semaphore::new(AT_WORK),
            waiting: Semaphore::new(WAITING),
            uploads: Semaphore::new(UPLOADS),
            secrets: Mutex::default(),
            is_secure: tls.is_some(),
        });
        let wyoming = match config.wyoming {
            Some(address) => Some(open_wyoming(address, &doors).await?),
            None => None,
        };
        let wyoming_address = wyoming.as_ref().map(|(_, address)| *address);
        opened(Opened {
            listen: listener.local_addr().map_err(failed)?,
            wyoming: wyoming_address,
        });
        let wyoming = async {
            match &wyoming {
                Some((server, _)) => server.serve().await,
                None => pending().await,
            }
        };
        tokio::select! {
            never = listen::serve(listener, tls, router(doors, voice)) => match never {},
            never = wyoming => match never {},
            never = unload => match never {},
            () = until(quit) => Ok(()),
        }
    });
    // Conversations that still run are cut off; their threads end by themselves.
    runtime.shutdown_timeout(Duration::from_secs(2));
    served
}

/// What this machine is called, for its certificate.
fn names_of(config: &ServerConfig) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".into(), "::1".into()];
    match config.listen.ip() {
        ip if !ip.is_unspecified() => names.push(ip.to_string()),
        _ => names.extend(listen::own_address().map(|ip| ip.to_string())),
    }
    names.extend(config.names.iter().cloned());
    names.sort();
    names.dedup();
    names
}

/// What became of an address that an option names.
fn listen_error(
    option: &'static str,
    address: SocketAddr,
) -> impl Fn(std::io::Error) -> ServerError + Copy {
    move |reason| ServerError::Listen {
        option,
        address,
        reason,
    }
}

/// Listens for clients of the Wyoming protocol; and where.
async fn open_wyoming(
    address: SocketAddr,
    doors: &Arc<Doors>,
) -> Result<(WyomingServer, SocketAddr), ServerError> {
    let failed = listen_error("--wyoming", address);
    let engines = WyomingEngines::new(Arc::clone(doors), tokio::runtime::Handle::current());
    let server = WyomingServer::open(address, Arc::new(engines)).await;
    let server = server.map_err(failed)?;
    let address = server.address().map_err(failed)?;
    Ok((server, address))
}

/// Has the hub let its engines go, once nobody has used them for as long as is configured.
async fn unload_unused(hub: Arc<Hub>) -> Infallible {
    loop {
        tokio::time::sleep(LOOK_FOR_USERS).await;
        let hub = Arc::clone(&hub);
        // To give memory back takes a while. Should it panic, the engines stay.
        let _ = tokio::task::spawn_blocking(move || hub.unload_unused()).await;
    }
}

async fn until(quit: &AtomicBool) {
    while !quit.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn router(doors: Arc<Doors>, voice: Option<Voice>) -> Router {
    use doors::{calls, chat, page, pcm, realtime, speech, transcription};
    let large = DefaultBodyLimit::max(transcription::MOST_FILE);
    let languages = doors.hub.config().language.clone();
    let agents = voice.map(|voice| agent_voice::http_door(Arc::new(voice), languages));
    let router = match agents {
        Some(agents) => Router::new().route_service("/mcp", agents),
        None => Router::new(),
    };
    router
        .route("/", get(page::file))
        .route("/page.css", get(page::file))
        .route("/page.js", get(page::file))
        .route("/sound.js", get(page::file))
        .route("/session", get(page::session))
        .route("/v1/realtime", get(realtime::session))
        .route(CALLS, post(calls::call))
        .route("/v1/realtime/client_secrets", post(calls::client_secret))
        .route("/v1/pcm", get(pcm::session))
        .route("/v1/audio/speech", post(speech::speak))
        .route(
            "/v1/audio/transcriptions",
            post(transcription::transcribe).layer(large),
        )
        .route("/v1/chat/completions", post(chat::complete))
        .route("/v1/models", get(chat::models))
        .fallback(|| async {
            Problem::refused(StatusCode::NOT_FOUND.as_u16(), "there is no such door")
        })
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&doors),
            gate::judge,
        ))
        .with_state(doors)
}
