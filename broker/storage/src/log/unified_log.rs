//! The log of one partition: local segments with all that is known about them.
//!
//! Owns the segments, oldest first and never none, the progress markers, the leader epochs, the producers and the
//! tail cache. Invariant, asserted wherever a marker moves: log start <= local log start <= high watermark <= log
//! end, last stable offset <= high watermark, recovery point <= log end. Reading, appending, rolling, flushing,
//! truncating and deleting are files of their own beside this one. No locks and no clock: the caller serialises
//! and passes the time.

use std::sync::Arc;

use broker_model::{
    HighWatermark, LastStableOffset, LeaderEpoch, LocalLogStartOffset, LogEndOffset, LogStartOffset,
    MonotonicMs, Offset, RecoveryPoint, TopicId, TopicPartition,
};

use crate::epoch::leader_epoch_cache::LeaderEpochCache;
use crate::error::StorageError;
use crate::log::log_config::LogConfig;
use crate::log::log_folder::{DirectoryHealth, LogFolder};
use crate::log::remote_part::RemotePart;
use crate::log::tail_cache::TailCache;
use crate::producer::producer_state_entry::ProducerStateEntry;
use crate::producer::producer_state_manager::ProducerStateManager;
use crate::segment::log_segment::LogSegment;

/// The log of one partition.
#[derive(Debug)]
pub struct UnifiedLog {
    pub(crate) folder: LogFolder,
    pub(crate) partition: TopicPartition,
    pub(crate) topic_id: TopicId,
    pub(crate) config: Arc<LogConfig>,
    pub(crate) segments: Vec<LogSegment>,
    pub(crate) epochs: LeaderEpochCache,
    pub(crate) producers: ProducerStateManager,
    /// Offsets of the producer snapshots on disk, ascending.
    pub(crate) snapshots: Vec<Offset>,
    pub(crate) markers: Markers,
    pub(crate) tail_cache: TailCache,
    pub(crate) last_flush: MonotonicMs,
    pub(crate) last_append: MonotonicMs,
    /// Counts changes of names in the folder, and up to which of them it was synced.
    pub(crate) names_changed: u64,
    pub(crate) names_synced: u64,
    pub(crate) jitter_seed: u64,
    /// Counts cuts of the log's end, and the lowest offset that one went to since the last cleaning.
    pub(crate) cuts: u64,
    pub(crate) lowest_cut: Option<Offset>,
    pub(crate) remote: RemotePart,
}

/// How far the parts of a log have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Markers {
    pub(crate) log_start: LogStartOffset,
    pub(crate) local_log_start: LocalLogStartOffset,
    pub(crate) high_watermark: HighWatermark,
    pub(crate) log_end: LogEndOffset,
    pub(crate) recovery_point: RecoveryPoint,
}

impl UnifiedLog {
    /// The partition.
    pub fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Identity of the topic.
    pub fn topic_id(&self) -> TopicId {
        self.topic_id
    }

    /// The log directory that holds it.
    pub fn directory(&self) -> &Arc<DirectoryHealth> {
        self.folder.health()
    }

    /// The settings in force.
    pub fn config(&self) -> &Arc<LogConfig> {
        &self.config
    }

    /// Changes the settings; they apply from the next operation on.
    pub fn set_config(&mut self, config: Arc<LogConfig>) {
        if config.remote_storage_enable != self.config.remote_storage_enable {
            self.remote = RemotePart::default();
        }
        self.config = config;
    }

    /// First offset that a client may read.
    pub fn log_start(&self) -> LogStartOffset {
        self.markers.log_start
    }

    /// First offset on this disk.
    pub fn local_log_start(&self) -> LocalLogStartOffset {
        self.markers.local_log_start
    }

    /// Where the part ends that consumers may read.
    pub fn high_watermark(&self) -> HighWatermark {
        self.markers.high_watermark
    }

    /// Offset of the next record.
    pub fn log_end(&self) -> LogEndOffset {
        self.markers.log_end
    }

    /// Where recovery would start.
    pub fn recovery_point(&self) -> RecoveryPoint {
        self.markers.recovery_point
    }

    /// Where the part ends that read_committed consumers may read.
    pub fn last_stable_offset(&self) -> LastStableOffset {
        let high_watermark = self.markers.high_watermark.offset();
        let unstable = self.producers.first_unstable_offset().unwrap_or(high_watermark);
        // A transaction may have begun below what DeleteRecords left.
        let unstable = unstable.max(self.markers.log_start.offset());
        LastStableOffset::at(unstable.min(high_watermark))
    }

    /// Moves the high watermark to `target`, or as near as log start and log end allow; answers where it stands.
    pub fn update_high_watermark(&mut self, target: HighWatermark) -> HighWatermark {
        let (low, high) = (
            self.markers.local_log_start.offset(),
            self.markers.log_end.offset(),
        );
        self.markers.high_watermark = HighWatermark::at(target.offset().clamp(low, high));
        self.producers.on_high_watermark(self.markers.high_watermark);
        self.check_invariants();
        self.markers.high_watermark
    }

    /// Bytes of all local segments.
    pub fn size(&self) -> u64 {
        self.segments.iter().map(LogSegment::size).sum()
    }

    /// How many local segments there are.
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// The leader epochs.
    pub fn leader_epochs(&self) -> &LeaderEpochCache {
        &self.epochs
    }

    /// The newest leader epoch that wrote.
    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        self.epochs.latest().map(|entry| entry.epoch)
    }

    /// Notes that a leader of `epoch` writes from the log end on.
    pub fn assign_leader_epoch(&mut self, epoch: LeaderEpoch) {
        self.epochs.assign(epoch, self.markers.log_end.offset());
    }

    /// The largest epoch not above `epoch` and where it ends (OffsetForLeaderEpoch); `None` when it is unknown.
    pub fn offset_for_leader_epoch(&self, epoch: LeaderEpoch) -> Option<(LeaderEpoch, Offset)> {
        self.epochs.end_offset_for(epoch, self.markers.log_end)
    }

    /// State of every known producer, by id (DescribeProducers).
    pub fn producer_states(&self) -> Vec<&ProducerStateEntry> {
        self.producers.entries()
    }

    /// Forgets producers that were silent for `expiration_ms`.
    pub fn remove_expired_producers(&mut self, now: broker_model::Now, expiration_ms: i64) {
        self.producers.remove_expired(now, expiration_ms);
    }

    /// Gives back memory and descriptors that were not used since `moment`: cached batches older than that, the
    /// files of closed segments, and that of the active one if nothing was appended since.
    pub fn release_idle(&mut self, moment: MonotonicMs) {
        self.tail_cache.drop_older_than(moment);
        let kept = usize::from(self.last_append >= moment);
        let idle = self.segments.len() - kept;
        self.segments[..idle].iter_mut().for_each(LogSegment::close_file);
    }

    /// Closes the data files of all segments; the next use opens them again.
    pub fn close_files(&mut self) {
        self.segments.iter_mut().for_each(LogSegment::close_file);
    }

    /// How many of its files are open.
    pub fn open_files(&self) -> usize {
        self.segments.iter().filter(|segment| segment.is_open()).count()
    }

    pub(crate) fn active(&self) -> &LogSegment {
        self.segments.last().expect("a log has at least one segment")
    }

    pub(crate) fn active_mut(&mut self) -> &mut LogSegment {
        self.segments.last_mut().expect("a log has at least one segment")
    }

    /// Index of the segment that holds `offset`, or would hold it; the first for an offset below all.
    pub(crate) fn segment_index(&self, offset: Offset) -> usize {
        self.segments
            .partition_point(|segment| segment.base_offset() <= offset)
            .saturating_sub(1)
    }

    /// Notes that a name in the folder changed, which the next flush makes durable.
    pub(crate) fn note_names_changed(&mut self) {
        self.names_changed += 1;
    }

    /// Notes that offsets from `target` on may stand for other records now.
    pub(crate) fn note_cut(&mut self, target: Offset) {
        self.cuts += 1;
        // What was copied of it is of another history now.
        self.remote.end = self.remote.end.map(|end| end.min(target));
        self.remote.released = self.remote.released.map(|released| released.min(target));
        self.remote.cleaned_until = self.remote.cleaned_until.map(|cleaned| cleaned.min(target));
        self.lowest_cut = Some(self.lowest_cut.map_or(target, |lowest| lowest.min(target)));
    }

    pub(crate) fn require_online(&self) -> Result<(), StorageError> {
        self.folder.health().require_online()
    }

    /// Asserts the order of the progress markers; cheap, but only in debug builds and tests.
    ///
    /// # Panics
    /// When a marker is out of order.
    pub fn check_invariants(&self) {
        let markers = &self.markers;
        debug_assert!(
            markers.log_start.offset() <= markers.local_log_start.offset(),
            "{markers:?}"
        );
        debug_assert!(
            markers.local_log_start.offset() <= markers.high_watermark.offset(),
            "{markers:?}"
        );
        debug_assert!(
            markers.high_watermark.offset() <= markers.log_end.offset(),
            "{markers:?}"
        );
        debug_assert!(
            self.last_stable_offset().offset() <= markers.high_watermark.offset(),
            "{markers:?}"
        );
        debug_assert!(
            markers.recovery_point.offset() <= markers.log_end.offset(),
            "{markers:?}"
        );
        debug_assert!(
            self.segments.is_sorted_by_key(LogSegment::base_offset),
            "segments are in order"
        );
        debug_assert!(
            self.active().base_offset() <= markers.log_end.offset(),
            "{markers:?}"
        );
    }
}
