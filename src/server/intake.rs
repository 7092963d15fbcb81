//! Evens out what a client sends. Pure: a step is 10 ms.

use std::collections::VecDeque;

use crate::audio::frame::BLOCK_MS;
use crate::turn_taking::Event;

/// What a client has pushed.
#[derive(Debug)]
pub enum Pushed {
    /// What its microphone heard.
    Samples(Vec<i16>),
    /// What is due when all samples before it were given.
    Then(Event),
}

/// A client whose sound does not come for this long is silent: until then it is only late.
const LATE_STEPS: u32 = 60 / BLOCK_MS as u32;

/// Gives a block every 10 ms, two while more waits, silence where nothing comes.
pub struct Intake {
    block: usize,
    waiting: VecDeque<i16>,
    out: Vec<i16>,
    /// Steps in a row for which nothing came.
    missed: u32,
    /// Samples that came, and those of them that were given.
    taken: usize,
    given: usize,
    /// What is due when so many samples were given.
    marks: VecDeque<(usize, Event)>,
}

impl Intake {
    /// An intake whose blocks have so many samples.
    pub fn new(block: usize) -> Self {
        Self {
            block,
            waiting: VecDeque::new(),
            out: Vec::new(),
            missed: 0,
            taken: 0,
            given: 0,
            marks: VecDeque::new(),
        }
    }

    /// Takes what was pushed.
    pub fn take(&mut self, pushed: Pushed) {
        match pushed {
            Pushed::Samples(samples) => {
                self.taken += samples.len();
                self.waiting.extend(samples);
            }
            Pushed::Then(event) => self.marks.push_back((self.taken, event)),
        }
    }

    /// Samples of the client's that were given so far.
    pub fn given(&self) -> usize {
        self.given
    }

    /// What is due by now, one at a time. What does not fill a block is given with the silence behind it.
    pub fn due(&mut self) -> Option<Event> {
        let given = self.given;
        let (_, event) = self.marks.pop_front_if(|(at, _)| *at <= given)?;
        Some(event)
    }

    /// What the microphone gives in these 10 ms.
    pub fn step(&mut self) -> &[i16] {
        self.out.clear();
        if self.waiting.len() >= self.block {
            self.missed = 0;
            // What is behind catches up, at twice the speed.
            let blocks = (self.waiting.len() / self.block).min(2);
            self.out.extend(self.waiting.drain(..blocks * self.block));
            self.given += self.out.len();
            return &self.out;
        }
        self.missed = self.missed.saturating_add(1);
        if self.missed == LATE_STEPS {
            // The silence that was waited for.
            self.fill(LATE_STEPS as usize);
        } else if self.missed > LATE_STEPS {
            self.fill(1);
        }
        &self.out
    }

    /// The rest of what came, then silence.
    fn fill(&mut self, blocks: usize) {
        self.given += self.waiting.len();
        self.out.extend(self.waiting.drain(..));
        self.out.resize(blocks * self.block, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: usize = 160;

    fn intake() -> Intake {
        Intake::new(BLOCK)
    }

    fn samples(intake: &mut Intake, steps: usize) -> usize {
        (0..steps).map(|_| intake.step().len()).sum()
    }

    #[test]
    fn sound_that_comes_in_time_is_given_as_it_comes() {
        let mut intake = intake();
        for n in 0..100 {
            intake.take(Pushed::Samples(vec![n; BLOCK]));
            assert_eq!(intake.step(), [n; BLOCK]);
        }
    }

    #[test]
    fn sound_that_is_late_loses_nothing_and_is_caught_up_with() {
        let mut intake = intake();
        assert_eq!(samples(&mut intake, 3), 0);
        intake.take(Pushed::Samples(vec![7; 4 * BLOCK]));
        assert_eq!(samples(&mut intake, 2), 4 * BLOCK);
        assert!(intake.out.iter().all(|sample| *sample == 7));
    }

    #[test]
    fn a_client_that_sends_nothing_is_silent_and_time_goes_on() {
        assert_eq!(samples(&mut intake(), 1_000), 1_000 * BLOCK);
    }

    #[test]
    fn what_does_not_fill_a_block_is_heard_before_the_silence() {
        let mut intake = intake();
        intake.take(Pushed::Samples(vec![9; 10]));
        let mut heard: Vec<i16> = Vec::new();
        (0..20).for_each(|_| heard.extend(intake.step()));
        assert_eq!(heard.len(), 20 * BLOCK);
        assert!(heard[..10].iter().all(|s| *s == 9) && heard[10..].iter().all(|s| *s == 0));
    }

    #[test]
    fn what_is_to_happen_after_some_sound_waits_for_all_of_it() {
        let mut intake = intake();
        intake.take(Pushed::Then(Event::TalkPressed));
        intake.take(Pushed::Samples(vec![1; 4 * BLOCK + 7]));
        intake.take(Pushed::Then(Event::TalkReleased));
        assert_eq!(intake.due(), Some(Event::TalkPressed));
        let steps = (0..100).take_while(|_| {
            intake.step();
            intake.due().is_none()
        });
        // Two of two blocks, and the silence that follows the rest of one.
        assert_eq!(steps.count(), 1 + LATE_STEPS as usize);
        assert_eq!(intake.given, 4 * BLOCK + 7);
    }
}
