//! Who the assistant is and what it remembers.

mod memory;
mod persona;

pub use memory::Memory;
pub use persona::{Persona, PersonaError};
