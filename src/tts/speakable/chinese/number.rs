//! Numbers in Chinese words.

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A number in words, up to 10¹⁶; larger ones digit by digit.
pub(super) fn cardinal(number: u64) -> String {
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

pub(super) fn one_by_one(digits: &str) -> String {
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
