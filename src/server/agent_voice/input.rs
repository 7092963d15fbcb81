//! Standard input that tells when it has ended: calls that wait for the user are given up then.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::watch;

/// See the module.
pub struct Input<R> {
    inner: R,
    has_ended: watch::Sender<bool>,
}

impl<R> Input<R> {
    /// An input, and where it says that it has ended.
    pub fn new(inner: R) -> (Self, watch::Receiver<bool>) {
        let (has_ended, ended) = watch::channel(false);
        (Self { inner, has_ended }, ended)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Input<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        let is_over = match &polled {
            Poll::Ready(Ok(())) => room > 0 && buffer.filled().len() == before,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if is_over {
            self.has_ended.send_replace(true);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[test]
    fn the_end_is_told_when_all_was_read() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let (mut input, ended) = Input::new(&b"{}"[..]);
            let mut bytes = [0; 8];
            assert_eq!(input.read(&mut bytes).await.unwrap(), 2);
            assert!(!*ended.borrow());
            assert_eq!(input.read(&mut bytes).await.unwrap(), 0);
            assert!(*ended.borrow());
        });
    }
}
