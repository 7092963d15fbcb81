//! What certain answers depend on beside the words.

use std::sync::Arc;

use super::intents::Engines;
use super::{ASK_HELPER, HandsOver};
use crate::tool_call::Offer;

/// The assistant of a conversation: its name, where words go, and which tools and models it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The assistant's name.
    pub name: String,
    /// Where the words of the user go.
    pub engines: Engines,
    /// The ISO 3166-1 code of the country, if it is known.
    pub country: Option<String>,
    /// The tools of the program itself.
    pub built_in: BuiltIn,
    /// Whether what people ask most is answered from the program's own tables, before any language model.
    pub answers_from_tables: bool,
    /// Whether what is said and heard outlasts the conversation.
    pub keeps_talk: bool,
    /// Whether the program's own tools may look into folders of the user.
    pub has_folders: bool,
    /// What the language model may call: some of these, and others.
    pub offers: Arc<[Offer]>,
    /// How questions come to a second, larger language model, if there is one.
    pub helper: Option<HandsOver>,
}

impl Setting {
    /// The assistant of this name on this machine, with the program's own tools and nothing beside them.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            engines: Engines::OnThisMachine,
            country: None,
            built_in: BuiltIn::Callable,
            answers_from_tables: true,
            keeps_talk: false,
            has_folders: false,
            offers: Arc::default(),
            helper: None,
        }
    }

    /// The same, without a second language model.
    #[must_use]
    pub fn without_helper(self) -> Self {
        let offers = self.offers.iter();
        let others = offers.filter(|offer| offer.definition.name != ASK_HELPER);
        Self {
            offers: others.cloned().collect(),
            helper: None,
            ..self
        }
    }
}

/// Whether the program's own tools can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// They can.
    Callable,
    /// They were switched off: what is asked of them goes to the language model.
    SwitchedOff,
}
