//! Records for tests that look at files: so many to each partition of a topic, then a few in batches of their own.

use std::time::{Duration, Instant};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::error::LabError;

/// How long all of it may take.
const WITHIN: Duration = Duration::from_secs(60);

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// Partitions of the topic.
    pub partitions: i32,
    /// Records to each.
    pub records: u32,
    /// Size of a value.
    pub value_size: usize,
    /// Batches of three records each at the end.
    pub last_batches: u32,
}

/// Writes with an idempotent producer and waits until everything is acknowledged.
pub fn fill(bootstrap: &str, topic: &str, filling: Filling) -> Result<(), LabError> {
    let mut config = rdkafka::config::ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("enable.idempotence", "true")
        .set("linger.ms", "5");
    let producer: BaseProducer = config.create()?;
    let mut number = 0;
    let bursts = [(filling.records, filling.value_size)]
        .into_iter()
        .chain((0..filling.last_batches).map(|_| (3, 20)));
    for (records, size) in bursts {
        for _ in 0..records {
            for partition in 0..filling.partitions {
                let mut value = format!("fill:{number}|").into_bytes();
                value.resize(size.max(value.len()), b'.');
                number += 1;
                send(&producer, topic, partition, &value)?;
            }
        }
        producer.flush(WITHIN)?;
    }
    Ok(())
}

fn send(producer: &BaseProducer, topic: &str, partition: i32, value: &[u8]) -> Result<(), LabError> {
    let began = Instant::now();
    loop {
        let record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic).partition(partition).payload(value);
        match producer.send(record) {
            Ok(()) => return Ok(()),
            // The queue is full for a moment.
            Err((error, _)) if began.elapsed() > WITHIN => return Err(error.into()),
            Err(_) => {
                producer.poll(Duration::from_millis(10));
            }
        }
    }
}
