//! The folder of a whole topic, for who empties that of a deleted one.
//!
//! Bounded: of a folder with a million objects as many are kept as are asked for. Invariant: what is no segment and no
//! manifest is counted and never shown.

use broker_model::TopicId;
use broker_tiered::object_key::{ObjectKind, RemoteObject, topic_folder};
use futures::TryStreamExt as _;

use super::{RemoteStore, StoreError};

/// What lies in a topic's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicFolder {
    /// Segments and manifests, as many as were asked for; empty only if there is none.
    pub objects: Vec<RemoteObject>,
    /// How many objects lie there that are neither, among those that were looked at.
    pub foreign: usize,
}

impl RemoteStore {
    /// Some objects of a topic's folder.
    ///
    /// # Errors
    /// When the store does not say.
    pub async fn list_topic(&self, topic: TopicId, most: usize) -> Result<TopicFolder, StoreError> {
        let below = topic_folder(&self.cluster_id, topic);
        let folder = self.path(&below);
        let mut listed = self.objects.list(Some(&folder));
        let mut found = TopicFolder::default();
        while found.objects.len() < most
            && let Some(meta) = listed.try_next().await?
        {
            let name = meta.location.as_ref().strip_prefix(folder.as_ref());
            let object = name.and_then(|name| RemoteObject::parse(&format!("{below}{name}")));
            match object {
                Some(object) => found.objects.push(object),
                None => found.foreign += 1,
            }
        }
        Ok(found)
    }

    /// Deletes an object of a partition whose topic is gone.
    ///
    /// # Errors
    /// When the store does not.
    pub async fn delete_object(&self, object: &RemoteObject) -> Result<(), StoreError> {
        match object.kind {
            ObjectKind::Segment(key) => self.delete_segment(&object.partition, key).await,
            ObjectKind::Manifest => self.delete_manifest(&object.partition).await,
        }
    }
}
