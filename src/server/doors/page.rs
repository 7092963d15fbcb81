//! `/`: the web page, and `/session`: the conversation on it.
//!
//! The page says `hello` with the rate of its sound; then both sides send sound as bytes (16-bit little-endian
//! mono at that rate) and the rest as JSON: down what is to be shown ([`PageView`]), up what the user types,
//! the push-to-talk key, and how long sound waits in the page before it is heard.

use std::sync::Arc;

use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::page_view::PageView;
use super::socket::{Client, ENDED, Sent, SilenceGate, samples, seated};
use crate::server::Doors;
use crate::server::hub::{Who, Wishes};
use crate::server::live::{Live, Told};
use crate::turn_taking::Event;

/// The page's files: nothing of it comes from anywhere else.
const FILES: [(&str, &str, &str); 4] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_str!("../../../assets/web/index.html"),
    ),
    (
        "/page.css",
        "text/css; charset=utf-8",
        include_str!("../../../assets/web/page.css"),
    ),
    (
        "/page.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../assets/web/page.js"),
    ),
    (
        "/sound.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../assets/web/sound.js"),
    ),
];

/// What the page may load and reach: its own files and its own socket.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
pub async fn file(uri: axum::http::Uri) -> Response {
    let found = FILES.iter().find(|(path, ..)| *path == uri.path());
    let Some((_, kind, text)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        // Another version of the program has another page.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, *text).into_response()
}

/// What the page sends as text.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    /// First of all.
    Hello {
        /// Of its sound. Hz.
        rate: u32,
        /// Turns begin and end with a key.
        #[serde(default)]
        push_to_talk: bool,
    },
    /// A message.
    Typed { text: String },
    /// The key went down.
    Press,
    /// The key went up.
    Release,
    /// The reply is not wanted any more.
    Stop,
    /// How long sound waits in the page before it is heard.
    Latency { ms: f64 },
}

/// Rates that a browser may have. Hz.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// More than this a browser's buffer never holds. Milliseconds.
const MOST_LATENCY_MS: f64 = 2_000.0;

/// The page's socket.
pub async fn session(State(doors): State<Arc<Doors>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(1 << 18)
        .on_upgrade(move |socket| converse(doors, Client::new(socket)))
}

async fn converse(doors: Arc<Doors>, mut client: Client) {
    let hello = match client.first().await {
        Some(Sent::Text(text)) => serde_json::from_str(&text).ok(),
        _ => None,
    };
    let Some(Said::Hello { rate, push_to_talk }) = hello else {
        return client.close("say hello first").await;
    };
    if !RATES.contains(&rate) {
        return client.close("a rate is 8000 to 192000 Hz").await;
    }
    let wishes = Wishes {
        push_to_talk,
        sleeps: !push_to_talk,
        ..Wishes::default()
    };
    if doors.hub.is_unloaded() && !client.text(&loading()).await {
        return;
    }
    let card = ("the browser", rate);
    let seated = seated(&doors.hub, client, Who::User, wishes, card).await;
    let Some((mut client, mut live)) = seated else {
        return;
    };
    let welcome = json!({ "type": "welcome", "name": doors.hub.persona().name });
    if !client.text(&welcome).await {
        return;
    }
    let (mut gate, mut view) = (SilenceGate::default(), PageView::default());
    loop {
        let goes_on = tokio::select! {
            // Whoever is far ahead waits.
            sent = client.next(), if live.microphone.has_room() => match sent {
                Some(sent) => take(&live, sent),
                None => return,
            },
            told = live.next() => match told {
                Some(Told::Played(block)) => {
                    !gate.lets_through(&block) || client.samples(&block).await
                }
                Some(Told::Event(event)) => client.texts(&view.observe(&event)).await,
                // The page has no functions.
                Some(Told::Called(..) | Told::CallIsOver(_)) => true,
                None => return client.close(ENDED).await,
            },
        };
        if !goes_on {
            return;
        }
    }
}

/// Said before the welcome, which comes when the session has begun.
fn loading() -> serde_json::Value {
    let text = "the models left the memory when nobody used them, and are loaded again";
    json!({ "type": "note", "text": text })
}

/// Does what the page asks; false where it makes no sense.
fn take(live: &Live, sent: Sent) -> bool {
    let text = match sent {
        Sent::Bytes(bytes) => {
            live.microphone.push(samples(&bytes));
            return true;
        }
        Sent::Text(text) => text,
    };
    match serde_json::from_str(&text) {
        Ok(Said::Typed { text }) => live.send(Event::Typed(text)),
        Ok(Said::Press) => {
            live.microphone.then(Event::TalkPressed);
            true
        }
        Ok(Said::Release) => {
            live.microphone.then(Event::TalkReleased);
            true
        }
        Ok(Said::Stop) => live.send(Event::Stop),
        Ok(Said::Latency { ms }) if ms.is_finite() => {
            let ms = ms.clamp(0.0, MOST_LATENCY_MS);
            live.microphone.set_latency_ms(ms as u32);
            true
        }
        Ok(Said::Hello { .. } | Said::Latency { .. }) | Err(_) => false,
    }
}
