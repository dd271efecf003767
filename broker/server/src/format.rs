//! Prepares log directories for a node of a new cluster: the `format` command (KIP-631, KIP-853, KIP-858).
//!
//! Writes the bootstrap snapshot first and `meta.properties` last, so that a directory that says it is formatted is.
//! A directory that is formatted already is never touched.

use std::path::{Path, PathBuf};

use broker_metadata::metadata_log::{CheckpointHead, SnapshotId, Voter, VoterEndpoint, write_checkpoint};
use broker_metadata::{LogFormatError, MetadataRecord, MetadataVersion, bootstrap_records};
use broker_model::{BrokerId, ClusterId, DirectoryId, Timestamp};
use broker_storage::fs::replace_whole;
use broker_storage::{
    DirectoryError, Fs, MetaProperties, StorageError, format_directory, read_meta_properties,
};

use crate::clock::random_uuid;
use broker_quorum::metadata_folder;

/// What is formatted.
#[derive(Clone, Debug)]
pub struct FormatRequest {
    /// The cluster; `None` draws a new id.
    pub cluster_id: Option<ClusterId>,
    /// The node.
    pub node_id: BrokerId,
    /// `log.dirs`.
    pub directories: Vec<PathBuf>,
    /// `metadata.log.dir`, one of the directories or one of its own.
    pub metadata_directory: PathBuf,
    /// Who votes when the cluster begins.
    pub voters: FormatVoters,
    /// The `metadata.version` that the cluster begins with.
    pub release: MetadataVersion,
    /// What happens to directories that are formatted already.
    pub already_formatted: AlreadyFormatted,
    /// When.
    pub now: Timestamp,
}

/// Who votes when the cluster begins (KIP-853).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatVoters {
    /// This node alone, where it listens for controllers (`--standalone`).
    Standalone(Vec<VoterEndpoint>),
    /// These nodes with these directories (`--initial-controllers`); every one of them is formatted with the same.
    Initial(Vec<Voter>),
    /// The node joins a quorum later or never (`--no-initial-controllers`, and every node that is no controller).
    Elsewhere,
    /// Those of `controller.quorum.voters`, which the log does not hold (`kraft.version` 0).
    Configured,
}

/// What happens to directories that are formatted already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlreadyFormatted {
    /// They are an error.
    Refuse,
    /// They stay as they are, if they belong to the same cluster and node (`--ignore-formatted`).
    Keep,
}

/// What was formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// Directories that were written.
    pub written: Vec<PathBuf>,
}

/// Formatting was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum FormatCommandError {
    /// A directory is in use by a cluster.
    #[error(
        "{} is formatted already, for cluster {cluster_id}; to keep what is there, add --ignore-formatted",
        path.display()
    )]
    AlreadyFormatted {
        /// The directory.
        path: PathBuf,
        /// The cluster that it belongs to.
        cluster_id: ClusterId,
    },
    /// A formatted directory belongs to somebody else.
    #[error("{} belongs to node {node_id} of cluster {cluster_id}; choose another directory", path.display())]
    SomebodyElses {
        /// The directory.
        path: PathBuf,
        /// The cluster that it belongs to.
        cluster_id: ClusterId,
        /// The node that it belongs to.
        node_id: BrokerId,
    },
    /// A directory cannot be read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A directory cannot be written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The bootstrap records cannot be written.
    #[error(transparent)]
    Format(#[from] LogFormatError),
    /// The system has no randomness.
    #[error("the system has no randomness for new ids: {0}")]
    NoRandomness(#[from] getrandom::Error),
}

/// Formats every directory that is not formatted yet.
///
/// # Errors
/// Before anything is written when a directory is in use; else when the file system fails.
pub fn format(fs: &dyn Fs, request: &FormatRequest) -> Result<Formatted, FormatCommandError> {
    format_with(fs, request, &bootstrap_records(request.release))
}

/// As [`format`], for a cluster that begins with these records.
///
/// # Errors
/// As there.
pub fn format_with(
    fs: &dyn Fs,
    request: &FormatRequest,
    bootstrap: &[MetadataRecord],
) -> Result<Formatted, FormatCommandError> {
    let mut directories = request.directories.clone();
    if !directories.contains(&request.metadata_directory) {
        directories.push(request.metadata_directory.clone());
    }
    let mut cluster_id = request.cluster_id.clone();
    let mut blank = Vec::new();
    for path in directories {
        match read_meta_properties(fs, &path)? {
            None => blank.push(path),
            Some(found) => {
                require_ours(&path, &found, request, cluster_id.as_ref())?;
                cluster_id = Some(found.cluster_id);
            }
        }
    }
    let cluster_id = match cluster_id {
        Some(id) => id,
        None => ClusterId::new(random_uuid()?.to_string()),
    };
    for path in &blank {
        let mut directory_id = DirectoryId::new(random_uuid()?);
        if *path == request.metadata_directory {
            directory_id = request.own_directory().unwrap_or(directory_id);
            if let Some(voters) = first_voters(request, directory_id) {
                write_bootstrap(fs, path, request, (voters, bootstrap))?;
            }
        }
        let properties = MetaProperties {
            cluster_id: cluster_id.clone(),
            node_id: request.node_id,
            directory_id,
        };
        format_directory(fs, path, &properties)?;
    }
    Ok(Formatted {
        cluster_id,
        written: blank,
    })
}

fn require_ours(
    path: &Path,
    found: &MetaProperties,
    request: &FormatRequest,
    cluster_id: Option<&ClusterId>,
) -> Result<(), FormatCommandError> {
    if request.already_formatted == AlreadyFormatted::Refuse {
        return Err(FormatCommandError::AlreadyFormatted {
            path: path.to_path_buf(),
            cluster_id: found.cluster_id.clone(),
        });
    }
    let same_cluster = cluster_id.is_none_or(|id| *id == found.cluster_id);
    if same_cluster && found.node_id == request.node_id {
        return Ok(());
    }
    Err(FormatCommandError::SomebodyElses {
        path: path.to_path_buf(),
        cluster_id: found.cluster_id.clone(),
        node_id: found.node_id,
    })
}

impl FormatRequest {
    /// The directory id that the list of the first voters gives to this node.
    fn own_directory(&self) -> Option<DirectoryId> {
        let FormatVoters::Initial(voters) = &self.voters else {
            return None;
        };
        let own = voters.iter().find(|voter| voter.id == self.node_id)?;
        Some(own.directory_id)
    }
}

/// What the bootstrap snapshot says about voters; none when the node begins without one, because another node leads
/// first.
fn first_voters(request: &FormatRequest, directory_id: DirectoryId) -> Option<Option<Vec<Voter>>> {
    match &request.voters {
        FormatVoters::Elsewhere => None,
        FormatVoters::Configured => Some(None),
        FormatVoters::Initial(voters) => Some(Some(voters.clone())),
        FormatVoters::Standalone(endpoints) => Some(Some(vec![Voter {
            id: request.node_id,
            directory_id,
            endpoints: endpoints.clone(),
            kraft_version_range: (0, 1),
        }])),
    }
}

/// The records that the first leader appends: the levels of the features, or all that a restored cluster knew.
fn write_bootstrap(
    fs: &dyn Fs,
    directory: &Path,
    request: &FormatRequest,
    (voters, bootstrap): (Option<Vec<Voter>>, &[MetadataRecord]),
) -> Result<(), FormatCommandError> {
    let head = CheckpointHead {
        epoch: 0,
        last_contained_log_timestamp: request.now,
        voters,
    };
    let version = request.release;
    let bytes = write_checkpoint(&head, version, bootstrap, request.now)?;
    let folder = metadata_folder(directory);
    let failed = |error| StorageError::from_io(directory, &folder, error);
    fs.create_directories(&folder).map_err(failed)?;
    let file = folder.join(SnapshotId::BOOTSTRAP.to_string());
    replace_whole(fs, &file, &bytes).map_err(failed)?;
    fs.sync_directory(directory).map_err(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use broker_metadata::metadata_log::read_checkpoint;
    use broker_storage::testing::MemFs;

    use super::*;

    #[test]
    fn a_cluster_begins_with_the_features_of_its_release() {
        let fs = MemFs::new();
        let directory = PathBuf::from("/data");
        let release = MetadataVersion::from_name("4.0").unwrap();
        let request = FormatRequest {
            cluster_id: None,
            node_id: BrokerId::new(1),
            directories: vec![directory.clone()],
            metadata_directory: directory.clone(),
            voters: FormatVoters::Standalone(Vec::new()),
            release,
            already_formatted: AlreadyFormatted::Refuse,
            now: Timestamp::from_ms(5),
        };
        format(&fs, &request).unwrap();
        let path = metadata_folder(&directory).join(SnapshotId::BOOTSTRAP.to_string());
        let written = read_checkpoint(&fs.content(&path).into()).unwrap();
        assert_eq!(written.records, bootstrap_records(release));
        assert_eq!(
            written.records.len(),
            1,
            "4.0 keeps no eligible leader replicas yet"
        );
    }
}
