//! Older records in object storage: of a cluster where they lie, of both kinds how much stays on local disks.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the older segments of tiered topics lie.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tiering {
    /// Bucket of an S3-compatible store. It cannot change.
    #[schemars(length(min = 3, max = 63), regex(pattern = r"^[a-z0-9][a-z0-9.-]*[a-z0-9]$"))]
    pub bucket: String,
    /// Where in the bucket, for example logs/orders; namespace/name of this object if not set. Two clusters never share
    /// one. It cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 200),
        regex(pattern = r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")
    )]
    pub prefix: Option<String>,
    /// Region of the bucket; us-east-1 if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[a-z0-9-]+$"))]
    pub region: Option<String>,
    /// URL of a store that is not Amazon's, for example https://minio.storage:9000. With http:// nothing is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512), regex(pattern = r"^https?://[^/]+/?$"))]
    pub endpoint: Option<String>,
    /// Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the namespace of this object. Not set: the identity
    /// that Kubernetes or the machine gives the pods. A changed Secret is read when a node starts: set
    /// rollout.restartedAt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_secret_ref: Option<CredentialsSecret>,
    /// What tiered topics keep on local disks if they do not say it themselves; everything that is kept at all if not
    /// set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_retention: Option<LocalRetention>,
}

/// A Secret with the keys of the store.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct CredentialsSecret {
    /// Name of the Secret.
    #[schemars(
        length(min = 1, max = 253),
        regex(pattern = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
    )]
    pub name: String,
}

/// What stays on local disks after it was copied; whichever limit is reached first.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct LocalRetention {
    /// How long, for example 12h or 1d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20), regex(pattern = r"^[1-9][0-9]{0,9}(ms|s|m|h|d)$"))]
    pub time: Option<String>,
    /// How much of each partition, for example 10Gi.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 20),
        regex(pattern = r"^([1-9][0-9]{0,17}|[1-9][0-9]{0,5}(k|M|G|T|Ki|Mi|Gi|Ti))$")
    )]
    pub size: Option<String>,
}

/// Older records of one topic in the object storage of its cluster.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopicTiering {
    /// What stays on local disks; what the cluster says if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_retention: Option<LocalRetention>,
}

/// What tiered topics have on local disks and in the bucket, in the partitions that brokers lead.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TieringStatus {
    /// Bytes on the disks of leaders.
    pub local_bytes: i64,
    /// Bytes in the bucket.
    pub remote_bytes: i64,
    /// Bytes of closed segments that are not in the bucket.
    pub copy_lag_bytes: i64,
    /// Age of the newest record of the oldest of them, in steps of ten; 0 when all are there.
    pub copy_lag_seconds: i64,
    /// When these were told. Under load they are told again after a minute, and if they differ by a hundredth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_time: Option<Time>,
}
