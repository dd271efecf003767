//! The tests: number, what is done, to how many nodes.

mod crash;
mod damage;
mod disk;
mod link;
mod metadata;
mod moves;
mod power;
mod snapshot;
mod tier;

use crate::error::LabError;
use crate::world::World;

/// What the nodes keep their data on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disks {
    /// Folders of one file system.
    Folders,
    /// A disk each, whose power can be cut.
    Images,
}

/// Where older segments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// On the nodes' disks.
    Local,
    /// In an object store, a few seconds after they are closed.
    Remote,
}

impl Tier {
    /// Configuration of the topics that the load writes.
    pub fn topic_configs(self) -> Vec<(String, String)> {
        let configs: &[(&str, &str)] = match self {
            Self::Local => &[],
            Self::Remote => &[("remote.storage.enable", "true"), ("local.retention.ms", "4000")],
        };
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        configs.iter().map(owned).collect()
    }
}

/// One test.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its number.
    pub id: &'static str,
    /// What is done.
    pub title: &'static str,
    /// How many nodes.
    pub nodes: i32,
    /// Configuration besides that of every cluster.
    pub properties: &'static [(&'static str, &'static str)],
    /// What the nodes keep their data on.
    pub disks: Disks,
    /// Where older segments are.
    pub tier: Tier,
    /// Injects the faults.
    pub run: fn(&mut World) -> Result<(), LabError>,
}

const fn case(
    id: &'static str,
    nodes: i32,
    title: &'static str,
    run: fn(&mut World) -> Result<(), LabError>,
) -> Case {
    Case {
        id,
        title,
        nodes,
        properties: &[],
        disks: Disks::Folders,
        tier: Tier::Local,
        run,
    }
}

impl Case {
    /// The same, with disks of their own for the nodes.
    const fn on_images(mut self) -> Self {
        self.disks = Disks::Images;
        self
    }

    /// The same, with an object store.
    const fn tiered(mut self) -> Self {
        self.tier = Tier::Remote;
        self
    }

    /// The same, with more configuration.
    const fn with(mut self, properties: &'static [(&'static str, &'static str)]) -> Self {
        self.properties = properties;
        self
    }
}

/// All of them.
pub const CASES: &[Case] = &[
    case(
        "S1",
        1,
        "one node: kill -9 under load, restart",
        crash::kill_the_only_node,
    ),
    case(
        "T1",
        3,
        "kill -9 of a leader, restart after 5 s, ten times",
        crash::kill_leaders,
    ),
    case(
        "T2",
        3,
        "kill -9 of all brokers at once, restart",
        crash::kill_all,
    ),
    case(
        "T3",
        3,
        "power cut of all brokers at once, flush.messages=1",
        power::all_at_once,
    )
    .on_images()
    .with(&[("log.flush.interval.messages", "1")]),
    case(
        "T3b",
        3,
        "the same without flush.messages: what it costs",
        power::all_at_once_unflushed,
    )
    .on_images(),
    case(
        "T4",
        3,
        "SIGSTOP of a leader, then SIGCONT",
        crash::freeze_a_leader,
    ),
    case(
        "T5",
        3,
        "a leader cut off from its followers, not from clients",
        link::isolate_a_leader,
    ),
    case(
        "T6",
        3,
        "one-way cuts: a leader that cannot hear, then one that is not heard",
        link::one_way,
    ),
    case("T7", 5, "a ring of five: each sees two neighbours", link::ring),
    case(
        "T8",
        5,
        "the last replica in sync loses its power; one that is eligible returns",
        power::last_replica_standing,
    )
    .on_images(),
    case("T9", 3, "a link that flaps every 200 ms", link::flap),
    case(
        "T10",
        3,
        "links between nodes: 0 to 100 ms late each way, out of order, 5 % lost",
        link::disturb,
    ),
    case("T11", 3, "1 Mbit/s to one follower", link::narrow),
    case(
        "T12",
        3,
        "a full disk on a broker that leads and follows, then space again",
        disk::full,
    ),
    case(
        "T13",
        3,
        "fsync fails once with EIO: of a leader's logs, a follower's, the controller's",
        disk::sync_fails,
    )
    .with(&[("log.flush.interval.messages", "500")]),
    case("T14", 3, "fsync takes 500 ms on a leader", disk::sync_slow),
    case(
        "T15",
        3,
        "the file system of a leader turns read-only",
        power::read_only,
    )
    .on_images(),
    case(
        "T16",
        3,
        "clock -1 h, +10 d, ten times as fast: of a leader, of the controller",
        disk::clock,
    ),
    case(
        "T17",
        1,
        "one byte flipped in every kind of file, then restart",
        damage::flips,
    )
    .with(damage::SMALL),
    case(
        "T18",
        1,
        "tails of every kind of file torn off after kill -9, then restart",
        damage::torn,
    )
    .with(damage::SMALL),
    case(
        "T19",
        3,
        "rolling restart under load, three times",
        crash::rolling_restart,
    ),
    case(
        "T27",
        3,
        "kill -9 of the group coordinator",
        crash::kill_coordinators,
    ),
    case(
        "T26",
        3,
        "twenty members join and leave a group all the time",
        moves::members_come_and_go,
    ),
    case(
        "T28",
        3,
        "the group coordinator moves fifty times",
        moves::coordinator_moves,
    ),
    case(
        "T29",
        4,
        "reassignments under load, half cancelled, a node killed meanwhile",
        moves::reassign,
    ),
    case(
        "T30",
        4,
        "a broker emptied while another is paused",
        moves::decommission,
    ),
    case(
        "T31",
        3,
        "an object store that answers 503, then 500, then heals",
        tier::store_refuses,
    )
    .tiered(),
    case(
        "T32",
        3,
        "an object store that does what it is asked, and whose answer is lost, every other time",
        tier::answers_are_lost,
    )
    .tiered(),
    case(
        "T33",
        3,
        "one in ten objects read comes short or with a flipped bit",
        tier::damaged_reads,
    )
    .tiered(),
    case(
        "T34",
        3,
        "kill -9 of a leader at each step of a copy",
        tier::killed_within_a_copy,
    )
    .tiered(),
    case(
        "T34b",
        3,
        "leaders killed ten times while everything is tiered",
        crash::kill_leaders,
    )
    .tiered(),
    case(
        "T35",
        3,
        "SIGSTOP of a leader within an upload; another copies; then the upload arrives",
        tier::late_uploads,
    )
    .tiered(),
    case(
        "T39",
        3,
        "controllers: one of three killed, two, all",
        metadata::kill_controllers,
    ),
    case(
        "T39b",
        3,
        "a node that lags is given a snapshot; its power is cut before and behind the rename",
        snapshot::fetched_by_a_node_that_lags,
    )
    .on_images()
    .with(snapshot::OFTEN),
    case(
        "T40",
        3,
        "5,000 topics made and deleted while a broker is killed",
        metadata::churn,
    ),
    case(
        "T41",
        3,
        "a topic deleted and made anew under the same name",
        metadata::made_anew,
    ),
    case(
        "T43",
        3,
        "10,000 idle connections, slow readers, and leaders killed",
        crash::crowd,
    ),
    case(
        "T44",
        3,
        "a broker comes back with an empty disk of a new identity",
        disk::wiped,
    ),
    case(
        "T45",
        3,
        "a broker comes back with an old copy of its disk, and with another's",
        disk::old_copy,
    ),
    case(
        "T46",
        3,
        "metadata acknowledged, then the controller killed",
        metadata::acknowledged_then_killed,
    ),
];
