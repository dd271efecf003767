//! What a consumer gets of a replica that follows, and where it is sent.

use super::*;

/// What a consumer asks of partition 0.
struct Consumer {
    offset: i64,
    leader_epoch: i32,
    rack: String,
    max_wait_ms: i32,
}

impl Consumer {
    fn at(offset: i64) -> Self {
        Self {
            offset,
            leader_epoch: -1,
            rack: String::new(),
            max_wait_ms: 0,
        }
    }
}

impl Node {
    /// A consumer's fetch of partition 0.
    async fn consume(&self, consumer: Consumer) -> PartitionData {
        let request = FetchRequest {
            max_wait_ms: consumer.max_wait_ms,
            min_bytes: 1,
            max_bytes: 1 << 20,
            session_epoch: -1,
            rack_id: consumer.rack.into(),
            topics: vec![FetchTopic {
                topic_id: TOPIC.uuid(),
                partitions: vec![FetchPartition {
                    current_leader_epoch: consumer.leader_epoch,
                    fetch_offset: consumer.offset,
                    last_fetched_epoch: -1,
                    partition_max_bytes: 1 << 20,
                    ..FetchPartition::default()
                }],
                ..FetchTopic::default()
            }],
            ..FetchRequest::default()
        };
        let response = self.connect().await.call(&request).await.unwrap();
        response.responses[0].partitions[0].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_reads_from_a_follower_what_is_committed_and_no_more() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    first.append(0, 5, Acks::Leader);
    agree_on([&first, &second], 0, (0, 5, 5)).await;
    let read = second.consume(Consumer::at(0)).await;
    assert_eq!((read.error_code, read.high_watermark), (0, 5));
    assert!(read.records.is_some_and(|records| !records.is_empty()));
    let parked = second.consume(Consumer {
        max_wait_ms: 60_000,
        ..Consumer::at(5)
    });
    let (woken, _) = tokio::join!(tokio::time::timeout(PATIENCE, parked), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        first.append(0, 1, Acks::Leader)
    });
    assert_eq!(
        woken.unwrap().high_watermark,
        6,
        "more that is committed wakes a reader"
    );
    let unknown = second.consume(Consumer {
        leader_epoch: 9,
        ..Consumer::at(0)
    });
    assert_eq!(unknown.await.error_code, ErrorCode::UnknownLeaderEpoch.code());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_asks_a_follower_for_what_is_remote_is_sent_to_the_leader() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    first.append(0, 5, Acks::Leader);
    agree_on([&first, &second], 0, (0, 5, 5)).await;
    let now = second.broker().clock.now();
    let begun = second.partition(0).with_follower(|follower| {
        let tail = RemoteTail {
            log_start: follower.log().log_start(),
            end: Offset::new(5),
            epochs: Vec::new(),
            producers: Vec::new(),
        };
        follower.log_mut().start_behind_remote(tail, now).unwrap();
        follower.log().local_log_start().value()
    });
    assert_eq!(begun, Ok(5));
    let told = second.consume(Consumer::at(2)).await;
    assert_eq!(told.error_code, ErrorCode::NotLeaderOrFollower.code());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_is_sent_to_the_replica_in_its_rack() {
    let (first, second, leadership) = two_brokers(1).await;
    first.learns(&leadership);
    second.learns(&leadership);
    first.append(0, 5, Acks::Leader);
    agree_on([&first, &second], 0, (0, 5, 5)).await;
    for (rack, preferred) in [(rack(1), -1), (rack(2), 2), (rack(3), -1), (String::new(), -1)] {
        let answer = first.consume(Consumer {
            rack,
            ..Consumer::at(0)
        });
        let answer = answer.await;
        assert_eq!(answer.preferred_read_replica, preferred);
        assert_eq!(
            answer.records.is_none_or(|records| records.is_empty()),
            preferred == 2
        );
    }
    first.stop().await;
    second.stop().await;
}
