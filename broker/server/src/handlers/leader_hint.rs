//! Who leads a partition instead, for answers that refuse a client (KIP-951): it need not ask for metadata first.

use std::collections::BTreeMap;

use broker_metadata::TopicImage;
use broker_metadata::image::Endpoint;
use broker_model::{BrokerId, LeaderEpoch, PartitionIndex};

use crate::broker::Broker;
use crate::network::ListenerName;
use crate::replica_manager::{LookupError, PartitionHandle};

/// A leader and its epoch.
pub(super) type Leader = (BrokerId, LeaderEpoch);

/// Where leaders listen, and their racks.
pub(super) type Endpoints = BTreeMap<BrokerId, (Endpoint, Option<std::sync::Arc<str>>)>;

/// Who leads, as the replica here knows, or else the metadata; none while nobody leads.
pub(super) fn leader_of(
    broker: &Broker,
    handle: Result<&PartitionHandle, &LookupError>,
    topic: Option<&TopicImage>,
    index: PartitionIndex,
) -> Option<Leader> {
    let known_here = handle.ok().and_then(|handle| handle.leader(broker.node_id));
    let in_metadata = || {
        let registration = topic?.partition(index)?;
        Some((registration.leader, registration.leader_epoch))
    };
    known_here
        .or_else(in_metadata)
        .filter(|(leader, _)| *leader != BrokerId::NONE)
}

/// Where these leaders listen under the name by which the client came.
pub(super) fn endpoints_of(
    broker: &Broker,
    leaders: impl Iterator<Item = i32>,
    listener: &ListenerName,
) -> Endpoints {
    let image = broker.image.load();
    let endpoint_of = |id: i32| {
        let registration = image.cluster.broker(BrokerId::new(id))?;
        let endpoint = registration.listener(listener.as_str())?.clone();
        Some((BrokerId::new(id), (endpoint, registration.rack.clone())))
    };
    leaders
        .filter(|leader| *leader >= 0)
        .filter_map(endpoint_of)
        .collect()
}
