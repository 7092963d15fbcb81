//! `/v1/realtime`: OpenAI's Realtime protocol over a WebSocket. [`Translator`] knows the protocol; here are its
//! wires.

use std::sync::Arc;

use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;

use super::socket::{Client, ENDED, Sent, seated, start};
use crate::config::{Endpointing, EndpointingStyle};
use crate::llm::LlmError;
use crate::pipeline::SessionError;
use crate::server::Doors;
use crate::server::hub::{HubError, Who, Wishes};
use crate::server::live::{Live, Told};
use crate::server::realtime::{Act, Eagerness, Output, RATE, Settings, Translator, TurnEnd};
use crate::turn_taking::Event;

/// The socket.
pub async fn session(State(doors): State<Arc<Doors>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(LONGEST_MESSAGE)
        .max_frame_size(LONGEST_MESSAGE)
        // Browsers ask for it by name; other clients for none.
        .protocols(["realtime"])
        .on_upgrade(move |socket| async move {
            let client = Client::new(socket);
            if let Some(connection) = Connection::open(doors, client).await {
                connection.run().await;
            }
        })
}

/// Bytes of a message: an append may have 15 MiB, and is longer as text.
const LONGEST_MESSAGE: usize = 21 << 20;
/// How the card is called.
const CARD: (&str, u32) = ("a program over /v1/realtime", RATE);

struct Connection {
    doors: Arc<Doors>,
    client: Client,
    translator: Translator,
    live: Live,
    /// How the session was started.
    wishes: Wishes,
}

impl Connection {
    async fn open(doors: Arc<Doors>, client: Client) -> Option<Self> {
        let wishes = Wishes::default();
        let seated = seated(&doors.hub, client, Who::Program, wishes.clone(), CARD).await;
        let (client, live) = seated?;
        let name = doors.hub.persona().name.to_lowercase();
        Some(Self {
            translator: Translator::new(&name, &name, fastrand::u64(..)),
            doors,
            client,
            live,
            wishes,
        })
    }

    async fn run(mut self) {
        let mut out = Vec::new();
        self.translator.greet(&mut out);
        while self.carry_out(&mut out).await {
            tokio::select! {
                // Whoever is far ahead waits.
                sent = self.client.next(), if self.live.microphone.has_room() => match sent {
                    Some(Sent::Text(text)) => self.translator.client(&text, &mut out),
                    // The protocol is text alone.
                    Some(Sent::Bytes(_)) => {}
                    None => return,
                },
                told = self.live.next() => match told {
                    Some(Told::Event(event)) => self.translator.session(&event, &mut out),
                    Some(Told::Played(block)) => self.translator.played(&block, &mut out),
                    Some(Told::Called(number, call)) => self.translator.call(number, &call, &mut out),
                    Some(Told::CallIsOver(number)) => self.translator.call_is_over(number),
                    None => return self.client.close(ENDED).await,
                },
            }
        }
    }

    /// Does what the translator wants; false: the client has gone.
    async fn carry_out(&mut self, out: &mut Vec<Output>) -> bool {
        for output in std::mem::take(out) {
            let goes_on = match output {
                Output::Send(event) => self.client.text(&event).await,
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
        let known = &self.doors.hub.config().language;
        if settings.language.is_some_and(|asked| !known.has(asked)) {
            let message = format!(
                "{known} is recognized here: start `vivavoce serve --lang CODE` for another language"
            );
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
                (self.live, self.wishes) = (live, wishes);
                self.translator.restarted(out);
            }
            Err(Some(HubError::Session(SessionError::Llm(LlmError::TooLong { tokens, fits })))) => {
                let message = format!(
                    "the instructions have {tokens} tokens, and {fits} fit; the session goes on as it was"
                );
                self.translator
                    .not_changed("session.instructions", &message, out);
            }
            Err(_) => {
                let message = "the session cannot be changed, and goes on as it was; the program's own log \
                    says why";
                self.translator.not_changed("session", message, out);
            }
        }
    }
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
