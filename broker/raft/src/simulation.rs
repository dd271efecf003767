//! The quorum against everything that can happen to it, from seeds.
//!
//! A run is a world of one to five voters and up to two observers: twenty seconds of crashes that lose unflushed
//! writes, partitions in one or both directions, lost, late, repeated and overtaken messages, clocks up to a tenth too
//! fast or too slow, snapshots and deleted logs, voters added, removed, moved and replaced; then peace, in which the
//! quorum has to make progress. `checker` holds the rules.
//!
//! Each rule was broken once, in the member itself, to see which test notices:
//!
//! | broken | noticed by |
//! |---|---|
//! | a second vote in an epoch; half of the voters elect | election safety |
//! | a leader leads its epoch again after a restart | log matching |
//! | a vote for a shorter log; a fetch position is believed | leader completeness, state machine safety |
//! | half of the voters commit; a leader or follower counts what is not on its device; a removed leader counts itself | committed never lost |
//! | a follower applies what is not on its device | committed never lost |
//! | the high watermark goes back | high watermark monotonic |
//! | voters change while a change is open | one voter change at a time |
//! | no pre-vote is granted; nobody asks for the leader | liveness |
//! | a leader without a majority stays; a candidate with a rival waits for the dead | `failover` |
//! | a vote is told before it is persisted; records of earlier epochs are committed by counting; voters change before the epoch's first record is committed; voters outlive their record; a flush counts for what came after a truncation; a snapshot replaces a longer log; a voter that is being removed does not stand | a test of that name in `handler` or `log_view`, because random runs meet these seldom |
//!
//! `EDDYLINE_RAFT_SEEDS=10000 cargo test -p broker-raft simulation` runs more seeds, `EDDYLINE_RAFT_SEED=17` one of
//! them. A seed that breaks a rule prints the end of its trace, `EDDYLINE_RAFT_TRACE` lines.

mod calm;
mod checker;
mod counts;
mod disk;
mod failover;
mod membership;
mod network;
mod node;
mod sabotage;
mod scenario;
mod trace;
mod world;

use counts::Counts;
pub(crate) use node::voter;
use sabotage::Sabotage;
use scenario::Scenario;

/// Seeds of every run of the tests.
const SEEDS: u64 = 100;
/// Lines of a failed run that are shown.
const TRACE_MAX: u64 = 400;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(seed: u64) -> Counts {
    match Scenario::of(seed).run() {
        Ok(counts) => counts,
        Err(violation) => {
            let trace = Scenario::of(seed).trace();
            let lines = setting("EDDYLINE_RAFT_TRACE").unwrap_or(TRACE_MAX) as usize;
            let shown = trace.len().saturating_sub(lines);
            panic!("{}\nseed {seed}: {violation}", trace[shown..].join("\n"));
        }
    }
}

/// Which rule the lie breaks first, over some seeds.
fn broken_by(sabotage: Sabotage) -> Vec<String> {
    let broken = (0..12).filter_map(|seed| Scenario::sabotaged(seed, sabotage).run().err());
    broken.collect()
}

fn assert_seen(sabotage: Sabotage, rules: &[&str]) {
    let broken = broken_by(sabotage);
    let seen = broken
        .iter()
        .any(|violation| rules.iter().any(|rule| violation.starts_with(rule)));
    assert!(seen, "{sabotage:?} broke {broken:?}");
}

#[test]
fn every_seed_keeps_every_rule() {
    let seeds = match setting("EDDYLINE_RAFT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..setting("EDDYLINE_RAFT_SEEDS").unwrap_or(SEEDS),
    };
    let mut total = Counts::default();
    let several = seeds.end - seeds.start >= SEEDS;
    for seed in seeds {
        total += run(seed);
    }
    println!("{total:?}");
    assert!(!several || total.is_eventful(), "{total:?}");
}

#[test]
fn a_seed_gives_the_same_run_every_time() {
    let (first, second) = (Scenario::of(5).trace(), Scenario::of(5).trace());
    assert_eq!(first, second);
}

#[test]
fn votes_that_are_forgotten_are_seen() {
    assert_seen(Sabotage::ForgottenVotes, &["election safety"]);
}

#[test]
fn votes_that_nobody_gave_are_seen() {
    assert_seen(
        Sabotage::GrantedVotes,
        &["election safety", "leader completeness"],
    );
}

#[test]
fn a_log_that_is_not_cut_is_seen() {
    assert_seen(
        Sabotage::IgnoredTruncation,
        &["log matching", "state machine safety"],
    );
}

#[test]
fn a_flush_that_never_was_is_seen() {
    assert_seen(Sabotage::LyingFlush, &["committed never lost"]);
}

#[test]
fn a_follower_that_counts_before_it_has_the_records_is_seen() {
    assert_seen(Sabotage::InflatedFetches, &["committed never lost"]);
}

#[test]
fn a_follower_that_applies_what_is_not_committed_is_seen() {
    assert_seen(Sabotage::InflatedHighWatermark, &["state machine safety"]);
}

#[test]
fn a_quorum_that_cannot_elect_is_seen() {
    assert_seen(Sabotage::LostVotes, &["liveness"]);
}
