//! Numbers.

/// A number that nobody counts to.
pub(super) fn digit_by_digit(number: u64, cardinal: fn(u64) -> String) -> String {
    let digits = number.to_string();
    let said: Vec<String> = digits
        .bytes()
        .map(|digit| cardinal(u64::from(digit - b'0')))
        .collect();
    said.join(" ")
}
