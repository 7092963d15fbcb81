//! Which languages may be spoken, and which one it was.

/// How much surer than of the guess the model must be of another language.
const SURER: f32 = 2.0;

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

    /// All of them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }

    /// What is probably spoken: what was heard before, if it is one of them.
    pub fn guess(&self, before: Option<&'static str>) -> &'static str {
        let before = before.filter(|before| self.names.contains(before));
        before.unwrap_or(self.names[0])
    }

    /// What was spoken, by the model's logits: the guess, unless another language is clearly likelier.
    pub fn spoken(&self, guess: &'static str, logit: impl Fn(&str) -> Option<f32>) -> &'static str {
        let with_logits = self.names().filter_map(|name| Some((name, logit(name)?)));
        let best = with_logits.max_by(|(_, a), (_, b)| a.total_cmp(b));
        let of_guess = logit(guess).unwrap_or(f32::NEG_INFINITY);
        match best {
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
        let languages = Languages::parse(asked, is_multilingual, known)?;
        Ok(languages.names().collect())
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
        let german = |logit: f32| move |name: &str| Some(if name == "de" { logit } else { 1.0 });
        assert_eq!(languages.spoken("en", german(3.0)), "de");
        assert_eq!(languages.spoken("en", german(1.5)), "en");
        assert_eq!(languages.spoken("de", german(0.5)), "de");
        assert_eq!(languages.spoken("en", |_| None), "en");
    }
}
