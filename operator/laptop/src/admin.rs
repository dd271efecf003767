//! The admin services of the nodes, for what Kafka's protocol does not ask: how the cluster stands, drains, voters.
//!
//! Owns nothing. Invariant: what needs the active controller is asked of one node after the other until one is it.

use std::time::Duration;

use broker_admin::tonic::transport::{Channel, Endpoint};
use broker_admin::tonic::{Response, Status};
use broker_admin::v1::admin_client::AdminClient;
use broker_admin::v1::{
    AddVoterRequest, ClusterStatusRequest, ClusterStatusResponse, DescribeQuorumRequest,
    DescribeQuorumResponse, DrainRequest, Listener, RebalanceLimits, RemoveVoterRequest,
};
use broker_admin::{MESSAGE_BYTES_MAX, elsewhere};

use crate::error::LaptopError;
use crate::places::{Place, Places};

/// Longest wait for a connection, and for an answer.
const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(10);

type Node = AdminClient<Channel>;

/// The admin services of all nodes.
pub(crate) struct Admin {
    nodes: Vec<Node>,
}

impl Admin {
    /// Connects when first asked.
    pub(crate) fn of(places: &Places) -> Self {
        let client = |place: &Place| {
            let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{}", place.admin)).ok()?;
            let channel = endpoint.connect_timeout(CONNECT).timeout(ANSWER).connect_lazy();
            Some(AdminClient::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX))
        };
        Self {
            nodes: places.all().filter_map(client).collect(),
        }
    }

    async fn ask<T>(
        &self,
        call: &'static str,
        ask: impl AsyncFn(Node) -> Result<Response<T>, Status>,
    ) -> Result<T, LaptopError> {
        let mut told = Status::unavailable("no node is there");
        for node in &self.nodes {
            match ask(node.clone()).await {
                Ok(answer) => return Ok(answer.into_inner()),
                Err(status) => told = status,
            }
            let is_other = elsewhere(&told).is_some();
            if !is_other && told.code() != broker_admin::tonic::Code::Unavailable {
                break;
            }
        }
        Err(LaptopError::Admin {
            call,
            message: told.message().to_owned(),
        })
    }

    /// How the cluster stands.
    pub(crate) async fn standing(&self) -> Result<ClusterStatusResponse, LaptopError> {
        let ask = async |mut node: Node| node.cluster_status(ClusterStatusRequest {}).await;
        self.ask("ClusterStatus", ask).await
    }

    /// Who votes and who reads.
    pub(crate) async fn quorum(&self) -> Result<DescribeQuorumResponse, LaptopError> {
        let ask = async |mut node: Node| node.describe_quorum(DescribeQuorumRequest {}).await;
        self.ask("DescribeQuorum", ask).await
    }

    /// Cordons brokers and moves everything off them, at most so many bytes a second on each broker.
    pub(crate) async fn drain(&self, brokers: &[i32], throttle: Option<i64>) -> Result<(), LaptopError> {
        let request = DrainRequest {
            broker_ids: brokers.to_vec(),
            limits: throttle.map(|bytes| RebalanceLimits {
                replicas_per_broker: 0,
                bytes_per_second: u64::try_from(bytes).unwrap_or_default(),
            }),
        };
        let ask = async |mut node: Node| node.drain(request.clone()).await;
        self.ask("Drain", ask).await.map(drop)
    }

    /// Makes a controller a voter that listens at this port.
    pub(crate) async fn add_voter(
        &self,
        node_id: i32,
        directory: &str,
        port: u16,
    ) -> Result<(), LaptopError> {
        let request = AddVoterRequest {
            node_id,
            directory_id: directory.to_owned(),
            listeners: vec![Listener {
                name: "CONTROLLER".to_owned(),
                host: "127.0.0.1".to_owned(),
                port: u32::from(port),
            }],
        };
        let ask = async |mut node: Node| node.add_voter(request.clone()).await;
        self.ask("AddVoter", ask).await.map(drop)
    }

    /// Takes the vote from a controller.
    pub(crate) async fn remove_voter(&self, node_id: i32, directory: &str) -> Result<(), LaptopError> {
        let request = RemoveVoterRequest {
            node_id,
            directory_id: directory.to_owned(),
        };
        let ask = async |mut node: Node| node.remove_voter(request.clone()).await;
        self.ask("RemoveVoter", ask).await.map(drop)
    }
}
