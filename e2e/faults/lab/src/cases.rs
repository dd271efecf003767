//! The tests: number, what is done, to how many nodes.

mod crash;
mod disk;
mod link;
mod metadata;
mod moves;

use crate::error::LabError;
use crate::world::World;

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
        run,
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
    case("T9", 3, "a link that flaps every 200 ms", link::flap),
    case(
        "T10",
        3,
        "5 % of packets between nodes lost (the delay of the plan is left out)",
        link::lose,
    ),
    case("T11", 3, "1 Mbit/s to one follower", link::narrow),
    case("T12", 3, "a full disk on a leader, then space again", disk::full),
    case("T13", 3, "fsync fails once with EIO", disk::sync_fails),
    case("T14", 3, "fsync takes 500 ms on a leader", disk::sync_slow),
    case("T16", 3, "clock of one broker -1 h, then +10 d", disk::clock),
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
        "T39",
        3,
        "controllers: one of three killed, two, all",
        metadata::kill_controllers,
    ),
    case(
        "T40",
        3,
        "topics made and deleted while a broker is killed",
        metadata::churn,
    ),
    case(
        "T41",
        3,
        "a topic deleted and made anew under the same name",
        metadata::made_anew,
    ),
    case("T43", 3, "idle connections and a killed leader", crash::crowd),
    case("T44", 3, "a broker comes back with an empty disk", disk::wiped),
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
