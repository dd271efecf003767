//! What became of the records: counted by partition, failures told and counted.

use std::collections::BTreeMap;

use broker_client::{ClientError, Delivery};
use broker_model::{Offset, PartitionIndex};
use serde::Serialize;

use crate::error::CliError;
use crate::output::{OutputFormat, Shown};
use crate::table::Table;

/// Failures that are told; the others are only counted.
const FAILURES_TOLD: usize = 10;

/// Counts of what was delivered and what was not.
#[derive(Debug)]
pub(crate) struct Delivered {
    topic: String,
    partitions: BTreeMap<PartitionIndex, Count>,
    records: usize,
    failed: usize,
    failures: Vec<ClientError>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    records: usize,
    first: Option<Offset>,
    last: Option<Offset>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    topic: String,
    records: usize,
    failed: usize,
    partitions: Vec<PartitionSummary>,
}

#[derive(Debug, Serialize)]
struct PartitionSummary {
    partition: i32,
    records: usize,
    first_offset: Option<i64>,
    last_offset: Option<i64>,
}

impl Delivered {
    pub(crate) fn new(topic: &str) -> Self {
        Self {
            topic: topic.to_owned(),
            partitions: BTreeMap::new(),
            records: 0,
            failed: 0,
            failures: Vec::new(),
        }
    }

    pub(crate) fn take_in(&mut self, delivery: Delivery<()>) {
        match delivery.outcome {
            Ok(base) => {
                self.records += delivery.records;
                let count = self.partitions.entry(delivery.partition.partition).or_default();
                count.records += delivery.records;
                let last = base.map(|base| base.plus(delivery.records as i64 - 1));
                count.first = match (count.first, base) {
                    (Some(known), Some(base)) => Some(known.min(base)),
                    (known, base) => known.or(base),
                };
                // None is less than any offset.
                count.last = count.last.max(last);
            }
            Err(error) => {
                self.failed += delivery.records;
                if self.failures.len() < FAILURES_TOLD {
                    self.failures.push(error);
                }
            }
        }
    }

    /// Whether anything was delivered.
    pub(crate) fn any(&self) -> bool {
        self.records > 0
    }

    pub(crate) fn summary(&self) -> Summary {
        let partitions = self.partitions.iter().map(|(partition, count)| PartitionSummary {
            partition: partition.value(),
            records: count.records,
            first_offset: count.first.map(Offset::value),
            last_offset: count.last.map(Offset::value),
        });
        Summary {
            topic: self.topic.clone(),
            records: self.records,
            failed: self.failed,
            partitions: partitions.collect(),
        }
    }

    /// Tells the failures; an error if there were any.
    pub(crate) fn outcome(mut self, format: OutputFormat) -> Result<(), CliError> {
        if self.failed == 0 {
            return Ok(());
        }
        if self.records == 0
            && self.failures.len() == 1
            && let Some(only) = self.failures.pop()
        {
            return Err(only.into());
        }
        for failure in self.failures {
            CliError::Client(failure).print(format);
        }
        Err(CliError::Partial {
            what: "records",
            failed: self.failed,
            total: self.records + self.failed,
        })
    }
}

impl Shown for Summary {
    fn text(&self) -> String {
        let mut table = Table::new(&["TOPIC", "PARTITION", "RECORDS", "FIRST OFFSET", "LAST OFFSET"]);
        let known = |offset: Option<i64>| offset.map_or("-".to_owned(), |offset| offset.to_string());
        for row in &self.partitions {
            table.row([
                self.topic.clone(),
                row.partition.to_string(),
                row.records.to_string(),
                known(row.first_offset),
                known(row.last_offset),
            ]);
        }
        table.to_string()
    }
}

#[cfg(test)]
mod tests {
    use broker_model::TopicPartition;

    use super::*;

    fn delivery(base: Result<Option<i64>, ()>, records: usize) -> Delivery<()> {
        let partition = TopicPartition::new("t", PartitionIndex::new(0));
        Delivery {
            outcome: match base {
                Ok(base) => Ok(base.map(Offset::new)),
                Err(()) => Err(ClientError::NoLeader {
                    partition: partition.clone(),
                }),
            },
            partition,
            records,
            bytes: 0,
            tokens: Vec::new(),
        }
    }

    #[test]
    fn a_partition_spans_from_its_first_to_its_last_delivery() {
        let mut delivered = Delivered::new("t");
        for base in [Some(10), Some(5), None] {
            delivered.take_in(delivery(Ok(base), 5));
        }
        let summary = delivered.summary();
        let row = &summary.partitions[0];
        assert_eq!(
            (row.first_offset, row.last_offset, row.records),
            (Some(5), Some(14), 15)
        );
        assert!(delivered.outcome(OutputFormat::Table).is_ok());
    }

    #[test]
    fn some_failures_are_a_part_and_nothing_else_the_cause_itself() {
        let mut all = Delivered::new("t");
        all.take_in(delivery(Err(()), 3));
        assert!(matches!(
            all.outcome(OutputFormat::Table),
            Err(CliError::Client(_))
        ));
        let mut some = Delivered::new("t");
        some.take_in(delivery(Err(()), 3));
        some.take_in(delivery(Ok(Some(0)), 1));
        let outcome = some.outcome(OutputFormat::Table);
        assert!(matches!(
            outcome,
            Err(CliError::Partial {
                failed: 3,
                total: 4,
                ..
            })
        ));
    }
}
