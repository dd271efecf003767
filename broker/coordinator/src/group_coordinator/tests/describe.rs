//! DescribeGroups, ListGroups, DeleteGroups.

use broker_protocol::ErrorCode;

use super::world::{GROUP, World, commit_of};
use crate::{GroupConfig, GroupFilter};

#[test]
fn a_stable_group_tells_members_with_metadata_and_assignment() {
    let mut world = World::new();
    let member = world.stable_group();
    let described = world.coordinator.describe_group(5, &GROUP.into());
    assert_eq!(described.group_state.as_str(), "Stable");
    assert_eq!(described.protocol_type.as_str(), "consumer");
    assert_eq!(described.protocol_data.as_str(), "range");
    let told = &described.members[0];
    assert_eq!(told.member_id, member);
    assert_eq!(
        (told.client_id.as_str(), told.client_host.as_str()),
        ("client", "/127.0.0.1")
    );
    assert_eq!(told.member_assignment, "all");
    assert!(!told.member_metadata.is_empty());
}

#[test]
fn a_group_that_rebalances_tells_no_protocol() {
    let mut world = World::new();
    world.add_member();
    let described = world.coordinator.describe_group(5, &GROUP.into());
    assert_eq!(described.group_state.as_str(), "CompletingRebalance");
    assert_eq!(described.protocol_data.as_str(), "");
    assert!(described.members[0].member_metadata.is_empty());
}

#[test]
fn a_group_that_is_not_there_is_dead_and_from_version_6_an_error() {
    let world = World::new();
    let dead = world.coordinator.describe_group(5, &GROUP.into());
    assert_eq!((dead.error_code, dead.group_state.as_str()), (0, "Dead"));
    let unknown = world.coordinator.describe_group(6, &GROUP.into());
    assert_eq!(unknown.error_code, ErrorCode::GroupIdNotFound.code());
    assert_eq!(unknown.error_message.as_deref(), Some("Group g not found."));
}

#[test]
fn groups_are_listed_by_state_and_type_whatever_the_case() {
    let mut world = World::new();
    world.stable_group();
    let count = |states: &[&str], types: &[&str]| {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).into()).collect::<Vec<_>>();
        let filter = GroupFilter::new(&texts(states), &texts(types));
        world.coordinator.list_groups(&filter).len()
    };
    assert_eq!(count(&[], &[]), 1);
    assert_eq!(count(&["sTaBle"], &["CLASSIC"]), 1);
    assert_eq!(count(&["Empty"], &[]), 0);
    assert_eq!(count(&["Bogus"], &[]), 0);
    assert_eq!(count(&[], &["consumer"]), 0);
}

#[test]
fn only_a_group_without_members_is_deleted_and_its_offsets_go_with_it() {
    let mut world = World::new();
    let delete = |world: &mut World| {
        let outcome = world.coordinator.delete_group(&GROUP.into());
        world.finish(outcome).error_code
    };
    assert_eq!(delete(&mut world), ErrorCode::GroupIdNotFound.code());
    world.commit(&commit_of("t", 0, 5));
    let member = world.stable_group();
    assert_eq!(delete(&mut world), ErrorCode::NonEmptyGroup.code());
    world.leave(&[(&member, None)]);
    assert_eq!(delete(&mut world), 0);
    assert_eq!((world.state().as_str(), world.committed("t", 0)), ("Dead", -1));
    let world = world.fail_over(GroupConfig::default());
    assert_eq!((world.state().as_str(), world.committed("t", 0)), ("Dead", -1));
}
