//! What Kafka wrote is read, and written again to the same bytes.

use broker_model::{BrokerId, LeaderEpoch, Timestamp};
use bytes::Bytes;

use super::*;
use crate::{LogFormatError, MetadataVersion, bootstrap_records};

const ONE_BROKER: &[u8] = include_bytes!("../../testdata/cluster-metadata-one-broker.log");
const THREE_BROKERS: &[u8] = include_bytes!("../../testdata/cluster-metadata-three-brokers.log");
const FORMAT: &[u8] = include_bytes!("../../testdata/format-standalone.checkpoint");

fn rewritten(log: &'static [u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for batch in read_batches(&Bytes::from_static(log)).unwrap() {
        let stamp = BatchStamp {
            base_offset: batch.batch().base_offset,
            leader_epoch: LeaderEpoch::new(batch.batch().leader_epoch),
            timestamp: batch.batch().append_timestamp,
        };
        let bytes = match &batch {
            LogBatch::Records(batch) => records_batch(stamp, MetadataVersion::LATEST, &batch.records),
            LogBatch::Control { controls, .. } => control_batch(stamp, controls),
        };
        out.extend_from_slice(&bytes.unwrap());
    }
    out
}

#[test]
fn a_log_of_kafka_is_written_again_to_the_same_bytes() {
    assert_eq!(rewritten(ONE_BROKER), ONE_BROKER);
    assert_eq!(rewritten(THREE_BROKERS), THREE_BROKERS);
}

#[test]
fn a_snapshot_of_kafka_is_written_again_to_the_same_bytes() {
    assert_eq!(rewritten(FORMAT), FORMAT);
}

#[test]
fn the_snapshot_of_format_names_features_and_voters() {
    let snapshot = read_checkpoint(&Bytes::from_static(FORMAT)).unwrap();
    let voters = snapshot.head.voters.unwrap();
    assert_eq!(voters[0].id, BrokerId::new(1));
    assert_eq!(voters[0].endpoints[0].name, "CONTROLLER");
    let ours = bootstrap_records(MetadataVersion::LATEST);
    assert_eq!(snapshot.records[0], ours[0]);
    assert!(ours.iter().all(|record| snapshot.records.contains(record)));
}

#[test]
fn a_written_snapshot_reads_back() {
    let read = read_checkpoint(&Bytes::from_static(FORMAT)).unwrap();
    let now = Timestamp::from_ms(5);
    let bytes = write_checkpoint(&read.head, MetadataVersion::LATEST, &read.records, now).unwrap();
    assert_eq!(bytes.len(), FORMAT.len());
    assert_eq!(read_checkpoint(&bytes), Ok(read));
}

#[test]
fn a_snapshot_without_its_footer_is_refused() {
    let footer_size = 75;
    let cut = Bytes::from_static(&FORMAT[..FORMAT.len() - footer_size]);
    assert!(matches!(
        read_checkpoint(&cut),
        Err(LogFormatError::IncompleteSnapshot(_))
    ));
}

#[test]
fn a_cut_or_flipped_log_is_refused() {
    for size in 1..FORMAT.len() {
        assert!(
            read_checkpoint(&Bytes::from_static(&FORMAT[..size])).is_err(),
            "cut to {size}"
        );
    }
    for place in 0..FORMAT.len() {
        let mut bytes = FORMAT.to_vec();
        bytes[place] ^= 0x10;
        // Offset and leader epoch of a batch stand outside its checksum, by design of the format.
        let outside =
            |start: usize| (start..start + 8).contains(&place) || (start + 12..start + 16).contains(&place);
        if !outside(0) && !outside(166) && !outside(419) {
            assert!(
                read_checkpoint(&Bytes::from(bytes)).is_err(),
                "flipped at {place}"
            );
        }
    }
}
