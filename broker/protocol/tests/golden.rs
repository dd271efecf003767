//! Bytes that Apache Kafka 4.4.0 wrote, read and written again.
//!
//! `testdata/golden-4.4.0.tsv.zst` has a line per message, version and case: full, null, default, or with unknown
//! tagged fields.

use broker_codec::{Decoder, Message};
use broker_protocol::{decode_versioned, encode_versioned};
use bytes::Bytes;

type Check = fn(&Vector);

struct Vector {
    message: String,
    version: i16,
    case: String,
    bytes: Bytes,
    framed: Option<Bytes>,
    number: Option<i16>,
}

fn vectors() -> Vec<Vector> {
    let packed = include_bytes!("../testdata/golden-4.4.0.tsv.zst");
    let text = String::from_utf8(zstd::decode_all(&packed[..]).expect("zstd")).expect("text");
    text.lines().map(vector).collect()
}

fn vector(line: &str) -> Vector {
    let [message, version, case, bytes, framed, _, number] = line.split('\t').collect::<Vec<_>>()[..] else {
        panic!("{line}")
    };
    Vector {
        message: message.to_owned(),
        version: version.parse().expect("version"),
        case: case.to_owned(),
        bytes: unhex(bytes),
        framed: (framed != "-").then(|| unhex(framed)),
        number: number.parse().ok(),
    }
}

fn unhex(text: &str) -> Bytes {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex"))
        .collect()
}

fn check<M: Message>(vector: &Vector) {
    let Vector {
        message,
        version,
        case,
        bytes,
        ..
    } = vector;
    let mut d = Decoder::new(bytes.clone());
    let decoded = M::decode(&mut d, *version);
    let decoded = decoded.unwrap_or_else(|error| panic!("{message} v{version} {case}: {error}"));
    assert_eq!(d.remaining(), 0, "{message} v{version} {case}");
    assert_eq!(
        decoded.to_bytes(*version).as_ref(),
        Ok(bytes),
        "{message} v{version} {case}: {decoded:?}"
    );
    if case == "default" {
        assert_eq!(
            M::default().to_bytes(*version).as_ref(),
            Ok(bytes),
            "{message} v{version}"
        );
    }
    match (&vector.framed, vector.number) {
        (Some(framed), None) => {
            assert_eq!(decode_versioned(framed.clone()), Ok((*version, decoded.clone())));
            assert_eq!(
                encode_versioned(&decoded, *version).as_ref(),
                Ok(framed),
                "{message}"
            );
        }
        (Some(framed), Some(number)) => {
            // Remote log records: varint frame version, number and version, as in the metadata log.
            assert_eq!(
                framed[..3],
                [
                    1,
                    u8::try_from(number).expect("small"),
                    u8::try_from(*version).expect("small")
                ]
            );
            assert_eq!(framed[3..], bytes[..]);
        }
        (None, _) => {}
    }
}

macro_rules! checks {
    ($($name:ident,)*) => {
        [$((stringify!($name), check::<broker_protocol::messages::$name> as Check),)*]
    };
}

#[test]
fn every_golden_message_reads_and_writes_back_to_the_same_bytes() {
    let checks = broker_protocol::for_each_message!(checks);
    let mut count = 0;
    for vector in vectors() {
        let found = checks.iter().find(|(name, _)| *name == vector.message);
        let (_, check) = found.unwrap_or_else(|| panic!("no message {}", vector.message));
        check(&vector);
        count += 1;
    }
    assert_eq!(count, 2014);
}
