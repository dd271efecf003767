//! The rows: which APIs are served through listeners of each kind (KIP-631, KIP-919).
//!
//! The last column says who answers: the node that is asked, or the active controller, to which a client's request is
//! handed on. Invariants: an API stands in a table only if Kafka's schemas name that kind of listener for it; what nodes of the
//! cluster ask of one another stands in the table of controllers alone.

use std::sync::LazyLock;

use broker_codec::Message;
use broker_protocol::ApiKey;

use super::{ApiRow, Body, OnHangUp, finish, forwarding};
use crate::handlers;
use crate::network::ListenerKind;

macro_rules! apis {
    ($table:ident: $($api:ident: $module:ident, $on_hang_up:ident, $by:ident;)*) => {
        static $table: &[ApiRow] = &[$(ApiRow {
            api: ApiKey::$api,
            on_hang_up: OnHangUp::$on_hang_up,
            serve: |broker, context, body| apis!(@$by $module, broker, context, body),
        },)*];
    };
    (@Here $module:ident, $broker:ident, $context:ident, $body:ident) => {
        Box::pin(async move {
            let Body { frame, mut decoder } = $body;
            drop(frame);
            let request = Message::decode(&mut decoder, $context.api_version)?;
            drop(decoder);
            finish($context, handlers::$module::handle($broker, $context, request).await?)
        })
    };
    (@Controller $module:ident, $broker:ident, $context:ident, $body:ident) => {
        Box::pin(forwarding::serve($broker, $context, $body, |request| {
            handlers::$module::handle($broker, $context, request)
        }))
    };
}

apis! { CLIENT:
    Produce: produce, Finish, Here;
    Fetch: fetch, Abandon, Here;
    ListOffsets: list_offsets, Abandon, Here;
    Metadata: metadata, Finish, Here;
    OffsetCommit: offset_commit, Finish, Here;
    OffsetFetch: offset_fetch, Finish, Here;
    FindCoordinator: find_coordinator, Finish, Here;
    JoinGroup: join_group, Abandon, Here;
    Heartbeat: heartbeat, Finish, Here;
    LeaveGroup: leave_group, Finish, Here;
    SyncGroup: sync_group, Abandon, Here;
    DescribeGroups: describe_groups, Finish, Here;
    ListGroups: list_groups, Finish, Here;
    SaslHandshake: sasl_handshake, Finish, Here;
    ApiVersions: api_versions, Finish, Here;
    CreateTopics: create_topics, Finish, Controller;
    DeleteTopics: delete_topics, Finish, Controller;
    DeleteRecords: delete_records, Finish, Here;
    InitProducerId: init_producer_id, Finish, Here;
    OffsetForLeaderEpoch: offset_for_leader_epoch, Abandon, Here;
    DescribeAcls: describe_acls, Finish, Here;
    CreateAcls: create_acls, Finish, Here;
    DeleteAcls: delete_acls, Finish, Here;
    DescribeConfigs: describe_configs, Finish, Here;
    AlterConfigs: alter_configs, Finish, Here;
    AlterReplicaLogDirs: alter_replica_log_dirs, Finish, Here;
    DescribeLogDirs: describe_log_dirs, Abandon, Here;
    SaslAuthenticate: sasl_authenticate, Finish, Here;
    CreatePartitions: create_partitions, Finish, Controller;
    CreateDelegationToken: create_delegation_token, Finish, Here;
    RenewDelegationToken: renew_delegation_token, Finish, Here;
    ExpireDelegationToken: expire_delegation_token, Finish, Here;
    DescribeDelegationToken: describe_delegation_token, Finish, Here;
    DeleteGroups: delete_groups, Finish, Here;
    ElectLeaders: elect_leaders, Finish, Controller;
    IncrementalAlterConfigs: incremental_alter_configs, Finish, Here;
    AlterPartitionReassignments: alter_partition_reassignments, Finish, Controller;
    ListPartitionReassignments: list_partition_reassignments, Finish, Controller;
    OffsetDelete: offset_delete, Finish, Here;
    DescribeQuorum: describe_quorum, Finish, Controller;
    UpdateFeatures: update_features, Finish, Controller;
    DescribeCluster: describe_cluster, Finish, Here;
    DescribeProducers: describe_producers, Abandon, Here;
    UnregisterBroker: unregister_broker, Finish, Controller;
    ListConfigResources: list_config_resources, Finish, Here;
    DescribeTopicPartitions: describe_topic_partitions, Abandon, Here;
    AddRaftVoter: add_raft_voter, Finish, Controller;
    RemoveRaftVoter: remove_raft_voter, Finish, Controller;
    UnregisterController: unregister_controller, Finish, Controller;
}

apis! { CONTROLLER:
    Fetch: quorum_fetch, Abandon, Here;
    SaslHandshake: sasl_handshake, Finish, Here;
    ApiVersions: api_versions, Finish, Here;
    CreateTopics: create_topics, Finish, Controller;
    DeleteTopics: delete_topics, Finish, Controller;
    DescribeAcls: describe_acls, Finish, Here;
    CreateAcls: create_acls, Finish, Here;
    DeleteAcls: delete_acls, Finish, Here;
    DescribeConfigs: describe_configs, Finish, Here;
    AlterConfigs: alter_configs, Finish, Controller;
    SaslAuthenticate: sasl_authenticate, Finish, Here;
    CreatePartitions: create_partitions, Finish, Controller;
    CreateDelegationToken: create_delegation_token, Finish, Here;
    RenewDelegationToken: renew_delegation_token, Finish, Here;
    ExpireDelegationToken: expire_delegation_token, Finish, Here;
    DescribeDelegationToken: describe_delegation_token, Finish, Here;
    ElectLeaders: elect_leaders, Finish, Controller;
    IncrementalAlterConfigs: incremental_alter_configs, Finish, Controller;
    AlterPartitionReassignments: alter_partition_reassignments, Finish, Controller;
    ListPartitionReassignments: list_partition_reassignments, Finish, Controller;
    Vote: vote, Finish, Here;
    BeginQuorumEpoch: begin_quorum_epoch, Finish, Here;
    EndQuorumEpoch: end_quorum_epoch, Finish, Here;
    DescribeQuorum: describe_quorum, Finish, Controller;
    AlterPartition: alter_partition, Finish, Controller;
    UpdateFeatures: update_features, Finish, Controller;
    Envelope: envelope, Finish, Here;
    FetchSnapshot: fetch_snapshot, Abandon, Here;
    DescribeCluster: describe_cluster, Finish, Here;
    BrokerRegistration: broker_registration, Finish, Controller;
    BrokerHeartbeat: broker_heartbeat, Finish, Controller;
    UnregisterBroker: unregister_broker, Finish, Controller;
    AllocateProducerIds: allocate_producer_ids, Finish, Controller;
    ControllerRegistration: controller_registration, Finish, Controller;
    AssignReplicasToDirs: assign_replicas_to_dirs, Finish, Controller;
    AddRaftVoter: add_raft_voter, Finish, Here;
    RemoveRaftVoter: remove_raft_voter, Finish, Here;
    UpdateRaftVoter: update_raft_voter, Finish, Here;
    UnregisterController: unregister_controller, Finish, Controller;
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
