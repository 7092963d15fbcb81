//! What the messages of a client ask for. Pure: messages in, actions out.
//!
//! Invariants: each request ends in exactly one action that is answered; what a streamed text repeats as a
//! whole, for servers that know no pieces, is not said twice; what means nothing here is passed over.

use wyoming::message::{Synthesize, Voice};
use wyoming::{Message, Transcribe, Transcript};

use super::utterance::Utterance;

/// What is to be done, in this order.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Say what is offered.
    Describe,
    /// Say that somebody is here.
    Pong(Option<String>),
    /// Write what was said. Samples: mono, 16 kHz.
    Transcribe(Transcribe, Vec<f32>),
    /// Begin to speak.
    StartSpeech(Option<Voice>),
    /// Speak this too; it may be cut anywhere.
    Speak(String),
    /// All of the text was there. Whether it came in pieces.
    EndSpeech {
        /// An event more says so.
        streamed: bool,
    },
    /// Answer these words.
    Handle(Transcript),
    /// Say what is wrong with the request, and that is all.
    Fail(String),
}

/// See the module.
#[derive(Default)]
pub struct Requests {
    utterance: Utterance,
    /// Whether text comes in pieces.
    streams: bool,
}

impl Requests {
    /// Takes a message.
    pub fn take(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::Describe => vec![Action::Describe],
            Message::Ping(text) => vec![Action::Pong(text)],
            Message::Transcribe(asked) => {
                self.utterance = Utterance::new(asked);
                Vec::new()
            }
            // What was asked stays, and for a client that asked nothing the audio is the question.
            Message::AudioStart(_) => {
                self.utterance = Utterance::new(std::mem::take(&mut self.utterance.asked));
                Vec::new()
            }
            Message::AudioChunk(format, bytes) => {
                self.utterance.push(format, &bytes);
                Vec::new()
            }
            Message::AudioStop => match std::mem::take(&mut self.utterance).finish() {
                Ok((asked, samples)) => vec![Action::Transcribe(asked, samples)],
                Err(trouble) => vec![Action::Fail(trouble)],
            },
            Message::Synthesize(asked) => self.synthesize(asked),
            Message::SynthesizeStart(asked) => {
                self.start(asked.voice, asked.text_format.as_deref())
            }
            Message::SynthesizeChunk(text) if self.streams => vec![Action::Speak(text)],
            Message::SynthesizeStop if self.streams => {
                self.streams = false;
                vec![Action::EndSpeech { streamed: true }]
            }
            Message::Transcript(said) => vec![Action::Handle(said)],
            // Pieces and ends without a beginning, answers, and what newer clients say.
            Message::SynthesizeChunk(_)
            | Message::SynthesizeStop
            | Message::SynthesizeStopped
            | Message::Info(_)
            | Message::TranscriptStart
            | Message::TranscriptChunk(_)
            | Message::TranscriptStop
            | Message::Handled(_)
            | Message::NotHandled(_)
            | Message::Error(_)
            | Message::Pong(_)
            | Message::Other(_) => Vec::new(),
        }
    }

    fn synthesize(&mut self, asked: Synthesize) -> Vec<Action> {
        if self.streams {
            return Vec::new();
        }
        match check_format(asked.text_format.as_deref()) {
            Ok(()) => vec![
                Action::StartSpeech(asked.voice),
                Action::Speak(asked.text),
                Action::EndSpeech { streamed: false },
            ],
            Err(trouble) => vec![Action::Fail(trouble)],
        }
    }

    fn start(&mut self, voice: Option<Voice>, format: Option<&str>) -> Vec<Action> {
        if self.streams {
            let trouble = "synthesize-start came twice: send synthesize-stop before the next one";
            return vec![Action::Fail(trouble.into())];
        }
        match check_format(format) {
            Ok(()) => {
                self.streams = true;
                vec![Action::StartSpeech(voice)]
            }
            Err(trouble) => vec![Action::Fail(trouble)],
        }
    }
}

/// Tags of SSML would be read out.
fn check_format(format: Option<&str>) -> Result<(), String> {
    match format {
        None | Some("text") => Ok(()),
        Some(other) => Err(format!(
            "text_format {other:?} is not spoken here: send plain text"
        )),
    }
}

#[cfg(test)]
mod tests {
    use wyoming::AudioFormat;
    use wyoming::message::SynthesizeStart;

    use super::*;

    const FORMAT: AudioFormat = AudioFormat {
        rate: 16_000,
        width: 2,
        channels: 1,
    };

    fn actions(messages: impl IntoIterator<Item = Message>) -> Vec<Action> {
        let mut requests = Requests::default();
        messages
            .into_iter()
            .flat_map(|message| requests.take(message))
            .collect()
    }

    fn whole(text: &str) -> Message {
        Message::Synthesize(Synthesize {
            text: text.into(),
            ..Synthesize::default()
        })
    }

    #[test]
    fn a_streamed_text_is_not_spoken_once_more_as_a_whole() {
        let said = actions([
            Message::SynthesizeStart(SynthesizeStart::default()),
            Message::SynthesizeChunk("Hel".into()),
            whole("Hello."),
            Message::SynthesizeChunk("lo.".into()),
            Message::SynthesizeStop,
            whole("Bye."),
        ]);
        let expected = [
            Action::StartSpeech(None),
            Action::Speak("Hel".into()),
            Action::Speak("lo.".into()),
            Action::EndSpeech { streamed: true },
            Action::StartSpeech(None),
            Action::Speak("Bye.".into()),
            Action::EndSpeech { streamed: false },
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn pieces_without_a_beginning_mean_nothing() {
        let said = actions([
            Message::SynthesizeChunk("Hello.".into()),
            Message::SynthesizeStop,
            Message::Other("detect".into()),
        ]);
        assert_eq!(said, []);
    }

    #[test]
    fn audio_without_a_question_is_one() {
        let asked = actions([
            Message::AudioStart(FORMAT),
            Message::AudioChunk(FORMAT, vec![0; 4]),
            Message::AudioStop,
        ]);
        let expected = Action::Transcribe(Transcribe::default(), vec![0.0, 0.0]);
        assert_eq!(asked, [expected]);
    }

    #[test]
    fn a_second_utterance_has_nothing_of_the_first() {
        let german = Transcribe {
            language: Some("de".into()),
            ..Transcribe::default()
        };
        let asked = actions([
            Message::Transcribe(german.clone()),
            Message::AudioStart(FORMAT),
            Message::AudioChunk(FORMAT, vec![0; 4]),
            Message::AudioStop,
            Message::AudioStart(FORMAT),
            Message::AudioStop,
        ]);
        let expected = [
            Action::Transcribe(german, vec![0.0, 0.0]),
            Action::Transcribe(Transcribe::default(), Vec::new()),
        ];
        assert_eq!(asked, expected);
    }

    #[test]
    fn markup_and_a_second_beginning_are_refused() {
        let markup = SynthesizeStart {
            text_format: Some("ssml".into()),
            ..SynthesizeStart::default()
        };
        let refused = actions([Message::SynthesizeStart(markup)]);
        assert!(matches!(&refused[..], [Action::Fail(_)]), "{refused:?}");
        let start = || Message::SynthesizeStart(SynthesizeStart::default());
        let refused = actions([start(), start()]);
        assert!(matches!(refused[1], Action::Fail(_)), "{refused:?}");
    }
}
