//! `PlanTopicRestore` and `StartTopicRestore`: one topic of another cluster's bucket, looked at and made (ADR 23).
//!
//! Owns nothing: the plan goes to who asked and comes back. Invariant: what is made is what was planned, or it is
//! refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_admin::tonic::Status;
use broker_admin::v1::{
    PlanTopicRestoreRequest, StartTopicRestoreRequest, StartTopicRestoreResponse, TopicRestorePartition,
    TopicRestorePlan,
};
use broker_controller::{Outcome, RestoredTopic};
use broker_metadata::messages::ConfigRecord;
use broker_metadata::{
    ConfigResourceType, MetadataDelta, MetadataImage, PartitionBegin, TopicBegin, TopicSource,
};
use broker_model::{ClusterId, LeaderEpoch, Offset, TopicId, Uuid};
use broker_protocol::ErrorCode;
use broker_tiered::retention::RetentionLimits;
use broker_tiered::topic_restore::PlannedPartition;

use super::calls::unavailable;
use super::rebalance::{new_id, refused};
use crate::broker::Broker;
use crate::restore::{RestoreError, TopicLook, look_at_topic};

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// Looks into the bucket.
pub(super) async fn plan(
    broker: &Broker,
    asked: PlanTopicRestoreRequest,
) -> Result<TopicRestorePlan, Status> {
    let Some(remote) = &broker.remote else {
        return Err(Status::unavailable(
            "this node has no remote tier: ask one that has (remote.log.storage.system.enable and eddyline.remote.store)",
        ));
    };
    let name = match asked.name.is_empty() {
        true => asked.topic.clone(),
        false => asked.name,
    };
    if broker.image.load().topics.by_name(&name).is_some() {
        return Err(taken(&name));
    }
    let from = remote.settings().location.beside(&asked.from);
    let from = from.map_err(|error| Status::invalid_argument(format!("{}: {error}", asked.from)))?;
    let overrides: Configs = asked
        .configs
        .iter()
        .map(|(name, value)| (name.as_str().into(), value.as_str().into()))
        .collect();
    let look = look_at_topic(&from, &asked.topic, overrides).await;
    let look = look.map_err(|error| told(&error))?;
    let limits = retention(broker, &name, &look.plan.configs)?;
    let expiring = look.expiring(limits, broker.clock.wall());
    let factor = match asked.replication_factor {
        0 => u32::try_from(look.plan.replication_factor).unwrap_or(u32::MAX),
        asked => asked,
    };
    Ok(TopicRestorePlan {
        name,
        topic_id: new_id()?.to_string(),
        replication_factor: factor,
        source: from.to_string(),
        ..shown(&look, &expiring)
    })
}

/// What retention will be, as the topic will be configured.
fn retention(broker: &Broker, name: &str, configs: &Configs) -> Result<RetentionLimits, Status> {
    let image = configured(&broker.image.load(), name, configs)?;
    let log = broker.replica_manager.settings_of(&image, name).log;
    let is_deleted = log.cleanup_policy.delete;
    Ok(RetentionLimits {
        age_ms: log
            .retention_ms
            .filter(|_| is_deleted)
            .and_then(|ms| u64::try_from(ms).ok()),
        size_in_bytes: log.retention_bytes.filter(|_| is_deleted),
    })
}

fn configured(image: &MetadataImage, name: &str, configs: &Configs) -> Result<MetadataImage, Status> {
    let mut delta = MetadataDelta::new(image);
    for (config, value) in configs {
        let record = ConfigRecord {
            resource_type: ConfigResourceType::Topic.code(),
            resource_name: name.into(),
            name: (&**config).into(),
            value: Some((&**value).into()),
            unknown_tagged_fields: Vec::new(),
        };
        delta
            .replay(&record.into())
            .map_err(|error| Status::internal(error.to_string()))?;
    }
    Ok(delta.apply(image.provenance).0)
}

fn shown(look: &TopicLook, expiring: &[Option<Offset>]) -> TopicRestorePlan {
    let partition = |(planned, expires): (&PlannedPartition, &Option<Offset>)| TopicRestorePartition {
        log_start: planned.begin.log_start.value(),
        remote_end: planned.begin.remote_end.value(),
        resume: planned.begin.resume.value(),
        lost_from: planned.lost.from.value(),
        lost_until: planned.lost.until.value(),
        segments: planned.segments as u64,
        bytes: planned.size_in_bytes,
        expires_until: expires.map(Offset::value),
    };
    let configs = look.plan.configs.iter();
    TopicRestorePlan {
        configs: configs
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        source_cluster_id: look.cluster_id.to_string(),
        source_topic_id: look.plan.source.uuid().to_string(),
        written_ms: look.written_at.as_ms(),
        leader_epoch: look.plan.leader_epoch.value(),
        partitions: look.plan.partitions.iter().zip(expiring).map(partition).collect(),
        ..TopicRestorePlan::default()
    }
}

fn taken(name: &str) -> Status {
    Status::already_exists(format!(
        "topic {name} exists: restore under another name with --as, or delete it first (eddyline topic delete {name})"
    ))
}

fn told(error: &RestoreError) -> Status {
    match error {
        RestoreError::Unavailable(_) => Status::unavailable(error.to_string()),
        _ => Status::failed_precondition(error.to_string()),
    }
}

/// Makes the topic.
pub(super) async fn start(
    broker: &Broker,
    asked: StartTopicRestoreRequest,
) -> Result<StartTopicRestoreResponse, Status> {
    let no_plan = || Status::invalid_argument("that is no plan of a restore");
    let topic = asked.plan.and_then(restored).ok_or_else(no_plan)?;
    let name = topic.name.clone();
    let decided = broker.metadata.decide(move |controller, _, seed| {
        match controller.create_restored_topic(&topic, seed) {
            Ok(outcome) => Outcome::new(outcome.records, Ok(())),
            Err(error) => Outcome::answer(Err(error)),
        }
    });
    let decided = decided.await.map_err(|error| unavailable(broker, &error))?;
    match decided {
        Ok(()) => Ok(StartTopicRestoreResponse {}),
        Err(error) if error.code == ErrorCode::TopicAlreadyExists => Err(taken(&name)),
        Err(error) if error.code == ErrorCode::InvalidReplicationFactor => {
            let told = refused(&error);
            Err(Status::failed_precondition(format!(
                "{} Say --replicas with as many as there are brokers for.",
                told.message()
            )))
        }
        Err(error) => Err(refused(&error)),
    }
}

fn restored(plan: TopicRestorePlan) -> Option<RestoredTopic> {
    let topic_id = |text: &str| Some(TopicId::new(text.parse::<Uuid>().ok()?));
    let begin = |partition: &TopicRestorePartition| PartitionBegin {
        log_start: Offset::new(partition.log_start),
        remote_end: Offset::new(partition.remote_end),
        resume: Offset::new(partition.resume),
    };
    Some(RestoredTopic {
        replication_factor: usize::try_from(plan.replication_factor).ok()?,
        configs: plan
            .configs
            .iter()
            .map(|(name, value)| (name.as_str().into(), value.as_str().into()))
            .collect(),
        begin: TopicBegin {
            topic_id: topic_id(&plan.topic_id).filter(|id| *id != TopicId::ZERO)?,
            source: TopicSource {
                location: plan.source,
                cluster_id: ClusterId::new(plan.source_cluster_id),
                topic_id: topic_id(&plan.source_topic_id)?,
            },
            leader_epoch: LeaderEpoch::new(plan.leader_epoch),
            partitions: plan.partitions.iter().map(begin).collect(),
        },
        name: plan.name,
    })
}
