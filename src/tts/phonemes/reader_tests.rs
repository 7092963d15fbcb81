//! What holds for each language's reader.

use super::*;

/// The characters that Kokoro 82M v1.0 knows (`tokenizer.json`), which are those that misaki writes.
const KNOWN: &str = ";:,.!?—…\"()“” \u{303}ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃ\
    ʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

fn readers() -> [(&'static str, Box<dyn Phonemizer>); 3] {
    [
        ("es", Box::new(Spanish)),
        ("it", Box::new(Italian)),
        ("zh", Box::new(Chinese::default())),
    ]
}

fn read(reader: &dyn Phonemizer, text: &str) -> Phonemes {
    let read = reader.read_unless(&|| false, text).unwrap();
    read.expect("nobody cancels it")
}

/// Reads a text, and checks what holds for any.
#[track_caller]
fn checked(name: &str, reader: &dyn Phonemizer, text: &str) -> Phonemes {
    let phonemes = read(reader, text);
    let unknown = phonemes.text.chars().find(|c| !KNOWN.contains(*c));
    assert_eq!(unknown, None, "{name}: {text:?} is {:?}", phonemes.text);
    let (mut text_end, mut phonemes_end) = (0, 0);
    for word in &phonemes.words {
        assert!(word.text_end > text_end, "{name}: {text:?}: {phonemes:?}");
        assert!(
            word.phonemes_end > phonemes_end,
            "{name}: {text:?}: {phonemes:?}"
        );
        (text_end, phonemes_end) = (word.text_end, word.phonemes_end);
        assert!(text.is_char_boundary(text_end) && phonemes.text.is_char_boundary(phonemes_end));
    }
    phonemes
}

const HOSTILE: [&str; 22] = [
    "",
    " ",
    "...",
    "?!",
    "🎉 👩‍💻",
    "''''",
    "l'",
    "'n'",
    "d'd'd'",
    "ÿ ŷ ẞ ﬁ ǅ",
    "Ωμέγα и Москва",
    "你好 hola ciao",
    "a\u{301}\u{301}\u{301}",
    "\u{301}",
    "mente amente uuuu iiii yyyy aiaiai",
    "ququ gugu güe gn gli sci cia gia qu q gu",
    "0 00 007 1 999999999 1000000000 ٣ ²",
    "b2b H2O 3D",
    "İstanbul ŁÓDŹ Đorđe Þór",
    "\0\u{200b}\u{feff}",
    "儿 一 不 〇 𠀀 㐀 一不一不 不不不",
    "x–y—z…w(“v”)«u»",
];

#[test]
fn any_text_becomes_phonemes_that_kokoro_knows() {
    for (name, reader) in readers() {
        for text in HOSTILE {
            checked(name, reader.as_ref(), text);
        }
    }
}

#[test]
fn any_mixture_of_letters_becomes_phonemes_that_kokoro_knows() {
    let letters: Vec<char> = "abcdefghijklmnopqrstuvwxyzáéíóúüñàèìòùçß'’ ,.-1230銀行一不儿了得长"
        .chars()
        .collect();
    let mut random = fastrand::Rng::with_seed(1);
    for (name, reader) in readers() {
        // English words within Chinese take longer.
        let texts = if name == "zh" { 20 } else { 500 };
        for _ in 0..texts {
            let text: String = (0..20)
                .map(|_| letters[random.usize(..letters.len())])
                .collect();
            checked(name, reader.as_ref(), &text);
        }
    }
}

#[test]
fn ten_thousand_characters_are_read_to_their_end() {
    for (name, reader) in readers() {
        for part in ["a", "123 ", "ABC ", "你好吗，"] {
            let text = part.repeat(10_000 / part.chars().count());
            let phonemes = checked(name, reader.as_ref(), &text);
            let readable = name == "zh" || !part.contains('你');
            let end = phonemes.words.last().map(|word| word.text_end);
            let letters = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
            assert_eq!(end, readable.then_some(letters), "{name}: {part}");
        }
    }
}

#[test]
fn no_word_in_latin_letters_is_dropped() {
    let text = "Zürich, xkcd b2b, Łódź O'Hara DVD Mr Smith";
    for (name, reader) in readers() {
        let phonemes = checked(name, reader.as_ref(), text);
        let ends: Vec<usize> = phonemes.words.iter().map(|word| word.text_end).collect();
        for word in [
            "Zürich", "xkcd", "b2b", "Łódź", "O'Hara", "DVD", "Mr", "Smith",
        ] {
            let end = text.find(word).unwrap() + word.len();
            assert!(ends.contains(&end), "{name}: {word}: {phonemes:?}");
        }
    }
}
