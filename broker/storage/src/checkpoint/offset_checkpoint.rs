//! One offset per partition of a log directory: recovery points, high watermarks, log starts, cleaner positions.
//!
//! Files: `recovery-point-offset-checkpoint`, `replication-offset-checkpoint`, `log-start-offset-checkpoint`,
//! `cleaner-offset-checkpoint`. Kafka writes the entries in the order of its maps; here they are sorted.

use std::collections::BTreeMap;

use broker_model::{Offset, PartitionIndex, TopicPartition};

use crate::checkpoint::text_table;
use crate::error::FormatError;

/// Offsets by partition.
pub type OffsetCheckpoint = BTreeMap<TopicPartition, Offset>;

/// Reads a checkpoint file.
///
/// # Errors
/// When it is not in Kafka's form, or an offset or a partition number is negative.
pub fn parse_offset_checkpoint(content: &[u8]) -> Result<OffsetCheckpoint, FormatError> {
    let mut checkpoint = OffsetCheckpoint::new();
    for [topic, partition, offset] in text_table::parse(content)? {
        let partition: i32 = text_table::number(partition, "a partition number")?;
        let offset: i64 = text_table::number(offset, "an offset")?;
        if partition < 0 || offset < 0 {
            return Err(FormatError::Malformed {
                what: "a negative number",
            });
        }
        let partition = TopicPartition::new(topic, PartitionIndex::new(partition));
        if checkpoint.insert(partition, Offset::new(offset)).is_some() {
            return Err(FormatError::Malformed {
                what: "a partition that stands twice",
            });
        }
    }
    Ok(checkpoint)
}

/// Writes a checkpoint file.
pub fn render_offset_checkpoint(checkpoint: &OffsetCheckpoint) -> Vec<u8> {
    text_table::render(
        checkpoint
            .iter()
            .map(|(partition, offset)| format!("{} {} {offset}", partition.topic, partition.partition)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_file_reads_and_writes_back() {
        let content = b"0\n2\nc1 2 1851\nmm2-offsets.B.internal 23 0\n";
        let checkpoint = parse_offset_checkpoint(content).unwrap();
        assert_eq!(
            checkpoint[&TopicPartition::new("c1", PartitionIndex::new(2))],
            Offset::new(1851)
        );
        assert_eq!(render_offset_checkpoint(&checkpoint), content);
    }

    #[test]
    fn a_partition_stands_once_and_has_an_offset() {
        assert!(parse_offset_checkpoint(b"0\n2\na 0 1\na 0 2\n").is_err());
        assert!(parse_offset_checkpoint(b"0\n1\na 0 -1\n").is_err());
        assert!(parse_offset_checkpoint(b"0\n1\na x 1\n").is_err());
    }
}
