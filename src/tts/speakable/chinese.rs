//! Chinese: numbers, amounts, times and dates in words, so that each voice says them in the same way.

use super::markup::Kind;
use super::word::Context;
use super::{Said, others};
use crate::language::Language;

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Before these a two is 两.
const MEASURES: &str = "个只条本张杯天年位件次岁点小分周块倍种人斤公口家间台辆把瓶碗双部首门米升克";
/// What is written behind a number, and what is said.
const UNITS: [(&str, &str); 14] = [
    ("km/h", "公里每小时"),
    ("km", "公里"),
    ("kg", "公斤"),
    ("cm", "厘米"),
    ("mm", "毫米"),
    ("ml", "毫升"),
    ("m²", "平方米"),
    ("℃", "摄氏度"),
    ("°C", "摄氏度"),
    ("°", "度"),
    ("m", "米"),
    ("g", "克"),
    ("L", "升"),
    ("l", "升"),
];
/// What is written before an amount of money, and what is said behind it.
const MONEY: [(char, &str); 5] = [
    ('¥', "元"),
    ('￥', "元"),
    ('$', "美元"),
    ('€', "欧元"),
    ('£', "英镑"),
];

/// Says the word at hand, which is often the whole clause.
pub(super) fn say(context: &Context) -> Said {
    let word = context.word();
    match word.kind {
        Kind::Text if word.core.contains(|c: char| c.is_ascii_digit()) => Said {
            spoken: in_words(word.core),
            words: 1,
            abbreviated: false,
        },
        _ => others::say(context, Language::Chinese),
    }
}

/// The text with its amounts in words.
fn in_words(text: &str) -> String {
    let (mut said, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if !first.is_ascii_digit() {
            said.push(sign(
                first,
                text[..at].chars().next_back(),
                rest[first.len_utf8()..].chars().next(),
            ));
            at += first.len_utf8();
            continue;
        }
        let in_latin = text[..at].ends_with(|c: char| c.is_ascii_alphabetic());
        let (words, length) = match in_latin {
            true => run(rest).map(|(run, _)| (digits(run), run.len())),
            false => date(rest).or_else(|| time(rest)).or_else(|| fraction(rest)),
        }
        .unwrap_or_else(|| amount(rest));
        match said.chars().next_back() {
            Some('负' | '到') | None => said.push_str(&words),
            Some(mark) => match MONEY.iter().find(|(sign, _)| *sign == mark) {
                Some((sign, unit)) => {
                    said.truncate(said.len() - sign.len_utf8());
                    said.push_str(&words);
                    said.push_str(unit);
                }
                None => said.push_str(&words),
            },
        }
        at += length;
    }
    said
}

/// A character between amounts as it is said.
fn sign(sign: char, before: Option<char>, after: Option<char>) -> char {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    match sign {
        '-' | '−' if is_digit(after) && !before.is_some_and(char::is_alphanumeric) => '负',
        '-' | '–' | '~' | '～' | '〜' if is_digit(before) && is_digit(after) => '到',
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

/// "2024-05-12", "2024/5/12", "2024年"
fn date(text: &str) -> Option<(String, usize)> {
    let (year, rest) = run(text).filter(|(year, _)| year.len() == 4)?;
    if rest.starts_with('年') {
        return Some((one_by_one(year), year.len()));
    }
    let mark = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = run(&rest[1..])?;
    let (day, rest) = run(rest.strip_prefix(mark)?)?;
    let (month, day) = (below(month, 13)?, below(day, 32)?);
    let said = format!(
        "{}年{}月{}日",
        one_by_one(year),
        cardinal(month),
        cardinal(day)
    );
    Some((said, text.len() - rest.len()))
}

/// "15:30"
fn time(text: &str) -> Option<(String, usize)> {
    let (hour, rest) = run(text)?;
    let (minute, rest) =
        run(rest.strip_prefix([':', '：'])?).filter(|(minute, _)| minute.len() == 2)?;
    let (hour, minute) = (below(hour, 25)?, below(minute, 60)?);
    let hour = if hour == 2 {
        "两".to_owned()
    } else {
        cardinal(hour)
    };
    let said = match minute {
        0 => format!("{hour}点"),
        1..10 => format!("{hour}点零{}分", cardinal(minute)),
        _ => format!("{hour}点{}分", cardinal(minute)),
    };
    Some((said, text.len() - rest.len()))
}

/// "1/2"
fn fraction(text: &str) -> Option<(String, usize)> {
    let (above, rest) = run(text)?;
    let (under, rest) = run(rest.strip_prefix('/')?)?;
    let (above, under) = (below(above, 1000)?, below(under, 1000)?);
    let said = format!("{}分之{}", cardinal(under), cardinal(above));
    (!rest.starts_with('/')).then_some((said, text.len() - rest.len()))
}

/// A number with what belongs to it; the text begins with a digit.
fn amount(text: &str) -> (String, usize) {
    let (first, mut rest) = run(text).unwrap_or((text, ""));
    let mut whole = first.to_owned();
    while let Some((group, after)) = rest.strip_prefix(',').and_then(run) {
        if group.len() != 3 || first.len() > 3 {
            break;
        }
        whole.push_str(group);
        rest = after;
    }
    let mut said = match whole.len() > first.len() {
        true => whole.parse().map_or_else(|_| one_by_one(&whole), cardinal),
        false => digits(&whole),
    };
    if whole == "2" && rest.starts_with(|c| MEASURES.contains(c)) {
        said = "两".to_owned();
    }
    if let Some((behind, after)) = rest.strip_prefix('.').and_then(run) {
        said = format!("{said}点{}", one_by_one(behind));
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(['%', '％']) {
        return (format!("百分之{said}"), text.len() - after.len());
    }
    for (unit, name) in UNITS {
        if let Some(after) = rest.strip_prefix(unit)
            && !after.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            return (format!("{said}{name}"), text.len() - after.len());
        }
    }
    (said, text.len() - rest.len())
}

/// A number in words, up to 10¹⁶; larger ones digit by digit.
pub(in crate::tts) fn cardinal(number: u64) -> String {
    match number {
        0 => "零".to_owned(),
        10_000_000_000_000_000.. => one_by_one(&number.to_string()),
        _ => {
            let said = groups(number);
            match said.strip_prefix("一十") {
                Some(rest) => format!("十{rest}"),
                None => said,
            }
        }
    }
}

/// Digits as words: up to nine as a number, more of them, and such as begin with a zero, one by one.
pub(in crate::tts) fn digits(written: &str) -> String {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    match digits.parse() {
        Ok(number) if digits.len() <= 9 && (digits.len() == 1 || !digits.starts_with('0')) => {
            cardinal(number)
        }
        _ => one_by_one(&digits),
    }
}

fn one_by_one(digits: &str) -> String {
    let values = digits.chars().filter_map(|c| c.to_digit(10));
    values.map(|digit| DIGITS[digit as usize]).collect()
}

/// A number in groups of four digits: 亿, 万, and the rest.
fn groups(number: u64) -> String {
    for (unit, name) in [(100_000_000, "亿"), (10_000, "万")] {
        if number >= unit {
            let (count, rest) = (number / unit, number % unit);
            let gap = rest > 0 && rest < unit / 10;
            let rest = if rest > 0 {
                groups(rest)
            } else {
                String::new()
            };
            let zero = if gap { "零" } else { "" };
            let count = if count == 2 {
                "两".to_owned()
            } else {
                groups(count)
            };
            return format!("{count}{name}{zero}{rest}");
        }
    }
    below_ten_thousand(number)
}

fn below_ten_thousand(number: u64) -> String {
    let (mut said, mut gap) = (String::new(), false);
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = gap || !said.is_empty();
            continue;
        }
        if gap {
            said.push('零');
            gap = false;
        }
        said.push(if digit == 2 && unit == 1000 {
            '两'
        } else {
            DIGITS[digit as usize]
        });
        said.push_str(name);
    }
    said
}
