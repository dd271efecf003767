//! Writes numbered records with acks=all while things go wrong, and looks whether all that was acknowledged is there.
//!
//! Owns the topic's producer and reader and the books. Invariant: nothing is taken for granted from what was read
//! along the way; the verdict rests on reading everything once more.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_client::{
    Client, ClientError, ClientOptions, Delivery, FetchOptions, Fetcher, NewTopic, OffsetSpec, Producer,
    ProducerOptions, RecordToSend, Validation,
};
use broker_model::{Offset, PartitionIndex, Timestamp, TopicPartition};
use broker_protocol::ErrorCode;
use tokio::time::Instant;

use super::tally::{Tally, Verdict};

/// The topic.
const TOPIC: &str = "self-check";
const PARTITIONS: i32 = 3;
/// Time between two records.
const PACE: Duration = Duration::from_millis(5);
/// Bytes that may wait to be acknowledged.
const BUFFER: usize = 8 << 20;
/// Longest wait for what is on its way, and for everything to be read, in the end.
const SETTLE_MAX: Duration = Duration::from_secs(90);

/// Place of a record in the books: partition and number.
type Token = (usize, usize);

/// The running check.
#[derive(Debug)]
pub(super) struct SelfCheck {
    client: Client,
    producer: Producer<Token>,
    fetcher: Fetcher,
    tally: Tally,
    start: Instant,
    next: Instant,
    turn: usize,
}

/// The options of every client of a cluster in which brokers freeze.
pub(super) fn impatient() -> ClientOptions {
    ClientOptions {
        connect_timeout: Duration::from_secs(1),
        request_timeout: Duration::from_secs(2),
        call_timeout: SETTLE_MAX,
        ..ClientOptions::default()
    }
}

impl SelfCheck {
    /// Makes the topic and opens the books.
    ///
    /// # Errors
    /// The cluster does not answer, or refuses the topic.
    pub(super) async fn start(bootstrap: &str) -> Result<Self, ClientError> {
        let client = Client::connect(bootstrap, impatient()).await?;
        let topic = NewTopic {
            name: TOPIC.to_owned(),
            partitions: Some(PARTITIONS),
            ..NewTopic::default()
        };
        match client.create_topic(&topic, Validation::AndApply).await {
            // Records of an earlier run would be taken for ours.
            Err(error) if error.code() == Some(ErrorCode::TopicAlreadyExists) => {
                client.delete_topic(TOPIC).await?;
                client.create_topic(&topic, Validation::AndApply).await?;
            }
            outcome => {
                outcome?;
            }
        }
        until_known(&client).await?;
        let options = ProducerOptions {
            linger: Duration::from_millis(5),
            buffer_memory: BUFFER,
            ..ProducerOptions::default()
        };
        let producer = Producer::new(client.clone(), options).await?;
        let now = Instant::now();
        Ok(Self {
            fetcher: from_the_beginning(&client),
            client,
            producer,
            tally: Tally::new(partitions().count()),
            start: now,
            next: now,
            turn: 0,
        })
    }

    /// Goes on until something was written, acknowledged or read. May be dropped at any time without harm.
    pub(super) async fn step(&mut self) {
        let now = Instant::now();
        if now >= self.next && self.producer.has_room() {
            self.hand_over();
            self.next = (self.next + PACE).max(now.checked_sub(PACE * 20).unwrap_or(now));
        }
        let until = self.next.max(now + PACE / 5);
        tokio::select! {
            delivered = self.producer.drive(Some(until)) => self.note(delivered),
            fetched = self.fetcher.next(until) => {
                // What cannot be read now is read in the end.
                for partition in fetched.unwrap_or_default() {
                    note_read(&mut self.tally, &partition.partition, partition.outcome);
                }
            }
        }
    }

    fn hand_over(&mut self) {
        let partition = self.turn % partitions().count();
        self.turn += 1;
        let number = self.tally.hand_over(partition);
        let value = number.to_string();
        let record = RecordToSend {
            timestamp: Timestamp::from_ms(0),
            value: Some(value.as_bytes()),
            ..RecordToSend::default()
        };
        if let Some(key) = partitions().nth(partition) {
            self.producer.append(&key, record, (partition, number));
        }
    }

    fn note(&mut self, delivered: Vec<Delivery<Token>>) {
        let at = self.start.elapsed();
        for delivery in delivered {
            note_delivery(&mut self.tally, delivery, at);
        }
    }

    /// The books so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Waits for what is on its way, then reads everything once more. The cluster must be whole again.
    ///
    /// # Errors
    /// Not everything could be read.
    pub(super) async fn finish(&mut self) -> Result<Verdict, ClientError> {
        let (tally, start) = (&mut self.tally, self.start);
        let settled = self
            .producer
            .finish(|delivery| note_delivery(tally, delivery, start.elapsed()));
        // What is not settled by then was never acknowledged.
        tokio::time::timeout(SETTLE_MAX, settled)
            .await
            .unwrap_or_default();
        self.read_everything().await?;
        Ok(self.tally.verdict())
    }

    async fn read_everything(&mut self) -> Result<(), ClientError> {
        self.client.topic(TOPIC).await?;
        let keys: Vec<TopicPartition> = partitions().collect();
        let ends = self
            .client
            .retried(async || self.client.list_same_offset(&keys, OffsetSpec::Latest).await)
            .await?;
        let ends: BTreeMap<TopicPartition, Offset> = ends
            .into_iter()
            .filter_map(|(key, listed)| Some((key, listed.offset?)))
            .collect();
        self.tally.begin_reading();
        let mut fetcher = from_the_beginning(&self.client);
        let deadline = Instant::now() + SETTLE_MAX;
        let is_behind = |fetcher: &Fetcher| {
            let position = |key| fetcher.positions().get(key).copied().unwrap_or(Offset::ZERO);
            ends.iter().any(|(key, end)| position(key) < *end)
        };
        while is_behind(&fetcher) && Instant::now() < deadline {
            for partition in fetcher.next(deadline).await? {
                note_read(&mut self.tally, &partition.partition, partition.outcome);
            }
        }
        Ok(())
    }
}

/// Waits until the broker that is asked has heard of the topic: it follows the controller that made it.
async fn until_known(client: &Client) -> Result<(), ClientError> {
    let deadline = Instant::now() + SETTLE_MAX;
    loop {
        match client.topic(TOPIC).await {
            Err(ClientError::NoSuchTopic { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(client.options().back_off).await;
            }
            outcome => return outcome.map(drop),
        }
    }
}

fn partitions() -> impl Iterator<Item = TopicPartition> {
    (0..PARTITIONS).map(|index| TopicPartition::new(TOPIC, PartitionIndex::new(index)))
}

fn from_the_beginning(client: &Client) -> Fetcher {
    let positions = partitions().map(|key| (key, Offset::ZERO)).collect();
    Fetcher::new(client.clone(), FetchOptions::default(), positions)
}

fn note_delivery(tally: &mut Tally, delivery: Delivery<Token>, at: Duration) {
    match delivery.outcome {
        Ok(_) => {
            for ((partition, number), _) in delivery.tokens {
                tally.acknowledge(partition, number, at);
            }
        }
        Err(_) => tally.give_up(delivery.records),
    }
}

fn note_read(
    tally: &mut Tally,
    key: &TopicPartition,
    outcome: Result<broker_client::FetchedRecords, ClientError>,
) {
    let partition = usize::try_from(key.partition.value()).unwrap_or(usize::MAX);
    let Ok(records) = outcome.and_then(|fetched| fetched.records()) else {
        return;
    };
    for record in records {
        let value = record.value.as_deref().unwrap_or_default();
        let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        if let Some(number) = number {
            tally.see(partition, number);
        }
    }
}
