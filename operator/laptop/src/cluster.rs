//! The brokers as their clients see them: whether they serve, whether a replica is missing, and what is set while they
//! run.
//!
//! Owns nothing. Invariant: what cannot be asked is not so.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_client::{
    Client, ClientError, ClientOptions, ConfigEntry, ConfigResource, ConfigResourceType, TopicSelection,
    Validation,
};
use operator_plan::dynamic_configs::{NEVER_REMOVED, OF_MOVEMENTS};
use operator_topics::changes;

use crate::wanted::Wanted;

/// A client that gives up early: everything is asked again anyway.
pub(crate) async fn connect(bootstrap: &str) -> Result<Client, ClientError> {
    let options = ClientOptions {
        connect_timeout: Duration::from_secs(2),
        call_timeout: Duration::from_secs(10),
        ..ClientOptions::default()
    };
    Client::connect(bootstrap, options).await
}

/// Whether all of these brokers are let in.
pub(crate) async fn serve(client: &Client, brokers: &[i32]) -> Result<bool, ClientError> {
    let known = client.describe_cluster().await?;
    let is_in = |id: &i32| {
        let mut let_in = known.brokers.iter().filter(|broker| !broker.is_fenced);
        let_in.any(|broker| broker.id.value() == *id)
    };
    Ok(brokers.iter().all(is_in))
}

/// Whether no partition waits for a replica or a leader.
pub(crate) async fn is_whole(client: &Client) -> Result<bool, ClientError> {
    let known = client.refresh(TopicSelection::All).await?;
    let mut partitions = known.topics.values().flat_map(|topic| &topic.partitions);
    Ok(partitions
        .all(|partition| partition.leader.is_some() && partition.isr.len() == partition.replicas.len()))
}

fn all_brokers() -> ConfigResource {
    ConfigResource {
        kind: ConfigResourceType::Broker,
        name: String::new(),
    }
}

/// Sets what the object says and removes what it no longer says; answers how many were changed.
pub(crate) async fn configure(client: &Client, wanted: &Wanted) -> Result<usize, ClientError> {
    let described = client.describe_configs(&all_brokers()).await?;
    let (set, remove) = differences(&described, &wanted.dynamic);
    let changes = changes(&set, &remove);
    if !changes.is_empty() {
        client
            .alter_configs(&all_brokers(), &changes, Validation::AndApply)
            .await?;
    }
    Ok(changes.len())
}

fn differences(
    described: &[ConfigEntry],
    wanted: &BTreeMap<String, String>,
) -> (BTreeMap<String, String>, Vec<String>) {
    let is_set = |entry: &&ConfigEntry| entry.source == "DYNAMIC_DEFAULT_BROKER_CONFIG";
    let is: BTreeMap<&str, Option<&str>> = described
        .iter()
        .filter(is_set)
        .map(|entry| (entry.name.as_str(), entry.value.as_deref()))
        .collect();
    let mut set: BTreeMap<String, String> = wanted
        .iter()
        .filter(|(name, value)| is.get(name.as_str()) != Some(&Some(value.as_str())))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut remove = Vec::new();
    for (name, value) in is {
        let kept = NEVER_REMOVED.iter().find(|(kept, _)| *kept == name);
        match kept {
            _ if wanted.contains_key(name) || OF_MOVEMENTS.contains(&name) => {}
            Some((_, back)) if value != Some(back) => {
                set.insert(name.to_owned(), (*back).to_owned());
            }
            Some(_) => {}
            None => remove.push(name.to_owned()),
        }
    }
    (set, remove)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, value: &str, source: &'static str) -> ConfigEntry {
        ConfigEntry {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            source,
            is_default: false,
            is_read_only: false,
            is_sensitive: false,
            documentation: None,
        }
    }

    #[test]
    fn only_what_differs_is_changed() {
        const SET: &str = "DYNAMIC_DEFAULT_BROKER_CONFIG";
        let described = [
            entry("log.retention.ms", "1", SET),
            entry("num.io.threads", "4", SET),
            entry("min.insync.replicas", "2", SET),
            entry("leader.replication.throttled.rate", "9", SET),
            entry("log.segment.bytes", "7", "STATIC_BROKER_CONFIG"),
        ];
        let wanted = [("log.retention.ms", "1"), ("log.segment.bytes", "7")];
        let wanted = wanted.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (set, remove) = differences(&described, &BTreeMap::from(wanted));
        let expected = [("log.segment.bytes", "7"), ("min.insync.replicas", "1")];
        let set: Vec<(&str, &str)> = set
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(set, expected);
        assert_eq!(remove, ["num.io.threads"]);
    }
}
