//! A request and its answer as one pair of types, and the frames that carry them.
//!
//! A frame is header and body; the four bytes of its size before it belong to the connection. Decides which header
//! version goes before which body. Owns nothing.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message, StringBytes};
use bytes::Bytes;

use crate::ApiKey;
use crate::messages::{RequestHeader, ResponseHeader};

/// A message that asks for another one.
pub trait Request: Message {
    /// The number that stands for it in the header.
    const API_KEY: ApiKey;
    /// What is answered.
    type Response: Message;
}

/// Reads the header of a request and leaves the decoder at its body. An unknown API or version is the caller's
/// to refuse: the header is read in the form that fits best, so that its correlation id can be answered.
///
/// # Errors
/// The frame ends inside the header.
pub fn decode_request_header(d: &mut Decoder) -> Result<RequestHeader, DecodeError> {
    let mut start = d.clone();
    let (key, version) = (start.get_i16()?, start.get_i16()?);
    let header_version = match ApiKey::from_i16(key) {
        Some(api) => api.request_header_version(version),
        None => 1,
    };
    RequestHeader::decode(d, header_version)
}

/// Header and body of a request.
///
/// # Errors
/// The version has no place for a field that is set.
pub fn encode_request<R: Request>(
    request: &R,
    version: i16,
    correlation_id: i32,
    client_id: Option<StringBytes>,
) -> Result<Encoder, EncodeError> {
    let mut e = Encoder::new();
    let header = RequestHeader {
        request_api_key: R::API_KEY.code(),
        request_api_version: version,
        correlation_id,
        client_id,
        ..RequestHeader::default()
    };
    header.encode(&mut e, R::API_KEY.request_header_version(version))?;
    request.encode(&mut e, version)?;
    Ok(e)
}

/// Header and body of an answer.
///
/// # Errors
/// The version has no place for a field that is set.
pub fn encode_response<M: Message>(
    api: ApiKey,
    version: i16,
    correlation_id: i32,
    response: &M,
) -> Result<Encoder, EncodeError> {
    let mut e = Encoder::new();
    let header = ResponseHeader {
        correlation_id,
        ..ResponseHeader::default()
    };
    header.encode(&mut e, api.response_header_version(version))?;
    response.encode(&mut e, version)?;
    Ok(e)
}

/// Reads the answer to an `R` of that version; returns its correlation id with it.
///
/// # Errors
/// The frame is no such answer.
pub fn decode_response<R: Request>(frame: Bytes, version: i16) -> Result<(i32, R::Response), DecodeError> {
    let mut d = Decoder::new(frame);
    let header = ResponseHeader::decode(&mut d, R::API_KEY.response_header_version(version))?;
    Ok((header.correlation_id, R::Response::decode(&mut d, version)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{ApiVersionsRequest, ApiVersionsResponse, MetadataRequest};

    #[test]
    fn a_request_frame_reads_back() {
        let request = MetadataRequest {
            allow_auto_topic_creation: false,
            ..MetadataRequest::default()
        };
        let frame = encode_request(&request, 12, 7, Some("me".into()))
            .unwrap()
            .into_bytes();
        let mut d = Decoder::new(frame);
        let header = decode_request_header(&mut d).unwrap();
        assert_eq!(
            (
                header.request_api_key,
                header.request_api_version,
                header.correlation_id
            ),
            (3, 12, 7)
        );
        assert_eq!(header.client_id.unwrap(), "me");
        assert_eq!(MetadataRequest::decode(&mut d, 12), Ok(request));
        assert_eq!(d.remaining(), 0);
    }

    #[test]
    fn the_header_of_an_unknown_api_still_gives_its_correlation_id() {
        let mut d = Decoder::new(Bytes::from_static(b"\x7f\xff\x00\x00\x00\x00\x00\x09\xff\xff"));
        assert_eq!(decode_request_header(&mut d).unwrap().correlation_id, 9);
    }

    #[test]
    fn an_answer_frame_reads_back() {
        let response = ApiVersionsResponse {
            error_code: 35,
            ..ApiVersionsResponse::default()
        };
        let frame = encode_response(ApiKey::ApiVersions, 0, 3, &response)
            .unwrap()
            .into_bytes();
        assert_eq!(decode_response::<ApiVersionsRequest>(frame, 0), Ok((3, response)));
    }
}
