//! The admin services of one cluster, each node asked for itself and the active controller found among them.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_admin::tonic::transport::{Channel, Endpoint};
use broker_admin::tonic::{Request, Status};
use broker_admin::v1::admin_client::AdminClient;
use broker_admin::v1::{BrokerStatusRequest, BrokerStatusResponse};
use broker_admin::{MESSAGE_BYTES_MAX, elsewhere};
use futures::future::join_all;
use operator_plan::validate::ADMIN_PORT;

use super::ClusterAddress;
use crate::error::OperatorError;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// A client of one node.
pub(super) type Node = AdminClient<Channel>;

/// The admin services of one cluster.
#[derive(Clone)]
pub(super) struct AdminNodes {
    label: String,
    nodes: BTreeMap<i32, Node>,
}

/// A message that the node gives up when nobody waits for it any more.
pub(super) fn request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(ANSWER);
    request
}

impl AdminNodes {
    /// Connects when first asked.
    pub(super) fn new(cluster: &ClusterAddress) -> Self {
        let client = |host: &String| {
            let host = if host.contains(':') {
                format!("[{host}]")
            } else {
                host.clone()
            };
            let endpoint = Endpoint::from_shared(format!("http://{host}:{ADMIN_PORT}")).ok()?;
            let channel = endpoint.connect_timeout(CONNECT).timeout(ANSWER).connect_lazy();
            Some(AdminClient::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX))
        };
        let nodes = cluster
            .nodes
            .iter()
            .filter_map(|(id, host)| Some((*id, client(host)?)))
            .collect();
        Self {
            label: cluster.label(),
            nodes,
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = i32> {
        self.nodes.keys().copied()
    }

    /// What every node says about itself.
    pub(super) async fn statuses(&self) -> BTreeMap<i32, Result<BrokerStatusResponse, Status>> {
        let asked = self.nodes.iter().map(|(id, node)| {
            let mut node = node.clone();
            async move {
                let answer = node.broker_status(request(BrokerStatusRequest {})).await;
                (*id, answer.map(broker_admin::tonic::Response::into_inner))
            }
        });
        join_all(asked).await.into_iter().collect()
    }

    pub(super) fn node(&self, id: i32) -> Option<Node> {
        self.nodes.get(&id).cloned()
    }

    /// Asks the active controller, wherever it is by now.
    ///
    /// # Errors
    /// No node is it, or it refuses.
    pub(super) async fn ask_controller<T>(
        &self,
        call: &'static str,
        ask: impl AsyncFn(Node) -> Result<T, Status>,
    ) -> Result<T, OperatorError> {
        let mut told: Option<Status> = None;
        for node in self.nodes.values() {
            let status = match ask(node.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            let goes_on =
                elsewhere(&status).is_some() || status.code() == broker_admin::tonic::Code::Unavailable;
            told = Some(status);
            if !goes_on {
                break;
            }
        }
        let nobody = || Status::unavailable("no pod has an address");
        Err(OperatorError::Admin {
            cluster: self.label.clone(),
            call,
            source: Box::new(told.unwrap_or_else(nobody)),
        })
    }
}
