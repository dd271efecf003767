//! Metadata versions: which records and fields may be written (KIP-778).
//!
//! Level and name are Kafka's. The record versions follow from the level; reading is possible at every level.

/// A level of the feature `metadata.version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetadataVersion(i16);

/// Level and name of every metadata version that Kafka 4.4 knows; the last is not for production.
const NAMES: [(i16, &str); 28] = [
    (7, "3.3-IV3"),
    (8, "3.4-IV0"),
    (9, "3.5-IV0"),
    (10, "3.5-IV1"),
    (11, "3.5-IV2"),
    (12, "3.6-IV0"),
    (13, "3.6-IV1"),
    (14, "3.6-IV2"),
    (15, "3.7-IV0"),
    (16, "3.7-IV1"),
    (17, "3.7-IV2"),
    (18, "3.7-IV3"),
    (19, "3.7-IV4"),
    (20, "3.8-IV0"),
    (21, "3.9-IV0"),
    (22, "4.0-IV0"),
    (23, "4.0-IV1"),
    (24, "4.0-IV2"),
    (25, "4.0-IV3"),
    (26, "4.1-IV0"),
    (27, "4.1-IV1"),
    (28, "4.2-IV0"),
    (29, "4.2-IV1"),
    (30, "4.3-IV0"),
    (31, "4.4-IV0"),
    (32, "4.4-IV1"),
    (33, "4.4-IV2"),
    (34, "4.5-IV0"),
];

impl MetadataVersion {
    /// The lowest level that Kafka 4 can start from: 3.3-IV3.
    pub const MINIMUM: Self = Self(7);
    /// The level that `format` writes: 4.4-IV2.
    pub const LATEST: Self = Self(33);

    /// Finds the level.
    pub fn from_level(level: i16) -> Option<Self> {
        NAMES
            .iter()
            .any(|(known, _)| *known == level)
            .then_some(Self(level))
    }

    /// Finds the version by name: `4.4-IV2`, or `4.4` for the latest of that release that is for production.
    pub fn from_name(name: &str) -> Option<Self> {
        let exact = NAMES.iter().find(|(_, known)| *known == name);
        let release = || {
            NAMES
                .iter()
                .rev()
                .find(|(level, known)| *level <= Self::LATEST.0 && known.split('-').next() == Some(name))
        };
        exact.or_else(release).map(|(level, _)| Self(*level))
    }

    /// The level as stored in feature records.
    pub const fn level(self) -> i16 {
        self.0
    }

    /// Name of the version.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(level, _)| *level == self.0)
            .map_or("unknown", |(_, name)| name)
    }

    /// Whether replicas carry the directory that they lie in (KIP-858).
    pub const fn supports_directory_assignment(self) -> bool {
        self.0 >= 17
    }

    /// Whether eligible leader replicas are kept (KIP-966).
    pub const fn supports_elr(self) -> bool {
        self.0 >= 23
    }

    /// Whether log directories can be cordoned (KIP-1066).
    pub const fn supports_cordoned_log_dirs(self) -> bool {
        self.0 >= 30
    }

    /// Version in which broker registrations are written.
    pub const fn register_broker_record_version(self) -> i16 {
        match self.0 {
            30.. => 4,
            17.. => 3,
            8.. => 2,
            _ => 1,
        }
    }

    /// Version in which partitions are written.
    pub const fn partition_record_version(self) -> i16 {
        match self.0 {
            23.. => 2,
            17.. => 1,
            _ => 0,
        }
    }

    /// Version in which changes of partitions are written.
    pub const fn partition_change_record_version(self) -> i16 {
        self.partition_record_version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_levels_are_kafkas() {
        assert_eq!(MetadataVersion::LATEST.name(), "4.4-IV2");
        assert_eq!(
            MetadataVersion::from_name("3.3-IV3"),
            Some(MetadataVersion::MINIMUM)
        );
        assert_eq!(MetadataVersion::from_name("4.4"), Some(MetadataVersion::LATEST));
        assert_eq!(MetadataVersion::from_name("2.8-IV1"), None);
        assert_eq!(MetadataVersion::from_level(6), None);
    }

    #[test]
    fn record_versions_follow_the_level() {
        let expected = [
            // level, RegisterBroker, Partition, PartitionChange
            (7, 1, 0, 0),
            (8, 2, 0, 0),
            (9, 2, 0, 0),
            (10, 2, 0, 0),
            (11, 2, 0, 0),
            (12, 2, 0, 0),
            (13, 2, 0, 0),
            (14, 2, 0, 0),
            (15, 2, 0, 0),
            (16, 2, 0, 0),
            (17, 3, 1, 1),
            (18, 3, 1, 1),
            (19, 3, 1, 1),
            (20, 3, 1, 1),
            (21, 3, 1, 1),
            (22, 3, 1, 1),
            (23, 3, 2, 2),
            (24, 3, 2, 2),
            (25, 3, 2, 2),
            (26, 3, 2, 2),
            (27, 3, 2, 2),
            (28, 3, 2, 2),
            (29, 3, 2, 2),
            (30, 4, 2, 2),
            (31, 4, 2, 2),
            (32, 4, 2, 2),
            (33, 4, 2, 2),
            (34, 4, 2, 2),
        ];
        for (level, broker, partition, change) in expected {
            let version = MetadataVersion::from_level(level).unwrap();
            assert_eq!(version.register_broker_record_version(), broker, "{level}");
            assert_eq!(version.partition_record_version(), partition, "{level}");
            assert_eq!(version.partition_change_record_version(), change, "{level}");
        }
    }
}
