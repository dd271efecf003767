//! Directories in a small world: opening, loading, placing, deleting, and what refuses a start.

use std::io::IoSlice;

use broker_model::{BrokerId, ClusterId, DirectoryId, LeaderEpoch, PartitionIndex, Uuid};

use super::*;
use crate::checkpoint::meta_properties::MetaProperties;
use crate::fs::OpenMode;
use crate::log::append_types::{AppendContext, AppendOrigin};
use crate::log::log_directory::format_directory;
use crate::log::log_loader::PreviousStop;
use crate::log::retirement::Retirement;
use crate::test_world::{at, batch, read_all, topic_id};
use crate::testing::{Fault, FaultFs, FaultOperation, MemFs};

const NOW: Now = Now {
    wall: broker_model::Timestamp::from_ms(5000),
    monotonic: broker_model::MonotonicMs::from_ms(5000),
};

struct Broker {
    mem: MemFs,
    faults: FaultFs,
    paths: Vec<PathBuf>,
}

fn owner() -> DirectoryOwner {
    DirectoryOwner {
        cluster_id: ClusterId::new("c"),
        node_id: BrokerId::new(1),
    }
}

fn partition(number: i32) -> TopicPartition {
    TopicPartition::new("t", PartitionIndex::new(number))
}

impl Broker {
    /// A broker with formatted directories `/d0`, `/d1`, ….
    fn new(directories: u8) -> Self {
        let mem = MemFs::new();
        let faults = FaultFs::new(Arc::new(mem.clone()));
        let paths: Vec<PathBuf> = (0..directories)
            .map(|index| PathBuf::from(format!("/d{index}")))
            .collect();
        for (index, path) in paths.iter().enumerate() {
            let id = DirectoryId::new(Uuid::from_bytes([index as u8 + 1; 16]));
            let properties = MetaProperties {
                cluster_id: owner().cluster_id,
                node_id: owner().node_id,
                directory_id: id,
            };
            format_directory(&mem, path, &properties).unwrap();
        }
        mem.sync_directory(Path::new("/")).unwrap();
        Self { mem, faults, paths }
    }

    fn try_start(&self) -> Result<LogManager, DirectoryError> {
        let options = LogManagerOptions {
            directories: self.paths.clone(),
            owner: owner(),
            recovery_threads: 2,
            tail_cache: TailCacheBudget::new(1 << 20),
            open_files: OpenFileBudget::new(100),
        };
        LogManager::start(Arc::new(self.faults.clone()), options)
    }

    fn start(&self) -> LogManager {
        self.try_start().unwrap()
    }
}

fn config() -> Arc<LogConfig> {
    Arc::new(LogConfig::default())
}

fn load(manager: &mut LogManager) -> LoadedLogs {
    manager.load_logs(&|_| config(), NOW).unwrap()
}

fn create(manager: &mut LogManager, number: i32) -> UnifiedLog {
    create_in(manager, number, None)
}

fn create_in(manager: &mut LogManager, number: i32, directory: Option<DirectoryId>) -> UnifiedLog {
    manager
        .create_logs(vec![new_log(number, directory)], NOW)
        .remove(0)
        .unwrap()
}

fn new_log(number: i32, directory: Option<DirectoryId>) -> NewLog {
    NewLog {
        partition: partition(number),
        topic_id: topic_id(),
        config: config(),
        directory,
    }
}

fn retire(manager: &mut LogManager, log: UnifiedLog, retirement: Retirement) {
    let failures = manager.retire_logs(vec![(log, Uuid::from_bytes([9; 16]))], retirement, NOW);
    assert!(failures.is_empty(), "{failures:?}");
}

fn append(log: &mut UnifiedLog, value: &str) {
    let context = AppendContext {
        leader_epoch: LeaderEpoch::FIRST,
        origin: AppendOrigin::Client,
        now: NOW,
        request_version: None,
    };
    log.append_as_leader(&batch(value).bytes(), context).unwrap();
    log.update_high_watermark(broker_model::HighWatermark::at(log.log_end().offset()));
}

fn stop(manager: LogManager, mut logs: Vec<UnifiedLog>) {
    logs.iter_mut().for_each(|log| log.close(NOW).unwrap());
    let progress: Vec<LogProgress> = logs.iter().map(UnifiedLog::progress).collect();
    assert!(manager.stop(&progress, &[], BrokerEpoch::new(7)).is_empty());
}

#[test]
fn new_partitions_go_where_the_fewest_are() {
    let mut manager = Broker::new(2).start();
    let places: Vec<PathBuf> = (0..4)
        .map(|number| create(&mut manager, number).directory().path().to_path_buf())
        .collect();
    assert_eq!(places, ["/d0", "/d1", "/d0", "/d1"].map(PathBuf::from));
    let chosen = manager.directories()[0].id();
    let log = create_in(&mut manager, 9, Some(chosen));
    assert_eq!(log.directory().path(), Path::new("/d0"));
}

#[test]
fn logs_that_are_made_at_once_survive_a_crash_and_spread_over_directories() {
    let broker = Broker::new(2);
    let mut manager = broker.start();
    let made = manager.create_logs((0..100).map(|number| new_log(number, None)).collect(), NOW);
    let numbers = made
        .iter()
        .map(|log| log.as_ref().unwrap().partition().partition.value());
    assert!(
        numbers.eq(0..100),
        "the answers are in the order of the questions"
    );
    drop((made, manager));
    broker.mem.crash(1);
    let mut manager = broker.start();
    assert_eq!(load(&mut manager).logs.len(), 100);
    let in_first =
        |number: &i32| manager.directory_of(&partition(*number)).unwrap().path() == Path::new("/d0");
    assert_eq!((0..100).filter(in_first).count(), 50);
}

#[test]
fn after_a_clean_stop_nothing_is_recovered_and_the_epoch_is_known() {
    let broker = Broker::new(2);
    let mut manager = broker.start();
    let mut logs: Vec<UnifiedLog> = (0..3).map(|number| create(&mut manager, number)).collect();
    append(&mut logs[1], "x");
    stop(manager, logs);
    broker.mem.crash(3);
    let mut manager = broker.start();
    assert_eq!(
        manager.directories()[0].previous_broker_epoch(),
        BrokerEpoch::new(7)
    );
    let loaded = load(&mut manager);
    assert_eq!(loaded.logs.len(), 3);
    assert!(loaded.logs.iter().all(|loaded| loaded.report.segments_read == 0));
    let ends: Vec<i64> = loaded
        .logs
        .iter()
        .map(|loaded| loaded.log.log_end().value())
        .collect();
    assert_eq!(ends.iter().sum::<i64>(), 1);
}

#[test]
fn a_failed_directory_goes_offline_alone() {
    let broker = Broker::new(2);
    let mut manager = broker.start();
    let mut logs: Vec<UnifiedLog> = (0..2).map(|number| create(&mut manager, number)).collect();
    broker.faults.inject(Fault::always(FaultOperation::Sync, "/d1/"));
    append(&mut logs[1], "x");
    assert!(matches!(
        logs[1].flush(NOW),
        Err(StorageError::LogDirectoryFailed { .. })
    ));
    broker.faults.heal();
    assert!(
        matches!(logs[1].flush(NOW), Err(StorageError::LogDirectoryOffline { .. })),
        "it is never retried"
    );
    append(&mut logs[0], "y");
    logs[0].flush(NOW).unwrap();
    assert_eq!(create(&mut manager, 5).directory().path(), Path::new("/d0"));
    let progress: Vec<LogProgress> = logs.iter().map(UnifiedLog::progress).collect();
    assert!(
        manager
            .write_checkpoints(CheckpointKind::RecoveryPoint, &progress)
            .is_empty()
    );
    assert!(
        broker
            .mem
            .content(Path::new("/d1/recovery-point-offset-checkpoint"))
            .is_empty()
    );
}

#[test]
fn a_directory_that_cannot_be_read_leaves_the_others() {
    let broker = Broker::new(2);
    broker
        .faults
        .inject(Fault::always(FaultOperation::Read, "/d0/meta"));
    let manager = broker.start();
    assert_eq!(manager.unusable_directories()[0].0, Path::new("/d0"));
    assert_eq!(manager.directories().len(), 1);
    drop(manager);
    broker.faults.inject(Fault::always(FaultOperation::Open, "/d1"));
    assert!(matches!(broker.try_start(), Err(DirectoryError::NoneLeft)));
}

#[test]
fn a_copied_or_unformatted_directory_refuses_the_start() {
    let broker = Broker::new(2);
    let twin = broker.mem.content(Path::new("/d0/meta.properties"));
    broker.mem.plant(Path::new("/d1/meta.properties"), &twin);
    assert!(matches!(
        broker.try_start(),
        Err(DirectoryError::DuplicateDirectory { .. })
    ));
    broker.mem.remove_file(Path::new("/d1/meta.properties")).unwrap();
    assert!(matches!(
        broker.try_start(),
        Err(DirectoryError::NotFormatted { .. })
    ));
}

#[test]
fn a_partition_in_two_directories_refuses_the_start() {
    let broker = Broker::new(2);
    for path in &broker.paths {
        let folder = path.join("t-0");
        broker.mem.create_directories(&folder).unwrap();
        let segment = folder.join("00000000000000000000.log");
        broker.mem.open(&segment, OpenMode::Create).unwrap();
    }
    let loaded = broker.start().load_logs(&|_| config(), NOW);
    assert!(matches!(loaded, Err(DirectoryError::DuplicatePartition { .. })));
}

#[test]
fn a_deleted_topic_disappears_at_once_and_its_bytes_later() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let mut log = create(&mut manager, 0);
    append(&mut log, "x");
    retire(&mut manager, log, Retirement::Deleted);
    let gone = format!("/d0/t-0.{}-delete", "09".repeat(16));
    assert!(broker.mem.info(Path::new(&gone)).is_ok());
    assert!(broker.mem.info(Path::new("/d0/t-0")).is_err());
    assert_eq!(manager.next_delete(), Some(NOW.monotonic.plus_ms(60_000)));
    assert!(manager.due_deletes(NOW).is_empty());
    drop(create(&mut manager, 0));
    assert!(manager.due_deletes(at(65_000)).run().is_empty());
    assert!(broker.mem.info(Path::new(&gone)).is_err());
}

#[test]
fn a_delete_that_a_crash_interrupted_is_finished_at_start() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let log = create(&mut manager, 0);
    retire(&mut manager, log, Retirement::Deleted);
    drop(manager);
    broker.mem.crash(1);
    let mut manager = broker.start();
    assert!(load(&mut manager).logs.is_empty());
    assert!(manager.due_deletes(NOW).run().is_empty());
    assert!(
        broker
            .mem
            .list(Path::new("/d0"))
            .unwrap()
            .iter()
            .all(|entry| !entry.name.starts_with("t-0"))
    );
}

#[test]
fn a_stray_log_is_moved_aside_and_stays() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let log = create(&mut manager, 0);
    retire(&mut manager, log, Retirement::Stray);
    assert_eq!(manager.next_delete(), None);
    drop(manager);
    let mut manager = broker.start();
    let loaded = load(&mut manager);
    assert!(loaded.logs.is_empty());
    assert!(loaded.ignored[0].to_string_lossy().ends_with("-stray"));
}

#[test]
fn a_folder_has_its_topic_id_before_a_segment_and_goes_if_a_crash_came_first() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    broker
        .faults
        .inject(Fault::always(FaultOperation::Rename, "t-0/partition.metadata"));
    let made = manager.create_logs(vec![new_log(0, None)], NOW).remove(0);
    assert!(made.is_err());
    drop(manager);
    broker.faults.heal();
    let folder = Path::new("/d0/t-0");
    let left = broker.mem.list(folder).unwrap();
    assert!(left.iter().all(|entry| !entry.name.ends_with(".log")), "{left:?}");
    let mut manager = broker.start();
    let loaded = load(&mut manager);
    assert!(loaded.logs.is_empty() && loaded.refused.is_empty(), "{loaded:?}");
    assert!(broker.mem.list(folder).is_err());
    assert_eq!(create(&mut manager, 0).topic_id(), topic_id());
}

#[test]
fn a_log_that_was_begun_twice_survives_a_loss_of_power() {
    for seed in 0..32 {
        let broker = Broker::new(1);
        let mut manager = broker.start();
        broker
            .faults
            .inject(Fault::always(FaultOperation::Rename, "t-0/partition.metadata"));
        assert!(
            manager
                .create_logs(vec![new_log(0, None)], NOW)
                .remove(0)
                .is_err()
        );
        drop(manager);
        broker.faults.heal();
        let mut manager = broker.start();
        load(&mut manager);
        let mut log = create(&mut manager, 0);
        append(&mut log, "a");
        log.flush(NOW).unwrap();
        drop((manager, log));
        broker.mem.crash(seed);
        let mut manager = broker.start();
        let loaded = load(&mut manager);
        assert_eq!(loaded.logs.len(), 1, "seed {seed}: {loaded:?}");
        assert_eq!(loaded.logs[0].log.topic_id(), topic_id(), "seed {seed}");
    }
}

/// The process ends between making the folder and syncing its name in the directory.
#[test]
fn a_log_whose_name_was_not_synced_survives_a_loss_of_power_after_the_next_start() {
    for seed in 0..32 {
        let broker = Broker::new(1);
        let mut manager = broker.start();
        broker.faults.inject(Fault {
            skip: 1,
            count: 1,
            ..Fault::always(FaultOperation::SyncDirectory, "/d0")
        });
        assert!(
            manager
                .create_logs(vec![new_log(0, None)], NOW)
                .remove(0)
                .is_err()
        );
        drop(manager);
        let mut manager = broker.start();
        let mut loaded = load(&mut manager);
        append(&mut loaded.logs[0].log, "a");
        loaded.logs[0].log.flush(NOW).unwrap();
        drop((manager, loaded));
        broker.mem.crash(seed);
        let loaded = load(&mut broker.start());
        assert_eq!(loaded.logs.len(), 1, "seed {seed}: {loaded:?}");
    }
}

#[test]
fn a_folder_with_a_segment_and_no_topic_id_is_kept() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let mut logs = vec![create(&mut manager, 0)];
    append(&mut logs[0], "x");
    stop(manager, logs);
    broker
        .mem
        .remove_file(Path::new("/d0/t-0/partition.metadata"))
        .unwrap();
    let mut manager = broker.start();
    let loaded = load(&mut manager);
    assert!(loaded.logs[0].log.topic_id().is_zero());
}

#[test]
fn a_damaged_checkpoint_costs_a_recovery_and_no_data() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let mut logs = vec![create(&mut manager, 0)];
    append(&mut logs[0], "x");
    let before = read_all(&logs[0]);
    stop(manager, logs);
    let path = Path::new("/d0/recovery-point-offset-checkpoint");
    let file = broker.mem.open(path, OpenMode::ReadWrite).unwrap();
    file.write_at(0, &[IoSlice::new(b"?")]).unwrap();
    let mut manager = broker.start();
    assert_eq!(manager.directories()[0].damaged_checkpoints(), [path]);
    let loaded = load(&mut manager);
    assert_eq!(manager.directories()[0].previous_stop(), PreviousStop::Clean);
    assert_eq!(loaded.logs[0].report.segments_read, 1);
    assert_eq!(read_all(&loaded.logs[0].log), before);
}

#[test]
fn a_refused_log_keeps_its_place_in_the_checkpoints() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let mut logs: Vec<UnifiedLog> = (0..2).map(|number| create(&mut manager, number)).collect();
    logs.iter_mut().for_each(|log| append(log, "x"));
    stop(manager, logs);
    let path = Path::new("/d0/t-1/00000000000000000000.log");
    broker
        .mem
        .open(path, OpenMode::ReadWrite)
        .unwrap()
        .set_size(20)
        .unwrap();
    let mut manager = broker.start();
    let loaded = load(&mut manager);
    assert_eq!((loaded.logs.len(), loaded.refused.len()), (1, 1));
    assert!(matches!(
        loaded.refused[0].1,
        LoadError::DamagedBelowRecoveryPoint { .. }
    ));
    stop(
        manager,
        loaded.logs.into_iter().map(|loaded| loaded.log).collect(),
    );
    let checkpoint = broker
        .mem
        .content(Path::new("/d0/recovery-point-offset-checkpoint"));
    assert_eq!(checkpoint, b"0\n2\nt 0 1\nt 1 1\n");
}

#[test]
fn a_stop_with_an_open_log_is_not_clean() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let log = create(&mut manager, 0);
    assert!(
        manager
            .stop(&[log.progress()], &[partition(0)], BrokerEpoch::new(7))
            .is_empty()
    );
    drop(manager);
    assert_eq!(
        broker.start().directories()[0].previous_stop(),
        PreviousStop::Unclean
    );
}

#[test]
fn the_cleaners_positions_are_kept_and_those_of_deleted_logs_are_not() {
    let broker = Broker::new(2);
    let mut manager = broker.start();
    let mut logs: Vec<UnifiedLog> = (0..3).map(|number| create(&mut manager, number)).collect();
    let mut offsets: OffsetCheckpoint = (0..3)
        .map(|number| (partition(number), Offset::new(i64::from(number) + 10)))
        .collect();
    let gone = logs.remove(1);
    retire(&mut manager, gone, Retirement::Deleted);
    assert!(manager.write_cleaner_offsets(&offsets).is_empty());
    stop(manager, logs);
    let mut manager = broker.start();
    load(&mut manager);
    offsets.remove(&partition(1));
    assert_eq!(manager.cleaner_offsets(), offsets);
    let file = broker.mem.content(Path::new("/d0/cleaner-offset-checkpoint"));
    assert_eq!(file, b"0\n2\nt 0 10\nt 2 12\n");
}

/// Flips each bit of a file of a directory, and tells `judge` what a start makes of it.
fn flip_every_bit(name: &str, judge: impl Fn(Result<LoadedLogs, DirectoryError>)) {
    let path = Path::new("/d0").join(name);
    let world = || {
        let broker = Broker::new(1);
        let mut manager = broker.start();
        let mut logs: Vec<UnifiedLog> = (0..2).map(|number| create(&mut manager, number)).collect();
        for log in &mut logs {
            (0..12).for_each(|index| append(log, &format!("value {index}")));
            log.maybe_increment_log_start_offset(Offset::new(11)).unwrap();
        }
        stop(manager, logs);
        broker
    };
    let content = world().mem.content(&path);
    for bit in 0..content.len() * 8 {
        let broker = world();
        let mut flipped = content.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        broker.mem.plant(&path, &flipped);
        let outcome = broker
            .try_start()
            .and_then(|mut manager| manager.load_logs(&|_| config(), NOW));
        judge(outcome);
    }
}

fn stored_bytes(log: &UnifiedLog) -> u64 {
    log.segments.iter().map(|segment| segment.size()).sum()
}

#[test]
fn a_flipped_bit_of_an_offset_checkpoint_loses_no_record() {
    let whole = {
        let broker = Broker::new(1);
        let mut log = create(&mut broker.start(), 0);
        (0..12).for_each(|index| append(&mut log, &format!("value {index}")));
        stored_bytes(&log)
    };
    for name in CHECKPOINT_KINDS.map(CheckpointKind::file_name) {
        flip_every_bit(name, |outcome| {
            let loaded = outcome.unwrap();
            assert_eq!(loaded.logs.len() + loaded.refused.len(), 2, "{name}");
            for loaded in &loaded.logs {
                assert_eq!(stored_bytes(&loaded.log), whole, "{name}");
                assert_eq!(loaded.log.log_end().value(), 12, "{name}");
            }
        });
    }
}

#[test]
fn a_log_that_is_gone_is_in_no_checkpoint() {
    let broker = Broker::new(1);
    let mut manager = broker.start();
    let (mut gone, stays) = (create(&mut manager, 0), create(&mut manager, 1));
    append(&mut gone, "a");
    gone.flush(NOW).unwrap();
    let progress = [gone.progress(), stays.progress()];
    assert!(
        manager
            .write_checkpoints(CheckpointKind::RecoveryPoint, &progress)
            .is_empty()
    );
    retire(&mut manager, gone, Retirement::Deleted);
    let directory = &manager.directories()[0];
    let path = directory.path().join("recovery-point-offset-checkpoint");
    let written = broker.mem.content(&path);
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains(" 1 0") && !written.contains(" 0 1"), "{written}");
}
