//! One topic over Kafka's protocol: what it is, and what is asked about it.
//!
//! Owns nothing but the choice of brokers for more or fewer replicas. Invariants: what cannot be read is
//! [`Fact::Unknown`], never absent; a topic is deleted by its id. What should be asked is decided by `operator_plan`,
//! connections are the caller's.

use std::collections::BTreeMap;

use broker_client::{
    Client, ClientError, ConfigChange, ConfigOperation, ConfigResource, ConfigResourceType, NewTopic,
    Reassignment, TopicInfo, TopicSelection, Validation,
};
use broker_model::{BrokerId, TopicPartition};
use broker_protocol::ErrorCode;
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::messages::DeleteTopicsRequest;
use operator_plan::fact::Fact;
use operator_plan::topic::{TopicFact, TopicRequest};

/// What a topic is.
pub async fn look(client: &Client, name: &str) -> Fact<TopicFact> {
    let cache = match client.refresh(TopicSelection::Named(&[name])).await {
        Ok(cache) => cache,
        Err(error) => return Fact::Unknown(error.to_string()),
    };
    let Some(info) = cache.topics.get(name) else {
        return Fact::Unknown(format!("the cluster says nothing about topic {name}"));
    };
    match info.error {
        ErrorCode::None => {}
        ErrorCode::UnknownTopicOrPartition => return Fact::Absent,
        other => return Fact::Unknown(format!("topic {name}: {other:?}")),
    }
    let keys: Vec<TopicPartition> = info
        .partitions
        .iter()
        .map(|partition| TopicPartition::new(name, partition.index))
        .collect();
    let moving = match client.list_reassignments(Some(&keys)).await {
        Ok(moving) => moving,
        Err(error) => return Fact::Unknown(error.to_string()),
    };
    let configs = match client.describe_configs(&topic_resource(name)).await {
        Ok(configs) => configs,
        Err(error) => return Fact::Unknown(error.to_string()),
    };
    let replicas = info.partitions.iter().map(|partition| {
        let going = moving
            .iter()
            .find(|one| one.partition.partition == partition.index)
            .map_or(0, |one| one.removing.len());
        i32::try_from(partition.replicas.len().saturating_sub(going)).unwrap_or(i32::MAX)
    });
    Fact::Known(TopicFact {
        id: info.id.to_string(),
        partitions: i32::try_from(info.partitions.len()).unwrap_or(i32::MAX),
        replicas: (
            replicas.clone().min().unwrap_or_default(),
            replicas.max().unwrap_or_default(),
        ),
        moving: i32::try_from(moving.len()).unwrap_or(i32::MAX),
        config: configs
            .into_iter()
            .filter(|entry| entry.source == "DYNAMIC_TOPIC_CONFIG")
            .filter_map(|entry| Some((entry.name, entry.value?)))
            .collect(),
    })
}

/// Whether the cluster deletes topics at all, as this one of its brokers is configured.
pub async fn deletion_enabled(client: &Client, broker: BrokerId) -> Fact<bool> {
    let resource = ConfigResource {
        kind: ConfigResourceType::Broker,
        name: broker.to_string(),
    };
    match client.describe_configs(&resource).await {
        Ok(entries) => {
            let entry = entries.iter().find(|entry| entry.name == "delete.topic.enable");
            Fact::Known(entry.and_then(|entry| entry.value.as_deref()) != Some("false"))
        }
        Err(error) => Fact::Unknown(error.to_string()),
    }
}

/// Asks for a change. What is already so is no failure.
///
/// # Errors
/// The cluster refuses or does not answer.
pub async fn ask(client: &Client, wish: &TopicRequest) -> Result<(), ClientError> {
    match wish {
        TopicRequest::Create {
            name,
            partitions,
            replicas,
            config,
        } => {
            let topic = NewTopic {
                name: name.clone(),
                partitions: *partitions,
                replicas: replicas.and_then(|replicas| i16::try_from(replicas).ok()),
                configs: config.clone().into_iter().collect(),
            };
            let made = client.create_topic(&topic, Validation::AndApply).await;
            tolerated(made.map(drop), ErrorCode::TopicAlreadyExists)
        }
        TopicRequest::Grow { name, partitions } => {
            client
                .create_partitions(name, *partitions, Validation::AndApply)
                .await
        }
        TopicRequest::ChangeConfig { name, set, remove } => {
            let changes = changes(set, remove);
            client
                .alter_configs(&topic_resource(name), &changes, Validation::AndApply)
                .await
        }
        TopicRequest::ChangeReplicas { name, replicas, .. } => change_replicas(client, name, *replicas).await,
        TopicRequest::Delete { id, .. } => tolerated(delete(client, id).await, ErrorCode::UnknownTopicId),
    }
}

fn tolerated(done: Result<(), ClientError>, code: ErrorCode) -> Result<(), ClientError> {
    match done {
        Err(error) if error.code() == Some(code) => Ok(()),
        other => other,
    }
}

/// Deletes the topic with this id, and no other of its name.
async fn delete(client: &Client, id: &str) -> Result<(), ClientError> {
    let cache = client.refresh(TopicSelection::All).await?;
    let Some(topic) = cache.topics.values().find(|topic| topic.id.to_string() == id) else {
        return Ok(());
    };
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: None,
            topic_id: topic.id.uuid(),
            ..DeleteTopicState::default()
        }],
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    };
    let response = client.call_controller(&request).await?;
    let connection = client
        .connection(client.metadata().controller, broker_client::Lane::General)
        .await?;
    let asked = broker_client::Asked::of::<DeleteTopicsRequest>(&connection);
    for result in response.responses {
        let message = result.error_message.as_ref();
        asked.verdict(format_args!("topic {}", topic.name), result.error_code, message)?;
    }
    Ok(())
}

/// Gives each partition another number of replicas: those that stay keep their place, the leader first.
async fn change_replicas(client: &Client, name: &str, replicas: i32) -> Result<(), ClientError> {
    let cluster = client.describe_cluster().await?;
    let brokers: Vec<BrokerId> = cluster
        .brokers
        .iter()
        .filter(|broker| !broker.is_fenced)
        .map(|broker| broker.id)
        .collect();
    let topic = client.topic(name).await?;
    let wanted = usize::try_from(replicas).unwrap_or_default();
    let changes = placement(&topic, &brokers, wanted);
    let outcomes = client.alter_reassignments(&changes).await?;
    for (_, outcome) in outcomes {
        outcome?;
    }
    Ok(())
}

/// New replicas go to the brokers that have the fewest of this topic, by id among equals.
fn placement(topic: &TopicInfo, brokers: &[BrokerId], wanted: usize) -> Vec<(TopicPartition, Reassignment)> {
    let mut load: BTreeMap<BrokerId, usize> = brokers.iter().map(|id| (*id, 0)).collect();
    for id in topic.partitions.iter().flat_map(|partition| &partition.replicas) {
        *load.entry(*id).or_default() += 1;
    }
    let mut changes = Vec::new();
    for partition in &topic.partitions {
        if partition.replicas.len() == wanted {
            continue;
        }
        let mut kept = partition.replicas.clone();
        kept.sort_by_key(|id| (Some(*id) != partition.leader, !partition.isr.contains(id)));
        kept.truncate(wanted);
        while kept.len() < wanted {
            let free = brokers.iter().filter(|id| !kept.contains(id));
            let Some(next) = free.min_by_key(|id| (load.get(id).copied().unwrap_or_default(), **id)) else {
                break;
            };
            *load.entry(*next).or_default() += 1;
            kept.push(*next);
        }
        let key = TopicPartition::new(topic.name.as_str(), partition.index);
        changes.push((key, Reassignment::To(kept)));
    }
    changes
}

fn topic_resource(name: &str) -> ConfigResource {
    ConfigResource {
        kind: ConfigResourceType::Topic,
        name: name.to_owned(),
    }
}

/// What sets these configurations and gives those back to their defaults.
#[must_use]
pub fn changes(set: &BTreeMap<String, String>, remove: &[String]) -> Vec<ConfigChange> {
    let sets = set.iter().map(|(name, value)| ConfigChange {
        name: name.clone(),
        operation: ConfigOperation::Set(value.clone()),
    });
    let removes = remove.iter().map(|name| ConfigChange {
        name: name.clone(),
        operation: ConfigOperation::Delete,
    });
    sets.chain(removes).collect()
}
