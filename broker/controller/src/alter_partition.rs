//! AlterPartition (56): a leader proposes who is in sync (KIP-497, KIP-704, KIP-841, KIP-903, KIP-966).
//!
//! A pure check of the proposal against the registration, then the same change of the partition as everywhere: an
//! accepted proposal may also complete a reassignment, and with it elect another leader. Invariants: nothing changes
//! for a leader of an older epoch or a proposal on an older registration (I1); nobody joins the in-sync set who is
//! fenced, stops, was registered anew since it fetched, or could not lead because its broker does not have the directory
//! that the replica is believed to be in.

use broker_metadata::messages::PartitionChangeRecord;
use broker_metadata::{LeaderRecoveryState, MetadataRecord, PartitionRegistration, TopicImage};
use broker_model::{BrokerEpoch, BrokerId, LeaderEpoch, PartitionEpoch, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_request::{BrokerState, PartitionData as Proposal};
use broker_protocol::alter_partition_response::{PartitionData, TopicData};
use broker_protocol::messages::{AlterPartitionRequest, AlterPartitionResponse};

use crate::partition_change::PartitionChange;
use crate::{Outcome, QuorumController};

/// What a broker that does not say its epoch sends for it.
const EPOCH_UNKNOWN: i64 = -1;

/// What became of one proposal.
struct Decision {
    record: Option<PartitionChangeRecord>,
    answer: PartitionData,
}

impl QuorumController {
    /// Decides about proposals of a leader.
    pub fn alter_partition(&self, request: &AlterPartitionRequest) -> Outcome<AlterPartitionResponse> {
        let leader = BrokerId::new(request.broker_id);
        if let Err(error) = self.registered_broker(leader, BrokerEpoch::new(request.broker_epoch)) {
            return Outcome::answer(AlterPartitionResponse {
                error_code: error.code.code(),
                ..AlterPartitionResponse::default()
            });
        }
        let mut records: Vec<MetadataRecord> = Vec::new();
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            let known = self.image().topics.by_id(TopicId::new(topic.topic_id));
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for proposal in &topic.partitions {
                let decision = match known {
                    None => refused(proposal, ErrorCode::UnknownTopicId),
                    Some(topic) => self.decide_proposal(leader, topic, proposal),
                };
                records.extend(decision.record.map(MetadataRecord::from));
                partitions.push(decision.answer);
            }
            topics.push(TopicData {
                topic_id: topic.topic_id,
                partitions,
                ..TopicData::default()
            });
        }
        Outcome::new(
            records,
            AlterPartitionResponse {
                topics,
                ..AlterPartitionResponse::default()
            },
        )
    }

    fn decide_proposal(&self, leader: BrokerId, topic: &TopicImage, proposal: &Proposal) -> Decision {
        let index = PartitionIndex::new(proposal.partition_index);
        let Some(registration) = topic.partition(index) else {
            return refused(proposal, ErrorCode::UnknownTopicOrPartition);
        };
        let recovery = match self.check_proposal(leader, registration, proposal) {
            Ok(recovery) => recovery,
            Err(error) => return refused(proposal, error),
        };
        let members = members_of(proposal).into_iter().map(|(id, _)| id).collect();
        let change = PartitionChange::new(registration, self.election_rules(topic, None), |id| {
            self.can_lead(registration, id)
        });
        let record = change.proposed(members, recovery).record(topic.id, index);
        let Some(record) = record else {
            return Decision {
                record: None,
                answer: state_of(proposal, registration),
            };
        };
        let answer = match registration.merge(&record) {
            // The reassignment that this completes gave the lead to another broker.
            Ok(after) if after.leader != leader => answer_of(proposal, ErrorCode::NewLeaderElected),
            Ok(after) => state_of(proposal, &after),
            Err(_) => return refused(proposal, ErrorCode::UnknownServerError),
        };
        Decision {
            record: Some(record),
            answer,
        }
    }

    fn check_proposal(
        &self,
        leader: BrokerId,
        registration: &PartitionRegistration,
        proposal: &Proposal,
    ) -> Result<LeaderRecoveryState, ErrorCode> {
        let leader_epoch = LeaderEpoch::new(proposal.leader_epoch);
        let partition_epoch = PartitionEpoch::new(proposal.partition_epoch);
        if leader_epoch > registration.leader_epoch || partition_epoch > registration.partition_epoch {
            // The leader knows of decisions that are not known here: another controller made them.
            return Err(ErrorCode::NotController);
        }
        if leader_epoch < registration.leader_epoch {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        if leader != registration.leader {
            return Err(ErrorCode::InvalidRequest);
        }
        if partition_epoch < registration.partition_epoch {
            return Err(ErrorCode::InvalidUpdateVersion);
        }
        let members = members_of(proposal);
        let is_listed = |id: BrokerId| members.iter().any(|(member, _)| *member == id);
        let are_replicas = members.iter().all(|(id, _)| registration.replicas.contains(id));
        let is_named_twice =
            (1..members.len()).any(|at| members[..at].iter().any(|(id, _)| *id == members[at].0));
        if members.is_empty() || !are_replicas || is_named_twice || !is_listed(leader) {
            return Err(ErrorCode::InvalidRequest);
        }
        let may_join = |id| registration.isr.contains(&id) || self.has_online_replica(registration, id);
        if members
            .iter()
            .any(|(id, epoch)| !self.may_be_in_sync(*id, *epoch) || !may_join(*id))
        {
            return Err(ErrorCode::IneligibleReplica);
        }
        check_recovery(registration, proposal, members.len())
    }

    /// Whether a broker is alive, stays, and is still the process that fetched.
    fn may_be_in_sync(&self, id: BrokerId, epoch: i64) -> bool {
        let registered = self.image().cluster.broker(id);
        registered.is_some_and(|broker| {
            broker.is_active() && (epoch == EPOCH_UNKNOWN || broker.epoch == BrokerEpoch::new(epoch))
        })
    }
}

/// A leader that recovers is in sync alone; one that has recovered does not go back (KIP-704).
fn check_recovery(
    registration: &PartitionRegistration,
    proposal: &Proposal,
    members: usize,
) -> Result<LeaderRecoveryState, ErrorCode> {
    let wanted =
        LeaderRecoveryState::from_record(proposal.leader_recovery_state).ok_or(ErrorCode::InvalidRequest)?;
    let goes_back = wanted == LeaderRecoveryState::Recovering
        && registration.leader_recovery_state == LeaderRecoveryState::Recovered;
    let is_not_alone = wanted == LeaderRecoveryState::Recovering && members > 1;
    match goes_back || is_not_alone {
        true => Err(ErrorCode::InvalidRequest),
        false => Ok(wanted),
    }
}

/// The members and the epochs that they were seen in; version 2 names no epochs.
fn members_of(proposal: &Proposal) -> Vec<(BrokerId, i64)> {
    let with_epoch = |state: &BrokerState| (BrokerId::new(state.broker_id), state.broker_epoch);
    match proposal.new_isr_with_epochs.as_slice() {
        [] => proposal
            .new_isr
            .iter()
            .map(|id| (BrokerId::new(*id), EPOCH_UNKNOWN))
            .collect(),
        states => states.iter().map(with_epoch).collect(),
    }
}

fn answer_of(proposal: &Proposal, error: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index: proposal.partition_index,
        error_code: error.code(),
        ..PartitionData::default()
    }
}

fn refused(proposal: &Proposal, error: ErrorCode) -> Decision {
    Decision {
        record: None,
        answer: answer_of(proposal, error),
    }
}

fn state_of(proposal: &Proposal, registration: &PartitionRegistration) -> PartitionData {
    PartitionData {
        leader_id: registration.leader.value(),
        leader_epoch: registration.leader_epoch.value(),
        isr: registration.isr.iter().map(|id| id.value()).collect(),
        leader_recovery_state: registration.leader_recovery_state.record(),
        partition_epoch: registration.partition_epoch.value(),
        ..answer_of(proposal, ErrorCode::None)
    }
}

#[cfg(test)]
mod tests;
