//! Nothing lasts for ever: not a turn, and not a reply that is held.

use super::*;
use crate::events::EndReason;

impl Conversation {
    /// Time passes; all commands until the first of them, and how long that took.
    fn until_something_happens(&mut self) -> (u64, Vec<Command>) {
        for seconds in 0..600 {
            let commands = self.tick();
            if !commands.is_empty() {
                return (seconds, commands);
            }
            self.after(1_000);
        }
        panic!("nothing happens: {:?}", self.machine.state());
    }
}

fn decode(turn: u64, pause: u32) -> Command {
    Command::Decode {
        turn: TurnId(turn),
        pause,
    }
}

#[test]
fn speech_that_never_pauses_ends_its_turn_after_a_minute() {
    let mut c = Conversation::new();
    c.speech();
    let due = c.machine.next_deadline().expect("it is waited for");
    assert_eq!(due.since(c.now), Duration::from_secs(60));
    assert_eq!(c.until_something_happens(), (60, vec![decode(1, 1)]));
    let events = c.all(Event::Decoded {
        turn: TURN,
        pause: 1,
        text: "La la la".into(),
    });
    let reasons = events.iter().filter_map(|c| match c {
        Command::Publish(_, EventKind::TurnEnded { reason, .. }) => Some(*reason),
        _ => None,
    });
    assert_eq!(reasons.collect::<Vec<_>>(), [EndReason::SpokeTooLong]);
    assert!(matches!(c.machine.state(), State::Replying(_)));
}

#[test]
fn music_without_words_is_not_answered_after_a_minute() {
    let mut c = Conversation::new();
    c.speech();
    c.until_something_happens();
    assert_eq!(c.decoded(1, 1, ""), [Command::EndTranscript(TURN)]);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_turn_of_short_pauses_ends_after_three_minutes() {
    let mut c = Conversation::new();
    c.speech();
    let began = c.now;
    let pause = loop {
        c.after(900).pause();
        // It goes on before the pause is long enough.
        c.after(100).speech();
        if let [Command::Decode { pause, .. }] = c.tick()[..] {
            break pause;
        }
    };
    assert_eq!(c.now.since(began).as_secs(), 180);
    assert_eq!(c.after(50).speech(), [], "it is decided");
    c.after(50).decoded(1, pause, "and so on and on");
    assert!(matches!(c.machine.state(), State::Replying(_)));
}

#[test]
fn speech_before_its_turn_is_decided_on_goes_on_with_it() {
    let mut c = Conversation::new();
    c.speech();
    c.until_something_happens();
    assert_eq!(c.speech(), [Command::ResumeTranscript(TURN)]);
    assert_eq!(c.decoded(1, 1, "La la la"), []);
}

#[test]
fn noise_that_never_pauses_does_not_hold_a_reply_for_ever() {
    let mut c = put_off_once();
    c.after(100).speech();
    c.after(200).tick();
    assert_eq!(c.until_something_happens(), (5, vec![decode(3, 1)]));
    let commands = c.decoded(3, 1, "");
    let goes_on = [
        Command::EndTranscript(TurnId(3)),
        Command::Play(reply(2), Loudness::Full),
    ];
    assert_eq!(commands, goes_on);
}

#[test]
fn words_that_never_pause_over_a_held_reply_are_listened_to() {
    let mut c = put_off_once();
    c.after(100).speech();
    c.after(200).tick();
    c.until_something_happens();
    let commands = c.decoded(3, 1, "Of France I mean, not of");
    assert!(commands.contains(&Command::StopReply(reply(2))));
    assert!(commands.contains(&Command::ResumeTranscript(TurnId(3))));
    assert!(matches!(c.machine.state(), State::User(user) if user.pause.is_none()));
}
