//! A store in memory that fails as it is told.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    UploadPart,
};

/// A store in memory, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct FaultyStore {
    objects: InMemory,
    down: AtomicBool,
    losing: AtomicBool,
    damaging: AtomicBool,
    short: AtomicBool,
    holding: AtomicBool,
    keeping: AtomicBool,
    holding_parts: Arc<AtomicBool>,
    refusing: AtomicBool,
    refused: AtomicBool,
    /// PUTs that wait.
    waiting: AtomicUsize,
    /// Reads of segments that are held.
    held: AtomicUsize,
    /// Uploads in parts that were begun, and neither completed nor aborted.
    open_uploads: Arc<AtomicUsize>,
    /// Of manifests and the like, and of segments.
    puts: [AtomicUsize; 2],
    reads: AtomicUsize,
}

/// What a store can do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It answers nothing.
    Down,
    /// It takes every second PUT of each kind and says that it did not.
    LosesAnswers,
    /// A bit of every segment is flipped on the way.
    DamagesSegments,
    /// The last byte of every segment's range is missing.
    CutsSegments,
    /// Who reads a segment waits until this is over.
    HoldsSegmentReads,
    /// It refuses one PUT, and lets those after it wait until this is over.
    RefusesOnePut,
    /// It deletes nothing.
    RefusesDeletes,
    /// The parts of an upload wait until this is over.
    HoldsParts,
}

impl FaultyStore {
    pub(super) fn begin(&self, fault: Fault) {
        self.switch(fault).store(true, Ordering::SeqCst);
    }

    pub(super) fn end(&self, fault: Fault) {
        self.switch(fault).store(false, Ordering::SeqCst);
    }

    fn switch(&self, fault: Fault) -> &AtomicBool {
        match fault {
            Fault::Down => &self.down,
            Fault::LosesAnswers => &self.losing,
            Fault::DamagesSegments => &self.damaging,
            Fault::CutsSegments => &self.short,
            Fault::HoldsSegmentReads => &self.holding,
            Fault::RefusesOnePut => &self.refusing,
            Fault::RefusesDeletes => &self.keeping,
            Fault::HoldsParts => &self.holding_parts,
        }
    }

    fn answer(&self) -> Result<()> {
        match self.down.load(Ordering::SeqCst) {
            true => Err(failure("the store is down")),
            false => Ok(()),
        }
    }

    /// Names of all objects of partitions.
    pub(super) async fn names(&self) -> Vec<String> {
        let listed: Vec<_> = self.objects.list(None).collect().await;
        let names = listed.into_iter().map(|meta| meta.unwrap().location.to_string());
        names
            .filter(|name| name.contains('/') && !name.contains("/backup/"))
            .collect()
    }

    /// Segments among them.
    pub(super) async fn segments(&self) -> usize {
        let names = self.names().await;
        names.iter().filter(|name| name.ends_with(".segment")).count()
    }

    /// Bytes of the objects of segments.
    pub(super) async fn segment_bytes(&self) -> u64 {
        let listed: Vec<_> = self.objects.list(None).collect().await;
        let all = listed.into_iter().map(|meta| meta.unwrap());
        all.filter(|meta| meta.location.as_ref().ends_with(".segment"))
            .map(|meta| meta.size)
            .sum()
    }

    /// Removes an object behind the broker's back.
    pub(super) async fn remove(&self, name: &str) {
        self.objects.delete(&Path::from(name)).await.unwrap();
    }

    /// Puts an object there behind the broker's back.
    pub(super) async fn place(&self, name: &str) {
        self.objects.put(&Path::from(name), "late".into()).await.unwrap();
    }

    /// What lies there.
    pub(super) async fn bytes(&self, name: &str) -> Vec<u8> {
        let got = self.objects.get(&Path::from(name)).await.unwrap();
        got.bytes().await.unwrap().to_vec()
    }

    /// Lets something else lie there, behind the broker's back.
    pub(super) async fn replace(&self, name: &str, bytes: Vec<u8>) {
        self.objects.put(&Path::from(name), bytes.into()).await.unwrap();
    }

    /// How many reads of segments wait.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    /// How many uploads in parts are neither completed nor aborted.
    pub(super) fn open_uploads(&self) -> usize {
        self.open_uploads.load(Ordering::SeqCst)
    }

    /// How many PUTs wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    async fn refuse_one(&self) -> Result<()> {
        if !self.refusing.load(Ordering::SeqCst) {
            return Ok(());
        }
        if !self.refused.swap(true, Ordering::SeqCst) {
            return Err(failure("503 Slow Down"));
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while self.refusing.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }

    /// How often segments were read.
    pub(super) fn segment_reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

fn failure(what: &str) -> Error {
    Error::Generic {
        store: "faulty",
        source: what.into(),
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory:")
    }
}

/// An upload in parts.
#[derive(Debug)]
struct Upload {
    upload: Box<dyn MultipartUpload>,
    holding: Arc<AtomicBool>,
    open: Arc<AtomicUsize>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, holding) = (self.upload.put_part(data), self.holding.clone());
        Box::pin(async move {
            while holding.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            part.await
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let completed = self.upload.complete().await?;
        self.open.fetch_sub(1, Ordering::SeqCst);
        Ok(completed)
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await?;
        self.open.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.answer()?;
        self.refuse_one().await?;
        let put = self.objects.put_opts(location, payload, options).await;
        let kind = usize::from(location.as_ref().ends_with(".segment"));
        let is_second = self.puts[kind].fetch_add(1, Ordering::SeqCst) % 2 == 1;
        match self.losing.load(Ordering::SeqCst) && is_second {
            true => Err(failure("the answer was lost")),
            false => put,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.answer()?;
        let upload = self.objects.put_multipart_opts(location, options).await?;
        self.open_uploads.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Upload {
            upload,
            holding: self.holding_parts.clone(),
            open: self.open_uploads.clone(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.answer()?;
        if location.as_ref().ends_with(".segment") {
            self.held.fetch_add(1, Ordering::SeqCst);
            while self.holding.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.held.fetch_sub(1, Ordering::SeqCst);
        }
        let got = self.objects.get_opts(location, options).await?;
        if !location.as_ref().ends_with(".segment") {
            return Ok(got);
        }
        self.reads.fetch_add(1, Ordering::SeqCst);
        let (meta, range, attributes) = (got.meta.clone(), got.range.clone(), got.attributes.clone());
        let extensions = got.extensions.clone();
        let mut bytes = got.bytes().await?.to_vec();
        if self.damaging.load(Ordering::SeqCst) {
            // In the first batch.
            let at = 100.min(bytes.len() / 2);
            bytes[at] ^= 1;
        }
        if self.short.load(Ordering::SeqCst) {
            bytes.pop();
        }
        let bytes = bytes::Bytes::from(bytes);
        Ok(GetResult {
            payload: GetResultPayload::Stream(futures::stream::once(async move { Ok(bytes) }).boxed()),
            meta,
            range,
            attributes,
            extensions,
        })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let answer = match self.keeping.load(Ordering::SeqCst) {
            true => Err(failure("it is kept")),
            false => self.answer(),
        };
        match answer {
            Ok(()) => self.objects.delete_stream(locations),
            Err(error) => futures::stream::once(async move { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.answer() {
            Ok(()) => self.objects.list(prefix),
            Err(error) => futures::stream::once(async move { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.answer()?;
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }
}

/// What the tests share with the broker.
pub(super) fn shared() -> Arc<FaultyStore> {
    Arc::new(FaultyStore::default())
}
