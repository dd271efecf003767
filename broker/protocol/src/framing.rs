//! Blobs that carry their own version: `int16 version, body`.
//!
//! Used by the classic consumer protocol inside JoinGroup and SyncGroup, by principals in forwarded requests and by
//! end-of-transaction markers. The framing of metadata and coordinator records lies with their crates.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};
use bytes::Bytes;

/// Reads a blob in the version that it names.
///
/// # Errors
/// The version is unknown or the body malformed.
pub fn decode_versioned<M: Message>(bytes: Bytes) -> Result<(i16, M), DecodeError> {
    let mut d = Decoder::new(bytes);
    let version = d.get_i16()?;
    Ok((version, M::decode(&mut d, version)?))
}

/// Writes the version and the body.
///
/// # Errors
/// The version has no place for a field that is set.
pub fn encode_versioned<M: Message>(message: &M, version: i16) -> Result<Bytes, EncodeError> {
    let mut e = Encoder::new();
    e.put_i16(version);
    message.encode(&mut e, version)?;
    Ok(e.into_bytes())
}
