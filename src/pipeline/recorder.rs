//! Thread `recorder`: both channels and the events of a session, on disk.
//!
//! `conversation.wav`: 48 kHz, 16 bit, left the microphone before echo cancellation, right the
//! loudspeaker after gain and fades; sample n of both is the same instant. `events.jsonl`: its
//! form, then one event a line, on the same clock. `decisions.jsonl`: what turn taking was told and what it
//! commanded, in that order, so that its decisions can be replayed.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, Sender, never, select};
use serde::Serialize;

use crate::audio::AudioError;
use crate::audio::frame::{BLOCK, BLOCK_MS, Block, SESSION_RATE};
use crate::audio::wav::WavFile;
use crate::events::{Header, SessionEvent};
use crate::turn_taking::Decision;

/// Name of the recording within its folder.
pub const CONVERSATION: &str = "conversation.wav";
/// Name of the events within their folder.
pub const EVENTS: &str = "events.jsonl";
/// Name of turn taking's inputs and commands within their folder.
pub const DECISIONS: &str = "decisions.jsonl";

/// A line of one of the files.
pub enum Recorded {
    /// Of [`EVENTS`].
    Event(SessionEvent),
    /// Of [`DECISIONS`].
    Decision(Decision),
}

/// Both files are brought to disk this often: an abrupt end loses no more. Blocks.
const FLUSH_BLOCKS: u64 = 1000 / BLOCK_MS;

/// Open files of a recording.
pub struct Recorder {
    wav: WavFile,
    events: Lines,
    decisions: Lines,
    next_block: u64,
}

impl Recorder {
    /// Creates the folder and both files; an older recording there is replaced.
    pub fn create(folder: &Path) -> Result<Self, AudioError> {
        std::fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
        let mut events = Lines::create(folder.join(EVENTS))?;
        events.push(&Header::default())?;
        Ok(Self {
            wav: WavFile::create(&folder.join(CONVERSATION), 2, SESSION_RATE)?,
            events,
            decisions: Lines::create(folder.join(DECISIONS))?,
            next_block: 0,
        })
    }

    /// Writes until both senders are gone. On a full disk it says so to `failed` and stops: the
    /// conversation goes on.
    pub fn run(
        self,
        blocks: Receiver<Box<Block>>,
        lines: Receiver<Recorded>,
        failed: &Sender<AudioError>,
    ) {
        if let Err(error) = self.write(blocks, lines) {
            tracing::error!("the recording ends here: {error}");
            let _ = failed.try_send(error);
        }
    }

    fn write(
        mut self,
        blocks: Receiver<Box<Block>>,
        lines: Receiver<Recorded>,
    ) -> Result<(), AudioError> {
        let (mut blocks, mut lines) = (Some(blocks), Some(lines));
        let (no_blocks, no_lines) = (never(), never());
        while blocks.is_some() || lines.is_some() {
            select! {
                recv(blocks.as_ref().unwrap_or(&no_blocks)) -> block => match block {
                    Ok(block) => self.block(&block)?,
                    Err(_) => blocks = None,
                },
                recv(lines.as_ref().unwrap_or(&no_lines)) -> line => match line {
                    Ok(Recorded::Event(event)) => self.events.push(&event)?,
                    Ok(Recorded::Decision(decision)) => self.decisions.push(&decision)?,
                    Err(_) => lines = None,
                },
            }
        }
        self.flush()?;
        self.wav.finish()
    }

    fn block(&mut self, block: &Block) -> Result<(), AudioError> {
        // Blocks that were dropped leave silence, so that the clock stays true.
        for _ in self.next_block..block.index {
            (0..2 * BLOCK).try_for_each(|_| self.wav.push(0.0))?;
        }
        for (captured, played) in block.capture.iter().zip(&block.render) {
            self.wav.push(*captured)?;
            self.wav.push(*played)?;
        }
        self.next_block = block.index + 1;
        if self.next_block.is_multiple_of(FLUSH_BLOCKS) {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), AudioError> {
        self.events.flush()?;
        self.decisions.flush()?;
        self.wav.flush()
    }
}

/// A file of one JSON object a line.
struct Lines {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Lines {
    fn create(path: PathBuf) -> Result<Self, AudioError> {
        let file = File::create(&path).map_err(|e| write_error(&path, &e))?;
        Ok(Self {
            file: BufWriter::new(file),
            path,
        })
    }

    fn push(&mut self, line: &impl Serialize) -> Result<(), AudioError> {
        serde_json::to_writer(&mut self.file, line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|e| write_error(&self.path, &e))
    }

    fn flush(&mut self) -> Result<(), AudioError> {
        self.file.flush().map_err(|e| write_error(&self.path, &e))
    }
}

fn write_error(path: &Path, error: &std::io::Error) -> AudioError {
    AudioError::Write {
        path: path.to_path_buf(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
