//! Record batches of format 2: the unit that is produced, stored, replicated and fetched (KIP-98).
//!
//! ```text
//!  0 base offset i64      8 length i32 (of what follows)   12 leader epoch i32   16 magic i8   17 crc u32
//! 21 attributes i16      23 last offset delta i32          27 base timestamp i64               35 max timestamp i64
//! 43 producer id i64     51 producer epoch i16             53 base sequence i32                57 record count i32
//! 61 records, compressed as a whole
//! ```
//! The checksum covers everything from the attributes on, so that the leader stamps offset and epoch in place.
//! Messages of formats 0 and 1, which only old logs hold, are `legacy`'s.

mod attributes;
mod builder;
mod checksum;
mod control;
mod error;
mod header;
mod legacy;
mod record;
mod record_batch;
mod record_scan;

pub use attributes::BatchAttributes;
pub use builder::{BatchBuilder, BatchOptions, ProducerIdentity};
pub use checksum::{crc32c, crc32c_of};
pub use control::{ControlRecordType, end_txn_marker_batch};
pub use error::BatchError;
pub use header::{HEADER_SIZE, RecordBatchHeader, stamp};
pub use legacy::LegacyMessage;
pub use record::{Record, RecordHeader, RecordView, RecordViews};
pub use record_batch::{Batches, RecordBatch, batches};
pub use record_scan::{KeyPresence, RecordSummary, scan_records};
