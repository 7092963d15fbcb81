//! The last prompt as tokens, so that the next one, which goes on where it ended, is not made into tokens from its
//! beginning again.
//!
//! A tokenizer finds control tokens first, and what stands between two of them is made into tokens by itself. So a
//! text may be cut in front of a control token: the tokens of both parts are those of the whole.

/// No control token is longer. So where two texts part, control tokens are the same in both up to this distance before
/// it. Bytes.
const LONGEST_CONTROL_TOKEN: usize = 256;

/// What makes text into tokens.
pub(super) trait Tokenizer {
    type Token: Copy;

    /// The tokens of a text, control tokens among them, and nothing else (no beginning of text).
    fn tokens(&self, text: &str) -> Vec<Self::Token>;

    /// The text of a token.
    fn text(&self, token: Self::Token) -> Vec<u8>;

    /// Whether it is a control token.
    fn is_control(&self, token: Self::Token) -> bool;
}

/// The tokens of the prompt that was asked for last.
pub(super) struct PromptTokens<T> {
    text: String,
    tokens: Vec<T>,
    /// Where a control token begins, in order.
    cuts: Vec<Cut>,
}

#[derive(Clone, Copy, Default)]
struct Cut {
    /// In the text.
    byte: usize,
    /// In the tokens.
    token: usize,
}

impl<T> Default for PromptTokens<T> {
    fn default() -> Self {
        Self {
            text: String::new(),
            tokens: Vec::new(),
            cuts: Vec::new(),
        }
    }
}

impl<T: Copy> PromptTokens<T> {
    /// The tokens of a text. What it has in common with the text before is not given to the tokenizer again.
    pub(super) fn of(&mut self, text: &str, tokenizer: &impl Tokenizer<Token = T>) -> &[T] {
        let same = shared_bytes(&self.text, text);
        let safe = |cut: &Cut| cut.byte + LONGEST_CONTROL_TOKEN <= same;
        self.cuts.truncate(self.cuts.partition_point(safe));
        let from = self.cuts.last().copied().unwrap_or_default();
        self.cuts.pop();
        self.tokens.truncate(from.token);
        let rest = tokenizer.tokens(&text[from.byte..]);
        self.note_cuts(from, &rest, text.as_bytes(), tokenizer);
        self.tokens.extend(rest);
        text.clone_into(&mut self.text);
        &self.tokens
    }

    /// Notes where control tokens begin, as far as the tokens' texts are the text: some tokenizers add spaces, or
    /// take some away.
    fn note_cuts(
        &mut self,
        from: Cut,
        tokens: &[T],
        text: &[u8],
        tokenizer: &impl Tokenizer<Token = T>,
    ) {
        let mut at = from;
        for token in tokens {
            let piece = tokenizer.text(*token);
            if !text[at.byte..].starts_with(&piece) {
                return;
            }
            if tokenizer.is_control(*token) {
                self.cuts.push(at);
            }
            at.byte += piece.len();
            at.token += 1;
        }
    }
}

/// Bytes that both begin with.
fn shared_bytes(a: &str, b: &str) -> usize {
    let pairs = a.bytes().zip(b.bytes());
    pairs.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A token a word with the space before it; `<a>` and `<ab>` are control tokens, as is `<a><a>`.
    #[derive(Default)]
    struct Words {
        /// Bytes it was given.
        given: Cell<usize>,
    }

    const CONTROL: [&str; 3] = ["<a><a>", "<ab>", "<a>"];

    impl Tokenizer for Words {
        type Token = &'static str;

        fn tokens(&self, text: &str) -> Vec<&'static str> {
            self.given.set(self.given.get() + text.len());
            let mut tokens: Vec<&'static str> = Vec::new();
            let text: &'static str = String::from(text).leak();
            let (mut rest, mut word) = (text, 0);
            let mut push = |word: &'static str| {
                tokens.extend(word.split_inclusive(' ').filter(|piece| !piece.is_empty()))
            };
            while word < rest.len() {
                let control = CONTROL.iter().find(|one| rest[word..].starts_with(**one));
                let Some(control) = control else {
                    word += rest[word..].chars().next().map_or(1, char::len_utf8);
                    continue;
                };
                push(&rest[..word]);
                push(control);
                (rest, word) = (&rest[word + control.len()..], 0);
            }
            push(rest);
            tokens
        }

        fn text(&self, token: &'static str) -> Vec<u8> {
            token.into()
        }

        fn is_control(&self, token: &'static str) -> bool {
            CONTROL.contains(&token)
        }
    }

    fn message(n: usize) -> String {
        format!("<a>user<ab>This is message number {n} of a conversation.")
    }

    #[test]
    fn only_what_is_new_is_given_to_the_tokenizer() {
        let (words, mut known) = (Words::default(), PromptTokens::default());
        let mut text: String = (0..400).map(message).collect();
        known.of(&text, &words);
        words.given.set(0);
        text.push_str(&message(400));
        known.of(&text, &words);
        assert!(words.given.get() < 512, "{} bytes", words.given.get());
    }

    #[test]
    fn a_tokenizer_that_changes_the_text_is_asked_for_all_of_it() {
        struct Changes(Words);
        impl Tokenizer for Changes {
            type Token = &'static str;
            fn tokens(&self, text: &str) -> Vec<&'static str> {
                self.0.tokens(text)
            }
            fn text(&self, token: &'static str) -> Vec<u8> {
                self.0.text(token).to_ascii_uppercase()
            }
            fn is_control(&self, token: &'static str) -> bool {
                self.0.is_control(token)
            }
        }
        let (words, mut known) = (Changes(Words::default()), PromptTokens::default());
        let text = "x".to_owned() + &(0..50).map(message).collect::<String>();
        known.of(&text, &words);
        words.0.given.set(0);
        known.of(&text, &words);
        assert_eq!(words.0.given.get(), text.len());
    }

    /// A beginning of the text before and something new behind it.
    fn next(before: &str, rng: &mut fastrand::Rng) -> String {
        const PIECES: [&str; 8] = ["<a>", "<ab>", "<a", "b>", "<", "é", " word", "a"];
        let cut = before.floor_char_boundary(rng.usize(..=before.len()));
        let new = (0..rng.usize(..400)).map(|_| PIECES[rng.usize(..PIECES.len())]);
        before[..cut].to_owned() + &new.collect::<String>()
    }

    #[test]
    fn the_tokens_are_those_of_the_whole_text() {
        for seed in 0..300 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let (words, mut known) = (Words::default(), PromptTokens::default());
            let mut text = String::new();
            for _ in 0..5 {
                text = next(&text, &mut rng);
                assert_eq!(
                    known.of(&text, &words),
                    words.tokens(&text),
                    "{seed}: {text}"
                );
            }
        }
    }
}
