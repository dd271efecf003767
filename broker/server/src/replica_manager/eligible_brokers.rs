//! Which brokers may join in-sync sets, as far as the metadata have come here: those that are alive and stay (KIP-841).
//!
//! Owns the list. Invariant: it is asked under the lock of the partition that is fetched from, and who drops out of it is
//! taken off every partition afterwards; so no fetch, however long it was parked, lets a leader wait for a broker that
//! is gone. What a leader makes of it is `broker_replication`'s.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use broker_metadata::MetadataImage;
use broker_model::{BrokerEpoch, BrokerId};
use broker_replication::Eligibility;

use super::read::FollowerReader;

/// The brokers, each with the epoch of its registration.
#[derive(Debug, Default)]
pub(super) struct EligibleBrokers(ArcSwap<HashMap<BrokerId, BrokerEpoch>>);

impl EligibleBrokers {
    /// Takes over the brokers of an image; answers who was on the list and is on it no more, or is another process now.
    pub(super) fn take_over(&self, image: &MetadataImage) -> Vec<BrokerId> {
        let active = image.cluster.brokers.values().filter(|broker| broker.is_active());
        let after: Arc<HashMap<_, _>> = Arc::new(active.map(|broker| (broker.id, broker.epoch)).collect());
        let before = self.0.swap(after.clone());
        let is_gone = |(id, epoch): &(&BrokerId, &BrokerEpoch)| after.get(*id) != Some(*epoch);
        before.iter().filter(is_gone).map(|(id, _)| *id).collect()
    }

    /// Whether the broker that fetches may join.
    pub(super) fn eligibility(&self, reader: &FollowerReader) -> Eligibility {
        let eligible = self.0.load();
        let registered = eligible.get(&reader.id);
        match registered.is_some_and(|epoch| reader.epoch.is_none_or(|own| own == *epoch)) {
            true => Eligibility::Eligible,
            false => Eligibility::Ineligible,
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_metadata::messages::RegisterBrokerRecord;
    use broker_metadata::{MetadataDelta, MetadataProvenance};

    use super::*;

    /// Brokers with their epochs, and whether they are fenced and stop in order.
    fn image(brokers: &[(i32, i64, bool, bool)]) -> MetadataImage {
        let mut delta = MetadataDelta::new(&MetadataImage::default());
        for &(broker_id, broker_epoch, fenced, in_controlled_shutdown) in brokers {
            let record = RegisterBrokerRecord {
                broker_id,
                broker_epoch,
                fenced,
                in_controlled_shutdown,
                ..RegisterBrokerRecord::default()
            };
            delta.replay(&record.into()).unwrap();
        }
        delta.apply(MetadataProvenance::EMPTY).0
    }

    fn reader(id: i32, epoch: Option<i64>) -> FollowerReader {
        FollowerReader {
            id: BrokerId::new(id),
            epoch: epoch.map(BrokerEpoch::new),
        }
    }

    #[test]
    fn who_is_alive_and_stays_may_join_in_the_epoch_of_its_registration() {
        let eligible = EligibleBrokers::default();
        eligible.take_over(&image(&[
            (1, 10, false, false),
            (2, 11, true, false),
            (3, 12, false, true),
        ]));
        let may_join = |id, epoch| eligible.eligibility(&reader(id, epoch)) == Eligibility::Eligible;
        assert!(may_join(1, Some(10)) && may_join(1, None));
        assert!(!may_join(1, Some(9)), "another process of it fetched");
        assert!(!may_join(2, Some(11)) && !may_join(3, Some(12)) && !may_join(4, None));
    }

    #[test]
    fn who_is_gone_or_another_process_now_is_told() {
        let eligible = EligibleBrokers::default();
        let all = [1, 2, 3, 4].map(|id| (id, 10, false, false));
        assert_eq!(eligible.take_over(&image(&all)), []);
        let mut gone = eligible.take_over(&image(&[
            (1, 10, false, false),
            (2, 11, false, false),
            (3, 10, true, false),
        ]));
        gone.sort_unstable();
        assert_eq!(gone, [2, 3, 4].map(BrokerId::new));
    }
}
