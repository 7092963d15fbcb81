//! Thread `recorder`: both channels and the events of a session, on disk.
//!
//! `conversation.wav`: 48 kHz, 16 bit, left the microphone before echo cancellation, right the
//! loudspeaker after gain and fades; sample n of both is the same instant. `events.jsonl`: one
//! event a line, on the same clock.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, never, select};

use crate::audio::AudioError;
use crate::audio::frame::{BLOCK, BLOCK_MS, Block, SESSION_RATE};
use crate::audio::wav::WavFile;
use crate::events::SessionEvent;

/// Name of the recording within its folder.
pub const CONVERSATION: &str = "conversation.wav";
/// Name of the events within their folder.
pub const EVENTS: &str = "events.jsonl";
/// Both files are brought to disk this often: an abrupt end loses no more. Blocks.
const FLUSH_BLOCKS: u64 = 1000 / BLOCK_MS;

/// Open files of a recording.
pub struct Recorder {
    wav: WavFile,
    events: BufWriter<File>,
    events_path: PathBuf,
    next_block: u64,
}

impl Recorder {
    /// Creates the folder and both files; an older recording there is replaced.
    pub fn create(folder: &Path) -> Result<Self, AudioError> {
        let fail = |path: &Path, e: std::io::Error| AudioError::Write {
            path: path.to_path_buf(),
            reason: e.to_string(),
        };
        std::fs::create_dir_all(folder).map_err(|e| fail(folder, e))?;
        let events_path = folder.join(EVENTS);
        let events = File::create(&events_path).map_err(|e| fail(&events_path, e))?;
        Ok(Self {
            wav: WavFile::create(&folder.join(CONVERSATION), 2, SESSION_RATE)?,
            events: BufWriter::new(events),
            events_path,
            next_block: 0,
        })
    }

    /// Writes until both senders are gone. On a full disk it says so once and stops: the
    /// conversation goes on.
    pub fn run(mut self, blocks: Receiver<Box<Block>>, events: Receiver<SessionEvent>) {
        let (mut blocks, mut events) = (Some(blocks), Some(events));
        let (no_blocks, no_events) = (never(), never());
        while blocks.is_some() || events.is_some() {
            let result = select! {
                recv(blocks.as_ref().unwrap_or(&no_blocks)) -> block => match block {
                    Ok(block) => self.block(&block),
                    Err(_) => { blocks = None; Ok(()) }
                },
                recv(events.as_ref().unwrap_or(&no_events)) -> event => match event {
                    Ok(event) => self.event(&event),
                    Err(_) => { events = None; Ok(()) }
                },
            };
            if let Err(error) = result {
                tracing::error!("the recording ends here: {error}");
                return;
            }
        }
        let ended = self.flush().and_then(|()| self.wav.finish());
        if let Err(error) = ended {
            tracing::error!("the recording's end is lost: {error}");
        }
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
        match self.next_block.is_multiple_of(FLUSH_BLOCKS) {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn event(&mut self, event: &SessionEvent) -> Result<(), AudioError> {
        serde_json::to_writer(&mut self.events, event)
            .map_err(std::io::Error::from)
            .and_then(|()| self.events.write_all(b"\n"))
            .map_err(|e| self.failed(&e))
    }

    fn flush(&mut self) -> Result<(), AudioError> {
        self.events.flush().map_err(|e| self.failed(&e))?;
        self.wav.flush()
    }

    fn failed(&self, error: &std::io::Error) -> AudioError {
        AudioError::Write {
            path: self.events_path.clone(),
            reason: error.to_string(),
        }
    }
}
