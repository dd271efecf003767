//! Lets the allocator give free memory back to the system while nothing else happens.
//!
//! Owns no state. mimalloc notes what became free and returns it a second later, but only on the way of a thread that
//! takes a fresh page or ends; a broker that rests after a large answer does neither, so that it would keep the peak of
//! that answer for good. A thread that begins and ends is all that it takes, and free without anything to return.
//! With another allocator nothing changes.

use std::io;
use std::thread::Builder;

/// How often: free memory is held for a second before it may go.
pub(super) const INTERVAL_MS: u64 = 5_000;

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
