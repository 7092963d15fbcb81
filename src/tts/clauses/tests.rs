//! Tables of replies and the clauses that they are cut into, and the invariants on random input.

use super::*;

fn splitter() -> ClauseSplitter {
    ClauseSplitter::new(ClauseLimits::default(), Language::English)
}

fn split_in_pieces<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut splitter = splitter();
    let mut clauses: Vec<String> = pieces.into_iter().flat_map(|p| splitter.push(p)).collect();
    clauses.extend(splitter.finish());
    clauses
}

fn split(text: &str) -> Vec<String> {
    split_in_pieces([text])
}

#[track_caller]
fn assert_splits(cases: &[&[&str]]) {
    for expected in cases {
        assert_eq!(&split(&expected.concat()), expected);
    }
}

#[track_caller]
fn assert_splits_in(language: Language, cases: &[&[&str]]) {
    for expected in cases {
        let mut splitter = ClauseSplitter::new(ClauseLimits::default(), language);
        let mut clauses = splitter.push(&expected.concat());
        clauses.extend(splitter.finish());
        assert_eq!(&clauses, expected);
    }
}

#[test]
fn sentences_are_clauses() {
    assert_splits(&[
        &["Sure! ", "I can do that. ", "Shall I?"],
        &["Yes. ", "No."],
        &["He said \"Stop.\" ", "Then he left."],
        &["Is it? ", "(I think so.) ", "Good."],
        &["**Done.** ", "Next one."],
        &["Great! 🎉 ", "Let's go."],
        &["Hi. 😀😀"],
        &["sure. ", "i can."],
        &["\"Stop!\" he said, ", "and left."],
        &["Well... maybe."],
        &["Wait… ", "What?"],
        &["  Hello there. ", "Bye.  \n"],
        &["好的。", "我来了！", "你呢？"],
    ]);
}

#[test]
fn first_clause_leaves_early() {
    assert_splits(&[
        &["Of course, ", "I can tell you about it."],
        &["Well, I can tell you about it."],
        &["Good question: ", "it depends."],
        &["The thing is — ", "it depends."],
        &["The thing is—", "it depends."],
        &["The moon is far from here ", "because it is up there."],
        &["The moon is up because it is."],
        &[
            "The old man walked slowly along Broadway eating warm apples ",
            "near water.",
        ],
        // No voice pauses after "the".
        &[
            "Old people walked slowly along Broadway eating warm apples near the lake ",
            "all yesterday.",
        ],
        &["I like android phones more than androids do."],
        &["On July 4, 1776, ", "it began."],
    ]);
}

#[test]
fn later_clauses_are_sentences_unless_long() {
    assert_splits(&[
        &[
            "Okay. ",
            "Red, green, blue, and yellow are colours, as you know.",
        ],
        &[
            "Okay. ",
            "One two three four five six seven eight nine ten eleven, twelve words are here, ",
            "and more.",
        ],
        &[
            "Okay. ",
            "Cats run home all day and dogs run home all night for eighteen words sit here now indeed yes ",
            "because they can.",
        ],
        &[
            "Okay. ",
            "Red red red red red red red red red red red red red red red red red red red red red red ",
            "red red.",
        ],
    ]);
}

#[test]
fn dots_inside_a_sentence_do_not_end_it() {
    assert_splits(&[
        &["It costs 3.5 or 1,000 coins."],
        &["I saw Dr. Smith today. ", "He waved."],
        &["Use fruit, ", "e.g. apples, or etc. things."],
        &["Come at 3 p.m. tomorrow. ", "Bye."],
        &["Come at 3 p.m. ", "Bring wine."],
        &["The U.S. Navy is big. ", "It sails."],
        &["She lives in the U.S. ", "The house is big."],
        &["Ask J. K. Rowling about it."],
        &["So did I. ", "Then we left."],
        &["See example.com/a.b?c=d. ", "It is good."],
        &["Take No. 5 now. ", "I said no. ", "Go."],
        &["Version 3.11.7 is out. ", "Get it."],
        &["Call `a. B` now. ", "Then stop."],
        &[
            "See [the text. And more, or less](https://x.org/a) now. ",
            "Go.",
        ],
        &["On Jan. 5 it snowed. ", "It melted."],
    ]);
}

#[test]
fn german_ordinals_and_abbreviations_do_not_end_a_sentence() {
    let cases: &[&[&str]] = &[
        &["Am 3. Oktober ist Feiertag. ", "Das Büro ist zu."],
        &["Das kostet 3 Mio. Euro im Jahr. ", "Viel Geld."],
        &["Nimm Nr. 5 mit. ", "Los."],
        &["Ich mag Obst, ", "z. B. Äpfel. ", "Du auch?"],
        &["Er heißt Dr. Weiß. ", "Er hilft."],
    ];
    assert_splits_in(Language::German, cases);
}

#[test]
fn german_numbers_may_end_a_sentence() {
    let cases: &[&[&str]] = &[
        &["Es sind 25. ", "Das ist viel."],
        &["Das war 1989. ", "Berlin feierte."],
    ];
    assert_splits_in(Language::German, cases);
}

#[test]
fn abbreviations_of_romance_languages_do_not_end_a_sentence() {
    let spanish: &[&[&str]] = &[
        &["Llama a la Sra. García. ", "Está en casa."],
        &["Vive en EE. UU. ", "La casa es grande."],
        &["Te digo que no. ", "Vete."],
    ];
    assert_splits_in(Language::Spanish, spanish);
    let french: &[&[&str]] = &[
        &["Voici M. Dupont. ", "Il parle."],
        &["Il y en a sept. ", "C'est bien."],
    ];
    assert_splits_in(Language::French, french);
    let italian: &[&[&str]] = &[
        &["Chiama il sig. Rossi. ", "È qui."],
        &["Apri pag. 5 del libro. ", "Leggi."],
    ];
    assert_splits_in(Language::Italian, italian);
}

#[test]
fn no_clause_ends_with_a_word_that_binds_the_next() {
    let mut splitter = ClauseSplitter::new(ClauseLimits::default(), Language::German);
    splitter.hurry();
    let clauses = splitter.push("Ich gehe heute in die Stadt dort drüben.");
    assert_eq!(clauses, ["Ich gehe heute in die Stadt "]);
}

#[test]
fn the_last_word_of_a_sentence_is_not_left_over() {
    for text in [
        "At eight AM we go.",
        "It will be very nice! ",
        "Why do you think so?\n",
    ] {
        let mut splitter = splitter();
        splitter.hurry();
        let mut clauses = splitter.push(text);
        clauses.extend(splitter.finish());
        assert_eq!(clauses.len(), 1, "{clauses:?}");
    }
}

#[test]
fn a_length_in_inches_does_not_end_a_sentence() {
    let mut splitter = splitter();
    let clauses = splitter.push("It is 10 in. wide. Yes.");
    assert_eq!(clauses, ["It is 10 in. wide. "]);
}

#[test]
fn chinese_is_cut_at_its_marks() {
    let cases: &[&[&str]] = &[
        &["当然可以，", "我来告诉你。"],
        &["好的，我来了。", "你呢？"],
        &["他说：“好。”", "然后走了。"],
        &["**重点：**天气很好。", "走吧！"],
        &["好。", "今天天气很好，我们去公园走走。"],
        &[
            "好。",
            "我们今天早上先去公园散步然后再去市场买一些新鲜的菜，",
            "晚上做饭。",
        ],
    ];
    assert_splits_in(Language::Chinese, cases);
}

#[test]
fn line_breaks_are_boundaries() {
    assert_splits(&[
        &["Buy this:", "\n- milk", "\n- two eggs", "\n\nThen go."],
        &["1. Milk", "\n2. Eggs. ", "Many.", "\n10) Ham"],
        &["42. ", "That is it."],
        &["# Title", "\n\nText here"],
        &["Above", "\n---\nbelow"],
        &["One line\r", "\nAnother"],
    ]);
}

#[test]
fn code_block_is_one_clause() {
    assert_splits(&[
        &[
            "Here:",
            "\n```rust\nfn main() {}\n\nlet x = 1. Then\n```",
            "\nThat is it.",
        ],
        &["Here:", "\n```\nnever closed. Really.\n\nNo."],
        &["A lone ` tick. Hm", "\nThen go. ", "Yes."],
    ]);
}

#[test]
fn blank_reply_has_no_clause() {
    assert_eq!(split(""), Vec::<String>::new());
    assert_eq!(split(" \n\n "), Vec::<String>::new());
}

#[test]
fn first_clause_leaves_at_the_character_that_settles_it() {
    let mut splitter = splitter();
    assert!(splitter.push("Hello the").is_empty());
    assert!(splitter.push("re.").is_empty());
    assert!(splitter.push(" ").is_empty());
    assert_eq!(splitter.push("H"), ["Hello there. "]);
    assert_eq!(splitter.finish().as_deref(), Some("H"));
    assert_eq!(splitter.finish(), None);
}

#[test]
fn reset_makes_the_next_clause_a_first_one() {
    let mut splitter = splitter();
    splitter.push("Yes. And then ");
    splitter.reset();
    assert_eq!(splitter.push("Of course, I"), ["Of course, "]);
}

/// The generator of Marsaglia, "Xorshift RNGs" (2003): seeded, so a failure can be repeated.
struct Xorshift(u64);

impl Xorshift {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

const TRICKY: &[&str] = &[
    "a",
    "B",
    "word ",
    "and ",
    "the ",
    "Dr. ",
    "U.S. ",
    "3.5",
    "1,000 ",
    ". ",
    "! ",
    "? ",
    ", ",
    "; ",
    ": ",
    "…",
    "— ",
    "—",
    "-",
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "`",
    "```",
    "\n```\n",
    "[",
    "](",
    ")",
    "\"",
    "’",
    "*",
    "**",
    "_",
    "é",
    "日本。",
    "，",
    "”",
    "！",
    "🎉",
    "👩‍💻",
    "\u{200b}",
    "\u{a0}",
    "\t",
    "https://a.b/c?d ",
    "p.m. ",
    " ",
    "  ",
    "~",
    "...",
    "42. ",
    "#",
    "|",
];

#[test]
fn chunking_changes_nothing_and_nothing_is_lost() {
    for seed in 1..=600 {
        let mut random = Xorshift::new(seed);
        let length = random.below(80);
        let text: String = (0..length)
            .map(|_| TRICKY[random.below(TRICKY.len())])
            .collect();
        let whole = split(&text);
        if text.trim().is_empty() {
            assert!(whole.is_empty(), "seed {seed}: {text:?}");
            continue;
        }
        assert_eq!(whole.concat(), text, "seed {seed}");
        assert!(
            whole.iter().all(|c| !c.trim().is_empty()),
            "seed {seed}: {whole:?}"
        );
        for _ in 0..4 {
            let mut pieces = Vec::new();
            let mut rest = text.as_str();
            while !rest.is_empty() {
                let take = 1 + random.below(9);
                let end = rest
                    .char_indices()
                    .nth(take)
                    .map_or(rest.len(), |(at, _)| at);
                let (piece, tail) = rest.split_at(end);
                pieces.push(piece);
                rest = tail;
            }
            assert_eq!(split_in_pieces(pieces), whole, "seed {seed}: {text:?}");
        }
    }
}

#[test]
fn plain_prose_keeps_to_the_maximum() {
    let limits = ClauseLimits::default();
    for seed in 1..=200 {
        let mut random = Xorshift::new(seed);
        let words = [
            "the ", "cat ", "sat, ", "of ", "and ", "which ", "runs ", "5 ", "very ",
        ];
        let text: String = (0..200).map(|_| words[random.below(words.len())]).collect();
        for (index, clause) in split(&text).iter().enumerate() {
            let max = if index == 0 {
                limits.first_max_words
            } else {
                limits.later_max_words
            };
            let count = clause.split_whitespace().count();
            assert!(
                count <= max + GRACE_WORDS,
                "seed {seed}: {count} words in {clause:?}"
            );
        }
    }
}

#[test]
fn who_waits_hears_the_first_words_sooner() {
    let text = "I am a professional basketball coach and I like it.";
    let first = |hurried: bool| {
        let mut splitter = splitter();
        if hurried {
            splitter.hurry();
        }
        let mut clauses = splitter.push(text);
        clauses.extend(splitter.finish());
        clauses.remove(0)
    };
    assert_eq!(first(true), "I am a professional ");
    assert_eq!(first(false), "I am a professional basketball coach ");
}

#[test]
fn what_is_flushed_is_a_clause_and_what_follows_is_no_first_one() {
    let mut splitter = splitter();
    assert!(splitter.push("One moment. ").is_empty());
    assert_eq!(splitter.flush().as_deref(), Some("One moment. "));
    assert_eq!(splitter.flush(), None);
    // A first clause would be cut at the comma.
    let mut clauses = splitter.push("Well, now it is green.");
    clauses.extend(splitter.finish());
    assert_eq!(clauses, ["Well, now it is green."]);
}
