//! The admin service: the operator's way in, on a listener of its own (ADR 10).
//!
//! Owns its socket and knows how far the node is. It listens before the logs are read and until they are closed, so
//! that `BrokerStatus` always has an answer; every other call waits for nothing and is UNAVAILABLE then. Invariants:
//! without encryption it binds loopback addresses only, unless told that the network is trusted; every call has a
//! deadline; connections, streams, messages and calls at a time are bounded. What a call answers is `calls` and the
//! files below it, what it means `broker_controller`'s.

mod calls;
mod incoming;
mod log_dirs;
mod quorum;
pub(crate) mod rebalance;
mod settings;
mod sizes;
mod standing;
mod status;
mod tier;
mod topic_restore;
mod verdicts;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_admin::tonic::transport::Server;
use broker_admin::v1::admin_server::AdminServer;
use broker_model::BrokerId;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use crate::broker::Broker;
use crate::config::ProcessRoles;
use crate::network::{BindError, BoundListener, ListenerConfig, ListenerName, NetworkConfig};
use crate::replica_manager::ResolveTopicSettings;

pub use settings::{AdminServiceConfig, PlaintextNetwork};

/// Time for a call, from its head to its answer; of a stream, to its head.
const CALL_DEADLINE: Duration = Duration::from_secs(30);
/// Calls that are worked on at a time.
const CALLS_MAX: usize = 8;
/// Rebalances that are watched at a time.
const WATCHERS_MAX: usize = 16;
/// Calls of one connection at a time.
const STREAMS_MAX: u32 = 16;
/// Bytes of a request.
const REQUEST_BYTES_MAX: usize = 256 * 1024;
const HEADER_BYTES_MAX: u32 = 16 * 1024;
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// How often a silent peer is asked whether it is there, and how long it may take to answer.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_PATIENCE: Duration = Duration::from_secs(10);

/// What a node says about itself whatever its state.
#[derive(Clone, Debug)]
pub struct AdminNode {
    /// `node.id`.
    pub id: BrokerId,
    /// `process.roles`.
    pub roles: ProcessRoles,
    /// Works out `min.insync.replicas` of topics.
    pub topic_settings: Arc<dyn ResolveTopicSettings>,
    /// Where brokers are asked how large their logs are.
    pub inter_broker_listener: ListenerName,
}

/// The listener and its tasks; dropping it ends all its connections.
#[derive(Debug)]
pub struct AdminService {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    node: AdminNode,
    progress: ArcSwap<Progress>,
    calls: Semaphore,
    watchers: Arc<Semaphore>,
    plans: Mutex<rebalance::Plans>,
}

/// How far the node is.
#[derive(Debug)]
enum Progress {
    Starting,
    Joined(Arc<Broker>),
    Running(Arc<Broker>),
    Stopping,
}

impl AdminService {
    /// Listens; the node counts as starting.
    ///
    /// # Errors
    /// The address cannot be bound, or is one that others can reach and nobody has allowed that.
    pub fn start(config: &AdminServiceConfig, node: AdminNode) -> Result<Self, BindError> {
        let listener = ListenerConfig::new(ListenerName::new("ADMIN"), config.host.clone(), config.port);
        let bound = BoundListener::bind(&listener, &NetworkConfig::default())?;
        if !config.may_listen_on(bound.address().ip()) {
            let why =
                "others can reach it, nothing is encrypted, and eddyline.admin.allow.plaintext is not set";
            return Err(BindError {
                name: "ADMIN".to_owned(),
                host: config.host.clone(),
                port: config.port,
                source: io::Error::new(io::ErrorKind::PermissionDenied, why),
            });
        }
        let (socket, address) = bound.into_tokio()?;
        let shared = Arc::new(Shared {
            node,
            progress: ArcSwap::from_pointee(Progress::Starting),
            calls: Semaphore::new(CALLS_MAX),
            watchers: Arc::new(Semaphore::new(WATCHERS_MAX)),
            plans: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let (connections, accepting) = incoming::accept(socket);
        let service = AdminServer::from_arc(shared.clone())
            .max_decoding_message_size(REQUEST_BYTES_MAX)
            .max_encoding_message_size(broker_admin::MESSAGE_BYTES_MAX);
        let serving = server()
            .add_service(service)
            .serve_with_incoming_shutdown(connections, async {
                // Whoever drops the sender wants the same.
                let _told_or_dropped = stopped.await;
            });
        let serving = tokio::spawn(async {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the admin service ended");
            }
        });
        Ok(Self {
            shared,
            address,
            accepting,
            stop: Some(stop),
            serving,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The node takes part in the quorum; its logs may not be read yet.
    pub fn joined(&self, broker: &Arc<Broker>) {
        self.shared
            .progress
            .store(Arc::new(Progress::Joined(Arc::clone(broker))));
    }

    /// The node serves from now on.
    pub fn running(&self, broker: &Arc<Broker>) {
        self.shared
            .progress
            .store(Arc::new(Progress::Running(Arc::clone(broker))));
    }

    /// The node takes no more clients; it is let go of.
    pub fn stopping(&self) {
        self.shared.progress.store(Arc::new(Progress::Stopping));
    }

    /// Takes no more calls and lets those that run end, for at most `grace`.
    pub async fn stop(mut self, grace: Duration) {
        self.stopping();
        self.accepting.abort();
        drop(self.stop.take());
        if tokio::time::timeout(grace, &mut self.serving).await.is_err() {
            tracing::debug!("calls of the admin service were cut off");
        }
    }
}

impl Drop for AdminService {
    fn drop(&mut self) {
        self.accepting.abort();
        self.serving.abort();
    }
}

fn server() -> Server {
    Server::builder()
        .timeout(CALL_DEADLINE)
        .concurrency_limit_per_connection(CALLS_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_max_header_list_size(HEADER_BYTES_MAX)
        .http2_keepalive_interval(Some(PING_INTERVAL))
        .http2_keepalive_timeout(Some(PING_PATIENCE))
        .tcp_nodelay(true)
}
