//! A broker that answers as a test says, for commands as a whole.
//!
//! It leads topic `t` with two partitions and coordinates every group. What it does not know by itself, a script
//! answers; what it was asked is kept. A thread serves all connections until the test ends.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use broker_codec::{Decoder, EncodeError, Encoder, Message};
use broker_protocol::api_versions_response::ApiVersion;
use broker_protocol::find_coordinator_response::Coordinator;
use broker_protocol::messages::{
    ApiVersionsResponse, DescribeClusterResponse, FindCoordinatorResponse, MetadataResponse,
};
use broker_protocol::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use broker_protocol::{ApiKey, decode_request_header, encode_response};
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) api: ApiKey,
    pub(super) version: i16,
    correlation_id: i32,
    body: Bytes,
}

impl Asked {
    /// The body, which must be of that kind.
    pub(super) fn read<M: Message>(&self) -> M {
        M::decode(&mut Decoder::new(self.body.clone()), self.version).unwrap()
    }

    /// The answer as a frame.
    pub(super) fn answer<M: Message>(&self, response: &M) -> Answer {
        Answer(Some(encode_response(
            self.api,
            self.version,
            self.correlation_id,
            response,
        )))
    }
}

/// What goes back.
pub(super) struct Answer(Option<Result<Encoder, EncodeError>>);

impl Answer {
    /// Nothing ever comes back.
    pub(super) const NEVER: Self = Self(None);
}

type Script = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A broker in the same process.
pub(super) struct Scripted {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Scripted {
    /// Serves these APIs beside what every broker does, answered by the script.
    pub(super) fn start(
        apis: &'static [ApiKey],
        script: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, script): (_, Arc<Script>) = (Arc::clone(&asked), Arc::new(script));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(
                    stream,
                    address,
                    apis,
                    Arc::clone(&seen),
                    Arc::clone(&script),
                ));
            }
        });
        Self {
            address,
            asked,
            _runtime: runtime,
        }
    }

    /// All requests of one kind.
    pub(super) fn asked(&self, api: ApiKey) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|request| request.api == api)
            .cloned()
            .collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    address: SocketAddr,
    apis: &'static [ApiKey],
    seen: Arc<Mutex<Vec<Asked>>>,
    script: Arc<Script>,
) {
    while let Ok(size) = stream.read_i32().await {
        let mut frame = vec![0; usize::try_from(size).unwrap()];
        stream.read_exact(&mut frame).await.unwrap();
        let frame = Bytes::from(frame);
        let mut decoder = Decoder::new(frame.clone());
        let header = decode_request_header(&mut decoder).unwrap();
        let asked = Asked {
            api: ApiKey::from_i16(header.request_api_key).unwrap(),
            version: header.request_api_version,
            correlation_id: header.correlation_id,
            body: frame.slice(frame.len() - decoder.remaining()..),
        };
        seen.lock().unwrap().push(asked.clone());
        let answer = match asked.api {
            ApiKey::ApiVersions => asked.answer(&serving(apis)),
            ApiKey::Metadata => asked.answer(&metadata(address)),
            ApiKey::DescribeCluster => asked.answer(&DescribeClusterResponse::default()),
            ApiKey::FindCoordinator => asked.answer(&coordinator(address)),
            _ => script(&asked),
        };
        if let Some(encoder) = answer.0 {
            let frame = encoder.unwrap().into_bytes();
            stream
                .write_i32(i32::try_from(frame.len()).unwrap())
                .await
                .unwrap();
            stream.write_all(&frame).await.unwrap();
        }
    }
}

fn serving(apis: &[ApiKey]) -> ApiVersionsResponse {
    let own = [
        ApiKey::ApiVersions,
        ApiKey::Metadata,
        ApiKey::DescribeCluster,
        ApiKey::FindCoordinator,
    ];
    let row = |api: &ApiKey| ApiVersion {
        api_key: api.code(),
        min_version: *api.versions().start(),
        max_version: *api.versions().end(),
        ..ApiVersion::default()
    };
    ApiVersionsResponse {
        api_keys: own.iter().chain(apis).map(row).collect(),
        ..ApiVersionsResponse::default()
    }
}

fn metadata(address: SocketAddr) -> MetadataResponse {
    let partition = |partition_index| MetadataResponsePartition {
        partition_index,
        leader_id: 1,
        replica_nodes: vec![1],
        isr_nodes: vec![1],
        ..MetadataResponsePartition::default()
    };
    MetadataResponse {
        brokers: vec![MetadataResponseBroker {
            node_id: 1,
            host: address.ip().to_string().into(),
            port: i32::from(address.port()),
            ..MetadataResponseBroker::default()
        }],
        controller_id: 1,
        topics: vec![MetadataResponseTopic {
            name: Some("t".into()),
            partitions: vec![partition(0), partition(1)],
            ..MetadataResponseTopic::default()
        }],
        ..MetadataResponse::default()
    }
}

fn coordinator(address: SocketAddr) -> FindCoordinatorResponse {
    FindCoordinatorResponse {
        coordinators: vec![Coordinator {
            node_id: 1,
            host: address.ip().to_string().into(),
            port: i32::from(address.port()),
            ..Coordinator::default()
        }],
        ..FindCoordinatorResponse::default()
    }
}
