//! One socket to one broker: agrees on versions, then carries typed calls, many at a time.
//!
//! Two tasks own the socket. The writer takes frames from a bounded queue and sends all that wait with vectored
//! writes; the reader hands each answer to the call whose correlation id it carries. Invariants: a call that gives
//! up early leaves the connection usable, because frames are written whole by the task; a call whose time is over ends
//! the connection; when either task ends, every waiting call is told. Where to connect and when to try again is
//! decided in `cluster`.

mod pipeline;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use broker_codec::{Encoder, Message};
use broker_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use broker_protocol::{ApiKey, ErrorCode, Request, encode_request};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::turn::Turn;
use crate::{BrokerVersions, ClientError, ClientOptions, Endpoint};
use pipeline::Pipeline;

/// An open connection; clones share it.
#[derive(Clone, Debug)]
pub struct Connection {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    host: String,
    options: ClientOptions,
    versions: BrokerVersions,
    pipeline: Pipeline,
}

impl Connection {
    /// Connects and agrees on versions.
    ///
    /// # Errors
    /// The host does not accept, does not answer in time, or is no Kafka broker.
    pub async fn open(endpoint: &Endpoint, options: &ClientOptions) -> Result<Self, ClientError> {
        let host = endpoint.to_string();
        let connecting = TcpStream::connect((endpoint.host.as_str(), endpoint.port));
        let stream = match timeout(options.connect_timeout, connecting).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(source)) => return Err(ClientError::Connect { host, source }),
            Err(_) => {
                return Err(ClientError::ConnectTimeout {
                    host,
                    after: options.connect_timeout,
                });
            }
        };
        stream.set_nodelay(true).map_err(|source| ClientError::Connect {
            host: host.clone(),
            source,
        })?;
        let (reader, writer) = stream.into_split();
        Self::over(reader, writer, host, options.clone()).await
    }

    /// Agrees on versions over a stream that stands already.
    ///
    /// # Errors
    /// The other side does not answer in time or is no Kafka broker.
    pub async fn over(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        host: String,
        options: ClientOptions,
    ) -> Result<Self, ClientError> {
        let pipeline = Pipeline::start(reader, writer, options.response_size_max);
        let mut shared = Shared {
            host,
            options,
            versions: BrokerVersions::default(),
            pipeline,
        };
        let response = shared.negotiate().await?;
        shared.versions = BrokerVersions::new(&response);
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Host and port of the other side.
    pub fn host(&self) -> &str {
        &self.shared.host
    }

    /// What the broker serves.
    pub fn versions(&self) -> &BrokerVersions {
        &self.shared.versions
    }

    /// How long the other side may work on a request before we give up, in milliseconds.
    pub(crate) fn server_timeout_ms(&self) -> i32 {
        i32::try_from(self.shared.options.request_timeout.as_millis()).unwrap_or(i32::MAX)
    }

    /// Whether calls can still be made; false once the other side has closed.
    pub fn is_open(&self) -> bool {
        self.shared.pipeline.is_open()
    }

    /// Sends the request in the highest common version and waits for its answer.
    ///
    /// # Errors
    /// The API is not served, the connection ends, or no answer comes in time.
    pub async fn call<R: Request>(&self, request: &R) -> Result<R::Response, ClientError> {
        self.call_at_most(request, i16::MAX).await
    }

    /// As [`Connection::call`], in a version not above `at_most`.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn call_at_most<R: Request>(
        &self,
        request: &R,
        at_most: i16,
    ) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>(at_most)?;
        self.shared
            .call(request, version, self.shared.options.request_timeout, || {})
            .await
    }

    /// As [`Connection::call_at_most`], waiting `extra` longer: for calls that the broker parks.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn call_parked<R: Request>(
        &self,
        request: &R,
        at_most: i16,
        extra: Duration,
    ) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>(at_most)?;
        self.shared
            .call(
                request,
                version,
                self.shared.options.request_timeout + extra,
                || {},
            )
            .await
    }

    /// As [`Connection::call_at_most`], passing the turn on as soon as the request is on its way.
    pub(crate) async fn call_in_turn<R: Request>(
        &self,
        request: &R,
        at_most: i16,
        turn: Turn,
    ) -> Result<R::Response, ClientError> {
        let version = self.version_of::<R>(at_most)?;
        let wait = self.shared.options.request_timeout;
        self.shared.call(request, version, wait, || turn.pass_on()).await
    }

    /// Sends a request that is never answered, Produce with acks 0, and returns when it is written.
    ///
    /// # Errors
    /// The API is not served, or the connection has ended.
    pub async fn send_unanswered<R: Request>(&self, request: &R, at_most: i16) -> Result<(), ClientError> {
        let version = self.version_of::<R>(at_most)?;
        let shared = &self.shared;
        let encoder = shared.encode(request, version, shared.pipeline.next_correlation_id())?;
        shared
            .pipeline
            .write(encoder.into_segments())
            .await
            .map_err(|reason| shared.closed(R::API_KEY, reason))
    }

    /// The version in which [`Connection::call_at_most`] would send.
    ///
    /// # Errors
    /// The API is not served in a version that we speak.
    pub fn version_of<R: Request>(&self, at_most: i16) -> Result<i16, ClientError> {
        self.shared
            .versions
            .highest(R::API_KEY, at_most)
            .ok_or_else(|| ClientError::UnsupportedApi {
                host: self.shared.host.clone(),
                api: R::API_KEY,
            })
    }
}

impl Shared {
    /// Asks for versions in our highest one; a broker that does not know it says so in version 0 (KIP-511).
    async fn negotiate(&self) -> Result<ApiVersionsResponse, ClientError> {
        let request = ApiVersionsRequest {
            client_software_name: "eddyline".into(),
            client_software_version: env!("CARGO_PKG_VERSION").into(),
            ..ApiVersionsRequest::default()
        };
        let mut version = *ApiKey::ApiVersions.versions().end();
        loop {
            let frame = self
                .exchange(&request, version, self.options.connect_timeout, || {})
                .await?;
            let body = frame.slice(size_of::<i32>().min(frame.len())..);
            let code = body.first_chunk().map(|bytes| i16::from_be_bytes(*bytes));
            let refused = code == Some(ErrorCode::UnsupportedVersion.code());
            let decoded = ApiVersionsResponse::from_bytes(body, if refused { 0 } else { version });
            let response = decoded.map_err(|source| self.malformed(ApiKey::ApiVersions, version, source))?;
            match ErrorCode::from_i16(response.error_code) {
                Some(ErrorCode::None) => return Ok(response),
                Some(ErrorCode::UnsupportedVersion) if version > 0 => {
                    let offered = BrokerVersions::new(&response).highest(ApiKey::ApiVersions, version - 1);
                    version = offered.unwrap_or(0);
                }
                code => {
                    let code = code.unwrap_or(ErrorCode::UnknownServerError);
                    return Err(ClientError::Kafka {
                        host: self.host.clone(),
                        api: ApiKey::ApiVersions,
                        subject: "this client".to_owned(),
                        code,
                        message: code.message().to_owned(),
                    });
                }
            }
        }
    }

    async fn call<R: Request>(
        &self,
        request: &R,
        version: i16,
        wait: Duration,
        queued: impl FnOnce(),
    ) -> Result<R::Response, ClientError> {
        let frame = self.exchange(request, version, wait, queued).await?;
        match broker_protocol::decode_response::<R>(frame, version) {
            Ok((_, response)) => Ok(response),
            Err(source) => Err(self.malformed(R::API_KEY, version, source)),
        }
    }

    async fn exchange<R: Request>(
        &self,
        request: &R,
        version: i16,
        wait: Duration,
        queued: impl FnOnce(),
    ) -> Result<Bytes, ClientError> {
        let correlation_id = self.pipeline.next_correlation_id();
        let encoder = self.encode(request, version, correlation_id)?;
        let answer = self
            .pipeline
            .call(correlation_id, encoder.into_segments(), queued);
        match timeout(wait, answer).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(reason)) => Err(self.closed(R::API_KEY, reason)),
            Err(_) => {
                // Answers come in order, so that all behind this one would wait as long; who tries again connects anew.
                self.pipeline.give_up("an answer did not come in time");
                Err(ClientError::Timeout {
                    host: self.host.clone(),
                    api: R::API_KEY,
                    after: wait,
                })
            }
        }
    }

    fn encode<R: Request>(
        &self,
        request: &R,
        version: i16,
        correlation_id: i32,
    ) -> Result<Encoder, ClientError> {
        let client_id = Some(self.options.client_id.clone());
        encode_request(request, version, correlation_id, client_id).map_err(|source| ClientError::Encode {
            host: self.host.clone(),
            api: R::API_KEY,
            version,
            source,
        })
    }

    fn closed(&self, api: ApiKey, reason: String) -> ClientError {
        ClientError::Closed {
            host: self.host.clone(),
            api,
            reason,
        }
    }

    fn malformed(&self, api: ApiKey, version: i16, source: broker_codec::DecodeError) -> ClientError {
        ClientError::Decode {
            host: self.host.clone(),
            api,
            version,
            source,
        }
    }
}
