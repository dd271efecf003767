//! The thread that starts the device early, so that no flush finds much to do (ADR 4).
//!
//! Owns a bounded queue. When the thread is behind, ranges are dropped: the kernel's own write-back takes them.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use broker_storage::WriteBack;

/// Ranges that may wait; each covers at least a few hundred KiB.
const QUEUE_LENGTH: usize = 256;

/// Starts the thread; it ends when the last sender is gone.
///
/// # Errors
/// The system gives no thread.
pub fn start() -> io::Result<(SyncSender<WriteBack>, JoinHandle<()>)> {
    let (sender, ranges) = sync_channel::<WriteBack>(QUEUE_LENGTH);
    let thread = std::thread::Builder::new()
        .name("write-back".into())
        .spawn(move || {
            for range in ranges {
                range.run();
            }
        })?;
    Ok((sender, thread))
}
