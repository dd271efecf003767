//! Whether whoever fetches shares the history of the log that he fetches from (KIP-595), which is asked before
//! whether the offset exists: a follower that is ahead of its leader is to be cut where both agree, and not where the
//! leader ends, which may be inside of one of its batches.

use broker_storage::UnifiedLog;

use super::FetchPartition;
use crate::follower::DivergingEpoch;

/// What a fetch's last epoch says about the histories of both logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedHistory {
    /// They agree up to the offset that is fetched, or whoever fetches does not say.
    Agrees,
    /// They part before it.
    Parts(DivergingEpoch),
    /// The log knows nothing of that epoch (OFFSET_OUT_OF_RANGE).
    Unknown,
}

impl SharedHistory {
    /// Compares the history of `log` with that of whoever wants this.
    pub fn of(log: &UnifiedLog, wanted: &FetchPartition) -> Self {
        let Some(last_fetched) = wanted.last_fetched_epoch else {
            return Self::Agrees;
        };
        match log.offset_for_leader_epoch(last_fetched) {
            None => Self::Unknown,
            Some((epoch, end_offset)) if epoch < last_fetched || end_offset < wanted.fetch_offset => {
                Self::Parts(DivergingEpoch { epoch, end_offset })
            }
            Some(_) => Self::Agrees,
        }
    }
}
