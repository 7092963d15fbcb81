//! A user for hours: questions, interruptions, stop words, backchannels, coughs, in a random order that
//! the seed decides, again and again.

use std::time::Duration;

use crate::events::Expect;
use crate::harness::effects::Effect;
use crate::harness::room::EchoPath;
use crate::harness::scenario::{Anchor, Scenario, Sound, Stimulus, USER_LEVEL_DBFS, When};

/// Who says it.
const VOICE: &str = "en-GB";
const QUESTIONS: [&str; 15] = [
    "What can you do?",
    "Tell me about the sun.",
    "How do you spell Mississippi?",
    "Tell me a joke.",
    "What is the capital of France?",
    "How many legs does a spider have?",
    "Tell me about the moon.",
    "What colour is the sky?",
    "How are you today?",
    "Tell me a story.",
    "Why is the sea salty?",
    "What do cats like to eat?",
    "Tell me about London.",
    "How do I make a cup of tea?",
    "What is the largest animal in the world?",
];
/// Exchanges in a round: then the same follow, so that sounds take bounded memory.
const EXCHANGES: usize = 60;
/// A quiet room around the user.
const NOISE_DBFS: f32 = -65.0;
const ROOM: EchoPath = EchoPath {
    gain_db: -20.0,
    delay_ms: 25.0,
    reverb_ms: 120.0,
    drift_ppm: 0.0,
};

/// A scenario that goes on for this long.
pub fn random_user(seed: u64, length: Duration) -> Scenario {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut stimuli = Vec::new();
    for exchange in 0..EXCHANGES {
        let anchor = if exchange == 0 {
            Anchor::Start
        } else {
            Anchor::ReplyFinished
        };
        let gap_ms = random.u64(600..2_500);
        stimuli.push(question(&mut random, anchor, gap_ms));
        // Early enough that short replies sound yet.
        let into_ms = random.u64(200..900);
        // Three in ten replies are stopped, three are talked over, two get a sign of attention or a cough.
        match random.u8(..10) {
            0..3 => stimuli.push(say("Stop.", into_ms, Expect::Stop)),
            3..6 => stimuli.push(question(&mut random, Anchor::ReplyStarted, into_ms)),
            6 => stimuli.push(say("Right.", into_ms, Expect::GoOn)),
            7 => stimuli.push(Stimulus {
                sound: Sound::Effect(Effect::Cough),
                ..say("", into_ms, Expect::GoOn)
            }),
            _ => {}
        }
    }
    Scenario {
        name: "soak".into(),
        seed,
        stimuli,
        repeat: true,
        room: Some(ROOM),
        noise_dbfs: Some(NOISE_DBFS),
        limit: Some(length),
        ..Scenario::silence()
    }
}

fn question(random: &mut fastrand::Rng, anchor: Anchor, after_ms: u64) -> Stimulus {
    let text = QUESTIONS[random.usize(..QUESTIONS.len())];
    let mut stimulus = say(text, after_ms, Expect::Answer);
    stimulus.when.anchor = anchor;
    stimulus
}

/// Into a reply.
fn say(text: &str, after_ms: u64, expect: Expect) -> Stimulus {
    Stimulus {
        sound: Sound::Say {
            text: text.into(),
            voice: VOICE.into(),
        },
        when: When {
            anchor: Anchor::ReplyStarted,
            after: Duration::from_millis(after_ms),
        },
        level_dbfs: Some(USER_LEVEL_DBFS),
        far: false,
        expect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_user() {
        let user = |seed| random_user(seed, Duration::from_secs(60));
        assert_eq!(user(1), user(1));
        assert_ne!(user(1).stimuli, user(2).stimuli);
    }

    #[test]
    fn replies_are_interrupted_and_let_go_on() {
        let user = random_user(1, Duration::from_secs(60));
        let count = |expect| user.stimuli.iter().filter(|s| s.expect == expect).count();
        assert!(count(Expect::Stop) >= 10 && count(Expect::GoOn) >= 5);
    }
}
