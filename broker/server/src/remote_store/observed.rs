//! A store that is watched: what it is sent, and whether it answers.
//!
//! Owns the counts and the failures since the last success. Invariants: it changes no request and no answer; a store that
//! does not answer is told of once it failed for seconds, what somebody has to put right at once. A refused condition and
//! an object that is not there are answers, too; a request that the client inside repeats is counted once.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use broker_model::{MonotonicMs, Now, Timestamp};
use broker_tiered::object_key::topic_of;
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
use crate::metrics::{Counter, RemoteTopicCounters, RemoteTopics, StoreRequests};

/// How long failures that pass by themselves have to follow one another until they are told: a request that is refused
/// and taken when it is tried again is nobody's trouble.
const TOLD_AFTER_MS: u64 = 5_000;

/// Which kind of request it is.
type RequestKind = fn(&StoreRequests) -> &Counter;

const PUT: RequestKind = |requests| &requests.puts;
const GET: RequestKind = |requests| &requests.gets;
const LIST: RequestKind = |requests| &requests.lists;
const DELETE: RequestKind = |requests| &requests.deletes;

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

/// Failures without a success among them.
#[derive(Clone, Debug)]
struct Failures {
    last: Failing,
    from: MonotonicMs,
    to: MonotonicMs,
}

impl Failures {
    /// One more, after those before.
    fn and(before: Option<&Self>, (trouble, error): (StoreTrouble, String), now: Now) -> Self {
        Self {
            last: Failing {
                since: before.map_or(now.wall, |before| before.last.since),
                trouble,
                error,
            },
            from: before.map_or(now.monotonic, |before| before.from),
            to: now.monotonic,
        }
    }

    /// What somebody should know.
    fn told(&self) -> Option<&Failing> {
        let passes = self.last.trouble == StoreTrouble::Unreachable;
        (!passes || self.to.since_ms(self.from) >= TOLD_AFTER_MS).then_some(&self.last)
    }
}

/// What was seen of a store.
#[derive(Debug)]
pub struct Observations {
    /// What it was sent since the start.
    pub requests: StoreRequests,
    topics: Arc<RemoteTopics>,
    failures: Mutex<Option<Failures>>,
    clock: Clock,
}

impl Observations {
    /// Nothing was seen yet.
    pub fn new(clock: Clock, topics: Arc<RemoteTopics>) -> Arc<Self> {
        Arc::new(Self {
            requests: StoreRequests::default(),
            topics,
            failures: Mutex::default(),
            clock,
        })
    }

    /// Since when it fails, and what it said last; none while it answers, or has failed for a moment only.
    pub fn failing(&self) -> Option<Failing> {
        self.failures.lock().as_ref().and_then(Failures::told).cloned()
    }

    /// Counts requests, also for the topic that a path is of.
    fn sent(&self, path: Option<&Path>, kind: RequestKind) -> Arc<RemoteTopicCounters> {
        let topic = self.topics.of(path.and_then(|path| topic_of(path.as_ref())));
        kind(&self.requests).add(1);
        kind(&topic.requests).add(1);
        topic
    }

    fn note<T>(&self, topic: &RemoteTopicCounters, outcome: &Result<T>) {
        match outcome {
            Ok(_)
            | Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                *self.failures.lock() = None;
            }
            Err(error) if is_absent(error) => *self.failures.lock() = None,
            Err(error) => {
                self.requests.failures.add(1);
                topic.requests.failures.add(1);
                let what = (StoreTrouble::of(error), explained(error));
                let mut failures = self.failures.lock();
                *failures = Some(Failures::and(failures.as_ref(), what, self.clock.now()));
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
        let topic = self.seen.sent(Some(location), PUT);
        let outcome = self.inner.put_opts(location, payload, options).await;
        self.seen.note(&topic, &outcome);
        outcome
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let topic = self.seen.sent(Some(location), PUT);
        let outcome = self.inner.put_multipart_opts(location, options).await;
        self.seen.note(&topic, &outcome);
        Ok(Box::new(ObservedUpload {
            inner: outcome?,
            seen: self.seen.clone(),
            location: location.clone(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let topic = self.seen.sent(Some(location), GET);
        let outcome = self.inner.get_opts(location, options).await;
        self.seen.note(&topic, &outcome);
        outcome
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let seen = self.seen.clone();
        let deleted = self.inner.delete_stream(locations);
        let watched = deleted.inspect(move |outcome| {
            // Which one failed is not told.
            let topic = seen.sent(outcome.as_ref().ok(), DELETE);
            seen.note(&topic, outcome);
        });
        watched.boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (seen, topic) = (self.seen.clone(), self.seen.sent(prefix, LIST));
        let listed = self.inner.list(prefix);
        listed.inspect(move |outcome| seen.note(&topic, outcome)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let topic = self.seen.sent(prefix, LIST);
        let outcome = self.inner.list_with_delimiter(prefix).await;
        self.seen.note(&topic, &outcome);
        outcome
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let topic = self.seen.sent(Some(to), PUT);
        let outcome = self.inner.copy_opts(from, to, options).await;
        self.seen.note(&topic, &outcome);
        outcome
    }
}

#[derive(Debug)]
struct ObservedUpload {
    inner: Box<dyn MultipartUpload>,
    seen: Arc<Observations>,
    location: Path,
}

#[async_trait]
impl MultipartUpload for ObservedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let topic = self.seen.sent(Some(&self.location), PUT);
        let (part, seen) = (self.inner.put_part(data), self.seen.clone());
        Box::pin(async move {
            let outcome = part.await;
            seen.note(&topic, &outcome);
            outcome
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let topic = self.seen.sent(Some(&self.location), PUT);
        let outcome = self.inner.complete().await;
        self.seen.note(&topic, &outcome);
        outcome
    }

    async fn abort(&mut self) -> Result<()> {
        let outcome = self.inner.abort().await;
        let topic = self.seen.topics.of(topic_of(self.location.as_ref()));
        self.seen.note(&topic, &outcome);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Now {
        Now {
            wall: Timestamp::from_ms(1_000_000 + ms as i64),
            monotonic: MonotonicMs::from_ms(ms),
        }
    }

    fn failed(trouble: StoreTrouble, times: &[u64]) -> Failures {
        let one_more = |before: Option<Failures>, ms: &u64| {
            Some(Failures::and(before.as_ref(), (trouble, ms.to_string()), at(*ms)))
        };
        times.iter().fold(None, one_more).unwrap()
    }

    #[test]
    fn failures_that_pass_are_told_once_they_last() {
        let told = |times: &[u64]| failed(StoreTrouble::Unreachable, times).told().cloned();
        assert_eq!(told(&[700]), None);
        assert_eq!(told(&[700, 1_200, 5_699]), None);
        let failing = told(&[700, 1_200, 5_700]).unwrap();
        assert_eq!((failing.since, failing.error.as_str()), (at(700).wall, "5700"));
    }

    #[test]
    fn what_somebody_has_to_put_right_is_told_at_once() {
        for trouble in [
            StoreTrouble::Credentials,
            StoreTrouble::NoBucket,
            StoreTrouble::Full,
        ] {
            assert!(failed(trouble, &[700]).told().is_some(), "{trouble:?}");
        }
    }
}
