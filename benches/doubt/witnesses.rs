//! What an answer's tokens may say about how sure the model is of it. More is surer.

/// The witnesses, in the order of [`testify`].
pub const WITNESSES: [&str; 5] = [
    "mean of all tokens",
    "the least sure token",
    "the first token",
    "mean of names and numbers",
    "mean of words not in the question",
];

/// What each witness says of an answer by its tokens, each with the logarithm of its probability. Where there are no
/// words of the witness's kind, it is the mean of all tokens. `None` of no tokens.
pub fn testify(question: &str, tokens: &[(Vec<u8>, f32)]) -> Option<[f64; WITNESSES.len()]> {
    let all: Vec<f64> = tokens.iter().map(|(_, sure)| f64::from(*sure)).collect();
    let (first, of_all) = (*all.first()?, mean(&all)?);
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let asked: Vec<String> = question.split_whitespace().map(plain).collect();
    let words = words(tokens);
    let names_and_numbers = words.iter().filter(|word| word.is_name_or_number);
    let new = words.iter().filter(|word| !asked.contains(&word.plain));
    Some([
        of_all,
        least,
        first,
        mean_of_words(names_and_numbers).unwrap_or(of_all),
        mean_of_words(new).unwrap_or(of_all),
    ])
}

/// A word of an answer.
#[derive(Default)]
struct Word {
    /// As it is written, with the marks around it.
    text: String,
    /// Without case and marks.
    plain: String,
    /// It has a digit, or a capital letter where a small one would do.
    is_name_or_number: bool,
    /// Of its tokens with letters or digits.
    sureness: Vec<f64>,
}

fn words(tokens: &[(Vec<u8>, f32)]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (piece, sure) in tokens {
        let piece = String::from_utf8_lossy(piece);
        if words.is_empty() || piece.starts_with(char::is_whitespace) {
            words.push(Word::default());
        }
        if let Some(word) = words.last_mut() {
            word.text.push_str(&piece);
            // Half a character is no mark either.
            if piece.contains(|c: char| c.is_alphanumeric() || c == char::REPLACEMENT_CHARACTER) {
                word.sureness.push(f64::from(*sure));
            }
        }
    }
    let mut begins_sentence = true;
    for word in &mut words {
        let text = word.text.trim();
        let begins_large = text.trim_start_matches('"').starts_with(char::is_uppercase);
        word.is_name_or_number =
            text.contains(|c: char| c.is_ascii_digit()) || (begins_large && !begins_sentence);
        word.plain = plain(text);
        begins_sentence = text.ends_with(['.', '!', '?']);
    }
    words.retain(|word| !word.plain.is_empty());
    words
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn mean_of_words<'w>(words: impl Iterator<Item = &'w Word>) -> Option<f64> {
    let sureness: Vec<f64> = words.flat_map(|word| word.sureness.clone()).collect();
    mean(&sureness)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
