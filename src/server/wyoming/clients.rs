//! Who is being served: how many, and how to let all of them go.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Clients served at the same time. Each may hold five minutes of audio.
pub const MOST_CLIENTS: usize = 16;

/// See the module.
#[derive(Default)]
pub struct Clients(Mutex<Open>);

#[derive(Default)]
struct Open {
    streams: HashMap<u64, TcpStream>,
    /// Of the next client.
    number: u64,
    /// Nobody is served any more.
    closed: bool,
}

/// A client's place, given back when it is dropped.
pub struct Seat {
    number: u64,
    clients: Arc<Clients>,
}

impl Clients {
    /// A place for a client, if there is one.
    ///
    /// # Errors
    /// The system has no more files.
    pub fn enter(self: &Arc<Self>, stream: &TcpStream) -> io::Result<Option<Seat>> {
        let stream = stream.try_clone()?;
        let mut open = self.lock();
        if open.closed || open.streams.len() >= MOST_CLIENTS {
            return Ok(None);
        }
        let number = open.number;
        open.number += 1;
        open.streams.insert(number, stream);
        Ok(Some(Seat {
            number,
            clients: Arc::clone(self),
        }))
    }

    /// Lets all go, and serves nobody any more.
    pub fn close(&self) {
        let mut open = self.lock();
        open.closed = true;
        for (_, stream) in open.streams.drain() {
            // One that has gone by itself is gone.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Tells the client from all others, also from those that were there before.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.clients.lock().streams.remove(&self.number);
    }
}
