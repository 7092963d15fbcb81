//! What is its own voice, and what is somebody's.

use super::*;

const DEAF: Command = Command::StopListeningOverReplies;
const LISTENS: Command = Command::ListenOverReplies;

fn opened(commands: &[Command]) -> Option<TurnId> {
    commands.iter().find_map(|c| match c {
        Command::StartTranscript { turn, .. } => Some(*turn),
        _ => None,
    })
}

impl Conversation {
    /// The reply that is due begins to sound.
    fn reply_sounds(&mut self) -> ReplyId {
        let State::Replying(reply) = self.machine.state() else {
            panic!("{:?}", self.machine.state());
        };
        let (reply, at) = (reply.id, self.now);
        self.on(Event::PlaybackStarted { reply, at });
        reply
    }

    /// The user is answered, and the reply begins to sound.
    fn asks(&mut self, text: &str) -> ReplyId {
        let opened = opened(&self.speech()).expect("a transcript");
        self.after(800).pause();
        self.after(80).decoded(opened.0, 1, text);
        self.scored(opened.0, 1, 1.0);
        self.after(CEILING_MS).tick();
        self.after(300).reply_sounds()
    }

    /// Speech of 300 ms that begins so long after now, and what the recognizer hears in it. All
    /// commands from its beginning to its end.
    fn sound(&mut self, after_ms: u64, text: &str) -> Vec<Command> {
        let mut commands = self.after(after_ms).speech();
        let turn = opened(&commands).expect("a transcript: no words are lost");
        commands.extend(self.after(200).tick());
        commands.extend(self.after(100).pause());
        commands.extend(self.after(60).decoded(turn.0, 1, text));
        commands.extend(self.tick());
        commands
    }

    /// As many replies are played to their end without a sound.
    fn undisturbed(&mut self, replies: usize) -> Vec<Command> {
        let mut commands = Vec::new();
        for _ in 0..replies {
            let reply = self.asks("And then?");
            commands.extend(self.after(3_000).heard(reply, "Then it slept."));
            self.after(500);
        }
        commands
    }

    /// A reply sounds that its own echo has cut into three times; its id.
    fn deafened() -> (Self, ReplyId) {
        let mut c = Self::new();
        c.asks("What is the capital?");
        c.sound(150, "");
        let reply = c.after(300).reply_sounds();
        assert!(!c.sound(150, "").contains(&DEAF));
        assert!(c.sound(150, "").contains(&DEAF));
        (c, reply)
    }
}

#[test]
fn sound_without_words_again_and_again_where_its_voice_begins_is_its_own() {
    let (c, _) = Conversation::deafened();
    assert!(
        matches!(c.machine.state(), State::Replying(r) if r.overlap.is_none()),
        "the reply goes on"
    );
}

#[test]
fn its_own_first_word_again_and_again_is_an_echo() {
    let mut c = Conversation::in_a_story_with(config(), "This");
    // The first comes late, and the reply sounds again after each.
    for _ in 0..3 {
        assert!(!c.sound(200, "This").contains(&DEAF));
    }
    assert!(c.sound(200, "This").contains(&DEAF));
}

#[test]
fn its_own_first_sound_that_is_heard_as_a_letter_is_an_echo() {
    let mut c = Conversation::in_a_story_with(config(), "This");
    for _ in 0..3 {
        assert!(!c.sound(200, "D.").contains(&DEAF));
    }
    assert!(c.sound(200, "D.").contains(&DEAF));
}

#[test]
fn its_own_words_again_and_again_are_an_echo_that_is_not_cancelled() {
    let mut c = Conversation::in_a_story();
    for turn in 2..4 {
        c.after(1_000);
        assert!(!c.says_over(turn, 700, "There was a fox.").contains(&DEAF));
    }
    c.after(1_000);
    assert!(c.says_over(4, 700, "There was a fox.").contains(&DEAF));
}

#[test]
fn sound_without_words_later_than_an_echo_is_somebody() {
    let mut c = Conversation::in_a_story();
    for _ in 0..7 {
        assert!(!c.sound(800, "").contains(&DEAF));
    }
}

#[test]
fn a_hesitant_sentence_whose_pauses_are_cut_into_is_heard_whole() {
    let mut c = Conversation::new();
    c.asks("I want to go");
    let parts = [
        "to the place where",
        "we went last year",
        "before it rained",
    ];
    for (n, part) in parts.iter().enumerate() {
        let commands = c.sound(200, part);
        assert!(!commands.contains(&DEAF), "{part}");
        c.scored(n as u64 + 2, 1, 1.0);
        c.after(CEILING_MS).tick();
        // Only what is not stopped sounds again.
        c.heard(reply(n as u64 + 1), "");
        c.after(300).reply_sounds();
    }
    let whole = "I want to go to the place where we went last year before it rained";
    let State::Replying(reply) = c.machine.state() else {
        panic!("{:?}", c.machine.state());
    };
    assert_eq!(reply.answer.user_words(), whole);
}

#[test]
fn prompt_requests_to_stop_are_obeyed_each_time() {
    let mut c = Conversation::new();
    for _ in 0..4 {
        let reply = c.asks("Tell me a story.");
        c.after(100).on(Event::Said {
            reply,
            text: "Once".into(),
        });
        let commands = c.sound(300, "Stop.");
        assert!(
            commands.contains(&Command::StopReply(reply)),
            "{commands:?}"
        );
        assert!(!commands.contains(&DEAF));
        c.heard(reply, "Once");
        c.after(CEILING_MS).tick();
        assert_eq!(*c.machine.state(), State::Listening);
    }
}

#[test]
fn babble_that_is_there_before_the_reply_is_not_its_echo() {
    let mut c = Conversation::new();
    assert!(c.user_says(1, "").contains(&Command::EndTranscript(TURN)));
    c.asks("What is the capital?");
    for n in 0..8 {
        assert!(!c.sound(200, "").contains(&DEAF), "{n}");
        if matches!(c.machine.state(), State::Replying(r) if r.audible_since.is_none()) {
            c.reply_sounds();
        }
    }
}

#[test]
fn a_false_alarm_heals_after_three_undisturbed_replies() {
    let (mut c, reply) = Conversation::deafened();
    assert!(!c.after(3_000).heard(reply, "Paris.").contains(&LISTENS));
    assert!(!c.undisturbed(1).contains(&LISTENS));
    assert!(c.undisturbed(1).contains(&LISTENS));
}

#[test]
fn an_alarm_that_comes_back_at_once_lasts_for_longer() {
    let (mut c, reply) = Conversation::deafened();
    c.after(3_000).heard(reply, "Paris.");
    assert!(c.undisturbed(2).contains(&LISTENS));
    c.asks("And of Italy?");
    c.sound(150, "");
    let reply = c.after(300).reply_sounds();
    c.sound(150, "");
    assert!(c.sound(150, "").contains(&DEAF));
    c.after(3_000).heard(reply, "Rome.");
    assert!(!c.undisturbed(4).contains(&LISTENS));
    assert!(c.undisturbed(1).contains(&LISTENS));
}
