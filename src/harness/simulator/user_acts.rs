//! What the scripted user does becomes sound, speech and keys of the conversation.

use super::*;

impl World {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Speak(stretches) => {
                let mut offset = 0;
                for Stretch { text, ms, pause_ms } in stretches {
                    self.speech(offset, ms, Some(&text));
                    offset += ms + pause_ms;
                }
                self.user_busy_until = self.now + Duration::from_millis(offset);
            }
            Action::Cough(ms) => self.speech(0, ms, None),
            Action::Babble(times) => {
                for n in 0..times {
                    self.speech(n * 700, 300, None);
                }
                self.user_busy_until = self.now + Duration::from_millis(times * 700);
            }
            Action::Sound => self.event_in(30, Event::SoundStarted(self.now)),
            Action::Echo(ms) => {
                let said = match self.conductor.machine.state() {
                    State::Replying(reply) => reply.said.clone(),
                    State::Listening | State::User(_) | State::AwaitingHeard { .. } => {
                        String::new()
                    }
                };
                let all = words(&said);
                let last = all[all.len().saturating_sub(4)..].join(" ");
                self.speech(0, ms, Some(&last));
            }
            Action::Stop => self.event_in(0, Event::Stop),
            Action::TakeBack => self.event_in(0, Event::TakeBack),
            Action::Type => self.event_in(0, Event::Typed("typed words".into())),
            Action::Ring => {
                let number = self.agenda.scheduled();
                let (id, words) = (number as i64, format!("ring {number}."));
                self.invariants.rings(id);
                let language = Language::English;
                let ring = Event::Ring {
                    id,
                    words,
                    language,
                };
                self.event_in(0, ring);
            }
        }
    }

    /// Speech from `offset` on: what the detector says of it, and when its words can be heard.
    pub(super) fn speech(&mut self, offset: u64, ms: u64, text: Option<&str>) {
        let ms_of = Duration::from_millis;
        let (start, end) = (self.now + ms_of(offset), self.now + ms_of(offset + ms));
        if !self.choices.one_in(3) {
            self.event_in(offset + 30, Event::SoundStarted(start));
        }
        let onset = 64 + self.choices.u64(0..40);
        if ms <= onset {
            return;
        }
        self.event_in(offset + onset, Event::SpeechStarted(start));
        let hangover = 32 + self.choices.u64(0..80);
        self.event_in(offset + ms + hangover, Event::SpeechPaused(end));
        let words: Vec<String> = text.map(words).unwrap_or_default();
        for (n, word) in words.iter().enumerate() {
            let at = start + ms_of(ms * (n as u64 + 1) / (words.len() as u64 + 1));
            self.schedule(at, Happening::Heard(word.clone()));
        }
        let closing = text.and_then(|t| t.chars().last());
        if let Some(mark @ ('?' | ',' | '.')) = closing {
            self.schedule(end, Happening::Heard(mark.to_string()));
        }
    }

    /// What the recognizer makes of the present transcript's audio.
    pub(super) fn transcript(&self) -> String {
        let from = self.transcript_from;
        let mut text = String::new();
        for (_, word) in self.said.iter().filter(|(at, _)| *at >= from) {
            let mark = word.chars().all(|c| c.is_ascii_punctuation());
            if !mark && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }
}
