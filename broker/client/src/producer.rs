//! Sends records: gathers them into batches, keeps several requests on their way, tries again what may pass.
//!
//! State: the accumulator and the requests on their way. The caller appends and calls [`Producer::drive`] in turn;
//! each request runs as a task of its own, which also packs its batches, so that gathering goes on meanwhile; they
//! are sent in the order in which they were made.
//! Invariant: every record that was appended is in exactly one [`Delivery`]; after [`Producer::finish`] none is left.

use std::collections::{BTreeMap, HashMap};

use broker_model::{BrokerId, ProducerEpoch, ProducerId, TopicPartition};
use broker_protocol::ErrorCode;
use broker_protocol::messages::InitProducerIdRequest;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::accumulator::{Accumulator, Batch, Delivery, ProducerOptions, RecordToSend};
use crate::produce_request::{Outcome, produce};
use crate::turn::Row;
use crate::{Client, ClientError, TopicSelection};

/// A producer of records; `T` is a token that comes back with each record's delivery.
#[derive(Debug)]
pub struct Producer<T: Send + 'static> {
    client: Client,
    options: ProducerOptions,
    accumulator: Accumulator<T>,
    running: JoinSet<Event<T>>,
    in_flight: HashMap<BrokerId, usize>,
    rows: HashMap<BrokerId, Row>,
    refreshing: bool,
}

#[derive(Debug)]
enum Event<T> {
    Answered {
        leader: BrokerId,
        batches: Vec<(Batch<T>, Outcome)>,
    },
    Refreshed,
}

impl<T: Clone + PartialEq + Send + 'static> Producer<T> {
    /// A producer; with idempotence it asks for its identity first.
    ///
    /// # Errors
    /// No identity is given.
    pub async fn new(client: Client, options: ProducerOptions) -> Result<Self, ClientError> {
        let identity = match options.idempotence {
            true => Some(identify(&client).await?),
            false => None,
        };
        let accumulator = Accumulator::new(options.clone(), identity);
        let running = JoinSet::new();
        Ok(Self {
            client,
            options,
            accumulator,
            running,
            in_flight: HashMap::new(),
            rows: HashMap::new(),
            refreshing: false,
        })
    }

    /// Adds a record. Ask [`Producer::has_room`] first: this never waits and never refuses.
    pub fn append(&mut self, partition: &TopicPartition, record: RecordToSend<'_>, token: T) {
        self.append_at(partition, record, token, Instant::now());
    }

    /// As [`Producer::append`] where the time is known already.
    pub fn append_at(
        &mut self,
        partition: &TopicPartition,
        record: RecordToSend<'_>,
        token: T,
        now: Instant,
    ) {
        self.accumulator.append(partition, record, token, now);
    }

    /// Whether the buffer has room; if not, drive until deliveries have made some.
    pub fn has_room(&self) -> bool {
        self.accumulator.has_room()
    }

    /// Sends what is due and waits until batches have come to an end, at most until the given moment; with none,
    /// until something happens at all.
    pub async fn drive(&mut self, until: Option<Instant>) -> Vec<Delivery<T>> {
        let mut done = Vec::new();
        self.dispatch(&mut done);
        while let Some(event) = self.running.try_join_next() {
            self.take_in(event, &mut done);
        }
        if done.is_empty() {
            // What is overdue after a dispatch waits for an answer and not for the clock.
            let now = Instant::now();
            let next = self.accumulator.next_deadline().filter(|moment| *moment > now);
            let moments = [until, next];
            let wake = moments.into_iter().flatten().min();
            let nothing_runs = self.running.is_empty();
            tokio::select! {
                Some(event) = self.running.join_next(), if !nothing_runs => self.take_in(event, &mut done),
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
                else => {}
            }
        }
        self.dispatch(&mut done);
        done
    }

    /// Sends everything that waits and calls `deliver` with each delivery until none is left.
    pub async fn finish(&mut self, mut deliver: impl FnMut(Delivery<T>)) {
        self.accumulator.set_flushing(true);
        while !self.accumulator.is_idle() {
            self.drive(None).await.into_iter().for_each(&mut deliver);
        }
        self.accumulator.set_flushing(false);
    }

    fn take_in(&mut self, event: Result<Event<T>, tokio::task::JoinError>, done: &mut Vec<Delivery<T>>) {
        match event {
            Ok(Event::Answered { leader, batches }) => {
                if let Some(count) = self.in_flight.get_mut(&leader) {
                    *count -= 1;
                }
                for (batch, outcome) in batches {
                    self.settle(batch, outcome, done);
                }
            }
            Ok(Event::Refreshed) => self.refreshing = false,
            // Tasks are never aborted while the producer lives, and a panic in one is a panic here.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn settle(&mut self, mut batch: Batch<T>, outcome: Outcome, done: &mut Vec<Delivery<T>>) {
        let now = Instant::now();
        if outcome
            .as_ref()
            .is_err_and(|error| error.code() == Some(ErrorCode::MessageTooLarge))
        {
            match self.accumulator.cut(batch) {
                Ok(()) => return,
                Err(whole) => batch = *whole,
            }
        }
        let outcome = match outcome {
            Err(error) if is_worth_another_try(&batch, &error) => {
                if now.duration_since(batch.opened) < self.options.delivery_timeout {
                    self.refresh(&batch.partition);
                    let not_before = now + self.client.options().back_off;
                    match is_gap(&batch, &error) {
                        true => self.accumulator.again_after_gap(batch, not_before),
                        false => self.accumulator.again(batch, not_before),
                    }
                    return;
                }
                let after = self.options.delivery_timeout;
                let partition = batch.partition.clone();
                Err(ClientError::NotDelivered {
                    partition,
                    after,
                    last: error.to_string(),
                })
            }
            outcome => outcome,
        };
        match &outcome {
            Ok(_) => self.accumulator.delivered(&batch),
            Err(_) => self.accumulator.given_up(&batch),
        }
        done.push(batch.into_delivery(outcome));
    }

    fn refresh(&mut self, partition: &TopicPartition) {
        if std::mem::replace(&mut self.refreshing, true) {
            return;
        }
        let (client, topic) = (self.client.clone(), partition.topic.clone());
        self.running.spawn(async move {
            // A failure shows when the batch is sent again.
            drop(client.refresh(TopicSelection::Named(&[&topic])).await);
            Event::Refreshed
        });
    }

    fn dispatch(&mut self, done: &mut Vec<Delivery<T>>) {
        let mut by_leader: BTreeMap<BrokerId, Vec<TopicPartition>> = BTreeMap::new();
        let metadata = self.client.metadata();
        for partition in self.accumulator.due(Instant::now()) {
            match metadata.partition(&partition).and_then(|known| known.leader) {
                Some(leader) => by_leader.entry(leader).or_default().push(partition),
                None => {
                    if let Some(batch) = self.accumulator.take(&partition) {
                        self.settle(batch, Err(ClientError::NoLeader { partition }), done);
                    }
                }
            }
        }
        for (leader, mut partitions) in by_leader {
            while self
                .in_flight
                .get(&leader)
                .is_none_or(|count| *count < self.options.in_flight_max)
            {
                let batches = self.next_request(&mut partitions);
                if batches.is_empty() {
                    break;
                }
                self.send(leader, batches);
            }
        }
    }

    /// At most one batch per partition, as many as fit.
    fn next_request(&mut self, partitions: &mut Vec<TopicPartition>) -> Vec<Batch<T>> {
        let mut batches: Vec<Batch<T>> = Vec::new();
        let mut size = 0;
        let mut taken = 0;
        for partition in partitions.iter() {
            if size >= self.options.request_size_max {
                break;
            }
            taken += 1;
            if let Some(batch) = self.accumulator.take(partition) {
                size += batch.size();
                batches.push(batch);
            }
        }
        // Those that had no room go first next time.
        let moved = taken % partitions.len().max(1);
        partitions.rotate_left(moved);
        let due = self.accumulator.due(Instant::now());
        partitions.retain(|partition| due.contains(partition));
        batches
    }

    fn send(&mut self, leader: BrokerId, batches: Vec<Batch<T>>) {
        *self.in_flight.entry(leader).or_default() += 1;
        let (client, acks) = (self.client.clone(), self.options.acks);
        let turn = self.rows.entry(leader).or_default().next();
        self.running.spawn(async move {
            let batches = produce(&client, leader, acks, turn, batches).await;
            Event::Answered { leader, batches }
        });
    }
}

/// Without idempotence a lost answer may mean a second copy, as in Kafka.
fn is_worth_another_try<T>(batch: &Batch<T>, error: &ClientError) -> bool {
    error.is_retriable() || matches!(error, ClientError::Timeout { .. }) || is_gap(batch, error)
}

/// Whether the broker took a batch for one that others should have come before.
fn is_gap<T>(batch: &Batch<T>, error: &ClientError) -> bool {
    let codes = [ErrorCode::OutOfOrderSequenceNumber, ErrorCode::UnknownProducerId];
    batch.numbered.is_some() && error.code().is_some_and(|code| codes.contains(&code))
}

async fn identify(client: &Client) -> Result<(ProducerId, ProducerEpoch), ClientError> {
    let request = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        ..InitProducerIdRequest::default()
    };
    client
        .retried(async || {
            let response = client.call_any(&request).await?;
            let asked = client.asked::<InitProducerIdRequest>();
            asked.verdict("a producer id", response.error_code, None)?;
            Ok((
                ProducerId::new(response.producer_id),
                ProducerEpoch::new(response.producer_epoch),
            ))
        })
        .await
}

#[cfg(test)]
mod tests;
