//! Topics that are deleted and may have objects in the remote tier still (ADR 15).
//!
//! Each stands under a topic `eddyline/deleted/<topic id>`, which cannot exist because of its slashes (as in ADR 11), from
//! the batch that deletes the topic on until its folder in the bucket was found empty. Invariant: a topic is told of
//! here only if the metadata say that it was deleted and do not have it; that it is not there alone says nothing.

use broker_model::{TopicId, Uuid};

use crate::MetadataRecord;
use crate::image::{ConfigResource, ConfigResourceType, MetadataImage};
use crate::messages::ConfigRecord;

const RESOURCE: &str = "eddyline/deleted/";
/// The one configuration of a mark: what the topic was called, for humans.
pub const DELETED_TOPIC_NAME: &str = "name";

/// A topic whose objects are to go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeletedTopic {
    /// Its id, which no other topic ever has.
    pub id: TopicId,
    /// What it was called.
    pub name: String,
}

impl DeletedTopic {
    /// The record that says so, to stand beside the one that deletes it.
    pub fn mark(&self) -> MetadataRecord {
        record(self.id, Some(&self.name))
    }
}

/// Every deleted topic whose objects are to go, by its id.
pub fn deleted_topics(image: &MetadataImage) -> Vec<DeletedTopic> {
    let marked = image.configs.iter().filter_map(|(resource, configs)| {
        let id = marked_topic(resource.kind, &resource.name)?;
        let name = configs
            .get(DELETED_TOPIC_NAME)
            .map_or("", |name| &**name)
            .to_owned();
        Some(DeletedTopic { id, name })
    });
    let mut gone: Vec<_> = marked
        .filter(|topic| image.topics.by_id(topic.id).is_none())
        .collect();
    gone.sort_unstable();
    gone
}

/// Whether the metadata say that a topic of that id was deleted, and not that nothing is left of it.
pub fn is_marked_deleted(image: &MetadataImage, id: TopicId) -> bool {
    image.configs.of(&deleted_topic_resource(id)).is_some()
}

/// The record that ends it: nothing is left of the topic.
pub fn mark_removal(id: TopicId) -> MetadataRecord {
    record(id, None)
}

/// Where it stands.
pub fn deleted_topic_resource(id: TopicId) -> ConfigResource {
    ConfigResource::topic(name_of(id))
}

/// Which topic a resource says to be deleted.
pub fn marked_topic(kind: ConfigResourceType, name: &str) -> Option<TopicId> {
    let id: Uuid = name.strip_prefix(RESOURCE)?.parse().ok()?;
    let topic = TopicId::new(id);
    (kind == ConfigResourceType::Topic && name_of(topic) == name).then_some(topic)
}

fn name_of(id: TopicId) -> String {
    format!("{RESOURCE}{}", id.uuid())
}

fn record(id: TopicId, value: Option<&str>) -> MetadataRecord {
    let record = ConfigRecord {
        resource_type: ConfigResourceType::Topic.code(),
        resource_name: name_of(id).as_str().into(),
        name: DELETED_TOPIC_NAME.into(),
        value: value.map(Into::into),
        unknown_tagged_fields: Vec::new(),
    };
    record.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::TopicRecord;
    use crate::small_world::image;

    fn topic(byte: u8, name: &str) -> DeletedTopic {
        DeletedTopic {
            id: TopicId::new(Uuid::from_bytes([byte; 16])),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_topic_is_told_of_from_its_deletion_until_nothing_is_left() {
        let (first, second) = (topic(1, "orders"), topic(2, "events"));
        let mut records = vec![second.mark(), first.mark()];
        assert_eq!(deleted_topics(&image(&records)), [first.clone(), second.clone()]);
        records.push(mark_removal(first.id));
        let image = image(&records);
        assert_eq!(deleted_topics(&image), std::slice::from_ref(&second));
        assert!(is_marked_deleted(&image, second.id) && !is_marked_deleted(&image, first.id));
    }

    #[test]
    fn a_topic_that_is_there_is_not_told_of() {
        let there = topic(1, "orders");
        let made = TopicRecord {
            name: "orders".into(),
            topic_id: there.id.uuid(),
            ..TopicRecord::default()
        };
        assert_eq!(deleted_topics(&image(&[there.mark(), made.into()])), []);
    }

    #[test]
    fn a_resource_of_another_name_or_kind_says_nothing() {
        let id = topic(7, "").id;
        let resource = deleted_topic_resource(id);
        assert_eq!(marked_topic(resource.kind, &resource.name), Some(id));
        assert_eq!(marked_topic(ConfigResourceType::Group, &resource.name), None);
        for other in [
            "eddyline/deleted/",
            "eddyline/deleted/x",
            "eddyline/begin",
            "orders",
        ] {
            assert_eq!(marked_topic(ConfigResourceType::Topic, other), None, "{other}");
        }
    }
}
