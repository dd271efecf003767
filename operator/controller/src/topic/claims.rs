//! Which objects are for the same topic: an index beside a watch's store, so that a pass over one of ten thousand objects
//! reads none of the others.
//!
//! Owns nothing but references to objects that the store holds too. Invariants: an object is in it once, under what it
//! asks for now; of one topic the claims are in the order of their age. Events of the watch put and remove; a list that
//! came whole replaces everything. Not here: who loses.

use std::collections::HashMap;
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher::Event;
use operator_api::Topic;
use operator_plan::topic::topic_name;

use super::observe::key_of;

/// Objects by the topic that they are for.
#[derive(Debug, Default)]
pub struct Claims {
    /// By the topic in its cluster, the oldest first.
    of: HashMap<String, Vec<Arc<Topic>>>,
    /// What each object is for, by its own name: one that is made anew may be for another topic.
    topics: HashMap<String, String>,
}

/// Of two objects for one topic the smaller wins.
type Age = (Option<Timestamp>, Option<String>);

fn age(topic: &Topic) -> Age {
    (topic.creation_timestamp().map(|time| time.0), topic.uid())
}

/// `/` is in no name of Kubernetes and of no topic.
fn claimed(topic: &Topic) -> String {
    let cluster = key_of(topic);
    let namespace = cluster.namespace.unwrap_or_default();
    format!("{namespace}/{}/{}", cluster.name, topic_name(topic))
}

/// What an object is called.
pub(super) fn label(topic: &Topic) -> String {
    format!("{}/{}", topic.namespace().unwrap_or_default(), topic.name_any())
}

impl Claims {
    /// An object as it is now.
    fn put(&mut self, topic: Arc<Topic>) {
        self.remove(&topic);
        let claimed = claimed(&topic);
        self.topics.insert(label(&topic), claimed.clone());
        let claims = self.of.entry(claimed).or_default();
        let place = claims.partition_point(|other| age(other) < age(&topic));
        claims.insert(place, topic);
    }

    /// An object of this name is gone.
    fn remove(&mut self, topic: &Topic) {
        let Some(claimed) = self.topics.remove(&label(topic)) else {
            return;
        };
        let Some(claims) = self.of.get_mut(&claimed) else {
            return;
        };
        claims.retain(|other| label(other) != label(topic));
        if claims.is_empty() {
            self.of.remove(&claimed);
        }
    }

    /// An event of the watch, which its store has seen already.
    pub fn follow(&mut self, event: &Event<Topic>, store: &Store<Topic>) {
        match event {
            // What is listed anew counts when all of it is there.
            Event::Init | Event::InitApply(_) => {}
            Event::InitDone => self.replace(store.state()),
            Event::Apply(topic) => match store.get(&ObjectRef::from_obj(topic)) {
                Some(stored) => self.put(stored),
                None => self.remove(topic),
            },
            Event::Delete(topic) => self.remove(topic),
        }
    }

    /// These objects are all that there are.
    fn replace(&mut self, topics: impl IntoIterator<Item = Arc<Topic>>) {
        *self = Self::default();
        for topic in topics {
            self.put(topic);
        }
    }

    /// The oldest other object for the same topic, if it is older than this one.
    #[must_use]
    pub fn older(&self, topic: &Topic) -> Option<Arc<Topic>> {
        let oldest = self.of.get(&claimed(topic))?.first()?;
        (age(oldest) < age(topic)).then(|| Arc::clone(oldest))
    }
}

/// The older of two, whichever watches saw them.
#[must_use]
pub fn oldest(topics: impl IntoIterator<Item = Arc<Topic>>) -> Option<Arc<Topic>> {
    topics.into_iter().min_by_key(|topic| age(topic))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(name: &str, second: u32, topic: &str) -> Arc<Topic> {
        let value = json!({
            "apiVersion": "kafka.eddyline.dev/v1alpha1",
            "kind": "Topic",
            "metadata": {
                "name": name,
                "namespace": "kafka",
                "uid": format!("{name}-{second}"),
                "creationTimestamp": format!("2026-01-01T00:00:{second:02}Z"),
            },
            "spec": {"clusterRef": {"name": "orders"}, "topicName": topic},
        });
        Arc::new(serde_json::from_value(value).expect("a Topic"))
    }

    fn elsewhere(topic: &Topic) -> Topic {
        let mut topic = topic.clone();
        topic.spec.cluster_ref.name = "payments".to_owned();
        topic
    }

    fn older(claims: &Claims, topic: &Topic) -> Option<String> {
        claims.older(topic).map(|other| other.name_any())
    }

    #[test]
    fn the_oldest_of_a_topic_is_the_older_one_of_all_others_and_of_nobody_else() {
        let (a, b, c) = (object("a", 3, "t"), object("b", 1, "t"), object("c", 2, "t"));
        let mut claims = Claims::default();
        claims.replace([&a, &b, &c].map(Arc::clone));
        assert_eq!(older(&claims, &a).as_deref(), Some("b"));
        assert_eq!(older(&claims, &c).as_deref(), Some("b"));
        assert_eq!(older(&claims, &b), None);
        assert_eq!(older(&claims, &object("d", 9, "other")), None);
        assert_eq!(older(&claims, &elsewhere(&a)), None);
    }

    #[test]
    fn of_two_of_one_second_the_uid_decides() {
        let (a, b) = (object("a", 1, "t"), object("b", 1, "t"));
        let mut claims = Claims::default();
        for topic in [&b, &a] {
            claims.put(Arc::clone(topic));
        }
        assert_eq!(
            (older(&claims, &b).as_deref(), older(&claims, &a)),
            (Some("a"), None)
        );
    }

    #[test]
    fn what_is_gone_or_for_another_topic_now_is_in_nobodys_way() {
        let (first, young) = (object("a", 1, "t"), object("b", 2, "t"));
        let mut claims = Claims::default();
        claims.put(Arc::clone(&first));
        claims.put(Arc::clone(&young));
        claims.put(object("a", 1, "other"));
        assert_eq!(older(&claims, &young), None);
        claims.put(Arc::clone(&first));
        assert!(older(&claims, &young).is_some());
        claims.remove(&object("a", 9, "whatever it said last"));
        assert_eq!(older(&claims, &young), None);
        claims.replace([Arc::clone(&first)]);
        claims.replace([Arc::clone(&young)]);
        assert_eq!(older(&claims, &young), None);
    }

    #[test]
    fn a_watch_puts_removes_and_lists_anew() {
        let (store, mut writer) = kube::runtime::reflector::store();
        let mut claims = Claims::default();
        let mut happens = |claims: &mut Claims, event: Event<Topic>| {
            writer.apply_watcher_event(&event);
            claims.follow(&event, &store);
        };
        let (first, second, young) = (object("a", 1, "t"), object("b", 2, "t"), object("c", 3, "t"));
        let owned = |topic: &Arc<Topic>| Topic::clone(topic);
        happens(&mut claims, Event::Init);
        happens(&mut claims, Event::InitApply(owned(&first)));
        assert_eq!(older(&claims, &young), None, "the list is not whole");
        happens(&mut claims, Event::InitDone);
        assert_eq!(older(&claims, &young).as_deref(), Some("a"));
        happens(&mut claims, Event::Apply(owned(&second)));
        happens(&mut claims, Event::Delete(owned(&first)));
        assert_eq!(older(&claims, &young).as_deref(), Some("b"));
        happens(&mut claims, Event::Init);
        assert_eq!(
            older(&claims, &young).as_deref(),
            Some("b"),
            "until the new list is whole"
        );
        happens(&mut claims, Event::InitDone);
        assert_eq!(older(&claims, &young), None);
    }

    /// As a scan of all objects finds it, whatever happened before.
    #[test]
    fn it_says_what_a_scan_says() {
        let (mut claims, mut all): (Claims, HashMap<String, Arc<Topic>>) = Default::default();
        let mut state = 1_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for _ in 0..2_000 {
            let topic = object(
                &format!("o-{}", random(12)),
                random(9),
                &format!("t-{}", random(4)),
            );
            if random(3) == 0 {
                claims.remove(&topic);
                all.remove(&topic.name_any());
            } else {
                claims.put(Arc::clone(&topic));
                all.insert(topic.name_any(), topic);
            }
            for topic in all.values() {
                let rivals = all
                    .values()
                    .filter(|other| topic_name(other) == topic_name(topic) && age(other) < age(topic));
                let oldest = rivals
                    .min_by_key(|other| age(other))
                    .map(|other| other.name_any());
                assert_eq!(older(&claims, topic), oldest);
            }
        }
        assert_eq!(claims.topics.len(), all.len());
        assert_eq!(claims.of.values().map(Vec::len).sum::<usize>(), all.len());
    }
}
