//! Reads a history and sends each line to what judges it; in several passes if there are more records than memory for
//! them.
//!
//! Invariant: one pass holds at most [`Limits::records`] records; which partitions a pass holds is decided by a count
//! beforehand. Everything that belongs to no partition's log is judged in the first pass.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::anomaly::Anomaly;
use crate::error::HistoryError;
use crate::event::{Event, Isolation, Outcome, Promise};
use crate::leadership::Leadership;
use crate::ledger::{Commits, Metadata, WrongRead};
use crate::outage::Outages;
use crate::partition_log::{Known, PartitionLog, Seen};
use crate::report::{Figures, Findings, Report};
use crate::values::Writers;

/// How much is held at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Records, each counted once for its send and once for each read. One takes about 120 bytes.
    pub records: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { records: 8_000_000 }
    }
}

/// Partitions of one pass.
type Share = HashSet<(String, i32)>;

/// Checks the history in a file.
///
/// # Errors
/// The file cannot be read, a line is no event, or one partition alone is larger than the limit.
pub fn check(path: &Path, limits: Limits) -> Result<Report, HistoryError> {
    let mut counts: HashMap<(String, i32), u64> = HashMap::new();
    each_event(path, |event| {
        if let Some((topic, partition, records)) = event.records_of() {
            *counts.entry((topic.to_owned(), partition)).or_default() += records;
        }
    })?;
    let mut report: Option<(Findings, Report)> = None;
    for share in shares(counts, limits)? {
        let mut checker = Checker::of(share, report.is_none());
        each_event(path, |event| checker.observe(&event))?;
        let (findings, part) = checker.judge();
        match &mut report {
            None => report = Some((findings, part)),
            Some((all, whole)) => {
                all.merge(findings);
                whole.unverified.extend(part.unverified);
                whole.figures.resent += part.figures.resent;
                whole.figures.batches_compared += part.figures.batches_compared;
            }
        }
    }
    let (findings, mut report) = report.unwrap_or_default();
    report.found = findings.into_vec();
    Ok(report)
}

fn shares(counts: HashMap<(String, i32), u64>, limits: Limits) -> Result<Vec<Share>, HistoryError> {
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort();
    let mut shares = vec![Share::new()];
    let mut held = 0;
    for ((topic, partition), records) in sorted {
        if records > limits.records {
            let limit = limits.records;
            return Err(HistoryError::TooLarge {
                topic,
                partition,
                records,
                limit,
            });
        }
        if held + records > limits.records {
            shares.push(Share::new());
            held = 0;
        }
        held += records;
        if let Some(share) = shares.last_mut() {
            share.insert((topic, partition));
        }
    }
    Ok(shares)
}

fn each_event(path: &Path, mut observe: impl FnMut(Event)) -> Result<(), HistoryError> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut text = String::new();
    let mut line = 0;
    loop {
        text.clear();
        if reader.read_line(&mut text)? == 0 {
            return Ok(());
        }
        line += 1;
        if !text.trim().is_empty() {
            observe(serde_json::from_str(&text).map_err(|source| HistoryError::Line { line, source })?);
        }
    }
}

/// Judges a history that is handed over event by event.
#[derive(Debug, Default)]
pub struct Checker {
    /// The partitions to judge; all of them if there is no share.
    share: Option<Share>,
    /// A later pass over the same history judges logs only.
    logs_only: bool,
    findings: Findings,
    figures: Figures,
    writers: Writers,
    logs: HashMap<(String, i32), PartitionLog>,
    known: Known,
    leadership: Leadership,
    commits: Commits,
    metadata: Metadata,
    outages: Outages,
}

impl Checker {
    fn of(share: Share, first: bool) -> Self {
        Self {
            share: Some(share),
            logs_only: !first,
            ..Self::default()
        }
    }

    /// Takes the next event.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Send { .. } => self.send(event),
            Event::Poll { .. } => self.poll(event),
            Event::Transaction { id, end, .. } => {
                self.known.transactions.insert(id.clone(), *end);
            }
            Event::Assign { client, .. } => self
                .logs
                .values_mut()
                .for_each(|log| log.positions.forget(client)),
            Event::ReadAll {
                client,
                topic,
                partition,
                from,
                to,
                ..
            } => {
                if let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) {
                    log.read_all(client, *from, *to);
                }
            }
            Event::Batches {
                topic,
                partition,
                batches,
            } => {
                if let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) {
                    log.batches.found(batches);
                }
            }
            Event::OnDisk { .. } | Event::Served { .. } => self.bytes(event),
            Event::UnderMin {
                topic,
                partition,
                from,
                to,
            } => {
                if let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) {
                    log.under_min(*from, *to, &self.writers, &mut self.findings);
                }
            }
            _ if self.logs_only => {}
            Event::Commit { .. } | Event::Committed { .. } => self.commit(event),
            Event::Write { .. } | Event::Read { .. } => self.register(event),
            Event::Fault {
                name,
                target,
                phase,
                at,
            } => self.outages.fault(name, target, *phase, *at),
            Event::LoadEnds { at } => self.outages.load_ends(*at),
            Event::Owner { .. }
            | Event::Watermarks { .. }
            | Event::Leader { .. }
            | Event::Controller { .. }
            | Event::Replica { .. } => self.leadership.observe(event, &mut self.findings),
        }
    }

    fn send(&mut self, event: &Event) {
        let Event::Send {
            client,
            topic,
            partition,
            number,
            promise,
            idempotent,
            transaction,
            invoked,
            completed,
            result,
            offset,
            ..
        } = event
        else {
            return;
        };
        match result {
            Outcome::Ok => self.figures.acknowledged += 1,
            Outcome::Fail => self.figures.failed += 1,
            Outcome::Info => self.figures.unknown += 1,
        }
        match (*promise, *result) {
            (Promise::Leader, _) => {}
            (Promise::All, Outcome::Ok) => self.outages.acknowledged(topic, *partition, *completed),
            (Promise::All, _) => self.outages.given_up(topic, *partition, *invoked),
        }
        let value = self.writers.value(client, *number);
        if *idempotent {
            self.known.idempotent.insert(value.writer);
        }
        let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) else {
            return;
        };
        if let Some(id) = transaction {
            log.in_transaction(value, id);
        }
        match (result, promise) {
            (Outcome::Fail, _) => log.failed(value),
            (Outcome::Ok, Promise::All) => {
                if let Err(other) = log.acknowledged(value, (*invoked, *completed), *offset) {
                    inconsistent(
                        (topic, *partition, offset.unwrap_or(-1)),
                        [other, value],
                        &self.writers,
                        &mut self.findings,
                    );
                }
            }
            _ => {}
        }
    }

    fn poll(&mut self, event: &Event) {
        let Event::Poll {
            client,
            topic,
            partition,
            isolation,
            last,
            records,
            ..
        } = event
        else {
            return;
        };
        let count = if *last {
            &mut self.figures.read_last
        } else {
            &mut self.figures.read
        };
        *count += records.len() as u64;
        let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) else {
            return;
        };
        let how = match (last, isolation) {
            (true, _) => Seen::Complete(client),
            (false, Isolation::Committed) => Seen::PolledCommitted,
            (false, Isolation::Uncommitted) => Seen::Polled,
        };
        for (offset, text) in records {
            let value = self.writers.parse(text);
            if let Err(other) = log.seen(value, *offset, how) {
                inconsistent(
                    (topic, *partition, *offset),
                    [other, value],
                    &self.writers,
                    &mut self.findings,
                );
            }
            if let Err(expected) = log.positions.handed(client, *offset) {
                self.findings.add(Anomaly::PollBack, || {
                    format!("{topic}-{partition}: {client} was handed {offset} and not {expected}")
                });
            }
        }
    }

    fn bytes(&mut self, event: &Event) {
        match event {
            Event::OnDisk {
                topic,
                partition,
                batches,
                ..
            } => {
                if let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) {
                    log.bytes.held(batches);
                }
            }
            Event::Served {
                client,
                topic,
                partition,
                batches,
            } => {
                if let Some(log) = log_of(&self.share, &mut self.logs, topic, *partition) {
                    log.bytes.served(client, batches);
                }
            }
            _ => {}
        }
    }

    fn commit(&mut self, event: &Event) {
        if let Event::Commit {
            group,
            generation,
            topic,
            partition,
            offset,
            invoked,
            completed,
            result,
        } = event
        {
            let key = (group.clone(), topic.clone(), *partition);
            let (register, newest) = self.commits.entry(key).or_default();
            register.wrote(*offset, *invoked, *completed, *result);
            if *result != Outcome::Ok {
                return;
            }
            self.figures.commits += 1;
            if let (Some(now), Some(before)) = (*generation, *newest)
                && now < before
            {
                self.findings.add(Anomaly::StaleCommit, || {
                    format!("group {group}, {topic}-{partition}: generation {now} after {before}")
                });
            }
            *newest = (*newest).max(*generation);
        }
        if let Event::Committed {
            group,
            topic,
            partition,
            offset,
            invoked,
            ..
        } = event
        {
            let key = (group.clone(), topic.clone(), *partition);
            let Some((register, _)) = self.commits.get(&key) else {
                return;
            };
            let found = (*offset >= 0).then_some(offset);
            let Err(wrong) = register.read(found, *invoked) else {
                return;
            };
            let highest = register.possible().max();
            let above = highest.is_none_or(|highest| offset > highest);
            let what = match wrong {
                WrongRead::Lost if !above => Anomaly::CommitLost,
                _ => Anomaly::CommitInvented,
            };
            self.findings.add(what, || {
                format!("group {group}, {topic}-{partition}: goes on at {offset}, {highest:?} was committed")
            });
        }
    }

    fn register(&mut self, event: &Event) {
        match event {
            Event::Write {
                register,
                value,
                invoked,
                completed,
                result,
            } => {
                let known = self.metadata.entry(register.clone()).or_default();
                known.wrote(value.clone(), *invoked, *completed, *result);
            }
            Event::Read {
                register,
                value,
                invoked,
                ..
            } => {
                let wrong = self
                    .metadata
                    .get(register)
                    .is_some_and(|known| known.read(value.as_ref(), *invoked).is_err());
                if wrong {
                    self.findings
                        .add(Anomaly::MetadataLost, || format!("{register} is {value:?}"));
                }
            }
            _ => {}
        }
    }

    fn judge(mut self) -> (Findings, Report) {
        let mut logs: Vec<_> = self.logs.into_iter().collect();
        logs.sort_by(|left, right| left.0.cmp(&right.0));
        let mut unverified = Vec::new();
        for ((topic, partition), log) in &logs {
            log.finish(&mut self.known, &self.writers, &mut self.findings);
            self.figures.batches_compared += log.bytes.compared();
            if log.is_unverified() {
                unverified.push(format!("{topic}-{partition}"));
            }
        }
        for (id, (there, missing)) in &self.known.parts {
            if *missing > 0 {
                let what = if *there > 0 {
                    Anomaly::TornTransaction
                } else {
                    Anomaly::LostWrite
                };
                self.findings.add(what, || {
                    format!("transaction {id}: {there} records are there, {missing} are not")
                });
            }
        }
        self.figures.resent = self.known.resent;
        self.figures.outages = self.outages.finish();
        let report = Report {
            found: Vec::new(),
            unverified,
            figures: self.figures,
        };
        (self.findings, report)
    }

    /// The verdict, after the last event.
    #[must_use]
    pub fn finish(self) -> Report {
        let (findings, mut report) = self.judge();
        report.found = findings.into_vec();
        report
    }
}

/// The log to judge an event with, if its partition is in the share.
fn log_of<'a>(
    share: &Option<Share>,
    logs: &'a mut HashMap<(String, i32), PartitionLog>,
    topic: &str,
    partition: i32,
) -> Option<&'a mut PartitionLog> {
    let key = (topic.to_owned(), partition);
    if share.as_ref().is_some_and(|share| !share.contains(&key)) {
        return None;
    }
    Some(
        logs.entry(key)
            .or_insert_with(|| PartitionLog::new(topic, partition)),
    )
}

fn inconsistent(
    (topic, partition, offset): (&str, i32, i64),
    [one, other]: [crate::values::Value; 2],
    writers: &Writers,
    findings: &mut Findings,
) {
    findings.add(Anomaly::InconsistentOffset, || {
        format!(
            "{topic}-{partition} at {offset}: {} and {}",
            writers.show(one),
            writers.show(other)
        )
    });
}
