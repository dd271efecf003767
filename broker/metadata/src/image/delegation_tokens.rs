//! Delegation tokens by id (KIP-48), as records carry them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::messages::{DelegationTokenRecord, RemoveDelegationTokenRecord};

/// All delegation tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DelegationTokensImage {
    /// Tokens by id.
    pub tokens: BTreeMap<Arc<str>, DelegationTokenRecord>,
}

impl DelegationTokensImage {
    pub(crate) fn add(&mut self, record: &DelegationTokenRecord) {
        self.tokens
            .insert(record.token_id.as_str().into(), record.clone());
    }

    pub(crate) fn remove(&mut self, record: &RemoveDelegationTokenRecord) {
        self.tokens.remove(record.token_id.as_str());
    }
}
