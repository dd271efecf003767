//! What goes wrong with nodes: killed, without power, frozen, with a broken disk or another one than before.

use super::traffic::Closing;
use super::{Happening, World};
use crate::checker::Violation;
use crate::process::Halt;
use broker_storage::testing::Fault;

impl World {
    /// The process is gone; what it wrote stays in the page cache.
    pub(crate) fn kill(&mut self, id: i32, restart_after: u64) {
        if let Some(party) = self.party_of(id) {
            self.note(|| format!("n{id} is killed"));
            self.counts.kills += 1;
            self.end_process(id);
            self.close_all_of(party, Closing::ByNetwork);
            self.put(restart_after, Happening::Restart(id));
        }
    }

    /// The machine is off: what was not synced is lost by chance, and nobody is told.
    pub(crate) fn cut_power(&mut self, id: i32, restart_after: u64) {
        if let Some(party) = self.party_of(id) {
            self.note(|| format!("n{id} loses power"));
            self.counts.power_losses += 1;
            self.end_process(id);
            let seed = self.chance.next();
            let node = self.nodes.get_mut(&id).expect("it has a process");
            node.machine.disk.crash(seed);
            node.is_dark = true;
            self.checker.lost_power(id);
            self.close_all_of(party, Closing::Silently);
            self.put(restart_after, Happening::Restart(id));
        }
    }

    /// Kills a node and puts another disk in its machine: an empty one, or one with what it had some time ago. No disk
    /// fails of those that were about to.
    pub(crate) fn exchange_disk(&mut self, id: i32, restart_after: u64) {
        self.kill(id, restart_after);
        let wants_copy = self.chance.below(2) == 0;
        self.nodes.values().for_each(|node| node.machine.faults.heal());
        let Some(node) = self.nodes.get_mut(&id) else {
            return;
        };
        let now_on_it = node.machine.copy_disk();
        let what = match node.copy.replace(now_on_it) {
            Some(copy) if wants_copy => {
                node.machine.restore(&copy);
                "an old one"
            }
            _ => {
                node.machine.take_new_disk();
                "an empty one"
            }
        };
        self.note(|| format!("the disk of n{id} is exchanged for {what}"));
        self.counts.exchanged_disks += 1;
        self.checker.lost_power(id);
    }

    /// Keeps what is on the disk of a node now.
    pub(crate) fn copy_disk(&mut self, id: i32) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.copy = Some(node.machine.copy_disk());
        }
    }

    fn end_process(&mut self, id: i32) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.process = None;
        }
    }

    pub(crate) fn freeze(&mut self, id: i32, for_ms: u64) {
        self.note(|| format!("n{id} is frozen for {for_ms} ms"));
        self.counts.freezes += 1;
        let until = self.now + for_ms;
        if let Some(node) = self.nodes.get_mut(&id) {
            node.frozen_until = node.frozen_until.max(until);
        }
    }

    /// Tells a node to stop as an operator does, and starts it again when it has.
    pub(crate) fn stop(&mut self, id: i32) {
        self.note(|| format!("n{id} is told to stop"));
        if let Some(process) = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut()) {
            process.stop();
        }
    }

    /// Lets a disk fail.
    pub(crate) fn break_disk(&mut self, id: i32, fault: Fault) {
        self.note(|| format!("the disk of n{id} breaks: {fault:?}"));
        if let Some(node) = self.nodes.get(&id) {
            node.machine.faults.inject(fault);
        }
    }

    /// Switches a node off until it is let up.
    pub(crate) fn hold_down(&mut self, id: i32) {
        self.kill(id, 0);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.is_held_down = true;
        }
    }

    /// Starts the nodes that were held down, and makes all disks whole.
    pub(crate) fn let_up(&mut self) -> Result<(), Violation> {
        let ids: Vec<i32> = self.nodes.keys().copied().collect();
        for id in ids {
            let Some(node) = self.nodes.get_mut(&id) else {
                continue;
            };
            node.machine.faults.heal();
            if std::mem::take(&mut node.is_held_down) {
                self.start(id)?;
            }
        }
        Ok(())
    }

    /// A process ended by itself.
    pub(super) fn halted(&mut self, id: i32, halt: Halt) -> Result<(), Violation> {
        match halt {
            Halt::Broken(error) => return Err(format!("node {id} is broken: {error}")),
            Halt::Disk(error) => {
                self.note(|| format!("n{id} ends: {error}"));
                self.counts.disk_failures += 1;
                if self.forgets_what_failed_to_sync {
                    let seed = self.chance.next();
                    self.nodes[&id].machine.disk.crash(seed);
                    self.checker.lost_power(id);
                }
            }
            Halt::Stopped => {
                self.note(|| format!("n{id} has stopped"));
                self.counts.clean_stops += 1;
            }
        }
        if let Some(party) = self.party_of(id) {
            self.end_process(id);
            self.close_all_of(party, Closing::ByNetwork);
            let after = self.chance.between(200, 3_000);
            self.put(after, Happening::Restart(id));
        }
        Ok(())
    }
}
