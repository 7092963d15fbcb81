//! Languages whose voices say numbers, dates and units themselves: words as they are written,
//! without markup.

use super::Said;
use super::markup::Kind;
use super::word::Context;
use crate::language::Language;

/// Says the word at hand.
pub(super) fn say(context: &Context, language: Language) -> Said {
    let word = context.word();
    let spoken = match word.kind {
        Kind::Code => code(language),
        _ => word.core,
    };
    Said {
        spoken: spoken.to_owned(),
        words: 1,
        abbreviated: false,
    }
}

/// Stands for what nobody wants to have read out.
fn code(language: Language) -> &'static str {
    match language {
        Language::English => "some code",
        Language::German => "etwas Code",
        Language::Spanish => "un poco de código",
        Language::French => "du code",
        Language::Italian => "del codice",
        Language::Chinese => "一段代码",
    }
}
