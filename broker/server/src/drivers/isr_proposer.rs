//! Carries proposals for in-sync sets to the controller and its answers back (AlterPartition, KIP-497).
//!
//! One task: whatever has arrived goes into one request, so that a broker that died costs one request and not one a
//! partition. It also asks every partition twice in `replica.lag.time.max.ms` whether a follower lags.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use broker_model::{BrokerEpoch, BrokerId, PartitionEpoch, TopicId};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_request::{BrokerState, PartitionData, TopicData};
use broker_protocol::alter_partition_response::{PartitionData as Answered, TopicData as AnsweredTopic};
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
/// How long a proposal waits for its answer before it is sent again: acknowledgements may wait for it.
const PATIENCE: Duration = Duration::from_secs(3);

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
                _ = looks.tick() => self.replica_manager.look_after_followers(self.clock.monotonic()),
            }
            let wanted = self.replica_manager.isr_proposals().take();
            if !wanted.is_empty() {
                self.propose(wanted).await;
            }
        }
    }

    /// Asks until there is an answer: a set that may have been accepted is proposed until it is known whether it was.
    async fn propose(&self, mut wanted: Vec<WantedIsr>) {
        loop {
            match self.controller.call_within(self.request(&wanted), PATIENCE).await {
                Ok(response) if response.error_code == ErrorCode::None.code() => {
                    wanted.retain(|one| !self.take_over(one, &response));
                    if wanted.is_empty() {
                        return;
                    }
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

    /// Takes over what the controller says to a proposal; answers whether it looked at it.
    fn take_over(&self, asked: &WantedIsr, response: &AlterPartitionResponse) -> bool {
        let answer = match said_to(asked, response) {
            Said::Nothing => return true,
            Said::NotController => return false,
            Said::Decided(answer) => answer,
        };
        let (base, now) = (asked.proposal.partition_epoch, self.clock.monotonic());
        let handle = self
            .replica_manager
            .partition_by_id(asked.topic, asked.partition.value());
        if let Ok(handle) = handle {
            // A partition that is led elsewhere by now has no use for the answer.
            let _led_elsewhere = handle.with(|partition| partition.isr_answered(base, answer, now));
        }
        true
    }
}

/// What a response holds about one proposal.
#[derive(Debug, PartialEq)]
enum Said {
    /// Not a word.
    Nothing,
    /// Who was asked knows less than this leader, because another has taken its place: the next is asked the same.
    NotController,
    Decided(IsrAnswer),
}

fn said_to(asked: &WantedIsr, response: &AlterPartitionResponse) -> Said {
    let of_topic = |topic: &&AnsweredTopic| TopicId::new(topic.topic_id) == asked.topic;
    let mut partitions = response
        .topics
        .iter()
        .filter(of_topic)
        .flat_map(|topic| &topic.partitions);
    let answered = partitions.find(|answered| answered.partition_index == asked.partition.value());
    match answered {
        None => Said::Nothing,
        Some(answered) if answered.error_code == ErrorCode::NotController.code() => Said::NotController,
        Some(answered) => Said::Decided(answer_of(answered)),
    }
}

fn answer_of(answered: &Answered) -> IsrAnswer {
    match ErrorCode::from_i16(answered.error_code) {
        Some(ErrorCode::None) => IsrAnswer::Accepted {
            in_sync: answered.isr.iter().map(|id| BrokerId::new(*id)).collect(),
            partition_epoch: PartitionEpoch::new(answered.partition_epoch),
        },
        // It looks at the epochs first: the set was neither taken before nor is it now.
        Some(ErrorCode::IneligibleReplica | ErrorCode::OperationNotAttempted | ErrorCode::InvalidRequest) => {
            IsrAnswer::Refused
        }
        _ => IsrAnswer::Superseded,
    }
}

#[cfg(test)]
mod tests {
    use broker_model::{LeaderEpoch, PartitionIndex, Uuid};
    use broker_replication::IsrProposal;

    use super::*;

    const TOPIC: Uuid = Uuid::from_bytes([7; 16]);

    fn asked() -> WantedIsr {
        WantedIsr {
            topic: TopicId::new(TOPIC),
            partition: PartitionIndex::new(2),
            leader_epoch: LeaderEpoch::new(5),
            proposal: IsrProposal {
                partition_epoch: PartitionEpoch::new(9),
                in_sync: vec![(BrokerId::new(1), None)],
            },
        }
    }

    /// One answer for partition 1, which nobody asked about, and one for partition 2.
    fn answered(code: ErrorCode) -> AlterPartitionResponse {
        let partition = |partition_index, code: ErrorCode| Answered {
            partition_index,
            error_code: code.code(),
            isr: vec![1],
            partition_epoch: 10,
            ..Answered::default()
        };
        AlterPartitionResponse {
            topics: vec![AnsweredTopic {
                topic_id: TOPIC,
                partitions: vec![partition(1, ErrorCode::None), partition(2, code)],
                ..AnsweredTopic::default()
            }],
            ..AlterPartitionResponse::default()
        }
    }

    #[test]
    fn what_a_former_controller_was_asked_for_is_asked_of_the_next() {
        assert_eq!(
            said_to(&asked(), &answered(ErrorCode::NotController)),
            Said::NotController
        );
    }

    #[test]
    fn an_answer_counts_for_its_partition_alone() {
        let accepted = IsrAnswer::Accepted {
            in_sync: vec![BrokerId::new(1)],
            partition_epoch: PartitionEpoch::new(10),
        };
        assert_eq!(
            said_to(&asked(), &answered(ErrorCode::None)),
            Said::Decided(accepted)
        );
        let refused = Said::Decided(IsrAnswer::Refused);
        assert_eq!(
            said_to(&asked(), &answered(ErrorCode::IneligibleReplica)),
            refused
        );
        let superseded = Said::Decided(IsrAnswer::Superseded);
        assert_eq!(
            said_to(&asked(), &answered(ErrorCode::FencedLeaderEpoch)),
            superseded
        );
        assert_eq!(
            said_to(&asked(), &AlterPartitionResponse::default()),
            Said::Nothing
        );
    }
}
