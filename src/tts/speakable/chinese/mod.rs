//! Chinese: numbers, amounts, times and dates in words, so that each voice says them in the same way.
//!
//! `number` says numbers, `times` hours and dates, `ranges` two numbers that belong together.

mod number;
mod ranges;
#[cfg(test)]
mod tests;
mod times;

pub(in crate::tts) use self::number::digits;
use self::number::{cardinal, one_by_one};
use super::markup::Kind;
use super::word::Context;
use super::{Said, others};
use crate::language::Language;

/// Before these a two is 两.
const MEASURES: &str =
    "个只条本张杯天年位件次岁点小分秒周块倍种人斤公口家间台辆把瓶碗双部首门米升克份元千万亿";
/// Words that begin as these do and count nothing.
const NO_MEASURES: [&str; 7] = ["年级", "年生", "分之", "次方", "次元", "次函数", "人称"];
/// What is written behind a number, and what is said.
const UNITS: [(&str, &str); 13] = [
    ("km/h", "公里每小时"),
    ("km", "公里"),
    ("kg", "公斤"),
    ("cm", "厘米"),
    ("mm", "毫米"),
    ("ml", "毫升"),
    ("m²", "平方米"),
    ("°C", "摄氏度"),
    ("°", "度"),
    ("m", "米"),
    ("g", "克"),
    ("L", "升"),
    ("l", "升"),
];
/// What is written before an amount of money, and what is said behind it.
const MONEY: [(&str, &str); 5] = [
    ("¥", "元"),
    ("US$", "美元"),
    ("$", "美元"),
    ("€", "欧元"),
    ("£", "英镑"),
];

/// Says the word at hand, which is often the whole clause, with a unit that is written behind a space.
pub(super) fn say(context: &Context) -> Said {
    let word = context.word();
    if word.kind == Kind::Code || !word.core.contains(|c: char| c.is_ascii_digit()) {
        return others::say(context, Language::Chinese);
    }
    let next = context.next(1).map_or("", |next| next.core);
    let has_unit = word.core.ends_with(|c: char| c.is_ascii_digit())
        && (next.starts_with('%') || is_measured(next) || unit(next).is_some());
    let (text, words) = if has_unit {
        (format!("{}{next}", word.core), 2)
    } else {
        (word.core.to_owned(), 1)
    };
    let before = context.previous().map_or("", |before| before.core);
    Said {
        spoken: in_words(before, &text),
        words,
        abbreviated: false,
    }
}

/// The text, behind the word `previous`, with its amounts in words.
fn in_words(previous: &str, text: &str) -> String {
    let (mut said, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(first) = text[at..].chars().next() {
        let (own, rest) = text.split_at(at);
        let before = if at == 0 { previous } else { own };
        let is_in_latin = own.ends_with(|c: char| c.is_ascii_alphabetic());
        let known = match first {
            _ if is_in_latin => run(rest).map(|(run, _)| (digits(run), run.len())),
            '0'..='9' => Some(known(before, rest).unwrap_or_else(|| amount(before, rest))),
            _ => price(own, rest),
        };
        match known {
            Some((words, length)) => {
                said.push_str(&words);
                at += length;
            }
            None => {
                let after = rest[first.len_utf8()..].chars().next();
                said.push(sign(first, own.chars().next_back(), after));
                at += first.len_utf8();
            }
        }
    }
    said
}

/// What begins with a digit and is more than one amount, and its length.
fn known(before: &str, rest: &str) -> Option<(String, usize)> {
    times::date(before, rest)
        .or_else(|| times::time(rest))
        .or_else(|| fraction(rest))
        .or_else(|| ranges::telephone(rest))
        .or_else(|| ranges::range(before, rest))
}

/// A character between amounts as it is said.
fn sign(sign: char, before: Option<char>, after: Option<char>) -> char {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let ends_amount = before.is_some_and(|c| c.is_ascii_digit() || c == '%');
    match sign {
        '-' | '−'
            if is_digit(after) && !ends_amount && !before.is_some_and(char::is_alphanumeric) =>
        {
            '负'
        }
        _ if ranges::is_to(sign) && ends_amount && is_digit(after) => '到',
        '+' if is_digit(before) && is_digit(after) => '加',
        '×' | '*' if is_digit(before) && is_digit(after) => '乘',
        other => other,
    }
}

/// The digits at the beginning, and what stands behind them.
fn run(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn below(written: &str, limit: u64) -> Option<u64> {
    written
        .parse()
        .ok()
        .filter(|number| written.len() <= 4 && *number < limit)
}

/// "1/2"
fn fraction(text: &str) -> Option<(String, usize)> {
    let (above, rest) = run(text)?;
    let (under, rest) = run(rest.strip_prefix('/')?)?;
    let (above, under) = (below(above, 1000)?, below(under, 1000)?);
    let said = format!("{}分之{}", cardinal(under), cardinal(above));
    (!rest.starts_with('/')).then_some((said, text.len() - rest.len()))
}

/// The number at the beginning in words, with 万 and 亿 behind it, and what stands behind that.
fn number(text: &str) -> Option<(String, &str)> {
    let (first, mut rest) = run(text)?;
    let mut whole = first.to_owned();
    while let Some((group, after)) = rest.strip_prefix(',').and_then(run) {
        if group.len() != 3 || first.len() > 3 {
            break;
        }
        whole.push_str(group);
        rest = after;
    }
    let mut said = if whole.len() > first.len() {
        whole.parse().map_or_else(|_| one_by_one(&whole), cardinal)
    } else {
        digits(&whole)
    };
    if let Some((behind, after)) = rest.strip_prefix('.').and_then(run) {
        said = format!("{said}点{}", one_by_one(behind));
        rest = after;
    }
    let unscaled = rest.trim_start_matches(['百', '千', '万', '亿']);
    let scale = &rest[..rest.len() - unscaled.len()];
    if said == "二" && scale.starts_with(['千', '万', '亿']) {
        said = "两".to_owned();
    }
    Some((said + scale, unscaled))
}

/// Whether what follows a number is counted by it.
fn is_measured(rest: &str) -> bool {
    rest.starts_with(|c| MEASURES.contains(c))
        && !NO_MEASURES.iter().any(|word| rest.starts_with(word))
}

/// A number with what belongs to it; the text begins with a digit.
fn amount(before: &str, text: &str) -> (String, usize) {
    let (mut said, rest) = number(text).unwrap_or((String::new(), ""));
    if let Some(after) = rest.strip_prefix('%') {
        return (format!("百分之{said}"), text.len() - after.len());
    }
    if said == "二" && is_measured(rest) && !before.ends_with('第') {
        said = "两".to_owned();
    }
    if let Some((name, after)) = unit(rest) {
        let is_degree = name.ends_with('度');
        let said = if is_degree { said } else { two(said) };
        return (format!("{said}{name}"), text.len() - after.len());
    }
    (said, text.len() - rest.len())
}

/// The name of a unit that is written behind a number, and what stands behind it.
fn unit(text: &str) -> Option<(&'static str, &str)> {
    UNITS.into_iter().chain(MONEY).find_map(|(sign, name)| {
        let after = text.strip_prefix(sign)?;
        let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
        ends.then_some((name, after))
    })
}

/// A two before what it counts is 两.
fn two(said: String) -> String {
    match said.as_str() {
        "二" => "两".to_owned(),
        _ => said,
    }
}

/// "¥35.5", "-$20", "¥100万", "¥20-30"
fn price(before: &str, text: &str) -> Option<(String, usize)> {
    let minus = |text: &'_ str| text.starts_with(['-', '−']);
    let unsigned = text.trim_start_matches(['-', '−']);
    if minus(text) && before.ends_with(char::is_alphanumeric) {
        return None;
    }
    let is_it = |(sign, _): &&(&str, &str)| unsigned.starts_with(sign);
    let (sign, unit) = MONEY.iter().find(is_it)?;
    let amount = &unsigned[sign.len()..];
    let is_negative = minus(text) || minus(amount);
    let (low, mut rest) = number(amount.trim_start_matches(['-', '−']))?;
    let mut said = two(low);
    if let Some(after) = rest.strip_prefix(ranges::is_to)
        && let Some((high, after)) = number(after.strip_prefix(sign).unwrap_or(after))
    {
        said = format!("{said}到{}", two(high));
        rest = after;
    }
    if is_negative {
        said = format!("负{said}");
    }
    // "¥100元"
    let is_named = rest.starts_with(unit) || rest.starts_with(['元', '块']);
    if !is_named {
        said.push_str(unit);
    }
    Some((said, text.len() - rest.len()))
}
