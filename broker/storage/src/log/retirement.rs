//! Taking a whole log out of service.
//!
//! The folder gets another name at once and durably, so that no restart takes it for a live log. The folder of a
//! deleted topic is removed after `file.delete.delay.ms`; one whose topic the metadata do not know is only moved
//! aside, because nobody asked for its records to go.

use broker_model::{Now, Offset, Uuid};

use crate::error::StorageError;
use crate::log::log_manager::LogProgress;
use crate::log::retention::PendingDelete;
use crate::log::unified_log::UnifiedLog;
use crate::segment::file_name::{DELETE_FOLDER_SUFFIX, STRAY_FOLDER_SUFFIX, retired_folder_name};
use crate::segment::log_segment::LogSegment;

/// Why a log is taken out of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// Its topic was deleted.
    Deleted,
    /// No topic that the metadata know has its id.
    Stray,
}

impl UnifiedLog {
    /// Renames the folder; answers what is to be removed later. The new name is durable when the caller has synced
    /// the log directory, once for many logs.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn retire(
        self,
        retirement: Retirement,
        id: Uuid,
        now: Now,
    ) -> Result<Option<PendingDelete>, StorageError> {
        self.require_online()?;
        let suffix = match retirement {
            Retirement::Deleted => DELETE_FOLDER_SUFFIX,
            Retirement::Stray => STRAY_FOLDER_SUFFIX,
        };
        let directory = self.folder.health().path();
        let target = directory.join(retired_folder_name(&self.partition, id, suffix));
        let from = self.folder.path();
        self.folder.check(from, self.folder.fs().rename(from, &target))?;
        let size = self.size();
        let mut pending = self.nothing_pending(now);
        pending.paths.push(target);
        pending.size = size;
        Ok((retirement == Retirement::Deleted).then_some(pending))
    }

    /// What the directory's checkpoints should say of this log.
    pub fn progress(&self) -> LogProgress {
        let markers = &self.markers;
        let start = markers.log_start.offset();
        let first_base = self
            .segments
            .first()
            .map_or(Offset::ZERO, LogSegment::base_offset);
        // Segments that were deleted may come back as long as the folder is not synced.
        let is_implied = !self.config.remote_storage_enable
            && (start == Offset::ZERO || (start == first_base && self.names_synced == self.names_changed));
        LogProgress {
            partition: self.partition.clone(),
            recovery_point: markers.recovery_point.offset(),
            log_start: (!is_implied).then_some(start),
            high_watermark: Some(markers.high_watermark.offset()),
        }
    }
}
