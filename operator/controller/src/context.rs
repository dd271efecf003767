//! What every pass is given: Kubernetes, the nodes of clusters, settings, and who is told what happened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kube::runtime::reflector::{ObjectRef, Store};
use operator_api::{KafkaCluster, Topic};
use operator_plan::fact::Fact;
use operator_plan::validate::OperatorSettings;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::brokers::{Brokers, ClusterAddress};
use crate::events::Events;
use crate::kubernetes::Kubernetes;
use crate::metrics::Metrics;
use crate::retry::Attempts;
use crate::topic::claims::{self, Claims};

/// Whether plans are carried out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// They are.
    Act,
    /// They are printed, and nothing is written.
    DryRun,
}

/// What every pass is given.
pub struct Context<B: Brokers> {
    /// Kubernetes' API.
    pub kubernetes: Kubernetes,
    /// The nodes of clusters.
    pub brokers: B,
    /// What the operator was started with.
    pub settings: OperatorSettings,
    /// Whether plans are carried out.
    pub mode: Mode,
    /// All clusters, from watches: one for each namespace that is watched.
    pub clusters: Vec<Store<KafkaCluster>>,
    /// Who is for which topic, from watches.
    pub topics: Vec<Arc<Mutex<Claims>>>,
    /// Those of these watches that have not listed everything once.
    pub unlisted: Unlisted,
    /// Where clusters were a moment ago, by namespace/name.
    pub addresses: Recent<ClusterAddress>,
    /// Labels of namespaces, a moment ago; `None` of one that is not there.
    pub namespaces: Recent<Option<Value>>,
    /// Room for writes about topics, so that thousands at once do not take every connection.
    pub topic_writes: Semaphore,
    /// How long a topic that is as described is left alone: drift is seen after this time.
    pub topics_again: Duration,
    /// Who is told what happened.
    pub events: Events,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Failures of each object since its last good pass.
    pub attempts: Attempts,
}

/// Writes about topics at a time.
pub const TOPIC_WRITES: usize = 16;

impl<B: Brokers> Context<B> {
    /// A cluster, as its watch has it; unknown until everything was listed once.
    pub fn cluster(&self, key: &ObjectRef<KafkaCluster>) -> Fact<Arc<KafkaCluster>> {
        if !self.unlisted.is_empty() {
            return Fact::Unknown("the list of KafkaClusters is not there yet".to_owned());
        }
        self.clusters
            .iter()
            .find_map(|store| store.get(key))
            .map_or(Fact::Absent, Fact::Known)
    }

    /// The oldest other object for the same topic, if it is older than this one; unknown until everything was listed once.
    pub fn older(&self, topic: &Topic) -> Fact<Arc<Topic>> {
        if !self.unlisted.is_empty() {
            return Fact::Unknown("the list of Topics is not there yet".to_owned());
        }
        let of_watch = |claims: &Arc<Mutex<Claims>>| {
            let claims = claims.lock().unwrap_or_else(PoisonError::into_inner);
            claims.older(topic)
        };
        claims::oldest(self.topics.iter().filter_map(of_watch)).map_or(Fact::Absent, Fact::Known)
    }
}

/// How long what was seen is good for those who ask often.
const RECENT: Duration = Duration::from_secs(5);

/// What was seen a moment ago, for passes over the many objects that are attached to one. One asks at a time: the others
/// find the answer.
pub struct Recent<V> {
    kept: Mutex<BTreeMap<String, (Instant, V)>>,
    turn: tokio::sync::Mutex<()>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl<V: Clone> Recent<V> {
    /// What was seen a moment ago, else what is seen now.
    ///
    /// # Errors
    /// Looking fails.
    pub async fn or_look<E>(&self, key: &str, look: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let _turn = self.turn.lock().await;
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let value = look().await?;
        self.keep(key, value.clone());
        Ok(value)
    }

    /// Keeps what was seen.
    pub fn keep(&self, key: &str, value: V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (at, _)| at.elapsed() < RECENT);
        kept.insert(key.to_owned(), (Instant::now(), value));
    }

    fn get(&self, key: &str) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = kept.get(key)?;
        (at.elapsed() < RECENT).then(|| value.clone())
    }
}

/// Watches that have not listed everything once. While there is one, what is not in a store is not absent.
#[derive(Default)]
pub struct Unlisted {
    watches: Arc<()>,
}

impl Unlisted {
    /// One more; it has listed everything when this is dropped.
    #[must_use]
    pub fn one(&self) -> Arc<()> {
        Arc::clone(&self.watches)
    }

    /// Whether all have.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Arc::strong_count(&self.watches) == 1
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn of_many_who_ask_at_once_one_looks_and_later_one_looks_again() {
        let (recent, looks) = (Recent::default(), AtomicU32::new(0));
        let ask = || {
            recent.or_look("kafka/orders", async || {
                tokio::time::sleep(Duration::from_millis(10)).await;
                Ok::<_, ()>(looks.fetch_add(1, Ordering::Relaxed))
            })
        };
        let all = futures::future::join_all((0..50).map(|_| ask())).await;
        assert!(all.iter().all(|seen| *seen == Ok(0)), "{all:?}");
        tokio::time::sleep(RECENT).await;
        assert_eq!(ask().await, Ok(1));
    }
}
