//! Plans as files: lines of `topic,partition,offset`, or with the group in front, as Kafka's tool exports them.

use std::collections::BTreeMap;
use std::path::Path;

use broker_model::{Offset, PartitionIndex, TopicPartition};

use crate::error::CliError;

/// Reads the offsets that a file plans for a group; lines for other groups are left out.
///
/// # Errors
/// The file cannot be read, or a line is no plan.
pub(crate) fn read(path: &Path, group: &str) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
    let text = std::fs::read_to_string(path).map_err(|source| CliError::File {
        path: path.to_owned(),
        source,
    })?;
    parse(&text, group)
}

fn parse(text: &str, group: &str) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
    let mut offsets = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let (of_group, key, offset) = parse_line(line).ok_or_else(|| CliError::Input {
            line: number,
            reason: format!("{line:?} is no topic,partition,offset"),
        })?;
        if of_group.is_none_or(|of_group| of_group == group) {
            offsets.insert(key, offset);
        }
    }
    Ok(offsets)
}

fn parse_line(line: &str) -> Option<(Option<&str>, TopicPartition, Offset)> {
    let cells: Vec<&str> = line.split(',').map(unquoted).collect::<Option<_>>()?;
    let (group, rest) = match cells.len() {
        3 => (None, cells.as_slice()),
        4 => (Some(cells[0]), &cells[1..]),
        _ => return None,
    };
    let partition: i32 = rest[1].parse().ok().filter(|partition| *partition >= 0)?;
    let offset: i64 = rest[2].parse().ok().filter(|offset| *offset >= 0)?;
    let key = TopicPartition::new(rest[0], PartitionIndex::new(partition));
    Some((group, key, Offset::new(offset)))
}

fn unquoted(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    Some(inner.unwrap_or(cell)).filter(|cell| !cell.is_empty())
}

/// The file of a plan.
pub(crate) fn write(planned: &[(TopicPartition, Offset)]) -> String {
    let line =
        |(key, offset): &(TopicPartition, Offset)| format!("{},{},{offset}\n", key.topic, key.partition);
    planned.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(topic: &str, partition: i32) -> TopicPartition {
        TopicPartition::new(topic, PartitionIndex::new(partition))
    }

    #[test]
    fn what_is_exported_is_read_as_the_same_plan() {
        let planned = vec![(key("a", 0), Offset::new(5)), (key("b.c", 12), Offset::new(0))];
        assert_eq!(write(&planned), "a,0,5\nb.c,12,0\n");
        assert_eq!(
            parse(&write(&planned), "g").unwrap(),
            planned.into_iter().collect()
        );
    }

    #[test]
    fn lines_of_other_groups_are_left_out() {
        let text = "\"g\",\"a\",0,5\r\n\nother,a,1,6\n";
        assert_eq!(parse(text, "g").unwrap(), [(key("a", 0), Offset::new(5))].into());
    }

    #[test]
    fn a_line_that_is_no_plan_is_told_by_its_number() {
        for line in ["a,0", "a,x,5", "a,0,-5", "a,-1,5", ",0,5", "a,0,5,6,7"] {
            let outcome = parse(&format!("a,0,5\n{line}"), "g");
            assert!(matches!(outcome, Err(CliError::Input { line: 2, .. })), "{line}");
        }
    }
}
