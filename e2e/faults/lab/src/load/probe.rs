//! Asks every node, all the time, who leads what and how far logs go, and writes it down.

use std::thread::JoinHandle;
use std::time::Duration;

use history_checker::Event;

use crate::admin::Admin;
use crate::cluster::Cluster;
use crate::error::LabError;
use crate::load::{DURABLE, Shared};

/// Pause between rounds.
const PAUSE: Duration = Duration::from_millis(250);

/// Starts it.
pub(super) fn start(shared: &Shared, cluster: &Cluster) -> Result<JoinHandle<()>, LabError> {
    let mut nodes = Vec::new();
    for id in 1..=cluster.size() {
        let (host, port) = (cluster.network.host(id), cluster.network.ports(id).0);
        nodes.push((Admin::hasty(&format!("{host}:{port}"))?, host, port));
    }
    let mut anyone = Admin::hasty(&shared.bootstrap)?;
    let shared = shared.clone();
    Ok(std::thread::spawn(move || {
        while shared.is_reading() {
            for (admin, host, port) in &mut nodes {
                if shared.is_reading() {
                    ask(&shared, admin, host, *port);
                }
            }
            marks(&shared, &mut anyone);
            std::thread::sleep(PAUSE);
        }
    }))
}

fn ask(shared: &Shared, admin: &mut Admin, host: &str, port: u16) {
    match admin.partitions(DURABLE) {
        Ok(partitions) => {
            for one in partitions {
                let Some(leader) = one.leader else { continue };
                shared.history.write(&Event::Leader {
                    topic: DURABLE.to_owned(),
                    partition: one.index.value(),
                    epoch: one.leader_epoch.value(),
                    node: leader.value(),
                    at: shared.history.now(),
                });
            }
        }
        Err(_) => return admin.hang_up(),
    }
    if let Ok(quorum) = admin.quorum_at(host, port) {
        shared.history.write(&Event::Controller {
            epoch: quorum.epoch,
            node: quorum.leader,
            at: shared.history.now(),
        });
    }
}

fn marks(shared: &Shared, anyone: &mut Admin) {
    let Ok(extents) = anyone.extents(DURABLE, shared.plan.partitions) else {
        return anyone.hang_up();
    };
    for (partition, extent) in (0..).zip(extents) {
        shared.history.write(&Event::Watermarks {
            topic: DURABLE.to_owned(),
            partition,
            epoch: extent.epoch,
            start: extent.start,
            stable: None,
            high: extent.high,
            at: shared.history.now(),
        });
    }
}
