//! One partition as all observers together saw it: which value stands at which offset, and who says so.
//!
//! Owns every send and read of the partition until the history ends, then judges: complete reads against what was
//! acknowledged, what consumers were handed against what is still there, order and doubles of each writer.

use std::collections::{HashMap, HashSet};

use crate::anomaly::Anomaly;
use crate::batches::Batches;
use crate::bytes::BatchBytes;
use crate::event::TransactionEnd;
use crate::positions::Positions;
use crate::report::Findings;
use crate::values::{Value, Writers};

const ACKNOWLEDGED: u16 = 1;
const READ: u16 = 1 << 1;
const READ_COMMITTED: u16 = 1 << 2;
const FIRST_COMPLETE: u32 = 3;
/// Complete readers that are told apart.
const COMPLETE_READERS: usize = 12;

#[derive(Clone, Copy, Debug)]
struct Slot {
    value: Value,
    marks: u16,
}

/// A reader that read everything at the end.
#[derive(Debug)]
struct Complete {
    client: String,
    mark: u16,
    range: Option<(i64, i64)>,
}

/// How a record came to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen<'a> {
    Acknowledged,
    Polled,
    PolledCommitted,
    Complete(&'a str),
}

/// What is known of transactions and writers when the history has ended.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) idempotent: HashSet<u32>,
    pub(crate) transactions: HashMap<String, TransactionEnd>,
    /// Records that stand twice because their producer sent them again in another epoch.
    pub(crate) resent: u64,
    /// Of each committed transaction: records that are there, and acknowledged ones that are not.
    pub(crate) parts: HashMap<String, (u64, u64)>,
}

/// One partition.
#[derive(Debug)]
pub(crate) struct PartitionLog {
    name: String,
    slots: HashMap<i64, Slot>,
    places: HashMap<Value, i64>,
    twice: Vec<(Value, i64, i64)>,
    unplaced: HashSet<Value>,
    failed: HashSet<Value>,
    transactional: HashMap<Value, String>,
    complete: Vec<Complete>,
    acknowledged: Vec<(i64, i64, Value)>,
    pub(crate) positions: Positions,
    pub(crate) batches: Batches,
    pub(crate) bytes: BatchBytes,
}

impl PartitionLog {
    pub(crate) fn new(topic: &str, partition: i32) -> Self {
        Self {
            name: format!("{topic}-{partition}"),
            slots: HashMap::new(),
            places: HashMap::new(),
            twice: Vec::new(),
            unplaced: HashSet::new(),
            failed: HashSet::new(),
            transactional: HashMap::new(),
            complete: Vec::new(),
            acknowledged: Vec::new(),
            positions: Positions::default(),
            batches: Batches::default(),
            bytes: BatchBytes::default(),
        }
    }

    pub(crate) fn failed(&mut self, value: Value) {
        self.failed.insert(value);
    }

    pub(crate) fn in_transaction(&mut self, value: Value, id: &str) {
        self.transactional.insert(value, id.to_owned());
    }

    /// A send of `acks=all` was acknowledged, perhaps without saying where the record is.
    pub(crate) fn acknowledged(
        &mut self,
        value: Value,
        times: (i64, i64),
        offset: Option<i64>,
    ) -> Result<(), Value> {
        self.acknowledged.push((times.0, times.1, value));
        match offset {
            Some(offset) => self.seen(value, offset, Seen::Acknowledged),
            None => {
                self.unplaced.insert(value);
                Ok(())
            }
        }
    }

    /// Somebody saw a value at an offset; an error is the value that was seen there before.
    pub(crate) fn seen(&mut self, value: Value, offset: i64, how: Seen<'_>) -> Result<(), Value> {
        let mark = match how {
            Seen::Acknowledged => ACKNOWLEDGED,
            Seen::Polled => READ,
            Seen::PolledCommitted => READ | READ_COMMITTED,
            Seen::Complete(client) => self.mark_of(client),
        };
        let first = *self.places.entry(value).or_insert(offset);
        if first != offset && !self.twice.contains(&(value, first, offset)) && self.twice.len() < 4096 {
            self.twice.push((value, first, offset));
        }
        let slot = self.slots.entry(offset).or_insert(Slot { value, marks: 0 });
        if slot.value != value {
            return Err(slot.value);
        }
        slot.marks |= mark;
        Ok(())
    }

    fn mark_of(&mut self, client: &str) -> u16 {
        if let Some(known) = self.complete.iter().find(|known| known.client == client) {
            return known.mark;
        }
        let index = self.complete.len().min(COMPLETE_READERS - 1);
        let mark = 1 << (FIRST_COMPLETE + u32::try_from(index).unwrap_or(0));
        self.complete.push(Complete {
            client: client.to_owned(),
            mark,
            range: None,
        });
        mark
    }

    pub(crate) fn read_all(&mut self, client: &str, from: i64, to: i64) {
        self.mark_of(client);
        if let Some(reader) = self.complete.iter_mut().find(|known| known.client == client) {
            reader.range = Some((from, to));
        }
    }

    pub(crate) fn under_min(&self, from: i64, to: i64, writers: &Writers, findings: &mut Findings) {
        for (invoked, completed, value) in &self.acknowledged {
            if *invoked >= from && *completed <= to {
                findings.add(Anomaly::AckUnderMin, || {
                    format!(
                        "{}: {} was acknowledged between {from} and {to} us",
                        self.name,
                        writers.show(*value)
                    )
                });
            }
        }
    }

    /// Whether records were acknowledged that nobody read back at the end.
    pub(crate) fn is_unverified(&self) -> bool {
        !self.acknowledged.is_empty() && !self.complete.iter().any(|reader| reader.range.is_some())
    }

    /// Judges it.
    pub(crate) fn finish(&self, known: &mut Known, writers: &Writers, findings: &mut Findings) {
        let mut offsets: Vec<i64> = self.slots.keys().copied().collect();
        offsets.sort_unstable();
        for reader in &self.complete {
            if let Some(range) = reader.range {
                self.compare(&offsets, reader, range, (known, writers, findings));
            }
        }
        self.doubles(known, writers, findings);
        self.order(&offsets, known, writers, findings);
        self.forbidden(&offsets, known, writers, findings);
        for foreign in self.bytes.foreign() {
            findings.add(Anomaly::OtherBytes, || {
                let held = if foreign.was_held {
                    "other bytes"
                } else {
                    "nothing"
                };
                format!(
                    "{}: {} was sent a batch at offset {} where disks held {held}",
                    self.name, foreign.client, foreign.offset
                )
            });
        }
        for step in self.positions.steps() {
            let first = offsets.partition_point(|offset| *offset < step.from);
            let over = offsets.iter().skip(first).take_while(|offset| **offset < step.to);
            let there = over
                .filter(|offset| self.slots[offset].marks & !ACKNOWLEDGED != 0)
                .count();
            if there > 0 {
                findings.add(Anomaly::PollSkip, || {
                    format!(
                        "{}: {} went from {} to {} over {there} records",
                        self.name, step.client, step.from, step.to
                    )
                });
            }
        }
    }

    fn compare(
        &self,
        offsets: &[i64],
        reader: &Complete,
        (from, to): (i64, i64),
        (known, writers, findings): (&mut Known, &Writers, &mut Findings),
    ) {
        let mut gap_from = from;
        for &offset in offsets.iter().filter(|offset| **offset >= from) {
            let slot = &self.slots[&offset];
            if offset > gap_from && offset < to && self.transactional.is_empty() {
                self.gap(gap_from, offset, reader, findings);
            }
            gap_from = offset + 1;
            let there = slot.marks & reader.mark != 0;
            if let Some(id) = self.transactional.get(&slot.value)
                && known.transactions.get(id) == Some(&TransactionEnd::Commit)
            {
                let part = known.parts.entry(id.clone()).or_default();
                if there {
                    part.0 += 1
                } else {
                    part.1 += 1
                }
                continue;
            }
            if there {
                continue;
            }
            let what = match (slot.marks & ACKNOWLEDGED != 0, offset < to) {
                (true, true) => Anomaly::LostWrite,
                (true, false) => Anomaly::UnseenWrite,
                (false, _) => Anomaly::VanishedRead,
            };
            if what != Anomaly::VanishedRead || slot.marks & READ != 0 {
                findings.add(what, || {
                    let value = writers.show(slot.value);
                    format!(
                        "{}: {value} at offset {offset} is not in what {} read from {from} to {to}",
                        self.name, reader.client
                    )
                });
            }
        }
        if gap_from < to && self.transactional.is_empty() {
            self.gap(gap_from, to, reader, findings);
        }
        for value in self
            .unplaced
            .iter()
            .filter(|value| !self.places.contains_key(value))
        {
            findings.add(Anomaly::LostWrite, || {
                format!(
                    "{}: {} was acknowledged and {} did not read it",
                    self.name,
                    writers.show(*value),
                    reader.client
                )
            });
        }
    }

    fn gap(&self, from: i64, to: i64, reader: &Complete, findings: &mut Findings) {
        findings.add(Anomaly::OffsetGap, || {
            format!(
                "{}: {} read nothing from offset {from} up to {to}",
                self.name, reader.client
            )
        });
    }

    /// A log knows a producer by its id and epoch, and within those by sequence numbers: what comes again in another
    /// epoch is new to it, in Kafka as here (`faultlab resent`), and only that is told apart.
    fn doubles(&self, known: &mut Known, writers: &Writers, findings: &mut Findings) {
        for (value, first, second) in &self.twice {
            if !known.idempotent.contains(&value.writer) {
                continue;
            }
            if self.batches.are_of_different_epochs(*first, *second) {
                known.resent += 1;
                continue;
            }
            findings.add(Anomaly::Duplicate, || {
                format!(
                    "{}: {} stands at offsets {first} and {second}",
                    self.name,
                    writers.show(*value)
                )
            });
        }
        for (one, other) in self.batches.overlapping() {
            findings.add(Anomaly::Duplicate, || {
                format!(
                    "{}: producer {} epoch {}: sequence {} at offset {} and sequence {} at offset {} overlap",
                    self.name, one.producer, one.epoch, one.sequence, one.from, other.sequence, other.from
                )
            });
        }
    }

    fn order(&self, offsets: &[i64], known: &Known, writers: &Writers, findings: &mut Findings) {
        let twice: HashSet<Value> = self.twice.iter().map(|twice| twice.0).collect();
        let mut last: HashMap<u32, u64> = HashMap::new();
        for offset in offsets {
            let value = self.slots[offset].value;
            if !known.idempotent.contains(&value.writer) || twice.contains(&value) {
                continue;
            }
            let before = last.entry(value.writer).or_insert(value.number);
            if value.number < *before {
                findings.add(Anomaly::Reordered, || {
                    format!(
                        "{}: {} stands at offset {offset}, behind number {before}",
                        self.name,
                        writers.show(value)
                    )
                });
            }
            *before = (*before).max(value.number);
        }
    }

    fn forbidden(&self, offsets: &[i64], known: &Known, writers: &Writers, findings: &mut Findings) {
        for offset in offsets {
            let slot = &self.slots[offset];
            let at = || format!("{}: {} at offset {offset}", self.name, writers.show(slot.value));
            if self.failed.contains(&slot.value) && slot.marks & !ACKNOWLEDGED != 0 {
                findings.add(Anomaly::FailedRead, at);
            }
            let end = self
                .transactional
                .get(&slot.value)
                .and_then(|id| known.transactions.get(id));
            if end == Some(&TransactionEnd::Abort) && slot.marks & READ_COMMITTED != 0 {
                findings.add(Anomaly::AbortedRead, at);
            }
        }
    }
}
