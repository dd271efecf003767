//! Keeps the memory of the process what it needs: no huge pages, and free memory goes back to the system while nothing
//! else happens.
//!
//! Owns no state. A huge page counts whole for the few KiB that are used of it: of a broker that rests, a third was such
//! (33 MiB resident instead of 22), and neither throughput nor processor time was better for it. mimalloc notes what became free and returns it a second later, but only on the way of a thread that
//! takes a fresh page or ends; a broker that rests after a large answer does neither, so that it would keep the peak of
//! that answer for good. A thread that begins and ends is all that it takes, and free without anything to return.
//! With another allocator nothing changes.

use std::io;
use std::thread::Builder;

/// How often: free memory is held for a second before it may go.
pub(super) const INTERVAL_MS: u64 = 5_000;

/// Asks the system for pages of the usual size only, for all memory that is touched from now on.
///
/// # Errors
/// The system knows no such wish.
pub(crate) fn refuse_huge_pages() -> io::Result<()> {
    Ok(rustix::thread::disable_transparent_huge_pages(true)?)
}

/// Returns what has been free for a while.
///
/// # Errors
/// The system gives no thread.
pub(super) fn give_back() -> io::Result<()> {
    // Only a thread that has allocated ends in the eyes of the allocator.
    let passing = Builder::new()
        .name("memory-return".into())
        .spawn(|| drop(std::hint::black_box(Box::new([0_u8; 64]))))?;
    passing
        .join()
        .map_err(|_| io::Error::other("the thread that returns memory panicked"))
}
