//! From the log to the device and from the high watermark to the publisher; and the snapshots that keep the log short.

use broker_codec::batch::batches;
use broker_controller::QuorumController;
use broker_metadata::metadata_log::read_batches;
use broker_model::{LogStartOffset, MonotonicMs, Offset};
use broker_raft::{Event, Snapshot};
use broker_storage::FetchIsolation;

use super::super::publisher::Publication;
use super::{QuorumNode, Settled};
use broker_quorum::MetadataLogError;

/// Committed bytes that are handed over at a time.
const CHUNK_SIZE: usize = 1 << 20;

impl QuorumNode {
    /// Brings what was written to the device, and what that commits to the publisher.
    pub(super) fn settle(&mut self) -> Result<(), MetadataLogError> {
        while let Some(write) = self.unflushed.take() {
            self.log.flush(self.clock.now())?;
            self.step(Event::Flushed(write))?;
        }
        let high_watermark = self.raft.high_watermark().map(|mark| mark.offset());
        if let (Some(active), Some(committed)) = (&mut self.active, high_watermark) {
            for release in active.committed(committed) {
                release(Settled::Committed);
            }
        }
        self.hand_over()
    }

    /// Hands committed batches over as long as the publisher has room.
    fn hand_over(&mut self) -> Result<(), MetadataLogError> {
        self.offer_unpublished();
        while self.unpublished.is_empty() && self.handed_over < self.committed_end() {
            let bytes = self
                .log
                .read(self.handed_over, CHUNK_SIZE, FetchIsolation::HighWatermark)?;
            // Where they end is in the headers; what they hold is for the publisher to read.
            let mut end = self.handed_over;
            for batch in batches(&bytes) {
                end = batch.map_err(broker_raft::LogError::from)?.header().next_offset();
            }
            if end <= self.handed_over {
                return Ok(());
            }
            self.handed_over = end;
            self.snapshot_clock.bytes_since += bytes.len() as u64;
            let releases = match &mut self.active {
                Some(active) => active.published_with(end),
                None => Vec::new(),
            };
            self.publish(Publication::Records(bytes, releases));
        }
        self.snapshot_if_due();
        Ok(())
    }

    fn committed_end(&self) -> Offset {
        let committed = self
            .raft
            .high_watermark()
            .map_or(Offset::ZERO, |mark| mark.offset());
        committed.min(self.log.end())
    }

    pub(super) fn publish(&mut self, publication: Publication) {
        self.unpublished.push(publication);
        self.offer_unpublished();
    }

    fn offer_unpublished(&mut self) {
        let mut waiting = std::mem::take(&mut self.unpublished).into_iter();
        for publication in waiting.by_ref() {
            if let Err(refused) = self.outbox.offer(publication) {
                self.unpublished.push(refused);
                break;
            }
        }
        self.unpublished.extend(waiting);
    }

    /// When a snapshot is due by time, if one is needed at all.
    pub(super) fn snapshot_due_at(&self) -> Option<MonotonicMs> {
        let clock = &self.snapshot_clock;
        let by_time =
            clock.policy.max_interval_ms > 0 && clock.bytes_since > 0 && self.unpublished.is_empty();
        by_time.then(|| clock.last.plus_ms(clock.policy.max_interval_ms))
    }

    fn snapshot_if_due(&mut self) {
        let now = self.clock.monotonic();
        let clock = &self.snapshot_clock;
        let by_size = clock.bytes_since >= clock.policy.max_new_record_bytes;
        let by_time = self.snapshot_due_at().is_some_and(|due| due <= now);
        if clock.bytes_since == 0 || !(by_size || by_time) || !self.unpublished.is_empty() {
            return;
        }
        self.snapshot_clock.bytes_since = 0;
        self.snapshot_clock.last = now;
        let voters = self.raft.voters_at(self.handed_over);
        self.publish(Publication::Snapshot(voters));
    }

    /// Takes note of a snapshot and deletes what it makes needless.
    pub(super) fn keep_snapshot(&mut self, snapshot: Snapshot) -> Result<(), MetadataLogError> {
        if !self.raft.log().holds(snapshot.id) {
            return Ok(());
        }
        self.step(Event::SnapshotCreated(snapshot))?;
        let Some(needed_from) = self.snapshots.keep(snapshot) else {
            return Ok(());
        };
        if needed_from <= self.raft.log().start() {
            return Ok(());
        }
        self.log.trim(needed_from, self.clock.now())?;
        self.step(Event::LogTrimmed(LogStartOffset::at(needed_from)))
    }

    /// Replays everything behind the controller's image.
    pub(super) fn replay_into(&self, controller: &mut QuorumController) -> Result<(), MetadataLogError> {
        while controller.loader().next_offset() < self.log.end() {
            let from = controller.loader().next_offset();
            let bytes = self.log.read(from, CHUNK_SIZE, FetchIsolation::LogEnd)?;
            for batch in read_batches(&bytes)? {
                if batch.batch().base_offset >= from {
                    controller.replay(batch.batch())?;
                }
            }
            if controller.loader().next_offset() == from {
                break;
            }
        }
        Ok(())
    }
}
