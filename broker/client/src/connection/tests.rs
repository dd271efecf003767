//! A connection against a broker played in the same process.

use broker_codec::Decoder;
use broker_protocol::api_versions_response::ApiVersion;
use broker_protocol::messages::{MetadataRequest, MetadataResponse};
use broker_protocol::{decode_request_header, encode_response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};

use super::*;

struct Played {
    stream: DuplexStream,
}

struct Asked {
    api: ApiKey,
    version: i16,
    correlation_id: i32,
}

impl Played {
    async fn receive(&mut self) -> Asked {
        let size = self.stream.read_i32().await.unwrap();
        let mut frame = vec![0; usize::try_from(size).unwrap()];
        self.stream.read_exact(&mut frame).await.unwrap();
        let header = decode_request_header(&mut Decoder::new(frame.into())).unwrap();
        Asked {
            api: ApiKey::from_i16(header.request_api_key).unwrap(),
            version: header.request_api_version,
            correlation_id: header.correlation_id,
        }
    }

    async fn answer<M: Message>(&mut self, asked: &Asked, version: i16, response: &M) {
        let frame = encode_response(asked.api, version, asked.correlation_id, response)
            .unwrap()
            .into_bytes();
        self.stream
            .write_i32(i32::try_from(frame.len()).unwrap())
            .await
            .unwrap();
        self.stream.write_all(&frame).await.unwrap();
    }

    async fn agree(&mut self) {
        let asked = self.receive().await;
        self.answer(&asked, asked.version, &serving(0)).await;
    }
}

fn serving(error_code: i16) -> ApiVersionsResponse {
    let row = |api_key, max_version| ApiVersion {
        api_key,
        max_version,
        ..ApiVersion::default()
    };
    ApiVersionsResponse {
        error_code,
        api_keys: vec![row(3, 9), row(18, 3)],
        ..ApiVersionsResponse::default()
    }
}

fn played() -> (Played, impl Future<Output = Result<Connection, ClientError>>) {
    let (ours, theirs) = duplex(1 << 16);
    let (reader, writer) = split(ours);
    let options = ClientOptions {
        request_timeout: Duration::from_secs(5),
        ..ClientOptions::default()
    };
    (
        Played { stream: theirs },
        Connection::over(reader, writer, "played:1".to_owned(), options),
    )
}

fn of_cluster(name: &str) -> MetadataResponse {
    MetadataResponse {
        cluster_id: Some(name.into()),
        ..MetadataResponse::default()
    }
}

#[tokio::test]
async fn a_broker_that_knows_only_older_versions_is_asked_again_in_one_of_them() {
    let (mut broker, connecting) = played();
    let playing = async {
        let first = broker.receive().await;
        broker.answer(&first, 0, &serving(35)).await;
        let second = broker.receive().await;
        broker.answer(&second, second.version, &serving(0)).await;
        (first.version, second.version)
    };
    let (connection, asked) = tokio::join!(connecting, playing);
    assert_eq!(asked, (5, 3));
    assert_eq!(
        connection.unwrap().versions().highest(ApiKey::Metadata, i16::MAX),
        Some(9)
    );
}

#[tokio::test]
async fn answers_in_any_order_reach_their_calls() {
    let (mut broker, connecting) = played();
    let (connection, ()) = tokio::join!(connecting, broker.agree());
    let connection = connection.unwrap();
    let (first, second) = (MetadataRequest::default(), MetadataRequest::default());
    let playing = async {
        let (a, b) = (broker.receive().await, broker.receive().await);
        assert_eq!((a.api, a.version), (ApiKey::Metadata, 9));
        broker.answer(&b, b.version, &of_cluster("second")).await;
        broker.answer(&a, a.version, &of_cluster("first")).await;
    };
    let (one, two, ()) = tokio::join!(connection.call(&first), connection.call(&second), playing);
    assert_eq!(one.unwrap().cluster_id.unwrap(), "first");
    assert_eq!(two.unwrap().cluster_id.unwrap(), "second");
}

#[tokio::test]
async fn an_api_that_the_broker_lacks_is_never_sent() {
    let (mut broker, connecting) = played();
    let (connection, ()) = tokio::join!(connecting, broker.agree());
    let outcome = connection
        .unwrap()
        .call(&broker_protocol::messages::ProduceRequest::default())
        .await;
    assert!(matches!(
        outcome,
        Err(ClientError::UnsupportedApi {
            api: ApiKey::Produce,
            ..
        })
    ));
}

#[tokio::test]
async fn every_waiting_call_is_told_when_the_broker_closes() {
    let (mut broker, connecting) = played();
    let (connection, ()) = tokio::join!(connecting, broker.agree());
    let connection = connection.unwrap();
    let request = MetadataRequest::default();
    let closing = async {
        broker.receive().await;
        drop(broker);
    };
    let (outcome, ()) = tokio::join!(connection.call(&request), closing);
    let error = outcome.unwrap_err();
    assert!(matches!(error, ClientError::Closed { .. }), "{error}");
    assert!(error.is_retriable());
    assert!(!connection.is_open());
    assert!(connection.call(&request).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_gave_up_early_leaves_the_connection_usable() {
    let (mut broker, connecting) = played();
    let (connection, ()) = tokio::join!(connecting, broker.agree());
    let connection = connection.unwrap();
    let request = MetadataRequest::default();
    let given_up = timeout(Duration::from_secs(1), connection.call(&request)).await;
    assert!(given_up.is_err());
    let playing = async {
        let (late, next) = (broker.receive().await, broker.receive().await);
        broker.answer(&late, late.version, &of_cluster("late")).await;
        broker.answer(&next, next.version, &of_cluster("next")).await;
    };
    let (outcome, ()) = tokio::join!(connection.call(&request), playing);
    assert_eq!(outcome.unwrap().cluster_id.unwrap(), "next");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_in_time_ends_the_connection() {
    let (mut broker, connecting) = played();
    let (connection, ()) = tokio::join!(connecting, broker.agree());
    let connection = connection.unwrap();
    let late = connection.call(&MetadataRequest::default()).await;
    assert!(matches!(late, Err(ClientError::Timeout { .. })));
    assert!(!connection.is_open(), "whoever tries again connects anew");
}

#[tokio::test]
async fn an_absurd_answer_size_ends_the_connection() {
    let (mut broker, connecting) = played();
    let claiming = async {
        broker.receive().await;
        broker.stream.write_i32(i32::MAX).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(connecting, claiming);
    assert!(matches!(outcome, Err(ClientError::Closed { .. })));
}
