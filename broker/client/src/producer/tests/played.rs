//! A broker of one partition, with the rules of Kafka for sequences, that errs where it is told to.

use std::collections::VecDeque;
use std::sync::Arc;

use broker_codec::batch::RecordBatch;
use broker_codec::{Decoder, Message};
use broker_protocol::api_versions_response::ApiVersion;
use broker_protocol::messages::{
    ApiVersionsResponse, InitProducerIdResponse, MetadataResponse, ProduceRequest, ProduceResponse,
};
use broker_protocol::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use broker_protocol::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use broker_protocol::{ApiKey, ErrorCode, decode_request_header, encode_response};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with one Produce, instead of taking it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    /// Says so and takes nothing.
    Refuse(ErrorCode),
    /// Takes it and says so.
    AppendAndSay(ErrorCode),
    /// Closes the connection before taking it.
    LoseRequest,
    /// Closes the connection after taking it.
    LoseAnswer,
    /// Takes it and never answers it, nor anything after it on the connection.
    Swallow,
    /// Loses the last batch that it took before it looks at this one.
    ForgetLast,
}

/// A batch that is kept: epoch, first and last sequence, values.
struct Kept {
    epoch: i16,
    base: i32,
    last: i32,
    values: Vec<String>,
}

struct State {
    acts: VecDeque<(usize, Act)>,
    requests: usize,
    log: Vec<Kept>,
    port: u16,
}

/// The broker; its tasks end with the runtime.
pub(super) struct PlayedBroker {
    pub(super) address: String,
    state: Arc<Mutex<State>>,
}

impl PlayedBroker {
    /// Listens; the numbers say which Produce, counted from 0 as they come.
    pub(super) async fn start(acts: &[(usize, Act)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            acts: acts.iter().copied().collect(),
            requests: 0,
            log: Vec::new(),
            port,
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self {
            address: format!("127.0.0.1:{port}"),
            state,
        }
    }

    /// All values in the order of the log.
    pub(super) fn values(&self) -> Vec<String> {
        let state = self.state.lock();
        state.log.iter().flat_map(|kept| kept.values.clone()).collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    while let Ok(size) = stream.read_u32().await {
        let mut frame = vec![0; size as usize];
        if stream.read_exact(&mut frame).await.is_err() {
            return;
        }
        let mut decoder = Decoder::new(frame.into());
        let header = decode_request_header(&mut decoder).unwrap();
        let api = ApiKey::from_i16(header.request_api_key).unwrap();
        let (version, correlation) = (header.request_api_version, header.correlation_id);
        let answer = match api {
            ApiKey::ApiVersions => encode_response(api, version, correlation, &versions()),
            ApiKey::Metadata => encode_response(api, version, correlation, &state.lock().metadata()),
            ApiKey::InitProducerId => encode_response(api, version, correlation, &identity()),
            _ => {
                let request = ProduceRequest::decode(&mut decoder, version).unwrap();
                let Some(code) = state.lock().produce(&request) else {
                    return;
                };
                let Ok(code) = code else {
                    std::future::pending::<()>().await;
                    return;
                };
                encode_response(api, version, correlation, &produced(code))
            }
        };
        let answer = answer.unwrap().into_bytes();
        let size = u32::try_from(answer.len()).unwrap();
        let whole = [&size.to_be_bytes()[..], &answer].concat();
        // The client may have left.
        stream.write_all(&whole).await.unwrap_or_default();
    }
}

/// Marks a request that is not answered though its connection stays.
struct NoAnswer;

impl State {
    /// The code of the answer; none to close the connection.
    fn produce(&mut self, request: &ProduceRequest) -> Option<Result<ErrorCode, NoAnswer>> {
        let number = self.requests;
        self.requests += 1;
        let act = match self.acts.front() {
            Some((when, _)) if *when == number => self.acts.pop_front().map(|(_, act)| act),
            _ => None,
        };
        let records = &request.topic_data[0].partition_data[0].records;
        let batch = RecordBatch::from_bytes(&records.as_ref().unwrap().to_bytes()).unwrap();
        match act {
            None => Some(Ok(self.take(&batch))),
            Some(Act::Refuse(code)) => Some(Ok(code)),
            Some(Act::AppendAndSay(code)) => match self.take(&batch) {
                ErrorCode::None => Some(Ok(code)),
                refused => Some(Ok(refused)),
            },
            Some(Act::LoseRequest) => None,
            Some(Act::LoseAnswer) => {
                self.take(&batch);
                None
            }
            Some(Act::Swallow) => {
                self.take(&batch);
                Some(Err(NoAnswer))
            }
            Some(Act::ForgetLast) => {
                self.log.pop();
                Some(Ok(self.take(&batch)))
            }
        }
    }

    fn take(&mut self, batch: &RecordBatch) -> ErrorCode {
        let records = batch.records(1 << 20).unwrap();
        let header = batch.header();
        let (epoch, base) = (header.producer_epoch.value(), header.base_sequence.value());
        let last = base + i32::try_from(records.len()).unwrap() - 1;
        let recent = self.log.iter().rev().take(5);
        if recent
            .into_iter()
            .any(|kept| (kept.epoch, kept.base, kept.last) == (epoch, base, last))
        {
            return ErrorCode::None;
        }
        let follows = match self.log.last() {
            None => true,
            Some(kept) if kept.epoch == epoch => base == kept.last + 1,
            Some(kept) if kept.epoch > epoch => return ErrorCode::InvalidProducerEpoch,
            Some(_) => base == 0,
        };
        if !follows {
            return ErrorCode::OutOfOrderSequenceNumber;
        }
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
        self.log.push(Kept {
            epoch,
            base,
            last,
            values: records
                .iter()
                .map(|record| text(record.value.as_deref().unwrap()))
                .collect(),
        });
        ErrorCode::None
    }

    fn metadata(&self) -> MetadataResponse {
        MetadataResponse {
            brokers: vec![MetadataResponseBroker {
                node_id: 1,
                host: "127.0.0.1".into(),
                port: i32::from(self.port),
                ..MetadataResponseBroker::default()
            }],
            controller_id: 1,
            topics: vec![MetadataResponseTopic {
                name: Some("t".into()),
                partitions: vec![MetadataResponsePartition {
                    leader_id: 1,
                    ..MetadataResponsePartition::default()
                }],
                ..MetadataResponseTopic::default()
            }],
            ..MetadataResponse::default()
        }
    }
}

fn versions() -> ApiVersionsResponse {
    let row = |api: ApiKey, max_version| ApiVersion {
        api_key: api.code(),
        max_version,
        ..ApiVersion::default()
    };
    ApiVersionsResponse {
        api_keys: vec![
            ApiVersion {
                min_version: 3,
                ..row(ApiKey::Produce, 12)
            },
            row(ApiKey::Metadata, 9),
            row(ApiKey::ApiVersions, 3),
            row(ApiKey::InitProducerId, 4),
        ],
        ..ApiVersionsResponse::default()
    }
}

fn identity() -> InitProducerIdResponse {
    InitProducerIdResponse {
        producer_id: 7,
        ..InitProducerIdResponse::default()
    }
}

fn produced(code: ErrorCode) -> ProduceResponse {
    ProduceResponse {
        responses: vec![TopicProduceResponse {
            name: "t".into(),
            partition_responses: vec![PartitionProduceResponse {
                error_code: code.code(),
                ..PartitionProduceResponse::default()
            }],
            ..TopicProduceResponse::default()
        }],
        ..ProduceResponse::default()
    }
}
