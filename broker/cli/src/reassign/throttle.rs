//! How fast replicas may be copied (KIP-73): rates on brokers, and which replicas of a topic they are for.

use std::collections::{BTreeMap, BTreeSet};

use broker_client::{Client, ClientError, ConfigChange, ConfigOperation, ConfigResource, ConfigResourceType};
use broker_model::{BrokerId, TopicPartition};

use super::planner::Assignment;

const RATES: [&str; 2] = [
    "leader.replication.throttled.rate",
    "follower.replication.throttled.rate",
];
const LEADERS: &str = "leader.replication.throttled.replicas";
const FOLLOWERS: &str = "follower.replication.throttled.replicas";

/// Limits the copies from where partitions lie to where they are to lie, to so many bytes a second on each broker.
///
/// # Errors
/// A broker or topic refuses.
pub(super) async fn set(
    client: &Client,
    now: &Assignment,
    planned: &Assignment,
    bytes_per_second: u64,
) -> Result<(), ClientError> {
    let (mut brokers, mut topics) = (BTreeSet::new(), BTreeMap::new());
    for (key, target) in planned {
        let sources = now
            .iter()
            .find(|(other, _)| other == key)
            .map(|(_, replicas)| replicas);
        let sources = sources.map(Vec::as_slice).unwrap_or_default();
        let added: Vec<BrokerId> = target
            .iter()
            .filter(|id| !sources.contains(id))
            .copied()
            .collect();
        if added.is_empty() {
            continue;
        }
        brokers.extend(sources.iter().chain(&added).copied());
        let entry: &mut (Vec<String>, Vec<String>) = topics.entry(key.topic.to_string()).or_default();
        let replica = |id: &BrokerId| format!("{}:{id}", key.partition);
        entry.0.extend(sources.iter().map(replica));
        entry.1.extend(added.iter().map(replica));
    }
    let set = |name: &str, value: String| ConfigChange {
        name: name.to_owned(),
        operation: ConfigOperation::Set(value),
    };
    for (topic, (leaders, followers)) in topics {
        let changes = [
            set(LEADERS, leaders.join(",")),
            set(FOLLOWERS, followers.join(",")),
        ];
        change(client, ConfigResourceType::Topic, topic, &changes).await?;
    }
    for broker in brokers {
        let changes = RATES.map(|name| set(name, bytes_per_second.to_string()));
        change(client, ConfigResourceType::Broker, broker.to_string(), &changes).await?;
    }
    Ok(())
}

/// Takes the limits away from these brokers and the topics of these partitions.
///
/// # Errors
/// A broker or topic refuses.
pub(super) async fn clear(
    client: &Client,
    brokers: &BTreeSet<BrokerId>,
    partitions: &[TopicPartition],
) -> Result<(), ClientError> {
    let delete = |name: &str| ConfigChange {
        name: name.to_owned(),
        operation: ConfigOperation::Delete,
    };
    let topics: BTreeSet<String> = partitions.iter().map(|key| key.topic.to_string()).collect();
    for topic in topics {
        let changes = [LEADERS, FOLLOWERS].map(delete);
        change(client, ConfigResourceType::Topic, topic, &changes).await?;
    }
    for broker in brokers {
        change(
            client,
            ConfigResourceType::Broker,
            broker.to_string(),
            &RATES.map(delete),
        )
        .await?;
    }
    Ok(())
}

async fn change(
    client: &Client,
    kind: ConfigResourceType,
    name: String,
    changes: &[ConfigChange],
) -> Result<(), ClientError> {
    let resource = ConfigResource { kind, name };
    client
        .alter_configs(&resource, changes, broker_client::Validation::AndApply)
        .await
}
