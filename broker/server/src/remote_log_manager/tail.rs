//! Where a follower begins whose leader has the records it asks for in the remote tier only (KIP-405, KIP-1023).
//!
//! What is believed of what the store says is decided by `broker_tiered::remote_tail`; here it is read. Invariant: until
//! the leader has written the manifest in its epoch the follower waits.

use std::sync::Arc;

use broker_model::{LeaderEpoch, Offset};
use broker_replication::fetch::ReplicaKey;
use broker_storage::RemoteTail;
use broker_tiered::RemoteFormatError;
use broker_tiered::remote_fetch::SegmentObject;
use broker_tiered::remote_tail::{TAIL_PARTS, last_object, manifest_of_epoch, remote_tail};
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
    /// The leader does not say where its disk begins.
    #[error("the leader did not say where its disk begins")]
    LeaderSilent,
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
    /// The end of the remote part, or of those of its segments that begin before an offset, as the leader of that epoch
    /// has it.
    ///
    /// # Errors
    /// When it cannot be told yet.
    pub async fn tail(
        &self,
        key: ReplicaKey,
        epoch: LeaderEpoch,
        before: Option<Offset>,
    ) -> Result<RemoteTail, TailError> {
        let shared = self.shared.clone();
        let task = self.spawn(async move { shared.tail(key, epoch, before).await });
        let counters = self.shared.counters_of(key.topic);
        counters.aux_state_requests.add(1);
        let tail = match task {
            Some(task) => task.await.unwrap_or(Err(TailError::NoStore)),
            None => Err(TailError::NoStore),
        };
        if tail.is_err() {
            counters.aux_state_errors.add(1);
        }
        tail
    }
}

impl Shared {
    async fn tail(
        self: Arc<Self>,
        key: ReplicaKey,
        epoch: LeaderEpoch,
        before: Option<Offset>,
    ) -> Result<RemoteTail, TailError> {
        let store = self.gate.store().ok_or(TailError::NoStore)?;
        let read = store.read_manifest(&self.partition(key)).await;
        let manifest = manifest_of_epoch(read, epoch).ok_or(TailError::NotTakenOver)?;
        let manifest = match before {
            Some(before) => manifest.passed_before(before),
            None => *manifest,
        };
        let parts = match last_object(&manifest) {
            Some(last) => {
                let [epochs, producers] = TAIL_PARTS;
                let epochs = part(&store, &last, epochs).await?;
                Some([epochs, part(&store, &last, producers).await?])
            }
            None => None,
        };
        Ok(remote_tail(&manifest, parts)?)
    }
}

async fn part(store: &RemoteStore, object: &SegmentObject, part: ObjectPart) -> Result<Bytes, TailError> {
    let range = object.layout.range(part);
    let bytes = store.read_segment(&object.partition, object.key, range).await?;
    object.layout.check(part, &bytes)?;
    Ok(bytes)
}
