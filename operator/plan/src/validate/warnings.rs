//! What should be reconsidered. A warning blocks nothing.

use operator_api::KafkaClusterSpec;
use operator_api::kafka_cluster::{StorageType, Warning};

use super::pools::texts;

/// The warnings of a specification, sorted.
pub(super) fn of(spec: &KafkaClusterSpec, image: &str) -> Vec<Warning> {
    let config = texts(spec.config.as_ref());
    let number = |key: &str| config.get(key).and_then(|value| value.parse::<i32>().ok());
    let extra: i32 = spec.node_pools.iter().flatten().map(|pool| pool.replicas).sum();
    let brokers = spec.brokers.replicas.saturating_add(extra);
    let factor = number("default.replication.factor").unwrap_or(1);
    let min_isr = number("min.insync.replicas").unwrap_or(1);
    let ephemeral = spec.brokers.storage.storage_type == Some(StorageType::Ephemeral);
    let checks = [
        (
            brokers > 1 && ephemeral,
            "EphemeralStorage",
            "records are lost with their pod: set storage.type: persistent-claim".to_owned(),
        ),
        (
            brokers > 1 && factor < 2,
            "SingleReplica",
            "new topics have one replica and cannot be served while its broker restarts: set \
             config.default.replication.factor: 3"
                .to_owned(),
        ),
        (
            factor > brokers,
            "ReplicationFactorTooLarge",
            format!(
                "default.replication.factor is {factor} and there are {brokers} brokers: topics cannot be made"
            ),
        ),
        (
            factor > 1 && min_isr >= factor,
            "MinInSyncReplicasTooLarge",
            format!(
                "min.insync.replicas {min_isr} of {factor} replicas lets no broker stop: set it to {}",
                factor - 1
            ),
        ),
        (
            brokers > 1 && spec.controllers.is_none(),
            "CombinedControllers",
            "brokers decide about metadata too, and a busy broker delays it: new clusters should set \
             spec.controllers.replicas: 3"
                .to_owned(),
        ),
        (
            image.ends_with(":latest") || !image.rsplit('/').next().unwrap_or_default().contains([':', '@']),
            "MovingImage",
            "the image has no fixed tag, and nodes may run different versions: name a version or digest"
                .to_owned(),
        ),
    ];
    let mut warnings: Vec<Warning> = checks
        .into_iter()
        .filter(|(applies, _, _)| *applies)
        .map(|(_, reason, message)| Warning {
            reason: reason.to_owned(),
            message,
        })
        .collect();
    warnings.sort();
    warnings
}
