//! What programs ask for in the form of OpenAI's HTTP interface, and how they are answered: the bodies, read and
//! checked. The doors of the server and batches read them here. No thread, no I/O.

pub mod chat;
mod completion;
mod problem;
pub mod speech;
pub mod transcription;

pub use completion::Completion;
pub use problem::Problem;
