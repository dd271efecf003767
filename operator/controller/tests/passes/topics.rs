//! Passes over Topics: what is asked of the cluster, and how little is written to Kubernetes for it.

use std::sync::Arc;

use operator_api::Topic;
use operator_api::condition::READY;
use operator_api::labels::TOPIC_FINALIZER;
use operator_controller::topic;
use operator_plan::topic::TopicRequest;
use serde_json::{Value, json};

use crate::small_world::{NAME, NAMESPACE, World};

const TOPIC: &str = "t";

/// A cluster that serves, and a Topic of it.
async fn world(more: &[(&str, Value)]) -> World {
    let world = World::new("{brokers: {replicas: 1, storage: {size: 1Gi}}}");
    world.settle().await;
    let mut spec = json!({"clusterRef": {"name": NAME}, "partitions": 2, "config": {"retention.ms": "1"}});
    for (key, value) in more {
        spec[key] = value.clone();
    }
    let object = json!({
        "apiVersion": "kafka.eddyline.dev/v1alpha1",
        "kind": "Topic",
        "metadata": {"name": TOPIC, "namespace": NAMESPACE, "generation": 1, "uid": "u"},
        "spec": spec,
    });
    world.state().stored(key(), object);
    world
}

fn key() -> (String, String) {
    ("topics".to_owned(), TOPIC.to_owned())
}

fn object(world: &World) -> Topic {
    serde_json::from_value(world.state().objects[&key()].clone()).expect("a Topic")
}

fn is_ready(topic: &Topic) -> bool {
    let mut conditions = topic.status.iter().flat_map(|status| &status.conditions);
    conditions.any(|condition| condition.type_ == READY && condition.status == "True")
}

/// One pass; answers how many changes Kubernetes was asked for, events among them.
async fn pass(world: &World) -> usize {
    let before = world.state().changes;
    let topic = Arc::new(object(world));
    topic::reconcile(topic, world.context_of_topics())
        .await
        .expect("a pass");
    world.state().changes - before
}

#[tokio::test(start_paused = true)]
async fn a_new_topic_is_asked_for_once_and_written_once() {
    let world = world(&[]).await;
    assert_eq!(pass(&world).await, 1);
    assert!(is_ready(&object(&world)), "{:?}", object(&world).status);
    assert!(matches!(&world.state().wishes[..], [TopicRequest::Create { .. }]));
    assert_eq!(pass(&world).await, 0);
    assert_eq!(world.state().wishes.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_changed_is_put_right_and_nothing_is_written() {
    let world = world(&[]).await;
    pass(&world).await;
    let set = |name: &str, value: &str| {
        let mut state = world.state();
        let topic = state.topics.get_mut(TOPIC).unwrap();
        topic.config.insert(name.to_owned(), value.to_owned());
    };
    set("retention.ms", "2");
    set("max.message.bytes", "9");
    assert_eq!(pass(&world).await, 0);
    let config = world.state().topics[TOPIC].config.clone();
    assert_eq!(config, [("retention.ms".to_owned(), "1".to_owned())].into());
}

#[tokio::test(start_paused = true)]
async fn what_is_only_observed_is_shown_in_one_write() {
    let world = world(&[("configPolicy", json!("Observe"))]).await;
    pass(&world).await;
    let changed = ("retention.ms".to_owned(), "2".to_owned());
    world.state().topics.get_mut(TOPIC).unwrap().config = [changed].into();
    assert_eq!(pass(&world).await, 1);
    let drift = object(&world).status.unwrap().drift;
    assert_eq!((drift.len(), drift[0].actual.as_deref()), (1, Some("2")));
    assert_eq!(world.state().wishes.len(), 1, "the config is not ours");
}

#[tokio::test(start_paused = true)]
async fn a_topic_goes_with_its_object_in_one_pass() {
    let world = world(&[("deletionPolicy", json!("Delete"))]).await;
    assert_eq!(pass(&world).await, 2, "the finalizer and the status");
    assert_eq!(
        object(&world).metadata.finalizers,
        Some(vec![TOPIC_FINALIZER.to_owned()])
    );
    let mut going = world.state().objects[&key()].clone();
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    world.state().stored(key(), going);
    assert_eq!(pass(&world).await, 1);
    assert!(world.state().topics.is_empty());
    assert_eq!(object(&world).metadata.finalizers, Some(Vec::new()));
}
