//! What of the things that are offered somebody asks for.

use wyoming::Info;
use wyoming::info::Model;
use wyoming::message::Voice;

/// The name of the voice that is wanted: by its name, else by its language, else the first.
///
/// # Errors
/// There is no such voice; what there is.
pub fn voice_for<'i>(info: &'i Info, wanted: Option<&Voice>) -> Result<&'i str, String> {
    let voices: Vec<&Model> = info
        .tts
        .iter()
        .flat_map(|program| &program.voices)
        .collect();
    let wanted = wanted.cloned().unwrap_or_default();
    let (asked, found) = match (&wanted.name, &wanted.language) {
        (Some(name), _) => (name, voices.iter().find(|voice| voice.name == *name)),
        (None, Some(language)) => (language, speaker_of(&voices, language)),
        (None, None) => return voices.first().map_or_else(none, |voice| Ok(&voice.name)),
    };
    let Some(voice) = found else {
        let known: Vec<String> = voices.iter().map(|voice| label(voice)).collect();
        return Err(format!(
            "there is no voice {asked:?} here; known are {}",
            known.join(", ")
        ));
    };
    match &wanted.speaker {
        Some(speaker) => Err(format!(
            "the voice {asked:?} has one speaker, and {speaker:?} was asked for: leave it out"
        )),
        None => Ok(&voice.name),
    }
}

fn none<'i>() -> Result<&'i str, String> {
    Err("nothing is spoken here".into())
}

fn label(voice: &Model) -> String {
    format!("{} ({})", voice.name, voice.languages.join(", "))
}

/// The voice that is of this very region, else the first of the language.
fn speaker_of<'v, 'i>(voices: &'v [&'i Model], language: &str) -> Option<&'v &'i Model> {
    let exactly = |voice: &&&Model| voice.languages.iter().any(|known| is_same(known, language));
    let speaks = |voice: &&&Model| knows(&voice.languages, language);
    let exact = voices.iter().find(exactly);
    exact.or_else(|| voices.iter().find(speaks))
}

/// Whether models understand a language that a client names. Nothing, and `auto`, leave it to them.
///
/// # Errors
/// They do not; what they understand.
pub fn check_language(models: &[Model], language: Option<&str>) -> Result<(), String> {
    let Some(language) = language.filter(|code| !code.is_empty() && *code != "auto") else {
        return Ok(());
    };
    let known = || models.iter().flat_map(|model| &model.languages);
    if models.iter().any(|model| knows(&model.languages, language)) {
        Ok(())
    } else {
        let known: Vec<&str> = known().map(String::as_str).collect();
        Err(format!(
            "{language:?} is not understood here, {} is: start `vivavoce serve --lang CODE`",
            known.join(", ")
        ))
    }
}

/// Whether one of the languages is this one, of whatever region.
fn knows(languages: &[String], language: &str) -> bool {
    let of = |code: &str| {
        code.split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    languages.iter().any(|known| of(known) == of(language))
}

/// `en_GB` and `en-gb` are the same.
fn is_same(one: &str, other: &str) -> bool {
    one.replace('_', "-")
        .eq_ignore_ascii_case(&other.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use wyoming::info::TtsProgram;

    use super::*;

    fn model(name: &str, language: &str) -> Model {
        Model {
            name: name.into(),
            languages: vec![language.into()],
            ..Model::default()
        }
    }

    fn info() -> Info {
        let voices = [("vivi", "en"), ("en-GB", "en-GB"), ("de-DE", "de-DE")];
        let program = TtsProgram {
            voices: voices.map(|(name, language)| model(name, language)).into(),
            ..TtsProgram::default()
        };
        Info {
            tts: vec![program],
            ..Info::default()
        }
    }

    fn by_language(language: &str) -> Voice {
        Voice {
            language: Some(language.into()),
            ..Voice::default()
        }
    }

    #[test]
    fn a_voice_is_found_by_name_then_by_region_then_by_language() {
        let info = info();
        let found = |voice: Voice| voice_for(&info, Some(&voice)).map(str::to_owned);
        let named = Voice {
            name: Some("de-DE".into()),
            ..by_language("en")
        };
        assert_eq!(found(named).unwrap(), "de-DE");
        assert_eq!(found(by_language("en_GB")).unwrap(), "en-GB");
        assert_eq!(found(by_language("en-US")).unwrap(), "vivi");
        assert_eq!(found(by_language("de")).unwrap(), "de-DE");
        assert_eq!(found(Voice::default()).unwrap(), "vivi");
        assert_eq!(voice_for(&info, None).unwrap(), "vivi");
    }

    #[test]
    fn an_unknown_voice_is_answered_with_those_that_are_known() {
        let wanted = Voice {
            name: Some("amy".into()),
            ..Voice::default()
        };
        let error = voice_for(&info(), Some(&wanted)).unwrap_err();
        assert!(
            error.contains("\"amy\"") && error.contains("vivi (en)"),
            "{error}"
        );
        assert!(voice_for(&info(), Some(&by_language("fi"))).is_err());
    }

    #[test]
    fn a_speaker_of_a_voice_that_has_one_is_refused() {
        let wanted = Voice {
            name: Some("vivi".into()),
            speaker: Some("2".into()),
            ..Voice::default()
        };
        assert!(voice_for(&info(), Some(&wanted)).is_err());
    }

    #[test]
    fn a_language_is_known_in_all_regions() {
        let models = [model("m", "en")];
        for known in [None, Some(""), Some("auto"), Some("en"), Some("en-US")] {
            assert_eq!(check_language(&models, known), Ok(()));
        }
        let error = check_language(&models, Some("de")).unwrap_err();
        assert!(
            error.contains("\"de\"") && error.contains("en is"),
            "{error}"
        );
    }
}
