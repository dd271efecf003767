//! Keys and values of the coordinators' logs; the first byte is the number of the value.

#![no_main]

use broker_coordinator::group_key::GroupKey;
use broker_coordinator::group_value::GroupValue;
use broker_coordinator::transaction_key::TransactionKey;
use broker_coordinator::transaction_value::TransactionValue;
use bytes::Bytes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [number, body @ ..] = bytes else { return };
    let body = Bytes::copy_from_slice(body);
    let _outcomes = (
        GroupKey::decode(body.clone()),
        GroupValue::decode(i16::from(*number), body.clone()),
        TransactionKey::decode(body.clone()),
        TransactionValue::decode(i16::from(*number), body),
    );
});
