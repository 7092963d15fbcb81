//! `/v1/pcm`: sound both ways as bytes, mono 16-bit 16 kHz, for outside harnesses.
//!
//! As text go `{"type":"transcript","role":"user","text":...,"final":true}` and `{"type":"clear"}`: what was
//! sent and has not sounded yet is not to be heard any more.

use std::sync::Arc;

use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use serde_json::{Value, json};

use super::socket::{Client, ENDED, Sent, SilenceGate, samples, seated};
use crate::audio::frame::SPEECH_RATE;
use crate::events::EventKind;
use crate::server::Doors;
use crate::server::hub::{Who, Wishes};
use crate::server::live::Told;

/// The socket.
pub async fn session(State(doors): State<Arc<Doors>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(1 << 20)
        .on_upgrade(move |socket| converse(doors, Client::new(socket)))
}

async fn converse(doors: Arc<Doors>, client: Client) {
    let card = ("a program over /v1/pcm", SPEECH_RATE);
    let wishes = Wishes::default();
    let seated = seated(&doors.hub, client, Who::Program, wishes, card).await;
    let Some((mut client, mut live)) = seated else {
        return;
    };
    let mut gate = SilenceGate::default();
    loop {
        let goes_on = tokio::select! {
            // Whoever is far ahead waits.
            sent = client.next(), if live.microphone.has_room() => match sent {
                Some(Sent::Bytes(bytes)) => {
                    live.microphone.push(samples(&bytes));
                    true
                }
                // Texts are the client's own notes.
                Some(Sent::Text(_)) => true,
                None => return,
            },
            told = live.next() => match told {
                Some(Told::Played(block)) => {
                    !gate.lets_through(&block) || client.samples(&block).await
                }
                // These clients have no functions.
                Some(Told::Called(..) | Told::CallIsOver(_)) => true,
                Some(Told::Event(event)) => match text_of(&event.kind) {
                    Some(text) => client.text(&text).await,
                    None => true,
                },
                None => return client.close(ENDED).await,
            },
        };
        if !goes_on {
            return;
        }
    }
}

fn text_of(event: &EventKind) -> Option<Value> {
    let transcript = |role: &str, text: &str, is_final: bool| json!({ "type": "transcript", "role": role, "text": text, "final": is_final });
    match event {
        EventKind::Partial { text, .. } => Some(transcript("user", text, false)),
        EventKind::TurnEnded { text, .. } => Some(transcript("user", text, true)),
        EventKind::Heard { text } => Some(transcript("assistant", text, true)),
        EventKind::Interrupted { .. } | EventKind::TurnExtended => Some(json!({ "type": "clear" })),
        _ => None,
    }
}
