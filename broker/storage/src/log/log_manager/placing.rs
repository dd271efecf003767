//! Making and retiring logs in numbers: a topic of a thousand partitions costs a few waits for the disk, not thousands.
//!
//! Invariant: when a call returns, every name that it made or changed is durable, or its log is reported as failed.
//! Files are made by several threads, whose syncs the file system joins; a log directory is synced once for all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_model::{DirectoryId, Now, TopicId, TopicPartition, Uuid};

use super::LogManager;
use crate::error::{LoadError, StorageError};
use crate::log::log_config::LogConfig;
use crate::log::log_loader::LogEnvironment;
use crate::log::retirement::Retirement;
use crate::log::unified_log::UnifiedLog;

/// Logs that are made at the same time.
const CREATION_THREADS: usize = 16;
/// So few logs are made one after the other.
const LOGS_IN_TURN: usize = 8;

/// A log that is to be made.
#[derive(Clone, Debug)]
pub struct NewLog {
    /// Its partition.
    pub partition: TopicPartition,
    /// The topic's id.
    pub topic_id: TopicId,
    /// Its configuration.
    pub config: Arc<LogConfig>,
    /// Where it shall lie; `None`, and a directory that is not online, mean the one with the fewest partitions.
    pub directory: Option<DirectoryId>,
}

/// What became of one log.
pub type Made = Result<UnifiedLog, LoadError>;

struct Placed {
    index: usize,
    environment: LogEnvironment,
    wanted: NewLog,
}

impl LogManager {
    /// Makes the logs of new partitions; answers in the order that they were given in.
    pub fn create_logs(&mut self, wanted: Vec<NewLog>, now: Now) -> Vec<Made> {
        let placed = self.choose_directories(wanted);
        let made = create_in_parallel(&placed, now);
        let used: BTreeSet<usize> = placed.iter().flatten().map(|placed| placed.index).collect();
        for index in used {
            let health = self.directories[index].health();
            // A failure takes the directory offline, and with it every log that was just made in it.
            let _offline = health.sync_names(self.fs.as_ref());
        }
        let outcomes = placed.into_iter().zip(made);
        outcomes.map(|(placed, made)| self.keep(placed, made)).collect()
    }

    fn keep(&mut self, placed: Option<Placed>, made: Option<Made>) -> Made {
        let (Some(placed), Some(made)) = (placed, made) else {
            let directory = self.directories[0].path().to_path_buf();
            return Err(StorageError::LogDirectoryOffline { directory }.into());
        };
        let log = made?;
        placed.environment.directory.require_online()?;
        self.placements.insert(placed.wanted.partition, placed.index);
        Ok(log)
    }

    /// `None` for a log when no directory is online.
    fn choose_directories(&self, wanted: Vec<NewLog>) -> Vec<Option<Placed>> {
        let mut counts = vec![0_usize; self.directories.len()];
        self.placements.values().for_each(|index| counts[*index] += 1);
        let mut choose = |wanted: NewLog| {
            let asked = wanted
                .directory
                .and_then(|id| self.online().find(|(_, directory)| directory.id() == id));
            let emptiest = || self.online().min_by_key(|(index, _)| counts[*index]);
            let (index, _) = asked.or_else(emptiest)?;
            counts[index] += 1;
            Some(Placed {
                index,
                environment: self.environment_of(index),
                wanted,
            })
        };
        wanted.into_iter().map(&mut choose).collect()
    }

    /// Takes logs out of service: their folders are renamed at once, and removed later if the topic was deleted.
    /// Answers what went wrong with folders and directories.
    pub fn retire_logs(
        &mut self,
        logs: Vec<(UnifiedLog, Uuid)>,
        retirement: Retirement,
        now: Now,
    ) -> Vec<StorageError> {
        let mut failures = Vec::new();
        let mut touched: BTreeMap<usize, Vec<TopicPartition>> = BTreeMap::new();
        for (log, id) in logs {
            if let Some(index) = self.placements.remove(log.partition()) {
                touched.entry(index).or_default().push(log.partition().clone());
            }
            match log.retire(retirement, id, now) {
                Ok(pending) => self.pending.extend(pending),
                Err(error) => failures.push(error),
            }
        }
        for (index, gone) in touched {
            failures.extend(self.directories[index].forget(&gone).err());
            let health = self.directories[index].health();
            failures.extend(health.sync_names(self.fs.as_ref()).err());
        }
        failures
    }
}

/// `None` for a log that has no place.
fn create_in_parallel(placed: &[Option<Placed>], now: Now) -> Vec<Option<Made>> {
    let create = |placed: &Option<Placed>| {
        let Placed {
            environment, wanted, ..
        } = placed.as_ref()?;
        let (partition, config) = (wanted.partition.clone(), wanted.config.clone());
        Some(UnifiedLog::create(
            environment,
            partition,
            wanted.topic_id,
            config,
            now,
        ))
    };
    if placed.len() <= LOGS_IN_TURN {
        return placed.iter().map(create).collect();
    }
    let share = placed.len().div_ceil(CREATION_THREADS);
    std::thread::scope(|scope| {
        let shares = placed.chunks(share);
        let running: Vec<_> = shares
            .map(|share| scope.spawn(move || share.iter().map(create).collect::<Vec<_>>()))
            .collect();
        let joined = running.into_iter().map(|thread| thread.join());
        let made = joined.map(|made| made.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        made.flatten().collect()
    })
}
