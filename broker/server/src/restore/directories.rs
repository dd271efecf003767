//! A plan as directories: formatted, with a log for each partition that begins where the plan says.
//!
//! Invariant: while a directory has the file `restoring` it is not whole, and no broker starts on it; the file is
//! there before anything else and goes last.

use std::path::{Path, PathBuf};

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_metadata::{MetadataImage, MetadataRecord};
use broker_model::{HighWatermark, Now, Timestamp, TopicPartition};
use broker_storage::fs::replace_whole;
use broker_storage::{
    AppendContext, AppendOrigin, DirectoryError, Fs, LogManager, LogProgress, NewLog, StorageError,
    UnifiedLog, read_meta_properties,
};
use broker_tiered::backup::CommittedOffset;
use broker_tiered::restore_plan::{RESTORED_EPOCH, RestorePlan, RestoredPartition};

use super::RestoreError;
use super::log_begin::LogBegin;
use crate::boot::{BootSettings, open_directories};
use crate::drivers::cluster_backup::group_record;
use crate::format::{FormatRequest, format_with};

const MARKER: &str = "restoring";
/// What a file system puts into a directory by itself, and what a lock leaves.
const NO_DATA: &[&str] = &["lost+found", ".lock"];
/// Logs that are made at a time.
const MAKERS: usize = 16;
/// Offsets of groups in one batch.
const OFFSETS_A_BATCH: usize = 100;

/// The directories hold nothing.
pub(super) fn require_empty(settings: &BootSettings) -> Result<(), RestoreError> {
    let fs = settings.fs.as_ref();
    for path in all(settings) {
        if let Some(found) = read_meta_properties(fs, &path)? {
            let found = format!("node {} of cluster {}", found.node_id, found.cluster_id);
            return Err(RestoreError::NotEmpty { path, found });
        }
        let listed = match fs.list(&path) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StorageError::from_io(&path, &path, error).into()),
        };
        if let Some(entry) = listed
            .iter()
            .find(|entry| !NO_DATA.contains(&entry.name.as_str()))
        {
            let found = format!("`{}`", entry.name);
            return Err(RestoreError::NotEmpty { path, found });
        }
    }
    Ok(())
}

/// No restore of the directories was interrupted.
///
/// # Errors
/// When one was.
pub fn require_finished(settings: &BootSettings) -> Result<(), PathBuf> {
    let fs = settings.fs.as_ref();
    let unfinished = all(settings)
        .into_iter()
        .find(|path| fs.info(&path.join(MARKER)).is_ok());
    unfinished.map_or(Ok(()), Err)
}

fn all(settings: &BootSettings) -> Vec<PathBuf> {
    let mut all = settings.directories.clone();
    if !all.contains(&settings.metadata_directory) {
        all.push(settings.metadata_directory.clone());
    }
    all
}

/// Formats the directories and makes the logs; answers how many.
pub(super) fn make(
    settings: &BootSettings,
    format: &FormatRequest,
    (plan, image, records): (&RestorePlan, &MetadataImage, &[MetadataRecord]),
    now: Now,
) -> Result<usize, RestoreError> {
    let fs = settings.fs.as_ref();
    let directories = all(settings);
    for path in &directories {
        let failed = |error| StorageError::from_io(path, path, error);
        fs.create_directories(path).map_err(failed)?;
        replace_whole(fs, &path.join(MARKER), b"").map_err(failed)?;
    }
    format_with(fs, format, records)?;
    let mut logs = open_directories(settings, plan.cluster_id.clone())?;
    let wanted: Vec<_> = match settings.roles.is_broker() {
        true => plan.of_broker(settings.node_id).collect(),
        false => Vec::new(),
    };
    let progress = make_logs(&mut logs, settings, (plan, image, &wanted), now)?;
    if let Some(error) = logs.stop(&progress, &[], RESTORED_EPOCH).into_iter().next() {
        return Err(error.into());
    }
    drop(logs);
    for path in &directories {
        finish(fs, path)?;
    }
    Ok(wanted.len())
}

fn finish(fs: &dyn Fs, path: &Path) -> Result<(), DirectoryError> {
    let failed = |error| StorageError::from_io(path, path, error);
    fs.remove_file(&path.join(MARKER)).map_err(failed)?;
    fs.sync_directory(path).map_err(failed)?;
    Ok(())
}

fn make_logs(
    logs: &mut LogManager,
    settings: &BootSettings,
    (plan, image, wanted): (&RestorePlan, &MetadataImage, &[&RestoredPartition]),
    now: Now,
) -> Result<Vec<LogProgress>, RestoreError> {
    let new = wanted.iter().map(|partition| NewLog {
        partition: TopicPartition::new(partition.topic.as_str(), partition.partition),
        topic_id: partition.topic_id,
        config: settings.topic_settings.resolve(image, &partition.topic).log,
        directory: None,
    });
    let new: Vec<_> = new.collect();
    let names: Vec<_> = new.iter().map(|log| log.partition.clone()).collect();
    let mut empty = Vec::with_capacity(wanted.len());
    for ((made, name), partition) in logs.create_logs(new, now).into_iter().zip(names).zip(wanted) {
        let log = made.map_err(|source| RestoreError::Log {
            partition: name,
            source,
        })?;
        empty.push((log, *partition));
    }
    begin_all(empty, plan, now)
}

/// Several at a time: a log waits for its device again and again, and knows nothing of the others.
fn begin_all(
    mut empty: Vec<(UnifiedLog, &RestoredPartition)>,
    plan: &RestorePlan,
    now: Now,
) -> Result<Vec<LogProgress>, RestoreError> {
    let share = empty.len().div_ceil(MAKERS).max(1);
    std::thread::scope(|scope| {
        let mut makers = Vec::new();
        while !empty.is_empty() {
            let mine = empty.split_off(empty.len().saturating_sub(share));
            makers.push(scope.spawn(move || {
                let begun = mine
                    .into_iter()
                    .map(|(log, partition)| begin(log, partition, plan.committed_in(partition), now));
                begun.collect::<Result<Vec<_>, _>>()
            }));
        }
        let mut progress = Vec::new();
        for maker in makers {
            let begun = maker.join();
            progress.extend(begun.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(progress)
    })
}

/// Lets an empty log begin where the plan says.
fn begin(
    mut log: UnifiedLog,
    partition: &RestoredPartition,
    committed: &[CommittedOffset],
    now: Now,
) -> Result<LogProgress, RestoreError> {
    let begin = LogBegin {
        log_start: partition.log_start,
        remote_end: partition.local_start,
        resume: partition.resume,
        leader_epoch: partition.leader_epoch,
        epochs: &partition.epochs,
    };
    begin.apply(&mut log, now).map_err(|source| RestoreError::Begin {
        partition: TopicPartition::new(partition.topic.as_str(), partition.partition),
        source,
    })?;
    commit(&mut log, partition, committed, now)?;
    log.update_high_watermark(HighWatermark::at(log.log_end().offset()));
    log.close(now)?;
    Ok(log.progress())
}

fn commit(
    log: &mut UnifiedLog,
    partition: &RestoredPartition,
    committed: &[CommittedOffset],
    now: Now,
) -> Result<(), RestoreError> {
    for some in committed.chunks(OFFSETS_A_BATCH) {
        let unfit = |error: &dyn std::fmt::Display| RestoreError::Groups(error.to_string());
        let mut batch = BatchBuilder::new(BatchOptions::default());
        for offset in some {
            let (key, value) = group_record(offset).encode().map_err(|error| unfit(&error))?;
            batch.append(
                Timestamp::from_ms(offset.committed_at_ms),
                Some(&key),
                value.as_deref(),
            );
        }
        let records = batch.build().map_err(|error| unfit(&error))?;
        let context = AppendContext {
            leader_epoch: partition.leader_epoch,
            origin: AppendOrigin::Coordinator,
            now,
            request_version: None,
        };
        log.append_as_leader(&records, context)
            .map_err(|source| RestoreError::Append {
                partition: TopicPartition::new(partition.topic.as_str(), partition.partition),
                source,
            })?;
    }
    Ok(())
}
