//! Only enrolled voices are meant.

use super::*;
use crate::events::EventKind;
use crate::turn_taking::{Answers, Voice};

/// As alike as the same voice on another day, and as alike as somebody else.
const OWN: f32 = -0.05;
const OTHER: f32 = -0.3;

fn listener() -> Conversation {
    Conversation::with(only_enrolled())
}

fn only_enrolled() -> TurnTakingConfig {
    TurnTakingConfig {
        only_enrolled: true,
        ..config()
    }
}

impl Conversation {
    /// What is known of the voice of a turn, after so much of it.
    fn voice(
        &mut self,
        turn: u64,
        pause: Option<u32>,
        likeness: f32,
        speech_ms: u64,
    ) -> Vec<Command> {
        self.on(Event::VoiceHeard {
            turn: TurnId(turn),
            pause,
            voice: Some(Voice {
                likeness,
                speech_ms: speech_ms as f64,
            }),
        })
    }

    fn partial(&mut self, turn: u64, text: &str) -> Vec<Command> {
        self.on(Event::Partial {
            turn: TurnId(turn),
            text: text.into(),
        })
    }

    /// Somebody asks in silence; what comes of it when it was waited for long enough.
    fn asks_with(&mut self, likeness: f32, speech_ms: u64) -> Vec<Command> {
        self.speech();
        self.after(2_000).pause();
        let mut commands = self.after(80).decoded(1, 1, "What time is it?");
        commands.extend(self.scored(1, 1, 1.0));
        commands.extend(self.voice(1, Some(1), likeness, speech_ms));
        commands.extend(self.after(CEILING_MS).tick());
        commands
    }
}

fn is_released(commands: &[Command]) -> bool {
    let is_release = |command: &Command| matches!(command, Command::Release(_));
    commands.iter().any(is_release)
}

fn is_stopped(commands: &[Command]) -> bool {
    let is_stop = |command: &Command| matches!(command, Command::StopReply(_));
    commands.iter().any(is_stop)
}

fn goes_on(commands: &[Command]) -> bool {
    let is_full = |command: &Command| matches!(command, Command::Play(_, Loudness::Full));
    commands.iter().any(is_full)
}

/// A story of which somebody has begun to speak, who is turn 2.
fn spoken_over() -> Conversation {
    let mut c = Conversation::in_a_story_with(only_enrolled(), "Once upon a time");
    c.speech();
    c.after(170).tick();
    c
}

#[test]
fn the_enrolled_voice_is_answered() {
    assert!(is_released(&listener().asks_with(OWN, 1_800)));
}

#[test]
fn another_voice_is_not_answered() {
    let mut c = listener();
    assert!(!is_released(&c.asks_with(OTHER, 1_800)));
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_voice_that_was_heard_too_shortly_is_answered() {
    assert!(is_released(&listener().asks_with(OTHER, 700)));
}

#[test]
fn a_voice_that_nothing_is_known_of_is_answered() {
    let mut c = listener();
    c.speech();
    c.after(2_000).pause();
    c.after(80).decoded(1, 1, "What time is it?");
    c.scored(1, 1, 1.0);
    assert!(is_released(&c.after(CEILING_MS).tick()));
}

#[test]
fn where_nobody_is_enrolled_a_voice_makes_no_difference_to_the_wait() {
    let mut c = Conversation::new();
    c.speech();
    c.after(2_000).pause();
    c.decoded(1, 1, "What time is it?");
    c.scored(1, 1, 1.0);
    assert!(is_released(&c.after(FLOOR_MS).tick()));
}

#[test]
fn the_turn_does_not_end_while_the_voice_is_looked_at() {
    let mut c = listener();
    c.speech();
    c.after(2_000).pause();
    c.decoded(1, 1, "What time is it?");
    c.scored(1, 1, 1.0);
    assert!(!is_released(&c.after(240).tick()));
    assert_eq!(c.voice(1, Some(1), OTHER, 1_800), []);
    assert!(!is_released(&c.after(CEILING_MS).tick()));
}

#[test]
fn words_of_another_voice_do_not_interrupt() {
    let mut c = spoken_over();
    assert!(!is_stopped(&c.after(600).partial(2, "and then we went to")));
    let commands = c.after(300).voice(2, None, OTHER, 1_000);
    assert!(goes_on(&commands) && !is_stopped(&commands), "{commands:?}");
}

#[test]
fn words_of_the_enrolled_voice_interrupt_as_soon_as_it_is_known() {
    let mut c = spoken_over();
    c.after(600).partial(2, "tell me another one");
    assert!(is_stopped(&c.after(300).voice(2, None, OWN, 1_000)));
}

#[test]
fn a_voice_that_stays_unknown_interrupts_in_the_end() {
    let mut c = spoken_over();
    assert!(!is_stopped(&c.after(1_000).tick()));
    assert!(is_stopped(&c.after(400).tick()));
}

#[test]
fn stop_is_for_everybody() {
    let mut c = spoken_over();
    assert!(is_stopped(&c.after(200).partial(2, "Stop")));
}

#[test]
fn a_few_words_over_a_reply_that_nobody_can_tell_do_not_interrupt() {
    let mut c = spoken_over();
    c.after(400).pause();
    c.after(60).decoded(2, 1, "the weather will");
    let commands = c.after(300).tick();
    assert!(!is_stopped(&commands), "{commands:?}");
    assert!(goes_on(&commands), "{commands:?}");
}

#[test]
fn what_another_voice_said_in_short_is_waited_for_until_it_is_known_whose_it_is() {
    let mut c = spoken_over();
    c.after(900).pause();
    assert!(!is_stopped(&c.after(60).decoded(
        2,
        1,
        "we went to the sea"
    )));
    let commands = c.after(60).voice(2, Some(1), OTHER, 1_000);
    assert!(goes_on(&commands), "{commands:?}");
}

#[test]
fn after_another_voice_speech_that_is_too_short_to_tell_is_theirs() {
    let mut c = spoken_over();
    c.after(900).voice(2, None, OTHER, 1_000);
    c.after(2_000).speech();
    // It is not even held.
    let commands = c.after(200).tick();
    assert!(
        !commands
            .iter()
            .any(|c| matches!(c, Command::Play(_, Loudness::Held)))
    );
    c.after(500).pause();
    c.after(60).decoded(3, 1, "to the sea");
    let commands = c.after(100).voice(3, Some(1), OWN, 700);
    assert!(goes_on(&commands), "{commands:?}");
}

#[test]
fn words_that_carry_on_the_users_own_are_answered_whoever_speaks() {
    let mut c = listener();
    c.asks_with(OWN, 1_800);
    // Before the reply is heard somebody speaks.
    c.after(100).speech();
    c.after(1_500).pause();
    c.after(80).decoded(2, 1, "in Paris");
    c.scored(2, 1, 1.0);
    c.voice(2, Some(1), OTHER, 1_700);
    assert!(is_released(&c.after(CEILING_MS).tick()));
}

#[test]
fn another_voice_that_goes_on_after_a_pause_does_not_interrupt() {
    let mut c = spoken_over();
    c.after(930).pause();
    c.after(60).voice(2, Some(1), OTHER, 1_000);
    // They go on before the words are known.
    c.after(60).speech();
    let commands = c.after(100).tick();
    assert!(!is_stopped(&commands), "{commands:?}");
    assert!(goes_on(&commands), "{commands:?}");
}

#[test]
fn stop_that_was_said_before_the_voice_was_told_is_heard() {
    let mut c = spoken_over();
    c.after(900).pause();
    // A look at what was said before the pause, while its words are awaited.
    c.after(30).voice(2, None, OTHER, 1_000);
    let commands = c.after(60).decoded(2, 1, "Stop it now");
    let later = c.after(30).voice(2, Some(1), OTHER, 1_000);
    assert!(is_stopped(&commands) || is_stopped(&later));
}

#[test]
fn the_enrolled_voice_ends_what_others_said() {
    let mut c = spoken_over();
    c.after(900).voice(2, None, OTHER, 1_000);
    c.after(1_000).speech();
    c.after(1_100).voice(3, None, OWN, 1_100);
    c.after(50).pause();
    c.after(60).decoded(3, 1, "tell me something else");
    assert!(is_stopped(&c.voice(3, Some(1), OWN, 700)));
}

#[test]
fn whoever_answers_instead_is_not_told_what_others_said() {
    let mut c = Conversation::with(TurnTakingConfig {
        answers: Answers::Given,
        ..only_enrolled()
    });
    c.speech();
    c.after(2_000).pause();
    c.decoded(1, 1, "What time is it?");
    c.scored(1, 1, 1.0);
    c.voice(1, Some(1), OTHER, 1_800);
    let turn = TurnId(1);
    let told = c.after(CEILING_MS).all(Event::Tick);
    let ended = |command: &Command| matches!(command, Command::Publish(t, EventKind::TurnEnded { .. }) if *t == turn);
    assert!(!told.iter().any(ended), "{told:?}");
}
