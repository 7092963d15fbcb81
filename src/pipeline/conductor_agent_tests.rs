//! What becomes of the agent's commands.

use super::*;
use crate::agent::{Failure, FailureKind, Manner};
use crate::events::EventKind;

#[test]
fn the_programs_own_tools_are_called_there_and_others_elsewhere() {
    let mut wired = wired();
    let own = tools::specs().next().expect("there are tools").name;
    for name in [own, "open_the_garage"] {
        wired.agent(agent::Command::Call {
            reply: REPLY,
            call: call(name),
            in_doubt: true,
        });
    }
    let tools: Vec<ToolsInput> = wired.tools.try_iter().collect();
    assert!(matches!(
        &tools[..],
        [ToolsInput::Call { reply: REPLY, call, in_doubt: true }] if call.name == own
    ));
    let others: Vec<(ReplyId, Call)> = wired.external_tools.try_iter().collect();
    assert_eq!(others, [(REPLY, call("open_the_garage"))]);
}

#[test]
fn the_helper_has_a_question_until_it_is_dropped() {
    let mut wired = wired();
    wired.agent(agent::Command::AskHelper {
        id: 3,
        turn: TURN,
        parts: Vec::new(),
    });
    let asked: Vec<i64> = wired.questions.try_iter().map(|asked| asked.id).collect();
    assert_eq!(asked, [3]);
    let wanted = wired
        .conductor
        .helper
        .as_ref()
        .map(|wire| wire.wanted.clone());
    let wanted = wanted.expect("there is a helper");
    assert!(wanted.is(3));
    wired.agent(agent::Command::DropQuestion(3));
    assert!(!wanted.is(3));
}

#[test]
fn a_question_to_a_helper_that_is_gone_ends_with_an_apology() {
    let mut wired = wired();
    wired.conductor.helper = None;
    wired.types(QUESTION);
    let put_off = wired.model();
    let heard = put_off.first().cloned().unwrap_or_default();
    wired.on(
        2_000,
        Event::PlaybackEnded {
            reply: REPLY,
            heard,
        },
    );
    wired.model();
    wired.on(2_010, Event::Tick);
    let apology = Lexicon::of(Language::English).helper.found_nothing;
    assert!(wired.model().contains(&apology));
}

#[test]
fn a_reply_that_is_given_up_ends_and_is_apologized_for_after_it() {
    let mut wired = without_helper();
    wired.types(QUESTION);
    wired.model();
    wired.agent(agent::Command::GiveUp {
        reply: REPLY,
        failure: Failure {
            kind: FailureKind::OfTheEngine,
            message: "it broke".into(),
            apology: Apology::Failed,
        },
    });
    assert_eq!(wired.model(), ["end"]);
    let error = EventKind::Error {
        stage: LANGUAGE_MODEL.into(),
        message: "it broke".into(),
    };
    assert!(wired.published.kinds().contains(&error));
    let heard = String::new();
    wired.on(
        3_000,
        Event::PlaybackEnded {
            reply: REPLY,
            heard,
        },
    );
    let apologies = Lexicon::of(Language::English).apologies;
    let apology = apologies.words(Apology::Failed).to_owned();
    assert!(wired.model().contains(&apology));
}

#[test]
fn speed_is_the_voices_and_volume_the_loudspeakers() {
    let mut wired = wired();
    wired.agent(agent::Command::Speak(Manner::default()));
    assert_eq!(wired.model(), ["100 %"]);
    assert!(matches!(
        wired.playback.try_recv(),
        Ok(PlaybackControl::UserVolume(gain)) if gain == 1.0
    ));
}

#[test]
fn another_language_is_told_to_the_tools_and_to_the_voice() {
    let mut wired = wired();
    wired.agent(agent::Command::SpeakIn(Language::German));
    assert_eq!(wired.model(), ["de"]);
    assert!(matches!(
        wired.tools.try_recv(),
        Ok(ToolsInput::Speak(Language::German))
    ));
}

#[test]
fn goodbye_ends_the_conversation_unless_somebody_speaks() {
    let mut quiet = wired();
    quiet.agent(agent::Command::EndConversation);
    assert!(quiet.conductor.is_over);
    let mut spoken_to = wired();
    spoken_to.on(1_000, Event::SpeechStarted(ms(900)));
    spoken_to.agent(agent::Command::EndConversation);
    assert!(!spoken_to.conductor.is_over);
}

/// Whether the model is asked for the end of the words, for each reply that it is to write.
fn asks_end(wired: &Wired) -> Vec<bool> {
    let told = wired.language_model.try_iter();
    let asked = told.filter_map(|input| match input {
        LanguageModelInput::Write(Assignment { words, .. }) => Some(words.is_some()),
        _ => None,
    });
    asked.collect()
}

#[test]
fn the_model_is_asked_for_the_end_of_the_words_where_turn_taking_asks() {
    let mut wired = without_helper();
    wired.asks();
    assert_eq!(asks_end(&wired), [true]);
}

#[test]
fn the_model_is_not_asked_for_the_end_of_words_that_were_typed() {
    let mut wired = without_helper();
    wired.types(QUESTION);
    assert_eq!(asks_end(&wired), [false]);
}

#[test]
fn what_rings_is_said_in_its_language_after_a_tone() {
    let mut wired = wired();
    let ring = Event::Ring {
        id: 7,
        words: "Die Zeit ist um.".into(),
        language: Language::German,
    };
    wired.on(1_000, ring);
    wired.on(1_010, Event::Tick);
    assert_eq!(wired.model(), ["tone", "de", "Die Zeit ist um.", "en"]);
}
