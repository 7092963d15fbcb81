//! How words are told apart and phrases found, and the form of the bundled lists.

use super::*;

fn list(phrases: &[&str]) -> Vec<String> {
    phrases
        .iter()
        .map(|phrase| words(phrase).join(" "))
        .collect()
}

#[test]
fn words_are_lower_case_without_punctuation() {
    assert_eq!(
        words("Mm-hm. That\u{2019}s - \"right\"!"),
        ["mm-hm", "that's", "right"]
    );
}

#[test]
fn each_chinese_character_is_a_word() {
    assert_eq!(
        words("停一下，OK？3个"),
        ["停", "一", "下", "ok", "3", "个"]
    );
}

#[test]
fn two_chinese_characters_count_as_a_word() {
    assert_eq!(word_count(&words("turn it off")), 3);
    assert_eq!(word_count(&words("月亮")), 1);
    assert_eq!(word_count(&words("播放 music 好吗")), 3);
}

#[test]
fn phrases_in_a_row_are_found_and_others_are_not() {
    let list = list(&["stop", "hold on"]);
    assert!(Lexicon::consists_of(&list, &words("Stop, hold on")));
    assert!(!Lexicon::consists_of(&list, &words("hold it")));
    assert!(!Lexicon::consists_of(&list, &[]));
    assert!(Lexicon::begins_with(&list, &words("hold on, who is it?")));
    assert!(!Lexicon::begins_with(&list, &words("we hold on")));
}

#[test]
fn repetitions_of_phrases_that_contain_each_other_take_no_time() {
    let backchannels = Lexicon::of(Language::Chinese).backchannels;
    let mut loops = "对".repeat(30);
    assert!(Lexicon::consists_of(&backchannels, &words(&loops)));
    loops.push('吃');
    assert!(!Lexicon::consists_of(&backchannels, &words(&loops)));
}

#[test]
fn a_request_to_go_on_is_listening_in_every_language() {
    let cases = [
        (Language::English, "Go ahead.", "What were you saying?"),
        (
            Language::English,
            "Yes, please carry on.",
            "Where were you?",
        ),
        (Language::English, "Keep going.", "Go on to the next one."),
        (Language::English, "Continue.", "Continue with the moon."),
        (Language::German, "Sprich weiter.", "Wo warst du?"),
        (Language::German, "Nur zu.", "Weiter weg?"),
        (Language::German, "Weiter so.", "Was wolltest du sagen?"),
        (Language::Spanish, "Sí, adelante.", "¿Qué decías?"),
        (Language::Spanish, "Sigue así.", "¿Por dónde ibas?"),
        (Language::French, "Vas-y, continue.", "Que disais-tu ?"),
        (Language::French, "Allez-y.", "Où en étais-tu ?"),
        (Language::Italian, "Vai avanti.", "Cosa dicevi?"),
        (Language::Italian, "Continua pure.", "Dove eri rimasta?"),
        (Language::Chinese, "继续说吧。", "你刚才说什么？"),
        (Language::Chinese, "请继续。", "你刚才说到哪儿了？"),
    ];
    for (language, listens, asks) in cases {
        let lexicon = Lexicon::of(language);
        assert!(lexicon.only_listens(&words(listens)), "{listens}");
        assert!(!lexicon.only_listens(&words(asks)), "{asks}");
    }
}

#[test]
fn phrases_are_found_at_the_end_and_in_between() {
    let list = list(&["或者", "但是"]);
    assert!(Lexicon::ends_with(&list, &words("茶或者")));
    assert!(!Lexicon::ends_with(&list, &words("或者茶")));
    assert!(Lexicon::mentions(&list, &words("我想，但是不行")));
    assert!(!Lexicon::mentions(&list, &words("或许")));
}

#[test]
fn what_stands_behind_phrases_is_found_behind_the_longest() {
    let list = list(&["那", "那么"]);
    assert_eq!(Lexicon::after(&list, &words("那么你呢")), ["你", "呢"]);
    assert!(Lexicon::after(&list, &words("那那么")).is_empty());
}

#[test]
fn a_request_may_be_polite() {
    let lexicon = Lexicon::of(Language::Spanish);
    assert!(lexicon.asks_only(&lexicon.stop, &words("Para, por favor.")));
    assert!(lexicon.asks_first(&lexicon.wait, &words("Oye, espera, ¿qué es eso?")));
    assert!(!lexicon.asks_only(&lexicon.stop, &words("Por favor.")));
}

#[test]
fn a_phrase_may_contain_a_polite_word() {
    let lexicon = Lexicon::of(Language::Spanish);
    assert!(lexicon.asks_only(&lexicon.wait, &words("Espera un momento.")));
    let lexicon = Lexicon::of(Language::Chinese);
    assert!(lexicon.asks_only(&lexicon.stop, &words("好了好了！")));
}

#[test]
fn every_lexicon_is_lower_case_words() {
    for language in Language::all() {
        let mut lexicon = Lexicon::as_written(language);
        assert_eq!(lexicon.language, language);
        for list in lexicon.lists() {
            assert!(!list.is_empty(), "{language}");
            for phrase in list {
                let words = words(phrase);
                let as_words = if phrase.contains(is_han) {
                    words.concat()
                } else {
                    words.join(" ")
                };
                assert_eq!(as_words, *phrase, "{language}");
                assert!(words.len() <= LONGEST_PHRASE, "{language}: {phrase}");
            }
        }
    }
}
