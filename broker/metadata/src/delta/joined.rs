//! Changes that follow one another, told as one.
//!
//! Only new topics are joined: whoever learns of them has nothing to give up and no state of an epoch in between, so
//! that one image with all of them says as much as one image each.

use super::{MetadataChanges, TopicFate};

impl MetadataChanges {
    /// Takes changes that came right after these, if both only make topics; else they come back.
    ///
    /// # Errors
    /// The later changes, untouched.
    pub fn join_creations(&mut self, later: Self) -> Result<(), Self> {
        if !self.only_creates() || !later.only_creates() {
            return Err(later);
        }
        self.topics.extend(later.topics);
        self.configs.extend(later.configs);
        Ok(())
    }

    /// New topics have configs of their own, and nothing else changes.
    fn only_creates(&self) -> bool {
        let Self {
            topics,
            brokers,
            configs,
            features,
            acls,
            client_quotas,
            scram,
        } = self;
        let is_new = |name: &str| {
            let mut new = topics.values();
            new.any(|change| change.fate == TopicFate::Created && *change.name == *name)
        };
        !topics.is_empty()
            && topics.values().all(|change| change.fate == TopicFate::Created)
            && configs.iter().all(|resource| is_new(&resource.name))
            && brokers.is_empty()
            && !(*features || *acls || *client_quotas || *scram)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use broker_model::{BrokerId, PartitionIndex, TopicId, Uuid};

    use super::*;
    use crate::delta::TopicChange;

    fn topic(number: u8, fate: TopicFate) -> MetadataChanges {
        let change = TopicChange {
            name: format!("topic-{number}").into(),
            fate,
            partitions: BTreeSet::from([PartitionIndex::new(0)]),
        };
        let id = TopicId::new(Uuid::from_bytes([number; 16]));
        MetadataChanges {
            topics: [(id, change)].into(),
            ..MetadataChanges::default()
        }
    }

    #[test]
    fn new_topics_are_told_together() {
        let mut changes = topic(1, TopicFate::Created);
        assert_eq!(changes.join_creations(topic(2, TopicFate::Created)), Ok(()));
        assert_eq!(changes.topics.len(), 2);
    }

    #[test]
    fn what_is_not_new_is_told_by_itself() {
        let brokers = MetadataChanges {
            brokers: [BrokerId::new(1)].into(),
            ..topic(2, TopicFate::Created)
        };
        for other in [
            topic(2, TopicFate::Changed),
            topic(2, TopicFate::Deleted),
            brokers,
            MetadataChanges::default(),
        ] {
            let mut changes = topic(1, TopicFate::Created);
            assert_eq!(changes.join_creations(other.clone()), Err(other.clone()));
            let mut changes = other;
            let created = topic(1, TopicFate::Created);
            assert_eq!(changes.join_creations(created.clone()), Err(created));
        }
    }
}
