//! Pools of nodes: how many, with which disks, and what they do.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PodTemplate;
use crate::value::IntOrText;

/// Nodes that are alike.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Pool {
    /// Number of nodes. To stop all of them use hibernate.
    #[schemars(range(min = 1, max = 1000))]
    pub replicas: i32,
    /// The disk of each node.
    pub storage: Storage,
    /// Processor and memory of each node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// Configuration of these nodes only, over that of the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 300))]
    pub config: Option<BTreeMap<String, IntOrText>>,
    /// What the pods of these nodes look like beyond what the operator decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<PodTemplate>,
}

/// A further pool of brokers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodePool {
    /// Name of the pool, part of the names of its pods. It cannot change.
    #[schemars(length(min = 1, max = 20), regex(pattern = r"^[a-z]([a-z0-9-]*[a-z0-9])?$"))]
    pub name: String,
    /// The node id of the first node: 2000, 3000 and so on; each pool has a thousand ids. It cannot change.
    #[schemars(range(min = 2000, max = 1_000_000))]
    pub node_id_start: i32,
    /// Number of nodes. Remove the pool to have none.
    #[schemars(range(min = 1, max = 1000))]
    pub replicas: i32,
    /// The disk of each node.
    pub storage: Storage,
    /// Processor and memory of each node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// Configuration of these nodes only, over that of the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 300))]
    pub config: Option<BTreeMap<String, IntOrText>>,
    /// What the pods of these nodes look like beyond what the operator decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<PodTemplate>,
}

/// What a node does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Keeps partitions and serves clients.
    Broker,
    /// Keeps the metadata of the cluster.
    Controller,
}

/// The disk of a node.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Storage {
    /// persistent-claim (the default) or ephemeral, which loses its data with the pod. It cannot change.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<StorageType>,
    /// Size of the volume, for example 100Gi. It can grow and not shrink. With ephemeral, the most that may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 20),
        regex(pattern = r"^[1-9][0-9]*(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$")
    )]
    pub size: Option<String>,
    /// StorageClass of the volume; the default class if not set. It cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub class: Option<String>,
}

/// Kind of a disk.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StorageType {
    /// A PersistentVolumeClaim for each node.
    #[default]
    PersistentClaim,
    /// A directory that lives as long as the pod.
    Ephemeral,
}

/// Processor and memory, as for a container.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Resources {
    /// What is reserved, for example cpu: 2, memory: 8Gi.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 16))]
    pub requests: Option<BTreeMap<String, IntOrText>>,
    /// What may not be exceeded. Memory limit and request should be equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 16))]
    pub limits: Option<BTreeMap<String, IntOrText>>,
}
