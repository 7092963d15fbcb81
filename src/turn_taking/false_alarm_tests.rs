//! A restless room over a reply.

use super::*;

/// Somebody coughs over the story, as turn `turn`; what of it changed how the reply sounds.
fn cough(c: &mut Conversation, turn: u64) -> Vec<Loudness> {
    let mut commands = c.speech();
    commands.extend(c.after(150).tick());
    commands.extend(c.after(100).pause());
    commands.extend(c.after(60).decoded(turn, 1, ""));
    c.after(3_000);
    let loudness = commands.into_iter().filter_map(|command| match command {
        Command::Play(_, loudness) => Some(loudness),
        _ => None,
    });
    loudness.collect()
}

#[test]
fn after_several_coughs_a_cough_holds_the_reply_no_longer() {
    let mut c = Conversation::in_a_story();
    for turn in 2..7 {
        assert!(cough(&mut c, turn).contains(&Loudness::Held), "{turn}");
    }
    assert!(!cough(&mut c, 7).contains(&Loudness::Held));
}

#[test]
fn in_a_restless_room_speech_that_goes_on_is_held_and_interrupts_all_the_same() {
    let mut c = Conversation::in_a_story();
    for turn in 2..7 {
        cough(&mut c, turn);
    }
    c.speech();
    let held = c.after(310).tick();
    assert!(
        held.contains(&Command::Play(reply(1), Loudness::Held)),
        "{held:?}"
    );
    let stopped = c.after(600).tick();
    assert!(
        stopped.contains(&Command::StopReply(reply(1))),
        "{stopped:?}"
    );
}

#[test]
fn mere_sounds_do_not_duck_in_a_restless_room() {
    let mut c = Conversation::in_a_story();
    for turn in 2..7 {
        cough(&mut c, turn);
    }
    let at = c.now;
    assert_eq!(c.on(Event::SoundStarted(at)), []);
}
