//! The scenario of barge-in: over long replies come backchannels, noises and interruptions.

use std::path::PathBuf;
use std::time::Duration;

use crate::events::Expect;
use crate::harness::effects::Effect;
use crate::harness::room::EchoPath;
use crate::harness::scenario::{
    Anchor, Scenario, ScenarioKind, Sound, Stimulus, USER_LEVEL_DBFS, When,
};

/// What to measure with.
#[derive(Debug, Clone, PartialEq)]
pub struct BargeIn {
    /// Rounds: each is some things that mean nothing, and an interruption.
    pub rounds: usize,
    /// Recordings that interrupt, in turn with our own voice.
    pub files: Vec<PathBuf>,
    /// A recording of background noise: excerpts of it mean nothing.
    pub background: Option<PathBuf>,
    /// The room.
    pub room: EchoPath,
    /// Seed of the room and of made noises.
    pub seed: u64,
}

const INTERRUPTIONS: [(&str, Expect); 10] = [
    ("What is the capital of France?", Expect::Answer),
    ("Stop.", Expect::Stop),
    ("Wait, who lives in the village?", Expect::Answer),
    ("No, tell me about the lake instead.", Expect::Answer),
    ("How old is the oak tree?", Expect::Answer),
    ("Hold on.", Expect::Stop),
    ("Excuse me, I have another question.", Expect::Answer),
    ("Let me ask you something else.", Expect::Answer),
    ("Stop talking, please.", Expect::Stop),
    ("Can you play some music?", Expect::Answer),
];
const BACKCHANNELS: [&str; 6] = ["Okay.", "Right.", "I see.", "Yeah.", "Uh-huh.", "Really?"];
/// Signal-to-noise ratio of the background against speech.
const BACKGROUND_SNR_DB: f32 = 10.0;
/// Length of an excerpt of the background. Seconds.
const EXCERPT_S: f32 = 3.0;
/// Time for a reply to be well under way, and to come back.
const SETTLE: Duration = Duration::from_millis(2_300);
/// Time after a request for silence, before the next prompt.
const SILENCE: Duration = Duration::from_millis(1_800);

/// The scenario for these rounds.
pub fn scenario(what: &BargeIn) -> Scenario {
    let say = |text: &str| Sound::Say {
        text: text.into(),
        voice: "en-GB".into(),
    };
    let after = |anchor, after| When { anchor, after };
    let stimulus = |sound, when, expect, level| Stimulus {
        sound,
        when,
        level_dbfs: Some(level),
        far: false,
        expect,
    };
    let user = USER_LEVEL_DBFS;
    let prompt = |when| stimulus(say("Tell me about the river."), when, Expect::Answer, user);
    let mut stimuli = vec![prompt(after(Anchor::Start, Duration::from_millis(700)))];
    for round in 0..what.rounds {
        let mut when = after(Anchor::ReplyStarted, SETTLE);
        let backchannel = say(BACKCHANNELS[round % BACKCHANNELS.len()]);
        let effect = Sound::Effect(Effect::ALL[round % Effect::ALL.len()]);
        let excerpt = what.background.as_ref().map(|path| Sound::Excerpt {
            path: path.clone(),
            from_s: round as f32 * EXCERPT_S,
            length_s: EXCERPT_S,
        });
        for (sound, level) in [
            (Some(backchannel), user),
            (Some(effect), user),
            (excerpt, user - BACKGROUND_SNR_DB),
        ] {
            if let Some(sound) = sound {
                stimuli.push(stimulus(sound, when, Expect::GoOn, level));
                when = after(Anchor::Previous, SETTLE);
            }
        }
        // Not always at the same distance: the reply is at another place each time.
        when.after += Duration::from_millis(130 * (round as u64 % 7));
        let (text, mut expect) = INTERRUPTIONS[(round / 2) % INTERRUPTIONS.len()];
        let recorded = what.files.get(round / 2 % what.files.len().max(1));
        let sound = match recorded.filter(|_| round % 2 == 1) {
            Some(path) => {
                expect = Expect::Answer;
                Sound::File(path.clone())
            }
            None => say(text),
        };
        stimuli.push(stimulus(sound, when, expect, user));
        if expect == Expect::Stop {
            stimuli.push(prompt(after(Anchor::Previous, SILENCE)));
        }
    }
    Scenario {
        name: format!("barge-in-{}-rounds", what.rounds),
        kind: ScenarioKind::Interruption,
        long_replies: true,
        seed: what.seed,
        stimuli,
        room: Some(what.room),
        noise_dbfs: Some(-65.0),
        end: Some(after(Anchor::ReplyStarted, SETTLE)),
        ..Scenario::silence()
    }
}
