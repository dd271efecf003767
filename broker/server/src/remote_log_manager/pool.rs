//! How many pieces of one kind of work there may be at a time; that may be changed while they run.
//!
//! Owns the permits. Invariant: nothing is begun while as many run as the size says; what runs when the size shrinks ends
//! as it would have.

use parking_lot::Mutex;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

#[derive(Debug)]
pub(super) struct Pool {
    permits: Semaphore,
    size: Mutex<Size>,
}

#[derive(Debug)]
struct Size {
    wanted: usize,
    /// Permits that there are, idle and taken; more than wanted until those that are too many come back.
    made: usize,
}

/// A permit for one piece of work.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pool: &'a Pool,
    permit: Option<SemaphorePermit<'a>>,
}

impl Pool {
    pub(super) fn new(size: usize) -> Self {
        let size = size.max(1);
        Self {
            permits: Semaphore::new(size),
            size: Mutex::new(Size {
                wanted: size,
                made: size,
            }),
        }
    }

    /// Waits until there is room for one more.
    pub(super) async fn acquire(&self) -> Result<Turn<'_>, AcquireError> {
        let permit = Some(self.permits.acquire().await?);
        Ok(Turn { pool: self, permit })
    }

    pub(super) fn resize(&self, wanted: usize) {
        let mut size = self.size.lock();
        size.wanted = wanted.max(1);
        if size.wanted > size.made {
            self.permits.add_permits(size.wanted - size.made);
            size.made = size.wanted;
        }
        size.made -= self.permits.forget_permits(size.made - size.wanted);
    }

    pub(super) fn size(&self) -> usize {
        self.size.lock().wanted
    }

    /// How many more there may be now.
    pub(super) fn idle(&self) -> usize {
        self.permits.available_permits()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut size = self.pool.size.lock();
        if let Some(permit) = self.permit.take().filter(|_| size.made > size.wanted) {
            size.made -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn begin(pool: &Pool) -> Option<Turn<'_>> {
        pool.acquire().now_or_never().and_then(Result::ok)
    }

    #[test]
    fn a_pool_grows_at_once_and_shrinks_as_work_ends() {
        let pool = Pool::new(1);
        let first = begin(&pool).unwrap();
        assert!(begin(&pool).is_none());
        pool.resize(3);
        let more = [begin(&pool).unwrap(), begin(&pool).unwrap()];
        assert!(begin(&pool).is_none());
        pool.resize(1);
        drop(more);
        assert!(begin(&pool).is_none(), "one runs still");
        drop(first);
        assert_eq!((pool.size(), pool.idle()), (1, 1));
        let only = begin(&pool).unwrap();
        assert!(begin(&pool).is_none());
        pool.resize(2);
        drop(only);
        assert_eq!(pool.idle(), 2);
        pool.resize(1);
        assert_eq!(pool.idle(), 1, "what is idle goes at once");
    }
}
