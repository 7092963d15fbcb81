//! What was found of the engines, in words.

use crate::harness::bench::metric::{Figure, Metrics};

/// Figures that stand for an engine, if they were measured, and what they are.
const PARTS: [(&str, &str); 5] = [
    ("stt.final_at_4_s", "4 s of speech are transcribed in"),
    (
        "llm.threads_1.first_token_at_128_tokens",
        "a prompt of 128 tokens has its first token after",
    ),
    (
        "llm.threads_1.cached_first_token_at_128_tokens",
        "if it was read before after",
    ),
    ("tts.first_audio", "a clause sounds after"),
    ("endpointing.score", "the end of a turn is scored in"),
];

/// The sentence that a report opens with: medians, idle.
pub fn engines_sentence(metrics: &Metrics) -> String {
    let part = |(name, words): &(&str, &str)| match &metrics.0.get(*name)?.figure {
        Figure::Distribution(found) => Some(format!("{words} {:.0} ms", found.summary.p50)),
        Figure::Rate(_) | Figure::Value { .. } => None,
    };
    let parts: Vec<String> = PARTS.iter().filter_map(part).collect();
    if parts.is_empty() {
        "The engines were measured one by one.".into()
    } else {
        format!("At the median: {}.", parts.join(", "))
    }
}
