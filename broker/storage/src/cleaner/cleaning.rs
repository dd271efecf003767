//! One cleaning of one log, step by step, without access to the log.
//!
//! Owns a snapshot of the segments to read, the map of newest offsets and the segments written so far. First the
//! keys of the dirty part are taken into the map, until its end or until the map is full; then every segment up to
//! there is copied, group by group, without what the map makes obsolete. A step reads one buffer. The log goes on
//! meanwhile: segments that retention takes away, or a folder that is deleted, end the cleaning as `LogChanged`.

use std::io::{ErrorKind, IoSlice};
use std::ops::Range;
use std::sync::Arc;

use broker_codec::batch::BatchError;
use broker_model::{Now, Offset, Timestamp, TopicPartition};
use bytes::Bytes;

use crate::cleaner::batch_filter::{FilterRules, LastOfProducer, Spent};
use crate::cleaner::cleanable::CleaningFacts;
use crate::cleaner::cleaned_transactions::CleanedTransactions;
use crate::cleaner::offset_map::{OffsetMap, Room};
use crate::cleaner::segment_group::{GroupLimits, group_segments};
use crate::cleaner::segment_source::{Cursor, SegmentSource, SourceBatch, SourceError, read_batches};
use crate::error::{CleaningError, StorageError};
use crate::fs::{File, OpenMode};
use crate::index::transaction_index::AbortedTransaction;
use crate::log::log_config::LogConfig;
use crate::log::log_folder::{DirectoryHealth, LogFolder};
use crate::log::unified_log::UnifiedLog;
use crate::segment::batch_view::BatchView;
use crate::segment::file_name::SegmentFile;
use crate::segment::log_segment::LogSegment;
use crate::segment::segment_read::damaged;

const BUFFER_MIN: usize = 4 << 10;

/// What a cleaning may use.
#[derive(Clone, Copy, Debug)]
pub struct CleaningOptions {
    /// Bytes for the map of newest offsets: `log.cleaner.dedupe.buffer.size` by threads.
    pub dedupe_buffer_size: usize,
    /// `log.cleaner.io.buffer.load.factor`.
    pub load_factor: f64,
    /// Bytes that a step reads: `log.cleaner.io.buffer.size` by threads.
    pub io_buffer_size: usize,
    /// Keys the hash of record keys; random, of this process.
    pub hash_seed: u64,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleaningStep {
    /// So many bytes were read and written; there is more to do.
    GoOn {
        /// Bytes.
        io_bytes: u64,
    },
    /// Everything is written and durable.
    Done,
}

/// Numbers of a cleaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CleaningStats {
    /// Bytes whose keys were taken in.
    pub bytes_indexed: u64,
    /// Bytes that were read to be copied.
    pub bytes_read: u64,
    /// Bytes that stayed.
    pub bytes_written: u64,
    /// Different keys of the dirty part.
    pub keys: usize,
    /// Segments that were written.
    pub segments_written: usize,
}

/// A cleaning under way.
#[derive(Debug)]
pub struct Cleaning {
    pub(super) partition: TopicPartition,
    pub(super) folder: LogFolder,
    health: Arc<DirectoryHealth>,
    /// The log's count of cuts when the snapshot was taken.
    pub(super) cuts: u64,
    config: Arc<LogConfig>,
    options: CleaningOptions,
    rules: FilterRules,
    first_dirty: Offset,
    sources: Vec<SegmentSource>,
    aborted: Vec<AbortedTransaction>,
    map: OffsetMap,
    phase: Phase,
    open: Option<(usize, Arc<dyn File>)>,
    pub(super) outputs: Vec<CleanedGroup>,
    pub(super) stats: CleaningStats,
}

/// A written segment and the bases of those that it replaces.
#[derive(Debug)]
pub(super) struct CleanedGroup {
    pub(super) segment: LogSegment,
    pub(super) replaced: Vec<Offset>,
}

#[derive(Debug)]
enum Phase {
    Indexing {
        cursor: Cursor,
        transactions: CleanedTransactions,
    },
    Copying {
        groups: Vec<Range<usize>>,
        group: usize,
        cursor: Cursor,
        output: Option<Box<LogSegment>>,
        transactions: CleanedTransactions,
    },
    Done,
}

impl UnifiedLog {
    /// Takes a snapshot for a cleaning that `facts` call for; the log was flushed to `facts.flush_to`.
    ///
    /// # Errors
    /// When it was not, the directory is offline or the file system fails.
    pub fn begin_cleaning(
        &self,
        facts: &CleaningFacts,
        options: CleaningOptions,
        now: Now,
    ) -> Result<Cleaning, CleaningError> {
        self.require_online()?;
        if self.markers.recovery_point.offset() < facts.flush_to {
            return Err(CleaningError::NotFlushed {
                partition: self.partition.clone(),
                flush_to: facts.flush_to,
            });
        }
        let upper = facts.first_uncleanable;
        let sources = self.sources_below(upper);
        let start = self.segments[0].base_offset();
        let aborted = self.aborted_between(start, upper);
        let first = sources.partition_point(|source| source.base_offset <= facts.first_dirty);
        let first = first.saturating_sub(1);
        let mut cursor = start_of(first, &sources);
        if let Some(segment) = self.segments.get(first).filter(|_| first < sources.len()) {
            let located = segment.locate(&self.folder, facts.first_dirty)?;
            cursor.position = located.map_or(segment.size(), |batch| batch.position);
        }
        Ok(Cleaning {
            partition: self.partition.clone(),
            folder: self.folder.detached(),
            health: self.folder.health().clone(),
            cuts: self.cuts,
            config: self.config.clone(),
            options,
            rules: self.filter_rules(facts.first_dirty, upper, now),
            first_dirty: facts.first_dirty,
            phase: Phase::Indexing {
                cursor,
                transactions: CleanedTransactions::new(aborted.clone()),
            },
            sources,
            aborted,
            map: OffsetMap::new(options.dedupe_buffer_size, options.load_factor, options.hash_seed),
            open: None,
            outputs: Vec::new(),
            stats: CleaningStats::default(),
        })
    }

    fn sources_below(&self, upper: Offset) -> Vec<SegmentSource> {
        let segments = self.between(self.segments[0].base_offset(), upper);
        let ends = self.segments[1..].iter().map(LogSegment::base_offset);
        let sources = segments.iter().zip(ends).map(|(segment, end)| {
            let (offset_index_bytes, time_index_bytes) = segment.index_bytes();
            SegmentSource {
                path: segment.path(&self.folder, SegmentFile::Data),
                base_offset: segment.base_offset(),
                end,
                size: segment.size(),
                offset_index_bytes,
                time_index_bytes,
                modified: segment.modified(),
            }
        });
        sources.collect()
    }

    fn filter_rules(&self, first_dirty: Offset, upper: Offset, now: Now) -> FilterRules {
        let last = |entry: &&crate::producer::producer_state_entry::ProducerStateEntry| LastOfProducer {
            data: entry.last_batch().map(|batch| batch.last_offset),
            epoch: entry.producer_epoch,
        };
        let retention = self.config.delete_retention_ms;
        let clean = self.between(self.segments[0].base_offset(), first_dirty).last();
        FilterRules {
            now: now.wall,
            delete_retention_ms: retention,
            unpacked_size_max: self.config.max_decompressed_message_bytes,
            levels: self.config.compression_levels,
            producers: self
                .producers
                .entries()
                .iter()
                .map(|entry| (entry.producer_id, last(entry)))
                .collect(),
            upper,
            spent: match self.config.remote_storage_enable {
                true => Spent::Stay,
                false => Spent::Go,
            },
            legacy_horizon: clean.map_or(Timestamp::NONE, |segment| segment.modified().plus_ms(-retention)),
        }
    }
}

impl Cleaning {
    /// Whose log is cleaned.
    pub fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Numbers so far.
    pub fn stats(&self) -> CleaningStats {
        self.stats
    }

    /// Whether every step is done.
    pub fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    /// Up to where the log is clean once this is put in place.
    pub(super) fn cleaned_to(&self) -> Offset {
        self.map.latest().plus(1).max(self.first_dirty)
    }

    /// Does the next piece of work. After an error only `give_up` makes sense.
    ///
    /// # Errors
    /// `LogChanged` when the segments are gone; a batch that is damaged; what the file system says.
    pub fn step(&mut self) -> Result<CleaningStep, CleaningError> {
        self.health.require_online()?;
        let phase = std::mem::replace(&mut self.phase, Phase::Done);
        let stepped = match phase {
            Phase::Indexing { cursor, transactions } => self.index_step(cursor, transactions),
            Phase::Copying { .. } => self.copy_step(phase),
            Phase::Done => return Ok(CleaningStep::Done),
        };
        let (phase, io_bytes) = stepped.map_err(|error| self.judge(error))?;
        self.phase = phase;
        Ok(match self.phase {
            Phase::Done => CleaningStep::Done,
            Phase::Indexing { .. } | Phase::Copying { .. } => CleaningStep::GoOn { io_bytes },
        })
    }

    /// Removes what was written.
    ///
    /// # Errors
    /// When the file system fails; the next opening of the log removes it then.
    pub fn give_up(self) -> Result<(), StorageError> {
        self.remove_outputs(0)
    }

    pub(super) fn remove_outputs(&self, from: usize) -> Result<(), StorageError> {
        let unfinished = match &self.phase {
            Phase::Copying { output, .. } => output.as_deref(),
            Phase::Indexing { .. } | Phase::Done => None,
        };
        let written = self.outputs[from.min(self.outputs.len())..]
            .iter()
            .map(|group| &group.segment);
        for segment in written.chain(unfinished) {
            segment.remove_files(&self.folder)?;
        }
        Ok(())
    }

    /// A vanished file means that the log went on without it; anything else is what it is for any log.
    fn judge(&self, error: StorageError) -> CleaningError {
        match error {
            StorageError::LogDirectoryFailed { source, .. } if source.kind() == ErrorKind::NotFound => {
                CleaningError::LogChanged {
                    partition: self.partition.clone(),
                }
            }
            StorageError::LogDirectoryFailed { .. } => {
                self.health.take_offline();
                CleaningError::Storage(error)
            }
            StorageError::LogDirectoryOffline { .. }
            | StorageError::DiskFull { .. }
            | StorageError::Damaged { .. } => CleaningError::Storage(error),
        }
    }

    fn index_step(
        &mut self,
        mut cursor: Cursor,
        mut transactions: CleanedTransactions,
    ) -> Result<(Phase, u64), StorageError> {
        let Some(source) = self.sources.get(cursor.source) else {
            return Ok((self.begin_copying(), 0));
        };
        let end = source.end;
        if cursor.position >= source.size {
            // Offsets that are gone are clean, too.
            self.map.advance_to(end.minus(1));
            let cursor = start_of(cursor.source + 1, &self.sources);
            return Ok((Phase::Indexing { cursor, transactions }, 0));
        }
        let before = cursor.position;
        for batch in self.read(&mut cursor)? {
            let room = self
                .rules
                .index(&batch, self.first_dirty, &mut self.map, &mut transactions)
                .map_err(|error| self.damage(cursor.source, &batch, &error))?;
            if room == Room::Full {
                return Ok((self.begin_copying(), cursor.position - before));
            }
        }
        let read = cursor.position - before;
        self.stats.bytes_indexed += read;
        Ok((Phase::Indexing { cursor, transactions }, read))
    }

    fn begin_copying(&mut self) -> Phase {
        self.stats.keys = self.map.len();
        let end = self.cleaned_to();
        self.sources.retain(|source| source.base_offset < end);
        let limits = GroupLimits {
            bytes: u64::from(self.config.segment_bytes),
            index_bytes: self.config.segment_index_bytes,
        };
        Phase::Copying {
            groups: group_segments(&self.sources, limits),
            group: 0,
            cursor: start_of(0, &self.sources),
            output: None,
            transactions: CleanedTransactions::new(std::mem::take(&mut self.aborted)),
        }
    }

    fn copy_step(&mut self, phase: Phase) -> Result<(Phase, u64), StorageError> {
        let Phase::Copying {
            groups,
            mut group,
            mut cursor,
            output,
            mut transactions,
        } = phase
        else {
            return Ok((phase, 0));
        };
        let Some(range) = groups.get(group).cloned() else {
            return Ok((Phase::Done, 0));
        };
        let mut output = match output {
            Some(output) => output,
            None => {
                let base = self.sources[range.start].base_offset;
                Box::new(LogSegment::create_cleaned(&self.folder, base, &self.config)?)
            }
        };
        let mut io_bytes = 0;
        let mut unfinished = None;
        if cursor.position < self.sources[cursor.source].size {
            io_bytes = self.copy_chunk(&mut cursor, &mut output, &mut transactions)?;
        }
        if cursor.position >= self.sources[cursor.source].size {
            cursor = start_of(cursor.source + 1, &self.sources);
        }
        if cursor.source < range.end {
            unfinished = Some(output);
        } else {
            self.finish_group(*output, range)?;
            group += 1;
        }
        let phase = Phase::Copying {
            groups,
            group,
            cursor,
            output: unfinished,
            transactions,
        };
        Ok((phase, io_bytes))
    }

    fn copy_chunk(
        &mut self,
        cursor: &mut Cursor,
        output: &mut LogSegment,
        transactions: &mut CleanedTransactions,
    ) -> Result<u64, StorageError> {
        let before = cursor.position;
        let modified = self.sources[cursor.source].modified;
        let mut kept: Vec<Bytes> = Vec::new();
        for batch in self.read(cursor)? {
            let filtered = self
                .rules
                .filter(&batch, modified, &self.map, transactions)
                .map_err(|error| self.damage(cursor.source, &batch, &error))?;
            kept.extend(filtered.kept);
            if let Some(aborted) = filtered.aborted {
                output.transaction_index_mut().push(aborted);
            }
        }
        let views: Vec<BatchView> = kept
            .iter()
            .map(|bytes| BatchView::parse(bytes).expect("what was built or checked is a batch"))
            .collect();
        let pieces: Vec<IoSlice<'_>> = kept.iter().map(|bytes| IoSlice::new(bytes)).collect();
        let written: u64 = kept.iter().map(|bytes| bytes.len() as u64).sum();
        output.append(&self.folder, &views, &pieces, self.config.index_interval_bytes)?;
        let read = cursor.position - before;
        self.stats.bytes_read += read;
        self.stats.bytes_written += written;
        Ok(read + written)
    }

    fn finish_group(&mut self, mut segment: LogSegment, range: Range<usize>) -> Result<(), StorageError> {
        let sources = &self.sources[range];
        let modified = sources.last().map(|source| source.modified).unwrap_or_default();
        segment.finish_cleaned(&self.folder, modified)?;
        let replaced = sources.iter().map(|source| source.base_offset).collect();
        self.outputs.push(CleanedGroup { segment, replaced });
        self.stats.segments_written += 1;
        Ok(())
    }

    fn read(&mut self, cursor: &mut Cursor) -> Result<Vec<SourceBatch>, StorageError> {
        let source = &self.sources[cursor.source];
        let file = match &self.open {
            Some((index, file)) if *index == cursor.source => file.clone(),
            _ => {
                let file = self.folder.fs().open(&source.path, OpenMode::Read);
                let file = self.folder.check(&source.path, file)?;
                self.open = Some((cursor.source, file.clone()));
                file
            }
        };
        let size = self.options.io_buffer_size.max(BUFFER_MIN);
        read_batches(file.as_ref(), source.size, cursor, size).map_err(|error| match error {
            SourceError::Io(error) => self.folder.failed(&source.path, error),
            SourceError::Damaged { position, reason } => damaged(source.path.clone(), position, reason),
        })
    }

    fn damage(&self, source: usize, batch: &SourceBatch, error: &BatchError) -> StorageError {
        damaged(
            self.sources[source].path.clone(),
            batch.position,
            &error.to_string(),
        )
    }
}

fn start_of(source: usize, sources: &[SegmentSource]) -> Cursor {
    Cursor {
        source,
        position: 0,
        offset_min: sources
            .get(source)
            .map_or(Offset::ZERO, |source| source.base_offset),
    }
}
