//! What outlasts a conversation.

use serde::Deserialize;

/// What outlasts a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keeping {
    /// Nothing.
    Nothing,
    /// What the user asked for: facts and their name, timers, lists, notes.
    #[default]
    Facts,
    /// That, and what was said and heard.
    All,
}

impl Keeping {
    /// `facts`, `all` or `nothing`; `on` and `off` are short for the first and the last.
    ///
    /// # Errors
    /// It is none of these; the message names them.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "nothing" | "off" => Ok(Self::Nothing),
            "facts" | "on" => Ok(Self::Facts),
            "all" => Ok(Self::All),
            _ => Err("give facts, all or nothing".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_one_of_three() {
        for (text, keeping) in [
            ("facts", Keeping::Facts),
            ("on", Keeping::Facts),
            ("all", Keeping::All),
            ("nothing", Keeping::Nothing),
            ("off", Keeping::Nothing),
        ] {
            assert_eq!(Keeping::parse(text), Ok(keeping), "{text}");
        }
        let error = Keeping::parse("some").unwrap_err();
        assert!(error.contains("facts, all or nothing"), "{error}");
    }
}
