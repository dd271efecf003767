//! Decides which handler answers a frame. One row per API: key, decoder, handler and encoder.
//!
//! The rows stand in `dispatch/tables.rs`, a table for each kind of listener. From the tables follow what ApiVersions
//! answers, the table of supported APIs in the README and the names of the request metrics. Invariant: what is not in
//! the table of the listener's kind, or outside of its versions, closes the connection, as from Kafka; only
//! ApiVersions answers an unknown version (KIP-511).
//!
//! To serve one more API: write `handlers/<api>.rs` with `pub async fn handle(&Arc<Broker>, &RequestContext,
//! XRequest) -> HandlerResult<XResponse>`, and add its line to a table.

mod forwarding;
mod tables;

use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};
use broker_model::Now;
use broker_protocol::messages::ResponseHeader;
use broker_protocol::{ApiKey, decode_request_header};
use bytes::Bytes;
use thiserror::Error;

use crate::broker::Broker;
use crate::drivers::metadata_driver::MetadataUnavailable;
use crate::handlers;
use crate::network::{ConnectionIdentity, RequestContext};
pub use tables::table;

/// What a handler returns.
pub type HandlerResult<R> = Result<Answer<R>, CloseConnection>;

/// How a request ends when its connection lives on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<R> {
    /// The response is sent.
    Respond(R),
    /// The response is sent, and then nothing is read from the connection for a while (KIP-219). The handler has
    /// put the same time into the response's `throttle_time_ms`.
    RespondThenMute(R, Duration),
    /// Nothing is sent: a Produce with acks=0.
    NoResponse,
}

/// Why a connection is closed instead of answered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CloseConnection {
    /// The number is no API, or one that is not served through this kind of listener.
    #[error("API key {0} is not served")]
    UnknownApi(i16),
    /// The API has no such version, or no longer.
    #[error("{api} version {version} is not served")]
    UnsupportedVersion {
        /// The API that was asked for.
        api: ApiKey,
        /// The version that was asked for.
        version: i16,
    },
    /// The frame is no request.
    #[error("malformed request: {0}")]
    Malformed(#[from] DecodeError),
    /// Our response cannot be written in that version: a mistake of ours.
    #[error("response cannot be encoded: {0}")]
    Unencodable(#[from] EncodeError),
    /// The handler decided so, as Kafka does; the text says why.
    #[error("{0}")]
    Refused(&'static str),
    /// The decision could not be kept; the client asks again when the broker is back.
    #[error(transparent)]
    MetadataUnavailable(#[from] MetadataUnavailable),
}

/// A finished request, ready for the socket.
#[derive(Debug)]
pub enum Reply {
    /// A whole frame with its size before it, and how long to read nothing after it was sent.
    Send {
        /// The frame in segments.
        frame: Encoder,
        /// Zero unless the client is throttled.
        mute: Duration,
    },
    /// Nothing to send.
    Nothing,
}

/// What a disconnect does to a request that is still waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnHangUp {
    /// The request runs to its end: it may have changed something.
    Finish,
    /// The request is dropped at its next await: it only reads.
    Abandon,
}

/// How long a request may keep a thread of the runtime to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Some microseconds: it runs where its connection runs.
    Light,
    /// Perhaps longer, by what it asks for: other connections of its thread move to another one meanwhile.
    Heavy,
}

/// Requests beyond this size are bulky.
const BULKY_SIZE: usize = 16 * 1024;

/// A request that asks for all of so many topics is light.
const FEW_TOPICS: usize = 300;
/// Requests up to this size are light.
const LIGHT_SIZE_MAX: usize = 32 * 1024;

/// Most answers fit; larger ones grow.
const INITIAL_FRAME_CAPACITY: usize = 256;

type Serving<'a> = Pin<Box<dyn Future<Output = Result<Reply, CloseConnection>> + Send + 'a>>;

/// One API that is served through listeners of a kind.
#[derive(Debug)]
pub struct ApiRow {
    /// Which API it is; name and versions follow.
    pub api: ApiKey,
    /// What a disconnect does to a waiting request.
    pub on_hang_up: OnHangUp,
    serve: for<'a> fn(&'a Arc<Broker>, &'a RequestContext, Body) -> Serving<'a>,
}

impl ApiRow {
    /// What a request with a frame of `size` bytes weighs in a cluster of so many topics. Produce is light whatever its
    /// size: it brings its records in the frame, and gives its thread to others by itself when it has to unpack or to
    /// wait for the device. Making a request heavy costs a switch of threads, so small ones are light.
    pub fn weight(&self, size: usize, topics: usize) -> Weight {
        let asks_for_all = matches!(
            self.api,
            ApiKey::Metadata
                | ApiKey::DescribeTopicPartitions
                | ApiKey::DescribeLogDirs
                | ApiKey::ListConfigResources
        );
        match self.api {
            ApiKey::Produce => Weight::Light,
            _ if size > LIGHT_SIZE_MAX || (asks_for_all && topics > FEW_TOPICS) => Weight::Heavy,
            _ => Weight::Light,
        }
    }

    /// The versions that ApiVersions names. Kafka names Produce from 0, because old librdkafka takes the absence of
    /// Produce 0 for a broker without message format 0.10, and closes on versions 0 to 2 all the same.
    pub fn advertised_versions(&self) -> RangeInclusive<i16> {
        let served = self.api.versions();
        match self.api {
            ApiKey::Produce => 0..=*served.end(),
            _ => served,
        }
    }
}

/// A request whose header was read and whose API is served.
#[derive(Debug)]
pub struct Accepted {
    /// Where the request goes.
    pub row: &'static ApiRow,
    /// What its header and its connection say.
    pub context: RequestContext,
    /// Bytes of its frame.
    pub size: usize,
    body: Body,
}

/// A request whose header was read.
#[derive(Debug)]
struct Body {
    /// The whole frame, for those that hand it on.
    frame: Bytes,
    /// At the first byte behind the header.
    decoder: Decoder,
}

/// Reads the header of a frame and finds its row.
///
/// # Errors
/// The connection must be closed without an answer.
pub fn accept(
    frame: Bytes,
    received: Now,
    connection: &Arc<ConnectionIdentity>,
) -> Result<Accepted, CloseConnection> {
    let size = frame.len();
    let mut decoder = Decoder::new(frame.clone());
    let header = decode_request_header(&mut decoder)?;
    let unknown = CloseConnection::UnknownApi(header.request_api_key);
    let api = ApiKey::from_i16(header.request_api_key).ok_or_else(|| unknown.clone())?;
    let row = tables::row(connection.kind, api).ok_or(unknown)?;
    let version = header.request_api_version;
    if !api.versions().contains(&version) && api != ApiKey::ApiVersions {
        return Err(CloseConnection::UnsupportedVersion { api, version });
    }
    let context = RequestContext {
        api,
        api_version: version,
        correlation_id: header.correlation_id,
        client_id: header.client_id,
        received,
        connection: Arc::clone(connection),
    };
    Ok(Accepted {
        row,
        context,
        size,
        body: Body { frame, decoder },
    })
}

impl Accepted {
    /// Whether the answer may take so much memory that such requests are served one after the other. Those that wait
    /// for other members or for records are not: they bound what they hold themselves.
    pub fn is_bulky(&self) -> bool {
        let waits = matches!(
            self.row.api,
            ApiKey::Produce | ApiKey::Fetch | ApiKey::JoinGroup | ApiKey::SyncGroup
        );
        self.size > BULKY_SIZE && !waits
    }

    /// Decodes the body, calls the handler and encodes its answer.
    ///
    /// # Errors
    /// The connection must be closed without an answer.
    pub async fn serve(self, broker: &Arc<Broker>) -> Result<Reply, CloseConnection> {
        let Self {
            row, context, body, ..
        } = self;
        if row.api == ApiKey::ApiVersions && !row.api.versions().contains(&context.api_version) {
            return finish(
                &context,
                Answer::Respond(handlers::api_versions::unsupported_version()),
            );
        }
        (row.serve)(broker, &context, body).await
    }
}

/// Turns a handler's answer into a frame.
fn finish<R: Message>(context: &RequestContext, answer: Answer<R>) -> Result<Reply, CloseConnection> {
    let (response, mute) = match answer {
        Answer::Respond(response) => (response, Duration::ZERO),
        Answer::RespondThenMute(response, mute) => (response, mute),
        Answer::NoResponse => return Ok(Reply::Nothing),
    };
    // A client that asked for an unknown version of ApiVersions can read version 0 at least.
    let version = match context.api {
        ApiKey::ApiVersions if !context.api.versions().contains(&context.api_version) => 0,
        _ => context.api_version,
    };
    let frame = encode_frame(context.api, version, context.correlation_id, &response)?;
    Ok(Reply::Send { frame, mute })
}

/// Size, header and body of a response; records stay the segments that they are.
fn encode_frame<R: Message>(
    api: ApiKey,
    version: i16,
    correlation_id: i32,
    response: &R,
) -> Result<Encoder, EncodeError> {
    let mut frame = Encoder::with_capacity(INITIAL_FRAME_CAPACITY);
    frame.put_i32(0);
    let header = ResponseHeader {
        correlation_id,
        ..ResponseHeader::default()
    };
    header.encode(&mut frame, api.response_header_version(version))?;
    response.encode(&mut frame, version)?;
    let size = frame.size() - size_of::<i32>();
    frame.set_i32(0, i32::try_from(size).map_err(|_| EncodeError::TooLong(size))?);
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use broker_protocol::messages::ProduceResponse;

    use super::*;
    use crate::network::{ConnectionId, ListenerKind, ListenerName};

    fn context(api: ApiKey, api_version: i16) -> RequestContext {
        RequestContext {
            api,
            api_version,
            correlation_id: 7,
            client_id: None,
            received: Now {
                wall: broker_model::Timestamp::from_ms(0),
                monotonic: broker_model::MonotonicMs::from_ms(0),
            },
            connection: Arc::new(ConnectionIdentity::new(
                ConnectionId(1),
                ListenerName::new("A"),
                ListenerKind::Client,
                ([127, 0, 0, 1], 1).into(),
            )),
        }
    }

    #[test]
    fn a_throttled_client_is_answered_and_the_pause_goes_to_the_connection() {
        let pause = Duration::from_millis(250);
        let response = ProduceResponse {
            throttle_time_ms: 250,
            ..ProduceResponse::default()
        };
        let answer = Answer::RespondThenMute(response, pause);
        let reply = finish(&context(ApiKey::Produce, 9), answer).unwrap();
        let Reply::Send { frame, mute } = reply else {
            panic!("a throttled client is answered");
        };
        assert_eq!(mute, pause);
        assert!(frame.size() > size_of::<i32>());
    }
}
