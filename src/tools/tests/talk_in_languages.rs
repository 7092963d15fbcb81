//! What was said and heard, in the languages other than English.

use super::talk::{LEAK, recalled, talked};
use super::*;

#[test]
fn what_is_erased_does_not_depend_on_the_language() {
    for (language, said_before, about, expected) in [
        (
            Language::German,
            "Die Heizung im Keller ist kaputt.",
            "meine Heizung",
            "Ich habe vergessen, was wir über meine Heizung gesagt haben.",
        ),
        (
            Language::French,
            "C'est bientôt mon anniversaire.",
            "l'anniversaire",
            "J'ai oublié ce que nous avons dit sur l'anniversaire.",
        ),
        (
            Language::Chinese,
            "我的自行车坏了。",
            "自 行 车",
            "我们关于自 行 车说过的话，我忘掉了。",
        ),
    ] {
        let mut toolbox = toolbox();
        toolbox.speak(language);
        talked(&mut toolbox, said_before, "");
        talked(&mut toolbox, LEAK, "Oh.");
        assert_eq!(said(&mut toolbox, "forget", &[("about", about)]), expected);
        toolbox.speak(Language::English);
        let today = recalled(&mut toolbox, &[("day", "today")]);
        assert_eq!(today, "Today you said: The boiler is leaking.");
        toolbox.speak(language);
        said(&mut toolbox, "forget_everything", &[]);
        toolbox.speak(Language::English);
        assert!(recalled(&mut toolbox, &[]).starts_with('!'));
    }
}

#[test]
fn in_other_languages_what_was_said_is_found_and_forgotten_with_facts() {
    let mut toolbox = toolbox();
    toolbox.speak(Language::Chinese);
    talked(&mut toolbox, "我的自行车坏了。", "");
    let recalled = said(&mut toolbox, "recall", &[("about", "自行车")]);
    assert_eq!(recalled, "今天你说过：我的自行车坏了。");
    said(&mut toolbox, "remember", &[("fact", "我的自行车是红色的")]);
    let forgotten = said(&mut toolbox, "forget", &[("about", "我的自行车")]);
    assert_eq!(forgotten, "我忘掉了：我的自行车是红色的。");
    let recalled = said(&mut toolbox, "recall", &[("about", "自行车")]);
    assert_eq!(recalled, "你没有让我记住什么。");
    toolbox.speak(Language::German);
    talked(&mut toolbox, "Ich mag Tee.", "Schön.");
    let forgotten = said(&mut toolbox, "forget", &[("about", "das")]);
    assert_eq!(
        forgotten,
        "Ich habe vergessen, was wir zuletzt gesagt haben."
    );
    talked(&mut toolbox, "Ich mag Tee.", "Schön.");
    let forgotten = said(&mut toolbox, "forget", &[("day", "heute")]);
    assert_eq!(forgotten, "Ich habe vergessen, was wir heute gesagt haben.");
}

#[test]
fn what_was_said_is_asked_for_in_english_only() {
    let mut toolbox = toolbox();
    toolbox.speak(Language::German);
    let asked = said(&mut toolbox, "recall_talk", &[("day", "gestern")]);
    assert_eq!(
        asked,
        "! Das kann ich auf Deutsch noch nicht, nur auf Englisch."
    );
    assert!(!knows("recall_talk", Language::German) && knows("recall_talk", Language::English));
}

#[test]
fn a_name_is_forgotten_in_every_language() {
    for (language, name) in [
        (Language::German, "Namen"),
        (Language::French, "prénom"),
        (Language::Chinese, "名字"),
    ] {
        let mut toolbox = toolbox();
        toolbox.speak(language);
        said(&mut toolbox, "set_name", &[("name", "Anna")]);
        assert!(!said(&mut toolbox, "forget", &[("about", name)]).starts_with('!'));
        assert!(!said(&mut toolbox, "get_name", &[]).contains("Anna"));
    }
}
