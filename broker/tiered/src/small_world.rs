//! Short words for the tests of this crate.

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_model::{
    BrokerId, ClusterId, LeaderEpoch, LogStartOffset, Offset, PartitionIndex, Timestamp, TopicId, Uuid,
};
use broker_storage::{BatchView, ClosedSegment, EpochEntry};

use crate::manifest::{Manifest, ManifestWriter};
use crate::object_key::{RemotePartition, SegmentKey};
use crate::remote_segment::{Offsets, RemoteLogSegmentId, RemoteLogSegmentMetadata};
use crate::segment_object::ObjectLayout;

/// Partition 3 of topic 9 of cluster `cluster-a`.
pub(crate) fn partition() -> RemotePartition {
    RemotePartition {
        cluster_id: ClusterId::new("cluster-a"),
        topic_id: TopicId::new(id(9)),
        index: PartitionIndex::new(3),
    }
}

/// An id that ends with a number.
pub(crate) fn id(number: u64) -> Uuid {
    Uuid::from_bytes(u128::from(number).to_be_bytes())
}

pub(crate) fn key(number: u64, epoch: i32) -> SegmentKey {
    SegmentKey {
        copied_in: LeaderEpoch::new(epoch),
        id: RemoteLogSegmentId::new(id(number)),
    }
}

pub(crate) fn epochs(entries: &[(i32, i64)]) -> Vec<EpochEntry> {
    let entry = |(epoch, start): &(i32, i64)| EpochEntry {
        epoch: LeaderEpoch::new(*epoch),
        start_offset: Offset::new(*start),
    };
    entries.iter().map(entry).collect()
}

/// A segment of 1,000 bytes, copied in epoch 1, whose newest record is as old as its last offset says.
pub(crate) fn segment(number: u64, span: (i64, i64), entries: &[(i32, i64)]) -> RemoteLogSegmentMetadata {
    RemoteLogSegmentMetadata {
        id: RemoteLogSegmentId::new(id(number)),
        copied_in: LeaderEpoch::new(1),
        base_offset: Offset::new(span.0),
        start_offset: Offset::new(span.0),
        next_offset: Offset::new(span.1),
        epochs: epochs(entries),
        max_timestamp: Timestamp::from_ms(span.1),
        offsets: Offsets::Dense,
        layout: ObjectLayout::of(1_000, [b"offsets", b"times", b"", b"producers", b"epochs"]),
    }
}

pub(crate) fn writer(epoch: i32, nonce: u64) -> ManifestWriter {
    ManifestWriter {
        broker: BrokerId::new(1),
        epoch: LeaderEpoch::new(epoch),
        nonce: id(nonce),
    }
}

/// Written in epoch 9.
pub(crate) fn manifest(segments: &[RemoteLogSegmentMetadata]) -> Manifest {
    let start = LogStartOffset::at(Offset::ZERO);
    let mut manifest = Manifest::empty(partition(), writer(9, 77), start);
    for segment in segments {
        manifest
            .add(segment.clone())
            .expect("segments follow one another");
    }
    manifest
}

/// Batches of one record each, whose timestamps are their offsets.
pub(crate) fn batches(base: i64, count: i64) -> Vec<u8> {
    let batch = |offset: i64| {
        let mut builder = BatchBuilder::new(BatchOptions {
            base_offset: Offset::new(offset),
            leader_epoch: LeaderEpoch::new(1),
            ..BatchOptions::default()
        });
        builder.append(Timestamp::from_ms(offset), None, Some(b"value"));
        builder.build().expect("one record is a batch").to_vec()
    };
    (base..base + count).flat_map(batch).collect()
}

/// The closed segment that such a file is.
pub(crate) fn closed_of(base: i64, bytes: &[u8]) -> ClosedSegment {
    let mut next_offset = Offset::new(base);
    let mut at = 0;
    while let Ok(view) = BatchView::parse(&bytes[at..]) {
        next_offset = view.next_offset();
        at += view.size;
    }
    ClosedSegment {
        base_offset: Offset::new(base),
        next_offset,
        size_in_bytes: bytes.len() as u64,
        max_timestamp: Timestamp::from_ms(next_offset.value() - 1),
    }
}
