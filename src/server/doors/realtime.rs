//! `/v1/realtime`: OpenAI's Realtime protocol over a WebSocket. [`Translator`] knows the protocol; here are its
//! wires.

use std::sync::Arc;

use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;

use super::socket::{Client, FULL, NOT_STARTED, Sent, start};
use crate::config::{Endpointing, EndpointingStyle};
use crate::server::Doors;
use crate::server::hub::{Who, Wishes};
use crate::server::live::{Live, Told};
use crate::server::realtime::{Act, Eagerness, Output, RATE, Settings, Translator, TurnEnd};
use crate::turn_taking::Event;

/// The socket.
pub async fn session(State(doors): State<Arc<Doors>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        // An append may be 15 MiB, and is longer as text.
        .max_message_size(21 << 20)
        // Browsers ask for it by name; other clients for none.
        .protocols(["realtime"])
        .on_upgrade(move |socket| async move {
            let client = Client::new(socket);
            if let Some(mut connection) = Connection::open(doors, client).await {
                connection.run().await;
            }
        })
}

/// How the card is called.
const CARD: (&str, u32) = ("a program over /v1/realtime", RATE);

struct Connection {
    doors: Arc<Doors>,
    client: Client,
    translator: Translator,
    /// `None` only while another one is started in its place.
    live: Option<Live>,
}

impl Connection {
    async fn open(doors: Arc<Doors>, client: Client) -> Option<Self> {
        let Some(seat) = doors.hub.seat() else {
            client.close(FULL).await;
            return None;
        };
        let wishes = Wishes::default();
        let Some(live) = start(&doors.hub, seat, Who::Program, wishes, CARD).await else {
            client.close(NOT_STARTED).await;
            return None;
        };
        let name = doors.hub.persona().name;
        let translator = Translator::new(
            &name.to_lowercase(),
            &name.to_lowercase(),
            fastrand::u64(..),
        );
        Some(Self {
            doors,
            client,
            translator,
            live: Some(live),
        })
    }

    async fn run(&mut self) {
        let mut out = Vec::new();
        self.translator.greet(&mut out);
        while self.carry_out(&mut out).await {
            let Some(live) = &mut self.live else {
                return;
            };
            tokio::select! {
                sent = self.client.next() => match sent {
                    Some(Sent::Text(text)) => self.translator.client(&text, &mut out),
                    // The protocol is text alone.
                    Some(Sent::Bytes(_)) => {}
                    None => return,
                },
                told = live.next() => match told {
                    Some(Told::Event(event)) => self.translator.session(&event, &mut out),
                    Some(Told::Played(block)) => self.translator.played(&block, &mut out),
                    None => return,
                },
            }
        }
    }

    /// Does what the translator wants; false: the client has gone.
    async fn carry_out(&mut self, out: &mut Vec<Output>) -> bool {
        for output in std::mem::take(out) {
            let Some(live) = &self.live else {
                return false;
            };
            let goes_on = match output {
                Output::Send(event) => self.client.text(&event).await,
                Output::Hear(samples) => {
                    // A client that is half a minute ahead loses the rest.
                    let _ = live.microphone.push(samples);
                    true
                }
                Output::Do(act) => {
                    live.send(event_of(act));
                    true
                }
                Output::Truncated { behind_ms } => {
                    live.microphone
                        .set_latency_ms(behind_ms.min(MOST_BEHIND_MS) as u32);
                    true
                }
                Output::Configure(settings) => self.configure(&settings, out).await,
            };
            if !goes_on {
                return false;
            }
        }
        true
    }

    /// Starts another session with these settings, in the same place.
    async fn configure(&mut self, settings: &Settings, out: &mut Vec<Output>) -> bool {
        let ended = self
            .live
            .take()
            .map(|live| tokio::task::spawn_blocking(move || live.end()));
        let seat = match ended {
            Some(ended) => ended.await.ok().flatten(),
            None => None,
        };
        let Some(seat) = seat else {
            return false;
        };
        let wishes = wishes_of(settings);
        self.live = start(&self.doors.hub, seat, Who::Program, wishes, CARD).await;
        self.translator.restarted(out);
        self.live.is_some()
    }
}

/// A client is never further behind than this: what looks like more cut off something older.
const MOST_BEHIND_MS: u64 = 2_000;

fn event_of(act: Act) -> Event {
    match act {
        Act::Press => Event::TalkPressed,
        Act::Release => Event::TalkReleased,
        Act::Discard => Event::TakeBack,
        Act::Typed(text) => Event::Typed(text),
        Act::Cancel => Event::Stop,
    }
}

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
        speed_percent: Some(settings.speed_percent).filter(|percent| *percent != 100),
    }
}
