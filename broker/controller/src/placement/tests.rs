//! Rules of placement, over many seeds.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn broker(id: i32, rack: Option<&str>) -> UsableBroker {
    UsableBroker {
        id: BrokerId::new(id),
        rack: rack.map(Into::into),
        fenced: false,
    }
}

fn fenced(id: i32, rack: Option<&str>) -> UsableBroker {
    UsableBroker {
        fenced: true,
        ..broker(id, rack)
    }
}

fn place(brokers: &[UsableBroker], seed: u8, partitions: usize, factor: usize) -> Vec<Vec<BrokerId>> {
    let spec = PlacementSpec {
        partitions,
        replication_factor: factor,
    };
    ReplicaPlacer::new(brokers, Seed::new([seed; 32]))
        .place(spec)
        .unwrap()
}

fn five_in_three_racks() -> Vec<UsableBroker> {
    let racks = [(1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "c")];
    racks
        .into_iter()
        .map(|(id, rack)| broker(id, Some(rack)))
        .collect()
}

#[test]
fn replicas_of_a_partition_are_on_different_brokers_and_racks() {
    let brokers = five_in_three_racks();
    let rack_of = |id: &BrokerId| {
        brokers
            .iter()
            .find(|broker| broker.id == *id)
            .and_then(|b| b.rack.clone())
    };
    for seed in 0..50 {
        for replicas in place(&brokers, seed, 40, 3) {
            assert_eq!(replicas.iter().collect::<BTreeSet<_>>().len(), 3);
            assert_eq!(
                replicas.iter().map(rack_of).collect::<BTreeSet<_>>().len(),
                3,
                "{replicas:?}"
            );
        }
    }
}

#[test]
fn four_partitions_of_three_replicas_on_four_brokers_have_a_leader_each_and_three_replicas_each() {
    let brokers: Vec<_> = (1..=4).map(|id| broker(id, None)).collect();
    for seed in 0..50 {
        let placed = place(&brokers, seed, 4, 3);
        let leaders: BTreeSet<_> = placed.iter().map(|replicas| replicas[0]).collect();
        assert_eq!(leaders.len(), 4, "{placed:?}");
        for id in 1..=4 {
            let held = placed
                .iter()
                .filter(|replicas| replicas.contains(&BrokerId::new(id)));
            assert_eq!(held.count(), 3, "broker {id}: {placed:?}");
        }
    }
}

#[test]
fn leaders_are_spread_evenly_over_equal_brokers() {
    let brokers: Vec<_> = (1..=6).map(|id| broker(id, None)).collect();
    for seed in 0..50 {
        let mut leads = BTreeMap::new();
        for replicas in place(&brokers, seed, 60, 3) {
            *leads.entry(replicas[0]).or_insert(0) += 1;
        }
        assert!(
            leads.len() == 6 && leads.values().all(|count| (5..=15).contains(count)),
            "{leads:?}"
        );
    }
}

#[test]
fn a_fenced_broker_never_leads_but_may_follow() {
    let brokers = [broker(1, None), fenced(2, None), fenced(3, None)];
    for seed in 0..50 {
        for replicas in place(&brokers, seed, 10, 3) {
            assert_eq!((replicas[0], replicas.len()), (BrokerId::new(1), 3));
        }
    }
}

#[test]
fn too_few_brokers_are_refused() {
    let spec = PlacementSpec {
        partitions: 1,
        replication_factor: 3,
    };
    let few = ReplicaPlacer::new(&[broker(1, None)], Seed::new([1; 32])).place(spec);
    assert_eq!(
        few,
        Err(PlacementError::TooFewBrokers {
            wanted: 3,
            registered: 1
        })
    );
    let spec = PlacementSpec {
        partitions: 1,
        replication_factor: 1,
    };
    let asleep = ReplicaPlacer::new(&[fenced(1, None)], Seed::new([1; 32])).place(spec);
    assert_eq!(asleep, Err(PlacementError::AllFenced));
}
