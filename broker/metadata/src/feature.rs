//! Features: named levels that the whole cluster has agreed on (KIP-584, KIP-1022).
//!
//! States which levels this program can act on. A feature that Kafka has and this program does not act on is kept
//! in the image when a log holds it, but is neither advertised nor set.

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

/// Features and levels of a cluster that is formatted anew, in the order of their records.
pub const FINALIZED_AT_FORMAT: [(&str, i16); 2] = [
    (names::METADATA_VERSION, 33),
    (names::ELIGIBLE_LEADER_REPLICAS_VERSION, 1),
];

/// Finds a supported feature.
pub fn feature(name: &str) -> Option<&'static Feature> {
    SUPPORTED_FEATURES.iter().find(|feature| feature.name == name)
}
