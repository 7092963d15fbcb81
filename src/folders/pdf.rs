//! The text of a PDF, by `lopdf`: what its pages show, in the order in which they show it.
//!
//! A PDF may be damaged, or made to do harm. So it is read on a thread of its own, `pdf-text`, which may panic, and
//! is waited for only so long; what unpacks to more than a bound is left out, and so is a font that maps more codes
//! than it can have; and while two that were given up are still being read, no other is begun.

mod code_map;

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Encoding, LoadOptions, Object, ObjectId};

use super::Why;
use super::limits::{MOST_PDF_TEXT, MOST_UNPACKED};
use crate::cancellation::Cancelled;
use crate::clock::Stopwatch;

/// The thread that reads a PDF: if it panics, that is caught, and the file is left out.
pub const PDF_THREAD: &str = "pdf-text";
/// Its objects refer to each other, and it is read by functions that call themselves.
const STACK_BYTES: usize = 16 << 20;
/// Those that were given up and still run.
const MOST_GIVEN_UP: usize = 2;
/// How often whoever waits looks whether to give up.
const CANCELLATION_POLL: Duration = Duration::from_millis(20);
/// Pages of one file.
const MOST_PAGES: usize = 2_000;
/// A step between letters that is a space, in thousandths of the size of the font.
const SPACE: f32 = 200.0;
/// Heights that differ by less are one, in the units of the page: heights are rounded.
const SAME_HEIGHT: f32 = 0.01;
/// Bytes of a font's name.
const LONGEST_NAME: usize = 127;
/// Graphics states within each other whose fonts are kept.
const MOST_STATES: usize = 256;

/// Bytes that the map from a font's codes to letters may unpack to.
const MOST_OF_MAP: usize = 2 << 20;
/// Codes of all fonts of one page, which are kept until its end.
const MOST_CODES_OF_PAGE: usize = 1 << 18;
/// Bytes that are shown at once: each may stand for a whole word.
const MOST_SHOWN: usize = 1 << 15;

/// Bytes that the objects of one file may take together, which may have been packed well.
const MOST_OF_OBJECTS: usize = 128 << 20;
/// Bytes that an object takes beside its text.
const OF_AN_OBJECT: usize = 64;

thread_local! {
    /// What is left of [`MOST_OF_OBJECTS`] for the file that this thread reads: the filter gets nothing else.
    static ROOM: Cell<usize> = const { Cell::new(0) };
}

/// Reads PDFs, one after the other.
#[derive(Debug, Default)]
pub(super) struct PdfReader {
    running: Arc<AtomicUsize>,
}

/// Counts a thread for as long as it runs, also if it panics.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl PdfReader {
    /// The text of a file, within so long.
    pub(super) fn text(
        &self,
        bytes: Vec<u8>,
        most: Duration,
        cancelled: Cancelled,
    ) -> Result<String, Why> {
        if self.running.load(Ordering::Relaxed) >= MOST_GIVEN_UP {
            return Err(Why::TooSlow);
        }
        self.running.fetch_add(1, Ordering::Relaxed);
        let running = Running(self.running.clone());
        let given_up = Arc::new(AtomicBool::new(false));
        let stop = given_up.clone();
        let (to, from) = bounded(1);
        let read = move || {
            let text = AssertUnwindSafe(|| text(&bytes, &|| stop.load(Ordering::Relaxed)));
            let read = std::panic::catch_unwind(text).unwrap_or(Err(Why::Damaged));
            drop(running);
            let _ = to.send(read);
        };
        let thread = std::thread::Builder::new().name(PDF_THREAD.into());
        if thread.stack_size(STACK_BYTES).spawn(read).is_err() {
            return Err(Why::Unreadable);
        }
        wait(&from, most, cancelled, &given_up)
    }
}

/// Waits for what the thread has read, and tells it if nobody waits any more.
fn wait(
    from: &Receiver<Result<String, Why>>,
    most: Duration,
    cancelled: Cancelled,
    given_up: &AtomicBool,
) -> Result<String, Why> {
    let watch = Stopwatch::start();
    loop {
        match from.recv_timeout(CANCELLATION_POLL) {
            Ok(read) => return read,
            Err(RecvTimeoutError::Disconnected) => return Err(Why::Damaged),
            Err(RecvTimeoutError::Timeout) if watch.elapsed() < most && !cancelled() => {}
            Err(RecvTimeoutError::Timeout) => {
                given_up.store(true, Ordering::Relaxed);
                return Err(Why::TooSlow);
            }
        }
    }
}

/// The text of all pages, a line for each that they show.
fn text(bytes: &[u8], given_up: Cancelled) -> Result<String, Why> {
    let options = LoadOptions {
        filter: Some(while_there_is_room),
        max_decompressed_size: Some(MOST_UNPACKED),
        ..LoadOptions::default()
    };
    ROOM.set(MOST_OF_OBJECTS);
    let document = Document::load_mem_with_options(bytes, options).map_err(|_| Why::Damaged)?;
    if document.is_encrypted() {
        return Err(Why::Locked);
    }
    let mut text = String::new();
    let (mut pages, mut damaged) = (0, 0);
    for page in document.page_iter().take(MOST_PAGES) {
        pages += 1;
        if add_page(&document, page, &mut text, given_up).is_none() {
            damaged += 1;
        }
        text.push_str("\n\n");
        if given_up() || text.len() > MOST_PDF_TEXT {
            break;
        }
    }
    if text.contains(char::is_alphanumeric) {
        Ok(text)
    } else if pages == damaged {
        Err(Why::Damaged)
    } else {
        Err(Why::NoText)
    }
}

/// Keeps an object while there is room; the pages that would need another are read without it.
fn while_there_is_room(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let left = ROOM.get().checked_sub(size(object))?;
    ROOM.set(left);
    Some((id, object.clone()))
}

/// The bytes that an object takes, about. The parser bounds how deep it nests.
fn size(object: &Object) -> usize {
    let of_dictionary = |dictionary: &Dictionary| -> usize {
        let entries = dictionary.iter();
        entries.map(|(key, value)| key.len() + size(value)).sum()
    };
    let inner = match object {
        Object::String(text, _) | Object::Name(text) => text.len(),
        Object::Array(parts) => parts.iter().map(size).sum(),
        Object::Dictionary(dictionary) => of_dictionary(dictionary),
        Object::Stream(stream) => of_dictionary(&stream.dict) + stream.content.len(),
        _ => 0,
    };
    inner + OF_AN_OBJECT
}

/// Adds what a page shows; none if it cannot be read.
fn add_page(
    document: &Document,
    page: ObjectId,
    text: &mut String,
    given_up: Cancelled,
) -> Option<()> {
    let mut fonts = Fonts {
        document,
        all: document.get_page_fonts(page).ok()?,
        known: HashMap::new(),
        codes_left: MOST_CODES_OF_PAGE,
    };
    let content = document
        .get_page_content_with_limit(page, MOST_UNPACKED)
        .ok()?;
    let mut pen = Pen::default();
    for operation in Content::decode_iter(&content) {
        let operation = operation.ok()?;
        if given_up() || text.len() > MOST_PDF_TEXT {
            break;
        }
        pen.take(&operation, text);
        if matches!(operation.operator.as_str(), "Tj" | "TJ" | "'" | "\"")
            && let Some(encoding) = fonts.encoding(&pen.font)
        {
            show(&operation, encoding, text);
        }
    }
    Some(())
}

/// In which font, and on which line a page shows what comes next.
#[derive(Default)]
struct Pen {
    font: Vec<u8>,
    /// The height of the line, if it was named and nothing has moved since.
    height: Option<f32>,
    /// A block of text has ended; the next one may go on with its line.
    has_ended: bool,
    /// Heights mean something else than outside of this state.
    has_moved: bool,
    /// The fonts of the states around this one, and whether they have moved.
    around: Vec<(Vec<u8>, bool)>,
}

impl Pen {
    fn take(&mut self, operation: &Operation, text: &mut String) {
        let number = |at: usize| operation.operands.get(at)?.as_float().ok();
        match operation.operator.as_str() {
            "q" if self.around.len() < MOST_STATES => {
                let moved = std::mem::take(&mut self.has_moved);
                self.around.push((self.font.clone(), moved));
            }
            "Q" => {
                if self.has_moved {
                    self.height = None;
                }
                if let Some((font, moved)) = self.around.pop() {
                    (self.font, self.has_moved) = (font, moved);
                }
            }
            "cm" => (self.has_moved, self.height) = (true, None),
            "Tf" => {
                let name = operation.operands.first();
                let name = name.and_then(|name| name.as_name().ok());
                // A long one would be kept for each state.
                let name = name.filter(|name| name.len() <= LONGEST_NAME);
                self.font = name.unwrap_or_default().to_vec();
            }
            "ET" => self.has_ended = true,
            // A step aside is a space, one down a line.
            "Td" | "TD" if number(1).is_some_and(|down| down.abs() < f32::EPSILON) => {
                end_word(text);
            }
            "T*" | "Td" | "TD" | "'" | "\"" => self.begin_line(None, text),
            "Tm" => match (number(5), self.height) {
                (Some(height), Some(before)) if (height - before).abs() < SAME_HEIGHT => {
                    self.has_ended = false;
                    end_word(text);
                }
                (height, _) => self.begin_line(height, text),
            },
            "Tj" | "TJ" if self.has_ended => self.begin_line(None, text),
            _ => {}
        }
    }

    fn begin_line(&mut self, height: Option<f32>, text: &mut String) {
        (self.height, self.has_ended) = (height, false);
        end_line(text);
    }
}

/// The fonts of a page. Each is read once, when the page first shows something in it.
struct Fonts<'a> {
    document: &'a Document,
    all: BTreeMap<Vec<u8>, &'a Dictionary>,
    /// None for those that cannot be read, or would take too much.
    known: HashMap<Vec<u8>, Option<Encoding<'a>>>,
    /// What is left of [`MOST_CODES_OF_PAGE`].
    codes_left: usize,
}

impl<'a> Fonts<'a> {
    /// What the bytes that are shown in a font stand for.
    fn encoding(&mut self, name: &[u8]) -> Option<&Encoding<'a>> {
        if !self.known.contains_key(name) {
            let encoding = self.read(name);
            self.known.insert(name.to_vec(), encoding);
        }
        self.known.get(name)?.as_ref()
    }

    fn read(&mut self, name: &[u8]) -> Option<Encoding<'a>> {
        let font: &'a Dictionary = self.all.get(name).copied()?;
        let map = font.get_deref(b"ToUnicode", self.document);
        // Small as it is, it may name billions of codes, and `lopdf` writes each of them out.
        if let Ok(map) = map.and_then(Object::as_stream)
            && is_read_by_map(font, self.document)
        {
            let map = map.get_plain_content_with_limit(MOST_OF_MAP).ok()?;
            self.codes_left = self.codes_left.checked_sub(code_map::codes(&map)?)?;
        }
        font.get_font_encoding_with_limit(self.document, MOST_OF_MAP)
            .ok()
    }
}

/// Whether `lopdf` reads a font by its map: the font names no encoding, or one that says nothing of letters.
fn is_read_by_map(font: &Dictionary, document: &Document) -> bool {
    let says_nothing = |name: &[u8]| matches!(name, b"Identity-H" | b"Identity-V");
    match font.get_deref(b"Encoding", document) {
        Ok(Object::Name(name)) => says_nothing(name),
        Ok(Object::Dictionary(encoding)) => encoding
            .get(b"BaseEncoding")
            .and_then(Object::as_name)
            .is_ok_and(says_nothing),
        _ => true,
    }
}

fn show(operation: &Operation, encoding: &Encoding, text: &mut String) {
    for operand in &operation.operands {
        match operand {
            Object::Array(parts) => parts
                .iter()
                .for_each(|part| show_part(part, encoding, text)),
            Object::String(..) => show_part(operand, encoding, text),
            _ => {}
        }
    }
}

fn show_part(part: &Object, encoding: &Encoding, text: &mut String) {
    if text.len() > MOST_PDF_TEXT {
        return;
    }
    match part {
        Object::String(bytes, _) => {
            let bytes = &bytes[..bytes.len().min(MOST_SHOWN)];
            // What cannot be decoded is left out; the rest of the page may be fine.
            if let Ok(shown) = Document::decode_text(encoding, bytes) {
                text.push_str(&shown);
            }
        }
        other => {
            if other.as_float().is_ok_and(|step| step < -SPACE) {
                end_word(text);
            }
        }
    }
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn end_word(text: &mut String) {
    if !text.is_empty() && !text.ends_with([' ', '\n']) {
        text.push(' ');
    }
}

#[cfg(test)]
pub(super) mod tests;
