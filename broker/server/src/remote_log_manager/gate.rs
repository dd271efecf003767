//! Lets tasks through once the store was found fit.
//!
//! Owns the answer. A store that does not answer is asked again with growing pauses; one that must not be used is
//! never asked again, and said so loudly: the broker goes on without it.

use std::sync::Arc;
use std::time::Duration;

use broker_tiered::retry_budget::RetryBudget;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::Shared;
use crate::clock::{seed_or_time, uuid_or_time};
use crate::remote_store::{Admission, ObservedStore, RemoteStore, StoreTrouble};

/// The store, as soon as it may be used.
#[derive(Debug)]
pub(super) struct Gate {
    store: watch::Sender<Option<RemoteStore>>,
    refused: Mutex<Option<(StoreTrouble, String)>>,
}

/// What the store was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody knows yet.
    Untried,
    /// Fit.
    Passed,
    /// Unfit, for this reason.
    Refused(StoreTrouble, String),
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            store: watch::Sender::new(None),
            refused: Mutex::default(),
        }
    }
}

impl Gate {
    /// The store, if it may be used by now.
    pub(super) fn store(&self) -> Option<RemoteStore> {
        self.store.borrow().clone()
    }

    /// What the store was found to be so far.
    pub(super) fn verdict(&self) -> Verdict {
        if let Some((trouble, why)) = &*self.refused.lock() {
            return Verdict::Refused(*trouble, why.clone());
        }
        match self.store.borrow().is_some() {
            true => Verdict::Passed,
            false => Verdict::Untried,
        }
    }

    fn refuse(&self, trouble: StoreTrouble, why: &impl ToString) {
        *self.refused.lock() = Some((trouble, why.to_string()));
    }

    /// Waits until the store may be used; for ever if it must not.
    pub(super) async fn passed(&self) -> RemoteStore {
        let mut store = self.store.subscribe();
        match store.wait_for(Option::is_some).await {
            Ok(store) => store.clone(),
            Err(_) => None,
        }
        .unwrap_or_else(|| unreachable!("the gate lives as long as who waits, and was waited for"))
    }
}

/// Tries the store until it is clear what it is good for.
pub(super) async fn open(shared: Arc<Shared>) {
    let location = &shared.settings.location;
    let (objects, prefix) = match location.connect() {
        Ok(connected) => connected,
        Err(error) => {
            tracing::error!(%location, %error, "the remote store cannot be used; nothing is tiered until a restart");
            shared.gate.refuse(StoreTrouble::Configuration, &error);
            return;
        }
    };
    let objects = Arc::new(ObservedStore::new(objects, shared.observed.clone()));
    let admission = Admission {
        objects,
        prefix,
        cluster_id: shared.cluster_id.clone(),
    };
    let mut budget = RetryBudget::new(shared.settings.retry);
    loop {
        match admission.try_once(uuid_or_time(&shared.clock)).await {
            Ok(store) => {
                tracing::info!(%location, "the remote store was tried and is used");
                shared.gate.store.send_replace(Some(store));
                return;
            }
            Err(refused) if refused.may_pass() => {
                tracing::warn!(%location, error = %refused, "the remote store does not answer; nothing is tiered meanwhile");
                let pause = budget.failed(seed_or_time(&shared.clock) as u32);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            Err(refused) => {
                tracing::error!(%location, error = %refused,
                    "the remote store must not be used; nothing is tiered until a restart");
                shared.gate.refuse(StoreTrouble::of_refusal(&refused), &refused);
                return;
            }
        }
    }
}
