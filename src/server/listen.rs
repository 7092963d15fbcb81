//! Connections, one task each: with TLS or without, and with an end for clients that ask nothing.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
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
        let (stream, ends) = match accept(&listener).await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("a connection: {error}");
                sleep(AGAIN).await;
                continue;
            }
        };
        let app = app.clone().layer(Extension(ConnectInfo(ends)));
        let tls = tls.clone();
        tokio::spawn(async move {
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

async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, Ends)> {
    let (stream, client) = listener.accept().await?;
    // Sound comes in small pieces, and none is to wait for the next.
    stream.set_nodelay(true)?;
    let here = stream.local_addr()?.ip().to_canonical();
    Ok((stream, Ends { client, here }))
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
