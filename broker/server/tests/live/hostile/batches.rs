//! S11 and S12: record batches that lie, and those that burst.

use std::io::Write;

use broker_codec::batch::crc32c;
use bytes::Bytes;

use crate::hostile::attack::survive;
use crate::topics::{self, batch};
use crate::wire::Wire;

const UNKNOWN_SERVER_ERROR: i16 = -1;
const TOPIC: &str = "attacked";
const CORRUPT_MESSAGE: i16 = 2;
const MESSAGE_TOO_LARGE: i16 = 10;
const INVALID_TIMESTAMP: i16 = 32;
const INVALID_RECORD: i16 = 87;

// Places in a batch header.
const LENGTH: usize = 8;
const MAGIC: usize = 16;
const CRC: usize = 17;
const ATTRIBUTES: usize = 21;
const LAST_OFFSET_DELTA: usize = 23;
const BASE_TIMESTAMP: usize = 27;
const MAX_TIMESTAMP: usize = 35;
const COUNT: usize = 57;
const RECORDS: usize = 61;

/// The batch with some bytes overwritten and a CRC that fits again.
fn edited(batch: &Bytes, edits: &[(usize, &[u8])]) -> Bytes {
    let mut bytes = batch.to_vec();
    for (at, new) in edits {
        bytes[*at..at + new.len()].copy_from_slice(new);
    }
    let crc = crc32c(&bytes[ATTRIBUTES..]);
    bytes[CRC..ATTRIBUTES].copy_from_slice(&crc.to_be_bytes());
    bytes.into()
}

/// Error of a Produce, or none when the connection was closed instead.
fn refused_with(wire: &mut Wire, records: Bytes) -> Option<i16> {
    let request = topics::produce_request(TOPIC, 0, records);
    let response = wire.try_call(topics::BY_NAME, &request).ok()?;
    Some(response.responses[0].partition_responses[0].error_code)
}

type Lie = (&'static str, Bytes, &'static [i16]);

const ANY_REFUSAL: &[i16] = &[CORRUPT_MESSAGE, INVALID_RECORD];

fn lies_about_size(honest: &Bytes) -> Vec<Lie> {
    let length = |more: i32| (honest.len() as i32 - 12 + more).to_be_bytes();
    vec![
        (
            "a length beyond the request",
            edited(honest, &[(LENGTH, &length(1000))]),
            ANY_REFUSAL,
        ),
        (
            "a length short of the records",
            edited(honest, &[(LENGTH, &length(-3))]),
            ANY_REFUSAL,
        ),
        (
            "a negative length",
            edited(honest, &[(LENGTH, &(-1_i32).to_be_bytes())]),
            ANY_REFUSAL,
        ),
        (
            "a huge length",
            edited(honest, &[(LENGTH, &i32::MAX.to_be_bytes())]),
            ANY_REFUSAL,
        ),
        (
            "too many records",
            edited(honest, &[(COUNT, &i32::MAX.to_be_bytes())]),
            &[INVALID_RECORD],
        ),
        (
            "a negative count",
            edited(honest, &[(COUNT, &(-1_i32).to_be_bytes())]),
            &[INVALID_RECORD],
        ),
        (
            "no records",
            edited(honest, &[(COUNT, &[0; 4])]),
            &[INVALID_RECORD],
        ),
        (
            "a last offset that is not the last record's",
            edited(honest, &[(LAST_OFFSET_DELTA, &9_i32.to_be_bytes())]),
            &[INVALID_RECORD],
        ),
    ]
}

fn lies_about_content(honest: &Bytes) -> Vec<Lie> {
    let far = i64::MAX.to_be_bytes();
    let mut bad_crc = honest.to_vec();
    bad_crc[CRC] ^= 1;
    vec![
        ("magic 0", edited(honest, &[(MAGIC, &[0])]), ANY_REFUSAL),
        ("magic 1", edited(honest, &[(MAGIC, &[1])]), ANY_REFUSAL),
        ("magic 3", edited(honest, &[(MAGIC, &[3])]), ANY_REFUSAL),
        (
            "a control batch",
            edited(honest, &[(ATTRIBUTES, &[0, 0x20])]),
            &[INVALID_RECORD],
        ),
        (
            "times at the end of time",
            edited(honest, &[(BASE_TIMESTAMP, &far), (MAX_TIMESTAMP, &far)]),
            &[INVALID_TIMESTAMP, INVALID_RECORD],
        ),
        (
            "a codec that is none",
            edited(honest, &[(ATTRIBUTES, &[0, 7])]),
            &[UNKNOWN_SERVER_ERROR],
        ),
        (
            "records that are none",
            edited(honest, &[(RECORDS, &[0xff; 8])]),
            ANY_REFUSAL,
        ),
        ("a CRC that does not fit", bad_crc.into(), &[CORRUPT_MESSAGE]),
        ("half a header", honest.slice(..40), ANY_REFUSAL),
    ]
}

#[test]
fn s11_a_batch_that_lies_is_refused_and_nothing_is_appended() {
    survive(|live| {
        topics::create(&mut live.connect(), TOPIC, 1, &[]);
        let honest = batch(&[b"one", b"two"]);
        let cases = lies_about_size(&honest)
            .into_iter()
            .chain(lies_about_content(&honest));
        for (what, records, expected) in cases {
            let mut wire = live.connect();
            if let Some(code) = refused_with(&mut wire, records) {
                assert!(expected.contains(&code), "{what}: error {code}");
            }
        }
        let (error, end) = topics::list_offset(&mut live.connect(), TOPIC, 0, -1);
        assert_eq!((error, end), (0, 0), "nothing was appended");
    });
}

#[test]
fn s11_a_transactional_batch_without_a_transaction_is_refused() {
    survive(|live| {
        topics::create(&mut live.connect(), TOPIC, 1, &[]);
        let records = edited(&batch(&[b"one"]), &[(ATTRIBUTES, &[0, 0x10])]);
        let code = refused_with(&mut live.connect(), records);
        assert_ne!(code, Some(0));
        assert_eq!(topics::list_offset(&mut live.connect(), TOPIC, 0, -1).1, 0);
    });
}

/// What a record of `size` zeros begins and ends with, so that the zeros need not be in memory.
fn frame_of_record(size: usize) -> (Vec<u8>, Vec<u8>) {
    let zigzag = |value: usize| {
        let mut out = Vec::new();
        let mut rest = value << 1;
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
        out
    };
    let value_size = zigzag(size);
    // Attributes, timestamp delta, offset delta, key of size -1; then the value; then no headers.
    let fields = [&[0, 0, 0, 1][..], &value_size].concat();
    let before = [zigzag(fields.len() + size + 1), fields].concat();
    (before, vec![0])
}

fn write_record(mut to: impl Write, size: usize) {
    let (before, after) = frame_of_record(size);
    to.write_all(&before).unwrap();
    let zeros = [0; 64 * 1024];
    for _ in 0..size / zeros.len() {
        to.write_all(&zeros).unwrap();
    }
    to.write_all(&after).unwrap();
}

/// A batch of one record around compressed bytes.
fn around(codec: u8, compressed: &[u8]) -> Bytes {
    let one = batch(&[b"x"]);
    let mut bytes = one[..RECORDS].to_vec();
    bytes.extend_from_slice(compressed);
    let length = (bytes.len() as i32 - 12).to_be_bytes();
    edited(&bytes.into(), &[(LENGTH, &length), (ATTRIBUTES, &[0, codec])])
}

const BOMB: usize = 512 << 20;

fn zstd_bomb() -> Bytes {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    write_record(&mut encoder, BOMB);
    around(4, &encoder.finish().unwrap())
}

fn gzip_bomb() -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    write_record(&mut encoder, BOMB / 2);
    around(1, &encoder.finish().unwrap())
}

fn lz4_bomb() -> Bytes {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    write_record(&mut encoder, BOMB / 4);
    around(3, &encoder.finish().unwrap())
}

/// A frame with a window of 2 GiB and one run of 128 KiB.
fn zstd_with_a_huge_window() -> Bytes {
    let run: u32 = 1 | (1 << 1) | ((128 * 1024) << 3);
    let frame = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8][..],
        &run.to_le_bytes()[..3],
        &[0],
    ]
    .concat();
    around(4, &frame)
}

/// Snappy in xerial's framing, whose one chunk claims 2 GiB.
fn snappy_with_a_huge_chunk() -> Bytes {
    let magic = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
    let frame = [
        &magic[..],
        &[0, 0, 0, 1, 0, 0, 0, 1],
        &i32::MAX.to_be_bytes(),
        &[0xff; 20],
    ]
    .concat();
    around(2, &frame)
}

/// Raw snappy that claims 4 GiB of output.
fn snappy_that_claims_much() -> Bytes {
    around(2, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0])
}

#[test]
fn s12_batches_that_burst_are_refused_within_bounds() {
    let bombs = [
        ("zstd", zstd_bomb()),
        ("gzip", gzip_bomb()),
        ("lz4", lz4_bomb()),
        ("zstd window", zstd_with_a_huge_window()),
        ("snappy chunk", snappy_with_a_huge_chunk()),
        ("snappy claim", snappy_that_claims_much()),
    ];
    survive(|live| {
        topics::create(&mut live.connect(), TOPIC, 1, &[]);
        for (what, records) in &bombs {
            assert!(records.len() < 1_000_000, "{what}: {} bytes", records.len());
            std::thread::scope(|scope| {
                // Four at a time, so that one bound each would not do.
                for _ in 0..4 {
                    scope.spawn(|| {
                        let code = refused_with(&mut live.connect(), records.clone());
                        // What LZ4 makes of a request of a megabyte is not too much.
                        let expected = match *what {
                            "lz4" => [0, MESSAGE_TOO_LARGE],
                            _ => [UNKNOWN_SERVER_ERROR, MESSAGE_TOO_LARGE],
                        };
                        assert!(
                            code.is_none_or(|code| expected.contains(&code)),
                            "{what}: {code:?}"
                        );
                    });
                }
            });
        }
    });
}
