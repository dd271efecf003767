//! Record sets that Kafka 4.4 wrote: they read as it says, and the uncompressed ones are written back byte for byte.

use broker_codec::batch::{
    BatchBuilder, BatchOptions, LegacyMessage, ProducerIdentity, Record, RecordBatch, batches,
};
use broker_model::CompressionType;
use bytes::Bytes;
use serde_json::Value;

const VECTORS: &[u8] = include_bytes!("../testdata/batches-4.4.0.jsonl.zst");
const UNPACKED_MAX: usize = 1 << 20;

fn vectors() -> Vec<Value> {
    let text = zstd::decode_all(VECTORS).expect("the file unpacks");
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).expect("a JSON line"))
        .collect()
}

fn bytes_of(hex: &str) -> Bytes {
    (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"))
        .collect()
}

fn is_current(vector: &Value) -> bool {
    let batches = vector["batches"].as_array().expect("batches");
    batches
        .iter()
        .all(|batch| batch["magic"] == 2 && batch["valid"] == true)
        && !vector["name"]
            .as_str()
            .is_some_and(|name| name.contains("partial"))
}

fn check_header(name: &str, batch: &RecordBatch, expected: &Value) {
    let header = batch.header();
    for (field, actual) in [
        ("baseOffset", header.base_offset.value()),
        ("lastOffset", header.last_offset().value()),
        ("size", header.size_in_bytes() as i64),
        ("maxTimestamp", header.max_timestamp.as_ms()),
        (
            "partitionLeaderEpoch",
            i64::from(header.partition_leader_epoch.value()),
        ),
        ("producerId", header.producer_id.value()),
        ("producerEpoch", i64::from(header.producer_epoch.value())),
        ("baseSequence", i64::from(header.base_sequence.value())),
        ("lastSequence", i64::from(header.last_sequence().value())),
        ("count", i64::from(header.record_count)),
    ] {
        assert_eq!(expected[field].as_i64(), Some(actual), "{name}: {field}");
    }
    assert_eq!(expected["transactional"], header.is_transactional(), "{name}");
    assert_eq!(expected["control"], header.is_control(), "{name}");
    batch
        .verify_crc()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

fn check_record(name: &str, record: &Record, expected: &Value) {
    let hex = |value: &Value| value.as_str().map(bytes_of);
    assert_eq!(expected["offset"].as_i64(), Some(record.offset.value()), "{name}");
    assert_eq!(expected["ts"].as_i64(), Some(record.timestamp.as_ms()), "{name}");
    let sequence = expected["seq"].as_i64().unwrap_or(-1);
    assert_eq!(sequence, i64::from(record.sequence.value()), "{name}");
    assert_eq!(hex(&expected["key"]), record.key, "{name}");
    assert_eq!(hex(&expected["value"]), record.value, "{name}");
    let headers = expected["headers"].as_array().map_or(0, Vec::len);
    assert_eq!(headers, record.headers.len(), "{name}");
}

#[test]
fn every_batch_reads_as_kafka_says() {
    let mut seen = 0;
    for vector in vectors().iter().filter(|vector| is_current(vector)) {
        let name = vector["name"].as_str().expect("a name");
        let set = bytes_of(vector["hex"].as_str().expect("hex"));
        let expected = vector["batches"].as_array().expect("batches");
        let actual: Vec<RecordBatch> = batches(&set).map(|batch| batch.expect(name)).collect();
        assert_eq!(actual.len(), expected.len(), "{name}");
        for (batch, expected) in actual.iter().zip(expected) {
            check_header(name, batch, expected);
            let records = batch.records(UNPACKED_MAX).expect(name);
            let listed = expected["records"].as_array().expect("records");
            assert_eq!(records.len(), listed.len(), "{name}");
            for (record, expected) in records.iter().zip(listed) {
                check_record(name, record, expected);
            }
        }
        seen += 1;
    }
    assert!(seen >= 40, "{seen} record sets of format 2");
}

fn is_legacy(vector: &Value) -> bool {
    let batches = vector["batches"].as_array().expect("batches");
    batches.iter().all(|batch| batch["magic"] != 2)
}

#[test]
fn messages_of_formats_0_and_1_read_as_kafka_says() {
    let mut seen = 0;
    for vector in vectors().iter().filter(|vector| is_legacy(vector)) {
        let name = vector["name"].as_str().expect("a name");
        let mut set = bytes_of(vector["hex"].as_str().expect("hex"));
        for expected in vector["batches"].as_array().expect("batches") {
            let (message, size) = LegacyMessage::parse(&set).expect(name);
            assert_eq!(expected["size"].as_i64(), Some(size as i64), "{name}");
            assert_eq!(expected["magic"].as_i64(), Some(message.magic.into()), "{name}");
            assert_eq!(
                expected["lastOffset"].as_i64(),
                Some(message.offset.value()),
                "{name}"
            );
            assert_eq!(
                expected["maxTimestamp"].as_i64(),
                Some(message.timestamp.as_ms()),
                "{name}"
            );
            let records = message.records(UNPACKED_MAX).expect(name);
            let listed = expected["records"].as_array().expect("records");
            assert_eq!(records.len(), listed.len(), "{name}");
            for (record, expected) in records.iter().zip(listed) {
                check_record(name, record, expected);
            }
            set = set.slice(size..);
        }
        assert!(set.is_empty(), "{name}");
        seen += 1;
    }
    assert!(seen >= 12, "{seen} record sets of formats 0 and 1");
}

#[test]
fn damaged_messages_of_old_formats_are_refused_and_not_feared() {
    for vector in vectors().iter().filter(|vector| is_legacy(vector)) {
        let set = bytes_of(vector["hex"].as_str().expect("hex"));
        let size = LegacyMessage::parse(&set).expect("well-formed").1;
        for bit in 0..size * 8 {
            let mut flipped = set.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok((message, _)) = LegacyMessage::parse(&Bytes::from(flipped)) {
                assert!(bit < 64, "only the offset is not covered, bit {bit}");
                message.records(UNPACKED_MAX).ok();
            }
        }
        for cut in 0..size {
            assert!(LegacyMessage::parse(&set.slice(..cut)).is_err());
        }
    }
}

fn rebuilt(batch: &RecordBatch) -> Bytes {
    let header = batch.header();
    let producer = ProducerIdentity {
        id: header.producer_id,
        epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
    };
    let mut builder = BatchBuilder::new(BatchOptions {
        base_offset: header.base_offset,
        leader_epoch: header.partition_leader_epoch,
        compression: CompressionType::None,
        attributes: header.attributes,
        producer,
        ..BatchOptions::default()
    });
    builder.set_base_timestamp(header.base_timestamp);
    let payload = batch.payload();
    for view in broker_codec::batch::RecordViews::new(&payload, header.record_count) {
        let view = view.expect("well-formed");
        builder.append_raw(view.body, view.offset_delta, view.timestamp(header));
    }
    builder.set_last_offset_delta(header.last_offset_delta);
    builder.set_max_timestamp(header.max_timestamp);
    builder.build().expect("not compressed")
}

#[test]
fn uncompressed_batches_are_written_back_byte_for_byte() {
    let mut seen = 0;
    for vector in vectors()
        .iter()
        .filter(|vector| vector["exact"] == true && is_current(vector))
    {
        let set = bytes_of(vector["hex"].as_str().expect("hex"));
        for batch in batches(&set) {
            let batch = batch.expect("well-formed");
            assert_eq!(rebuilt(&batch), *batch.bytes(), "{}", vector["name"]);
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen} exact batches");
}

#[test]
fn records_added_one_by_one_make_kafkas_bytes() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector["exact"] == true && is_current(vector))
    {
        let set = bytes_of(vector["hex"].as_str().expect("hex"));
        let batch = RecordBatch::from_bytes(&set).expect("well-formed");
        let records = batch.records(UNPACKED_MAX).expect("readable");
        let header = batch.header();
        let is_dense = header.record_count - 1 == header.last_offset_delta;
        if !is_dense || header.timestamp_type() == broker_model::TimestampType::LogAppendTime {
            continue;
        }
        let producer = ProducerIdentity {
            id: header.producer_id,
            epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
        };
        let (base_offset, leader_epoch, attributes) = (
            header.base_offset,
            header.partition_leader_epoch,
            header.attributes,
        );
        let options = BatchOptions {
            base_offset,
            leader_epoch,
            attributes,
            producer,
            ..BatchOptions::default()
        };
        let mut builder = BatchBuilder::new(options);
        for record in &records {
            let headers: Vec<(&[u8], Option<&[u8]>)> = record
                .headers
                .iter()
                .map(|header| (&header.key[..], header.value.as_deref()))
                .collect();
            builder.append_with_headers(
                record.timestamp,
                record.key.as_deref(),
                record.value.as_deref(),
                &headers,
            );
        }
        assert_eq!(
            builder.build().expect("not compressed"),
            *batch.bytes(),
            "{}",
            vector["name"]
        );
    }
}

#[test]
fn cut_and_flipped_batches_are_refused_without_panic() {
    for vector in vectors() {
        let set = bytes_of(vector["hex"].as_str().expect("hex"));
        for size in 0..set.len().min(200) {
            for batch in batches(&set.slice(..size)) {
                let _refused = batch.and_then(|batch| batch.records(UNPACKED_MAX));
            }
        }
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..200 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut flipped = set.to_vec();
            let at = (state >> 33) as usize % flipped.len();
            flipped[at] ^= 1 << (state & 7);
            if let Some(Ok(batch)) = batches(&Bytes::from(flipped)).next() {
                let is_covered = at >= 17 && at < batch.bytes().len();
                assert!(
                    !is_covered || batch.verify_crc().is_err(),
                    "a flip at {at} went unseen"
                );
                let _result = batch.records(UNPACKED_MAX);
            }
        }
    }
}
