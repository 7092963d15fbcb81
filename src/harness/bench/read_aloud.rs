//! A language model that reads a text: its replies are long enough to be interrupted, and the same
//! in every run, which no small model's are.

use std::time::Duration;

use crate::cancellation::Cancelled;
use crate::clock::sleep;
use crate::llm::{Finish, LanguageModel, LlmError, Output, Prefill, Prompt, Sampling};

/// Sentences on nothing in particular. Each reply begins with another one.
const SENTENCES: [&str; 12] = [
    "The river begins in the hills, where it is hardly wider than a path. ",
    "In spring the farmers bring their sheep down to the meadows beside the water. ",
    "There used to be seven mills along the valley, and two of them still turn. ",
    "A narrow bridge of grey stone leads over to the village and its market square. ",
    "Every Thursday people come to sell vegetables, cheese, honey and old books. ",
    "The baker opens long before sunrise and closes when the last loaf is gone. ",
    "Behind the church stands an oak tree that is more than three hundred years old. ",
    "Children climb it in summer, although their parents would rather they did not. ",
    "Further down the valley the water slows and spreads out between the reeds. ",
    "Herons stand there without moving, and sometimes an otter swims across. ",
    "At the end lies a lake, so clear that you can count the stones on its bed. ",
    "On quiet evenings you can hear the bells from the other shore. ",
];
/// The pace of a small model on a laptop.
const TOKEN: Duration = Duration::from_millis(16);

/// Reads aloud.
#[derive(Debug, Default)]
pub struct ReadAloud {
    replies: usize,
}

impl LanguageModel for ReadAloud {
    fn warm_up(&mut self, _prefix: &Prompt) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, _prompt: &Prompt) -> Result<usize, LlmError> {
        Ok(0)
    }

    fn prefill(
        &mut self,
        _prompt: &Prompt,
        _cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        Ok(Some(Prefill::default()))
    }

    fn generate(
        &mut self,
        _sampling: &Sampling,
        cancelled: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        self.replies += 1;
        let sentences = SENTENCES
            .iter()
            .cycle()
            .skip(self.replies % SENTENCES.len());
        for sentence in sentences.take(SENTENCES.len()) {
            for word in sentence.split_inclusive(' ') {
                if cancelled() {
                    return Ok(Finish::Cancelled);
                }
                sleep(TOKEN);
                on_output(Output::Text(word));
            }
        }
        Ok(Finish::Complete)
    }
}
