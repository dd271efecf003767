//! Answers of brokers turned into facts. What did not answer is unknown, never zero.

use std::collections::BTreeMap;

use broker_admin::tonic::Status;
use broker_admin::v1::{
    BrokerStatusResponse, CaughtUpResponse, ClusterStatusResponse, DescribeQuorumResponse,
    ObstacleKind as Wire, QuorumMember, SafeToStopResponse, StoreState, StoreTrouble, TierStatusResponse,
    TierTopic,
};
use broker_client::ConfigEntry;
use operator_plan::fact::Fact;
use operator_plan::facts::{
    BrokerFact, KafkaFacts, MemberFact, Obstacle, ObstacleKind, PartitionsFact, QuorumFact, StopVerdict,
    TierBytes, TierFact, TierTrouble,
};

/// What nodes say about themselves, by node id.
pub(super) type Statuses = BTreeMap<i32, Result<BrokerStatusResponse, Status>>;

/// What the active controller answered, and the configuration of all brokers.
pub(super) struct Answers {
    pub(super) cluster: ClusterStatusResponse,
    pub(super) quorum: Fact<DescribeQuorumResponse>,
    pub(super) safe_to_stop: BTreeMap<i32, Fact<SafeToStopResponse>>,
    pub(super) caught_up: BTreeMap<i32, Fact<CaughtUpResponse>>,
    pub(super) configs: Fact<Vec<ConfigEntry>>,
    /// Of those that serve clients.
    pub(super) tier: BTreeMap<i32, Fact<TierStatusResponse>>,
}

/// The active controller, as the nodes themselves say: of two that think so, the one of the later epoch.
pub(super) fn active_controller(statuses: &Statuses) -> Option<i32> {
    let active = statuses.iter().filter_map(|(id, status)| {
        let status = status
            .as_ref()
            .ok()
            .filter(|status| status.is_active_controller)?;
        Some((status.controller_epoch, *id))
    });
    active.max().map(|(_, id)| id)
}

/// The facts.
pub(super) fn of(answers: &Answers) -> KafkaFacts {
    let cluster = &answers.cluster;
    KafkaFacts {
        cluster_id: cluster.cluster_id.clone(),
        brokers: cluster
            .brokers
            .iter()
            .map(|broker| {
                let fact = BrokerFact {
                    fenced: broker.is_fenced,
                    cordoned: broker.is_cordoned,
                    replicas: Fact::Known(count(broker.replicas)),
                    movable_leaders: Fact::Known(count(broker.movable_leaders)),
                };
                (broker.broker_id, fact)
            })
            .collect(),
        quorum: mapped(&answers.quorum, of_quorum),
        partitions: Fact::Known(PartitionsFact {
            total: count(cluster.partitions),
            under_replicated: count(cluster.under_replicated),
            under_min_isr: count(cluster.under_min_isr),
            offline: count(cluster.offline),
        }),
        largest_replication_factor: Fact::Known(
            i32::try_from(cluster.largest_replication_factor).unwrap_or(i32::MAX),
        ),
        dynamic_config: mapped(&answers.configs, |configs| dynamic_config(configs)),
        safe_to_stop: answers
            .safe_to_stop
            .iter()
            .map(|(id, answer)| (*id, mapped(answer, verdict)))
            .collect(),
        caught_up: answers
            .caught_up
            .iter()
            .map(|(id, answer)| (*id, mapped(answer, |answer| answer.caught_up)))
            .collect(),
        moving: Fact::Known(count(cluster.moving_replicas)),
        tier: answers
            .tier
            .iter()
            .map(|(id, answer)| (*id, mapped(answer, of_tier)))
            .collect(),
        spread_to: Fact::Known(cluster.spread_to_broker_ids.clone()),
    }
}

/// A fact about something else.
pub(super) fn mapped<T, U>(fact: &Fact<T>, map: impl FnOnce(&T) -> U) -> Fact<U> {
    match fact {
        Fact::Known(value) => Fact::Known(map(value)),
        Fact::Absent => Fact::Absent,
        Fact::Unknown(reason) => Fact::Unknown(reason.clone()),
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Where a member of the quorum is compared with what is committed: what came this moment does not count. A node whose
/// volume was lost comes back under another directory id and the old one is listed for some minutes more: the one
/// that fetched last is the node.
fn of_quorum(answer: &DescribeQuorumResponse) -> QuorumFact {
    let member = |member: &QuorumMember| {
        let has_all = member
            .log_end_offset
            .is_some_and(|end| end >= answer.high_watermark);
        (
            member.node_id,
            MemberFact {
                directory: member.directory_id.clone(),
                caught_up: has_all || member.node_id == answer.leader_id,
            },
        )
    };
    let members = |listed: &[QuorumMember]| {
        let mut listed: Vec<&QuorumMember> = listed.iter().collect();
        listed.sort_by_key(|member| member.last_fetch_ms);
        listed.into_iter().map(member).collect()
    };
    QuorumFact {
        leader: answer.leader_id,
        voters: members(&answer.voters),
        observers: members(&answer.observers),
    }
}

fn of_tier(answer: &TierStatusResponse) -> TierFact {
    let trouble = trouble(answer.trouble()).map(|trouble| (trouble, answer.store_error.clone()));
    TierFact {
        enabled: answer.enabled,
        used: answer.store() == StoreState::Used,
        trouble,
        produce_blocked: answer.produce_blocked,
        held: answer.total.as_ref().map(held).unwrap_or_default(),
    }
}

/// What a topic has on one broker, or all of them together.
pub(super) fn held(topic: &TierTopic) -> TierBytes {
    TierBytes {
        local_bytes: count(topic.local_bytes),
        remote_bytes: count(topic.remote_bytes),
        lag_bytes: count(topic.lag_bytes),
        lag_ms: count(topic.lag_ms),
    }
}

fn trouble(told: StoreTrouble) -> Option<TierTrouble> {
    Some(match told {
        StoreTrouble::Unspecified => return None,
        StoreTrouble::Unreachable => TierTrouble::Unreachable,
        StoreTrouble::Credentials => TierTrouble::Credentials,
        StoreTrouble::Denied => TierTrouble::Denied,
        StoreTrouble::NoBucket => TierTrouble::NoBucket,
        StoreTrouble::Region => TierTrouble::Region,
        StoreTrouble::Clock => TierTrouble::Clock,
        StoreTrouble::Full => TierTrouble::Full,
        StoreTrouble::OtherCluster => TierTrouble::OtherCluster,
        StoreTrouble::NoConditions => TierTrouble::NoConditions,
        StoreTrouble::Configuration => TierTrouble::Configuration,
    })
}

fn dynamic_config(entries: &[ConfigEntry]) -> BTreeMap<String, String> {
    entries
        .iter()
        .filter(|entry| entry.source == "DYNAMIC_DEFAULT_BROKER_CONFIG")
        .filter_map(|entry| Some((entry.name.clone(), entry.value.clone()?)))
        .collect()
}

fn verdict(answer: &SafeToStopResponse) -> StopVerdict {
    let named = answer.obstacles.iter().flat_map(|obstacles| &obstacles.named);
    let mut obstacles: Vec<Obstacle> = named
        .map(|obstacle| Obstacle {
            kind: obstacle_kind(obstacle.kind()),
            text: obstacle.text.clone(),
        })
        .collect();
    if !answer.safe && obstacles.is_empty() {
        obstacles.push(Obstacle {
            kind: ObstacleKind::Other,
            text: "the active controller says no and names no reason".to_owned(),
        });
    }
    StopVerdict { obstacles }
}

fn obstacle_kind(kind: Wire) -> ObstacleKind {
    match kind {
        Wire::PartitionLosesAllReplicas => ObstacleKind::OnlyCopy,
        Wire::QuorumWouldLoseMajority => ObstacleKind::QuorumMajority,
        _ => ObstacleKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(is_active: bool, epoch: i32) -> Result<BrokerStatusResponse, Status> {
        Ok(BrokerStatusResponse {
            is_active_controller: is_active,
            controller_epoch: epoch,
            ..BrokerStatusResponse::default()
        })
    }

    #[test]
    fn of_two_that_think_they_are_active_the_later_one_is() {
        let statuses = [
            (0, status(true, 4)),
            (1, status(true, 5)),
            (2, status(false, 9)),
            (3, Err(Status::unavailable("x"))),
        ];
        assert_eq!(active_controller(&statuses.into()), Some(1));
    }

    #[test]
    fn a_no_without_a_reason_is_still_a_no() {
        let verdict = verdict(&SafeToStopResponse {
            safe: false,
            obstacles: None,
        });
        assert_eq!(verdict.obstacles.len(), 1);
        assert_eq!(verdict.obstacles[0].kind, ObstacleKind::Other);
    }

    #[test]
    fn a_member_that_never_fetched_has_not_caught_up() {
        let answer = DescribeQuorumResponse {
            leader_id: 1000,
            high_watermark: 10,
            voters: vec![
                QuorumMember {
                    node_id: 1000,
                    ..QuorumMember::default()
                },
                QuorumMember {
                    node_id: 1001,
                    ..QuorumMember::default()
                },
                QuorumMember {
                    node_id: 1002,
                    log_end_offset: Some(10),
                    ..QuorumMember::default()
                },
            ],
            ..DescribeQuorumResponse::default()
        };
        let quorum = of_quorum(&answer);
        let caught_up = |id: i32| quorum.voters[&id].caught_up;
        assert_eq!(
            (caught_up(1000), caught_up(1001), caught_up(1002)),
            (true, false, true)
        );
    }

    #[test]
    fn of_two_directories_of_one_observer_the_one_that_fetched_last_is_it() {
        let seen = |directory: &str, last_fetch_ms| QuorumMember {
            node_id: 1000,
            directory_id: directory.to_owned(),
            last_fetch_ms,
            ..QuorumMember::default()
        };
        let mut answer = DescribeQuorumResponse {
            observers: vec![seen("new", Some(7)), seen("old", Some(5)), seen("never", None)],
            ..DescribeQuorumResponse::default()
        };
        for _ in 0..2 {
            assert_eq!(of_quorum(&answer).observers[&1000].directory, "new");
            answer.observers.reverse();
        }
    }
}
