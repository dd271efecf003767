//! Kafka's range assignor: topic by topic, each member that subscribes gets neighbours, the first ones one more where
//! the partitions do not come out even.
//!
//! Pure. Invariant: each partition of a subscribed topic goes to exactly one member that subscribes to it.

use std::collections::BTreeMap;
use std::ops::Range;

/// What each member reads: by topic, a range of partition numbers. Topics without partitions are left out.
pub(crate) fn assign<'a>(
    subscriptions: &BTreeMap<&'a str, Vec<&'a str>>,
    partitions: &BTreeMap<&'a str, i32>,
) -> BTreeMap<&'a str, BTreeMap<&'a str, Range<i32>>> {
    let mut assignment: BTreeMap<&str, BTreeMap<&str, Range<i32>>> = BTreeMap::new();
    for member in subscriptions.keys() {
        assignment.entry(member).or_default();
    }
    for (topic, count) in partitions {
        let readers: Vec<&str> = subscriptions
            .iter()
            .filter(|(_, topics)| topics.contains(topic))
            .map(|(member, _)| *member)
            .collect();
        for (member, range) in readers.iter().zip(ranges(*count, readers.len())) {
            if !range.is_empty() {
                assignment.entry(member).or_default().insert(topic, range);
            }
        }
    }
    assignment
}

/// `count` partitions cut into as many ranges as there are readers.
fn ranges(count: i32, readers: usize) -> impl Iterator<Item = Range<i32>> {
    let readers = i32::try_from(readers).unwrap_or(i32::MAX).max(1);
    let (each, more) = (count / readers, count % readers);
    (0..readers).map(move |place| {
        let start = place * each + place.min(more);
        start..start + each + i32::from(place < more)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(
        subscriptions: &[(&'static str, &[&'static str])],
        partitions: &[(&'static str, i32)],
    ) -> String {
        let subscriptions = subscriptions
            .iter()
            .map(|(member, topics)| (*member, topics.to_vec()))
            .collect();
        let assignment = assign(&subscriptions, &partitions.iter().copied().collect());
        let of_member = |(member, topics): (&str, BTreeMap<&str, Range<i32>>)| {
            let ranges: Vec<String> = topics
                .iter()
                .map(|(topic, range)| format!("{topic}{range:?}"))
                .collect();
            format!("{member}:{}", ranges.join(","))
        };
        assignment
            .into_iter()
            .map(of_member)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn the_first_members_read_one_more_of_each_topic() {
        let both: &[&str] = &["t", "u"];
        assert_eq!(
            assigned(&[("a", both), ("b", both)], &[("t", 3), ("u", 3)]),
            "a:t0..2,u0..2 b:t2..3,u2..3"
        );
    }

    #[test]
    fn members_without_a_partition_wait_and_topics_go_to_their_subscribers() {
        assert_eq!(
            assigned(
                &[("a", &["t"]), ("b", &["t"]), ("c", &["u"])],
                &[("t", 1), ("u", 2), ("v", 5)]
            ),
            "a:t0..1 b: c:u0..2"
        );
    }

    #[test]
    fn every_partition_has_one_reader() {
        for count in 0..20 {
            for readers in 1..8 {
                let all: Vec<i32> = ranges(count, readers).flatten().collect();
                assert_eq!(all, (0..count).collect::<Vec<_>>(), "{count} {readers}");
            }
        }
    }
}
