//! Access control entries by id.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_model::Uuid;

use crate::ReplayError;
use crate::messages::{AccessControlEntryRecord, RemoveAccessControlEntryRecord};

/// One entry; the numbers are Kafka's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessControlEntry {
    /// Kind of the resource.
    pub resource_type: i8,
    /// Name of the resource, or its beginning.
    pub resource_name: Arc<str>,
    /// Whether the name is literal or a beginning.
    pub pattern_type: i8,
    /// Who, as `User:name`.
    pub principal: Arc<str>,
    /// From where, `*` for anywhere.
    pub host: Arc<str>,
    /// Which operation.
    pub operation: i8,
    /// Allowed or denied.
    pub permission_type: i8,
}

/// All access control entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclsImage {
    /// Entries by id.
    pub entries: BTreeMap<Uuid, AccessControlEntry>,
}

impl AclsImage {
    pub(crate) fn add(&mut self, record: &AccessControlEntryRecord) {
        let entry = AccessControlEntry {
            resource_type: record.resource_type,
            resource_name: record.resource_name.as_str().into(),
            pattern_type: record.pattern_type,
            principal: record.principal.as_str().into(),
            host: record.host.as_str().into(),
            operation: record.operation,
            permission_type: record.permission_type,
        };
        self.entries.insert(record.id, entry);
    }

    pub(crate) fn remove(&mut self, record: &RemoveAccessControlEntryRecord) -> Result<(), ReplayError> {
        self.entries
            .remove(&record.id)
            .map(drop)
            .ok_or(ReplayError::UnknownAcl(record.id))
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = AccessControlEntryRecord> {
        self.entries.iter().map(|(id, entry)| AccessControlEntryRecord {
            id: *id,
            resource_type: entry.resource_type,
            resource_name: (&*entry.resource_name).into(),
            pattern_type: entry.pattern_type,
            principal: (&*entry.principal).into(),
            host: (&*entry.host).into(),
            operation: entry.operation,
            permission_type: entry.permission_type,
            unknown_tagged_fields: Vec::new(),
        })
    }
}
