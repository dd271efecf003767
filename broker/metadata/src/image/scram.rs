//! SCRAM credentials by user and mechanism (KIP-900), as records carry them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::messages::{RemoveUserScramCredentialRecord, UserScramCredentialRecord};

/// All SCRAM credentials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScramImage {
    /// Credentials by mechanism number and user.
    pub credentials: BTreeMap<(i8, Arc<str>), UserScramCredentialRecord>,
}

impl ScramImage {
    pub(crate) fn add(&mut self, record: &UserScramCredentialRecord) {
        let key = (record.mechanism, record.name.as_str().into());
        self.credentials.insert(key, record.clone());
    }

    pub(crate) fn remove(&mut self, record: &RemoveUserScramCredentialRecord) {
        self.credentials
            .remove(&(record.mechanism, record.name.as_str().into()));
    }
}
