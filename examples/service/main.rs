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
mod work;

use std::io::Write as _;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await.map_err(|error| format!("{address}: {error}"))?;
    writeln!(std::io::stdout(), "listening on {}", listener.local_addr()?)?;
    axum::serve(listener, api::router()).with_graceful_shutdown(asked_to_stop()).await?;
    writeln!(std::io::stdout(), "stopped")?;
    Ok(())
}

/// Ends with the first interrupt or termination signal.
async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => (),
                _ = terminate.recv() => (),
            }
            return;
        }
    }
    // why the result is dropped: without signals there is nothing to wait for, and the service runs until it is killed.
    let _ = interrupt.await;
}
