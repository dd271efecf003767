//! A store that is watched: what it is sent, and whether it answers.
//!
//! Owns the counts and the last failure. Invariant: it changes no request and no answer. A refused condition and an
//! object that is not there are answers, too; a request that the client inside repeats is counted once.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use broker_model::Timestamp;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use parking_lot::Mutex;

use super::StoreTrouble;
use super::explained::{explained, is_absent};
use crate::clock::Clock;
use crate::metrics::Counter;

/// Requests since the start.
#[derive(Debug, Default)]
pub struct StoreRequests {
    /// Those that write: objects, and parts of large ones.
    pub puts: Counter,
    /// Those that read.
    pub gets: Counter,
    /// Those that list.
    pub lists: Counter,
    /// Objects that were deleted.
    pub deletes: Counter,
    /// Those that failed.
    pub failures: Counter,
}

/// A store that does not answer as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Since when.
    pub since: Timestamp,
    /// What is wrong, as it answered last.
    pub trouble: StoreTrouble,
    /// In words.
    pub error: String,
}

/// What was seen of a store.
#[derive(Debug)]
pub struct Observations {
    /// What it was sent.
    pub requests: StoreRequests,
    failing: Mutex<Option<Failing>>,
    clock: Clock,
}

impl Observations {
    /// Nothing was seen yet.
    pub fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            requests: StoreRequests::default(),
            failing: Mutex::default(),
            clock,
        })
    }

    /// Since when it fails, and what it said last; none while it answers.
    pub fn failing(&self) -> Option<Failing> {
        self.failing.lock().clone()
    }

    fn note<T>(&self, outcome: &Result<T>) {
        match outcome {
            Ok(_)
            | Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                *self.failing.lock() = None;
            }
            Err(error) if is_absent(error) => *self.failing.lock() = None,
            Err(error) => {
                self.requests.failures.add(1);
                let (trouble, error) = (StoreTrouble::of(error), explained(error));
                let mut failing = self.failing.lock();
                let since = failing.as_ref().map(|failing| failing.since);
                *failing = Some(Failing {
                    since: since.unwrap_or_else(|| self.clock.wall()),
                    trouble,
                    error,
                });
            }
        }
    }
}

/// The store.
#[derive(Debug)]
pub struct ObservedStore {
    inner: Arc<dyn ObjectStore>,
    seen: Arc<Observations>,
}

impl ObservedStore {
    /// Watches a store.
    pub fn new(inner: Arc<dyn ObjectStore>, seen: Arc<Observations>) -> Self {
        Self { inner, seen }
    }
}

impl fmt::Display for ObservedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for ObservedStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.seen.requests.puts.add(1);
        let outcome = self.inner.put_opts(location, payload, options).await;
        self.seen.note(&outcome);
        outcome
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.seen.requests.puts.add(1);
        let outcome = self.inner.put_multipart_opts(location, options).await;
        self.seen.note(&outcome);
        let (inner, seen) = (outcome?, self.seen.clone());
        Ok(Box::new(ObservedUpload { inner, seen }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.seen.requests.gets.add(1);
        let outcome = self.inner.get_opts(location, options).await;
        self.seen.note(&outcome);
        outcome
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let seen = self.seen.clone();
        let deleted = self.inner.delete_stream(locations);
        let watched = deleted.inspect(move |outcome| {
            seen.requests.deletes.add(1);
            seen.note(outcome);
        });
        watched.boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.seen.requests.lists.add(1);
        let seen = self.seen.clone();
        let listed = self.inner.list(prefix);
        listed.inspect(move |outcome| seen.note(outcome)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.seen.requests.lists.add(1);
        let outcome = self.inner.list_with_delimiter(prefix).await;
        self.seen.note(&outcome);
        outcome
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.seen.requests.puts.add(1);
        let outcome = self.inner.copy_opts(from, to, options).await;
        self.seen.note(&outcome);
        outcome
    }
}

#[derive(Debug)]
struct ObservedUpload {
    inner: Box<dyn MultipartUpload>,
    seen: Arc<Observations>,
}

#[async_trait]
impl MultipartUpload for ObservedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.seen.requests.puts.add(1);
        let (part, seen) = (self.inner.put_part(data), self.seen.clone());
        Box::pin(async move {
            let outcome = part.await;
            seen.note(&outcome);
            outcome
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.seen.requests.puts.add(1);
        let outcome = self.inner.complete().await;
        self.seen.note(&outcome);
        outcome
    }

    async fn abort(&mut self) -> Result<()> {
        let outcome = self.inner.abort().await;
        self.seen.note(&outcome);
        outcome
    }
}
