//! Whether the assistant stays who it is: questions about itself, its limits and its manner, in several wordings, alone
//! and after other talk, and how consistent the answers are. Pure: the session is asked elsewhere.
//!
//! - [`PersonaSet`]: the questions, with what their answers may come to;
//! - [`PersonaAnswer`]: an answer, and what it came to;
//! - [`PersonaReport`]: all answers, their figures, and the gates on them.
//!
//! What a program can decide is decided as in `assistant`: words that have to be there or must not, and lengths. Whether
//! two answers are the same is decided by what they come to, their stance, since no two wordings are answered alike.

mod persona_report;
mod persona_score;
mod persona_set;

pub use persona_report::{PersonaReport, SCHEMA as PERSONA_SCHEMA};
pub use persona_score::{PersonaAnswer, figures as persona_figures};
pub use persona_set::{About, Asked, Before, PersonaQuestion, PersonaSet, PersonaSetError, Stance};
