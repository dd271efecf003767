//! How fast the replicas of a topic are copied when it gets more of them (KIP-73): a rate for all brokers, and which
//! replicas it is for.
//!
//! Owns nothing. Invariant: a replica is listed before it begins to move, or does not move. That a list goes when
//! its movement has ended is decided by `operator_plan`; the rate stays, for without a list it limits nothing.

use std::collections::BTreeMap;

use broker_client::{
    Client, ClientError, ConfigChange, ConfigOperation, ConfigResource, ConfigResourceType, Reassignment,
    TopicInfo, Validation,
};
use broker_model::TopicPartition;

const RATES: [&str; 2] = [
    "leader.replication.throttled.rate",
    "follower.replication.throttled.rate",
];
const LEADERS: &str = "leader.replication.throttled.replicas";
const FOLLOWERS: &str = "follower.replication.throttled.replicas";

fn set_to(name: &str, value: String) -> ConfigChange {
    ConfigChange {
        name: name.to_owned(),
        operation: ConfigOperation::Set(value),
    }
}

/// The lists of a topic: replicas that are copied from, and those that are added; `None` if none is added.
pub(crate) fn listed(
    topic: &TopicInfo,
    changes: &[(TopicPartition, Reassignment)],
) -> Option<(String, Vec<ConfigChange>)> {
    let (mut leaders, mut followers) = (Vec::new(), Vec::new());
    for (key, change) in changes {
        let Reassignment::To(replicas) = change else {
            continue;
        };
        let before = topic
            .partitions
            .iter()
            .find(|partition| partition.index == key.partition);
        let before = before.map_or(&[][..], |partition| &partition.replicas);
        let entry = |id| format!("{}:{id}", key.partition);
        let added: Vec<String> = replicas
            .iter()
            .filter(|id| !before.contains(id))
            .map(entry)
            .collect();
        if !added.is_empty() {
            leaders.extend(before.iter().map(entry));
            followers.extend(added);
        }
    }
    let lists = vec![
        set_to(LEADERS, leaders.join(",")),
        set_to(FOLLOWERS, followers.join(",")),
    ];
    (!followers.is_empty()).then(|| (topic.name.clone(), lists))
}

/// Sets the rate of all brokers, and the lists; answers for each topic.
pub(crate) async fn set(
    client: &Client,
    bytes_per_second: i64,
    lists: &[(String, Vec<ConfigChange>)],
) -> Result<BTreeMap<String, Result<(), ClientError>>, ClientError> {
    let all_brokers = ConfigResource {
        kind: ConfigResourceType::Broker,
        name: String::new(),
    };
    let rates = RATES.map(|name| set_to(name, bytes_per_second.to_string()));
    client
        .alter_configs(&all_brokers, &rates, Validation::AndApply)
        .await?;
    client.alter_topic_configs(lists, Validation::AndApply).await
}

#[cfg(test)]
mod tests {
    use broker_client::PartitionInfo;
    use broker_model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, Uuid};
    use broker_protocol::ErrorCode;

    use super::*;

    fn ids(raw: &[i32]) -> Vec<BrokerId> {
        raw.iter().copied().map(BrokerId::new).collect()
    }

    /// Of a topic with these replicas, and these wanted.
    fn lists(before: &[&[i32]], after: &[&[i32]]) -> Option<Vec<String>> {
        let partition = |(index, replicas): (i32, &&[i32])| PartitionInfo {
            index: PartitionIndex::new(index),
            leader: None,
            leader_epoch: LeaderEpoch::new(0),
            replicas: ids(replicas),
            isr: Vec::new(),
            offline: Vec::new(),
        };
        let topic = TopicInfo {
            name: "t".to_owned(),
            id: TopicId::new(Uuid::from_bytes([7; 16])),
            is_internal: false,
            error: ErrorCode::None,
            partitions: (0..).zip(before).map(partition).collect(),
        };
        let change = |(index, replicas): (i32, &&[i32])| {
            let key = TopicPartition::new("t", PartitionIndex::new(index));
            (key, Reassignment::To(ids(replicas)))
        };
        let changes: Vec<_> = (0..).zip(after).map(change).collect();
        let (_, lists) = listed(&topic, &changes)?;
        let text = |change: &ConfigChange| match &change.operation {
            ConfigOperation::Set(value) => format!("{}={value}", change.name),
            other => panic!("{other:?}"),
        };
        Some(lists.iter().map(text).collect())
    }

    #[test]
    fn replicas_that_are_added_and_those_that_they_are_copied_from_are_listed() {
        let lists = lists(&[&[1], &[2], &[3, 1]], &[&[1, 2, 3], &[2, 1], &[3, 1]]).unwrap();
        assert_eq!(
            lists,
            [
                "leader.replication.throttled.replicas=0:1,1:2",
                "follower.replication.throttled.replicas=0:2,0:3,1:1"
            ]
        );
    }

    #[test]
    fn fewer_replicas_copy_nothing() {
        assert_eq!(lists(&[&[1, 2, 3]], &[&[1]]), None);
    }
}
