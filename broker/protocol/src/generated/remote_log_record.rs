//! `RemoteLogRecord`: what can stand in one log. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

use super::remote_log_segment_metadata_record::RemoteLogSegmentMetadataRecord;
use super::remote_log_segment_metadata_snapshot_record::RemoteLogSegmentMetadataSnapshotRecord;
use super::remote_log_segment_metadata_update_record::RemoteLogSegmentMetadataUpdateRecord;
use super::remote_partition_delete_metadata_record::RemotePartitionDeleteMetadataRecord;

/// One of the records of this log, told apart by their number.
#[derive(Clone, Debug, PartialEq)]
pub enum RemoteLogRecord {
    /// Number 0, versions 0.
    RemoteLogSegmentMetadata(RemoteLogSegmentMetadataRecord),
    /// Number 1, versions 0.
    RemoteLogSegmentMetadataUpdate(RemoteLogSegmentMetadataUpdateRecord),
    /// Number 2, versions 0.
    RemotePartitionDeleteMetadata(RemotePartitionDeleteMetadataRecord),
    /// Number 3, versions 0.
    RemoteLogSegmentMetadataSnapshot(RemoteLogSegmentMetadataSnapshotRecord),
}

impl RemoteLogRecord {
    /// Reads the body of the record with that number in that version.
    ///
    /// # Errors
    /// The number or version is unknown, or the bytes are no such record.
    pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match number {
            0 => Self::RemoteLogSegmentMetadata(RemoteLogSegmentMetadataRecord::decode(d, version)?),
            1 => Self::RemoteLogSegmentMetadataUpdate(RemoteLogSegmentMetadataUpdateRecord::decode(
                d, version,
            )?),
            2 => {
                Self::RemotePartitionDeleteMetadata(RemotePartitionDeleteMetadataRecord::decode(d, version)?)
            }
            3 => Self::RemoteLogSegmentMetadataSnapshot(RemoteLogSegmentMetadataSnapshotRecord::decode(
                d, version,
            )?),
            _ => {
                return Err(DecodeError::UnknownKind {
                    what: "RemoteLogRecord",
                    value: i64::from(number),
                });
            }
        })
    }

    /// Appends the body in that version.
    ///
    /// # Errors
    /// The version is unknown or has no place for a field that is set.
    pub fn encode_body(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::RemoteLogSegmentMetadata(value) => value.encode(e, version),
            Self::RemoteLogSegmentMetadataUpdate(value) => value.encode(e, version),
            Self::RemotePartitionDeleteMetadata(value) => value.encode(e, version),
            Self::RemoteLogSegmentMetadataSnapshot(value) => value.encode(e, version),
        }
    }

    /// The number that stands before it.
    pub fn number(&self) -> i16 {
        match self {
            Self::RemoteLogSegmentMetadata(_) => 0,
            Self::RemoteLogSegmentMetadataUpdate(_) => 1,
            Self::RemotePartitionDeleteMetadata(_) => 2,
            Self::RemoteLogSegmentMetadataSnapshot(_) => 3,
        }
    }

    /// The highest version of it that Kafka 4.4 knows.
    pub fn highest_version(&self) -> i16 {
        match self {
            Self::RemoteLogSegmentMetadata(_) => 0,
            Self::RemoteLogSegmentMetadataUpdate(_) => 0,
            Self::RemotePartitionDeleteMetadata(_) => 0,
            Self::RemoteLogSegmentMetadataSnapshot(_) => 0,
        }
    }

    /// Name of the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RemoteLogSegmentMetadata(_) => "RemoteLogSegmentMetadataRecord",
            Self::RemoteLogSegmentMetadataUpdate(_) => "RemoteLogSegmentMetadataUpdateRecord",
            Self::RemotePartitionDeleteMetadata(_) => "RemotePartitionDeleteMetadataRecord",
            Self::RemoteLogSegmentMetadataSnapshot(_) => "RemoteLogSegmentMetadataSnapshotRecord",
        }
    }
}

impl From<RemoteLogSegmentMetadataRecord> for RemoteLogRecord {
    fn from(value: RemoteLogSegmentMetadataRecord) -> Self {
        Self::RemoteLogSegmentMetadata(value)
    }
}

impl From<RemoteLogSegmentMetadataUpdateRecord> for RemoteLogRecord {
    fn from(value: RemoteLogSegmentMetadataUpdateRecord) -> Self {
        Self::RemoteLogSegmentMetadataUpdate(value)
    }
}

impl From<RemotePartitionDeleteMetadataRecord> for RemoteLogRecord {
    fn from(value: RemotePartitionDeleteMetadataRecord) -> Self {
        Self::RemotePartitionDeleteMetadata(value)
    }
}

impl From<RemoteLogSegmentMetadataSnapshotRecord> for RemoteLogRecord {
    fn from(value: RemoteLogSegmentMetadataSnapshotRecord) -> Self {
        Self::RemoteLogSegmentMetadataSnapshot(value)
    }
}
