//! `<offset>.snapshot`: the producer state up to an offset, version 1 of Kafka's ProducerSnapshot.
//!
//! Layout, big endian: version i16, CRC-32C of all that follows u32, count i32, then for each producer id i64,
//! epoch i16, last sequence i32, last offset i64, offset delta i32, timestamp i64, coordinator epoch i32, first
//! offset of the open transaction i64 (-1 for none). Of the five batches only the newest is kept, as in Kafka.

use broker_codec::batch::crc32c;
use broker_model::{CoordinatorEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

use crate::error::FormatError;
use crate::producer::producer_state_entry::{BatchMetadata, ProducerStateEntry};

const VERSION: i16 = 1;
const HEADER_SIZE: usize = 10;
const CRC_END: usize = 6;
const ENTRY_SIZE: usize = 46;

/// Bound on the file's size that a reader accepts: two million producers.
pub(crate) const SNAPSHOT_SIZE_MAX: usize = 2_000_000 * ENTRY_SIZE;

/// Reads the producers of a snapshot.
///
/// # Errors
/// When the version, the checksum, the size or a value is not what Kafka writes.
pub fn parse_producer_snapshot(content: &[u8]) -> Result<Vec<ProducerStateEntry>, FormatError> {
    let mut fields = Fields(content);
    let version = i16::from_be_bytes(fields.take()?);
    if version != VERSION {
        return Err(FormatError::UnknownVersion {
            version: version.to_string(),
        });
    }
    let stored = u32::from_be_bytes(fields.take()?);
    let computed = crc32c(fields.0);
    if stored != computed {
        return Err(FormatError::Checksum { stored, computed });
    }
    let count = i32::from_be_bytes(fields.take()?);
    let count = usize::try_from(count).map_err(|_| FormatError::Malformed {
        what: "the number of producers",
    })?;
    if fields.0.len() != count.saturating_mul(ENTRY_SIZE) {
        return Err(FormatError::Truncated);
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(fields.entry()?);
    }
    Ok(entries)
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], FormatError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(FormatError::Truncated)?;
        self.0 = rest;
        Ok(*field)
    }

    fn entry(&mut self) -> Result<ProducerStateEntry, FormatError> {
        let mut entry = ProducerStateEntry::new(ProducerId::new(i64::from_be_bytes(self.take()?)));
        entry.take_epoch(ProducerEpoch::new(i16::from_be_bytes(self.take()?)));
        let batch = BatchMetadata {
            last_sequence: Sequence::new(i32::from_be_bytes(self.take()?)),
            last_offset: Offset::new(i64::from_be_bytes(self.take()?)),
            offset_delta: i32::from_be_bytes(self.take()?),
            timestamp: Timestamp::from_ms(i64::from_be_bytes(self.take()?)),
        };
        if batch.last_offset >= Offset::ZERO {
            if batch.offset_delta < 0 || batch.last_sequence.value() < 0 {
                return Err(FormatError::Malformed {
                    what: "the last batch of a producer",
                });
            }
            entry.add_batch(batch);
        }
        entry.last_timestamp = batch.timestamp;
        entry.coordinator_epoch = CoordinatorEpoch::new(i32::from_be_bytes(self.take()?));
        let transaction = i64::from_be_bytes(self.take()?);
        entry.current_transaction = (transaction >= 0).then_some(Offset::new(transaction));
        Ok(entry)
    }
}

/// Writes a snapshot of the producers.
pub fn render_producer_snapshot<'a>(
    entries: impl ExactSizeIterator<Item = &'a ProducerStateEntry>,
) -> Vec<u8> {
    let count = i32::try_from(entries.len()).unwrap_or(i32::MAX);
    let mut content = Vec::with_capacity(HEADER_SIZE + entries.len() * ENTRY_SIZE);
    content.extend_from_slice(&VERSION.to_be_bytes());
    content.extend_from_slice(&[0; 4]);
    content.extend_from_slice(&count.to_be_bytes());
    for entry in entries {
        let last = entry.last_batch();
        content.extend_from_slice(&entry.producer_id.value().to_be_bytes());
        content.extend_from_slice(&entry.producer_epoch.value().to_be_bytes());
        content.extend_from_slice(&entry.last_sequence().value().to_be_bytes());
        content.extend_from_slice(
            &last
                .map_or(Offset::NONE, |batch| batch.last_offset)
                .value()
                .to_be_bytes(),
        );
        content.extend_from_slice(&last.map_or(0, |batch| batch.offset_delta).to_be_bytes());
        content.extend_from_slice(&entry.last_timestamp.as_ms().to_be_bytes());
        content.extend_from_slice(&entry.coordinator_epoch.value().to_be_bytes());
        content.extend_from_slice(
            &entry
                .current_transaction
                .unwrap_or(Offset::NONE)
                .value()
                .to_be_bytes(),
        );
    }
    let checksum = crc32c(&content[CRC_END..]);
    content[CRC_END - 4..CRC_END].copy_from_slice(&checksum.to_be_bytes());
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `streams-plaintext-input-0/00000000000000000002.snapshot` and its kind, as Kafka 4.4 wrote them.
    const KAFKAS: &[u8] = include_bytes!("../../testdata/c1-2.snapshot");

    #[test]
    fn kafkas_file_reads_and_writes_back() {
        let entries = parse_producer_snapshot(KAFKAS).unwrap();
        let summary: Vec<_> = entries
            .iter()
            .map(|entry| {
                (
                    entry.producer_id.value(),
                    entry.producer_epoch.value(),
                    entry.last_sequence().value(),
                )
            })
            .collect();
        assert_eq!(
            summary,
            [
                (0, 0, 308),
                (2000, 2, -1),
                (2002, 18, -1),
                (2003, 5, -1),
                (1000, 0, 0),
                (1001, 0, 887)
            ]
        );
        assert_eq!(entries[0].last_batch().unwrap().first_offset(), Offset::new(1163));
        assert_eq!(entries[1].coordinator_epoch, CoordinatorEpoch::new(0));
        assert_eq!(render_producer_snapshot(entries.iter()), KAFKAS);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        for position in 0..KAFKAS.len() {
            assert!(parse_producer_snapshot(&KAFKAS[..position]).is_err());
            for bit in 0..8 {
                let mut damaged = KAFKAS.to_vec();
                damaged[position] ^= 1 << bit;
                assert!(
                    parse_producer_snapshot(&damaged).is_err(),
                    "bit {bit} of byte {position}"
                );
            }
        }
    }
}
