//! A directory that Kafka 4.4 wrote, opened and read here, and what a recovery makes of a copy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_model::{BrokerEpoch, BrokerId, ClusterId, Now, Offset, PartitionIndex, TopicPartition};

use crate::error::DirectoryError;
use crate::fs::Fs;
use crate::index::transaction_index::parse_transaction_index;
use crate::log::log_config::LogConfig;
use crate::log::log_directory::DirectoryOwner;
use crate::log::log_folder::OpenFileBudget;
use crate::log::log_loader::{LogCheckpoints, PreviousStop};
use crate::log::log_manager::{LoadedLog, LogManager, LogManagerOptions};
use crate::log::tail_cache::TailCacheBudget;
use crate::log::unified_log::UnifiedLog;
use crate::producer::snapshot_file::parse_producer_snapshot;
use crate::segment::batch_view::BatchView;
use crate::test_world::read_all;
use crate::testing::MemFs;

const DIRECTORY: &str = "/kafka";
const NOW: Now = Now {
    wall: broker_model::Timestamp::from_ms(1_795_218_900_000),
    monotonic: broker_model::MonotonicMs::from_ms(5_000_000_000),
};

/// The files of an archive: ustar headers of 512 bytes, each followed by its content.
pub(crate) fn unpack(packed: &[u8]) -> Vec<(PathBuf, Vec<u8>)> {
    let bytes = zstd::decode_all(packed).unwrap();
    let mut files = Vec::new();
    let mut position = 0;
    while bytes[position] != 0 {
        let header = &bytes[position..position + 512];
        let text = |range: std::ops::Range<usize>| {
            String::from_utf8(header[range].split(|byte| *byte == 0).next().unwrap().to_vec()).unwrap()
        };
        let size = usize::from_str_radix(text(124..136).trim(), 8).unwrap();
        position += 512;
        if header[156] == b'0' {
            let path = PathBuf::from(text(0..100).trim_start_matches("./"));
            files.push((path, bytes[position..position + size].to_vec()));
        }
        position += size.next_multiple_of(512);
    }
    files
}

fn archive() -> Vec<(PathBuf, Vec<u8>)> {
    let files = unpack(include_bytes!("../testdata/kafka-4.4-directory.tar.zst")).into_iter();
    files
        .map(|(path, content)| (Path::new(DIRECTORY).join(path), content))
        .collect()
}

fn kafkas_directory() -> MemFs {
    let fs = MemFs::new();
    for (path, content) in archive() {
        fs.plant(&path, &content);
    }
    fs
}

fn options(cluster: &str, node: i32) -> LogManagerOptions {
    LogManagerOptions {
        directories: vec![PathBuf::from(DIRECTORY)],
        owner: DirectoryOwner {
            cluster_id: ClusterId::new(cluster),
            node_id: BrokerId::new(node),
        },
        recovery_threads: 2,
        tail_cache: TailCacheBudget::new(1 << 20),
        open_files: OpenFileBudget::new(100),
    }
}

fn start(fs: &MemFs) -> LogManager {
    LogManager::start(Arc::new(fs.clone()), options("nfOaDZhVTNOeSCgRlI_EwA", 1)).unwrap()
}

fn load(fs: &MemFs) -> BTreeMap<String, LoadedLog> {
    let loaded = start(fs)
        .load_logs(&|_| Arc::new(LogConfig::default()), NOW)
        .unwrap();
    assert!(loaded.refused.is_empty(), "{:?}", loaded.refused);
    loaded
        .logs
        .into_iter()
        .map(|loaded| (loaded.log.partition().to_string(), loaded))
        .collect()
}

/// One line of the decoded dump per batch.
fn describe(log: &UnifiedLog) -> Vec<String> {
    let mut position = 0;
    let batches = read_all(log).into_iter().map(|(_, bytes)| {
        let view = BatchView::parse(&bytes).unwrap();
        let line = format!(
            "{} {} {} {position} {} {} {} {} {} {} {} {} {}",
            log.partition(),
            view.base_offset,
            view.last_offset,
            view.size,
            view.producer_id,
            view.producer_epoch,
            view.base_sequence,
            view.leader_epoch,
            view.max_timestamp,
            view.is_transactional(),
            view.is_control(),
            view.checksum
        );
        position += view.size;
        line
    });
    batches.collect()
}

fn expected(partition: &str) -> Vec<String> {
    let dump = include_str!("../testdata/kafka-4.4-batches.txt");
    let own = dump
        .lines()
        .filter(|line| line.split(' ').next() == Some(partition));
    own.map(str::to_owned).collect()
}

#[test]
fn a_directory_of_kafka_opens_and_reads_as_kafka_decodes_it() {
    let logs = load(&kafkas_directory());
    assert_eq!(logs.len(), 11);
    for (name, loaded) in &logs {
        let report = &loaded.report;
        assert_eq!(
            (
                report.segments_read,
                report.indexes_rebuilt,
                report.batches_replayed
            ),
            (0, 0, 0),
            "{name}"
        );
        assert!(!report.epochs_rebuilt, "{name}");
    }
    for name in [
        "c1-0",
        "c1-1",
        "c1-2",
        "__consumer_offsets-0",
        "__transaction_state-0",
    ] {
        assert_eq!(describe(&logs[name].log), expected(name), "{name}");
    }
}

#[test]
fn markers_epochs_and_producers_are_those_of_kafka() {
    let logs = load(&kafkas_directory());
    let markers = |name: &str| {
        let log = &logs[name].log;
        (
            log.log_start().value(),
            log.high_watermark().value(),
            log.log_end().value(),
        )
    };
    assert_eq!(markers("c1-2"), (0, 1851, 1851));
    assert_eq!(markers("r3-35779-0"), (0, 4, 5));
    assert_eq!(markers("out-2"), (5, 50, 50));
    assert_eq!(markers("c2-2"), (0, 0, 0));
    assert_eq!(logs["c1-2"].log.topic_id().to_string(), "S2W3x9ABTgun9BST9KCmtQ");
    let epochs: Vec<_> = logs["r3-35779-0"].log.leader_epochs().entries().to_vec();
    assert_eq!(
        epochs
            .iter()
            .map(|entry| (entry.epoch.value(), entry.start_offset.value()))
            .collect::<Vec<_>>(),
        [(0, 0), (1, 4)]
    );
    let producers: Vec<_> = logs["c1-0"]
        .log
        .producer_states()
        .iter()
        .map(|entry| (entry.producer_id.value(), entry.last_sequence().value()))
        .collect();
    assert_eq!(producers, [(0, 283), (1001, 815), (1002, 199)]);
    let aborted = logs["c1-2"]
        .log
        .aborted_between(Offset::new(1706), Offset::new(1800));
    assert_eq!(aborted.len(), 8);
}

#[test]
fn recovery_of_a_copy_ends_as_the_clean_directory_does() {
    let fs = kafkas_directory();
    for (path, _) in archive() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let derived = [".index", ".timeindex", ".txnindex", ".snapshot"]
            .iter()
            .any(|end| name.ends_with(end));
        if derived || name == ".kafka_cleanshutdown" || name == "recovery-point-offset-checkpoint" {
            fs.remove_file(&path).unwrap();
        }
    }
    let logs = load(&fs);
    for (name, clean) in load(&kafkas_directory()) {
        let (clean, recovered) = (&clean.log, &logs[&name].log);
        assert_eq!(recovered.log_end(), clean.log_end(), "{name}");
        assert_eq!(describe(recovered), describe(clean), "{name}");
        assert_eq!(recovered.leader_epochs(), clean.leader_epochs(), "{name}");
        assert_eq!(
            recovered.last_stable_offset(),
            clean.last_stable_offset(),
            "{name}"
        );
        assert_eq!(
            recovered.aborted_between(Offset::ZERO, Offset::MAX),
            clean.aborted_between(Offset::ZERO, Offset::MAX),
            "{name}"
        );
    }
}

#[test]
fn recovered_indexes_are_byte_for_byte_those_of_kafka() {
    let fs = kafkas_directory();
    let environment = start(&fs).environment(Path::new(DIRECTORY)).unwrap();
    for (topic, number) in [("c1", 0), ("c1", 1), ("c1", 2), ("__transaction_state", 0)] {
        let partition = TopicPartition::new(topic, PartitionIndex::new(number));
        let config = Arc::new(LogConfig::default());
        let checkpoints = LogCheckpoints::NONE;
        let (mut log, report) =
            UnifiedLog::open(&environment, partition.clone(), config, checkpoints, NOW).unwrap();
        assert_eq!(report.segments_read, 1);
        log.close(NOW).unwrap();
    }
    for (path, content) in archive() {
        let text = path.to_string_lossy();
        if ["/c1-", "/__transaction_state-0"]
            .iter()
            .any(|folder| text.contains(folder))
        {
            if text.ends_with(".snapshot") {
                assert_same_producers(&content, &fs.content(&path), &text);
            } else if text.ends_with(".txnindex") {
                assert_eq!(
                    parse_transaction_index(&content),
                    parse_transaction_index(&fs.content(&path))
                );
            } else {
                assert!(content == fs.content(&path), "{text}");
            }
        }
    }
}

fn assert_same_producers(kafkas: &[u8], ours: &[u8], name: &str) {
    let producers = |content: &[u8]| {
        let mut entries = parse_producer_snapshot(content).unwrap();
        entries.sort_by_key(|entry| entry.producer_id);
        entries
    };
    assert_eq!(producers(kafkas), producers(ours), "{name}");
}

#[test]
fn a_directory_of_another_cluster_or_node_is_refused() {
    let fs = kafkas_directory();
    let start = |cluster, node| LogManager::start(Arc::new(fs.clone()), options(cluster, node)).map(|_| ());
    assert!(matches!(
        start("other", 1),
        Err(DirectoryError::OtherCluster { .. })
    ));
    assert!(matches!(
        start("nfOaDZhVTNOeSCgRlI_EwA", 2),
        Err(DirectoryError::OtherNode { .. })
    ));
    let held = LogManager::start(Arc::new(fs.clone()), options("nfOaDZhVTNOeSCgRlI_EwA", 1)).unwrap();
    assert_eq!(
        held.directories()[0].previous_broker_epoch(),
        BrokerEpoch::new(28)
    );
    assert_eq!(held.directories()[0].previous_stop(), PreviousStop::Clean);
    assert!(matches!(
        start("nfOaDZhVTNOeSCgRlI_EwA", 1),
        Err(DirectoryError::Locked { .. })
    ));
    drop(held);
    let again = LogManager::start(Arc::new(fs.clone()), options("nfOaDZhVTNOeSCgRlI_EwA", 1)).unwrap();
    assert_eq!(
        again.directories()[0].previous_stop(),
        PreviousStop::Unclean,
        "the marker counts once"
    );
}
