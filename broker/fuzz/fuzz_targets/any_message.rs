//! Any request or answer in any version; API and version are taken from the first three bytes.

#![no_main]

use broker_protocol::fuzz::{decode_any_request, decode_any_response};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [side, api, version, body @ ..] = bytes else {
        return;
    };
    let run = if side & 1 == 0 {
        decode_any_request
    } else {
        decode_any_response
    };
    let _outcome = run(i16::from(*api), i16::from(*version), body);
});
