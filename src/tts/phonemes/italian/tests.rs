//! Italian as espeak-ng 1.52 says it; the words and sentences are ours.

use super::*;

fn say(text: &str) -> String {
    let phonemes = Italian.read_unless(&|| false, text).unwrap();
    phonemes.expect("nobody cancels it").text
}

#[track_caller]
fn assert_said(cases: &[(&str, &str)]) {
    for (text, phonemes) in cases {
        assert_eq!(say(text), *phonemes, "{text:?}");
    }
}

#[test]
fn the_stress_is_on_the_last_syllable_but_one_unless_a_rule_says_otherwise() {
    assert_said(&[
        ("domani", "domˈanɪ"),
        ("città", "ʧitːˈa"),
        ("perché", "perkˈe"),
        ("facile", "fˈaʧile"),
        ("gentile", "ʤentˈile"),
        ("possibile", "poSˈibile"),
        ("politica", "polˈitika"),
        ("amico", "amˈiko"),
        ("bellissimo", "bellˈiSimo"),
        ("numero", "nˈumero"),
        ("chiacchierano", "kjˈakːjerano"),
        ("americano", "amerikˈano"),
        ("hotel", "otˈɛl"),
    ]);
}

#[test]
fn an_infinitive_keeps_its_stress_before_a_pronoun() {
    assert_said(&[("prendersi", "prˈɛndersɪ"), ("vederlo", "vedˈɛrlo")]);
}

#[test]
fn an_i_before_the_last_vowel_is_stressed_in_some_words() {
    assert_said(&[
        ("farmacia", "farmaʧˈia"),
        ("tecnologia", "teknoloʤˈia"),
        ("Germania", "ʤermˈania"),
        ("storia", "stˈɔria"),
        ("via", "vˈia"),
    ]);
}

#[test]
fn letters_are_read_by_what_stands_beside_them() {
    assert_said(&[
        ("ciao", "ʧˈao"),
        ("chiesa", "kjˈɛza"),
        ("acqua", "ˈakːwa"),
        ("gnocchi", "ɲˈɔkːɪ"),
        ("famiglia", "famˈiʎa"),
        ("lasciare", "laʃˈare"),
        ("pizza", "pˈiʦːa"),
        ("zero", "ʣˈɛro"),
        ("realizzare", "realiʣːˈare"),
        ("stazione", "staʦiˈone"),
        ("sbagliato", "zbaʎˈato"),
        ("casa", "kˈaza"),
        ("rosso", "rˈoSo"),
        ("nuovo", "nʊˈɔvo"),
        ("lingua", "lˈiŋɡwa"),
    ]);
}

#[test]
fn an_elided_article_is_one_with_its_word() {
    assert_said(&[
        ("l'acqua fredda", "lˈakːwa frˈedːa"),
        ("c'è tempo", "ʧe tˈɛmpo"),
        ("un po' d'aria", "ʊn pˈo dˈaria"),
    ]);
}

#[test]
fn an_elided_article_is_not_spelt_before_a_number_or_a_space() {
    assert_eq!(say("l'80"), say("l'ottanta"));
    assert_eq!(say("all'8"), say("all 8"));
    assert_eq!(say("l' acqua"), say("l'acqua"));
    assert_said(&[
        ("un'ora", "ʊnˈora"),
        ("'n' roll", "ˈɛnne rˈɔll"),
        ("l'", "ˈelle"),
    ]);
}

#[test]
fn small_words_have_no_stress_before_others() {
    assert_said(&[
        ("di più", "dɪ pjˈu"),
        ("i cani della zia", "i kˈanɪ dˌella ʣˈia"),
    ]);
}

#[test]
fn what_is_no_word_is_spelt() {
    assert_said(&[
        ("DVD", "dˈi vˈu dˈi"),
        ("21", "ventˈuno"),
        ("007", "ʣˈɛro ʣˈɛro sˈɛtːe"),
    ]);
}

#[test]
fn each_word_is_known_to_end_where_it_ends_in_the_text() {
    let text = "Un po' d’aria, Anna?";
    let phonemes = Italian.read_unless(&|| false, text).unwrap().unwrap();
    let ends: Vec<&str> = phonemes
        .words
        .iter()
        .map(|word| &text[..word.text_end])
        .collect();
    assert_eq!(
        ends,
        ["Un", "Un po", "Un po' d’aria", "Un po' d’aria, Anna"]
    );
}
