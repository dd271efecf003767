//! Cooperative rebalancing (KIP-429): members keep reading and committing while the group rebalances.

use broker_protocol::ErrorCode;

use super::world::{Join, World, commit_by, sync_of, sync_of_leader};

#[test]
fn a_member_commits_until_it_has_joined_the_next_generation() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    world.send_join(&Join::new().member(&leader));
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.commit(&commit_by(&follower, 2, 7)), 0);
    world.join(&Join::new().member(&follower));
    let old = world.commit(&commit_by(&follower, 2, 8));
    assert_eq!(old, ErrorCode::IllegalGeneration.code());
    let unassigned = world.commit(&commit_by(&follower, 3, 8));
    assert_eq!(unassigned, ErrorCode::RebalanceInProgress.code());
    assert_eq!(world.committed("t", 0), 7);
}

#[test]
fn a_second_rebalance_follows_when_a_member_gives_something_up() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    let leading = world.send_join(&Join::new().member(&leader));
    let joined = world.join(&Join::new().member(&follower));
    let waiting = world.send_sync(&sync_of(&follower, joined.generation_id));
    let leading = world.join_answer(leading).unwrap();
    world.sync(&sync_of_leader(&leading, &[(&leader, "less")]));
    assert_eq!(world.sync_answer(waiting).unwrap().assignment.len(), 0);
    // What the leader gave up shows in its next subscription, and then the other one can have it.
    let again = Join::new().member(&leader).subscribed_to(&["t", "u"]);
    let again = world.send_join(&again);
    assert_eq!(
        world.heartbeat(&follower, 3),
        ErrorCode::RebalanceInProgress.code()
    );
    assert_eq!(world.join(&Join::new().member(&follower)).generation_id, 4);
    assert_eq!(world.join_answer(again).unwrap().members.len(), 2);
}
