//! The StatefulSet of a pool. It makes pods and claims and never decides when one goes: `OnDelete`, `Parallel`, claims
//! retained.

use k8s_openapi::api::apps::v1::{
    StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetUpdateStrategy,
};
use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PodTemplateSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use operator_api::labels;

use super::pod_template::{self, DATA_VOLUME};
use super::{RenderInput, label_selector, strings};
use crate::child::Child;
use crate::error::RenderError;
use crate::fingerprint;
use crate::validate::{Storage, ValidatedPool};

/// The pod template of a pool with its fingerprint inside, and the fingerprint.
pub(super) fn template(input: &RenderInput<'_>, pool: &ValidatedPool) -> (PodTemplateSpec, String) {
    let mut template = pod_template::of_pool(input, pool);
    let print = fingerprint::of(&template);
    if let Some(metadata) = &mut template.metadata {
        metadata
            .annotations
            .get_or_insert_default()
            .insert(labels::TEMPLATE.to_owned(), print.clone());
    }
    (template, print)
}

/// Changes when the user asks for something else of a pool's pods, and not when the operator renders them differently.
pub(super) fn inputs(input: &RenderInput<'_>, pool: &ValidatedPool) -> String {
    let cluster = input.cluster;
    let wishes = (
        (
            &cluster.image,
            &cluster.rollout.restarted_at,
            &cluster.rack_key,
            &cluster.cluster_id,
        ),
        (
            &pool.requests,
            &pool.limits,
            format!("{:?} {:?}", pool.storage, pool.template),
        ),
        super::restart_fingerprint(input, pool),
    );
    fingerprint::of(&wishes)
}

pub(super) fn of_pool(input: &RenderInput<'_>, pool: &ValidatedPool) -> Result<Child, RenderError> {
    let name = input.cluster.stateful_set(&pool.name);
    let component = if pool.serves_clients {
        "broker"
    } else {
        "controller"
    };
    let (template, print) = template(input, pool);
    let mut metadata = input.metadata(&name, component);
    metadata
        .labels
        .get_or_insert_default()
        .insert(labels::POOL.to_owned(), pool.name.clone());
    let wishes = inputs(input, pool);
    metadata.annotations = Some(strings([
        (labels::INPUTS, &wishes),
        (labels::NODE_ID_START, &pool.start.to_string()),
        (labels::TEMPLATE, &print),
    ]));
    let mut selector = input.selector();
    selector.insert(labels::POOL.to_owned(), pool.name.clone());
    let set = StatefulSet {
        metadata,
        spec: Some(StatefulSetSpec {
            service_name: Some(input.cluster.nodes_service()),
            replicas: Some(input.replicas_of(pool)),
            pod_management_policy: Some("Parallel".to_owned()),
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("OnDelete".to_owned()),
                ..StatefulSetUpdateStrategy::default()
            }),
            persistent_volume_claim_retention_policy: Some(StatefulSetPersistentVolumeClaimRetentionPolicy {
                when_deleted: Some("Retain".to_owned()),
                when_scaled: Some("Retain".to_owned()),
            }),
            selector: label_selector(selector),
            template,
            volume_claim_templates: claim(input, pool).map(|claim| vec![claim]),
            ..StatefulSetSpec::default()
        }),
        ..StatefulSet::default()
    };
    Child::render("StatefulSet", &name, &set)
}

fn claim(input: &RenderInput<'_>, pool: &ValidatedPool) -> Option<PersistentVolumeClaim> {
    let Storage::Claim { size, class } = &pool.storage else {
        return None;
    };
    let mut claim_labels = pool.template.claim_labels.clone().unwrap_or_default();
    claim_labels.extend(strings([
        (labels::CLUSTER, &input.cluster.name),
        (labels::POOL, &pool.name),
    ]));
    Some(PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(DATA_VOLUME.to_owned()),
            labels: Some(claim_labels),
            annotations: pool.template.claim_annotations.clone(),
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            storage_class_name: class.clone(),
            resources: Some(VolumeResourceRequirements {
                requests: Some([("storage".to_owned(), Quantity(size.clone()))].into()),
                ..VolumeResourceRequirements::default()
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        ..PersistentVolumeClaim::default()
    })
}
