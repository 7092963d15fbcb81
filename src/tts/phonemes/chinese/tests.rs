//! Mandarin: words, readings and tones.

use super::*;

fn read(text: &str) -> Phonemes {
    let phonemes = Chinese::default().read_unless(&|| false, text).unwrap();
    phonemes.expect("nobody cancels it")
}

#[track_caller]
fn assert_said(cases: &[(&str, &str)]) {
    for (text, phonemes) in cases {
        assert_eq!(read(text).text, *phonemes, "{text:?}");
    }
}

#[test]
fn syllables_become_the_sounds_of_misaki() {
    for (pinyin, sounds) in [
        ("zhong1", "ꭧʊ→ŋ"),
        ("shi4", "ʂɨ↘"),
        ("ci2", "ʦʰɨ↗"),
        ("xue2", "ɕɥe↗"),
        ("yuan2", "ɥɛ↗n"),
        ("yong4", "jʊ↘ŋ"),
        ("liu4", "ljou↘"),
        ("gui1", "kwei→"),
        ("lun2", "lwə↗n"),
        ("lü4", "ly↘"),
        ("nve4", "nɥe↘"),
        ("jun1", "ʨy→n"),
        ("wo3", "wo↓"),
        ("weng1", "wə→ŋ"),
        ("er4", "ɚ↘"),
        ("bo1", "pwo→"),
        ("yi1", "i→"),
        ("wu3", "u↓"),
        ("ma", "ma"),
        ("qqq1", ""),
    ] {
        assert_eq!(phonemes(&Syllable::parse(pinyin)), sounds, "{pinyin}");
    }
}

#[test]
fn a_character_is_read_as_its_word_is() {
    assert_said(&[
        ("银行", "i↗nxa↗ŋ"),
        ("行人", "ɕi↗ŋɻə↗n"),
        ("音乐", "i→nɥe↘"),
        ("快乐", "kʰwai↘lɤ↘"),
        ("重要", "ꭧʊ↘ŋjau↘"),
        ("重新", "ꭧʰʊ↗ŋɕi→n"),
    ]);
}

#[test]
fn a_negation_and_a_one_take_their_tone_from_what_follows() {
    assert_said(&[
        ("不是", "pu↗ʂɨ↘"),
        ("不好", "pu↘xau↓"),
        ("一天", "i↘tʰjɛ→n"),
        ("一定", "i↗ti↘ŋ"),
        ("第一", "ti↘i→"),
        ("看一看", "kʰa↘nikʰa↘n"),
    ]);
}

#[test]
fn the_first_of_two_third_tones_is_a_second_one() {
    assert_said(&[
        ("你好", "ni↗xau↓"),
        ("很好", "xə↗n xau↓"),
        ("水果", "ʂwei↗kwo↓"),
    ]);
}

#[test]
fn a_bent_syllable_is_one() {
    assert_said(&[("花儿", "xwa→ɚ"), ("女儿", "ny↓ɚ↗")]);
}

#[test]
fn full_width_marks_are_those_that_the_voice_knows() {
    assert_said(&[("好，好！“好”？", "xau↓, xau↓! “xau↓”?")]);
}

#[test]
fn digits_and_latin_letters_are_read() {
    assert_said(&[("AI", "ˈA ˈI")]);
    assert_said(&[("12", "ʂɨ↗ɚ↘")]);
    let phonemes = read("我用Google。");
    assert!(phonemes.text.contains("ɡˈuɡᵊl"), "{phonemes:?}");
}

#[test]
fn each_word_is_known_to_end_where_it_ends_in_the_text() {
    let text = "我喜欢音乐，很好。";
    let phonemes = read(text);
    let ends: Vec<&str> = phonemes
        .words
        .iter()
        .map(|word| &text[..word.text_end])
        .collect();
    assert_eq!(
        ends,
        [
            "我",
            "我喜欢",
            "我喜欢音乐",
            "我喜欢音乐，很",
            "我喜欢音乐，很好"
        ]
    );
}
