//! Spanish as espeak-ng 1.52 says it; the words and sentences are ours.

use super::*;

fn say(text: &str) -> String {
    let phonemes = Spanish.read_unless(&|| false, text).unwrap();
    phonemes.expect("nobody cancels it").text
}

#[track_caller]
fn assert_said(cases: &[(&str, &str)]) {
    for (text, phonemes) in cases {
        assert_eq!(say(text), *phonemes, "{text:?}");
    }
}

#[test]
fn the_stress_is_where_the_spelling_puts_it() {
    assert_said(&[
        ("casa", "kˈasa"),
        ("ciudad", "θjuðˈad"),
        ("jóvenes", "xˈoβenes"),
        ("acción", "akθjˈon"),
        ("reloj", "relˈox"),
        ("día", "dˈia"),
    ]);
}

#[test]
fn each_second_syllable_before_the_stress_has_a_weaker_one() {
    assert_said(&[
        ("organización", "ˌoɾɣanˌiθaθjˈon"),
        ("capital", "kˌapitˈal"),
        ("trabajo", "tɾaβˈaxo"),
    ]);
}

#[test]
fn an_adverb_keeps_the_stress_of_its_adjective() {
    assert_said(&[
        ("realmente", "reˈalmˈente"),
        ("fácilmente", "fˈaθilmˈente"),
        ("fomente", "fomˈɛnte"),
    ]);
}

#[test]
fn letters_are_read_by_what_stands_beside_them() {
    assert_said(&[
        ("guerra", "ɡˈera"),
        ("pingüino", "pˌiŋɡuˈino"),
        ("gente", "xˈɛnte"),
        ("queso", "kˈeso"),
        ("cereza", "θeɾˈeθa"),
        ("lluvia", "ʎˈuβja"),
        ("honra", "ˈonra"),
        ("mayo", "mˈaʝo"),
        ("muy", "mˈuj"),
        ("hay", "ˈI"),
        ("reina", "rˈAna"),
        ("causa", "kˈWsa"),
        ("deuda", "dˈeʊða"),
        ("cliente", "kliˈɛnte"),
        ("patria", "pˈatɾia"),
        ("México", "mˈexiko"),
        ("psicólogo", "sikˈoloɣo"),
    ]);
}

#[test]
fn consonants_are_soft_between_vowels_across_words() {
    assert_said(&[
        ("de dónde", "de ðˈonde"),
        ("un vaso", "ˈum bˈaso"),
        ("un gato", "ˈuŋ ɡˈato"),
        ("los gatos, gatos", "los ɣˈatos, ɡˈatos"),
    ]);
}

#[test]
fn small_words_have_no_stress_before_others() {
    assert_said(&[
        ("para la casa", "pˌaɾa la kˈasa"),
        ("¿De qué?", "de kˈe?"),
        ("que", "kˈe"),
    ]);
}

#[test]
fn what_is_no_word_is_spelt() {
    assert_said(&[
        ("DVD", "dˈe ˈuβe ðˈe"),
        ("ONU", "ˈonu"),
        ("7", "sjˈete"),
        ("007", "θˈeɾo θˈeɾo sjˈete"),
        ("H2O", "ˈaʧe ðˈos ˈo"),
    ]);
}

#[test]
fn letters_of_other_languages_are_read_as_what_they_are_made_of() {
    assert_eq!(say("Zürich"), say("zürich"));
    assert_eq!(say("Göran"), say("goran"));
}

#[test]
fn each_word_is_known_to_end_where_it_ends_in_the_text() {
    let text = "¡Hola, Ana! Son 21.";
    let phonemes = Spanish.read_unless(&|| false, text).unwrap().unwrap();
    let ends: Vec<&str> = phonemes
        .words
        .iter()
        .map(|word| &text[..word.text_end])
        .collect();
    assert_eq!(
        ends,
        [
            "¡Hola",
            "¡Hola, Ana",
            "¡Hola, Ana! Son",
            "¡Hola, Ana! Son 21"
        ]
    );
    let last = phonemes.words.last().unwrap();
    assert_eq!(&phonemes.text[last.phonemes_end..], ".");
}

#[test]
fn an_elided_article_of_a_name_is_not_spelt_before_a_space() {
    assert_eq!(say("l' Hospitalet"), say("l'Hospitalet"));
}
