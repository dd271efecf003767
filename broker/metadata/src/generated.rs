//! Every message of Kafka 4.4 that belongs to this crate. Written by `cargo codegen`.

pub mod abort_transaction_record;
pub mod access_control_entry_record;
pub mod begin_transaction_record;
pub mod broker_registration_change_record;
pub mod clear_elr_record;
pub mod client_quota_record;
pub mod config_record;
pub mod delegation_token_record;
pub mod end_transaction_record;
pub mod feature_level_record;
pub mod fence_broker_record;
pub mod metadata_record;
pub mod no_op_record;
pub mod partition_change_record;
pub mod partition_record;
pub mod producer_ids_record;
pub mod register_broker_record;
pub mod register_controller_record;
pub mod remove_access_control_entry_record;
pub mod remove_delegation_token_record;
pub mod remove_topic_record;
pub mod remove_user_scram_credential_record;
pub mod topic_record;
pub mod unfence_broker_record;
pub mod unregister_broker_record;
pub mod unregister_controller_record;
pub mod user_scram_credential_record;
pub mod zk_migration_state_record;

/// All messages by name.
pub mod messages {
    pub use super::abort_transaction_record::AbortTransactionRecord;
    pub use super::access_control_entry_record::AccessControlEntryRecord;
    pub use super::begin_transaction_record::BeginTransactionRecord;
    pub use super::broker_registration_change_record::BrokerRegistrationChangeRecord;
    pub use super::clear_elr_record::ClearElrRecord;
    pub use super::client_quota_record::ClientQuotaRecord;
    pub use super::config_record::ConfigRecord;
    pub use super::delegation_token_record::DelegationTokenRecord;
    pub use super::end_transaction_record::EndTransactionRecord;
    pub use super::feature_level_record::FeatureLevelRecord;
    pub use super::fence_broker_record::FenceBrokerRecord;
    pub use super::no_op_record::NoOpRecord;
    pub use super::partition_change_record::PartitionChangeRecord;
    pub use super::partition_record::PartitionRecord;
    pub use super::producer_ids_record::ProducerIdsRecord;
    pub use super::register_broker_record::RegisterBrokerRecord;
    pub use super::register_controller_record::RegisterControllerRecord;
    pub use super::remove_access_control_entry_record::RemoveAccessControlEntryRecord;
    pub use super::remove_delegation_token_record::RemoveDelegationTokenRecord;
    pub use super::remove_topic_record::RemoveTopicRecord;
    pub use super::remove_user_scram_credential_record::RemoveUserScramCredentialRecord;
    pub use super::topic_record::TopicRecord;
    pub use super::unfence_broker_record::UnfenceBrokerRecord;
    pub use super::unregister_broker_record::UnregisterBrokerRecord;
    pub use super::unregister_controller_record::UnregisterControllerRecord;
    pub use super::user_scram_credential_record::UserScramCredentialRecord;
    pub use super::zk_migration_state_record::ZkMigrationStateRecord;
}

/// Calls `$macro!(Name, Name, …)` with the name of every message of this crate.
#[macro_export]
macro_rules! for_each_message {
    ($macro:ident) => {
        $macro! {
        AbortTransactionRecord,
        AccessControlEntryRecord,
        BeginTransactionRecord,
        BrokerRegistrationChangeRecord,
        ClearElrRecord,
        ClientQuotaRecord,
        ConfigRecord,
        DelegationTokenRecord,
        EndTransactionRecord,
        FeatureLevelRecord,
        FenceBrokerRecord,
        NoOpRecord,
        PartitionChangeRecord,
        PartitionRecord,
        ProducerIdsRecord,
        RegisterBrokerRecord,
        RegisterControllerRecord,
        RemoveAccessControlEntryRecord,
        RemoveDelegationTokenRecord,
        RemoveTopicRecord,
        RemoveUserScramCredentialRecord,
        TopicRecord,
        UnfenceBrokerRecord,
        UnregisterBrokerRecord,
        UnregisterControllerRecord,
        UserScramCredentialRecord,
        ZkMigrationStateRecord,
        }
    };
}
