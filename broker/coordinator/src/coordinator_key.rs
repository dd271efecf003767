//! Which partition of a coordinator's topic is responsible for a key.

use broker_model::PartitionIndex;

/// The partition of `__consumer_offsets` or `__transaction_state` that is responsible for a group or a transactional
/// id: Java's hash of the text, its sign bit cleared, modulo the partitions. Clients of Kafka do not compute it, but logs that Kafka
/// wrote are laid out by it.
pub fn partition_for(key: &str, partitions: i32) -> PartitionIndex {
    let hash = key.encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    });
    PartitionIndex::new((hash & i32::MAX) % partitions.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_lie_where_kafka_put_them() {
        // From the log directories that a Kafka 4.4.0 with four partitions wrote.
        for (group, partition) in [
            ("cg1", 1),
            ("console-consumer-46115", 2),
            ("vsg1", 3),
            ("cg848", 0),
        ] {
            assert_eq!(partition_for(group, 4), PartitionIndex::new(partition), "{group}");
        }
    }

    #[test]
    fn the_smallest_hash_has_a_partition_too() {
        // Java: "polygenelubricants".hashCode() == Integer.MIN_VALUE
        assert_eq!(partition_for("polygenelubricants", 50), PartitionIndex::new(0));
        assert_eq!(partition_for("", 50), PartitionIndex::new(0));
    }
}
