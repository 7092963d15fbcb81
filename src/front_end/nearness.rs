//! Whether what is heard is as near as the user: a television speaks, and is not answered.
//!
//! The user's level is learnt from turns that were answered; before the first everybody is near, so
//! a quiet user is heard from the start. It rises with the next answered turn that is louder, and
//! follows quieter ones slowly. Somebody who went away from the microphone is heard again if they
//! speak up or try again: speech that was taken for a television and then waits, as a person does who
//! wants an answer, lowers what is asked for. It does so for a short while and not by much, because a
//! television pauses too.

use std::collections::VecDeque;
use std::time::Duration;

use crate::audio::frame::{FRAME, dbfs, rms};
use crate::clock::Timestamp;

/// Speech this far below the user's is somebody else's.
const FAR_DB: f32 = 15.0;
/// Levels are taken over this many frames: 50 ms, longer than a click.
const SMOOTHED: usize = 5;
/// Speech is near for this long after its last near sound: the softest words of the user lie
/// between louder ones.
const NEAR_FOR: Duration = Duration::from_millis(500);
/// Share of a turn's frames that are softer than its level.
const LEVEL_SHARE: f32 = 0.9;
/// Least speech that a level is learnt from. Frames: 200 ms.
const LEAST_FRAMES: usize = 20;
/// Most speech that is kept: the last of a longer turn. Frames: 30 s.
const MOST_FRAMES: usize = 3_000;
/// A louder turn moves the level by this share of the difference: nobody shouts for long.
const LOUDER_SHARE: f32 = 0.5;
/// A quieter one by this share.
const SOFTER_SHARE: f32 = 0.3;
/// Far speech that is followed by this much silence was meant for somebody: it is a try...
const WAITS: Duration = Duration::from_secs(2);
/// ...if it was at least this long...
const LEAST_TRY: Duration = Duration::from_millis(400);
/// ...and at most this long: longer speech is no request.
const LONGEST_TRY: Duration = Duration::from_secs(8);
/// Each try lowers what is asked for by this much.
const TRY_DB: f32 = 3.0;
/// All of them lower it by no more than this.
const TRIES_DB: f32 = 6.0;
/// Tries that follow each other within this time are in a row; without another they are forgotten.
const NEXT_TRY: Duration = Duration::from_secs(20);
/// More tries in a row than this are a television's: they lower nothing.
const MOST_TRIES: u32 = 4;

/// The user's level, and whether the present sound is near it.
#[derive(Debug, Default)]
pub struct Nearness {
    /// Loud speech of the user, once it is known. dBFS.
    user_dbfs: Option<f32>,
    recent: VecDeque<f32>,
    /// Since when, and until when, the sound is near.
    near: Option<(Timestamp, Timestamp)>,
    /// The last levels of near speech, and when they were. dBFS.
    speech: VecDeque<(Timestamp, f32)>,
    /// Tries in a row, and when the last one was over.
    tries: Option<(u32, Timestamp)>,
    /// The far speech that goes on, or that was the last: its beginning and its end.
    far: Option<(Timestamp, Timestamp)>,
}

impl Nearness {
    /// Takes 10 ms that end at `until`, and since when what is heard is near; `None` if it is far.
    /// `speech` says that somebody near was speaking before, whose level is learnt.
    pub fn push(
        &mut self,
        frame: &[f32; FRAME],
        until: Timestamp,
        speech: bool,
    ) -> Option<Timestamp> {
        if self.recent.len() == SMOOTHED {
            self.recent.pop_front();
        }
        self.recent.push_back(rms(frame).powi(2));
        let power = self.recent.iter().sum::<f32>() / self.recent.len() as f32;
        let level = dbfs(power.sqrt());
        if speech {
            if self.speech.len() == MOST_FRAMES {
                self.speech.pop_front();
            }
            self.speech.push_back((until, level));
        }
        let Some(user) = self.user_dbfs else {
            return Some(Timestamp::ZERO);
        };
        if self.near.is_some_and(|(_, to)| until > to) {
            self.near = None;
        }
        if level >= user - FAR_DB - self.lowered_db(until) {
            let since = self.near.map_or(until, |(since, _)| since);
            self.near = Some((since, until + NEAR_FOR));
        }
        self.near.map(|(since, _)| since)
    }

    /// By how much tries have lowered what is asked for.
    fn lowered_db(&self, now: Timestamp) -> f32 {
        match self.tries {
            Some((tries, last)) if tries <= MOST_TRIES && now.since(last) <= NEXT_TRY => {
                (TRY_DB * tries as f32).min(TRIES_DB)
            }
            Some(_) | None => 0.0,
        }
    }

    /// Says at `until` whether far speech is heard. True once for each try of somebody who may be
    /// the user: what is asked for was lowered.
    pub fn far_speech(&mut self, until: Timestamp, heard: bool) -> bool {
        if heard {
            let since = self.far.map_or(until, |(since, _)| since);
            self.far = Some((since, until));
            return false;
        }
        let waited = |(_, to): &mut (Timestamp, Timestamp)| until.since(*to) >= WAITS;
        let Some((since, to)) = self.far.take_if(waited) else {
            return false;
        };
        if !(LEAST_TRY..=LONGEST_TRY).contains(&to.since(since)) {
            return false;
        }
        let in_a_row = self
            .tries
            .filter(|(_, last)| since.since(*last) <= NEXT_TRY);
        let tries = in_a_row.map_or(0, |(tries, _)| tries).saturating_add(1);
        self.tries = Some((tries, to));
        tries <= MOST_TRIES
    }

    /// The turn that began at `since` is answered: it was the user.
    pub fn know_speaker(&mut self, since: Timestamp) {
        let turn = self.speech.drain(..).filter(|(at, _)| *at >= since);
        let mut levels: Vec<f32> = turn.map(|(_, level)| level).collect();
        if levels.len() < LEAST_FRAMES {
            return;
        }
        levels.sort_by(f32::total_cmp);
        let level = levels[(levels.len() as f32 * LEVEL_SHARE) as usize];
        let user = self.user_dbfs.unwrap_or(level);
        let share = if level > user {
            LOUDER_SHARE
        } else {
            SOFTER_SHARE
        };
        self.user_dbfs = Some(user + (level - user) * share);
        (self.far, self.tries) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::frame::from_db;

    struct Room {
        nearness: Nearness,
        now: Timestamp,
    }

    impl Room {
        /// A user who has been answered at this level.
        fn after_a_turn(dbfs: f32) -> Self {
            let mut room = Self {
                nearness: Nearness::default(),
                now: Timestamp::ZERO,
            };
            assert!(room.speech(dbfs, 1_000), "at the start everybody is near");
            room.answered(1_000);
            room.silence(1_000);
            room
        }

        /// A turn of the last `ms` is answered.
        fn answered(&mut self, ms: u64) {
            self.nearness
                .know_speaker(self.now - Duration::from_millis(ms));
        }

        /// A television whose pauses are this long, for so many seconds; whether it is ever near.
        fn television(&mut self, dbfs: f32, pause_ms: u64, seconds: u64) -> bool {
            let times = seconds * 1_000 / (3_000 + pause_ms);
            let near: Vec<bool> = (0..times)
                .map(|_| {
                    let near = self.speech(dbfs, 3_000);
                    self.silence(pause_ms);
                    near
                })
                .collect();
            near.contains(&true)
        }

        fn sound(&mut self, dbfs: f32, ms: u64, speech: bool) -> bool {
            let mut near = false;
            for _ in 0..ms / 10 {
                self.now = self.now + Duration::from_millis(10);
                let frame = [from_db(dbfs); FRAME];
                near = self.nearness.push(&frame, self.now, speech).is_some();
                self.nearness.far_speech(self.now, speech && !near);
            }
            near
        }

        /// Whether speech at this level is near at its end.
        fn speech(&mut self, dbfs: f32, ms: u64) -> bool {
            self.sound(dbfs, ms, true)
        }

        fn silence(&mut self, ms: u64) {
            self.sound(-70.0, ms, false);
        }
    }

    #[test]
    fn a_quiet_user_is_heard_at_the_start() {
        Room::after_a_turn(-50.0);
    }

    #[test]
    fn a_television_is_far_however_long_it_speaks() {
        assert!(!Room::after_a_turn(-20.0).television(-40.0, 800, 240));
    }

    #[test]
    fn a_television_that_pauses_for_seconds_stays_far_for_an_hour() {
        assert!(!Room::after_a_turn(-20.0).television(-42.0, 3_000, 3_600));
    }

    #[test]
    fn a_television_that_pauses_now_and_then_stays_far() {
        // Each pause is a try, and none follows soon.
        let mut room = Room::after_a_turn(-20.0);
        for _ in 0..60 {
            assert!(!room.television(-37.0, 800, 25));
            room.silence(2_500);
        }
    }

    #[test]
    fn speech_that_was_not_answered_is_not_learnt() {
        let mut room = Room::after_a_turn(-20.0);
        // A backchannel, or a turn that was ignored.
        room.speech(-33.0, 6_000);
        room.silence(500);
        room.speech(-20.0, 400);
        room.answered(400);
        room.silence(1_000);
        assert!(!room.speech(-37.0, 500));
    }

    #[test]
    fn a_user_who_speaks_more_softly_is_near() {
        let mut room = Room::after_a_turn(-20.0);
        assert!(room.speech(-32.0, 300));
    }

    #[test]
    fn what_follows_the_user_at_once_is_far_after_half_a_second() {
        let mut room = Room::after_a_turn(-20.0);
        room.speech(-20.0, 1_000);
        assert!(room.speech(-40.0, 400));
        assert!(!room.speech(-40.0, 300));
    }

    #[test]
    fn a_user_who_went_away_and_tries_again_is_heard() {
        let mut room = Room::after_a_turn(-20.0);
        let tries = (1..10).find(|_| {
            let near = room.speech(-39.0, 1_500);
            room.silence(2_500);
            near
        });
        assert_eq!(tries, Some(3));
        room.answered(4_000);
        assert!(room.speech(-39.0, 500), "and stays so");
    }

    #[test]
    fn answered_turns_at_the_old_level_ask_for_it_again() {
        let mut room = Room::after_a_turn(-20.0);
        for _ in 0..3 {
            room.speech(-40.0, 1_500);
            room.silence(2_500);
        }
        room.answered(4_000);
        for _ in 0..3 {
            room.speech(-20.0, 2_000);
            room.answered(2_000);
        }
        room.silence(1_000);
        assert!(!room.speech(-40.0, 500));
    }
}
