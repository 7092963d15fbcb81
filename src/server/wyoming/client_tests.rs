//! A client is served by scripted engines.

use wyoming::message::{Handled, Synthesize, SynthesizeStart, Voice};
use wyoming::{AudioFormat, Message, Transcribe, Transcript, pcm, read_event, write_event};

use super::client::{LetGo, serve};
use super::scripted::Scripted;

const FORMAT: AudioFormat = AudioFormat {
    rate: 16_000,
    width: 2,
    channels: 1,
};

fn bytes(messages: impl IntoIterator<Item = Message>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        write_event(&mut bytes, &message.into()).unwrap();
    }
    bytes
}

/// What a client that sends this is answered, and how it ends.
fn converse(
    services: &Scripted,
    messages: impl IntoIterator<Item = Message>,
) -> (Vec<Message>, Result<(), LetGo>) {
    let mut answers = Vec::new();
    let ended = serve(&bytes(messages)[..], &mut answers, services, 7, &|| false);
    let mut stream = &answers[..];
    let mut read = Vec::new();
    while let Some(event) = read_event(&mut stream).unwrap() {
        read.push(Message::try_from(event).unwrap());
    }
    (read, ended)
}

fn answers(services: &Scripted, messages: impl IntoIterator<Item = Message>) -> Vec<Message> {
    let (answers, ended) = converse(services, messages);
    ended.unwrap();
    answers
}

/// The words of the error that a client is told last.
fn told(services: &Scripted, messages: impl IntoIterator<Item = Message>) -> String {
    let (mut answers, ended) = converse(services, messages);
    let Some(Message::Error(failure)) = answers.pop() else {
        panic!("{answers:?}");
    };
    assert!(matches!(ended, Err(LetGo::Told(_))), "{ended:?}");
    failure.text
}

fn audio(samples: usize) -> Vec<Message> {
    vec![
        Message::AudioStart(FORMAT),
        Message::AudioChunk(FORMAT, pcm::encode(&vec![0.1; samples])),
        Message::AudioStop,
    ]
}

fn transcribe(language: &str) -> Message {
    Message::Transcribe(Transcribe {
        language: Some(language.into()),
        context: Some(serde_json::from_str(r#"{"request": 3}"#).unwrap()),
        ..Transcribe::default()
    })
}

fn whole(text: &str, voice: &str) -> Message {
    Message::Synthesize(Synthesize {
        text: text.into(),
        voice: Some(Voice {
            name: Some(voice.into()),
            ..Voice::default()
        }),
        text_format: None,
    })
}

/// Samples in chunks; panics on anything that is no chunk.
fn samples(chunks: &[Message]) -> usize {
    let chunk = |message: &Message| match message {
        Message::AudioChunk(_, bytes) => bytes.len() / 2,
        other => panic!("{other:?}"),
    };
    chunks.iter().map(chunk).sum()
}

fn said(text: &str, language: Option<&str>, context: &str) -> Message {
    Message::Transcript(Transcript {
        text: text.into(),
        language: language.map(str::to_owned),
        context: serde_json::from_str(context).ok(),
    })
}

#[test]
fn what_is_offered_and_that_somebody_is_there_is_said_at_any_time() {
    let services = Scripted::default();
    let start = Message::SynthesizeStart(SynthesizeStart::default());
    let asked = [start, Message::Describe, Message::Ping(Some("a".into()))];
    let answers = answers(&services, asked);
    assert!(matches!(answers[0], Message::AudioStart(_)));
    assert_eq!(answers[1], Message::Info(services.info.clone()));
    assert_eq!(answers[2], Message::Pong(Some("a".into())));
}

#[test]
fn each_utterance_has_a_transcript_also_one_without_words() {
    let services = Scripted::default();
    let asked = [vec![transcribe("en-US")], audio(1_600), audio(0)].concat();
    let answers = answers(&services, asked);
    let texts: Vec<&str> = answers
        .iter()
        .map(|answer| match answer {
            Message::Transcript(transcript) => transcript.text.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, ["Yes.", ""]);
    let Message::Transcript(first) = &answers[0] else {
        unreachable!("it was one above");
    };
    assert_eq!(first.context.as_ref().unwrap()["request"], 3);
    assert_eq!(first.language.as_deref(), Some("en"));
    assert_eq!(
        *services.asked.lock().unwrap(),
        ["1600 samples", "0 samples"]
    );
}

#[test]
fn an_unknown_language_is_answered_with_what_is_known_and_nothing_is_transcribed() {
    let services = Scripted::default();
    let asked = [vec![transcribe("de")], audio(1_600)].concat();
    let told = told(&services, asked);
    assert!(told.contains("\"de\"") && told.contains("en is"), "{told}");
    assert!(services.asked.lock().unwrap().is_empty());
}

#[test]
fn a_text_is_spoken_in_small_chunks_between_start_and_stop() {
    let letters = "a".repeat(3_000);
    let answers = answers(
        &Scripted::default(),
        [whole(&format!("{letters}."), "vivi")],
    );
    let [Message::AudioStart(_), chunks @ .., Message::AudioStop] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert_eq!(chunks.len(), 3);
    assert_eq!(samples(chunks), 3_000);
}

#[test]
fn a_text_in_pieces_is_spoken_clause_by_clause_and_once() {
    let piece = |text: &str| Message::SynthesizeChunk(text.into());
    let first = [
        Message::SynthesizeStart(SynthesizeStart::default()),
        piece("Paris is the cap"),
        piece("ital of France. It "),
        Message::Ping(None),
    ];
    let rest = [
        piece("is large."),
        whole("Paris is the capital of France. It is large.", "vivi"),
        Message::SynthesizeStop,
    ];
    let answers = answers(&Scripted::default(), first.into_iter().chain(rest));
    let pong = answers
        .iter()
        .position(|answer| *answer == Message::Pong(None));
    let pong = pong.unwrap();
    assert!(matches!(answers[0], Message::AudioStart(_)), "{answers:?}");
    assert_eq!(
        samples(&answers[1..pong]),
        "ParisisthecapitalofFrance".len()
    );
    let [chunks @ .., Message::AudioStop, Message::SynthesizeStopped] = &answers[pong + 1..] else {
        panic!("{answers:?}");
    };
    assert_eq!(samples(chunks), "Itislarge".len());
}

#[test]
fn an_unknown_voice_is_told_once_the_text_has_ended() {
    let amy = Voice {
        name: Some("amy".into()),
        ..Voice::default()
    };
    let start = SynthesizeStart {
        voice: Some(amy),
        text_format: None,
    };
    let asked = [
        Message::SynthesizeStart(start),
        Message::SynthesizeChunk("Hello.".into()),
        Message::Ping(None),
        Message::SynthesizeStop,
    ];
    let (answers, _) = converse(&Scripted::default(), asked);
    assert_eq!(answers[0], Message::Pong(None));
    assert!(matches!(answers[1], Message::Error(_)), "{answers:?}");
    let told = told(&Scripted::default(), [whole("Hello.", "amy")]);
    assert!(told.contains("vivi (en)"), "{told}");
}

#[test]
fn a_text_that_is_too_long_is_not_spoken_to_its_end() {
    let start = Message::SynthesizeStart(SynthesizeStart::default());
    let piece = Message::SynthesizeChunk("word ".repeat(1_000));
    let asked = [vec![start], vec![piece; 5], vec![Message::SynthesizeStop]].concat();
    let told = told(&Scripted::default(), asked);
    assert!(told.contains("20000 characters"), "{told}");
}

#[test]
fn a_voice_or_a_recognizer_that_fails_is_told_of() {
    assert_eq!(
        told(&Scripted::failing(), [whole("Hello.", "vivi")]),
        "it failed"
    );
    assert_eq!(told(&Scripted::failing(), audio(1_600)), "it failed");
}

#[test]
fn words_are_answered_in_the_conversation_that_the_client_names() {
    let services = Scripted::default();
    let context = r#"{"conversation_id": "c1", "device_id": "d"}"#;
    let asked = [
        said("hello", Some("en"), context),
        said("again", None, "null"),
    ];
    let answers = answers(&services, asked);
    let Message::Handled(first) = &answers[0] else {
        panic!("{answers:?}");
    };
    assert_eq!(first.text.as_deref(), Some("You said hello"));
    assert_eq!(first.context.as_ref().unwrap()["conversation_id"], "c1");
    assert!(matches!(answers[1], Message::Handled(_)), "{answers:?}");
    let asked = services.asked.lock().unwrap();
    assert_eq!(*asked, ["Named(\"c1\"): hello", "Connection(7): again"]);
}

#[test]
fn words_without_an_answer_are_not_handled_and_the_client_stays() {
    let trouble = |services: &Scripted, said: Message| {
        let mut answers = answers(services, [said, Message::Ping(None)]);
        assert_eq!(answers.pop(), Some(Message::Pong(None)));
        match answers.pop() {
            Some(Message::NotHandled(Handled { text, .. })) => text.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let good = Scripted::default();
    assert_eq!(
        trouble(&Scripted::failing(), said("hello", None, "")),
        "it failed"
    );
    assert!(trouble(&good, said(" ... ", None, "")).contains("no words"));
    assert!(trouble(&good, said("hallo", Some("de"), "")).contains("en is"));
    assert!(trouble(&good, said(&"a".repeat(30_000), None, "")).contains("20000"));
    assert!(good.asked.lock().unwrap().is_empty());
}

#[test]
fn a_client_that_is_gone_ends_what_is_done_for_it() {
    let text = whole("One sentence. Another sentence.", "vivi");
    for asked in [vec![text], audio(100), vec![said("hello", None, "")]] {
        let mut answers = Vec::new();
        let services = Scripted::default();
        let ended = serve(&bytes(asked)[..], &mut answers, &services, 7, &|| true);
        assert!(matches!(ended, Err(LetGo::Gone(_))), "{ended:?}");
        let stop = bytes([Message::AudioStop]);
        assert!(!answers.ends_with(&stop), "it was spoken to its end");
    }
}

#[test]
fn what_is_no_event_is_told_and_ends_the_connection() {
    let mut answers = Vec::new();
    let services = Scripted::default();
    let ended = serve(
        &b"GET / HTTP/1.1\r\n"[..],
        &mut answers,
        &services,
        7,
        &|| false,
    );
    assert!(matches!(ended, Err(LetGo::Told(_))), "{ended:?}");
    let other = Message::Other("transcript".into());
    let told = told(&services, [other]);
    assert!(told.contains("transcript"), "{told}");
}
