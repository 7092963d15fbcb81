//! Framing: a header line of JSON, then as many bytes of data and of payload as it announces.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An event, whatever it means.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// Its type, such as `audio-chunk`.
    pub kind: String,
    /// Its data.
    pub data: Map<String, Value>,
    /// Its payload, for example samples.
    pub payload: Vec<u8>,
}

/// Longest header line. Bytes; some peers put all their data into it.
const HEADER_LIMIT: u64 = 1 << 20;
/// Longest additional data. Bytes: the list of voices of a large service takes some 300 KB.
const DATA_LIMIT: u64 = 4 << 20;
/// Longest payload. Bytes: four minutes of 16-bit audio at 32 kHz.
const PAYLOAD_LIMIT: u64 = 16 << 20;

/// Why no event could be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The pipe or the network.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The peer closed in the middle of an event.
    #[error("it ended in the middle of an event")]
    Cut,
    /// Not a header, or not data.
    #[error("it does not speak the Wyoming protocol: {0}")]
    Garbage(String),
    /// More than anybody needs.
    #[error("it announced {length} bytes of {part}; {limit} are the limit")]
    TooLong {
        /// What is too long.
        part: &'static str,
        /// How long it is, or would be.
        length: u64,
        /// How long it may be.
        limit: u64,
    },
}

/// The header as it is on the wire.
#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_length: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload_length: Option<u64>,
}

/// Reads the next event; `None` where the peer closed between two.
///
/// # Errors
/// The peer sends something else, too much of it, or nothing any more; the stream is of no use
/// after it.
pub fn read_event(from: &mut impl BufRead) -> Result<Option<Event>, FrameError> {
    let mut line = Vec::new();
    from.by_ref()
        .take(HEADER_LIMIT + 1)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        return if line.len() as u64 > HEADER_LIMIT {
            Err(FrameError::Garbage("a line without end".into()))
        } else {
            Err(FrameError::Cut)
        };
    }
    let header: Header = parse(&line)?;
    let mut data = header.data.unwrap_or_default();
    let more = read_part(from, "data", header.data_length, DATA_LIMIT)?;
    if !more.is_empty() {
        data.extend(parse::<Map<String, Value>>(&more)?);
    }
    let payload = read_part(from, "payload", header.payload_length, PAYLOAD_LIMIT)?;
    Ok(Some(Event {
        kind: header.kind,
        data,
        payload,
    }))
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    /// Of what came, for the message.
    const SHOWN: usize = 40;
    serde_json::from_slice(bytes).map_err(|error| {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
        FrameError::Garbage(format!("{:?}: {error}", start.trim_end()))
    })
}

/// Memory grows with what comes, not with what was announced.
fn read_part(
    from: &mut impl BufRead,
    part: &'static str,
    length: Option<u64>,
    limit: u64,
) -> Result<Vec<u8>, FrameError> {
    let length = length.unwrap_or(0);
    if length > limit {
        return Err(FrameError::TooLong {
            part,
            length,
            limit,
        });
    }
    let mut bytes = Vec::new();
    from.by_ref().take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(FrameError::Cut)
    }
}

/// Writes an event; the caller flushes.
///
/// # Errors
/// The pipe or the network.
pub fn write_event(to: &mut impl Write, event: &Event) -> io::Result<()> {
    let data = if event.data.is_empty() {
        Vec::new()
    } else {
        serde_json::to_vec(&event.data)?
    };
    let length = |bytes: &[u8]| (!bytes.is_empty()).then_some(bytes.len() as u64);
    let header = Header {
        kind: event.kind.clone(),
        data: None,
        data_length: length(&data),
        payload_length: length(&event.payload),
    };
    serde_json::to_writer(&mut *to, &header)?;
    to.write_all(b"\n")?;
    to.write_all(&data)?;
    to.write_all(&event.payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Event>, FrameError> {
        read_event(&mut &*bytes)
    }

    #[test]
    fn an_event_comes_back_as_it_was_written() {
        let event = Event {
            kind: "audio-chunk".into(),
            data: serde_json::from_str(r#"{"rate": 16000, "text": "für"}"#).unwrap(),
            payload: vec![0, 10, 255],
        };
        let mut bytes = Vec::new();
        write_event(&mut bytes, &event).unwrap();
        write_event(&mut bytes, &Event::default()).unwrap();
        let mut stream = &bytes[..];
        assert_eq!(read_event(&mut stream).unwrap(), Some(event));
        assert_eq!(read_event(&mut stream).unwrap(), Some(Event::default()));
        assert_eq!(read_event(&mut stream).unwrap(), None);
    }

    #[test]
    fn data_behind_the_header_goes_over_the_data_in_it() {
        let text = b"{\"type\":\"t\",\"data\":{\"a\":1,\"b\":1},\"data_length\":7}\n{\"b\":2}";
        let event = read(text).unwrap().unwrap();
        assert_eq!(event.data["a"], 1);
        assert_eq!(event.data["b"], 2);
    }

    #[test]
    fn lengths_that_are_null_are_none() {
        let event = read(b"{\"type\":\"t\",\"data_length\":null,\"payload_length\":null}\n");
        assert_eq!(event.unwrap().unwrap().kind, "t");
    }

    #[test]
    fn garbage_is_an_error_that_shows_it() {
        let error = read(b"HTTP/1.1 400 Bad Request\r\n").unwrap_err();
        assert!(error.to_string().contains("HTTP/1.1 400"), "{error}");
        for garbage in [
            &b"[1]\n"[..],
            b"{}\n",
            b"{\"type\":3}\n",
            b"\n",
            b"\xff\xfe\n",
        ] {
            assert!(matches!(read(garbage), Err(FrameError::Garbage(_))));
        }
    }

    #[test]
    fn a_line_without_end_is_not_read_for_ever() {
        let mut endless = io::BufReader::new(io::repeat(b'x'));
        let error = read_event(&mut endless).unwrap_err();
        assert!(matches!(error, FrameError::Garbage(_)), "{error}");
    }

    #[test]
    fn an_announced_length_takes_no_memory() {
        let error = read(b"{\"type\":\"t\",\"payload_length\":99999999999}\n").unwrap_err();
        assert!(matches!(error, FrameError::TooLong { .. }), "{error}");
    }

    #[test]
    fn an_end_within_an_event_is_told_from_one_between_events() {
        for cut in [
            &b"{\"type\":"[..],
            b"{\"type\":\"t\",\"payload_length\":3}\nab",
            b"{\"type\":\"t\",\"data_length\":3}\n{",
        ] {
            assert!(matches!(read(cut), Err(FrameError::Cut)));
        }
    }
}
