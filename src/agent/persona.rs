//! Persona files: instructions, example exchanges, sampling and voice.
//!
//! Small models follow examples far better than instructions (with a system prompt alone
//! SmolLM2-135M rambles), so a persona is mostly examples.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::intents::Intents;
use crate::language::Language;
use crate::llm::{Message, Role, Sampling};
use crate::tts::Prosody;

/// Answers to small talk by its subject; several to a subject are said in turn.
pub type SmallTalk = BTreeMap<String, Vec<String>>;

/// The assistant's character.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Its name.
    pub name: String,
    /// What it speaks.
    #[serde(default)]
    pub language: Language,
    /// Instructions to the language model.
    pub system: String,
    /// Exchanges that show how it talks.
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
    /// How the next token is chosen.
    #[serde(default)]
    pub sampling: Sampling,
    /// Names and words that will be said to it and that nobody could guess: recognizers that can be
    /// told are told (Whisper, servers).
    #[serde(default)]
    pub vocabulary: Vec<String>,
    /// How it sounds.
    #[serde(default)]
    pub voice: Voice,
    /// What it says to small talk instead of the language model; `{name}` is its name. The subjects are in
    /// `assets/intents/LANG/small_talk.toml`.
    #[serde(default)]
    pub small_talk: SmallTalk,
    /// What is different for a language model with an adapter that knows this character.
    #[serde(default)]
    pub adapted: Option<Adapted>,
    /// The language model that speaks for it is too small to know what it does not know: it is not asked for facts.
    #[serde(skip)]
    pub guesses: bool,
}

/// A character that a language model's adapter knows: it needs no examples.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapted {
    /// The adapter's name, or its file (`.gguf`), which may be relative to the persona's folder.
    pub adapter: String,
    /// Instructions, as it was trained with.
    pub system: String,
    /// How many of the latest exchanges the model is shown, if not all that fit. What it has said several times a very small
    /// model says again, whatever it is asked.
    #[serde(default)]
    pub exchanges: Option<NonZeroUsize>,
    /// What is said to small talk beside the rest, where the model is too small to make it up.
    #[serde(default)]
    pub small_talk: SmallTalk,
}

impl Adapted {
    /// The adapter's file, if it is one of the user's own.
    pub fn file(&self) -> Option<&Path> {
        let file = Path::new(&self.adapter);
        let is_file = file.extension().is_some_and(|ending| ending == "gguf");
        is_file.then_some(file)
    }
}

/// One exchange that shows how the assistant talks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What a user says.
    pub user: String,
    /// What it answers.
    pub assistant: String,
}

/// Which voice, and how it speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// The voice's name, for example `en-GB`; none: the language's.
    pub name: Option<String>,
    /// Speed and pitch.
    #[serde(default)]
    pub prosody: Prosody,
}

/// A persona file is missing or wrong.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct PersonaError {
    /// The file.
    pub path: PathBuf,
    /// Line, key and what is expected.
    pub reason: String,
}

impl Persona {
    /// The persona that comes with the program.
    pub fn bundled(language: Language) -> Self {
        toml::from_str(language.persona()).expect("the bundled personas are tested")
    }

    /// The same assistant in another language: with the instructions and examples that come with the program, and its
    /// own name, manner of speaking and vocabulary. What the program's own character says of itself is nobody else's.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        let bundled = Self::bundled(language);
        // Its own name may be written otherwise there.
        let is_ours = self.name == Self::bundled(self.language).name;
        let name = if is_ours { &bundled.name } else { &self.name };
        let small_talk = if is_ours {
            bundled.small_talk.clone()
        } else {
            SmallTalk::new()
        };
        Self {
            small_talk,
            system: bundled.system.replace(&bundled.name, name),
            name: name.clone(),
            vocabulary: self.vocabulary.clone(),
            voice: Voice {
                prosody: self.voice.prosody,
                ..bundled.voice
            },
            ..bundled
        }
    }

    /// The persona of a conversation in `language`: that in `file`, or the bundled one.
    ///
    /// # Errors
    /// The file is missing, wrong, or in another language.
    pub fn load(file: Option<&Path>, language: Language) -> Result<Self, PersonaError> {
        let Some(path) = file else {
            return Ok(Self::bundled(language));
        };
        let persona = Self::read(path)?;
        if persona.language == language {
            Ok(persona)
        } else {
            Err(PersonaError {
                path: path.to_path_buf(),
                reason: format!(
                    "it speaks {}, the conversation is in {language}: add --lang {}, or name \
                     another persona",
                    persona.language,
                    persona.language.code()
                ),
            })
        }
    }

    /// Reads a persona file.
    pub fn read(path: &Path) -> Result<Self, PersonaError> {
        let fail = |reason: String| PersonaError {
            path: path.to_path_buf(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let mut persona: Self = toml::from_str(&text).map_err(|e| fail(e.to_string()))?;
        if let Some(adapted) = &mut persona.adapted
            && let Some(file) = adapted.file()
        {
            let file = path.parent().unwrap_or(Path::new("")).join(file);
            if !file.is_file() {
                let reason = format!("adapted.adapter: there is no file {}", file.display());
                return Err(fail(reason));
            }
            adapted.adapter = file
                .into_os_string()
                .into_string()
                .map_err(|_| fail("adapted.adapter: its path is no text".into()))?;
        }
        let Prosody { speed, pitch } = persona.voice.prosody;
        if !(20..=500).contains(&speed) || !(50..=200).contains(&pitch) {
            return Err(fail(
                "voice.prosody: speed is 20 to 500, pitch 50 to 200".into(),
            ));
        }
        check_sampling(&persona.sampling).map_err(|expected| fail(expected.into()))?;
        persona.check_small_talk().map_err(fail)?;
        Ok(persona)
    }

    /// The same character for a language model with the adapter that knows it.
    pub fn with_adapter(self) -> Self {
        match self.adapted {
            Some(Adapted {
                ref system,
                ref small_talk,
                ..
            }) => Self {
                system: system.clone(),
                small_talk: self
                    .small_talk
                    .into_iter()
                    .chain(small_talk.clone())
                    .collect(),
                examples: Vec::new(),
                sampling: Sampling {
                    // As it was trained and measured.
                    temperature: 0.0,
                    repeat_penalty: 1.0,
                    ..self.sampling
                },
                ..self
            },
            None => self,
        }
    }

    /// Whether this is the character as [`Self::with_adapter`] makes it.
    pub fn is_adapted(&self) -> bool {
        (self.adapted.as_ref()).is_some_and(|adapted| adapted.system == self.system)
    }

    /// How many of the latest exchanges a prompt has at most.
    pub fn exchanges_shown(&self) -> usize {
        let adapted = self.adapted.as_ref().filter(|_| self.is_adapted());
        adapted
            .and_then(|adapted| adapted.exchanges)
            .map_or(usize::MAX, NonZeroUsize::get)
    }

    /// An answer that nobody would come to is a mistake in writing.
    fn check_small_talk(&self) -> Result<(), String> {
        let intents = Intents::bundled(self.language);
        let adapted = self.adapted.iter().flat_map(|one| &one.small_talk);
        let mut answers = self.small_talk.iter().chain(adapted);
        let is_wrong = |(about, answers): &(&String, &Vec<String>)| {
            answers.is_empty() || !intents.subjects().any(|subject| subject == *about)
        };
        let Some((about, _)) = answers.find(is_wrong) else {
            return Ok(());
        };
        let subjects: Vec<_> = intents.subjects().collect();
        Err(format!(
            "small_talk.{about}: one or several answers to one of these subjects are expected: {}",
            subjects.join(", ")
        ))
    }

    /// The messages that every prompt begins with.
    pub fn prefix(&self) -> Vec<Message> {
        let system = Message::new(Role::System, self.system.trim());
        let examples = self.examples.iter().flat_map(|example| {
            [
                Message::new(Role::User, &example.user),
                Message::new(Role::Assistant, &example.assistant),
            ]
        });
        std::iter::once(system).chain(examples).collect()
    }
}

/// Checks what types cannot say; what is expected where it is wrong. A comparison with a value that is no
/// number is false.
fn check_sampling(sampling: &Sampling) -> Result<(), &'static str> {
    let checks = [
        (
            (0.0..=5.0).contains(&sampling.temperature),
            "sampling.temperature is 0 to 5",
        ),
        (
            sampling.top_p > 0.0 && sampling.top_p <= 1.0,
            "sampling.top_p is above 0, at most 1",
        ),
        (
            (0..=1_000).contains(&sampling.top_k),
            "sampling.top_k is 0 to 1000; 0 keeps all tokens",
        ),
        (
            (0.5..=2.0).contains(&sampling.repeat_penalty),
            "sampling.repeat_penalty is 0.5 to 2; 1 discourages nothing",
        ),
        (
            (1..=400).contains(&sampling.max_tokens),
            "sampling.max_tokens is 1 to 400",
        ),
    ];
    let wrong = checks.iter().find(|(holds, _)| !holds);
    wrong.map_or(Ok(()), |(_, expected)| Err(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_personas_are_whole() {
        for language in Language::all() {
            let persona = Persona::bundled(language);
            assert_eq!(persona.language, language);
            let prefix = persona.prefix();
            assert_eq!(prefix[0].role, Role::System);
            assert_eq!(prefix.len(), 1 + 2 * persona.examples.len());
            let voice = persona.voice.name.as_deref().or(language.voice());
            assert!(voice.is_none_or(|name| crate::tts::VOICES.contains(&name)));
        }
    }

    #[test]
    fn in_another_language_it_has_the_same_name_and_manner() {
        let mut persona = Persona::bundled(Language::English);
        persona.name = "Ada".into();
        persona.voice.prosody.speed = 120;
        let german = persona.in_language(Language::German);
        assert_eq!(german.language, Language::German);
        assert_eq!(german.name, "Ada");
        assert!(
            german.system.starts_with("Du bist Ada,"),
            "{}",
            german.system
        );
        assert_eq!(german.voice.prosody.speed, 120);
    }

    #[test]
    fn the_name_of_the_programs_own_character_is_that_of_the_language() {
        let chinese = Persona::bundled(Language::English).in_language(Language::Chinese);
        assert_eq!(chinese, Persona::bundled(Language::Chinese));
    }

    #[test]
    fn the_programs_own_character_has_an_answer_to_all_small_talk() {
        for language in Language::all() {
            let persona = Persona::bundled(language);
            assert_eq!(persona.check_small_talk(), Ok(()), "{language}");
            let adapted = persona.with_adapter();
            for subject in Intents::bundled(language).subjects() {
                assert!(
                    adapted.small_talk.contains_key(subject),
                    "{language}: {subject}"
                );
            }
        }
    }

    #[test]
    fn what_the_programs_own_character_says_of_itself_is_no_other_characters() {
        let mut persona = Persona::bundled(Language::German);
        persona.name = "Ada".into();
        let english = persona.in_language(Language::English);
        assert_eq!(english.small_talk, SmallTalk::new());
    }

    #[test]
    fn an_answer_to_no_subject_of_small_talk_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        let text = Language::English.persona();
        for (written, wrong) in [("agee = [\"Old.\"]", "agee"), ("age = []", "age")] {
            let without = text.lines().filter(|line| !line.starts_with("age = "));
            let text = without.collect::<Vec<_>>().join("\n");
            let text = text.replacen("[small_talk]", &format!("[small_talk]\n{written}"), 1);
            std::fs::write(&path, text).unwrap();
            let message = Persona::read(&path).unwrap_err().to_string();
            assert!(
                message.contains(&format!("small_talk.{wrong}:")),
                "{message}"
            );
            assert!(message.contains("how-are-you"), "{message}");
        }
    }

    #[test]
    fn a_persona_in_another_language_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, Language::German.persona()).unwrap();
        assert!(Persona::load(Some(&path), Language::German).is_ok());
        let message = Persona::load(Some(&path), Language::English)
            .unwrap_err()
            .to_string();
        for part in ["p.toml", "German", "English", "--lang de"] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }

    #[test]
    fn sampling_that_makes_no_sense_is_refused_by_name() {
        let bundled = Language::English.persona();
        for wrong in [
            "temperature = nan",
            "top_p = 0",
            "top_k = -1",
            "repeat_penalty = 0",
        ] {
            let (key, _) = wrong.split_once(' ').unwrap();
            let others = bundled.lines().filter(|line| !line.starts_with(key));
            let text = others.collect::<Vec<_>>().join("\n");
            let text = text.replace("[sampling]", &format!("[sampling]\n{wrong}"));
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("p.toml");
            std::fs::write(&path, text).unwrap();
            let message = Persona::read(&path).unwrap_err().to_string();
            assert!(message.contains(&format!("sampling.{key} is")), "{message}");
        }
    }

    #[test]
    fn an_adapter_of_ones_own_is_a_file_beside_the_persona() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        let text = Language::English.persona();
        let own = text.replace("adapter = \"vivi\"", "adapter = \"own.gguf\"");
        std::fs::write(&path, own).unwrap();
        let message = Persona::read(&path).unwrap_err().to_string();
        assert!(message.contains("own.gguf"), "{message}");
        let adapter = folder.path().join("own.gguf");
        std::fs::write(&adapter, "GGUF").unwrap();
        let adapted = Persona::read(&path).unwrap().adapted.unwrap();
        assert_eq!(adapted.file(), Some(adapter.as_path()));
        // The program's own has a name.
        assert_eq!(
            Persona::bundled(Language::English).adapted.unwrap().file(),
            None
        );
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, "name = \"x\"\nsytem = \"y\"\n").unwrap();
        let message = Persona::read(&path).unwrap_err().to_string();
        assert!(
            message.contains("p.toml") && message.contains("sytem"),
            "{message}"
        );
        assert!(message.contains("line 2"), "{message}");
    }
}
