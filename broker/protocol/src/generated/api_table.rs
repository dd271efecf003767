//! Every API of Kafka 4.4 that has a version left. Written by `cargo codegen`.

use crate::api_key::ApiRow;

/// Kind of a request, the first number in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiKey {
    /// Number 0, versions 3-13.
    Produce,
    /// Number 1, versions 4-18.
    Fetch,
    /// Number 2, versions 1-11.
    ListOffsets,
    /// Number 3, versions 0-13.
    Metadata,
    /// Number 8, versions 2-10.
    OffsetCommit,
    /// Number 9, versions 1-10.
    OffsetFetch,
    /// Number 10, versions 0-6.
    FindCoordinator,
    /// Number 11, versions 0-9.
    JoinGroup,
    /// Number 12, versions 0-4.
    Heartbeat,
    /// Number 13, versions 0-5.
    LeaveGroup,
    /// Number 14, versions 0-5.
    SyncGroup,
    /// Number 15, versions 0-6.
    DescribeGroups,
    /// Number 16, versions 0-5.
    ListGroups,
    /// Number 17, versions 0-1.
    SaslHandshake,
    /// Number 18, versions 0-5.
    ApiVersions,
    /// Number 19, versions 2-7.
    CreateTopics,
    /// Number 20, versions 1-6.
    DeleteTopics,
    /// Number 21, versions 0-2.
    DeleteRecords,
    /// Number 22, versions 0-6.
    InitProducerId,
    /// Number 23, versions 2-4.
    OffsetForLeaderEpoch,
    /// Number 24, versions 0-5.
    AddPartitionsToTxn,
    /// Number 25, versions 0-4.
    AddOffsetsToTxn,
    /// Number 26, versions 0-5.
    EndTxn,
    /// Number 27, versions 1-2.
    WriteTxnMarkers,
    /// Number 28, versions 0-6.
    TxnOffsetCommit,
    /// Number 29, versions 1-3.
    DescribeAcls,
    /// Number 30, versions 1-3.
    CreateAcls,
    /// Number 31, versions 1-3.
    DeleteAcls,
    /// Number 32, versions 1-4.
    DescribeConfigs,
    /// Number 33, versions 0-2.
    AlterConfigs,
    /// Number 34, versions 1-2.
    AlterReplicaLogDirs,
    /// Number 35, versions 1-5.
    DescribeLogDirs,
    /// Number 36, versions 0-2.
    SaslAuthenticate,
    /// Number 37, versions 0-3.
    CreatePartitions,
    /// Number 38, versions 1-3.
    CreateDelegationToken,
    /// Number 39, versions 1-2.
    RenewDelegationToken,
    /// Number 40, versions 1-2.
    ExpireDelegationToken,
    /// Number 41, versions 1-3.
    DescribeDelegationToken,
    /// Number 42, versions 0-3.
    DeleteGroups,
    /// Number 43, versions 0-2.
    ElectLeaders,
    /// Number 44, versions 0-1.
    IncrementalAlterConfigs,
    /// Number 45, versions 0-1.
    AlterPartitionReassignments,
    /// Number 46, versions 0.
    ListPartitionReassignments,
    /// Number 47, versions 0.
    OffsetDelete,
    /// Number 48, versions 0-1.
    DescribeClientQuotas,
    /// Number 49, versions 0-1.
    AlterClientQuotas,
    /// Number 50, versions 0.
    DescribeUserScramCredentials,
    /// Number 51, versions 0.
    AlterUserScramCredentials,
    /// Number 52, versions 0-2.
    Vote,
    /// Number 53, versions 0-1.
    BeginQuorumEpoch,
    /// Number 54, versions 0-1.
    EndQuorumEpoch,
    /// Number 55, versions 0-2.
    DescribeQuorum,
    /// Number 56, versions 2-3.
    AlterPartition,
    /// Number 57, versions 0-2.
    UpdateFeatures,
    /// Number 58, versions 0.
    Envelope,
    /// Number 59, versions 0-1.
    FetchSnapshot,
    /// Number 60, versions 0-2.
    DescribeCluster,
    /// Number 61, versions 0.
    DescribeProducers,
    /// Number 62, versions 0-4.
    BrokerRegistration,
    /// Number 63, versions 0-2.
    BrokerHeartbeat,
    /// Number 64, versions 0.
    UnregisterBroker,
    /// Number 65, versions 0.
    DescribeTransactions,
    /// Number 66, versions 0-2.
    ListTransactions,
    /// Number 67, versions 0.
    AllocateProducerIds,
    /// Number 68, versions 0-1.
    ConsumerGroupHeartbeat,
    /// Number 69, versions 0-1.
    ConsumerGroupDescribe,
    /// Number 70, versions 0.
    ControllerRegistration,
    /// Number 71, versions 0.
    GetTelemetrySubscriptions,
    /// Number 72, versions 0.
    PushTelemetry,
    /// Number 73, versions 0.
    AssignReplicasToDirs,
    /// Number 74, versions 0-1.
    ListConfigResources,
    /// Number 75, versions 0.
    DescribeTopicPartitions,
    /// Number 76, versions 1.
    ShareGroupHeartbeat,
    /// Number 77, versions 1.
    ShareGroupDescribe,
    /// Number 78, versions 1-2.
    ShareFetch,
    /// Number 79, versions 1-2.
    ShareAcknowledge,
    /// Number 80, versions 0-1.
    AddRaftVoter,
    /// Number 81, versions 0.
    RemoveRaftVoter,
    /// Number 82, versions 0.
    UpdateRaftVoter,
    /// Number 83, versions 0.
    InitializeShareGroupState,
    /// Number 84, versions 0.
    ReadShareGroupState,
    /// Number 85, versions 0-1.
    WriteShareGroupState,
    /// Number 86, versions 0.
    DeleteShareGroupState,
    /// Number 87, versions 0-1.
    ReadShareGroupStateSummary,
    /// Number 88, versions 0-1.
    StreamsGroupHeartbeat,
    /// Number 89, versions 0-1.
    StreamsGroupDescribe,
    /// Number 90, versions 0-1.
    DescribeShareGroupOffsets,
    /// Number 91, versions 0.
    AlterShareGroupOffsets,
    /// Number 92, versions 0.
    DeleteShareGroupOffsets,
    /// Number 93, versions 0.
    StreamsGroupTopologyDescriptionUpdate,
    /// Number 94, versions 0.
    UnregisterController,
}

impl ApiKey {
    /// All APIs, ordered by number.
    pub const ALL: [Self; 91] = [
        Self::Produce,
        Self::Fetch,
        Self::ListOffsets,
        Self::Metadata,
        Self::OffsetCommit,
        Self::OffsetFetch,
        Self::FindCoordinator,
        Self::JoinGroup,
        Self::Heartbeat,
        Self::LeaveGroup,
        Self::SyncGroup,
        Self::DescribeGroups,
        Self::ListGroups,
        Self::SaslHandshake,
        Self::ApiVersions,
        Self::CreateTopics,
        Self::DeleteTopics,
        Self::DeleteRecords,
        Self::InitProducerId,
        Self::OffsetForLeaderEpoch,
        Self::AddPartitionsToTxn,
        Self::AddOffsetsToTxn,
        Self::EndTxn,
        Self::WriteTxnMarkers,
        Self::TxnOffsetCommit,
        Self::DescribeAcls,
        Self::CreateAcls,
        Self::DeleteAcls,
        Self::DescribeConfigs,
        Self::AlterConfigs,
        Self::AlterReplicaLogDirs,
        Self::DescribeLogDirs,
        Self::SaslAuthenticate,
        Self::CreatePartitions,
        Self::CreateDelegationToken,
        Self::RenewDelegationToken,
        Self::ExpireDelegationToken,
        Self::DescribeDelegationToken,
        Self::DeleteGroups,
        Self::ElectLeaders,
        Self::IncrementalAlterConfigs,
        Self::AlterPartitionReassignments,
        Self::ListPartitionReassignments,
        Self::OffsetDelete,
        Self::DescribeClientQuotas,
        Self::AlterClientQuotas,
        Self::DescribeUserScramCredentials,
        Self::AlterUserScramCredentials,
        Self::Vote,
        Self::BeginQuorumEpoch,
        Self::EndQuorumEpoch,
        Self::DescribeQuorum,
        Self::AlterPartition,
        Self::UpdateFeatures,
        Self::Envelope,
        Self::FetchSnapshot,
        Self::DescribeCluster,
        Self::DescribeProducers,
        Self::BrokerRegistration,
        Self::BrokerHeartbeat,
        Self::UnregisterBroker,
        Self::DescribeTransactions,
        Self::ListTransactions,
        Self::AllocateProducerIds,
        Self::ConsumerGroupHeartbeat,
        Self::ConsumerGroupDescribe,
        Self::ControllerRegistration,
        Self::GetTelemetrySubscriptions,
        Self::PushTelemetry,
        Self::AssignReplicasToDirs,
        Self::ListConfigResources,
        Self::DescribeTopicPartitions,
        Self::ShareGroupHeartbeat,
        Self::ShareGroupDescribe,
        Self::ShareFetch,
        Self::ShareAcknowledge,
        Self::AddRaftVoter,
        Self::RemoveRaftVoter,
        Self::UpdateRaftVoter,
        Self::InitializeShareGroupState,
        Self::ReadShareGroupState,
        Self::WriteShareGroupState,
        Self::DeleteShareGroupState,
        Self::ReadShareGroupStateSummary,
        Self::StreamsGroupHeartbeat,
        Self::StreamsGroupDescribe,
        Self::DescribeShareGroupOffsets,
        Self::AlterShareGroupOffsets,
        Self::DeleteShareGroupOffsets,
        Self::StreamsGroupTopologyDescriptionUpdate,
        Self::UnregisterController,
    ];

    /// Each API at the place of its number.
    pub(crate) const BY_NUMBER: [Option<Self>; 95] = [
        Some(Self::Produce),
        Some(Self::Fetch),
        Some(Self::ListOffsets),
        Some(Self::Metadata),
        None,
        None,
        None,
        None,
        Some(Self::OffsetCommit),
        Some(Self::OffsetFetch),
        Some(Self::FindCoordinator),
        Some(Self::JoinGroup),
        Some(Self::Heartbeat),
        Some(Self::LeaveGroup),
        Some(Self::SyncGroup),
        Some(Self::DescribeGroups),
        Some(Self::ListGroups),
        Some(Self::SaslHandshake),
        Some(Self::ApiVersions),
        Some(Self::CreateTopics),
        Some(Self::DeleteTopics),
        Some(Self::DeleteRecords),
        Some(Self::InitProducerId),
        Some(Self::OffsetForLeaderEpoch),
        Some(Self::AddPartitionsToTxn),
        Some(Self::AddOffsetsToTxn),
        Some(Self::EndTxn),
        Some(Self::WriteTxnMarkers),
        Some(Self::TxnOffsetCommit),
        Some(Self::DescribeAcls),
        Some(Self::CreateAcls),
        Some(Self::DeleteAcls),
        Some(Self::DescribeConfigs),
        Some(Self::AlterConfigs),
        Some(Self::AlterReplicaLogDirs),
        Some(Self::DescribeLogDirs),
        Some(Self::SaslAuthenticate),
        Some(Self::CreatePartitions),
        Some(Self::CreateDelegationToken),
        Some(Self::RenewDelegationToken),
        Some(Self::ExpireDelegationToken),
        Some(Self::DescribeDelegationToken),
        Some(Self::DeleteGroups),
        Some(Self::ElectLeaders),
        Some(Self::IncrementalAlterConfigs),
        Some(Self::AlterPartitionReassignments),
        Some(Self::ListPartitionReassignments),
        Some(Self::OffsetDelete),
        Some(Self::DescribeClientQuotas),
        Some(Self::AlterClientQuotas),
        Some(Self::DescribeUserScramCredentials),
        Some(Self::AlterUserScramCredentials),
        Some(Self::Vote),
        Some(Self::BeginQuorumEpoch),
        Some(Self::EndQuorumEpoch),
        Some(Self::DescribeQuorum),
        Some(Self::AlterPartition),
        Some(Self::UpdateFeatures),
        Some(Self::Envelope),
        Some(Self::FetchSnapshot),
        Some(Self::DescribeCluster),
        Some(Self::DescribeProducers),
        Some(Self::BrokerRegistration),
        Some(Self::BrokerHeartbeat),
        Some(Self::UnregisterBroker),
        Some(Self::DescribeTransactions),
        Some(Self::ListTransactions),
        Some(Self::AllocateProducerIds),
        Some(Self::ConsumerGroupHeartbeat),
        Some(Self::ConsumerGroupDescribe),
        Some(Self::ControllerRegistration),
        Some(Self::GetTelemetrySubscriptions),
        Some(Self::PushTelemetry),
        Some(Self::AssignReplicasToDirs),
        Some(Self::ListConfigResources),
        Some(Self::DescribeTopicPartitions),
        Some(Self::ShareGroupHeartbeat),
        Some(Self::ShareGroupDescribe),
        Some(Self::ShareFetch),
        Some(Self::ShareAcknowledge),
        Some(Self::AddRaftVoter),
        Some(Self::RemoveRaftVoter),
        Some(Self::UpdateRaftVoter),
        Some(Self::InitializeShareGroupState),
        Some(Self::ReadShareGroupState),
        Some(Self::WriteShareGroupState),
        Some(Self::DeleteShareGroupState),
        Some(Self::ReadShareGroupStateSummary),
        Some(Self::StreamsGroupHeartbeat),
        Some(Self::StreamsGroupDescribe),
        Some(Self::DescribeShareGroupOffsets),
        Some(Self::AlterShareGroupOffsets),
        Some(Self::DeleteShareGroupOffsets),
        Some(Self::StreamsGroupTopologyDescriptionUpdate),
        Some(Self::UnregisterController),
    ];
}

pub(crate) static ROWS: [ApiRow; 91] = [
    ApiRow {
        number: 0,
        name: "Produce",
        versions: 3..=13,
        all_versions: 3..=13,
        first_flexible: 9,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 1,
        name: "Fetch",
        versions: 4..=18,
        all_versions: 4..=18,
        first_flexible: 12,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 2,
        name: "ListOffsets",
        versions: 1..=11,
        all_versions: 1..=11,
        first_flexible: 6,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 3,
        name: "Metadata",
        versions: 0..=13,
        all_versions: 0..=13,
        first_flexible: 9,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 8,
        name: "OffsetCommit",
        versions: 2..=10,
        all_versions: 2..=10,
        first_flexible: 8,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 9,
        name: "OffsetFetch",
        versions: 1..=10,
        all_versions: 1..=10,
        first_flexible: 6,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 10,
        name: "FindCoordinator",
        versions: 0..=6,
        all_versions: 0..=6,
        first_flexible: 3,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 11,
        name: "JoinGroup",
        versions: 0..=9,
        all_versions: 0..=9,
        first_flexible: 6,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 12,
        name: "Heartbeat",
        versions: 0..=4,
        all_versions: 0..=4,
        first_flexible: 4,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 13,
        name: "LeaveGroup",
        versions: 0..=5,
        all_versions: 0..=5,
        first_flexible: 4,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 14,
        name: "SyncGroup",
        versions: 0..=5,
        all_versions: 0..=5,
        first_flexible: 4,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 15,
        name: "DescribeGroups",
        versions: 0..=6,
        all_versions: 0..=6,
        first_flexible: 5,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 16,
        name: "ListGroups",
        versions: 0..=5,
        all_versions: 0..=5,
        first_flexible: 3,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 17,
        name: "SaslHandshake",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: i16::MAX,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 18,
        name: "ApiVersions",
        versions: 0..=5,
        all_versions: 0..=5,
        first_flexible: 3,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 19,
        name: "CreateTopics",
        versions: 2..=7,
        all_versions: 2..=7,
        first_flexible: 5,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 20,
        name: "DeleteTopics",
        versions: 1..=6,
        all_versions: 1..=6,
        first_flexible: 4,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 21,
        name: "DeleteRecords",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 22,
        name: "InitProducerId",
        versions: 0..=5,
        all_versions: 0..=6,
        first_flexible: 2,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 23,
        name: "OffsetForLeaderEpoch",
        versions: 2..=4,
        all_versions: 2..=4,
        first_flexible: 4,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 24,
        name: "AddPartitionsToTxn",
        versions: 0..=5,
        all_versions: 0..=5,
        first_flexible: 3,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 25,
        name: "AddOffsetsToTxn",
        versions: 0..=4,
        all_versions: 0..=4,
        first_flexible: 3,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 26,
        name: "EndTxn",
        versions: 0..=5,
        all_versions: 0..=5,
        first_flexible: 3,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 27,
        name: "WriteTxnMarkers",
        versions: 1..=2,
        all_versions: 1..=2,
        first_flexible: 1,
        on_broker: true,
        on_controller: false,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 28,
        name: "TxnOffsetCommit",
        versions: 0..=6,
        all_versions: 0..=6,
        first_flexible: 3,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 29,
        name: "DescribeAcls",
        versions: 1..=3,
        all_versions: 1..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 30,
        name: "CreateAcls",
        versions: 1..=3,
        all_versions: 1..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 31,
        name: "DeleteAcls",
        versions: 1..=3,
        all_versions: 1..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 32,
        name: "DescribeConfigs",
        versions: 1..=4,
        all_versions: 1..=4,
        first_flexible: 4,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 33,
        name: "AlterConfigs",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 34,
        name: "AlterReplicaLogDirs",
        versions: 1..=2,
        all_versions: 1..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 35,
        name: "DescribeLogDirs",
        versions: 1..=5,
        all_versions: 1..=5,
        first_flexible: 2,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 36,
        name: "SaslAuthenticate",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 37,
        name: "CreatePartitions",
        versions: 0..=3,
        all_versions: 0..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 38,
        name: "CreateDelegationToken",
        versions: 1..=3,
        all_versions: 1..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 39,
        name: "RenewDelegationToken",
        versions: 1..=2,
        all_versions: 1..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 40,
        name: "ExpireDelegationToken",
        versions: 1..=2,
        all_versions: 1..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 41,
        name: "DescribeDelegationToken",
        versions: 1..=3,
        all_versions: 1..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 42,
        name: "DeleteGroups",
        versions: 0..=3,
        all_versions: 0..=3,
        first_flexible: 2,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 43,
        name: "ElectLeaders",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 2,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 44,
        name: "IncrementalAlterConfigs",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 1,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 45,
        name: "AlterPartitionReassignments",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 46,
        name: "ListPartitionReassignments",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 47,
        name: "OffsetDelete",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: i16::MAX,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 48,
        name: "DescribeClientQuotas",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 1,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 49,
        name: "AlterClientQuotas",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 1,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 50,
        name: "DescribeUserScramCredentials",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 51,
        name: "AlterUserScramCredentials",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 52,
        name: "Vote",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 53,
        name: "BeginQuorumEpoch",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 1,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 54,
        name: "EndQuorumEpoch",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 1,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 55,
        name: "DescribeQuorum",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: true,
        forwardable: true,
    },
    ApiRow {
        number: 56,
        name: "AlterPartition",
        versions: 2..=3,
        all_versions: 2..=3,
        first_flexible: 2,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 57,
        name: "UpdateFeatures",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: true,
        forwardable: true,
    },
    ApiRow {
        number: 58,
        name: "Envelope",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 59,
        name: "FetchSnapshot",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 60,
        name: "DescribeCluster",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 61,
        name: "DescribeProducers",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 62,
        name: "BrokerRegistration",
        versions: 0..=4,
        all_versions: 0..=4,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 63,
        name: "BrokerHeartbeat",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 64,
        name: "UnregisterBroker",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 65,
        name: "DescribeTransactions",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 66,
        name: "ListTransactions",
        versions: 0..=2,
        all_versions: 0..=2,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 67,
        name: "AllocateProducerIds",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: true,
        forwardable: true,
    },
    ApiRow {
        number: 68,
        name: "ConsumerGroupHeartbeat",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 69,
        name: "ConsumerGroupDescribe",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 70,
        name: "ControllerRegistration",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 71,
        name: "GetTelemetrySubscriptions",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 72,
        name: "PushTelemetry",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 73,
        name: "AssignReplicasToDirs",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 74,
        name: "ListConfigResources",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 75,
        name: "DescribeTopicPartitions",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 76,
        name: "ShareGroupHeartbeat",
        versions: 1..=1,
        all_versions: 1..=1,
        first_flexible: 1,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 77,
        name: "ShareGroupDescribe",
        versions: 1..=1,
        all_versions: 1..=1,
        first_flexible: 1,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 78,
        name: "ShareFetch",
        versions: 1..=2,
        all_versions: 1..=2,
        first_flexible: 1,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 79,
        name: "ShareAcknowledge",
        versions: 1..=2,
        all_versions: 1..=2,
        first_flexible: 1,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 80,
        name: "AddRaftVoter",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 81,
        name: "RemoveRaftVoter",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
    ApiRow {
        number: 82,
        name: "UpdateRaftVoter",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: false,
        on_controller: true,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 83,
        name: "InitializeShareGroupState",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 84,
        name: "ReadShareGroupState",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 85,
        name: "WriteShareGroupState",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 86,
        name: "DeleteShareGroupState",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 87,
        name: "ReadShareGroupStateSummary",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: true,
        forwardable: false,
    },
    ApiRow {
        number: 88,
        name: "StreamsGroupHeartbeat",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 89,
        name: "StreamsGroupDescribe",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 90,
        name: "DescribeShareGroupOffsets",
        versions: 0..=1,
        all_versions: 0..=1,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 91,
        name: "AlterShareGroupOffsets",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 92,
        name: "DeleteShareGroupOffsets",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 93,
        name: "StreamsGroupTopologyDescriptionUpdate",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: false,
        cluster_action: false,
        forwardable: false,
    },
    ApiRow {
        number: 94,
        name: "UnregisterController",
        versions: 0..=0,
        all_versions: 0..=0,
        first_flexible: 0,
        on_broker: true,
        on_controller: true,
        cluster_action: false,
        forwardable: true,
    },
];

/// Calls `$macro!(Name => NameRequest, NameResponse; …)` with every API.
#[macro_export]
macro_rules! for_each_api {
($macro:ident) => {
$macro! {
Produce => ProduceRequest, ProduceResponse;
Fetch => FetchRequest, FetchResponse;
ListOffsets => ListOffsetsRequest, ListOffsetsResponse;
Metadata => MetadataRequest, MetadataResponse;
OffsetCommit => OffsetCommitRequest, OffsetCommitResponse;
OffsetFetch => OffsetFetchRequest, OffsetFetchResponse;
FindCoordinator => FindCoordinatorRequest, FindCoordinatorResponse;
JoinGroup => JoinGroupRequest, JoinGroupResponse;
Heartbeat => HeartbeatRequest, HeartbeatResponse;
LeaveGroup => LeaveGroupRequest, LeaveGroupResponse;
SyncGroup => SyncGroupRequest, SyncGroupResponse;
DescribeGroups => DescribeGroupsRequest, DescribeGroupsResponse;
ListGroups => ListGroupsRequest, ListGroupsResponse;
SaslHandshake => SaslHandshakeRequest, SaslHandshakeResponse;
ApiVersions => ApiVersionsRequest, ApiVersionsResponse;
CreateTopics => CreateTopicsRequest, CreateTopicsResponse;
DeleteTopics => DeleteTopicsRequest, DeleteTopicsResponse;
DeleteRecords => DeleteRecordsRequest, DeleteRecordsResponse;
InitProducerId => InitProducerIdRequest, InitProducerIdResponse;
OffsetForLeaderEpoch => OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse;
AddPartitionsToTxn => AddPartitionsToTxnRequest, AddPartitionsToTxnResponse;
AddOffsetsToTxn => AddOffsetsToTxnRequest, AddOffsetsToTxnResponse;
EndTxn => EndTxnRequest, EndTxnResponse;
WriteTxnMarkers => WriteTxnMarkersRequest, WriteTxnMarkersResponse;
TxnOffsetCommit => TxnOffsetCommitRequest, TxnOffsetCommitResponse;
DescribeAcls => DescribeAclsRequest, DescribeAclsResponse;
CreateAcls => CreateAclsRequest, CreateAclsResponse;
DeleteAcls => DeleteAclsRequest, DeleteAclsResponse;
DescribeConfigs => DescribeConfigsRequest, DescribeConfigsResponse;
AlterConfigs => AlterConfigsRequest, AlterConfigsResponse;
AlterReplicaLogDirs => AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse;
DescribeLogDirs => DescribeLogDirsRequest, DescribeLogDirsResponse;
SaslAuthenticate => SaslAuthenticateRequest, SaslAuthenticateResponse;
CreatePartitions => CreatePartitionsRequest, CreatePartitionsResponse;
CreateDelegationToken => CreateDelegationTokenRequest, CreateDelegationTokenResponse;
RenewDelegationToken => RenewDelegationTokenRequest, RenewDelegationTokenResponse;
ExpireDelegationToken => ExpireDelegationTokenRequest, ExpireDelegationTokenResponse;
DescribeDelegationToken => DescribeDelegationTokenRequest, DescribeDelegationTokenResponse;
DeleteGroups => DeleteGroupsRequest, DeleteGroupsResponse;
ElectLeaders => ElectLeadersRequest, ElectLeadersResponse;
IncrementalAlterConfigs => IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse;
AlterPartitionReassignments => AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse;
ListPartitionReassignments => ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse;
OffsetDelete => OffsetDeleteRequest, OffsetDeleteResponse;
DescribeClientQuotas => DescribeClientQuotasRequest, DescribeClientQuotasResponse;
AlterClientQuotas => AlterClientQuotasRequest, AlterClientQuotasResponse;
DescribeUserScramCredentials => DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse;
AlterUserScramCredentials => AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse;
Vote => VoteRequest, VoteResponse;
BeginQuorumEpoch => BeginQuorumEpochRequest, BeginQuorumEpochResponse;
EndQuorumEpoch => EndQuorumEpochRequest, EndQuorumEpochResponse;
DescribeQuorum => DescribeQuorumRequest, DescribeQuorumResponse;
AlterPartition => AlterPartitionRequest, AlterPartitionResponse;
UpdateFeatures => UpdateFeaturesRequest, UpdateFeaturesResponse;
Envelope => EnvelopeRequest, EnvelopeResponse;
FetchSnapshot => FetchSnapshotRequest, FetchSnapshotResponse;
DescribeCluster => DescribeClusterRequest, DescribeClusterResponse;
DescribeProducers => DescribeProducersRequest, DescribeProducersResponse;
BrokerRegistration => BrokerRegistrationRequest, BrokerRegistrationResponse;
BrokerHeartbeat => BrokerHeartbeatRequest, BrokerHeartbeatResponse;
UnregisterBroker => UnregisterBrokerRequest, UnregisterBrokerResponse;
DescribeTransactions => DescribeTransactionsRequest, DescribeTransactionsResponse;
ListTransactions => ListTransactionsRequest, ListTransactionsResponse;
AllocateProducerIds => AllocateProducerIdsRequest, AllocateProducerIdsResponse;
ConsumerGroupHeartbeat => ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse;
ConsumerGroupDescribe => ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse;
ControllerRegistration => ControllerRegistrationRequest, ControllerRegistrationResponse;
GetTelemetrySubscriptions => GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse;
PushTelemetry => PushTelemetryRequest, PushTelemetryResponse;
AssignReplicasToDirs => AssignReplicasToDirsRequest, AssignReplicasToDirsResponse;
ListConfigResources => ListConfigResourcesRequest, ListConfigResourcesResponse;
DescribeTopicPartitions => DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse;
ShareGroupHeartbeat => ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse;
ShareGroupDescribe => ShareGroupDescribeRequest, ShareGroupDescribeResponse;
ShareFetch => ShareFetchRequest, ShareFetchResponse;
ShareAcknowledge => ShareAcknowledgeRequest, ShareAcknowledgeResponse;
AddRaftVoter => AddRaftVoterRequest, AddRaftVoterResponse;
RemoveRaftVoter => RemoveRaftVoterRequest, RemoveRaftVoterResponse;
UpdateRaftVoter => UpdateRaftVoterRequest, UpdateRaftVoterResponse;
InitializeShareGroupState => InitializeShareGroupStateRequest, InitializeShareGroupStateResponse;
ReadShareGroupState => ReadShareGroupStateRequest, ReadShareGroupStateResponse;
WriteShareGroupState => WriteShareGroupStateRequest, WriteShareGroupStateResponse;
DeleteShareGroupState => DeleteShareGroupStateRequest, DeleteShareGroupStateResponse;
ReadShareGroupStateSummary => ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse;
StreamsGroupHeartbeat => StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse;
StreamsGroupDescribe => StreamsGroupDescribeRequest, StreamsGroupDescribeResponse;
DescribeShareGroupOffsets => DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse;
AlterShareGroupOffsets => AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse;
DeleteShareGroupOffsets => DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse;
StreamsGroupTopologyDescriptionUpdate => StreamsGroupTopologyDescriptionUpdateRequest, StreamsGroupTopologyDescriptionUpdateResponse;
UnregisterController => UnregisterControllerRequest, UnregisterControllerResponse;
}
};
}
