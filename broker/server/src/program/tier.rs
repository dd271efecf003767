//! `eddyline tier`: looks at the remote tier in its bucket, without a broker and without changing anything; what brokers
//! are asked about it is `broker_cli`'s.
//!
//! `inspect` shows what the manifests say, `verify` compares them with what lies there and reads every segment with its
//! checksums. Exit codes: 0 all is as it should be, 1 something is not.

use std::io::Write as _;
use std::sync::Arc;

use broker_model::Offset;
use broker_storage::ClosedSegment;
use broker_tiered::bucket_check::{Finding, compare};
use broker_tiered::manifest::Manifest;
use broker_tiered::object_key::RemotePartition;
use broker_tiered::remote_segment::RemoteLogSegmentMetadata;
use broker_tiered::segment_object::{FOOTER_SIZE, ObjectLayout, ObjectPart};
use broker_tiered::segment_scan::SegmentScan;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};
use serde_json::{Value, json};

use crate::program::restore::{self, Output};
use crate::program::serve::ServeError;
use crate::remote_store::{S3Access, StoreLocation, explained};

/// Bytes of a segment that are read at a time.
const READ_SIZE: u64 = 8 << 20;

/// What `tier` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct TierArguments {
    #[command(subcommand)]
    pub(super) command: TierCommand,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum TierCommand {
    #[command(flatten)]
    OfBucket(BucketCommand),
    #[command(flatten)]
    OfCluster(broker_cli::TierCommand),
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum BucketCommand {
    /// Show what each partition has in a bucket, and what a restore would bring back
    Inspect {
        #[command(flatten)]
        place: Place,
        /// Show also what groups had committed
        #[arg(long)]
        groups: bool,
        /// How it is shown
        #[arg(long, short = 'o', value_enum, default_value_t)]
        output: Output,
    },
    /// Compare manifests, objects and checksums; read everything
    Verify {
        #[command(flatten)]
        place: Place,
        /// How it is shown
        #[arg(long, short = 'o', value_enum, default_value_t)]
        output: Output,
    },
}

/// Which bucket.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// s3://bucket/prefix or file:///folder, as eddyline.remote.store of the brokers
    store: String,
    /// URL of an S3 store that is not Amazon's
    #[arg(long)]
    endpoint: Option<String>,
    /// Region of the bucket
    #[arg(long)]
    region: Option<String>,
}

/// A bucket that is only read.
struct Bucket {
    objects: Arc<dyn ObjectStore>,
    prefix: String,
}

/// Carries it out.
///
/// # Errors
/// When the store does not answer, or something is not as it should be.
pub(super) async fn run(command: BucketCommand) -> Result<(), ServeError> {
    match command {
        BucketCommand::Inspect {
            place,
            groups,
            output,
        } => {
            let location = place.location()?;
            let contents = match groups {
                true => restore::Contents::WithGroups,
                false => restore::Contents::Partitions,
            };
            let bucket = place.open()?;
            match output {
                Output::Table => {
                    inspect(&bucket).await?;
                    restore::show(&location, contents).await
                }
                Output::Json => {
                    let told = json!({
                        "partitions": inspected(&bucket).await?,
                        "restore": restore::reported(&location, contents).await,
                    });
                    Ok(writeln!(std::io::stdout(), "{told:#}")?)
                }
            }
        }
        BucketCommand::Verify { place, output } => verify(&place.open()?, output).await,
    }
}

impl Place {
    fn location(&self) -> Result<StoreLocation, ServeError> {
        let access = S3Access {
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            ..S3Access::default()
        };
        StoreLocation::parse(&self.store, access).map_err(told)
    }

    fn open(self) -> Result<Bucket, ServeError> {
        let (objects, prefix) = self.location()?.connect().map_err(told)?;
        Ok(Bucket { objects, prefix })
    }
}

fn told(error: impl ToString) -> ServeError {
    ServeError::Tier(error.to_string())
}

async fn inspect(bucket: &Bucket) -> Result<(), ServeError> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:<24} {:>9} {:>12} {:>12} {:>8} {:>14} {:>6}",
        "TOPIC ID", "PARTITION", "LOG START", "REMOTE END", "SEGMENTS", "BYTES", "EPOCH"
    )?;
    for (partition, manifest) in bucket.manifests().await? {
        let manifest = manifest?;
        writeln!(
            out,
            "{:<24} {:>9} {:>12} {:>12} {:>8} {:>14} {:>6}",
            partition.topic_id.to_string(),
            partition.index.value(),
            manifest.log_start().value(),
            manifest.remote_end().value(),
            manifest.segments().len(),
            manifest.size_in_bytes(),
            manifest.writer.epoch.value(),
        )?;
    }
    Ok(())
}

/// The manifests, for programs.
async fn inspected(bucket: &Bucket) -> Result<Vec<Value>, ServeError> {
    let mut partitions = Vec::new();
    for (partition, manifest) in bucket.manifests().await? {
        let manifest = manifest?;
        partitions.push(json!({
            "topicId": partition.topic_id.to_string(),
            "partition": partition.index.value(),
            "logStartOffset": manifest.log_start().value(),
            "remoteEndOffset": manifest.remote_end().value(),
            "segments": manifest.segments().len(),
            "leavingSegments": manifest.leaving().len(),
            "bytes": manifest.size_in_bytes(),
            "leaderEpoch": manifest.writer.epoch.value(),
        }));
    }
    Ok(partitions)
}

/// Something that a verification found.
struct Found {
    folder: String,
    what: String,
    /// Whether anything is missing or damaged.
    is_wrong: bool,
}

async fn verify(bucket: &Bucket, output: Output) -> Result<(), ServeError> {
    let mut out = std::io::stdout();
    let (segments, found) = verified(bucket).await?;
    let wrong = found.iter().filter(|found| found.is_wrong).count();
    match output {
        Output::Table => {
            for Found { folder, what, .. } in &found {
                writeln!(out, "{folder}: {what}")?;
            }
            writeln!(out, "{segments} segments read, {wrong} findings")?;
        }
        Output::Json => {
            let finding = |found: &Found| json!({"folder": found.folder, "finding": found.what, "harmless": !found.is_wrong});
            let told = json!({
                "segmentsRead": segments,
                "wrong": wrong,
                "findings": found.iter().map(finding).collect::<Vec<_>>(),
            });
            writeln!(out, "{told:#}")?;
        }
    }
    match wrong {
        0 => Ok(()),
        _ => Err(told("the remote tier is not as its manifests say")),
    }
}

async fn verified(bucket: &Bucket) -> Result<(u64, Vec<Found>), ServeError> {
    let (mut segments, mut found) = (0_u64, Vec::new());
    for (partition, manifest) in bucket.manifests().await? {
        let folder = partition.folder();
        let wrong = |what: String| Found {
            folder: folder.clone(),
            what,
            is_wrong: true,
        };
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(error) => {
                found.push(wrong(error.to_string()));
                continue;
            }
        };
        let listed = bucket.list(&folder).await?;
        let names = listed
            .iter()
            .map(|meta| (meta.location.filename().unwrap_or_default(), meta.size));
        found.extend(compare(&manifest, names).into_iter().map(|finding| Found {
            is_wrong: !matches!(finding, Finding::Unnamed(_)),
            ..wrong(sentence(finding))
        }));
        for segment in manifest.segments() {
            segments += 1;
            if let Err(reason) = bucket.read_segment(&partition, segment).await {
                let (id, at) = (segment.id, segment.start_offset);
                found.push(wrong(format!("segment {id} at offset {at}: {reason}")));
            }
        }
    }
    Ok((segments, found))
}

fn sentence(finding: Finding) -> String {
    match finding {
        Finding::Missing(key) => format!("segment {} is named and missing", key.id),
        Finding::Size { key, expected, found } => {
            format!("segment {} has {found} bytes and should have {expected}", key.id)
        }
        Finding::Unnamed(key) => format!(
            "segment {} is named nowhere (no harm: a sweep deletes it)",
            key.id
        ),
    }
}

impl Bucket {
    fn path(&self, below: &str) -> Path {
        let whole = match self.prefix.is_empty() {
            true => below.to_owned(),
            false => format!("{}/{below}", self.prefix),
        };
        Path::parse(&whole).unwrap_or_else(|_| Path::from(whole))
    }

    async fn list(&self, below: &str) -> Result<Vec<ObjectMeta>, ServeError> {
        let path = self.path(below);
        let path = (!path.as_ref().is_empty()).then_some(&path);
        let listed = self.objects.list(path).try_collect().await;
        listed.map_err(|error| told(explained(&error)))
    }

    /// Every partition's manifest, read.
    async fn manifests(&self) -> Result<Vec<(RemotePartition, Result<Manifest, ServeError>)>, ServeError> {
        let mut manifests = Vec::new();
        for meta in self.list("").await? {
            let below = meta
                .location
                .as_ref()
                .strip_prefix(&self.prefix)
                .unwrap_or_default();
            let Some(partition) = RemotePartition::of_manifest(below.trim_start_matches('/')) else {
                continue;
            };
            let read = async { self.objects.get(&meta.location).await?.bytes().await };
            let parsed = match read.await {
                Ok(bytes) => Manifest::parse(&bytes, &partition).map_err(told),
                Err(error) => Err(told(explained(&error))),
            };
            manifests.push((partition, parsed));
        }
        manifests.sort_by_key(|(partition, _)| partition.folder());
        Ok(manifests)
    }

    /// Reads a whole segment and everything behind it, with their checksums.
    async fn read_segment(
        &self,
        partition: &RemotePartition,
        segment: &RemoteLogSegmentMetadata,
    ) -> Result<(), String> {
        let path = self.path(&segment.key().path(partition));
        let (layout, size) = (&segment.layout, segment.layout.object_size());
        let read = |range| self.objects.get_range(&path, range);
        let footer = read(size - FOOTER_SIZE as u64..size)
            .await
            .map_err(|error| error.to_string())?;
        if ObjectLayout::parse_footer(&footer).as_ref() != Ok(layout) {
            return Err("its footer says something else than the manifest".to_owned());
        }
        for part in ObjectPart::ALL {
            let range = layout.range(part);
            if range.is_empty() {
                continue;
            }
            let bytes = read(range).await.map_err(|error| error.to_string())?;
            layout.check(part, &bytes).map_err(|error| error.to_string())?;
        }
        let mut scan = SegmentScan::new(whole(segment), u32::MAX);
        let mut position = 0;
        while position < layout.log_size {
            let end = (position + READ_SIZE).min(layout.log_size);
            let bytes = read(position..end).await.map_err(|error| error.to_string())?;
            scan.feed(&bytes).map_err(|error| error.to_string())?;
            position = end;
        }
        scan.finish().map(|_| ()).map_err(|error| error.to_string())
    }
}

/// The file that was copied; a copy may answer for less of it than it holds.
fn whole(segment: &RemoteLogSegmentMetadata) -> ClosedSegment {
    ClosedSegment {
        base_offset: segment.base_offset,
        next_offset: Offset::MAX,
        size_in_bytes: segment.layout.log_size,
        max_timestamp: segment.max_timestamp,
    }
}
