//! The partitions of a fetch whose records are in the remote tier only.
//!
//! They are read together, on the remote tier's own threads, and for at most `remote.fetch.max.wait.ms`; what has not
//! come by then comes with the client's next fetch, and is read on meanwhile. Invariant: an error of the store is not an
//! error of the client's: it waits and asks again.

use std::sync::Arc;
use std::time::Duration;

use broker_model::Offset;
use broker_storage::{FetchIsolation, LogSlice, MinOneBatch};
use tokio::time::Instant;

use super::{Fetch, Pass};
use crate::remote_log_manager::{RemoteLogManager, RemoteReadError, RemoteRecords};
use crate::replica_manager::{FetchOutcome, LookupError, PartitionFetch, PartitionHandle, TieredFetch};

/// How long a consumer waits to be told that what it asks for cannot be read.
const UNREADABLE_PAUSE: Duration = Duration::from_millis(500);
/// First wait before a read is tried again that may succeed later; it doubles.
const FIRST_RETRY: Duration = Duration::from_millis(50);

impl Fetch<'_> {
    /// Puts records in place of what was only found to be remote.
    pub(super) async fn read_tiered(
        &self,
        pass: &mut Pass,
        handles: &[Result<Arc<PartitionHandle>, LookupError>],
    ) {
        let is_tiered = |outcome: &FetchOutcome| matches!(outcome, FetchOutcome::Tiered(_));
        if !pass.outcomes.iter().any(is_tiered) {
            return;
        }
        let Some(remote) = &self.broker.remote else {
            // Out of range would send consumers to the front or the end of what is local.
            for outcome in pass.outcomes.iter_mut().filter(|outcome| is_tiered(outcome)) {
                *outcome = FetchOutcome::Unreadable;
            }
            tokio::time::sleep(UNREADABLE_PAUSE).await;
            return;
        };
        let deadline = Instant::now() + remote.limits().fetch_wait_max;
        let reads = pass
            .outcomes
            .drain(..)
            .zip(handles)
            .map(|(outcome, handle)| async move {
                match outcome {
                    FetchOutcome::Tiered(tiered) => read(remote, handle, tiered, deadline).await,
                    outcome => outcome,
                }
            });
        pass.outcomes = futures::future::join_all(reads).await;
        let size = |outcome: &FetchOutcome| match outcome {
            FetchOutcome::Read(fetch) => fetch.records.size(),
            _ => 0,
        };
        pass.lease.set(pass.outcomes.iter().map(size).sum());
    }
}

async fn read(
    remote: &RemoteLogManager,
    handle: &Result<Arc<PartitionHandle>, LookupError>,
    tiered: TieredFetch,
    deadline: Instant,
) -> FetchOutcome {
    let TieredFetch { key, wanted, at } = tiered;
    if wanted.limits.max_bytes == 0 && wanted.limits.min_one == MinOneBatch::No {
        return FetchOutcome::Read(at);
    }
    let counters = remote.counters_of(key.topic);
    counters.fetch_requests.add(1);
    let is_committed = wanted.limits.upper == FetchIsolation::TxnCommitted;
    let (mut pause, mut read_before) = (FIRST_RETRY, None);
    let answer = loop {
        let Ok(answer) = tokio::time::timeout_at(deadline, remote.read(key, wanted)).await else {
            remote.counters().fetch_expires.add(1);
            return FetchOutcome::Read(at);
        };
        match answer {
            Ok(mut found) if is_committed => match join_local(handle, &mut found, read_before) {
                Ok(Joined::Whole) => break Ok(found),
                Ok(Joined::CopiedMeanwhile) => read_before = Some(found.remote_end),
                Err(error) => return FetchOutcome::Missing(error),
            },
            Err(RemoteReadError::NotReady | RemoteReadError::Store(_))
                if Instant::now() + pause < deadline =>
            {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            answer => break answer,
        }
    };
    match answer {
        Ok(found) => {
            counters.fetch_bytes.add(found.records.len() as u64);
            FetchOutcome::Read(PartitionFetch {
                records: LogSlice::Memory(vec![found.records]),
                aborted: is_committed.then_some(found.aborted),
                ..at
            })
        }
        Err(RemoteReadError::BelowStart(_)) => FetchOutcome::OutOfRange,
        Err(error @ (RemoteReadError::Gap(_) | RemoteReadError::Damaged(_))) => {
            counters.fetch_errors.add(1);
            tracing::error!(topic_id = %key.topic, partition = %key.partition, offset = %wanted.from, %error,
                "records of the remote tier are damaged and are not served");
            // A consumer asks again at once, and sound partitions would wait behind what it asks of the store.
            tokio::time::sleep_until(deadline.min(Instant::now() + UNREADABLE_PAUSE)).await;
            FetchOutcome::Unreadable
        }
        Err(error @ (RemoteReadError::NotReady | RemoteReadError::Store(_))) => {
            counters.fetch_errors.add(1);
            tracing::warn!(topic_id = %key.topic, partition = %key.partition, offset = %wanted.from, %error,
                "records of the remote tier cannot be read now");
            tokio::time::sleep_until(deadline).await;
            FetchOutcome::Read(at)
        }
    }
}

/// Whether both parts of a log tell of all markers of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joined {
    /// They do.
    Whole,
    /// What is copied and given up while the store answers is in no manifest that was read before, and no longer here: it
    /// is to be read again.
    CopiedMeanwhile,
}

/// Markers of transactions may stand in the local part of the log. They are looked up once it is known up to where
/// records are served, so that no more is looked at than decides about those.
fn join_local(
    handle: &Result<Arc<PartitionHandle>, LookupError>,
    found: &mut RemoteRecords,
    read_before: Option<Offset>,
) -> Result<Joined, LookupError> {
    let handle = handle.as_ref().map_err(|error| *error)?;
    handle.with_log(|log| {
        if !found.joins(log.local_log_start().offset(), read_before) {
            return Joined::CopiedMeanwhile;
        }
        if let Some(to) = found.next_offset {
            found.take_local(log.aborted_behind(found.remote_end, to));
        }
        Joined::Whole
    })
}
