//! Which wishes travel together: one request for each kind, split where a cluster would refuse it for its size.
//!
//! Invariants: every wish is in exactly one call, but for one that nothing can fulfil; no call names a topic twice, for a
//! cluster refuses both mentions; of one kind, what was wished first is asked first.

use std::mem::discriminant;

use broker_client::{ConfigChange, NewTopic};
use broker_model::{TopicId, Uuid};
use broker_protocol::ApiKey;
use operator_plan::topic::TopicRequest;

use crate::changes;

/// Partitions that one request asks for. Kafka refuses a request for more than 10,000 as a whole.
const PARTITIONS_MAX: usize = 2_000;
/// What a topic counts whose number of partitions is left to the broker.
const PARTITIONS_UNSAID: usize = 20;

/// One request over Kafka's protocol, or a few for replicas.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Create(Vec<NewTopic>),
    Grow(Vec<(String, i32)>),
    Configure(Vec<(String, Vec<ConfigChange>)>),
    ChangeReplicas(Vec<ReplicasChange>),
    Delete(Vec<TopicId>),
}

/// Another number of replicas for every partition of a topic.
#[derive(Clone, Debug)]
pub(crate) struct ReplicasChange {
    pub(crate) topic: String,
    pub(crate) replicas: i32,
    /// Most bytes a second of each broker.
    pub(crate) throttle: Option<i64>,
}

/// A call, and for whom: the place of each wish that it carries, with the key of its answer.
#[derive(Clone, Debug)]
pub(crate) struct Together {
    pub(crate) call: Call,
    pub(crate) of: Vec<(usize, String)>,
    partitions: usize,
}

/// The calls for these wishes.
pub(crate) fn together(wishes: &[TopicRequest]) -> Vec<Together> {
    let mut calls: Vec<Together> = Vec::new();
    for (place, wish) in wishes.iter().enumerate() {
        let Some(call) = Call::of(wish) else { continue };
        let (key, partitions) = (key(wish), partitions(wish));
        let mut same_kind = calls.iter_mut();
        let last = same_kind.rfind(|other| discriminant(&other.call) == discriminant(&call));
        match last.filter(|last| last.has_room(&key, partitions)) {
            Some(last) => {
                last.partitions += partitions;
                last.of.push((place, key));
                last.call.extend(call);
            }
            None => calls.push(Together {
                call,
                of: vec![(place, key)],
                partitions,
            }),
        }
    }
    calls
}

impl Together {
    fn has_room(&self, key: &str, partitions: usize) -> bool {
        self.partitions + partitions <= PARTITIONS_MAX && self.of.iter().all(|(_, other)| other != key)
    }
}

impl Call {
    /// `None` for a topic whose id is none: nothing has it.
    fn of(wish: &TopicRequest) -> Option<Self> {
        Some(match wish {
            TopicRequest::Create {
                name,
                partitions,
                replicas,
                config,
            } => Self::Create(vec![NewTopic {
                name: name.clone(),
                partitions: *partitions,
                replicas: replicas.and_then(|replicas| i16::try_from(replicas).ok()),
                configs: config.clone().into_iter().collect(),
            }]),
            TopicRequest::Grow { name, partitions } => Self::Grow(vec![(name.clone(), *partitions)]),
            TopicRequest::ChangeConfig { name, set, remove } => {
                Self::Configure(vec![(name.clone(), changes(set, remove))])
            }
            TopicRequest::ChangeReplicas {
                name,
                replicas,
                throttle,
            } => Self::ChangeReplicas(vec![ReplicasChange {
                topic: name.clone(),
                replicas: *replicas,
                throttle: *throttle,
            }]),
            TopicRequest::Delete { id, .. } => Self::Delete(vec![TopicId::new(id.parse::<Uuid>().ok()?)]),
        })
    }

    /// The API that it is asked through.
    pub(crate) fn api(&self) -> ApiKey {
        match self {
            Self::Create(_) => ApiKey::CreateTopics,
            Self::Grow(_) => ApiKey::CreatePartitions,
            Self::Configure(_) => ApiKey::IncrementalAlterConfigs,
            Self::ChangeReplicas(_) => ApiKey::AlterPartitionReassignments,
            Self::Delete(_) => ApiKey::DeleteTopics,
        }
    }

    /// With what another call of the same kind asks for.
    fn extend(&mut self, other: Self) {
        match (self, other) {
            (Self::Create(all), Self::Create(more)) => all.extend(more),
            (Self::Grow(all), Self::Grow(more)) => all.extend(more),
            (Self::ChangeReplicas(all), Self::ChangeReplicas(more)) => all.extend(more),
            (Self::Configure(all), Self::Configure(more)) => all.extend(more),
            (Self::Delete(all), Self::Delete(more)) => all.extend(more),
            (this, other) => debug_assert!(false, "{this:?} and {other:?} are of two kinds"),
        }
    }
}

/// Under what the answer for a wish comes back.
fn key(wish: &TopicRequest) -> String {
    match wish {
        TopicRequest::Create { name, .. }
        | TopicRequest::Grow { name, .. }
        | TopicRequest::ChangeReplicas { name, .. }
        | TopicRequest::ChangeConfig { name, .. } => name.clone(),
        TopicRequest::Delete { id, .. } => id.clone(),
    }
}

fn partitions(wish: &TopicRequest) -> usize {
    let count = |count: i32| usize::try_from(count).unwrap_or_default();
    match wish {
        TopicRequest::Create { partitions, .. } => partitions.map_or(PARTITIONS_UNSAID, count),
        TopicRequest::Grow { partitions, .. } => count(*partitions),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn create(name: &str, partitions: Option<i32>) -> TopicRequest {
        TopicRequest::Create {
            name: name.to_owned(),
            partitions,
            replicas: Some(3),
            config: BTreeMap::new(),
        }
    }

    fn grow(name: &str, partitions: i32) -> TopicRequest {
        TopicRequest::Grow {
            name: name.to_owned(),
            partitions,
        }
    }

    fn configure(name: &str, value: &str) -> TopicRequest {
        TopicRequest::ChangeConfig {
            name: name.to_owned(),
            set: [("retention.ms".to_owned(), value.to_owned())].into(),
            remove: Vec::new(),
        }
    }

    fn delete(id: &str) -> TopicRequest {
        TopicRequest::Delete {
            name: "t".to_owned(),
            id: id.to_owned(),
        }
    }

    fn places(wishes: &[TopicRequest]) -> Vec<Vec<usize>> {
        let of = |call: &Together| call.of.iter().map(|(place, _)| *place).collect();
        together(wishes).iter().map(of).collect()
    }

    #[test]
    fn a_thousand_topics_are_one_request() {
        let wishes: Vec<_> = (0..1_000).map(|i| create(&format!("t-{i}"), Some(1))).collect();
        let calls = together(&wishes);
        assert_eq!(calls.len(), 1);
        let Call::Create(topics) = &calls[0].call else {
            panic!("{:?}", calls[0].call)
        };
        let pairs = topics.iter().zip(&calls[0].of);
        for (place, (topic, (of, key))) in pairs.enumerate() {
            assert_eq!((&topic.name, *of), (key, place));
        }
        assert_eq!(topics.len(), 1_000);
    }

    #[test]
    fn wishes_of_each_kind_are_asked_for_together() {
        let wishes = [
            create("a", Some(1)),
            grow("b", 4),
            create("c", None),
            configure("d", "1"),
            grow("e", 4),
        ];
        assert_eq!(places(&wishes), [vec![0, 2], vec![1, 4], vec![3]]);
    }

    #[test]
    fn no_request_asks_for_more_partitions_than_a_cluster_makes_at_once() {
        let wishes = [
            create("a", Some(1_500)),
            create("b", Some(501)),
            create("c", Some(1_499)),
            create("huge", Some(9_000)),
            create("d", Some(1)),
        ];
        assert_eq!(places(&wishes), [vec![0], vec![1, 2], vec![3], vec![4]]);
    }

    #[test]
    fn two_wishes_for_one_topic_are_asked_for_one_after_the_other() {
        let wishes = [configure("a", "1"), configure("b", "1"), configure("a", "2")];
        assert_eq!(places(&wishes), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn an_id_that_is_none_is_asked_of_nobody() {
        let id = Uuid::from_bytes([7; 16]).to_string();
        assert_eq!(places(&[delete("none"), delete(&id)]), [vec![1]]);
    }
}
