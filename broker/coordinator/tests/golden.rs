//! Keys and values of coordinators' records that Apache Kafka 4.4.0 wrote, read and written again, whole and
//! damaged.

use broker_codec::{DecodeError, EncodeError, Message};
use broker_coordinator::group_key::GroupKey;
use broker_coordinator::group_value::GroupValue;
use broker_coordinator::share_key::ShareKey;
use broker_coordinator::share_value::ShareValue;
use broker_coordinator::transaction_key::TransactionKey;
use broker_coordinator::transaction_value::TransactionValue;
use bytes::Bytes;

type Check = fn(i16, &str, &Bytes);
type Written = Result<Bytes, EncodeError>;

fn lines() -> String {
    let packed = include_bytes!("../testdata/golden-4.4.0.tsv.zst");
    String::from_utf8(zstd::decode_all(&packed[..]).expect("zstd")).expect("text")
}

fn unhex(text: &str) -> Bytes {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex"))
        .collect()
}

fn check<M: Message>(version: i16, case: &str, bytes: &Bytes) {
    let record = M::from_bytes(bytes.clone(), version).expect("golden");
    assert_eq!(record.to_bytes(version).as_ref(), Ok(bytes), "{record:?}");
    if case == "default" {
        assert_eq!(M::default().to_bytes(version).as_ref(), Ok(bytes), "{record:?}");
    }
}

macro_rules! checks {
    ($($name:ident,)*) => {
        [$((stringify!($name), check::<broker_coordinator::messages::$name> as Check),)*]
    };
}

/// Reads a framed key or value of that log and writes it again in that version.
fn rewrite(log: &str, kind: Kind, version: i16, framed: Bytes) -> Result<Written, DecodeError> {
    Ok(match (log, kind) {
        ("group", Kind::Key) => GroupKey::decode(framed)?.encode(),
        ("share", Kind::Key) => ShareKey::decode(framed)?.encode(),
        ("transaction", Kind::Key) => TransactionKey::decode(framed)?.encode(),
        ("group", Kind::Value(number)) => GroupValue::decode(number, framed)?.encode(version),
        ("share", Kind::Value(number)) => ShareValue::decode(number, framed)?.encode(version),
        ("transaction", Kind::Value(number)) => TransactionValue::decode(number, framed)?.encode(version),
        (other, _) => panic!("no log {other}"),
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Key,
    Value(i16),
}

struct Vector<'a> {
    name: &'a str,
    version: i16,
    case: &'a str,
    bytes: Bytes,
    framed: Bytes,
    log: &'a str,
    kind: Kind,
}

fn vector(line: &str) -> Vector<'_> {
    let [name, version, case, bytes, framed, log, number] = line.split('\t').collect::<Vec<_>>()[..] else {
        panic!("{line}")
    };
    let kind = if name.ends_with("Key") {
        Kind::Key
    } else {
        Kind::Value(number.parse().expect("number"))
    };
    let (bytes, framed) = (unhex(bytes), unhex(framed));
    Vector {
        name,
        version: version.parse().expect("version"),
        case,
        bytes,
        framed,
        log,
        kind,
    }
}

#[test]
fn every_golden_record_reads_and_writes_back_to_the_same_bytes() {
    let checks = broker_coordinator::for_each_message!(checks);
    let text = lines();
    let vectors: Vec<Vector<'_>> = text.lines().map(vector).collect();
    for v in &vectors {
        let (_, check) = checks.iter().find(|(name, _)| *name == v.name).unwrap();
        check(v.version, v.case, &v.bytes);
        assert_eq!(
            rewrite(v.log, v.kind, v.version, v.framed.clone()),
            Ok(Ok(v.framed.clone())),
            "{}",
            v.name
        );
    }
    assert_eq!(vectors.len(), 165);
}

#[test]
fn a_damaged_record_is_refused_or_read_and_never_panics() {
    let text = lines();
    for v in text.lines().map(vector) {
        for end in 0..v.framed.len() {
            assert!(
                rewrite(v.log, v.kind, v.version, v.framed.slice(..end)).is_err(),
                "{} to {end}",
                v.name
            );
        }
        for place in 0..v.framed.len() {
            for garbage in [
                &b"\xff\xff\xff\xff\x0f"[..],
                b"\x7f\xff\xff\xff",
                b"\xff\xff",
                b"\x00",
            ] {
                let mut bytes = v.framed.to_vec();
                let end = bytes.len().min(place + garbage.len());
                bytes[place..end].copy_from_slice(&garbage[..end - place]);
                let _outcome = rewrite(v.log, v.kind, v.version, bytes.into());
            }
        }
    }
}
