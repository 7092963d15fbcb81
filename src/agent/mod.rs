//! What the assistant says and does: the second pure machine. Turn taking says when.

mod history;
mod machine;
#[cfg(test)]
mod machine_tests;
mod message;
mod persona;

pub use history::History;
pub use machine::Agent;
pub use message::{Command, Failure, FailureKind, Input};
pub use persona::{Persona, PersonaError};
