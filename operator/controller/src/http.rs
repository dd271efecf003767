//! Health and metrics over HTTP. A process that waits for the lease is ready too: a rolling update that waits for it
//! would never let the old one go.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::error::OperatorError;
use crate::metrics::Metrics;

/// What the pages show.
#[derive(Clone, Default)]
pub struct Pages {
    /// Whether Kubernetes has answered once.
    pub ready: Arc<AtomicBool>,
    /// Counts.
    pub metrics: Arc<Metrics>,
}

/// Serves `/healthz`, `/readyz` and `/metrics` until the process ends.
///
/// # Errors
/// The address cannot be listened at.
pub async fn serve(address: SocketAddr, pages: Pages) -> Result<(), OperatorError> {
    let router = Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .with_state(pages);
    let failed = |error| OperatorError::Ended(format!("{address} cannot be listened at: {error}"));
    let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
    axum::serve(listener, router).await.map_err(failed)
}

async fn readiness(State(pages): State<Pages>) -> (StatusCode, &'static str) {
    match pages.ready.load(Ordering::Acquire) {
        true => (StatusCode::OK, "ok\n"),
        false => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Kubernetes has not answered yet\n",
        ),
    }
}

async fn metrics(State(pages): State<Pages>) -> String {
    pages.metrics.text()
}
