//! The controller's state: the image, and what it was told about itself.
//!
//! Invariant: the image contains exactly the records that were replayed. It may be ahead of what is committed; the
//! driver that replays before the commit keeps the committed image and goes back to it when an append fails.

use std::sync::Arc;

use broker_metadata::metadata_log::MetadataBatch;
use broker_metadata::{LoadError, MetadataChanges, MetadataImage, MetadataLoader};
use broker_model::BrokerId;

use crate::ConfigRules;

/// What the controller is told at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerSettings {
    /// The node that it runs on.
    pub node_id: BrokerId,
    /// `num.partitions`: how many partitions a topic gets that does not say.
    pub default_partitions: i32,
    /// `default.replication.factor`: how many replicas a topic gets that does not say.
    pub default_replication_factor: i16,
    /// `delete.topic.enable`: whether topics can be deleted.
    pub topic_deletion: TopicDeletion,
}

/// Whether topics can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicDeletion {
    /// They can.
    Enabled,
    /// Every request to do so is refused.
    Disabled,
}

impl Default for ControllerSettings {
    fn default() -> Self {
        Self {
            node_id: BrokerId::new(1),
            default_partitions: 1,
            default_replication_factor: 1,
            topic_deletion: TopicDeletion::Enabled,
        }
    }
}

/// Decides about the cluster's metadata.
#[derive(Clone, Debug)]
pub struct QuorumController {
    pub(crate) settings: ControllerSettings,
    pub(crate) rules: Arc<dyn ConfigRules>,
    loader: MetadataLoader,
}

impl QuorumController {
    /// Begins with the image.
    pub fn new(settings: ControllerSettings, rules: Arc<dyn ConfigRules>, image: MetadataImage) -> Self {
        Self {
            settings,
            rules,
            loader: MetadataLoader::new(image),
        }
    }

    /// The state that decisions are based on.
    pub const fn image(&self) -> &MetadataImage {
        self.loader.image()
    }

    /// What the log looks like to the controller: where the next batch goes, whether a transaction is open.
    pub const fn loader(&self) -> &MetadataLoader {
        &self.loader
    }

    /// Takes a batch of the log onto the image and says what it changed.
    ///
    /// # Errors
    /// The batch does not follow or contradicts the image. The controller must stop: its log is damaged, or it
    /// decided something that it does not accept itself.
    pub fn replay(&mut self, batch: &MetadataBatch) -> Result<MetadataChanges, LoadError> {
        self.loader.replay_batch(batch)
    }
}
