//! The Wyoming protocol, as Home Assistant speaks it: recognizer, voices and language model, each for itself.
//!
//! ```text
//!  accept ─► clients (at most 16) ─► client, a thread each ─► requests (pure) ─► services ─► engines
//! ```
//!
//! The protocol has no passwords: whoever reaches the port may use it.

mod client;
#[cfg(test)]
mod client_tests;
mod clients;
mod conversations;
mod engines;
mod offer;
mod requests;
#[cfg(test)]
mod scripted;
mod services;
mod utterance;

pub use engines::WyomingEngines;

use std::convert::Infallible;
use std::io::{self, BufReader, BufWriter, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use wyoming::message::{Failure, Message};
use wyoming::write_event;

use client::LetGo;
use clients::{Clients, MOST_CLIENTS, Seat};
use services::Services;

/// A client that says nothing for so long is let go: it would hold its place for ever.
const READ_PATIENCE: Duration = Duration::from_secs(300);
/// One that takes nothing of its answer for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// Too many files are open: soon there may be fewer.
const PAUSE: Duration = Duration::from_millis(100);

/// A port where clients are served. When it is dropped, it closes, and all of them are let go.
pub struct WyomingServer {
    listener: TcpListener,
    services: Arc<dyn Services>,
    clients: Arc<Clients>,
}

impl WyomingServer {
    /// Listens; nobody is served yet.
    ///
    /// # Errors
    /// The address is taken, or is none of this machine's.
    pub async fn open(address: SocketAddr, services: Arc<dyn Services>) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            services,
            clients: Arc::default(),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves whoever comes.
    pub async fn serve(&self) -> Infallible {
        loop {
            let accepted = self.listener.accept().await;
            let stream = accepted.and_then(|(stream, _)| stream.into_std());
            if let Err(error) = stream.and_then(|stream| self.welcome(stream)) {
                tracing::warn!("a Wyoming client cannot be served: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn welcome(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        // An answer must not wait for the next packet.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_PATIENCE))?;
        stream.set_read_timeout(Some(READ_PATIENCE))?;
        let Some(seat) = self.clients.enter(&stream)? else {
            refuse(stream);
            return Ok(());
        };
        let services = Arc::clone(&self.services);
        tokio::task::spawn_blocking(move || converse(&stream, services.as_ref(), &seat));
        Ok(())
    }
}

impl Drop for WyomingServer {
    fn drop(&mut self) {
        self.clients.close();
    }
}

/// The little that is said fits into the system's buffers.
fn refuse(mut stream: TcpStream) {
    let failure = Message::Error(Failure {
        text: format!("{MOST_CLIENTS} clients are being served; try again later"),
        code: None,
    });
    let mut bytes = Vec::new();
    let _ = write_event(&mut bytes, &failure.into()).and_then(|()| stream.write_all(&bytes));
}

fn converse(stream: &TcpStream, services: &dyn Services, seat: &Seat) {
    let gone = || is_gone(stream);
    let (reader, writer) = (BufReader::new(stream), BufWriter::new(stream));
    match client::serve(reader, writer, services, seat.number(), &gone) {
        Ok(()) => {}
        Err(error @ LetGo::Gone(_)) => tracing::debug!("a Wyoming client: {error}"),
        Err(error @ LetGo::Told(_)) => tracing::info!("a Wyoming client was told: {error}"),
    }
}

/// Whether the peer has closed. While more of what it has sent is to be read, that is not known: writing
/// finds it out then.
fn is_gone(stream: &TcpStream) -> bool {
    let peek = || {
        stream.set_nonblocking(true)?;
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        peeked
    };
    match peek() {
        Ok(bytes) => bytes == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::scripted::Scripted;
    use super::*;
    use wyoming::{Connection, Lost};

    const PATIENCE: Duration = Duration::from_secs(20);

    /// Runs a server, and what is done with its address, to the end of it.
    fn with_server(test: impl FnOnce(&str)) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let server = runtime
            .block_on(WyomingServer::open(any, Arc::new(Scripted::default())))
            .unwrap();
        let address = server.address().unwrap().to_string();
        let served = runtime.spawn(async move { server.serve().await });
        test(&address);
        served.abort();
    }

    fn pings(address: &str) -> Connection {
        let client = Connection::tcp(address, PATIENCE).unwrap();
        client.send([Message::Ping(Some("1".into()))]).unwrap();
        client
    }

    #[test]
    fn clients_are_served_beside_each_other_and_one_too_many_is_told_so() {
        with_server(|address| {
            let clients: Vec<Connection> = (0..MOST_CLIENTS).map(|_| pings(address)).collect();
            for client in &clients {
                let pong = client.receive(PATIENCE).unwrap();
                assert_eq!(pong, Some(Message::Pong(Some("1".into()))));
            }
            let silent = Connection::tcp(address, PATIENCE).unwrap();
            let refused = silent.receive(PATIENCE).unwrap();
            assert!(matches!(refused, Some(Message::Error(_))), "{refused:?}");
        });
    }

    #[test]
    fn a_client_that_speaks_something_else_is_told_so_and_let_go() {
        with_server(|address| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(
                answer.contains("does not speak the Wyoming protocol"),
                "{answer}"
            );
        });
    }

    #[test]
    fn when_the_server_ends_its_clients_are_let_go() {
        let mut client = None;
        with_server(|address| {
            let served = pings(address);
            served.receive(PATIENCE).unwrap();
            client = Some(served);
        });
        let lost = client.unwrap().receive(PATIENCE);
        assert!(matches!(lost, Err(Lost::Closed)), "{lost:?}");
    }

    #[test]
    fn a_peer_that_closed_is_gone_and_one_that_waits_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        assert!(!is_gone(&stream));
        drop(peer);
        // The end arrives on its own time; reading waits for it.
        assert_eq!((&stream).read(&mut [0]).unwrap(), 0);
        assert!(is_gone(&stream));
    }
}
