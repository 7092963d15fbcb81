//! A transcript as a file: plain text, subtitles, or JSON with the times of words. Pure.

mod cues;
mod subtitles;

use serde_json::{Value, json};

use crate::stt::{FileTranscript, TimedWord};

/// What a transcript is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TranscriptFormat {
    /// Plain text, a line for what is said between two pauses
    Txt,
    /// SubRip subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
    /// JSON with the times of words
    Json,
}

impl TranscriptFormat {
    /// The ending of its files, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Json => "json",
        }
    }

    /// What was heard of the file of this name. It ends with a line's end, unless nothing was said.
    pub fn write(self, file: &str, heard: &FileTranscript) -> String {
        match self {
            Self::Txt => lines(heard),
            Self::Srt => subtitles::srt(&cues::cues(heard)),
            Self::Vtt => subtitles::vtt(&cues::cues(heard)),
            Self::Json => format!("{}\n", object(file, heard)),
        }
    }
}

fn lines(heard: &FileTranscript) -> String {
    let lines = heard.stretches.iter().map(|s| format!("{}\n", s.text));
    lines.collect()
}

/// How the times of words are known: no recognizer of ours measures them, so they are never called measured.
const TIMES: &str = "estimated";

fn object(file: &str, heard: &FileTranscript) -> Value {
    let segments = heard.stretches.iter().map(|stretch| {
        json!({
            "start_s": rounded(stretch.start_s),
            "end_s": rounded(stretch.end_s),
            "text": stretch.text,
            "words": stretch.words.iter().map(word).collect::<Vec<_>>(),
        })
    });
    json!({
        "file": file,
        "text": heard.text(),
        "seconds": rounded(heard.seconds),
        "times": TIMES,
        "segments": segments.collect::<Vec<_>>(),
    })
}

fn word(word: &TimedWord) -> Value {
    json!({
        "word": word.text,
        "start_s": rounded(word.start_s),
        "end_s": rounded(word.end_s),
    })
}

/// A hundredth of a second is as much as voice activity knows.
fn rounded(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stt::Stretch;

    fn heard() -> FileTranscript {
        let word = |text: &str, start_s, end_s| TimedWord {
            text: text.into(),
            after_space: true,
            start_s,
            end_s,
        };
        let first = Stretch {
            start_s: 1.0,
            end_s: 2.0,
            text: "Good morning.".into(),
            words: vec![word("Good", 1.0, 1.3333), word("morning.", 1.3333, 2.0)],
        };
        let second = Stretch {
            start_s: 5.0,
            end_s: 6.0,
            text: "Yes?".into(),
            words: vec![word("Yes?", 5.0, 6.0)],
        };
        FileTranscript {
            stretches: vec![first, second],
            seconds: 7.5,
        }
    }

    #[test]
    fn plain_text_has_a_line_for_each_stretch_of_speech() {
        let text = TranscriptFormat::Txt.write("a.wav", &heard());
        assert_eq!(text, "Good morning.\nYes?\n");
    }

    #[test]
    fn json_says_that_the_times_of_words_are_estimated() {
        let text = TranscriptFormat::Json.write("a.wav", &heard());
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["times"], "estimated");
        assert_eq!(value["file"], "a.wav");
        assert_eq!(value["seconds"], 7.5);
        let words = &value["segments"][0]["words"];
        assert_eq!(
            words[1],
            json!({ "word": "morning.", "start_s": 1.33, "end_s": 2.0 })
        );
    }

    #[test]
    fn a_file_without_speech_is_written_in_every_format() {
        let silent = FileTranscript::default();
        assert_eq!(TranscriptFormat::Txt.write("a.wav", &silent), "");
        assert_eq!(TranscriptFormat::Srt.write("a.wav", &silent), "");
        assert_eq!(TranscriptFormat::Vtt.write("a.wav", &silent), "WEBVTT\n");
        assert!(
            TranscriptFormat::Json
                .write("a.wav", &silent)
                .contains("[]")
        );
    }
}
