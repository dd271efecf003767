//! A whole cluster in one thread from one seed: three to five nodes made of the real cores, on simulated disks, clocks
//! and networks, with clients that write, read and check.
//!
//! A run is a storm of faults (processes killed, machines without power, disks that fail or are exchanged, frozen nodes, cut and
//! slow networks, broken connections), in some runs then a core alone that works (`scenario::majority`), then peace, in which
//! everything has to come back; `checker` holds the rules. What is real: the quorum (`broker-raft`) and what it keeps on
//! disk (`broker-quorum`), the controller, the metadata image, partitions and followers and their sessions, groups, logs
//! over `MemFs`. What stands in for the server's tasks and handlers is `process`, which decides nothing that they do not.
//!
//! In a run with tiers what is old of the topics lies in a simulated object store that fails, is late and lies (`world::storage`);
//! who copies, deletes and reads there is `broker-tiered`, as in the server.
//!
//! `cargo run -p broker-sim -- --seed 17 --trace` replays a run; `cargo run --release -p broker-sim -- --seeds 10000`
//! plays many.

mod chance;
mod checker;
mod client;
mod counts;
mod machine;
mod message;
mod network;
mod process;
mod sabotage;
mod scenario;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod trace;
mod world;

pub use counts::Counts;
pub use settings::Tiers;

use sabotage::Sabotage;
use scenario::Scenario;

/// A run that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("seed {seed}: {broken}")]
pub struct Broken {
    /// The seed that gives the same run again.
    pub seed: u64,
    /// The rule, and when and where it was broken.
    pub broken: String,
}

/// Plays the run of a seed.
///
/// # Errors
/// The first rule that was broken.
pub fn run(seed: u64, tiers: Tiers) -> Result<Counts, Broken> {
    let (_, result) = Scenario::of(seed, tiers, Sabotage::None).run(false);
    result.map_err(|broken| Broken { seed, broken })
}

/// Plays the run of a seed with the planted bug of that name (see `sabotage`), and answers what happened in it, line by
/// line; none when there is no such bug.
pub fn trace(
    seed: u64,
    tiers: Tiers,
    planted: Option<&str>,
) -> Option<(Vec<String>, Result<Counts, Broken>)> {
    let sabotage = match planted {
        None => Sabotage::None,
        Some(name) => Sabotage::named(name)?,
    };
    let (lines, result) = Scenario::of(seed, tiers, sabotage).run(true);
    Some((lines, result.map_err(|broken| Broken { seed, broken })))
}
