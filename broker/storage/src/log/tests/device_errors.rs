//! A device that fails: the first error ends the use of the directory, nothing is acknowledged after it (I23), and
//! what was flushed before is found after a restart.

use std::sync::Arc;

use broker_model::{HighWatermark, Offset};

use crate::error::{AppendError, StorageError};
use crate::log::log_config::LogConfig;
use crate::log::log_folder::DirectoryHealth;
use crate::test_world::{World, batch};
use crate::testing::{Fault, FaultFs, FaultOperation, MemFs};

const OPERATIONS: [FaultOperation; 6] = [
    FaultOperation::Open,
    FaultOperation::Write,
    FaultOperation::Sync,
    FaultOperation::SyncDirectory,
    FaultOperation::Rename,
    FaultOperation::Remove,
];

fn world_on(faults: &FaultFs, mem: MemFs) -> World {
    let config = LogConfig {
        segment_bytes: 500,
        index_interval_bytes: 100,
        ..LogConfig::default()
    };
    World::on(Arc::new(faults.clone()), mem, config)
}

/// Appends and flushes until something fails; answers how many batches were flushed, or `None` without a failure.
fn work(world: &mut World) -> Option<usize> {
    let mut flushed = 0;
    for index in 0..30 {
        let appended = world.try_append(&batch(format!("value {index}")));
        if appended.is_err() {
            return Some(flushed);
        }
        if index % 3 == 2 {
            if world.log.flush(world.now).is_err() {
                return Some(flushed);
            }
            flushed = index + 1;
        }
    }
    None
}

#[test]
fn the_first_device_error_is_the_last_thing_that_a_directory_does() {
    let mut failures = 0;
    for (operation, skip) in OPERATIONS
        .iter()
        .flat_map(|operation| (0..40).map(move |skip| (*operation, skip)))
    {
        let mem = MemFs::new();
        let faults = FaultFs::new(Arc::new(mem.clone()));
        let mut world = world_on(&faults, mem);
        faults.inject(Fault {
            skip,
            ..Fault::always(operation, "/t-0")
        });
        let Some(flushed) = work(&mut world) else {
            continue;
        };
        failures += 1;
        faults.heal();
        assert!(world.log.directory().is_offline(), "{operation:?} after {skip}");
        let refused = world.try_append(&batch("late"));
        assert!(matches!(
            refused,
            Err(AppendError::Storage(StorageError::LogDirectoryOffline { .. }))
        ));
        assert!(world.log.flush(world.now).is_err() && world.log.close(world.now).is_err());
        world.log.close_files();
        world.mem.crash(skip.into());
        let directory = world.environment.directory.path().to_path_buf();
        world.environment.directory = DirectoryHealth::new(directory);
        world.reopen_unclean();
        let end = world.log.log_end().offset();
        world.log.update_high_watermark(HighWatermark::at(end));
        assert!(
            world.read_all().len() >= flushed,
            "{operation:?} after {skip}: flushed batches are lost"
        );
    }
    assert!(failures > 60, "{failures}");
}

#[test]
fn a_log_that_keeps_room_takes_records_on_a_full_disk_until_it_is_used_up() {
    let mem = MemFs::new();
    let faults = FaultFs::new(Arc::new(mem.clone()));
    let mut world = world_on(&faults, mem);
    world.append(&batch("first"));
    let size = world.log.size();
    faults.set_free(Some(10 * size));
    world.log.keep_reserved(3 * size).unwrap();
    faults.set_free(Some(0));
    let mut taken = 0;
    let refused = loop {
        // What is asked for in between finds no room and takes none away.
        world.log.keep_reserved(3 * size).unwrap();
        match world.try_append(&batch("again")) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(
        refused,
        AppendError::Storage(StorageError::DiskFull { .. })
    ));
    assert_eq!(taken, 3);
    faults.set_free(None);
    assert_eq!(world.append(&batch("later")), 4);
    assert_eq!(world.read_all().len(), 5);
}

/// It once went from the front, and the log that was left began behind records that nobody had given up.
#[test]
fn a_log_that_cannot_be_emptied_becomes_shorter_and_begins_no_later() {
    let mut failures = 0;
    for skip in 0..60 {
        let mem = MemFs::new();
        let faults = FaultFs::new(Arc::new(mem.clone()));
        let mut world = world_on(&faults, mem);
        assert_eq!(work(&mut world), None);
        faults.inject(Fault {
            skip,
            ..Fault::always(FaultOperation::Rename, "/t-0")
        });
        if world
            .log
            .truncate_fully_and_start_at(Offset::ZERO, world.now)
            .is_ok()
        {
            break;
        }
        failures += 1;
        faults.heal();
        world.log.close_files();
        let directory = world.environment.directory.path().to_path_buf();
        world.environment.directory = DirectoryHealth::new(directory);
        world.reopen_unclean();
        assert_eq!(world.log.local_log_start().offset(), Offset::ZERO, "after {skip}");
    }
    assert!(failures > 6, "{failures}");
}

/// A cut that met an error once took the file and the log's end to different places.
#[test]
fn a_cut_that_cannot_be_read_changes_nothing_or_everything() {
    let mut refused = 0;
    for skip in 0..12 {
        let mem = MemFs::new();
        let faults = FaultFs::new(Arc::new(mem.clone()));
        let mut world = world_on(&faults, mem);
        for index in 0..4 {
            world.append(&batch(format!("value {index}")));
        }
        faults.inject(Fault {
            skip,
            count: 1,
            ..Fault::always(FaultOperation::Read, "/t-0")
        });
        let cut = world.log.truncate_to(Offset::new(2), world.now);
        faults.heal();
        let expected = if cut.is_ok() { 2 } else { 4 };
        refused += usize::from(cut.is_err());
        if world.log.directory().is_offline() {
            continue;
        }
        assert_eq!(
            world.log.log_end().offset(),
            Offset::new(expected),
            "after {skip} reads"
        );
        assert_eq!(world.append(&batch("next")), expected);
        assert_eq!(world.read_all().len() as i64, expected + 1, "after {skip} reads");
    }
    assert!(refused > 0);
}

#[test]
fn a_full_disk_refuses_and_when_there_is_room_the_log_goes_on() {
    for free in 0..300 {
        let mem = MemFs::new();
        let faults = FaultFs::new(Arc::new(mem.clone()));
        let mut world = world_on(&faults, mem);
        faults.set_free(Some(free));
        let mut taken = 0;
        while world.try_append(&batch("value")).is_ok() {
            taken += 1;
        }
        assert!(!world.log.directory().is_offline());
        assert_eq!(world.read_all().len(), taken, "reads go on");
        faults.set_free(None);
        assert_eq!(world.append(&batch("more")), taken as i64);
        world.restart();
        assert_eq!(world.read_all().len(), taken + 1);
    }
}
