//! Why a tool did nothing, and how that is said.

use super::lookup::FactsError;
use super::says::fill;
use super::{StoreError, Toolbox};
use crate::folders::FoldersError;
use crate::language::Language;

/// Why nothing was done. Each is a sentence in English; [`Toolbox::explain`] says it to the user.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// There is no such tool.
    #[error("I have no tool that is called {0}.")]
    UnknownTool(String),
    /// The tool does not take this argument.
    #[error("The tool {tool} has no use for {argument}.")]
    UnknownArgument {
        /// The tool.
        tool: &'static str,
        /// The argument's name.
        argument: String,
    },
    /// An argument is neither text nor a number.
    #[error("I need {0} in words.")]
    WrongType(&'static str),
    /// A required argument is missing or empty.
    #[error("Please tell me {0}.")]
    Missing(&'static str),
    /// The text of an argument was not understood.
    #[error("I did not understand {0}.")]
    NotUnderstood(&'static str),
    /// The tool does not know this language.
    #[error("The tool {tool} knows English only, not {language}.")]
    NotInThisLanguage {
        /// The tool.
        tool: &'static str,
        /// What it was asked in.
        language: Language,
    },
    /// Several are meant, or one of several; the sentence asks which.
    #[error("{0}")]
    Which(String),
    /// It cannot be done; the sentence says why.
    #[error("{0}")]
    Declined(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data of facts cannot be read.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The index of the user's folders cannot be read.
    #[error(transparent)]
    Folders(#[from] FoldersError),
}

impl From<rusqlite::Error> for ToolError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Toolbox {
    /// Why nothing was done, as it is said to the user in their language.
    pub fn explain(&self, error: &ToolError) -> String {
        let says = &self.says().troubles;
        let needed = |what: &'static str| says.needed.get(what).map_or(what, String::as_str);
        match error {
            ToolError::UnknownTool(tool) => fill(&says.unknown_tool, &[("tool", tool)]),
            ToolError::UnknownArgument { tool, argument } => {
                let parts = [("tool", *tool), ("argument", argument)];
                fill(&says.unknown_argument, &parts)
            }
            ToolError::WrongType(what) => fill(&says.wrong_type, &[("what", needed(what))]),
            ToolError::Missing(what) => fill(&says.missing, &[("what", needed(what))]),
            ToolError::NotUnderstood(what) => fill(&says.not_understood, &[("what", needed(what))]),
            ToolError::NotInThisLanguage { .. } => says.not_in_this_language.clone(),
            ToolError::Which(words) | ToolError::Declined(words) => words.clone(),
            ToolError::Store(_) | ToolError::Facts(_) | ToolError::Folders(_) => {
                says.store.clone().unwrap_or_else(|| error.to_string())
            }
        }
    }
}
