//! Lets requests in, as [`super::access`] judges, and says to browsers which pages may read the answers.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::access::{Access, Asking, Refusal};
use super::listen::Ends;
use super::problem::Problem;
use super::{CALLS, Doors, Prepared};

/// The cookie that holds the token of a browser.
const COOKIE: &str = "vivavoce_token";

/// Lets a request in, or says why not. Where calls begin a page of another site reads the answer, also that it is to show
/// a key; elsewhere it reads nothing.
pub(super) async fn judge(
    State(doors): State<Arc<Doors>>,
    ConnectInfo(ends): ConnectInfo<Ends>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path() != CALLS {
        return judge_and_answer(&doors, ends, request, next).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if is_preflight(&request) {
        preflight(&doors.access, &request)
    } else {
        judge_and_answer(&doors, ends, request, next).await
    };
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        let readable = HeaderValue::from_static("Location");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, readable);
    }
    response
}

/// A browser asks whether a page may ask.
fn is_preflight(request: &Request) -> bool {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD);
    request.method() == Method::OPTIONS && asked.is_some()
}

/// A page may ask: it has to show a key then.
fn preflight(access: &Access, request: &Request) -> Response {
    let text = |name| request.headers().get(name);
    let host = text(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| access.is_ours(host)) {
        return refused(Refusal::Host).into_response();
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("POST");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(asked) = text(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    if request
        .headers()
        .contains_key("access-control-request-private-network")
    {
        let allowed = HeaderValue::from_static("true");
        headers.insert("access-control-allow-private-network", allowed);
    }
    response
}

async fn judge_and_answer(doors: &Doors, ends: Ends, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let in_url = query(&request, "token");
    let bearer = || {
        text(header::AUTHORIZATION)?
            .strip_prefix("Bearer ")
            .map(str::to_owned)
    };
    let token = in_url
        .clone()
        .or_else(bearer)
        .or_else(|| in_protocols(headers));
    let cookie = text(header::COOKIE).and_then(in_cookie);
    let is_local = ends.client.ip().to_canonical().is_loopback() && !came_through_a_proxy(headers);
    let asking = Asking {
        host: text(header::HOST),
        origin: text(header::ORIGIN),
        token: token.as_deref(),
        cookie: cookie.as_deref(),
        is_local,
    };
    let judged = doors.access.judge(asking);
    // A key for a while opens what it was made for.
    let opens = ["/v1/realtime", CALLS].contains(&request.uri().path());
    let shown = token.filter(|_| opens && judged != Err(Refusal::Host));
    let prepared = shown.and_then(|key| {
        let mut secrets = doors.secrets();
        secrets.session_of(&key, crate::clock::unix_seconds())
    });
    match (judged, prepared) {
        (_, Some(session)) => drop(request.extensions_mut().insert(Prepared(session))),
        (Err(refusal), None) => return refused(refusal).into_response(),
        (Ok(()), None) => {}
    }
    match in_url {
        // The token leaves the address line, where it could be seen and copied.
        Some(token) if request.uri().path() == "/" && doors.access.is_token(&token) => {
            let secure = if doors.is_secure { "; Secure" } else { "" };
            let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        _ => next.run(request).await,
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Host => Problem::refused(
            StatusCode::MISDIRECTED_REQUEST.as_u16(),
            "this machine is not known by that name; start `vivavoce serve --name NAME`",
        ),
        Refusal::NoToken => Problem::refused(
            StatusCode::UNAUTHORIZED.as_u16(),
            "show the token that `vivavoce serve` has printed: as a bearer token, or as ?token=",
        ),
        Refusal::WrongToken => {
            Problem::refused(StatusCode::UNAUTHORIZED.as_u16(), "the token is wrong")
        }
    }
}

/// What proxies add.
const PROXY: [&str; 7] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
    "cf-connecting-ip",
];

/// Whether a proxy says for whom it asks.
pub(super) fn came_through_a_proxy(headers: &HeaderMap) -> bool {
    PROXY.iter().any(|name| headers.contains_key(*name))
}

/// A value of the address; tokens need no decoding.
fn query(request: &Request, name: &str) -> Option<String> {
    let pairs = request.uri().query()?.split('&');
    let mut values = pairs.filter_map(|pair| pair.split_once('='));
    values
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

fn in_cookie(cookies: &str) -> Option<String> {
    let pairs = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == COOKIE);
    values.next().map(|(_, value)| value.to_owned())
}

/// Browsers cannot send a header with a WebSocket: OpenAI's library puts the key among its protocols.
fn in_protocols(headers: &HeaderMap) -> Option<String> {
    let protocols = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    let mut protocols = protocols.split(',').map(str::trim);
    protocols.find_map(|one| {
        one.strip_prefix("openai-insecure-api-key.")
            .map(str::to_owned)
    })
}
