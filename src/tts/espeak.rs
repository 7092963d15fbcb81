//! Phonemes from the installed program `espeak-ng`, run as a process: it is GPL-3, so nothing of it
//! is linked.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::TtsError;
use crate::cancellation::{CANCELLATION_POLL, Cancelled};
use crate::clock::Stopwatch;

/// The program that is run.
const PROGRAM: &str = "espeak-ng";
/// Marks that the program leaves out, and that all voices know as phonemes.
const MARKS: [char; 6] = ['.', ',', ';', ':', '!', '?'];
/// The same, that some voices know.
const RARE_MARKS: [char; 5] = ['…', '—', '–', '(', ')'];

/// A phrase takes it ten milliseconds; what takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(5);

/// The program, with a voice of its own.
pub struct Espeak {
    voice: String,
}

impl Espeak {
    /// Looks for the program.
    ///
    /// # Errors
    /// It is not installed, or has no such voice.
    pub fn find(voice: &str) -> Result<Self, TtsError> {
        let espeak = Self {
            voice: voice.into(),
        };
        espeak.phonemes(&|| false, "a").map(|_| espeak)
    }

    /// Text as phonemes of the International Phonetic Alphabet, with the marks that were in it. `None`:
    /// cancelled.
    pub fn phonemes(&self, cancelled: Cancelled, text: &str) -> Result<Option<String>, TtsError> {
        let Some(pieces) = self.pieces(cancelled, text)? else {
            return Ok(None);
        };
        let mut phonemes = String::new();
        for piece in pieces {
            if !piece.words.is_empty() && !phonemes.is_empty() {
                phonemes.push(' ');
            }
            let words: Vec<String> = piece.words.iter().map(|word| sounds(word)).collect();
            phonemes.push_str(&words.join(" "));
            phonemes.extend(piece.mark.filter(|mark| MARKS.contains(mark)));
        }
        Ok(Some(phonemes))
    }

    /// The same, as it is written between marks, each word with `_` between its phonemes. `None`: cancelled.
    pub fn pieces<'t>(
        &self,
        cancelled: Cancelled,
        text: &'t str,
    ) -> Result<Option<Vec<Piece<'t>>>, TtsError> {
        let (mut spoken, mut start) = (Vec::new(), 0);
        for (text, mark) in pieces(text) {
            let mut words = Vec::new();
            if text.chars().any(char::is_alphanumeric) {
                match self.run(cancelled, text)? {
                    Some(own) => words = own,
                    None => return Ok(None),
                }
            }
            spoken.push(Piece {
                text,
                start,
                words,
                mark,
            });
            start += text.len() + mark.map_or(0, char::len_utf8);
        }
        Ok(Some(spoken))
    }

    fn run(&self, cancelled: Cancelled, piece: &str) -> Result<Option<Vec<String>>, TtsError> {
        let failed = |reason: String| TtsError::Phonemizer { reason };
        let mut command = Command::new(PROGRAM);
        command.args(["-q", "--ipa=1", "--stdin", "-v", &self.voice]);
        let line = piece.trim().replace('\n', " ");
        let output = match run_to_end(command, line, LIMIT, cancelled).map_err(failed)? {
            Some(output) => output,
            None => return Ok(None),
        };
        let words = output.split_whitespace().map(without_asides);
        Ok(Some(words.filter(|word| !word.is_empty()).collect()))
    }
}

/// A stretch of text between marks, and what is said for it.
pub struct Piece<'t> {
    /// As it was written, and where it begins.
    pub text: &'t str,
    pub start: usize,
    /// Its words: what is one phoneme stands between `_`.
    pub words: Vec<String>,
    /// The mark behind it.
    pub mark: Option<char>,
}

/// Runs a program on an input, for so long at most. What it wrote; `None` if it was cancelled. Whatever happens, the program
/// has ended afterwards.
fn run_to_end(
    mut command: Command,
    input: String,
    limit: Duration,
    cancelled: Cancelled,
) -> Result<Option<String>, String> {
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| e.to_string())?;
    let (output, errors) = (
        read_all(process.stdout.take()),
        read_all(process.stderr.take()),
    );
    if let Some(mut pipe) = process.stdin.take() {
        // On a thread: a program that reads nothing must not hold us. If it ends without reading, its own
        // words say why, and not the broken pipe.
        thread::spawn(move || {
            let _ = pipe.write_all(input.as_bytes());
        });
    }
    let output = wait(&output, limit, cancelled);
    if !matches!(output, Ok(Some(_))) {
        let _ = process.kill();
    }
    let status = process.wait().map_err(|e| e.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let Some(output) = output? else {
        return Ok(None);
    };
    if status.success() {
        Ok(Some(text(output)))
    } else {
        let said = text(errors.recv().unwrap_or_default());
        Err(match said.trim() {
            "" => format!("it ended with {status}"),
            said => said.to_owned(),
        })
    }
}

/// Waits until a pipe was read to its end. `None`: cancelled.
fn wait(
    pipe: &Receiver<Vec<u8>>,
    limit: Duration,
    cancelled: Cancelled,
) -> Result<Option<Vec<u8>>, String> {
    let started = Stopwatch::start();
    loop {
        match pipe.recv_timeout(CANCELLATION_POLL) {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(RecvTimeoutError::Disconnected) => return Err("its output was lost".into()),
            Err(RecvTimeoutError::Timeout) if cancelled() => return Ok(None),
            Err(RecvTimeoutError::Timeout) if started.elapsed() > limit => {
                return Err(format!("it did not answer within {} s", limit.as_secs()));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What comes out of a pipe until it is closed, in one message.
fn read_all(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (all_out, all) = bounded(1);
    if let Some(mut pipe) = pipe {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            let _ = all_out.send(bytes);
        });
    }
    all
}

/// What stands between marks, with the mark behind it. A mark within a word or a number ("3,5", "15:30")
/// is read with it.
fn pieces(text: &str) -> Vec<(&str, Option<char>)> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        let within = text[after..].starts_with(char::is_alphanumeric);
        if (MARKS.contains(&c) || RARE_MARKS.contains(&c)) && !within {
            pieces.push((&text[start..at], Some(c)));
            start = after;
        }
    }
    pieces.push((&text[start..], None));
    pieces
}

/// A word without "(en)", which says that what follows is said as in another language.
fn without_asides(word: &str) -> String {
    let (mut kept, mut aside) = (String::with_capacity(word.len()), false);
    for c in word.chars() {
        match c {
            '(' => aside = true,
            ')' => aside = false,
            _ if aside => {}
            _ => kept.push(c),
        }
    }
    kept
}

/// A word without what parts its phonemes, and what joins the letters of one.
fn sounds(word: &str) -> String {
    word.replace(['_', '\u{361}', '\u{200d}'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_at_marks_and_not_within_numbers() {
        let split = pieces("Um 15:30, 3,5 Grad?!");
        let expected = [
            ("Um 15:30", Some(',')),
            (" 3,5 Grad", Some('?')),
            ("", Some('!')),
            ("", None),
        ];
        assert_eq!(split, expected);
    }

    /// A program of a shell's.
    #[cfg(unix)]
    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_ended_when_it_is_cancelled() {
        let ran = run_to_end(shell("exec sleep 1000"), "a".into(), LIMIT, &|| true);
        assert_eq!(ran, Ok(None));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_ends_without_reading_is_quoted() {
        let long = "a".repeat(1 << 20);
        let ran = run_to_end(
            shell("echo no such voice >&2; exit 1"),
            long,
            LIMIT,
            &|| false,
        );
        assert_eq!(ran, Err("no such voice".into()));
    }

    #[test]
    fn a_word_is_its_sounds_alone() {
        assert_eq!(sounds(&without_asides("(en)_k_ˈuː_l_(de)")), "kˈuːl");
        assert_eq!(sounds("t͡s_aɪ_t"), "tsaɪt");
    }

    #[test]
    fn a_program_that_does_not_answer_is_ended() {
        let limit = Duration::from_millis(1);
        let ran = run_to_end(shell("exec sleep 1000"), "a".into(), limit, &|| false);
        assert!(ran.unwrap_err().contains("did not answer"));
    }
}
