//! The arithmetic of a reset: facts about a partition in, its new offset out.
//!
//! Invariant: a new offset is never outside of what the log holds, `earliest <= new <= latest`, as in Kafka's tool;
//! `--to-current` alone may name an offset that retention has overtaken.

use broker_model::{Offset, Timestamp, TopicPartition};

use crate::error::CliError;

/// Whereto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The first record that the log still has.
    Earliest,
    /// After the last record.
    Latest,
    /// This offset, or the nearest in the log.
    Offset(Offset),
    /// The first record that is not older; the end if there is none.
    Time(Timestamp),
    /// So many records from the committed offset.
    Shift(i64),
    /// The committed offset; the end if there is none.
    Current,
}

/// A partition with all that decides about its new offset.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) partition: TopicPartition,
    pub(crate) target: Target,
    pub(crate) committed: Option<Offset>,
    pub(crate) earliest: Offset,
    pub(crate) latest: Offset,
    pub(crate) at_time: Option<Offset>,
}

/// The new offsets of all partitions.
///
/// # Errors
/// There is nothing to reset, or an offset is to be shifted that was never committed.
pub(crate) fn plan(facts: &[Facts]) -> Result<Vec<(TopicPartition, Offset)>, CliError> {
    if facts.is_empty() {
        return Err(CliError::Impossible(
            "there is nothing to reset: the group has no offsets there; name topics with --topic".to_owned(),
        ));
    }
    let planned = facts
        .iter()
        .map(|facts| Ok((facts.partition.clone(), new_offset(facts)?)));
    planned.collect()
}

fn new_offset(facts: &Facts) -> Result<Offset, CliError> {
    let within = |offset: Offset| offset.max(facts.earliest).min(facts.latest);
    match facts.target {
        Target::Earliest => Ok(facts.earliest),
        Target::Latest => Ok(facts.latest),
        Target::Offset(offset) => Ok(within(offset)),
        Target::Time(_) => Ok(within(facts.at_time.unwrap_or(facts.latest))),
        Target::Current => Ok(facts.committed.unwrap_or(facts.latest)),
        Target::Shift(count) => match facts.committed {
            Some(committed) => Ok(within(committed.plus(count))),
            None => Err(CliError::Impossible(format!(
                "{} cannot be shifted: the group has no offset there; use --to-earliest, --to-latest or --to-offset",
                facts.partition
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use broker_model::PartitionIndex;

    use super::*;

    /// A log that holds 10 to 100, of which a group has read up to `committed`.
    fn facts(target: Target, committed: Option<i64>, at_time: Option<i64>) -> Facts {
        Facts {
            partition: TopicPartition::new("t", PartitionIndex::new(0)),
            target,
            committed: committed.map(Offset::new),
            earliest: Offset::new(10),
            latest: Offset::new(100),
            at_time: at_time.map(Offset::new),
        }
    }

    fn new(target: Target, committed: Option<i64>, at_time: Option<i64>) -> i64 {
        plan(&[facts(target, committed, at_time)]).unwrap()[0].1.value()
    }

    #[test]
    fn the_ends_are_those_of_the_log() {
        assert_eq!(new(Target::Earliest, Some(50), None), 10);
        assert_eq!(new(Target::Latest, Some(50), None), 100);
    }

    #[test]
    fn an_offset_outside_of_the_log_becomes_the_nearest_in_it() {
        let to = |offset| new(Target::Offset(Offset::new(offset)), None, None);
        assert_eq!([to(5), to(10), to(60), to(100), to(101)], [10, 10, 60, 100, 100]);
    }

    #[test]
    fn a_shift_counts_from_the_committed_offset_and_stays_in_the_log() {
        let by = |count| new(Target::Shift(count), Some(50), None);
        assert_eq!([by(7), by(-7), by(0), by(60), by(-60)], [57, 43, 50, 100, 10]);
        assert_eq!([by(i64::MAX), by(i64::MIN)], [100, 10]);
    }

    #[test]
    fn without_a_committed_offset_there_is_nothing_to_shift() {
        let outcome = plan(&[facts(Target::Shift(1), None, None)]);
        assert!(matches!(outcome, Err(CliError::Impossible(_))));
    }

    #[test]
    fn a_moment_after_the_last_record_is_the_end() {
        let moment = Target::Time(Timestamp::from_ms(5));
        assert_eq!(new(moment, None, Some(70)), 70);
        assert_eq!(new(moment, Some(50), None), 100);
    }

    #[test]
    fn the_current_offset_stays_even_where_the_log_has_gone_on() {
        assert_eq!(new(Target::Current, Some(3), None), 3);
        assert_eq!(new(Target::Current, None, None), 100);
    }

    #[test]
    fn a_plan_for_nothing_is_refused() {
        assert!(matches!(plan(&[]), Err(CliError::Impossible(_))));
    }
}
