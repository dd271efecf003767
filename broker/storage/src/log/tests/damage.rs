//! One flipped bit anywhere in a partition's folder is refused, repaired or told by a checksum, never believed (I24).

use std::io::IoSlice;
use std::path::PathBuf;

use broker_model::{HighWatermark, Offset, Timestamp};
use bytes::Bytes;

use crate::fs::OpenMode;
use crate::log::log_config::LogConfig;
use crate::log::log_loader::{LogCheckpoints, PreviousStop};
use crate::log::read::{FetchIsolation, MinOneBatch, ReadLimits};
use crate::log::timestamp_lookup::OffsetQuery;
use crate::segment::batch_view::BatchView;
use crate::test_world::{World, batch};

/// Moments before, between and behind the records.
const TIMES: std::ops::Range<i64> = 995..1080;
/// Where the part of a batch begins that no reader can check: offset, length and leader epoch stand before it.
const EPOCH_END: usize = 16;

/// Everything that a client can learn of a log, or why it cannot.
#[derive(Debug, PartialEq, Eq)]
struct Answers {
    batches: Vec<(i64, Bytes)>,
    times: Vec<Option<(i64, i64)>>,
    epochs: String,
    producers: String,
    aborted: String,
}

/// Whether the checksum of some batch covers this byte of a data file.
fn is_covered(content: &[u8], byte: usize) -> bool {
    let mut start = 0;
    while let Ok(view) = BatchView::parse(&content[start..]) {
        if byte < start + view.size {
            return byte >= start + EPOCH_END;
        }
        start += view.size;
    }
    false
}

/// A log of several segments with epochs, producers and transactions, cleanly closed.
fn closed_log() -> (World, LogCheckpoints) {
    let mut world = World::new(LogConfig {
        segment_bytes: 700,
        index_interval_bytes: 150,
        ..LogConfig::default()
    });
    for index in 0..8 {
        let epoch = index / 3;
        let now = 1000 + 10 * i64::from(index);
        world.append(&batch("plain").at(&[now, now + 1]).offset(0, epoch));
        world.append(&batch("counted").at(&[now + 2]).from(5, 0, index).offset(0, epoch));
        let data = batch("in doubt")
            .at(&[now + 3])
            .from(9, 0, index)
            .in_transaction();
        world.append(&data.offset(0, epoch));
        let marker = crate::test_world::marker(9, 0, index % 2 == 0).offset(0, epoch);
        let origin = crate::log::append_types::AppendOrigin::Coordinator;
        world.append_from(&marker, origin).unwrap();
    }
    world.log.close(world.now).unwrap();
    let end = world.log.log_end().offset();
    let checkpoints = LogCheckpoints {
        previous_stop: PreviousStop::Clean,
        recovery_point: end,
        log_start: None,
        high_watermark: end,
        ..LogCheckpoints::NONE
    };
    (world, checkpoints)
}

/// Reads the whole log as a client does that checks the checksum of every batch; `None` when it gets an error.
fn ask(world: &World) -> Option<Answers> {
    let limits = ReadLimits {
        max_bytes: 1,
        upper: FetchIsolation::TxnCommitted,
        min_one: MinOneBatch::Yes,
    };
    let mut batches = Vec::new();
    let mut aborted = Vec::new();
    let mut from = Offset::ZERO;
    while from < world.log.log_end().offset() {
        let read = world.log.read(from, limits).ok()?;
        let bytes = read.records.fetch().ok()?.to_bytes();
        let view = BatchView::parse(&bytes).ok()?;
        if !view.checksum_matches(&bytes) || view.next_offset() <= from {
            return None;
        }
        aborted.push((view.base_offset, read.aborted));
        // The epoch stands in front of what the checksum covers.
        let covered = bytes.slice(EPOCH_END..);
        batches.push((view.base_offset.value(), covered));
        from = view.next_offset();
    }
    let producers = world.log.producer_states().into_iter().map(|state| {
        (
            state.producer_id,
            state.producer_epoch,
            state.last_sequence(),
            state.current_transaction,
        )
    });
    let time = |target: i64| {
        let query = OffsetQuery::At(Timestamp::from_ms(target));
        let found = world.log.offset_for_timestamp(query).ok()?;
        Some(found.map(|found| (found.offset.value(), found.timestamp.as_ms())))
    };
    Some(Answers {
        batches,
        times: TIMES.map(time).collect::<Option<_>>()?,
        epochs: format!("{:?}", world.log.leader_epochs().entries()),
        producers: format!("{:?}", producers.collect::<Vec<_>>()),
        aborted: format!("{aborted:?}"),
    })
}

fn reopened(world: &mut World, checkpoints: LogCheckpoints) -> Option<Answers> {
    world.try_reopen(checkpoints).ok()?;
    let end = world.log.log_end().offset();
    world.log.update_high_watermark(HighWatermark::at(end));
    let answers = ask(world);
    world.log.close_files();
    answers
}

/// Flips every `stride`th bit of the files whose name ends in `ending`, and compares what is answered then.
fn sweep(ending: &str, stride: usize, previous_stop: PreviousStop, compare: fn(&Answers, &Answers, &str)) {
    let (mut world, checkpoints) = closed_log();
    let checkpoints = LogCheckpoints {
        previous_stop,
        ..checkpoints
    };
    let expected = reopened(&mut world, checkpoints).unwrap();
    let paths = world.mem.files().into_iter();
    let files: Vec<(PathBuf, Vec<u8>)> = paths
        .map(|path| (path.clone(), world.mem.content(&path)))
        .collect();
    let mut swept = 0;
    for (path, content) in files
        .iter()
        .filter(|(path, _)| path.to_string_lossy().ends_with(ending))
    {
        let bits = (0..content.len() * 8).step_by(stride);
        for bit in bits.filter(|bit| ending != ".log" || is_covered(content, bit / 8)) {
            for old in world.mem.files() {
                world.fs.remove_file(&old).unwrap();
            }
            files
                .iter()
                .for_each(|(path, content)| world.mem.plant(path, content));
            let file = world.fs.open(path, OpenMode::ReadWrite).unwrap();
            let flipped = content[bit / 8] ^ (1 << (bit % 8));
            file.write_at((bit / 8) as u64, &[IoSlice::new(&[flipped])])
                .unwrap();
            if let Some(answers) = reopened(&mut world, checkpoints) {
                let place = format!("bit {bit} of {} of {}", content.len() * 8, path.display());
                assert!(answers.batches == expected.batches, "{place}: other batches");
                compare(&answers, &expected, &place);
            }
            swept += 1;
        }
    }
    assert!(swept > 20, "{swept} bits of {ending}");
}

fn nothing_differs(found: &Answers, expected: &Answers, place: &str) {
    assert_eq!(found.epochs, expected.epochs, "{place}");
    nothing_but_epochs_differs(found, expected, place);
}

fn nothing_but_epochs_differs(found: &Answers, expected: &Answers, place: &str) {
    assert_eq!(found.times, expected.times, "{place}");
    assert_eq!(found.producers, expected.producers, "{place}");
    assert_eq!(found.aborted, expected.aborted, "{place}");
}

/// The format has no checksum: a time that is plausible is believed, but every answer is a record of the log.
fn times_are_late_at_worst(found: &Answers, expected: &Answers, place: &str) {
    for (target, answer) in TIMES.zip(&found.times) {
        assert!(answer.is_none_or(|(_, time)| time >= target), "{place}");
    }
    assert_eq!(found.epochs, expected.epochs, "{place}");
    assert_eq!(found.producers, expected.producers, "{place}");
    assert_eq!(found.aborted, expected.aborted, "{place}");
}

/// The format has no checksum: an aborted transaction that is plausible is believed.
fn nothing_but_aborted_differs(found: &Answers, expected: &Answers, place: &str) {
    assert_eq!(found.times, expected.times, "{place}");
    assert_eq!(found.epochs, expected.epochs, "{place}");
    assert_eq!(found.producers, expected.producers, "{place}");
}

#[test]
fn a_flipped_bit_of_the_data_is_never_believed() {
    sweep(".log", 307, PreviousStop::Clean, nothing_but_epochs_differs);
    sweep(".log", 331, PreviousStop::Unclean, nothing_but_epochs_differs);
}

#[test]
fn a_flipped_bit_of_the_offset_index_is_never_believed() {
    sweep(".index", 7, PreviousStop::Clean, nothing_differs);
}

#[test]
fn a_flipped_bit_of_the_time_index_delays_an_answer_at_worst() {
    sweep(".timeindex", 7, PreviousStop::Clean, times_are_late_at_worst);
    sweep(".timeindex", 23, PreviousStop::Unclean, times_are_late_at_worst);
}

#[test]
fn a_flipped_bit_of_the_transaction_index_changes_no_record() {
    sweep(".txnindex", 11, PreviousStop::Clean, nothing_but_aborted_differs);
}

#[test]
fn a_flipped_bit_of_a_producer_snapshot_is_never_believed() {
    sweep(".snapshot", 41, PreviousStop::Clean, nothing_differs);
    sweep(".snapshot", 43, PreviousStop::Unclean, nothing_differs);
}

#[test]
fn a_flipped_bit_of_the_epochs_is_never_believed() {
    sweep("leader-epoch-checkpoint", 1, PreviousStop::Clean, nothing_differs);
}

#[test]
fn indexes_that_are_lost_with_those_of_transactions_are_all_made_anew() {
    for previous_stop in [PreviousStop::Clean, PreviousStop::Unclean] {
        let (mut world, checkpoints) = closed_log();
        let checkpoints = LogCheckpoints {
            previous_stop,
            ..checkpoints
        };
        let expected = reopened(&mut world, checkpoints).unwrap();
        assert!(
            expected.aborted.contains("AbortedTransaction"),
            "{}",
            expected.aborted
        );
        let lost = |path: &PathBuf| {
            let name = path.to_string_lossy();
            name.ends_with("index") || name.ends_with(".snapshot")
        };
        for path in world.mem.files().iter().filter(|path| lost(path)) {
            world.fs.remove_file(path).unwrap();
        }
        let found = reopened(&mut world, checkpoints).unwrap();
        assert!(found == expected, "{previous_stop:?}: {}", found.aborted);
    }
}
