//! A whole request frame as a broker reads it: `cargo +nightly fuzz run request_frame`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _outcome = broker_protocol::fuzz::decode_request_frame(bytes);
});
