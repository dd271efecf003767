//! What differs between two images that no log connects: a snapshot took the place of the log in between.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{MetadataChanges, TopicChange, TopicFate};
use crate::MetadataImage;
use crate::image::TopicImage;

impl MetadataChanges {
    /// What changed from `before` to `after`, as records in between would have told.
    pub fn between(before: &MetadataImage, after: &MetadataImage) -> Self {
        let mut changes = Self {
            features: before.features != after.features,
            acls: before.acls != after.acls,
            client_quotas: before.client_quotas != after.client_quotas,
            scram: before.scram != after.scram,
            ..Self::default()
        };
        changes.note_topics(before, after);
        changes.note_brokers(before, after);
        changes.note_configs(before, after);
        changes
    }

    fn note_topics(&mut self, before: &MetadataImage, after: &MetadataImage) {
        for topic in before.topics.iter() {
            if after.topics.by_id(topic.id).is_none() {
                self.topics
                    .insert(topic.id, change(topic, TopicFate::Deleted, |_| true));
            }
        }
        for topic in after.topics.iter() {
            let Some(old) = before.topics.by_id(topic.id) else {
                self.topics
                    .insert(topic.id, change(topic, TopicFate::Created, |_| true));
                continue;
            };
            let differs = |place: usize| old.partitions.get(place) != topic.partitions.get(place);
            let changed = change(topic, TopicFate::Changed, differs);
            if !changed.partitions.is_empty() {
                self.topics.insert(topic.id, changed);
            }
        }
    }

    fn note_brokers(&mut self, before: &MetadataImage, after: &MetadataImage) {
        let (before, after) = (&before.cluster.brokers, &after.cluster.brokers);
        let ids: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
        self.brokers = ids
            .into_iter()
            .filter(|id| before.get(id) != after.get(id))
            .collect();
    }

    fn note_configs(&mut self, before: &MetadataImage, after: &MetadataImage) {
        for (one, other) in [(before, after), (after, before)] {
            for (resource, configs) in one.configs.iter() {
                if other.configs.of(resource) != Some(configs) {
                    self.configs.insert(resource.clone());
                }
            }
        }
    }
}

fn change(topic: &TopicImage, fate: TopicFate, is_touched: impl Fn(usize) -> bool) -> TopicChange {
    let indexed = topic.indexed_partitions().enumerate();
    TopicChange {
        name: Arc::clone(&topic.name),
        fate,
        partitions: indexed
            .filter(|(place, _)| is_touched(*place))
            .map(|(_, (index, _))| index)
            .collect(),
    }
}
