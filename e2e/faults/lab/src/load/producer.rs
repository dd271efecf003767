//! A producer: so many records a second to every partition in turn, each answer written down.
//!
//! A record that is given up counts as unknown: librdkafka may have sent it before.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use history_checker::{Event, Outcome, Promise};
use rdkafka::ClientContext;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};

use crate::error::LabError;
use crate::history::History;
use crate::load::{DURABLE, FAST, Shared};

/// Records leave in bursts of this pace.
const BURST: Duration = Duration::from_millis(10);
/// How long the last answers may take once the producer stops.
const FLUSH: Duration = Duration::from_secs(40);
/// Length of a value.
const VALUE_SIZE: usize = 200;

/// What a producer promises and how patient it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Idempotent, `acks=all`, waits for an answer as long as by default.
    Patient,
    /// The same, but an answer that takes two seconds is asked for again.
    Brisk,
    /// `acks=1`, not idempotent.
    LeaderOnly,
}

/// What the answer to a record needs to be written down.
#[derive(Debug)]
struct Pending {
    number: u64,
    partition: i32,
    invoked: i64,
}

struct Answers {
    client: String,
    topic: &'static str,
    kind: Kind,
    history: Arc<History>,
}

impl ClientContext for Answers {
    fn error(&self, _: rdkafka::error::KafkaError, _: &str) {}
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
}

impl ProducerContext for Answers {
    type DeliveryOpaque = Box<Pending>;

    fn delivery(&self, answer: &DeliveryResult<'_>, pending: Box<Pending>) {
        let (result, offset, error) = match answer {
            Ok(message) => (
                Outcome::Ok,
                Some(message.offset()).filter(|offset| *offset >= 0),
                None,
            ),
            Err((error, _)) => (Outcome::Info, None, Some(error.to_string())),
        };
        self.history.write(&Event::Send {
            client: self.client.clone(),
            topic: self.topic.to_owned(),
            partition: pending.partition,
            number: pending.number,
            promise: if self.kind == Kind::LeaderOnly {
                Promise::Leader
            } else {
                Promise::All
            },
            idempotent: self.kind != Kind::LeaderOnly,
            transaction: None,
            invoked: pending.invoked,
            completed: self.history.now(),
            result,
            offset,
            error,
        });
    }
}

/// Starts one.
pub(super) fn start(shared: &Shared, kind: Kind, number: u32) -> Result<JoinHandle<()>, LabError> {
    let (name, topic) = match kind {
        Kind::Patient => (format!("patient{number}"), DURABLE),
        Kind::Brisk => (format!("brisk{number}"), DURABLE),
        Kind::LeaderOnly => (format!("fast{number}"), FAST),
    };
    let mut config = shared.config(&name);
    config
        .set("linger.ms", "5")
        .set("message.timeout.ms", "60000")
        .set("retry.backoff.ms", "50");
    match kind {
        Kind::LeaderOnly => config.set("acks", "1"),
        Kind::Patient => config.set("enable.idempotence", "true"),
        Kind::Brisk => config
            .set("enable.idempotence", "true")
            .set("socket.timeout.ms", "2000")
            .set("request.timeout.ms", "2000"),
    };
    let context = Answers {
        client: name,
        topic,
        kind,
        history: Arc::clone(&shared.history),
    };
    let producer: BaseProducer<Answers> = config.create_with_context(context)?;
    let shared = shared.clone();
    Ok(std::thread::spawn(move || produce(&shared, &producer)))
}

/// Sends so many records to the three partitions of a topic that was made for the `round`th time, and waits for the
/// answers; answers how many were acknowledged. In the history each round's topic is one of its own.
pub fn send_some(
    bootstrap: &str,
    history: &Arc<History>,
    topic: &'static str,
    (round, count): (u32, u64),
) -> Result<usize, LabError> {
    let mut config = rdkafka::config::ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("message.timeout.ms", "30000")
        .set("acks", "all");
    let context = Counting(std::sync::atomic::AtomicUsize::new(0));
    let producer: BaseProducer<Counting> = config.create_with_context(context)?;
    let began = history.now();
    for number in 0..count {
        let value = format!("round{round}:{number}");
        let partition = i32::try_from(number % 3).unwrap_or(0);
        let record: BaseRecord<'_, [u8], str> = BaseRecord::to(topic).partition(partition).payload(&value);
        producer.send(record).map_err(|(error, _)| error)?;
    }
    let limit = began + 30_000_000;
    while producer.in_flight_count() > 0 && history.now() < limit {
        producer.poll(BURST);
    }
    Ok(producer.context().0.load(std::sync::atomic::Ordering::Relaxed))
}

/// Counts acknowledgements.
struct Counting(std::sync::atomic::AtomicUsize);

impl ClientContext for Counting {
    fn error(&self, _: rdkafka::error::KafkaError, _: &str) {}
    fn log(&self, _: rdkafka::config::RDKafkaLogLevel, _: &str, _: &str) {}
}

impl ProducerContext for Counting {
    type DeliveryOpaque = ();

    fn delivery(&self, answer: &DeliveryResult<'_>, (): ()) {
        let good = usize::from(answer.is_ok());
        self.0.fetch_add(good, std::sync::atomic::Ordering::Relaxed);
    }
}

fn produce(shared: &Shared, producer: &BaseProducer<Answers>) {
    let context = producer.context();
    let partitions = if context.topic == FAST {
        3
    } else {
        shared.plan.partitions
    };
    let began = Instant::now();
    let mut sent = 0;
    while shared.is_producing() {
        let due = u64::try_from(began.elapsed().as_millis()).unwrap_or(0) * shared.plan.rate / 1000;
        // What could not be sent while the queue was full is not made up for.
        sent = sent.max(due.saturating_sub(shared.plan.rate));
        while sent < due {
            let partition = i32::try_from(sent % u64::from(partitions.unsigned_abs())).unwrap_or(0);
            let mut value = format!("{}:{sent}|", context.client).into_bytes();
            value.resize(VALUE_SIZE, b'.');
            let pending = Box::new(Pending {
                number: sent,
                partition,
                invoked: context.history.now(),
            });
            let record: BaseRecord<'_, [u8], [u8], Box<Pending>> =
                BaseRecord::with_opaque_to(context.topic, pending)
                    .partition(partition)
                    .payload(&value);
            if producer.send(record).is_err() {
                break;
            }
            sent += 1;
        }
        producer.poll(BURST);
    }
    producer.flush(FLUSH).ok();
    producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
    producer.poll(Duration::from_secs(1));
}
