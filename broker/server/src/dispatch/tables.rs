//! The rows: which APIs are served through listeners of each kind (KIP-631, KIP-919).
//!
//! Invariants: an API stands in a table only if Kafka's schemas name that kind of listener for it; what nodes of the
//! cluster ask of one another stands in the table of controllers alone.

use std::sync::LazyLock;

use broker_codec::Message;
use broker_protocol::ApiKey;

use super::{ApiRow, OnHangUp, finish};
use crate::handlers;
use crate::network::ListenerKind;

macro_rules! apis {
    ($table:ident: $($api:ident: $module:ident, $on_hang_up:ident;)*) => {
        static $table: &[ApiRow] = &[$(ApiRow {
            api: ApiKey::$api,
            on_hang_up: OnHangUp::$on_hang_up,
            serve: |broker, context, mut body| Box::pin(async move {
                let request = Message::decode(&mut body, context.api_version)?;
                drop(body);
                finish(context, handlers::$module::handle(broker, context, request).await?)
            }),
        },)*];
    };
}

apis! { CLIENT:
    Produce: produce, Finish;
    Fetch: fetch, Abandon;
    ListOffsets: list_offsets, Abandon;
    Metadata: metadata, Finish;
    OffsetCommit: offset_commit, Finish;
    OffsetFetch: offset_fetch, Finish;
    FindCoordinator: find_coordinator, Finish;
    JoinGroup: join_group, Abandon;
    Heartbeat: heartbeat, Finish;
    LeaveGroup: leave_group, Finish;
    SyncGroup: sync_group, Abandon;
    DescribeGroups: describe_groups, Finish;
    ListGroups: list_groups, Finish;
    SaslHandshake: sasl_handshake, Finish;
    ApiVersions: api_versions, Finish;
    CreateTopics: create_topics, Finish;
    DeleteTopics: delete_topics, Finish;
    DeleteRecords: delete_records, Finish;
    InitProducerId: init_producer_id, Finish;
    OffsetForLeaderEpoch: offset_for_leader_epoch, Abandon;
    DescribeAcls: describe_acls, Finish;
    CreateAcls: create_acls, Finish;
    DeleteAcls: delete_acls, Finish;
    DescribeConfigs: describe_configs, Finish;
    AlterConfigs: alter_configs, Finish;
    AlterReplicaLogDirs: alter_replica_log_dirs, Finish;
    DescribeLogDirs: describe_log_dirs, Abandon;
    SaslAuthenticate: sasl_authenticate, Finish;
    CreatePartitions: create_partitions, Finish;
    CreateDelegationToken: create_delegation_token, Finish;
    RenewDelegationToken: renew_delegation_token, Finish;
    ExpireDelegationToken: expire_delegation_token, Finish;
    DescribeDelegationToken: describe_delegation_token, Finish;
    DeleteGroups: delete_groups, Finish;
    ElectLeaders: elect_leaders, Finish;
    IncrementalAlterConfigs: incremental_alter_configs, Finish;
    AlterPartitionReassignments: alter_partition_reassignments, Finish;
    ListPartitionReassignments: list_partition_reassignments, Finish;
    OffsetDelete: offset_delete, Finish;
    DescribeQuorum: describe_quorum, Finish;
    UpdateFeatures: update_features, Finish;
    DescribeCluster: describe_cluster, Finish;
    DescribeProducers: describe_producers, Abandon;
    UnregisterBroker: unregister_broker, Finish;
    ListConfigResources: list_config_resources, Finish;
    DescribeTopicPartitions: describe_topic_partitions, Abandon;
}

apis! { CONTROLLER:
    SaslHandshake: sasl_handshake, Finish;
    ApiVersions: api_versions, Finish;
    CreateTopics: create_topics, Finish;
    DeleteTopics: delete_topics, Finish;
    DescribeAcls: describe_acls, Finish;
    CreateAcls: create_acls, Finish;
    DeleteAcls: delete_acls, Finish;
    DescribeConfigs: describe_configs, Finish;
    AlterConfigs: alter_configs, Finish;
    SaslAuthenticate: sasl_authenticate, Finish;
    CreatePartitions: create_partitions, Finish;
    CreateDelegationToken: create_delegation_token, Finish;
    RenewDelegationToken: renew_delegation_token, Finish;
    ExpireDelegationToken: expire_delegation_token, Finish;
    DescribeDelegationToken: describe_delegation_token, Finish;
    ElectLeaders: elect_leaders, Finish;
    IncrementalAlterConfigs: incremental_alter_configs, Finish;
    AlterPartitionReassignments: alter_partition_reassignments, Finish;
    ListPartitionReassignments: list_partition_reassignments, Finish;
    DescribeQuorum: describe_quorum, Finish;
    UpdateFeatures: update_features, Finish;
    DescribeCluster: describe_cluster, Finish;
    UnregisterBroker: unregister_broker, Finish;
}

/// Rows of a table by the place of their API in [`ApiKey::ALL`].
type ByKey = LazyLock<Vec<Option<&'static ApiRow>>>;

static CLIENT_BY_KEY: ByKey = LazyLock::new(|| by_key(CLIENT));
static CONTROLLER_BY_KEY: ByKey = LazyLock::new(|| by_key(CONTROLLER));

fn by_key(table: &'static [ApiRow]) -> Vec<Option<&'static ApiRow>> {
    let mut rows = vec![None; ApiKey::ALL.len()];
    for row in table {
        rows[row.api as usize] = Some(row);
    }
    rows
}

/// Every API that is served through listeners of that kind, by rising key.
pub fn table(kind: ListenerKind) -> &'static [ApiRow] {
    match kind {
        ListenerKind::Client => CLIENT,
        ListenerKind::Controller => CONTROLLER,
    }
}

/// The row of an API that is served there.
pub(super) fn row(kind: ListenerKind, api: ApiKey) -> Option<&'static ApiRow> {
    match kind {
        ListenerKind::Client => CLIENT_BY_KEY[api as usize],
        ListenerKind::Controller => CONTROLLER_BY_KEY[api as usize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_rise_by_key_so_that_what_is_made_from_them_is_in_order() {
        for kind in [ListenerKind::Client, ListenerKind::Controller] {
            let rises = |pair: &[ApiRow]| pair[0].api.code() < pair[1].api.code();
            assert!(table(kind).windows(2).all(rises), "{kind:?}");
        }
    }

    #[test]
    fn an_api_is_served_only_where_kafka_serves_it() {
        assert!(CLIENT.iter().all(|row| row.api.is_on_broker()));
        assert!(CONTROLLER.iter().all(|row| row.api.is_on_controller()));
    }

    #[test]
    fn what_nodes_ask_of_one_another_is_not_served_to_clients() {
        for api in ApiKey::ALL.into_iter().filter(|api| !api.is_on_broker()) {
            assert!(row(ListenerKind::Client, api).is_none(), "{api}");
        }
    }

    #[test]
    fn what_clients_ask_of_brokers_is_not_served_to_controllers() {
        for api in [
            ApiKey::Produce,
            ApiKey::Metadata,
            ApiKey::FindCoordinator,
            ApiKey::ListOffsets,
        ] {
            assert!(row(ListenerKind::Controller, api).is_none(), "{api}");
        }
    }

    #[test]
    fn apis_that_come_later_are_not_served() {
        let later = [24..=28, 48..=51, 65..=66, 68..=69, 71..=72, 76..=79, 83..=93];
        for row in CLIENT.iter().chain(CONTROLLER) {
            let is_later = later.iter().any(|keys| keys.contains(&row.api.code()));
            assert!(!is_later, "{}", row.api);
        }
    }
}
