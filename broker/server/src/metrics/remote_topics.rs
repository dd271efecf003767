//! What was done with the remote tier for each topic.
//!
//! Owns the counters of every topic that was led here since the start, by id. Invariant: of deleted topics only so many are
//! kept; what belongs to no topic, or to one that is not known any more, is counted too, under no name.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use broker_model::TopicId;
use parking_lot::RwLock;

use super::Counter;
use super::counter::StoreRequests;

/// Deleted topics whose counters are still shown: their objects are deleted after them.
const DELETED_MAX: usize = 64;

/// Counts of one topic.
#[derive(Debug, Default)]
pub struct RemoteTopicCounters {
    /// Bytes of log files copied.
    pub copied_bytes: Counter,
    /// Segments copied.
    pub copied_segments: Counter,
    /// Copies that failed.
    pub copy_errors: Counter,
    /// Objects of segments deleted.
    pub deleted_segments: Counter,
    /// Deletes that failed.
    pub delete_errors: Counter,
    /// Fetches answered from the remote tier.
    pub fetch_requests: Counter,
    /// Bytes given to such fetches.
    pub fetch_bytes: Counter,
    /// Such fetches that got nothing because of the store.
    pub fetch_errors: Counter,
    /// Followers that were to begin behind the remote part of their log.
    pub aux_state_requests: Counter,
    /// Those that could not yet.
    pub aux_state_errors: Counter,
    /// Pieces of segments that readers found in memory, or on their way there.
    pub cache_hits: Counter,
    /// Pieces that were asked of the store.
    pub cache_misses: Counter,
    /// What the store was sent.
    pub requests: StoreRequests,
}

/// Counts of all of them.
#[derive(Debug, Default)]
pub struct RemoteTopics {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    topics: HashMap<TopicId, (String, Arc<RemoteTopicCounters>)>,
    /// The oldest first.
    deleted: VecDeque<TopicId>,
    /// Of everything else.
    nameless: Arc<RemoteTopicCounters>,
}

impl RemoteTopics {
    /// Learns what a topic is called.
    pub fn name(&self, topic: TopicId, name: &str) {
        let mut known = self.known.write();
        let named = || (name.to_owned(), Arc::default());
        known.topics.entry(topic).or_insert_with(named);
    }

    /// A topic is no more. Its counters go once many others have followed it.
    pub fn deleted(&self, topic: TopicId) {
        let mut known = self.known.write();
        if !known.topics.contains_key(&topic) || known.deleted.contains(&topic) {
            return;
        }
        known.deleted.push_back(topic);
        if known.deleted.len() > DELETED_MAX
            && let Some(oldest) = known.deleted.pop_front()
        {
            known.topics.remove(&oldest);
        }
        debug_assert!(known.deleted.len() <= DELETED_MAX, "deleted topics are bounded");
    }

    /// Where to count for a topic, or for none.
    pub fn of(&self, topic: Option<TopicId>) -> Arc<RemoteTopicCounters> {
        let known = self.known.read();
        let counters = topic.and_then(|topic| known.topics.get(&topic));
        counters.map_or(&known.nameless, |(_, counters)| counters).clone()
    }

    /// All counters by name; a name that was given to one topic after the other has several, and the empty one has what
    /// belongs to none.
    pub fn by_name(&self) -> BTreeMap<String, Vec<Arc<RemoteTopicCounters>>> {
        let known = self.known.read();
        let mut named = BTreeMap::from([(String::new(), vec![known.nameless.clone()])]);
        for (name, counters) in known.topics.values() {
            let of_name: &mut Vec<_> = named.entry(name.clone()).or_default();
            of_name.push(counters.clone());
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use broker_model::Uuid;

    use super::*;

    fn topic(number: usize) -> TopicId {
        TopicId::new(Uuid::from_bytes((number as u128 + 1).to_be_bytes()))
    }

    fn copied(topics: &RemoteTopics, name: &str) -> Option<u64> {
        let named = topics.by_name();
        let counters = named.get(name)?;
        Some(counters.iter().map(|of| of.copied_segments.get()).sum())
    }

    #[test]
    fn topics_are_counted_apart_and_what_belongs_to_none_under_no_name() {
        let topics = RemoteTopics::default();
        topics.name(topic(0), "events");
        topics.name(topic(1), "orders");
        topics.of(Some(topic(0))).copied_segments.add(3);
        topics.of(Some(topic(1))).copied_segments.add(5);
        topics.of(Some(topic(2))).copied_segments.add(7);
        topics.of(None).copied_segments.add(11);
        assert_eq!(copied(&topics, "events"), Some(3));
        assert_eq!(copied(&topics, "orders"), Some(5));
        assert_eq!(copied(&topics, ""), Some(18));
    }

    #[test]
    fn a_topic_of_the_same_name_goes_on_counting() {
        let topics = RemoteTopics::default();
        topics.name(topic(0), "events");
        topics.of(Some(topic(0))).copied_segments.add(3);
        topics.name(topic(0), "events");
        topics.deleted(topic(0));
        topics.name(topic(1), "events");
        topics.of(Some(topic(1))).copied_segments.add(4);
        assert_eq!(copied(&topics, "events"), Some(7));
    }

    #[test]
    fn only_so_many_deleted_topics_are_kept() {
        let topics = RemoteTopics::default();
        topics.name(topic(DELETED_MAX + 1), "living");
        for number in 0..=DELETED_MAX {
            topics.name(topic(number), &format!("t{number}"));
            topics.deleted(topic(number));
            topics.deleted(topic(number));
        }
        assert_eq!(copied(&topics, "t0"), None);
        assert_eq!(copied(&topics, "t1"), Some(0));
        assert_eq!(copied(&topics, "living"), Some(0));
    }
}
