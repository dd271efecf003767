//! Every message of Kafka 4.4 that belongs to this crate. Written by `cargo codegen`.

pub mod aborted_txn;
pub mod add_offsets_to_txn_request;
pub mod add_offsets_to_txn_response;
pub mod add_partitions_to_txn_request;
pub mod add_partitions_to_txn_response;
pub mod add_raft_voter_request;
pub mod add_raft_voter_response;
pub mod allocate_producer_ids_request;
pub mod allocate_producer_ids_response;
pub mod alter_client_quotas_request;
pub mod alter_client_quotas_response;
pub mod alter_configs_request;
pub mod alter_configs_response;
pub mod alter_partition_reassignments_request;
pub mod alter_partition_reassignments_response;
pub mod alter_partition_request;
pub mod alter_partition_response;
pub mod alter_replica_log_dirs_request;
pub mod alter_replica_log_dirs_response;
pub mod alter_share_group_offsets_request;
pub mod alter_share_group_offsets_response;
pub mod alter_user_scram_credentials_request;
pub mod alter_user_scram_credentials_response;
pub(crate) mod api_table;
pub mod api_versions_request;
pub mod api_versions_response;
pub mod assign_replicas_to_dirs_request;
pub mod assign_replicas_to_dirs_response;
pub mod begin_quorum_epoch_request;
pub mod begin_quorum_epoch_response;
pub mod broker_heartbeat_request;
pub mod broker_heartbeat_response;
pub mod broker_registration_request;
pub mod broker_registration_response;
pub mod consumer_group_describe_request;
pub mod consumer_group_describe_response;
pub mod consumer_group_heartbeat_request;
pub mod consumer_group_heartbeat_response;
pub mod consumer_protocol_assignment;
pub mod consumer_protocol_subscription;
pub mod control_record_type_schema;
pub mod controller_registration_request;
pub mod controller_registration_response;
pub mod create_acls_request;
pub mod create_acls_response;
pub mod create_delegation_token_request;
pub mod create_delegation_token_response;
pub mod create_partitions_request;
pub mod create_partitions_response;
pub mod create_topics_request;
pub mod create_topics_response;
pub mod default_principal_data;
pub mod delete_acls_request;
pub mod delete_acls_response;
pub mod delete_groups_request;
pub mod delete_groups_response;
pub mod delete_records_request;
pub mod delete_records_response;
pub mod delete_share_group_offsets_request;
pub mod delete_share_group_offsets_response;
pub mod delete_share_group_state_request;
pub mod delete_share_group_state_response;
pub mod delete_topics_request;
pub mod delete_topics_response;
pub mod describe_acls_request;
pub mod describe_acls_response;
pub mod describe_client_quotas_request;
pub mod describe_client_quotas_response;
pub mod describe_cluster_request;
pub mod describe_cluster_response;
pub mod describe_configs_request;
pub mod describe_configs_response;
pub mod describe_delegation_token_request;
pub mod describe_delegation_token_response;
pub mod describe_groups_request;
pub mod describe_groups_response;
pub mod describe_log_dirs_request;
pub mod describe_log_dirs_response;
pub mod describe_producers_request;
pub mod describe_producers_response;
pub mod describe_quorum_request;
pub mod describe_quorum_response;
pub mod describe_share_group_offsets_request;
pub mod describe_share_group_offsets_response;
pub mod describe_topic_partitions_request;
pub mod describe_topic_partitions_response;
pub mod describe_transactions_request;
pub mod describe_transactions_response;
pub mod describe_user_scram_credentials_request;
pub mod describe_user_scram_credentials_response;
pub mod elect_leaders_request;
pub mod elect_leaders_response;
pub mod end_quorum_epoch_request;
pub mod end_quorum_epoch_response;
pub mod end_txn_marker;
pub mod end_txn_request;
pub mod end_txn_response;
pub mod envelope_request;
pub mod envelope_response;
pub mod expire_delegation_token_request;
pub mod expire_delegation_token_response;
pub mod fetch_request;
pub mod fetch_response;
pub mod fetch_snapshot_request;
pub mod fetch_snapshot_response;
pub mod find_coordinator_request;
pub mod find_coordinator_response;
pub mod get_telemetry_subscriptions_request;
pub mod get_telemetry_subscriptions_response;
pub mod heartbeat_request;
pub mod heartbeat_response;
pub mod incremental_alter_configs_request;
pub mod incremental_alter_configs_response;
pub mod init_producer_id_request;
pub mod init_producer_id_response;
pub mod initialize_share_group_state_request;
pub mod initialize_share_group_state_response;
pub mod join_group_request;
pub mod join_group_response;
pub mod kraft_version_record;
pub mod leader_change_message;
pub mod leave_group_request;
pub mod leave_group_response;
pub mod list_config_resources_request;
pub mod list_config_resources_response;
pub mod list_groups_request;
pub mod list_groups_response;
pub mod list_offsets_request;
pub mod list_offsets_response;
pub mod list_partition_reassignments_request;
pub mod list_partition_reassignments_response;
pub mod list_transactions_request;
pub mod list_transactions_response;
pub mod metadata_request;
pub mod metadata_response;
pub mod offset_commit_request;
pub mod offset_commit_response;
pub mod offset_delete_request;
pub mod offset_delete_response;
pub mod offset_fetch_request;
pub mod offset_fetch_response;
pub mod offset_for_leader_epoch_request;
pub mod offset_for_leader_epoch_response;
pub mod produce_request;
pub mod produce_response;
pub mod producer_snapshot;
pub mod push_telemetry_request;
pub mod push_telemetry_response;
pub mod quorum_state_data;
pub mod read_share_group_state_request;
pub mod read_share_group_state_response;
pub mod read_share_group_state_summary_request;
pub mod read_share_group_state_summary_response;
pub mod remote_log_record;
pub mod remote_log_segment_metadata_record;
pub mod remote_log_segment_metadata_snapshot_record;
pub mod remote_log_segment_metadata_update_record;
pub mod remote_partition_delete_metadata_record;
pub mod remove_raft_voter_request;
pub mod remove_raft_voter_response;
pub mod renew_delegation_token_request;
pub mod renew_delegation_token_response;
pub mod request_header;
pub mod response_header;
pub mod sasl_authenticate_request;
pub mod sasl_authenticate_response;
pub mod sasl_handshake_request;
pub mod sasl_handshake_response;
pub mod share_acknowledge_request;
pub mod share_acknowledge_response;
pub mod share_fetch_request;
pub mod share_fetch_response;
pub mod share_group_describe_request;
pub mod share_group_describe_response;
pub mod share_group_heartbeat_request;
pub mod share_group_heartbeat_response;
pub mod snapshot_footer_record;
pub mod snapshot_header_record;
pub mod streams_group_describe_request;
pub mod streams_group_describe_response;
pub mod streams_group_heartbeat_request;
pub mod streams_group_heartbeat_response;
pub mod streams_group_topology_description_update_request;
pub mod streams_group_topology_description_update_response;
pub mod sync_group_request;
pub mod sync_group_response;
pub mod txn_offset_commit_request;
pub mod txn_offset_commit_response;
pub mod unregister_broker_request;
pub mod unregister_broker_response;
pub mod unregister_controller_request;
pub mod unregister_controller_response;
pub mod update_features_request;
pub mod update_features_response;
pub mod update_raft_voter_request;
pub mod update_raft_voter_response;
pub mod vote_request;
pub mod vote_response;
pub mod voters_record;
pub mod write_share_group_state_request;
pub mod write_share_group_state_response;
pub mod write_txn_markers_request;
pub mod write_txn_markers_response;

/// All messages by name.
pub mod messages {
    pub use super::aborted_txn::AbortedTxn;
    pub use super::add_offsets_to_txn_request::AddOffsetsToTxnRequest;
    pub use super::add_offsets_to_txn_response::AddOffsetsToTxnResponse;
    pub use super::add_partitions_to_txn_request::AddPartitionsToTxnRequest;
    pub use super::add_partitions_to_txn_response::AddPartitionsToTxnResponse;
    pub use super::add_raft_voter_request::AddRaftVoterRequest;
    pub use super::add_raft_voter_response::AddRaftVoterResponse;
    pub use super::allocate_producer_ids_request::AllocateProducerIdsRequest;
    pub use super::allocate_producer_ids_response::AllocateProducerIdsResponse;
    pub use super::alter_client_quotas_request::AlterClientQuotasRequest;
    pub use super::alter_client_quotas_response::AlterClientQuotasResponse;
    pub use super::alter_configs_request::AlterConfigsRequest;
    pub use super::alter_configs_response::AlterConfigsResponse;
    pub use super::alter_partition_reassignments_request::AlterPartitionReassignmentsRequest;
    pub use super::alter_partition_reassignments_response::AlterPartitionReassignmentsResponse;
    pub use super::alter_partition_request::AlterPartitionRequest;
    pub use super::alter_partition_response::AlterPartitionResponse;
    pub use super::alter_replica_log_dirs_request::AlterReplicaLogDirsRequest;
    pub use super::alter_replica_log_dirs_response::AlterReplicaLogDirsResponse;
    pub use super::alter_share_group_offsets_request::AlterShareGroupOffsetsRequest;
    pub use super::alter_share_group_offsets_response::AlterShareGroupOffsetsResponse;
    pub use super::alter_user_scram_credentials_request::AlterUserScramCredentialsRequest;
    pub use super::alter_user_scram_credentials_response::AlterUserScramCredentialsResponse;
    pub use super::api_versions_request::ApiVersionsRequest;
    pub use super::api_versions_response::ApiVersionsResponse;
    pub use super::assign_replicas_to_dirs_request::AssignReplicasToDirsRequest;
    pub use super::assign_replicas_to_dirs_response::AssignReplicasToDirsResponse;
    pub use super::begin_quorum_epoch_request::BeginQuorumEpochRequest;
    pub use super::begin_quorum_epoch_response::BeginQuorumEpochResponse;
    pub use super::broker_heartbeat_request::BrokerHeartbeatRequest;
    pub use super::broker_heartbeat_response::BrokerHeartbeatResponse;
    pub use super::broker_registration_request::BrokerRegistrationRequest;
    pub use super::broker_registration_response::BrokerRegistrationResponse;
    pub use super::consumer_group_describe_request::ConsumerGroupDescribeRequest;
    pub use super::consumer_group_describe_response::ConsumerGroupDescribeResponse;
    pub use super::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
    pub use super::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
    pub use super::consumer_protocol_assignment::ConsumerProtocolAssignment;
    pub use super::consumer_protocol_subscription::ConsumerProtocolSubscription;
    pub use super::control_record_type_schema::ControlRecordTypeSchema;
    pub use super::controller_registration_request::ControllerRegistrationRequest;
    pub use super::controller_registration_response::ControllerRegistrationResponse;
    pub use super::create_acls_request::CreateAclsRequest;
    pub use super::create_acls_response::CreateAclsResponse;
    pub use super::create_delegation_token_request::CreateDelegationTokenRequest;
    pub use super::create_delegation_token_response::CreateDelegationTokenResponse;
    pub use super::create_partitions_request::CreatePartitionsRequest;
    pub use super::create_partitions_response::CreatePartitionsResponse;
    pub use super::create_topics_request::CreateTopicsRequest;
    pub use super::create_topics_response::CreateTopicsResponse;
    pub use super::default_principal_data::DefaultPrincipalData;
    pub use super::delete_acls_request::DeleteAclsRequest;
    pub use super::delete_acls_response::DeleteAclsResponse;
    pub use super::delete_groups_request::DeleteGroupsRequest;
    pub use super::delete_groups_response::DeleteGroupsResponse;
    pub use super::delete_records_request::DeleteRecordsRequest;
    pub use super::delete_records_response::DeleteRecordsResponse;
    pub use super::delete_share_group_offsets_request::DeleteShareGroupOffsetsRequest;
    pub use super::delete_share_group_offsets_response::DeleteShareGroupOffsetsResponse;
    pub use super::delete_share_group_state_request::DeleteShareGroupStateRequest;
    pub use super::delete_share_group_state_response::DeleteShareGroupStateResponse;
    pub use super::delete_topics_request::DeleteTopicsRequest;
    pub use super::delete_topics_response::DeleteTopicsResponse;
    pub use super::describe_acls_request::DescribeAclsRequest;
    pub use super::describe_acls_response::DescribeAclsResponse;
    pub use super::describe_client_quotas_request::DescribeClientQuotasRequest;
    pub use super::describe_client_quotas_response::DescribeClientQuotasResponse;
    pub use super::describe_cluster_request::DescribeClusterRequest;
    pub use super::describe_cluster_response::DescribeClusterResponse;
    pub use super::describe_configs_request::DescribeConfigsRequest;
    pub use super::describe_configs_response::DescribeConfigsResponse;
    pub use super::describe_delegation_token_request::DescribeDelegationTokenRequest;
    pub use super::describe_delegation_token_response::DescribeDelegationTokenResponse;
    pub use super::describe_groups_request::DescribeGroupsRequest;
    pub use super::describe_groups_response::DescribeGroupsResponse;
    pub use super::describe_log_dirs_request::DescribeLogDirsRequest;
    pub use super::describe_log_dirs_response::DescribeLogDirsResponse;
    pub use super::describe_producers_request::DescribeProducersRequest;
    pub use super::describe_producers_response::DescribeProducersResponse;
    pub use super::describe_quorum_request::DescribeQuorumRequest;
    pub use super::describe_quorum_response::DescribeQuorumResponse;
    pub use super::describe_share_group_offsets_request::DescribeShareGroupOffsetsRequest;
    pub use super::describe_share_group_offsets_response::DescribeShareGroupOffsetsResponse;
    pub use super::describe_topic_partitions_request::DescribeTopicPartitionsRequest;
    pub use super::describe_topic_partitions_response::DescribeTopicPartitionsResponse;
    pub use super::describe_transactions_request::DescribeTransactionsRequest;
    pub use super::describe_transactions_response::DescribeTransactionsResponse;
    pub use super::describe_user_scram_credentials_request::DescribeUserScramCredentialsRequest;
    pub use super::describe_user_scram_credentials_response::DescribeUserScramCredentialsResponse;
    pub use super::elect_leaders_request::ElectLeadersRequest;
    pub use super::elect_leaders_response::ElectLeadersResponse;
    pub use super::end_quorum_epoch_request::EndQuorumEpochRequest;
    pub use super::end_quorum_epoch_response::EndQuorumEpochResponse;
    pub use super::end_txn_marker::EndTxnMarker;
    pub use super::end_txn_request::EndTxnRequest;
    pub use super::end_txn_response::EndTxnResponse;
    pub use super::envelope_request::EnvelopeRequest;
    pub use super::envelope_response::EnvelopeResponse;
    pub use super::expire_delegation_token_request::ExpireDelegationTokenRequest;
    pub use super::expire_delegation_token_response::ExpireDelegationTokenResponse;
    pub use super::fetch_request::FetchRequest;
    pub use super::fetch_response::FetchResponse;
    pub use super::fetch_snapshot_request::FetchSnapshotRequest;
    pub use super::fetch_snapshot_response::FetchSnapshotResponse;
    pub use super::find_coordinator_request::FindCoordinatorRequest;
    pub use super::find_coordinator_response::FindCoordinatorResponse;
    pub use super::get_telemetry_subscriptions_request::GetTelemetrySubscriptionsRequest;
    pub use super::get_telemetry_subscriptions_response::GetTelemetrySubscriptionsResponse;
    pub use super::heartbeat_request::HeartbeatRequest;
    pub use super::heartbeat_response::HeartbeatResponse;
    pub use super::incremental_alter_configs_request::IncrementalAlterConfigsRequest;
    pub use super::incremental_alter_configs_response::IncrementalAlterConfigsResponse;
    pub use super::init_producer_id_request::InitProducerIdRequest;
    pub use super::init_producer_id_response::InitProducerIdResponse;
    pub use super::initialize_share_group_state_request::InitializeShareGroupStateRequest;
    pub use super::initialize_share_group_state_response::InitializeShareGroupStateResponse;
    pub use super::join_group_request::JoinGroupRequest;
    pub use super::join_group_response::JoinGroupResponse;
    pub use super::kraft_version_record::KRaftVersionRecord;
    pub use super::leader_change_message::LeaderChangeMessage;
    pub use super::leave_group_request::LeaveGroupRequest;
    pub use super::leave_group_response::LeaveGroupResponse;
    pub use super::list_config_resources_request::ListConfigResourcesRequest;
    pub use super::list_config_resources_response::ListConfigResourcesResponse;
    pub use super::list_groups_request::ListGroupsRequest;
    pub use super::list_groups_response::ListGroupsResponse;
    pub use super::list_offsets_request::ListOffsetsRequest;
    pub use super::list_offsets_response::ListOffsetsResponse;
    pub use super::list_partition_reassignments_request::ListPartitionReassignmentsRequest;
    pub use super::list_partition_reassignments_response::ListPartitionReassignmentsResponse;
    pub use super::list_transactions_request::ListTransactionsRequest;
    pub use super::list_transactions_response::ListTransactionsResponse;
    pub use super::metadata_request::MetadataRequest;
    pub use super::metadata_response::MetadataResponse;
    pub use super::offset_commit_request::OffsetCommitRequest;
    pub use super::offset_commit_response::OffsetCommitResponse;
    pub use super::offset_delete_request::OffsetDeleteRequest;
    pub use super::offset_delete_response::OffsetDeleteResponse;
    pub use super::offset_fetch_request::OffsetFetchRequest;
    pub use super::offset_fetch_response::OffsetFetchResponse;
    pub use super::offset_for_leader_epoch_request::OffsetForLeaderEpochRequest;
    pub use super::offset_for_leader_epoch_response::OffsetForLeaderEpochResponse;
    pub use super::produce_request::ProduceRequest;
    pub use super::produce_response::ProduceResponse;
    pub use super::producer_snapshot::ProducerSnapshot;
    pub use super::push_telemetry_request::PushTelemetryRequest;
    pub use super::push_telemetry_response::PushTelemetryResponse;
    pub use super::quorum_state_data::QuorumStateData;
    pub use super::read_share_group_state_request::ReadShareGroupStateRequest;
    pub use super::read_share_group_state_response::ReadShareGroupStateResponse;
    pub use super::read_share_group_state_summary_request::ReadShareGroupStateSummaryRequest;
    pub use super::read_share_group_state_summary_response::ReadShareGroupStateSummaryResponse;
    pub use super::remote_log_segment_metadata_record::RemoteLogSegmentMetadataRecord;
    pub use super::remote_log_segment_metadata_snapshot_record::RemoteLogSegmentMetadataSnapshotRecord;
    pub use super::remote_log_segment_metadata_update_record::RemoteLogSegmentMetadataUpdateRecord;
    pub use super::remote_partition_delete_metadata_record::RemotePartitionDeleteMetadataRecord;
    pub use super::remove_raft_voter_request::RemoveRaftVoterRequest;
    pub use super::remove_raft_voter_response::RemoveRaftVoterResponse;
    pub use super::renew_delegation_token_request::RenewDelegationTokenRequest;
    pub use super::renew_delegation_token_response::RenewDelegationTokenResponse;
    pub use super::request_header::RequestHeader;
    pub use super::response_header::ResponseHeader;
    pub use super::sasl_authenticate_request::SaslAuthenticateRequest;
    pub use super::sasl_authenticate_response::SaslAuthenticateResponse;
    pub use super::sasl_handshake_request::SaslHandshakeRequest;
    pub use super::sasl_handshake_response::SaslHandshakeResponse;
    pub use super::share_acknowledge_request::ShareAcknowledgeRequest;
    pub use super::share_acknowledge_response::ShareAcknowledgeResponse;
    pub use super::share_fetch_request::ShareFetchRequest;
    pub use super::share_fetch_response::ShareFetchResponse;
    pub use super::share_group_describe_request::ShareGroupDescribeRequest;
    pub use super::share_group_describe_response::ShareGroupDescribeResponse;
    pub use super::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
    pub use super::share_group_heartbeat_response::ShareGroupHeartbeatResponse;
    pub use super::snapshot_footer_record::SnapshotFooterRecord;
    pub use super::snapshot_header_record::SnapshotHeaderRecord;
    pub use super::streams_group_describe_request::StreamsGroupDescribeRequest;
    pub use super::streams_group_describe_response::StreamsGroupDescribeResponse;
    pub use super::streams_group_heartbeat_request::StreamsGroupHeartbeatRequest;
    pub use super::streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;
    pub use super::streams_group_topology_description_update_request::StreamsGroupTopologyDescriptionUpdateRequest;
    pub use super::streams_group_topology_description_update_response::StreamsGroupTopologyDescriptionUpdateResponse;
    pub use super::sync_group_request::SyncGroupRequest;
    pub use super::sync_group_response::SyncGroupResponse;
    pub use super::txn_offset_commit_request::TxnOffsetCommitRequest;
    pub use super::txn_offset_commit_response::TxnOffsetCommitResponse;
    pub use super::unregister_broker_request::UnregisterBrokerRequest;
    pub use super::unregister_broker_response::UnregisterBrokerResponse;
    pub use super::unregister_controller_request::UnregisterControllerRequest;
    pub use super::unregister_controller_response::UnregisterControllerResponse;
    pub use super::update_features_request::UpdateFeaturesRequest;
    pub use super::update_features_response::UpdateFeaturesResponse;
    pub use super::update_raft_voter_request::UpdateRaftVoterRequest;
    pub use super::update_raft_voter_response::UpdateRaftVoterResponse;
    pub use super::vote_request::VoteRequest;
    pub use super::vote_response::VoteResponse;
    pub use super::voters_record::VotersRecord;
    pub use super::write_share_group_state_request::WriteShareGroupStateRequest;
    pub use super::write_share_group_state_response::WriteShareGroupStateResponse;
    pub use super::write_txn_markers_request::WriteTxnMarkersRequest;
    pub use super::write_txn_markers_response::WriteTxnMarkersResponse;
}

/// Calls `$macro!(Name, Name, …)` with the name of every message of this crate.
#[macro_export]
macro_rules! for_each_message {
    ($macro:ident) => {
        $macro! {
        AbortedTxn,
        AddOffsetsToTxnRequest,
        AddOffsetsToTxnResponse,
        AddPartitionsToTxnRequest,
        AddPartitionsToTxnResponse,
        AddRaftVoterRequest,
        AddRaftVoterResponse,
        AllocateProducerIdsRequest,
        AllocateProducerIdsResponse,
        AlterClientQuotasRequest,
        AlterClientQuotasResponse,
        AlterConfigsRequest,
        AlterConfigsResponse,
        AlterPartitionReassignmentsRequest,
        AlterPartitionReassignmentsResponse,
        AlterPartitionRequest,
        AlterPartitionResponse,
        AlterReplicaLogDirsRequest,
        AlterReplicaLogDirsResponse,
        AlterShareGroupOffsetsRequest,
        AlterShareGroupOffsetsResponse,
        AlterUserScramCredentialsRequest,
        AlterUserScramCredentialsResponse,
        ApiVersionsRequest,
        ApiVersionsResponse,
        AssignReplicasToDirsRequest,
        AssignReplicasToDirsResponse,
        BeginQuorumEpochRequest,
        BeginQuorumEpochResponse,
        BrokerHeartbeatRequest,
        BrokerHeartbeatResponse,
        BrokerRegistrationRequest,
        BrokerRegistrationResponse,
        ConsumerGroupDescribeRequest,
        ConsumerGroupDescribeResponse,
        ConsumerGroupHeartbeatRequest,
        ConsumerGroupHeartbeatResponse,
        ConsumerProtocolAssignment,
        ConsumerProtocolSubscription,
        ControlRecordTypeSchema,
        ControllerRegistrationRequest,
        ControllerRegistrationResponse,
        CreateAclsRequest,
        CreateAclsResponse,
        CreateDelegationTokenRequest,
        CreateDelegationTokenResponse,
        CreatePartitionsRequest,
        CreatePartitionsResponse,
        CreateTopicsRequest,
        CreateTopicsResponse,
        DefaultPrincipalData,
        DeleteAclsRequest,
        DeleteAclsResponse,
        DeleteGroupsRequest,
        DeleteGroupsResponse,
        DeleteRecordsRequest,
        DeleteRecordsResponse,
        DeleteShareGroupOffsetsRequest,
        DeleteShareGroupOffsetsResponse,
        DeleteShareGroupStateRequest,
        DeleteShareGroupStateResponse,
        DeleteTopicsRequest,
        DeleteTopicsResponse,
        DescribeAclsRequest,
        DescribeAclsResponse,
        DescribeClientQuotasRequest,
        DescribeClientQuotasResponse,
        DescribeClusterRequest,
        DescribeClusterResponse,
        DescribeConfigsRequest,
        DescribeConfigsResponse,
        DescribeDelegationTokenRequest,
        DescribeDelegationTokenResponse,
        DescribeGroupsRequest,
        DescribeGroupsResponse,
        DescribeLogDirsRequest,
        DescribeLogDirsResponse,
        DescribeProducersRequest,
        DescribeProducersResponse,
        DescribeQuorumRequest,
        DescribeQuorumResponse,
        DescribeShareGroupOffsetsRequest,
        DescribeShareGroupOffsetsResponse,
        DescribeTopicPartitionsRequest,
        DescribeTopicPartitionsResponse,
        DescribeTransactionsRequest,
        DescribeTransactionsResponse,
        DescribeUserScramCredentialsRequest,
        DescribeUserScramCredentialsResponse,
        ElectLeadersRequest,
        ElectLeadersResponse,
        EndQuorumEpochRequest,
        EndQuorumEpochResponse,
        EndTxnMarker,
        EndTxnRequest,
        EndTxnResponse,
        EnvelopeRequest,
        EnvelopeResponse,
        ExpireDelegationTokenRequest,
        ExpireDelegationTokenResponse,
        FetchRequest,
        FetchResponse,
        FetchSnapshotRequest,
        FetchSnapshotResponse,
        FindCoordinatorRequest,
        FindCoordinatorResponse,
        GetTelemetrySubscriptionsRequest,
        GetTelemetrySubscriptionsResponse,
        HeartbeatRequest,
        HeartbeatResponse,
        IncrementalAlterConfigsRequest,
        IncrementalAlterConfigsResponse,
        InitProducerIdRequest,
        InitProducerIdResponse,
        InitializeShareGroupStateRequest,
        InitializeShareGroupStateResponse,
        JoinGroupRequest,
        JoinGroupResponse,
        KRaftVersionRecord,
        LeaderChangeMessage,
        LeaveGroupRequest,
        LeaveGroupResponse,
        ListConfigResourcesRequest,
        ListConfigResourcesResponse,
        ListGroupsRequest,
        ListGroupsResponse,
        ListOffsetsRequest,
        ListOffsetsResponse,
        ListPartitionReassignmentsRequest,
        ListPartitionReassignmentsResponse,
        ListTransactionsRequest,
        ListTransactionsResponse,
        MetadataRequest,
        MetadataResponse,
        OffsetCommitRequest,
        OffsetCommitResponse,
        OffsetDeleteRequest,
        OffsetDeleteResponse,
        OffsetFetchRequest,
        OffsetFetchResponse,
        OffsetForLeaderEpochRequest,
        OffsetForLeaderEpochResponse,
        ProduceRequest,
        ProduceResponse,
        ProducerSnapshot,
        PushTelemetryRequest,
        PushTelemetryResponse,
        QuorumStateData,
        ReadShareGroupStateRequest,
        ReadShareGroupStateResponse,
        ReadShareGroupStateSummaryRequest,
        ReadShareGroupStateSummaryResponse,
        RemoteLogSegmentMetadataRecord,
        RemoteLogSegmentMetadataSnapshotRecord,
        RemoteLogSegmentMetadataUpdateRecord,
        RemotePartitionDeleteMetadataRecord,
        RemoveRaftVoterRequest,
        RemoveRaftVoterResponse,
        RenewDelegationTokenRequest,
        RenewDelegationTokenResponse,
        RequestHeader,
        ResponseHeader,
        SaslAuthenticateRequest,
        SaslAuthenticateResponse,
        SaslHandshakeRequest,
        SaslHandshakeResponse,
        ShareAcknowledgeRequest,
        ShareAcknowledgeResponse,
        ShareFetchRequest,
        ShareFetchResponse,
        ShareGroupDescribeRequest,
        ShareGroupDescribeResponse,
        ShareGroupHeartbeatRequest,
        ShareGroupHeartbeatResponse,
        SnapshotFooterRecord,
        SnapshotHeaderRecord,
        StreamsGroupDescribeRequest,
        StreamsGroupDescribeResponse,
        StreamsGroupHeartbeatRequest,
        StreamsGroupHeartbeatResponse,
        StreamsGroupTopologyDescriptionUpdateRequest,
        StreamsGroupTopologyDescriptionUpdateResponse,
        SyncGroupRequest,
        SyncGroupResponse,
        TxnOffsetCommitRequest,
        TxnOffsetCommitResponse,
        UnregisterBrokerRequest,
        UnregisterBrokerResponse,
        UnregisterControllerRequest,
        UnregisterControllerResponse,
        UpdateFeaturesRequest,
        UpdateFeaturesResponse,
        UpdateRaftVoterRequest,
        UpdateRaftVoterResponse,
        VoteRequest,
        VoteResponse,
        VotersRecord,
        WriteShareGroupStateRequest,
        WriteShareGroupStateResponse,
        WriteTxnMarkersRequest,
        WriteTxnMarkersResponse,
        }
    };
}
