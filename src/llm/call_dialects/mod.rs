//! Reads the calls of tools out of what a model wrote for a program, in the dialects that models of 2024 to
//! 2026 write. Pure.
//!
//! Nothing is guessed about a name or a value. Faults that leave no doubt of what is meant are mended: see
//! `literal`. `wrapper` knows what stands around calls; each other module knows one way of writing them.

mod cursor;
mod gemma;
mod json;
mod literal;
mod python;
#[cfg(test)]
pub mod samples;
mod tags;
#[cfg(test)]
mod tests;
mod tokens;
mod wrapper;

pub use wrapper::may_hold_calls;

use crate::tool_call::Call;
use cursor::{Cursor, is_name_part};

/// Longer names are none. Bytes.
const LONGEST_NAME: usize = 128;

/// What says that a region is meant for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A mark that stands before calls and nothing else.
    Marked,
    /// It is data: a call only if it has the whole form of one.
    Bare,
}

/// The calls that a region of a reply holds, in order. The region begins where what is meant for a program
/// does, and has its marks.
pub fn calls_in(region: &str) -> Vec<Call> {
    let region = region.trim_start();
    let mut calls = if tokens::is_harmony(region) {
        tokens::harmony(region).into_iter().collect()
    } else {
        sequence(region)
    };
    calls.retain(|call| is_name(&call.name) && region.contains(&call.name));
    calls
}

/// A name is as it is written, and has no space.
fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_name_part)
}

/// Reads calls that follow each other. Ends at the first text that is no call.
fn sequence(region: &str) -> Vec<Call> {
    let mut text = Cursor::new(region);
    let (mut calls, mut origin) = (Vec::new(), Origin::Bare);
    loop {
        if wrapper::skip(&mut text) {
            origin = Origin::Marked;
        }
        match next(&mut text, origin) {
            Some(more) => calls.extend(more),
            None => return calls,
        }
    }
}

/// The calls that are next: one, or a list of them.
fn next(text: &mut Cursor, origin: Origin) -> Option<Vec<Call>> {
    match text.peek()? {
        '[' if python::is_list(text) => return python::list(text),
        '{' | '[' => return Some(json::calls(literal::value(text)?, origin)),
        '<' => return Some(vec![tags::call(text)?]),
        _ if origin == Origin::Bare => return None,
        _ => {}
    }
    if text.take(gemma::CALL) {
        return Some(vec![gemma::call(text)?]);
    }
    let name = text.name();
    text.skip_space();
    let rest = text.rest();
    let call = if rest.starts_with('(') {
        python::call(name, text)?
    } else if rest.starts_with("<arg_key>") || rest.starts_with("</tool_call>") {
        Call {
            name: name.to_owned(),
            arguments: tags::keys_and_values(text)?,
        }
    } else {
        tokens::call(name, text)?
    };
    Some(vec![call])
}
