//! The way to the nodes of clusters: the admin service of every node, and Kafka's protocol.
//!
//! Pods are asked by their addresses, so that a name service that lags behind says nothing about a broker. The passes
//! know this trait only, so that a test can put a cluster of its own behind it.

mod admin;
mod facts;
mod kafka;
mod links;
mod live;
mod movements;
mod together;

use std::collections::BTreeMap;

use operator_api::kafka_rebalance::{RebalanceMode, RebalanceProposal};
use operator_plan::cluster::AdminRequest;
use operator_plan::fact::Fact;
use operator_plan::facts::{KafkaFacts, TierBytes};
use operator_plan::rebalance::Movement;
use operator_plan::topic::{TopicFact, TopicRequest};

use crate::error::OperatorError;

pub use live::LiveBrokers;

/// Where the nodes of a cluster are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ClusterAddress {
    /// Namespace of the cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Address of each pod that has one, by node id.
    pub nodes: BTreeMap<i32, String>,
    /// Node ids of those that serve clients.
    pub brokers: Vec<i32>,
}

impl ClusterAddress {
    /// Namespace and name.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// A change of the voters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum VoterChange {
    /// A controller that follows gets a vote.
    Add {
        /// The controller.
        node_id: i32,
        /// Identity of its directory.
        directory: String,
        /// Host and port at which it listens.
        host: String,
    },
    /// A controller loses its vote.
    Remove {
        /// The controller.
        node_id: i32,
        /// Identity of its directory.
        directory: String,
    },
}

/// What a cluster says about movements of replicas.
#[derive(Clone, Debug)]
pub struct MovementFacts {
    /// The movement that was started last.
    pub last: Fact<Movement>,
    /// Registered brokers.
    pub brokers: Fact<Vec<i32>>,
}

/// What is asked of the nodes of clusters.
pub trait Brokers: Clone + Send + Sync + 'static {
    /// What a cluster says about itself.
    fn look(&self, cluster: &ClusterAddress) -> impl Future<Output = Fact<KafkaFacts>> + Send;

    /// Asks for something that disturbs nobody.
    fn ask(
        &self,
        cluster: &ClusterAddress,
        request: &AdminRequest,
    ) -> impl Future<Output = Result<(), OperatorError>> + Send;

    /// Changes the voters.
    fn change_voters(
        &self,
        cluster: &ClusterAddress,
        change: &VoterChange,
    ) -> impl Future<Output = Result<(), OperatorError>> + Send;

    /// What a topic is.
    fn topic(&self, cluster: &ClusterAddress, name: &str) -> impl Future<Output = Fact<TopicFact>> + Send;

    /// What a topic has on local disks and in the bucket.
    fn tier_of(&self, cluster: &ClusterAddress, topic: &str) -> impl Future<Output = Fact<TierBytes>> + Send;

    /// Whether the cluster deletes topics at all.
    fn deletes_topics(&self, cluster: &ClusterAddress) -> impl Future<Output = Fact<bool>> + Send;

    /// Asks for something about a topic.
    fn ask_topic(
        &self,
        cluster: &ClusterAddress,
        request: &TopicRequest,
    ) -> impl Future<Output = Result<(), OperatorError>> + Send;

    /// What runs now.
    fn movements(&self, cluster: &ClusterAddress) -> impl Future<Output = MovementFacts> + Send;

    /// Works out what would be moved.
    fn propose(
        &self,
        cluster: &ClusterAddress,
        mode: RebalanceMode,
        brokers: &[i32],
    ) -> impl Future<Output = Result<RebalanceProposal, OperatorError>> + Send;

    /// Carries a proposal out.
    fn start_movement(
        &self,
        cluster: &ClusterAddress,
        proposal: &str,
        throttle: Option<i64>,
    ) -> impl Future<Output = Result<(), OperatorError>> + Send;

    /// Stops the movement that runs.
    fn cancel_movement(
        &self,
        cluster: &ClusterAddress,
    ) -> impl Future<Output = Result<(), OperatorError>> + Send;
}
