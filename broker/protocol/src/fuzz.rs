//! Entry points that take any bytes: for `cargo fuzz`, and for the tests that replay and mutate a corpus.
//!
//! Each reads the bytes as something that comes over a connection and returns what the decoder said. Where it
//! said yes, the message is written and read again, which must give the same bytes: a decoder that lets through
//! what an encoder cannot write would be a fault. None of them may panic or reserve more than the bytes justify.

use broker_codec::{DecodeError, Decoder, Message};
use bytes::Bytes;

use crate::{ApiKey, decode_request_header, for_each_api, messages};

/// Reads a body as the request of that API in that version.
///
/// # Errors
/// The API or version is unknown, or the bytes are no such request.
pub fn decode_any_request(api_key: i16, version: i16, bytes: &[u8]) -> Result<(), DecodeError> {
    let api = api_of(api_key)?;
    let mut d = Decoder::new(Bytes::copy_from_slice(bytes));
    macro_rules! requests {
        ($($api:ident => $request:ident, $response:ident;)*) => {
            match api { $(ApiKey::$api => read::<messages::$request>(&mut d, version),)* }
        };
    }
    for_each_api!(requests)
}

/// Reads a body as the answer of that API in that version.
///
/// # Errors
/// The API or version is unknown, or the bytes are no such answer.
pub fn decode_any_response(api_key: i16, version: i16, bytes: &[u8]) -> Result<(), DecodeError> {
    let api = api_of(api_key)?;
    let mut d = Decoder::new(Bytes::copy_from_slice(bytes));
    macro_rules! responses {
        ($($api:ident => $request:ident, $response:ident;)*) => {
            match api { $(ApiKey::$api => read::<messages::$response>(&mut d, version),)* }
        };
    }
    for_each_api!(responses)
}

/// Reads a whole frame, as a broker does: header first, then the body that it names.
///
/// # Errors
/// The header is cut, names an unknown API or version, or the body is malformed.
pub fn decode_request_frame(bytes: &[u8]) -> Result<(), DecodeError> {
    let mut d = Decoder::new(Bytes::copy_from_slice(bytes));
    let header = decode_request_header(&mut d)?;
    decode_any_request(header.request_api_key, header.request_api_version, &d.take_rest())
}

fn api_of(api_key: i16) -> Result<ApiKey, DecodeError> {
    ApiKey::from_i16(api_key).ok_or(DecodeError::UnknownKind {
        what: "api key",
        value: i64::from(api_key),
    })
}

fn read<M: Message>(d: &mut Decoder, version: i16) -> Result<(), DecodeError> {
    let message = M::decode(d, version)?;
    let written = message
        .to_bytes(version)
        .expect("what was read in a version can be written in it");
    let again = M::from_bytes(written.clone(), version).expect("what was written can be read");
    assert_eq!(
        again.to_bytes(version),
        Ok(written),
        "a second reading differs from the first"
    );
    Ok(())
}
