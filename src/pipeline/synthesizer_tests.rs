//! What becomes of pieces of text, with a voice that follows a script.

use std::sync::Arc;

use crossbeam_channel::unbounded;
use parking_lot::Mutex;

use super::*;
use crate::audio::frame::FRAME;
use crate::cancellation::Cancelled;
use crate::clock::SessionClock;
use crate::events::TurnId;
use crate::pipeline::scripted_engines::{Published, ScriptedVoice, spoken};
use crate::tts::Speech;

struct Stage {
    stage: SynthesizerStage,
    inputs: Sender<SynthesizerInput>,
    live: LiveReply,
    played: Receiver<PlaybackInput>,
    told: Receiver<ConductorInput>,
    published: Published,
    voice: Arc<Mutex<Vec<String>>>,
}

/// What came of what was given to the stage.
struct Outcome {
    clauses: Vec<(ReplyId, SpokenClause)>,
    complete: Vec<ReplyId>,
    told: Vec<Event>,
    published: Vec<EventKind>,
    voice: Vec<String>,
}

fn stage(
    live: LiveReply,
    speak: impl FnMut(Cancelled, &str) -> Result<Option<Speech>, TtsError> + Send + 'static,
) -> Stage {
    let engine = ScriptedVoice::new(speak);
    let voice = engine.told();
    let (inputs, pieces) = unbounded();
    let (playback, played) = unbounded();
    let (conductor, told) = unbounded();
    let (bus, published) = Published::on(SessionClock::manual());
    let engine = Box::new(engine);
    let stage = SynthesizerStage::new(engine, pieces, playback, conductor, live.clone(), bus);
    Stage {
        stage,
        inputs,
        live,
        played,
        told,
        published,
        voice,
    }
}

/// A stage whose voice says everything, and the reply that is wanted.
fn speaking(wanted: ReplyId) -> Stage {
    let live = LiveReply::default();
    live.set(wanted);
    stage(live, |_, text| Ok(Some(spoken(text))))
}

impl Stage {
    fn give(&self, input: SynthesizerInput) {
        self.inputs.send(input).unwrap();
    }

    fn piece(&self, reply: ReplyId, text: &str) {
        let text = text.to_owned();
        self.give(SynthesizerInput::Piece { reply, text });
    }

    /// All of a reply, as it comes from the language model.
    fn reply(&self, reply: ReplyId, pieces: &[&str]) {
        pieces.iter().for_each(|text| self.piece(reply, text));
        self.give(SynthesizerInput::End(reply));
    }

    /// Lets the stage do all that it was given.
    fn outcome(self) -> Outcome {
        drop(self.inputs);
        self.stage.run();
        let (mut clauses, mut complete) = (Vec::new(), Vec::new());
        for input in self.played.try_iter() {
            match input {
                PlaybackInput::Clause { reply, clause } => clauses.push((reply, clause)),
                PlaybackInput::Complete(reply) => complete.push(reply),
            }
        }
        let told = self.told.try_iter().filter_map(|input| match input {
            ConductorInput::Event(_, event) => Some(event),
            ConductorInput::Agent(..) | ConductorInput::Shutdown => None,
        });
        Outcome {
            clauses,
            complete,
            told: told.collect(),
            published: self.published.kinds(),
            voice: self.voice.lock().clone(),
        }
    }
}

impl Outcome {
    /// The clauses as they were written, with their replies.
    fn written(&self) -> Vec<(ReplyId, String)> {
        let clauses = self.clauses.iter();
        let written = clauses.map(|(reply, clause)| {
            let words = clause.words.iter().map(|word| word.written.as_str());
            let words: String = words.collect();
            (*reply, words)
        });
        written.collect()
    }
}

fn reply(turn: u64) -> ReplyId {
    ReplyId {
        turn: TurnId(turn),
        draft: 1,
    }
}

fn clause(turn: u64, written: &str) -> (ReplyId, String) {
    (reply(turn), written.to_owned())
}

#[test]
fn a_reply_is_spoken_clause_by_clause_as_it_was_written() {
    let stage = speaking(reply(1));
    stage.reply(reply(1), &["Su", "re! I can", " do that. Shall", " I?"]);
    let outcome = stage.outcome();
    let written = [
        clause(1, "Sure! "),
        clause(1, "I can do that. "),
        clause(1, "Shall I?"),
    ];
    assert_eq!(outcome.written(), written);
    assert_eq!(outcome.complete, [reply(1)]);
    assert_eq!(outcome.told, []);
}

#[test]
fn the_first_clause_is_spoken_before_the_second_is_written() {
    let stage = speaking(reply(1));
    stage.piece(reply(1), "Of course, I can tell you");
    assert_eq!(stage.outcome().written(), [clause(1, "Of course, ")]);
}

#[test]
fn of_the_first_clause_it_is_told_when_it_was_written_and_when_it_was_sound() {
    let stage = speaking(reply(1));
    stage.reply(reply(1), &["Yes. No."]);
    let published = stage.outcome().published;
    let text = |text: &str| text.to_owned();
    let expected = [
        EventKind::FirstClause {
            text: text("Yes. "),
        },
        EventKind::FirstAudio {
            leading_silence_ms: 0.0,
        },
        EventKind::Clause {
            text: text("Yes. "),
        },
        EventKind::Clause { text: text("No.") },
    ];
    assert_eq!(published, expected);
}

#[test]
fn each_reply_has_a_first_clause() {
    let live = LiveReply::default();
    live.set(reply(1));
    let (goes_on, mut clauses) = (live.clone(), 0);
    let stage = stage(live, move |_, text| {
        clauses += 1;
        if clauses == 2 {
            goes_on.set(reply(2));
        }
        Ok(Some(spoken(text)))
    });
    stage.reply(reply(1), &["Yes. No."]);
    stage.reply(reply(2), &["Yes. No."]);
    let published = stage.outcome().published;
    let is_first = |kind: &&EventKind| matches!(kind, EventKind::FirstClause { .. });
    assert_eq!(published.iter().filter(is_first).count(), 2);
}

#[test]
fn words_come_with_the_sample_at_which_they_have_been_said() {
    let stage = speaking(reply(1));
    stage.reply(reply(1), &["The moon."]);
    let outcome = stage.outcome();
    let (_, clause) = &outcome.clauses[0];
    let words = clause.words.iter();
    let words: Vec<(&str, usize)> = words.map(|w| (w.written.as_str(), w.ends_at)).collect();
    assert_eq!(words, [("The ", 3 * FRAME), ("moon.", 9 * FRAME)]);
}

#[test]
fn an_empty_piece_is_nothing() {
    let stage = speaking(reply(1));
    stage.reply(reply(1), &["", " ", "\n"]);
    let outcome = stage.outcome();
    assert!(outcome.clauses.is_empty());
    assert_eq!(outcome.complete, [reply(1)]);
    assert!(outcome.published.is_empty() && outcome.voice.is_empty());
}

#[test]
fn what_there_is_of_a_reply_that_waits_is_spoken_at_once() {
    let stage = speaking(reply(1));
    stage.piece(reply(1), "Let me see ");
    stage.give(SynthesizerInput::Flush(reply(1)));
    stage.piece(reply(1), "it is green");
    let outcome = stage.outcome();
    assert_eq!(outcome.written(), [clause(1, "Let me see ")]);
    assert!(outcome.complete.is_empty());
}

#[test]
fn of_a_reply_that_is_not_wanted_nothing_is_spoken() {
    let stage = speaking(reply(2));
    stage.reply(reply(1), &["The sun. The moon."]);
    let outcome = stage.outcome();
    assert!(outcome.clauses.is_empty());
    assert!(outcome.complete.is_empty());
    assert!(outcome.voice.is_empty());
}

#[test]
fn a_reply_is_given_up_within_a_clause() {
    let live = LiveReply::default();
    live.set(reply(1));
    let stops = live.clone();
    let stage = stage(live, move |cancelled, _| {
        assert!(!cancelled());
        stops.clear(reply(1));
        assert!(cancelled());
        Ok(None)
    });
    stage.reply(reply(1), &["The sun. The moon."]);
    let outcome = stage.outcome();
    assert!(outcome.clauses.is_empty());
    assert!(outcome.complete.is_empty());
    assert_eq!(outcome.voice, ["The sun."]);
    assert_eq!(outcome.told, []);
}

#[test]
fn what_was_begun_of_one_reply_is_not_said_in_the_next() {
    let stage = speaking(reply(2));
    stage.piece(reply(1), "The sun ");
    stage.reply(reply(2), &["The moon."]);
    assert_eq!(stage.outcome().written(), [clause(2, "The moon.")]);
}

#[test]
fn a_voice_that_fails_is_told_of_with_its_reply_and_speaks_the_next_one() {
    let live = LiveReply::default();
    live.set(reply(1));
    let (goes_on, mut clauses) = (live.clone(), 0);
    let stage = stage(live, move |_, text| {
        clauses += 1;
        if clauses == 1 {
            // Turn taking stops a reply without a voice.
            goes_on.set(reply(2));
            return Err(TtsError::Run("it is hoarse".into()));
        }
        Ok(Some(spoken(text)))
    });
    stage.reply(reply(1), &["The sun. The moon."]);
    stage.reply(reply(2), &["The stars."]);
    let outcome = stage.outcome();
    assert_eq!(outcome.written(), [clause(2, "The stars.")]);
    let failed = Event::Failed {
        turn: TurnId(1),
        reply: Some(reply(1)),
        stage: "voice".into(),
        message: "the voice failed: it is hoarse".into(),
        apology: None,
    };
    assert_eq!(outcome.told, [failed]);
}

#[test]
fn a_reply_that_somebody_waits_for_begins_earlier() {
    let begins = |is_released: bool| {
        let stage = speaking(reply(1));
        if is_released {
            stage.live.release(reply(1));
        }
        let words = "people walk home after work every single evening ";
        stage.piece(reply(1), words);
        !stage.outcome().clauses.is_empty()
    };
    assert!(begins(true));
    assert!(!begins(false));
}

#[test]
fn a_tone_goes_before_what_rings() {
    let stage = speaking(reply(1));
    stage.give(SynthesizerInput::Tone(reply(1)));
    stage.reply(reply(1), &["Time is up."]);
    let outcome = stage.outcome();
    assert_eq!(outcome.clauses[0].1.clip, ring_tone());
    let written = [clause(1, ""), clause(1, "Time is up.")];
    assert_eq!(outcome.written(), written);
}

#[test]
fn a_change_of_speed_or_language_is_in_its_place_among_the_clauses() {
    let stage = speaking(reply(1));
    stage.piece(reply(1), "Yes. Of ");
    stage.give(SynthesizerInput::Flush(reply(1)));
    stage.give(SynthesizerInput::Speed(120));
    stage.give(SynthesizerInput::SpeakIn(Language::German));
    stage.reply(reply(1), &["Ja."]);
    let told = ["Yes.", "Of", "120 %", "de", "Ja."];
    assert_eq!(stage.outcome().voice, told);
}

#[test]
fn a_language_without_spaces_is_cut_at_its_own_marks() {
    let stage = speaking(reply(1));
    stage.give(SynthesizerInput::SpeakIn(Language::Chinese));
    stage.reply(reply(1), &["好的。我来了！"]);
    let written = [clause(1, "好的。"), clause(1, "我来了！")];
    assert_eq!(stage.outcome().written(), written);
}
