//! The first decisions over a new log.

use broker_metadata::messages::{
    AbortTransactionRecord, BeginTransactionRecord, ConfigRecord, EndTransactionRecord,
};
use broker_metadata::{ConfigResourceType, MetadataRecord};

use crate::QuorumController;

impl QuorumController {
    /// The records that a new leader begins with. On an empty log: what `format` left, in one metadata transaction,
    /// and the cluster's `min.insync.replicas`, which must be a cluster-wide value while eligible leader replicas
    /// are kept (KIP-966). On a log that ends inside a transaction: its abort.
    pub fn activation_records(
        &self,
        bootstrap: &[MetadataRecord],
        min_insync_replicas: i32,
    ) -> Vec<MetadataRecord> {
        if self.loader().in_transaction() {
            return vec![AbortTransactionRecord::default().into()];
        }
        if !self.is_blank() {
            return Vec::new();
        }
        let begin = BeginTransactionRecord {
            name: Some("Bootstrap records".into()),
            unknown_tagged_fields: Vec::new(),
        };
        let min_isr = ConfigRecord {
            resource_type: ConfigResourceType::Broker.code(),
            resource_name: "".into(),
            name: "min.insync.replicas".into(),
            value: Some(min_insync_replicas.to_string().as_str().into()),
            unknown_tagged_fields: Vec::new(),
        };
        let mut records = vec![begin.into()];
        records.extend_from_slice(bootstrap);
        // A cluster that was restored has its own.
        let is_same = |record: &MetadataRecord| {
            matches!(record, MetadataRecord::Config(config) if config.resource_type == min_isr.resource_type
                && config.resource_name == min_isr.resource_name && config.name == min_isr.name)
        };
        if !bootstrap.iter().any(is_same) {
            records.push(min_isr.into());
        }
        records.push(EndTransactionRecord::default().into());
        records
    }

    /// Whether nothing but control records was written yet.
    fn is_blank(&self) -> bool {
        let image = self.image();
        image.cluster.brokers.is_empty()
            && image.cluster.controllers.is_empty()
            && image.topics.is_empty()
            && image.features.finalized.is_empty()
            && image.configs.iter().next().is_none()
    }
}
