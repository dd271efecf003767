//! S1, S4, S6, S7, S8, S22: frames and headers that are none.

use std::time::{Duration, Instant};

use broker_codec::Encoder;
use broker_protocol::ApiKey;
use broker_protocol::messages::{ApiVersionsRequest, MetadataRequest};
use broker_server::dispatch;
use broker_server::network::ListenerKind;

use crate::hostile::attack::{STALL, survive};
use crate::wire::{Ending, Wire};

/// Before any deadline of half a request.
const SOON: Duration = Duration::from_millis(1_600);

fn closes_soon(wire: &mut Wire, what: &str) {
    match wire.ending(SOON) {
        Ending::Closed => {}
        other => panic!("{what}: {other:?}"),
    }
}

/// Fields of a request header version 1, and whatever follows.
fn header(api: i16, version: i16, client_id_size: i16, rest: &[u8]) -> Vec<u8> {
    let mut frame = [api.to_be_bytes(), version.to_be_bytes()].concat();
    frame.extend(7_i32.to_be_bytes());
    frame.extend(client_id_size.to_be_bytes());
    frame.extend(rest);
    frame
}

#[test]
fn s1_a_size_that_is_none_closes_the_connection_at_once() {
    survive(|live| {
        for size in [0, -1, i32::MIN, i32::MAX, 100 * 1024 * 1024 + 1] {
            let mut wire = live.connect();
            wire.send_raw(&size.to_be_bytes()).unwrap();
            closes_soon(&mut wire, &format!("size {size}"));
        }
        for size in [1, 3] {
            let mut wire = live.connect();
            wire.send_frame(&vec![0; size]).unwrap();
            closes_soon(&mut wire, &format!("a frame of {size} bytes"));
        }
    });
}

#[test]
fn s1_claimed_bytes_cost_no_memory_and_silence_has_a_deadline() {
    survive(|live| {
        let largest = 100_i32 * 1024 * 1024;
        let mut claims: Vec<_> = (0..300).map(|_| live.connect()).collect();
        for wire in &mut claims {
            wire.send_raw(&largest.to_be_bytes()).unwrap();
            wire.send_raw(&[0; 100]).unwrap();
        }
        std::thread::sleep(STALL / 4);
        let held = live.broker().network.requests.used();
        assert!(held < 16 << 20, "{held} bytes are held for claims");
        for wire in &mut claims {
            let ending = wire.ending(10 * STALL);
            assert_eq!(ending, Ending::Closed);
        }
    });
}

#[test]
fn s4_twenty_million_tags_in_a_header_are_refused() {
    survive(|live| {
        // Request header version 2 of ApiVersions 3: the client id, then the count of tagged fields.
        let mut frame = header(18, 3, -1, &[]);
        frame.extend([0x80, 0xda, 0xc4, 0x09]);
        for tag in 0..200_000_u32 {
            let mut field = Encoder::new();
            field.put_unsigned_varint(tag);
            field.put_unsigned_varint(0);
            frame.extend_from_slice(&field.into_bytes());
        }
        let mut wire = live.connect();
        wire.send_frame(&frame).unwrap();
        closes_soon(&mut wire, "tags");
    });
}

#[test]
fn s6_strings_that_are_none_close_the_connection() {
    survive(|live| {
        let of_metadata = |body: &[u8]| header(3, 1, -1, body);
        let long = [&1_i32.to_be_bytes()[..], &i16::MAX.to_be_bytes(), &[b'x'; 10]].concat();
        let negative = [&1_i32.to_be_bytes()[..], &(-2_i16).to_be_bytes()].concat();
        let null = [&1_i32.to_be_bytes()[..], &(-1_i16).to_be_bytes()].concat();
        let not_utf8 = [&1_i32.to_be_bytes()[..], &2_i16.to_be_bytes(), &[0xc3, 0x28]].concat();
        for (what, frame) in [
            ("longer than the frame", of_metadata(&long)),
            ("a negative size", of_metadata(&negative)),
            ("null where there is none", of_metadata(&null)),
            ("not UTF-8", of_metadata(&not_utf8)),
            ("a client id longer than the frame", header(3, 1, i16::MAX, b"x")),
            ("a negative size of the client id", header(3, 1, -2, b"")),
        ] {
            let mut wire = live.connect();
            wire.send_frame(&frame).unwrap();
            closes_soon(&mut wire, what);
        }
    });
}

#[test]
fn s6_a_name_that_no_topic_can_have_gets_kafkas_error() {
    survive(|live| {
        let name = "x".repeat(32_767);
        let request = MetadataRequest {
            topics: Some(vec![broker_protocol::metadata_request::MetadataRequestTopic {
                name: Some(name.as_str().into()),
                ..Default::default()
            }]),
            allow_auto_topic_creation: true,
            ..Default::default()
        };
        let response = live.connect().call(9, &request);
        assert_eq!(response.topics[0].error_code, 17, "INVALID_TOPIC_EXCEPTION");
    });
}

#[test]
fn s7_every_key_and_version_is_answered_or_closed() {
    survive(|live| {
        let served: Vec<i16> = dispatch::table(ListenerKind::Client)
            .iter()
            .map(|row| row.api.code())
            .collect();
        for key in (i16::MIN..=i16::MAX).filter(|key| *key % 251 == 0 || (-10..200).contains(key)) {
            let versions: &[i16] = match served.contains(&key) {
                // A body of the right version would be answered.
                true => &[i16::MIN, -1, 100, i16::MAX],
                false => &[i16::MIN, -1, 0, 1, 9, i16::MAX],
            };
            for version in versions {
                if key == ApiKey::ApiVersions.code() {
                    continue;
                }
                let mut wire = live.connect();
                // The broker may have closed before the last byte was sent.
                let _sent = wire.send_frame(&header(key, *version, -1, &[0; 8]));
                closes_soon(&mut wire, &format!("key {key} version {version}"));
            }
        }
    });
}

#[test]
fn s7_an_unknown_version_of_api_versions_is_told_the_known_ones() {
    survive(|live| {
        let next = ApiKey::ApiVersions.versions().end() + 1;
        for version in [next, 100, i16::MAX, -1, i16::MIN] {
            let mut wire = live.connect();
            // From version 3 on the header has tagged fields.
            let tags: &[u8] = if version >= 3 { &[0] } else { &[] };
            wire.send_frame(&header(18, version, -1, tags)).unwrap();
            let answer = wire.receive().unwrap();
            // Version 0: correlation id, error code, ranges.
            assert_eq!(answer[..6], [0, 0, 0, 7, 0, 35], "version {version}");
            let response = wire.call(
                3,
                &ApiVersionsRequest {
                    client_software_name: "x".into(),
                    client_software_version: "1".into(),
                    ..Default::default()
                },
            );
            assert_eq!(response.error_code, 0, "the connection lives on");
        }
    });
}

#[test]
fn s8_a_byte_now_and_then_does_not_keep_a_request_alive() {
    survive(|live| {
        let mut slow: Vec<_> = (0..20).map(|_| live.connect()).collect();
        for wire in &mut slow {
            wire.send_raw(&1000_i32.to_be_bytes()).unwrap();
        }
        let begin = Instant::now();
        let mut open = slow.len();
        while open > 0 && begin.elapsed() < 10 * STALL {
            slow.retain_mut(|wire| wire.send_raw(&[0]).is_ok());
            open = slow.len();
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(open, 0, "still open after {:?}", begin.elapsed());
    });
}

#[test]
fn s8_half_a_size_has_the_same_deadline() {
    survive(|live| {
        let mut wire = live.connect();
        wire.send_raw(&[0, 0]).unwrap();
        assert_eq!(wire.ending(10 * STALL), Ending::Closed);
    });
}

#[test]
fn s20_half_a_request_to_the_http_listener_is_given_up() {
    survive(|live| {
        let mut wire = live.connect_http();
        wire.send_raw(b"GET /metrics HTTP/1.1\r\nX: ").unwrap();
        match wire.ending(Duration::from_secs(10)) {
            Ending::StillOpen(_) => panic!("still open"),
            Ending::Closed | Ending::AnsweredAndClosed(_) => {}
        }
        assert!(live.http("/readyz").starts_with("HTTP/1.1 200"));
    });
}

#[test]
fn s22_a_client_id_with_line_ends_is_served_like_any_other() {
    survive(|live| {
        let mut wire = live.connect().named("a\nFATAL \u{1b}[31m\r\0");
        let response = wire.call(9, &MetadataRequest::default());
        assert!(!response.brokers.is_empty());
        let long = "c".repeat(32_767);
        let response = live.connect().named(&long).call(9, &MetadataRequest::default());
        assert!(!response.brokers.is_empty());
    });
}
