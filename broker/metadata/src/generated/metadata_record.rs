//! `MetadataRecord`: what can stand in one log. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

use super::abort_transaction_record::AbortTransactionRecord;
use super::access_control_entry_record::AccessControlEntryRecord;
use super::begin_transaction_record::BeginTransactionRecord;
use super::broker_registration_change_record::BrokerRegistrationChangeRecord;
use super::clear_elr_record::ClearElrRecord;
use super::client_quota_record::ClientQuotaRecord;
use super::config_record::ConfigRecord;
use super::delegation_token_record::DelegationTokenRecord;
use super::end_transaction_record::EndTransactionRecord;
use super::feature_level_record::FeatureLevelRecord;
use super::fence_broker_record::FenceBrokerRecord;
use super::no_op_record::NoOpRecord;
use super::partition_change_record::PartitionChangeRecord;
use super::partition_record::PartitionRecord;
use super::producer_ids_record::ProducerIdsRecord;
use super::register_broker_record::RegisterBrokerRecord;
use super::register_controller_record::RegisterControllerRecord;
use super::remove_access_control_entry_record::RemoveAccessControlEntryRecord;
use super::remove_delegation_token_record::RemoveDelegationTokenRecord;
use super::remove_topic_record::RemoveTopicRecord;
use super::remove_user_scram_credential_record::RemoveUserScramCredentialRecord;
use super::topic_record::TopicRecord;
use super::unfence_broker_record::UnfenceBrokerRecord;
use super::unregister_broker_record::UnregisterBrokerRecord;
use super::unregister_controller_record::UnregisterControllerRecord;
use super::user_scram_credential_record::UserScramCredentialRecord;
use super::zk_migration_state_record::ZkMigrationStateRecord;

/// One of the records of this log, told apart by their number.
#[derive(Clone, Debug, PartialEq)]
pub enum MetadataRecord {
    /// Number 0, versions 0-4.
    RegisterBroker(RegisterBrokerRecord),
    /// Number 1, versions 0.
    UnregisterBroker(UnregisterBrokerRecord),
    /// Number 2, versions 0.
    Topic(TopicRecord),
    /// Number 3, versions 0-2.
    Partition(PartitionRecord),
    /// Number 4, versions 0.
    Config(ConfigRecord),
    /// Number 5, versions 0-2.
    PartitionChange(PartitionChangeRecord),
    /// Number 7, versions 0.
    FenceBroker(FenceBrokerRecord),
    /// Number 8, versions 0.
    UnfenceBroker(UnfenceBrokerRecord),
    /// Number 9, versions 0.
    RemoveTopic(RemoveTopicRecord),
    /// Number 10, versions 0.
    DelegationToken(DelegationTokenRecord),
    /// Number 11, versions 0.
    UserScramCredential(UserScramCredentialRecord),
    /// Number 12, versions 0.
    FeatureLevel(FeatureLevelRecord),
    /// Number 14, versions 0.
    ClientQuota(ClientQuotaRecord),
    /// Number 15, versions 0.
    ProducerIds(ProducerIdsRecord),
    /// Number 17, versions 0-3.
    BrokerRegistrationChange(BrokerRegistrationChangeRecord),
    /// Number 18, versions 0.
    AccessControlEntry(AccessControlEntryRecord),
    /// Number 19, versions 0.
    RemoveAccessControlEntry(RemoveAccessControlEntryRecord),
    /// Number 20, versions 0.
    NoOp(NoOpRecord),
    /// Number 21, versions 0.
    ZkMigrationState(ZkMigrationStateRecord),
    /// Number 22, versions 0.
    RemoveUserScramCredential(RemoveUserScramCredentialRecord),
    /// Number 23, versions 0.
    BeginTransaction(BeginTransactionRecord),
    /// Number 24, versions 0.
    EndTransaction(EndTransactionRecord),
    /// Number 25, versions 0.
    AbortTransaction(AbortTransactionRecord),
    /// Number 26, versions 0.
    RemoveDelegationToken(RemoveDelegationTokenRecord),
    /// Number 27, versions 0.
    RegisterController(RegisterControllerRecord),
    /// Number 28, versions 0.
    ClearElr(ClearElrRecord),
    /// Number 29, versions 0.
    UnregisterController(UnregisterControllerRecord),
}

impl MetadataRecord {
    /// Reads the body of the record with that number in that version.
    ///
    /// # Errors
    /// The number or version is unknown, or the bytes are no such record.
    pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match number {
            0 => Self::RegisterBroker(RegisterBrokerRecord::decode(d, version)?),
            1 => Self::UnregisterBroker(UnregisterBrokerRecord::decode(d, version)?),
            2 => Self::Topic(TopicRecord::decode(d, version)?),
            3 => Self::Partition(PartitionRecord::decode(d, version)?),
            4 => Self::Config(ConfigRecord::decode(d, version)?),
            5 => Self::PartitionChange(PartitionChangeRecord::decode(d, version)?),
            7 => Self::FenceBroker(FenceBrokerRecord::decode(d, version)?),
            8 => Self::UnfenceBroker(UnfenceBrokerRecord::decode(d, version)?),
            9 => Self::RemoveTopic(RemoveTopicRecord::decode(d, version)?),
            10 => Self::DelegationToken(DelegationTokenRecord::decode(d, version)?),
            11 => Self::UserScramCredential(UserScramCredentialRecord::decode(d, version)?),
            12 => Self::FeatureLevel(FeatureLevelRecord::decode(d, version)?),
            14 => Self::ClientQuota(ClientQuotaRecord::decode(d, version)?),
            15 => Self::ProducerIds(ProducerIdsRecord::decode(d, version)?),
            17 => Self::BrokerRegistrationChange(BrokerRegistrationChangeRecord::decode(d, version)?),
            18 => Self::AccessControlEntry(AccessControlEntryRecord::decode(d, version)?),
            19 => Self::RemoveAccessControlEntry(RemoveAccessControlEntryRecord::decode(d, version)?),
            20 => Self::NoOp(NoOpRecord::decode(d, version)?),
            21 => Self::ZkMigrationState(ZkMigrationStateRecord::decode(d, version)?),
            22 => Self::RemoveUserScramCredential(RemoveUserScramCredentialRecord::decode(d, version)?),
            23 => Self::BeginTransaction(BeginTransactionRecord::decode(d, version)?),
            24 => Self::EndTransaction(EndTransactionRecord::decode(d, version)?),
            25 => Self::AbortTransaction(AbortTransactionRecord::decode(d, version)?),
            26 => Self::RemoveDelegationToken(RemoveDelegationTokenRecord::decode(d, version)?),
            27 => Self::RegisterController(RegisterControllerRecord::decode(d, version)?),
            28 => Self::ClearElr(ClearElrRecord::decode(d, version)?),
            29 => Self::UnregisterController(UnregisterControllerRecord::decode(d, version)?),
            _ => {
                return Err(DecodeError::UnknownKind {
                    what: "MetadataRecord",
                    value: i64::from(number),
                });
            }
        })
    }

    /// Appends the body in that version.
    ///
    /// # Errors
    /// The version is unknown or has no place for a field that is set.
    pub fn encode_body(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::RegisterBroker(value) => value.encode(e, version),
            Self::UnregisterBroker(value) => value.encode(e, version),
            Self::Topic(value) => value.encode(e, version),
            Self::Partition(value) => value.encode(e, version),
            Self::Config(value) => value.encode(e, version),
            Self::PartitionChange(value) => value.encode(e, version),
            Self::FenceBroker(value) => value.encode(e, version),
            Self::UnfenceBroker(value) => value.encode(e, version),
            Self::RemoveTopic(value) => value.encode(e, version),
            Self::DelegationToken(value) => value.encode(e, version),
            Self::UserScramCredential(value) => value.encode(e, version),
            Self::FeatureLevel(value) => value.encode(e, version),
            Self::ClientQuota(value) => value.encode(e, version),
            Self::ProducerIds(value) => value.encode(e, version),
            Self::BrokerRegistrationChange(value) => value.encode(e, version),
            Self::AccessControlEntry(value) => value.encode(e, version),
            Self::RemoveAccessControlEntry(value) => value.encode(e, version),
            Self::NoOp(value) => value.encode(e, version),
            Self::ZkMigrationState(value) => value.encode(e, version),
            Self::RemoveUserScramCredential(value) => value.encode(e, version),
            Self::BeginTransaction(value) => value.encode(e, version),
            Self::EndTransaction(value) => value.encode(e, version),
            Self::AbortTransaction(value) => value.encode(e, version),
            Self::RemoveDelegationToken(value) => value.encode(e, version),
            Self::RegisterController(value) => value.encode(e, version),
            Self::ClearElr(value) => value.encode(e, version),
            Self::UnregisterController(value) => value.encode(e, version),
        }
    }

    /// The number that stands before it.
    pub fn number(&self) -> i16 {
        match self {
            Self::RegisterBroker(_) => 0,
            Self::UnregisterBroker(_) => 1,
            Self::Topic(_) => 2,
            Self::Partition(_) => 3,
            Self::Config(_) => 4,
            Self::PartitionChange(_) => 5,
            Self::FenceBroker(_) => 7,
            Self::UnfenceBroker(_) => 8,
            Self::RemoveTopic(_) => 9,
            Self::DelegationToken(_) => 10,
            Self::UserScramCredential(_) => 11,
            Self::FeatureLevel(_) => 12,
            Self::ClientQuota(_) => 14,
            Self::ProducerIds(_) => 15,
            Self::BrokerRegistrationChange(_) => 17,
            Self::AccessControlEntry(_) => 18,
            Self::RemoveAccessControlEntry(_) => 19,
            Self::NoOp(_) => 20,
            Self::ZkMigrationState(_) => 21,
            Self::RemoveUserScramCredential(_) => 22,
            Self::BeginTransaction(_) => 23,
            Self::EndTransaction(_) => 24,
            Self::AbortTransaction(_) => 25,
            Self::RemoveDelegationToken(_) => 26,
            Self::RegisterController(_) => 27,
            Self::ClearElr(_) => 28,
            Self::UnregisterController(_) => 29,
        }
    }

    /// The highest version of it that Kafka 4.4 knows.
    pub fn highest_version(&self) -> i16 {
        match self {
            Self::RegisterBroker(_) => 4,
            Self::UnregisterBroker(_) => 0,
            Self::Topic(_) => 0,
            Self::Partition(_) => 2,
            Self::Config(_) => 0,
            Self::PartitionChange(_) => 2,
            Self::FenceBroker(_) => 0,
            Self::UnfenceBroker(_) => 0,
            Self::RemoveTopic(_) => 0,
            Self::DelegationToken(_) => 0,
            Self::UserScramCredential(_) => 0,
            Self::FeatureLevel(_) => 0,
            Self::ClientQuota(_) => 0,
            Self::ProducerIds(_) => 0,
            Self::BrokerRegistrationChange(_) => 3,
            Self::AccessControlEntry(_) => 0,
            Self::RemoveAccessControlEntry(_) => 0,
            Self::NoOp(_) => 0,
            Self::ZkMigrationState(_) => 0,
            Self::RemoveUserScramCredential(_) => 0,
            Self::BeginTransaction(_) => 0,
            Self::EndTransaction(_) => 0,
            Self::AbortTransaction(_) => 0,
            Self::RemoveDelegationToken(_) => 0,
            Self::RegisterController(_) => 0,
            Self::ClearElr(_) => 0,
            Self::UnregisterController(_) => 0,
        }
    }

    /// Name of the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RegisterBroker(_) => "RegisterBrokerRecord",
            Self::UnregisterBroker(_) => "UnregisterBrokerRecord",
            Self::Topic(_) => "TopicRecord",
            Self::Partition(_) => "PartitionRecord",
            Self::Config(_) => "ConfigRecord",
            Self::PartitionChange(_) => "PartitionChangeRecord",
            Self::FenceBroker(_) => "FenceBrokerRecord",
            Self::UnfenceBroker(_) => "UnfenceBrokerRecord",
            Self::RemoveTopic(_) => "RemoveTopicRecord",
            Self::DelegationToken(_) => "DelegationTokenRecord",
            Self::UserScramCredential(_) => "UserScramCredentialRecord",
            Self::FeatureLevel(_) => "FeatureLevelRecord",
            Self::ClientQuota(_) => "ClientQuotaRecord",
            Self::ProducerIds(_) => "ProducerIdsRecord",
            Self::BrokerRegistrationChange(_) => "BrokerRegistrationChangeRecord",
            Self::AccessControlEntry(_) => "AccessControlEntryRecord",
            Self::RemoveAccessControlEntry(_) => "RemoveAccessControlEntryRecord",
            Self::NoOp(_) => "NoOpRecord",
            Self::ZkMigrationState(_) => "ZkMigrationStateRecord",
            Self::RemoveUserScramCredential(_) => "RemoveUserScramCredentialRecord",
            Self::BeginTransaction(_) => "BeginTransactionRecord",
            Self::EndTransaction(_) => "EndTransactionRecord",
            Self::AbortTransaction(_) => "AbortTransactionRecord",
            Self::RemoveDelegationToken(_) => "RemoveDelegationTokenRecord",
            Self::RegisterController(_) => "RegisterControllerRecord",
            Self::ClearElr(_) => "ClearElrRecord",
            Self::UnregisterController(_) => "UnregisterControllerRecord",
        }
    }
}

impl From<RegisterBrokerRecord> for MetadataRecord {
    fn from(value: RegisterBrokerRecord) -> Self {
        Self::RegisterBroker(value)
    }
}

impl From<UnregisterBrokerRecord> for MetadataRecord {
    fn from(value: UnregisterBrokerRecord) -> Self {
        Self::UnregisterBroker(value)
    }
}

impl From<TopicRecord> for MetadataRecord {
    fn from(value: TopicRecord) -> Self {
        Self::Topic(value)
    }
}

impl From<PartitionRecord> for MetadataRecord {
    fn from(value: PartitionRecord) -> Self {
        Self::Partition(value)
    }
}

impl From<ConfigRecord> for MetadataRecord {
    fn from(value: ConfigRecord) -> Self {
        Self::Config(value)
    }
}

impl From<PartitionChangeRecord> for MetadataRecord {
    fn from(value: PartitionChangeRecord) -> Self {
        Self::PartitionChange(value)
    }
}

impl From<FenceBrokerRecord> for MetadataRecord {
    fn from(value: FenceBrokerRecord) -> Self {
        Self::FenceBroker(value)
    }
}

impl From<UnfenceBrokerRecord> for MetadataRecord {
    fn from(value: UnfenceBrokerRecord) -> Self {
        Self::UnfenceBroker(value)
    }
}

impl From<RemoveTopicRecord> for MetadataRecord {
    fn from(value: RemoveTopicRecord) -> Self {
        Self::RemoveTopic(value)
    }
}

impl From<DelegationTokenRecord> for MetadataRecord {
    fn from(value: DelegationTokenRecord) -> Self {
        Self::DelegationToken(value)
    }
}

impl From<UserScramCredentialRecord> for MetadataRecord {
    fn from(value: UserScramCredentialRecord) -> Self {
        Self::UserScramCredential(value)
    }
}

impl From<FeatureLevelRecord> for MetadataRecord {
    fn from(value: FeatureLevelRecord) -> Self {
        Self::FeatureLevel(value)
    }
}

impl From<ClientQuotaRecord> for MetadataRecord {
    fn from(value: ClientQuotaRecord) -> Self {
        Self::ClientQuota(value)
    }
}

impl From<ProducerIdsRecord> for MetadataRecord {
    fn from(value: ProducerIdsRecord) -> Self {
        Self::ProducerIds(value)
    }
}

impl From<BrokerRegistrationChangeRecord> for MetadataRecord {
    fn from(value: BrokerRegistrationChangeRecord) -> Self {
        Self::BrokerRegistrationChange(value)
    }
}

impl From<AccessControlEntryRecord> for MetadataRecord {
    fn from(value: AccessControlEntryRecord) -> Self {
        Self::AccessControlEntry(value)
    }
}

impl From<RemoveAccessControlEntryRecord> for MetadataRecord {
    fn from(value: RemoveAccessControlEntryRecord) -> Self {
        Self::RemoveAccessControlEntry(value)
    }
}

impl From<NoOpRecord> for MetadataRecord {
    fn from(value: NoOpRecord) -> Self {
        Self::NoOp(value)
    }
}

impl From<ZkMigrationStateRecord> for MetadataRecord {
    fn from(value: ZkMigrationStateRecord) -> Self {
        Self::ZkMigrationState(value)
    }
}

impl From<RemoveUserScramCredentialRecord> for MetadataRecord {
    fn from(value: RemoveUserScramCredentialRecord) -> Self {
        Self::RemoveUserScramCredential(value)
    }
}

impl From<BeginTransactionRecord> for MetadataRecord {
    fn from(value: BeginTransactionRecord) -> Self {
        Self::BeginTransaction(value)
    }
}

impl From<EndTransactionRecord> for MetadataRecord {
    fn from(value: EndTransactionRecord) -> Self {
        Self::EndTransaction(value)
    }
}

impl From<AbortTransactionRecord> for MetadataRecord {
    fn from(value: AbortTransactionRecord) -> Self {
        Self::AbortTransaction(value)
    }
}

impl From<RemoveDelegationTokenRecord> for MetadataRecord {
    fn from(value: RemoveDelegationTokenRecord) -> Self {
        Self::RemoveDelegationToken(value)
    }
}

impl From<RegisterControllerRecord> for MetadataRecord {
    fn from(value: RegisterControllerRecord) -> Self {
        Self::RegisterController(value)
    }
}

impl From<ClearElrRecord> for MetadataRecord {
    fn from(value: ClearElrRecord) -> Self {
        Self::ClearElr(value)
    }
}

impl From<UnregisterControllerRecord> for MetadataRecord {
    fn from(value: UnregisterControllerRecord) -> Self {
        Self::UnregisterController(value)
    }
}
