//! What can go wrong with a language model, and what it means for whoever asked.

use std::path::PathBuf;

use super::server;
use crate::lexicon::Apology;

/// What can go wrong with the language model.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The model file cannot be loaded.
    #[error("cannot load the language model {}: {reason}", path.display())]
    Load {
        /// The GGUF file.
        path: PathBuf,
        /// The engine's words, and what to do.
        reason: String,
    },
    /// The model has no usable chat template.
    #[error("the model's chat template cannot be used: {0}")]
    Template(String),
    /// The prompt does not fit into the context.
    #[error(
        "the prompt has {tokens} tokens, and {fits} fit into the context beside a reply; shorten the \
         persona or raise llm.context"
    )]
    TooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens of a prompt that would fit.
        fits: usize,
    },
    /// A file that is no language model that can be talked with.
    #[error("{} cannot be talked with: {reason}", path.display())]
    Unsuitable {
        /// The file.
        path: PathBuf,
        /// What it is, and what to use instead.
        reason: String,
    },
    /// The model thought, and came to no answer.
    #[error(
        "the model thought for {tokens} tokens and said nothing; raise llm.reasoning_tokens, or \
         choose a model that does not think first"
    )]
    OnlyReasoning {
        /// Tokens that it was allowed.
        tokens: usize,
    },
    /// The model ended its reply before its first word.
    #[error(
        "the model wrote a reply without a word ({reason}); ask it otherwise, or choose another model"
    )]
    NoWords {
        /// How it ended.
        reason: String,
    },
    /// What should be a server's address is none.
    #[error("{address} is no address of a server: {reason}")]
    Address {
        /// What was given.
        address: String,
        /// What it should be.
        reason: String,
    },
    /// The variable that should hold the server's key is not set.
    #[error("the variable {name} is not set; llm.api_key_env says that it holds the server's key")]
    NoKey {
        /// The variable.
        name: String,
    },
    /// A server's trouble.
    #[error("the language model at {host} {trouble}")]
    Server {
        /// Host and port.
        host: String,
        /// What it is.
        trouble: server::Trouble,
    },
    /// A schema is not taken, so no answer would be held to it.
    #[error("answers cannot be held to this schema: {reason}")]
    Schema {
        /// Whose words, and what to do.
        reason: String,
    },
    /// The engine failed.
    #[error("the language model failed: {0}")]
    Run(String),
}

impl LlmError {
    /// Whether it is the question that was not taken, so that it would not be together with another one.
    pub fn is_for_the_question(&self) -> bool {
        match self {
            Self::TooLong { .. }
            | Self::OnlyReasoning { .. }
            | Self::NoWords { .. }
            | Self::Schema { .. } => true,
            Self::Server { trouble, .. } => matches!(trouble, server::Trouble::Refused { .. }),
            Self::Load { .. }
            | Self::Template(_)
            | Self::Unsuitable { .. }
            | Self::Address { .. }
            | Self::NoKey { .. }
            | Self::Run(_) => false,
        }
    }

    /// Whether it would be the trouble of every other question too: a server that cannot be used. All else is one
    /// question's.
    pub fn is_for_all_questions(&self) -> bool {
        use server::Trouble;
        match self {
            Self::Server { trouble, .. } => matches!(
                trouble,
                Trouble::Key(_)
                    | Trouble::NotFound(_)
                    | Trouble::NoSuchModel { .. }
                    | Trouble::Unreachable(_)
            ),
            Self::NoKey { .. } | Self::Address { .. } => true,
            _ => false,
        }
    }

    /// What the user, who waits for a reply, is to hear about it.
    pub fn apology(&self) -> Apology {
        match self {
            Self::Server { trouble, .. } => trouble.apology(),
            Self::TooLong { .. } => Apology::TooLong,
            Self::OnlyReasoning { .. } | Self::NoWords { .. } => Apology::NoAnswer,
            Self::Load { .. }
            | Self::Template(_)
            | Self::Unsuitable { .. }
            | Self::Address { .. }
            | Self::NoKey { .. }
            | Self::Schema { .. }
            | Self::Run(_) => Apology::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::server::Trouble;

    fn of_server(trouble: Trouble) -> LlmError {
        LlmError::Server {
            host: "localhost:1".into(),
            trouble,
        }
    }

    #[test]
    fn a_bad_reply_is_the_trouble_of_its_question_alone() {
        for trouble in [
            Trouble::Garbage("<html>".into()),
            Trouble::Broken("HTTP 500".into()),
            Trouble::Silent(60),
            Trouble::Gone,
        ] {
            assert!(!of_server(trouble).is_for_all_questions());
        }
    }

    #[test]
    fn a_server_that_answers_nobody_is_the_trouble_of_all_questions() {
        for trouble in [
            Trouble::Unreachable("refused".into()),
            Trouble::Key(401),
            Trouble::NotFound("no such page".into()),
        ] {
            assert!(of_server(trouble).is_for_all_questions());
        }
    }
}
