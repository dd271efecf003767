//! Tells the logs that follow how far the remote tier goes, when their local retention waits for that.
//!
//! A follower learns it from the manifest itself, and only then: one GET a segment. Invariant: copies count only as far
//! as they are of this log's own history.

use std::sync::Arc;

use broker_replication::fetch::ReplicaKey;
use broker_storage::UnifiedLog;
use broker_tiered::lineage::Lineage;
use broker_tiered::manifest_keeper::ManifestRead;
use broker_tiered::remote_tail::shared_end;

use super::Shared;
use crate::remote_store::RemoteStore;
use crate::replica_manager::PartitionHandle;

/// Looks after all followers, again and again.
pub(super) async fn run(shared: Arc<Shared>) {
    let store = shared.gate.passed().await;
    loop {
        tokio::time::sleep(shared.settings.task_interval).await;
        let asked = shared.clone();
        let Ok(waiting) = tokio::task::spawn_blocking(move || asked.waiting()).await else {
            return;
        };
        for (key, handle) in waiting {
            shared.tell(&store, key, &handle).await;
        }
    }
}

impl Shared {
    /// Followers that could give segments up if they knew of their copies.
    fn waiting(&self) -> Vec<(ReplicaKey, Arc<PartitionHandle>)> {
        let now = self.clock.now_for_removal();
        let is_pressed = self.is_disk_pressed();
        let handles = self.replica_manager.partitions().into_iter();
        let waiting = handles.filter_map(|handle| {
            let topic = handle.with_follower(|follower| {
                let is_tiered = follower.log().config().remote_storage_enable;
                let waits = is_tiered
                    && (is_pressed && has_more_than_known(follower.log())
                        || follower.log_mut().waits_for_remote(now).unwrap_or(false));
                waits.then(|| follower.topic_id())
            });
            let topic = topic.ok().flatten()?;
            let partition = handle.id().partition;
            Some((ReplicaKey { topic, partition }, handle))
        });
        waiting.collect()
    }

    async fn tell(&self, store: &RemoteStore, key: ReplicaKey, handle: &PartitionHandle) {
        let ManifestRead::Found(manifest, _) = store.read_manifest(&self.partition(key)).await else {
            return;
        };
        let _leads_by_now = handle.with_follower(|follower| {
            let log = follower.log_mut();
            let own = Lineage::of(log);
            log.note_remote_end(Some(shared_end(&manifest, &own)));
        });
    }
}

/// Whether closed segments are here of which nobody has said that the remote tier holds them.
fn has_more_than_known(log: &UnifiedLog) -> bool {
    let closed = log.closed_segments();
    closed
        .last()
        .is_some_and(|last| Some(last.next_offset) > log.remote_end())
}
