//! What each language's words do, through the machine.

use super::*;
use crate::language::Language;
use crate::lexicon::Lexicon;

fn speaking(language: Language) -> TurnTakingConfig {
    TurnTakingConfig {
        lexicon: Lexicon::of(language),
        ..config()
    }
}

/// Whether words, said in so short a time over a reply, stop it.
fn stop_a_reply(language: Language, text: &str) -> bool {
    let mut c = Conversation::in_a_story_with(speaking(language), "");
    let commands = c.says_over(2, 400, text);
    commands.contains(&Command::StopReply(reply(1)))
}

/// Whether words, said into the silence, are answered.
fn are_answered(language: Language, text: &str) -> bool {
    let mut c = Conversation::with(speaking(language));
    let commands = c.user_says(1, text);
    commands.contains(&Command::Release(reply(1)))
}

#[track_caller]
fn assert_all(holds: fn(Language, &str) -> bool, expected: bool, cases: &[(Language, &[&str])]) {
    for (language, texts) in cases {
        for text in *texts {
            assert_eq!(holds(*language, text), expected, "{language}: {text:?}");
        }
    }
}

/// Ask for silence, or to wait.
const REQUESTS: &[(Language, &[&str])] = &[
    (
        Language::German,
        &[
            "Stopp.",
            "Hör auf zu reden.",
            "Sei leise!",
            "Hören Sie auf.",
            "Warte mal bitte.",
            "Warten Sie.",
        ],
    ),
    (
        Language::Spanish,
        &[
            "Para.",
            "Pará.",
            "Deja de hablar.",
            "Para de hablar, por favor.",
            "Deténgase.",
            "Cállese.",
            "Espera un momento.",
        ],
    ),
    (
        Language::French,
        &[
            "Stop.",
            "Arrête de parler.",
            "Arrêtez, s'il vous plaît.",
            "Taisez-vous.",
            "Attendez.",
        ],
    ),
    (
        Language::Italian,
        &[
            "Basta.",
            "Smetti di parlare.",
            "Stai zitto.",
            "Stai zitta.",
            "Si fermi, per favore.",
            "Aspetti.",
        ],
    ),
    (
        Language::Chinese,
        &[
            "停。",
            "请停一下。",
            "停下来",
            "别说了。",
            "別說了。",
            "好的，停。",
            "等一下。",
            "等等",
        ],
    ),
];

#[test]
fn a_request_for_silence_stops_a_reply() {
    assert_all(stop_a_reply, true, REQUESTS);
}

#[test]
fn a_request_for_silence_is_not_answered() {
    assert_all(are_answered, false, REQUESTS);
}

#[test]
fn a_listener_does_not_stop_a_reply() {
    assert_all(
        stop_a_reply,
        false,
        &[
            (Language::German, &["Genau.", "Ach so.", "Mhm, ja."]),
            (Language::Spanish, &["Claro que sí.", "Ya veo.", "Ajá."]),
            (Language::French, &["Ah bon.", "D'accord.", "Tout à fait."]),
            (Language::Italian, &["Va bene.", "Ho capito.", "Esatto."]),
            (Language::Chinese, &["嗯。", "明白了。", "原来如此", "謝謝"]),
        ],
    );
}

#[test]
fn a_call_stops_a_reply_however_short() {
    assert_all(
        stop_a_reply,
        true,
        &[
            (Language::German, &["Nein."]),
            (Language::Spanish, &["¿Qué?"]),
            (Language::French, &["Hein ?"]),
            (Language::Italian, &["Cioè?"]),
            (Language::Chinese, &["为什么？", "大聲點"]),
        ],
    );
}

#[test]
fn a_filled_pause_is_not_answered() {
    assert_all(
        are_answered,
        false,
        &[
            (Language::German, &["Ähm."]),
            (Language::Spanish, &["Eh."]),
            (Language::French, &["Euh."]),
            (Language::Italian, &["Ehm."]),
            (Language::Chinese, &["呃。", "額"]),
        ],
    );
}

#[test]
fn a_short_question_or_answer_is_answered() {
    assert_all(
        are_answered,
        true,
        &[
            (Language::German, &["Obst.", "Und ich?", "Ja."]),
            (
                Language::Spanish,
                &["Este.", "¿Esto?", "¿Qué es esto?", "Pasta."],
            ),
            (Language::French, &["Hein ?", "Si."]),
            (Language::Italian, &["Cioè?", "Allora?", "Pasta."]),
            (
                Language::Chinese,
                &["这个。", "那个。", "好了。", "嗯。", "不是。"],
            ),
        ],
    );
}

#[test]
fn food_is_no_misheard_stop() {
    for (language, text) in [
        (Language::German, "Obst."),
        (Language::Spanish, "Pasta."),
        (Language::Italian, "Pasta."),
    ] {
        assert!(!stop_a_reply(language, text), "{text}");
    }
}

#[test]
fn in_chinese_two_characters_are_too_little_to_interrupt_and_three_are_not() {
    assert!(!stop_a_reply(Language::Chinese, "月亮"));
    assert!(stop_a_reply(Language::Chinese, "月亮呢"));
}

#[test]
fn its_own_chinese_words_do_not_interrupt() {
    let said = "从前有一只狐狸，它住在森林里。";
    let mut c = Conversation::in_a_story_with(speaking(Language::Chinese), said);
    let commands = c.says_over(2, 700, "它住在森林");
    assert!(
        !commands.contains(&Command::StopReply(reply(1))),
        "{commands:?}"
    );
}

#[test]
fn yes_answers_a_chinese_question() {
    let mut c = Conversation::in_a_story_with(speaking(Language::Chinese), "要继续吗？");
    let commands = c.says_over(2, 400, "好的。");
    assert!(
        commands.contains(&Command::StopReply(reply(1))),
        "{commands:?}"
    );
}

#[test]
fn a_chinese_guess_with_its_own_mark_is_kept() {
    let mut c = Conversation::with(speaking(Language::Chinese));
    c.speech();
    c.on(Event::Partial {
        turn: TURN,
        text: "你好吗？".into(),
    });
    assert!(c.after(500).pause().contains(&answer(reply(1), "你好吗？")));
}

#[test]
fn the_words_of_the_language_that_the_user_goes_over_to_are_known() {
    let mut c = Conversation::in_a_story_with(speaking(Language::English), "");
    c.on(Event::Spoken(Language::German));
    let commands = c.says_over(2, 400, "Hör auf.");
    assert!(
        commands.contains(&Command::StopReply(reply(1))),
        "{commands:?}"
    );
}

#[test]
fn an_answer_is_made_in_the_language_of_the_words() {
    let mut c = Conversation::with(speaking(Language::English));
    c.on(Event::Spoken(Language::German));
    let commands = c.user_says(1, "Was ist die Hauptstadt von Italien?");
    let speak = commands
        .iter()
        .position(|c| *c == Command::Speak(Language::German));
    let draft = commands
        .iter()
        .position(|c| matches!(c, Command::Draft { .. }));
    assert!(speak.is_some() && speak < draft, "{commands:?}");
}

#[test]
fn words_that_want_no_answer_do_not_change_the_language() {
    let mut c = Conversation::with(speaking(Language::English));
    c.on(Event::Spoken(Language::German));
    let ignored = c.user_says(1, "Ähm.");
    assert!(ignored.contains(&Command::Ignore), "{ignored:?}");
    let answered = c.user_says(2, "What is the capital of Italy?");
    let speaks = |c: &Command| matches!(c, Command::Speak(_));
    assert!(!answered.iter().any(speaks), "{answered:?}");
}

#[test]
fn a_guess_that_was_begun_in_the_language_of_the_turn_before_is_thrown_away() {
    let is_draft = |c: &Command| matches!(c, Command::Draft { .. });
    let text = "Turn it off.";
    let mut c = Conversation::with(speaking(Language::English));
    c.speech();
    c.on(Event::Partial {
        turn: TURN,
        text: text.into(),
    });
    assert!(c.after(500).pause().iter().any(is_draft));
    c.on(Event::Spoken(Language::German));
    let commands = c.decoded(1, 1, text);
    let speak = commands
        .iter()
        .position(|c| *c == Command::Speak(Language::German));
    let draft = commands.iter().position(is_draft);
    assert!(speak.is_some() && speak < draft, "{commands:?}");
}
