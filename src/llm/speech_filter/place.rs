//! What a part of a reply is, and where a mark leads from what is not heard.

use super::data::Scan;
use super::mark::{Edge, Mark};

/// Where the text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// What the user hears.
    Speech,
    /// Reasoning, within so many blocks.
    Thought(usize),
    /// A part of a "harmony" message on a channel that the user does not hear.
    Part,
    /// The name of a channel or the role of a "harmony" message, up to `<|message|>`.
    Header,
    /// The role of the message that begins.
    Role,
    /// A call of a tool or its result, up to the tag that ends it; so many of that name are open.
    Tool(String, usize),
    /// The name of a tool; its arguments follow.
    Calls,
    /// JSON, or a call written as in Python.
    Data(Scan),
    /// A block of code that is meant for a program.
    Fence,
    /// What somebody else is made to say.
    Other,
    /// Behind the reply's end.
    Over,
}

impl Place {
    /// Where a mark leads from what is not heard; `None` if it changes nothing.
    pub fn behind(&self, mark: &Mark) -> Option<Self> {
        let nested = |edge: Edge, depth: usize| match edge {
            Edge::Begin => depth + 1,
            Edge::End => depth - 1,
        };
        match (self, mark) {
            (Self::Thought(depth), Mark::Thought(edge, _)) => Some(match nested(*edge, *depth) {
                0 => Self::Speech,
                depth => Self::Thought(depth),
            }),
            (Self::Tool(name, depth), Mark::Tool(edge, other)) if name == other => {
                Some(match nested(*edge, *depth) {
                    0 => Self::Speech,
                    depth => Self::Tool(name.clone(), depth),
                })
            }
            (Self::Part, Mark::PartEnd) | (Self::Other, Mark::Assistant) => Some(Self::Speech),
            (Self::Part, Mark::End) => Some(Self::Over),
            (Self::Part | Self::Other, Mark::Channel) => Some(Self::Header),
            (Self::Other, Mark::Role) => Some(Self::Role),
            _ => None,
        }
    }
}
