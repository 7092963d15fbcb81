//! Servers for the tests of those that ask them: what they do with a client is a closure.

// Each test program uses some of it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use vivavoce::exchange::Patience;
use wyoming::{Event, Message, read_event, write_event};

/// For servers that do not answer.
pub const SOON: Patience = Patience {
    least: Duration::from_millis(300),
    per_second: Duration::ZERO,
};

/// A server on a free port that does this with each client. Its address.
pub fn server(serve: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        listener
            .incoming()
            .for_each(|stream| serve(stream.unwrap()))
    });
    address
}

/// An address where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Reads what a client asks, up to this event.
pub fn read_until(stream: &TcpStream, last: fn(&Message) -> bool) -> Vec<Message> {
    let mut reader = BufReader::new(stream);
    let mut asked = Vec::new();
    while let Some(event) = read_event(&mut reader).unwrap() {
        asked.push(Message::try_from(event).unwrap());
        if last(asked.last().unwrap()) {
            break;
        }
    }
    asked
}

/// Reads what a client sends until it closes, and answers nothing.
pub fn listen_only(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    while let Ok(bytes) = reader.fill_buf() {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        reader.consume(length);
    }
}

/// Answers.
pub fn answer(mut stream: &TcpStream, messages: Vec<Message>) {
    let mut bytes = Vec::new();
    for message in messages {
        write_event(&mut bytes, &Event::from(message)).unwrap();
    }
    // A client that has given up is gone.
    let _ = stream.write_all(&bytes);
}

/// Without reading, what no Wyoming server says.
pub fn garbage(mut stream: TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    listen_only(&stream);
}
