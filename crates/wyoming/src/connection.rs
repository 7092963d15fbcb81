//! A peer at the other end of a pipe or of TCP. Two threads of its own do what may take long
//! (connecting, reading, writing), so that its owner waits exactly as long as it wants to.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::frame::{Event, FrameError, read_event, write_event};
use crate::message::{Message, MessageError};

/// Events that wait to be read; a peer that sends more has to wait.
const INCOMING: usize = 64;
/// Requests that wait to be written: a peer that does not read for so long is stuck.
const OUTGOING: usize = 16;

/// Why a peer is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It cannot be reached.
    #[error("it cannot be reached: {0}")]
    Unreachable(io::Error),
    /// It closed.
    #[error("it closed the connection")]
    Closed,
    /// It does not read what is sent.
    #[error("it does not take what is sent to it")]
    Stuck,
    /// It sent something that is no event.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// It sent an event that is not as it should be.
    #[error(transparent)]
    Message(#[from] MessageError),
}

/// A connection; it closes when it is dropped.
pub struct Connection {
    outgoing: SyncSender<Vec<u8>>,
    incoming: Receiver<Result<Message, Lost>>,
    socket: Option<Socket>,
    /// `HOST:PORT`; `None` over pipes.
    address: Option<String>,
}

/// The socket, once there is one; `None` inside: closed for good.
type Socket = Arc<Mutex<Option<Option<TcpStream>>>>;

impl Connection {
    /// A connection over two ends of pipes.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn over(
        reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
    ) -> io::Result<Self> {
        let (outgoing, requests) = sync_channel(OUTGOING);
        let (events, incoming) = sync_channel(INCOMING);
        spawn("wyoming-write", move || write_all(writer, &requests))?;
        spawn("wyoming-read", move || read_all(reader, &events))?;
        Ok(Self {
            outgoing,
            incoming,
            socket: None,
            address: None,
        })
    }

    /// A connection to `HOST:PORT`, which is made in the background: what goes wrong is told by
    /// [`Connection::receive`].
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn tcp(address: &str, patience: Duration) -> io::Result<Self> {
        let (outgoing, requests) = sync_channel::<Vec<u8>>(OUTGOING);
        let (events, incoming) = sync_channel(INCOMING);
        let socket: Socket = Arc::new(Mutex::new(Some(None)));
        let (place, shared) = (address.to_owned(), Arc::clone(&socket));
        spawn("wyoming-write", move || {
            let connected = connect(&place, patience).and_then(|stream| {
                // An answer must not wait for the next packet.
                stream.set_nodelay(true)?;
                let reader = stream.try_clone()?;
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(socket) = shared.as_mut() {
                    *socket = Some(stream.try_clone()?);
                } else {
                    stream.shutdown(Shutdown::Both)?;
                }
                Ok((stream, reader))
            });
            let (writer, reader) = match connected {
                Ok(both) => both,
                Err(error) => return drop(events.send(Err(Lost::Unreachable(error)))),
            };
            let unreadable = events.clone();
            match spawn("wyoming-read", move || read_all(reader, &events)) {
                Ok(()) => write_all(writer, &requests),
                Err(error) => drop(unreadable.send(Err(Lost::Unreachable(error)))),
            }
        })?;
        Ok(Self {
            outgoing,
            incoming,
            socket: Some(socket),
            address: Some(address.to_owned()),
        })
    }

    /// Where the peer is on the network, as `HOST:PORT`; `None` of one at the other end of pipes.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// Sends these messages, without waiting. How many bytes they are.
    ///
    /// # Errors
    /// The peer has closed, or has not read for long.
    pub fn send(&self, messages: impl IntoIterator<Item = Message>) -> Result<usize, Lost> {
        let mut bytes = Vec::new();
        for message in messages {
            write_event(&mut bytes, &Event::from(message)).map_err(FrameError::from)?;
        }
        let length = bytes.len();
        match self.outgoing.try_send(bytes) {
            Ok(()) => Ok(length),
            Err(TrySendError::Full(_)) => Err(Lost::Stuck),
            Err(TrySendError::Disconnected(_)) => Err(Lost::Closed),
        }
    }

    /// The next message, if one comes within `wait`.
    ///
    /// # Errors
    /// The peer is lost.
    pub fn receive(&self, wait: Duration) -> Result<Option<Message>, Lost> {
        match self.incoming.recv_timeout(wait) {
            Ok(message) => message.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Lost::Closed),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Pipes close with their other end; a socket would keep its threads waiting.
        let Some(socket) = &self.socket else { return };
        let mut socket = socket.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Some(stream)) = socket.take() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .map(drop)
}

fn connect(address: &str, patience: Duration) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Ends with the connection's owner, or with the peer.
fn write_all(mut writer: impl Write, requests: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = requests.recv() {
        if writer
            .write_all(&bytes)
            .and_then(|()| writer.flush())
            .is_err()
        {
            // The reader finds out why, if there is more to say than that it is gone.
            return;
        }
    }
}

fn read_all(reader: impl Read, events: &SyncSender<Result<Message, Lost>>) {
    let mut reader = BufReader::new(reader);
    loop {
        let message = match read_event(&mut reader) {
            Ok(None) => Err(Lost::Closed),
            Ok(Some(event)) => Message::try_from(event).map_err(Lost::from),
            // A reset is how a peer closes that has not read everything.
            Err(FrameError::Io(_)) => Err(Lost::Closed),
            Err(error) => Err(error.into()),
        };
        let over = message.is_err();
        if events.send(message).is_err() || over {
            return;
        }
    }
}
