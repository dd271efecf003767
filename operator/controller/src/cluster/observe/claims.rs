//! Volume claims as facts, with what their classes allow and whether a pod uses them.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::ResourceExt;
use operator_api::KafkaCluster;
use operator_api::access::DeletionPolicy;
use operator_plan::fact::Fact;
use operator_plan::facts::ClaimFact;

use super::{Starts, node_of};
use crate::brokers::Brokers;
use crate::context::Context;
use crate::kubernetes::kind::{POD, STORAGE_CLASS};

/// The claims of a cluster.
pub(super) async fn look<B: Brokers>(
    context: &Context<B>,
    cluster: &KafkaCluster,
    claims: &Fact<Vec<PersistentVolumeClaim>>,
    starts: &Starts,
) -> Fact<Vec<ClaimFact>> {
    let claims = match claims {
        Fact::Known(claims) => claims,
        Fact::Absent => return Fact::Known(Vec::new()),
        Fact::Unknown(reason) => return Fact::Unknown(reason.clone()),
    };
    let classes = classes(context, claims).await;
    let used = used(context, cluster).await;
    let facts = claims.iter().map(|claim| fact(claim, starts, &classes, &used));
    let facts: Option<Vec<ClaimFact>> = facts.collect();
    match facts {
        Some(facts) => Fact::Known(facts),
        None => {
            Fact::Unknown("a claim has the labels of the cluster and belongs to no node of it".to_owned())
        }
    }
}

fn fact(
    claim: &PersistentVolumeClaim,
    starts: &Starts,
    classes: &BTreeMap<String, Fact<bool>>,
    used: &Fact<BTreeSet<String>>,
) -> Option<ClaimFact> {
    let name = claim.name_any();
    let (pool, node_id) = node_of(&name, claim.labels(), starts)?;
    let spec = claim.spec.clone().unwrap_or_default();
    let requests = spec
        .resources
        .and_then(|resources| resources.requests)
        .unwrap_or_default();
    let conditions = claim
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let no_class = Fact::Known(false);
    let class = spec
        .storage_class_name
        .as_ref()
        .and_then(|class| classes.get(class));
    Some(ClaimFact {
        uid: claim.uid()?,
        pool,
        node_id,
        requested: requests
            .get("storage")
            .map(|size| size.0.clone())
            .unwrap_or_default(),
        restart_to_grow: conditions
            .into_iter()
            .flatten()
            .any(|condition| condition.type_ == "FileSystemResizePending" && condition.status == "True"),
        expandable: class.unwrap_or(&no_class).clone(),
        mounted: match used {
            Fact::Known(used) => Fact::Known(used.contains(&name)),
            Fact::Absent => Fact::Absent,
            Fact::Unknown(reason) => Fact::Unknown(reason.clone()),
        },
        name,
    })
}

/// Whether each class lets its volumes grow.
async fn classes<B: Brokers>(
    context: &Context<B>,
    claims: &[PersistentVolumeClaim],
) -> BTreeMap<String, Fact<bool>> {
    let names: BTreeSet<String> = claims
        .iter()
        .filter_map(|claim| claim.spec.as_ref()?.storage_class_name.clone())
        .collect();
    let mut classes = BTreeMap::new();
    for name in names {
        let fact = match context.kubernetes.get(&STORAGE_CLASS, None, &name).await {
            Ok(Some(class)) => Fact::Known(class["allowVolumeExpansion"] == true),
            Ok(None) => Fact::Absent,
            Err(error) => Fact::Unknown(error.to_string()),
        };
        classes.insert(name, fact);
    }
    classes
}

/// Claims that pods of the namespace use, whoever's pods they are. Looked up only where a claim could be deleted.
async fn used<B: Brokers>(context: &Context<B>, cluster: &KafkaCluster) -> Fact<BTreeSet<String>> {
    if cluster.spec.deletion_policy != Some(DeletionPolicy::Delete) {
        return Fact::Absent;
    }
    let namespace = cluster.namespace();
    match context.kubernetes.list(&POD, namespace.as_deref(), "").await {
        Err(error) => Fact::Unknown(error.to_string()),
        Ok(pods) => Fact::Known(
            pods.iter()
                .filter_map(|pod| pod["spec"]["volumes"].as_array())
                .flatten()
                .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
                .map(str::to_owned)
                .collect(),
        ),
    }
}
