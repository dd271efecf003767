//! What one topic of another cluster's bucket would be here, without touching anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_model::{ClusterId, Offset, Timestamp};
use broker_tiered::retention::RetentionLimits;
use broker_tiered::topic_restore::{
    TopicRestoreFacts, TopicRestorePlan, expires_at_once, restorable, topic_restore_plan,
};

use super::RestoreError;
use super::bucket::{Bucket, Manifests};
use crate::remote_store::StoreLocation;

/// What was found.
#[derive(Debug)]
pub struct TopicLook {
    /// What the topic would be.
    pub plan: TopicRestorePlan,
    /// Whose bucket it is.
    pub cluster_id: ClusterId,
    /// When the other cluster wrote its metadata there last.
    pub written_at: Timestamp,
    manifests: Manifests,
}

/// Looks into a bucket; `overrides` replaces some of the topic's configuration.
///
/// # Errors
/// The bucket cannot be read, or the topic cannot be restored.
pub async fn look_at_topic(
    from: &StoreLocation,
    topic: &str,
    overrides: BTreeMap<Arc<str>, Arc<str>>,
) -> Result<TopicLook, RestoreError> {
    let bucket = Bucket::read_only(from).await?;
    let found = bucket.find().await?;
    let id = restorable(&found.image, topic)?;
    let known = found.image.topics.by_id(id).into_iter();
    let manifests = bucket.manifests_of(known.map(|topic| &**topic)).await?;
    let facts = TopicRestoreFacts {
        image: &found.image,
        logs: &found.logs,
        manifests: &manifests,
    };
    let plan = topic_restore_plan(&facts, topic, overrides)?;
    Ok(TopicLook {
        plan,
        cluster_id: bucket.cluster_id().clone(),
        written_at: found.metadata.writer.written_at,
        manifests,
    })
}

impl TopicLook {
    /// Up to where retention will delete each partition at once.
    pub fn expiring(&self, limits: RetentionLimits, now: Timestamp) -> Vec<Option<Offset>> {
        let partitions = (0..).map(broker_model::PartitionIndex::new);
        let partitions = partitions.take(self.plan.partitions.len());
        partitions
            .map(|index| {
                let manifest = self.manifests.get(&(self.plan.source, index))?;
                expires_at_once(manifest, limits, now)
            })
            .collect()
    }
}
