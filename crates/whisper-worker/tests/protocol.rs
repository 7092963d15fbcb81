//! The worker as its clients see it: over standard input and output.

#[path = "../../../tests/support/whisper_micro.rs"]
mod whisper_micro;

use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::{Map, Value};
use whisper_micro::{model, sample};
use wyoming::{AudioFormat, Event, Message, Transcribe, pcm, read_event, write_event};

const FORMAT: AudioFormat = AudioFormat {
    rate: 16_000,
    width: 2,
    channels: 1,
};

struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vivavoce-whisper"))
            .arg("--model")
            .arg(model())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn say(&mut self, messages: impl IntoIterator<Item = Message>) {
        let input = self.input.as_mut().unwrap();
        for message in messages {
            write_event(input, &Event::from(message)).unwrap();
        }
        input.flush().unwrap();
    }

    fn utterance(&mut self, samples: &[f32], number: u64) {
        let context = Map::from_iter([("request".to_owned(), Value::from(number))]);
        self.say([
            Message::Transcribe(Transcribe {
                context: Some(context),
                ..Transcribe::default()
            }),
            Message::AudioStart(FORMAT),
            Message::AudioChunk(FORMAT, pcm::encode(samples)),
            Message::AudioStop,
        ]);
    }

    fn next(&mut self) -> Message {
        let event = read_event(&mut self.output).unwrap();
        Message::try_from(event.expect("it goes on")).unwrap()
    }

    /// All of an answer.
    fn answer(&mut self) -> Vec<Message> {
        let mut answer = vec![self.next()];
        while !matches!(
            answer.last(),
            Some(Message::TranscriptStop | Message::Error(_))
        ) {
            answer.push(self.next());
        }
        answer
    }

    fn end(mut self) -> ExitStatus {
        self.input = None;
        assert_eq!(read_event(&mut self.output).unwrap(), None);
        self.child.wait().unwrap()
    }
}

#[test]
fn it_says_what_it_is_and_answers_pings() {
    let mut worker = Worker::start(&[]);
    worker.say([Message::Describe, Message::Ping(Some("there?".into()))]);
    let Message::Info(info) = worker.next() else {
        panic!("no info");
    };
    assert_eq!(info.asr[0].models[0].name, "whisper-micro.en");
    assert_eq!(info.asr[0].models[0].languages, ["en"]);
    assert_eq!(worker.next(), Message::Pong(Some("there?".into())));
}

#[test]
fn an_answer_is_streamed_whole_and_carries_the_context_of_its_question() {
    let mut worker = Worker::start(&[]);
    let capital = sample("What is the capital");
    worker.utterance(&capital.samples, 7);
    let answer = worker.answer();
    let [
        Message::TranscriptStart,
        Message::TranscriptChunk(chunk),
        Message::Transcript(transcript),
        Message::TranscriptStop,
    ] = &answer[..]
    else {
        panic!("{answer:?}");
    };
    assert_eq!((chunk, &transcript.text), (&capital.said, &capital.said));
    assert_eq!(transcript.language.as_deref(), Some("en"));
    assert_eq!(transcript.context.as_ref().unwrap()["request"], 7);
}

#[test]
fn a_new_question_ends_the_one_before_it() {
    let mut worker = Worker::start(&["--full-context"]);
    let (joke, milk) = (sample("Tell me a joke"), sample("Add milk"));
    for number in 0..20 {
        worker.utterance(&joke.samples, number);
    }
    worker.utterance(&milk.samples, 99);
    let mut answers = 0;
    loop {
        answers += 1;
        let answer = worker.answer();
        let transcript = answer.iter().find_map(|message| match message {
            Message::Transcript(transcript) => Some(transcript),
            _ => None,
        });
        let transcript = transcript.unwrap();
        if transcript.context.as_ref().unwrap()["request"] == 99 {
            assert_eq!(transcript.text, milk.said);
            break;
        }
    }
    // The questions came within a moment; most were given up before they were decoded.
    assert!(answers < 10, "{answers}");
}

#[test]
fn scaled_and_full_context_hear_the_same() {
    let timer = sample("Set a timer");
    for arguments in [&[][..], &["--full-context"]] {
        let mut worker = Worker::start(arguments);
        worker.utterance(&timer.samples, 0);
        let answer = worker.answer();
        assert!(answer.contains(&Message::TranscriptChunk(timer.said.clone())));
    }
}

#[test]
fn silence_has_an_empty_transcript() {
    let mut worker = Worker::start(&[]);
    worker.utterance(&[0.0; 16_000], 1);
    worker.utterance(&[], 2);
    // The first may have been given up for the second.
    let mut answer = worker.answer();
    let number = |answer: &[Message]| {
        answer.iter().find_map(|message| match message {
            Message::Transcript(transcript) => transcript.context.clone(),
            _ => None,
        })
    };
    while number(&answer).unwrap()["request"] != 2 {
        assert!(!answer.iter().any(is_chunk), "{answer:?}");
        answer = worker.answer();
    }
    assert!(!answer.iter().any(is_chunk), "{answer:?}");
}

fn is_chunk(message: &Message) -> bool {
    matches!(message, Message::TranscriptChunk(_))
}

#[test]
fn audio_of_another_rate_is_heard_as_well() {
    let mut worker = Worker::start(&[]);
    let stop = sample("Stop");
    // Each sample three times.
    let samples: Vec<f32> = stop.samples.iter().flat_map(|s| [*s; 3]).collect();
    let format = AudioFormat {
        rate: 48_000,
        ..FORMAT
    };
    let chunks = samples.chunks(4_800);
    let chunks = chunks.map(|samples| Message::AudioChunk(format, pcm::encode(samples)));
    worker.say([Message::AudioStart(format)]);
    worker.say(chunks);
    worker.say([Message::AudioStop]);
    let answer = worker.answer();
    let heard = Message::TranscriptChunk("Stop.".into());
    assert!(answer.contains(&heard), "{answer:?}");
}

#[test]
fn audio_that_cannot_be_read_is_answered_once_at_its_end() {
    let mut worker = Worker::start(&[]);
    let none = [
        AudioFormat { width: 7, ..FORMAT },
        AudioFormat { rate: 0, ..FORMAT },
    ];
    for none in none {
        worker.say([Message::AudioStart(none)]);
        worker.say((0..3).map(|_| Message::AudioChunk(none, vec![0; 70])));
        worker.say([Message::AudioStop]);
        let Message::Error(failure) = worker.next() else {
            panic!("no error");
        };
        assert!(failure.text.contains("16-bit"), "{}", failure.text);
    }
    worker.utterance(&sample("Stop").samples, 1);
    assert_eq!(worker.next(), Message::TranscriptStart);
}

/// As the reference client does it: it counts the answers.
#[test]
fn questions_without_a_number_are_all_answered_and_the_end_of_the_input_waits_for_them() {
    let mut worker = Worker::start(&[]);
    let stop = sample("Stop");
    for _ in 0..3 {
        worker.say([
            Message::Transcribe(Transcribe::default()),
            Message::AudioStart(FORMAT),
            Message::AudioChunk(FORMAT, pcm::encode(&stop.samples)),
            Message::AudioStop,
        ]);
    }
    worker.input = None;
    for _ in 0..3 {
        let heard = Message::TranscriptChunk("Stop.".into());
        assert!(worker.answer().contains(&heard));
    }
    assert!(worker.child.wait().unwrap().success());
}

#[test]
fn an_unknown_language_is_an_error_and_not_the_end() {
    let mut worker = Worker::start(&[]);
    let stop = sample("Stop");
    worker.say([Message::Transcribe(Transcribe {
        language: Some("tlh".into()),
        ..Transcribe::default()
    })]);
    worker.say([
        Message::AudioStart(FORMAT),
        Message::AudioChunk(FORMAT, pcm::encode(&stop.samples)),
        Message::AudioStop,
    ]);
    assert!(matches!(&worker.answer()[..], [Message::Error(_)]));
    worker.utterance(&stop.samples, 1);
    assert!(
        worker
            .answer()
            .contains(&Message::TranscriptChunk("Stop.".into()))
    );
}

#[test]
fn it_ends_when_its_input_closes() {
    let mut worker = Worker::start(&[]);
    worker.utterance(&sample("Who wrote").samples, 1);
    let status = {
        worker.input = None;
        worker.child.wait().unwrap()
    };
    assert!(status.success(), "{status}");
    let idle = Worker::start(&[]);
    assert!(idle.end().success());
}

#[test]
fn garbage_is_answered_with_an_error_and_the_end() {
    let mut worker = Worker::start(&[]);
    worker
        .input
        .as_mut()
        .unwrap()
        .write_all(b"GET / HTTP/1.1\r\n")
        .unwrap();
    let Message::Error(failure) = worker.next() else {
        panic!("no error");
    };
    assert!(failure.text.contains("GET /"), "{}", failure.text);
    assert!(!worker.child.wait().unwrap().success());
}
