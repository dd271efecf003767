//! Which tiered partitions are led or followed here, as the metadata image says.
//!
//! Owns the list. Invariant: a leader's task runs in one epoch; in the next there is another one, and the older is
//! told to end before.

use std::collections::HashMap;
use std::sync::Arc;

use broker_metadata::{
    BegunPartition, ConfigResourceType, MetadataChanges, MetadataImage, PartitionRegistration, TopicFate,
    TopicImage, begun_partition,
};
use broker_model::{LeaderEpoch, Now, TopicId};
use broker_replication::fetch::ReplicaKey;
use broker_storage::LogConfig;
use broker_tiered::leader_work::{Orders, orders_for};
use tokio::sync::watch;

use super::leader_task::LeaderTask;
use super::{RemoteLogManager, Shared};
use crate::drivers::metadata_driver::MetadataPublisher;

/// Waits until the task is to end; the last order stands when nobody is left to give another.
pub(super) async fn ended(mut orders: watch::Receiver<Orders>) {
    if orders.wait_for(|orders| *orders == Orders::End).await.is_err() {
        std::future::pending().await
    }
}

/// Where a partition of a restored topic begins. One whose beginning cannot be read has no log either.
fn begun(image: &MetadataImage, key: ReplicaKey) -> Option<BegunPartition> {
    begun_partition(image, key.topic, key.partition).unwrap_or_else(|error| {
        tracing::error!(%error, "nothing of a restored partition is fetched");
        None
    })
}

/// Tasks by partition.
#[derive(Debug, Default)]
pub(super) struct Wired {
    leading: HashMap<ReplicaKey, Leading>,
}

#[derive(Debug)]
struct Leading {
    epoch: LeaderEpoch,
    orders: watch::Sender<Orders>,
}

impl RemoteLogManager {
    /// Takes over all that the image gives to this broker.
    pub fn take_over(&self, image: &MetadataImage) {
        for topic in image.topics.iter() {
            self.follow_topic(image, topic);
        }
    }

    fn follow_topic(&self, image: &MetadataImage, topic: &TopicImage) {
        let settings = self.shared.replica_manager.settings_of(image, &topic.name);
        for (index, registration) in topic.indexed_partitions() {
            let key = ReplicaKey {
                topic: topic.id,
                partition: index,
            };
            match self.wanted(registration, &settings.log) {
                Some(led) => {
                    self.shared.counters.topics.name(topic.id, &topic.name);
                    self.lead(key, led, begun(image, key));
                }
                None => self.leave(key, Orders::End),
            }
        }
    }

    fn wanted(&self, registration: &PartitionRegistration, log: &LogConfig) -> Option<(LeaderEpoch, Orders)> {
        let is_led_here = registration.leader == self.shared.replica_manager.node_id;
        let orders = orders_for(log)?;
        is_led_here.then_some((registration.leader_epoch, orders))
    }

    fn lead(&self, key: ReplicaKey, (epoch, orders): (LeaderEpoch, Orders), begun: Option<BegunPartition>) {
        let mut wired = self.wired.lock();
        if let Some(leading) = wired.leading.get(&key)
            && leading.epoch == epoch
        {
            leading.orders.send_if_modified(|before| {
                let is_news = *before != orders;
                *before = orders;
                is_news
            });
            return;
        }
        if let Some(before) = wired.leading.remove(&key) {
            before.orders.send_replace(Orders::End);
        }
        let (orders, told) = watch::channel(orders);
        let shared: Arc<Shared> = self.shared.clone();
        if self
            .spawn(LeaderTask::new(shared, (key, epoch), told, begun).run())
            .is_some()
        {
            wired.leading.insert(key, Leading { epoch, orders });
        }
    }

    fn leave(&self, key: ReplicaKey, orders: Orders) {
        if let Some(leading) = self.wired.lock().leading.remove(&key) {
            leading.orders.send_replace(orders);
        }
    }

    /// The objects of a deleted topic go with it.
    fn leave_topic(&self, topic: TopicId) {
        let leading: Vec<_> = self.wired.lock().leading.keys().copied().collect();
        for key in leading.into_iter().filter(|key| key.topic == topic) {
            self.leave(key, Orders::GiveUpRemote);
        }
        self.shared.counters.topics.deleted(topic);
    }
}

impl MetadataPublisher for RemoteLogManager {
    fn publish(&self, image: &Arc<MetadataImage>, changes: &MetadataChanges, _now: Now) {
        for (id, change) in &changes.topics {
            match image.topics.by_id(*id) {
                Some(topic) if change.fate != TopicFate::Deleted => self.follow_topic(image, topic),
                _ => self.leave_topic(*id),
            }
        }
        let of_topics = changes
            .configs
            .iter()
            .filter(|resource| resource.kind == ConfigResourceType::Topic);
        for topic in of_topics.filter_map(|resource| image.topics.by_name(&resource.name)) {
            self.follow_topic(image, topic);
        }
    }
}
