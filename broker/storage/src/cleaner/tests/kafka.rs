//! What Kafka 4.4 leaves of a log is what is left here: three cleanings of one partition, batch by batch.

use std::path::{Path, PathBuf};

use broker_codec::batch::RecordBatchHeader;
use broker_model::CompressionType;

use super::*;
use crate::golden_tests::unpack;
use crate::index::transaction_index::parse_transaction_index;
use crate::log::log_loader::LogCheckpoints;

fn archive() -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    unpack(include_bytes!("../../../testdata/kafka-4.4-compaction.tar.zst")).into_iter()
}

/// The partition as it was at one of the moments `A` to `F`.
fn at_moment(moment: &str) -> World {
    let mut world = World::new(LogConfig {
        delete_retention_ms: 4000,
        ..compacted()
    });
    for (path, content) in archive() {
        if let Ok(name) = path.strip_prefix(moment) {
            world.mem.plant(&world.path(name.to_str().unwrap()), &content);
        }
    }
    world.reopen(LogCheckpoints::NONE);
    let end = world.log.log_end().offset();
    world.log.update_high_watermark(HighWatermark::at(end));
    world
}

/// Everything about the batches but how well they are compressed.
fn batches(world: &World) -> Vec<String> {
    let describe = |(_, bytes): (i64, Bytes)| {
        let header = RecordBatchHeader::parse(&bytes).unwrap();
        let records = RecordBatch::from_bytes(&bytes).unwrap().records(1 << 20).unwrap();
        let is_plain = header.compression() == Some(CompressionType::None);
        let header = RecordBatchHeader {
            crc: if is_plain { header.crc } else { 0 },
            batch_length: if is_plain { header.batch_length } else { 0 },
            ..header
        };
        format!("{header:?} {records:?}")
    };
    world.read_all().into_iter().map(describe).collect()
}

#[track_caller]
fn cleans_as_kafka(before: &str, after: &str, cleaned_to: Option<i64>, horizon: u64) {
    let (mut ours, kafkas) = (at_moment(before), at_moment(after));
    assert_ne!(batches(&ours), batches(&kafkas));
    clean_from(&mut ours, cleaned_to, horizon - 4000);
    assert_eq!(batches(&ours), batches(&kafkas));
    let segments = |world: &World| {
        let bases = world.log.segments.iter();
        bases.map(|segment| segment.base_offset()).collect::<Vec<_>>()
    };
    assert_eq!(segments(&ours), segments(&kafkas));
    // Recovery found no aborted records any more, so the file is asked.
    let kept = archive().find(|(path, _)| *path == Path::new(after).join("00000000000000000000.txnindex"));
    let aborted = parse_transaction_index(&kept.unwrap().1).unwrap();
    assert_eq!(ours.log.segments[0].transaction_index().entries(), aborted);
}

#[test]
fn the_first_cleaning_is_that_of_kafka() {
    cleans_as_kafka("A", "B", None, 1_795_248_326_013);
}

#[test]
fn the_second_cleaning_is_that_of_kafka() {
    cleans_as_kafka("C", "D", Some(144), 1_795_248_360_110);
}

#[test]
fn the_third_cleaning_is_that_of_kafka() {
    cleans_as_kafka("E", "F", Some(289), 1_795_248_385_724);
}
