//! Which replicas are held back on this broker while they catch up, and how many bytes both sides may still move
//! (KIP-73).
//!
//! Owns the two budgets and what topics list; the rules are `broker_replication::throttle`. Invariant: a replica that
//! is in sync is never held back; without a listed topic a fetch pays for one look at an empty map.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use broker_metadata::{ConfigResourceType, MetadataChanges, MetadataImage};
use broker_model::{BrokerId, MonotonicMs, TopicPartition};
use broker_replication::throttle::{Allowance, ReplicationThrottle, ThrottledReplicas};
use parking_lot::Mutex;

const LEADER_REPLICAS: &str = "leader.replication.throttled.replicas";
const FOLLOWER_REPLICAS: &str = "follower.replication.throttled.replicas";
/// How soon a side that may move nothing at all is looked at again.
const CLOSED_MS: u64 = 1_000;

/// Which end of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottledSide {
    /// What this broker's leaders send.
    Leader,
    /// What this broker's followers fetch.
    Follower,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ThrottledTopic {
    leader: ThrottledReplicas,
    follower: ThrottledReplicas,
}

/// Both budgets and the lists of all topics.
#[derive(Debug)]
pub struct ReplicationThrottles {
    leader: Mutex<ReplicationThrottle>,
    follower: Mutex<ReplicationThrottle>,
    listed: ArcSwap<HashMap<Arc<str>, ThrottledTopic>>,
}

/// The budget of a replica that is listed.
#[derive(Clone, Copy, Debug)]
pub struct ThrottledReplica<'a> {
    budget: &'a Mutex<ReplicationThrottle>,
}

impl ThrottledReplica<'_> {
    /// Until when it gets nothing; `None` when it may have more.
    pub fn held_until(self, now: MonotonicMs) -> Option<MonotonicMs> {
        match self.budget.lock().allowance(now) {
            Allowance::Open => None,
            Allowance::ClosedUntil(until) => Some(until),
            Allowance::Closed => Some(now.plus_ms(CLOSED_MS)),
        }
    }

    /// Notes what it got.
    pub fn spend(self, bytes: usize, now: MonotonicMs) {
        self.budget.lock().spend(bytes as u64, now);
    }
}

impl Default for ReplicationThrottles {
    fn default() -> Self {
        Self {
            leader: Mutex::new(ReplicationThrottle::unlimited()),
            follower: Mutex::new(ReplicationThrottle::unlimited()),
            listed: ArcSwap::default(),
        }
    }
}

impl ReplicationThrottles {
    /// Takes over `leader.replication.throttled.rate` or its twin, in bytes a second.
    pub fn set_rate(&self, side: ThrottledSide, bytes_per_second: i64, now: MonotonicMs) {
        self.budget(side).lock().set_rate(bytes_per_second, now);
    }

    /// The budget of a replica of a partition here, if its topic lists it.
    pub fn of(
        &self,
        side: ThrottledSide,
        partition: &TopicPartition,
        replica: BrokerId,
    ) -> Option<ThrottledReplica<'_>> {
        let listed = self.listed.load();
        let topic = listed.get(&partition.topic)?;
        let replicas = match side {
            ThrottledSide::Leader => &topic.leader,
            ThrottledSide::Follower => &topic.follower,
        };
        let budget = self.budget(side);
        replicas
            .lists(partition.partition, replica)
            .then_some(ThrottledReplica { budget })
    }

    /// Takes over what all topics list.
    pub(super) fn take_over(&self, image: &MetadataImage) {
        let topics = image.topics.iter();
        let listed = topics.filter_map(|topic| Some((topic.name.clone(), throttled(image, &topic.name)?)));
        self.listed.store(Arc::new(listed.collect()));
    }

    /// Takes over what changed between two images.
    pub(super) fn apply(&self, image: &MetadataImage, changes: &MetadataChanges) {
        let configured = changes.configs.iter();
        let configured = configured.filter(|resource| resource.kind == ConfigResourceType::Topic);
        let changed: Vec<Arc<str>> = configured
            .map(|resource| resource.name.clone())
            .chain(changes.topics.values().map(|change| change.name.clone()))
            .collect();
        let before = self.listed.load_full();
        let now = |name: &Arc<str>| throttled(image, name);
        if changed.iter().all(|name| before.get(name) == now(name).as_ref()) {
            return;
        }
        let mut listed = (*before).clone();
        for name in changed {
            match now(&name) {
                Some(topic) => listed.insert(name, topic),
                None => listed.remove(&name),
            };
        }
        self.listed.store(Arc::new(listed));
    }

    fn budget(&self, side: ThrottledSide) -> &Mutex<ReplicationThrottle> {
        match side {
            ThrottledSide::Leader => &self.leader,
            ThrottledSide::Follower => &self.follower,
        }
    }
}

/// What a topic lists; `None` if nothing. What is in the image was checked when it was written.
fn throttled(image: &MetadataImage, topic: &str) -> Option<ThrottledTopic> {
    let configs = image.configs.of_topic(topic)?;
    let list = |name: &str| {
        let text = configs.get(name).map_or("", |text| &**text);
        ThrottledReplicas::parse(text).unwrap_or_default()
    };
    let topic = ThrottledTopic {
        leader: list(LEADER_REPLICAS),
        follower: list(FOLLOWER_REPLICAS),
    };
    (topic != ThrottledTopic::default()).then_some(topic)
}
