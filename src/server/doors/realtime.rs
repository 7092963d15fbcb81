//! OpenAI's Realtime protocol, over a WebSocket at `/v1/realtime` or in a call over WebRTC. [`Translator`] knows the
//! protocol; here are its wires.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};

use super::socket::{Client, ENDED, Sent, seated, start};
use crate::config::{Endpointing, EndpointingStyle};
use crate::llm::LlmError;
use crate::pipeline::SessionError;
use crate::server::call::{Answered, Call, CallTimeouts, Heard, LATENCY_MS};
use crate::server::hub::{Hub, HubError, Seat, Who, Wishes};
use crate::server::live::{Live, Told};
use crate::server::problem::Problem;
use crate::server::realtime::{
    Act, Eagerness, Output, RATE, Settings, SoundBy, Translator, TurnEnd,
};
use crate::server::secrets::SessionFields;
use crate::server::{Doors, Prepared};
use crate::turn_taking::Event;

/// The socket.
pub async fn session(
    State(doors): State<Arc<Doors>>,
    prepared: Option<Extension<Prepared>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let fields = prepared.map(|Extension(Prepared(fields))| fields);
    let begun = translator(&doors.hub, SoundBy::Events, fields.as_slice());
    let translator = match begun {
        Ok(translator) => translator,
        Err(problem) => return problem.into_response(),
    };
    upgrade
        .max_message_size(LONGEST_MESSAGE)
        .max_frame_size(LONGEST_MESSAGE)
        // Browsers ask for it by name; other clients for none.
        .protocols(["realtime"])
        .on_upgrade(move |socket| async move {
            let wishes = wishes_of(translator.settings());
            let client = Client::new(socket);
            let seated = seated(&doors.hub, client, Who::Program, wishes.clone(), CARD).await;
            if let Some((client, live)) = seated {
                let wire = Wire::Socket(Box::new(client));
                let connection = Connection {
                    doors,
                    wire,
                    translator,
                    live,
                    wishes,
                };
                connection.run().await;
            }
        })
}

/// Bytes of a message: an append may have 15 MiB, and is longer as text.
const LONGEST_MESSAGE: usize = 21 << 20;
/// How the card is called.
const CARD: (&str, u32) = ("a program over /v1/realtime", RATE);

/// A translator for a client, with what was asked for before it came.
///
/// # Errors
/// What was asked for cannot be had.
pub fn translator(
    hub: &Hub,
    sound: SoundBy,
    asked: &[SessionFields],
) -> Result<Translator, Problem> {
    let name = hub.persona().name.to_lowercase();
    let mut translator = Translator::new(&name, &name, sound, fastrand::u64(..));
    for fields in asked {
        let begun = translator.begin_with(fields);
        begun.map_err(|message| Problem::wrong(Some("session"), message))?;
    }
    match unknown_language(hub, translator.settings()) {
        Some(message) => Err(Problem::wrong(Some("session"), message)),
        None => Ok(translator),
    }
}

/// Talks with a client in a call that was answered.
///
/// # Errors
/// No session can be started.
pub async fn talk_in_a_call(
    doors: Arc<Doors>,
    answered: Answered,
    translator: Translator,
    seat: Seat,
) -> Result<(), Problem> {
    let wishes = wishes_of(translator.settings());
    let started = start(&doors.hub, Who::Program, wishes.clone(), CARD).await;
    let mut live = started.map_err(|error| match error.as_ref().and_then(too_long) {
        Some(message) => Problem::wrong(Some("session.instructions"), message),
        None => Problem::refused(
            500,
            "the session cannot start; the program's own log says why",
        ),
    })?;
    live.keep(Some(seat));
    let wire = Wire::Call(answered.begin(CallTimeouts::default()));
    wire.set_latency(&live);
    let connection = Connection {
        doors,
        wire,
        translator,
        live,
        wishes,
    };
    tokio::spawn(connection.run());
    Ok(())
}

/// What the protocol goes over.
enum Wire {
    Socket(Box<Client>),
    Call(Call),
}

impl Wire {
    /// What the client sends next; `None`: it has gone. Nothing is lost if it is not waited for to the end.
    async fn next(&mut self) -> Option<Heard> {
        match self {
            Self::Socket(client) => loop {
                // The protocol is text alone.
                if let Sent::Text(text) = client.next().await? {
                    return Some(Heard::Text(text));
                }
            },
            Self::Call(call) => call.next().await,
        }
    }

    /// False: the client has gone, or takes nothing.
    async fn text(&mut self, event: &serde_json::Value) -> bool {
        match self {
            Self::Socket(client) => client.text(event).await,
            Self::Call(call) => call.text(event),
        }
    }

    /// What the loudspeaker plays, where it does not go in events; false: as for [`Wire::text`].
    fn play(&self, block: &[i16]) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Call(call) => call.play(block),
        }
    }

    /// Who sends events tells by what it cuts off how late it plays; in a call that is known about.
    fn set_latency(&self, live: &Live) {
        if let Self::Call(_) = self {
            live.microphone.set_latency_ms(LATENCY_MS);
        }
    }

    async fn close(self) {
        match self {
            Self::Socket(client) => client.close(ENDED).await,
            // Dropped, it hangs up.
            Self::Call(_) => {}
        }
    }
}

struct Connection {
    doors: Arc<Doors>,
    wire: Wire,
    translator: Translator,
    live: Live,
    /// How the session was started.
    wishes: Wishes,
}

impl Connection {
    async fn run(mut self) {
        let mut out = Vec::new();
        self.translator.greet(&mut out);
        while self.carry_out(&mut out).await {
            tokio::select! {
                // Whoever is far ahead waits.
                heard = self.wire.next(), if self.live.microphone.has_room() => match heard {
                    Some(Heard::Text(text)) => self.translator.client(&text, &mut out),
                    Some(Heard::Sound(samples)) => self.translator.heard_sound(samples, &mut out),
                    None => return,
                },
                told = self.live.next() => match told {
                    Some(Told::Event(event)) => self.translator.session(&event, &mut out),
                    Some(Told::Played(block)) => {
                        if !self.wire.play(&block) {
                            return;
                        }
                        self.translator.played(&block, &mut out);
                    }
                    Some(Told::Called(number, call)) => self.translator.call(number, &call, &mut out),
                    Some(Told::CallIsOver(number)) => self.translator.call_is_over(number),
                    None => return self.wire.close().await,
                },
            }
        }
    }

    /// Does what the translator wants; false: the client has gone.
    async fn carry_out(&mut self, out: &mut Vec<Output>) -> bool {
        for output in std::mem::take(out) {
            let goes_on = match output {
                Output::Send(event) => self.wire.text(&event).await,
                Output::Hear(samples) => {
                    self.live.microphone.push(samples);
                    true
                }
                Output::Do(act) => self.act(act),
                Output::Found { call, output } => {
                    self.live.functions.answer(call, &output);
                    true
                }
                Output::Truncated { behind_ms } => {
                    // More than that cut off something older than what sounds.
                    if behind_ms <= MOST_BEHIND_MS {
                        self.live.microphone.set_latency_ms(behind_ms as u32);
                    }
                    true
                }
                Output::Configure(settings) => {
                    self.configure(&settings, out).await;
                    true
                }
            };
            if !goes_on {
                return false;
            }
        }
        true
    }

    fn act(&mut self, act: Act) -> bool {
        let event = match act {
            Act::Press => Event::TalkPressed,
            Act::Release => Event::TalkReleased,
            Act::Discard => Event::TakeBack,
            Act::Typed(text) => return self.live.send(Event::Typed(text)),
            Act::Cancel => return self.live.send(Event::Stop),
        };
        // What was said while a key was down is still on its way.
        self.live.microphone.then(event);
        true
    }

    /// Goes on in a session with these settings, which knows what was said in the one before. If none can be
    /// started, the client is told, and the one before goes on.
    async fn configure(&mut self, settings: &Settings, out: &mut Vec<Output>) {
        if let Some(message) = unknown_language(&self.doors.hub, settings) {
            let param = "session.audio.input.transcription.language";
            self.translator.not_changed(param, &message, out);
            return;
        }
        let wishes = Wishes {
            earlier: self.wishes.earlier.clone(),
            ..wishes_of(settings)
        };
        if wishes == self.wishes {
            return;
        }
        let earlier = [self.wishes.earlier.clone(), self.live.exchanges()].concat();
        let wishes = Wishes { earlier, ..wishes };
        match start(&self.doors.hub, Who::Program, wishes.clone(), CARD).await {
            Ok(mut live) => {
                live.keep(self.live.take_seat());
                self.wire.set_latency(&live);
                (self.live, self.wishes) = (live, wishes);
                self.translator.restarted(out);
            }
            Err(error) => {
                let (param, message) = match error.as_ref().and_then(too_long) {
                    Some(message) => ("session.instructions", message),
                    None => (
                        "session",
                        "the session cannot be changed; the program's own log says why".into(),
                    ),
                };
                let message = format!("{message}. The session goes on as it was");
                self.translator.not_changed(param, &message, out);
            }
        }
    }
}

/// Why a session cannot have the language that was asked for, if it cannot.
fn unknown_language(hub: &Hub, settings: &Settings) -> Option<String> {
    let known = &hub.config().language;
    let is_unknown = settings.language.is_some_and(|asked| !known.has(asked));
    is_unknown.then(|| {
        format!(
            "{known} is recognized here: start `vivavoce serve --lang CODE` for another language"
        )
    })
}

/// What is said of instructions that are too long, if that is what is wrong.
fn too_long(error: &HubError) -> Option<String> {
    let HubError::Session(SessionError::Llm(LlmError::TooLong { tokens, fits })) = error else {
        return None;
    };
    Some(format!(
        "the instructions have {tokens} tokens, and {fits} fit"
    ))
}

/// A client is never further behind its card than this.
const MOST_BEHIND_MS: u64 = 1_000;

fn wishes_of(settings: &Settings) -> Wishes {
    let endpointing = match settings.turn_end {
        TurnEnd::Meaning(Eagerness::Low) => Some(Endpointing::Style(EndpointingStyle::Patient)),
        TurnEnd::Meaning(Eagerness::High) => Some(Endpointing::Style(EndpointingStyle::Eager)),
        TurnEnd::Silence { ms } => Some(Endpointing::SilenceMs(ms.into())),
        // As it is configured.
        TurnEnd::Meaning(Eagerness::Medium) | TurnEnd::Key => None,
    };
    Wishes {
        instructions: settings.instructions.clone(),
        endpointing,
        push_to_talk: settings.turn_end == TurnEnd::Key,
        sleeps: false,
        speed_percent: Some(settings.speed_percent).filter(|percent| *percent != 100),
        tools: settings.tools.clone(),
        earlier: Vec::new(),
    }
}
