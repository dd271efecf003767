//! A framed record of the metadata log.

#![no_main]

use broker_metadata::MetadataRecord;
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _outcome = MetadataRecord::decode(Bytes::copy_from_slice(bytes));
});
