//! Whole conversations with servers that fail, on the virtual sound card.

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use wyoming::info::{AsrProgram, Info};
use wyoming::{AudioFormat, Message, pcm};

use crate::program::{hold, of_kind, scenario, texts};
use crate::wyoming_server::{answer, listen_only, read_until, server};

/// Says what it offers, if that is asked; else the question, up to its end.
fn asked(stream: &TcpStream) -> Option<Message> {
    let is_question = |message: &Message| {
        matches!(
            message,
            Message::Describe | Message::AudioStop | Message::Synthesize(_)
        )
    };
    let question = read_until(stream, is_question).pop()?;
    if question != Message::Describe {
        return Some(question);
    }
    let info = Info {
        asr: vec![AsrProgram::default()],
        ..Info::default()
    };
    answer(stream, vec![Message::Info(info)]);
    None
}

#[test]
fn a_recognizer_that_closes_is_apologized_for_and_the_conversation_goes_on() {
    let closes = server(|stream| drop(asked(&stream)));
    let (printed, events) = hold(
        &scenario("reply_finished + 500 ms", None),
        &["--stt", &format!("wyoming:{closes}")],
    );
    assert!(
        printed.contains("vivavoce: Sorry, I could not hear that"),
        "{printed}"
    );
    let errors = of_kind(&events, "error");
    let names_it = |error: &&Value| error.to_string().contains(&closes);
    assert!(errors.iter().all(names_it), "{errors:?}");
    assert_eq!(texts(&events, "turn_ended"), [""; 0]);
}

/// A tone for the first clause; for what comes after it, nothing for ever.
#[test]
fn a_voice_that_stalls_is_interrupted_like_any_other() {
    let format = AudioFormat {
        rate: 16_000,
        width: 2,
        channels: 1,
    };
    let tone: Vec<f32> = (0..64_000).map(|n| (n as f32 * 0.2).sin() * 0.3).collect();
    let said = AtomicUsize::new(0);
    let stalls = server(move |stream| {
        let Some(Message::Synthesize(_)) = asked(&stream) else {
            return;
        };
        // The warm-up is the first.
        if said.fetch_add(1, Ordering::Relaxed) > 1 {
            thread::spawn(move || listen_only(&stream));
            return;
        }
        let chunk = Message::AudioChunk(format, pcm::encode(&tone));
        answer(
            &stream,
            vec![Message::AudioStart(format), chunk, Message::AudioStop],
        );
    });
    let (printed, events) = hold(
        &scenario("previous + 6000 ms", Some(900)),
        &["--tts", &format!("wyoming:{stalls}")],
    );
    let interrupted = of_kind(&events, "interrupted");
    assert_eq!(interrupted.len(), 1, "{printed}");
    assert!(of_kind(&events, "error").is_empty());
}
