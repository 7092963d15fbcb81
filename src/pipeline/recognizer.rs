//! Thread `recognizer`: keeps the turn's audio and decides what of it to decode when.
//!
//! While the user speaks it decodes what there is, as often as it can keep up with, and at once where the level falls
//! ([`Waiting::fell_silent`]). At a pause all is decoded: if the turn ends there, that is its final transcript. Mostly
//! the decode that began as the level fell is that already. A decode that stands in the way of what is wanted next is
//! cancelled.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::recent_audio::RecentAudio;
use super::waiting::{Waiting, ends_in};
use crate::audio::frame::{FRAME, SPEECH_RATE, rms};
use crate::clock::{Stopwatch, Timestamp};
use crate::events::{EventKind, TurnId};
use crate::language::Languages;
use crate::lexicon::{Apology, Lexicon};
use crate::stt::{LanguageHeard, Recognizer, SpokenLanguage, SttError, Utterance, UtteranceConfig};
use crate::turn_taking::Event;

/// Audio and commands, in the order in which they happened.
#[allow(
    clippy::large_enum_variant,
    reason = "audio is the rule, and a box for each would allocate a hundred times a second"
)]
pub enum RecognizerInput {
    /// Ten milliseconds of cleaned audio.
    Audio {
        /// Mono at 16 kHz.
        samples: [f32; FRAME],
        /// Where it ends.
        until: Timestamp,
    },
    /// Begin a turn with the audio from this time on.
    Start {
        /// The turn.
        turn: TurnId,
        /// Where its audio begins.
        from: Timestamp,
    },
    /// The user paused: decode all there is.
    Pause {
        /// The turn.
        turn: TurnId,
        /// Goes into the answer.
        pause: u32,
        /// The last sound before it, or what was waited for.
        since: Timestamp,
    },
    /// The user goes on.
    Resume(TurnId),
    /// Let the audio go.
    End(TurnId),
}

/// Audio kept for the beginning of a turn. Samples: two seconds.
const HISTORY: usize = 2 * SPEECH_RATE as usize;
/// A partial is made at the earliest after this much new audio. Samples: 250 ms.
const PARTIAL_STEP: usize = SPEECH_RATE as usize / 4;
/// The same where the level fell and something was decoded before; half of the step, if that is more. Samples: 100 ms.
const LULL_STEP: usize = SPEECH_RATE as usize / 10;
/// Most of the time that partials may take: a language model that reads ahead wants the core too.
const PARTIAL_SHARE: f32 = 0.5;

/// The thread's state.
pub struct RecognizerStage {
    engine: Box<dyn Recognizer>,
    language: SpokenLanguage,
    /// Languages that are not the conversation's, and that this was said of.
    unknown: Vec<String>,
    inputs: Receiver<RecognizerInput>,
    conductor: Sender<ConductorInput>,
    bus: EventBus,
    waiting: Arc<Waiting>,
    recent: RecentAudio,
    turn: Option<Turn>,
}

struct Turn {
    id: TurnId,
    utterance: Utterance,
    /// Open samples at the last decode.
    decoded: usize,
    /// Where the audio of the last decode ended.
    decoded_until: Timestamp,
    /// What that decode gave, if it is as good as a final one.
    heard: Option<Heard>,
    /// The last decode was given up: on a slow machine a lull may come in each, and there are to be partials all the
    /// same.
    gave_way: bool,
    /// The next partial is made after this much new audio. Samples.
    step: usize,
    speaking: bool,
    /// Made at the pause: the open audio's length and text.
    at_pause: Option<(usize, String)>,
}

/// The words of the open audio, as far as it goes.
struct Heard {
    /// Of the open audio. Samples.
    length: usize,
    until: Timestamp,
    text: String,
    took: Duration,
}

impl RecognizerStage {
    /// A stage over an engine, in a conversation in one of these languages.
    pub fn new(
        engine: Box<dyn Recognizer>,
        languages: Languages,
        inputs: Receiver<RecognizerInput>,
        waiting: Arc<Waiting>,
        conductor: Sender<ConductorInput>,
        bus: EventBus,
    ) -> Self {
        Self {
            engine,
            language: SpokenLanguage::new(languages),
            unknown: Vec::new(),
            inputs,
            conductor,
            bus,
            waiting,
            recent: RecentAudio::of(HISTORY),
            turn: None,
        }
    }

    /// Runs until all senders are gone.
    pub fn run(mut self) {
        while let Ok(input) = self.inputs.recv() {
            self.take(input);
            while let Ok(input) = self.inputs.try_recv() {
                self.take(input);
            }
            self.partial();
        }
    }

    fn take(&mut self, input: RecognizerInput) {
        if let RecognizerInput::Audio { samples, until } = input {
            if let Some(turn) = &mut self.turn {
                turn.utterance.push(&samples);
            }
            // Kept during a turn too: the next one may begin before this one is let go.
            self.recent.push(samples, until);
            return;
        }
        self.waiting.take();
        match input {
            RecognizerInput::Start { turn, from } => self.start(turn, from),
            RecognizerInput::Pause { turn, pause, since } if self.is(turn) => {
                self.pause(pause, since);
            }
            RecognizerInput::Resume(turn) if self.is(turn) => self.resume(),
            RecognizerInput::End(turn) if self.is(turn) => self.turn = None,
            RecognizerInput::Audio { .. }
            | RecognizerInput::Pause { .. }
            | RecognizerInput::Resume(_)
            | RecognizerInput::End(_) => {}
        }
    }

    fn is(&self, id: TurnId) -> bool {
        self.turn.as_ref().is_some_and(|turn| turn.id == id)
    }

    fn start(&mut self, id: TurnId, from: Timestamp) {
        let preroll = self.recent.last(self.recent.samples_since(from));
        self.turn = Some(Turn {
            id,
            utterance: Utterance::begin(UtteranceConfig::default(), &preroll),
            decoded: 0,
            decoded_until: from,
            heard: None,
            gave_way: false,
            step: PARTIAL_STEP,
            speaking: true,
            at_pause: None,
        });
    }

    fn partial(&mut self) {
        let Some(turn) = self.turn.as_mut().filter(|turn| turn.speaking) else {
            return;
        };
        let open = turn.utterance.open();
        let is_whole = self.engine.partials_are_whole();
        let fell_silent = self
            .waiting
            .lull()
            .is_some_and(|at| at > turn.decoded_until);
        let step = if is_whole && fell_silent && turn.decoded > 0 {
            LULL_STEP.max(turn.step / 2)
        } else {
            turn.step
        };
        if open.len() < turn.decoded + step {
            return;
        }
        let end = turn
            .utterance
            .cut_anyway()
            .map_or(open.len(), |cut| cut.end);
        // What is kept for good is worth the time.
        let for_good = end < open.len();
        let (waiting, until) = (&self.waiting, self.recent.until());
        let gave_way = turn.gave_way;
        // What was said before a lull is soon all there is; this is less.
        let is_late = || !gave_way && waiting.lull().is_some_and(|at| at > until);
        let give_way = || {
            if is_whole && !for_good {
                waiting.wants_other_than(until) || is_late()
            } else {
                waiting.is_commanded()
            }
        };
        let engine = self.engine.as_mut();
        let decoded = timed(|| {
            if for_good {
                engine.transcribe(&open[..end], &give_way)
            } else {
                engine.transcribe_partial(&open[..end], &give_way)
            }
        });
        self.tell();
        let Some(turn) = &mut self.turn else { return };
        turn.gave_way = matches!(decoded, Ok(None));
        match decoded {
            Err(error) => {
                // The user still speaks, and the words that count are those at their end.
                (turn.decoded, turn.decoded_until) = (turn.utterance.open().len(), until);
                tracing::warn!("a partial transcript: {error}");
            }
            Ok(None) => {}
            Ok(Some((text, time))) => {
                if for_good {
                    // The words behind the cut were told before: the next partial has them again.
                    turn.utterance.commit(end, text);
                    (turn.decoded, turn.heard) = (0, None);
                    return;
                }
                let whole = turn.utterance.text_with(&text);
                let length = turn.utterance.open().len();
                (turn.decoded, turn.decoded_until) = (length, until);
                turn.heard = is_whole.then_some(Heard {
                    length,
                    until,
                    text,
                    took: time,
                });
                turn.step = step_after(time);
                let (turn, decode_ms) = (turn.id, ms(time));
                let text = whole.clone();
                self.bus
                    .publish(Some(turn), EventKind::Partial { text, decode_ms });
                self.send(Event::Partial { turn, text: whole });
            }
        }
    }

    fn pause(&mut self, pause: u32, since: Timestamp) {
        let Some(turn) = &mut self.turn else { return };
        turn.speaking = false;
        let heard = turn.heard.take();
        let is_all = |heard: &Heard| {
            ends_in(since, heard.until) && is_silent_behind(turn.utterance.open(), heard.length)
        };
        let (length, decoded) = match heard.filter(is_all) {
            Some(heard) => (heard.length, Ok(Some((heard.text, heard.took)))),
            None => {
                let (engine, open) = (self.engine.as_mut(), turn.utterance.open());
                // Whatever is commanded meanwhile is that the user goes on, or the end.
                let waiting = &self.waiting;
                let decoded = timed(|| engine.transcribe(open, &|| waiting.is_commanded()));
                (open.len(), decoded)
            }
        };
        self.tell();
        let Some(turn) = &mut self.turn else { return };
        match decoded {
            Err(error) => self.failed(error),
            Ok(None) => {}
            Ok(Some((text, time))) => {
                let (whole, decode_ms) = (turn.utterance.text_with(&text), ms(time));
                turn.decoded = length;
                let (turn, said) = (turn.id, text.clone());
                // Before the words, and by those that were heard last: that is what the recognizer says.
                self.tell_language(&said);
                let Some(of_turn) = &mut self.turn else {
                    return;
                };
                of_turn.at_pause = Some((length, text));
                let text = whole.clone();
                self.send(Event::Decoded { turn, pause, text });
                let text = whole;
                self.bus
                    .publish(Some(turn), EventKind::Final { text, decode_ms });
            }
        }
    }

    fn resume(&mut self) {
        let Some(turn) = &mut self.turn else { return };
        turn.speaking = true;
        turn.heard = None;
        let at_pause = turn.at_pause.take();
        if turn.utterance.cut_at_pause()
            && let Some((length, text)) = at_pause
        {
            turn.utterance.commit(length, text);
            turn.decoded = 0;
        }
    }

    /// The language of what was said, where that can be told.
    fn tell_language(&mut self, text: &str) {
        match self.language.heard(text, self.engine.spoken()) {
            LanguageHeard::Unsure => {}
            LanguageHeard::In(language) => self.send(Event::Spoken(language)),
            LanguageHeard::Unknown(code) if self.unknown.contains(&code) => {}
            LanguageHeard::Unknown(code) => {
                let message = format!(
                    "that was {code}, which is none of the languages of this conversation: it is answered in {} \
                     (--lang auto:{},{code} would add it)",
                    self.language.now(),
                    self.language.now().code()
                );
                self.unknown.push(code);
                self.bus.publish(None, EventKind::Notice { message });
            }
        }
    }

    /// Passes on what happened to the engine.
    fn tell(&mut self) {
        for message in self.engine.take_notices() {
            self.bus.publish(None, EventKind::Notice { message });
        }
    }

    fn failed(&mut self, error: SttError) {
        if let Some(turn) = self.turn.take() {
            let apologies = Lexicon::of(self.language.now()).apologies;
            let apology = apologies.words(Apology::NotHeard).to_owned();
            self.send(Event::Failed {
                turn: turn.id,
                reply: None,
                stage: "recognizer".into(),
                message: error.to_string(),
                apology: Some(apology.into()),
            });
        }
    }

    fn send(&self, event: Event) {
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }
}

type Decoded = Option<(String, Duration)>;

fn timed(decode: impl FnOnce() -> Result<Option<String>, SttError>) -> Result<Decoded, SttError> {
    let watch = Stopwatch::start();
    let text = decode()?;
    Ok(text.map(|text| (text, watch.elapsed())))
}

/// Behind the words there is nothing louder than this share of the loudest in them: 30 dB less.
const SILENT: f32 = 0.03;

/// Whether nothing was said behind the first samples: the stop that ends "eight" comes after a gap, is soft, and is none
/// to voice activity.
fn is_silent_behind(open: &[f32], length: usize) -> bool {
    let loudest = |samples: &[f32]| samples.chunks(FRAME).map(rms).fold(0.0, f32::max);
    let (words, behind) = open.split_at(length.min(open.len()));
    loudest(behind) <= SILENT * loudest(words)
}

/// New audio before the next partial, when the last one took so long. Samples.
fn step_after(took: Duration) -> usize {
    let step = took.as_secs_f32() / PARTIAL_SHARE * SPEECH_RATE as f32;
    PARTIAL_STEP.max(step as usize)
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
#[path = "recognizer_tests.rs"]
mod tests;
