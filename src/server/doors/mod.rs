//! What clients reach: each file is one door.

pub mod calls;
pub mod chat;
pub mod page;
mod page_view;
pub mod pcm;
pub mod realtime;
pub mod socket;
pub mod speech;
pub mod transcription;

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// A client that takes nothing of an answer for so long is let go: others wait for its place.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// Hands something to an answer, from a blocking thread of the runtime; false if nobody takes it any more.
fn pass_on<T>(to: &mpsc::Sender<T>, item: T) -> bool {
    let sent = Handle::current().block_on(tokio::time::timeout(STUCK_AFTER, to.send(item)));
    matches!(sent, Ok(Ok(())))
}
