//! The rows, by theme, and the words that they are written in.

pub(super) mod broker_groups;
pub(super) mod broker_log;
pub(super) mod broker_network;
pub(super) mod broker_node;
pub(super) mod broker_producers;
pub(super) mod broker_remote;
pub(super) mod broker_security;
pub(super) mod broker_topics;
pub(super) mod client_metrics;
pub(super) mod group;
pub(super) mod topic;

/// Writes a table; what stands in a row is said at the head of each table.
macro_rules! configs {
    ($vis:vis static $table:ident: $($name:literal: $kind:ident = $default:expr, $validator:expr, $importance:ident,
        $update_mode:ident, $visibility:ident, $acts:expr, [$($synonym:expr),*], $doc:literal;)*) => {
        $vis static $table: &[ConfigDef] = &[$(ConfigDef {
            name: $name,
            kind: ConfigType::$kind,
            default: $default,
            validator: $validator,
            importance: Importance::$importance,
            update_mode: UpdateMode::$update_mode,
            visibility: Visibility::$visibility,
            acts: $acts,
            synonyms: &[$($synonym),*],
            doc: $doc,
        },)*];
    };
}

mod prelude {
    pub(super) use super::super::Acts::{No, Yes};
    pub(super) use super::super::DefaultValue::{Null, Required, Value};
    pub(super) use super::super::Synonym::{Hours, Minutes, Same};
    pub(super) use super::super::Validator::{
        Any, AtLeast, Between, BetweenFractions, Distinct, EachOneOf, GzipLevel, NonEmpty, NonEmptyDistinct,
        NonNull, OffsetReset, OneOf, OneOfIgnoringCase, ThrottledReplicas,
    };
    pub(super) use super::super::{ConfigDef, ConfigType, Importance, UpdateMode, Visibility};
    pub(super) use configs;

    /// Why rows do not act.
    pub(super) const CONSUMER_PROTOCOL: &str = "groups of the consumer protocol (KIP-848) are not served";
    pub(super) const DEAD_LETTERS: &str = "dead letter queues are not served";
    pub(super) const DELEGATION_TOKENS: &str = "delegation tokens are not served";
    pub(super) const JAVA_CLASS: &str = "it names a Java class, and there is no JVM";
    pub(super) const METADATA_KEPT: &str =
        "of the metadata two snapshots are kept, and the log from the older one on";
    pub(super) const MORE_NODES: &str = "a cluster has one node";
    pub(super) const NO_SUCH_PART: &str = "the part that it tunes does not exist here";
    pub(super) const QUORUM: &str = "the metadata quorum has one node";
    pub(super) const QUOTAS: &str = "quotas are not served";
    pub(super) const SASL: &str = "SASL is not served";
    pub(super) const SHARE_GROUPS: &str = "share groups are not served";
    pub(super) const STREAMS_GROUPS: &str = "streams groups are not served";
    pub(super) const TELEMETRY: &str = "client metrics are not served";
    pub(super) const TIERING: &str = "this part of tiered storage is not served";
    pub(super) const TLS: &str = "TLS is not served";
    pub(super) const TRANSACTIONS: &str = "transactions are not served";
}
