//! Which record sets are refused, and what is stamped into those that are not.

use broker_codec::batch::BatchAttributes;
use broker_model::{Offset, ProducerEpoch, ProducerId};

use super::*;

const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);
const HOUR_MS: i64 = 3_600_000;

fn rules() -> ValidationRules {
    ValidationRules {
        keys: KeyRule::Optional,
        compression: None,
        max_message_bytes: 1_048_588,
        unpacked_size_max: usize::MAX,
        timestamp_type: TimestampType::CreateTime,
        timestamp_before_max_ms: i64::MAX,
        timestamp_after_max_ms: HOUR_MS,
        request_version: Some(13),
    }
}

fn batch_of(options: BatchOptions, records: &[(Option<&str>, i64)]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for (key, ms_after_now) in records {
        builder.append(NOW.plus_ms(*ms_after_now), key.map(str::as_bytes), Some(b"value"));
    }
    builder.build().expect("packs")
}

fn plain(records: &[(Option<&str>, i64)]) -> Bytes {
    batch_of(BatchOptions::default(), records)
}

/// Overwrites header bytes and mends the checksum.
fn patched(batch: &Bytes, at: usize, bytes: &[u8]) -> Bytes {
    let mut patched = batch.to_vec();
    patched[at..at + bytes.len()].copy_from_slice(bytes);
    let checksum = crc32c(&patched[ATTRIBUTES_AT..]);
    patched[CHECKSUM_AT..ATTRIBUTES_AT].copy_from_slice(&checksum.to_be_bytes());
    Bytes::from(patched)
}

fn refusal(records: &Bytes) -> ValidationError {
    validate(records, &rules(), NOW).expect_err("refused")
}

#[test]
fn a_sound_batch_is_handed_on_without_a_copy() {
    for compression in [CompressionType::None, CompressionType::Lz4, CompressionType::Zstd] {
        let batch = batch_of(
            BatchOptions {
                compression,
                ..BatchOptions::default()
            },
            &[(Some("k"), 0), (None, 5)],
        );
        let stored = validate(&batch, &rules(), NOW).expect("taken");
        assert_eq!(stored.as_ptr(), batch.as_ptr());
    }
}

#[test]
fn anything_but_one_whole_batch_is_an_invalid_record() {
    let batch = plain(&[(Some("k"), 0)]);
    let twice = Bytes::from([&batch[..], &batch[..]].concat());
    let sets = [
        Bytes::new(),
        Bytes::from_static(b"11 garbage!"),
        batch.slice(..batch.len() - 1),
        twice,
    ];
    for set in sets {
        assert!(
            matches!(refusal(&set), ValidationError::NotOneBatch(_)),
            "{set:?}"
        );
    }
    for magic in [0, 1] {
        assert!(matches!(
            refusal(&patched(&batch, MAGIC_AT, &[magic])),
            ValidationError::NotOneBatch(_)
        ));
    }
}

#[test]
fn damage_is_corrupt() {
    let batch = plain(&[(Some("k"), 0)]);
    assert!(matches!(
        refusal(&patched(&batch, MAGIC_AT, &[3])),
        ValidationError::Corrupt(_)
    ));
    let mut flipped = batch.to_vec();
    flipped[64] ^= 1;
    assert!(matches!(
        refusal(&Bytes::from(flipped)),
        ValidationError::Corrupt(BatchError::Checksum { .. })
    ));
}

#[test]
fn counts_and_offsets_must_agree_with_the_records() {
    let batch = plain(&[(Some("k"), 0), (Some("l"), 0)]);
    let count_at = 57;
    let delta_at = 23;
    for (at, value) in [
        (count_at, 3_i32),
        (count_at, 1),
        (count_at, 0),
        (count_at, -1),
        (delta_at, 5),
        (0, 1),
    ] {
        assert!(matches!(
            refusal(&patched(&batch, at, &value.to_be_bytes())),
            ValidationError::InvalidRecord(_)
        ));
    }
    let three = patched(
        &patched(&batch, count_at, &3_i32.to_be_bytes()),
        delta_at,
        &2_i32.to_be_bytes(),
    );
    assert!(matches!(refusal(&three), ValidationError::InvalidRecord(_)));
    let mut lying = BatchBuilder::new(BatchOptions::default());
    lying.append(NOW, Some(b"k"), None);
    lying.append_raw(&[0, 0, 8, 1, 1, 0], 1, NOW);
    assert!(matches!(
        refusal(&lying.build().expect("packs")),
        ValidationError::InvalidRecord(_)
    ));
}

#[test]
fn clients_write_neither_control_records_nor_sequences_below_zero() {
    let attributes = BatchAttributes::default().control();
    let control = batch_of(
        BatchOptions {
            attributes,
            ..BatchOptions::default()
        },
        &[(Some("k"), 0)],
    );
    assert!(matches!(refusal(&control), ValidationError::InvalidRecord(_)));
    let (id, epoch, base_sequence) = (ProducerId::new(5), ProducerEpoch::new(0), Sequence::NONE);
    let producer = ProducerIdentity {
        id,
        epoch,
        base_sequence,
    };
    let unnumbered = batch_of(
        BatchOptions {
            producer,
            ..BatchOptions::default()
        },
        &[(Some("k"), 0)],
    );
    assert!(matches!(refusal(&unnumbered), ValidationError::InvalidRecord(_)));
}

#[test]
fn sizes_and_codecs_are_bounded() {
    let batch = plain(&[(Some("k"), 0)]);
    let small = ValidationRules {
        max_message_bytes: batch.len() - 1,
        ..rules()
    };
    let limit = batch.len() - 1;
    assert_eq!(
        validate(&batch, &small, NOW),
        Err(ValidationError::TooLarge {
            size: batch.len(),
            limit
        })
    );
    let compression = CompressionType::Zstd;
    let zstd = batch_of(
        BatchOptions {
            compression,
            ..BatchOptions::default()
        },
        &[(None, 0)],
    );
    let old = ValidationRules {
        request_version: Some(6),
        ..rules()
    };
    assert_eq!(
        validate(&zstd, &old, NOW),
        Err(ValidationError::UnsupportedCompression)
    );
    for codec in [5, 7, 1] {
        let foreign = patched(&batch, ATTRIBUTES_AT, &(codec as i16).to_be_bytes());
        assert!(
            matches!(refusal(&foreign), ValidationError::Compression(_)),
            "codec {codec}"
        );
    }
}

#[test]
fn a_bomb_is_refused_at_the_cap() {
    let compression = CompressionType::Gzip;
    let mut builder = BatchBuilder::new(BatchOptions {
        compression,
        ..BatchOptions::default()
    });
    builder.append(NOW, None, Some(&vec![0; 8 << 20]));
    let bomb = builder.build().expect("packs");
    let capped = ValidationRules {
        unpacked_size_max: 1 << 20,
        ..rules()
    };
    assert!(matches!(
        validate(&bomb, &capped, NOW),
        Err(ValidationError::Compression(CompressionError::TooLarge { .. }))
    ));
    assert!(validate(&bomb, &rules(), NOW).is_ok());
}

#[test]
fn timestamps_out_of_bounds_are_named_record_by_record() {
    let batch = plain(&[(None, 0), (None, 2 * HOUR_MS), (None, -5), (None, 3 * HOUR_MS)]);
    let ValidationError::InvalidTimestamp { records, latest, .. } = refusal(&batch) else {
        panic!("refused for its timestamps");
    };
    assert_eq!(
        records.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(latest, NOW.plus_ms(HOUR_MS));
    let by_broker = ValidationRules {
        timestamp_type: TimestampType::LogAppendTime,
        ..rules()
    };
    assert!(validate(&batch, &by_broker, NOW).is_ok());
}

#[test]
fn compacted_topics_need_keys() {
    let batch = plain(&[(Some("k"), 0), (None, 0), (Some(""), 0), (None, 0)]);
    let compacted = ValidationRules {
        keys: KeyRule::Required,
        ..rules()
    };
    assert_eq!(
        validate(&batch, &compacted, NOW),
        Err(ValidationError::MissingKeys { records: vec![1, 3] })
    );
}

#[test]
fn the_broker_stamps_its_time_when_the_topic_asks() {
    let by_broker = ValidationRules {
        timestamp_type: TimestampType::LogAppendTime,
        ..rules()
    };
    let stored = validate(&plain(&[(None, -50), (None, -40)]), &by_broker, NOW).expect("taken");
    let batch = RecordBatch::from_bytes(&stored).expect("a batch");
    batch.verify_crc().expect("the checksum was mended");
    let records = batch.records(1_000).expect("readable");
    assert!(records.iter().all(|record| record.timestamp == NOW));
}

#[test]
fn a_wrong_largest_timestamp_is_mended() {
    let lying = patched(&plain(&[(None, -50), (None, -40)]), 35, &i64::MAX.to_be_bytes());
    let stored = validate(&lying, &rules(), NOW).expect("taken");
    let batch = RecordBatch::from_bytes(&stored).expect("a batch");
    batch.verify_crc().expect("the checksum was mended");
    assert_eq!(batch.header().max_timestamp, NOW.plus_ms(-40));
}

#[test]
fn batches_are_repacked_to_the_topics_codec() {
    for target in [CompressionType::None, CompressionType::Gzip, CompressionType::Lz4] {
        let (id, epoch, base_sequence) = (ProducerId::new(5), ProducerEpoch::new(2), Sequence::new(9));
        let producer = ProducerIdentity {
            id,
            epoch,
            base_sequence,
        };
        let compression = CompressionType::Snappy;
        let options = BatchOptions {
            compression,
            producer,
            ..BatchOptions::default()
        };
        let sent = batch_of(options, &[(Some("k"), -3), (None, -2)]);
        let repacking = ValidationRules {
            compression: Some((target, CompressionLevel::Default)),
            ..rules()
        };
        let stored =
            RecordBatch::from_bytes(&validate(&sent, &repacking, NOW).expect("taken")).expect("a batch");
        assert_eq!(stored.header().compression(), Some(target));
        assert_eq!(stored.header().base_sequence, base_sequence);
        assert_eq!(stored.header().base_offset, Offset::ZERO);
        let before = RecordBatch::from_bytes(&sent)
            .expect("a batch")
            .records(1_000)
            .expect("readable");
        assert_eq!(stored.records(1_000).expect("readable"), before);
    }
}
