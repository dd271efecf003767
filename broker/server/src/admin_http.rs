//! The HTTP listener for monitoring: `/metrics`, `/healthz` and `/readyz`.
//!
//! Owns its socket and knows how far the broker is. It listens before the logs are read, so that a supervisor sees a
//! live process that is not ready yet, and until the logs are closed. Invariants: `/readyz` is 200 only while clients
//! are served; at most [`CONNECTIONS_MAX`] connections, [`HEAD_DEADLINE`] for a request's head, [`DEADLINE`] for a
//! connection, and one scrape at a time, whatever peers do. It takes no input but the path.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::broker::Broker;
use crate::drivers::broker_lifecycle::BrokerState;
use crate::metrics::{self, Stage};
use crate::network::{BindError, BoundListener, ListenerConfig, ListenerName, NetworkConfig};

/// Connections served at a time; the kernel queues the others.
const CONNECTIONS_MAX: usize = 32;
/// Time for the head of a request, and for a connection without one.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// Time for a connection as a whole; a scraper connects again.
const DEADLINE: Duration = Duration::from_mins(2);
const BUFFER_MAX: usize = 16 * 1024;
/// Pause after a failed `accept`.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where to listen, and how much to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminHttpConfig {
    /// Host to bind; empty for every interface.
    pub host: String,
    /// Port to bind; 0 for any free one.
    pub port: u16,
    /// Most samples of one metric (`eddyline.metrics.max.partitions`).
    pub max_samples: usize,
}

impl AdminHttpConfig {
    /// Reads `host:port`, `[v6]:port` or `:port`; none when it is none of them.
    pub fn parse(listener: &str, max_samples: usize) -> Option<Self> {
        let (host, port) = listener.trim().rsplit_once(':')?;
        let is_bare_v6 = host.contains(':') && !host.starts_with('[');
        (!is_bare_v6).then_some(())?;
        Some(Self {
            host: host.to_owned(),
            port: port.parse().ok()?,
            max_samples,
        })
    }
}

/// The listener and its task; dropping it ends all its connections.
#[derive(Debug)]
pub struct AdminHttp {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: tokio::task::JoinHandle<Infallible>,
}

#[derive(Debug)]
struct Shared {
    progress: ArcSwap<Progress>,
    max_samples: usize,
    scrapes: Semaphore,
}

/// How far the broker is.
#[derive(Debug)]
enum Progress {
    Starting,
    Running(Arc<Broker>),
    Stopping,
}

impl AdminHttp {
    /// Listens; the broker counts as starting.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub fn start(config: &AdminHttpConfig) -> Result<Self, BindError> {
        let listener = ListenerConfig::new(ListenerName::new("HTTP"), config.host.clone(), config.port);
        let (socket, address) = BoundListener::bind(&listener, &NetworkConfig::default())?.into_tokio()?;
        let shared = Arc::new(Shared {
            progress: ArcSwap::from_pointee(Progress::Starting),
            max_samples: config.max_samples,
            scrapes: Semaphore::new(1),
        });
        let accepting = tokio::spawn(accept_all(socket, router(&shared)));
        Ok(Self {
            shared,
            address,
            accepting,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The broker serves clients from now on.
    pub fn running(&self, broker: &Arc<Broker>) {
        self.shared
            .progress
            .store(Arc::new(Progress::Running(Arc::clone(broker))));
    }

    /// The broker takes no more clients; it is let go of.
    pub fn stopping(&self) {
        self.shared.progress.store(Arc::new(Progress::Stopping));
    }
}

impl Drop for AdminHttp {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/metrics", get(show_metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(show_readiness))
        .with_state(Arc::clone(shared))
}

/// Serves every connection, a bounded number of them at a time.
pub(crate) async fn accept_all(socket: TcpListener, router: Router) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS_MAX {
            let _ended = connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        match socket.accept().await {
            Ok((stream, _)) => {
                connections.spawn(tokio::time::timeout(DEADLINE, serve(stream, router.clone())));
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_buf_size(BUFFER_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

async fn show_readiness(State(shared): State<Arc<Shared>>) -> Response {
    let unready = |reason: &'static str| (StatusCode::SERVICE_UNAVAILABLE, reason).into_response();
    match &**shared.progress.load() {
        Progress::Starting => unready("starting: logs are being read\n"),
        Progress::Stopping => unready("stopping\n"),
        Progress::Running(broker) if *broker.lifecycle.state().borrow() == BrokerState::NotRunning => {
            match broker.metadata.quorum().borrow().leader {
                Some(_) => "ready\n".into_response(),
                None => unready("nobody leads the quorum\n"),
            }
        }
        Progress::Running(broker) if !broker.image.load().cluster.is_active(broker.node_id) => {
            unready("fenced: the controller lets no clients in\n")
        }
        Progress::Running(_) => "ready\n".into_response(),
    }
}

async fn show_metrics(State(shared): State<Arc<Shared>>) -> Response {
    let Ok(_only_one) = shared.scrapes.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let text = match &**shared.progress.load() {
        Progress::Running(broker) => {
            let (broker, limit) = (Arc::clone(broker), shared.max_samples);
            tokio::task::spawn_blocking(move || metrics::render(&broker, Stage::Running, limit)).await
        }
        Progress::Starting => Ok(metrics::render_without_broker(Stage::Starting)),
        Progress::Stopping => Ok(metrics::render_without_broker(Stage::Stopping)),
    };
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be collected");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn anywhere() -> AdminHttpConfig {
        AdminHttpConfig::parse("127.0.0.1:0", 100).unwrap()
    }

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[test]
    fn a_listener_is_a_host_and_a_port() {
        let parsed = |text| AdminHttpConfig::parse(text, 1).map(|config| (config.host, config.port));
        assert_eq!(parsed("127.0.0.1:9644"), Some(("127.0.0.1".to_owned(), 9644)));
        assert_eq!(parsed("[::1]:80"), Some(("[::1]".to_owned(), 80)));
        assert_eq!(parsed(":80"), Some((String::new(), 80)));
        for wrong in ["", "80", "::1:x", "::1:80", "host:", "host:65536"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_broker_that_starts_or_stops_is_alive_and_not_ready() {
        let http = AdminHttp::start(&anywhere()).unwrap();
        assert!(get(http.address(), "/healthz").await.starts_with("HTTP/1.1 200"));
        assert!(get(http.address(), "/readyz").await.starts_with("HTTP/1.1 503"));
        let metrics = get(http.address(), "/metrics").await;
        assert!(
            metrics.contains("\nkafka_server_kafkaserver_brokerstate 1\n"),
            "{metrics}"
        );
        http.stopping();
        assert!(get(http.address(), "/healthz").await.starts_with("HTTP/1.1 200"));
        assert!(get(http.address(), "/readyz").await.ends_with("stopping\n"));
        assert!(
            get(http.address(), "/../etc/passwd")
                .await
                .starts_with("HTTP/1.1 404")
        );
    }
}
