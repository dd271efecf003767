//! Plans as kafka-reassign-partitions reads and writes them.

use std::collections::BTreeSet;
use std::path::Path;

use broker_model::{BrokerId, PartitionIndex, TopicPartition};
use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// The one version that there is.
const VERSION: u32 = 1;
/// A directory of the broker's choice.
const ANY_DIRECTORY: &str = "any";

/// A whole plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlanFile {
    version: u32,
    pub(super) partitions: Vec<PlannedPartition>,
}

/// Where a partition is to lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlannedPartition {
    pub(super) topic: String,
    pub(super) partition: i32,
    /// Brokers, the preferred leader first.
    pub(super) replicas: Vec<i32>,
    /// Directories on them; Kafka's tool writes `any` for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    log_dirs: Vec<String>,
}

impl PlanFile {
    /// A plan of these replicas.
    pub(super) fn new(partitions: impl IntoIterator<Item = (TopicPartition, Vec<BrokerId>)>) -> Self {
        let planned = |(key, replicas): (TopicPartition, Vec<BrokerId>)| PlannedPartition {
            topic: key.topic.to_string(),
            partition: key.partition.value(),
            replicas: replicas.iter().map(|id| id.value()).collect(),
            log_dirs: Vec::new(),
        };
        Self {
            version: VERSION,
            partitions: partitions.into_iter().map(planned).collect(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no plan.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path).map_err(|source| CliError::File {
            path: path.to_path_buf(),
            source,
        })?;
        Self::parse(&text).map_err(|reason| CliError::Usage(format!("{}: {reason}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let plan: Self = serde_json::from_str(text).map_err(|error| format!("this is no plan: {error}"))?;
        if plan.version != VERSION {
            return Err(format!("version {} of a plan is not known", plan.version));
        }
        if plan.partitions.is_empty() {
            return Err("the plan names no partition".to_owned());
        }
        let mut seen = BTreeSet::new();
        for planned in &plan.partitions {
            let key = planned.key();
            if !seen.insert(key.clone()) {
                return Err(format!("{key} stands there twice"));
            }
            let brokers: BTreeSet<i32> = planned.replicas.iter().copied().collect();
            if planned.replicas.is_empty() || brokers.len() != planned.replicas.len() {
                return Err(format!("{key} needs brokers, each of them once"));
            }
            if planned
                .log_dirs
                .iter()
                .any(|directory| directory != ANY_DIRECTORY)
            {
                return Err(format!(
                    "{key} names log directories; leave log_dirs out, the brokers choose"
                ));
            }
        }
        Ok(plan)
    }

    /// As a file.
    pub(super) fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The partitions.
    pub(super) fn keys(&self) -> Vec<TopicPartition> {
        self.partitions.iter().map(PlannedPartition::key).collect()
    }
}

impl PlannedPartition {
    /// Which partition.
    pub(super) fn key(&self) -> TopicPartition {
        TopicPartition::new(self.topic.as_str(), PartitionIndex::new(self.partition))
    }

    /// On which brokers.
    pub(super) fn brokers(&self) -> Vec<BrokerId> {
        self.replicas.iter().copied().map(BrokerId::new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_kafkas_tool_are_read() {
        let text = r#"{"version":1,"partitions":[
            {"topic":"t","partition":0,"replicas":[1,2],"log_dirs":["any","any"]},
            {"topic":"t","partition":1,"replicas":[2]}]}"#;
        let plan = PlanFile::parse(text).unwrap();
        assert_eq!(plan.partitions[0].brokers(), [BrokerId::new(1), BrokerId::new(2)]);
        assert_eq!(PlanFile::parse(&plan.text()), Ok(plan));
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        let partition = |rest: &str| format!(r#"{{"version":1,"partitions":[{rest}]}}"#);
        for text in [
            String::new(),
            partition(""),
            partition(r#"{"topic":"t","partition":0,"replicas":[]}"#),
            partition(r#"{"topic":"t","partition":0,"replicas":[1,1]}"#),
            partition(r#"{"topic":"t","partition":0,"replicas":[1],"log_dirs":["/a"]}"#),
            partition(
                r#"{"topic":"t","partition":0,"replicas":[1]},{"topic":"t","partition":0,"replicas":[2]}"#,
            ),
            r#"{"version":2,"partitions":[{"topic":"t","partition":0,"replicas":[1]}]}"#.to_owned(),
        ] {
            assert!(PlanFile::parse(&text).is_err(), "{text}");
        }
    }
}
