mod answers;
mod asking;
mod distances;
mod keeping;

use jiff::ZonedDateTime;

use crate::language::Language;
use crate::tools::lookup::Facts;
use crate::tools::{Call, Outcome, Toolbox};

/// A toolbox with facts, and the folder of their index.
fn toolbox() -> (Toolbox, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let facts = Facts::open(folder.path()).unwrap();
    let toolbox = Toolbox::open(None, Language::English, 7).unwrap();
    (toolbox.with_facts(Some(facts)), folder)
}

/// A Saturday, a quarter past two in the afternoon.
fn now() -> ZonedDateTime {
    "2026-11-28T14:15:00[Europe/London]".parse().unwrap()
}

/// What a call says; "!" before it if there is no answer.
fn said(toolbox: &mut Toolbox, call: &Call) -> String {
    match toolbox.call(call, &now()) {
        Ok(Outcome::Say(words)) => words,
        Ok(Outcome::Control(control, words)) => format!("{control:?} {words}"),
        Err(error) => format!("! {error}"),
    }
}
