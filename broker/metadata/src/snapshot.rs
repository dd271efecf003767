//! An image as records.
//!
//! The order is Kafka's: features first, so that a reader knows the metadata version before anything depends on it,
//! then nodes, topics, configurations and the rest. Within a family the order is by name or id, so that equal images
//! make equal bytes.

use broker_codec::StringBytes;

use crate::image::{ConfigurationsImage, FeaturesImage, MetadataImage, TopicImage};
use crate::messages::{ConfigRecord, FeatureLevelRecord, ProducerIdsRecord, TopicRecord};
use crate::{MetadataRecord, names};

/// The records that make the image out of an empty one.
pub fn image_records(image: &MetadataImage) -> Vec<MetadataRecord> {
    let mut records = Vec::new();
    records.extend(feature_records(&image.features));
    records.extend(
        image
            .cluster
            .brokers
            .values()
            .map(|broker| broker.to_record().into()),
    );
    records.extend(
        image
            .cluster
            .controllers
            .values()
            .map(|controller| controller.to_record().into()),
    );
    for topic in image.topics.sorted_by_name() {
        records.extend(topic_records(topic));
    }
    records.extend(config_records(&image.configs));
    records.extend(image.client_quotas.records().map(MetadataRecord::from));
    if image.producer_ids.next_producer_id.value() >= 0 {
        let next = ProducerIdsRecord {
            broker_id: -1,
            broker_epoch: -1,
            next_producer_id: image.producer_ids.next_producer_id.value(),
            unknown_tagged_fields: Vec::new(),
        };
        records.push(next.into());
    }
    records.extend(image.acls.records().map(MetadataRecord::from));
    records.extend(
        image
            .scram
            .credentials
            .values()
            .cloned()
            .map(MetadataRecord::from),
    );
    records.extend(
        image
            .delegation_tokens
            .tokens
            .values()
            .cloned()
            .map(MetadataRecord::from),
    );
    records
}

fn feature_records(features: &FeaturesImage) -> impl Iterator<Item = MetadataRecord> {
    let first = (names::METADATA_VERSION, features.metadata_version.level());
    let others = features.finalized.iter().map(|(name, level)| (&**name, *level));
    std::iter::once(first).chain(others).map(|(name, level)| {
        let record = FeatureLevelRecord {
            name: name.into(),
            feature_level: level,
            unknown_tagged_fields: Vec::new(),
        };
        record.into()
    })
}

fn topic_records(topic: &TopicImage) -> impl Iterator<Item = MetadataRecord> {
    let id = topic.id.uuid();
    let head = TopicRecord {
        name: (&*topic.name).into(),
        topic_id: id,
        unknown_tagged_fields: Vec::new(),
    };
    let partitions = topic
        .indexed_partitions()
        .map(move |(index, partition)| partition.to_record(id, index.value()).into());
    std::iter::once(head.into()).chain(partitions)
}

fn config_records(configs: &ConfigurationsImage) -> Vec<MetadataRecord> {
    let mut records = Vec::new();
    for (resource, values) in configs.sorted() {
        let resource_name = StringBytes::from(&*resource.name);
        records.extend(values.iter().map(|(name, value)| {
            let record = ConfigRecord {
                resource_type: resource.kind.code(),
                resource_name: resource_name.clone(),
                name: (&**name).into(),
                value: Some((&**value).into()),
                unknown_tagged_fields: Vec::new(),
            };
            MetadataRecord::from(record)
        }));
    }
    records
}
