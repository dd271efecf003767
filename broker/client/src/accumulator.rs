//! Gathers records into batches, partition by partition, and says which batches may be sent now.
//!
//! State: per partition one open batch, the closed ones in order, and how many are on their way. Pure: times are
//! arguments. Invariants: batches of a partition leave in the order in which they were opened, and a batch that has
//! to be sent again goes before all later ones and alone: not before everything of its partition is back, and nothing
//! follows before it is, in whatever order answers are looked at; and nothing goes so far ahead of a batch that is on
//! its way that the broker would not know that one again. So sequences stay in order (KIP-98). What waits never
//! takes more than the buffer once it is full. When a batch is given up, nobody knows whether the broker has it, and
//! when the broker misses what was delivered, nobody can send that again: what follows gets a new producer epoch and
//! counts from 0, as in the Java client, so that it is neither refused as a gap nor taken for a copy.

mod halves;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use broker_codec::batch::{BatchBuilder, BatchOptions, ProducerIdentity};
use broker_codec::compression::CompressionLevel;
use broker_model::{
    Acks, CompressionType, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicPartition,
};
use tokio::time::Instant;

use crate::ClientError;

/// A broker knows the last so many batches of a producer in a partition again; a batch that is sent again must be one
/// of them, else it is taken for a gap.
const BATCHES_REMEMBERED: u64 = 5;

/// How records are gathered and sent.
#[derive(Clone, Debug)]
pub struct ProducerOptions {
    /// Who must hold a record before it counts as delivered.
    pub acks: Acks,
    /// Codec of the batches.
    pub compression: CompressionType,
    /// Its level.
    pub level: CompressionLevel,
    /// Bytes at which a batch is closed, before compression.
    pub batch_size: usize,
    /// How long a batch waits for more records.
    pub linger: Duration,
    /// Requests on their way to one broker.
    pub in_flight_max: usize,
    /// Bytes of one request, unless a single batch is larger.
    pub request_size_max: usize,
    /// Bytes that may wait or be on their way in all.
    pub buffer_memory: usize,
    /// How long a record may take until it is delivered or given up.
    pub delivery_timeout: Duration,
    /// Whether the broker leaves out what it has twice.
    pub idempotence: bool,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            compression: CompressionType::None,
            level: CompressionLevel::Default,
            batch_size: 16 << 10,
            linger: Duration::from_millis(5),
            in_flight_max: 5,
            request_size_max: 1 << 20,
            buffer_memory: 32 << 20,
            delivery_timeout: Duration::from_secs(120),
            idempotence: true,
        }
    }
}

/// A record that is to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordToSend<'a> {
    /// When it was made.
    pub timestamp: Timestamp,
    /// Its key or null.
    pub key: Option<&'a [u8]>,
    /// Its value or null.
    pub value: Option<&'a [u8]>,
    /// Its headers.
    pub headers: &'a [(&'a [u8], Option<&'a [u8]>)],
}

/// What became of one batch.
#[derive(Debug)]
pub struct Delivery<T> {
    /// Where it went.
    pub partition: TopicPartition,
    /// Offset of its first record, if the broker told; or why it was given up.
    pub outcome: Result<Option<Offset>, ClientError>,
    /// Number of its records.
    pub records: usize,
    /// Its bytes before compression.
    pub bytes: usize,
    /// The tokens of its records, equal neighbours counted together.
    pub tokens: Vec<(T, u64)>,
}

/// A batch that is gathered, waits, or is on its way.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    pub(crate) partition: TopicPartition,
    pub(crate) content: Content,
    pub(crate) opened: Instant,
    /// Under which epoch and sequence it is sent, once it has been; none without idempotence.
    pub(crate) numbered: Option<ProducerIdentity>,
    order: u64,
    /// Whether it was sent before, or should have been.
    tried: bool,
    records: usize,
    size: usize,
    tokens: Vec<(T, u64)>,
}

/// Records are packed when they are first sent, off the path that gathers them.
#[derive(Debug)]
pub(crate) enum Content {
    Gathered(Box<BatchBuilder>),
    Packed {
        bytes: bytes::Bytes,
        /// What stands in them.
        numbered: Option<ProducerIdentity>,
    },
}

impl<T> Batch<T> {
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn into_delivery(self, outcome: Result<Option<Offset>, ClientError>) -> Delivery<T> {
        let Self {
            partition,
            records,
            size,
            tokens,
            ..
        } = self;
        Delivery {
            partition,
            outcome,
            records,
            bytes: size,
            tokens,
        }
    }
}

#[derive(Debug)]
struct Queue<T> {
    open: Option<Batch<T>>,
    closed: VecDeque<Batch<T>>,
    /// Batches that were ever opened.
    opened: u64,
    /// The places in the order of those that were sent and are not back.
    on_their_way: Vec<u64>,
    epoch: ProducerEpoch,
    next_sequence: Sequence,
    /// The batch after which the epoch began.
    epoch_after: u64,
    /// Whether the broker has taken a batch of the epoch, or there is none. Before that, batches go one by one: to
    /// Kafka any sequence is a beginning, so that one that overtakes the first would make the first a gap.
    established: bool,
    /// Whether what is on its way is tried again.
    alone: bool,
    not_before: Option<Instant>,
}

impl<T> Queue<T> {
    fn new(epoch: ProducerEpoch) -> Self {
        Self {
            open: None,
            closed: VecDeque::new(),
            opened: 0,
            on_their_way: Vec::new(),
            epoch,
            next_sequence: Sequence::FIRST,
            epoch_after: 0,
            established: epoch == ProducerEpoch::NONE,
            alone: false,
            not_before: None,
        }
    }
}

/// The batches of one producer.
#[derive(Debug)]
pub(crate) struct Accumulator<T> {
    options: ProducerOptions,
    identity: Option<(ProducerId, ProducerEpoch)>,
    queues: BTreeMap<TopicPartition, Queue<T>>,
    held: usize,
    flushing: bool,
}

impl<T: PartialEq> Accumulator<T> {
    pub(crate) fn new(options: ProducerOptions, identity: Option<(ProducerId, ProducerEpoch)>) -> Self {
        Self {
            options,
            identity,
            queues: BTreeMap::new(),
            held: 0,
            flushing: false,
        }
    }

    /// Whether there is room for more.
    pub(crate) fn has_room(&self) -> bool {
        self.held < self.options.buffer_memory
    }

    /// Whether nothing waits and nothing is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        self.queues
            .values()
            .all(|queue| queue.open.is_none() && queue.closed.is_empty() && queue.on_their_way.is_empty())
    }

    /// From now on open batches are sent without waiting for more.
    pub(crate) fn set_flushing(&mut self, flushing: bool) {
        self.flushing = flushing;
    }

    pub(crate) fn append(
        &mut self,
        partition: &TopicPartition,
        record: RecordToSend<'_>,
        token: T,
        now: Instant,
    ) {
        if !self.queues.contains_key(partition) {
            let epoch = self.identity.map_or(ProducerEpoch::NONE, |(_, epoch)| epoch);
            self.queues.insert(partition.clone(), Queue::new(epoch));
        }
        let Some(queue) = self.queues.get_mut(partition) else {
            return;
        };
        if queue.open.is_none() {
            queue.opened += 1;
        }
        let batch = queue.open.get_or_insert_with(|| Batch {
            partition: partition.clone(),
            content: Content::Gathered(Box::new(BatchBuilder::new(batch_options(&self.options)))),
            opened: now,
            numbered: None,
            order: queue.opened,
            tried: false,
            records: 0,
            size: 0,
            tokens: Vec::new(),
        });
        let Content::Gathered(builder) = &mut batch.content else {
            return;
        };
        builder.append_with_headers(record.timestamp, record.key, record.value, record.headers);
        self.held += builder.size() - batch.size;
        batch.size = builder.size();
        batch.records += 1;
        match batch.tokens.last_mut() {
            Some((last, count)) if *last == token => *count += 1,
            _ => batch.tokens.push((token, 1)),
        }
        if batch.size >= self.options.batch_size {
            queue.close();
        }
    }

    /// Partitions with a batch that may be sent now.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<TopicPartition> {
        let (linger, flushing) = (self.options.linger, self.flushing);
        let full = self.held >= self.options.buffer_memory;
        let mut due = Vec::new();
        for (partition, queue) in &mut self.queues {
            let waited = |batch: &Batch<T>| flushing || full || now.duration_since(batch.opened) >= linger;
            if queue.closed.is_empty() && queue.open.as_ref().is_some_and(waited) {
                queue.close();
            }
            if !queue.closed.is_empty() && queue.may_send(now) {
                due.push(partition.clone());
            }
        }
        due
    }

    /// The moment at which [`Self::due`] may say more than now, if nothing else happens.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let of_queue = |queue: &Queue<T>| match &queue.open {
            // What is on its way comes back before anything else happens.
            _ if queue.not_before.is_some() && !queue.on_their_way.is_empty() => None,
            _ if queue.not_before.is_some() => queue.not_before,
            Some(open) if queue.closed.is_empty() => Some(open.opened + self.options.linger),
            _ => None,
        };
        self.queues.values().filter_map(of_queue).min()
    }

    /// Takes the first closed batch of a partition to send it.
    pub(crate) fn take(&mut self, partition: &TopicPartition) -> Option<Batch<T>> {
        let queue = self.queues.get_mut(partition)?;
        let mut batch = queue.closed.pop_front()?;
        queue.on_their_way.push(batch.order);
        queue.alone = batch.tried;
        queue.not_before = None;
        if let Some((id, _)) = self.identity
            && batch.numbered.is_none()
        {
            batch.numbered = Some(queue.number(id, batch.records));
        }
        Some(batch)
    }

    /// A batch has been delivered.
    pub(crate) fn delivered(&mut self, batch: &Batch<T>) {
        self.held -= batch.size;
        if let Some(queue) = self.queues.get_mut(&batch.partition) {
            queue.is_back(batch);
            queue.established |= !queue.is_older(batch);
        }
    }

    /// A batch has been given up; those after it are numbered anew.
    pub(crate) fn given_up(&mut self, batch: &Batch<T>) {
        self.held -= batch.size;
        let Some(queue) = self.queues.get_mut(&batch.partition) else {
            return;
        };
        queue.is_back(batch);
        if batch.numbered.is_some() && !queue.is_older(batch) {
            queue.begin_epoch(batch.order);
        }
    }

    /// A batch is too large for its broker: its halves go in its place, numbered with those after it anew. Gives it
    /// back if it cannot be cut.
    pub(crate) fn cut(&mut self, batch: Batch<T>) -> Result<(), Box<Batch<T>>>
    where
        T: Clone,
    {
        let (whole, order, older) = (batch.size, batch.order, batch.numbered);
        let [first, second] = batch.halves(&self.options)?;
        self.held = self.held - whole + first.size + second.size;
        let Some(queue) = self.queues.get_mut(&first.partition) else {
            return Ok(());
        };
        queue.is_back(&first);
        if older.is_some_and(|numbered| numbered.epoch == queue.epoch) {
            queue.begin_epoch(order);
        }
        let place = queue.closed.partition_point(|other| other.order < order);
        queue.closed.insert(place, second);
        queue.closed.insert(place, first);
        Ok(())
    }

    /// A batch has to be sent again, not before the given moment.
    pub(crate) fn again(&mut self, mut batch: Batch<T>, not_before: Instant) {
        let Some(queue) = self.queues.get_mut(&batch.partition) else {
            return;
        };
        queue.is_back(&batch);
        if queue.is_older(&batch) && batch.order > queue.epoch_after {
            batch.numbered = None;
        }
        queue.put_back(batch, not_before);
    }

    /// The broker finds a gap before a batch, which has to be sent again, not before the given moment. If an earlier
    /// batch is still to be delivered, that fills the gap; if not, nothing does, and the batch and those after it are
    /// numbered anew.
    pub(crate) fn again_after_gap(&mut self, mut batch: Batch<T>, not_before: Instant) {
        let Some(queue) = self.queues.get_mut(&batch.partition) else {
            return;
        };
        if queue.is_behind(&batch) || (queue.is_older(&batch) && batch.order > queue.epoch_after) {
            return self.again(batch, not_before);
        }
        queue.is_back(&batch);
        queue.begin_epoch(batch.order);
        batch.numbered = None;
        queue.put_back(batch, not_before);
    }
}

impl<T> Queue<T> {
    fn close(&mut self) {
        self.closed.extend(self.open.take());
    }

    fn is_back(&mut self, batch: &Batch<T>) {
        if let Some(place) = self.on_their_way.iter().position(|order| *order == batch.order) {
            self.on_their_way.swap_remove(place);
        }
        self.alone = false;
    }

    fn put_back(&mut self, mut batch: Batch<T>, not_before: Instant) {
        batch.tried = true;
        self.not_before = Some(not_before);
        let place = self.closed.partition_point(|other| other.order < batch.order);
        self.closed.insert(place, batch);
    }

    /// Whether an earlier batch of the partition is still to be delivered.
    fn is_behind(&self, batch: &Batch<T>) -> bool {
        let waiting = self.closed.front().is_some_and(|first| first.order < batch.order);
        waiting || self.on_their_way.iter().any(|order| *order < batch.order)
    }

    /// The place of the next records among those of this producer.
    fn number(&mut self, id: ProducerId, records: usize) -> ProducerIdentity {
        let base_sequence = self.next_sequence;
        self.next_sequence = base_sequence.plus(i32::try_from(records).unwrap_or(i32::MAX));
        ProducerIdentity {
            id,
            epoch: self.epoch,
            base_sequence,
        }
    }

    /// Whether the batch was numbered before the epoch began.
    fn is_older(&self, batch: &Batch<T>) -> bool {
        batch
            .numbered
            .is_some_and(|numbered| numbered.epoch != self.epoch)
    }

    /// Numbers all batches after this one anew; nothing more is sent until those on their way are back.
    fn begin_epoch(&mut self, after: u64) {
        let Some(epoch) = self.epoch.value().checked_add(1) else {
            return;
        };
        self.epoch = ProducerEpoch::new(epoch);
        self.next_sequence = Sequence::FIRST;
        self.epoch_after = after;
        self.established = false;
        for batch in self.closed.iter_mut().filter(|batch| batch.order > after) {
            batch.numbered = None;
        }
    }

    fn may_send(&self, now: Instant) -> bool {
        let rested = self.not_before.is_none_or(|moment| now >= moment);
        let (Some(first), Some(oldest)) = (self.closed.front(), self.on_their_way.iter().min()) else {
            return rested;
        };
        let is_remembered = first.order - oldest.min(&first.order) < BATCHES_REMEMBERED;
        rested && self.established && !self.alone && !first.tried && is_remembered
    }
}

fn batch_options(options: &ProducerOptions) -> BatchOptions {
    BatchOptions {
        compression: options.compression,
        level: options.level,
        ..BatchOptions::default()
    }
}

#[cfg(test)]
mod tests;
