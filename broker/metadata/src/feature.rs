//! Features: named levels that the whole cluster has agreed on (KIP-584, KIP-1022).
//!
//! States which levels this program can act on. A feature that Kafka has and this program does not act on is kept
//! in the image when a log holds it, but is neither advertised nor set.

use crate::messages::FeatureLevelRecord;
use crate::{MetadataRecord, MetadataVersion};

/// Names of features.
pub mod names {
    /// Which metadata records may be written.
    pub const METADATA_VERSION: &str = "metadata.version";
    /// Whether the quorum's voters are kept in its log (KIP-853).
    pub const KRAFT_VERSION: &str = "kraft.version";
    /// Whether eligible leader replicas are kept (KIP-966).
    pub const ELIGIBLE_LEADER_REPLICAS_VERSION: &str = "eligible.leader.replicas.version";
}

/// A feature and the levels of it that this program supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Name on the wire and in records.
    pub name: &'static str,
    /// Lowest supported level.
    pub minimum: i16,
    /// Highest supported level.
    pub maximum: i16,
}

/// Every feature that this program supports, by name; what it registers and advertises.
pub const SUPPORTED_FEATURES: [Feature; 3] = [
    Feature {
        name: names::ELIGIBLE_LEADER_REPLICAS_VERSION,
        minimum: 0,
        maximum: 1,
    },
    Feature {
        name: names::KRAFT_VERSION,
        minimum: 0,
        maximum: 1,
    },
    Feature {
        name: names::METADATA_VERSION,
        minimum: 7,
        maximum: 33,
    },
];

/// Level of `kraft.version` in every metadata log of ours: its voters stand in the log itself (KIP-853). The level is
/// kept by control records and never by records of features.
pub const KRAFT_VERSION_LEVEL: i16 = 1;

/// The version from which on a new cluster keeps eligible leader replicas: 4.1-IV0.
const ELIGIBLE_LEADER_REPLICAS_FROM: i16 = 26;

/// What the log of a new cluster begins with: the levels of its features as of that metadata version. A feature at
/// level 0 has no record.
pub fn bootstrap_records(version: MetadataVersion) -> Vec<MetadataRecord> {
    let mut levels = vec![(names::METADATA_VERSION, version.level())];
    if version.level() >= ELIGIBLE_LEADER_REPLICAS_FROM {
        levels.push((names::ELIGIBLE_LEADER_REPLICAS_VERSION, 1));
    }
    let record = |(name, level): (&str, i16)| {
        MetadataRecord::from(FeatureLevelRecord {
            name: name.into(),
            feature_level: level,
            ..FeatureLevelRecord::default()
        })
    };
    levels.into_iter().map(record).collect()
}

/// Finds a supported feature.
pub fn feature(name: &str) -> Option<&'static Feature> {
    SUPPORTED_FEATURES.iter().find(|feature| feature.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_cluster_begins_with_the_features_of_its_version() {
        let levels = |name: &str| {
            let records = bootstrap_records(MetadataVersion::from_name(name).unwrap());
            let level = |record: &MetadataRecord| match record {
                MetadataRecord::FeatureLevel(record) => (record.name.to_string(), record.feature_level),
                other => panic!("{other:?}"),
            };
            records.iter().map(level).collect::<Vec<_>>()
        };
        let version = |level| (names::METADATA_VERSION.to_owned(), level);
        let kept = (names::ELIGIBLE_LEADER_REPLICAS_VERSION.to_owned(), 1);
        assert_eq!(levels("4.4"), [version(33), kept.clone()]);
        assert_eq!(levels("4.1-IV0"), [version(26), kept]);
        assert_eq!(levels("4.0"), [version(25)]);
    }
}
