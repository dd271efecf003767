//! A log under random work, power cuts and full disks, compared with a model that knows only what was asked of it.
//!
//! Each seed is one story: appends by plain, idempotent and transactional producers, markers, rolls, flushes,
//! truncations, deletions, clean restarts; now and then the power fails in the middle, which loses or tears whatever
//! was not synced. Afterwards the checker asserts what no crash may break: flushed batches are there (I1, I25), offsets
//! have no gap (I6) and one content (I5), duplicates are known (I3), the log start does not fall below its checkpoint
//! (I8), epochs, producers, aborted transactions (I9) and indexes say what the batches say.

mod checker;
mod model;

use broker_model::{HighWatermark, LeaderEpoch, Offset};

use self::model::{Dice, Model};
use crate::error::{AppendError, StorageError};
use crate::log::append_types::{AppendOrigin, AppendOutcome};
use crate::log::log_config::LogConfig;
use crate::log::log_folder::DirectoryHealth;
use crate::log::log_loader::LogCheckpoints;
use crate::test_world::{TestBatch, World, at, batch, marker};
use crate::testing::{FaultFs, MemFs};

struct Story {
    world: World,
    faults: FaultFs,
    model: Model,
    dice: Dice,
    /// What the directory's checkpoint files say.
    checkpointed: LogCheckpoints,
    epoch: i32,
    count: usize,
    crashes: usize,
    power: Power,
}

/// Whether the power fails during the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Stays,
    Fails,
}

/// Something was refused by the file system: the power is off.
#[derive(Debug)]
#[expect(dead_code, reason = "the text is for the eyes of who reads a failure")]
struct PowerLost(String);

type Step = Result<(), PowerLost>;

fn lost(error: impl std::fmt::Debug) -> PowerLost {
    PowerLost(format!("{error:?}"))
}

impl Story {
    fn begin(seed: u64) -> Self {
        let config = LogConfig {
            segment_bytes: 1500,
            index_interval_bytes: 200,
            retention_ms: None,
            ..LogConfig::default()
        };
        let mem = MemFs::new();
        let faults = FaultFs::new(std::sync::Arc::new(mem.clone()));
        let mut world = World::on(std::sync::Arc::new(faults.clone()), mem, config);
        world.log.flush(world.now).unwrap();
        Self {
            world,
            faults,
            model: Model::default(),
            dice: Dice(seed),
            checkpointed: LogCheckpoints::NONE,
            epoch: 0,
            count: 0,
            crashes: 0,
            power: Power::Stays,
        }
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.world.now = at(self.world.now.monotonic.as_ms() + self.dice.below(50));
            self.power = match self.dice.below(100) {
                0..=11 => Power::Fails,
                _ => Power::Stays,
            };
            if self.power == Power::Fails {
                self.world.mem.cut_power_after(self.dice.below(12));
            }
            let outcome = self.step();
            match self.power {
                Power::Fails => self.crash(),
                Power::Stays => outcome.expect("with power everything works"),
            }
            self.check_ends();
            if self.dice.below(8) == 0 {
                self.check();
            }
        }
        self.crash();
        self.check();
    }

    fn step(&mut self) -> Step {
        match self.dice.below(100) {
            0..=49 => self.append_data(),
            50..=57 => self.end_a_transaction(),
            58..=65 => self.flush(),
            66..=69 => self.world.log.roll(self.world.now).map(drop).map_err(lost),
            70..=73 => {
                self.epoch += 1;
                Ok(())
            }
            74..=79 => {
                self.write_checkpoints();
                Ok(())
            }
            80..=84 => self.truncate(),
            85..=88 => self.delete_records(),
            89..=91 => self.restart(),
            92..=95 => self.append_on_a_full_disk(),
            96..=97 => self.retry_the_last(),
            _ => {
                self.world.log.tail_cache.clear();
                self.world.log.close_files();
                Ok(())
            }
        }
    }

    fn next_batch(&mut self) -> TestBatch {
        self.count += 1;
        let padding = "x".repeat(self.dice.below(150) as usize);
        let records = 1 + self.dice.below(4);
        let now = self.world.now.wall.as_ms();
        let times: Vec<i64> = (0..records).map(|_| now - self.dice.below(300) as i64).collect();
        let plain = batch(format!("batch {} {padding}", self.count)).at(&times);
        let producer = self.dice.below(9) as i64;
        let next = self.model.next_sequence(&self.world.log, producer);
        match producer {
            0..=3 => plain,
            4..=6 => plain.from(producer, 0, next),
            _ => plain.from(producer, 0, next).in_transaction(),
        }
    }

    fn append_data(&mut self) -> Step {
        let batch = self.next_batch();
        self.append(&batch, AppendOrigin::Client)
    }

    fn append(&mut self, batch: &TestBatch, origin: AppendOrigin) -> Step {
        let end = self.world.log.log_end().value();
        let batch = batch.clone().offset(end, self.epoch);
        self.model.may_appear(&batch);
        let sent = batch.clone().offset(0, self.epoch);
        let info = self.world.append_from(&sent, origin).map_err(lost)?;
        assert_eq!(
            (info.outcome, info.first_offset.value()),
            (AppendOutcome::Appended, end)
        );
        self.model.appended(&batch);
        Ok(())
    }

    fn end_a_transaction(&mut self) -> Step {
        let open = self.model.open_transactions();
        let Some((producer, _)) = self.dice.choose(&open) else {
            return Ok(());
        };
        let commits = self.dice.below(2) == 0;
        self.append(&marker(producer, 0, commits), AppendOrigin::Coordinator)
    }

    /// A retry of the last batch of a producer is answered with its offset and not written again (I3).
    fn retry_the_last(&mut self) -> Step {
        let Some(last) = self
            .model
            .last_data_of_a_producer(self.world.log.segments[0].base_offset().value())
        else {
            return Ok(());
        };
        let end = self.world.log.log_end();
        let base = last.base_offset;
        let info = self
            .world
            .append_from(&last.offset(0, self.epoch), AppendOrigin::Client)
            .map_err(lost)?;
        assert_eq!(
            (info.outcome, info.first_offset.value()),
            (AppendOutcome::Duplicate, base)
        );
        assert_eq!(self.world.log.log_end(), end);
        Ok(())
    }

    fn flush(&mut self) -> Step {
        self.world.log.flush(self.world.now).map_err(lost)?;
        self.model.durable_end = self.world.log.log_end().value();
        Ok(())
    }

    /// Checkpoint files are replaced as a whole and durably; a crash leaves the old or the new ones.
    fn write_checkpoints(&mut self) {
        let progress = self.world.log.progress();
        self.checkpointed = LogCheckpoints {
            recovery_point: progress.recovery_point,
            log_start: progress.log_start,
            high_watermark: progress.high_watermark.unwrap_or(Offset::ZERO),
            ..LogCheckpoints::NONE
        };
    }

    fn truncate(&mut self) -> Step {
        let bases = self.model.bases_from(self.world.log.log_start().value());
        let Some(target) = self.dice.choose(&bases) else {
            return Ok(());
        };
        let target_offset = Offset::new(target);
        // The recovery point never stands behind what is going to be cut.
        self.checkpointed.recovery_point = self.checkpointed.recovery_point.min(target_offset);
        self.model.cut(target);
        self.epoch += 1;
        let truncated = self.world.log.truncate_to(target_offset, self.world.now);
        truncated.map(drop).map_err(lost)?;
        self.forget_the_unknowable();
        Ok(())
    }

    fn delete_records(&mut self) -> Step {
        let (start, stable) = (
            self.world.log.log_start().value(),
            self.world.log.last_stable_offset().value(),
        );
        let target = start + self.dice.below((stable - start) as u64 / 2 + 1) as i64;
        let moved = self
            .world
            .log
            .maybe_increment_log_start_offset(Offset::new(target));
        moved.expect("the last stable offset is not above the high watermark");
        // As a broker does, the log start is noted before its segments go.
        self.write_checkpoints();
        let deleted = self.world.log.delete_old_segments(self.world.now).map_err(lost)?;
        for path in deleted.iter().flat_map(|pending| &pending.paths) {
            self.world.fs.remove_file(path).map_err(lost)?;
        }
        Ok(())
    }

    fn restart(&mut self) -> Step {
        self.world.log.close(self.world.now).map_err(lost)?;
        self.write_checkpoints();
        self.model.durable_end = self.world.log.log_end().value();
        if self.power == Power::Fails {
            return Ok(());
        }
        let report = self.world.restart();
        assert_eq!(report.segments_read, 0, "a clean stop needs no recovery");
        Ok(())
    }

    /// Nothing of a refused batch stays, and the next is taken when there is room again (I26).
    fn append_on_a_full_disk(&mut self) -> Step {
        self.faults.set_free(Some(self.dice.below(100)));
        let batch = self.next_batch();
        let outcome = self.append_if_it_fits(&batch);
        self.faults.set_free(None);
        outcome?;
        self.append_data()
    }

    fn append_if_it_fits(&mut self, batch: &TestBatch) -> Step {
        let end = self.world.log.log_end().value();
        let batch = batch.clone().offset(end, self.epoch);
        self.model.may_appear(&batch);
        match self.world.try_append(&batch.clone().offset(0, self.epoch)) {
            Ok(_) => self.model.appended(&batch),
            Err(AppendError::Storage(StorageError::DiskFull { .. })) => {
                assert_eq!(self.world.log.log_end().value(), end);
                assert!(!self.world.log.directory().is_offline());
            }
            Err(error) => return Err(lost(error)),
        }
        Ok(())
    }

    fn lose_power(&mut self) {
        self.world.log.close_files();
        let luck = self.dice.below(u64::MAX);
        self.world.mem.crash(luck);
        let directory = self.world.environment.directory.path().to_path_buf();
        self.world.environment.directory = DirectoryHealth::new(directory);
    }

    /// The power goes, the process ends, and another one opens what is left; that may lose its power, too.
    fn crash(&mut self) {
        self.crashes += 1;
        let before = self.world.log.log_start().value();
        eprintln!(
            "before crash: end {} start {} segs {:?} cp {:?} dur {}",
            self.world.log.log_end(),
            self.world.log.log_start(),
            self.world
                .log
                .segments
                .iter()
                .map(|s| (s.base_offset().value(), s.size()))
                .collect::<Vec<_>>(),
            self.checkpointed,
            self.model.durable_end
        );
        self.lose_power();
        while self.dice.below(4) == 0 {
            self.world.mem.cut_power_after(self.dice.below(12));
            self.world.try_reopen(self.checkpointed).ok();
            self.lose_power();
        }
        self.world.reopen(self.checkpointed);
        let end = self.world.log.log_end().offset();
        self.world.log.update_high_watermark(HighWatermark::at(end));
        let start = self.world.log.log_start().value();
        let noted = self.checkpointed.log_start.map_or(0, Offset::value);
        assert!(start >= noted, "the log start fell");
        assert!(start <= before.max(noted));
        self.check_survivors();
        self.epoch = self
            .world
            .log
            .latest_epoch()
            .map_or(0, LeaderEpoch::value)
            .max(self.epoch);
        self.check();
    }
}

fn tell(seeds: std::ops::Range<u64>) -> usize {
    let mut crashes = 0;
    for seed in seeds {
        let mut story = Story::begin(seed);
        let told = std::panic::AssertUnwindSafe(|| story.run(120));
        if let Err(panic) = std::panic::catch_unwind(told) {
            eprintln!("the story with seed {seed} ended badly");
            std::panic::resume_unwind(panic);
        }
        crashes += story.crashes;
    }
    crashes
}

#[test]
fn no_crash_breaks_the_invariants() {
    let crashes = tell(0..100);
    assert!(crashes > 1000, "only {crashes} crashes");
}

#[test]
#[ignore = "takes minutes; for changes to recovery"]
fn no_crash_of_many_more_breaks_the_invariants() {
    tell(100..5000);
}
