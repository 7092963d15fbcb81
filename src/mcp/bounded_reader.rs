//! Reads what a server writes, line by line, and stops at the first line that is too long or one too many.
//!
//! `rmcp` bounds a line too, but drops it and goes on, so that a call waits in vain and endless output is
//! read for ever. Here the connection ends, and [`Fault`] says why.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::error::McpError;
use super::message_budget::MessageBudget;
use crate::clock::Stopwatch;

/// The largest message of a server, in bytes.
pub(super) const MOST_BYTES: usize = 4 << 20;

/// Why a connection was closed by us; set once.
pub(super) type Fault = Arc<OnceLock<McpError>>;

/// A reader that fails at a line of more than [`MOST_BYTES`], and at more lines than a [`MessageBudget`]
/// has.
pub(super) struct BoundedReader<R> {
    inner: R,
    /// Bytes since the last line's end.
    in_line: usize,
    budget: MessageBudget,
    started: Stopwatch,
    fault: Fault,
}

impl<R> BoundedReader<R> {
    /// Reads from `inner`, and leaves the reason in `fault` if it stops.
    pub(super) fn new(inner: R, fault: Fault) -> Self {
        Self {
            inner,
            in_line: 0,
            budget: MessageBudget::new(),
            started: Stopwatch::start(),
            fault,
        }
    }

    /// Counts bytes that came.
    fn count(&mut self, bytes: &[u8]) -> Result<(), McpError> {
        let since_start = self.started.elapsed();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.in_line += part.len();
            if self.in_line > MOST_BYTES {
                return Err(McpError::TooLarge);
            }
            if part.ends_with(b"\n") {
                self.in_line = 0;
                if !self.budget.take(since_start) {
                    return Err(McpError::Flood);
                }
            }
        }
        Ok(())
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for BoundedReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(fault) = self.fault.get() {
            return Poll::Ready(Err(io::Error::other(fault.clone())));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let counted = self.count(&buffer.filled()[before..]);
        if let Err(fault) = counted {
            buffer.set_filled(before);
            let fault = self.fault.get_or_init(|| fault).clone();
            return Poll::Ready(Err(io::Error::other(fault)));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    /// What is read of `bytes`, and why it ended.
    fn read(bytes: impl AsyncRead + Unpin) -> (usize, Option<McpError>) {
        let fault = Fault::default();
        let mut reader = BoundedReader::new(bytes, fault.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut read = 0;
        let mut chunk = vec![0; 8192];
        runtime.block_on(async {
            while let Ok(n @ 1..) = reader.read(&mut chunk).await {
                read += n;
            }
        });
        (read, fault.get().cloned())
    }

    #[test]
    fn lines_of_the_largest_size_pass() {
        let line = [vec![b'x'; MOST_BYTES - 1], vec![b'\n']].concat();
        let lines = line.repeat(3);
        assert_eq!(read(&lines[..]), (lines.len(), None));
    }

    #[test]
    fn a_longer_line_ends_the_connection() {
        let line = vec![b'x'; MOST_BYTES + 1];
        let (bytes, fault) = read(&line[..]);
        assert_eq!(fault, Some(McpError::TooLarge));
        assert!(bytes <= MOST_BYTES);
    }

    #[test]
    fn endless_output_without_a_line_is_read_to_the_limit_and_no_further() {
        let (bytes, fault) = read(tokio::io::repeat(b'x'));
        assert_eq!(fault, Some(McpError::TooLarge));
        assert!(bytes <= MOST_BYTES);
    }

    #[test]
    fn endless_lines_end_the_connection() {
        let (_, fault) = read(tokio::io::repeat(b'\n'));
        assert_eq!(fault, Some(McpError::Flood));
    }
}
