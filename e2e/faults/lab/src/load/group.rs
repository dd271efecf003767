//! A member of the group: reads what it is assigned and commits twice a second what it has read.

use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use history_checker::{Event, Isolation, Outcome};
use rdkafka::ClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;

use crate::error::LabError;
use crate::load::reader::Handed;
use crate::load::{DURABLE, GROUP, Shared};

/// Time between commits.
const COMMIT: Duration = Duration::from_millis(500);

/// A member; what it was handed and has not written down yet is in it, because a rebalance comes in the middle of a
/// poll and divides what was handed before from what comes after.
struct Member {
    name: String,
    shared: Shared,
    handed: Mutex<Handed>,
}

impl Member {
    fn write(&self) {
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        handed.write(&self.shared, &self.name, Isolation::Committed);
    }
}

impl ClientContext for Member {
    fn error(&self, _: KafkaError, _: &str) {}
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
}

impl ConsumerContext for Member {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, _: &Rebalance<'_>) {
        self.write();
        self.shared.history.write(&Event::Assign {
            client: self.name.clone(),
            at: self.shared.history.now(),
        });
    }
}

/// Starts one.
pub(super) fn start(shared: &Shared, number: u32) -> Result<JoinHandle<()>, LabError> {
    let name = format!("member{number}");
    let mut config = shared.config(&name);
    config
        .set("group.id", GROUP)
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .set("session.timeout.ms", "10000")
        .set("heartbeat.interval.ms", "1000")
        .set("socket.timeout.ms", "4000");
    let context = Member {
        name,
        shared: shared.clone(),
        handed: Mutex::default(),
    };
    let consumer: BaseConsumer<Member> = config.create_with_context(context)?;
    consumer.subscribe(&[DURABLE])?;
    let shared = shared.clone();
    Ok(std::thread::spawn(move || take_part(&shared, &consumer)))
}

fn take_part(shared: &Shared, consumer: &BaseConsumer<Member>) {
    let mut committed = Instant::now();
    while shared.is_reading() {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(50)) {
            let mut handed = consumer
                .context()
                .handed
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            handed.add(&message);
        }
        if committed.elapsed() > COMMIT {
            consumer.context().write();
            commit(shared, consumer);
            committed = Instant::now();
        }
    }
    consumer.context().write();
    commit(shared, consumer);
}

fn commit(shared: &Shared, consumer: &BaseConsumer<Member>) {
    let Ok(positions) = consumer.position() else {
        return;
    };
    let read = positions
        .elements()
        .into_iter()
        .filter_map(|one| Some((one.partition(), one.offset().to_raw()?)));
    let read: Vec<(i32, i64)> = read.filter(|(_, offset)| *offset >= 0).collect();
    let mut list = rdkafka::TopicPartitionList::new();
    for (partition, offset) in &read {
        if list
            .add_partition_offset(DURABLE, *partition, rdkafka::Offset::Offset(*offset))
            .is_err()
        {
            return;
        }
    }
    if read.is_empty() {
        return;
    }
    let invoked = shared.history.now();
    let result = outcome(consumer.commit(&list, CommitMode::Sync));
    for (partition, offset) in read {
        shared.history.write(&Event::Commit {
            group: GROUP.to_owned(),
            generation: None,
            topic: DURABLE.to_owned(),
            partition,
            offset,
            invoked,
            completed: shared.history.now(),
            result,
        });
    }
}

/// librdkafka tries a commit again before it says how it ended: a refusal is the last attempt's, and proves nothing about
/// the first.
fn outcome(answer: Result<(), KafkaError>) -> Outcome {
    match answer {
        Ok(()) => Outcome::Ok,
        Err(_) => Outcome::Info,
    }
}

/// Members of a group of their own that join, read a little and leave, one thread each, for `time`; answers how many
/// were assigned something and how many records they were handed.
pub fn storm(bootstrap: &str, members: u32, time: Duration) -> Result<(u32, u64), LabError> {
    let until = Instant::now() + time;
    let threads: Vec<JoinHandle<(u32, u64)>> = (0..members)
        .map(|number| {
            let bootstrap = bootstrap.to_owned();
            std::thread::spawn(move || come_and_go(&bootstrap, number, until))
        })
        .collect();
    let mut sum = (0, 0);
    for thread in threads {
        let panicked = |_| LabError::Unusable("a member of the storm panicked".to_owned());
        let (joined, handed) = thread.join().map_err(panicked)?;
        sum = (sum.0 + joined, sum.1 + handed);
    }
    Ok(sum)
}

fn come_and_go(bootstrap: &str, number: u32, until: Instant) -> (u32, u64) {
    let (mut joined, mut handed) = (0, 0);
    std::thread::sleep(Duration::from_millis(u64::from(number) * 50));
    while Instant::now() < until {
        let mut config = rdkafka::config::ClientConfig::new();
        config
            .set("bootstrap.servers", bootstrap)
            .set("group.id", "storm")
            .set("auto.offset.reset", "latest")
            .set("session.timeout.ms", "6000")
            .set("heartbeat.interval.ms", "300");
        // Every fourth member is a static one: it comes back under its own name.
        if number.is_multiple_of(4) {
            config.set("group.instance.id", format!("static{number}"));
        }
        let Ok(consumer) = config.create::<BaseConsumer>() else {
            continue;
        };
        if consumer.subscribe(&[DURABLE]).is_err() {
            continue;
        }
        let leave = Instant::now() + Duration::from_millis(2000 + u64::from(number) * 200);
        let mut assigned = false;
        while Instant::now() < leave {
            handed += u64::from(matches!(consumer.poll(Duration::from_millis(100)), Some(Ok(_))));
            assigned |= consumer.assignment().is_ok_and(|assigned| assigned.count() > 0);
        }
        joined += u32::from(assigned);
    }
    (joined, handed)
}
