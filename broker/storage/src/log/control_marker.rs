//! The marker at the end of a transaction, read out of a control batch.

use broker_codec::batch::{ControlRecordType, RecordViews};
use broker_model::CoordinatorEpoch;

use crate::producer::producer_state_manager::{EndMarker, TransactionOutcome};
use crate::segment::batch_view::{BatchView, VIEW_SIZE};

/// The marker in the batch `bytes`; `None` when it holds no end of a transaction.
///
/// Control batches are not compressed. The value of a marker is version i16 and coordinator epoch i32.
pub(crate) fn parse_end_marker(view: &BatchView, bytes: &[u8]) -> Option<EndMarker> {
    if !view.is_control() || !view.producer_id.is_known() {
        return None;
    }
    let records = bytes.get(VIEW_SIZE..view.size)?;
    let record = RecordViews::new(records, view.record_count).next()?.ok()?;
    let outcome = match ControlRecordType::parse_key(record.key?).ok()?? {
        ControlRecordType::Abort => TransactionOutcome::Aborted,
        ControlRecordType::Commit => TransactionOutcome::Committed,
        ControlRecordType::LeaderChange
        | ControlRecordType::SnapshotHeader
        | ControlRecordType::SnapshotFooter
        | ControlRecordType::KRaftVersion
        | ControlRecordType::KRaftVoters => return None,
    };
    let epoch: [u8; 4] = record.value?.get(2..6)?.try_into().ok()?;
    Some(EndMarker {
        producer_id: view.producer_id,
        producer_epoch: view.producer_epoch,
        coordinator_epoch: CoordinatorEpoch::new(i32::from_be_bytes(epoch)),
        outcome,
        offset: view.last_offset,
        timestamp: view.max_timestamp,
    })
}
