//! Carries proposals for in-sync sets to the controller and its answers back (AlterPartition, KIP-497).
//!
//! One task: whatever has arrived goes into one request, so that a broker that died costs one request and not one a
//! partition. It also asks every partition twice in `replica.lag.time.max.ms` whether a follower lags.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use broker_model::{BrokerEpoch, BrokerId, PartitionEpoch, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_request::{BrokerState, PartitionData, TopicData};
use broker_protocol::alter_partition_response::PartitionData as Answered;
use broker_protocol::messages::{AlterPartitionRequest, AlterPartitionResponse};
use broker_replication::IsrAnswer;
use tokio::task::JoinHandle;

use super::broker_lifecycle::BrokerLifecycle;
use super::controller_channel::{ControllerChannel, ControllerUnavailable};
use super::metadata_driver::MetadataUnavailable;
use crate::clock::Clock;
use crate::replica_manager::{ReplicaManager, WantedIsr};

/// Pause after a proposal that was not looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// What the task works with.
#[derive(Debug)]
pub struct IsrProposer {
    /// The partitions and their proposals.
    pub replica_manager: Arc<ReplicaManager>,
    /// The way to who decides.
    pub controller: ControllerChannel,
    /// The registration of this broker.
    pub lifecycle: Arc<BrokerLifecycle>,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_max_ms: u64,
    /// Tells the time.
    pub clock: Clock,
}

impl IsrProposer {
    /// Starts the task; it ends when it is aborted.
    pub fn start(self) -> JoinHandle<()> {
        tokio::spawn(self.run())
    }

    async fn run(self) {
        let between_looks = Duration::from_millis((self.replica_lag_max_ms / 2).max(1));
        let mut looks = tokio::time::interval(between_looks);
        loop {
            tokio::select! {
                () = self.replica_manager.isr_proposals().arrived() => {}
                _ = looks.tick() => self.replica_manager.propose_shrinks(self.clock.monotonic()),
            }
            let wanted = self.replica_manager.isr_proposals().take();
            if !wanted.is_empty() {
                self.propose(wanted).await;
            }
        }
    }

    /// Asks until there is an answer: a set that may have been accepted is proposed until it is known whether it was.
    async fn propose(&self, wanted: Vec<WantedIsr>) {
        loop {
            match self.controller.call(self.request(&wanted)).await {
                Ok(response) if response.error_code == ErrorCode::None.code() => {
                    return self.take_over(&response);
                }
                Ok(response) => tracing::warn!(
                    code = response.error_code,
                    "in-sync sets were not changed: this broker registers anew"
                ),
                // The broker stops, and with it every partition that it leads.
                Err(error @ ControllerUnavailable::Here(MetadataUnavailable::Stopped)) => {
                    return tracing::warn!(%error, "in-sync sets were not changed");
                }
                Err(error) => tracing::warn!(%error, "in-sync sets were not changed yet"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn request(&self, wanted: &[WantedIsr]) -> AlterPartitionRequest {
        let mut topics: BTreeMap<TopicId, Vec<PartitionData>> = BTreeMap::new();
        for one in wanted {
            topics.entry(one.topic).or_default().push(self.partition(one));
        }
        let topic = |(id, partitions): (TopicId, _)| TopicData {
            topic_id: id.uuid(),
            partitions,
            ..TopicData::default()
        };
        AlterPartitionRequest {
            broker_id: self.replica_manager.node_id.value(),
            broker_epoch: self.lifecycle.epoch().value(),
            topics: topics.into_iter().map(topic).collect(),
            ..AlterPartitionRequest::default()
        }
    }

    fn partition(&self, wanted: &WantedIsr) -> PartitionData {
        let own = self.replica_manager.node_id;
        let member = |(id, epoch): &(BrokerId, Option<BrokerEpoch>)| BrokerState {
            broker_id: id.value(),
            broker_epoch: match epoch {
                Some(epoch) => epoch.value(),
                None if *id == own => self.lifecycle.epoch().value(),
                None => BrokerState::default().broker_epoch,
            },
            ..BrokerState::default()
        };
        PartitionData {
            partition_index: wanted.partition.value(),
            leader_epoch: wanted.leader_epoch.value(),
            new_isr_with_epochs: wanted.proposal.in_sync.iter().map(member).collect(),
            partition_epoch: wanted.proposal.partition_epoch.value(),
            ..PartitionData::default()
        }
    }

    fn take_over(&self, response: &AlterPartitionResponse) {
        for topic in &response.topics {
            for answered in &topic.partitions {
                let index = PartitionIndex::new(answered.partition_index);
                let id = TopicId::new(topic.topic_id);
                let Ok(handle) = self.replica_manager.partition_by_id(id, index.value()) else {
                    continue;
                };
                let now = self.clock.monotonic();
                let answer = answer_of(answered);
                // A partition that is led elsewhere by now has no use for the answer.
                let _led_elsewhere = handle.with(|partition| partition.isr_answered(answer, now));
            }
        }
    }
}

fn answer_of(answered: &Answered) -> IsrAnswer {
    match ErrorCode::from_i16(answered.error_code) {
        Some(ErrorCode::None) => IsrAnswer::Accepted {
            in_sync: answered.isr.iter().map(|id| BrokerId::new(*id)).collect(),
            partition_epoch: PartitionEpoch::new(answered.partition_epoch),
        },
        Some(ErrorCode::IneligibleReplica | ErrorCode::OperationNotAttempted) => IsrAnswer::Refused,
        _ => IsrAnswer::Superseded,
    }
}
