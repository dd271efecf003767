//! The threads that compact logs, slowly and one log at a time each.
//!
//! What is cleaned, and how, is `broker_storage`'s (`LogCleaner`, `Cleaning`). Here are the rounds: ask every
//! compacted log for its facts, take the dirtiest, flush it, let its cleaning go step by step without any lock, wait as the
//! throttle says, and put the result in place. Invariants: a partition's lock is held for facts, for the snapshot
//! and for the renames, never while records are read or written; the lock of the choice is the innermost one, but
//! for that of the log directories when positions are written. Settings are read anew in
//! every round, the number of threads whenever `follow_settings` is called.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_model::TopicPartition;
use broker_storage::{
    CleanerThrottle, Cleaning, CleaningError, CleaningFacts, CleaningOptions, CleaningOutcome, CleaningStep,
    LogCleaner, StorageError, UnifiedLog,
};
use parking_lot::Mutex;

use super::log_maintenance::MaintenanceSettings;
use crate::clock::{Clock, seed_or_time};
use crate::replica_manager::{PartitionHandle, ReplicaManager};

/// More threads than this only compete for the device.
const THREADS_MAX: usize = 16;

/// How logs are compacted; each is the Kafka property named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CleanerSettings {
    /// `log.cleaner.enable`.
    pub cleaning: LogCleaning,
    /// `log.cleaner.threads`.
    pub threads: usize,
    /// `log.cleaner.dedupe.buffer.size`, of all threads together.
    pub dedupe_buffer_size: usize,
    /// `log.cleaner.io.buffer.size`, of all threads together.
    pub io_buffer_size: usize,
    /// `log.cleaner.io.buffer.load.factor`.
    pub load_factor: f64,
    /// `log.cleaner.io.max.bytes.per.second`, of all threads together.
    pub bytes_per_second: f64,
    /// `log.cleaner.backoff.ms`.
    pub backoff_ms: u64,
}

/// Whether logs are compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogCleaning {
    /// They are.
    Enabled,
    /// They only grow.
    Disabled,
}

impl CleanerSettings {
    /// How many threads there are.
    fn thread_count(&self) -> usize {
        self.threads.clamp(1, THREADS_MAX)
    }
}

impl Default for CleanerSettings {
    fn default() -> Self {
        Self {
            cleaning: LogCleaning::Enabled,
            threads: 1,
            dedupe_buffer_size: 128 << 20,
            io_buffer_size: 512 << 10,
            load_factor: 0.9,
            bytes_per_second: f64::MAX,
            backoff_ms: 15_000,
        }
    }
}

/// The running threads.
#[derive(Debug)]
pub struct CleanerThreads {
    parts: CleanerParts,
    running: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl CleanerThreads {
    /// Starts as many threads as the settings say now.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        replica_manager: &Arc<ReplicaManager>,
        settings: &Arc<ArcSwap<MaintenanceSettings>>,
        clock: Clock,
    ) -> io::Result<Self> {
        let offsets = replica_manager.logs().cleaner_offsets();
        let mut threads = Self {
            parts: CleanerParts {
                replica_manager: replica_manager.clone(),
                settings: settings.clone(),
                choice: Arc::new(Mutex::new(LogCleaner::new(offsets))),
                clock,
            },
            running: Vec::new(),
        };
        threads.follow_settings()?;
        Ok(threads)
    }

    /// Starts threads that are missing and ends those that are too many; their cleanings are given up.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn follow_settings(&mut self) -> io::Result<()> {
        let wanted = self.parts.settings.load().cleaner.thread_count();
        while self.running.len() > wanted {
            self.running.pop().into_iter().for_each(end);
        }
        while self.running.len() < wanted {
            let (stop, stopped) = channel();
            let worker = CleanerThread {
                parts: self.parts.clone(),
                stopped,
            };
            let thread = std::thread::Builder::new()
                .name(format!("log-cleaner-{}", self.running.len()))
                .spawn(move || worker.run())?;
            self.running.push((stop, thread));
        }
        Ok(())
    }

    /// Ends the threads; a cleaning under way is given up.
    pub fn stop(&mut self) {
        let (stops, threads): (Vec<_>, Vec<_>) = self.running.drain(..).unzip();
        drop(stops);
        threads.into_iter().for_each(join);
    }
}

fn end((stop, thread): (Sender<()>, JoinHandle<()>)) {
    drop(stop);
    join(thread);
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a log cleaner had panicked");
    }
}

/// What all threads share.
#[derive(Clone, Debug)]
struct CleanerParts {
    replica_manager: Arc<ReplicaManager>,
    settings: Arc<ArcSwap<MaintenanceSettings>>,
    choice: Arc<Mutex<LogCleaner>>,
    clock: Clock,
}

#[derive(Debug)]
struct CleanerThread {
    parts: CleanerParts,
    stopped: Receiver<()>,
}

/// Whether the thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Over,
    Stop,
}

impl CleanerThread {
    fn run(self) {
        loop {
            let settings = self.parts.settings.load().cleaner;
            let is_enabled = settings.cleaning == LogCleaning::Enabled;
            let pause = match is_enabled && self.clean_one(settings) {
                true => 0,
                false => settings.backoff_ms.max(1),
            };
            if self.wait(pause) == Wait::Stop {
                return;
            }
        }
    }

    fn wait(&self, ms: u64) -> Wait {
        match self.stopped.recv_timeout(Duration::from_millis(ms)) {
            Err(RecvTimeoutError::Timeout) => Wait::Over,
            Ok(()) | Err(RecvTimeoutError::Disconnected) => Wait::Stop,
        }
    }

    /// Cleans the dirtiest log; answers whether there was one and it went well.
    fn clean_one(&self, settings: CleanerSettings) -> bool {
        let partitions = self.parts.replica_manager.partitions();
        let names: HashSet<&TopicPartition> = partitions.iter().map(|handle| handle.id()).collect();
        self.parts
            .choice
            .lock()
            .retain(|partition| names.contains(partition));
        let (handles, facts): (HashMap<_, _>, Vec<_>) = partitions
            .iter()
            .filter_map(|handle| self.facts_of(handle))
            .map(|(handle, facts)| ((facts.partition.clone(), handle), facts))
            .unzip();
        let Some(chosen) = self.parts.choice.lock().grab_dirtiest(&facts) else {
            return false;
        };
        let Some(handle) = handles.get(&chosen.partition) else {
            return false;
        };
        match self.clean(handle, &chosen, settings) {
            Ok(Some(outcome)) => {
                self.conclude(&chosen, outcome);
                true
            }
            Ok(None) => {
                self.parts.choice.lock().released(&chosen.partition);
                false
            }
            Err(error) => {
                self.note_failure(&chosen.partition, &error);
                false
            }
        }
    }

    fn facts_of<'a>(&self, handle: &'a PartitionHandle) -> Option<(&'a PartitionHandle, CleaningFacts)> {
        let facts = handle.with_log(|log| {
            if !log.config().cleanup_policy.compact {
                return Ok::<_, StorageError>(None);
            }
            let cleaned_to = self
                .parts
                .choice
                .lock()
                .cleaned_to(log.partition(), log.topic_id());
            let facts = log.cleaning_facts(cleaned_to, self.parts.clock.now_for_removal())?;
            if facts
                .as_ref()
                .is_some_and(|facts| log.note_cleaned_until(facts.first_dirty))
            {
                // What is cleaned may be copied to the remote tier.
                handle.remote_work().notify_one();
            }
            Ok(facts)
        });
        match facts {
            Ok(Ok(facts)) => facts.map(|facts| (handle, facts)),
            Ok(Err(error)) => {
                tracing::error!(partition = %handle.id(), %error, "the log cleaner cannot look at a log");
                None
            }
            Err(_gone_or_offline) => None,
        }
    }

    /// One cleaning from the snapshot to the renames; `None` when it was given up.
    fn clean(
        &self,
        handle: &PartitionHandle,
        facts: &CleaningFacts,
        settings: CleanerSettings,
    ) -> Result<Option<CleaningOutcome>, CleaningError> {
        let share = |size: usize| size / settings.thread_count();
        let options = CleaningOptions {
            dedupe_buffer_size: share(settings.dedupe_buffer_size),
            load_factor: settings.load_factor,
            io_buffer_size: share(settings.io_buffer_size),
            hash_seed: seed_or_time(&self.parts.clock),
        };
        self.flush(handle)?;
        let now = self.parts.clock.now_for_removal();
        let Ok(begun) = handle.with_log(|log| log.begin_cleaning(facts, options, now)) else {
            return Ok(None);
        };
        let mut cleaning = begun?;
        match self.step_through(&mut cleaning, settings) {
            Ok(Wait::Over) => {}
            Ok(Wait::Stop) => {
                cleaning.give_up()?;
                return Ok(None);
            }
            Err(error) => {
                if let Err(leftover) = cleaning.give_up() {
                    tracing::warn!(partition = %facts.partition, error = %leftover,
                        "what a failed cleaning wrote stays until the next start");
                }
                return Err(error);
            }
        }
        let now = self.parts.clock.now_for_removal();
        let finished = handle.with_log(|log| log.finish_cleaning(cleaning, now));
        Ok(finished.ok().transpose()?)
    }

    /// Makes durable what the cleaning will rest on.
    fn flush(&self, handle: &PartitionHandle) -> Result<(), CleaningError> {
        let Ok(job) = handle.with_log(UnifiedLog::begin_flush) else {
            return Ok(());
        };
        if let Some(job) = job? {
            job.run()?;
            let now = self.parts.clock.now();
            let _gone_or_offline = handle.with_log(|log| log.complete_flush(&job, now));
        }
        Ok(())
    }

    fn step_through(
        &self,
        cleaning: &mut Cleaning,
        settings: CleanerSettings,
    ) -> Result<Wait, CleaningError> {
        let bytes_per_second = settings.bytes_per_second / settings.thread_count() as f64;
        let mut throttle = CleanerThrottle::new(bytes_per_second, self.parts.clock.monotonic());
        loop {
            let CleaningStep::GoOn { io_bytes } = cleaning.step()? else {
                return Ok(Wait::Over);
            };
            let pause = throttle.wait_ms(io_bytes, self.parts.clock.monotonic());
            if self.wait(pause) == Wait::Stop {
                return Ok(Wait::Stop);
            }
        }
    }

    fn conclude(&self, chosen: &CleaningFacts, outcome: CleaningOutcome) {
        let stats = outcome.stats;
        tracing::debug!(partition = %chosen.partition, cleaned_to = ?outcome.cleaned_to, keys = stats.keys,
            bytes_read = stats.bytes_read, bytes_written = stats.bytes_written,
            segments = stats.segments_written, "a log was cleaned");
        let mut choice = self.parts.choice.lock();
        choice.finished(&chosen.partition, &outcome);
        let mut logs = self.parts.replica_manager.logs();
        if let Some(pending) = outcome.pending {
            logs.delete_later(pending);
        }
        for error in logs.write_cleaner_offsets(choice.offsets()) {
            tracing::error!(%error, "the log cleaner's checkpoint cannot be written");
        }
    }

    fn note_failure(&self, partition: &TopicPartition, error: &CleaningError) {
        match self.parts.choice.lock().failed(partition, error) {
            true => tracing::error!(%partition, %error, "a log is not cleaned any more until the next start"),
            false => tracing::warn!(%partition, %error, "a cleaning failed and will be tried again"),
        }
    }
}
