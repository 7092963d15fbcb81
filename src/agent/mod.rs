//! What the assistant says and does: the second pure machine. Turn taking says when.

#[cfg(test)]
mod act_tests;
#[cfg(test)]
mod by_call_tests;
#[cfg(test)]
mod call_tests;
mod calling;
mod certain;
mod handover;
#[cfg(test)]
mod handover_tests;
mod hard_question;
mod history;
pub mod intents;
mod knowledge;
#[cfg(test)]
mod knowledge_tests;
mod late_answer;
#[cfg(test)]
mod late_answer_tests;
mod machine;
#[cfg(test)]
mod machine_tests;
mod manner;
mod message;
#[cfg(test)]
mod model_call_tests;
mod parts;
mod persona;
mod setting;
mod several;
#[cfg(test)]
mod several_tests;
#[cfg(test)]
mod small_talk_tests;
mod unwritten;
#[cfg(test)]
mod unwritten_tests;
mod writing;

pub use certain::{Certain, Certainty, Step};
pub use handover::{ASK_HELPER, HandsOver, offer_of_the_helper};
pub use hard_question::{MOST_PARTS, reason as hand_over_reason};
pub use history::History;
pub use machine::Agent;
pub use manner::Manner;
pub use message::{Command, Failure, FailureKind, Input, UserWords};
pub use persona::{Persona, PersonaError};
pub use setting::{BuiltIn, Setting};
