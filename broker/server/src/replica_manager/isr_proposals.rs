//! Changes of in-sync sets that wait to be sent to the controller: at most one a partition, the partition's own rule.

use std::collections::HashMap;

use broker_model::{LeaderEpoch, PartitionIndex, TopicId};
use broker_replication::IsrProposal;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// A change that a partition's leader wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedIsr {
    /// The partition's topic.
    pub topic: TopicId,
    /// Its number.
    pub partition: PartitionIndex,
    /// The epoch in which this broker leads.
    pub leader_epoch: LeaderEpoch,
    /// The change.
    pub proposal: IsrProposal,
}

/// The changes that wait.
#[derive(Debug, Default)]
pub struct IsrProposals {
    waiting: Mutex<HashMap<(TopicId, PartitionIndex), WantedIsr>>,
    arrived: Notify,
}

impl IsrProposals {
    /// Adds a change; an older one of the same partition is void.
    pub fn add(&self, wanted: WantedIsr) {
        self.waiting
            .lock()
            .insert((wanted.topic, wanted.partition), wanted);
        self.arrived.notify_one();
    }

    /// Takes out all that wait.
    pub fn take(&self) -> Vec<WantedIsr> {
        self.waiting.lock().drain().map(|(_, wanted)| wanted).collect()
    }

    /// Waits until there is one.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }
}
