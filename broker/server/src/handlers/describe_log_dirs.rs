//! DescribeLogDirs (35): the log directories, their partitions with sizes, and the room on their devices (KIP-113,
//! KIP-827, KIP-1066).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use broker_protocol::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use broker_protocol::messages::{DescribeLogDirsRequest, DescribeLogDirsResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version that says how much room there is.
const FIRST_WITH_SPACE: i16 = 4;
const UNKNOWN_SPACE: i64 = -1;

type ByDirectory = HashMap<PathBuf, BTreeMap<Arc<str>, Vec<DescribeLogDirsPartition>>>;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: DescribeLogDirsRequest,
) -> HandlerResult<DescribeLogDirsResponse> {
    let mut partitions = partitions_by_directory(broker, &request);
    let logs = broker.replica_manager.logs();
    let online = logs.directories().iter().map(|directory| {
        let path = directory.path().to_path_buf();
        let topics = partitions.remove(&path).unwrap_or_default();
        if directory.health().is_offline() {
            return failed(&path);
        }
        let space = match context.api_version {
            ..FIRST_WITH_SPACE => None,
            _ => directory.space().ok(),
        };
        let bytes = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        DescribeLogDirsResult {
            log_dir: path.to_string_lossy().as_ref().into(),
            topics: topics.into_iter().map(topic).collect(),
            total_bytes: space.as_ref().map_or(UNKNOWN_SPACE, |space| bytes(space.total)),
            usable_bytes: space.as_ref().map_or(UNKNOWN_SPACE, |space| bytes(space.usable)),
            ..DescribeLogDirsResult::default()
        }
    });
    let mut results: Vec<_> = online.collect();
    results.extend(logs.unusable_directories().iter().map(|(path, _)| failed(path)));
    drop(logs);
    Ok(Answer::Respond(DescribeLogDirsResponse {
        results,
        ..DescribeLogDirsResponse::default()
    }))
}

fn failed(path: &std::path::Path) -> DescribeLogDirsResult {
    DescribeLogDirsResult {
        error_code: ErrorCode::KafkaStorageError.code(),
        log_dir: path.to_string_lossy().as_ref().into(),
        total_bytes: UNKNOWN_SPACE,
        usable_bytes: UNKNOWN_SPACE,
        ..DescribeLogDirsResult::default()
    }
}

fn topic((name, partitions): (Arc<str>, Vec<DescribeLogDirsPartition>)) -> DescribeLogDirsTopic {
    DescribeLogDirsTopic {
        name: name.as_ref().into(),
        partitions,
        ..DescribeLogDirsTopic::default()
    }
}

fn partitions_by_directory(broker: &Broker, request: &DescribeLogDirsRequest) -> ByDirectory {
    let wanted: Option<HashSet<(StringBytes, i32)>> = request.topics.as_ref().map(|topics| {
        let pairs = topics.iter().flat_map(|topic| {
            let name = topic.topic.clone();
            topic
                .partitions
                .iter()
                .map(move |partition| (name.clone(), *partition))
        });
        pairs.collect()
    });
    let mut found = ByDirectory::new();
    for handle in broker.replica_manager.partitions() {
        let id = handle.id().clone();
        let index = id.partition.value();
        let is_wanted = wanted
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&(StringBytes::from(id.topic.as_ref()), index)));
        if !is_wanted {
            continue;
        }
        let described = handle.with_log(|log| (log.directory().path().to_path_buf(), log.size()));
        if let Ok((path, size)) = described {
            let partition = DescribeLogDirsPartition {
                partition_index: index,
                partition_size: i64::try_from(size).unwrap_or(i64::MAX),
                ..DescribeLogDirsPartition::default()
            };
            found
                .entry(path)
                .or_default()
                .entry(id.topic)
                .or_default()
                .push(partition);
        }
    }
    found
}
