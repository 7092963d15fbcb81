//! The text of a PDF, by `lopdf`: what its pages show, in the order in which they show it.
//!
//! A PDF may be damaged, or made to do harm. So it is read on a thread of its own, `pdf-text`, which may panic, and
//! is waited for only so long; what unpacks to more than a bound is left out; and while two that were given up
//! are still being read, no other is begun.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
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
const LOOK: Duration = Duration::from_millis(20);
/// Pages of one file.
const MOST_PAGES: usize = 2_000;
/// A step between letters that is a space, in thousandths of the size of the font.
const SPACE: f32 = 200.0;

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
            let _running = running;
            let text = AssertUnwindSafe(|| text(&bytes, &|| stop.load(Ordering::Relaxed)));
            let read = std::panic::catch_unwind(text).unwrap_or(Err(Why::Damaged));
            let _ = to.send(read);
        };
        let thread = std::thread::Builder::new().name(PDF_THREAD.into());
        if thread.stack_size(STACK_BYTES).spawn(read).is_err() {
            return Err(Why::Unreadable);
        }
        let watch = Stopwatch::start();
        loop {
            match from.recv_timeout(LOOK) {
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
    match text.contains(char::is_alphanumeric) {
        true => Ok(text),
        false if pages == damaged => Err(Why::Damaged),
        false => Err(Why::NoText),
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
    let fonts = document.get_page_fonts(page).ok()?;
    let encoding_of = |name: &[u8]| {
        let font = fonts.get(name)?;
        font.get_font_encoding_with_limit(document, MOST_UNPACKED)
            .ok()
    };
    let content = document
        .get_page_content_with_limit(page, MOST_UNPACKED)
        .ok()?;
    let (mut encoding, mut font) = (None, Vec::new());
    for operation in Content::decode_iter(&content) {
        let operation = operation.ok()?;
        if given_up() || text.len() > MOST_PDF_TEXT {
            break;
        }
        match operation.operator.as_str() {
            // Only when it changes: reading it may take its time.
            "Tf" => {
                let name = operation
                    .operands
                    .first()
                    .and_then(|name| name.as_name().ok());
                if let Some(name) = name.filter(|name| *name != font) {
                    font = name.to_vec();
                    encoding = encoding_of(name);
                }
            }
            "Tj" | "TJ" | "'" | "\"" => {
                if let Some(encoding) = &encoding {
                    show(&operation, encoding, text);
                }
            }
            "T*" | "ET" => end_line(text),
            // A step aside is a space, one down a line.
            "Td" | "TD" => match operation
                .operands
                .get(1)
                .and_then(|down| down.as_float().ok())
            {
                Some(down) if down.abs() < f32::EPSILON => end_word(text),
                _ => end_line(text),
            },
            "Tm" => end_line(text),
            _ => {}
        }
    }
    Some(())
}

fn show(operation: &Operation, encoding: &Encoding, text: &mut String) {
    if matches!(operation.operator.as_str(), "'" | "\"") {
        end_line(text);
    }
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
    match part {
        Object::String(bytes, _) => {
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
pub(super) mod tests {
    use super::*;
    use lopdf::{Stream, StringFormat, dictionary};

    /// A PDF of one page that shows lines.
    pub(in crate::folders) fn page(lines: &[&str]) -> Vec<u8> {
        let mut operations = vec![
            Operation::new("BT", vec![]),
            Operation::new("Tf", vec!["F1".into(), 12.into()]),
        ];
        for line in lines {
            operations.push(Operation::new("Td", vec![0.into(), (-14).into()]));
            let shown = Object::String(line.as_bytes().to_vec(), StringFormat::Literal);
            operations.push(Operation::new("Tj", vec![shown]));
        }
        operations.push(Operation::new("ET", vec![]));
        with_content(&Content { operations }.encode().unwrap())
    }

    fn with_content(content: &[u8]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let pages = document.new_object_id();
        let font = document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
        });
        let resources = document.add_object(dictionary! {
            "Font" => dictionary! { "F1" => font },
        });
        let content = document.add_object(Stream::new(dictionary! {}, content.to_vec()));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        });
        let tree = dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
        };
        document.objects.insert(pages, Object::Dictionary(tree));
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    fn read(bytes: Vec<u8>) -> Result<String, Why> {
        PdfReader::default().text(bytes, Duration::from_secs(60), &|| false)
    }

    #[test]
    fn the_lines_of_a_page_are_read() {
        let text = read(page(&[
            "The rent is 900 pounds.",
            "It is due on the first.",
        ]))
        .unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(
            lines,
            ["The rent is 900 pounds.", "It is due on the first."]
        );
    }

    #[test]
    fn steps_between_letters_are_spaces_if_they_are_wide() {
        let content = b"BT /F1 12 Tf [(Th) 20 (e) -300 (rent)] TJ 30 0 Td (is) Tj ET";
        assert_eq!(read(with_content(content)).unwrap().trim(), "The rent is");
    }

    #[test]
    fn a_page_without_text_has_none() {
        assert_eq!(read(with_content(b"0 0 m 10 10 l S")), Err(Why::NoText));
    }

    #[test]
    fn what_is_no_pdf_is_damaged() {
        assert_eq!(
            read(b"%PDF-1.7 and nothing else".to_vec()),
            Err(Why::Damaged)
        );
        assert_eq!(read(Vec::new()), Err(Why::Damaged));
    }

    #[test]
    fn a_pdf_that_is_cut_or_changed_anywhere_is_survived() {
        let whole = page(&["The rent is 900 pounds."]);
        for at in (0..whole.len()).step_by(17) {
            let _ = read(whole[..at].to_vec());
            let mut changed = whole.clone();
            changed[at] = changed[at].wrapping_add(128);
            let _ = read(changed);
        }
    }

    #[test]
    fn objects_are_kept_while_there_is_room() {
        let mut text = Object::String(vec![b'x'; 100], StringFormat::Literal);
        ROOM.set(200);
        assert!(while_there_is_room((1, 0), &mut text).is_some());
        assert!(while_there_is_room((2, 0), &mut text).is_none());
    }

    #[test]
    fn one_that_is_given_up_says_so() {
        let reader = PdfReader::default();
        let given_up = reader.text(page(&["Hi."]), Duration::ZERO, &|| true);
        assert!(matches!(given_up, Err(Why::TooSlow) | Ok(_)));
    }

    #[test]
    fn while_two_are_still_being_read_no_other_is_begun() {
        let reader = PdfReader::default();
        reader.running.store(MOST_GIVEN_UP, Ordering::Relaxed);
        let refused = reader.text(page(&["Hi."]), Duration::from_secs(60), &|| false);
        assert_eq!(refused, Err(Why::TooSlow));
    }
}
