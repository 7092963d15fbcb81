//! The scripted helper: it answers after a while, fails, or answers what nobody wants any more.

use super::{Broken, Happening, World};
use crate::agent;
use crate::lexicon::Apology;
use crate::pipeline::scripted::HelperQuestion;

impl World {
    /// The helper begins with a question. What it is told the assistant has said was heard.
    pub(super) fn ask_helper(&mut self, question: &HelperQuestion) -> Result<(), Broken> {
        for part in &question.parts {
            self.invariants.prompted(part)?;
        }
        let takes = self.machine.takes(&mut self.choices, 200, 6_000);
        let at = self.helper.work(self.now, takes);
        self.schedule(at, Happening::Helped(question.id));
        Ok(())
    }

    /// The helper is done. What is not wanted any more may have been finished all the same.
    pub(super) fn helped(&mut self, id: i64) -> Result<(), Broken> {
        if !self.helper_wanted.is(id) && self.choices.bool() {
            return Ok(());
        }
        let answer = if self.machine.fails(&mut self.choices) {
            Err(Apology::Failed)
        } else {
            Ok("It is so.".to_owned())
        };
        let answers = vec![answer];
        let helped = agent::Input::Helped { id, answers };
        self.note("helper", &format!("{helped:?}"));
        self.take_for_agent(helped)
    }
}
