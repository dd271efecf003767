//! Where a follower begins whose leader has the records it asks for in the remote tier only (KIP-405, KIP-1023).
//!
//! Invariant: only the manifest of the very epoch that is followed is believed; until the leader has written it the
//! follower waits. What the copy says of producers and epochs behind the end, because it was cut there, is left out.

use std::sync::Arc;

use broker_model::LeaderEpoch;
use broker_replication::fetch::ReplicaKey;
use broker_storage::{
    EpochEntry, ProducerStateEntry, RemoteTail, parse_leader_epochs, parse_producer_snapshot,
};
use broker_tiered::RemoteFormatError;
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::ManifestRead;
use broker_tiered::remote_segment::RemoteLogSegmentMetadata;
use broker_tiered::segment_object::ObjectPart;
use bytes::Bytes;

use super::{RemoteLogManager, Shared};
use crate::remote_store::{RemoteStore, StoreError};

/// A follower cannot begin behind the remote part yet.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// The store was not found fit yet.
    #[error("the remote store cannot be used yet")]
    NoStore,
    /// The leader has not written the manifest in its epoch.
    #[error("the leader has not taken the manifest over yet")]
    NotTakenOver,
    /// An object does not come.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An object is damaged.
    #[error(transparent)]
    Damaged(#[from] RemoteFormatError),
    /// A part of the copy cannot be read.
    #[error(transparent)]
    Format(#[from] broker_storage::FormatError),
}

impl RemoteLogManager {
    /// The end of the remote part, as the leader of that epoch has it.
    ///
    /// # Errors
    /// When it cannot be told yet.
    pub async fn tail(&self, key: ReplicaKey, epoch: LeaderEpoch) -> Result<RemoteTail, TailError> {
        let shared = self.shared.clone();
        let task = self.spawn(async move { shared.tail(key, epoch).await });
        match task {
            Some(task) => task.await.unwrap_or(Err(TailError::NoStore)),
            None => Err(TailError::NoStore),
        }
    }
}

impl Shared {
    async fn tail(self: Arc<Self>, key: ReplicaKey, epoch: LeaderEpoch) -> Result<RemoteTail, TailError> {
        let store = self.gate.store().ok_or(TailError::NoStore)?;
        let manifest = match store.read_manifest(&self.partition(key)).await {
            ManifestRead::Found(manifest, _) if manifest.writer.epoch == epoch => manifest,
            _ => return Err(TailError::NotTakenOver),
        };
        let (epochs, producers) = match manifest.segments().last() {
            Some(last) => state_at_end(&store, &manifest, last).await?,
            None => (Vec::new(), Vec::new()),
        };
        Ok(RemoteTail {
            log_start: manifest.log_start(),
            end: manifest.remote_end(),
            epochs,
            producers,
        })
    }
}

async fn state_at_end(
    store: &RemoteStore,
    manifest: &Manifest,
    last: &RemoteLogSegmentMetadata,
) -> Result<(Vec<EpochEntry>, Vec<ProducerStateEntry>), TailError> {
    let end = manifest.remote_end();
    let epochs = part(store, manifest, last, ObjectPart::LeaderEpochs).await?;
    let producers = part(store, manifest, last, ObjectPart::ProducerSnapshot).await?;
    let mut producers = match producers.is_empty() {
        true => Vec::new(),
        false => parse_producer_snapshot(&producers)?,
    };
    producers.retain(|entry| entry.last_batch().is_none_or(|batch| batch.last_offset < end));
    Ok((parse_leader_epochs(&epochs)?, producers))
}

async fn part(
    store: &RemoteStore,
    manifest: &Manifest,
    segment: &RemoteLogSegmentMetadata,
    part: ObjectPart,
) -> Result<Bytes, TailError> {
    let range = segment.layout.range(part);
    let bytes = store
        .read_segment(&manifest.partition, segment.key(), range)
        .await?;
    segment.layout.check(part, &bytes)?;
    Ok(bytes)
}
