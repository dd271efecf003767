//! DescribeGroups and ListGroups: what can be seen of groups.

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use broker_protocol::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use broker_protocol::list_groups_response::ListedGroup;
use bytes::Bytes;

use super::GroupCoordinator;
use crate::classic_group::{ClassicGroup, ClassicGroupState};

/// First version that tells an unknown group by an error (KIP-1043).
const FIRST_WITH_UNKNOWN_GROUP: i16 = 6;
/// State of a group that does not exist.
const DEAD: &str = "Dead";
/// Type of the groups that are here.
const CLASSIC: &str = "classic";

/// Which groups a listing is about; texts are compared without regard to case, and none means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// States, in small letters.
    pub states: Vec<String>,
    /// Types, in small letters.
    pub types: Vec<String>,
}

impl GroupFilter {
    /// Takes the filters of a request.
    pub fn new(states: &[StringBytes], types: &[StringBytes]) -> Self {
        let small = |texts: &[StringBytes]| texts.iter().map(|text| text.to_lowercase()).collect();
        Self {
            states: small(states),
            types: small(types),
        }
    }

    fn admits(&self, state: ClassicGroupState) -> bool {
        let admits = |wanted: &[String], is: &str| {
            wanted.is_empty() || wanted.iter().any(|text| text.eq_ignore_ascii_case(is))
        };
        admits(&self.types, CLASSIC) && admits(&self.states, state.name())
    }
}

impl GroupCoordinator {
    /// One group as DescribeGroups answers it.
    pub fn describe_group(&self, api_version: i16, id: &StringBytes) -> DescribedGroup {
        match self.groups.get(id) {
            Some(group) => describe(group),
            None if api_version < FIRST_WITH_UNKNOWN_GROUP => DescribedGroup {
                group_id: id.clone(),
                group_state: DEAD.into(),
                ..DescribedGroup::default()
            },
            None => DescribedGroup {
                error_code: ErrorCode::GroupIdNotFound.code(),
                error_message: Some(format!("Group {id} not found.").into()),
                group_id: id.clone(),
                group_state: DEAD.into(),
                ..DescribedGroup::default()
            },
        }
    }

    /// How many groups there are.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// What groups have committed, in no order: group, topic, partition and offset. For monitoring.
    pub fn committed_offsets(&self) -> impl Iterator<Item = (&StringBytes, &StringBytes, i32, i64)> {
        self.offsets.groups().flat_map(|(group, topics)| {
            topics.iter().flat_map(move |topic| {
                let of_topic = topic.partitions.iter();
                of_topic.map(move |(partition, committed)| (group, &topic.name, *partition, committed.offset))
            })
        })
    }

    /// The groups that the filter admits, in no order.
    pub fn list_groups(&self, filter: &GroupFilter) -> Vec<ListedGroup> {
        let listed = self.groups.values().filter(|group| filter.admits(group.state));
        listed
            .map(|group| ListedGroup {
                group_id: group.id.clone(),
                protocol_type: group.protocol_type.clone().unwrap_or_default(),
                group_state: group.state.name().into(),
                group_type: CLASSIC.into(),
                ..ListedGroup::default()
            })
            .collect()
    }
}

/// Metadata is told of stable groups only: before, the members have not agreed on a protocol.
fn describe(group: &ClassicGroup) -> DescribedGroup {
    let protocol = group
        .protocol_name
        .clone()
        .filter(|_| group.is(ClassicGroupState::Stable));
    let members = group.members.values().map(|member| DescribedGroupMember {
        member_id: member.id.clone(),
        group_instance_id: member.instance.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        member_metadata: protocol
            .as_ref()
            .map_or(Bytes::new(), |protocol| member.metadata_for(protocol)),
        member_assignment: member.assignment.clone(),
        ..DescribedGroupMember::default()
    });
    DescribedGroup {
        group_id: group.id.clone(),
        group_state: group.state.name().into(),
        protocol_type: group.protocol_type.clone().unwrap_or_default(),
        members: members.collect(),
        protocol_data: protocol.unwrap_or_default(),
        ..DescribedGroup::default()
    }
}
