//! Transactions as a cleaning meets them: which batches are void, and how long their markers are needed.
//!
//! Owns the aborted transactions that are known from the indexes and not met yet, and what was seen of open ones.
//! Data of an aborted transaction goes. A marker may go once no batch of its transaction was met, since until then
//! a reader, or a recovery, could take the rest for an open transaction.

use std::collections::{HashMap, HashSet, VecDeque};

use broker_model::{Offset, ProducerId};

use crate::index::transaction_index::AbortedTransaction;
use crate::log::control_marker::parse_end_marker;
use crate::producer::producer_state_manager::TransactionOutcome;
use crate::segment::batch_view::BatchView;

/// What is to become of a control batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkerVerdict {
    /// No batch of the transaction is left.
    pub(crate) is_dispensable: bool,
    /// The aborted transaction that readers must still be told of.
    pub(crate) aborted: Option<AbortedTransaction>,
}

/// Transactions on the way through a log.
#[derive(Debug)]
pub(crate) struct CleanedTransactions {
    /// By first offset.
    to_come: VecDeque<AbortedTransaction>,
    aborted: HashMap<ProducerId, (AbortedTransaction, bool)>,
    committed: HashSet<ProducerId>,
}

impl CleanedTransactions {
    /// The walk begins; `aborted` are all that overlap what will be met.
    pub(crate) fn new(mut aborted: Vec<AbortedTransaction>) -> Self {
        aborted.sort_by_key(|transaction| transaction.first_offset);
        Self {
            to_come: aborted.into(),
            aborted: HashMap::new(),
            committed: HashSet::new(),
        }
    }

    /// Takes a batch of data; answers whether it belongs to an aborted transaction.
    pub(crate) fn on_data(&mut self, view: &BatchView) -> bool {
        self.begin_up_to(view.last_offset);
        if !view.is_transactional() {
            return false;
        }
        if let Some((_, was_met)) = self.aborted.get_mut(&view.producer_id) {
            *was_met = true;
            return true;
        }
        self.committed.insert(view.producer_id);
        false
    }

    /// Takes a control batch.
    pub(crate) fn on_control(&mut self, view: &BatchView, bytes: &[u8]) -> MarkerVerdict {
        self.begin_up_to(view.last_offset);
        if view.record_count == 0 {
            // An earlier cleaning emptied it.
            return MarkerVerdict {
                is_dispensable: true,
                aborted: None,
            };
        }
        let Some(marker) = parse_end_marker(view, bytes) else {
            return MarkerVerdict::default();
        };
        match marker.outcome {
            TransactionOutcome::Aborted => {
                let aborted = self.aborted.remove(&marker.producer_id);
                let aborted = aborted
                    .filter(|(_, was_met)| *was_met)
                    .map(|(transaction, _)| transaction);
                MarkerVerdict {
                    is_dispensable: aborted.is_none(),
                    aborted,
                }
            }
            TransactionOutcome::Committed => MarkerVerdict {
                is_dispensable: !self.committed.remove(&marker.producer_id),
                aborted: None,
            },
        }
    }

    fn begin_up_to(&mut self, offset: Offset) {
        while self
            .to_come
            .front()
            .is_some_and(|next| next.first_offset <= offset)
        {
            if let Some(begun) = self.to_come.pop_front() {
                self.aborted.entry(begun.producer_id).or_insert((begun, false));
            }
        }
    }
}
