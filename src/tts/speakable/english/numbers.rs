//! Numbers in English words: cardinals, ordinals, years, digits.
//!
//! American style, without "and" or hyphens: the synthesizer says both alike.

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

const SCALES: [(u64, &str); 4] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

/// Longer numbers are said digit by digit: hundreds of trillions are the last that have a name here.
const MAX_DIGITS: usize = 15;

/// A number as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number<'a> {
    pub negative: bool,
    /// Digits without commas; empty for ".5".
    pub whole: String,
    /// Digits after the point.
    pub decimals: Option<&'a str>,
    /// A fraction in one character: '½'.
    pub vulgar: Option<char>,
    /// Written with commas.
    pub grouped: bool,
}

impl<'a> Number<'a> {
    /// Reads the number that `text` starts with, and returns it with the rest.
    pub fn take(text: &'a str) -> Option<(Self, &'a str)> {
        let unsigned = text.strip_prefix('−').unwrap_or(text);
        let (mut whole, mut rest) = split_digits(unsigned);
        let mut number = Self {
            negative: unsigned.len() < text.len(),
            whole: whole.to_owned(),
            decimals: None,
            vulgar: None,
            grouped: false,
        };
        while matches!(whole.len(), 1..=3) {
            // Apostrophes group in Switzerland.
            let Some((group, after)) = rest.strip_prefix([',', '\'']).map(split_digits) else {
                break;
            };
            if group.len() != 3 {
                break;
            }
            number.whole.push_str(group);
            number.grouped = true;
            (whole, rest) = (group, after);
        }
        if let Some((decimals, after)) = rest.strip_prefix('.').map(split_digits)
            && !decimals.is_empty()
        {
            number.decimals = Some(decimals);
            rest = after;
        } else if let Some(first) = rest.chars().next().filter(|c| vulgar(*c).is_some()) {
            number.vulgar = Some(first);
            rest = &rest[first.len_utf8()..];
        }
        let nothing =
            number.whole.is_empty() && number.decimals.is_none() && number.vulgar.is_none();
        (!nothing).then_some((number, rest))
    }

    /// Reads `text` if all of it is a number.
    pub fn whole_of(text: &'a str) -> Option<Self> {
        Self::take(text)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(number, _)| number)
    }

    pub fn is_one(&self) -> bool {
        self.whole == "1" && self.decimals.is_none() && self.vulgar.is_none()
    }

    /// Four digits and nothing else: perhaps a year.
    pub fn as_year(&self) -> Option<u64> {
        let bare = self.is_integer() && !self.negative && !self.grouped && self.whole.len() == 4;
        self.whole.parse().ok().filter(|_| bare)
    }

    pub fn as_small_integer(&self) -> Option<u64> {
        self.whole
            .parse()
            .ok()
            .filter(|_| self.is_integer() && !self.negative)
    }

    pub fn is_integer(&self) -> bool {
        self.decimals.is_none() && self.vulgar.is_none()
    }

    pub fn cardinal(&self) -> String {
        let mut parts = Vec::new();
        if self.negative {
            parts.push("minus".to_owned());
        }
        if !self.whole.is_empty() {
            parts.push(say_digits_of_number(&self.whole));
        }
        if let Some(decimals) = self.decimals {
            parts.push(format!("point {}", digits(decimals)));
        }
        if let Some(words) = self.vulgar.and_then(vulgar) {
            if !self.whole.is_empty() {
                parts.push("and".to_owned());
            }
            parts.push(words.to_owned());
        }
        parts.join(" ")
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(length)
}

fn vulgar(character: char) -> Option<&'static str> {
    Some(match character {
        '½' => "one half",
        '⅓' => "one third",
        '⅔' => "two thirds",
        '¼' => "one quarter",
        '¾' => "three quarters",
        '⅕' => "one fifth",
        '⅛' => "one eighth",
        '⅜' => "three eighths",
        '⅝' => "five eighths",
        '⅞' => "seven eighths",
        _ => return None,
    })
}

/// Digits written together: a number, unless they start with a zero or are too many.
fn say_digits_of_number(written: &str) -> String {
    let is_code = written.len() > 1 && written.starts_with('0');
    // Ten digits and more without a round end are rather a telephone or an article number.
    let is_number = written.len() < 10 || written.ends_with("000");
    match written.parse() {
        Ok(number) if !is_code && is_number && written.len() <= MAX_DIGITS => cardinal(number),
        _ => digits(written),
    }
}

/// Says each digit.
pub(super) fn digits(written: &str) -> String {
    let digits = written.chars().filter_map(|c| c.to_digit(10));
    let words: Vec<&str> = digits
        .filter_map(|digit| SMALL.get(digit as usize).copied())
        .collect();
    words.join(" ")
}

pub(super) fn cardinal(number: u64) -> String {
    for (scale, name) in SCALES {
        if number >= scale {
            let head = format!("{} {name}", cardinal(number / scale));
            return with_rest(head, number % scale);
        }
    }
    if number >= 100 {
        let head = format!("{} hundred", cardinal(number / 100));
        return with_rest(head, number % 100);
    }
    match usize::try_from(number)
        .ok()
        .and_then(|small| SMALL.get(small))
    {
        Some(word) => (*word).to_owned(),
        None => with_rest(TENS[(number / 10) as usize].to_owned(), number % 10),
    }
}

fn with_rest(head: String, rest: u64) -> String {
    if rest == 0 {
        head
    } else {
        format!("{head} {}", cardinal(rest))
    }
}

pub(super) fn ordinal(number: u64) -> String {
    with_last_word(&cardinal(number), |last| match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => last
            .strip_suffix('y')
            .map_or_else(|| format!("{last}th"), |stem| format!("{stem}ieth")),
    })
}

/// 1969 as "nineteen sixty nine", 1905 as "nineteen oh five", 2007 as "two thousand seven".
pub(super) fn year(year: u64) -> String {
    let (century, rest) = (year / 100, year % 100);
    if century % 10 == 0 && rest < 10 {
        return cardinal(year);
    }
    match rest {
        0 => format!("{} hundred", cardinal(century)),
        1..=9 => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// "sixty" to "sixties", "six" to "sixes".
pub(super) fn plural(words: &str) -> String {
    with_last_word(words, |last| match last.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if last.ends_with('x') => format!("{last}es"),
        None => format!("{last}s"),
    })
}

fn with_last_word(words: &str, change: impl Fn(&str) -> String) -> String {
    match words.rsplit_once(' ') {
        Some((head, last)) => format!("{head} {}", change(last)),
        None => change(words),
    }
}

/// A fraction: 3/4 as "three quarters", 8/10 as "eight out of ten".
pub(super) fn fraction(numerator: u64, denominator: u64) -> String {
    let upper = cardinal(numerator);
    let lower = match denominator {
        2 if numerator == 1 => "half".to_owned(),
        2 => "halves".to_owned(),
        4 if numerator == 1 => "quarter".to_owned(),
        4 => "quarters".to_owned(),
        10 | 100 => return format!("{upper} out of {}", cardinal(denominator)),
        3..=20 if numerator == 1 => ordinal(denominator),
        3..=20 if numerator < denominator => format!("{}s", ordinal(denominator)),
        _ => return format!("{upper} over {}", cardinal(denominator)),
    };
    format!("{upper} {lower}")
}
