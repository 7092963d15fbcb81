//! Roman numbers.

use super::super::word::Context;
use super::{Said, Words, is_listed, said};

/// "XIX", below forty and of two digits at least, so that no word in capitals is taken for one; of one digit
/// behind a name that kings have.
pub(super) fn roman(context: &Context, core: &str, words: &Words) -> Option<Said> {
    if core.is_empty() || !core.bytes().all(|c| matches!(c, b'I' | b'V' | b'X')) {
        return None;
    }
    let before = context.previous().map(|word| word.core);
    // "Anna V. Rossi" has an initial.
    let is_initial = context.word().dotted && context.next_after_dot().is_some();
    let is_reigning = before.is_some_and(|name| is_listed(name, words.reigning)) && !is_initial;
    if core.len() == 1 && !is_reigning {
        return None;
    }
    let number = (1..40).find(|number| digits(*number) == core)?;
    let next = context.next(1).map(|next| next.core);
    said((words.roman)(number, before, next), 1)
}

fn digits(number: u64) -> String {
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    format!(
        "{}{}",
        "X".repeat((number / 10) as usize),
        ONES[(number % 10) as usize]
    )
}
