//! Names of the files in a partition's folder, and of the folder itself.

use std::path::{Path, PathBuf};

use broker_model::{Offset, PartitionIndex, TopicPartition, Uuid};

/// What a file of a segment is, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SegmentFile {
    /// `.log`
    Data,
    /// `.index`
    OffsetIndex,
    /// `.timeindex`
    TimeIndex,
    /// `.txnindex`
    TransactionIndex,
    /// `.snapshot`
    Snapshot,
}

/// The four files of a segment; snapshots belong to the log.
pub(crate) const SEGMENT_FILES: [SegmentFile; 4] = [
    SegmentFile::Data,
    SegmentFile::OffsetIndex,
    SegmentFile::TimeIndex,
    SegmentFile::TransactionIndex,
];

/// Ending of a file that waits to be unlinked.
pub(crate) const DELETED_SUFFIX: &str = ".deleted";
/// Ending of a file that the cleaner is writing.
pub(crate) const CLEANED_SUFFIX: &str = ".cleaned";
/// Ending of a file that is complete and replaces others.
pub(crate) const SWAP_SUFFIX: &str = ".swap";
/// Name of a folder that may lie beside those of partitions and is none: a remote store for trying it out.
pub const REMOTE_STORE_FOLDER: &str = "remote-store";
/// Ending of a partition's folder that waits to be removed.
pub(crate) const DELETE_FOLDER_SUFFIX: &str = "-delete";
/// Ending of a partition's folder whose topic the metadata do not know.
pub(crate) const STRAY_FOLDER_SUFFIX: &str = "-stray";

const FOLDER_NAME_MAX: usize = 255;

impl SegmentFile {
    /// The ending, with its dot.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Data => ".log",
            Self::OffsetIndex => ".index",
            Self::TimeIndex => ".timeindex",
            Self::TransactionIndex => ".txnindex",
            Self::Snapshot => ".snapshot",
        }
    }
}

/// Path of a segment's file; the number in the name has 20 digits.
pub(crate) fn segment_path(folder: &Path, base_offset: Offset, file: SegmentFile) -> PathBuf {
    folder.join(format!("{:020}{}", base_offset.value(), file.ending()))
}

/// The same path with one more ending.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// Reads the number and the ending of a segment's file; `None` for any other name.
pub(crate) fn parse_segment_file(name: &str) -> Option<(Offset, &str)> {
    let (digits, ending) = name.split_at_checked(20)?;
    let offset: i64 = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())??;
    Some((Offset::new(offset), ending))
}

/// Name of a partition's folder.
pub(crate) fn folder_name(partition: &TopicPartition) -> String {
    partition.to_string()
}

/// Reads the name of a live partition's folder.
pub(crate) fn parse_folder_name(name: &str) -> Option<TopicPartition> {
    let (topic, number) = name.rsplit_once('-')?;
    let partition: i32 = number.parse().ok().filter(|partition| *partition >= 0)?;
    let canonical = !topic.is_empty() && partition.to_string() == number;
    canonical.then(|| TopicPartition::new(topic, PartitionIndex::new(partition)))
}

/// Name for a folder on its way out: topic, number, an id of its own, and the reason; at most 255 bytes.
pub(crate) fn retired_folder_name(partition: &TopicPartition, id: Uuid, suffix: &str) -> String {
    let id: String = id.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let ending = format!("-{}.{id}{suffix}", partition.partition);
    let room = FOLDER_NAME_MAX.saturating_sub(ending.len());
    let topic: String = partition.topic.chars().take(room).collect();
    topic + &ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segment_names_have_twenty_digits() {
        let path = segment_path(Path::new("/d/t-0"), Offset::new(170), SegmentFile::TimeIndex);
        assert_eq!(path, Path::new("/d/t-0/00000000000000000170.timeindex"));
        assert_eq!(
            parse_segment_file("00000000000000000170.log"),
            Some((Offset::new(170), ".log"))
        );
        assert_eq!(
            parse_segment_file("00000000000000000170.log.swap"),
            Some((Offset::new(170), ".log.swap"))
        );
        assert_eq!(parse_segment_file("99999999999999999999.log"), None);
        assert_eq!(parse_segment_file("+0000000000000000170.log"), None);
        assert_eq!(parse_segment_file("leader-epoch-checkpoint"), None);
    }

    #[test]
    fn folder_names_carry_topic_and_number() {
        let partition = parse_folder_name("a-b-12").unwrap();
        assert_eq!((&*partition.topic, partition.partition.value()), ("a-b", 12));
        assert_eq!(folder_name(&partition), "a-b-12");
        for name in ["a", "a-", "-1", "a-x", "a-01", "a-1.0011-delete"] {
            assert_eq!(parse_folder_name(name), None, "{name}");
        }
    }

    #[test]
    fn a_retired_name_stays_within_255_bytes_and_is_no_live_one() {
        let partition = TopicPartition::new("x".repeat(249), PartitionIndex::new(7));
        let name = retired_folder_name(&partition, Uuid::from_bytes([0xab; 16]), DELETE_FOLDER_SUFFIX);
        assert_eq!(name.len(), 255);
        assert!(name.ends_with(&format!("-7.{}-delete", "ab".repeat(16))));
        assert_eq!(parse_folder_name(&name), None);
    }
}
