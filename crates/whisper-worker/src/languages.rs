//! Which languages may be spoken, and which one it was.

/// How many times as probable as the guess another language must be.
const SURER: f32 = 2.0;
/// A language that is not one of those that may be spoken must be at least so probable.
const UNEXPECTED: f32 = 0.8;
/// And the audio must be at least so long: in single words Whisper hears languages that nobody speaks. Seconds.
const ENOUGH_AUDIO: f32 = 1.5;

/// The languages that may be spoken: one, or several to be told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    /// Never empty; the first is the likeliest.
    names: Vec<&'static str>,
}

/// All that Whisper knows, by their short names.
pub fn all() -> impl Iterator<Item = &'static str> {
    (0..=whisper_rs::get_lang_max_id()).filter_map(whisper_rs::get_lang_str)
}

impl Languages {
    /// Reads `de`, `auto` (all of them), or `auto:en,de` (one of these); `known` gives the model's own name of
    /// one. A model for English alone knows that.
    ///
    /// # Errors
    /// What is not known.
    pub fn parse(
        asked: &str,
        is_multilingual: bool,
        known: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Self, String> {
        let known = |name: &str| {
            let found = known(name.trim()).filter(|found| is_multilingual || *found == "en");
            found.ok_or_else(|| name.trim().to_owned())
        };
        let (first, set) = match asked.split_once(':') {
            Some((first, set)) => (first, Some(set)),
            None => (asked, None),
        };
        let names = match (first.trim().eq_ignore_ascii_case("auto"), set) {
            (true, Some(set)) => set.split(',').map(known).collect::<Result<Vec<_>, _>>()?,
            (true, None) if is_multilingual => std::iter::once("en").chain(all()).collect(),
            (true, None) => vec!["en"],
            (false, None) => vec![known(first)?],
            (false, Some(_)) => return Err(asked.to_owned()),
        };
        Ok(Self { names })
    }

    /// Whether there is nothing to tell apart.
    pub fn is_one(&self) -> bool {
        self.names.len() == 1
    }

    /// Whether this is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// What is probably spoken: what was heard before, if it is one of them.
    pub fn guess(&self, before: Option<&'static str>) -> &'static str {
        let before = before.filter(|before| self.has(before));
        before.unwrap_or(self.names[0])
    }

    /// Which language was spoken, by the model's logits of all languages and the length of the audio. It is the guess,
    /// unless another of these languages is clearly more probable. Where it was surely none of them, that language
    /// is returned: asked to write French as English, Whisper would translate it.
    pub fn spoken(
        &self,
        guess: &'static str,
        logits: &[(&'static str, f32)],
        seconds: f32,
    ) -> &'static str {
        let likeliest = |among: &dyn Fn(&str) -> bool| {
            let among = logits.iter().filter(|(name, _)| among(name));
            among.copied().max_by(|(_, a), (_, b)| a.total_cmp(b))
        };
        let of_guess = likeliest(&|name| name == guess).map_or(f32::NEG_INFINITY, |(_, of)| of);
        if let Some((other, of_other)) = likeliest(&|_| true)
            && !self.has(other)
            && seconds >= ENOUGH_AUDIO
        {
            let all: f32 = logits
                .iter()
                .map(|(_, logit)| (logit - of_other).exp())
                .sum();
            if 1.0 / all >= UNEXPECTED {
                return other;
            }
        }
        match likeliest(&|name| self.has(name)) {
            Some((best, of_best)) if of_best >= of_guess + SURER.ln() => best,
            _ => guess,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<&'static str> {
        ["en", "de", "es"].into_iter().find(|known| *known == name)
    }

    fn names(asked: &str, is_multilingual: bool) -> Result<Vec<&'static str>, String> {
        Ok(Languages::parse(asked, is_multilingual, known)?.names)
    }

    #[test]
    fn a_set_is_read_in_its_order() {
        assert_eq!(names("auto:de, en", true), Ok(vec!["de", "en"]));
        assert_eq!(names("de", true), Ok(vec!["de"]));
    }

    #[test]
    fn auto_alone_is_every_language_and_english_for_a_model_of_english() {
        assert!(names("auto", true).unwrap().len() > 90);
        assert_eq!(names("auto", false), Ok(vec!["en"]));
    }

    #[test]
    fn what_the_model_does_not_know_is_named() {
        assert_eq!(names("auto:en,tlh", true), Err("tlh".into()));
        assert_eq!(names("auto:en,de", false), Err("de".into()));
        assert_eq!(names("auto:", true), Err(String::new()));
        assert_eq!(names("de:en", true), Err("de:en".into()));
    }

    #[test]
    fn the_guess_is_what_was_heard_before_if_that_may_be_spoken() {
        let languages = Languages::parse("auto:en,de", true, known).unwrap();
        assert_eq!(languages.guess(None), "en");
        assert_eq!(languages.guess(Some("de")), "de");
        assert_eq!(languages.guess(Some("ja")), "en");
    }

    #[test]
    fn another_language_than_the_guess_must_be_clearly_likelier() {
        let languages = Languages::parse("auto:en,de", true, known).unwrap();
        let german = |logit: f32| [("en", 1.0), ("de", logit), ("ja", 1.2)];
        assert_eq!(languages.spoken("en", &german(3.0), 3.0), "de");
        assert_eq!(languages.spoken("en", &german(1.5), 3.0), "en");
        assert_eq!(languages.spoken("de", &german(0.5), 3.0), "de");
        assert_eq!(languages.spoken("en", &[], 3.0), "en");
    }

    #[test]
    fn a_language_that_nobody_expects_is_heard_where_it_is_sure_and_long() {
        let languages = Languages::parse("auto:en,de", true, known).unwrap();
        let french = |logit: f32| [("en", 1.0), ("de", 0.0), ("fr", logit)];
        assert_eq!(languages.spoken("en", &french(9.0), 3.0), "fr");
        assert_eq!(languages.spoken("en", &french(9.0), 0.6), "en");
        assert_eq!(languages.spoken("en", &french(1.5), 3.0), "en");
    }
}
