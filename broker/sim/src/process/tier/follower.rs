//! Followers and the remote tier: how far their logs are copied, and where one begins whose leader has the records only there.

use broker_replication::{FetchPosition, Follower};
use broker_storage::CheckpointKind;
use broker_tiered::lineage::Lineage;
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::ManifestRead;
use broker_tiered::remote_fetch::SegmentObject;
use broker_tiered::remote_tail::{TAIL_PARTS, last_object, manifest_of_epoch, remote_tail, shared_end};
use bytes::Bytes;

use super::{Purpose, manifest_read, remote_partition};
use crate::message::PartitionId;
use crate::process::{Halt, Hosted, Process};
use crate::store::{StoreAnswer, StoreRequest};

/// A follower that is told where the remote part ends.
#[derive(Debug)]
pub(super) struct Tail {
    asked: FetchPosition,
    manifest: Option<Box<Manifest>>,
    parts: [Option<Bytes>; 2],
}

impl Process {
    /// Asks for followers that could give segments up if they knew of their copies.
    pub(super) fn look_after_followers(&mut self) -> Result<(), Halt> {
        let now = self.now;
        let mut waiting = Vec::new();
        for (id, hosted) in &mut self.replicas.hosted {
            if let Hosted::Following(follower) = hosted
                && follower.log().config().remote_storage_enable
                && follower.log_mut().waits_for_remote(now)?
            {
                waiting.push(*id);
            }
        }
        for id in waiting {
            let path = remote_partition(id).manifest_path();
            self.ask_store(Purpose::FollowerEnd(id), StoreRequest::Get { path, range: None });
        }
        Ok(())
    }

    pub(super) fn tell_follower(&mut self, id: PartitionId, answer: &StoreAnswer) {
        if let ManifestRead::Found(manifest, _) = manifest_read(answer, &remote_partition(id))
            && let Some(follower) = self.follower(id)
        {
            let log = follower.log_mut();
            let own = Lineage::of(log);
            log.note_remote_end(Some(shared_end(&manifest, &own)));
        }
    }

    fn follower(&mut self, id: PartitionId) -> Option<&mut Follower> {
        match self.replicas.hosted.get_mut(&id) {
            Some(Hosted::Following(follower)) => Some(follower),
            _ => None,
        }
    }

    /// The leader has what was asked for in the remote tier only.
    pub(in crate::process) fn look_for_tail(&mut self, id: PartitionId, asked: &FetchPosition) {
        if self.tier.tails.contains_key(&id) {
            return;
        }
        let tail = Tail {
            asked: *asked,
            manifest: None,
            parts: [None, None],
        };
        self.tier.tails.insert(id, tail);
        let path = remote_partition(id).manifest_path();
        self.ask_store(Purpose::TailManifest(id), StoreRequest::Get { path, range: None });
    }

    pub(super) fn tail_manifest(&mut self, id: PartitionId, answer: &StoreAnswer) -> Result<(), Halt> {
        let Some(mut tail) = self.tier.tails.remove(&id) else {
            return Ok(());
        };
        let read = manifest_read(answer, &remote_partition(id));
        let Some(manifest) = manifest_of_epoch(read, tail.asked.current_leader_epoch) else {
            return Ok(());
        };
        let Some(object) = last_object(&manifest) else {
            return self.begin_behind_remote(id, &tail.asked, &manifest, None);
        };
        tail.manifest = Some(manifest);
        for (number, part) in TAIL_PARTS.into_iter().enumerate() {
            let range = object.layout.range(part);
            if range.is_empty() {
                tail.parts[number] = Some(Bytes::new());
                continue;
            }
            let path = object.key.path(&object.partition);
            let range = Some(range);
            self.ask_store(Purpose::TailPart(id, number), StoreRequest::Get { path, range });
        }
        self.tier.tails.insert(id, tail);
        self.end_tail(id)
    }

    pub(super) fn tail_part(
        &mut self,
        id: PartitionId,
        number: usize,
        answer: StoreAnswer,
    ) -> Result<(), Halt> {
        let Some(tail) = self.tier.tails.get_mut(&id) else {
            return Ok(());
        };
        let object: Option<SegmentObject> = tail.manifest.as_deref().and_then(last_object);
        match (answer, object) {
            (StoreAnswer::Got(bytes, _), Some(object))
                if object.layout.check(TAIL_PARTS[number], &bytes).is_ok() =>
            {
                tail.parts[number] = Some(bytes);
                self.end_tail(id)
            }
            _ => {
                self.tier.tails.remove(&id);
                Ok(())
            }
        }
    }

    fn end_tail(&mut self, id: PartitionId) -> Result<(), Halt> {
        let Some(tail) = self.tier.tails.get(&id) else {
            return Ok(());
        };
        let (Some(manifest), [Some(epochs), Some(producers)]) = (&tail.manifest, &tail.parts) else {
            return Ok(());
        };
        let parts = Some([epochs.clone(), producers.clone()]);
        let (manifest, asked) = (manifest.clone(), tail.asked);
        self.tier.tails.remove(&id);
        self.begin_behind_remote(id, &asked, &manifest, parts)
    }

    fn begin_behind_remote(
        &mut self,
        id: PartitionId,
        asked: &FetchPosition,
        manifest: &Manifest,
        parts: Option<[Bytes; 2]>,
    ) -> Result<(), Halt> {
        let now = self.now;
        let tail = remote_tail(manifest, parts)
            .map_err(|error| Halt::Broken(format!("a part of a copy cannot be read: {error}")))?;
        if self.follower(id).is_none_or(|follower| !follower.is_at(asked)) {
            return Ok(());
        }
        // A crash on the way must find a log that starts no later than the leader's.
        self.write_log_starts()?;
        if let Some(follower) = self.follower(id) {
            follower.log_mut().start_behind_remote(tail, now)?;
            self.tails_begun += 1;
        }
        self.write_checkpoints(CheckpointKind::RecoveryPoint)?;
        self.write_log_starts()
    }
}
