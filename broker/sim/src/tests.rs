//! Runs of some seeds, and each planted bug seen by the rule that it breaks.

use super::*;

fn lines_of(seed: u64) -> Vec<String> {
    trace(seed, Tiers::LocalOnly, None).expect("nothing is planted").0
}

/// Plays seeds until the bug breaks one of the rules.
#[track_caller]
fn assert_seen(sabotage: Sabotage, rules: &[&str]) {
    assert_seen_in(Tiers::LocalOnly, sabotage, rules);
}

#[track_caller]
fn assert_seen_in(tiers: Tiers, sabotage: Sabotage, rules: &[&str]) {
    assert_seen_from(0, (tiers, sabotage), rules);
}

#[track_caller]
fn assert_seen_from(first_seed: u64, (tiers, sabotage): (Tiers, Sabotage), rules: &[&str]) {
    let mut others = Vec::new();
    for seed in first_seed..first_seed + 20 {
        match Scenario::of(seed, tiers, sabotage).run(false).1 {
            Err(broken) if rules.iter().any(|rule| broken.contains(rule)) => return,
            Err(broken) => others.push(broken),
            Ok(_) => {}
        }
    }
    panic!("{sabotage:?} broke {others:?}");
}

#[test]
fn a_seed_gives_the_same_run_every_time() {
    let (first, second) = (lines_of(5), lines_of(5));
    let differs = first.iter().zip(&second).position(|(one, other)| one != other);
    assert_eq!(differs, None, "{:?}", differs.map(|at| (&first[at], &second[at])));
    assert_eq!(first.len(), second.len());
}

#[test]
fn every_seed_keeps_every_rule() {
    let mut total = Counts::default();
    for seed in 0..12 {
        match run(seed, Tiers::LocalOnly) {
            Ok(counts) => total += counts,
            Err(broken) => panic!("{broken}"),
        }
    }
    println!("{total:?}");
    assert!(total.is_eventful(), "{total:?}");
}

#[test]
fn an_acknowledgement_before_replication_is_seen() {
    assert_seen(Sabotage::EarlyAcknowledgement, &["(I1)", "(I5)"]);
}

#[test]
fn a_follower_that_counts_before_it_has_the_records_is_seen() {
    assert_seen(Sabotage::InflatedFollower, &["high watermark (I7)"]);
}

#[test]
fn a_follower_that_does_not_cut_what_parted_is_seen() {
    assert_seen(Sabotage::IgnoredDivergence, &["(I5)", "(I18)", "(I28)"]);
}

#[test]
fn a_consumer_that_reads_past_the_high_watermark_is_seen() {
    assert_seen(Sabotage::UnboundedRead, &["high watermark (I7)"]);
}

#[test]
fn a_commit_that_is_told_before_it_is_replicated_is_seen() {
    assert_seen(Sabotage::EarlyCommit, &["(I15)"]);
}

#[test]
fn a_leader_that_nobody_elected_is_seen() {
    assert_seen(Sabotage::StolenLead, &["one leader (I27)"]);
}

#[test]
fn a_broker_that_misses_a_change_is_seen() {
    assert_seen(Sabotage::SkippedChanges, &["metadata (I27)"]);
}

#[test]
fn a_batch_that_is_taken_twice_is_seen() {
    assert_seen(Sabotage::IgnoredSequences, &["twice (I3)"]);
}

#[test]
fn an_acknowledgement_with_too_few_in_sync_is_seen() {
    assert_seen(Sabotage::AnyInSync, &["copies (I2)"]);
}

#[test]
fn a_batch_that_is_taken_before_its_predecessor_is_seen() {
    assert_seen(Sabotage::TakenGaps, &["order (I4)"]);
}

#[test]
fn a_batch_that_is_left_out_is_seen() {
    assert_seen(Sabotage::LeftOutBatch, &["dense (I6)"]);
}

#[test]
fn a_commit_of_an_old_generation_is_seen() {
    assert_seen(Sabotage::AnyGeneration, &["generation (I16)"]);
}

#[test]
fn a_read_that_skips_what_was_deleted_without_a_word_is_seen() {
    assert_seen(Sabotage::SilentSkip, &["log start (I8)"]);
}

#[test]
fn a_cluster_that_does_not_come_back_is_seen() {
    assert_seen(Sabotage::KeptProposals, &["liveness (I28)"]);
}

#[test]
fn a_broker_that_does_not_say_where_its_replicas_are_is_seen() {
    assert_seen(Sabotage::KeptPlaces, &["liveness (I28)"]);
}

#[test]
fn a_snapshot_that_lacks_something_is_seen() {
    assert_seen(Sabotage::PoorSnapshot, &["metadata (I27)"]);
}

#[test]
fn a_snapshot_whose_changes_are_not_looked_at_is_seen() {
    assert_seen(Sabotage::UnreadSnapshot, &["liveness (I28)", "(I27)", "(I18)"]);
}

#[test]
fn a_follower_that_does_not_say_where_it_stands_is_seen() {
    assert_seen(
        Sabotage::ForgottenChanges,
        &["liveness (I28)", "does not continue the log"],
    );
}

#[test]
fn a_sync_that_did_not_happen_is_seen() {
    assert_seen(
        Sabotage::SwallowedSyncs,
        &["(I1)", "(I5)", "below the recovery point"],
    );
}

#[test]
fn every_seed_keeps_every_rule_with_tiers() {
    let mut total = Counts::default();
    for seed in 0..12 {
        match run(seed, Tiers::LocalAndRemote) {
            Ok(counts) => total += counts,
            Err(broken) => panic!("{broken}"),
        }
    }
    println!("{total:?}");
    assert!(total.is_eventful_in_tiers(), "{total:?}");
}

#[test]
fn a_seed_gives_the_same_run_every_time_with_tiers() {
    let lines = || {
        trace(5, Tiers::LocalAndRemote, None)
            .expect("nothing is planted")
            .0
    };
    let (first, second) = (lines(), lines());
    let differs = first.iter().zip(&second).position(|(one, other)| one != other);
    assert_eq!(differs, None, "{:?}", differs.map(|at| (&first[at], &second[at])));
    assert_eq!(first.len(), second.len());
}

#[test]
fn a_store_that_ignores_conditions_is_seen() {
    assert_seen_in(
        Tiers::LocalAndRemote,
        Sabotage::IgnoredConditions,
        &["(I20)", "log start (I8): the manifest"],
    );
}

#[test]
fn a_local_segment_that_goes_before_its_copy_is_named_is_seen() {
    assert_seen_in(
        Tiers::LocalAndRemote,
        Sabotage::UnnamedCopies,
        &["copied first (I21)"],
    );
}

#[test]
fn an_object_that_is_deleted_though_it_is_named_is_seen() {
    assert_seen_in(Tiers::LocalAndRemote, Sabotage::DeletedCopies, &["named (I20)"]);
}

#[test]
fn a_copy_that_is_not_whole_is_seen() {
    assert_seen_in(Tiers::LocalAndRemote, Sabotage::TornCopies, &["whole (I20)"]);
}

#[test]
fn retention_that_takes_more_than_it_may_is_seen() {
    assert_seen_in(Tiers::LocalAndRemote, Sabotage::EagerRetention, &["(I21)"]);
}

#[test]
fn what_is_left_of_a_deleted_topic_is_seen() {
    assert_seen_in(Tiers::LocalAndRemote, Sabotage::LeftFolders, &["deleted (I20)"]);
}

#[test]
fn the_folder_of_a_topic_that_is_there_is_missed() {
    assert_seen_in(Tiers::LocalAndRemote, Sabotage::SweptTopics, &["named (I20)"]);
}

#[test]
fn damage_that_is_served_is_seen() {
    // Few runs meet damage; of these 37 does.
    assert_seen_from(
        35,
        (Tiers::LocalAndRemote, Sabotage::ServedDamage),
        &["(I19)", "(I5)", "(I6)", "(I8)"],
    );
}
