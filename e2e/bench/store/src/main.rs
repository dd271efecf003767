//! How fast a store gives its objects to the `object_store` crate and nothing else: what the broker's reader is measured against.
//!
//! `bench-store BUCKET PREFIX RANGE_BYTES IN_FLIGHT` reads every segment below the prefix, by ranges of that size, so
//! many at a time and in order, and prints bytes and seconds. Endpoint and keys come from the environment. Owns
//! nothing; what a figure means is `e2e/bench/tiering`'s.

use std::error::Error;
use std::ops::Range;
use std::time::Instant;

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [bucket, prefix, range_bytes, in_flight] = words.as_slice() else {
        return Err("bench-store BUCKET PREFIX RANGE_BYTES IN_FLIGHT".into());
    };
    let (range_bytes, in_flight) = (range_bytes.parse()?, in_flight.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(bucket, prefix, range_bytes, in_flight))
}

async fn measure(bucket: &str, prefix: &str, range_bytes: u64, in_flight: usize) -> Result<(), Failure> {
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_allow_http(true)
        .build()?;
    let ranges = ranges(&store, prefix, range_bytes).await?;
    let begun = Instant::now();
    let read = futures::stream::iter(ranges)
        .map(|(path, range)| {
            let store = &store;
            async move {
                store
                    .get_range(&path, range)
                    .await
                    .map(|bytes| bytes.len() as u64)
            }
        })
        .buffered(in_flight)
        .try_fold(0_u64, |sum, size| async move { Ok(sum + size) });
    let bytes = read.await?;
    println!("{bytes} {}", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn ranges(
    store: &AmazonS3,
    prefix: &str,
    range_bytes: u64,
) -> Result<Vec<(Path, Range<u64>)>, Failure> {
    let listed: Vec<_> = store.list(Some(&Path::from(prefix))).try_collect().await?;
    let segments = listed
        .into_iter()
        .filter(|meta| meta.location.as_ref().ends_with(".segment"));
    let mut ranges = Vec::new();
    for meta in segments {
        let mut start = 0;
        while start < meta.size {
            let end = (start + range_bytes).min(meta.size);
            ranges.push((meta.location.clone(), start..end));
            start = end;
        }
    }
    Ok(ranges)
}
