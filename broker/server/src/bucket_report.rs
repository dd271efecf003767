//! What lies in the bucket of a cluster, looked at without a broker: the manifests, and whether objects are what they say.
//!
//! Owns nothing and changes nothing. Invariants: brokers may work in the bucket meanwhile, and what they give up is no
//! finding; neither is what a deleted topic has left, which is on its way out; a place where no cluster lies is an error and
//! no sound bucket.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_model::Offset;
use broker_storage::ClosedSegment;
use broker_tiered::bucket_check::{Finding, compare};
use broker_tiered::manifest::Manifest;
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use broker_tiered::remote_segment::{Offsets, RemoteLogSegmentMetadata};
use broker_tiered::segment_object::{FOOTER_SIZE, ObjectLayout, ObjectPart};
use broker_tiered::segment_scan::SegmentScan;
use futures::TryStreamExt as _;
use object_store::{Error, ObjectMeta, ObjectStore, ObjectStoreExt as _};

use crate::remote_store::{LocationProblem, StoreLocation, explained, is_absent, path_in};
use crate::restore::{RestoreError, deleted_topics_in};

/// Bytes of a segment that are read at a time.
const READ_SIZE: u64 = 8 << 20;
/// What a finding about the backup is filed under, beside the folders of partitions.
const BACKUP: &str = "backup";

/// A bucket cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum BucketProblem {
    /// It is no place.
    #[error(transparent)]
    Location(#[from] LocationProblem),
    /// It does not answer.
    #[error("{}", explained(.0))]
    Unavailable(#[from] Error),
    /// No cluster lies there.
    #[error(
        "no cluster lies at {0}: neither its object `owner` nor a manifest is there; name bucket and prefix as eddyline.remote.store of the brokers"
    )]
    NoCluster(String),
}

/// A manifest, or why it cannot be read.
pub type ReadManifest = Result<Manifest, String>;

/// What a verification came to.
#[derive(Debug, Default)]
pub struct Verification {
    /// Segments that were read.
    pub segments: u64,
    /// What was found.
    pub findings: Vec<BucketFinding>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketFinding {
    /// The folder of the partition.
    pub folder: String,
    /// What is wrong.
    pub what: String,
    /// Whether anything is missing or damaged.
    pub weight: Weight,
}

/// Whether a finding means a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something is missing or damaged.
    Harmful,
    /// It goes by itself.
    Harmless,
}

impl Verification {
    /// Findings of things that are missing or damaged.
    pub fn harmful(&self) -> usize {
        let harmful = |finding: &&BucketFinding| finding.weight == Weight::Harmful;
        self.findings.iter().filter(harmful).count()
    }
}

/// Every manifest.
///
/// # Errors
/// When the bucket cannot be looked at.
pub async fn manifests(
    location: &StoreLocation,
) -> Result<Vec<(RemotePartition, ReadManifest)>, BucketProblem> {
    let bucket = Bucket::open(location)?;
    let mut manifests = Vec::new();
    for partition in bucket.partitions(location).await? {
        // Gone since it was listed: its topic was deleted.
        if let Some(manifest) = bucket.manifest(&partition).await? {
            manifests.push((partition, manifest));
        }
    }
    Ok(manifests)
}

/// Compares manifests with what lies there, and reads every segment with its checksums.
///
/// # Errors
/// When the bucket cannot be looked at.
pub async fn verified(location: &StoreLocation) -> Result<Verification, BucketProblem> {
    let bucket = Bucket::open(location)?;
    let partitions = bucket.partitions(location).await?;
    let mut whole = Verification::default();
    let deleted = match deleted_topics_in(location).await {
        Ok(deleted) => deleted,
        // There is no backup yet, which says nothing about segments.
        Err(RestoreError::NoCluster(_) | RestoreError::Refused(_)) => BTreeSet::new(),
        Err(error) => {
            whole.findings.push(BucketFinding {
                folder: BACKUP.to_owned(),
                what: format!("a restore would be refused: {error}"),
                weight: Weight::Harmful,
            });
            BTreeSet::new()
        }
    };
    for partition in partitions {
        match deleted.contains(&partition.topic_id) {
            true => whole.findings.push(on_its_way_out(&partition)),
            false => bucket.verify(&partition, &mut whole).await?,
        }
    }
    Ok(whole)
}

fn on_its_way_out(partition: &RemotePartition) -> BucketFinding {
    BucketFinding {
        folder: partition.folder(),
        what: "its topic was deleted (no harm: a broker empties the folder)".to_owned(),
        weight: Weight::Harmless,
    }
}

/// A bucket that is only read.
struct Bucket {
    objects: Arc<dyn ObjectStore>,
    prefix: String,
}

/// A finding, and the object that it is about.
type Suspect = (Option<SegmentKey>, BucketFinding);

impl Bucket {
    fn open(location: &StoreLocation) -> Result<Self, BucketProblem> {
        // To connect would make the folder.
        if let StoreLocation::Folder(folder) = location
            && !folder.is_dir()
        {
            return Err(BucketProblem::NoCluster(location.to_string()));
        }
        let (objects, prefix) = location.connect()?;
        Ok(Self { objects, prefix })
    }

    async fn list(&self, below: &str) -> Result<Vec<ObjectMeta>, Error> {
        let path = path_in(&self.prefix, below);
        let path = (!path.as_ref().is_empty()).then_some(&path);
        self.objects.list(path).try_collect().await
    }

    /// Every partition that has a manifest.
    async fn partitions(&self, location: &StoreLocation) -> Result<Vec<RemotePartition>, BucketProblem> {
        let listed = self.list("").await?;
        let below = |meta: &ObjectMeta| {
            let path = meta.location.as_ref().strip_prefix(&self.prefix);
            path.unwrap_or_default().trim_start_matches('/').to_owned()
        };
        let names: Vec<String> = listed.iter().map(below).collect();
        let manifests = names.iter().filter_map(|name| RemotePartition::of_manifest(name));
        let mut partitions: Vec<_> = manifests.collect();
        if partitions.is_empty() && !names.iter().any(|name| name == "owner") {
            return Err(BucketProblem::NoCluster(location.to_string()));
        }
        partitions.sort_by_key(RemotePartition::folder);
        Ok(partitions)
    }

    /// The manifest as it is now; none if it is gone.
    async fn manifest(&self, partition: &RemotePartition) -> Result<Option<ReadManifest>, BucketProblem> {
        let path = path_in(&self.prefix, &partition.manifest_path());
        let read = async { self.objects.get(&path).await?.bytes().await };
        match read.await {
            Ok(bytes) => Ok(Some(
                Manifest::parse(&bytes, partition).map_err(|error| error.to_string()),
            )),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn verify(
        &self,
        partition: &RemotePartition,
        whole: &mut Verification,
    ) -> Result<(), BucketProblem> {
        let finding = |what: String| BucketFinding {
            folder: partition.folder(),
            what,
            weight: Weight::Harmful,
        };
        let manifest = match self.manifest(partition).await? {
            Some(Ok(manifest)) => manifest,
            Some(Err(error)) => {
                whole.findings.push(finding(error));
                return Ok(());
            }
            None => return Ok(()),
        };
        let listed = self.list(&partition.folder()).await?;
        let names = listed
            .iter()
            .map(|meta| (meta.location.filename().unwrap_or_default(), meta.size));
        let compared = compare(&manifest, names).into_iter().map(|found| {
            let (key, weight) = weighed(found);
            let what = sentence(found);
            (
                Some(key),
                BucketFinding {
                    weight,
                    ..finding(what)
                },
            )
        });
        let mut suspects: Vec<Suspect> = compared.collect();
        for segment in manifest.segments() {
            whole.segments += 1;
            if let Err(reason) = self.read_segment(partition, segment).await {
                let (id, at) = (segment.id, segment.start_offset);
                let what = format!("segment {id} at offset {at}: {reason}");
                suspects.push((Some(segment.key()), finding(what)));
            }
        }
        whole.findings.extend(self.confirmed(partition, suspects).await?);
        Ok(())
    }

    /// To read a partition takes time: what its leader has given up or named meanwhile is no finding.
    async fn confirmed(
        &self,
        partition: &RemotePartition,
        suspects: Vec<Suspect>,
    ) -> Result<Vec<BucketFinding>, BucketProblem> {
        if suspects.is_empty() {
            return Ok(Vec::new());
        }
        let now = match self.manifest(partition).await? {
            Some(Ok(now)) => now,
            Some(Err(_)) => return Ok(suspects.into_iter().map(|(_, finding)| finding).collect()),
            None => return Ok(vec![on_its_way_out(partition)]),
        };
        let is_read = |key| now.segments().iter().any(|segment| segment.key() == key);
        let stands = |(key, finding): &Suspect| match (key, finding.weight) {
            (Some(key), Weight::Harmful) => is_read(*key),
            (Some(key), Weight::Harmless) => !now.names(*key),
            (None, _) => true,
        };
        let confirmed = suspects.into_iter().filter(stands);
        Ok(confirmed.map(|(_, finding)| finding).collect())
    }

    /// Reads a whole segment and everything behind it, with their checksums.
    async fn read_segment(
        &self,
        partition: &RemotePartition,
        segment: &RemoteLogSegmentMetadata,
    ) -> Result<(), String> {
        let path = path_in(&self.prefix, &segment.key().path(partition));
        let (layout, size) = (&segment.layout, segment.layout.object_size());
        let read = async |range| {
            let read = self.objects.get_range(&path, range).await;
            read.map_err(|error| explained(&error))
        };
        let footer = read(size - FOOTER_SIZE as u64..size).await?;
        if ObjectLayout::parse_footer(&footer).as_ref() != Ok(layout) {
            return Err("its footer says something else than the manifest".to_owned());
        }
        for part in ObjectPart::ALL {
            let range = layout.range(part);
            if range.is_empty() {
                continue;
            }
            let bytes = read(range).await?;
            layout.check(part, &bytes).map_err(|error| error.to_string())?;
        }
        let answers_for = segment.start_offset..segment.next_offset;
        let scan = SegmentScan::new(whole_file(segment), u32::MAX);
        let mut scan = scan.written_in(segment.epochs.clone(), answers_for);
        let mut position = 0;
        while position < layout.log_size {
            let end = (position + READ_SIZE).min(layout.log_size);
            let bytes = read(position..end).await?;
            scan.feed(&bytes).map_err(|error| error.to_string())?;
            position = end;
        }
        let offsets = scan.offsets_so_far();
        scan.finish().map_err(|error| error.to_string())?;
        // A batch that lies elsewhere than it was written keeps its checksum, which does not cover its offset.
        match segment.offsets == Offsets::Dense && offsets == Offsets::Sparse {
            true => Err("an offset has no record, and the manifest says that each has one".to_owned()),
            false => Ok(()),
        }
    }
}

const fn weighed(finding: Finding) -> (SegmentKey, Weight) {
    match finding {
        Finding::Missing(key) | Finding::Size { key, .. } => (key, Weight::Harmful),
        Finding::Unnamed(key) => (key, Weight::Harmless),
    }
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

/// The file that was copied; a copy may answer for less of it than it holds.
fn whole_file(segment: &RemoteLogSegmentMetadata) -> ClosedSegment {
    ClosedSegment {
        base_offset: segment.base_offset,
        next_offset: Offset::MAX,
        size_in_bytes: segment.layout.log_size,
        max_timestamp: segment.max_timestamp,
    }
}
