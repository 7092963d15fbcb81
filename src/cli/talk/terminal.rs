//! What the user does at the terminal while a conversation goes on, and what is shown of it.

use std::io::{BufRead, IsTerminal, stdin};
use std::time::Duration;

use anyhow::{Result, bail};
use crossbeam_channel::{Receiver, bounded};
use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers};
use vivavoce::audio::AudioError;
use vivavoce::clock::Stopwatch;
use vivavoce::events::{EventKind, LatencyByTurn, SessionEvent};
use vivavoce::pipeline::{LANGUAGE_MODEL, LOUDSPEAKER, Session};
use vivavoce::turn_taking::Event;

use crate::cli::interruption;
use crate::cli::view::View;

/// A key that comes again within this time is held down, not pressed again.
const KEY_REPEAT: Duration = Duration::from_millis(600);
/// How often keys and the end are looked at.
const KEYS_POLL: Duration = Duration::from_millis(40);

/// Follows a conversation and sends what is typed and pressed.
pub struct Terminal {
    events: Receiver<SessionEvent>,
    latency: LatencyByTurn,
    typed: Option<Receiver<String>>,
    one_by_one: bool,
    push_to_talk: bool,
    keys: bool,
    talking: bool,
    /// When the space key was last seen: held down, it repeats.
    last_press: Stopwatch,
    /// Typed messages that are not answered yet.
    pending: usize,
    /// The question that the helper has.
    thinking: Option<i64>,
    /// Why the recording ended before the conversation.
    recording_error: Option<AudioError>,
    /// Why what is played is written nowhere any more.
    output_error: Option<String>,
}

impl Terminal {
    /// Follows these events; nothing is typed.
    pub fn new(events: Receiver<SessionEvent>) -> Self {
        Self {
            events,
            latency: LatencyByTurn::default(),
            typed: None,
            // A person may interrupt; lines from a pipe wait for their turn.
            one_by_one: !stdin().is_terminal(),
            push_to_talk: false,
            keys: false,
            talking: false,
            last_press: Stopwatch::start(),
            pending: 0,
            thinking: None,
            recording_error: None,
            output_error: None,
        }
    }

    /// Whether lines are read as what the user says.
    pub fn reads_lines(&mut self, reads: bool) {
        self.typed = reads.then(read_lines);
    }

    /// Whether keys are looked at, and the space bar is one to talk with.
    pub fn reads_keys(&mut self, reads: bool, push_to_talk: bool) {
        (self.keys, self.push_to_talk) = (reads, push_to_talk);
    }

    /// What each turn took, once the session has ended.
    ///
    /// # Errors
    /// The recording, or the file that was played into, is incomplete.
    pub fn latency(mut self) -> Result<LatencyByTurn> {
        // What happened while the view was closed.
        let rest: Vec<SessionEvent> = self.events.try_iter().collect();
        rest.iter().for_each(|event| self.latency.observe(event));
        if let Some(error) = self.recording_error {
            return Err(anyhow::Error::from(error).context("the recording is incomplete"));
        }
        if let Some(error) = self.output_error {
            bail!("what was played is not all in the file: {error}");
        }
        Ok(self.latency)
    }

    /// Goes on until the conversation is over, the user ends it, or this many seconds of the session have passed.
    pub fn run(&mut self, session: &Session, view: &mut dyn View, limit: Option<f64>) {
        loop {
            // A bounded number, so that keys and the end are looked at whatever happens.
            let first = self.events.recv_timeout(KEYS_POLL).ok();
            for event in first
                .into_iter()
                .chain(self.events.clone().try_iter().take(256))
            {
                self.take(&event, view);
            }
            let over = limit.is_some_and(|limit| session.seconds() >= limit);
            if over || interruption::is_asked() || session.is_over() {
                return;
            }
            if let Some(error) = session.take_recording_error() {
                self.recording_error = Some(error);
            }
            if self.keys && self.pressed(session, view) {
                return;
            }
            if self.end_of_typing(session) {
                return;
            }
            view.refresh();
        }
    }

    fn take(&mut self, event: &SessionEvent, view: &mut dyn View) {
        self.latency.observe(event);
        match &event.kind {
            // A reply that failed is heard as well: as nothing.
            EventKind::Heard { .. } => self.pending = self.pending.saturating_sub(1),
            EventKind::HelperAsked { id, .. } => self.thinking = Some(*id),
            EventKind::HelperDropped { id, .. } => {
                self.thinking.take_if(|thinking| *thinking == *id);
            }
            // Its answer is on its way, and will be heard.
            EventKind::GivenWords { id, .. } if self.thinking == Some(*id) => {
                self.thinking = None;
                self.pending += 1;
            }
            // And then its apology is, which nothing interrupts where messages wait for their answers.
            EventKind::Error { stage, .. } if stage == LANGUAGE_MODEL && self.one_by_one => {
                self.pending += 1;
            }
            EventKind::Error { stage, message } if stage == LOUDSPEAKER => {
                self.output_error = Some(message.clone());
            }
            _ => {}
        }
        view.show(event, &self.latency);
    }

    /// Sends what was typed; true when there is no more and all is answered.
    fn end_of_typing(&mut self, session: &Session) -> bool {
        let Some(typed) = &self.typed else {
            return false;
        };
        loop {
            let is_answered = self.pending == 0 && self.thinking.is_none();
            if self.one_by_one && !is_answered {
                return false;
            }
            match typed.try_recv() {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    self.pending += 1;
                    session.send(Event::Typed(line));
                }
                Err(crossbeam_channel::TryRecvError::Empty) => return false,
                Err(crossbeam_channel::TryRecvError::Disconnected) => return is_answered,
            }
        }
    }

    /// Looks at the keys; true for quitting.
    fn pressed(&mut self, session: &Session, view: &mut dyn View) -> bool {
        while event::poll(Duration::ZERO).unwrap_or(false) {
            let Ok(event::Event::Key(key)) = event::read() else {
                continue;
            };
            if key.kind != KeyEventKind::Press {
                continue;
            }
            let control = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                KeyCode::Char('q') => return true,
                KeyCode::Char('c' | 'd') if control => return true,
                KeyCode::Char(' ') if self.push_to_talk => {
                    let held = self.last_press.elapsed() < KEY_REPEAT;
                    self.last_press = Stopwatch::start();
                    if held {
                        continue;
                    }
                    self.talking = !self.talking;
                    session.send(if self.talking {
                        Event::TalkPressed
                    } else {
                        Event::TalkReleased
                    });
                }
                _ => view.key(key),
            }
        }
        false
    }
}

fn read_lines() -> Receiver<String> {
    let (line_out, lines) = bounded(16);
    std::thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if line_out.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
