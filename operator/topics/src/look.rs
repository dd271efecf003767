//! What topics are: three requests for any number of them, and how their answers become facts.

use std::collections::{BTreeMap, BTreeSet};

use broker_client::{Client, ClientError, MetadataCache, OngoingReassignment, TopicInfo, TopicSelection};
use broker_protocol::ErrorCode;
use operator_plan::fact::Fact;
use operator_plan::topic::TopicFact;

type Configs = BTreeMap<String, Result<BTreeMap<String, String>, ClientError>>;

/// What each of these topics is; everyone that was asked for is in the answer.
pub async fn look(client: &Client, names: &BTreeSet<String>) -> BTreeMap<String, Fact<TopicFact>> {
    match asked(client, names).await {
        Ok(facts) => facts,
        Err(error) => names
            .iter()
            .map(|name| (name.clone(), Fact::Unknown(error.to_string())))
            .collect(),
    }
}

async fn asked(
    client: &Client,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, Fact<TopicFact>>, ClientError> {
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let metadata = client.refresh(TopicSelection::Named(&all)).await?;
    let there: Vec<&str> = all
        .into_iter()
        .filter(|name| metadata.topics.get(*name).is_some_and(is_there))
        .collect();
    if there.is_empty() {
        return Ok(facts(names, &metadata, &[], &mut Configs::new()));
    }
    // All that move are fewer than all that are looked at, but for a moment.
    let moving = client.list_reassignments(None).await?;
    let mut configs = client.topic_configs(&there).await?;
    Ok(facts(names, &metadata, &moving, &mut configs))
}

fn is_there(topic: &TopicInfo) -> bool {
    topic.error == ErrorCode::None
}

/// Deals the answers out.
fn facts(
    names: &BTreeSet<String>,
    metadata: &MetadataCache,
    moving: &[OngoingReassignment],
    configs: &mut Configs,
) -> BTreeMap<String, Fact<TopicFact>> {
    let mut moving_of: BTreeMap<&str, Vec<&OngoingReassignment>> = BTreeMap::new();
    for one in moving {
        moving_of.entry(&one.partition.topic).or_default().push(one);
    }
    let mut fact = |name: &String| {
        let silent = || Fact::Unknown(format!("the cluster says nothing about topic {name}"));
        let Some(info) = metadata.topics.get(name) else {
            return silent();
        };
        match info.error {
            ErrorCode::None => {}
            ErrorCode::UnknownTopicOrPartition => return Fact::Absent,
            other => return Fact::Unknown(format!("topic {name}: {other:?}")),
        }
        match configs.remove(name) {
            Some(Ok(config)) => {
                let moving = moving_of.get(name.as_str()).map_or(&[][..], Vec::as_slice);
                Fact::Known(topic_fact(info, moving, config))
            }
            Some(Err(error)) => Fact::Unknown(error.to_string()),
            None => silent(),
        }
    };
    names.iter().map(|name| (name.clone(), fact(name))).collect()
}

fn topic_fact(
    info: &TopicInfo,
    moving: &[&OngoingReassignment],
    config: BTreeMap<String, String>,
) -> TopicFact {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let replicas = info.partitions.iter().map(|partition| {
        let going = moving
            .iter()
            .find(|one| one.partition.partition == partition.index)
            .map_or(0, |one| one.removing.len());
        count(partition.replicas.len().saturating_sub(going))
    });
    TopicFact {
        id: info.id.to_string(),
        partitions: count(info.partitions.len()),
        replicas: (
            replicas.clone().min().unwrap_or_default(),
            replicas.max().unwrap_or_default(),
        ),
        moving: count(moving.len()),
        config,
    }
}

#[cfg(test)]
mod tests {
    use broker_client::PartitionInfo;
    use broker_model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, TopicPartition, Uuid};

    use super::*;

    fn ids(raw: &[i32]) -> Vec<BrokerId> {
        raw.iter().copied().map(BrokerId::new).collect()
    }

    fn info(name: &str, error: ErrorCode, replicas: &[&[i32]]) -> (String, TopicInfo) {
        let partition = |(index, replicas): (i32, &&[i32])| PartitionInfo {
            index: PartitionIndex::new(index),
            leader: None,
            leader_epoch: LeaderEpoch::new(0),
            replicas: ids(replicas),
            isr: Vec::new(),
            offline: Vec::new(),
        };
        let info = TopicInfo {
            name: name.to_owned(),
            id: TopicId::new(Uuid::from_bytes([7; 16])),
            is_internal: false,
            error,
            partitions: (0..).zip(replicas).map(partition).collect(),
        };
        (name.to_owned(), info)
    }

    fn moves(topic: &str, partition: i32, removing: &[i32]) -> OngoingReassignment {
        OngoingReassignment {
            partition: TopicPartition::new(topic, PartitionIndex::new(partition)),
            replicas: Vec::new(),
            adding: Vec::new(),
            removing: ids(removing),
        }
    }

    fn dealt(moving: &[OngoingReassignment]) -> BTreeMap<String, Fact<TopicFact>> {
        let mut metadata = MetadataCache::default();
        metadata.topics.extend([
            info("a", ErrorCode::None, &[&[1, 2, 3, 4], &[1, 2, 3]]),
            info("b", ErrorCode::None, &[&[1]]),
            info("gone", ErrorCode::UnknownTopicOrPartition, &[]),
            info("odd", ErrorCode::LeaderNotAvailable, &[]),
            info("unread", ErrorCode::None, &[&[1]]),
            info("refused", ErrorCode::None, &[&[1]]),
        ]);
        let set: BTreeMap<String, String> = [("retention.ms".to_owned(), "1".to_owned())].into();
        let refused = ClientError::NoSuchTopic {
            topic: "refused".to_owned(),
        };
        let mut configs = Configs::from([
            ("a".to_owned(), Ok(set)),
            ("b".to_owned(), Ok(BTreeMap::new())),
            ("refused".to_owned(), Err(refused)),
        ]);
        let names = ["a", "b", "gone", "odd", "unread", "refused", "unnamed"];
        let names = names.into_iter().map(str::to_owned).collect();
        facts(&names, &metadata, moving, &mut configs)
    }

    #[test]
    fn every_topic_gets_what_is_said_about_it_and_no_other() {
        let facts = dealt(&[moves("a", 0, &[4]), moves("other", 0, &[1])]);
        let a = facts["a"].known().unwrap();
        assert_eq!((a.partitions, a.replicas, a.moving), (2, (3, 3), 1));
        assert_eq!(a.config["retention.ms"], "1");
        let b = facts["b"].known().unwrap();
        assert_eq!((b.partitions, b.replicas, b.moving), (1, (1, 1), 0));
        assert!(b.config.is_empty());
    }

    #[test]
    fn only_a_topic_that_the_cluster_calls_unknown_is_absent() {
        let facts = dealt(&[]);
        assert_eq!(facts["gone"], Fact::Absent);
        for name in ["odd", "unread", "refused", "unnamed"] {
            assert!(facts[name].unknown().is_some(), "{name}: {:?}", facts[name]);
        }
        assert_eq!(facts.len(), 7);
    }
}
