//! Finds in the history of a run what a log must never do: lose an acknowledged record, hold one twice, show two
//! records at one offset, take back what somebody read, forget a commit, have two leaders in one epoch.
//!
//! A [`history`](Event) is a file of JSON lines in the order in which things completed, written by clients that know
//! nothing of the broker's inside. [`check`] reads it as a stream, as often as its memory limit asks for, and answers
//! a [`Report`]. Invariant: with no more than [`Limits::records`] records of one partition in it, a history of any
//! length is checked in memory that the limit bounds. Deliberately elsewhere: who writes histories, and what fault
//! was meant to do what.

mod anomaly;
mod batches;
mod bytes;
mod checker;
mod error;
mod event;
mod leadership;
mod ledger;
mod outage;
mod partition_log;
mod positions;
mod report;
pub mod self_test;
mod values;

pub use anomaly::{Anomaly, Found};
pub use checker::{Checker, Limits, check};
pub use error::HistoryError;
pub use event::{Batch, Event, Isolation, Outcome, Phase, Promise, TransactionEnd};
pub use outage::{Outage, SHORTEST_OUTAGE_US};
pub use report::{Figures, Report};
