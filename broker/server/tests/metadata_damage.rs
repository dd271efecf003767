//! A metadata log that was damaged while the broker was down: what was committed is found or the broker refuses to
//! start (I24); it never goes on without.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use broker_client::{Client, ClientOptions};
use broker_codec::batch::crc32c;
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::messages::CreateTopicsRequest;
use broker_server::boot::{self, BootError, RunningBroker};
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_storage::RealFs;
use tempfile::TempDir;

async fn start(data: &Path) -> Result<RunningBroker, BootError> {
    let overrides = [
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("eddyline.http.listener", "127.0.0.1:0"),
        ("log.dirs", data.to_str().unwrap()),
    ];
    let overrides = overrides.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = config::load(None, std::iter::empty(), &overrides).unwrap();
    let clock = Clock::start();
    let request = config.format_request(None, AlreadyFormatted::Keep, clock.wall());
    format(&RealFs, &request).unwrap();
    boot::start(config.boot_settings(), clock).await
}

/// A directory whose metadata log holds some topics; as a killed process leaves it, but for its checkpoint.
async fn stopped_uncleanly() -> TempDir {
    let data = TempDir::new().unwrap();
    let broker = start(data.path()).await.unwrap();
    let address = broker.addresses()[0].1.to_string();
    let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
    for number in 0..20 {
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: format!("orders-{number}").as_str().into(),
                num_partitions: 1,
                replication_factor: 1,
                ..CreatableTopic::default()
            }],
            timeout_ms: 10_000,
            ..CreateTopicsRequest::default()
        };
        let created = client.call_any(&request).await.unwrap();
        assert_eq!(created.topics[0].error_code, 0);
    }
    drop(client);
    broker.stop(Duration::from_secs(5)).await;
    fs::remove_file(data.path().join(".kafka_cleanshutdown")).unwrap();
    data
}

fn log_file(data: &TempDir) -> PathBuf {
    data.path().join("__cluster_metadata-0/00000000000000000000.log")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undamaged_log_is_taken_up_again_after_an_unclean_stop() {
    let data = stopped_uncleanly().await;
    let broker = start(data.path()).await.unwrap();
    assert_eq!(broker.broker().image.load().topics.iter().count(), 20);
    broker.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_the_middle_of_what_was_committed_is_refused() {
    let data = stopped_uncleanly().await;
    let mut content = fs::read(log_file(&data)).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 0x40;
    fs::write(log_file(&data), content).unwrap();
    let refused = start(data.path()).await.unwrap_err();
    assert!(matches!(refused, BootError::Metadata(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_committed_end_is_refused() {
    let data = stopped_uncleanly().await;
    let content = fs::read(log_file(&data)).unwrap();
    let last_batch = last_batch_position(&content);
    fs::write(log_file(&data), &content[..last_batch]).unwrap();
    let refused = start(data.path()).await.unwrap_err().to_string();
    assert!(refused.contains("its end is lost"), "{refused}");
}

/// A record that a newer release wrote, say: to go on without it would be to forget what the others know.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_an_unknown_kind_is_refused() {
    const UNKNOWN_KIND: u8 = 120;
    let data = stopped_uncleanly().await;
    let mut content = fs::read(log_file(&data)).unwrap();
    let batch = last_batch_position(&content);
    let kind = batch + BATCH_HEADER_BYTES + bytes_before_kind(&content[batch + BATCH_HEADER_BYTES..]);
    content[kind] = UNKNOWN_KIND;
    let checksum = crc32c(&content[batch + CHECKED_FROM..]);
    content[batch + CHECKED_FROM - 4..batch + CHECKED_FROM].copy_from_slice(&checksum.to_be_bytes());
    fs::write(log_file(&data), content).unwrap();
    let refused = start(data.path()).await.unwrap_err().to_string();
    assert!(refused.contains("120"), "{refused}");
}

const BATCH_HEADER_BYTES: usize = 61;
/// What the checksum is of, up to the batch's end, begins here.
const CHECKED_FROM: usize = 21;

/// In a record: size, attributes, time and offset deltas, no key, the value's size and its frame version come before
/// the kind. Only the attributes are no varint.
fn bytes_before_kind(record: &[u8]) -> usize {
    let skip_varint =
        |from: usize| from + 1 + record[from..].iter().take_while(|byte| **byte >= 0x80).count();
    let attributes = skip_varint(0);
    (0..5).fold(attributes + 1, |position, _| skip_varint(position))
}

/// Where the last batch begins: a batch says at its eighth byte how long it is behind that.
fn last_batch_position(content: &[u8]) -> usize {
    let mut position = 0;
    loop {
        let size = i32::from_be_bytes(content[position + 8..position + 12].try_into().unwrap());
        let next = position + 12 + usize::try_from(size).unwrap();
        if next >= content.len() {
            return position;
        }
        position = next;
    }
}
