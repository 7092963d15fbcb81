//! Who the assistant is and what it remembers.

mod memory;
mod persona;

pub use memory::{Failure, Memory};
pub use persona::{Persona, PersonaError};
