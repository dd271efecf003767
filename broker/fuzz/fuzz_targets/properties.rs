//! Any bytes as a properties file.

#![no_main]

use broker_server::config::parse_properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _outcome = parse_properties(bytes);
});
