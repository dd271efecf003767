//! A producer of numbered records, which tries again as Kafka's own does.
//!
//! With acks=all it is idempotent: up to five batches of a partition are under way, in the order of their sequences; a
//! batch that failed is sent again before those behind it. Nothing is given up, so that a gap in the end is a loss.

use std::collections::{BTreeMap, VecDeque};

use broker_codec::batch::{BatchBuilder, BatchOptions, ProducerIdentity};
use broker_model::{Acks, ProducerEpoch, ProducerId, Sequence, Timestamp};
use broker_protocol::ErrorCode;
use bytes::Bytes;

use super::routing::Routing;
use super::{ClientEvent, Surroundings};
use crate::checker::{RecordName, Violation};
use crate::message::{PartitionId, Produce, Request, Response};

const IN_FLIGHT_MAX: usize = 5;
const RETRY_MS: u64 = 30;
/// Refusals of one batch that may come from leaders that were replaced.
const REFUSALS_MAX: u32 = 50;
/// Distance of the numbers that one producer takes one after the other.
const PRODUCERS: u32 = 4;

#[derive(Debug)]
struct Batch {
    first: u64,
    count: u64,
    bytes: Bytes,
    /// The request that carries it; none while it waits.
    request: Option<u64>,
    not_before: u64,
    /// Whether everything before it was acknowledged when it was sent last.
    was_first: bool,
    /// How often it was refused then because it does not follow what was acknowledged.
    refused: u32,
}

#[derive(Debug, Default)]
struct Lane {
    /// As whom it sends into this partition.
    producer: u32,
    /// Number of the next record.
    next: u64,
    /// Whether one of its batches was acknowledged.
    is_known: bool,
    unacknowledged: VecDeque<Batch>,
}

#[derive(Debug)]
pub(crate) struct Producer {
    number: u32,
    topic: String,
    acks: Acks,
    pause_ms: u64,
    request_timeout_ms: u64,
    routing: Routing,
    lanes: BTreeMap<PartitionId, Lane>,
    next_record: u64,
    is_done: bool,
    /// What it added to its number last, to be another producer.
    others: u32,
}

impl Producer {
    pub(crate) fn new(number: u32, topic: &str, acks: Acks, pause_ms: u64, request_timeout_ms: u64) -> Self {
        Self {
            number,
            topic: topic.to_owned(),
            acks,
            pause_ms,
            request_timeout_ms,
            routing: Routing::default(),
            lanes: BTreeMap::new(),
            next_record: 0,
            is_done: false,
            others: 0,
        }
    }

    /// Makes no more records; those that it has are still sent.
    pub(crate) fn finish(&mut self) {
        self.is_done = true;
    }

    /// Whether everything that it made was acknowledged.
    pub(crate) fn is_idle(&self) -> bool {
        self.lanes.values().all(|lane| lane.unacknowledged.is_empty())
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        let waiting = self.lanes.values().flat_map(|lane| &lane.unacknowledged);
        let retry = waiting
            .filter(|batch| batch.request.is_none())
            .map(|batch| batch.not_before)
            .min();
        let record = (!self.is_done).then_some(self.next_record);
        [retry, record, self.routing.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    pub(super) fn step(
        &mut self,
        event: ClientEvent,
        around: &mut Surroundings<'_>,
    ) -> Result<(), Violation> {
        match event {
            ClientEvent::Response {
                id,
                response: Response::Metadata(known),
            } => {
                self.routing.learn(id, Some(known), around.now);
            }
            ClientEvent::Response {
                id,
                response: Response::Produced(answer),
            } => {
                self.answered(id, answer, around)?;
            }
            ClientEvent::Failed { id } | ClientEvent::Response { id, .. } => {
                if !self.routing.learn(id, None, around.now) {
                    self.try_again(id, around);
                }
            }
            ClientEvent::Tick => {}
        }
        self.routing.refresh(around);
        self.make_records(around);
        self.send_batches(around);
        Ok(())
    }

    fn make_records(&mut self, around: &mut Surroundings<'_>) {
        if self.is_done || self.next_record > around.now {
            return;
        }
        self.next_record = around.now + around.chance.between(1, self.pause_ms);
        let partitions = self.routing.partitions(&self.topic);
        let Some(partition) = around.chance.pick(&partitions).copied() else {
            return;
        };
        let count = around.chance.between(1, 3);
        let is_idempotent = self.acks == Acks::All;
        let producer = self.number;
        let lane = self.lanes.entry(partition).or_insert_with(|| Lane {
            producer,
            ..Lane::default()
        });
        if lane.unacknowledged.len() >= 2 * IN_FLIGHT_MAX {
            return;
        }
        let first = lane.next;
        lane.next += count;
        lane.unacknowledged.push_back(Batch {
            first,
            count,
            bytes: batch_of(lane.producer, first, count, is_idempotent),
            request: None,
            not_before: around.now,
            was_first: false,
            refused: 0,
        });
    }

    fn send_batches(&mut self, around: &mut Surroundings<'_>) {
        for (id, lane) in &mut self.lanes {
            let Some((leader, _)) = self.routing.leader(*id) else {
                if lane.unacknowledged.iter().any(|batch| batch.request.is_none()) {
                    self.routing.doubt(around.now);
                }
                continue;
            };
            let window = match self.acks {
                // Of a producer that it does not know a broker takes any sequence, as Kafka does: a second batch could
                // overtake a first one that was refused.
                Acks::All if lane.is_known => IN_FLIGHT_MAX,
                _ => 1,
            };
            for (place, batch) in lane.unacknowledged.iter_mut().take(window).enumerate() {
                if batch.request.is_some() {
                    continue;
                }
                if batch.not_before > around.now {
                    // What is behind it must not overtake it.
                    break;
                }
                let request = self.routing.next_id();
                batch.request = Some(request);
                batch.was_first = place == 0;
                let produce = Produce {
                    partition: *id,
                    acks: self.acks,
                    records: batch.bytes.clone(),
                    timeout_ms: self.request_timeout_ms,
                };
                around.send(
                    request,
                    leader,
                    Request::Produce(produce),
                    self.request_timeout_ms,
                );
            }
        }
    }

    fn batch_of_request(&mut self, request: u64) -> Option<(PartitionId, usize)> {
        self.lanes.iter().find_map(|(id, lane)| {
            let place = lane
                .unacknowledged
                .iter()
                .position(|batch| batch.request == Some(request))?;
            Some((*id, place))
        })
    }

    fn was_first(&self, id: PartitionId, place: usize) -> bool {
        self.lanes
            .get(&id)
            .is_some_and(|lane| lane.unacknowledged[place].was_first)
    }

    /// Counts a refusal of a batch before which everything was acknowledged.
    fn refused_too_often(&mut self, id: PartitionId, place: usize) -> bool {
        let batch = self
            .lanes
            .get_mut(&id)
            .map(|lane| &mut lane.unacknowledged[place]);
        batch.filter(|batch| batch.was_first).is_some_and(|batch| {
            batch.refused += 1;
            batch.refused > REFUSALS_MAX
        })
    }

    fn try_again(&mut self, request: u64, around: &mut Surroundings<'_>) {
        let Some((id, place)) = self.batch_of_request(request) else {
            return;
        };
        around.counts.retries += 1;
        if let Some(lane) = self.lanes.get_mut(&id) {
            let batch = &mut lane.unacknowledged[place];
            batch.request = None;
            batch.not_before = around.now + RETRY_MS;
        }
        self.routing.doubt(around.now);
    }

    fn answered(
        &mut self,
        request: u64,
        answer: Result<broker_model::Offset, ErrorCode>,
        around: &mut Surroundings<'_>,
    ) -> Result<(), Violation> {
        let Some((id, place)) = self.batch_of_request(request) else {
            return Ok(());
        };
        match answer {
            Ok(offset) => {
                let Some(lane) = self.lanes.get_mut(&id) else {
                    return Ok(());
                };
                let Some(batch) = lane.unacknowledged.remove(place) else {
                    return Ok(());
                };
                lane.is_known = true;
                around.counts.acknowledged += batch.count;
                for place in 0..batch.count {
                    let name = RecordName {
                        producer: lane.producer,
                        number: batch.first + place,
                    };
                    let offset = offset.plus(i64::try_from(place).unwrap_or(i64::MAX));
                    around
                        .checker
                        .acknowledged(id, name, offset, self.acks, around.now)?;
                }
                Ok(())
            }
            // A broker that starts again knows the last batch of each producer alone, as its snapshot files do. The
            // application is told that the outcome is unknown, and goes on as another producer.
            Err(ErrorCode::DuplicateSequenceNumber) if self.was_first(id, place) => {
                around.counts.unknown_outcomes += 1;
                self.others += PRODUCERS;
                let lane = Lane {
                    producer: self.number + self.others,
                    ..Lane::default()
                };
                self.lanes.insert(id, lane);
                Ok(())
            }
            // A leader that has not heard that it was replaced says so too; one that leads goes on saying it.
            Err(ErrorCode::OutOfOrderSequenceNumber) if self.refused_too_often(id, place) => Err(format!(
                "sequences (I3): the first unacknowledged batch of producer {} does not follow what was acknowledged",
                self.number
            )),
            Err(_) => {
                self.try_again(request, around);
                Ok(())
            }
        }
    }
}

/// A batch whose records say whose they are and which.
pub(super) fn batch_of(producer: u32, first: u64, count: u64, is_idempotent: bool) -> Bytes {
    let identity = match is_idempotent {
        true => ProducerIdentity {
            id: ProducerId::new(1_000 + i64::from(producer)),
            epoch: ProducerEpoch::new(0),
            base_sequence: Sequence::new(i32::try_from(first).unwrap_or(i32::MAX)),
        },
        false => ProducerIdentity::NONE,
    };
    let mut builder = BatchBuilder::new(BatchOptions {
        producer: identity,
        ..BatchOptions::default()
    });
    for place in 0..count {
        let name = RecordName {
            producer,
            number: first + place,
        };
        builder.append(Timestamp::from_ms(1_700_000_000_000), None, Some(&name.value()));
    }
    builder.build().expect("it is not compressed")
}
