//! `/v1/realtime/calls` and `/v1/realtime/client_secrets`: how a page begins a call over WebRTC, and the key that it
//! begins it with.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::realtime::{talk_in_a_call, translator};
use super::socket::FULL;
use crate::clock::unix_seconds;
use crate::server::call::{CallError, answer};
use crate::server::gate::came_through_a_proxy;
use crate::server::listen::Ends;
use crate::server::problem::Problem;
use crate::server::realtime::SoundBy;
use crate::server::secrets::SessionFields;
use crate::server::{CALLS, Doors, Prepared};

/// Bytes of an offer at most: one with every codec and candidate of a browser has ten thousand.
const LONGEST_OFFER: usize = 64 << 10;
/// What an offer comes as.
const SDP: &str = "application/sdp";
/// How long a key is good. Seconds.
const GOOD_FOR: std::ops::RangeInclusive<u64> = 10..=7_200;
/// The same, where nothing is said.
const GOOD_FOR_IF_UNSAID: u64 = 600;
/// Random bytes of a key, and of a call's name.
const RANDOM: usize = 24;

/// Answers an offer: the body, or the field `sdp` of a form whose field `session` is what the session is to be.
pub async fn call(
    State(doors): State<Arc<Doors>>,
    ConnectInfo(ends): ConnectInfo<Ends>,
    prepared: Option<Extension<Prepared>>,
    request: Request,
) -> Result<Response, Problem> {
    if came_through_a_proxy(request.headers()) {
        let message = "calls come to this machine's own address, and a proxy passes their sound on to nobody: use the \
            WebSocket, or `vivavoce serve --tls` without a proxy";
        return Err(Problem::wrong(None, message));
    }
    let (offer, asked) = offer_of(request).await?;
    let prepared = prepared.map(|Extension(Prepared(fields))| fields);
    let asked: Vec<SessionFields> = prepared.into_iter().chain(asked).collect();
    let translator = translator(&doors.hub, SoundBy::Track, &asked)?;
    let seat = doors.hub.seat().ok_or_else(|| Problem::busy(FULL))?;
    let answered = answer(&offer, ends.here).await;
    let answered = answered.map_err(|error| match error {
        CallError::Offer(_) => Problem::wrong(Some("sdp"), error.to_string()),
        CallError::Here(_) => Problem::failed("call", error),
    })?;
    let answer = answered.answer.clone();
    // Whoever goes away meanwhile keeps the seat until the session that starts is over.
    let began = tokio::spawn(talk_in_a_call(doors, answered, translator, seat));
    began.await.map_err(|e| Problem::failed("session", e))??;
    let at = format!("{CALLS}/rtc_{}", random()?);
    let headers = [(header::LOCATION, at.as_str()), (header::CONTENT_TYPE, SDP)];
    Ok((StatusCode::CREATED, headers, answer).into_response())
}

/// What a call is asked for with.
async fn offer_of(request: Request) -> Result<(String, Option<SessionFields>), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with(SDP) {
        let body = Bytes::from_request(request, &()).await;
        let body = body.map_err(|e| Problem::wrong(Some("sdp"), e.body_text()))?;
        return Ok((text_of(&body)?, None));
    }
    if !kind.starts_with("multipart/form-data") {
        let message =
            format!("send the offer as {SDP}, or as a form with the fields sdp and session");
        return Err(Problem::wrong(Some("sdp"), message));
    }
    let wrong = |message: String| Problem::wrong(None, message);
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|e| wrong(e.body_text()))?;
    let (mut offer, mut session) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|e| wrong(e.body_text()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|e| wrong(e.body_text()))?;
        match name.as_str() {
            "sdp" => offer = Some(text_of(&bytes)?),
            "session" => session = Some(session_of(&bytes)?),
            _ => {}
        }
    }
    let offer = offer.ok_or_else(|| Problem::wrong(Some("sdp"), "the form has no sdp"))?;
    Ok((offer, session))
}

fn text_of(offer: &[u8]) -> Result<String, Problem> {
    let text = str::from_utf8(offer)
        .ok()
        .filter(|text| text.len() <= LONGEST_OFFER);
    text.map(str::to_owned).ok_or_else(|| {
        let message = format!("the offer is no text of at most {LONGEST_OFFER} bytes");
        Problem::wrong(Some("sdp"), message)
    })
}

fn session_of(bytes: &[u8]) -> Result<SessionFields, Problem> {
    let wrong = |e| {
        Problem::wrong(
            Some("session"),
            format!("the session is no JSON object: {e}"),
        )
    };
    serde_json::from_slice(bytes).map_err(wrong)
}

/// What a key is asked for with.
#[derive(Debug, Default, Deserialize)]
struct KeyRequest {
    expires_after: Option<ExpiresAfter>,
    session: Option<SessionFields>,
}

#[derive(Debug, Deserialize)]
struct ExpiresAfter {
    seconds: Option<u64>,
}

/// Makes a key.
pub async fn client_secret(
    State(doors): State<Arc<Doors>>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let request: KeyRequest = if body.is_empty() {
        KeyRequest::default()
    } else {
        serde_json::from_slice(&body)
            .map_err(|e| Problem::wrong(None, format!("the request cannot be read: {e}")))?
    };
    let seconds = request.expires_after.and_then(|after| after.seconds);
    let seconds = seconds.unwrap_or(GOOD_FOR_IF_UNSAID);
    if !GOOD_FOR.contains(&seconds) {
        let message = format!("give {} to {} seconds", GOOD_FOR.start(), GOOD_FOR.end());
        return Err(Problem::wrong(Some("expires_after.seconds"), message));
    }
    let session = request.session.unwrap_or_default();
    let asked = std::slice::from_ref(&session);
    let object = translator(&doors.hub, SoundBy::Track, asked)?.session_object();
    let expires_at = unix_seconds() + seconds;
    let value = doors.secrets().make(&random()?, expires_at, session);
    Ok(Json(
        json!({ "value": value, "expires_at": expires_at, "session": object }),
    ))
}

fn random() -> Result<String, Problem> {
    let mut bytes = [0; RANDOM];
    getrandom::fill(&mut bytes).map_err(|e| Problem::failed("system's randomness", e))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
