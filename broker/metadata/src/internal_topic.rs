//! Topics that Kafka keeps for itself.

/// Name of the topic of consumer groups and their offsets.
pub const GROUP_METADATA_TOPIC: &str = "__consumer_offsets";
/// Name of the topic of transactions.
pub const TRANSACTION_STATE_TOPIC: &str = "__transaction_state";
/// Name of the topic of share groups.
pub const SHARE_GROUP_STATE_TOPIC: &str = "__share_group_state";

/// Whether only coordinators and administration may write to a topic of this name.
pub fn is_internal_topic(name: &str) -> bool {
    matches!(
        name,
        GROUP_METADATA_TOPIC | TRANSACTION_STATE_TOPIC | SHARE_GROUP_STATE_TOPIC
    )
}
