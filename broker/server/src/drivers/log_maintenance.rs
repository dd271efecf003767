//! The thread that keeps the logs in order: flushes, retention, checkpoints, late deletes, failed directories; and
//! has free memory returned.
//!
//! Owns nothing but when it did what. Invariants: no partition's lock is held while the device works, but for
//! renames; what failed once is never tried again (I23), the partitions of a failed directory go offline, and a
//! broker without its metadata directory or without any directory gives up.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_model::{MonotonicMs, Now};
use broker_storage::{CheckpointKind, LogProgress, PendingDelete, StorageError};

use super::failure::Failure;
use super::log_cleaning::{CleanerSettings, CleanerThreads};
use super::memory_return;
use super::metadata_driver::MetadataDriver;
use crate::clock::Clock;
use crate::replica_manager::{PartitionHandle, ReplicaManager};

/// How often due work is looked for.
const TICK: Duration = Duration::from_millis(500);
/// How long cached batches and open files stay without use.
const IDLE_MS: u64 = 60_000;

/// When the thread does what, in milliseconds; each is the Kafka property named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaintenanceSettings {
    /// `log.retention.check.interval.ms`.
    pub retention_check_ms: u64,
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub recovery_checkpoint_ms: u64,
    /// `log.flush.start.offset.checkpoint.interval.ms`.
    pub log_start_checkpoint_ms: u64,
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub high_watermark_checkpoint_ms: u64,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
    /// `producer.id.expiration.check.interval.ms`.
    pub producer_expiration_check_ms: u64,
    /// `log.cleaner.*`.
    pub cleaner: CleanerSettings,
}

impl Default for MaintenanceSettings {
    fn default() -> Self {
        Self {
            retention_check_ms: 300_000,
            recovery_checkpoint_ms: 60_000,
            log_start_checkpoint_ms: 60_000,
            high_watermark_checkpoint_ms: 5_000,
            producer_expiration_ms: 86_400_000,
            producer_expiration_check_ms: 600_000,
            cleaner: CleanerSettings::default(),
        }
    }
}

/// What the thread works on.
#[derive(Debug)]
pub struct MaintenanceParts {
    /// The metadata log has its place in the checkpoints, too.
    pub metadata: Arc<MetadataDriver>,
    /// The partitions and directories.
    pub replica_manager: Arc<ReplicaManager>,
    /// When to do what; read anew at every tick.
    pub settings: Arc<ArcSwap<MaintenanceSettings>>,
    /// The directory without which the broker cannot go on.
    pub metadata_directory: PathBuf,
    /// Whom to tell that.
    pub failure: Arc<Failure>,
    /// Reads the time.
    pub clock: Clock,
}

/// The running thread, and those that compact logs.
#[derive(Debug)]
pub struct LogMaintenance {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl LogMaintenance {
    /// Starts the threads.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(parts: MaintenanceParts) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let cleaners = CleanerThreads::start(&parts.replica_manager, &parts.settings, parts.clock)?;
        let mut upkeep = Upkeep::new(parts, cleaners);
        let thread = std::thread::Builder::new()
            .name("log-maintenance".into())
            .spawn(move || upkeep.run(&stopped))?;
        Ok(Self { stop, thread })
    }

    /// Ends the threads after the work at hand.
    pub fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("log maintenance had panicked");
        }
    }
}

#[derive(Debug)]
struct Upkeep {
    parts: MaintenanceParts,
    cleaners: CleanerThreads,
    retention: Cadence,
    recovery_points: Cadence,
    log_starts: Cadence,
    high_watermarks: Cadence,
    producers: Cadence,
    idle: Cadence,
    memory: Cadence,
    known_offline: usize,
}

/// When something was done last.
#[derive(Debug)]
struct Cadence(MonotonicMs);

impl Cadence {
    fn is_due(&mut self, interval_ms: u64, now: Now) -> bool {
        let due = now.monotonic.since_ms(self.0) >= interval_ms;
        if due {
            self.0 = now.monotonic;
        }
        due
    }
}

impl Upkeep {
    fn new(parts: MaintenanceParts, cleaners: CleanerThreads) -> Self {
        let now = parts.clock.monotonic();
        let begin = || Cadence(now);
        Self {
            retention: begin(),
            recovery_points: begin(),
            log_starts: begin(),
            high_watermarks: begin(),
            producers: begin(),
            idle: begin(),
            memory: begin(),
            known_offline: 0,
            cleaners,
            parts,
        }
    }

    fn run(&mut self, stopped: &Receiver<()>) {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            self.tick();
        }
        self.cleaners.stop();
    }

    fn tick(&mut self) {
        let now = self.parts.clock.now();
        let settings = **self.parts.settings.load();
        if let Err(error) = self.cleaners.follow_settings() {
            tracing::warn!(%error, "the system gives the log cleaner no more threads");
        }
        let partitions = self.parts.replica_manager.partitions();
        for handle in &partitions {
            self.flush_due(handle, now);
        }
        if self.retention.is_due(settings.retention_check_ms, now) {
            let now = self.parts.clock.now_for_removal();
            partitions.iter().for_each(|handle| self.delete_old(handle, now));
        }
        if self.producers.is_due(settings.producer_expiration_check_ms, now) {
            for handle in &partitions {
                let expire = settings.producer_expiration_ms;
                let _offline = handle.with_log(|log| log.remove_expired_producers(now, expire));
            }
        }
        if self.idle.is_due(IDLE_MS, now) {
            let since = MonotonicMs::from_ms(now.monotonic.as_ms().saturating_sub(IDLE_MS));
            for handle in &partitions {
                let _offline = handle.with_log(|log| log.release_idle(since));
            }
        }
        if self.memory.is_due(memory_return::INTERVAL_MS, now)
            && let Err(error) = memory_return::give_back()
        {
            tracing::warn!(%error, "free memory stays with the process");
        }
        self.write_checkpoints(&partitions, settings, now);
        self.unlink_due(now);
        self.look_at_directories(&partitions);
    }

    /// Flushes what `flush.ms` asks for, and segments that were closed.
    fn flush_due(&self, handle: &PartitionHandle, now: Now) {
        let job = handle.with_log(|log| match log.begin_flush_if_due(now)? {
            None if log.has_unflushed_closed_segments() => log.begin_flush_of_closed_segments(),
            job => Ok(job),
        });
        let outcome = match job {
            Ok(Ok(Some(job))) => job.run().map(|()| {
                let _offline = handle.with_log(|log| log.complete_flush(&job, now));
                handle.remote_work().notify_one();
            }),
            Ok(Err(error)) => Err(error),
            Ok(Ok(None)) | Err(_) => return,
        };
        report(handle, "flush", outcome);
    }

    fn delete_old(&self, handle: &PartitionHandle, now: Now) {
        let deleted = handle.with_log(|log| {
            log.repair_suspect_indexes()?;
            log.delete_old_segments(now)
        });
        let Ok(deleted) = deleted else { return };
        report(
            handle,
            "retention",
            deleted.map(|pending| self.delete_later(pending)),
        );
    }

    fn delete_later(&self, pending: Option<PendingDelete>) {
        if let Some(pending) = pending {
            self.parts.replica_manager.logs().delete_later(pending);
        }
    }

    fn write_checkpoints(
        &mut self,
        partitions: &[Arc<PartitionHandle>],
        settings: MaintenanceSettings,
        now: Now,
    ) {
        let kinds = [
            (
                CheckpointKind::RecoveryPoint,
                self.recovery_points.is_due(settings.recovery_checkpoint_ms, now),
            ),
            (
                CheckpointKind::LogStart,
                self.log_starts.is_due(settings.log_start_checkpoint_ms, now),
            ),
            (
                CheckpointKind::HighWatermark,
                self.high_watermarks
                    .is_due(settings.high_watermark_checkpoint_ms, now),
            ),
        ];
        if !kinds.iter().any(|(_, due)| *due) {
            return;
        }
        let progress = partitions
            .iter()
            .filter_map(|handle| handle.with_log(|log| log.progress()).ok());
        let mut progress: Vec<LogProgress> = progress.collect();
        let hosted = progress.len();
        progress.push(self.parts.metadata.progress());
        for (kind, _) in kinds.iter().filter(|(_, due)| *due) {
            let failed = self
                .parts
                .replica_manager
                .logs()
                .write_checkpoints(*kind, &progress);
            for error in &failed {
                tracing::error!(%error, ?kind, "checkpoint cannot be written");
            }
            if *kind == CheckpointKind::LogStart && failed.is_empty() {
                self.parts.replica_manager.note_log_starts(&progress[..hosted]);
            }
        }
    }

    fn unlink_due(&self, now: Now) {
        let due = self.parts.replica_manager.logs().due_deletes(now);
        for (path, error) in due.run() {
            tracing::warn!(path = %path.display(), %error, "deleted file stays until the next start");
        }
    }

    /// Takes the partitions of failed directories offline, and gives up when it must.
    fn look_at_directories(&mut self, partitions: &[Arc<PartitionHandle>]) {
        let (offline, online, metadata_failed) = {
            let logs = self.parts.replica_manager.logs();
            let directories = logs.directories();
            let offline = directories
                .iter()
                .filter(|directory| directory.health().is_offline());
            let offline: Vec<PathBuf> = offline.map(|directory| directory.path().to_path_buf()).collect();
            let metadata_failed = offline.contains(&self.parts.metadata_directory);
            let online = directories.len() - offline.len();
            (offline, online, metadata_failed)
        };
        if offline.len() == self.known_offline {
            return;
        }
        self.known_offline = offline.len();
        tracing::error!(
            ?offline,
            "log directories failed; their partitions are offline until a restart"
        );
        for handle in partitions {
            let failed = handle.with_log(|log| log.directory().is_offline());
            if failed == Ok(true) {
                handle.take_offline();
            }
        }
        if metadata_failed {
            self.parts
                .failure
                .declare("the log directory of the metadata log failed");
        } else if online == 0 {
            self.parts.failure.declare("every log directory failed");
        }
    }
}

fn report(handle: &PartitionHandle, work: &'static str, outcome: Result<(), StorageError>) {
    if let Err(error) = outcome {
        tracing::error!(partition = %handle.id(), %error, work, "log maintenance failed");
    }
}
