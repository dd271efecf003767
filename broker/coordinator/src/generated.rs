//! Every message of Kafka 4.4 that belongs to this crate. Written by `cargo codegen`.

pub mod consumer_group_current_member_assignment_key;
pub mod consumer_group_current_member_assignment_value;
pub mod consumer_group_member_metadata_key;
pub mod consumer_group_member_metadata_value;
pub mod consumer_group_metadata_key;
pub mod consumer_group_metadata_value;
pub mod consumer_group_partition_metadata_key;
pub mod consumer_group_partition_metadata_value;
pub mod consumer_group_regular_expression_key;
pub mod consumer_group_regular_expression_value;
pub mod consumer_group_target_assignment_member_key;
pub mod consumer_group_target_assignment_member_value;
pub mod consumer_group_target_assignment_metadata_key;
pub mod consumer_group_target_assignment_metadata_value;
pub mod group_key;
pub mod group_metadata_key;
pub mod group_metadata_value;
pub mod group_value;
pub mod legacy_offset_commit_key;
pub mod legacy_offset_commit_value;
pub mod offset_commit_key;
pub mod offset_commit_value;
pub mod share_group_current_member_assignment_key;
pub mod share_group_current_member_assignment_value;
pub mod share_group_member_metadata_key;
pub mod share_group_member_metadata_value;
pub mod share_group_metadata_key;
pub mod share_group_metadata_value;
pub mod share_group_state_partition_metadata_key;
pub mod share_group_state_partition_metadata_value;
pub mod share_group_target_assignment_member_key;
pub mod share_group_target_assignment_member_value;
pub mod share_group_target_assignment_metadata_key;
pub mod share_group_target_assignment_metadata_value;
pub mod share_key;
pub mod share_snapshot_key;
pub mod share_snapshot_value;
pub mod share_update_key;
pub mod share_update_value;
pub mod share_value;
pub mod streams_group_current_member_assignment_key;
pub mod streams_group_current_member_assignment_value;
pub mod streams_group_member_metadata_key;
pub mod streams_group_member_metadata_value;
pub mod streams_group_metadata_key;
pub mod streams_group_metadata_value;
pub mod streams_group_target_assignment_member_key;
pub mod streams_group_target_assignment_member_value;
pub mod streams_group_target_assignment_metadata_key;
pub mod streams_group_target_assignment_metadata_value;
pub mod streams_group_topology_key;
pub mod streams_group_topology_value;
pub mod transaction_key;
pub mod transaction_log_key;
pub mod transaction_log_value;
pub mod transaction_value;

/// All messages by name.
pub mod messages {
    pub use super::consumer_group_current_member_assignment_key::ConsumerGroupCurrentMemberAssignmentKey;
    pub use super::consumer_group_current_member_assignment_value::ConsumerGroupCurrentMemberAssignmentValue;
    pub use super::consumer_group_member_metadata_key::ConsumerGroupMemberMetadataKey;
    pub use super::consumer_group_member_metadata_value::ConsumerGroupMemberMetadataValue;
    pub use super::consumer_group_metadata_key::ConsumerGroupMetadataKey;
    pub use super::consumer_group_metadata_value::ConsumerGroupMetadataValue;
    pub use super::consumer_group_partition_metadata_key::ConsumerGroupPartitionMetadataKey;
    pub use super::consumer_group_partition_metadata_value::ConsumerGroupPartitionMetadataValue;
    pub use super::consumer_group_regular_expression_key::ConsumerGroupRegularExpressionKey;
    pub use super::consumer_group_regular_expression_value::ConsumerGroupRegularExpressionValue;
    pub use super::consumer_group_target_assignment_member_key::ConsumerGroupTargetAssignmentMemberKey;
    pub use super::consumer_group_target_assignment_member_value::ConsumerGroupTargetAssignmentMemberValue;
    pub use super::consumer_group_target_assignment_metadata_key::ConsumerGroupTargetAssignmentMetadataKey;
    pub use super::consumer_group_target_assignment_metadata_value::ConsumerGroupTargetAssignmentMetadataValue;
    pub use super::group_metadata_key::GroupMetadataKey;
    pub use super::group_metadata_value::GroupMetadataValue;
    pub use super::legacy_offset_commit_key::LegacyOffsetCommitKey;
    pub use super::legacy_offset_commit_value::LegacyOffsetCommitValue;
    pub use super::offset_commit_key::OffsetCommitKey;
    pub use super::offset_commit_value::OffsetCommitValue;
    pub use super::share_group_current_member_assignment_key::ShareGroupCurrentMemberAssignmentKey;
    pub use super::share_group_current_member_assignment_value::ShareGroupCurrentMemberAssignmentValue;
    pub use super::share_group_member_metadata_key::ShareGroupMemberMetadataKey;
    pub use super::share_group_member_metadata_value::ShareGroupMemberMetadataValue;
    pub use super::share_group_metadata_key::ShareGroupMetadataKey;
    pub use super::share_group_metadata_value::ShareGroupMetadataValue;
    pub use super::share_group_state_partition_metadata_key::ShareGroupStatePartitionMetadataKey;
    pub use super::share_group_state_partition_metadata_value::ShareGroupStatePartitionMetadataValue;
    pub use super::share_group_target_assignment_member_key::ShareGroupTargetAssignmentMemberKey;
    pub use super::share_group_target_assignment_member_value::ShareGroupTargetAssignmentMemberValue;
    pub use super::share_group_target_assignment_metadata_key::ShareGroupTargetAssignmentMetadataKey;
    pub use super::share_group_target_assignment_metadata_value::ShareGroupTargetAssignmentMetadataValue;
    pub use super::share_snapshot_key::ShareSnapshotKey;
    pub use super::share_snapshot_value::ShareSnapshotValue;
    pub use super::share_update_key::ShareUpdateKey;
    pub use super::share_update_value::ShareUpdateValue;
    pub use super::streams_group_current_member_assignment_key::StreamsGroupCurrentMemberAssignmentKey;
    pub use super::streams_group_current_member_assignment_value::StreamsGroupCurrentMemberAssignmentValue;
    pub use super::streams_group_member_metadata_key::StreamsGroupMemberMetadataKey;
    pub use super::streams_group_member_metadata_value::StreamsGroupMemberMetadataValue;
    pub use super::streams_group_metadata_key::StreamsGroupMetadataKey;
    pub use super::streams_group_metadata_value::StreamsGroupMetadataValue;
    pub use super::streams_group_target_assignment_member_key::StreamsGroupTargetAssignmentMemberKey;
    pub use super::streams_group_target_assignment_member_value::StreamsGroupTargetAssignmentMemberValue;
    pub use super::streams_group_target_assignment_metadata_key::StreamsGroupTargetAssignmentMetadataKey;
    pub use super::streams_group_target_assignment_metadata_value::StreamsGroupTargetAssignmentMetadataValue;
    pub use super::streams_group_topology_key::StreamsGroupTopologyKey;
    pub use super::streams_group_topology_value::StreamsGroupTopologyValue;
    pub use super::transaction_log_key::TransactionLogKey;
    pub use super::transaction_log_value::TransactionLogValue;
}

/// Calls `$macro!(Name, Name, …)` with the name of every message of this crate.
#[macro_export]
macro_rules! for_each_message {
    ($macro:ident) => {
        $macro! {
        ConsumerGroupCurrentMemberAssignmentKey,
        ConsumerGroupCurrentMemberAssignmentValue,
        ConsumerGroupMemberMetadataKey,
        ConsumerGroupMemberMetadataValue,
        ConsumerGroupMetadataKey,
        ConsumerGroupMetadataValue,
        ConsumerGroupPartitionMetadataKey,
        ConsumerGroupPartitionMetadataValue,
        ConsumerGroupRegularExpressionKey,
        ConsumerGroupRegularExpressionValue,
        ConsumerGroupTargetAssignmentMemberKey,
        ConsumerGroupTargetAssignmentMemberValue,
        ConsumerGroupTargetAssignmentMetadataKey,
        ConsumerGroupTargetAssignmentMetadataValue,
        GroupMetadataKey,
        GroupMetadataValue,
        LegacyOffsetCommitKey,
        LegacyOffsetCommitValue,
        OffsetCommitKey,
        OffsetCommitValue,
        ShareGroupCurrentMemberAssignmentKey,
        ShareGroupCurrentMemberAssignmentValue,
        ShareGroupMemberMetadataKey,
        ShareGroupMemberMetadataValue,
        ShareGroupMetadataKey,
        ShareGroupMetadataValue,
        ShareGroupStatePartitionMetadataKey,
        ShareGroupStatePartitionMetadataValue,
        ShareGroupTargetAssignmentMemberKey,
        ShareGroupTargetAssignmentMemberValue,
        ShareGroupTargetAssignmentMetadataKey,
        ShareGroupTargetAssignmentMetadataValue,
        ShareSnapshotKey,
        ShareSnapshotValue,
        ShareUpdateKey,
        ShareUpdateValue,
        StreamsGroupCurrentMemberAssignmentKey,
        StreamsGroupCurrentMemberAssignmentValue,
        StreamsGroupMemberMetadataKey,
        StreamsGroupMemberMetadataValue,
        StreamsGroupMetadataKey,
        StreamsGroupMetadataValue,
        StreamsGroupTargetAssignmentMemberKey,
        StreamsGroupTargetAssignmentMemberValue,
        StreamsGroupTargetAssignmentMetadataKey,
        StreamsGroupTargetAssignmentMetadataValue,
        StreamsGroupTopologyKey,
        StreamsGroupTopologyValue,
        TransactionLogKey,
        TransactionLogValue,
        }
    };
}
