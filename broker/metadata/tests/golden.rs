//! Records of the metadata log that Apache Kafka 4.4.0 wrote, read and written again, whole and damaged.

use broker_codec::Message;
use broker_metadata::MetadataRecord;
use bytes::Bytes;

type Check = fn(i16, &str, &Bytes);

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
        [$((stringify!($name), check::<broker_metadata::messages::$name> as Check),)*]
    };
}

#[test]
fn every_golden_record_reads_and_writes_back_to_the_same_bytes() {
    let checks = broker_metadata::for_each_message!(checks);
    let mut count = 0;
    for line in lines().lines() {
        let [name, version, case, bytes, framed, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let version: i16 = version.parse().unwrap();
        let (_, check) = checks.iter().find(|(known, _)| *known == name).unwrap();
        check(version, case, &unhex(bytes));
        let framed = unhex(framed);
        let record = MetadataRecord::decode(framed.clone()).unwrap();
        assert_eq!((record.name(), record.encode(version)), (name, Ok(framed)));
        count += 1;
    }
    assert_eq!(count, 118);
}

#[test]
fn a_damaged_record_is_refused_or_read_and_never_panics() {
    for line in lines().lines() {
        let framed = unhex(line.split('\t').nth(4).unwrap());
        for end in 0..framed.len() {
            let record = MetadataRecord::decode(framed.slice(..end));
            assert!(record.is_err(), "{line} cut to {end}: {record:?}");
        }
        for place in 0..framed.len() {
            for garbage in [
                &b"\xff\xff\xff\xff\x0f"[..],
                b"\x7f\xff\xff\xff",
                b"\xff\xff",
                b"\x00",
            ] {
                let mut bytes = framed.to_vec();
                let end = bytes.len().min(place + garbage.len());
                bytes[place..end].copy_from_slice(&garbage[..end - place]);
                if let Ok(record) = MetadataRecord::decode(bytes.into()) {
                    assert!(record.encode(record.highest_version()).is_ok());
                }
            }
        }
    }
}
