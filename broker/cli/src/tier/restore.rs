//! `tier restore`: one topic of another cluster's bucket comes back in a cluster that runs.
//!
//! A broker with a remote tier plans it, the active controller makes what was planned; both are looked for among the
//! nodes that `--admin` names. What is made is what was shown.

use std::time::Duration;

use broker_admin::tonic::Code;
use broker_admin::v1::{
    PlanTopicRestoreRequest, StartTopicRestoreRequest, TierStatusRequest, TopicRestorePartition,
    TopicRestorePlan,
};
use clap::Args;
use serde::Serialize;

use crate::admin::{AdminArgs, AdminError, Node};
use crate::confirm::ConfirmArgs;
use crate::error::CliError;
use crate::key_value::KeyValue;
use crate::output::{OutputFormat, Shown};
use crate::size::short;
use crate::table::Table;

/// How often it is looked whether everything is here.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Which topic comes back from where.
#[derive(Args, Clone, Debug)]
pub struct RestoreArgs {
    /// The topic, as it is called in the bucket
    #[arg(value_name = "TOPIC")]
    topic: String,
    /// The bucket of the other cluster: s3://bucket/prefix or file:///folder, as the brokers reach it with the access that
    /// they have to their own; nothing is written there
    #[arg(long, value_name = "BUCKET")]
    from: String,
    /// What it is to be called here, if not the same
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// Configuration that replaces what the topic had; can be given several times
    #[arg(long, short, value_name = "NAME=VALUE")]
    config: Vec<KeyValue>,
    /// Replicas of each partition; as many as it had if not given
    #[arg(long, short, value_parser = clap::value_parser!(u32).range(1..))]
    replicas: Option<u32>,
    /// Only show what would come back
    #[arg(long)]
    dry_run: bool,
    /// Wait until everything is in this cluster's own bucket
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

#[derive(Debug, Serialize)]
struct Restored {
    topic: String,
    topic_id: String,
    status: &'static str,
    source: String,
    source_cluster_id: String,
    source_written_ms: i64,
    replicas: u32,
    segments: u64,
    bytes: u64,
    lost: i64,
    expiring: i64,
    partitions: Vec<Partition>,
}

#[derive(Debug, Serialize)]
struct Partition {
    partition: usize,
    log_start_offset: i64,
    remote_end_offset: i64,
    lost_from_offset: i64,
    lost_until_offset: i64,
    resumes_at_offset: i64,
    segments: u64,
    bytes: u64,
    /// First offset that retention will not delete at once.
    expires_until_offset: Option<i64>,
}

impl RestoreArgs {
    pub(super) fn output_format(&self) -> OutputFormat {
        self.admin.output
    }

    /// Shows what would come back, asks, and lets it come back.
    pub(super) async fn carry_out(&self) -> Result<(), CliError> {
        let plan = self.plan().await?;
        if self.dry_run {
            return self.admin.output.print(&Restored::of(&plan, "would be restored"));
        }
        let (name, shown) = (plan.name.clone(), Restored::of(&plan, "restored"));
        self.confirm
            .agree(&format!("restoring topic {name}"), &shown.text(), &name)?;
        self.start(&plan).await?;
        if self.wait {
            self.until_here(&name).await?;
        }
        self.admin.output.print(&shown)
    }

    /// Asks one node after the other until one can tell.
    async fn plan(&self) -> Result<TopicRestorePlan, CliError> {
        let configs = self.config.iter();
        let request = PlanTopicRestoreRequest {
            from: self.from.clone(),
            topic: self.topic.clone(),
            name: self.name.clone().unwrap_or_default(),
            configs: configs
                .map(|pair| (pair.key.clone(), pair.value.clone()))
                .collect(),
            replication_factor: self.replicas.unwrap_or(0),
        };
        let mut unable: Option<AdminError> = None;
        for address in &self.admin.admin {
            let call =
                async |node: &mut Node| node.plan_topic_restore(self.admin.request(request.clone())).await;
            match self.admin.ask(address, call).await {
                Ok(plan) => return Ok(plan.into_inner()),
                Err(failed) if failed.status.code() == Code::Unavailable => unable = Some(failed),
                Err(failed) => return Err(failed.into()),
            }
        }
        let nobody = || CliError::Usage("--admin names nobody".to_owned());
        Err(unable.map_or_else(nobody, CliError::from))
    }

    async fn start(&self, plan: &TopicRestorePlan) -> Result<(), CliError> {
        let begins = |partition: &TopicRestorePartition| TopicRestorePartition {
            log_start: partition.log_start,
            remote_end: partition.remote_end,
            resume: partition.resume,
            ..TopicRestorePartition::default()
        };
        let plan = TopicRestorePlan {
            partitions: plan.partitions.iter().map(begins).collect(),
            ..plan.clone()
        };
        let call = async |node: &mut Node| {
            let plan = Some(plan.clone());
            node.start_topic_restore(self.admin.request(StartTopicRestoreRequest { plan }))
                .await
        };
        self.admin.ask_controller(call).await.map(drop)
    }

    /// Waits until no leader has anything to fetch; every broker must be among `--admin` for that.
    async fn until_here(&self, topic: &str) -> Result<(), CliError> {
        loop {
            let mut restoring = 0;
            for address in &self.admin.admin {
                let request = TierStatusRequest::default();
                let call = async |node: &mut Node| node.tier_status(self.admin.request(request)).await;
                let topics = self.admin.ask(address, call).await?.into_inner().topics;
                let own = topics.iter().filter(|found| found.name == topic);
                restoring += own.map(|found| found.restoring).sum::<u32>();
            }
            if restoring == 0 {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

impl Restored {
    fn of(plan: &TopicRestorePlan, status: &'static str) -> Self {
        let partition = |(index, partition): (usize, &TopicRestorePartition)| Partition {
            partition: index,
            log_start_offset: partition.log_start,
            remote_end_offset: partition.remote_end,
            lost_from_offset: partition.lost_from,
            lost_until_offset: partition.lost_until,
            resumes_at_offset: partition.resume,
            segments: partition.segments,
            bytes: partition.bytes,
            expires_until_offset: partition.expires_until,
        };
        let partitions: Vec<_> = plan.partitions.iter().enumerate().map(partition).collect();
        let expiring = |partition: &Partition| {
            let until = partition.expires_until_offset;
            until.map_or(0, |until| until - partition.log_start_offset)
        };
        Self {
            topic: plan.name.clone(),
            topic_id: plan.topic_id.clone(),
            status,
            source: plan.source.clone(),
            source_cluster_id: plan.source_cluster_id.clone(),
            source_written_ms: plan.written_ms,
            replicas: plan.replication_factor,
            segments: partitions.iter().map(|partition| partition.segments).sum(),
            bytes: partitions.iter().map(|partition| partition.bytes).sum(),
            lost: partitions.iter().map(Partition::lost).sum(),
            expiring: partitions.iter().map(expiring).sum(),
            partitions,
        }
    }
}

impl Partition {
    fn lost(&self) -> i64 {
        (self.lost_until_offset - self.lost_from_offset).max(0)
    }
}

impl Shown for Restored {
    fn text(&self) -> String {
        let mut table = Table::new(&[
            "PARTITION",
            "LOG START",
            "REMOTE END",
            "LOST",
            "RESUMES AT",
            "SEGMENTS",
            "BYTES",
        ]);
        for partition in &self.partitions {
            table.row([
                partition.partition.to_string(),
                partition.log_start_offset.to_string(),
                partition.remote_end_offset.to_string(),
                partition.lost().to_string(),
                partition.resumes_at_offset.to_string(),
                partition.segments.to_string(),
                short(partition.bytes as f64),
            ]);
        }
        let mut text = format!(
            "topic    {} {} from {} of cluster {}\nfetches  {} segments, {} bytes; {} replicas\n\n{table}",
            self.topic,
            self.status,
            self.source,
            self.source_cluster_id,
            self.segments,
            self.bytes,
            self.replicas
        );
        if self.lost > 0 {
            text += &format!(
                "{} records were only local in that cluster and do not come back\n",
                self.lost
            );
        }
        if self.expiring > 0 {
            text += &format!(
                "{} offsets are older than the topic's retention and are deleted at once; --config retention.ms=-1 keeps them\n",
                self.expiring
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(expires_until: Option<i64>) -> TopicRestorePlan {
        let partition = TopicRestorePartition {
            log_start: 100,
            remote_end: 700,
            resume: 1_000_720,
            lost_from: 700,
            lost_until: 720,
            segments: 6,
            bytes: 6_000,
            expires_until,
        };
        TopicRestorePlan {
            name: "events".to_owned(),
            source: "s3://old/prefix".to_owned(),
            partitions: vec![partition; 2],
            ..TopicRestorePlan::default()
        }
    }

    #[test]
    fn the_report_names_every_partitions_offsets_and_what_does_not_stay() {
        let text = Restored::of(&plan(Some(400)), "restored").text();
        for told in [
            "1000720",
            "40 records were only local",
            "600 offsets are older",
            "12 segments",
        ] {
            assert!(text.contains(told), "{told} in {text}");
        }
        let text = Restored::of(&plan(None), "restored").text();
        assert!(!text.contains("retention"), "{text}");
    }
}
