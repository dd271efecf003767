//! What every pass is given: Kubernetes, the nodes of clusters, settings, and who is told what happened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kube::runtime::reflector::{ObjectRef, Store};
use operator_api::{KafkaCluster, Topic};
use operator_plan::fact::Fact;
use operator_plan::validate::OperatorSettings;
use tokio::time::Instant;

use crate::brokers::{Brokers, ClusterAddress};
use crate::events::Events;
use crate::kubernetes::Kubernetes;
use crate::metrics::Metrics;
use crate::retry::Attempts;

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
    /// All topics, from watches.
    pub topics: Vec<Store<Topic>>,
    /// Those of these watches that have not listed everything once.
    pub unlisted: Unlisted,
    /// Where clusters were a moment ago.
    pub addresses: Addresses,
    /// Who is told what happened.
    pub events: Events,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Failures of each object since its last good pass.
    pub attempts: Attempts,
}

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

    /// All topics; `None` until everything was listed once.
    pub fn all_topics(&self) -> Option<Vec<Arc<Topic>>> {
        let listed = self.unlisted.is_empty();
        listed.then(|| self.topics.iter().flat_map(Store::state).collect())
    }
}

/// How long an address is good for those who ask often.
const ADDRESS_AGE: Duration = Duration::from_secs(5);

/// Where clusters were a moment ago, for passes over the many objects that are attached to one.
#[derive(Clone, Default)]
pub struct Addresses {
    kept: Arc<Mutex<BTreeMap<String, (Instant, ClusterAddress)>>>,
}

impl Addresses {
    /// Where a cluster is, if that was seen a moment ago.
    #[must_use]
    pub fn recent(&self, label: &str) -> Option<ClusterAddress> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, address) = kept.get(label)?;
        (at.elapsed() < ADDRESS_AGE).then(|| address.clone())
    }

    /// Keeps where a cluster is.
    pub fn keep(&self, address: &ClusterAddress) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(address.label(), (Instant::now(), address.clone()));
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
