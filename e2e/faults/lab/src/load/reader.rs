//! A reader of all partitions of [`DURABLE`] that stands in no group.

use std::collections::BTreeMap;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use history_checker::{Event, Isolation};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};

use crate::error::LabError;
use crate::load::{DURABLE, Shared, value_of};

/// What is collected before it is written down.
const COLLECT: Duration = Duration::from_millis(200);

/// What a reader asks to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sees {
    All,
    Committed,
}

/// Records of several partitions, to be written as one event each.
#[derive(Debug, Default)]
pub(super) struct Handed(BTreeMap<(String, i32), Vec<(i64, String)>>);

impl Handed {
    pub(super) fn add(&mut self, message: &impl Message) {
        let value = value_of(message.payload().unwrap_or_default());
        let key = (message.topic().to_owned(), message.partition());
        self.0.entry(key).or_default().push((message.offset(), value));
    }

    pub(super) fn write(&mut self, shared: &Shared, client: &str, isolation: Isolation) {
        for ((topic, partition), records) in std::mem::take(&mut self.0) {
            shared.history.write(&Event::Poll {
                client: client.to_owned(),
                topic,
                partition,
                at: shared.history.now(),
                isolation,
                last: false,
                records,
            });
        }
    }
}

/// Starts one.
pub(super) fn start(shared: &Shared, sees: Sees) -> Result<JoinHandle<()>, LabError> {
    let (name, level, isolation) = match sees {
        Sees::All => ("reader-all", "read_uncommitted", Isolation::Uncommitted),
        Sees::Committed => ("reader-committed", "read_committed", Isolation::Committed),
    };
    let mut config = shared.config(name);
    config
        .set("group.id", name)
        .set("enable.auto.commit", "false")
        .set("isolation.level", level)
        .set("auto.offset.reset", "error")
        .set("socket.timeout.ms", "3000");
    let consumer: BaseConsumer = config.create()?;
    let mut all = TopicPartitionList::new();
    for partition in 0..shared.plan.partitions {
        all.add_partition_offset(DURABLE, partition, Offset::Offset(0))?;
    }
    consumer.assign(&all)?;
    let shared = shared.clone();
    Ok(std::thread::spawn(move || {
        read(&shared, &consumer, name, isolation)
    }))
}

fn read(shared: &Shared, consumer: &BaseConsumer, name: &str, isolation: Isolation) {
    let mut handed = Handed::default();
    let mut written = Instant::now();
    while shared.is_reading() {
        match consumer.poll(Duration::from_millis(50)) {
            Some(Ok(message)) => handed.add(&message),
            // The log is shorter than what was read from it: an offset that was handed out is gone. What was read
            // stands in the history already; the reader stays where it is and is silent from now on.
            Some(Err(KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset))) => {
                shared
                    .history
                    .fault("offset-reset", name, history_checker::Phase::End);
            }
            Some(Err(_)) | None => {}
        }
        if written.elapsed() > COLLECT {
            handed.write(shared, name, isolation);
            written = Instant::now();
        }
    }
    handed.write(shared, name, isolation);
}
