//! Addresses: of the web, of mail, and telephone numbers.

use super::numbers::digits;
use super::{Context, Said, Word, many, one, spelling, symbols};

/// Endings by which a bare domain is known.
const TOP_LEVEL: &[&str] = &[
    "ai", "app", "at", "au", "be", "ca", "ch", "co", "com", "de", "dev", "edu", "es", "eu", "fr",
    "gov", "info", "io", "it", "me", "net", "nl", "org", "tv", "uk", "us",
];

/// A longer domain is only "a link": nobody would take it down by ear.
const MAX_DOMAIN_LABELS: usize = 4;
const MAX_DOMAIN_CHARS: usize = 32;

/// Short numbers that are called rather than counted.
const SHORT_NUMBERS: &[&str] = &["101", "111", "112", "311", "411", "911", "988", "999"];

/// The lengths of telephone numbers, from local ones to the longest of E.164.
const TELEPHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// "https://example.com/a?b" is "example dot com".
pub(super) fn address(context: &Context) -> Option<Said> {
    let core = context.word().core;
    let lower = core.to_ascii_lowercase();
    let address = lower.split_once("://").map(|(_, rest)| rest);
    let address = address.or_else(|| lower.strip_prefix("mailto:"));
    let is_marked = address.is_some() || lower.starts_with("www.");
    let address = address.unwrap_or(&lower);
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let (mailbox, domain) = match host.split_once('@') {
        Some((mailbox, domain)) if !mailbox.is_empty() => (Some(mailbox), domain),
        _ => (None, host),
    };
    let said = domain_said(domain);
    match (said, mailbox) {
        (Some(domain), Some(mailbox)) => {
            Some(one(format!("{} at {domain}", symbols::mixture(mailbox))))
        }
        (Some(domain), None) if is_marked || ends_in_top_level(core) => Some(one(domain)),
        _ if is_marked => Some(one("a link")),
        _ => None,
    }
}

/// Whether a bare word is a domain. "end.At" without its space is not: hence no capital after the dot.
fn ends_in_top_level(core: &str) -> bool {
    let host = core.split('/').next().unwrap_or_default();
    host.rsplit_once('.').is_some_and(|(name, ending)| {
        TOP_LEVEL.contains(&ending) && name.len() > 1 && name.contains(char::is_alphabetic)
    })
}

fn domain_said(domain: &str) -> Option<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let is_name =
        |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let sayable = (2..=MAX_DOMAIN_LABELS).contains(&labels.len())
        && domain.len() <= MAX_DOMAIN_CHARS
        && labels.iter().all(is_name)
        && labels
            .iter()
            .any(|label| label.contains(char::is_alphabetic));
    sayable.then(|| {
        let said: Vec<String> = labels.iter().map(|label| label_said(label)).collect();
        said.join(" dot ")
    })
}

/// A part of a domain or a file's ending: "io" and "rs" are spelled, "com" is a word.
pub(super) fn label_said(label: &str) -> String {
    let is_short = label.len() <= 4 && label.bytes().all(|b| b.is_ascii_lowercase());
    let is_spelled =
        label.len() == 2 && TOP_LEVEL.contains(&label) && !matches!(label, "co" | "me" | "it");
    if is_short && (is_spelled || !spelling::has_vowel(label)) {
        spelling::spell(label)
    } else {
        symbols::mixture(&label.replace('-', " "))
    }
}

/// "555-123-4567", "(555) 123-4567", "+44 20 7946 0958", "192.168.0.1": digit by digit.
pub(super) fn telephone(context: &Context) -> Option<Said> {
    let first = context.word().core;
    if let Some(said) = internet_address(first) {
        return Some(one(said));
    }
    let calls = |word: &Word| matches!(word.core, "call" | "Call" | "dial" | "Dial" | "calling");
    if SHORT_NUMBERS.contains(&first) && context.previous().is_some_and(calls) {
        return Some(one(digits(first)));
    }
    let mut groups: Vec<&str> = Vec::new();
    let mut words = 0;
    while let Some(next) = context.next(words).and_then(groups_of) {
        groups.extend(next);
        words += 1;
    }
    // The longest run of words that makes a number: "call 555-1234 10 times" has another after it.
    while words > 0 {
        if is_telephone(first, &groups, words) {
            let said: Vec<String> = groups.iter().map(|group| digits(group)).collect();
            let plus = if first.starts_with('+') { "plus " } else { "" };
            return Some(many(format!("{plus}{}", said.join(", ")), words));
        }
        words -= 1;
        let dropped = context
            .next(words)
            .and_then(groups_of)
            .map_or(0, |groups| groups.len());
        groups.truncate(groups.len() - dropped);
    }
    None
}

/// Words behind which a number is a row of digits.
const BEFORE_CODES: &[&str] = &[
    "zip",
    "code",
    "pin",
    "postcode",
    "zipcode",
    "passcode",
    "extension",
];
/// Hyphenated groups of digits that are an article number: "978-3-16-148410-0".
const ARTICLE_GROUPS: std::ops::RangeInclusive<usize> = 4..=6;

/// "zip 90210", "CA 90210", "ISBN 978-3-16-148410-0": digit by digit.
pub(super) fn code(context: &Context) -> Option<Said> {
    let core = context.word().core;
    let groups: Vec<&str> = core.split('-').collect();
    let are_digits = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    if !groups.iter().all(are_digits) {
        return None;
    }
    let said = || {
        let groups: Vec<String> = groups.iter().map(|group| digits(group)).collect();
        groups.join(", ")
    };
    if ARTICLE_GROUPS.contains(&groups.len()) {
        return Some(one(said()));
    }
    let before = |back: usize| context.before(back).map_or("", |word| word.core);
    let named = |back: usize| BEFORE_CODES.contains(&before(back).to_lowercase().as_str());
    // "The code is 90210."
    let told = context.previous().is_some()
        && (named(1) || matches!(before(1), "is" | "number") && named(2));
    let is_state = before(1).len() == 2 && before(1).bytes().all(|b| b.is_ascii_uppercase());
    (told || is_state && matches!(groups[..], [zip] if zip.len() == 5)).then(|| one(said()))
}

fn groups_of<'a>(word: &'a Word) -> Option<Vec<&'a str>> {
    let core = word.core.strip_prefix('+').unwrap_or(word.core);
    let groups: Vec<&str> = core.split(['-', '.']).collect();
    let are_digits = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    groups.iter().all(are_digits).then_some(groups)
}

fn is_telephone(first: &str, groups: &[&str], words: usize) -> bool {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    if !TELEPHONE_DIGITS.contains(&lengths.iter().sum()) {
        return false;
    }
    if first.starts_with('+') {
        return true;
    }
    // "07700 900123"
    let is_national = words > 1 && first.starts_with('0') && first.len() >= 3;
    is_national
        || matches!(lengths[..], [3, 4] if words == 1)
        || matches!(lengths[..], [3, 3, 4] | [1, 3, 3, 4])
}

fn internet_address(core: &str) -> Option<String> {
    let parts: Vec<&str> = core.split('.').collect();
    let is_byte = |part: &&str| (1..=3).contains(&part.len()) && part.parse::<u8>().is_ok();
    (parts.len() == 4 && parts.iter().all(is_byte)).then(|| {
        let said: Vec<String> = parts.iter().map(|part| digits(part)).collect();
        said.join(" dot ")
    })
}
