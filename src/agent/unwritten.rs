//! Which exchanges are kept as episodes: all, as they were heard, but those in which a tool told or forgot what was said.

use super::Command;
use super::history::KeptWords;
use super::machine::Agent;
use crate::tool_call::Call;
use crate::tools;

/// Which exchanges are not written down.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    /// That which is not over, or whose words were not answered yet.
    now: bool,
    /// The latest, whose reply may go on.
    last: bool,
}

impl Unwritten {
    /// A tool was called for the exchange.
    pub fn called(&mut self, call: &Call) {
        self.now |= tools::is_about_what_was_said(&call.name);
    }

    /// The reply was in vain, and so was its call; unless its words are asked again with the next ones.
    pub fn let_go(&mut self, has_unanswered: bool) {
        self.now &= has_unanswered;
    }
}

impl Agent {
    /// An exchange is over, and this of it is kept.
    pub(super) fn write_down(&mut self, kept: Option<KeptWords>, commands: &mut Vec<Command>) {
        let Some((user, heard)) = kept else {
            return;
        };
        if !user.is_empty() {
            self.unwritten.last = std::mem::take(&mut self.unwritten.now);
        }
        if !self.unwritten.last {
            commands.push(Command::WriteDown { user, heard });
        }
    }
}
