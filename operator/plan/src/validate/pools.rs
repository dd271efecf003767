//! Pools with their defaults, and their templates decoded.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use operator_api::KafkaClusterSpec;
use operator_api::kafka_cluster::{PodTemplate, Pool, Role, StorageType};
use operator_api::value::{IntOrText, KubernetesObject};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Violation;

/// Nodes that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidatedPool {
    /// Name.
    pub name: String,
    /// Id of its first node.
    pub start: i32,
    /// Nodes that it should have.
    pub replicas: i32,
    /// Whether its nodes keep partitions.
    pub serves_clients: bool,
    /// How many of its first nodes may be controllers.
    pub controllers: i32,
    /// Disk of each node.
    pub storage: Storage,
    /// What is reserved.
    pub requests: BTreeMap<String, String>,
    /// What may not be exceeded.
    pub limits: BTreeMap<String, String>,
    /// Configuration of these nodes only.
    pub config: BTreeMap<String, String>,
    /// Additions to its pods.
    pub template: ValidatedTemplate,
}

impl ValidatedPool {
    /// What the node with this ordinal does.
    #[must_use]
    pub fn roles(&self, ordinal: i32) -> Vec<Role> {
        let mut roles = Vec::new();
        if self.serves_clients {
            roles.push(Role::Broker);
        }
        if ordinal < self.controllers {
            roles.push(Role::Controller);
        }
        roles
    }
}

/// Disk of each node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Storage {
    /// A claim for each node.
    Claim {
        /// Size, as a quantity.
        size: String,
        /// Class; the default one if not set.
        class: Option<String>,
    },
    /// A directory that lives as long as the pod.
    Ephemeral {
        /// Most that may be used.
        limit: Option<String>,
    },
}

/// Additions to pods, decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValidatedTemplate {
    /// Labels of the pods.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the pods.
    pub annotations: BTreeMap<String, String>,
    /// Affinity.
    pub affinity: Option<core::Affinity>,
    /// Tolerations.
    pub tolerations: Option<Vec<core::Toleration>>,
    /// Labels that Kubernetes nodes must have.
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Spread over zones.
    pub spread: Option<Vec<core::TopologySpreadConstraint>>,
    /// PriorityClass.
    pub priority_class: Option<String>,
    /// Scheduler.
    pub scheduler: Option<String>,
    /// RuntimeClass.
    pub runtime_class: Option<String>,
    /// Seconds to stop in.
    pub grace_seconds: i64,
    /// Security context of pods.
    pub pod_security: Option<core::PodSecurityContext>,
    /// Security context of containers.
    pub security: Option<core::SecurityContext>,
    /// Secrets for images.
    pub pull_secrets: Option<Vec<core::LocalObjectReference>>,
    /// Variables of the environment.
    pub env: Vec<core::EnvVar>,
    /// Volumes.
    pub volumes: Vec<core::Volume>,
    /// Where they are mounted.
    pub mounts: Vec<core::VolumeMount>,
    /// Further containers.
    pub sidecars: Vec<core::Container>,
    /// Labels of claims.
    pub claim_labels: Option<BTreeMap<String, String>>,
    /// Annotations of claims.
    pub claim_annotations: Option<BTreeMap<String, String>>,
}

/// The pools of a cluster, controllers first.
pub(super) fn of(spec: &KafkaClusterSpec) -> Result<Vec<ValidatedPool>, Violation> {
    let mut pools = Vec::new();
    if let Some(controllers) = &spec.controllers {
        pools.push(pool("controllers", 1000, controllers)?);
    }
    pools.push(pool("brokers", 0, &spec.brokers)?);
    for extra in spec.node_pools.iter().flatten() {
        let settings = Pool {
            replicas: extra.replicas,
            storage: extra.storage.clone(),
            resources: extra.resources.clone(),
            config: extra.config.clone(),
            template: extra.template.clone(),
        };
        pools.push(pool(&extra.name, extra.node_id_start, &settings)?);
    }
    for pool in &mut pools {
        pool.serves_clients = pool.name != "controllers";
        pool.controllers = match pool.name.as_str() {
            "controllers" => i32::MAX,
            "brokers" if spec.controllers.is_none() => i32::MAX,
            _ => 0,
        };
    }
    Ok(pools)
}

fn pool(name: &str, start: i32, pool: &Pool) -> Result<ValidatedPool, Violation> {
    let size = pool.storage.size.clone();
    let storage = match pool.storage.storage_type.unwrap_or_default() {
        StorageType::Ephemeral => Storage::Ephemeral { limit: size },
        StorageType::PersistentClaim => Storage::Claim {
            size: size.ok_or_else(|| Violation {
                reason: "InvalidSpec",
                message: format!("set storage.size of pool {name}, for example 100Gi"),
            })?,
            class: pool.storage.class.clone(),
        },
    };
    let resources = pool.resources.clone().unwrap_or_default();
    Ok(ValidatedPool {
        name: name.to_owned(),
        start,
        replicas: pool.replicas,
        serves_clients: true,
        controllers: 0,
        storage,
        requests: texts(resources.requests.as_ref()),
        limits: texts(resources.limits.as_ref()),
        config: texts(pool.config.as_ref()),
        template: template(name, &pool.template.clone().unwrap_or_default())?,
    })
}

/// A map of numbers and texts as texts.
pub(super) fn texts(map: Option<&BTreeMap<String, IntOrText>>) -> BTreeMap<String, String> {
    map.into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.to_string()))
        .collect()
}

fn template(pool: &str, template: &PodTemplate) -> Result<ValidatedTemplate, Violation> {
    let decoder = Decoder { pool };
    let metadata = template.metadata.clone().unwrap_or_default();
    let claim = template.pvc.clone().unwrap_or_default();
    let secrets = template.image_pull_secrets.clone().map(|secrets| {
        let reference = |secret: operator_api::kafka_cluster::ImagePullSecret| core::LocalObjectReference {
            name: secret.name,
        };
        secrets.into_iter().map(reference).collect()
    });
    Ok(ValidatedTemplate {
        labels: metadata.labels.unwrap_or_default(),
        annotations: metadata.annotations.unwrap_or_default(),
        affinity: decoder.one("affinity", template.affinity.as_ref())?,
        tolerations: decoder.many("tolerations", template.tolerations.as_ref())?,
        node_selector: template.node_selector.clone(),
        spread: decoder.many(
            "topologySpreadConstraints",
            template.topology_spread_constraints.as_ref(),
        )?,
        priority_class: template.priority_class_name.clone(),
        scheduler: template.scheduler_name.clone(),
        runtime_class: template.runtime_class_name.clone(),
        grace_seconds: template.termination_grace_period_seconds.unwrap_or(120),
        pod_security: decoder.one("podSecurityContext", template.pod_security_context.as_ref())?,
        security: decoder.one("securityContext", template.security_context.as_ref())?,
        pull_secrets: secrets,
        env: decoder.many("env", template.env.as_ref())?.unwrap_or_default(),
        volumes: decoder
            .many("volumes", template.volumes.as_ref())?
            .unwrap_or_default(),
        mounts: decoder
            .many("volumeMounts", template.volume_mounts.as_ref())?
            .unwrap_or_default(),
        sidecars: decoder
            .many("sidecars", template.sidecars.as_ref())?
            .unwrap_or_default(),
        claim_labels: claim.labels,
        claim_annotations: claim.annotations,
    })
}

/// Decodes what the schema passes on undecoded.
struct Decoder<'a> {
    pool: &'a str,
}

impl Decoder<'_> {
    fn one<T: DeserializeOwned>(
        &self,
        field: &'static str,
        object: Option<&KubernetesObject>,
    ) -> Result<Option<T>, Violation> {
        object.map(|object| self.decode(field, object)).transpose()
    }

    fn many<T: DeserializeOwned>(
        &self,
        field: &'static str,
        objects: Option<&Vec<KubernetesObject>>,
    ) -> Result<Option<Vec<T>>, Violation> {
        objects
            .map(|objects| objects.iter().map(|object| self.decode(field, object)).collect())
            .transpose()
    }

    fn decode<T: DeserializeOwned>(
        &self,
        field: &'static str,
        object: &KubernetesObject,
    ) -> Result<T, Violation> {
        serde_json::from_value(Value::Object(object.0.clone())).map_err(|error| Violation {
            reason: "InvalidTemplate",
            message: format!("put template.{field} of pool {} right: {error}", self.pool),
        })
    }
}
