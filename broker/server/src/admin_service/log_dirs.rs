//! `LogDirs`: directories with the room on their devices, and the sizes of partitions, page by page.
//!
//! A page begins after the partition that the token names; so partitions that come or go between two pages move nothing
//! from one page to the other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use broker_admin::PARTITIONS_MAX;
use broker_admin::tonic::Status;
use broker_admin::v1::{LogDir, LogDirsRequest, LogDirsResponse, PartitionSize};
use broker_storage::LogDirectory;

use super::calls::blocking;
use crate::broker::Broker;

/// One page.
pub(super) async fn log_dirs(
    broker: Arc<Broker>,
    request: LogDirsRequest,
) -> Result<LogDirsResponse, Status> {
    let after = parse_token(&request.page_token)?;
    let limit = match request.max_partitions {
        0 => PARTITIONS_MAX,
        asked => asked.min(PARTITIONS_MAX),
    };
    blocking(move || page(&broker, after, limit as usize)).await
}

/// `topic/partition`; a topic's name holds no slash.
fn parse_token(token: &str) -> Result<Option<(String, i32)>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let parsed = token
        .rsplit_once('/')
        .and_then(|(topic, index)| Some((topic.to_owned(), index.parse().ok()?)));
    let refused = || Status::invalid_argument("page_token is none that this service has given");
    parsed.map(Some).ok_or_else(refused)
}

fn page(broker: &Broker, after: Option<(String, i32)>, limit: usize) -> LogDirsResponse {
    let sizes = sizes(broker);
    let mut directories = directories(broker);
    let places: BTreeMap<PathBuf, u32> = (0..)
        .zip(&directories)
        .map(|(place, directory)| (PathBuf::from(&directory.path), place))
        .collect();
    let mut partitions = Vec::new();
    let mut has_more = false;
    for ((topic, index), (path, bytes)) in sizes {
        let Some(place) = places.get(&path).copied() else {
            continue;
        };
        let directory = &mut directories[place as usize];
        directory.log_bytes = directory.log_bytes.saturating_add(bytes);
        directory.partitions += 1;
        let is_before = after
            .as_ref()
            .is_some_and(|(after, number)| (&*topic, index) <= (after.as_str(), *number));
        if is_before {
            continue;
        }
        if partitions.len() == limit {
            has_more = true;
            continue;
        }
        partitions.push(PartitionSize {
            topic: topic.to_string(),
            partition: index,
            directory: place,
            bytes,
        });
    }
    let last = partitions.last().filter(|_| has_more);
    LogDirsResponse {
        node_id: broker.node_id.value(),
        next_page_token: last.map_or(String::new(), |last| format!("{}/{}", last.topic, last.partition)),
        directories,
        partitions,
    }
}

type Sizes = BTreeMap<(Arc<str>, i32), (PathBuf, u64)>;

fn sizes(broker: &Broker) -> Sizes {
    let measured = broker
        .replica_manager
        .partitions()
        .into_iter()
        .filter_map(|handle| {
            let id = handle.id();
            let key = (id.topic.clone(), id.partition.value());
            let size = handle.with_log(|log| (log.directory().path().to_path_buf(), log.size()));
            Some((key, size.ok()?))
        });
    measured.collect()
}

fn directories(broker: &Broker) -> Vec<LogDir> {
    let logs = broker.replica_manager.logs();
    let mut directories: Vec<LogDir> = logs.directories().iter().map(directory).collect();
    directories.extend(logs.unusable_directories().iter().map(|(path, _)| LogDir {
        path: path.to_string_lossy().into_owned(),
        ..LogDir::default()
    }));
    directories
}

fn directory(directory: &LogDirectory) -> LogDir {
    let online = !directory.health().is_offline();
    let space = match directory.space() {
        Ok(space) if online => Some(space),
        _ => None,
    };
    LogDir {
        path: directory.path().to_string_lossy().into_owned(),
        directory_id: directory.id().uuid().to_string(),
        online,
        total_bytes: space.as_ref().map(|space| space.total),
        usable_bytes: space.as_ref().map(|space| space.usable),
        log_bytes: 0,
        partitions: 0,
    }
}
