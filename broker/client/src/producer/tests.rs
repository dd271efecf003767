//! Producers against a broker played over real sockets, which refuses requests, breaks connections and forgets.

mod played;

use std::time::Duration;

use broker_model::{PartitionIndex, TopicPartition};
use broker_protocol::ErrorCode;

use super::*;
use crate::ClientOptions;
use played::{Act, PlayedBroker};

const RECORDS: usize = 12;

/// Produces numbered records, a batch each, and returns what the broker has of them in the end.
async fn produce_numbered(acts: &[(usize, Act)]) -> Vec<String> {
    let broker = PlayedBroker::start(acts).await;
    let options = ClientOptions {
        request_timeout: Duration::from_secs(1),
        back_off: Duration::from_millis(1),
        ..ClientOptions::default()
    };
    let client = Client::connect(&broker.address, options).await.unwrap();
    client.refresh(TopicSelection::Named(&["t"])).await.unwrap();
    let options = ProducerOptions {
        batch_size: 1,
        ..ProducerOptions::default()
    };
    let mut producer = Producer::new(client, options).await.unwrap();
    let partition = TopicPartition::new("t", PartitionIndex::new(0));
    for number in 0..RECORDS {
        let value = number.to_string();
        let record = RecordToSend {
            value: Some(value.as_bytes()),
            ..RecordToSend::default()
        };
        producer.append(&partition, record, number);
    }
    producer
        .finish(|delivery| {
            delivery.outcome.unwrap();
        })
        .await;
    broker.values()
}

fn each_once_in_order() -> Vec<String> {
    (0..RECORDS).map(|number| number.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_for_now_arrives_once_and_in_order() {
    for code in [
        ErrorCode::NotLeaderOrFollower,
        ErrorCode::UnknownTopicOrPartition,
        ErrorCode::LeaderNotAvailable,
        ErrorCode::NotEnoughReplicas,
    ] {
        for refused in [0, 1, 3] {
            let acts = [(refused, Act::Refuse(code)), (refused + 6, Act::Refuse(code))];
            assert_eq!(produce_numbered(&acts).await, each_once_in_order(), "{acts:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_broken_connection_lost_arrives_once_and_in_order() {
    for broken in [0, 1, 3] {
        for act in [Act::LoseRequest, Act::LoseAnswer] {
            let acts = [(broken, act), (broken + 2, act), (broken + 7, act)];
            assert_eq!(produce_numbered(&acts).await, each_once_in_order(), "{acts:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_appended_but_not_acknowledged_is_not_there_twice() {
    for code in [
        ErrorCode::RequestTimedOut,
        ErrorCode::NotEnoughReplicasAfterAppend,
    ] {
        let acts = [(1, Act::AppendAndSay(code)), (2, Act::AppendAndSay(code))];
        assert_eq!(produce_numbered(&acts).await, each_once_in_order(), "{acts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_never_answered_is_sent_again() {
    let acts = [(2, Act::Swallow)];
    assert_eq!(produce_numbered(&acts).await, each_once_in_order());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_broker_lost_what_it_had_the_rest_arrives_all_the_same() {
    // The fourth request meets a broker whose last batch is gone, as after an unclean election.
    let values = produce_numbered(&[(3, Act::ForgetLast)]).await;
    let mut expected = each_once_in_order();
    expected.remove(2);
    assert_eq!(values, expected);
}
