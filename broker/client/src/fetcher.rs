//! Reads on from positions in many partitions: one fetch at a time per broker, the next one asked for while the
//! caller still works on the last.
//!
//! State: the positions and the fetches on their way. Invariant: a position moves exactly past what was handed to
//! the caller or will be by the next [`Fetcher::next`]; answers for partitions that were taken away or moved
//! meanwhile are dropped. Errors that may pass are waited out here; an offset that the log no longer has is told.

use std::collections::{BTreeMap, HashSet};

use broker_model::{BrokerId, Offset, TopicPartition};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::fetch_request::fetch;
use crate::fetched::FetchedPartition;
use crate::{Client, ClientError, FetchOptions, Lane, TopicSelection};

/// A reader of assigned partitions.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    options: FetchOptions,
    positions: BTreeMap<TopicPartition, Offset>,
    running: JoinSet<Event>,
    busy: HashSet<BrokerId>,
    /// Of each broker, the partition that had its turn last: those behind it are asked for first.
    last_turn: BTreeMap<BrokerId, TopicPartition>,
    failing_since: Option<Instant>,
}

#[derive(Debug)]
struct Event {
    broker: Option<BrokerId>,
    asked: Vec<(TopicPartition, Offset)>,
    outcome: Result<Vec<FetchedPartition>, ClientError>,
}

impl Fetcher {
    /// Reads on from these positions.
    pub fn new(client: Client, options: FetchOptions, positions: BTreeMap<TopicPartition, Offset>) -> Self {
        let (running, busy) = (JoinSet::new(), HashSet::new());
        Self {
            client,
            options,
            positions,
            running,
            busy,
            last_turn: BTreeMap::new(),
            failing_since: None,
        }
    }

    /// The next offsets that will be read.
    pub fn positions(&self) -> &BTreeMap<TopicPartition, Offset> {
        &self.positions
    }

    /// Reads these partitions from now on and no others.
    pub fn assign(&mut self, positions: BTreeMap<TopicPartition, Offset>) {
        self.positions = positions;
    }

    /// Goes on elsewhere in a partition.
    pub fn seek(&mut self, partition: &TopicPartition, offset: Offset) {
        self.positions.insert(partition.clone(), offset);
    }

    /// Reads no more from a partition.
    pub fn pause(&mut self, partition: &TopicPartition) {
        self.positions.remove(partition);
    }

    /// What the next answer brings, empty when `until` comes first.
    ///
    /// # Errors
    /// A broker cannot be reached for longer than the call timeout, or answers what cannot be understood.
    pub async fn next(&mut self, until: Instant) -> Result<Vec<FetchedPartition>, ClientError> {
        loop {
            self.dispatch();
            tokio::select! {
                Some(event) = self.running.join_next() => {
                    let event = event.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                    let fetched = self.take_in(event)?;
                    if !fetched.is_empty() {
                        self.dispatch();
                        return Ok(fetched);
                    }
                }
                () = sleep_until(until) => return Ok(Vec::new()),
            }
        }
    }

    fn dispatch(&mut self) {
        let metadata = self.client.metadata();
        let mut by_leader: BTreeMap<BrokerId, Vec<(TopicPartition, Offset)>> = BTreeMap::new();
        let mut leaderless = Vec::new();
        for (partition, offset) in &self.positions {
            match metadata.partition(partition).and_then(|known| known.leader) {
                Some(leader) => by_leader
                    .entry(leader)
                    .or_default()
                    .push((partition.clone(), *offset)),
                None => leaderless.push(partition.topic.clone()),
            }
        }
        for (leader, mut asked) in by_leader {
            if self.busy.insert(leader) {
                if let Some(last) = self.last_turn.get(&leader) {
                    let behind = asked.partition_point(|(partition, _)| partition <= last);
                    asked.rotate_left(behind);
                }
                self.fetch(leader, asked);
            }
        }
        leaderless.dedup();
        if !leaderless.is_empty() && self.busy.insert(BrokerId::NONE) {
            self.refresh(leaderless);
        }
    }

    fn fetch(&mut self, leader: BrokerId, asked: Vec<(TopicPartition, Offset)>) {
        let (client, options) = (self.client.clone(), self.options.clone());
        self.running.spawn(async move {
            let outcome = match client.connection(leader, Lane::Fetch).await {
                Ok(connection) => fetch(&connection, &options, &asked).await,
                Err(error) => Err(error),
            };
            if outcome.as_ref().is_err_and(ClientError::is_retriable) {
                sleep(client.options().back_off).await;
            }
            Event {
                broker: Some(leader),
                asked,
                outcome,
            }
        });
    }

    fn refresh(&mut self, topics: Vec<std::sync::Arc<str>>) {
        let client = self.client.clone();
        self.running.spawn(async move {
            sleep(client.options().back_off).await;
            let names: Vec<&str> = topics.iter().map(|name| &**name).collect();
            let outcome = client
                .refresh(TopicSelection::Named(&names))
                .await
                .map(|_| Vec::new());
            Event {
                broker: None,
                asked: Vec::new(),
                outcome,
            }
        });
    }

    fn take_in(&mut self, event: Event) -> Result<Vec<FetchedPartition>, ClientError> {
        self.busy.remove(&event.broker.unwrap_or(BrokerId::NONE));
        let partitions = match event.outcome {
            Ok(partitions) => partitions,
            Err(error) => return self.endure(error, &event.asked).map(|()| Vec::new()),
        };
        if let (Some(broker), Some(last)) = (event.broker, last_turn(&event.asked, &partitions)) {
            self.last_turn.insert(broker, last);
        }
        let mut handed = Vec::new();
        for fetched in partitions {
            let asked = event
                .asked
                .iter()
                .find(|(key, _)| *key == fetched.partition)
                .map(|(_, offset)| offset);
            let Some(position) = self.positions.get_mut(&fetched.partition) else {
                continue;
            };
            if Some(&*position) != asked {
                continue;
            }
            match &fetched.outcome {
                Ok(records) => {
                    let next = records.next_offset()?;
                    let moved = next > *position;
                    *position = next;
                    self.failing_since = None;
                    if moved {
                        handed.push(fetched);
                    }
                }
                Err(error) if error.is_retriable() => {
                    let asked = [(fetched.partition.clone(), *position)];
                    if let Err(error) = fetched.outcome {
                        self.endure(error, &asked)?;
                    }
                }
                Err(_) => handed.push(fetched),
            }
        }
        Ok(handed)
    }

    /// Looks the leaders up again, unless nothing has come for too long or the error does not pass.
    fn endure(&mut self, error: ClientError, asked: &[(TopicPartition, Offset)]) -> Result<(), ClientError> {
        let now = Instant::now();
        let since = *self.failing_since.get_or_insert(now);
        let may_pass = error.is_retriable() || matches!(error, ClientError::Timeout { .. });
        if !may_pass || now.duration_since(since) > self.client.options().call_timeout {
            return Err(error);
        }
        if self.busy.insert(BrokerId::NONE) {
            let mut topics: Vec<_> = asked
                .iter()
                .map(|(partition, _)| partition.topic.clone())
                .collect();
            topics.dedup();
            if topics.is_empty() {
                topics = self
                    .positions
                    .keys()
                    .map(|partition| partition.topic.clone())
                    .collect();
                topics.dedup();
            }
            self.refresh(topics);
        }
        Ok(())
    }
}

/// The last of those asked for, in that order, of which records or an error came.
fn last_turn(asked: &[(TopicPartition, Offset)], fetched: &[FetchedPartition]) -> Option<TopicPartition> {
    let had_turn: HashSet<&TopicPartition> = fetched
        .iter()
        .filter(|fetched| !matches!(&fetched.outcome, Ok(found) if found.records.is_empty()))
        .map(|fetched| &fetched.partition)
        .collect();
    let last = asked
        .iter()
        .rev()
        .find(|(partition, _)| had_turn.contains(partition));
    last.map(|(partition, _)| partition.clone())
}

#[cfg(test)]
mod tests {
    use broker_model::PartitionIndex;
    use bytes::Bytes;

    use super::*;
    use crate::FetchedRecords;

    fn orders(index: i32) -> TopicPartition {
        TopicPartition::new("orders", PartitionIndex::new(index))
    }

    fn answered(index: i32, records: &'static [u8]) -> FetchedPartition {
        let outcome = Ok(FetchedRecords {
            partition: orders(index),
            position: Offset::ZERO,
            high_watermark: Offset::ZERO,
            last_stable_offset: Offset::ZERO,
            log_start_offset: Offset::ZERO,
            records: Bytes::from_static(records),
            aborted: Vec::new(),
        });
        FetchedPartition {
            partition: orders(index),
            outcome,
        }
    }

    #[test]
    fn the_last_of_those_that_gave_something_had_its_turn_last() {
        let asked = [7, 8, 1, 2].map(|index| (orders(index), Offset::ZERO));
        let partitions = [
            answered(1, b"x"),
            answered(2, b""),
            answered(7, b"x"),
            answered(8, b""),
        ];
        assert_eq!(last_turn(&asked, &partitions), Some(orders(1)));
        assert_eq!(last_turn(&asked, &partitions[1..2]), None);
    }
}
