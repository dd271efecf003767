//! The settings of `dev` as values, with Kafka's defaults.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use broker_controller::{ApiError, ConfigRules, ControllerSettings, EffectiveConfig};
use broker_metadata::{ConfigResource, MetadataImage};
use broker_model::BrokerId;
use broker_storage::{LogConfig, RealFs};

use crate::boot::{AutoCreation, BootSettings};
use crate::clock::Clock;
use crate::drivers::metadata_log::SnapshotPolicy;
use crate::format::{AlreadyFormatted, FormatRequest, format};
use crate::network::{ListenerConfig, ListenerName, NetworkConfig};
use crate::program::ServeError;
use crate::replica_manager::{ResolveTopicSettings, TopicSettings};

#[derive(Debug)]
struct Defaults;

impl ResolveTopicSettings for Defaults {
    fn resolve(&self, _: &MetadataImage, _: &str) -> TopicSettings {
        TopicSettings {
            log: Arc::new(LogConfig::default()),
            min_in_sync_replicas: 1,
        }
    }
}

impl ConfigRules for Defaults {
    fn validate(&self, _: &ConfigResource, _: &BTreeMap<Arc<str>, Arc<str>>) -> Result<(), ApiError> {
        Ok(())
    }

    fn is_list(&self, _: &ConfigResource, _: &str) -> bool {
        false
    }

    fn inherited_value(&self, _: &ConfigResource, _: &str) -> Option<Arc<str>> {
        None
    }

    fn effective_topic_configs(
        &self,
        _: &MetadataImage,
        _: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Vec<EffectiveConfig> {
        Vec::new()
    }
}

/// Formats the directory if it is new, and says how to start on it.
pub(super) fn settings(data: &Path, port: u16, clock: Clock) -> Result<BootSettings, ServeError> {
    let node_id = BrokerId::new(1);
    let request = FormatRequest {
        cluster_id: None,
        node_id,
        directories: vec![data.to_owned()],
        metadata_directory: data.to_owned(),
        voter_endpoints: Vec::new(),
        already_formatted: AlreadyFormatted::Keep,
        now: clock.wall(),
    };
    format(&RealFs, &request)?;
    Ok(BootSettings {
        fs: Arc::new(RealFs),
        node_id,
        rack: None,
        directories: vec![data.to_owned()],
        metadata_directory: data.to_owned(),
        recovery_threads: 2,
        listeners: vec![ListenerConfig::new(
            ListenerName::new("PLAINTEXT"),
            "127.0.0.1",
            port,
        )],
        advertised: HashMap::new(),
        voter_endpoints: Vec::new(),
        network: NetworkConfig::default(),
        topic_settings: Arc::new(Defaults),
        config_rules: Arc::new(Defaults),
        controller: ControllerSettings::default(),
        min_in_sync_replicas: 1,
        auto_topic_creation: AutoCreation::Enabled,
        maintenance: Arc::new(ArcSwap::from_pointee(Default::default())),
        snapshots: SnapshotPolicy {
            max_new_record_bytes: 20 << 20,
            max_interval_ms: 3_600_000,
        },
        metadata_segment_bytes: 1 << 30,
        tail_cache_bytes: 64 << 20,
        open_files: 10_000,
        fetch_sessions: Default::default(),
    })
}
