//! A voice for each language of a conversation, as one.

use super::{Speech, Synthesizer, TtsError};
use crate::cancellation::Cancelled;
use crate::language::Language;

/// Several voices, of which the one that speaks the language of the moment speaks.
pub struct Voices {
    now: Box<dyn Synthesizer>,
    others: Vec<Box<dyn Synthesizer>>,
}

impl Voices {
    /// The voice that speaks first, and those of other languages.
    pub fn new(first: Box<dyn Synthesizer>, others: Vec<Box<dyn Synthesizer>>) -> Self {
        Self { now: first, others }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Box<dyn Synthesizer>> {
        std::iter::once(&mut self.now).chain(&mut self.others)
    }
}

impl Synthesizer for Voices {
    fn language(&self) -> Language {
        self.now.language()
    }

    fn speak_in(&mut self, language: Language) {
        let mut others = self.others.iter_mut();
        if let Some(other) = others.find(|other| other.language() == language)
            && self.now.language() != language
        {
            std::mem::swap(&mut self.now, other);
        }
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        self.all().try_for_each(|voice| voice.warm_up())
    }

    fn set_speed(&mut self, percent: u16) {
        self.all().for_each(|voice| voice.set_speed(percent));
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        self.now.synthesize_unless(cancelled, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::wav::Clip;

    /// Makes as many samples as its speed.
    struct Scripted(Language, u16);

    impl Synthesizer for Scripted {
        fn language(&self) -> Language {
            self.0
        }

        fn warm_up(&mut self) -> Result<(), TtsError> {
            Ok(())
        }

        fn set_speed(&mut self, percent: u16) {
            self.1 = percent;
        }

        fn synthesize_unless(&mut self, _: Cancelled, _: &str) -> Result<Option<Speech>, TtsError> {
            let samples = vec![0.0; usize::from(self.1)];
            let rate_hz = 16_000;
            Ok(Some(Clip { rate_hz, samples }.into()))
        }
    }

    fn voices() -> Voices {
        let other = |language| Box::new(Scripted(language, 100)) as Box<dyn Synthesizer>;
        let others = vec![other(Language::German), other(Language::French)];
        Voices::new(other(Language::English), others)
    }

    #[test]
    fn the_voice_of_the_language_speaks_until_another_is_wanted() {
        let mut voices = voices();
        let wanted = [
            Language::German,
            Language::German,
            Language::French,
            Language::English,
        ];
        for language in wanted {
            voices.speak_in(language);
            assert_eq!(voices.language(), language);
        }
    }

    #[test]
    fn a_language_that_no_voice_speaks_changes_nothing() {
        let mut voices = voices();
        voices.speak_in(Language::Chinese);
        assert_eq!(voices.language(), Language::English);
    }

    #[test]
    fn all_of_them_speak_at_the_speed_that_is_wanted() {
        let mut voices = voices();
        voices.set_speed(50);
        voices.speak_in(Language::German);
        assert_eq!(voices.synthesize("Hallo.").unwrap().samples.len(), 50);
    }
}
