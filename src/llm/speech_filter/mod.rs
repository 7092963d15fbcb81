//! Takes out of a reply, while it is written, what is not for the user's ears: reasoning, calls of tools,
//! control tokens, data, and a dialogue that the model goes on writing by itself. Neither is it for the
//! history. What is meant for a program is kept, and the calls in it are read out at the reply's end.
//!
//! One filter for every engine, because servers hand on what they do not know. `mark`, `tag` and `speaker`
//! know how models write such things, `data` where a piece of data ends, `regions` keeps what a program is to
//! read, and `prompt` tells what a reply goes on with. What may become a mark is held back until that is
//! known, so how a reply was cut into pieces does not matter.

#[cfg(test)]
mod calls_tests;
mod data;
mod mark;
mod place;
mod prompt;
mod regions;
mod speaker;
mod tag;
#[cfg(test)]
mod tests;

pub use prompt::{closes_reasoning, is_mark, opens_reasoning};

use super::call_dialects::{calls_in, may_hold_calls};
use crate::tool_call::Call;
use data::Scan;
use mark::{Edge, Line, Mark, Seen};
use place::Place;
use prompt::last_mark;
use regions::Regions;

/// Ends the header of a "harmony" message.
const MESSAGE: &str = "<|message|>";
const CHANNEL: &str = "<|channel|>";
/// How a prompt ends that has opened reasoning on a channel.
const ANALYSIS: &str = "<|channel|>analysis<|message|>";
const FENCE: &str = "```";
/// Most calls that are taken from a reply; a model that writes more repeats itself.
const MOST_CALLS: usize = 16;

/// A filter over one reply.
#[derive(Debug)]
pub struct SpeechFilter {
    place: Place,
    /// Text of which it is not known yet what it is.
    held: String,
    /// What stands before `held`.
    line: Line,
    /// Something was taken out, and white space behind it is not doubled.
    trim: bool,
    /// What was passed on ends with white space, or is nothing.
    at_space: bool,
    /// A word was passed on.
    said: bool,
    /// Something for a program was taken out.
    for_programs: bool,
    regions: Regions,
    /// What somebody else was made to say before the first word of the reply: a dialogue, if a third speaker
    /// follows.
    other: String,
    /// What would have begun a block that was closed and not opened: all before it was reasoning.
    stray: Option<&'static str>,
}

impl SpeechFilter {
    /// A filter for what follows `prompt`; some templates open the reasoning themselves, at the
    /// prompt's end.
    pub fn after(prompt: &str) -> Self {
        let place = match last_mark(prompt) {
            Some(Mark::Thought(Edge::Begin, _)) => Place::Thought(1),
            _ if prompt.trim_end().ends_with(ANALYSIS) => Place::Part,
            _ => Place::Speech,
        };
        Self {
            trim: place != Place::Speech,
            place,
            held: String::new(),
            line: Line::Reply,
            at_space: true,
            said: false,
            for_programs: false,
            regions: Regions::default(),
            other: String::new(),
            stray: None,
        }
    }

    /// The beginning of the block that was closed and not opened; [`SpeechFilter::after`] takes it.
    pub fn stray(&self) -> Option<&'static str> {
        self.stray
    }

    /// Whether what is written now is reasoning.
    pub fn is_thinking(&self) -> bool {
        matches!(self.place, Place::Thought(_) | Place::Part | Place::Header)
    }

    /// Whether what is written now is meant for a program.
    pub fn is_calling(&self) -> bool {
        matches!(
            self.place,
            Place::Tool(..) | Place::Calls | Place::Data(_) | Place::Fence
        )
    }

    /// Whether nothing of what follows is part of the reply.
    pub fn is_over(&self) -> bool {
        self.place == Place::Over
    }

    /// Whether a word was passed on.
    pub fn spoke(&self) -> bool {
        self.said
    }

    /// Why there is no word in the reply, for people; `ended` is how it ended.
    pub fn why_no_words(&self, ended: &str) -> String {
        if self.for_programs {
            "all of it is meant for a program".into()
        } else {
            ended.into()
        }
    }

    /// The calls of tools that the reply holds, in order; all are known after [`SpeechFilter::finish`].
    /// Reasoning holds none, and a call that was cut off is none.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self.regions.iter().flat_map(calls_in);
        calls.take(MOST_CALLS).collect()
    }

    /// Takes a piece and hands on what of it is for the user.
    pub fn push(&mut self, piece: &str, speak: &mut dyn FnMut(&str)) {
        self.held.push_str(piece);
        while self.step(false, speak) {}
    }

    /// The reply is over: what might still have become a mark has not, unless it was cut off.
    pub fn finish(&mut self, speak: &mut dyn FnMut(&str)) {
        while self.step(true, speak) {}
        self.regions.add(&self.held);
        self.regions.end();
        let other = std::mem::take(&mut self.other) + &self.held;
        if self.place == Place::Other && speaker::names_a_third_speaker(&other) {
            // The user asked for a dialogue, and this is it.
            self.say(&other, speak);
        }
        self.held.clear();
    }

    /// Goes over one mark; false if there is none. `last`: no more text comes.
    fn step(&mut self, last: bool, speak: &mut dyn FnMut(&str)) -> bool {
        match &mut self.place {
            Place::Speech => self.speech(last, speak),
            Place::Thought(_) | Place::Part | Place::Tool(..) | Place::Other => self.silence(),
            Place::Header => self.header(),
            Place::Role => self.role(last),
            Place::Calls => self.tool_name(),
            Place::Data(scan) => {
                let end = scan.end_in(&self.held);
                self.skip(end)
            }
            Place::Fence => {
                let end = self.held.find(FENCE).map(|at| at + FENCE.len());
                if end.is_none() {
                    let ticks = self.held.trim_end_matches('`').len();
                    self.drop_held(ticks);
                    return false;
                }
                self.skip(end)
            }
            Place::Over => {
                self.held.clear();
                false
            }
        }
    }

    /// Lets everything go up to where speech goes on; all of it if that is not there yet.
    fn skip(&mut self, end: Option<usize>) -> bool {
        self.drop_held(end.unwrap_or(self.held.len()));
        if end.is_some() {
            self.regions.end();
            self.place = Place::Speech;
        }
        end.is_some()
    }

    /// Lets so many bytes go that the user does not hear.
    fn drop_held(&mut self, length: usize) {
        self.regions.add(&self.held[..length]);
        self.held.drain(..length);
    }

    fn speech(&mut self, last: bool, speak: &mut dyn FnMut(&str)) -> bool {
        let (mut line, mut at) = (self.line, 0);
        let mut found = None;
        while let Some(character) = self.held[at..].chars().next() {
            match mark::read(&self.held[at..], line) {
                Seen::Mark(length, mark) => {
                    found = Some((length, mark));
                    break;
                }
                Seen::Beginning if !last || mark::is_cut_off(&self.held[at..]) => break,
                Seen::Beginning | Seen::Text => {}
            }
            line = line.after(character);
            at += character.len_utf8();
        }
        let text: String = self.held.drain(..at).collect();
        self.line = line;
        self.say(&text, speak);
        let Some((length, mark)) = found else {
            return false;
        };
        let marked: String = self.held.drain(..length).collect();
        self.trim = true;
        self.for_programs |= mark.is_for_programs();
        self.keep_behind(&mark, &marked);
        self.place = match mark {
            Mark::Token | Mark::Message | Mark::PartEnd | Mark::Assistant => Place::Speech,
            Mark::Thought(Edge::Begin, _) => Place::Thought(1),
            Mark::Thought(Edge::End, open) => {
                self.regions.forget();
                self.stray = self.stray.or(Some(open));
                Place::Speech
            }
            Mark::Tool(Edge::Begin, name) => Place::Tool(name, 1),
            // The end of something that was not begun.
            Mark::Tool(Edge::End, _) => Place::Speech,
            Mark::Calls => Place::Calls,
            Mark::Data => Place::Data(Scan::default()),
            Mark::Fence => Place::Fence,
            Mark::Channel => Place::Header,
            Mark::Role => Place::Role,
            Mark::Other => {
                self.other = marked;
                self.somebody_else()
            }
            Mark::End => Place::Over,
        };
        true
    }

    /// Keeps what follows a mark if a program is to read it.
    fn keep_behind(&mut self, mark: &Mark, marked: &str) {
        let keeps = match mark {
            Mark::Tool(Edge::Begin, name) => may_hold_calls(name),
            Mark::Calls | Mark::Data | Mark::Fence | Mark::Channel => true,
            _ => false,
        };
        if keeps {
            self.regions.begin(marked);
        }
    }

    /// Somebody else is made to speak: the reply is over, unless it has not begun.
    fn somebody_else(&self) -> Place {
        if self.said { Place::Over } else { Place::Other }
    }

    /// Looks for the end of what is not heard.
    fn silence(&mut self) -> bool {
        let mut at = 0;
        while let Some(character) = self.held[at..].chars().next() {
            let rest = &self.held[at..];
            let seen = match self.place {
                Place::Other => speaker::speaker(rest, self.line),
                _ => tag::tag(rest),
            };
            match seen {
                Seen::Beginning => break,
                Seen::Mark(length, mark) => {
                    if let Some(next) = self.place.behind(&mark) {
                        self.leave_silence(at, length, next);
                        return true;
                    }
                }
                Seen::Text => {}
            }
            self.line = self.line.after(character);
            at += character.len_utf8();
        }
        if self.place == Place::Other {
            self.other.push_str(&self.held[..at]);
        }
        self.drop_held(at);
        false
    }

    /// Goes on behind a mark of so many bytes at `at`.
    fn leave_silence(&mut self, at: usize, length: usize, next: Place) {
        self.drop_held(at);
        match next {
            Place::Header => self.regions.begin(&self.held[..length]),
            _ => self.regions.add(&self.held[..length]),
        }
        if !matches!(next, Place::Header | Place::Tool(..)) {
            self.regions.end();
        }
        self.held.drain(..length);
        self.place = next;
    }

    fn header(&mut self) -> bool {
        let Some(at) = self.held.find(MESSAGE) else {
            return false;
        };
        let begin: String = self.held.drain(..at + MESSAGE.len()).collect();
        self.regions.add(&begin);
        let header = begin.trim_end_matches(MESSAGE);
        let channel = header.rsplit(CHANNEL).next().unwrap_or_default();
        // A message without a channel has only its role here.
        let spoken = channel.trim().starts_with("final") || header.trim() == "assistant";
        if spoken || channel.trim().starts_with("analysis") {
            self.regions.abandon();
        }
        self.place = if spoken { Place::Speech } else { Place::Part };
        true
    }

    fn role(&mut self, last: bool) -> bool {
        let begin = self.held.len() - self.held.trim_start_matches(' ').len();
        let name = &self.held[begin..];
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
        if end.is_none() && !last {
            return false;
        }
        let end = begin + end.unwrap_or(name.len());
        self.place = match tag::role(&self.held[begin..end]) {
            Some(Mark::Other) => self.somebody_else(),
            Some(_) => Place::Speech,
            // No role: the message begins at once.
            None => {
                self.place = Place::Speech;
                return true;
            }
        };
        self.held.drain(..end);
        true
    }

    /// Goes over the name of a tool, to its arguments.
    fn tool_name(&mut self) -> bool {
        let Some(at) = self.held.find('{') else {
            return false;
        };
        let listed = self.held[..at].trim_end().ends_with('[');
        self.drop_held(at);
        self.place = Place::Data(Scan::within(usize::from(listed)));
        true
    }

    fn say(&mut self, text: &str, speak: &mut dyn FnMut(&str)) {
        let text = if self.trim && self.at_space {
            // Llama separates calls so.
            let is_between = |c: char| c.is_whitespace() || c == ';' && self.for_programs;
            text.trim_start_matches(is_between)
        } else {
            text
        };
        if !text.is_empty() {
            self.trim = false;
            self.at_space = text.ends_with(char::is_whitespace);
            self.said |= text.contains(char::is_alphanumeric);
            speak(text);
        }
    }
}
