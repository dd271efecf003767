//! What is there when all is over: everything read by two clients that share no code, and the group's offsets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use history_checker::{Event, Isolation};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};

use crate::admin::{Admin, Extent, Found};
use crate::error::LabError;
use crate::history::History;
use crate::load::{GROUP, value_of};

/// Longest time one reader may take, and in which all attempts of one begin.
const WITHIN: Duration = Duration::from_secs(120);

/// Reads a topic completely, with librdkafka and with our own client.
pub fn read_all(
    admin: &mut Admin,
    bootstrap: &str,
    history: &Arc<History>,
    topic: &str,
    partitions: i32,
) -> Result<(), LabError> {
    let extents = again(|| {
        let extents = admin.extents(topic, partitions);
        extents.inspect_err(|_| admin.hang_up())
    })?;
    again(|| with_librdkafka(bootstrap, history, topic, &extents))?;
    again(|| {
        let read = with_ours(admin, history, topic, &extents);
        read.inspect_err(|_| admin.hang_up())
    })
}

/// Tries until it works or the time is over. Leaders may move under a reader, and then it begins anew.
fn again<T>(mut attempt: impl FnMut() -> Result<T, LabError>) -> Result<T, LabError> {
    let began = Instant::now();
    loop {
        match attempt() {
            Err(_) if began.elapsed() < WITHIN => std::thread::sleep(Duration::from_millis(200)),
            outcome => return outcome,
        }
    }
}

fn with_ours(admin: &mut Admin, history: &History, topic: &str, extents: &[Extent]) -> Result<(), LabError> {
    let client = "last-ours";
    begin(history, client);
    let sink = |partition: i32, found: Found| {
        history.write(&Event::Batches {
            topic: topic.to_owned(),
            partition,
            batches: found.batches,
        });
        history.write(&Event::Served {
            client: client.to_owned(),
            topic: topic.to_owned(),
            partition,
            batches: found.digests,
        });
        poll(history, client, (topic, partition), found.records);
    };
    if !admin.read_all(topic, extents, sink, WITHIN)? {
        return Err(LabError::TooLate {
            what: format!("that our client reads all of {topic}"),
            seconds: WITHIN.as_secs(),
        });
    }
    complete(history, client, topic, extents);
    Ok(())
}

/// A reader begins, perhaps not for the first time.
fn begin(history: &History, client: &str) {
    history.write(&Event::Assign {
        client: client.to_owned(),
        at: history.now(),
    });
}

fn poll(history: &History, client: &str, (topic, partition): (&str, i32), records: Vec<(i64, String)>) {
    history.write(&Event::Poll {
        client: client.to_owned(),
        topic: topic.to_owned(),
        partition,
        at: history.now(),
        isolation: Isolation::Uncommitted,
        last: true,
        records,
    });
}

fn complete(history: &History, client: &str, topic: &str, extents: &[Extent]) {
    for (partition, extent) in (0..).zip(extents) {
        history.write(&Event::ReadAll {
            client: client.to_owned(),
            topic: topic.to_owned(),
            partition,
            from: extent.start,
            to: extent.high,
            at: history.now(),
        });
    }
}

fn with_librdkafka(
    bootstrap: &str,
    history: &History,
    topic: &str,
    extents: &[Extent],
) -> Result<(), LabError> {
    let client = "last-librdkafka";
    begin(history, client);
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("group.id", client)
        .set("enable.auto.commit", "false")
        .set("check.crcs", "true")
        .set("auto.offset.reset", "error");
    let consumer: BaseConsumer = config.create()?;
    let mut all = TopicPartitionList::new();
    let mut left: BTreeMap<i32, i64> = BTreeMap::new();
    for (partition, extent) in (0..)
        .zip(extents)
        .filter(|(_, extent)| extent.high > extent.start)
    {
        all.add_partition_offset(topic, partition, Offset::Offset(extent.start))?;
        left.insert(partition, extent.high);
    }
    consumer.assign(&all)?;
    let mut records: BTreeMap<i32, Vec<(i64, String)>> = BTreeMap::new();
    let began = Instant::now();
    while !left.is_empty() {
        if began.elapsed() > WITHIN {
            return Err(LabError::TooLate {
                what: format!("that librdkafka reads all of {topic}; it waits for {left:?}"),
                seconds: WITHIN.as_secs(),
            });
        }
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(500)) else {
            continue;
        };
        let (partition, offset) = (message.partition(), message.offset());
        if left.get(&partition).is_some_and(|high| offset < *high) {
            let value = value_of(message.payload().unwrap_or_default());
            records.entry(partition).or_default().push((offset, value));
        }
        if left.get(&partition).is_some_and(|high| offset + 1 >= *high) {
            left.remove(&partition);
        }
    }
    for (partition, records) in records {
        poll(history, client, (topic, partition), records);
    }
    complete(history, client, topic, extents);
    Ok(())
}

/// Asks where the group goes on.
pub fn read_committed_offsets(
    bootstrap: &str,
    history: &History,
    topic: &str,
    partitions: i32,
) -> Result<(), LabError> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("group.id", GROUP);
    let consumer: BaseConsumer = config.create()?;
    let mut asked = TopicPartitionList::new();
    for partition in 0..partitions {
        asked.add_partition(topic, partition);
    }
    again(|| {
        let invoked = history.now();
        let found = consumer.committed_offsets(asked.clone(), Duration::from_secs(5))?;
        for one in found.elements() {
            history.write(&Event::Committed {
                group: GROUP.to_owned(),
                topic: topic.to_owned(),
                partition: one.partition(),
                offset: one.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(-1),
                invoked,
                completed: history.now(),
            });
        }
        Ok(())
    })
}
