//! One client, on a thread of its own: what it asks is done, one thing after the other, and answered.
//!
//! A request that cannot be done is answered with an error event at its end, and the connection is closed:
//! a client that knows no error events, or waits for something else, sees at least that it is over.

use std::io::{self, BufRead, Write};

use wyoming::message::{Failure, Handled, Voice};
use wyoming::{
    AudioFormat, FrameError, Message, Transcribe, Transcript, pcm, read_event, write_event,
};

use super::conversations::Conversation;
use super::offer::{check_language, voice_for};
use super::requests::{Action, Requests};
use super::services::{Services, Speaker, Trouble};
use crate::cancellation::Cancelled;
use crate::tts::clauses::{ClauseLimits, ClauseSplitter};

/// How speech leaves, whatever the voice: audio has one rate from its beginning to its end.
const SPEECH: AudioFormat = AudioFormat {
    rate: 24_000,
    width: 2,
    channels: 1,
};
/// Samples of a piece of speech.
const CHUNK: usize = 1_024;
/// Characters of a text at most: half an hour of speech.
const MOST_TEXT: usize = 20_000;
/// A conversation's name is not longer. Bytes.
const MOST_NAME: usize = 200;

/// Why a client was let go.
#[derive(Debug, thiserror::Error)]
pub enum LetGo {
    /// It went, or does not take what it has asked for.
    #[error("it is gone: {0}")]
    Gone(#[from] io::Error),
    /// It was told so.
    #[error("{0}")]
    Told(Trouble),
}

/// Serves a client until it closes or says nothing for longer than `reader` waits. `number` tells it from all
/// others; `gone` says, while something is done for it, whether it still waits.
///
/// # Errors
/// See [`LetGo`].
pub fn serve(
    mut reader: impl BufRead,
    writer: impl Write,
    services: &dyn Services,
    number: u64,
    gone: Cancelled,
) -> Result<(), LetGo> {
    let mut client = Client {
        writer,
        services,
        number,
        gone,
        requests: Requests::default(),
        speech: None,
    };
    loop {
        let message = match read_event(&mut reader) {
            Ok(None) => return Ok(()),
            Ok(Some(event)) => Message::try_from(event).map_err(|e| e.to_string()),
            Err(FrameError::Io(error)) => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        match message {
            Ok(message) => client.take(message)?,
            Err(trouble) => return client.fail(trouble),
        }
    }
}

struct Client<'a, W> {
    writer: W,
    services: &'a dyn Services,
    number: u64,
    gone: Cancelled<'a>,
    requests: Requests,
    /// A text that is being spoken; or why it is not, to be told at its end.
    speech: Option<Result<Speech, Trouble>>,
}

/// A text that is being spoken.
struct Speech {
    voice: Box<dyn Speaker>,
    splitter: ClauseSplitter,
    characters: usize,
}

impl<W: Write> Client<'_, W> {
    fn take(&mut self, message: Message) -> Result<(), LetGo> {
        for action in self.requests.take(message) {
            self.act(action)?;
        }
        Ok(())
    }

    fn act(&mut self, action: Action) -> Result<(), LetGo> {
        match action {
            Action::Describe => self.send(Message::Info(self.services.info().clone())),
            Action::Pong(text) => self.send(Message::Pong(text)),
            Action::Transcribe(asked, samples) => self.transcribe(asked, &samples),
            Action::StartSpeech(voice) => self.start_speech(voice.as_ref()),
            Action::Speak(text) => self.speak(&text),
            Action::EndSpeech { streamed } => self.end_speech(streamed),
            Action::Handle(said) => self.handle(said),
            Action::Fail(trouble) => self.fail(trouble),
        }
    }

    fn transcribe(&mut self, asked: Transcribe, samples: &[f32]) -> Result<(), LetGo> {
        let programs = &self.services.info().asr;
        let models = programs.first().map_or(&[][..], |program| &program.models);
        let text = check_language(models, asked.language.as_deref())
            .and_then(|()| self.services.transcribe(samples, self.gone));
        let text = match text {
            Ok(text) => text.ok_or_else(given_up)?,
            Err(trouble) => return self.fail(trouble),
        };
        let mut languages = models.iter().flat_map(|model| &model.languages);
        self.send(Message::Transcript(Transcript {
            text,
            language: languages.next().cloned(),
            context: asked.context,
        }))
    }

    fn start_speech(&mut self, wanted: Option<&Voice>) -> Result<(), LetGo> {
        let voice = voice_for(self.services.info(), wanted)
            .and_then(|name| self.services.voice(name))
            .map(Speech::new);
        let is_there = voice.is_ok();
        self.speech = Some(voice);
        if is_there {
            self.send(Message::AudioStart(SPEECH))
        } else {
            Ok(())
        }
    }

    /// What goes wrong is told at the end of the text: what a client still sends would cut the answer off.
    fn speak(&mut self, text: &str) -> Result<(), LetGo> {
        let Some(Ok(speech)) = &mut self.speech else {
            return Ok(());
        };
        match speech.clauses(text) {
            Ok(clauses) => self.say(&clauses),
            Err(trouble) => {
                self.speech = Some(Err(trouble));
                Ok(())
            }
        }
    }

    fn end_speech(&mut self, streamed: bool) -> Result<(), LetGo> {
        if let Some(Ok(speech)) = &mut self.speech
            && let Some(rest) = speech.splitter.finish()
        {
            self.say(&[rest])?;
        }
        if let Some(Err(trouble)) = self.speech.take() {
            return self.fail(trouble);
        }
        self.send(Message::AudioStop)?;
        if streamed {
            self.send(Message::SynthesizeStopped)
        } else {
            Ok(())
        }
    }

    /// Speaks clauses, and sends each as soon as it is made.
    fn say(&mut self, clauses: &[String]) -> Result<(), LetGo> {
        for clause in clauses {
            let Some(Ok(speech)) = &mut self.speech else {
                return Ok(());
            };
            let clip = speech.voice.speak(clause, self.gone);
            let clip = clip.and_then(|clip| {
                let clip = clip.map(|clip| clip.at_rate(SPEECH.rate)).transpose();
                clip.map_err(|e| e.to_string())
            });
            match clip {
                Ok(clip) => self.send_sound(&clip.ok_or_else(given_up)?.samples)?,
                Err(trouble) => self.speech = Some(Err(trouble)),
            }
        }
        Ok(())
    }

    fn send_sound(&mut self, samples: &[f32]) -> Result<(), LetGo> {
        for chunk in samples.chunks(CHUNK) {
            let chunk = Message::AudioChunk(SPEECH, pcm::encode(chunk));
            write_event(&mut self.writer, &chunk.into())?;
        }
        Ok(self.writer.flush()?)
    }

    /// There is always an answer; why there is none is one, too.
    fn handle(&mut self, said: Transcript) -> Result<(), LetGo> {
        let answered = self.answer(&said);
        let reply = |text: String| Handled {
            text: Some(text),
            context: said.context,
        };
        match answered {
            Ok(Some(text)) => self.send(Message::Handled(reply(text))),
            Ok(None) => Err(given_up().into()),
            Err(trouble) => self.send(Message::NotHandled(reply(trouble))),
        }
    }

    fn answer(&self, said: &Transcript) -> Result<Option<String>, Trouble> {
        let programs = &self.services.info().handle;
        let models = programs.first().map_or(&[][..], |program| &program.models);
        check_language(models, said.language.as_deref())?;
        let text = said.text.trim();
        if !text.contains(char::is_alphanumeric) {
            return Err("there are no words in it to answer".into());
        }
        check_length(text.chars().count())?;
        let conversation = self.conversation(said);
        self.services.answer(&conversation, text, self.gone)
    }

    fn conversation(&self, said: &Transcript) -> Conversation {
        let context = said.context.as_ref();
        let name = context.and_then(|context| context.get("conversation_id")?.as_str());
        match name.filter(|name| name.len() <= MOST_NAME) {
            Some(name) => Conversation::Named(name.to_owned()),
            None => Conversation::Connection(self.number),
        }
    }

    fn send(&mut self, message: Message) -> Result<(), LetGo> {
        write_event(&mut self.writer, &message.into())?;
        Ok(self.writer.flush()?)
    }

    fn fail(&mut self, trouble: Trouble) -> Result<(), LetGo> {
        self.send(Message::Error(Failure {
            text: trouble.clone(),
            code: None,
        }))?;
        Err(LetGo::Told(trouble))
    }
}

impl Speech {
    fn new(voice: Box<dyn Speaker>) -> Self {
        Self {
            splitter: ClauseSplitter::new(ClauseLimits::default(), voice.language()),
            voice,
            characters: 0,
        }
    }

    /// The clauses that a piece of text makes whole.
    fn clauses(&mut self, text: &str) -> Result<Vec<String>, Trouble> {
        self.characters += text.chars().count();
        check_length(self.characters)?;
        Ok(self.splitter.push(text))
    }
}

fn check_length(characters: usize) -> Result<(), Trouble> {
    if characters > MOST_TEXT {
        Err(format!(
            "the text has more than {MOST_TEXT} characters: send less at once"
        ))
    } else {
        Ok(())
    }
}

/// Nobody waits any more for what was being done.
fn given_up() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}
