//! What this node asks of the active controller: decided here while it is this node, else asked over the network.
//!
//! Owns one connection, made when it is needed, to where the quorum says that the active controller listens. Who wants
//! a request not to wait behind those of others takes a channel of its own. Invariant: a call is tried again on every
//! answer or break that says "somebody else decides", and on nothing else, and never beyond its deadline; so what is
//! asked may be decided twice, as when a client of Kafka's tries again.

mod requests;

use std::sync::Arc;
use std::time::Duration;

use broker_client::{ClientError, ClientOptions, Connection, Endpoint};
use broker_codec::StringBytes;
use broker_model::{BrokerId, ClusterId, LeaderEpoch};
use broker_protocol::messages::{EnvelopeRequest, EnvelopeResponse};
use broker_protocol::{ErrorCode, Request};
use broker_raft::HostAndPort;
use bytes::Bytes;
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;

use super::metadata_driver::{ActiveController, MetadataDriver, MetadataUnavailable, QuorumView};
pub use requests::{ControllerRequest, Decider};

/// Pause after an answer that says that somebody else decides, unless somebody else becomes known before.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const UNLED: &str = "nobody leads the quorum";
const NOT_LEADING: &str = "the node that was asked does not lead";
/// The name by which a broker calls itself.
const CLIENT_ID: &str = "eddyline-node";

/// The controller gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControllerUnavailable {
    /// This node is stopping, or could not write what it decided.
    #[error(transparent)]
    Here(MetadataUnavailable),
    /// Nobody was reached who decides, until the time was up.
    #[error("no active controller answered in time: {last}")]
    TimedOut {
        /// How the last try ended.
        last: String,
    },
    /// The active controller serves no version of the request that this node speaks.
    #[error("{0}")]
    NotServed(String),
}

/// A way to the active controller.
#[derive(Debug)]
pub struct ControllerChannel {
    decider: Decider,
    node_id: BrokerId,
    options: ClientOptions,
    patience: Duration,
    open: Mutex<Option<(HostAndPort, Connection)>>,
}

/// How one try ended.
enum Tried<T> {
    Answered(T),
    /// Somebody else decides, or will soon.
    Again(String),
    Failed(ControllerUnavailable),
}

impl ControllerChannel {
    /// A way without a connection yet; calls are given up after `patience`.
    pub fn new(
        metadata: Arc<MetadataDriver>,
        node_id: BrokerId,
        cluster_id: ClusterId,
        patience: Duration,
    ) -> Self {
        Self {
            decider: Decider { metadata, cluster_id },
            node_id,
            options: ClientOptions {
                client_id: StringBytes::from_static(CLIENT_ID),
                connect_timeout: CONNECT_TIMEOUT.min(patience),
                request_timeout: patience,
                ..ClientOptions::default()
            },
            patience,
            open: Mutex::new(None),
        }
    }

    /// Another way with a connection of its own.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            decider: self.decider.clone(),
            node_id: self.node_id,
            options: self.options.clone(),
            patience: self.patience,
            open: Mutex::new(None),
        }
    }

    /// Decides on this node, for a request that came here.
    ///
    /// # Errors
    /// This node is not the active controller, or cannot write.
    pub async fn here<R: ControllerRequest>(&self, request: R) -> Result<R::Response, MetadataUnavailable> {
        request.decide(&self.decider).await
    }

    /// Whether the active controller is this node.
    pub fn is_here(&self) -> bool {
        self.decider.metadata.quorum().borrow().active == ActiveController::ThisNode
    }

    /// Whether the last call left a connection behind that has ended since.
    pub fn has_broken(&self) -> bool {
        let open = self.open.try_lock();
        open.is_ok_and(|open| open.as_ref().is_some_and(|(_, connection)| !connection.is_open()))
    }

    /// Who is the active controller; changes are told.
    pub fn quorum(&self) -> watch::Receiver<QuorumView> {
        self.decider.metadata.quorum()
    }

    /// Asks the active controller.
    ///
    /// # Errors
    /// It gave no answer in time.
    pub async fn call<R: ControllerRequest>(&self, request: R) -> Result<R::Response, ControllerUnavailable> {
        self.call_within(request, self.patience).await
    }

    /// As [`Self::call`], for at most so long.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_within<R: ControllerRequest>(
        &self,
        request: R,
        patience: Duration,
    ) -> Result<R::Response, ControllerUnavailable> {
        let mut last = UNLED.to_owned();
        let trying = async {
            let mut quorum = self.quorum();
            loop {
                let view = quorum.borrow_and_update().clone();
                match self.call_once(&view, &request).await {
                    Tried::Answered(answer) => return Ok(answer),
                    Tried::Failed(error) => return Err(error),
                    Tried::Again(why) => last = why,
                }
                pause(&mut quorum).await?;
            }
        };
        let outcome = timeout(patience, trying).await;
        outcome.unwrap_or_else(|_elapsed| Err(self.timed_out(last)))
    }

    /// It may be the way that is dead and not who was asked: the next call takes another one. Who holds the lock is making
    /// one already.
    fn timed_out(&self, last: String) -> ControllerUnavailable {
        if let Ok(mut open) = self.open.try_lock() {
            *open = None;
        }
        ControllerUnavailable::TimedOut { last }
    }

    async fn call_once<R: ControllerRequest>(&self, view: &QuorumView, request: &R) -> Tried<R::Response> {
        if view.active == ActiveController::ThisNode {
            return match self.here(request.clone()).await {
                Ok(response) => Tried::Answered(response),
                Err(MetadataUnavailable::NotController) => Tried::Again("this node lost the lead".to_owned()),
                Err(error) => Tried::Failed(ControllerUnavailable::Here(error)),
            };
        }
        match self.ask(view, request).await {
            Tried::Answered(response) if R::code(&response) == ErrorCode::NotController.code() => {
                Tried::Again(NOT_LEADING.to_owned())
            }
            tried => tried,
        }
    }

    /// Hands a whole request on (KIP-590), and returns the whole answer; none if the active controller became this
    /// node.
    ///
    /// # Errors
    /// No answer came in time.
    pub async fn forward(
        &self,
        request: &EnvelopeRequest,
        patience: Duration,
    ) -> Result<Option<EnvelopeResponse>, ControllerUnavailable> {
        let mut last = UNLED.to_owned();
        let trying = async {
            let mut quorum = self.quorum();
            loop {
                let view = quorum.borrow_and_update().clone();
                if view.active == ActiveController::ThisNode {
                    return Ok(None);
                }
                match self.ask(&view, request).await {
                    Tried::Answered(response) if response.error_code == ErrorCode::NotController.code() => {
                        last = NOT_LEADING.to_owned();
                    }
                    Tried::Answered(response) => return Ok(Some(response)),
                    Tried::Failed(error) => return Err(error),
                    Tried::Again(why) => last = why,
                }
                pause(&mut quorum).await?;
            }
        };
        let outcome = timeout(patience, trying).await;
        outcome.unwrap_or_else(|_elapsed| Err(self.timed_out(last)))
    }

    /// Asks the node that leads, unless another one does before it answers.
    async fn ask<R: Request>(&self, view: &QuorumView, request: &R) -> Tried<R::Response> {
        let (Some(leader), Some(address)) = (view.leader, &view.leader_address) else {
            return Tried::Again(UNLED.to_owned());
        };
        if leader == self.node_id {
            return Tried::Again("this node begins to lead".to_owned());
        }
        let connection = match self.connection(address).await {
            Ok(connection) => connection,
            Err(error) => return Tried::Again(error.to_string()),
        };
        let answered = tokio::select! {
            answered = connection.call(request) => answered,
            () = self.led_by_another(leader, view.leader_epoch) => {
                return Tried::Again(format!("{address:?} was replaced before it answered"));
            }
        };
        match answered {
            Ok(response) => Tried::Answered(response),
            Err(error @ (ClientError::UnsupportedApi { .. } | ClientError::Encode { .. })) => {
                Tried::Failed(ControllerUnavailable::NotServed(error.to_string()))
            }
            Err(error) => {
                self.forget(address).await;
                Tried::Again(error.to_string())
            }
        }
    }

    async fn connection(&self, address: &HostAndPort) -> Result<Connection, ClientError> {
        let mut open = self.open.lock().await;
        if let Some((to, connection)) = &*open
            && to == address
            && connection.is_open()
        {
            return Ok(connection.clone());
        }
        *open = None;
        let endpoint = Endpoint {
            host: address.host.clone(),
            port: address.port,
        };
        let connection = Connection::open(&endpoint, &self.options).await?;
        *open = Some((address.clone(), connection.clone()));
        Ok(connection)
    }

    /// The next call connects anew.
    async fn forget(&self, address: &HostAndPort) {
        let mut open = self.open.lock().await;
        open.take_if(|(to, _)| to == address);
    }

    /// Waits until another node leads in a later epoch. One that leads again, after a restart for instance, answers
    /// what it was asked; to ask it twice would tell a client that what it just made was there before.
    async fn led_by_another(&self, leader: BrokerId, epoch: LeaderEpoch) {
        let mut quorum = self.quorum();
        let later =
            quorum.wait_for(|view| view.leader_epoch > epoch && view.leader.is_some_and(|now| now != leader));
        if later.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Waits a moment, or until somebody else leads.
async fn pause(quorum: &mut watch::Receiver<QuorumView>) -> Result<(), ControllerUnavailable> {
    let changed = match timeout(PAUSE, quorum.changed()).await {
        Ok(changed) => changed,
        Err(_elapsed) => Ok(()),
    };
    changed.map_err(|_| ControllerUnavailable::Here(MetadataUnavailable::Stopped))
}

/// A request as the controller's listener takes it from another node: whole, with who sent it and from where.
pub fn envelope(frame: Bytes, principal: Bytes, host: std::net::IpAddr) -> EnvelopeRequest {
    let address = match host {
        std::net::IpAddr::V4(address) => Bytes::copy_from_slice(&address.octets()),
        std::net::IpAddr::V6(address) => Bytes::copy_from_slice(&address.octets()),
    };
    EnvelopeRequest {
        request_data: frame,
        request_principal: Some(principal),
        client_host_address: address,
        ..EnvelopeRequest::default()
    }
}
