//! Connections, one task each: with TLS or without, and with an end for clients that ask nothing.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// A client has asked by then, also for the next thing over the same connection, and TLS has been agreed on.
const ASKS_WITHIN: Duration = Duration::from_secs(10);
/// Connections at once; more wait to be accepted.
const MOST: usize = 256;
/// When the system has no connection to give, it is asked again after this time.
const AGAIN: Duration = Duration::from_secs(1);

/// Both ends of a client's connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub client: SocketAddr,
    /// Where it came to.
    pub here: IpAddr,
}

/// Serves whoever connects.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Router,
) -> Infallible {
    let places = Arc::new(Semaphore::new(MOST));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_the_client(error.kind()) => continue,
            Err(error) => {
                tracing::warn!("a connection: {error}");
                sleep(AGAIN).await;
                continue;
            }
        };
        let (app, tls) = (app.clone(), tls.clone());
        tokio::spawn(async move {
            let Ok(ends) = prepare(&stream, client) else {
                return;
            };
            let app = app.layer(Extension(ConnectInfo(ends)));
            match tls {
                None => answer(stream, app).await,
                // Who agrees on nothing is let go.
                Some(tls) => match timeout(ASKS_WITHIN, tls.accept(stream)).await {
                    Ok(Ok(stream)) => answer(stream, app).await,
                    Ok(Err(error)) => tracing::debug!("{}: TLS: {error}", ends.client),
                    Err(_) => {}
                },
            }
            drop(place);
        });
    }
}

/// Whether it is a client that has gone already, and not the system that has no connection to give.
fn is_of_the_client(error: io::ErrorKind) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error,
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

fn prepare(stream: &TcpStream, client: SocketAddr) -> io::Result<Ends> {
    // Sound comes in small pieces, and none is to wait for the next.
    stream.set_nodelay(true)?;
    let here = stream.local_addr()?.ip().to_canonical();
    Ok(Ends { client, here })
}

/// The number under which other machines know this one, if there is a network. Nothing is sent for it.
pub(super) fn own_address() -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address that nobody has (RFC 5737): the way to it is the way to everybody.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

async fn answer<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S, app: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(ASKS_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!("a connection: {error}");
    }
}
