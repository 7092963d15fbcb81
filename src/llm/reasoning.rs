//! Takes a model's reasoning out of its reply, while it is written: nobody wants to hear it, and
//! nobody wants it in the history.
//!
//! Models mark it in different ways: a pair of tags, or the channels of the "harmony" format. A mark
//! may be spread over several pieces, so what may become one is held back until that is known.

/// Pairs of tags around reasoning.
const BLOCKS: [(&str, &[&str]); 8] = [
    ("<think>", &["</think>"]),
    ("<thinking>", &["</thinking>"]),
    ("<thought>", &["</thought>"]),
    ("<reasoning>", &["</reasoning>"]),
    ("<seed:think>", &["</seed:think>"]),
    ("[THINK]", &["[/THINK]"]),
    ("◁think▷", &["◁/think▷"]),
    ("<|channel>thought", &["<channel|>"]),
];
/// The control token that a block of [`BLOCKS`] begins with: alone it begins nothing, and Gemma 4 writes
/// it now and then.
const BARE: &str = "<|channel>";
/// Begins the name of a channel, which goes up to [`MESSAGE`].
const CHANNEL: &str = "<|channel|>";
/// Begins the role of a message, likewise.
const START: &str = "<|start|>";
const MESSAGE: &str = "<|message|>";
const END: &str = "<|end|>";
/// What ends the reasoning of a channel.
const CHANNEL_ENDS: &[&str] = &[END, START, CHANNEL];
/// The channel that the user is meant to hear.
const SPOKEN_CHANNEL: &str = "final";

/// Where the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// What the user hears.
    Speech,
    /// Reasoning, up to one of these.
    Thought(&'static [&'static str]),
    /// The name of a channel or the role of a message.
    Header,
}

/// A filter over one reply.
#[derive(Debug)]
pub struct Reasoning {
    place: Place,
    /// Text of which it is not known yet what it is.
    held: String,
    /// White space between the reasoning and the answer is not said either.
    trim: bool,
    /// What would have begun a block that was closed and not opened: all before it was reasoning.
    stray: Option<&'static str>,
}

/// Whether a text, such as a template, names what begins reasoning.
pub fn opens_in(text: &str) -> bool {
    let mut opens = BLOCKS.iter().map(|(open, _)| *open).chain([CHANNEL]);
    opens.any(|open| text.contains(open))
}

/// Whether a prompt ends with the end of a block.
pub fn closes(prompt: &str) -> bool {
    let end = prompt.trim_end();
    let mut closes = BLOCKS.iter().flat_map(|(_, close)| close.iter());
    closes.any(|close| end.ends_with(close))
}

impl Reasoning {
    /// A filter for what follows `prompt`; some templates open the reasoning themselves, at the
    /// prompt's end.
    pub fn after(prompt: &str) -> Self {
        let end = prompt.trim_end();
        let opened = BLOCKS.iter().find(|(open, _)| end.ends_with(open));
        let place = match opened {
            Some((_, close)) => Place::Thought(close),
            None if end.ends_with("<|channel|>analysis<|message|>") => Place::Thought(CHANNEL_ENDS),
            None => Place::Speech,
        };
        Self {
            place,
            held: String::new(),
            trim: false,
            stray: None,
        }
    }

    /// The beginning of the block that was closed and not opened; [`Reasoning::after`] takes it.
    pub fn stray(&self) -> Option<&'static str> {
        self.stray
    }

    /// Whether what is written now is not for the user.
    pub fn is_thinking(&self) -> bool {
        self.place != Place::Speech
    }

    /// Takes a piece and hands on what of it is for the user.
    pub fn push(&mut self, piece: &str, speak: &mut dyn FnMut(&str)) {
        self.held.push_str(piece);
        while self.step(speak) {}
    }

    /// The reply is over: what might still have become a mark has not.
    pub fn finish(&mut self, speak: &mut dyn FnMut(&str)) {
        let rest = std::mem::take(&mut self.held).replace(BARE, "");
        if self.place == Place::Speech {
            self.say(&rest, speak);
        }
    }

    /// Goes over one mark; false if there is none.
    fn step(&mut self, speak: &mut dyn FnMut(&str)) -> bool {
        let found = match self.place {
            Place::Speech => first(&self.held, marks()),
            Place::Thought(ends) => first(&self.held, ends.iter().copied()),
            Place::Header => first(&self.held, [MESSAGE]),
        };
        let Some((at, mark)) = found else {
            self.keep_what_may_be_a_mark(speak);
            return false;
        };
        let before: String = self.held.drain(..at).collect();
        let held = self.held.as_str();
        let grows = |longer: &str| longer.len() > held.len() && longer.starts_with(held);
        if mark == BARE && marks().any(grows) {
            if self.place == Place::Speech {
                self.say(&before, speak);
            }
            return false;
        }
        self.held.drain(..mark.len());
        match self.place {
            Place::Speech => {
                self.say(&before, speak);
                let block = BLOCKS.iter().find(|(open, _)| *open == mark);
                self.place = match block {
                    Some((_, close)) => Place::Thought(close),
                    None if mark == CHANNEL || mark == START => Place::Header,
                    // The end of something that was not begun.
                    None => Place::Speech,
                };
                let closed = BLOCKS.iter().find(|(_, close)| close.contains(&mark));
                self.stray = self.stray.or(closed.map(|(open, _)| *open));
            }
            Place::Thought(_) if mark == CHANNEL || mark == START => self.place = Place::Header,
            Place::Thought(_) => self.place = Place::Speech,
            Place::Header => {
                // A message without a channel has only its role here.
                let spoken = before.contains(SPOKEN_CHANNEL) || before.trim() == "assistant";
                self.place = match spoken {
                    true => Place::Speech,
                    false => Place::Thought(CHANNEL_ENDS),
                };
            }
        }
        self.trim = true;
        true
    }

    fn keep_what_may_be_a_mark(&mut self, speak: &mut dyn FnMut(&str)) {
        let kept = match self.place {
            Place::Speech => beginning(&self.held, marks()),
            Place::Thought(ends) => beginning(&self.held, ends.iter().copied()),
            Place::Header => self.held.len(),
        };
        let known: String = self.held.drain(..self.held.len() - kept).collect();
        if self.place == Place::Speech {
            self.say(&known, speak);
        }
    }

    fn say(&mut self, text: &str, speak: &mut dyn FnMut(&str)) {
        let text = match self.trim {
            true => text.trim_start(),
            false => text,
        };
        if !text.is_empty() {
            self.trim = false;
            speak(text);
        }
    }
}

/// Everything that is a mark and no text, wherever it stands.
pub fn marks() -> impl Iterator<Item = &'static str> {
    let of_blocks = BLOCKS
        .iter()
        .flat_map(|(open, close)| std::iter::once(*open).chain(close.iter().copied()));
    of_blocks.chain([BARE, CHANNEL, START, MESSAGE, END])
}

/// The first of these in the text, and where; of two at one place the longer.
fn first(
    text: &str,
    marks: impl IntoIterator<Item = &'static str>,
) -> Option<(usize, &'static str)> {
    let found = marks
        .into_iter()
        .filter_map(|mark| text.find(mark).map(|at| (at, mark)));
    found.min_by_key(|(at, mark)| (*at, usize::MAX - mark.len()))
}

/// Length of the text's end that one of the marks begins with.
fn beginning(text: &str, marks: impl IntoIterator<Item = &'static str>) -> usize {
    let of_mark = |mark: &str| {
        let ends = mark.char_indices().map(|(at, _)| at).skip(1);
        ends.filter(|end| text.ends_with(&mark[..*end])).max()
    };
    marks.into_iter().filter_map(of_mark).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is heard of a reply, whole and in pieces of one, two... characters: always the same.
    fn heard(prompt: &str, reply: &str) -> String {
        let in_pieces = |length: usize| {
            let (mut filter, mut heard) = (Reasoning::after(prompt), String::new());
            let characters: Vec<char> = reply.chars().collect();
            for piece in characters.chunks(length) {
                let piece: String = piece.iter().collect();
                filter.push(&piece, &mut |text| heard.push_str(text));
            }
            filter.finish(&mut |text| heard.push_str(text));
            heard
        };
        let whole = in_pieces(reply.len().max(1));
        for length in 1..12 {
            assert_eq!(in_pieces(length), whole, "in pieces of {length}");
        }
        whole
    }

    #[test]
    fn a_reply_without_reasoning_is_as_it_is() {
        assert_eq!(
            heard("", "Four is < 5, and [a] too."),
            "Four is < 5, and [a] too."
        );
        assert_eq!(heard("", " It ends with <thi"), " It ends with <thi");
    }

    #[test]
    fn a_block_of_reasoning_is_not_heard() {
        assert_eq!(heard("", "<think>\nHm, 2+2.\n</think>\n\nFour."), "Four.");
        assert_eq!(heard("", "[THINK]no[/THINK]Yes."), "Yes.");
        assert_eq!(heard("", "Well, <think>x < y</think> four."), "Well, four.");
        assert_eq!(heard("", "<think></think>Four."), "Four.");
    }

    #[test]
    fn a_block_that_the_prompt_opened_is_not_heard() {
        let prompt = "<|im_start|>assistant\n<think>\n";
        assert_eq!(heard(prompt, "Hm.</think>\n\nFour."), "Four.");
        assert!(Reasoning::after(prompt).is_thinking());
        let closed = "<|im_start|>assistant\n<think>\n\n</think>\n\n";
        assert_eq!(heard(closed, "Four."), "Four.");
    }

    #[test]
    fn only_the_final_channel_is_heard() {
        let reply = "<|channel|>analysis<|message|>Easy.<|end|><|start|>assistant<|channel|>final\
            <|message|>Four.";
        assert_eq!(heard("<|start|>assistant", reply), "Four.");
        assert_eq!(heard("", "<|channel|>final<|message|>Four."), "Four.");
    }

    #[test]
    fn reasoning_without_an_end_is_not_heard() {
        assert_eq!(heard("", "<think>Let me see. 2+2"), "");
        assert_eq!(heard("", "<|channel|>analysis<|message|>Let me see."), "");
    }

    #[test]
    fn an_end_without_a_beginning_is_no_text_and_tells_what_came_before() {
        assert_eq!(heard("", "Four.</think>"), "Four.");
        let mut filter = Reasoning::after("");
        filter.push("Hm.</think>Four.", &mut |_| {});
        let open = filter.stray().unwrap();
        assert_eq!(heard(open, "Hm.</think>Four."), "Four.");
        assert_eq!(Reasoning::after(open).stray(), None);
    }

    #[test]
    fn a_block_whose_mark_is_several_tokens_is_not_heard() {
        assert_eq!(heard("", "<|channel>thought\nHm.<channel|>Four."), "Four.");
        // The model of this mark writes the first of them alone, too.
        assert_eq!(heard("", "<|channel>Four."), "Four.");
        assert_eq!(heard("", "Four.<|channel>"), "Four.");
    }
}
