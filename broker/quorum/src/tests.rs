//! Starting from what is on disk: damage is passed over where something older serves, errors of the device never.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_metadata::metadata_log::{BatchStamp, SnapshotId, read_batches, records_batch};
use broker_metadata::{MetadataImage, MetadataLoader, MetadataVersion, bootstrap_records};
use broker_model::{HighWatermark, LeaderEpoch, MonotonicMs, Now, Offset, Timestamp};
use broker_raft::{Snapshot, SnapshotVoters, VoterSet};
use broker_storage::testing::{Fault, FaultFs, FaultOperation, MemFs};
use broker_storage::{DirectoryHealth, Fs, LogCheckpoints, LogEnvironment, OpenFileBudget, TailCacheBudget};

use crate::{MetadataLog, MetadataLogError, MetadataLogOptions, OpenedMetadataLog, metadata_folder};

const DIRECTORY: &str = "/data";

struct World {
    disk: MemFs,
    faults: FaultFs,
}

fn at(ms: u64) -> Now {
    Now {
        wall: Timestamp::from_ms(1_000),
        monotonic: MonotonicMs::from_ms(ms),
    }
}

impl World {
    fn new() -> Self {
        let disk = MemFs::new();
        disk.create_directories(Path::new(DIRECTORY)).unwrap();
        let faults = FaultFs::new(Arc::new(disk.clone()));
        Self { disk, faults }
    }

    fn open(&self) -> Result<OpenedMetadataLog, MetadataLogError> {
        let environment = LogEnvironment {
            fs: Arc::new(self.faults.clone()),
            directory: DirectoryHealth::new(PathBuf::from(DIRECTORY)),
            tail_cache: TailCacheBudget::new(0),
            open_files: OpenFileBudget::new(10),
        };
        let options = MetadataLogOptions {
            environment,
            checkpoints: LogCheckpoints::NONE,
            configured_voters: VoterSet::default(),
            segment_bytes: 1 << 20,
        };
        MetadataLog::open(options, at(0))
    }

    fn path(&self, snapshot: Snapshot) -> PathBuf {
        metadata_folder(Path::new(DIRECTORY)).join(snapshot.id.to_string())
    }
}

/// A log of three batches, committed, with a snapshot behind the first and one behind the second.
fn written() -> (World, [Snapshot; 2]) {
    let world = World::new();
    let opened = world.open().unwrap();
    let (mut log, mut snapshots) = (opened.log, opened.snapshots);
    let mut loader = MetadataLoader::new(MetadataImage::empty());
    let mut made = Vec::new();
    for _ in 0..3 {
        let stamp = BatchStamp {
            base_offset: log.end(),
            leader_epoch: LeaderEpoch::new(1),
            timestamp: Timestamp::from_ms(5),
        };
        let version = MetadataVersion::LATEST;
        let bytes = records_batch(stamp, version, &bootstrap_records(version)).unwrap();
        log.append(&bytes, LeaderEpoch::new(1), at(1)).unwrap();
        for batch in read_batches(&bytes).unwrap() {
            loader.replay_batch(batch.batch()).unwrap();
        }
        let voters = SnapshotVoters::default();
        let snapshot = snapshots
            .writer()
            .write(loader.image(), &voters, Timestamp::from_ms(9));
        made.push(snapshot.unwrap());
    }
    log.flush(at(2)).unwrap();
    log.commit(HighWatermark::at(log.end()));
    world.disk.remove_file(&world.path(made[2])).unwrap();
    let kept = [made[0], made[1]];
    for snapshot in kept {
        snapshots.keep(snapshot);
    }
    (world, kept)
}

fn next_offset(opened: &OpenedMetadataLog) -> Offset {
    opened.image.provenance.last_contained_offset.plus(1)
}

#[test]
fn the_image_of_the_newest_snapshot_is_begun_with() {
    let (world, [_, newest]) = written();
    let opened = world.open().unwrap();
    assert_eq!(next_offset(&opened), newest.id.end_offset);
    assert_eq!(opened.view.latest_snapshot(), Some(newest));
}

#[test]
fn a_damaged_snapshot_is_passed_over_for_an_older_one() {
    let (world, [older, newest]) = written();
    let path = world.path(newest);
    let mut content = world.disk.content(&path);
    let middle = content.len() / 2;
    content[middle] ^= 0x10;
    world.disk.plant(&path, &content);
    let opened = world.open().unwrap();
    assert_eq!(next_offset(&opened), older.id.end_offset);
}

#[test]
fn a_snapshot_that_the_device_does_not_give_ends_the_start() {
    let (world, [_, newest]) = written();
    let fault = Fault::always(FaultOperation::Read, &newest.id.to_string());
    world.faults.inject(Fault { count: 1, ..fault });
    assert!(matches!(world.open(), Err(MetadataLogError::Storage(_))));
    assert!(world.open().is_ok(), "it was no damage");
}

#[test]
fn a_piece_that_the_device_does_not_give_is_an_error_of_the_directory() {
    let (world, [_, newest]) = written();
    let opened = world.open().unwrap();
    let whole = opened.snapshots.piece(newest.id, 0, usize::MAX).unwrap();
    assert_eq!(whole.len() as u64, newest.size);
    assert_eq!(
        opened.snapshots.piece(newest.id, 10, 7).unwrap(),
        whole.slice(10..17)
    );
    let fault = Fault::always(FaultOperation::Read, &newest.id.to_string());
    world.faults.inject(fault);
    let piece = opened.snapshots.piece(newest.id, 0, 100);
    assert!(matches!(piece, Err(MetadataLogError::Storage(_))), "{piece:?}");
    world.faults.heal();
    let mut log = opened.log;
    assert!(log.flush(at(3)).is_err(), "the directory is offline");
}

#[test]
fn a_snapshot_that_comes_in_pieces_takes_the_place_of_the_log() {
    let (world, [_, newest]) = written();
    let given = world
        .open()
        .unwrap()
        .snapshots
        .piece(newest.id, 0, usize::MAX)
        .unwrap();
    let other = World::new();
    let mut opened = other.open().unwrap();
    let cut = given.len() / 3;
    opened.snapshots.begin(newest.id).unwrap();
    opened
        .snapshots
        .write_piece(newest.id, 0, &given.slice(..cut))
        .unwrap();
    let unfinished = opened.snapshots.finish(newest.id);
    assert!(matches!(unfinished, Err(MetadataLogError::Format(_))));
    opened
        .snapshots
        .write_piece(newest.id, cut as u64, &given.slice(cut..))
        .unwrap();
    let (snapshot, _, image) = opened.snapshots.finish(newest.id).unwrap();
    assert_eq!(snapshot, newest);
    assert_eq!(
        image.provenance.last_contained_offset.plus(1),
        newest.id.end_offset
    );
    opened.log.begin_anew(newest.id.end_offset, at(4)).unwrap();
    let again = other.open().unwrap();
    assert_eq!(next_offset(&again), newest.id.end_offset);
    assert_eq!(again.view.start(), newest.id.end_offset);
    assert_ne!(newest.id, SnapshotId::BOOTSTRAP);
}
