//! A small forecast service on the crate: JSON in, JSON out, with limits on size, work and time.
//!
//! ```sh
//! cargo run --release --example service -- 127.0.0.1:8080
//! curl -s localhost:8080/v1/forecast -H 'content-type: application/json' \
//!     -d '{"series":[{"name":"cases","start":2015,"values":[163,463,429,302,286,165,115,139]}],"horizon":3}'
//! ```
//!
//! `GET /health`, `GET /openapi.json`, `POST /v1/forecast`, `POST /v1/target`, `POST /v1/impact`. Port 0 takes a free one; the
//! address is printed. An interrupt or a termination signal lets running requests end, and then the process.
//!
//! What a real service adds is not the crate's business: names of users, encryption, a place for logs.

mod answers;
mod api;
mod limits;
mod work;

use std::future::pending;
use std::io::Write as _;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await.map_err(|error| format!("{address}: {error}"))?;
    writeln!(std::io::stdout(), "listening on {}", listener.local_addr()?)?;
    serve(listener, api::router()).await;
    writeln!(std::io::stdout(), "stopped")?;
    Ok(())
}

/// Serves until a signal, then lets open requests end: no longer than one may take to be read, worked on and sent.
///
/// why not `axum::serve`: it waits for a head for ever, and would never stop while half of one is there.
async fn serve(listener: TcpListener, router: Router) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits::read());
    let open = GracefulShutdown::new();
    let mut asked = std::pin::pin!(asked_to_stop());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // why a pause: with no descriptor left the next try fails at once, and so on.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let connection =
                    http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
                tokio::spawn(open.watch(connection));
            }
            () = &mut asked => break,
        }
    }
    drop(listener);
    let most = 2 * limits::read() + limits::work();
    // why the result is dropped: who has not taken an answer by then loses it.
    let _ = tokio::time::timeout(most, open.shutdown()).await;
}

/// Ends with the first interrupt or termination signal. Where one of them cannot be listened for, the other is; without
/// either the service runs until it is killed.
async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = pending::<()>();
    tokio::select! {
        () = interrupt => (),
        () = terminate => (),
    }
}
