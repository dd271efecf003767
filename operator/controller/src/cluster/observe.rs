//! Everything that a plan for a cluster reads, looked at in this moment and not in a cache.
//!
//! A list that failed is unknown, and so is everything that would have been made of it.

pub(super) mod address;
mod claims;
mod pods;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use operator_api::{KafkaCluster, labels};
use operator_plan::child::ChildKey;
use operator_plan::fact::Fact;
use operator_plan::facts::ClusterFacts;
use operator_plan::validate::{ValidatedCluster, validate};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::brokers::{Brokers, ClusterAddress};
use crate::context::Context;
use crate::error::{OperatorError, RetryClass};
use crate::kubernetes::kind::{CLAIM, POD};
use crate::kubernetes::{CHILDREN, Kind};

/// Selector of everything that belongs to any cluster of this operator.
#[must_use]
pub fn of_dependents() -> &'static str {
    labels::CLUSTER
}

fn selector(cluster: &KafkaCluster) -> String {
    format!("{}={}", labels::CLUSTER, cluster.name_any())
}

/// What a pass has seen.
pub(super) struct Seen {
    pub(super) facts: ClusterFacts,
    /// Where the nodes are.
    pub(super) address: ClusterAddress,
    /// A permission that is missing, without which the cluster is not seen.
    pub(super) refusal: Option<String>,
}

/// A list that was refused for want of a permission, in words: the last of them.
#[derive(Default)]
struct Refusal(Mutex<Option<String>>);

impl Refusal {
    fn unknown<T>(&self, error: &OperatorError) -> Fact<T> {
        if error.class() == RetryClass::Forbidden {
            let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *told = Some(error.to_string());
        }
        Fact::Unknown(error.to_string())
    }
}

/// The facts of a cluster, and where its nodes are.
pub(super) async fn look<B: Brokers>(context: &Context<B>, cluster: &KafkaCluster) -> Seen {
    let refusal = Refusal::default();
    let children = children(context, cluster, &refusal).await;
    let valid = validate(cluster, &context.settings).ok();
    let pod_objects: Fact<Vec<Pod>> = typed(context, cluster, &POD, &refusal).await;
    let claim_objects: Fact<Vec<PersistentVolumeClaim>> = typed(context, cluster, &CLAIM, &refusal).await;
    let starts = starts(&children, valid.as_ref());
    let now = Timestamp::now();
    let address = address::of_pods(cluster, &pod_objects, &starts);
    let kafka = context.brokers.look(&address).await;
    let facts = ClusterFacts {
        now,
        pods: pods::facts(&pod_objects, &starts, now),
        claims: claims::look(context, cluster, &claim_objects, &starts).await,
        addresses: address::of_listeners(context, valid.as_ref(), &children).await,
        children,
        kafka,
    };
    Seen {
        facts,
        address,
        refusal: refusal.0.into_inner().unwrap_or_else(PoisonError::into_inner),
    }
}

/// Where the nodes of a cluster are.
pub(super) async fn address<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
) -> Result<ClusterAddress, OperatorError> {
    let pods = list::<B, Pod>(context, cluster, &POD).await?;
    let valid = validate(cluster, &context.settings).ok();
    let starts = starts(&Fact::Absent, valid.as_ref());
    Ok(address::of_pods(cluster, &Fact::Known(pods), &starts))
}

async fn children<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    refusal: &Refusal,
) -> Fact<BTreeMap<ChildKey, Value>> {
    let labels = format!(
        "{},app.kubernetes.io/managed-by={}",
        selector(cluster),
        labels::MANAGED_BY
    );
    let namespace = cluster.namespace();
    let lists = CHILDREN.map(|kind| context.kubernetes.list(kind, namespace.as_deref(), &labels));
    match futures::future::try_join_all(lists).await {
        Ok(lists) => Fact::Known(lists.into_iter().flatten().filter_map(keyed).collect()),
        Err(error) => refusal.unknown(&error),
    }
}

/// Objects that are going already are no children any more: they are neither kept nor removed.
fn keyed(object: Value) -> Option<(ChildKey, Value)> {
    let key = ChildKey::new(object["kind"].as_str()?, object["metadata"]["name"].as_str()?);
    object["metadata"]["deletionTimestamp"]
        .is_null()
        .then_some((key, object))
}

async fn typed<B: Brokers, T: DeserializeOwned>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    kind: &'static Kind,
    refusal: &Refusal,
) -> Fact<Vec<T>> {
    match list(context, cluster, kind).await {
        Ok(objects) => Fact::Known(objects),
        Err(error) => refusal.unknown(&error),
    }
}

async fn list<B: Brokers, T: DeserializeOwned>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    kind: &'static Kind,
) -> Result<Vec<T>, OperatorError> {
    let namespace = cluster.namespace();
    let objects = context
        .kubernetes
        .list(kind, namespace.as_deref(), &selector(cluster))
        .await?;
    objects
        .into_iter()
        .map(|object| {
            let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            serde_json::from_value(object).map_err(|source| OperatorError::Unreadable {
                kind: kind.kind.to_owned(),
                name,
                source,
            })
        })
        .collect()
}

/// Node id of the first node of each pool: from the specification, and for pools that leave from their StatefulSets.
type Starts = BTreeMap<String, i32>;

fn starts(children: &Fact<BTreeMap<ChildKey, Value>>, valid: Option<&ValidatedCluster>) -> Starts {
    let live = children.known().into_iter().flatten().filter_map(|(_, object)| {
        let pool = object["metadata"]["labels"][labels::POOL].as_str()?;
        let start = object["metadata"]["annotations"][labels::NODE_ID_START].as_str()?;
        Some((pool.to_owned(), start.parse().ok()?))
    });
    let pools = valid.into_iter().flat_map(|valid| &valid.pools);
    let mut starts: Starts = [("brokers".to_owned(), 0), ("controllers".to_owned(), 1000)].into();
    starts.extend(live);
    starts.extend(pools.map(|pool| (pool.name.clone(), pool.start)));
    starts
}

/// Pool and node id of something whose name ends in the ordinal of its node.
fn node_of(name: &str, labels: &BTreeMap<String, String>, starts: &Starts) -> Option<(String, i32)> {
    let pool = labels.get(labels::POOL)?;
    let ordinal: i32 = name.rsplit_once('-')?.1.parse().ok()?;
    Some((pool.clone(), starts.get(pool)?.checked_add(ordinal)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_that_is_going_is_no_child() {
        let object =
            |time: Value| json!({"kind": "Service", "metadata": {"name": "a", "deletionTimestamp": time}});
        assert!(keyed(object(json!("2026-01-01T00:00:00Z"))).is_none());
        assert!(keyed(object(Value::Null)).is_some());
    }

    #[test]
    fn nodes_of_a_pool_that_leaves_are_known_by_its_stateful_set() {
        let set = json!({"metadata": {
            "labels": {labels::POOL: "old"},
            "annotations": {labels::NODE_ID_START: "2000"},
        }});
        let children = Fact::Known([(ChildKey::new("StatefulSet", "a-old"), set)].into());
        let starts = starts(&children, None);
        let labels = [(labels::POOL.to_owned(), "old".to_owned())].into();
        assert_eq!(
            node_of("a-old-2", &labels, &starts),
            Some(("old".to_owned(), 2002))
        );
        assert_eq!(node_of("a-old-2", &BTreeMap::new(), &starts), None);
    }
}
