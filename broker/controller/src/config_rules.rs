//! What the controller must know about configurations, and does not define itself.
//!
//! Names, types and bounds stand in the configuration tables; the values that a node was started with are known to
//! the server alone. Both come in through this trait.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use broker_metadata::{ConfigResource, MetadataImage};

use crate::ApiError;

/// A configuration as it acts on a topic, for the answer to CreateTopics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveConfig {
    /// Its name.
    pub name: Arc<str>,
    /// Its value; `None` when there is none or when it is sensitive.
    pub value: Option<Arc<str>>,
    /// Whether it cannot be changed while the cluster runs.
    pub read_only: bool,
    /// Where the value comes from, as a number of DescribeConfigs.
    pub source: i8,
    /// Whether the value is secret.
    pub is_sensitive: bool,
}

/// Whether a cluster keeps logs in an object store, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteTier {
    /// `remote.log.storage.system.enable`.
    Enabled,
    /// Nothing was ever tiered, as far as this node knows.
    Disabled,
}

/// Meaning of configurations.
pub trait ConfigRules: Send + Sync + fmt::Debug {
    /// Whether the resource may have exactly these configurations; the image says what the brokers have.
    ///
    /// # Errors
    /// A name is unknown or a value out of bounds; code and reason as for AlterConfigs.
    fn validate(
        &self,
        image: &MetadataImage,
        resource: &ConfigResource,
        configs: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Result<(), ApiError>;

    /// Whether the configuration of that resource's kind is a list, so that APPEND and SUBTRACT make sense.
    fn is_list(&self, resource: &ConfigResource, name: &str) -> bool;

    /// The value that acts when the resource sets none: what a list is appended to.
    fn inherited_value(
        &self,
        image: &MetadataImage,
        resource: &ConfigResource,
        name: &str,
    ) -> Option<Arc<str>>;

    /// Whether topics of this cluster may have objects in a remote tier.
    fn remote_tier(&self, image: &MetadataImage) -> RemoteTier;

    /// A configuration that is added so that a topic keeps what it has: one that is tiered without saying so has to say so
    /// when what it is to have else would end that.
    fn keeping(
        &self,
        image: &MetadataImage,
        resource: &ConfigResource,
        configs: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Option<(&'static str, &'static str)>;

    /// Every configuration of a topic that sets `own`, by name.
    fn effective_topic_configs(
        &self,
        image: &MetadataImage,
        own: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Vec<EffectiveConfig>;
}
