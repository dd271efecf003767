//! Which partitions a reset is about.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use broker_client::{Client, ClientError};
use broker_model::{Offset, PartitionIndex, TopicPartition};

use crate::error::CliError;

/// A topic, or some of its partitions: `name` or `name:0,1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicScope {
    topic: String,
    /// Empty: all.
    partitions: Vec<PartitionIndex>,
}

impl FromStr for TopicScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} is neither a topic nor topic:0,1");
        let (topic, list) = match text.split_once(':') {
            Some((topic, list)) => (topic, Some(list)),
            None => (text, None),
        };
        let number = |text: &str| match text.trim().parse() {
            Ok(number @ 0..) => Ok(PartitionIndex::new(number)),
            _ => Err(wrong()),
        };
        let partitions = list.map(|list| list.split(',').map(number).collect());
        match topic.is_empty() {
            true => Err(wrong()),
            false => Ok(Self {
                topic: topic.to_owned(),
                partitions: partitions.transpose()?.unwrap_or_default(),
            }),
        }
    }
}

/// The partitions that are named.
///
/// # Errors
/// A topic or a partition does not exist.
pub(crate) async fn partitions(
    client: &Client,
    scopes: &[TopicScope],
) -> Result<BTreeSet<TopicPartition>, CliError> {
    let mut keys = BTreeSet::new();
    for scope in scopes {
        let topic = client.topic(&scope.topic).await?;
        let all: Vec<TopicPartition> = topic.topic_partitions().collect();
        for wanted in &scope.partitions {
            let key = TopicPartition::new(scope.topic.as_str(), *wanted);
            if !all.contains(&key) {
                return Err(CliError::Usage(format!(
                    "topic {} has no partition {wanted}: it has {}, counted from 0",
                    scope.topic,
                    all.len()
                )));
            }
            keys.insert(key);
        }
        if scope.partitions.is_empty() {
            keys.extend(all);
        }
    }
    Ok(keys)
}

/// The partitions for which offsets are committed and that still exist.
///
/// # Errors
/// The cluster does not answer.
pub(crate) async fn of_committed(
    client: &Client,
    committed: &BTreeMap<TopicPartition, Offset>,
) -> Result<BTreeSet<TopicPartition>, CliError> {
    let topics: BTreeSet<&str> = committed.keys().map(|key| &*key.topic).collect();
    let mut keys = BTreeSet::new();
    for name in topics {
        match client.topic(name).await {
            Ok(topic) => keys.extend(topic.topic_partitions().filter(|key| committed.contains_key(key))),
            Err(ClientError::NoSuchTopic { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_topic_with_or_without_partitions() {
        let scope = |text: &str| text.parse::<TopicScope>();
        assert_eq!(scope("a").unwrap().partitions, []);
        assert_eq!(
            scope("a:0,2").unwrap().partitions,
            [PartitionIndex::new(0), PartitionIndex::new(2)]
        );
        for text in ["", ":0", "a:", "a:x", "a:-1", "a:0,"] {
            assert!(scope(text).is_err(), "{text}");
        }
    }
}
